"""The SDKs of Google, Ollama, Cohere and Mistral, and OpenAI's Assistants: plain, and streamed, cut everywhere."""

import json
from collections.abc import Callable

import pytest
from conversations import CONVERSATIONS, Conversation

from rig.gateway import Gateway
from rig.upstream import Scenario, Text, Tool
from rig.upstream.blocks import Block

every = pytest.mark.parametrize("conversation", CONVERSATIONS, ids=lambda conversation: conversation.name)
BY_NAME = {conversation.name: conversation for conversation in CONVERSATIONS}
DELTAS = (1, 2, 3, 5, 8, 13, 21, 34)

# What a client heard: its texts as one, and its calls.
Heard = tuple[str, list[tuple[str, dict]]]


def gemini(gate: Gateway, conversation: Conversation, scenario: Scenario, streamed: bool) -> Heard:
    said, calls = "", []
    with gate.gemini(scenario) as client:
        ask = client.models.generate_content_stream if streamed else client.models.generate_content
        answer = ask(model="gemini-test-1", contents=conversation.asks)
        for chunk in answer if streamed else [answer]:
            for part in chunk.candidates[0].content.parts or []:
                said += part.text or ""
                if part.function_call:
                    calls.append((part.function_call.name, part.function_call.args))
    return said, calls


def ollama(gate: Gateway, conversation: Conversation, scenario: Scenario, streamed: bool) -> Heard:
    said, calls = "", []
    with gate.ollama(scenario) as client:
        answer = client.chat("llama", [{"role": "user", "content": conversation.asks}], stream=streamed)
        for chunk in answer if streamed else [answer]:
            said += chunk.message.content or ""
            calls += [(call.function.name, dict(call.function.arguments)) for call in chunk.message.tool_calls or []]
    return said, calls


def ollama_generate(gate: Gateway, conversation: Conversation, scenario: Scenario, streamed: bool) -> Heard:
    with gate.ollama(scenario) as client:
        answer = client.generate("llama", conversation.asks, stream=streamed)
        said = "".join(chunk.response for chunk in (answer if streamed else [answer]))
    return said, [(block.name, block.input) for block in conversation.expected() if isinstance(block, Tool)]


def cohere(gate: Gateway, conversation: Conversation, scenario: Scenario, streamed: bool) -> Heard:
    messages = [{"role": "user", "content": conversation.asks}]
    with gate.cohere(scenario) as client:
        if not streamed:
            message = client.chat(model="command-test", messages=messages).message
            said = "".join(part.text for part in message.content or [])
            calls = [(call.function.name, json.loads(call.function.arguments)) for call in message.tool_calls or []]
            return said, calls
        said, names, arguments = "", [], []
        for event in client.chat_stream(model="command-test", messages=messages):
            match event.type:
                case "content-delta":
                    said += event.delta.message.content.text
                case "tool-call-start":
                    names.append(event.delta.message.tool_calls.function.name)
                    arguments.append("")
                case "tool-call-delta":
                    arguments[-1] += event.delta.message.tool_calls.function.arguments
    return said, [(name, json.loads(text)) for name, text in zip(names, arguments, strict=True)]


def mistral(gate: Gateway, conversation: Conversation, scenario: Scenario, streamed: bool) -> Heard:
    messages = [{"role": "user", "content": conversation.asks}]
    with gate.mistral(scenario) as client:
        if not streamed:
            message = client.chat.complete(model="mistral-test", messages=messages).choices[0].message
            calls = [(call.function.name, json.loads(call.function.arguments)) for call in message.tool_calls or []]
            return message.content or "", calls
        said, calls = "", {}
        for event in client.chat.stream(model="mistral-test", messages=messages):
            delta = event.data.choices[0].delta
            content = delta.content or ""
            said += content if isinstance(content, str) else "".join(part.text for part in content)
            for call in delta.tool_calls or []:
                name, text = calls.get(call.index, ("", ""))
                calls[call.index] = (name or call.function.name, text + call.function.arguments)
    return said, [(name, json.loads(text)) for name, text in calls.values()]


def assistants(gate: Gateway, conversation: Conversation, scenario: Scenario, streamed: bool) -> Heard:
    del streamed
    thread = {"messages": [{"role": "user", "content": conversation.asks}]}
    with (
        gate.openai(scenario) as (client, _),
        client.beta.threads.create_and_run_stream(assistant_id="asst_1", thread=thread) as stream,
    ):
        said = "".join(stream.text_deltas)
        (message,) = stream.get_final_messages()
    assert message.content[0].text.value == said, "the completed message repeats the text"
    return said, [(block.name, block.input) for block in conversation.expected() if isinstance(block, Tool)]


Client = Callable[[Gateway, Conversation, Scenario, bool], Heard]
CLIENTS: list[Client] = [gemini, ollama, ollama_generate, cohere, mistral, assistants]
by_each = pytest.mark.parametrize("client", CLIENTS, ids=lambda client: client.__name__)


def check(gate: Gateway, client: Client, conversation: Conversation, streamed: bool = True, **how) -> None:
    heard = client(gate, conversation, Scenario(says=conversation.says, **how), streamed)
    assert heard == meant(conversation.expected()), f"{conversation.name}: {how}"


def meant(blocks: list[Block]) -> Heard:
    said = "".join(block.text for block in blocks if isinstance(block, Text))
    return said, [(block.name, block.input) for block in blocks if isinstance(block, Tool)]


@by_each
@every
def test_plain(gate: Gateway, client: Client, conversation: Conversation) -> None:
    if client is not assistants:
        check(gate, client, conversation, streamed=False)


@by_each
@every
def test_streamed_at_every_delta_size(gate: Gateway, client: Client, conversation: Conversation) -> None:
    if client is assistants and not any(isinstance(block, Text) for block in conversation.says):
        return
    for delta in DELTAS:
        check(gate, client, conversation, delta=delta)


@by_each
def test_a_placeholder_cut_at_every_character(gate: Gateway, client: Client) -> None:
    for at in range(1, 32):
        check(gate, client, BY_NAME["one value"], delta=(at,))
        check(gate, client, BY_NAME["nothing but the value"], delta=(at,))


@by_each
def test_streamed_by_the_byte(gate: Gateway, client: Client) -> None:
    for conversation in (BY_NAME["several, side by side"], BY_NAME["other languages, emoji and escapes around it"]):
        check(gate, client, conversation, delta=1, write=1)
