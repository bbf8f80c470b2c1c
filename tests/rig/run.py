"""`make run`: the gateway on one port, for real use, until it is interrupted."""

import os
import secrets
import signal
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from rig import artefacts
from rig.asked import Unfit, arguments
from rig.envoy import Envoy
from rig.plan import Plan
from rig.sidecar import Sidecar
from rig.waiting import NeverHappened, wait_for

# The sidecar's own settings that a caller may give, such as another store or master secret.
PASSED = ("REDIS_", "MASKER_", "SSL_")


def main() -> int:
    asked = arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    token = secrets.token_hex(32)
    with tempfile.TemporaryDirectory(prefix="aws-masker-") as directory, ExitStack() as stack:
        logs = Path(directory)
        given = os.environ.get("MASKER_OPERATOR_TOKEN")
        operator = given or secrets.token_hex(32)
        sidecar = stack.enter_context(Sidecar("sidecar", logs, sidecar_settings(token, operator)))
        plan = Plan(
            asked.upstream,
            sidecar.address,
            asked.config,
            {"AWS_MASKER_TOKEN": token},
            port=asked.port,
            workers=2,
        )
        envoy = stack.enter_context(Envoy("envoy", plan, logs))
        print(f"{envoy.url} masks for {asked.upstream}; logs in {logs}; Ctrl-C stops it")
        print(f"ANTHROPIC_BASE_URL=http://localhost:{asked.port} claude")
        # A token that the caller chose is not shown: it may have other uses.
        print(f"See it in a browser: {sidecar.url if given else sidecar.page(operator)}", flush=True)
        wait_for("a process to end", lambda: ended(sidecar, envoy), patience=float("inf"))
        for process in (sidecar.process, envoy.process):
            print(f"--- {process.name}\n{process.tail()}", file=sys.stderr)
    return 1


def ended(sidecar: Sidecar, envoy: Envoy) -> bool:
    return not (sidecar.process.alive() and envoy.process.alive())


def sidecar_settings(token: str, operator: str) -> dict[str, str]:
    given = {key: value for key, value in os.environ.items() if key.startswith(PASSED)}
    if "MASKER_SECRET" not in given and "MASKER_SECRET_FILE" not in given and "MASKER_SECRETS" not in given:
        given["MASKER_SECRET"] = kept_secret()
    return given | {"MASKER_TOKEN": token, "MASKER_OPERATOR_TOKEN": operator}


def kept_secret() -> str:
    """The same secret each time, so that the same value keeps its placeholder and prompt caches stay warm."""
    path = artefacts.ROOT / ".run" / "secret"
    path.parent.mkdir(exist_ok=True)
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_hex(32))
    return path.read_text().strip()


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(0)
    except (artefacts.NotBuilt, Unfit, NeverHappened, RuntimeError) as reason:
        sys.exit(f"error: {reason}")
