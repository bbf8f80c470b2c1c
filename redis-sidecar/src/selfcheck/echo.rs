//! An upstream for checks: it answers with the text that arrived, in the shape of the Anthropic API, and shows in a header
//! what that was.

use data_encoding::HEXLOWER;
use serde_json::{Value, json};

use super::MODEL;

/// Bytes of a request; a check has some hundreds.
pub const REQUEST_BYTES: usize = 16 << 10;
/// Characters of a text in one event, so that every placeholder is cut.
const PIECE: usize = 5;

/// The answer to a check.
#[derive(Debug, PartialEq, Eq)]
pub struct Echo {
    pub content_type: &'static str,
    pub seen: String,
    pub body: String,
}

/// `None` if the request is not a check.
pub fn echo(request: &[u8]) -> Option<Echo> {
    let request: Value = serde_json::from_slice(request)
        .ok()
        .filter(|request: &Value| request.get("model").is_some_and(|model| model == MODEL))?;
    let text = request.get("messages")?.as_array()?.last()?.get("content")?.as_str()?;
    let seen = HEXLOWER.encode(text.as_bytes());
    Some(if request.get("stream").is_some_and(|stream| stream == true) {
        Echo { content_type: "text/event-stream", seen, body: stream(text) }
    } else {
        Echo { content_type: "application/json", seen, body: message(content(text)).to_string() }
    })
}

fn message(content: Value) -> Value {
    json!({"id": "msg_selfcheck", "type": "message", "role": "assistant", "model": MODEL, "content": content,
        "stop_reason": "tool_use", "stop_sequence": null, "usage": {"input_tokens": 1, "output_tokens": 1}})
}

fn content(text: &str) -> Value {
    json!([{"type": "text", "text": text}, tool(json!({"command": text}))])
}

fn tool(input: Value) -> Value {
    json!({"type": "tool_use", "id": "toolu_selfcheck", "name": "run", "input": input})
}

fn stream(text: &str) -> String {
    let mut events = vec![json!({"type": "message_start", "message": message(json!([]))})];
    let input = json!({"command": text}).to_string();
    let blocks = [
        (json!({"type": "text", "text": ""}), "text_delta", "text", text),
        (tool(json!({})), "input_json_delta", "partial_json", input.as_str()),
    ];
    for (index, (block, r#type, member, text)) in blocks.into_iter().enumerate() {
        events.push(json!({"type": "content_block_start", "index": index, "content_block": block}));
        let characters: Vec<char> = text.chars().collect();
        events.extend(characters.chunks(PIECE).map(|piece| {
            let piece: String = piece.iter().collect();
            json!({"type": "content_block_delta", "index": index, "delta": {"type": r#type, member: piece}})
        }));
        events.push(json!({"type": "content_block_stop", "index": index}));
    }
    events.push(json!({"type": "message_delta", "delta": {"stop_reason": "tool_use"}, "usage": {"output_tokens": 1}}));
    events.push(json!({"type": "message_stop"}));
    let event = |event: &Value| {
        format!("event: {}\ndata: {event}\n\n", event.get("type").and_then(Value::as_str).unwrap_or_default())
    };
    events.iter().map(event).collect()
}

#[cfg(test)]
mod tests {
    use super::super::joined;
    use super::*;

    fn request(stream: bool) -> Vec<u8> {
        let messages = json!([{"role": "user", "content": "a \"b\" ü"}]);
        json!({"model": MODEL, "stream": stream, "messages": messages}).to_string().into_bytes()
    }

    #[test]
    fn a_check_comes_back_in_every_part() {
        let plain = echo(&request(false)).unwrap();
        let body: Value = serde_json::from_str(&plain.body).unwrap();
        assert_eq!(HEXLOWER.decode(plain.seen.as_bytes()).unwrap(), "a \"b\" ü".as_bytes());
        assert_eq!(body["content"][0]["text"], "a \"b\" ü");
        assert_eq!(body["content"][1]["input"]["command"], "a \"b\" ü");
        let [text, input] = joined(&echo(&request(true)).unwrap().body);
        assert_eq!((text.as_str(), input.as_str()), ("a \"b\" ü", "{\"command\":\"a \\\"b\\\" ü\"}"));
    }

    #[test]
    fn nothing_else_is_echoed() {
        for request in ["", "{}", r#"{"model":"claude","messages":[{"content":"a"}]}"#] {
            assert_eq!(echo(request.as_bytes()), None, "{request}");
        }
    }
}
