"""The official OpenAI SDK: chat completions and Responses, plain and streamed."""

import json

import pytest
from conversations import CONVERSATIONS, Conversation

from rig.gateway import Gateway
from rig.upstream import Scenario, Text, Tool
from rig.upstream.blocks import Block

every = pytest.mark.parametrize("conversation", CONVERSATIONS, ids=lambda conversation: conversation.name)
DELTAS = (1, 2, 3, 5, 8, 13, 21, 34)


def check_chat(message, expected: list[Block]) -> None:
    said = "".join(block.text for block in expected if isinstance(block, Text))
    calls = [(block.name, block.input) for block in expected if isinstance(block, Tool)]
    assert (message.content or "") == said
    made = [(call.function.name, json.loads(call.function.arguments)) for call in message.tool_calls or []]
    assert made == calls


def check_response(response, expected: list[Block]) -> None:
    said = []
    for item in response.output:
        if item.type == "message":
            said.append(Text(item.content[0].text))
        else:
            said.append(Tool(item.name, json.loads(item.arguments), item.call_id))
    assert said == expected


@every
def test_chat_plain(gate: Gateway, conversation: Conversation) -> None:
    with gate.openai(Scenario(says=conversation.says)) as (client, _):
        done = client.chat.completions.create(model="m", messages=_messages(conversation))
    check_chat(done.choices[0].message, conversation.expected())


@every
def test_chat_streamed(gate: Gateway, conversation: Conversation) -> None:
    for delta in DELTAS:
        with (
            gate.openai(Scenario(says=conversation.says, delta=delta)) as (client, _),
            client.chat.completions.stream(model="m", messages=_messages(conversation)) as stream,
        ):
            done = stream.get_final_completion()
        check_chat(done.choices[0].message, conversation.expected())


@every
def test_responses_plain(gate: Gateway, conversation: Conversation) -> None:
    with gate.openai(Scenario(says=conversation.says)) as (client, _):
        done = client.responses.create(model="m", input=conversation.asks)
    check_response(done, conversation.expected())


@every
def test_responses_streamed(gate: Gateway, conversation: Conversation) -> None:
    """The text of the deltas, of the `.done` events and of the completed response are one and the same."""
    for delta in DELTAS:
        deltas: list[str] = []
        with (
            gate.openai(Scenario(says=conversation.says, delta=delta)) as (client, _),
            client.responses.stream(model="m", input=conversation.asks) as stream,
        ):
            for event in stream:
                if event.type == "response.output_text.delta":
                    deltas.append(event.delta)
            done = stream.get_final_response()
        check_response(done, conversation.expected())
        assert "".join(deltas) == "".join(b.text for b in conversation.expected() if isinstance(b, Text))


def _messages(conversation: Conversation) -> list[dict]:
    return [{"role": "user", "content": conversation.asks}]
