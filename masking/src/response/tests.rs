//! Moulds are invisible: a stream whose events are all read gives the same bytes at the same time, and the same numbers.
//!
//! A short run belongs to the tests; `MOULD_CASES=1000000 cargo test --release -p masking --lib moulds` looks longer.

use std::rc::Rc;

use super::frames::framed;
use super::mould::READ_ALL;
use super::*;
use crate::guard::Hosts;

/// Events by their API. `@T` is a piece of a text, `@W` a word of few, `@N` a number that grows, `@R` any number.
const APIS: [&[&str]; 11] = [
    &[
        r#"{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"@T"}}"#,
        r#"{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"@T"}}"#,
        r#"{"type":"content_block_delta","index":1,"delta":{"type":"input_json_delta","partial_json":"@T"}}"#,
        r#"{"type":"content_block_delta","index":2,"delta":{"type":"thinking_delta","thinking":"@T"}}"#,
        r#"{"type":"content_block_delta","index":2,"delta":{"type":"signature_delta","signature":"@W"}}"#,
        r#"{"type":"content_block_start","index":0,"content_block":{"type":"text","text":"@W"}}"#,
        r#"{"type":"content_block_stop","index":@R}"#,
        r#"{"type": "ping"}"#,
        r#"{"type":"message_start","message":{"id":"m","usage":{"input_tokens":@R,"output_tokens":@N}}}"#,
        r#"{"type":"message_delta","delta":{"stop_reason":null},"usage":{"output_tokens":@N}}"#,
    ],
    &[
        r#"{"id":"c","model":"@W","choices":[{"index":0,"delta":{"content":"@T"},"finish_reason":null}],"obfuscation":"@W"}"#,
        r#"{"id":"c","model":"llama","choices":[{"index":1,"delta":{"content":"@T"},"finish_reason":null}]}"#,
        r#"{"id":"c","choices":[{"index":0,"delta":{"content":"@T"}},{"index":1,"delta":{"content":"@T"}}],"usage":{"prompt_tokens":@R,"completion_tokens":@N}}"#,
        r#"{"id":"c","choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"@T"}}]}}]}"#,
        r#"{"id":"c","choices":[{"index":0,"delta":{"content":[{"type":"text","text":"@T"}],"role":"@W","name":"@W"}}]}"#,
        r#"{"id":"c","choices":[{"index":@R,"text":"@T","finish_reason":null}]}"#,
        r#"{"id":"c","created":@N,"obfuscation":"@W","choices":[{"index":0,"delta":{"content":[{"type":"text","text":"@T"},{"type":"text","text":"@T"}]}}]}"#,
        r#"{"created":@N,"id":"c","choices":[{"index":0,"delta":{"content":"@T","tool_calls":[{"index":0,"function":{"arguments":"@T"}},{"index":1,"function":{"arguments":"@T"}}]}}]}"#,
        r#"{"id":"c","choices":[{"index":0,"delta":{},"finish_reason":"@W"}]}"#,
    ],
    &[
        r#"{"type":"response.output_text.delta","sequence_number":@N,"output_index":0,"content_index":0,"delta":"@T","obfuscation":"@W"}"#,
        r#"{"type":"response.output_text.delta","sequence_number":@N,"output_index":0,"content_index":0,"delta":"@T","obfuscation":"@W"}"#,
        r#"{"type":"response.function_call_arguments.delta","sequence_number":@N,"output_index":1,"delta":"@T"}"#,
        r#"{"type":"response.output_text.done","sequence_number":@N,"output_index":@R,"text":"@T"}"#,
        r#"{"type":"response.in_progress","sequence_number":@N,"response":{"usage":{"input_tokens":@R}}}"#,
    ],
    &[
        r#"{"contentBlockIndex":0,"delta":{"text":"@T"},"p":"@W"}"#,
        r#"{"contentBlockIndex":0,"delta":{"text":"@T"},"p":"@W"}"#,
        r#"{"contentBlockIndex":1,"delta":{"toolUse":{"input":"@T"}},"p":"@W"}"#,
        r#"{"contentBlockIndex":2,"delta":{"reasoningContent":{"text":"@T","signature":"@W"}},"p":"@W"}"#,
        r#"{"contentBlockIndex":@R,"p":"@W"}"#,
    ],
    &[
        r#"{"candidates":[{"content":{"parts":[{"text":"@T"}],"role":"model"},"index":0}],"usageMetadata":{"promptTokenCount":4,"totalTokenCount":@N},"modelVersion":"gemini","responseId":"mAita"}"#,
        r#"{"candidates":[{"content":{"parts":[{"text":"@T"},{"text":"@T"}],"role":"model"},"index":0}],"usageMetadata":{"promptTokenCount":@R,"totalTokenCount":@N},"responseId":"mAita"}"#,
        r#"{"candidates":[{"content":{"parts":[{"thought":true,"text":"@T"}],"role":"@W"}}],"modelVersion":"gemini"}"#,
        r#"{"candidates":[{"content":{"parts":[{"functionCall":{"name":"f","args":{"a":"@T"}}}]}}]}"#,
    ],
    &[
        r#"{"model":"llama3","created_at":"2026-01-01T00:00:@RZ","message":{"role":"assistant","content":"@T"},"done":false}"#,
        r#"{"model":"llama3","created_at":"@W","message":{"role":"assistant","content":"","thinking":"@T"},"done":false}"#,
        r#"{"model":"llama3","created_at":"@W","response":"@T","done":false}"#,
        r#"{"model":"llama3","created_at":"@W","done":true,"eval_count":@N}"#,
    ],
    &[
        r#"{"type":"content-delta","index":0,"delta":{"message":{"content":{"text":"@T"}}}}"#,
        r#"{"type":"tool-call-delta","index":0,"delta":{"message":{"tool_calls":{"function":{"arguments":"@T"}}}}}"#,
        r#"{"type":"content-end","index":0}"#,
        r#"{"index":@N,"token":{"id":@R,"text":"@T","logprob":-0.5e-@R,"special":false},"details":null}"#,
    ],
    &[
        r#"{"type":"text-delta","id":"@W","delta":"@T"}"#,
        r#"{"type":"TOOL_CALL_ARGS","toolCallId":"m1","delta":"@T"}"#,
        r#"{"type":"tool-input-delta","toolCallId":"c","inputTextDelta":"@T"}"#,
        r#"{"type":"text-end","id":"0"}"#,
    ],
    &[
        r#"{"seq":@N,"payload":[{"words":"@T"}],"region":"asia","k":"europe","state":"{}"}"#,
        r#"{"region":"@T","sequence_number":@N,"role":"@W","payload":[{"words":"@T"}]}"#,
        r#"{"k":"@W","w":{"x":"@T","sequence_number":@N,"data":"@W","url":"@T"},"type":"@W"}"#,
        r#"{"k":"`{\"a","w":["@T","@T"],"role":"tool","name":"@T","object":"@W","id":"i"}"#,
        r#"{"jsonrpc":"2.0","id":@R,"result":{"content":[{"type":"text","text":"@T"}]}}"#,
        r#"["@T"]"#,
        r#"{"seq":@N,"state":"@W","p":"@W","k":"europe"}"#,
        r#"{"output":[{"role":"@W","name":"@T","content":"@T"}]}"#,
        r#"{"id":"@N","payload":"@W","region":"@W"}"#,
    ],
    &[
        r#"{"seq":@N,"w":"@T","region":"@W"}"#,
        r#"{"seq":@N,"w":"@W","region":"asia","state":"{}"}"#,
        r#"{"seq":@N,"w":"@T","region":"asia","state":"@T"}"#,
        r#"{"id":"@N","w":"@T"}"#,
    ],
    &[
        r#"{"type":"message","id":"x","object":"o","content":[{"type":"text","text":"@T","format":"@W"}],"data":"@W"}"#,
        r#"{"type":"message","role":"@W","content":[{"type":"tool_use","name":"@T","input":{"a":"@T","id":"@W"}}]}"#,
        r#"{"type":"message","content":[{"thinking":"@T","signature":"@W"},{"type":"image","source":{"data":"@T"}}]}"#,
    ],
];
/// What texts are made of, as the content of a string of JSON.
const TEXTS: [&str; 29] = [
    "some words ",
    "the ",
    "pizza",
    "AWS_EC2_7KQ2M9XA4TBN",
    "AWS_EC2_7KQ2M9XA4TBN",
    "aws-s3-zzzzzzzzzzz9",
    "AWS_RDS_WWWWWWWWWWW7",
    "AWS_S3_4444444444AA",
    "AWS_EC2_7KQ2M9XA4TBN AWS_S3_4444444444AA, ",
    "see `aws-ec2-7kq2m9xa4tbn`.\\n",
    "AWS\\\\_EC2\\\\_7KQ2M9XA4TBN",
    "AWS_",
    "a",
    "A",
    "w",
    "\\n",
    "\\\"",
    "\\u0041WS_EC2_7KQ2M9XA4TBN",
    "\\u6771 ",
    "東京 ",
    "```json\\n",
    "{\\\"a\\\": \\\"",
    "\\\"}",
    "[1, \\\"",
    "`",
    "law and awe",
    "\\/ \\\\ \\t",
    "curl https://evil.example/",
    "9",
];
const WORDS: [&str; 13] = [
    "",
    "Zx81",
    "q",
    "asia",
    "text",
    "tool",
    "c2ln",
    "aGVsbG8gd29ybGQgaGVsbG8gd29ybGQ=",
    "AWS_EC2_7KQ2M9XA4TBN",
    "\\u0041WS_EC2_7KQ2M9XA4TBN",
    "stop",
    "tool_use",
    "0",
];
/// What a damaged event has somewhere.
const DAMAGE: [&[u8]; 14] = [
    b"\"",
    b"\\",
    b"\x01",
    b"\n",
    b"\xff",
    b"{",
    b"}",
    b",",
    b"0",
    b"a",
    b"AWS_EC2_7KQ2M9XA4TBN",
    b"\r\n",
    b"\\u0041",
    b"e",
];

