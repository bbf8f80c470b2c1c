"""`make run` and `aws-masker`: what they say, that they serve, and that nothing is left of them."""

import os
import re
import signal
import socket
from pathlib import Path

import pytest

from aws_masker.ports import free_port
from aws_masker.waiting import answer, answers, wait_for
from rig import planted
from rig.gateway import ON_KONG, Gateway
from rig.launched import Launched, is_running
from rig.redis_server import PASSWORD, RedisServer
from rig.two_conversations import plain, streamed
from rig.upstream import Scenario, Text, Upstream
from rig.upstream.scenario import Reply

pytestmark = pytest.mark.skipif(ON_KONG, reason="the launcher starts Envoy")


def test_a_run_with_everything(upstream: Upstream, tmp_path: Path, redis_server: RedisServer) -> None:
    config = tmp_path / "masker.yaml"
    config.write_text(
        "sidecar: unix:/run/aws-masker/sidecar.sock # Kong's own, which is not there\nalways_mask: [Planetexpress]\n"
    )
    words = ["--upstream", upstream.url, "--config", str(config), "--logs", str(tmp_path / "logs")]
    url = f"redis://:{PASSWORD}@127.0.0.1:{redis_server.port}"
    with Launched(*words, REDIS_URL=url, REDIS_HOSTS="planet", MASKER_SECRET="x" * 32) as launched:
        launched.wait_ready()
        served = Gateway(launched, upstream)
        assert plain(served).is_right()
        assert streamed(served).is_right()
        own = served.send({"messages": [{"role": "user", "content": "Planetexpress"}]}, Scenario(says=(Text("«0»"),)))
        assert b"Planetexpress" not in own.seen
        assert own.response.json()["content"][0]["text"] == "Planetexpress"
        page, token = launched.told("page").split("#token=")
        assert answers(page)
        assert re.fullmatch("[0-9a-f]{64}", token)
        assert launched.told("logs") == str(tmp_path / "logs")
        assert (tmp_path / "logs" / "envoy.log").exists()
        assert "listening" in (tmp_path / "logs" / "sidecar.log").read_text()
        wait_for("the mappings are in Redis", lambda: redis_server.placeholders())
        wait_for("the misspelt variable is told", lambda: "REDIS_HOSTS" in launched.said())
        assert 'meant="REDIS_HOST"' in launched.said()
        assert PASSWORD not in launched.said()
        children = launched.children()
        assert len(children) == 2
        launched.send(signal.SIGINT)
        assert launched.ended() == 0
        assert not [child for child in children if is_running(child)]
        assert "Traceback" not in launched.said()


def test_a_base_url_with_a_path(upstream: Upstream) -> None:
    """The path of a request follows that of the base URL, and the provider does not learn what it was here."""
    says = Scenario(reply=lambda request: Reply((request.body,)))
    with Launched("--upstream", f"{upstream.url}/some/base/") as launched:
        served = Gateway(launched.wait_ready(), upstream)
        for path, arrives in (("/v1/messages?beta=true", "/some/base/v1/messages?beta=true"), ("/", "/some/base/")):
            exchange = served.send({"messages": [{"role": "user", "content": planted.ec2(1)}]}, says, url=path)
            assert exchange.requests[0].target == arrives
            assert planted.ec2(1) in exchange.response.text
            assert not [name for name, _ in exchange.requests[0].headers if name.startswith("x-envoy-")]


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
def test_nothing_outlives_it(upstream: Upstream, tmp_path: Path, how: signal.Signals) -> None:
    with Launched("--upstream", upstream.url, "--logs", "-", TMPDIR=str(tmp_path)) as launched:
        launched.wait_ready()
        children = launched.children()
        assert len(children) == 2
        launched.send(how)
        assert launched.ended() == (-how if how is signal.SIGKILL else 0)
        wait_for("its processes to end", lambda: not any(map(is_running, children)))
        # Logs went where the launcher writes.
        assert "listening" in launched.said()
        assert how is signal.SIGKILL or list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("count", [0, 1, 2])
def test_it_can_be_ended_while_it_starts(upstream: Upstream, count: int) -> None:
    """With none, one or both of its processes; with a second Ctrl-C on the heels of the first."""
    with Launched("--upstream", upstream.url) as launched:
        wait_for("its first lines", lambda: launched.catches(signal.SIGTERM))
        wait_for("its processes", lambda: len(launched.children()) >= count)
        children = launched.children()
        launched.send(signal.SIGINT)
        launched.send(signal.SIGINT)
        assert launched.ended() == 0
        assert not any(map(is_running, children))
        assert "Traceback" not in launched.said()


def test_a_process_that_ends_ends_all(upstream: Upstream) -> None:
    with Launched("--upstream", upstream.url) as launched:
        launched.wait_ready()
        first, second = launched.children()
        os.kill(first, signal.SIGKILL)
        assert launched.ended() == 1
        assert not is_running(second)
        assert "error: sidecar ended" in launched.said()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("mask_s3_bucket: true", "a member is unknown; near ones: mask_s3_buckets"),
        ("redis_fallback: hunter2", "redis_fallback: expected true or false, found a text"),
        ("scope: {from: hunter2}", "scope.from: expected `route` or `service`"),
        ("kinds: {enable: [s3_buckets]}", "kinds.enable: entry 1 is not a kind; near ones: s3_bucket"),
        ("actions: {hunter2: mask}", "actions: entry 1 is not a kind or a family"),
        ("mode: [", "it is not YAML, at line"),
    ],
)
def test_a_wrong_configuration_starts_nothing(upstream: Upstream, tmp_path: Path, text: str, says: str) -> None:
    config = tmp_path / "masker.yaml"
    config.write_text(text)
    with Launched("--upstream", upstream.url, "--config", str(config), "--logs", str(tmp_path / "logs")) as launched:
        assert launched.ended() == 1
        assert launched.err[0].startswith(f"error: {config}: {says}")
        assert len(launched.err) == 1
        assert "hunter2" not in launched.said()
        assert list((tmp_path / "logs").iterdir()) == []


def test_without_a_sidecar(upstream: Upstream, tmp_path: Path) -> None:
    config = tmp_path / "masker.json"
    config.write_text('{"use_redis": false, "secret": "0123456789abcdef"}')
    with Launched("--upstream", upstream.url, "--config", str(config)) as launched:
        launched.wait_ready()
        assert len(launched.children()) == 1
        assert not [line for line in launched.out if "page" in line]
        assert streamed(Gateway(launched, upstream)).is_right()


def test_a_redis_that_does_not_answer(upstream: Upstream) -> None:
    with Launched("--upstream", upstream.url, REDIS_URL=f"redis://:hunter2@127.0.0.1:{free_port()}") as launched:
        assert launched.ended() == 1
        assert "error: the gateway refuses requests: AWS_MASKER_1001" in launched.said()
        assert "Redis" in launched.said()
        assert "hunter2" not in launched.said()


def test_systemd_is_told_that_it_serves(upstream: Upstream, tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(tmp_path / "notify"))
        systemd.settimeout(60)
        with Launched("--upstream", upstream.url, NOTIFY_SOCKET=str(tmp_path / "notify")) as launched:
            assert systemd.recv(100) == b"READY=1"
            assert answer(f"{launched.url}/aws-masker/readyz")[0] == 200
