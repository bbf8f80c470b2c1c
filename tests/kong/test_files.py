"""kong.yml, the examples and the host's settings: the product's requirements for each."""

import re
from ipaddress import ip_address

import pytest
import yaml
from jsonschema import Draft4Validator

from kong.files import CHECKOUT, DECLARATIVE, KONG, META, configurations, kong_conf, read, routes, sockets

# Bundled plugins with a `response` handler: Kong would send the original body before the filter runs.
BYPASSING = {"ai-proxy", "ai-request-transformer", "ai-response-transformer"}
UNITS = {"k": 1 << 10, "m": 1 << 20}


def compose() -> dict:
    return read(CHECKOUT / "docker-compose.yml")


@pytest.fixture(params=DECLARATIVE, ids=lambda path: path.name)
def document(request):
    return read(request.param)


def test_every_configuration_is_valid(document):
    found = list(configurations(document))
    assert found
    for configuration in found:
        Draft4Validator(META["config_schema"]).validate(configuration)


def by_name(sidecar: str) -> bool:
    if sidecar.startswith("unix:/"):
        return False
    try:
        ip_address(sidecar.rpartition(":")[0].strip("[]"))
    except ValueError:
        return True
    return False


def test_no_sidecar_is_called_by_name(document):
    """Each such call uses up types of LuaJIT, and after some 12,300 of them no call ever leaves the worker again."""
    for configuration in configurations(document):
        assert configuration.get("use_redis") is False or not by_name(configuration["sidecar"])


def test_no_script_of_the_admin_api_has_one_called_by_name():
    called = re.findall(r'"sidecar": *"([^"]*)"', (KONG / "examples" / "admin-api.sh").read_text())
    assert called
    assert not [sidecar for sidecar in called if by_name(sidecar)]


def test_kongs_own_resolver_is_off():
    assert kong_conf()["nginx_wasm_proxy_wasm_lua_resolver"] == "off"


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
    """It reads the authorities only if it verifies by default: with `tls_verify` alone every handshake fails."""
    settings = kong_conf()
    assert settings["nginx_proxy_proxy_ssl_verify"] == "on"
    assert settings["nginx_proxy_proxy_ssl_trusted_certificate"].startswith("/etc/ssl/")
    assert int(settings["nginx_proxy_proxy_ssl_verify_depth"]) >= 3


def test_no_secret_is_in_a_file():
    for path in (*DECLARATIVE, KONG / "kong.conf", CHECKOUT / "docker-compose.yml"):
        secrets = re.findall(
            r"^\s*(?:- )?(?:secret|sidecar_token|key|\w*(?:PASSWORD|TOKEN|SECRET)): *(\S+)", path.read_text(), re.M
        )
        assert all(re.match(r"replace-me|/|\{", secret) for secret in secrets), (path.name, secrets)


def test_no_body_can_be_spilled():
    settings = kong_conf()
    buffer, limit = (size(settings[f"nginx_http_client_{name}_size"]) for name in ("body_buffer", "max_body"))
    assert 32_000_000 <= limit < buffer
    assert int(settings["nginx_http_keepalive_requests"]) <= 64


def size(text: str) -> int:
    return int(text[:-1]) * UNITS[text[-1]]


def test_only_kong_and_the_dashboard_are_published_and_on_loopback_only():
    services = compose()["services"]
    published = {name: service["ports"] for name, service in services.items() if "ports" in service}
    assert set(published) == {"kong", "kong-mock", "grafana"}
    assert all(port.startswith("127.0.0.1:") for ports in published.values() for port in ports)


def test_the_admin_api_stays_in_its_container():
    assert kong_conf()["admin_listen"].startswith("127.0.0.1:")
    for service in compose()["services"].values():
        assert "KONG_ADMIN_LISTEN" not in service.get("environment", {})
        assert not [port for port in service.get("ports", []) if port.endswith(":8001")]


def test_compose_shares_the_sidecars_socket():
    services = compose()["services"]
    (socket,) = sockets(services["redis-sidecar"]["environment"]["MASKER_LISTEN"])
    for path in (KONG / "kong.yml", KONG / "examples" / "mock.yml"):
        assert {it["sidecar"] for it in configurations(read(path))} == {f"unix:{socket}"}
    directory = socket.rpartition("/")[0]
    assert f"socket:{directory}" in services["redis-sidecar"]["volumes"]
    for name in ("kong", "kong-mock"):
        assert f"socket:{directory}:ro" in services[name]["volumes"], name
        assert not set(services["redis-sidecar"]["networks"]) & set(services[name]["networks"]), name
    # A named volume takes its owner from the image that mounts it first.
    assert f"--chown=65532:65532 /socket {directory}\n" in (CHECKOUT / "redis-sidecar/Dockerfile").read_text()


def test_every_gateway_of_compose_is_ready_when_its_filter_is():
    services = compose()["services"]
    for name, declared in (("kong", KONG / "kong.yml"), ("kong-mock", KONG / "examples" / "mock.yml")):
        asked = re.findall(r"GET (\S+)", services[name]["healthcheck"]["test"][-1])
        (service, route), *_ = ((s, r) for s, r in routes(read(declared)) if r["paths"] == asked)
        # By an address: health must not depend on the name of a provider.
        assert not by_name(service["url"].removeprefix("http://"))
        assert [plugin["name"] for plugin in route["plugins"]] == ["aws_masker"]


def test_what_a_container_says_of_itself_has_no_secret():
    """`docker inspect` shows the environment; a secret is a file."""
    declared = compose()
    for name, service in declared["services"].items():
        for variable, value in service.get("environment", {}).items():
            if re.search("TOKEN|SECRET|PASSWORD", variable):
                assert variable.endswith("_FILE"), (name, variable)
                assert value.removeprefix("/run/secrets/") in service["secrets"], (name, variable)
        assert set(service.get("secrets", [])) <= set(declared["secrets"])
    assert {it["file"] for it in declared["secrets"].values()} == {f".secrets/{name}" for name in declared["secrets"]}
    assert "/.secrets\n" in (CHECKOUT / ".gitignore").read_text()


def test_every_container_is_hardened():
    for name, service in compose()["services"].items():
        assert service["read_only"] is True, name
        assert service["cap_drop"] == ["ALL"], name
        assert "mem_limit" in service, name
        image = service["image"]
        assert "build" in service or re.fullmatch(r"(?:[a-z]+/)?[a-z]+:v?[0-9][\w.-]*", image), (
            f"{name}: {image} is not pinned"
        )


def test_kubernetes_has_the_same_gateway():
    config = next(
        document
        for document in yaml.safe_load_all((CHECKOUT / "deploy/kubernetes/kong.yaml").read_text())
        if document["kind"] == "ConfigMap"
    )
    document = yaml.safe_load(config["data"]["kong.yml"])
    for check in (
        test_every_configuration_is_valid,
        test_no_sidecar_is_called_by_name,
        test_every_route_is_masked_once,
        test_every_provider_is_verified,
    ):
        check(document)
    test_every_route_streams_and_reads_whole_bodies(document)
