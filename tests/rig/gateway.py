"""A whole gateway as a client sees it: a host with the filter, its sidecar, and the ways to speak to it."""

import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import anthropic
import cohere
import google.genai
import httpx
import httpx2
import ollama
import openai
from mistralai.client import Mistral

from aws_masker.plan import Plan
from aws_masker.waiting import wait_for
from rig.envoy import Envoy
from rig.kong import Kong
from rig.sidecar import TOKEN
from rig.upstream import Recorded, Scenario, Upstream
from rig.upstream.scenario import SCENARIO_HEADER

PATIENCE = 60.0
# The host that runs the filter: Envoy everywhere, Kong if it is installed (`make test-kong`).
HOST = {"envoy": Envoy, "kong": Kong}[os.environ.get("GATEWAY_HOST", "envoy")]
ON_KONG = HOST is Kong


@dataclass(frozen=True)
class Exchange:
    """One request and its response, as both ends saw them."""

    response: httpx2.Response
    requests: list[Recorded]

    @property
    def seen(self) -> bytes:
        """The body that the upstream received."""
        assert len(self.requests) == 1, f"the upstream received {len(self.requests)} requests"
        return self.requests[0].body


class Gateway:
    def __init__(self, host: Envoy | Kong, upstream: Upstream):
        self.host = host
        self.url = host.url
        self.upstream = upstream
        self.http = httpx2.Client(base_url=host.url, timeout=PATIENCE)

    def send(self, body: bytes | dict[str, Any], scenario: Scenario = Scenario(), **how: Any) -> Exchange:
        """One request with a JSON body to /v1/messages, unless `how` says otherwise."""
        name = self.upstream.script(scenario)
        headers = {"content-type": "application/json", SCENARIO_HEADER: name} | how.pop("headers", {})
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        request = {"method": "POST", "url": "/v1/messages", "content": content} | how
        headers = {key: value for key, value in headers.items() if value is not None}
        response = self.http.request(**request, headers=headers)
        return Exchange(response, self.upstream.requests(name))

    @contextmanager
    def anthropic(self, scenario: Scenario) -> Iterator[tuple[anthropic.Anthropic, list[Recorded]]]:
        """The official SDK, and the list in which the upstream's records of its requests appear."""
        name = self.upstream.script(scenario)
        client = anthropic.Anthropic(
            base_url=self.url, api_key="test", max_retries=0, default_headers={SCENARIO_HEADER: name}
        )
        with client:
            yield client, self.upstream.requests(name)

    @contextmanager
    def openai(self, scenario: Scenario) -> Iterator[tuple[openai.OpenAI, list[Recorded]]]:
        name = self.upstream.script(scenario)
        client = openai.OpenAI(
            base_url=f"{self.url}/v1", api_key="test", max_retries=0, default_headers={SCENARIO_HEADER: name}
        )
        with client:
            yield client, self.upstream.requests(name)

    @contextmanager
    def gemini(self, scenario: Scenario) -> Iterator[google.genai.Client]:
        headers = {SCENARIO_HEADER: self.upstream.script(scenario)}
        with google.genai.Client(api_key="test", http_options={"base_url": self.url, "headers": headers}) as client:
            yield client

    @contextmanager
    def ollama(self, scenario: Scenario) -> Iterator[ollama.Client]:
        yield ollama.Client(host=self.url, headers={SCENARIO_HEADER: self.upstream.script(scenario)})

    @contextmanager
    def cohere(self, scenario: Scenario) -> Iterator[cohere.ClientV2]:
        with httpx.Client(headers={SCENARIO_HEADER: self.upstream.script(scenario)}, timeout=PATIENCE) as http:
            yield cohere.ClientV2("test", base_url=self.url, httpx_client=http, log_warning_experimental_features=False)

    @contextmanager
    def mistral(self, scenario: Scenario) -> Iterator[Mistral]:
        with httpx.Client(headers={SCENARIO_HEADER: self.upstream.script(scenario)}, timeout=PATIENCE) as http:
            yield Mistral(api_key="test", server_url=f"{self.url}/mistral", client=http)

    def serves(self) -> bool:
        """Returns whether a request passes: the filter has its key, and the vault counts as reachable."""
        try:
            response = self.send({"messages": []}).response
        except httpx2.TransportError:
            return False
        if response.status_code == 500:
            raise RuntimeError(f"{self.host.process.name} will never serve: {response.text}")
        return response.status_code == 200

    def wait_serving(self) -> "Gateway":
        wait_for(f"{self.host.process.name} serves requests", self.serves, PATIENCE)
        return self


# Opens another gateway, given its name and its differences from the usual plan.
Opening = Callable[..., Gateway]


@contextmanager
def gateway(name: str, directory: Path, upstream: Upstream, plan: Plan, serving: bool = True) -> Iterator[Gateway]:
    """Starts a host for the plan, and waits until it serves unless it is not meant to.

    The token reaches the filter by its environment.
    """
    plan = replace(plan, env={"AWS_MASKER_TOKEN": TOKEN} | plan.env)
    with HOST(name, plan, directory) as host:
        served = Gateway(host, upstream)
        yield served.wait_serving() if serving else served
