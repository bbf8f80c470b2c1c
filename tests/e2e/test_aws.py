"""The live source of an estate: `learn --aws` asks an account, which moto plays; so does a sidecar on a schedule."""

import json
import os
import re
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from aws_masker import artefacts
from aws_masker.artefacts import CHECKOUT
from aws_masker.ports import LOOPBACK, free_port
from aws_masker.waiting import wait_for
from rig.aws_account import REGION, SIDECAR, AwsAccount, nobody
from rig.filter import Filter
from rig.gateway import Exchange, Gateway
from rig.redis_server import RedisServer
from rig.sidecar import OPERATOR_TOKEN, Sidecar
from rig.upstream import Scenario, Text
from rig.upstream.blocks import placeholders

WITHIN = 10.0
ELSEWHERE = "eu-central-1"
OWN = "123456789012"
# More than fit on a page of the tagging API (100), of an organisation (20), and of the rig's S3 (2).
QUEUES, MEMBERS, BUCKETS = 120, 25, 5
SHORTEST = "10s"
# What the SDK would log of its own accord shows every name.
LOUD = "trace,aws_smithy_runtime=trace,aws_smithy_http_client=trace"
# In every name that is made here, so that none can stand in a log unseen.
MARK = "zebra7"


def fill(account: AwsAccount) -> None:
    account.call("s3", "create_bucket", Bucket=f"{MARK}-ledger")
    for n in range(1, BUCKETS):
        account.call("s3", "create_bucket", Bucket=f"{MARK}-archive-{n}")
    image = account.call("ec2", "describe_images", Owners=["amazon"])["Images"][0]["ImageId"]
    tags = [{"ResourceType": "instance", "Tags": [{"Key": "Name", "Value": f"{MARK}-web"}]}]
    account.call("ec2", "run_instances", ImageId=image, MinCount=1, MaxCount=1, TagSpecifications=tags)
    account.call(
        "rds",
        "create_db_instance",
        DBInstanceIdentifier=f"{MARK}-payments",
        DBInstanceClass="db.t3.micro",
        Engine="postgres",
        MasterUsername="u",
        MasterUserPassword=f"{MARK}-password",
        AllocatedStorage=20,
        Tags=[{"Key": "team", "Value": f"{MARK}-team"}],
    )
    assumed = {"Version": "2012-10-17", "Statement": []}
    role = account.call(
        "iam", "create_role", RoleName=f"{MARK}-deployer", AssumeRolePolicyDocument=json.dumps(assumed)
    )["Role"]["Arn"]
    account.call(
        "lambda",
        "create_function",
        FunctionName=f"{MARK}-billing",
        Role=role,
        PackageType="Image",
        Code={"ImageUri": f"{OWN}.dkr.ecr.us-east-1.amazonaws.com/x:1"},
        Tags={"env": "x"},
    )
    for n in range(QUEUES):
        account.call("sqs", "create_queue", QueueName=f"{MARK}-jobs-{n:03}", tags={"env": "x"})
    account.call("sqs", "create_queue", ELSEWHERE, QueueName=f"{MARK}-elsewhere", tags={"env": "x"})
    account.call("organizations", "create_organization", FeatureSet="ALL")
    for n in range(MEMBERS):
        account.call("organizations", "create_account", Email=f"a{n}@acme.example", AccountName=f"{MARK}-unit-{n:02}")


@pytest.fixture(scope="module")
def account(logs: Path) -> Iterator[AwsAccount]:
    with AwsAccount("aws-account", logs) as account:
        fill(account)
        yield account


@pytest.fixture(autouse=True)
def no_estate(sidecar: Sidecar) -> Iterator[None]:
    """Each test leaves the shared sidecar as it was."""
    yield
    for source in sources(sidecar):
        run(operator(sidecar), "forget", "source", source["source"])


def operator(sidecar: Sidecar) -> dict[str, str]:
    return {"MASKER_URL": sidecar.url, "MASKER_OPERATOR_TOKEN": OPERATOR_TOKEN}


def ended(env: dict[str, str], *arguments: str, program: Path = SIDECAR) -> subprocess.CompletedProcess[str]:
    env = {key: os.environ[key] for key in ("PATH", "HOME") if key in os.environ} | env
    return subprocess.run([program, *arguments], env=env, capture_output=True, text=True, timeout=120, check=False)


