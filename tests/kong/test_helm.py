"""The Helm chart, rendered by Helm itself: what it makes is valid, restricted, and the same gateway as everywhere."""

from base64 import b64decode

import kubernetes_validate
import pytest
import yaml
from helm_python import chart as helm
from helm_python.errors import HelmError

from kong import test_files, test_kubernetes
from kong.files import CHECKOUT, configurations, sockets
from kong.test_kubernetes import VERSIONS, containers

CHART = CHECKOUT / "deploy" / "helm" / "aws-masker"
SETS = {path.name.removesuffix("-values.yaml"): yaml.safe_load(path.read_text()) for path in CHART.glob("ci/*.yaml")}
CUSTOM = {"ServiceMonitor", "PrometheusRule"}


def rendered(values: dict) -> list[dict]:
    made = helm.Chart.load(CHART).render(values, name="masker", namespace="llm")
    texts = [text for path, text in sorted(made.items()) if path.endswith(".yaml")]
    return [document for text in texts for document in yaml.safe_load_all(text) if document]


def the(kind: str, documents: list[dict], ends: str = "") -> dict:
    found = [it for it in documents if it["kind"] == kind and it["metadata"]["name"].endswith(ends)]
    assert len(found) == 1, (kind, ends)
    return found[0]


@pytest.fixture(params=sorted(SETS))
def documents(request) -> list[dict]:
    return rendered(SETS[request.param])


@pytest.fixture(scope="module")
def kong() -> list[dict]:
    return rendered(SETS["kong"])


@pytest.fixture(scope="module")
def gateway() -> list[dict]:
    return rendered(SETS["gateway"])


@pytest.mark.parametrize("name", sorted(SETS))
def test_helm_finds_nothing_wrong(name):
    report = helm.lint(CHART, SETS[name], strict=True, kube_version="v1.31.0")
    assert not [it for it in report["messages"] if it["severity"] > 1], report
    assert not report["errors"]


@pytest.mark.parametrize("version", VERSIONS)
def test_what_it_makes_is_valid(documents, version):
    for document in documents:
        if document["kind"] not in CUSTOM:
            kubernetes_validate.validate(document, version, strict=True)


def test_the_two_gateways_are_those_that_they_should_be(kong, gateway):
    kinds = {"Deployment", "Service", "PodDisruptionBudget", "HorizontalPodAutoscaler", "NetworkPolicy"}
    assert {it["kind"] for it in gateway} == kinds | {"Secret"}
    assert {it["kind"] for it in kong} == kinds | {"ConfigMap"} | CUSTOM
    assert {it["metadata"]["name"] for it in kong if it["kind"] == "Service"} == {
        "masker-aws-masker-kong",
        "masker-aws-masker-sidecar",
    }


def pod(documents: list[dict]) -> dict:
    return the("Deployment", documents)["spec"]["template"]["spec"]


def test_a_role_for_the_estate_is_the_service_accounts(documents, request):
    name = request.node.callspec.params["documents"]
    assert "serviceAccountName" not in pod(documents), "without a role there is none"
    role = {"eks.amazonaws.com/role-arn": "arn:aws:iam::123456789012:role/inventory"}
    values = SETS[name] | {"serviceAccount": {"annotations": role}}
    values["networkPolicy"] = values.get("networkPolicy", {}) | {"awsCidrs": ["10.9.0.0/24"]}
    made = rendered(values)
    account = the("ServiceAccount", made)
    assert account["metadata"]["annotations"] == role
    assert pod(made)["serviceAccountName"] == account["metadata"]["name"]
    assert pod(made)["automountServiceAccountToken"] is False
    assert not account["automountServiceAccountToken"]
    added = [it for it in the("NetworkPolicy", made)["spec"]["egress"] if it not in the_egress(documents)]
    assert added == [{"to": [{"ipBlock": {"cidr": "10.9.0.0/24"}}], "ports": [{"protocol": "TCP", "port": 443}]}]
    for document in made:
        if document["kind"] not in CUSTOM:
            kubernetes_validate.validate(document, VERSIONS[-1], strict=True)


def the_egress(documents: list[dict]) -> list[dict]:
    return the("NetworkPolicy", documents)["spec"]["egress"]


def test_every_pod_is_restricted(documents):
    made = pod(documents)
    assert made["securityContext"]["runAsNonRoot"] is True
    assert made["automountServiceAccountToken"] is False
    for container in containers(made).values():
        context = container["securityContext"]
        assert (context["readOnlyRootFilesystem"], context["allowPrivilegeEscalation"]) == (True, False)
        assert context["capabilities"]["drop"] == ["ALL"]
        assert "limits" in container["resources"]
        assert "livenessProbe" in container
        assert not [it["name"] for it in container["env"] if "valueFrom" in it], "every secret is a file"


def test_kongs_pod_is_the_one_of_the_manifests(kong):
    """Everything but images, resources and names is said in both places, and must be the same."""
    ours, theirs = pod(kong), test_kubernetes.deployment()["spec"]["template"]["spec"]
    for name, container in containers(theirs).items():
        mine = dict(containers(ours)[name])
        for key in ("image", "imagePullPolicy", "resources", "env", "ports"):
            mine.pop(key, None)
        other = {key: value for key, value in container.items() if key not in ("image", "resources", "env", "ports")}
        assert mine == other, name
        given = {it["name"]: it["value"] for it in containers(ours)[name]["env"]}
        expected = {it["name"]: it["value"] for it in container["env"]}
        differ = {"MASKER_LISTEN", "MASKER_QUOTA_MAPPINGS"}
        assert {key: value for key, value in given.items() if key not in differ} == {
            key: value for key, value in expected.items() if key not in differ
        }
    assert ours["securityContext"] == theirs["securityContext"]
    assert [it["name"] for it in ours["volumes"]] == [it["name"] for it in theirs["volumes"]]


