//! Bedrock's streams, `application/vnd.amazon.eventstream`: binary frames that hold events as JSON.
//!
//! A frame is its whole length, the length of its headers and a CRC of both, the headers, the payload, and a CRC of
//! everything before it; numbers are big-endian, the CRC is that of IEEE 802.3. The payload of InvokeModel's stream is
//! `{"bytes": <event in base64>}`, that of Converse's is the event itself. (AWS SDK developer guide, "Event stream
//! encoding"; Smithy, "Amazon event stream specification".)

use std::ops::Range;
use std::rc::Rc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;

use super::Frame;
use super::mould::Extent;
use super::stream::{Content, Events, Stream};
use crate::dialect::Options;
use crate::json::{self, Document, Edit};
use crate::unmask::Resolve;

const PRELUDE: usize = 12;
const CRC: usize = 4;
/// Maximum bytes of the headers of a frame with text; those of Bedrock have a hundred. One that has more passes
/// unchanged.
const HEADERS_MAX: usize = 1_024;

#[derive(Debug)]
pub(super) struct Frames {
    buffer: Vec<u8>,
    stream: Stream<Message>,
}

/// A frame as it arrived.
#[derive(Debug)]
struct Message {
    bytes: Vec<u8>,
    headers: Rc<[u8]>,
    /// The form of its payload, if its event is read.
    payload: Option<Payload>,
}

/// The parts from which an extra frame for one text is made.
#[derive(Debug, Clone)]
struct Manner {
    headers: Rc<[u8]>,
    payload: Payload,
}

/// The form of an event in a payload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Payload {
    Event,
    /// `{"bytes": <event in base64>}`
    Base64,
}

/// The bytes are not frames, or one is damaged: nothing after that point can be read.
#[derive(Debug)]
pub(super) struct Damaged;

impl Frames {
    pub(super) fn new(options: Options) -> Self {
        Self { buffer: Vec::new(), stream: Stream::new(Events::Parts, options) }
    }

    pub(super) fn write(&mut self, chunk: &[u8], resolver: &mut dyn Resolve, out: &mut Vec<u8>) -> Result<(), Damaged> {
        let mut buffer = std::mem::take(&mut self.buffer);
        buffer.extend_from_slice(chunk);
        let mut at = 0;
        let mut read = Ok(());
        while read.is_ok() {
            match next_frame(buffer.get(at..).unwrap_or_default()) {
                Ok(Next::Frame { frame, behind }) => {
                    read = self.frame(frame, resolver, out);
                    // Bytes that cannot be read are not lost: they leave unchanged.
                    at = if read.is_ok() { buffer.len() - behind.len() } else { at };
                }
                Ok(Next::Incomplete) => break,
                Err(damaged) => read = Err(damaged),
            }
        }
        buffer.drain(..at);
        self.buffer = buffer;
        read
    }

    pub(super) fn pending(&self) -> usize {
        self.buffer.len()
    }

    /// Appends everything that is held, unchanged.
    pub(super) fn end(&mut self, resolver: &mut dyn Resolve, out: &mut Vec<u8>) {
        self.stream.end(resolver, out);
        out.append(&mut self.buffer);
    }

    fn frame(&mut self, frame: &[u8], resolver: &mut dyn Resolve, out: &mut Vec<u8>) -> Result<(), Damaged> {
        let headers_len = number(frame, 4).ok_or(Damaged)? as usize;
        let (body, crc) = frame.split_at_checked(frame.len() - CRC).ok_or(Damaged)?;
        if number(crc, 0) != Some(crc32fast::hash(body)) {
            return Err(Damaged);
        }
        let (headers, payload) =
            body.get(PRELUDE..).and_then(|rest| rest.split_at_checked(headers_len)).ok_or(Damaged)?;
        let payload = std::str::from_utf8(payload).ok().filter(|_| headers.len() <= HEADERS_MAX);
        let inner = payload.and_then(bytes_member);
        let data = inner.as_deref().or(payload).unwrap_or_default();
        let form = if inner.is_some() { Payload::Base64 } else { Payload::Event };
        let manner = |_: &[u8]| Manner { headers: headers.into(), payload: form };
        if let Some(passed) = self.stream.pass(data.as_bytes(), Extent::All, manner, resolver) {
            match passed.new {
                Some(event) => push_event(frame, headers, form, &String::from_utf8_lossy(&event), out),
                None => out.extend_from_slice(frame),
            }
            return Ok(());
        }
        let content = inner.or(payload.map(str::to_owned)).map_or(Content::None, Content::Text);
        let payload = payload.map(|_| form);
        let message = Message { bytes: frame.to_owned(), headers: headers.into(), payload };
        self.stream.event(message, content, resolver, out);
        Ok(())
    }
}

