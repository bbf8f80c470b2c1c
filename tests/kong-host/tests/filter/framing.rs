//! How the events of a stream travel: as server-sent events, or in the binary frames of Bedrock.

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::{Value, json};

/// A frame without its headers and its payload: two lengths and their CRC in front, a CRC behind.
const PRELUDE: usize = 12;
const CRC: usize = 4;
/// A header's value of the type string.
const STRING: u8 = 7;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Framing {
    /// Server-sent events that have their type as name.
    Named,
    /// Server-sent events without a name; a text is no JSON, as in `[DONE]`.
    Plain,
    /// InvokeModel's frames: the event stands in the payload in base64.
    Invoked,
    /// Converse's frames: an event is `{<type>: <payload>}`.
    Conversed,
}

impl Framing {
    pub fn content_type(self) -> &'static str {
        match self {
            Self::Named | Self::Plain => "text/event-stream",
            Self::Invoked | Self::Conversed => "application/vnd.amazon.eventstream",
        }
    }

    pub fn write(self, event: &Value) -> Vec<u8> {
        match (self, event) {
            (Self::Named, _) => {
                let kind = event["type"].as_str().expect("an event has a type");
                format!("event: {kind}\ndata: {event}\n\n").into_bytes()
            }
            (Self::Plain, Value::String(text)) => format!("data: {text}\n\n").into_bytes(),
            (Self::Plain, _) => format!("data: {event}\n\n").into_bytes(),
            // What stands beside the bytes hides how long they are.
            (Self::Invoked, _) => frame("chunk", &json!({"bytes": BASE64.encode(event.to_string()), "p": "abcdefgh"})),
            (Self::Conversed, _) => {
                let (kind, payload) = event.as_object().and_then(|event| event.iter().next()).expect("a typed event");
                frame(kind, payload)
            }
        }
    }

    /// Reads a stream as an SDK does.
    pub fn read(self, stream: &[u8]) -> Vec<Value> {
        match self {
            Self::Named | Self::Plain => server_sent(stream),
            Self::Invoked => frames(stream).into_iter().map(|(_, payload)| invoked(&payload)).collect(),
            Self::Conversed => frames(stream).into_iter().map(|(kind, payload)| json!({kind: payload})).collect(),
        }
    }
}

fn server_sent(stream: &[u8]) -> Vec<Value> {
    let stream = std::str::from_utf8(stream).expect("the client gets UTF-8");
    let data = stream.split("\n\n").filter_map(|event| event.lines().find_map(|line| line.strip_prefix("data: ")));
    data.filter(|data| *data != "[DONE]").map(|data| parse(data.as_bytes())).collect()
}

fn invoked(payload: &Value) -> Value {
    assert_eq!(payload["p"], "abcdefgh", "what stands beside the bytes");
    parse(&BASE64.decode(payload["bytes"].as_str().expect("bytes")).expect("base64"))
}

fn parse(json: &[u8]) -> Value {
    serde_json::from_slice(json).unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(json)))
}

fn frame(kind: &str, payload: &Value) -> Vec<u8> {
    let payload = payload.to_string();
    let headers = [(":event-type", kind), (":content-type", "application/json"), (":message-type", "event")];
    let headers: Vec<u8> = headers.iter().flat_map(|(name, value)| header(name, value)).collect();
    let mut frame = [number(PRELUDE + headers.len() + payload.len() + CRC), number(headers.len())].concat();
    frame.extend(crc32fast::hash(&frame).to_be_bytes());
    frame.extend(headers);
    frame.extend(payload.into_bytes());
    frame.extend(crc32fast::hash(&frame).to_be_bytes());
    frame
}

fn header(name: &str, value: &str) -> Vec<u8> {
    let [name_length, length] = [name, value].map(|text| u8::try_from(text.len()).expect("a short header"));
    [&[name_length], name.as_bytes(), &[STRING, 0, length], value.as_bytes()].concat()
}

fn number(length: usize) -> [u8; 4] {
    u32::try_from(length).expect("a small frame").to_be_bytes()
}

/// The type and the payload of each frame; a length or a CRC that is wrong fails the test.
fn frames(mut stream: &[u8]) -> Vec<(String, Value)> {
    let mut found = Vec::new();
    while !stream.is_empty() {
        let [total, headers, crc] = [0, 4, 8].map(|at| length(stream, at));
        assert!(total <= stream.len(), "a frame is cut");
        let (frame, behind) = stream.split_at(total);
        assert_eq!(crc, crc32fast::hash(&frame[..8]) as usize, "the CRC of a frame's lengths");
        let (body, crc) = frame.split_at(total - CRC);
        assert_eq!(length(crc, 0), crc32fast::hash(body) as usize, "the CRC of a frame");
        let (headers, payload) = body[PRELUDE..].split_at(headers);
        let kind = headers.strip_prefix(b"\x0b:event-type\x07\x00").expect("the frame's first header");
        let kind = String::from_utf8(kind[1..=usize::from(kind[0])].to_vec()).expect("a type is text");
        assert!(headers.ends_with(&header(":message-type", "event")), "the frame's last header");
        found.push((kind, parse(payload)));
        stream = behind;
    }
    found
}

fn length(bytes: &[u8], at: usize) -> usize {
    let bytes = bytes.get(at..at + 4).expect("a frame is cut");
    u32::from_be_bytes(bytes.try_into().expect("four bytes")) as usize
}
