"""The official Anthropic SDK through the filter in Envoy: plain and streamed, cut everywhere."""

import json

import pytest
from conversations import CONVERSATIONS, TOOLS, Conversation

from rig import planted
from rig.gateway import Gateway, Opening
from rig.sse import events, said
from rig.upstream import Scenario, Text, Thinking, Tool, anthropic
from rig.upstream.blocks import Block, placeholders

BY_NAME = {conversation.name: conversation for conversation in CONVERSATIONS}
every = pytest.mark.parametrize("conversation", CONVERSATIONS, ids=lambda conversation: conversation.name)


def asked(conversation: Conversation) -> dict:
    messages = [{"role": "user", "content": conversation.asks}]
    return {"model": "claude-test-1", "max_tokens": 64, "tools": TOOLS, "messages": messages}


def check(gate: Gateway, conversation: Conversation, streamed: bool = True, **how) -> None:
    """The SDK's message is exactly what the model meant, in the client's own words."""
    with gate.anthropic(Scenario(says=conversation.says, **how)) as (client, requests):
        if streamed:
            with client.messages.stream(**asked(conversation)) as stream:
                message = stream.get_final_message()
        else:
            message = client.messages.create(**asked(conversation))
    assert [_block(block) for block in message.content] == conversation.expected()
    assert len(placeholders(requests[0].body)) == len(conversation.values)


def _block(block) -> Block:
    return Text(block.text) if block.type == "text" else Tool(block.name, block.input, block.id)


@every
def test_plain(gate: Gateway, conversation: Conversation) -> None:
    check(gate, conversation, streamed=False)


@every
def test_streamed_by_the_byte(gate: Gateway, conversation: Conversation) -> None:
    check(gate, conversation, delta=1, write=1)


@pytest.mark.parametrize("delta", range(1, 41))
def test_streamed_at_every_delta_size(gate: Gateway, delta: int) -> None:
    for conversation in CONVERSATIONS:
        check(gate, conversation, delta=delta)


def test_a_placeholder_cut_at_every_character_across_events(gate: Gateway) -> None:
    for at in range(1, 32):
        check(gate, BY_NAME["one value"], delta=(at,))
        check(gate, BY_NAME["nothing but the value"], delta=(at,))


def test_a_stream_cut_at_every_byte_across_writes(gate: Gateway) -> None:
    """The places where the network cuts must be invisible: the client gets the same bytes."""
    conversation = Conversation("short", f"Is {planted.ec2(1)} up?", (), (Text("Is «0» ü?"), Tool("run", {"a": "«0»"})))
    body = asked(conversation) | {"stream": True}

    def received(**how) -> bytes:
        return gate.send(body, Scenario(says=conversation.says, delta=7, **how)).response.content

    whole = received()
    value = planted.ec2(1)
    assert said(whole.decode()) == {0: f"Is {value} ü?", 1: f'{{"a":"{value}"}}'}
    for at in range(1, len(whole) + 200):
        assert received(write=(at,), pause=0.001) == whole, f"cut at byte {at}"


def test_a_stream_without_placeholders_passes_byte_for_byte(gate: Gateway) -> None:
    """No delta ends in a letter that a placeholder could begin with, so none is held back."""
    says = (
        Text("Which one? Tell me its number, or its colour: blue_grey, i-5, 10.0, 日本語 🙂."),
        Tool("run", {"n": [1, 2.50]}),
    )
    exchange = gate.send({"stream": True, "messages": []}, Scenario(says=says, delta=5))
    assert exchange.response.content == b"".join(anthropic.stream(list(says), 5).pieces)