impl Frame for Message {
    type Manner = Manner;

    fn manner(&self) -> Manner {
        Manner { headers: Rc::clone(&self.headers), payload: self.payload.unwrap_or(Payload::Event) }
    }

    fn name(&self) -> Option<&str> {
        None
    }

    /// The event alone: what stands around it is told apart by nothing.
    fn bytes<'f>(&'f self, data: &'f str) -> Option<(&'f [u8], Range<usize>)> {
        Some((data.as_bytes(), 0..data.len()))
    }

    fn push(&self, data: Option<&str>, out: &mut Vec<u8>) {
        match data.zip(self.payload) {
            Some((event, form)) => push_event(&self.bytes, &self.headers, form, event, out),
            None => out.extend_from_slice(&self.bytes),
        }
    }

    fn push_extra(manner: &Manner, _name: Option<&str>, data: &str, out: &mut Vec<u8>) {
        let payload = match manner.payload {
            Payload::Event => data.to_owned(),
            Payload::Base64 => format!("{{\"bytes\":\"{}\"}}", BASE64.encode(data)),
        };
        push_frame(&manner.headers, payload.as_bytes(), out);
    }
}

/// The continuation of a stream.
enum Next<'b> {
    Frame {
        frame: &'b [u8],
        behind: &'b [u8],
    },
    /// The next frame has not arrived whole.
    Incomplete,
}

/// The frame that the bytes begin with.
fn next_frame(bytes: &[u8]) -> Result<Next<'_>, Damaged> {
    let Some(prelude) = bytes.get(..PRELUDE) else { return Ok(Next::Incomplete) };
    let total = number(prelude, 0).ok_or(Damaged)? as usize;
    if number(prelude, 8) != prelude.get(..8).map(crc32fast::hash) || total < PRELUDE + CRC {
        return Err(Damaged);
    }
    Ok(bytes.split_at_checked(total).map_or(Next::Incomplete, |(frame, behind)| Next::Frame { frame, behind }))
}

/// Appends a frame with another event in it.
fn push_event(frame: &[u8], headers: &[u8], form: Payload, event: &str, out: &mut Vec<u8>) {
    match form {
        Payload::Event => push_frame(headers, event.as_bytes(), out),
        Payload::Base64 => {
            let payload = frame.get(PRELUDE + headers.len()..frame.len() - CRC);
            let payload = payload.and_then(|payload| std::str::from_utf8(payload).ok()).unwrap_or_default();
            push_frame(headers, within(payload, event).as_bytes(), out);
        }
    }
}

/// A payload with another event in it.
fn within(payload: &str, event: &str) -> String {
    let edit = Document::parse(payload).ok().and_then(|document| {
        let span = document.root().member("bytes")?.span();
        Some(Edit { span, text: BASE64.encode(event) })
    });
    json::apply(payload, edit.as_slice())
}

/// The event that stands in a payload as base64.
fn bytes_member(payload: &str) -> Option<String> {
    let document = Document::parse(payload).ok()?;
    let bytes = document.root().member("bytes")?.string()?;
    String::from_utf8(BASE64.decode(bytes.as_bytes()).ok()?).ok()
}

fn number(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..at + 4)?.try_into().ok().map(u32::from_be_bytes)
}

fn push_frame(headers: &[u8], payload: &[u8], out: &mut Vec<u8>) {
    let start = out.len();
    let total = PRELUDE + headers.len() + payload.len() + CRC;
    out.extend_from_slice(&(total as u32).to_be_bytes());
    out.extend_from_slice(&(headers.len() as u32).to_be_bytes());
    let crc = crc32fast::hash(out.get(start..).unwrap_or_default());
    out.extend_from_slice(&crc.to_be_bytes());
    out.extend_from_slice(headers);
    out.extend_from_slice(payload);
    let crc = crc32fast::hash(out.get(start..).unwrap_or_default());
    out.extend_from_slice(&crc.to_be_bytes());
}