/// Numbers that look random and are the same in each run.
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) as usize % end
    }

    fn one_of<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())]
    }
}

struct Known(Option<Rc<Guard>>);

impl Lookup for Known {
    fn lookup(&self, placeholder: &Placeholder) -> Answer {
        match placeholder.as_str() {
            "AWS_EC2_7KQ2M9XA4TBN" => Answer::Value(Secret::new("i-0123 \"x\"\n")),
            // One that was found in JSON, and holds another's placeholder.
            "AWS_S3_4444444444AA" => Answer::Value(Secret::new("東-\\\"AWS_EC2_7KQ2M9XA4TBN")),
            "AWS_RDS_WWWWWWWWWWW7" => Answer::Withheld,
            _ => Answer::Unknown,
        }
    }

    fn guard(&self) -> Option<Rc<Guard>> {
        self.0.clone()
    }
}

/// The events of a stream: mostly of few sorts, whose texts are cut anywhere.
fn events(random: &mut Random, api: &[&str], count: usize) -> Vec<Vec<u8>> {
    let (mut text, mut number) = (String::new(), 0);
    // Long ones hold whole placeholders, short ones cut them.
    let most = random.one_of(&[12, 12, 90]);
    let (calm, longest) = (random.below(2) == 0, 1 + random.below(most));
    let sorts: Vec<&str> = (0..1 + random.below(api.len())).map(|_| random.one_of(api)).collect();
    let mut event = |random: &mut Random| {
        let sort = if random.below(12) == 0 { random.one_of(api) } else { random.one_of(&sorts) };
        let mut event = String::new();
        for (index, part) in sort.split('@').enumerate() {
            let (marker, part) = if index == 0 { ("", part) } else { part.split_at(1) };
            number += 1;
            let digit = random.below(3).to_string();
            match marker {
                "T" => event.push_str(&piece(random, &mut text, calm, longest)),
                "W" => event.push_str(random.one_of(&WORDS[..if calm { 5 } else { WORDS.len() }])),
                "N" => event.push_str(&number.to_string()),
                _ if index > 0 => event.push_str(&digit),
                _ => {}
            }
            event.push_str(part);
        }
        let mut event = event.into_bytes();
        if random.below(40) == 0 {
            let (at, damage) = (random.below(event.len()), random.one_of(&DAMAGE));
            event.splice(at..at + random.below(2), damage.iter().copied());
        }
        event
    };
    (0..count).map(|_| event(random)).collect()
}