def run(env: dict[str, str], *arguments: str) -> str:
    done = ended(env, *arguments)
    assert done.returncode == 0, done.stderr
    return done.stdout


def refused(env: dict[str, str], *arguments: str, program: Path = SIDECAR) -> str:
    """The one line with which a command ends that cannot do it."""
    done = ended(env, *arguments, program=program)
    assert done.returncode == 1, done.stdout + done.stderr
    (line,) = done.stderr.splitlines()
    return line


def sources(sidecar: Sidecar) -> list[dict[str, Any]]:
    return json.loads(run(operator(sidecar), "estate"))["sources"]


def kinds(told: str) -> dict[str, int]:
    return {kind: int(count) for kind, count in re.findall(r"^  (\w+) +(\d+)", told, re.M)}


def ask(gate: Gateway, text: str, *says: Text) -> Exchange:
    return gate.send({"messages": [{"role": "user", "content": text}]}, Scenario(says=says or (Text("no idea"),)))


def masks(gate: Gateway, name: str) -> bool:
    return name.encode() not in ask(gate, f"why does {name} time out?").seen


def test_what_an_account_has_is_shown_and_not_stored(account: AwsAccount, sidecar: Sidecar) -> None:
    told = run(account.environment() | operator(sidecar), "learn", "--aws", "--dry-run")
    listed = dict(re.findall(r"^(.+): (\d+) resources$", told, re.M))
    assert int(listed[f"resource groups tagging API in {REGION}"]) >= QUEUES + 3, "every page"
    assert int(listed["S3 buckets"]) == BUCKETS, "every page"
    # The organisation's own account, too.
    assert int(listed["accounts of the organisation"]) == MEMBERS + 1
    assert f"Resource Explorer in {REGION}: left out, not allowed or not set up (UnauthorizedException)" in told
    found = kinds(told)
    assert (found["sqs_queue"], found["s3_bucket"], found["rds_instance"]) == (QUEUES, BUCKETS, 1)
    assert (found["lambda_function"], found["ec2_instance"]) == (1, 1)
    assert found["account_id"] >= MEMBERS
    # No tag but the name, and nothing that is secret.
    assert f"{MARK}-team" not in told
    assert f"{MARK}-password" not in told
    assert sources(sidecar) == []


def test_what_an_account_has_is_masked_until_it_is_gone(gate: Gateway, account: AwsAccount, sidecar: Sidecar) -> None:
    env = account.environment() | operator(sidecar)
    gone = f"{MARK}-gone-soon"
    account.call("s3", "create_bucket", Bucket=gone)
    told = run(env, "learn", "--aws")
    (source,) = sources(sidecar)
    # Not the account's number: the store would see it.
    assert re.fullmatch("aws-[0-9a-f]{6}", source["source"])
    assert f"source {source['source']} of scope default: {source['names']} names, {source['names']} added" in told
    assert source["parts"] == [f"tagging.{REGION}", "buckets", "organisation"]
    wait_for("a queue of the second page is masked", lambda: masks(gate, f"{MARK}-jobs-119"), patience=WITHIN)
    for name, label in [
        (f"{MARK}-ledger", "S3_BUCKET"),
        (f"{MARK}-archive-{BUCKETS - 1}", "S3_BUCKET"),
        (f"{MARK}-web", "EC2_NAME"),
        (f"{MARK}-payments", "RDS"),
        (f"{MARK}-billing", "LAMBDA"),
        (f"{MARK}-unit-24", "ACCOUNT"),
        (gone, "S3_BUCKET"),
    ]:
        exchange = ask(gate, f"why does {name} time out?", Text("it is «0»"))
        (placeholder,) = placeholders(exchange.seen)
        assert placeholder.startswith(f"AWS_{label}"), name
        assert exchange.response.json()["content"][0]["text"] == f"it is {name}"
    # An ARN and the name in it have one code.
    (alone,) = placeholders(ask(gate, f"why does {MARK}-billing time out?").seen)
    arn = f"arn:aws:lambda:us-east-1:{OWN}:function:{MARK}-billing"
    assert alone in placeholders(ask(gate, arn).seen)
    account.call("s3", "delete_bucket", Bucket=gone)
    assert f"{source['names'] - 1} names, 0 added, 1 removed" in run(env, "learn", "--aws")
    wait_for("what is gone is not masked", lambda: not masks(gate, gone), patience=WITHIN)
    assert masks(gate, f"{MARK}-ledger")


