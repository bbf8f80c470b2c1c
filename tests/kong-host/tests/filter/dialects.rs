//! The streams of the APIs: how a provider cuts a text into events, and how a client puts it together again.

use kong_host::{Request, Response, Settings, Upstream};
use serde_json::{Value, json};

use crate::framing::Framing;
use crate::gateway::Gateway;

/// The signature of every block of thinking.
const SIGNATURE: &str = "c2lnbmVkIGJ5IHRoZSBwcm92aWRlcg==";

/// An API's way to ask, and one of its ways to stream a text.
pub struct Dialect {
    pub name: &'static str,
    pub request: fn(&str) -> Request,
    pub heard: fn(&Upstream) -> String,
    framing: Framing,
    /// The events of a text that is cut into these parts.
    events: fn(&[String]) -> Vec<Value>,
    /// The text that a client reads.
    read: fn(&[Value]) -> String,
    /// Whether the text travels as a piece of JSON.
    pub in_json: bool,
    /// Where the text is signed thinking: the block in which a client sends it back.
    pub thinking: Option<fn(&str) -> Value>,
}

pub const DIALECTS: [Dialect; 11] = [
    Dialect {
        name: "anthropic text",
        request: crate::gateway::message,
        heard: crate::gateway::heard,
        framing: Framing::Named,
        events: |parts| anthropic(parts, json!({"type": "text", "text": ""}), "text_delta", "text"),
        read: |events| join(events, "/delta/text"),
        in_json: false,
        thinking: None,
    },
    Dialect {
        name: "anthropic tool input",
        request: crate::gateway::message,
        heard: crate::gateway::heard,
        framing: Framing::Named,
        events: |parts| {
            let block = json!({"type": "tool_use", "id": "toolu_01", "name": "bash", "input": {}});
            anthropic(parts, block, "input_json_delta", "partial_json")
        },
        read: |events| join(events, "/delta/partial_json"),
        in_json: true,
        thinking: None,
    },
    Dialect {
        name: "openai chat",
        request: chat,
        heard: crate::gateway::heard,
        framing: Framing::Plain,
        events: |parts| openai_chat(parts, |part| json!({"content": part})),
        read: |events| join(events, "/choices/0/delta/content"),
        in_json: false,
        thinking: None,
    },
    Dialect {
        name: "openai tool call",
        request: chat,
        heard: crate::gateway::heard,
        framing: Framing::Plain,
        events: |parts| {
            openai_chat(parts, |part| json!({"tool_calls": [{"index": 0, "function": {"arguments": part}}]}))
        },
        read: |events| join(events, "/choices/0/delta/tool_calls/0/function/arguments"),
        in_json: true,
        thinking: None,
    },
    Dialect {
        name: "openai responses",
        request: |text| {
            Request::post("/v1/responses", json!({"model": "gpt-5", "stream": true, "input": text}).to_string())
        },
        heard: |upstream| {
            let body: Value = serde_json::from_slice(&upstream.body).expect("the upstream gets JSON");
            body["input"].as_str().expect("a text").to_owned()
        },
        framing: Framing::Named,
        events: openai_responses,
        read: |events| {
            let deltas: Vec<Value> =
                events.iter().filter(|event| event["type"] == "response.output_text.delta").cloned().collect();
            let text = join(&deltas, "/delta");
            let done = events.iter().find(|event| event["type"] == "response.output_text.done").expect("a done event");
            assert_eq!(done["text"].as_str(), Some(text.as_str()), "the text is repeated in full");
            text
        },
        in_json: false,
        thinking: None,
    },
    Dialect {
        name: "anthropic thinking",
        request: crate::gateway::message,
        heard: crate::gateway::heard,
        framing: Framing::Named,
        events: anthropic_thinking,
        read: |events| join(events, "/delta/thinking"),
        in_json: false,
        thinking: Some(thinking_block),
    },
    Dialect {
        name: "bedrock invoke text",
        request: invoke,
        heard: crate::gateway::heard,
        framing: Framing::Invoked,
        events: |parts| anthropic(parts, json!({"type": "text", "text": ""}), "text_delta", "text"),
        read: |events| join(events, "/delta/text"),
        in_json: false,
        thinking: None,
    },
    Dialect {
        name: "bedrock invoke thinking",
        request: invoke,
        heard: crate::gateway::heard,
        framing: Framing::Invoked,
        events: anthropic_thinking,
        read: |events| join(events, "/delta/thinking"),
        in_json: false,
        thinking: Some(thinking_block),
    },
    Dialect {
        name: "bedrock converse text",
        request: converse_request,
        heard: heard_in_converse,
        framing: Framing::Conversed,
        events: |parts| conversed(parts, |part| json!({"text": part}), None),
        read: |events| join(events, "/contentBlockDelta/delta/text"),
        in_json: false,
        thinking: None,
    },
    Dialect {
        name: "bedrock converse tool input",
        request: converse_request,
        heard: heard_in_converse,
        framing: Framing::Conversed,
        events: |parts| conversed(parts, |part| json!({"toolUse": {"input": part}}), None),
        read: |events| join(events, "/contentBlockDelta/delta/toolUse/input"),
        in_json: true,
        thinking: None,
    },
    Dialect {
        name: "bedrock converse thinking",
        request: converse_request,
        heard: heard_in_converse,
        framing: Framing::Conversed,
        events: |parts| {
            let signed = json!({"reasoningContent": {"signature": SIGNATURE}});
            conversed(parts, |part| json!({"reasoningContent": {"text": part}}), Some(signed))
        },
        read: |events| join(events, "/contentBlockDelta/delta/reasoningContent/text"),
        in_json: false,
        thinking: Some(|text| json!({"reasoningContent": {"reasoningText": {"text": text, "signature": SIGNATURE}}})),
    },
];

