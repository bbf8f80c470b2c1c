"""Chooses the answer to a request: the raw modes, or the model's words in the dialect of the path."""

import json
from collections.abc import Callable

from rig.upstream import anthropic, assistants, bedrock, cohere, gemini, mistral, ollama, openai
from rig.upstream.blocks import placeholders, spoken
from rig.upstream.scenario import Recorded, Reply, Scenario


def answer(request: Recorded, scenario: Scenario) -> Reply:
    if scenario.reply is not None:
        return scenario.reply(request)
    if request.path.endswith("/count_tokens"):
        return anthropic.tokens(request.body)
    blocks = spoken(scenario.says, placeholders(request.body))
    # Gemini's paths end with `<model>:<method>`.
    last = request.path.rpartition("/")[2].rpartition(":")[2]
    if last in STREAMS:
        return STREAMS[last](blocks, scenario.delta)
    if last in PLAIN:
        return PLAIN[last](blocks)
    if request.path not in DIALECTS:
        return anthropic.error(404, "not_found_error", f"no such path: {request.path}")
    whole, streamed = DIALECTS[request.path]
    stream = _asks_for_stream(request, request.path in STREAMED_BY_DEFAULT)
    return streamed(blocks, scenario.delta) if stream else whole(blocks)


def echo(request: Recorded) -> Reply:
    """The request's body as the response's, of the same type."""
    kind = request.header("content-type") or "application/json"
    return Reply((request.body,), headers=(("content-type", kind),))


def fixed(status: int, body: bytes = b"", content_type: str | None = "application/json") -> Callable[[Recorded], Reply]:
    headers = (("content-type", content_type),) if content_type else ()
    return lambda _: Reply((body,) if body else (), status=status, headers=headers)


def failed(status: int, kind: str) -> Callable[[Recorded], Reply]:
    """An error of the API whose text quotes the request that the provider saw."""

    def quoting(request: Recorded) -> Reply:
        seen = ", ".join(placeholders(request.body))
        return anthropic.error(status, kind, f"cannot serve: {seen}")

    return quoting


def _asks_for_stream(request: Recorded, default: bool) -> bool:
    try:
        return json.loads(request.body or b"{}").get("stream", default) is True
    except ValueError:
        return False


DIALECTS = {
    "/v1/messages": (anthropic.message, anthropic.stream),
    "/v1/chat/completions": (openai.completion, openai.completion_stream),
    "/v1/responses": (openai.response, openai.response_stream),
    "/v1/threads/runs": (openai.completion, assistants.run_stream),
    "/mistral/v1/chat/completions": (openai.completion, mistral.completion_stream),
    "/v2/chat": (cohere.chat, cohere.chat_stream),
    "/api/chat": (ollama.chat, ollama.chat_stream),
    "/api/generate": (ollama.generation, ollama.generation_stream),
}
STREAMED_BY_DEFAULT = ("/api/chat", "/api/generate")
# Paths that name the model before; they always stream.
STREAMS = {
    "invoke-with-response-stream": bedrock.invocation,
    "converse-stream": bedrock.conversation,
    "streamGenerateContent": gemini.content_stream,
}
PLAIN = {"converse": bedrock.converse, "generateContent": gemini.content}