def test_regions_are_asked_one_after_the_other(account: AwsAccount, sidecar: Sidecar) -> None:
    env = account.environment() | operator(sidecar)
    told = run(env, "learn", "--aws", "--dry-run", "--region", ELSEWHERE, "--region", REGION)
    assert kinds(told)["sqs_queue"] == QUEUES + 1
    assert kinds(run(env, "learn", "--aws", "--dry-run", "--region", ELSEWHERE))["sqs_queue"] == 1
    env = {key: text for key, text in env.items() if key not in ("AWS_REGION", "AWS_ENDPOINT_URL")}
    assert "no region; --region or AWS_REGION says which" in refused(env, "learn", "--aws", "--dry-run")
    arguments = ("learn", "--aws", "--dry-run", "--region", ELSEWHERE, "--endpoint-url", account.url)
    assert kinds(run(env, *arguments))["sqs_queue"] == 1


def test_resource_explorer_is_asked_page_by_page(logs: Path, sidecar: Sidecar) -> None:
    with AwsAccount("aws-explorer", logs) as account:
        arns = [f"arn:aws:eks:{REGION}:{OWN}:cluster/{MARK}-eks-{n}" for n in range(5)]
        named = [{"Name": "tags", "Data": [{"Key": "Name", "Value": f"{MARK} of prod"}]}]
        account.explore([{"Arn": arn, "ResourceType": "eks:cluster", "Properties": named} for arn in arns])
        told = run(account.environment() | operator(sidecar), "learn", "--aws", "--dry-run")
    assert f"Resource Explorer in {REGION}: 5 resources" in told
    assert kinds(told)["eks_cluster"] == 6


def policy() -> dict[str, Any]:
    """The one that the documentation gives."""
    (text,) = re.findall(r"```json\n(.*?)```", (CHECKOUT / "docs" / "estate.md").read_text(), re.S)
    return json.loads(text)


def test_the_documented_policy_is_enough_and_a_lesser_one_goes_on(logs: Path, sidecar: Sidecar) -> None:
    with AwsAccount("aws-checked", logs) as account:
        fill(account)
        account.check()
        account.call("iam", "create_user", UserName="inventory")
        made = account.call("iam", "create_access_key", UserName="inventory")["AccessKey"]
        env = account.environment(made["AccessKeyId"], made["SecretAccessKey"]) | operator(sidecar)

        def allow(*actions: str) -> None:
            # moto names the tagging API after its host.
            own = [action.replace("tag:", "tagging:") for action in actions]
            document = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": own, "Resource": "*"}]}
            account.call(
                "iam", "put_user_policy", UserName="inventory", PolicyName="p", PolicyDocument=json.dumps(document)
            )

        assert "the account allows none of this" in refused(env, "learn", "--aws")
        (statement,) = policy()["Statement"]
        actions = statement["Action"]
        allow(*actions)
        assert "AccessDenied" not in run(env, "learn", "--aws")
        (before,) = sources(sidecar)
        # One that is missing is told in one line, and the others go on.
        allow(*(action for action in actions if action != "s3:ListAllMyBuckets"))
        told = run(env, "learn", "--aws", "--dry-run")
        assert told.count("left out, not allowed or not set up (AccessDenied") == 1
        assert "S3 buckets: left out" in told
        assert kinds(told)["sqs_queue"] == QUEUES
        # What it listed before is not lost by that.
        assert "buckets was allowed at the last import and is not now" in refused(env, "learn", "--aws")
        (after,) = sources(sidecar)
        assert (after["names"], after["parts"]) == (before["names"], before["parts"])
        assert "0 removed" in run(env, "learn", "--aws", "--source", "without-buckets")
        wrong = account.environment(made["AccessKeyId"], "wrong") | operator(sidecar)
        assert "the credentials are not accepted (SignatureDoesNotMatch)" in refused(wrong, "learn", "--aws")


