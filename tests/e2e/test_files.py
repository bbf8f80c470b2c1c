"""Files in requests: text in them is masked, anything else is told; forms with which files are uploaded."""

import base64
import csv
import io
import json
from dataclasses import replace
from typing import Any

import pytest

from rig import planted
from rig.gateway import Gateway, Opening
from rig.upstream import Recorded, Reply, Scenario, Text
from rig.upstream.blocks import placeholders
from rig.upstream.replies import echo, fixed

ID = planted.ec2(1)
CSV = f"name,id\nweb,{ID}\ndb,{planted.ip(2)}\n".encode()
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01"


def encoded(file: bytes) -> str:
    return base64.b64encode(file).decode()


def anthropic(media_type: str, file: bytes) -> dict[str, Any]:
    kind = "image" if media_type.startswith("image/") else "document"
    return {"type": kind, "source": {"type": "base64", "media_type": media_type, "data": encoded(file)}}


DOCUMENTS = {
    "Anthropic": anthropic("text/csv", CSV),
    "Converse": {"document": {"format": "csv", "name": "hosts", "source": {"bytes": encoded(CSV)}}},
    "OpenAI": {
        "type": "file",
        "file": {"filename": "hosts.csv", "file_data": f"data:text/csv;base64,{encoded(CSV)}"},
    },
    "Responses": {
        "type": "input_file",
        "filename": "hosts.csv",
        "file_data": f"data:text/csv;base64,{encoded(CSV)}",
    },
}


def found(block: Any) -> str:
    """The one long text of a block, decoded."""
    if isinstance(block, dict):
        return "".join(map(found, block.values()))
    return base64.b64decode(block.split(",")[-1]).decode() if isinstance(block, str) and len(block) > 60 else ""


@pytest.mark.parametrize("block", DOCUMENTS.values(), ids=DOCUMENTS)
def test_a_document_that_is_text_is_masked(gate: Gateway, block: dict[str, Any]) -> None:
    body = {"messages": [{"role": "user", "content": [block]}]}
    exchange = gate.send(body, Scenario(says=(Text("It is «0»."),)))
    assert exchange.response.status_code == 200, exchange.response.text
    (sent,) = json.loads(exchange.seen)["messages"][0]["content"]
    rows = list(csv.reader(io.StringIO(found(sent))))
    assert [row[0] for row in rows] == ["name", "web", "db"]
    assert rows[1][1].startswith("AWS_EC2_")
    assert rows[2][1].startswith("AWS_PRIVATE_IP_")
    assert "attachments" not in exchange.response.headers["x-aws-masker"]


def test_what_cannot_be_read_is_told(gate: Gateway) -> None:
    link = {"type": "image", "source": {"type": "url", "url": f"https://files.example.com/{ID}.png"}}
    pdf = anthropic("application/pdf", b"%PDF-1.7\n%\x00\xff of more bytes")
    body = {"messages": [{"role": "user", "content": [anthropic("image/png", PNG), pdf, link]}]}
    exchange = gate.send(body)
    assert exchange.response.headers["x-aws-masker"] == "masked=1; attachments=2; masked_links=1"
    image, document, _ = json.loads(exchange.seen)["messages"][0]["content"]
    assert (image, document) == (anthropic("image/png", PNG), pdf)


def test_what_cannot_be_read_is_refused_or_passes_by_the_settings(another: Opening) -> None:
    body = {"messages": [{"role": "user", "content": [anthropic("image/png", PNG)]}]}
    refusing = another("attachments-refuse", filter={"attachments": "refuse"}).send(body)
    assert (refusing.response.status_code, refusing.requests) == (415, [])
    assert refusing.response.json()["error"]["message"].startswith("AWS_MASKER_2010: ")
    passing = another("attachments-pass", filter={"attachments": "pass"}).send(body)
    assert passing.response.headers["x-aws-masker"] == "masked=0"


def test_files_that_an_sdk_uploads(gate: Gateway) -> None:
    """A batch of OpenAI: the lines of the file are masked, and the boundaries stay."""
    line = {
        "custom_id": "request-1",
        "method": "POST",
        "url": "/v1/chat/completions",
        "body": {"model": "gpt-test", "messages": [{"role": "user", "content": f"What is\n{ID}?"}]},
    }
    file = "".join(json.dumps(line) + "\n" for _ in range(3)).encode()
    reply = b'{"id":"file-1","object":"file","bytes":1,"created_at":1,"filename":"f","purpose":"batch","status":"x"}'
    with gate.openai(Scenario(reply=fixed(200, reply))) as (client, requests):
        made = client.files.create(file=("batch.jsonl", file), purpose="batch")
    assert made.id == "file-1"
    (request,) = requests
    body = request.body.decode()
    boundary = (request.header("content-type") or "").split("boundary=")[1]
    assert body.endswith(f"\r\n--{boundary}--\r\n")
    assert 'name="purpose"\r\n\r\nbatch\r\n' in body
    assert 'filename="batch.jsonl"' in body
    lines = body.split("\r\n\r\n")[-1].split("\r\n--")[0].splitlines()
    sent = [json.loads(line) for line in lines]
    assert [line["custom_id"] for line in sent] == ["request-1"] * 3
    assert {len(placeholders(line["body"]["messages"][0]["content"].encode())) for line in sent} == {1}


