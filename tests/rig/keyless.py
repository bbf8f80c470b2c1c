"""A sidecar that answers every call correctly but has no key, so that filters call it again on each tick."""

import asyncio
import json
import re
import threading
from contextlib import suppress
from pathlib import Path

BATCH = re.compile(rb'"batch":(\d+)')
LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)


class Keyless:
    def __init__(self, path: Path):
        self.calls = 0
        self._path = path
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="keyless", daemon=True)

    def __enter__(self) -> "Keyless":
        self._thread.start()
        opening = asyncio.start_unix_server(self._serve, self._path, backlog=1024)
        self._server = asyncio.run_coroutine_threadsafe(opening, self._loop).result(10)
        return self

    def close(self) -> None:
        """Stops listening."""
        self._loop.call_soon_threadsafe(self._server.close)

    def __exit__(self, *_: object) -> None:
        self.close()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, asyncio.IncompleteReadError):
            head = await reader.readuntil(b"\r\n\r\n")
            body = await reader.readexactly(int(LENGTH.search(head)[1]))
            batch = int(BATCH.search(body)[1])
            answer = {"version": 1, "batch": batch, "acknowledged": True, "store": "memory", "answered": True}
            text = json.dumps(answer).encode()
            writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n%s" % (len(text), text))
            await writer.drain()
            self.calls += 1
        writer.close()
