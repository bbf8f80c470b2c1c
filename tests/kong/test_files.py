"""kong.yml, the examples and the host's settings: what the product needs of each."""

import re

import pytest
import yaml
from jsonschema import Draft4Validator

from kong.files import DECLARATIVE, KONG, META, ROOT, configurations, kong_conf, read, routes

# Bundled plugins with a `response` handler: Kong would send the original body before the filter runs.
BYPASSING = {"ai-proxy", "ai-request-transformer", "ai-response-transformer"}
UNITS = {"k": 1 << 10, "m": 1 << 20}


@pytest.fixture(params=DECLARATIVE, ids=lambda path: path.name)
def document(request):
    return read(request.param)


def test_every_configuration_is_valid(document):
    found = list(configurations(document))
    assert found
    for configuration in found:
        Draft4Validator(META["config_schema"]).validate(configuration)


def test_every_route_is_masked_once(document):
    chained = [chain.get("route") for chain in document.get("filter_chains", [])]
    for _, route in routes(document):
        plugins = [plugin["name"] for plugin in route.get("plugins", [])]
        assert plugins.count("aws_masker") + chained.count(route["name"]) == 1, route["name"]
        assert not BYPASSING & set(plugins), route["name"]


def test_every_route_streams_and_reads_whole_bodies(document):
    for _, route in routes(document):
        assert route["request_buffering"] is True, route["name"]
        assert route["response_buffering"] is False, route["name"]


def test_every_provider_is_verified(document):
    for service, _ in routes(document):
        if service["url"].startswith("https://"):
            assert service["tls_verify"] is True, service["name"]
            assert service["retries"] == 0, service["name"]


def test_nginx_knows_whom_to_trust():
    """It reads the authorities only where it verifies by default: with `tls_verify` alone every handshake fails."""
    settings = kong_conf()
    assert settings["nginx_proxy_proxy_ssl_verify"] == "on"
    assert settings["nginx_proxy_proxy_ssl_trusted_certificate"].startswith("/etc/ssl/")
    assert int(settings["nginx_proxy_proxy_ssl_verify_depth"]) >= 3


def test_no_secret_is_in_a_file():
    for path in (*DECLARATIVE, KONG / "kong.conf", ROOT / "docker-compose.yml"):
        secrets = re.findall(
            r"^\s*(?:- )?(?:secret|sidecar_token|key|\w*(?:PASSWORD|TOKEN|SECRET)): *(\S+)", path.read_text(), re.M
        )
        assert all(re.match(r"replace-me|\$\{\w+:\?run|/", secret) for secret in secrets), (path.name, secrets)


def test_no_body_can_be_spilled():
    settings = kong_conf()
    buffer, limit = (size(settings[f"nginx_http_client_{name}_size"]) for name in ("body_buffer", "max_body"))
    assert 32_000_000 <= limit < buffer
    assert int(settings["nginx_http_keepalive_requests"]) <= 64


def size(text: str) -> int:
    return int(text[:-1]) * UNITS[text[-1]]


def test_only_kong_is_published_and_on_loopback_only():
    services = read(ROOT / "docker-compose.yml")["services"]
    published = {name: service["ports"] for name, service in services.items() if "ports" in service}
    assert set(published) == {"kong", "kong-mock"}
    assert all(port.startswith("127.0.0.1:") for ports in published.values() for port in ports)


def test_every_container_is_hardened():
    for name, service in read(ROOT / "docker-compose.yml")["services"].items():
        assert service["read_only"] is True, name
        assert service["cap_drop"] == ["ALL"], name
        assert "mem_limit" in service, name
        image = service["image"]
        assert "build" in service or re.fullmatch(r"[a-z]+:[0-9][\w.-]*", image), f"{name}: {image} is not pinned"


def test_kubernetes_has_the_same_gateway():
    config = next(
        document
        for document in yaml.safe_load_all((ROOT / "deploy/kubernetes/kong.yaml").read_text())
        if document["kind"] == "ConfigMap"
    )
    document = yaml.safe_load(config["data"]["kong.yml"])
    for check in (test_every_configuration_is_valid, test_every_route_is_masked_once, test_every_provider_is_verified):
        check(document)
    test_every_route_streams_and_reads_whole_bodies(document)