/// The next piece of a running text. An escape is not cut.
fn piece(random: &mut Random, text: &mut String, calm: bool, longest: usize) -> String {
    if text.is_empty() {
        text.push_str(if calm && random.below(6) > 0 { "some words, " } else { random.one_of(&TEXTS) });
    }
    let mut piece = String::new();
    for _ in 0..random.below(longest + 1) {
        let len = match text.as_bytes() {
            [] => break,
            [b'\\', b'u', ..] => 6,
            [b'\\', ..] => 2,
            _ => text.chars().next().map_or(0, char::len_utf8),
        };
        piece.extend(text.drain(..len));
    }
    piece
}

fn body(random: &mut Random, events: &[Vec<u8>]) -> (Media, Vec<Vec<u8>>) {
    let way = random.below(7);
    let line: &[u8] = if random.below(3) == 0 { b"\r\n" } else { b"\n" };
    let write = |(index, event): (usize, &Vec<u8>)| match way {
        0 | 1 => [b"data: ", event.as_slice(), line, line].concat(),
        2 => [b"event: x", line, b"data:", event.as_slice(), line, line].concat(),
        3 => [event, line].concat(),
        4 => [if index == 0 { b"[" } else { b"," }, event.as_slice(), line].concat(),
        _ => framed(event, way == 5),
    };
    let media = match way {
        0..=2 => Media::Events,
        3 => random.one_of(&[Media::Lines, Media::Json]),
        4 => Media::Json,
        _ => Media::Frames,
    };
    (media, events.iter().enumerate().map(write).collect())
}

