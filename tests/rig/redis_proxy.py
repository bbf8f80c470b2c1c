"""Stands between the sidecar and Redis, and makes Redis answer as it does on a bad day."""

import asyncio
import threading
from contextlib import suppress
from enum import Enum

from aws_masker.ports import LOOPBACK, free_port

# Longer than the sidecar waits for an answer.
SLOW_S = 3.0


class Mood(Enum):
    FAIR = "fair"
    SLOW = "slow"
    CLOSES = "closes"
    LOADING = "loading"


class RedisProxy:
    def __init__(self, redis_port: int):
        self.port = free_port()
        self.mood = Mood.FAIR
        self._redis_port = redis_port
        self._loop: asyncio.AbstractEventLoop | None = None
        self._ended = asyncio.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()), name="redis-proxy", daemon=True)
        self._listening = threading.Event()
        self._open: set[asyncio.StreamWriter] = set()

    def __enter__(self) -> "RedisProxy":
        self._thread.start()
        assert self._listening.wait(10), "the Redis proxy does not listen"
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._ended.set)
        self._thread.join(10)

    def turns(self, mood: Mood) -> None:
        """Changes the mood from now on; connected clients have to connect again."""
        self.mood = mood
        self._loop.call_soon_threadsafe(lambda: [writer.close() for writer in list(self._open)])

    async def _run(self) -> None:
        self._loop = asyncio.get_running_loop()
        async with await asyncio.start_server(self._serve, LOOPBACK, self.port):
            self._listening.set()
            await self._ended.wait()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.add(writer)
        with suppress(OSError, asyncio.CancelledError):
            match self.mood:
                case Mood.CLOSES:
                    pass
                case Mood.LOADING:
                    await self._load(reader, writer)
                case mood:
                    await self._forward(reader, writer, SLOW_S if mood is Mood.SLOW else 0)
        self._open.discard(writer)
        writer.close()

    async def _load(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while asked := await reader.read(65536):
            # Each command of a pipeline is an array and has an answer of its own.
            commands = max(1, asked.count(b"\r\n*") + asked.startswith(b"*"))
            writer.write(b"-LOADING Redis is loading the dataset in memory\r\n" * commands)
            await writer.drain()

    async def _forward(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, delay: float) -> None:
        redis_reader, redis_writer = await asyncio.open_connection(LOOPBACK, self._redis_port)
        try:
            await asyncio.wait(
                [
                    asyncio.ensure_future(pump(reader, redis_writer, 0)),
                    asyncio.ensure_future(pump(redis_reader, writer, delay)),
                ],
                return_when=asyncio.FIRST_COMPLETED,
            )
        finally:
            redis_writer.close()


async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, delay: float) -> None:
    with suppress(OSError):
        while chunk := await reader.read(65536):
            await asyncio.sleep(delay)
            writer.write(chunk)
            await writer.drain()