def test_what_is_missing_is_told_in_one_line(account: AwsAccount, sidecar: Sidecar) -> None:
    nowhere = account.environment() | {"AWS_ENDPOINT_URL": f"http://{LOOPBACK}:{free_port()}"}
    assert "no answer: the endpoint cannot be reached" in refused(nowhere | operator(sidecar), "learn", "--aws")
    keyless = {"AWS_REGION": REGION, "AWS_ENDPOINT_URL": account.url, **nobody()}
    assert "no credentials: neither in the environment nor in a profile" in refused(
        keyless | operator(sidecar), "learn", "--aws"
    )
    assert "is no region" in refused(account.environment(), "learn", "--aws", "--region", "eu west")
    assert "must begin with http" in refused(account.environment(), "learn", "--aws", "--endpoint-url", "localhost")
    # The sidecar that most people have.
    without = refused(account.environment(), "learn", "--aws", program=artefacts.sidecar())
    assert "asking AWS needs redis-sidecar-aws" in without
    assert "--features aws" in without
    assert "aws resourcegroupstaggingapi get-resources | redis-sidecar learn --source tags" in without
    scheduled = {"MASKER_TOKEN": "t" * 16, "MASKER_ESTATE_INTERVAL": "1h"}
    assert "MASKER_ESTATE_INTERVAL" in refused(scheduled, program=artefacts.sidecar())


def imports(sidecar: Sidecar, outcome: str) -> int:
    line = re.compile(rf'^aws_masker_estate_imports_total{{scope="scheduled",outcome="{outcome}"}} (\d+)$', re.M)
    return sum(map(int, line.findall(sidecar.metrics())))


def heard(sidecar: Sidecar) -> dict[str, bool]:
    """The names that a filter hears of, and whether each is forced."""
    (news,) = Filter(sidecar, "estate").call(follow=[{"scope": "scheduled", "estate": ""}])["news"]
    return {name: forced for _, name, forced in news.get("estate", {"names": []})["names"]}


def test_a_sidecar_imports_by_itself(logs: Path, redis_server: RedisServer) -> None:
    with ExitStack() as stack:
        account = stack.enter_context(AwsAccount("aws-scheduled", logs))
        account.call("s3", "create_bucket", Bucket=f"{MARK}-first")
        account.call("s3", "create_bucket", Bucket=f"{MARK}-skipped")
        # A word, which is looked for in a fitting context only, unless the operator decides otherwise.
        account.call("s3", "create_bucket", Bucket="payroll")

        def started(name: str, interval: str, **wishes: str) -> Sidecar:
            # A scope of its own: the store is shared.
            schedule = {"MASKER_ESTATE_INTERVAL": interval, "MASKER_ESTATE_SCOPES": "scheduled", "MASKER_LOG": LOUD}
            env = redis_server.env | account.environment() | schedule | wishes
            return stack.enter_context(Sidecar(f"scheduled-{name}", logs, env, program=SIDECAR))

        def names() -> int:
            listed = json.loads(run(operator(pair[0]), "estate", "--scope", "scheduled"))["sources"]
            return listed[0]["names"] if listed else 0

        pair = [started(name, "1h") for name in ("one", "other")]
        aged = 'aws_masker_estate_age_seconds{scope="scheduled"}'
        wait_for("both know how old it is", lambda: all(aged in sidecar.metrics() for sidecar in pair), patience=60)
        assert sum(imports(sidecar, "imported") for sidecar in pair) == 1, "by one of them"
        first = names()
        # A sidecar that did not import it reads it before it tells filters.
        wait_for("a filter hears of it", lambda: f"{MARK}-skipped" in heard(pair[0]), patience=60)
        assert heard(pair[0])["payroll"] is False
        account.call("s3", "create_bucket", Bucket=f"{MARK}-second")
        often = started("often", SHORTEST, MASKER_ESTATE_SKIP=f"{MARK}-skipped", MASKER_ESTATE_FORCE="payroll, x")
        wait_for("the wishes are heeded", lambda: heard(often).get("payroll") is True, patience=60)
        assert f"{MARK}-skipped" not in heard(often)
        # One more than before, and the one that is skipped less.
        assert names() == first
        wait_for("that is counted", lambda: imports(often, "imported") > 0, patience=60)
        # The account does not answer any more: what is there stays.
        account.process.kill()
        wait_for("a failure is counted", lambda: imports(often, "failed") > 0, patience=60)
        assert names() == first
        for sidecar in (*pair, often):
            log = (logs / f"{sidecar.process.name}.log").read_text()
            assert MARK not in log
            assert OWN not in log
        told = (logs / "scheduled-often.log").read_text().splitlines()
        assert any("the former one stays: AWS: " in line and "no answer" in line for line in told), told
