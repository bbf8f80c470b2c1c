"""Everything that a Redis is asked, as its MONITOR shows it, in a log."""

import contextlib
import threading
from pathlib import Path

import redis

from aws_masker.ports import LOOPBACK
from rig.redis_server import PASSWORD, RedisServer


class Monitor:
    def __init__(self, server: RedisServer, log: Path):
        self._client = redis.Redis(LOOPBACK, server.port, password=PASSWORD, encoding_errors="backslashreplace")
        self._log = log
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> "Monitor":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        # The server ends first: the thread reads to the end of what it has sent.
        self._thread.join(20)
        self._client.close()

    def _run(self) -> None:
        with self._log.open("w") as log, contextlib.suppress(redis.ConnectionError), self._client.monitor() as monitor:
            for command in monitor.listen():
                log.write(command["command"] + "\n")
