"""The manifests, against the schemas of Kubernetes."""

from pathlib import Path

import kubernetes_validate
import pytest
import yaml

from kong.files import ISTIO, KUBERNETES, configurations, read, sockets

# The oldest version that is still maintained, and the newest that the validator knows.
VERSIONS = ["1.31", kubernetes_validate.latest_version()]
PATHS = sorted(path for path in KUBERNETES.glob("*.yaml") if path.name != "kustomization.yaml")


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.name)
def test_manifest(path, version):
    for document in yaml.safe_load_all(path.read_text()):
        kubernetes_validate.validate(document, version, strict=True)


def test_all_of_them_are_applied():
    applied = set(read(KUBERNETES / "kustomization.yaml")["resources"])
    assert applied == {path.name for path in PATHS if "example" not in path.name}


def deployment(path: Path = KUBERNETES / "kong.yaml") -> dict:
    documents = yaml.safe_load_all(path.read_text())
    return next(document for document in documents if document["kind"] == "Deployment")


def containers(pod: dict) -> dict[str, dict]:
    return {container["name"]: container for container in pod.get("initContainers", []) + pod["containers"]}


@pytest.mark.parametrize("path", [KUBERNETES / "kong.yaml", ISTIO / "redis-sidecar.yaml"], ids=lambda path: path.name)
def test_every_pod_is_restricted(path):
    pod = deployment(path)["spec"]["template"]["spec"]
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["automountServiceAccountToken"] is False
    assert all("readinessProbe" in container for container in pod["containers"])
    for container in containers(pod).values():
        assert container["securityContext"]["readOnlyRootFilesystem"] is True
        assert container["securityContext"]["capabilities"]["drop"] == ["ALL"]
        assert "limits" in container["resources"]
        assert "livenessProbe" in container


def test_the_two_containers_of_kongs_pod_share_the_socket():
    pod = deployment()["spec"]["template"]["spec"]
    kong, sidecar = (containers(pod)[name] for name in ("kong", "redis-sidecar"))
    listens = next(variable["value"] for variable in sidecar["env"] if variable["name"] == "MASKER_LISTEN")
    (socket,) = sockets(listens)
    declared = next(
        it for it in yaml.safe_load_all((KUBERNETES / "kong.yaml").read_text()) if it["kind"] == "ConfigMap"
    )
    called = {it["sidecar"] for it in configurations(yaml.safe_load(declared["data"]["kong.yml"]))}
    assert called == {f"unix:{socket}"}
    mounts = [
        mount
        for container in (kong, sidecar)
        for mount in container["volumeMounts"]
        if mount["mountPath"] == str(Path(socket).parent)
    ]
    assert [mount["name"] for mount in mounts] == ["socket", "socket"]
    assert [mount.get("readOnly", False) for mount in mounts] == [True, False], "Kong connects, the sidecar binds"
    (volume,) = (volume for volume in pod["volumes"] if volume["name"] == "socket")
    assert volume["emptyDir"]["medium"] == "Memory"
    assert sidecar["restartPolicy"] == "Always", "it starts before Kong and ends after it"


def test_kong_is_ready_when_the_filter_is():
    kong = containers(deployment()["spec"]["template"]["spec"])["kong"]
    assert kong["readinessProbe"]["httpGet"] == {"path": "/aws-masker/readyz", "port": "proxy"}
    for probe in ("startupProbe", "livenessProbe"):
        assert kong[probe]["httpGet"]["port"] == "status", "an unreachable vault is not a reason to restart Kong"


def test_every_secret_is_a_file():
    pod = deployment()["spec"]["template"]["spec"]
    for container in containers(pod).values():
        assert not [variable["name"] for variable in container["env"] if "valueFrom" in variable]
    volumes = {volume["name"]: volume["secret"] for volume in pod["volumes"] if "secret" in volume}
    assert {secret["defaultMode"] for secret in volumes.values()} == {0o440}, "for the pod's group, and nobody else"
    for name, container in containers(pod).items():
        (mount,) = (mount for mount in container["volumeMounts"] if mount["name"] in volumes)
        assert mount["readOnly"] is True
        keys = [item["path"] for item in volumes[mount["name"]].get("items", [])]
        assert keys == (["token"] if name == "kong" else []), "Kong sees what it needs"


def test_kongs_pod_may_reach_redis_and_nobody_reaches_its_sidecar():
    policies = {
        it["metadata"]["name"]: it["spec"]
        for it in yaml.safe_load_all((KUBERNETES / "network-policy.yaml").read_text())
    }
    assert set(policies) == {"nobody", "names", "kong"}
    kong = policies["kong"]
    assert {port["port"] for rule in kong["egress"] for port in rule["ports"]} == {6379, 443}
    assert {port["port"] for rule in kong["ingress"] for port in rule["ports"]} == {8000, 8100}
