"""A real redis-server with a password and a volume, that can be killed and started again."""

import shutil
from collections.abc import Sequence
from pathlib import Path

import redis

from aws_masker.artefacts import CHECKOUT, NotBuilt
from aws_masker.ports import LOOPBACK, free_port
from aws_masker.process import Process

PASSWORD = "a-password-for-the-tests"


def program() -> str:
    # `make redis-server` installs it in the second place, which tests that are not started by make need.
    found = shutil.which("redis-server") or shutil.which("redis-server", path=CHECKOUT / ".run" / "bin")
    if found is None:
        raise NotBuilt("redis-server is not installed: run `make redis-server`")
    return found


class RedisServer:
    def __init__(self, name: str, directory: Path, settings: Sequence[str] = ()):
        """`settings` are further lines of its configuration."""
        self.port = free_port()
        self.volume = directory / f"{name}-volume"
        self.volume.mkdir()
        config = directory / f"{name}.conf"
        config.write_text(
            f"port {self.port}\nbind {LOOPBACK}\nrequirepass {PASSWORD}\ndir {self.volume}\n"
            'appendonly yes\nappendfsync always\nsave ""\nmaxmemory-policy noeviction\n' + "\n".join(settings)
        )
        self.process = Process(name, [program(), str(config)], directory)
        self.client = redis.Redis(LOOPBACK, self.port, password=PASSWORD, socket_timeout=5)

    def __enter__(self) -> "RedisServer":
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.client.close()
        self.process.kill()

    def start(self) -> "RedisServer":
        self.process.start().wait_ready(f"{self.process.name} answers PING", self._ready)
        return self

    @property
    def env(self) -> dict[str, str]:
        return {"REDIS_HOST": LOOPBACK, "REDIS_PORT": str(self.port), "REDIS_PASSWORD": PASSWORD}

    def placeholders(self, scope: str = "default") -> set[str]:
        """The placeholders whose mappings are stored for a scope."""
        prefix = f"aws-masker:{scope}:"
        keys = self.client.scan_iter(match=f"{prefix}AWS_*", count=5000)
        return {key.decode().removeprefix(prefix) for key in keys}

    def dump(self) -> bytes:
        """Everything on the disk, as a thief of the volume would have it."""
        self.client.save()
        return b"\n".join(path.read_bytes() for path in sorted(self.volume.rglob("*")) if path.is_file())

    def _ready(self) -> bool:
        try:
            return self.client.ping()
        except redis.RedisError:
            return False
