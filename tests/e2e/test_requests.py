"""Every sort of request and answer that is not a conversation: sizes, methods, statuses, encodings, refusals."""

import concurrent.futures
import gzip
import json
import socket
from dataclasses import dataclass, field
from typing import Any

import pytest

from aws_masker.ports import LOOPBACK
from aws_masker.waiting import wait_for
from rig import planted
from rig.gateway import Gateway
from rig.sse import said
from rig.upstream import Reply, Scenario, Text
from rig.upstream.blocks import placeholders
from rig.upstream.replies import echo, failed, fixed
from rig.upstream.scenario import SCENARIO_HEADER
from rig.upstream.server import ENCODERS

ID = planted.ec2(1)


@dataclass(frozen=True)
class Refusal:
    name: str
    status: int
    code: str
    body: bytes
    headers: dict[str, Any] = field(default_factory=dict)


REFUSALS = [
    Refusal("not JSON", 400, "6002", f'{{"a": "{ID}"'.encode()),
    Refusal("text declared JSON", 400, "6002", f"look at {ID}".encode()),
    Refusal("two documents", 400, "6002", f'{{"a": 1}} {{"a": "{ID}"}}'.encode()),
    Refusal("a control character in a string", 400, "6002", f'{{"a": "\n{ID}"}}'.encode()),
    Refusal("a lone escape", 400, "6002", f'{{"a": "\\x{ID}"}}'.encode()),
    Refusal("bad UTF-8", 400, "6002", f'{{"a": "{ID}'.encode() + b'\xff\xfe"}'),
    Refusal("unknown encoding", 415, "2004", b'{"a": 1}', {"content-encoding": "compress"}),
    Refusal("two encodings", 415, "2004", b'{"a": 1}', {"content-encoding": "gzip, br"}),
    Refusal("zstd that is none", 400, "2009", b'{"a": 1}', {"content-encoding": "zstd"}),
    Refusal("a cut gzip", 400, "2009", gzip.compress(b'{"a": 1}')[:-1], {"content-encoding": "gzip"}),
    Refusal("a bomb", 413, "2003", gzip.compress(bytes(33 << 20)), {"content-encoding": "gzip"}),
    Refusal("UTF-16", 415, "2004", ID.encode("utf-16"), {"content-type": "text/plain; charset=utf-16"}),
    Refusal("a digest", 400, "2008", f'"{ID}"'.encode(), {"content-md5": "1B2M2Y8AsgTpgAmY7PhCfg=="}),
    Refusal("gzip, not said", 400, "6002", gzip.compress(b'{"a": 1}')),
    Refusal("unreadable type", 415, "2004", b"\x00\x01", {"content-type": "application/octet-stream"}),
    Refusal("no form", 400, "2009", b"--x--", {"content-type": "multipart/form-data; boundary=x"}),
]


@pytest.mark.parametrize("case", REFUSALS, ids=lambda case: case.name)
def test_refused(gate: Gateway, case: Refusal) -> None:
    exchange = gate.send(case.body, headers=case.headers)
    assert exchange.response.status_code == case.status, exchange.response.text
    assert exchange.response.headers["content-type"].startswith("application/json")
    told = exchange.response.json()
    assert told["type"] == "error"
    assert told["error"]["message"].startswith(f"AWS_MASKER_{case.code}: ")
    assert told["error"]["type"]
    assert ID not in exchange.response.text
    assert exchange.requests == [], "a refused request reached the upstream"


BODIES = [
    ("an object", f'{{"text": "{ID}"}}'),
    (
        "odd white space",
        f'\n\t{{ "a" :\r\n[ "{ID}" , null,true ,  1.0, 1e3, -0, 12345678901234567890 ] }}  \n',
    ),
    ("repeated and unordered keys", f'{{"z":"{ID}","a":1,"z":"{ID}"}}'),
    ("escapes", f'{{"a":"\\u00e9\\/\\n{ID}\\t\\ud83d\\ude42 \\"{ID}\\"","\\u0062":"x"}}'),
    ("an escaped value", '{"a":"\\u0069-05afe5af\\u006500000001"}'),
    ("a newline before", f'{{"a":"x\\n{ID}\\n{planted.ip(2)}\\r{planted.vpc(3)}"}}'),
    ("JSON in JSON", json.dumps({"a": json.dumps({"b": f"x\n{ID}", "c": [planted.ip(4)]})})),
    ("JSON in JSON in JSON", json.dumps({"a": json.dumps({"b": json.dumps({"c": f"\n{ID}"})})})),
    ("a key", f'{{"{ID}": {{"{planted.ip(5)}": 1}}}}'),
    ("a string alone", f'"{ID}"'),
    ("a number alone", "12.50"),
    ("an array", f'["{ID}", ["{planted.bucket(1)}", "s3://{planted.bucket(1)}/x"]]'),
    (
        "unknown fields and blocks",
        f'{{"messages":[{{"role":"user","content":[{{"type":"new","new":"{ID}"}}]}}]}}',
    ),
    ("skipped keys of others", f'{{"instance_id":"{ID}","name":"{ID}","user":"{ID}","resource_id":"{ID}"}}'),
    ("arn", f'{{"a":"{planted.arn(6)} and {planted.access_key(7)}"}}'),
    ("rds", f'{{"a":"postgres://app@{planted.rds(8)}:5432/orders"}}'),
    ("side by side", f'{{"a":"{ID},{planted.ec2(2)};{planted.ip(1)}/32|{planted.group(3)}"}}'),
]


