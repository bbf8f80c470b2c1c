"""The gateway on one port, for real use, until it is ended."""

import json
import os
import secrets
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from aws_masker import artefacts
from aws_masker.asked import STDERR, Asked, Unfit
from aws_masker.envoy import Envoy
from aws_masker.plan import Plan
from aws_masker.ports import free_port, is_free
from aws_masker.process import ending_gracefully
from aws_masker.sidecar import Sidecar
from aws_masker.waiting import NeverHappened, answer, wait_for

# The sidecar's own settings that a caller may give, such as another store or master secret.
PASSED = ("REDIS_", "MASKER_", "SSL_")
# Where it is called by its own commands, unless they are told otherwise.
SIDECAR_PORT = 9001
READY = "/aws-masker/readyz"
READY_PATIENCE = 20.0
WORKERS = 2
# The kernel deals connections to the workers at random: so many go to one of two alone once in 30,000 times.
READY_ANSWERS = 16

Part = TypeVar("Part", Sidecar, Envoy)


class Failed(RuntimeError):
    """The gateway did not come up, or a process of it ended; the text is for the user."""


@dataclass(frozen=True)
class Running:
    envoy: Envoy
    # None with `use_redis: false`.
    sidecar: Sidecar | None

    @property
    def processes(self) -> list:
        return [part.process for part in (self.sidecar, self.envoy) if part is not None]


def run(asked: Asked) -> None:
    """Returns when it is asked to end; fails if a process ends by itself."""
    with ending_gracefully(), tempfile.TemporaryDirectory(prefix="aws-masker-") as directory, ExitStack() as stack:
        private = Path(directory)
        logs = {None: private, STDERR: None}.get(asked.logs, asked.logs)
        operator = os.environ.get("MASKER_OPERATOR_TOKEN") or secrets.token_hex(32)
        running = start(asked, private, logs, operator, stack)
        wait_until_ready(running)
        print(told(asked, running, logs, operator), flush=True)
        for line in warnings(running):
            print(line, file=sys.stderr)
        say_ready()
        wait_for("a process to end", lambda: ended(running), patience=float("inf"))
        raise died(running)


def start(asked: Asked, private: Path, logs: Path | None, operator: str, stack: ExitStack) -> Running:
    socket_name = f"unix:{private / 'sidecar.sock'}"
    config = checked(asked.config, socket_name)
    token = config.get("sidecar_token") or secrets.token_hex(32)
    sidecar = None
    if config.get("use_redis", True):
        port = SIDECAR_PORT if is_free(SIDECAR_PORT) else free_port()
        sidecar = owned(Sidecar("sidecar", private, settings(asked, token, operator), logs, port), stack)
    env = {"AWS_MASKER_TOKEN": token} | {key: os.environ[key] for key in ("AWS_MASKER_SECRET",) if key in os.environ}
    plan = Plan(asked.upstream, socket_name, config, env, port=asked.port, workers=WORKERS)
    return Running(owned(Envoy("envoy", plan, private, logs), stack), sidecar)


def owned(part: Part, stack: ExitStack) -> Part:
    """Started, and ended with the stack, which knows it before it is born: a signal may come at any point between."""
    stack.callback(part.process.stop)
    part.start()
    return part


def checked(path: Path | None, sidecar: str) -> dict[str, Any]:
    """The filter's configuration as it will be read, checked by the same code as in the filter."""
    if path is None:
        return {"sidecar": sidecar}
    command = [str(artefacts.sidecar()), "check", "--sidecar", sidecar, str(path)]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Unfit(done.stderr.strip().removeprefix("redis-sidecar: "))
    return json.loads(done.stdout)


def settings(asked: Asked, token: str, operator: str) -> dict[str, str]:
    given = {key: value for key, value in os.environ.items() if key.startswith(PASSED)}
    if given.pop("MASKER_LISTEN", None):
        raise Unfit("MASKER_LISTEN is set: the launcher chooses where its sidecar listens; unset it")
    if not any(f"MASKER_{name}" in given for name in ("SECRET", "SECRET_FILE", "SECRETS", "SECRETS_FILE")):
        given["MASKER_SECRET"] = kept_secret()
    if asked.redis_url:
        given["REDIS_URL"] = asked.redis_url
    return given | {"MASKER_TOKEN": token, "MASKER_OPERATOR_TOKEN": operator}


def kept_secret() -> str:
    """The same secret each time, so that the same value keeps its placeholder and prompt caches stay warm."""
    path = artefacts.state() / "secret"
    path.parent.mkdir(parents=True, exist_ok=True)
    with suppress(FileExistsError), os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(secrets.token_hex(32))
    return path.read_text().strip()


def wait_until_ready(running: Running) -> None:
    """Until the filter has its key in each worker, so that no request is refused because it came too early."""

    def ready() -> bool:
        if ended(running):
            raise died(running)
        return all(answer(running.envoy.url + READY)[0] == 200 for _ in range(READY_ANSWERS))

    try:
        wait_for("the filter to have its key", ready, READY_PATIENCE)
    except NeverHappened:
        raise Failed(f"the gateway refuses requests: {why(running)}") from None


def why(running: Running) -> str:
    """What the filter says of itself, and the last lines of all logs."""
    body = answer(running.envoy.url + READY)[1]
    try:
        code = json.loads(body)["refuses_with"]
    except (ValueError, KeyError):
        code = "it does not answer"
    tails = "\n".join(f"--- {process.name}\n{process.tail(8)}" for process in running.processes)
    return f"{code}\n{tails}"


def told(asked: Asked, running: Running, logs: Path | None, operator: str) -> str:
    near = f"http://localhost:{asked.port}"
    lines = [
        f"ready: {near} masks for {asked.upstream}",
        f"  Claude Code  ANTHROPIC_BASE_URL={near} claude",
    ]
    if running.sidecar is not None:
        # A token that the caller chose is not shown: it may have other uses.
        given = os.environ.get("MASKER_OPERATOR_TOKEN")
        lines.append(f"  page         {running.sidecar.url if given else running.sidecar.page(operator)}")
    lines.append(f"  logs         {logs or 'here'}{'' if asked.logs else ', until it ends'}")
    return "\n".join([*lines, "Ctrl-C stops it"])


def warnings(running: Running) -> Iterator[str]:
    """What the processes found doubtful about their settings."""
    for process in running.processes:
        yield from (f"{process.name}: {line}" for line in process.lines() if " WARN " in line or " ERROR " in line)


def died(running: Running) -> Failed:
    return Failed("\n".join(f"{process.name} ended\n{process.tail()}" for process in ended(running)))


def ended(running: Running) -> list:
    return [process for process in running.processes if not process.alive()]


def say_ready() -> None:
    """Tells systemd that requests are served (sd_notify), if it started this."""
    place = os.environ.get("NOTIFY_SOCKET")
    if place:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as service:
            service.connect(place.replace("@", "\0", 1) if place.startswith("@") else place)
            service.send(b"READY=1")
