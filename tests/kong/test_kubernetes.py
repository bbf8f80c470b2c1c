"""The manifests, against the schemas of Kubernetes."""

import kubernetes_validate
import pytest
import yaml

from kong.files import KUBERNETES, read

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


def test_every_pod_is_restricted():
    for path in PATHS:
        for document in yaml.safe_load_all(path.read_text()):
            if document["kind"] != "Deployment":
                continue
            pod = document["spec"]["template"]["spec"]
            assert pod["securityContext"]["runAsNonRoot"] is True
            assert pod["automountServiceAccountToken"] is False
            for container in pod["containers"]:
                assert container["securityContext"]["readOnlyRootFilesystem"] is True
                assert "limits" in container["resources"]
                assert "readinessProbe" in container
                assert "livenessProbe" in container