impl Dialect {
    /// A gateway that has its keyring, and restores what this dialect streams.
    pub fn gateway(&self) -> Gateway {
        Gateway::with(json!({"restore_thinking": self.thinking.is_some()}), Settings::default()).ready()
    }

    /// The stream of a text that is cut every so many characters, event by event.
    pub fn stream(&self, text: &str, size: usize) -> Vec<Vec<u8>> {
        let text = if self.in_json { json!({"command": text}).to_string() } else { text.to_owned() };
        let characters: Vec<char> = text.chars().collect();
        let parts: Vec<String> = characters.chunks(size).map(|part| part.iter().collect()).collect();
        (self.events)(&parts).iter().map(|event| self.framing.write(event)).collect()
    }

    /// A response that streams these pieces.
    pub fn response<P: Into<Vec<u8>>>(&self, pieces: impl IntoIterator<Item = P>) -> Response {
        Response::events(pieces).header("content-type", self.framing.content_type())
    }

    /// The events of a stream, each of which is whole.
    pub fn events_of(&self, stream: &[u8]) -> Vec<Value> {
        self.framing.read(stream)
    }

    /// The text that a client reads from a stream.
    pub fn text(&self, stream: &[u8]) -> String {
        let text = (self.read)(&self.events_of(stream));
        if !self.in_json {
            return text;
        }
        let input: Value = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"));
        input["command"].as_str().expect("a command").to_owned()
    }
}

fn join(events: &[Value], pointer: &str) -> String {
    events.iter().filter_map(|event| event.pointer(pointer)?.as_str()).collect()
}

fn chat(text: &str) -> Request {
    let body = json!({"model": "gpt-5", "stream": true, "messages": [{"role": "user", "content": text}]});
    Request::post("/v1/chat/completions", body.to_string())
}

/// Bedrock takes Anthropic's request without the model, which stands in the path.
fn invoke(text: &str) -> Request {
    let messages = json!([{"role": "user", "content": text}]);
    let body = json!({"anthropic_version": "bedrock-2023-05-31", "max_tokens": 1024, "messages": messages});
    Request::post("/model/anthropic.claude-opus-4-1/invoke-with-response-stream", body.to_string())
}