/// A frame with an event, for tests.
#[cfg(test)]
pub(super) fn framed(event: &[u8], is_base64: bool) -> Vec<u8> {
    let wrapped = || format!("{{\"bytes\":\"{}\",\"p\":\"abcd\"}}", BASE64.encode(event)).into_bytes();
    let mut out = Vec::new();
    push_frame(b"\x0b:event-type\x07\x00\x05chunk", &if is_base64 { wrapped() } else { event.to_vec() }, &mut out);
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::placeholder::Placeholder;
    use crate::replaced::Secret;

    struct Known;

    impl Resolve for Known {
        fn resolve(&mut self, placeholder: &Placeholder) -> Option<Secret> {
            (placeholder.as_str() == "AWS_EC2_7KQ2M9XA4TBN").then(|| Secret::new("i-0123456789abcdef0"))
        }
    }

    fn frame(payload: &str) -> Vec<u8> {
        let mut out = Vec::new();
        push_frame(b"\x0b:event-type\x07\x00\x05chunk", payload.as_bytes(), &mut out);
        out
    }

    fn invoke(event: &str) -> Vec<u8> {
        frame(&format!("{{\"bytes\":\"{}\",\"p\":\"abcd\"}}", BASE64.encode(event)))
    }

    fn restore<'c>(chunks: impl IntoIterator<Item = &'c [u8]>) -> (Vec<u8>, bool) {
        let (mut frames, mut out, mut damaged) = (Frames::new(Options::default()), Vec::new(), false);
        for chunk in chunks {
            damaged |= frames.write(chunk, &mut Known, &mut out).is_err();
        }
        frames.end(&mut Known, &mut out);
        (out, damaged)
    }

    /// The events of the frames that come out, each checked by its lengths and CRCs.
    fn events(mut bytes: &[u8]) -> Vec<String> {
        let mut events = Vec::new();
        while !bytes.is_empty() {
            let Ok(Next::Frame { frame, behind }) = next_frame(bytes) else { panic!("no whole frame") };
            Frames::new(Options::default()).frame(frame, &mut Known, &mut Vec::new()).unwrap();
            let headers = number(frame, 4).unwrap() as usize;
            let payload = std::str::from_utf8(&frame[PRELUDE + headers..frame.len() - CRC]).unwrap();
            events.push(bytes_member(payload).unwrap_or_else(|| payload.to_owned()));
            bytes = behind;
        }
        events
    }

    #[test]
    fn texts_are_joined_over_frames_and_the_frames_are_whole() {
        let delta = |text: &str| {
            format!(r#"{{"type":"content_block_delta","index":0,"delta":{{"type":"text_delta","text":"{text}"}}}}"#)
        };
        let converse = |text: &str| format!(r#"{{"contentBlockIndex":1,"delta":{{"text":"{text}"}},"p":"x"}}"#);
        let stop = r#"{"type":"content_block_stop","index":0}"#;
        type Case = (Vec<Vec<u8>>, Vec<String>);
        let cases: [Case; 2] = [
            (
                vec![invoke(&delta("See AWS_EC2_7K")), invoke(&delta("Q2M9XA4TBN")), invoke(stop)],
                vec![delta("See "), delta(""), delta("i-0123456789abcdef0"), stop.into()],
            ),
            (
                vec![
                    frame(&converse("AWS_EC2_")),
                    frame(&converse("7KQ2M9XA4TBN, b")),
                    frame(r#"{"contentBlockIndex":1}"#),
                ],
                vec![converse(""), converse("i-0123456789abcdef0, b"), r#"{"contentBlockIndex":1}"#.into()],
            ),
        ];
        for (frames, expected) in cases {
            let bytes = frames.concat();
            let (whole, damaged) = restore([bytes.as_slice()]);
            assert_eq!((events(&whole), damaged), (expected, false));
            for cut in 0..bytes.len() {
                assert_eq!(restore([&bytes[..cut], &bytes[cut..]]).0, whole, "cut at {cut}");
            }
            assert_eq!(restore(bytes.chunks(1)).0, whole);
        }
    }

    #[test]
    fn a_frame_without_a_placeholder_keeps_its_bytes() {
        let bytes =
            [frame("{\"contentBlockIndex\":0,\"delta\":{\"text\":\"hi\"}}"), frame("not JSON"), frame("")].concat();
        assert_eq!(restore(bytes.chunks(5)), (bytes, false));
    }

    #[test]
    fn what_is_damaged_passes_as_it_is() {
        let good = frame(r#"{"contentBlockIndex":0,"delta":{"text":"hi"}}"#);
        for at in [0, 5, 9, 14, good.len() - 6, good.len() - 1] {
            let mut bad = good.clone();
            bad[at] ^= 0x40;
            let bytes = [good.clone(), bad, good.clone()].concat();
            assert_eq!(restore([bytes.as_slice()]).0, bytes, "byte {at}");
        }
        assert_eq!(restore([&b"plain text, no frames"[..]]), (b"plain text, no frames".to_vec(), true));
    }
}
