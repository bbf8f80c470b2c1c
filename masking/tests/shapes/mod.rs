//! The shapes in which servers stream a text, and how a client of each puts it together.

#![allow(dead_code, unreachable_pub, reason = "each test uses a part of it")]

use serde_json::{Value, json};

/// One API's way to stream a text.
pub struct Shape {
    pub name: &'static str,
    /// Whether the core knows the API: it then takes its texts apart, and adds events.
    pub is_known: bool,
    /// Whether the text travels as a piece of JSON.
    pub in_json: bool,
    pub framing: Framing,
    events: fn(&[String]) -> Vec<Value>,
    text: fn(&Value) -> String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Framing {
    /// Server-sent events that have their type as name.
    Named,
    /// Server-sent events without a name.
    Plain,
    Lines,
    Array,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    Lf,
    CrLf,
    LfWithoutLast,
}

impl Shape {
    /// The types that servers declare for it, the right one first.
    pub fn declared(&self) -> &'static [&'static str] {
        match self.framing {
            Framing::Named | Framing::Plain => {
                &["text/event-stream", "application/json", "text/plain", "", "application/x-ndjson"]
            }
            Framing::Lines => {
                &["application/x-ndjson", "application/json", "text/plain; charset=utf-8", "", "text/event-stream"]
            }
            Framing::Array => {
                &["application/json; charset=UTF-8", "text/json", "text/plain", "", "application/octet-stream"]
            }
        }
    }

    pub fn events(&self, parts: &[String], ending: Ending) -> Vec<Vec<u8>> {
        let mut events = (self.events)(parts);
        // Between two pieces there may be a sign of life.
        if matches!(self.framing, Framing::Plain) && events.len() > 3 {
            events.insert(2, Value::Null);
        }
        let last = events.len().saturating_sub(1);
        let written = events.iter().enumerate().map(|(index, event)| match self.framing {
            _ if event.is_null() => format!(": keepalive{0}{0}", ending.line()),
            Framing::Named => {
                let kind = event["type"].as_str().or(event["object"].as_str()).unwrap();
                format!("event: {kind}{0}{1}", ending.line(), data(&event.to_string(), ending))
            }
            Framing::Plain => match event {
                Value::String(text) => data(text, ending),
                event => data(&event.to_string(), ending),
            },
            Framing::Lines => format!("{event}{}", ending.line()),
            Framing::Array => {
                let before = if index == 0 { "[" } else { "," };
                let after = if index == last { "]" } else { "" };
                format!("{before}{event}{}{after}", ending.line())
            }
        });
        let mut written: Vec<Vec<u8>> = written.map(String::into_bytes).collect();
        if let (Ending::LfWithoutLast, Some(last)) = (ending, written.last_mut()) {
            last.truncate(last.trim_ascii_end().len());
        }
        written
    }

    pub fn stream(&self, parts: &[String], ending: Ending) -> Vec<u8> {
        self.events(parts, ending).concat()
    }

    /// The text that a client reads.
    pub fn read(&self, stream: &[u8]) -> String {
        let events: Vec<Value> = match self.framing {
            Framing::Named | Framing::Plain => {
                server_sent(stream).iter().filter(|data| *data != "[DONE]").map(|data| parse(data)).collect()
            }
            Framing::Lines => {
                let text = std::str::from_utf8(stream).unwrap();
                text.lines().filter(|line| !line.is_empty()).map(parse).collect()
            }
            Framing::Array => serde_json::from_slice(stream).unwrap(),
        };
        events.iter().map(self.text).collect()
    }
}

impl Ending {
    fn line(self) -> &'static str {
        if self == Self::CrLf { "\r\n" } else { "\n" }
    }
}

fn parse(json: &str) -> Value {
    serde_json::from_str(json).unwrap_or_else(|error| panic!("{error}: {json}"))
}

/// An event without a name.
pub fn data(data: &str, ending: Ending) -> String {
    format!("data: {data}{0}{0}", ending.line())
}

/// The data of server-sent events, as the standard reads them.
pub fn server_sent(stream: &[u8]) -> Vec<String> {
    let text = std::str::from_utf8(stream).unwrap().replace("\r\n", "\n");
    let lines = |event: &str| {
        event
            .lines()
            .filter_map(|line| line.strip_prefix("data:"))
            .map(|line| line.strip_prefix(' ').unwrap_or(line).to_owned())
            .collect::<Vec<_>>()
    };
    text.split("\n\n").map(lines).filter(|lines| !lines.is_empty()).map(|lines| lines.join("\n")).collect()
}

