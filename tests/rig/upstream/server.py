"""The upstream's server: HTTP/1.1 over bare sockets, so that every byte is recorded and every write is chosen."""

import asyncio
import gzip
import itertools
import socket
import struct
import threading
import zlib
from dataclasses import replace
from pathlib import Path

import brotli
import zstandard

from aws_masker.ports import LOOPBACK
from rig.upstream.replies import answer
from rig.upstream.scenario import SCENARIO_HEADER, Recorded, Reply, Scenario, Script

REASONS = {200: "OK", 204: "No Content", 304: "Not Modified", 400: "Bad Request", 404: "Not Found"}
BODILESS = (204, 304)
ENCODERS = {
    "gzip": gzip.compress,
    "deflate": zlib.compress,
    "br": brotli.compress,
    "zstd": zstandard.ZstdCompressor().compress,
}


class Upstream:
    """Runs in a thread of its own, on a port or a Unix socket.

    `script` sets an answer; `requests` returns the recorded requests.
    """

    def __init__(self, port: int = 0, path: Path | None = None) -> None:
        self._scripts: dict[str, Script] = {"": Script(Scenario())}
        self._names = itertools.count(1)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="upstream", daemon=True)
        self._connections: set[asyncio.Task] = set()
        self.port = port
        self._path = path
        # Everything that was ever received, in order.
        self.journal: list[Recorded] = []
        # Connections that the other side gave up before the answer was out.
        self.abandoned = 0
        # Faults of the script itself; a suite that sees one here is wrong.
        self.faults: list[Exception] = []

    def __enter__(self) -> "Upstream":
        self._thread.start()
        opening = (
            asyncio.start_server(self._serve, LOOPBACK, self.port, limit=1 << 20)
            if self._path is None
            else asyncio.start_unix_server(self._serve, self._path, limit=1 << 20)
        )
        self._server = asyncio.run_coroutine_threadsafe(opening, self._loop).result(10)
        if self._path is None:
            self.port = self._server.sockets[0].getsockname()[1]
        return self

    def __exit__(self, *_: object) -> None:
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    @property
    def url(self) -> str:
        return f"http://{LOOPBACK}:{self.port}"

    def script(self, scenario: Scenario) -> str:
        """Keeps a scenario and returns the value of the header that asks for it."""
        name = f"s{next(self._names)}"
        self._scripts[name] = Script(scenario)
        return name

    def set_default(self, scenario: Scenario) -> None:
        """Sets the answer to requests without the header, from clients that know nothing of scenarios."""
        self._scripts[""].scenario = scenario

    def requests(self, name: str = "") -> list[Recorded]:
        return self._scripts[name].requests

    async def _close(self) -> None:
        self._server.close()
        for connection in list(self._connections):
            connection.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = asyncio.current_task()
        self._connections.add(connection)
        connection.add_done_callback(self._connections.discard)
        if self._path is None:
            writer.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            while (request := await _read(reader)) is not None:
                if not await self._answer(request, writer):
                    break
        except (ConnectionError, asyncio.IncompleteReadError):
            self.abandoned += 1
        except asyncio.CancelledError:
            # The upstream is closed, as the only one who cancels; Python 3.11 would log it as an error.
            pass
        except Exception as fault:
            self.faults.append(fault)
            raise
        finally:
            writer.close()

    async def _answer(self, request: Recorded, writer: asyncio.StreamWriter) -> bool:
        """Answers one request; says whether the connection can take another."""
        script = self._scripts.get(request.header(SCENARIO_HEADER) or "") or self._scripts[""]
        script.requests.append(request)
        self.journal.append(request)
        scenario = script.scenario
        if scenario.then is not None:
            script.scenario = scenario.then
        if scenario.silent:
            await asyncio.Event().wait()
        if scenario.held is not None:
            await asyncio.to_thread(scenario.held.wait)
        reply = _encoded(answer(request, scenario), scenario)
        framed = scenario.framing if request.method != "HEAD" else "length"
        writer.write(_head(reply, framed))
        if request.method == "HEAD" or reply.status in BODILESS:
            await writer.drain()
            return True
        return await _send_body(reply, scenario, writer)


async def _send_body(reply: Reply, scenario: Scenario, writer: asyncio.StreamWriter) -> bool:
    pieces = reply.pieces if scenario.cut is None else reply.pieces[: scenario.cut.after]
    chunked = scenario.framing == "chunked"
    writes = [_chunk(piece) if chunked else piece for piece in pieces]
    proper = scenario.cut is None or scenario.cut.how == "end"
    if chunked and proper:
        writes.append(b"0\r\n\r\n")
    # The head leaves on its own, so that a write cut at byte n is cut at byte n of the body.
    await writer.drain()
    for write in _cut(writes, scenario.write):
        if scenario.steps is not None:
            await asyncio.to_thread(scenario.steps.acquire)
        if scenario.pause:
            await asyncio.sleep(scenario.pause)
        writer.write(write)
        await writer.drain()
    if proper:
        return True
    if scenario.cut.how == "reset":
        await _let_read(writer)
        linger = struct.pack("ii", 1, 0)
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        writer.transport.abort()
    return False


async def _let_read(writer: asyncio.StreamWriter) -> None:
    """A reset discards what the other side has not read yet; what was sent must count as sent."""
    await asyncio.sleep(0.05)


def _cut(writes: list[bytes], size: int | tuple[int, ...] | None) -> list[bytes]:
    if size is None:
        return writes
    whole = b"".join(writes)
    if isinstance(size, int):
        return [whole[at : at + size] for at in range(0, len(whole), size)]
    edges = [0, *size, len(whole)]
    return [whole[start:end] for start, end in itertools.pairwise(edges) if end > start]


def _encoded(reply: Reply, scenario: Scenario) -> Reply:
    if scenario.encoding is None:
        return reply
    pieces = (ENCODERS[scenario.encoding](b"".join(reply.pieces)),)
    return replace(reply, pieces=pieces, headers=(*reply.headers, ("content-encoding", scenario.encoding)))


def _head(reply: Reply, framing: str) -> bytes:
    lines = [f"HTTP/1.1 {reply.status} {REASONS.get(reply.status, 'Status')}"]
    lines += [f"{name}: {value}" for name, value in reply.headers]
    if reply.status not in BODILESS:
        length = sum(len(piece) for piece in reply.pieces)
        lines.append("transfer-encoding: chunked" if framing == "chunked" else f"content-length: {length}")
    return "\r\n".join([*lines, "", ""]).encode()


def _chunk(piece: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(piece), piece)


async def _read(reader: asyncio.StreamReader) -> Recorded | None:
    """One request, or None when the connection ends between two."""
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError as end:
        if end.partial:
            raise
        return None
    first, *lines = head.decode("latin-1").rstrip("\r\n").split("\r\n")
    method, target, _ = first.split(" ", 2)
    headers = tuple((name.lower(), value.strip()) for name, _, value in (line.partition(":") for line in lines))
    raw, body = await _read_body(reader, dict(headers))
    return Recorded(head, raw, method, target, headers, body)


async def _read_body(reader: asyncio.StreamReader, headers: dict[str, str]) -> tuple[bytes, bytes]:
    if "chunked" not in headers.get("transfer-encoding", ""):
        body = await reader.readexactly(int(headers.get("content-length", 0)))
        return body, body
    raw, body = [], []
    while True:
        line = await reader.readuntil(b"\r\n")
        size = int(line.split(b";")[0], 16)
        chunk = await reader.readexactly(size + 2)
        raw += [line, chunk]
        if size == 0:
            return b"".join(raw), b"".join(body)
        body.append(chunk[:-2])