@pytest.mark.parametrize("body", [body for _, body in BODIES], ids=[name for name, _ in BODIES])
def test_only_the_values_change_and_all_come_back(gate: Gateway, body: str) -> None:
    """An upstream that echoes gives the client its own bytes back; an escaped value may come back unescaped."""
    exchange = gate.send(body.encode(), Scenario(reply=echo))
    assert exchange.response.status_code == 200, exchange.response.text
    if "\\u0069" in body:
        assert exchange.response.json() == json.loads(body)
    else:
        assert exchange.response.text == body
    assert bool(placeholders(exchange.seen)) == any(marker.decode() in body for marker in planted.MARKERS) or (
        "\\u0069" in body
    )


TYPES = [
    ("application/json; charset=utf-8", f'{{"a": "{ID}"}}'),
    ("application/vnd.api+json", f'{{"a": "{ID}"}}'),
    ("application/x-ndjson", f'{{"a": "{ID}"}}\n{{"b": "\\n{planted.ip(1)}"}}\n'),
    ("application/jsonl", f'{{"a": "{ID}"}}\n\n{{"b": "{planted.vpc(1)}"}}'),
    ("text/plain", f"{ID} is {planted.ip(1)}\n"),
    ("text/markdown; charset=utf-8", f"# {ID}\n\n* `{planted.vpc(1)}` ü\n"),
]


@pytest.mark.parametrize(("kind", "body"), TYPES, ids=[kind for kind, _ in TYPES])
def test_types_that_are_masked_and_restored(gate: Gateway, kind: str, body: str) -> None:
    for write in (None, 1):
        exchange = gate.send(body.encode(), Scenario(reply=echo, write=write), headers={"content-type": kind})
        assert exchange.response.text == body
        assert placeholders(exchange.seen)


@pytest.mark.parametrize("coding", ENCODERS)
def test_compressed_requests_are_sent_masked_and_plain(gate: Gateway, coding: str) -> None:
    """Codex with a login sends zstd."""
    text = json.dumps({"messages": [{"role": "user", "content": f"{ID} and {planted.ip(1)}"}]})
    exchange = gate.send(ENCODERS[coding](text.encode()), Scenario(reply=echo), headers={"content-encoding": coding})
    assert exchange.response.text == text
    (request,) = exchange.requests
    assert len(placeholders(request.body)) == 2
    assert request.header("content-encoding") in (None, "identity")
    assert json.loads(request.body)["messages"][0]["role"] == "user"


def test_an_upgrade_is_refused_with_the_reason(gate: Gateway) -> None:
    """Codex falls back to HTTP at once."""
    headers = {
        "connection": "Upgrade",
        "upgrade": "websocket",
        "sec-websocket-version": "13",
        "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
    }
    exchange = gate.send(b"", method="GET", url="/v1/responses", headers=headers)
    assert exchange.response.status_code == 426
    assert exchange.response.json()["error"]["message"].startswith("AWS_MASKER_2007: ")
    assert exchange.requests == []


def test_a_client_that_is_refused_while_it_sends_gets_the_answer(gate: Gateway) -> None:
    """The headers decide: nothing goes upstream, the answer is whole, and the connection ends."""
    head = "POST /v1/messages HTTP/1.1\r\nhost: x\r\ncontent-type: image/png\r\ncontent-length: 1000000\r\n\r\n"
    with socket.create_connection((LOOPBACK, gate.host.port), timeout=10) as client:
        client.sendall(head.encode() + b"x" * 10_000)
        received = b""
        while piece := client.recv(65_536):
            received += piece
    answer, _, body = received.partition(b"\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 415 ")
    assert b"connection: close" in answer.lower()
    assert json.loads(body)["error"]["message"].startswith("AWS_MASKER_2004: ")


