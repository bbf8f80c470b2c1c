//! Mutates real traffic at random: nothing panics, nothing is lost, chunks stay invisible.
//!
//! A short run belongs to the tests; `FUZZ_CASES=1000000 cargo test --release -p masking --test fuzz` looks longer.

#![cfg(test)]
#![allow(clippy::string_slice, reason = "a test that slices wrongly should fail")]

use masking::dialect::Options;
use masking::json::{Document, Shape, Value};
use masking::{
    Format, Known, Masker, Media, Mint, NoThoughts, PlaceholderKey, Policy, Replaced, Response, Scanner, sse::Framer,
};
use proptest::prelude::*;
use proptest::sample::{Index, select};

const SEEDS: &[&str] = &[
    r#"{"messages":[{"role":"user","content":[{"type":"text","text":"i-0123456789abcdef0 \u00e9\ud83d\ude00\\n"}]}],"n":[1.5e-3,true,null]}"#,
    r#"{"model":"m","input":[{"type":"function_call","arguments":"{\"Bucket\":\"acme-logs-1\"}"}],"account_id":123456789012}"#,
    "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"AWS_EC2_7KQ2\"}}\n\n\
     data: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"M9XA4TBN, \"}}\r\n\r\n\
     data: {\"type\":\"content_block_stop\",\"index\":0}\n\n",
    "data: {\"id\":\"c\",\"choices\":[{\"index\":0,\"delta\":{\"tool_calls\":[{\"index\":0,\"function\":{\"arguments\":\"{\\\"a\\\":\\\"AWS\\\\\\\\_\"}}]}}]}\n\ndata: [DONE]\n\n",
    "data: {\"type\":\"response.output_text.delta\",\"output_index\":0,\"content_index\":0,\"delta\":\"aws-\"}\n\n: c\n\n",
    "{\"a\":\"AWS_EC2_7KQ2M9XA4TBN\"}\n[\"AWS_EC2_7KQ2M9XA4TBN\"]\n",
];

/// What the mutations put in: bytes that mean something somewhere.
const PIECES: &[&str] = &[
    "\"",
    "\\",
    "\\u",
    "d83d",
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "\n",
    "\r",
    "\n\n",
    "data: ",
    "AWS_",
    "_",
    "-",
    "aws",
    "0",
    "1e",
    "\u{1f600}",
    "i-0123456789abcdef0",
    "AWS_EC2_7KQ2M9XA4TBN",
    "\\\\_",
    "null",
    "\u{0}",
    "\u{feff}",
    "\u{200b}",
    "\u{2011}",
    "\\u00ad",
    "arn:aws:s3:::",
    "10.0.0.1",
];

#[derive(Debug, Clone)]
enum Change {
    Insert(Index, &'static str),
    Remove(Index, Index),
    Repeat(Index, Index),
    Byte(Index, u8),
}

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        4 => (any::<Index>(), select(PIECES)).prop_map(|(at, piece)| Change::Insert(at, piece)),
        2 => (any::<Index>(), any::<Index>()).prop_map(|(from, to)| Change::Remove(from, to)),
        1 => (any::<Index>(), any::<Index>()).prop_map(|(from, to)| Change::Repeat(from, to)),
        1 => (any::<Index>(), any::<u8>()).prop_map(|(at, byte)| Change::Byte(at, byte)),
    ]
}

/// A seed with some changes made to it.
fn traffic() -> impl Strategy<Value = Vec<u8>> {
    (select(SEEDS), prop::collection::vec(change(), 0..8)).prop_map(|(seed, changes)| {
        let mut bytes = seed.as_bytes().to_vec();
        for change in changes {
            let len = bytes.len() + 1;
            match change {
                Change::Insert(at, piece) => drop(bytes.splice(at.index(len)..at.index(len), piece.bytes())),
                Change::Remove(from, to) => {
                    let (a, b) = (from.index(len), to.index(len));
                    drop(bytes.drain(a.min(b)..a.max(b).min(a.min(b) + 12)));
                }
                Change::Repeat(from, to) => {
                    let (a, b) = (from.index(len), to.index(len));
                    let copy = bytes[a.min(b)..a.max(b)].to_vec();
                    bytes.extend(copy);
                }
                Change::Byte(at, byte) if !bytes.is_empty() => {
                    let at = at.index(bytes.len());
                    bytes[at] = byte;
                }
                Change::Byte(..) => {}
            }
        }
        bytes
    })
}

fn cut<'b>(mut bytes: &'b [u8], sizes: &[usize]) -> Vec<&'b [u8]> {
    let mut pieces = Vec::new();
    for size in sizes.iter().cycle() {
        if bytes.is_empty() {
            break;
        }
        let (piece, rest) = bytes.split_at((*size).min(bytes.len()));
        pieces.push(piece);
        bytes = rest;
    }
    pieces
}

/// The scanner takes a while to compile, and it never changes.
fn scanner() -> &'static Scanner {
    static CATALOGUE: std::sync::OnceLock<Scanner> = std::sync::OnceLock::new();
    CATALOGUE.get_or_init(|| Scanner::new(&Policy::default()).unwrap())
}

fn mask(format: Format, body: &[u8]) -> Option<(Option<String>, Replaced)> {
    let mint = Mint::new(&PlaceholderKey::new([5; 32]), "fuzz");
    let (options, thoughts) = (Options::default(), &NoThoughts);
    let masker = Masker { scanner: scanner(), known: &Known::default(), mint: &mint, options, thoughts };
    masker.mask(format, body).ok().map(|masked| (masked.body, masked.replaced))
}

