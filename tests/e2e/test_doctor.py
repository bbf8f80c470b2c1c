"""`redis-sidecar doctor` and the self-check, on a gateway that runs and on what is wrong with one."""

import json
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx2
import pytest

from aws_masker import artefacts
from aws_masker.ports import LOOPBACK, free_port
from aws_masker.waiting import wait_for
from rig.gateway import Gateway, Opening
from rig.redis_server import RedisServer
from rig.sidecar import OPERATOR_TOKEN, Sidecar

ROOT = Path(__file__).parents[2]
PATH = "/v1/messages"
# What the doctor says of a running set-up, and its exit code.
Said = tuple[str, int]
Doctor = Callable[..., Said]


@pytest.fixture
def doctor(sidecar: Sidecar) -> Doctor:
    def run(*arguments: str, url: str = sidecar.url) -> Said:
        environment = {"MASKER_URL": url, "MASKER_OPERATOR_TOKEN": OPERATOR_TOKEN}
        command = [str(artefacts.sidecar()), "doctor", *arguments]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)
        return done.stdout + done.stderr, done.returncode

    return run


@pytest.fixture(scope="module")
def echo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A sidecar of its own, for its upstream for checks alone."""
    port = free_port()
    with Sidecar("echo", tmp_path_factory.mktemp("echo"), {"MASKER_ECHO_LISTEN": f"{LOOPBACK}:{port}"}):
        yield f"http://{LOOPBACK}:{port}"


def checked(another: Opening, echo: str, name: str, **changed: object) -> Gateway:
    gate = another(name, serving=False, upstream=echo, **changed)

    def has_key() -> bool:
        health = gate.http.get("/aws-masker/readyz").json()
        return health["vault"] == "up" and health["ready"]

    wait_for("the key", has_key)
    return gate


def test_a_good_set_up(another: Opening, echo: str, doctor: Doctor, redis_server: RedisServer) -> None:
    gate = checked(another, echo, "doctor-good")
    redis_server.client.config_set("maxmemory-policy", "noeviction")
    said, code = doctor("--gateway", gate.url, "--selfcheck", PATH)
    assert "ok    invented values are masked upstream, and restored in text, tools and streams" in said
    assert ("FAIL" not in said, code) == (True, 0), said


@pytest.mark.parametrize(
    ("filter", "said"),
    [
        ({"mode": "observe"}, "4 invented values arrived upstream unmasked"),
        ({"mode": "observe"}, "the filter only observes: values leave"),
        ({"never_restore": ["ec2_instance"]}, "a text came back altered"),
        ({"actions": {"storage": "refuse"}}, "the gateway answered 400: AWS_MASKER_2012"),
    ],
)
def test_what_is_wrong_with_a_gateway(
    another: Opening, echo: str, doctor: Doctor, filter: dict[str, object], said: str
) -> None:
    gate = checked(another, echo, "doctor-bad", filter=filter)
    told, code = doctor("--gateway", gate.url, "--selfcheck", PATH)
    assert (said in told, code) == (True, 1), told


def test_what_does_not_run(gate: Gateway, doctor: Doctor) -> None:
    nowhere = f"http://{LOOPBACK}:9"
    told, code = doctor("--gateway", nowhere, url=nowhere)
    assert (f"no answer from the sidecar at {nowhere}" in told, "the gateway cannot be reached" in told, code) == (
        True,
        True,
        1,
    )
    told, code = doctor("--gateway", gate.url, "--selfcheck", PATH)
    assert ("what answered is not the echo" in told or "the gateway answered" in told, code) == (True, 1), told


def test_files_before_they_run(doctor: Doctor, tmp_path: Path) -> None:
    files = ("--offline", "--conf", str(ROOT / "kong/kong.conf"), "--kong", str(ROOT / "kong/kong.yml"))
    told, code = doctor(*files)
    assert ("FAIL" not in told, "warn" not in told, code) == (True, True, 0), told
    observing = tmp_path / "kong.yml"
    observing.write_text((ROOT / "kong/kong.yml").read_text().replace("scope: default", "mode: observe"))
    told, code = doctor("--offline", "--kong", str(observing))
    assert ("only observes: values leave\n      -> mode: mask" in told, code) == (True, 1), told


def success(sidecar: Sidecar) -> str | None:
    lines = (line for line in sidecar.metrics().splitlines() if line.startswith("aws_masker_selfcheck_success"))
    return next((line.rsplit(" ", 1)[1] for line in lines), None)


def test_the_check_of_every_minute(another: Opening, echo: str, sidecar: Sidecar, tmp_path: Path) -> None:
    gate = checked(another, echo, "selfcheck")
    watching = Sidecar("watching", tmp_path, {"MASKER_SELFCHECK_URL": f"{gate.url}{PATH}"})

    def outcome() -> str | None:
        headers = {"authorization": f"Bearer {OPERATOR_TOKEN}"}
        return httpx2.get(f"{watching.url}/readyz", headers=headers, timeout=5).json()["selfcheck"]

    with watching:
        wait_for("a check", lambda: outcome() == "ok")
        wait_for("its metric", lambda: success(watching) == "1")
        log = watching.process.log.read_text()
        assert "self-check: values are masked and restored" in log
    failing = Sidecar("failing", tmp_path, {"MASKER_SELFCHECK_URL": f"{sidecar.url}{PATH}"})
    with failing:
        log = failing.process.log
        wait_for("a failure", lambda: "self-check failed: the gateway answered 404" in log.read_text())
        wait_for("its metric", lambda: success(failing) == "0")


def test_the_echo_answers_checks_only(echo: str) -> None:
    for content, status in ((b"{}", 404), (b'{"model":"claude","messages":[]}', 404), (b"x" * 20_000, 400)):
        assert httpx2.post(f"{echo}/v1/messages", content=content).status_code == status
    check = {"model": "aws-masker-selfcheck", "messages": [{"role": "user", "content": "hello"}]}
    answer = httpx2.post(f"{echo}/v1/messages", content=json.dumps(check))
    assert (answer.json()["content"][0]["text"], answer.headers["x-aws-masker-seen"]) == ("hello", b"hello".hex())
