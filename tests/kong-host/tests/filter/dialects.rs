//! The streams of the APIs: how a provider cuts a text into events, and how a client puts it together again.

use kong_host::{Request, Upstream};
use serde_json::{Value, json};

/// An API's way to ask, and one of its ways to stream a text.
pub struct Dialect {
    pub name: &'static str,
    pub request: fn(&str) -> Request,
    pub heard: fn(&Upstream) -> String,
    /// The events of a text that is cut into these parts.
    pub events: fn(&[String]) -> Vec<String>,
    /// The text that a client reads.
    pub read: fn(&[Value]) -> String,
    /// Whether the text travels as a piece of JSON.
    pub in_json: bool,
}

pub const DIALECTS: [Dialect; 5] = [
    Dialect {
        name: "anthropic text",
        request: crate::gateway::message,
        heard: crate::gateway::heard,
        events: |parts| anthropic(parts, json!({"type": "text", "text": ""}), "text_delta", "text"),
        read: |events| join(events, "/delta/text"),
        in_json: false,
    },
    Dialect {
        name: "anthropic tool input",
        request: crate::gateway::message,
        heard: crate::gateway::heard,
        events: |parts| {
            let block = json!({"type": "tool_use", "id": "toolu_01", "name": "bash", "input": {}});
            anthropic(parts, block, "input_json_delta", "partial_json")
        },
        read: |events| join(events, "/delta/partial_json"),
        in_json: true,
    },
    Dialect {
        name: "openai chat",
        request: chat,
        heard: crate::gateway::heard,
        events: |parts| openai_chat(parts, |part| json!({"content": part})),
        read: |events| join(events, "/choices/0/delta/content"),
        in_json: false,
    },
    Dialect {
        name: "openai tool call",
        request: chat,
        heard: crate::gateway::heard,
        events: |parts| {
            openai_chat(parts, |part| json!({"tool_calls": [{"index": 0, "function": {"arguments": part}}]}))
        },
        read: |events| join(events, "/choices/0/delta/tool_calls/0/function/arguments"),
        in_json: true,
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
    },
];

impl Dialect {
    /// The stream of a text that is cut every so many characters.
    pub fn stream(&self, text: &str, size: usize) -> Vec<String> {
        let text = if self.in_json { json!({"command": text}).to_string() } else { text.to_owned() };
        let characters: Vec<char> = text.chars().collect();
        let parts: Vec<String> = characters.chunks(size).map(|part| part.iter().collect()).collect();
        (self.events)(&parts)
    }

    /// The text that a client reads from a stream.
    pub fn text(&self, stream: &[u8]) -> String {
        let stream = std::str::from_utf8(stream).expect("the client gets UTF-8");
        let data = stream.split("\n\n").filter_map(|event| event.lines().find_map(|line| line.strip_prefix("data: ")));
        let events: Vec<Value> = data
            .filter(|data| *data != "[DONE]")
            .map(|data| serde_json::from_str(data).unwrap_or_else(|error| panic!("{error}: {data}")))
            .collect();
        let text = (self.read)(&events);
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

fn event(data: &Value) -> String {
    format!("event: {}\ndata: {data}\n\n", data["type"].as_str().expect("an event has a type"))
}

fn anthropic(parts: &[String], block: Value, delta: &str, field: &str) -> Vec<String> {
    let message = json!({"id": "msg_01", "type": "message", "role": "assistant", "content": [], "usage": {}});
    let mut events = vec![
        event(&json!({"type": "message_start", "message": message})),
        event(&json!({"type": "content_block_start", "index": 0, "content_block": block})),
        event(&json!({"type": "ping"})),
    ];
    events.extend(
        parts.iter().map(|part| {
            event(&json!({"type": "content_block_delta", "index": 0, "delta": {"type": delta, field: part}}))
        }),
    );
    events.push(event(&json!({"type": "content_block_stop", "index": 0})));
    events.push(event(&json!({"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {}})));
    events.push(event(&json!({"type": "message_stop"})));
    events
}

fn openai_chat(parts: &[String], delta: impl Fn(&str) -> Value) -> Vec<String> {
    let chunk = |delta: Value, finish: Value| {
        let choice = json!({"index": 0, "delta": delta, "finish_reason": finish});
        format!("data: {}\n\n", json!({"id": "chatcmpl-1", "object": "chat.completion.chunk", "choices": [choice]}))
    };
    let mut events = vec![chunk(json!({"role": "assistant"}), Value::Null)];
    events.extend(parts.iter().map(|part| chunk(delta(part), Value::Null)));
    events.push(chunk(json!({}), json!("stop")));
    events.push("data: [DONE]\n\n".to_owned());
    events
}

fn openai_responses(parts: &[String]) -> Vec<String> {
    let text = parts.concat();
    let place = |mut data: Value| {
        for (name, value) in [("item_id", json!("msg_1")), ("output_index", json!(0)), ("content_index", json!(0))] {
            data[name] = value;
        }
        event(&data)
    };
    let mut events = vec![event(&json!({"type": "response.created", "response": {"id": "resp_1", "output": []}}))];
    events.extend(parts.iter().map(|part| place(json!({"type": "response.output_text.delta", "delta": part}))));
    events.push(place(json!({"type": "response.output_text.done", "text": text})));
    let output = json!([{"type": "message", "content": [{"type": "output_text", "text": text}]}]);
    events.push(event(&json!({"type": "response.completed", "response": {"id": "resp_1", "output": output}})));
    events
}