fn restore(media: Media, replaced: &Replaced, pieces: &[&[u8]]) -> Vec<u8> {
    let mut response = Response::new(media, Options::default(), Box::new(replaced.clone()));
    let mut out = Vec::new();
    pieces.iter().for_each(|piece| response.write(piece, &mut out));
    response.end(&mut out);
    out
}

fn strings(value: Value<'_, '_>, out: &mut Vec<String>) {
    match value.shape() {
        Shape::String => out.push(value.string().unwrap().into_owned()),
        Shape::Array => value.items().for_each(|item| strings(item, out)),
        Shape::Object => value.members().for_each(|(name, member)| {
            strings(name, out);
            strings(member, out);
        }),
        Shape::Number | Shape::Literal => {}
    }
}

fn serde_strings(value: &serde_json::Value, out: &mut Vec<String>) {
    match value {
        serde_json::Value::String(string) => out.push(string.clone()),
        serde_json::Value::Array(items) => items.iter().for_each(|item| serde_strings(item, out)),
        serde_json::Value::Object(members) => members.iter().for_each(|(name, member)| {
            out.push(name.clone());
            serde_strings(member, out);
        }),
        _ => {}
    }
}

fn config() -> ProptestConfig {
    let cases = std::env::var("FUZZ_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(1_000);
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(config())]

    /// The parser accepts what serde_json accepts, and reads the same strings.
    #[test]
    fn json_walk(bytes in traffic()) {
        let Ok(text) = std::str::from_utf8(&bytes) else { return Ok(()) };
        let ours = Document::parse(text);
        let theirs = serde_json::from_str::<serde::de::IgnoredAny>(text);
        prop_assert_eq!(ours.is_ok(), theirs.is_ok(), "{}", text);
        if let (Ok(document), Ok(value)) = (ours, serde_json::from_str::<serde_json::Value>(text)) {
            let mut read = Vec::new();
            strings(document.root(), &mut read);
            let mut theirs = Vec::new();
            serde_strings(&value, &mut theirs);
            // Of members with the same key serde_json keeps one.
            for string in theirs {
                prop_assert!(read.contains(&string), "{:?} of {}", string, text);
            }
        }
    }

    /// Framing gives every byte back, whatever the chunks.
    #[test]
    fn sse_framing(bytes in traffic(), sizes in prop::collection::vec(1usize..20, 1..5)) {
        let (mut framer, mut out) = (Framer::default(), Vec::new());
        for piece in cut(&bytes, &sizes) {
            framer.write(piece);
            while let Some(event) = framer.next_event() {
                out.extend(event);
            }
        }
        out.extend(framer.take_pending());
        prop_assert_eq!(out, bytes);
    }

    /// Without a replaced value nothing changes; chunks are invisible for every kind of body.
    #[test]
    fn restorer(bytes in traffic(), sizes in prop::collection::vec(1usize..40, 1..5)) {
        let media = [Media::Undeclared, Media::Json, Media::Lines, Media::Events, Media::Frames, Media::Text, Media::Opaque];
        let replaced = mask(Format::Text, b"i-0123456789abcdef0 s3://acme-logs-1/").unwrap().1;
        let placeholder = replaced.entries().next().unwrap().0.to_string();
        let spoken = String::from_utf8_lossy(&bytes).replace("AWS_EC2_7KQ2M9XA4TBN", &placeholder).into_bytes();
        // The texts of a known API's events are taken apart, whatever type is declared for them.
        let has = |sign: &[u8]| memchr::memmem::find(&bytes, sign).is_some();
        let takes_apart = |media| media == Media::Events || has(b"data:") || has(b"delta");
        for media in media {
            if !takes_apart(media) {
                prop_assert_eq!(&restore(media, &Replaced::default(), &cut(&bytes, &sizes)), &bytes, "{:?}", media);
            }
            prop_assert_eq!(
                restore(media, &replaced, &cut(&spoken, &sizes)), restore(media, &replaced, &[&spoken]), "{:?}", media
            );
        }
    }

    /// Masking never fails but by refusing; what it gives is JSON again, and restored it is what it was.
    #[test]
    fn masker(bytes in traffic()) {
        for (format, media) in [(Format::Json, Media::Json), (Format::Lines, Media::Lines), (Format::Text, Media::Text)] {
            let Some((body, replaced)) = mask(format, &bytes) else { continue };
            let masked = body.unwrap_or_else(|| String::from_utf8(bytes.clone()).unwrap());
            if format == Format::Json {
                prop_assert!(Document::parse(&masked).is_ok(), "{}", masked);
            }
            let again = mask(format, masked.as_bytes());
            prop_assert!(again.is_some_and(|(body, _)| body.is_none()), "masked text has a finding: {}", masked);
            if format == Format::Text {
                let original = String::from_utf8(bytes.clone()).unwrap();
                // A placeholder that stood there already may touch one of this exchange: then both stay. What begins like JSON
                // is read as such, and an escape or a number in it does not come back as it was. The texts of a stream are
                // taken apart, and may end at other places.
                let is_text = !original.trim_start().starts_with(['{', '[']) && !original.contains("data:");
                if !original.to_ascii_uppercase().contains("AWS") && is_text && !original.contains("event:") {
                    prop_assert_eq!(String::from_utf8(restore(media, &replaced, &[masked.as_bytes()])).unwrap(), original);
                }
            }
        }
    }
}