@dataclass(frozen=True)
class Passing:
    """A request that passes, and the expected answer."""

    name: str
    how: dict[str, Any]
    scenario: Scenario
    status: int
    text: str | None = None


BODY = json.dumps({"messages": [{"role": "user", "content": ID}]}).encode()
PASSING = [
    Passing(
        "GET",
        {"method": "GET", "url": "/v1/models", "content": b""},
        Scenario(reply=fixed(200, b"{}")),
        200,
        "{}",
    ),
    Passing(
        "HEAD",
        {"method": "HEAD", "url": "/v1/models", "content": b""},
        Scenario(reply=fixed(200, b"{}")),
        200,
        "",
    ),
    Passing(
        "DELETE",
        {"method": "DELETE", "url": "/v1/files/f", "content": b""},
        Scenario(reply=fixed(204)),
        204,
        "",
    ),
    Passing("an empty body", {"content": b""}, Scenario(reply=fixed(200, b'{"a":1}')), 200, '{"a":1}'),
    Passing("204", {}, Scenario(reply=fixed(204)), 204, ""),
    Passing("304", {}, Scenario(reply=fixed(304)), 304, ""),
    Passing("200 with nothing", {}, Scenario(reply=fixed(200), framing="length"), 200, ""),
    Passing("200 with nothing, chunked", {}, Scenario(reply=fixed(200)), 200, ""),
    Passing("an HTML error", {}, Scenario(reply=fixed(502, b"<h1>bad</h1>", "text/html")), 502, "<h1>bad</h1>"),
    Passing("bytes", {}, Scenario(reply=fixed(200, b"\x00AWS_", "application/pdf")), 200, "\x00AWS_"),
    Passing("no type at all", {}, Scenario(reply=fixed(200, b"ok", None)), 200, "ok"),
    Passing("not JSON though declared", {}, Scenario(reply=fixed(200, b'{"a": ')), 200, '{"a": '),
]


@pytest.mark.parametrize("case", PASSING, ids=lambda case: case.name)
def test_passes(gate: Gateway, case: Passing) -> None:
    exchange = gate.send(**{"body": BODY, "scenario": case.scenario} | case.how)
    assert exchange.response.status_code == case.status
    assert exchange.response.text == case.text
    assert len(exchange.requests) == 1


@pytest.mark.parametrize(
    ("status", "kind"), [(400, "invalid_request_error"), (500, "api_error"), (529, "overloaded_error")]
)
def test_an_error_of_the_upstream_is_restored(gate: Gateway, status: int, kind: str) -> None:
    exchange = gate.send(BODY, Scenario(reply=failed(status, kind)))
    assert exchange.response.status_code == status
    assert exchange.response.json()["error"] == {"type": kind, "message": f"cannot serve: {ID}"}


FRAMINGS = [
    ("chunked, by the byte", {"write": 1}),
    ("with a length", {"framing": "length"}),
    ("with a length, over several writes", {"framing": "length", "write": 7, "pause": 0.001}),
    ("gzip although identity was asked", {"encoding": "gzip"}),
    ("deflate", {"encoding": "deflate"}),
    ("br", {"encoding": "br"}),
    ("zstd", {"encoding": "zstd"}),
    ("gzip by the byte", {"encoding": "gzip", "write": 1}),
    ("br by the byte", {"encoding": "br", "write": 1}),
    ("zstd by the byte", {"encoding": "zstd", "write": 1}),
    ("gzip with a length, over several writes", {"encoding": "gzip", "framing": "length", "write": 50}),
]


@pytest.mark.parametrize("how", [how for _, how in FRAMINGS], ids=[name for name, _ in FRAMINGS])
def test_framings_of_a_response(gate: Gateway, how: dict[str, Any]) -> None:
    says = (Text("It is «0», and again «0»."),)
    expected = f"It is {ID}, and again {ID}."
    for streamed in (False, True):
        exchange = gate.send(json.loads(BODY) | {"stream": streamed}, Scenario(says=says, **how))
        if streamed:
            assert said(exchange.response.text) == {0: expected}
        else:
            assert exchange.response.json()["content"][0]["text"] == expected
        assert exchange.requests[0].header("accept-encoding") == "identity"