fn converse_request(text: &str) -> Request {
    let body = json!({"messages": [{"role": "user", "content": [{"text": text}]}]});
    Request::post("/model/anthropic.claude-opus-4-1/converse-stream", body.to_string())
}

fn heard_in_converse(upstream: &Upstream) -> String {
    let body: Value = serde_json::from_slice(&upstream.body).expect("the upstream gets JSON");
    body["messages"][0]["content"][0]["text"].as_str().expect("a text").to_owned()
}

fn thinking_block(text: &str) -> Value {
    json!({"type": "thinking", "thinking": text, "signature": SIGNATURE})
}

fn anthropic(parts: &[String], block: Value, delta: &str, field: &str) -> Vec<Value> {
    let message = json!({"id": "msg_01", "type": "message", "role": "assistant", "content": [], "usage": {}});
    let mut events = vec![
        json!({"type": "message_start", "message": message}),
        json!({"type": "content_block_start", "index": 0, "content_block": block}),
        json!({"type": "ping"}),
    ];
    events.extend(
        parts
            .iter()
            .map(|part| json!({"type": "content_block_delta", "index": 0, "delta": {"type": delta, field: part}})),
    );
    events.push(json!({"type": "content_block_stop", "index": 0}));
    events.push(json!({"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {}}));
    events.push(json!({"type": "message_stop"}));
    events
}

/// The signature follows the thinking, before the block ends.
fn anthropic_thinking(parts: &[String]) -> Vec<Value> {
    let block = json!({"type": "thinking", "thinking": "", "signature": ""});
    let mut events = anthropic(parts, block, "thinking_delta", "thinking");
    let delta = json!({"type": "signature_delta", "signature": SIGNATURE});
    let stop = events.iter().position(|event| event["type"] == "content_block_stop").expect("a block ends");
    events.insert(stop, json!({"type": "content_block_delta", "index": 0, "delta": delta}));
    events
}

fn conversed(parts: &[String], delta: impl Fn(&str) -> Value, last: Option<Value>) -> Vec<Value> {
    let mut events = vec![json!({"messageStart": {"role": "assistant"}})];
    let deltas = parts.iter().map(|part| delta(part)).chain(last);
    events.extend(deltas.map(|delta| json!({"contentBlockDelta": {"contentBlockIndex": 0, "delta": delta}})));
    events.push(json!({"contentBlockStop": {"contentBlockIndex": 0}}));
    events.push(json!({"messageStop": {"stopReason": "end_turn"}}));
    events
}

fn openai_chat(parts: &[String], delta: impl Fn(&str) -> Value) -> Vec<Value> {
    let chunk = |delta: Value, finish: Value| {
        let choice = json!({"index": 0, "delta": delta, "finish_reason": finish});
        json!({"id": "chatcmpl-1", "object": "chat.completion.chunk", "choices": [choice]})
    };
    let mut events = vec![chunk(json!({"role": "assistant"}), Value::Null)];
    events.extend(parts.iter().map(|part| chunk(delta(part), Value::Null)));
    events.push(chunk(json!({}), json!("stop")));
    events.push(json!("[DONE]"));
    events
}

fn openai_responses(parts: &[String]) -> Vec<Value> {
    let text = parts.concat();
    let place = |mut data: Value| {
        for (name, value) in [("item_id", json!("msg_1")), ("output_index", json!(0)), ("content_index", json!(0))] {
            data[name] = value;
        }
        data
    };
    let mut events = vec![json!({"type": "response.created", "response": {"id": "resp_1", "output": []}})];
    events.extend(parts.iter().map(|part| place(json!({"type": "response.output_text.delta", "delta": part}))));
    events.push(place(json!({"type": "response.output_text.done", "text": text})));
    let output = json!([{"type": "message", "content": [{"type": "output_text", "text": text}]}]);
    events.push(json!({"type": "response.completed", "response": {"id": "resp_1", "output": output}}));
    events
}
