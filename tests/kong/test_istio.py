"""The gateway of Istio: its parts fit together, and nothing in it fails open."""

import kubernetes_validate
import pytest
import yaml
from jsonschema import Draft4Validator

from kong.files import CHECKOUT, ISTIO, META
from kong.test_kubernetes import VERSIONS

RESOURCES = [resource for path in sorted(ISTIO.glob("*.yaml")) for resource in yaml.safe_load_all(path.read_text())]
# Bytes that the filter must be shown at once, including those that masking adds.
BODY = 32_000_000


def the(kind: str, name: str | None = None) -> dict:
    found = [it for it in RESOURCES if it["kind"] == kind and name in (None, it["metadata"]["name"])]
    assert len(found) == 1, (kind, name)
    return found[0]


def patches(target: str, operation: str) -> list[dict]:
    entries = the("EnvoyFilter")["spec"]["configPatches"]
    return [it for it in entries if (it["applyTo"], it["patch"]["operation"]) == (target, operation)]


def added_cluster() -> dict:
    (patch,) = patches("CLUSTER", "ADD")
    return patch["patch"]["value"]


def test_the_configuration_is_valid():
    Draft4Validator(META["config_schema"]).validate(the("WasmPlugin")["spec"]["pluginConfig"])


def test_the_sidecar_is_called_by_a_cluster_of_its_name():
    sidecar = the("WasmPlugin")["spec"]["pluginConfig"]["sidecar"]
    cluster = added_cluster()
    assert cluster["name"] == cluster["load_assignment"]["cluster_name"] == sidecar
    (endpoints,) = cluster["load_assignment"]["endpoints"]
    (endpoint,) = endpoints["lb_endpoints"]
    address = endpoint["endpoint"]["address"]["socket_address"]
    assert f"{address['address']}:{address['port_value']}" == sidecar


def test_the_sidecar_is_the_one_beside_it():
    service = the("Service", "redis-sidecar")
    name, namespace = service["metadata"]["name"], service["metadata"]["namespace"]
    (port,) = service["spec"]["ports"]
    assert added_cluster()["name"] == f"{name}.{namespace}.svc.cluster.local:{port['port']}"


def test_nothing_fails_open():
    assert the("WasmPlugin")["spec"]["failStrategy"] == "FAIL_RELOAD"
    assert the("WasmPlugin")["spec"]["type"] == "HTTP"


def test_the_token_comes_from_the_environment_of_the_proxy():
    variables = the("WasmPlugin")["spec"]["vmConfig"]["env"]
    assert variables == [{"name": "AWS_MASKER_TOKEN", "valueFrom": "HOST"}]
    (proxy,) = the("Deployment", "istio-gateway")["spec"]["template"]["spec"]["containers"]
    assert proxy["name"] == "istio-proxy"
    (variable,) = proxy["env"]
    assert variable["name"] == "AWS_MASKER_TOKEN"
    assert variable["valueFrom"]["secretKeyRef"] == {"name": "aws-masker", "key": "token"}


def test_everything_is_about_the_same_gateway():
    assert {it["metadata"]["namespace"] for it in RESOURCES} == {"aws-masker"}
    deployment = the("Deployment", "istio-gateway")["spec"]
    chosen = deployment["selector"]["matchLabels"]
    assert chosen.items() <= deployment["template"]["metadata"]["labels"].items()
    assert the("WasmPlugin")["spec"]["selector"]["matchLabels"] == chosen
    assert the("EnvoyFilter")["spec"]["workloadSelector"]["labels"] == chosen
    assert the("Gateway")["spec"]["selector"] == the("Service", "istio-gateway")["spec"]["selector"] == chosen
    assert the("NetworkPolicy", "istio-gateway")["spec"]["podSelector"]["matchLabels"] == chosen
    (caller,) = the("NetworkPolicy", "redis-sidecar")["spec"]["ingress"]
    assert caller["from"] == [{"podSelector": {"matchLabels": chosen}}]


def test_whole_bodies_fit_on_every_way():
    (listener,) = patches("LISTENER", "MERGE")
    (server,) = the("Gateway")["spec"]["servers"]
    assert listener["match"]["listener"]["portNumber"] == server["port"]["number"]
    (upstream,) = patches("CLUSTER", "MERGE")
    assert [upstream["match"]["cluster"]["service"]] == the("ServiceEntry")["spec"]["hosts"]
    envoy = (CHECKOUT / "deploy/envoy/envoy.yaml").read_text()
    for patch in (listener, upstream):
        limit = patch["patch"]["value"]["per_connection_buffer_limit_bytes"]
        assert limit >= 2 * BODY
        assert f"per_connection_buffer_limit_bytes: {limit}\n" in envoy, "Envoy and Istio have the same limits"


def test_requests_are_sent_once_and_to_the_provider():
    (route,) = the("VirtualService")["spec"]["http"]
    assert (route["retries"]["attempts"], route["timeout"]) == (0, "0s")
    (destination,) = (it["destination"] for it in route["route"])
    assert route["rewrite"]["authority"] == destination["host"] == the("DestinationRule")["spec"]["host"]
    (policy,) = the("DestinationRule")["spec"]["trafficPolicy"]["portLevelSettings"]
    assert policy["port"] == destination["port"]
    tls = policy["tls"]
    assert (tls["mode"], tls["sni"], tls["subjectAltNames"]) == ("SIMPLE", destination["host"], [destination["host"]])
    assert tls["caCertificates"]


@pytest.mark.parametrize("version", VERSIONS)
def test_the_resources_of_kubernetes(version):
    checked = [it for it in RESOURCES if "istio.io" not in it["apiVersion"]]
    assert checked
    for resource in checked:
        kubernetes_validate.validate(resource, version, strict=True)