@pytest.mark.parametrize("framing", ["chunked", "length"])
def test_a_body_that_is_not_what_its_encoding_says_passes(gate: Gateway, framing: Any) -> None:
    """The filter cannot read it, so it passes unchanged; above all it ends."""
    headers = (("content-type", "application/json"), ("content-encoding", "gzip"))
    reply = Reply((b'{"a":1}',), headers=headers)
    name = gate.upstream.script(Scenario(reply=lambda _: reply, framing=framing))
    with gate.http.stream("POST", "/v1/messages", json={}, headers={SCENARIO_HEADER: name}, timeout=10) as response:
        assert b"".join(response.iter_raw()) == b'{"a":1}'


def test_a_chunked_request_cut_in_the_middle_of_a_value(gate: Gateway) -> None:
    exchange = gate.send(BODY, Scenario(reply=echo), content=(BODY[at : at + 3] for at in range(0, len(BODY), 3)))
    assert exchange.response.content == BODY
    assert len(placeholders(exchange.seen)) == 1


def test_five_megabytes_with_two_thousand_ids(gate: Gateway) -> None:
    filler = "the service answered late and was restarted; " * 58
    lines = [f"{planted.ec2(n)} {filler}" for n in range(2000)]
    body = json.dumps({"messages": [{"role": "user", "content": "\n".join(lines)}]}).encode()
    assert len(body) > 5_000_000
    exchange = gate.send(body, Scenario(reply=echo))
    assert exchange.response.status_code == 200, exchange.response.text[:300]
    assert len(placeholders(exchange.seen)) == 2000
    assert exchange.response.content == body


def test_five_megabytes_with_none(gate: Gateway) -> None:
    body = json.dumps({"text": "nothing to see here; " * 250_000}).encode()
    exchange = gate.send(body, Scenario(reply=echo, framing="length"))
    assert exchange.seen == body
    assert exchange.response.content == body


def test_the_masked_count_is_told(gate: Gateway) -> None:
    counts = {
        f'{{"a": "{ID}"}}': 1,
        f'{{"a": "{ID} {planted.ip(1)} {planted.vpc(1)}"}}': 3,
        '{"a": "nothing"}': 0,
    }
    for body, count in counts.items():
        told = gate.send(body.encode()).response.headers["x-aws-masker"]
        assert told.split(";")[0] == f"masked={count}"


def test_the_credentials_and_the_path_pass_untouched(gate: Gateway) -> None:
    headers = {"authorization": "Bearer sk-ant-1", "x-api-key": "sk-ant-2", "anthropic-beta": "a-2025,b-2025"}
    exchange = gate.send(BODY, headers=headers, url="/v1/messages?beta=true")
    (request,) = exchange.requests
    assert request.target == "/v1/messages?beta=true"
    assert {name: request.header(name) for name in headers} == headers


def test_a_client_that_leaves(gate: Gateway) -> None:
    """Half a request, a whole one whose answer is not awaited, half a stream: the gateway serves on."""
    upstream, before = gate.upstream, gate.upstream.abandoned
    slow = upstream.script(Scenario(says=(Text("«0» " * 2000),), delta=5, pause=0.01))
    head = "POST /v1/messages HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n"
    streaming = json.dumps(json.loads(BODY) | {"stream": True}).encode()
    whole = f"{head}{SCENARIO_HEADER}: {slow}\r\ncontent-length: {len(streaming)}\r\n\r\n".encode() + streaming
    for sent, awaited in (
        (f"{head}content-length: 100\r\n\r\n".encode() + BODY[:9], 0),
        (whole, 0),
        (whole, 400),
    ):
        with socket.create_connection((LOOPBACK, gate.host.port), timeout=10) as client:
            client.sendall(sent)
            received = b""
            while len(received) < awaited:
                received += client.recv(awaited)
    wait_for("the upstream's connections of the clients that left are closed", lambda: upstream.abandoned > before)
    assert gate.send(BODY, Scenario(says=(Text("«0»"),))).response.json()["content"][0]["text"] == ID


def test_many_at_once(gate: Gateway) -> None:
    """Exchanges that run in parallel never get each other's values."""

    def one(n: int) -> None:
        body = json.dumps({"stream": n % 2 == 0, "messages": [{"role": "user", "content": planted.ec2(n)}]})
        exchange = gate.send(body.encode(), Scenario(says=(Text("<«0»>"),), delta=3, write=9))
        if n % 2:
            assert exchange.response.json()["content"][0]["text"] == f"<{planted.ec2(n)}>"
        else:
            assert said(exchange.response.text) == {0: f"<{planted.ec2(n)}>"}

    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        for done in [pool.submit(one, n) for n in range(1000, 1200)]:
            done.result(30)