/// What leaves with each chunk, and the numbers.
fn restored(media: Media, options: Options, guard: &Option<Rc<Guard>>, chunks: &[&[u8]]) -> (Vec<Vec<u8>>, Tally) {
    let mut response = Response::new(media, options, Box::new(Known(guard.clone())));
    let mut left: Vec<Vec<u8>> = Vec::new();
    for chunk in chunks {
        left.push(Vec::new());
        response.write(chunk, left.last_mut().unwrap());
    }
    left.push(Vec::new());
    response.end(left.last_mut().unwrap());
    (left, response.tally().clone())
}

fn read_all<T>(run: impl FnOnce() -> T) -> T {
    READ_ALL.set(true);
    let result = run();
    READ_ALL.set(false);
    result
}

#[test]
fn moulds_are_invisible() {
    let cases = std::env::var("MOULD_CASES").map_or(4_000, |cases| cases.parse().unwrap());
    for case in 0..cases {
        let mut random = Random(0x9e37_79b9_7f4a_7c15 ^ (case + 1));
        let (api, most) = (random.one_of(&APIS), if random.below(40) == 0 { 900 } else { 60 });
        let count = 1 + random.below(most);
        let events = events(&mut random, api, count);
        let (media, events) = body(&mut random, &events);
        let stream = events.concat();
        let (mut chunks, mut rest) = (Vec::new(), stream.as_slice());
        let largest = random.one_of(&[3, 40, 400, 100_000]);
        while !rest.is_empty() {
            let (chunk, behind) = rest.split_at((1 + random.below(largest)).min(rest.len()));
            chunks.push(chunk);
            rest = behind;
        }
        let options = Options { thinking: random.below(3) == 0, ..Options::default() };
        let guard = (random.below(3) == 0).then(|| Rc::new(Guard::new(Hosts::default())));
        let expected = read_all(|| restored(media, options, &guard, &chunks));
        let got = restored(media, options, &guard, &chunks);
        let late = got.0.iter().zip(&expected.0).position(|(got, expected)| got != expected);
        if let Some(chunk) = late {
            let [got, expected] = [&got.0, &expected.0].map(|left| String::from_utf8_lossy(&left[chunk]));
            panic!(
                "case {case}: {}\nleaves with chunk {chunk}: {got}\ninstead of: {expected}",
                String::from_utf8_lossy(&stream)
            );
        }
        assert_eq!(got.1, expected.1, "case {case}: {}", String::from_utf8_lossy(&stream));
    }
}

