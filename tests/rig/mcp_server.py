"""An MCP server of the official Python SDK: tools that get values, and return others."""

import asyncio
import threading

import uvicorn
from mcp.server import MCPServer
from mcp.server.mcpserver import Context
from mcp.server.mcpserver.exceptions import ToolError
from mcp.server.transport_security import TransportSecuritySettings

from aws_masker.ports import LOOPBACK, free_port
from aws_masker.waiting import wait_for
from rig import planted

PATIENCE = 20.0
NETWORK = planted.vpc(41)
LOG = f"looking in s3://{planted.bucket(42)}/logs"


class McpServer:
    """Runs in a thread of its own and keeps what reached it; answers with JSON, or with streams of events."""

    def __init__(self, json_response: bool):
        self.received: list[str] = []
        self.port = free_port()
        self.url = f"http://{LOOPBACK}:{self.port}"
        # The gateway names the server in its own way.
        security = TransportSecuritySettings(enable_dns_rebinding_protection=False)
        app = self._app().streamable_http_app(json_response=json_response, transport_security=security)
        config = uvicorn.Config(app, host=LOOPBACK, port=self.port, log_config=None, timeout_graceful_shutdown=1)
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=lambda: asyncio.run(self._server.serve()), daemon=True)

    def __enter__(self) -> "McpServer":
        self._thread.start()
        wait_for("the MCP server listens", lambda: self._server.started, PATIENCE)
        return self

    def __exit__(self, *_: object) -> None:
        self._server.should_exit = True
        self._thread.join(PATIENCE)

    def _app(self) -> MCPServer:
        server = MCPServer("tools", instructions=f"Everything runs in {NETWORK}.")

        @server.tool()
        async def describe(instance: str, context: Context) -> dict[str, str]:
            """Describes an instance."""
            self.received.append(instance)
            await context.report_progress(1, 2, f"{instance}: {LOG}")
            return {"instance": instance, "network": NETWORK, "told": f"{instance} runs in {NETWORK}"}

        @server.tool()
        async def stop(instance: str) -> str:
            """Stops an instance, which fails."""
            self.received.append(instance)
            raise ToolError(f"{instance} in {NETWORK} is protected")

        @server.resource("instance://{name}")
        async def instance(name: str) -> str:
            """An instance."""
            self.received.append(name)
            return f"{name} in {NETWORK}"

        @server.prompt()
        async def diagnose(instance: str) -> str:
            """Asks for a diagnosis."""
            self.received.append(instance)
            return f"Why is {instance} in {NETWORK} down?"

        return server