def plain(request: Recorded) -> Reply:
    """The request's body, as text."""
    return replace(echo(request), headers=(("content-type", "text/plain"),))


@pytest.mark.parametrize("write", [None, 7])
def test_a_form_comes_back_byte_for_byte(gate: Gateway, write: int | None) -> None:
    files = [
        ("file", ("notes.md", f"# {ID}\r\n".encode(), "text/markdown")),
        ("file", ("hosts.json", json.dumps([ID, f"s3://{planted.bucket(3)}/x"]).encode(), "application/json")),
        ("file", (f"{ID}.log", f"{ID} is down".encode(), "application/octet-stream")),
        ("image", ("a.png", PNG, "image/png")),
        ("prompt", (None, f"What is {ID}?")),
    ]
    request = gate.http.build_request("POST", "/v1/files", files=files)
    original = request.read()
    headers = {"content-type": request.headers["content-type"]}
    exchange = gate.send(original, Scenario(reply=plain, write=write), url="/v1/files", headers=headers)
    assert exchange.response.status_code == 200, exchange.response.text
    assert exchange.response.content == original
    assert PNG in exchange.seen
    assert exchange.response.headers["x-aws-masker"].endswith("; attachments=1")


FORMS = {
    "no form": (b"hello", 400, "2009"),
    "a part after the end": (
        b"--x\r\ncontent-disposition: form-data; name=a\r\n\r\nb\r\n--x--\r\n--x\r\n",
        400,
        "2009",
    ),
    "no JSON in a part of JSON": (
        f'--x\r\ncontent-disposition: form-data; name=a; filename=a.json\r\n\r\n["{ID}\r\n--x--'.encode(),
        400,
        "6002",
    ),
}


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_malformed_forms_are_refused(gate: Gateway, form: tuple[bytes, int, str]) -> None:
    body, status, code = form
    exchange = gate.send(body, url="/v1/files", headers={"content-type": "multipart/form-data; boundary=x"})
    assert (exchange.response.status_code, exchange.requests) == (status, [])
    assert exchange.response.json()["error"]["message"].startswith(f"AWS_MASKER_{code}: ")


def test_values_where_nothing_can_be_masked(another: Opening) -> None:
    strict = another("strict", filter={"strict": "refuse"})
    hello = {"messages": [{"role": "user", "content": "hello"}]}
    # Kong's own log shows the lines of requests, and no log may show a planted value.
    shown = "i-0123456789abcdef0"
    cases = {
        "the path of its URL": (hello, {"url": f"/v1/files/{shown}"}),
        "the query of its URL": (hello, {"url": f"/v1/messages?after={shown}"}),
        "a header": (hello, {"headers": {"x-note": ID}}),
        "the name of a tool": (hello | {"tools": [{"name": f"stop-{ID}"}]}, {}),
        "a key of a schema": (hello | {"tools": [{"name": "a", "input_schema": {"properties": {ID: {}}}}]}, {}),
        "a value that a schema allows": (hello | {"tools": [{"name": "a", "input_schema": {"enum": [ID]}}]}, {}),
    }
    for place, (body, how) in cases.items():
        exchange = strict.send(body, **how)
        assert (exchange.response.status_code, exchange.requests) == (400, []), place
        message = exchange.response.json()["error"]["message"]
        assert message.startswith("AWS_MASKER_2011: ")
        assert place in message
        assert not any(value in message for value in (ID, shown))
    assert strict.send(hello).response.status_code == 200


def test_a_word_of_the_api_that_is_a_name_elsewhere_stays(gate: Gateway) -> None:
    """A role of that name is known from a first request; the parameters of a second one are not altered."""
    word = "clear_tool_uses_20250919"
    gate.send({"messages": [{"role": "user", "content": f"arn:aws:iam::100000000005:role/{word}"}]})
    body = {
        "messages": [{"role": "user", "content": "hello"}],
        "context_management": {"edits": [{"type": word, "trigger": {"type": "input_tokens", "value": 1}}]},
    }
    exchange = gate.send(body)
    assert json.loads(exchange.seen)["context_management"] == body["context_management"]
