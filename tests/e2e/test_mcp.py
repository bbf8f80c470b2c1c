"""MCP servers behind the gateway, by the official SDKs: in both directions, in both forms of an answer."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import anyio
import httpx2
import pytest
from mcp import Client
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.exceptions import MCPError

from aws_masker.plan import Plan
from aws_masker.waiting import wait_for
from rig import planted
from rig.gateway import Gateway, gateway
from rig.mcp_server import NETWORK, McpServer
from rig.sidecar import OPERATOR_TOKEN, Sidecar
from rig.upstream import Upstream

NODE = Path(__file__).resolve().parents[1] / "node"
PATIENCE = 20.0
VALUE = planted.ec2(40)
# The revision of 2026 repeats names and URIs in headers; the one before has sessions and a stream of its own.
MODES = ["2026-07-28", "legacy"]


@pytest.fixture(scope="module", params=[True, False], ids=["json", "events"])
def server(request: pytest.FixtureRequest) -> Iterator[McpServer]:
    with McpServer(json_response=request.param) as running:
        yield running


@pytest.fixture(scope="module")
def trusted(logs: Path, upstream: Upstream, sidecar: Sidecar, server: McpServer) -> Iterator[Gateway]:
    yield from opened(logs, upstream, sidecar, server, {"direction": "to_client", "scope": {"header": "x-tenant"}})


@pytest.fixture(scope="module")
def untrusted(logs: Path, upstream: Upstream, sidecar: Sidecar, server: McpServer) -> Iterator[Gateway]:
    yield from opened(logs, upstream, sidecar, server, {})


def opened(
    logs: Path, upstream: Upstream, sidecar: Sidecar, server: McpServer, settings: dict[str, Any]
) -> Iterator[Gateway]:
    plan = Plan(server.url, sidecar.address, settings)
    with gateway(f"envoy-mcp-{server.port}-{len(settings)}", logs, upstream, plan, serving=False) as gate:
        health = f"{gate.url}/aws-masker/readyz"
        wait_for("the gateway has its key", lambda: gate.http.get(health).status_code == 200, PATIENCE)
        yield gate


def client(gate: Gateway, mode: str, tenant: str = "default") -> Client:
    http = httpx2.AsyncClient(headers={"x-tenant": tenant}, timeout=PATIENCE)
    return Client(streamable_http_client(f"{gate.url}/mcp", http_client=http), mode=mode)


def masked(gate: Gateway, text: str) -> str:
    """What the provider sees in the place of a text."""
    seen = gate.send({"messages": [{"role": "user", "content": text}]}).seen
    return json.loads(seen)["messages"][0]["content"]


def wait_known(gate: Gateway, text: str, tenant: str = "default") -> None:
    """Waits until the gateway has asked for the placeholders in a text: until then it refuses them."""
    body = {"jsonrpc": "2.0", "method": "notifications/test", "params": {"text": text}}
    headers = {"x-tenant": tenant, "accept": "application/json, text/event-stream"}

    def known() -> bool:
        return gate.http.post("/mcp", json=body, headers=headers).status_code != 503

    wait_for("the gateway knows the placeholder", known, PATIENCE)


def wait_stored(sidecar: Sidecar, placeholder: str) -> None:
    """Waits until the vault has a mapping: who asks for it earlier is told that there is none."""
    lookup = {"scope": "default", "placeholder": placeholder}
    headers = {"authorization": f"Bearer {OPERATOR_TOKEN}"}

    def stored() -> bool:
        return httpx2.post(f"{sidecar.url}/v1/lookup", json=lookup, headers=headers).json()["mapping"] is not None

    wait_for("the vault has the mapping", stored, PATIENCE)


@pytest.mark.parametrize("mode", MODES)
def test_values_of_a_trusted_server_do_not_reach_the_client(
    gate: Gateway, trusted: Gateway, server: McpServer, sidecar: Sidecar, mode: str
) -> None:
    placeholder, network = masked(gate, VALUE), masked(gate, NETWORK)
    wait_stored(sidecar, placeholder)
    wait_known(trusted, placeholder)
    server.received.clear()
    said: list[str] = []

    async def converse() -> None:
        async def progress(_done: float, _total: float | None, message: str | None) -> None:
            said.append(message or "")

        async with client(trusted, mode) as session:
            assert [tool.name for tool in (await session.list_tools()).tools] == ["describe", "stop"]
            described = await session.call_tool("describe", {"instance": placeholder}, progress_callback=progress)
            assert described.structured_content == {
                "instance": placeholder,
                "network": network,
                "told": f"{placeholder} runs in {network}",
            }
            failed = await session.call_tool("stop", {"instance": placeholder})
            said.append(failed.model_dump_json())
            assert failed.is_error
            assert placeholder in said[-1]
            assert network in said[-1]
            read = await session.read_resource(f"instance://{placeholder}")
            assert read.contents[0].uri == f"instance://{placeholder}"
            assert read.contents[0].text == f"{placeholder} in {network}"
            prompt = await session.get_prompt("diagnose", {"instance": placeholder})
            said.extend([read.model_dump_json(), prompt.model_dump_json()])
            assert placeholder in said[-1]

    anyio.run(converse)
    assert server.received == [VALUE] * 4
    assert not planted.shown("".join(said).encode()), said


@pytest.mark.parametrize("mode", MODES)
def test_an_untrusted_server_sees_placeholders(untrusted: Gateway, server: McpServer, mode: str) -> None:
    server.received.clear()

    async def converse() -> None:
        async with client(untrusted, mode) as session:
            described = await session.call_tool("describe", {"instance": VALUE})
            assert described.structured_content["told"] == f"{VALUE} runs in {NETWORK}"
            failed = await session.call_tool("stop", {"instance": VALUE})
            assert failed.is_error
            assert VALUE in failed.model_dump_json()
            read = await session.read_resource(f"instance://{VALUE}")
            assert (read.contents[0].uri, read.contents[0].text) == (f"instance://{VALUE}", f"{VALUE} in {NETWORK}")

    anyio.run(converse)
    assert server.received == server.received[:1] * 3
    assert not planted.shown("".join(server.received).encode()), server.received


def test_the_node_sdk(gate: Gateway, trusted: Gateway, server: McpServer, sidecar: Sidecar) -> None:
    placeholder, network = masked(gate, VALUE), masked(gate, NETWORK)
    wait_stored(sidecar, placeholder)
    wait_known(trusted, placeholder)
    server.received.clear()
    command = [shutil.which("node") or "node", str(NODE / "mcp.mjs"), f"{trusted.url}/mcp", placeholder]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    assert not planted.shown(done.stdout.encode()), done.stdout
    got = json.loads(done.stdout)
    assert got["tools"] == ["describe", "stop"]
    assert got["described"]["told"] == f"{placeholder} runs in {network}"
    assert got["failed"]["isError"] is True
    assert placeholder in json.dumps(got["failed"])
    assert got["read"] == f"{placeholder} in {network}"
    assert got["instructions"] == f"Everything runs in {network}."
    assert server.received == [VALUE] * 3


def test_a_placeholder_of_another_scope_stays(gate: Gateway, trusted: Gateway, server: McpServer) -> None:
    placeholder = masked(gate, VALUE)
    server.received.clear()

    async def converse() -> None:
        async with client(trusted, "legacy", "other") as session:
            with pytest.raises(MCPError, match="AWS_MASKER_3001"):
                await session.call_tool("describe", {"instance": placeholder})
            await anyio.to_thread.run_sync(wait_known, trusted, placeholder, "other")
            described = await session.call_tool("describe", {"instance": placeholder})
            assert described.structured_content["instance"] == placeholder

    anyio.run(converse)
    assert server.received == [placeholder]
