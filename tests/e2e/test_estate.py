"""The estate: what an operator's inventory lists is masked in prose, restored, replaced, and nobody else's."""

import json
import os
import subprocess
import time
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest

from aws_masker import artefacts
from aws_masker.waiting import wait_for
from rig.gateway import Exchange, Gateway, Opening
from rig.sidecar import OPERATOR_TOKEN, Sidecar
from rig.upstream import Scenario, Text
from rig.upstream.blocks import placeholders

REPEAT = Scenario(says=(Text("the answer is about «0»"),))
WITHIN = 5.0


def state(names: list[str]) -> str:
    """A Terraform state with a bucket for each name."""

    def instance(name: str) -> dict[str, Any]:
        attributes = {"arn": f"arn:aws:s3:::{name}", "bucket": name, "tags": {"Name": name}, "policy": "x" * 400}
        return {"schema_version": 0, "attributes": attributes}

    resource = {"mode": "managed", "type": "aws_s3_bucket", "name": "all", "instances": list(map(instance, names))}
    return json.dumps({"version": 4, "terraform_version": "1.9.0", "outputs": {}, "resources": [resource]})


def tagged(names: dict[str, str]) -> str:
    """What the tagging API answers of instances, by their ids."""
    arn = "arn:aws:ec2:eu-central-1:471192830564:instance/"
    listed = [{"ResourceARN": arn + i, "Tags": [{"Key": "Name", "Value": name}]} for i, name in names.items()]
    return json.dumps({"ResourceTagMappingList": listed})