def test_every_event_keeps_its_place(gate: Gateway) -> None:
    """Held-back text leaves in a delta of its own block, before the block ends; no empty block appears."""
    conversation = BY_NAME["two tools and a text after them"]
    for delta in (1, 3, 17, 40):
        exchange = gate.send(asked(conversation) | {"stream": True}, Scenario(says=conversation.says, delta=delta))
        opened: set[int] = set()
        for event in events(exchange.response.text):
            match event["type"]:
                case "content_block_start":
                    opened.add(event["index"])
                case "content_block_delta":
                    assert event["index"] in opened
                case "content_block_stop":
                    opened.remove(event["index"])
        assert not opened
        texts = said(exchange.response.text)
        first, second, text = conversation.expected()
        assert (json.loads(texts[0]), json.loads(texts[1]), texts[2]) == (first.input, second.input, text.text)


def test_signed_thinking_passes_untouched(gate: Gateway) -> None:
    said = (Thinking("The user means «0».", "c2lnbmF0dXJl"), Text("It is «0»."))
    value = planted.ec2(5)
    with gate.anthropic(Scenario(says=said, delta=3)) as (client, requests):
        question = {"role": "user", "content": f"Which? {value}"}
        limits = {"model": "claude-test-1", "max_tokens": 64}
        with client.messages.stream(**limits, messages=[question]) as stream:
            message = stream.get_final_message()
        thinking, text = message.content
        (placeholder,) = placeholders(requests[0].body)
        assert (thinking.thinking, text.text) == (f"The user means {placeholder}.", f"It is {value}.")
        answer = {"role": "assistant", "content": message.content}
        client.messages.create(**limits, messages=[question, answer, {"role": "user", "content": "Sure?"}])
    sent_back = json.loads(requests[1].body)["messages"][1]["content"]
    assert sent_back[0]["thinking"] == thinking.thinking
    assert sent_back[0]["signature"] == "c2lnbmF0dXJl"
    assert sent_back[1]["text"] == f"It is {placeholder}."


def test_thinking_restored_for_people_goes_back_as_it_was(another: Opening) -> None:
    """`restore_thinking` shows the client its own values; the provider gets the bytes that it signed."""
    gate = another("thinking", filter={"restore_thinking": True})
    value = planted.ec2(5)
    said = (Thinking("The user means «0».", "c2lnbmF0dXJlMg=="), Text("It is «0»."))
    question = {"role": "user", "content": f"Which? {value}"}
    limits = {"model": "claude-test-1", "max_tokens": 64}
    with gate.anthropic(Scenario(says=said, delta=3)) as (client, requests):
        with client.messages.stream(**limits, messages=[question]) as stream:
            message = stream.get_final_message()
        assert message.content[0].thinking == f"The user means {value}."
        answer = {"role": "assistant", "content": message.content}
        client.messages.create(**limits, messages=[question, answer, {"role": "user", "content": "Sure?"}])
    (placeholder,) = placeholders(requests[0].body)
    sent_back = json.loads(requests[1].body)["messages"][1]["content"]
    assert sent_back[0]["thinking"] == f"The user means {placeholder}."


def test_a_conversation_keeps_its_placeholders(gate: Gateway) -> None:
    """History is sent again whole: the masked prefix must stay the same bytes, or prompt caches turn cold."""
    first, second = planted.ec2(6), planted.subnet(7)
    history = [{"role": "user", "content": f"Is {first} up?"}]
    turns = [
        history,
        [
            *history,
            {"role": "assistant", "content": f"{first} is."},
            {"role": "user", "content": f"And {second}?"},
        ],
    ]
    bodies = [gate.send({"model": "m", "messages": turn}).seen for turn in turns]
    shared = bodies[0].removesuffix(b"]}")
    assert bodies[1].startswith(shared)


def test_count_tokens(gate: Gateway) -> None:
    with gate.anthropic(Scenario()) as (client, requests):
        messages = [{"role": "user", "content": f"Count {planted.ec2(8)} and {planted.ip(9)}"}]
        counted = client.messages.count_tokens(model="claude-test-1", messages=messages)
    assert counted.input_tokens > 0
    assert len(placeholders(requests[0].body)) == 2