def test_kong_is_configured_as_everywhere(kong):
    declared = yaml.safe_load(the("ConfigMap", kong)["data"]["kong.yml"])
    for check in (
        test_files.test_every_configuration_is_valid,
        test_files.test_no_sidecar_is_called_by_name,
        test_files.test_every_route_is_masked_once,
        test_files.test_every_provider_is_verified,
        test_files.test_every_route_streams_and_reads_whole_bodies,
    ):
        check(declared)
    listens = next(it["value"] for it in containers(pod(kong))["redis-sidecar"]["env"] if it["name"] == "MASKER_LISTEN")
    (socket,) = sockets(listens)
    assert {it["sidecar"] for it in configurations(declared)} == {f"unix:{socket}"}
    assert {it["actions"]["private_key"] for it in configurations(declared)} == {"refuse"}


def test_a_changed_configuration_replaces_the_pods():
    def checksum(scope: str) -> str:
        changed = {**SETS["kong"], "filter": {"config": {"scope": scope}}}
        return the("Deployment", rendered(changed))["spec"]["template"]["metadata"]["annotations"]["checksum/kong.yml"]

    assert checksum("one") != checksum("two")
    assert checksum("one") == checksum("one")


def test_a_generated_secret_is_long_kept_and_never_the_same(gateway):
    secret = the("Secret", gateway)
    assert secret["metadata"]["annotations"] == {"helm.sh/resource-policy": "keep"}
    keys = {name: b64decode(value).decode() for name, value in secret["data"].items()}
    assert keys.pop("redis-password") == "replace-me"
    assert {name: len(key) for name, key in keys.items()} == {"token": 64, "operator-token": 64, "secret": 64}
    assert len({*keys.values()}) == 3
    again = the("Secret", rendered(SETS["gateway"]))["data"]
    assert not {again[name] for name in keys} & {secret["data"][name] for name in keys}


def test_an_upgrade_looks_for_the_secret_first():
    """Helm cannot ask a cluster here: that each generated key falls back to a new one only, is read."""
    template = (CHART / "templates" / "secret.yaml").read_text()
    assert 'lookup "v1" "Secret" .Release.Namespace $name' in template
    assert template.count("randAlphaNum") == 1
    assert "index $kept . | default (randAlphaNum" in template


def test_the_metrics_are_those_of_the_sidecars(kong):
    monitor, service = the("ServiceMonitor", kong), the("Service", kong, "sidecar")
    assert monitor["metadata"]["labels"]["release"] == "prometheus"
    assert monitor["spec"]["selector"]["matchLabels"].items() <= service["metadata"]["labels"].items()
    (endpoint,) = monitor["spec"]["endpoints"]
    assert endpoint["port"] in [port["name"] for port in service["spec"]["ports"]]
    rules = yaml.safe_load((CHECKOUT / "deploy/observability/rules.yml").read_text())
    assert the("PrometheusRule", kong)["spec"] == rules


def test_services_and_policies_select_the_pods(documents):
    labels = the("Deployment", documents)["spec"]["template"]["metadata"]["labels"]
    for document in documents:
        spec = document.get("spec", {})
        selector = spec.get("podSelector", spec.get("selector", {})) if document["kind"] != "ServiceMonitor" else {}
        selector = selector.get("matchLabels", selector)
        assert selector.items() <= labels.items(), document["kind"]


def test_the_policy_lets_nobody_else_in(kong, gateway):
    for documents, ports in ((kong, {8000, 8100, 9001}), (gateway, {9001})):
        policy = the("NetworkPolicy", documents)["spec"]
        assert {port["port"] for rule in policy["ingress"] for port in rule["ports"]} == ports
        assert all("from" in rule or rule["ports"] == [{"protocol": "TCP", "port": 8100}] for rule in policy["ingress"])
        assert all(rule["to"] for rule in policy["egress"])
    egress = the("NetworkPolicy", gateway)["spec"]["egress"]
    assert {port["port"] for rule in egress for port in rule["ports"]} == {53, 6379}


REDIS = {"redis": {"host": "redis", "namespace": "redis"}}
WRONG = {
    "without Redis": ({}, "redis: one of host, cluster and sentinels"),
    "a policy that does not say where Redis is": ({"redis": {"host": "redis"}}, "networkPolicy: redis.namespace"),
    "an unknown value": ({**REDIS, "sidecars": {}}, "sidecars"),
    "an unknown kind": ({**REDIS, "filter": {"config": {"kinds": {"enable": ["ec2"]}}}}, "enable"),
    "a token that everybody reads": ({**REDIS, "filter": {"config": {"sidecar_token": "x" * 16}}}, "sidecar_token"),
    "a secret in a variable": ({**REDIS, "sidecar": {"env": {"MASKER_SECRET": "x"}}}, "MASKER_SECRET"),
    "a provider without a scheme": (
        {**REDIS, "kong": {"providers": [{"name": "a", "url": "a.com", "paths": ["/"], "stripPath": True}]}},
        "url",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_values_are_told(name):
    values, why = WRONG[name]
    chart = helm.Chart.load(CHART)
    with pytest.raises(HelmError, match=why):
        judged(chart, values)


def judged(chart: helm.Chart, values: dict) -> None:
    chart.validate_schema(values)
    chart.render(values, name="masker", namespace="llm")


def test_its_version_is_that_of_the_project():
    chart = yaml.safe_load((CHART / "Chart.yaml").read_text())
    workspace = next(
        line for line in (CHECKOUT / "Cargo.toml").read_text().splitlines() if line.startswith("version = ")
    )
    assert chart["version"] == chart["appVersion"] == workspace.split('"')[1]