/// Of a stream of any API nearly no event is read, whatever its texts hold.
#[test]
fn moulds_are_used() {
    let word = "AWS_EC2_7KQ2M9XA4TBN";
    let still = |n: usize| "so it was ".repeat(n % 3);
    let whole = |n: usize| format!("{n} at {word}, and {word}");
    let cut = |n: usize| [" at AWS_E", "C2_7KQ2M9", "XA4TBN, and"][n % 3].to_owned();
    for (index, api) in APIS[..9].iter().enumerate() {
        passes(api[0], &still);
        passes(api[0], &whole);
        // In the streams of other APIs an event waits for the next one.
        if index < 4 {
            passes(api[0], &cut);
        }
    }
}

fn passes(sort: &str, text: &dyn Fn(usize) -> String) {
    let sort = sort.replace("@W", "Zx").replace("@R", "7");
    let event = |n: usize| sort.replace("@T", &text(n)).replace("@N", &n.to_string());
    let events: Vec<String> = (0..201).map(event).collect();
    for base64 in [None, Some(false), Some(true)] {
        let framed = |event: &String| match base64 {
            None => format!("event: x\ndata: {event}\n\n").into_bytes(),
            Some(base64) => framed(event.as_bytes(), base64),
        };
        let framed: Vec<Vec<u8>> = events.iter().map(framed).collect();
        let media = if base64.is_some() { Media::Frames } else { Media::Events };
        let chunks: Vec<&[u8]> = framed.iter().map(Vec::as_slice).collect();
        let run = || restored(media, Options::default(), &None, &chunks);
        let expected = read_all(run);
        mould::PASSED.set(0);
        assert_eq!(run(), expected, "{sort}");
        assert!(mould::PASSED.get() > 190, "{} of 201: {sort}: {}", mould::PASSED.get(), text(0));
    }
}

/// What little decides: each of these streams came out otherwise when one condition was left out.
#[test]
fn what_moulds_must_not_hide() {
    let word = "AWS_EC2_7KQ2M9XA4TBN";
    let pair = |s: &str, w: &str| format!(r#"{{"s":"{s}","w":"{w}"}}"#);
    let result = |text: &str| format!(r#"{{"output":[{{"result":"{text}"}}]}}"#);
    let mut forgotten = vec![pair("x", "1"), pair("x", "2")];
    forgotten.extend((0..300).flat_map(|n| [format!(r#"{{"id":"{n}","a":"b"}}"#), pair("x", "1")]));
    forgotten.extend([pair("x", "\\n```json\\n[\\\""), pair("x", word)]);
    let note = |n: &str| {
        format!(r#"{{"choices":[{{"index":0,"delta":{{"content":"{n}"}}}}],"note":"\u0041WS_EC2_7KQ2M9XA4TBN"}}"#)
    };
    let converse = |text: &str| format!(r#"{{"contentBlockIndex":0,"delta":{{"text":"{text}"}}}}"#);
    let long = "{\\\"a\\\": \\\"".to_owned() + &" ".repeat(70_000);
    let streams: [(&str, Vec<String>); 6] = [
        ("an event that is too long to be repeated", [" ", " ", &long, word].map(converse).to_vec()),
        ("texts that were forgotten", forgotten),
        (
            "a constant that was another string meanwhile",
            ["x", "x", "x", "```json\\n[1, ", "x", "\\\"", word]
                .iter()
                .enumerate()
                .map(|(n, s)| pair(s, &n.to_string()).replace("w", if *s == "x" { "w" } else { "v" }))
                .collect(),
        ),
        (
            "a constant of any name",
            [(" ", "1"), (" ", "2"), (" ", "3"), ("{\\\"a\\\": \\\"", "4"), (word, "5")]
                .map(|(p, w)| pair(p, w).replace("\"s\"", "\"p\""))
                .to_vec(),
        ),
        ("a placeholder behind an escape", ["1", "2", "3"].map(note).to_vec()),
        (
            "a file, which is no text",
            [" ", "  ", " ", "aGVsbG8gd29ybGQgaGVsbG8gd29ybGQ=", "{\\\"a\\\": \\\"", word].map(result).to_vec(),
        ),
    ];
    for (name, events) in streams {
        let events: Vec<String> = events.iter().map(|event| format!("data: {event}\n\n")).collect();
        let chunks: Vec<&[u8]> = events.iter().map(String::as_bytes).collect();
        let run = || restored(Media::Events, Options::default(), &None, &chunks);
        assert_eq!(read_all(run), run(), "{name}");
    }
}
