"""What Istio and Envoy Gateway put into Envoy for the filter: Envoy takes it, and it is what deploy/envoy has.

Envoy itself judges: each patch is put into a configuration around it, which `envoy --mode validate` loads.
"""

import copy
import json
import subprocess
from pathlib import Path

import pytest
import yaml
from jsonschema import Draft4Validator

from kong.files import ISTIO, META, ROOT
from rig import artefacts
from rig.envoy import rendered
from rig.plan import Plan

ENVOY_GATEWAY = ROOT / "deploy" / "envoy-gateway"
PLAN = Plan("https://api.anthropic.com", "unix:/run/aws-masker/sidecar.sock", filter=None)


def resources(folder: Path) -> list[dict]:
    return [it for path in sorted(folder.glob("*.yaml")) for it in yaml.safe_load_all(path.read_text()) if it]


def the(kind: str, folder: Path) -> dict:
    (found,) = (it for it in resources(folder) if it["kind"] == kind)
    return found


def istio_patches(target: str) -> list[dict]:
    entries = the("EnvoyFilter", ISTIO)["spec"]["configPatches"]
    return [it["patch"]["value"] for it in entries if it["applyTo"] == target]


@pytest.fixture
def envoy() -> dict:
    """deploy/envoy without the filter, which needs the .wasm, and without what the patches bring."""
    return yaml.safe_load(rendered(PLAN, 10000, 9901))


def manager(envoy: dict) -> dict:
    return envoy["static_resources"]["listeners"][0]["filter_chains"][0]["filters"][0]["typed_config"]


def is_taken(envoy: dict, folder: Path) -> None:
    config = folder / "envoy.json"
    config.write_text(json.dumps(envoy))
    command = [str(artefacts.envoy()), "--mode", "validate", "--config-path", str(config), "--log-level", "error"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr[-2000:]


def test_what_envoy_does_not_take_is_told(envoy, tmp_path):
    manager(envoy)["http_filters"].insert(0, {"name": "no.such.filter"})
    with pytest.raises(AssertionError):
        is_taken(envoy, tmp_path)


def test_istios_patches(envoy, tmp_path):
    buffer = next(it for it in manager(envoy)["http_filters"] if it["name"] == "envoy.filters.http.buffer")
    assert istio_patches("HTTP_FILTER") == [buffer]
    (bootstrap,) = istio_patches("BOOTSTRAP")
    assert bootstrap["stats_config"] == envoy["stats_config"]
    added = next(it for it in istio_patches("CLUSTER") if "name" in it)
    patched = copy.deepcopy(envoy)
    manager(patched)["http_filters"].remove(buffer)
    manager(patched)["http_filters"].insert(-1, *istio_patches("HTTP_FILTER"))
    patched["stats_config"] = bootstrap["stats_config"]
    patched["static_resources"]["clusters"].append(added)
    is_taken(patched, tmp_path)


def test_envoy_gateways_patches(envoy, tmp_path):
    (patch,) = the("EnvoyPatchPolicy", ENVOY_GATEWAY)["spec"]["jsonPatches"]
    cluster = patch["operation"]["value"]
    assert patch["name"] == cluster["name"] == cluster["load_assignment"]["cluster_name"]
    envoy["static_resources"]["clusters"].append(cluster)
    is_taken(envoy, tmp_path)


def test_envoy_gateways_filter():
    (filter,) = the("EnvoyExtensionPolicy", ENVOY_GATEWAY)["spec"]["wasm"]
    Draft4Validator(META["config_schema"]).validate(filter["config"])
    assert filter["failOpen"] is False
    assert filter["env"]["hostKeys"] == ["AWS_MASKER_TOKEN"]
    (patch,) = the("EnvoyPatchPolicy", ENVOY_GATEWAY)["spec"]["jsonPatches"]
    assert filter["config"]["sidecar"] == patch["name"]
    (variable,) = the("EnvoyProxy", ENVOY_GATEWAY)["spec"]["provider"]["kubernetes"]["envoyDeployment"]["container"][
        "env"
    ]
    assert variable["name"] == "AWS_MASKER_TOKEN"
    assert variable["valueFrom"]["secretKeyRef"] == {"name": "aws-masker", "key": "token"}


def test_envoy_gateways_parts_are_about_the_same_route():
    gateway, route = the("Gateway", ENVOY_GATEWAY), the("HTTPRoute", ENVOY_GATEWAY)
    assert [it["name"] for it in route["spec"]["parentRefs"]] == [gateway["metadata"]["name"]]
    for kind, target in (
        ("EnvoyExtensionPolicy", route),
        ("BackendTrafficPolicy", route),
        ("ClientTrafficPolicy", gateway),
    ):
        (reference,) = the(kind, ENVOY_GATEWAY)["spec"]["targetRefs"]
        assert (reference["kind"], reference["name"]) == (target["kind"], target["metadata"]["name"])
    for kind in ("ClientTrafficPolicy", "BackendTrafficPolicy"):
        assert the(kind, ENVOY_GATEWAY)["spec"]["connection"]["bufferLimit"] == "64Mi"
    assert "retry" not in the("BackendTrafficPolicy", ENVOY_GATEWAY)["spec"]
    validation = the("BackendTLSPolicy", ENVOY_GATEWAY)["spec"]["validation"]
    (endpoint,) = the("Backend", ENVOY_GATEWAY)["spec"]["endpoints"]
    assert validation["hostname"] == endpoint["fqdn"]["hostname"]