/// A text in parts of so many characters.
pub fn parts(text: &str, size: usize) -> Vec<String> {
    let characters: Vec<char> = text.chars().collect();
    characters.chunks(size).map(|part| part.iter().collect()).collect()
}

fn at(event: &Value, pointer: &str) -> String {
    event.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn with_ends(first: Vec<Value>, parts: &[String], piece: impl Fn(&str) -> Value, last: Vec<Value>) -> Vec<Value> {
    first.into_iter().chain(parts.iter().map(|part| piece(part))).chain(last).collect()
}

pub fn chat(parts: &[String], delta: impl Fn(&str) -> Value) -> Vec<Value> {
    let chunk = |delta: Value, reason: Value| {
        json!({"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "llama",
            "choices": [{"index": 0, "delta": delta, "finish_reason": reason}]})
    };
    let mut events = with_ends(
        vec![chunk(json!({"role": "assistant", "content": ""}), Value::Null)],
        parts,
        |part| chunk(delta(part), Value::Null),
        vec![chunk(json!({}), json!("stop"))],
    );
    events.push(json!("[DONE]"));
    events
}

pub fn responses(parts: &[String], ending: Ending) -> Vec<String> {
    let mut number = 0;
    let mut event = |mut value: Value| {
        value["sequence_number"] = json!(number);
        number += 1;
        data(&value.to_string(), ending)
    };
    let place = |mut value: Value| {
        for (name, member) in [("item_id", json!("m")), ("output_index", json!(0)), ("content_index", json!(0))] {
            value[name] = member;
        }
        value
    };
    let mut events = vec![event(json!({"type": "response.created", "response": {"id": "r", "output": []}}))];
    events.extend(parts.iter().map(|part| event(place(json!({"type": "response.output_text.delta", "delta": part})))));
    events.push(event(place(json!({"type": "response.output_text.done", "text": parts.concat()}))));
    events.push(event(json!({"type": "response.completed", "response": {"id": "r", "output": []}})));
    events
}

fn gemini(parts: &[String]) -> Vec<Value> {
    let chunk = |candidate: Value, tokens: u32| {
        json!({"candidates": [candidate], "usageMetadata": {"promptTokenCount": 4, "totalTokenCount": tokens},
            "modelVersion": "gemini-2.5-flash", "responseId": "mAitaLmkHPPlz7IPvtfUqQ4"})
    };
    let mut tokens = 4;
    let mut events = Vec::new();
    for part in parts {
        tokens += 1;
        events.push(chunk(json!({"content": {"parts": [{"text": part}], "role": "model"}, "index": 0}), tokens));
    }
    events.push(chunk(
        json!({"content": {"parts": [{"text": ""}], "role": "model"}, "finishReason": "STOP", "index": 0}),
        tokens,
    ));
    events
}

fn gemini_text(event: &Value) -> String {
    at(event, "/candidates/0/content/parts/0/text")
}

fn ollama(parts: &[String], piece: impl Fn(&str) -> Value) -> Vec<Value> {
    let event = |part: &str, done: bool| {
        let mut event = piece(part);
        let more = json!({"model": "llama3", "created_at": "2026-01-01T00:00:00.1Z", "done": done});
        event.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        event
    };
    let mut last = event("", true);
    last["done_reason"] = json!("stop");
    last["eval_count"] = json!(290);
    with_ends(vec![], parts, |part| event(part, false), vec![last])
}

fn cohere(parts: &[String], kind: &str, name: &str, piece: impl Fn(&str) -> Value) -> Vec<Value> {
    let delta = |part: &str| json!({"type": kind, "index": 0, "delta": {"message": piece(part)}});
    with_ends(
        vec![
            json!({"type": "message-start", "id": "29f1", "delta": {"message": {"role": "assistant", "content": [], "tool_plan": "", "tool_calls": [], "citations": []}}}),
            json!({"type": format!("{name}-start"), "index": 0, "delta": {"message": piece("")}}),
        ],
        parts,
        delta,
        vec![
            json!({"type": format!("{name}-end"), "index": 0}),
            json!({"type": "message-end", "delta": {"finish_reason": "COMPLETE", "usage": {"tokens": {"input_tokens": 1}}}}),
        ],
    )
}

fn tgi(parts: &[String]) -> Vec<Value> {
    let last = parts.len();
    let token = |(index, part): (usize, &String)| {
        let done =
            if index + 1 == last { json!({"finish_reason": "length", "generated_tokens": last}) } else { Value::Null };
        json!({"index": index + 1, "token": {"id": 1000 + index * 7, "text": part, "logprob": -0.5, "special": false},
            "generated_text": null, "details": done})
    };
    parts.iter().enumerate().map(token).collect()
}

fn ag_ui(parts: &[String], kind: &str, id: &str) -> Vec<Value> {
    let event = |what: &str| json!({"type": format!("{kind}_{what}"), id: "m1"});
    with_ends(
        vec![json!({"type": "RUN_STARTED", "threadId": "t", "runId": "r"}), event("START")],
        parts,
        |part| {
            let what = if kind == "TOOL_CALL" { "ARGS" } else { "CONTENT" };
            json!({"type": format!("{kind}_{what}"), id: "m1", "delta": part})
        },
        vec![event("END"), json!({"type": "RUN_FINISHED", "threadId": "t", "runId": "r"})],
    )
}

fn vercel(parts: &[String], piece: impl Fn(&str) -> Value, start: Value, end: Value) -> Vec<Value> {
    let mut events = with_ends(
        vec![json!({"type": "start", "messageId": "m"}), json!({"type": "start-step"}), start],
        parts,
        piece,
        vec![end, json!({"type": "finish-step"}), json!({"type": "finish"})],
    );
    events.push(json!("[DONE]"));
    events
}

fn assistants(parts: &[String]) -> Vec<Value> {
    with_ends(
        vec![json!({"id": "msg_1", "object": "thread.message.in_progress", "status": "in_progress", "content": []})],
        parts,
        |part| {
            json!({"id": "msg_1", "object": "thread.message.delta", "delta": {"content": [
                {"index": 0, "type": "text", "text": {"value": part, "annotations": []}}]}})
        },
        vec![json!({"id": "run_1", "object": "thread.run.completed", "status": "completed"})],
    )
}

fn shape(
    name: &'static str,
    framing: Framing,
    events: fn(&[String]) -> Vec<Value>,
    text: fn(&Value) -> String,
) -> Shape {
    Shape { name, is_known: false, in_json: false, framing, events, text }
}

pub static SHAPES: std::sync::LazyLock<Vec<Shape>> = std::sync::LazyLock::new(shapes);

fn shapes() -> Vec<Shape> {
    use Framing::{Array, Lines, Named, Plain};
    let known = |shape: Shape| Shape { is_known: true, ..shape };
    let arguments = |shape: Shape| Shape { in_json: true, ..shape };
    vec![
        known(shape(
            "Anthropic's Messages",
            Named,
            |parts| {
                with_ends(
                    vec![
                        json!({"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}}),
                    ],
                    parts,
                    |part| json!({"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": part}}),
                    vec![json!({"type": "content_block_stop", "index": 0}), json!({"type": "message_stop"})],
                )
            },
            |event| at(event, "/delta/text"),
        )),
        known(shape(
            "chat completions",
            Plain,
            |parts| chat(parts, |part| json!({"content": part})),
            |event| at(event, "/choices/0/delta/content"),
        )),
        known(shape(
            "chat completions in lines",
            Lines,
            |parts| {
                let mut events = chat(parts, |part| json!({"content": part}));
                events.pop();
                events
            },
            |event| at(event, "/choices/0/delta/content"),
        )),
        known(shape(
            "Mistral's lists of content",
            Plain,
            |parts| chat(parts, |part| json!({"content": [{"type": "text", "text": part}]})),
            |event| at(event, "/choices/0/delta/content/0/text"),
        )),
        known(shape(
            "Mistral's thinking",
            Plain,
            |parts| {
                chat(
                    parts,
                    |part| json!({"content": [{"type": "thinking", "thinking": [{"type": "text", "text": part}]}]}),
                )
            },
            |event| at(event, "/choices/0/delta/content/0/thinking/0/text"),
        )),
        known(shape(
            "OpenRouter's reasoning_details",
            Plain,
            |parts| {
                chat(
                    parts,
                    |part| json!({"content": "", "reasoning_details": [{"type": "reasoning.text", "text": part, "format": "anthropic-claude-v1", "index": 0}]}),
                )
            },
            |event| at(event, "/choices/0/delta/reasoning_details/0/text"),
        )),
        arguments(known(shape(
            "arguments of a chat completion's call",
            Plain,
            |parts| chat(parts, |part| json!({"tool_calls": [{"index": 0, "function": {"arguments": part}}]})),
            |event| at(event, "/choices/0/delta/tool_calls/0/function/arguments"),
        ))),
        shape("Gemini's events", Plain, gemini, gemini_text),
        shape("Gemini's array", Array, gemini, gemini_text),
        shape(
            "Ollama's /api/chat",
            Lines,
            |parts| ollama(parts, |part| json!({"message": {"role": "assistant", "content": part}})),
            |event| at(event, "/message/content"),
        ),
        shape(
            "Ollama's thinking",
            Lines,
            |parts| ollama(parts, |part| json!({"message": {"role": "assistant", "content": "", "thinking": part}})),
            |event| at(event, "/message/thinking"),
        ),
        shape(
            "Ollama's /api/generate",
            Lines,
            |parts| ollama(parts, |part| json!({"response": part})),
            |event| at(event, "/response"),
        ),
        shape(
            "Cohere's text",
            Named,
            |parts| cohere(parts, "content-delta", "content", |part| json!({"content": {"text": part}})),
            |event| at(event, "/delta/message/content/text"),
        ),
        shape(
            "Cohere's plan",
            Named,
            |parts| cohere(parts, "tool-plan-delta", "tool-plan", |part| json!({"tool_plan": part})),
            |event| at(event, "/delta/message/tool_plan"),
        ),
        arguments(shape(
            "Cohere's arguments",
            Named,
            |parts| {
                cohere(
                    parts,
                    "tool-call-delta",
                    "tool-call",
                    |part| json!({"tool_calls": {"function": {"arguments": part}}}),
                )
            },
            |event| at(event, "/delta/message/tool_calls/function/arguments"),
        )),
        shape("TGI", Plain, tgi, |event| at(event, "/token/text")),
        shape(
            "llama.cpp's /completion",
            Plain,
            |parts| {
                with_ends(
                    vec![],
                    parts,
                    |part| json!({"index": 0, "content": part, "tokens": [1], "stop": false, "id_slot": 0}),
                    vec![
                        json!({"index": 0, "content": "", "tokens": [], "stop": true, "stop_type": "eos", "stopping_word": ""}),
                    ],
                )
            },
            |event| at(event, "/content"),
        ),
        shape("AG-UI's text", Plain, |parts| ag_ui(parts, "TEXT_MESSAGE", "messageId"), |event| at(event, "/delta")),
        arguments(shape(
            "AG-UI's arguments",
            Plain,
            |parts| ag_ui(parts, "TOOL_CALL", "toolCallId"),
            |event| at(event, "/delta"),
        )),
        shape(
            "Vercel's text",
            Plain,
            |parts| {
                let id = |kind: &str| json!({"type": kind, "id": "0"});
                vercel(
                    parts,
                    |part| json!({"type": "text-delta", "id": "0", "delta": part}),
                    id("text-start"),
                    id("text-end"),
                )
            },
            |event| at(event, "/delta"),
        ),
        arguments(shape(
            "Vercel's tool input",
            Plain,
            |parts| {
                vercel(
                    parts,
                    |part| json!({"type": "tool-input-delta", "toolCallId": "c", "inputTextDelta": part}),
                    json!({"type": "tool-input-start", "toolCallId": "c", "toolName": "run"}),
                    json!({"type": "tool-input-available", "toolCallId": "c", "toolName": "run", "input": {}}),
                )
            },
            |event| at(event, "/inputTextDelta"),
        )),
        shape("OpenAI's Assistants", Named, assistants, |event| at(event, "/delta/content/0/text/value")),
        shape(
            "a shape that nobody has seen",
            Plain,
            |parts| parts.iter().enumerate().map(|(n, part)| json!({"seq": n, "payload": [{"words": part}]})).collect(),
            |event| at(event, "/payload/0/words"),
        ),
        shape(
            "another, in lines",
            Lines,
            |parts| parts.iter().map(|part| json!({"k": "europe", "w": {"x": part}})).collect(),
            |event| at(event, "/w/x"),
        ),
    ]
}