def run(sidecar: Sidecar, *arguments: str, stdin: str = "") -> str:
    env = {**os.environ, "MASKER_URL": sidecar.url, "MASKER_OPERATOR_TOKEN": OPERATOR_TOKEN}
    command = [str(artefacts.sidecar()), *arguments]
    done = subprocess.run(command, env=env, input=stdin, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def learn(sidecar: Sidecar, inventory: str, source: str, *more: str) -> str:
    return run(sidecar, "learn", "--scope", "default", "--source", source, *more, stdin=inventory)


def ask(gate: Gateway, text: str, scenario: Scenario = REPEAT) -> Exchange:
    return gate.send({"messages": [{"role": "user", "content": text}]}, scenario)


def masks(gate: Gateway, name: str) -> bool:
    return name.encode() not in ask(gate, f"why does {name} time out?", Scenario(says=(Text("no idea"),))).seen


@pytest.fixture(autouse=True)
def no_estate(sidecar: Sidecar) -> Iterator[None]:
    """Each test leaves the shared sidecar as it was."""
    yield
    listed = json.loads(run(sidecar, "estate"))["sources"]
    for source in listed:
        run(sidecar, "forget", "source", source["source"])


def test_a_name_in_prose_is_masked_within_seconds_and_restored(
    gate: Gateway, another: Opening, sidecar: Sidecar
) -> None:
    names = [f"acme-{n:05}-ledger" for n in range(50_000)]
    name = names[31_415]
    assert not masks(gate, name), "nobody has told it"
    told = learn(sidecar, state(names), "terraform")
    assert "s3_bucket" in told
    assert "50000 names, 50000 added, 0 removed" in told
    start = time.monotonic()
    wait_for("the name is masked", lambda: masks(gate, name), patience=WITHIN)
    assert time.monotonic() - start < WITHIN
    exchange = ask(gate, f"why does {name} time out? It is not {name}-eu.")
    (placeholder,) = placeholders(exchange.seen)
    assert placeholder.startswith("AWS_S3_BUCKET_")
    assert exchange.response.json()["content"][0]["text"] == f"the answer is about {name}"
    # The ARN, which tells it anyway, has the same placeholder.
    other = names[2]
    (alone,) = placeholders(ask(gate, f"why does {other} time out?").seen)
    assert placeholders(ask(gate, f"arn:aws:s3:::{other}").seen) == [alone]
    # A gateway of another scope knows nothing of it.
    assert not masks(another("other-estate", filter={"scope": "other"}), name)
    # Without it in the next import, it is gone.
    assert "49999 names, 0 added, 1 removed" in learn(sidecar, state([n for n in names if n != name]), "terraform")
    wait_for("the name is gone", lambda: not masks(gate, name), patience=WITHIN)
    assert masks(gate, names[7])


def test_a_word_is_masked_in_a_fitting_context_only(gate: Gateway, sidecar: Sidecar) -> None:
    inventory = "kind,name\neks_cluster,payroll\ns3_bucket,db\nlambda_function,zebra-worker\n"
    told = learn(sidecar, inventory, "list", "--dry-run")
    assert "in context only" in told
    assert "payroll" in told
    assert "left out, shorter" in told
    assert json.loads(run(sidecar, "estate"))["sources"] == []
    learn(sidecar, inventory, "list")
    wait_for("the function is masked", lambda: masks(gate, "zebra-worker"), patience=WITHIN)
    assert b"payroll is due" in ask(gate, "payroll is due", Scenario(says=(Text("yes"),))).seen
    assert b"payroll" not in ask(gate, "the payroll cluster is down").seen
    learn(sidecar, inventory, "list", "--force", "payroll", "--skip", "zebra-worker")
    wait_for(
        "the user's word counts", lambda: masks(gate, "payroll") and not masks(gate, "zebra-worker"), patience=WITHIN
    )


def test_an_instance_and_its_name_have_one_code(gate: Gateway, sidecar: Sidecar) -> None:
    ids = [f"i-0123456789abcde{n:02}" for n in range(4)]
    web, api = "zebra7-web-blue", "zebra7-api-green"
    # Both are known before it is known whose they are: what was sent then is still restored.
    learn(sidecar, f"ec2_instance,{web}\nec2_instance,{api}\n", "list")
    wait_for("the name is masked", lambda: masks(gate, web), patience=WITHIN)
    (before,) = placeholders(ask(gate, f"why does {web} time out?").seen)
    run(sidecar, "forget", "source", "list")
    # Two instances of an autoscaling group have one name.
    asg = "zebra7-asg-node"
    learn(sidecar, tagged({ids[0]: web, ids[1]: asg, ids[2]: asg}), "tags")
    prompt = f"{ids[0]} is {web}, {ids[1]} and {ids[2]} are {asg}; it was {before}"

    def told() -> list[str]:
        return placeholders(ask(gate, prompt).seen)

    def code(placeholder: str) -> str:
        return placeholder.rsplit("_", 1)[1]

    wait_for("the name has the code of the instance", lambda: len(set(map(code, told()))) == 5, patience=WITHIN)
    says = Scenario(says=(Text("so «0» is «1», «2» and «3» are «4», and it was «5»"),))
    exchange = ask(gate, prompt, says)
    (instance, name, one, other, shared, old) = placeholders(exchange.seen)
    assert (name, old) == (f"AWS_EC2_NAME_{code(instance)}", before)
    assert code(shared) not in (code(one), code(other))
    expected = f"so {ids[0]} is {web}, {ids[1]} and {ids[2]} are {asg}, and it was {web}"
    assert exchange.response.json()["content"][0]["text"] == expected
    # The instance is renamed: the old placeholder stays what it was, and never becomes the new name.
    learn(sidecar, tagged({ids[0]: api}), "tags")
    wait_for("the new name is masked", lambda: masks(gate, api), patience=WITHIN)
    exchange = ask(gate, f"{ids[0]} was {name} and is {api}", Scenario(says=(Text("«0», «1», «2»"),)))
    (_, _, renamed) = placeholders(exchange.seen)
    assert renamed.startswith("AWS_EC2_")
    assert code(renamed) != code(instance)
    assert exchange.response.json()["content"][0]["text"] == f"{ids[0]}, {web}, {api}"


def test_an_operator_of_another_scope_teaches_nothing(gate: Gateway, sidecar: Sidecar) -> None:
    body = {
        "scope": "default",
        "source": "s",
        "import": "0" * 16,
        "names": [["s3_bucket", "acme-x-1", False]],
        "complete": True,
    }
    for token in (None, "no-token-at-all-0123456789"):
        headers = {"authorization": f"Bearer {token}"} if token else {}
        assert httpx2.post(f"{sidecar.url}/v1/estate", json=body, headers=headers, timeout=5).status_code == 401
    assert not masks(gate, "acme-x-1")
