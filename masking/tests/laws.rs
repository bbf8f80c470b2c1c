//! The laws of the specification in `lib.rs`, over whole exchanges: what is masked comes back, however it is cut.

#![cfg(test)]
#![allow(clippy::string_slice, reason = "a test that slices wrongly should fail")]

use masking::dialect::Options;
use masking::json::JsonError;
use masking::{
    Format, Known, Lookup, MaskError, Masked, Masker, Media, Mint, NoThoughts, PlaceholderKey, Policy, Replaced,
    Response, Scanner,
};
use proptest::prelude::*;
use serde_json::{Value, json};

const VALUES: &[&str] =
    &["i-0123456789abcdef0", "vpc-0a1b2c3d4e5f60718", "10.42.7.11", "AKIAIOSFODNN7EXAMPLE", "s3://acme-prod-logs/x"];

fn mask(format: Format, body: &str) -> Masked {
    let scanner = Scanner::new(&Policy::default()).unwrap();
    let mint = Mint::new(&PlaceholderKey::new([3; 32]), "tests");
    Masker {
        scanner: &scanner,
        known: &Known::default(),
        mint: &mint,
        options: Options::default(),
        thoughts: &NoThoughts,
    }
    .mask(format, body.as_bytes())
    .unwrap()
}

fn masked_text(masked: &Masked, body: &str) -> String {
    masked.body.clone().unwrap_or_else(|| body.to_owned())
}

/// What the client gets of a body that arrives in these pieces, and the most bytes that a write held back.
fn restore<'p>(media: Media, replaced: &Replaced, pieces: impl IntoIterator<Item = &'p [u8]>) -> String {
    let lookup: Box<dyn Lookup> = Box::new(replaced.clone());
    let mut response = Response::new(media, Options::default(), lookup);
    let mut out = Vec::new();
    for piece in pieces {
        response.write(piece, &mut out);
    }
    response.end(&mut out);
    String::from_utf8(out).unwrap()
}

/// Restores a body whole, cut in two at every byte, and byte by byte: each gives the same.
#[track_caller]
fn restore_at_every_split(media: Media, replaced: &Replaced, body: &str) -> String {
    let bytes = body.as_bytes();
    let whole = restore(media, replaced, [bytes]);
    for cut in 0..bytes.len() {
        assert_eq!(restore(media, replaced, [&bytes[..cut], &bytes[cut..]]), whole, "cut at {cut}");
    }
    assert_eq!(restore(media, replaced, bytes.chunks(1)), whole, "byte by byte");
    whole
}

#[test]
fn a_document_comes_back_byte_for_byte() {
    let documents = [
        r#"{"messages":[{"role":"user","content":"Stop i-0123456789abcdef0 in vpc-0a1b2c3d4e5f60718\n10.42.7.11"}]}"#,
        r#"{ "b" : 1.0, "a": [1e3, 12345678901234567890, "i-0123456789abcdef0\u00e9\ud83d\ude00\/ \u0069-0123456789abcdef0"]}"#,
        r#"{"i-0123456789abcdef0":{"AKIAIOSFODNN7EXAMPLE":null}, "x":"\ud83d lone"}"#,
        r#""s3://acme-prod-logs/x and {\"k\":\"\\ni-0123456789abcdef0\"}""#,
    ];
    for document in documents {
        let masked = mask(Format::Json, document);
        let text = masked_text(&masked, document);
        for value in ["0123456789abcdef0", "AKIAIOSFODNN7EXAMPLE", "acme-prod-logs", "10.42.7.11"] {
            assert!(!text.contains(value), "{value} in {text}");
        }
        serde_json::from_str::<Value>(&text)
            .map(drop)
            .or_else(|e| if text.contains("lone") { Ok(()) } else { Err(e) })
            .unwrap();
        let restored = restore_at_every_split(Media::Json, &masked.replaced, &text);
        // An escape within a value is written plainly when it comes back; everything else is the same bytes.
        assert_eq!(restored, document.replace(r"\u0069-0", "i-0"));
        assert!(mask(Format::Json, &text).body.is_none(), "masked text has a finding: {text}");
    }
}

#[test]
fn text_and_lines_come_back() {
    let text = "10.42.7.11 한국어 i-0123456789abcdef0\r\n";
    let masked = mask(Format::Text, text);
    assert_eq!(restore_at_every_split(Media::Text, &masked.replaced, &masked_text(&masked, text)), text);
    let lines = "{\"a\":\"i-0123456789abcdef0\"}\n\n[\"10.42.7.11\"]\r\n";
    let masked = mask(Format::Lines, lines);
    assert_eq!(restore_at_every_split(Media::Lines, &masked.replaced, &masked_text(&masked, lines)), lines);
}

#[test]
fn json_that_is_declared_as_text_is_read() {
    for text in [r#" {"a": "\u0069-0123456789abcdef0"}"#, r#"["at\n10.42.7.11"]"#] {
        let masked = mask(Format::Text, text);
        assert_eq!(masked.replaced.len(), 1, "{text}");
        let restored = restore_at_every_split(Media::Text, &masked.replaced, &masked_text(&masked, text));
        assert_eq!(restored, text.replace(r"\u0069", "i"));
    }
}

#[test]
fn values_that_touch_come_back() {
    let texts = [
        "postgres://u:password=acs1234@db",
        "postgres://u:password=acs1234@db:5432/x",
        "i-0123456789abcdef0,10.42.7.11;AKIAIOSFODNN7EXAMPLE",
        "password=a1b2c3d4password=e5f6g7h8",
    ];
    for text in texts {
        let masked = mask(Format::Text, text);
        let body = masked_text(&masked, text);
        assert_eq!(restore_at_every_split(Media::Text, &masked.replaced, &body), text, "{body}");
        assert!(mask(Format::Text, &body).body.is_none(), "masked text has a finding: {body}");
    }
}

/// An Anthropic stream whose deltas hold these pieces.
/// Texts that are broken, so that a placeholder shows around it what its value did not.
const BROKEN: &[&str] = &[
    // An ARN within the name of another one.
    "0abcdef1234567890arn:aws:sts::471192830564:assumed-role/*arn:aws:s3:::sg-",
    // The letters of a placeholder are not a name, alone, of an object, or of a member.
    r#"i-01bcdef0{Buck_et:s-1"#,
    r#"10.0.0.1{Bu‑cket:e-o"#,
    r#"i-01234567{Bucket:s-1\AWS_2_7KQ2M9XA4TBN"#,
    r#"{"":[],"305918274610":123456789012}"#,
    r#"SecretString"{"‹vL9(zk}Q2m;Wt=x7›":"Id-c7c9n"passwd:"‹vL9(zk}Q2m;Wt=x7›""#,
    r#"acct{10.0.0.1:123456789012"#,
    // A bracket within a value is not that of the object around it.
    r#"SecretString"{"pwd":"=x7›","›"}",:"25-20T0e""#,
    r#"SecretString"{"u":"‹ledger›"}: "9SecureString"Value"‹ledger›"}""#,
    r#"SecretString"{9: "e":"a=x7›",pe":SecureString"Value rres"#,
    // A placeholder is longer than its value, and moves the cells after it.
    "STATUS   ROLES  I       INTERNAL-IP    bucket\n‹ip-10-6-8-1› c79",
    "M  T  S  E   버킷  N  P  A  N  E\nl  y  >  d  v79  1.91.120.113  >  2  4  .",
    // An ARN does not go on with a value that was one by itself.
    "arn:aws:s3:::\nce:\n10.0.3.17",
    // The last word of a value does not say that a version follows, and a value next to a version does not say otherwise.
    "305918274610:role/Version 10.2.0.7",
    "Bucket:\"tag:10.3.0.2",
    "tag:10.3.0.2\"pwd=F7MDEN",
];

#[test]
fn a_placeholder_shows_nothing_that_its_value_did_not() {
    for text in BROKEN {
        let body = masked_text(&mask(Format::Text, text), text);
        let again = mask(Format::Text, &body);
        assert!(again.body.is_none(), "{text} has a new finding when it is masked: {:?}", again.body);
    }
}

fn anthropic(kind: &str, field: &str, pieces: &[String]) -> String {
    let block = if kind == "text_delta" {
        json!({"type":"text","text":""})
    } else {
        json!({"type":"tool_use","id":"t","name":"n","input":{}})
    };
    let mut events = vec![
        json!({"type":"message_start","message":{"id":"msg_1","type":"message","role":"assistant","content":[],"usage":{"input_tokens":1}}}),
        json!({"type":"content_block_start","index":0,"content_block":block}),
        json!({"type":"ping"}),
    ];
    events.extend(
        pieces.iter().map(|piece| json!({"type":"content_block_delta","index":0,"delta":{"type":kind,field:piece}})),
    );
    events.push(json!({"type":"content_block_stop","index":0}));
    events.push(json!({"type":"message_delta","delta":{"stop_reason":"end_turn","stop_sequence":null},"usage":{"output_tokens":1}}));
    events.push(json!({"type":"message_stop"}));
    events.iter().map(|event| format!("event: {}\ndata: {event}\n\n", event["type"].as_str().unwrap())).collect()
}

fn chat(pieces: &[String]) -> String {
    let chunk = |delta: Value, reason: Value| {
        let choices = json!([{"index":0,"delta":delta,"finish_reason":reason}]);
        format!(
            "data: {}\n\n",
            json!({"id":"c","object":"chat.completion.chunk","created":1,"model":"m","choices":choices})
        )
    };
    let mut stream = chunk(json!({"role":"assistant","content":""}), Value::Null);
    pieces.iter().for_each(|piece| stream += &chunk(json!({"content":piece}), Value::Null));
    stream + &chunk(json!({}), json!("stop")) + "data: [DONE]\n\n"
}

fn responses(pieces: &[String]) -> String {
    let event = |value: Value| format!("event: {}\ndata: {value}\n\n", value["type"].as_str().unwrap());
    let place = |mut value: Value| {
        value["item_id"] = json!("msg_1");
        value["output_index"] = json!(0);
        value["content_index"] = json!(0);
        event(value)
    };
    let mut stream = event(json!({"type":"response.created","response":{"id":"r","object":"response","output":[]}}));
    pieces.iter().for_each(|piece| stream += &place(json!({"type":"response.output_text.delta","delta":piece})));
    stream += &place(json!({"type":"response.output_text.done","text":pieces.concat()}));
    stream
        + &event(
            json!({"type":"response.completed","response":{"id":"r","object":"response","output":[{"type":"message",
        "id":"msg_1","content":[{"type":"output_text","text":pieces.concat(),"annotations":[]}]}]}}),
        )
}

/// The text that a client puts together from the deltas of a stream.
fn accumulated(stream: &str) -> String {
    let data = stream.lines().filter_map(|line| line.strip_prefix("data: ")).filter(|data| *data != "[DONE]");
    let events = data.map(|data| serde_json::from_str::<Value>(data).unwrap());
    let text = |event: Value| {
        let delta = &event["delta"];
        let places = [&delta["text"], &delta["partial_json"], &event["choices"][0]["delta"]["content"], delta];
        places.iter().find_map(|place| place.as_str()).unwrap_or_default().to_owned()
    };
    events.map(text).collect()
}

fn pieces(text: &str, size: usize) -> Vec<String> {
    let chars: Vec<char> = text.chars().collect();
    chars.chunks(size).map(|chunk| chunk.iter().collect()).collect()
}

#[test]
fn streams_come_back_at_every_delta_size() {
    let said = "Stop i-0123456789abcdef0, then vpc-0a1b2c3d4e5f60718: 10.42.7.11/AKIAIOSFODNN7EXAMPLE 한😀 i-0123456789abcdef0";
    let masked = mask(Format::Text, said);
    let text = masked_text(&masked, said);
    let arguments = json!({"command": said, "nested": {"json": json!({"id": said}).to_string()}}).to_string();
    let masked_arguments = mask(Format::Text, &arguments);
    for size in 1..=40 {
        let streams = [
            (anthropic("text_delta", "text", &pieces(&text, size)), &masked, said),
            (
                anthropic(
                    "input_json_delta",
                    "partial_json",
                    &pieces(&masked_text(&masked_arguments, &arguments), size),
                ),
                &masked_arguments,
                &arguments,
            ),
            (chat(&pieces(&text, size)), &masked, said),
            (responses(&pieces(&text, size)), &masked, said),
        ];
        for (stream, masked, expected) in streams {
            let restored = restore(Media::Events, &masked.replaced, [stream.as_bytes()]);
            assert_eq!(accumulated(&restored), expected, "size {size} of {}", stream.get(..200).unwrap());
            assert!(!restored.contains("AWS_"), "size {size}: {restored}");
        }
    }
}

#[test]
fn a_stream_is_the_same_at_every_split() {
    let masked = mask(Format::Text, "i-0123456789abcdef0 AKIAIOSFODNN7EXAMPLE");
    let text = masked_text(&masked, "");
    for stream in
        [anthropic("text_delta", "text", &pieces(&text, 7)), chat(&pieces(&text, 9)), responses(&pieces(&text, 11))]
    {
        let restored = restore_at_every_split(Media::Events, &masked.replaced, &stream);
        assert_eq!(accumulated(&restored), "i-0123456789abcdef0 AKIAIOSFODNN7EXAMPLE");
        let crlf = stream.replace('\n', "\r\n");
        let restored = restore(Media::Events, &masked.replaced, crlf.as_bytes().chunks(3));
        assert_eq!(accumulated(&restored), "i-0123456789abcdef0 AKIAIOSFODNN7EXAMPLE");
    }
}

#[test]
fn events_without_a_placeholder_keep_their_bytes() {
    let stream = ": hello\r\nretry: 10\r\n\r\nevent:x\ndata:{ \"type\":\"ping\" , \"n\":1.0}\n\nid: 3\ndata: plain\ndata: AWS text\n\n\
        data: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"\\ud83d\\u0041WS_ \\/\"}}\n\ndata: cut";
    assert_eq!(restore_at_every_split(Media::Events, &Replaced::default(), stream), stream);
}

#[test]
fn a_cut_stream_loses_nothing_that_was_certain() {
    let said = "See i-0123456789abcdef0 and 10.42.7.11 end";
    let masked = mask(Format::Text, said);
    let text = masked_text(&masked, said);
    for size in [1, 3, 8] {
        let parts = pieces(&text, size);
        let stream = anthropic("text_delta", "text", &parts);
        let ends: Vec<usize> = stream.match_indices("\n\n").map(|(at, _)| at + 2).collect();
        for end in ends {
            let cut = &stream[..end];
            let expected = masking::restore(accumulated(cut).as_bytes(), &mut All(&masked.replaced));
            let expected = expected.map_or_else(|| accumulated(cut), |bytes| String::from_utf8(bytes).unwrap());
            assert_eq!(
                accumulated(&restore(Media::Events, &masked.replaced, [cut.as_bytes()])),
                expected,
                "cut at {end}"
            );
        }
    }
}

struct All<'v>(&'v Replaced);

impl masking::Resolve for All<'_> {
    fn resolve(&mut self, placeholder: &masking::Placeholder) -> Option<masking::Secret> {
        self.0.get(placeholder).map(|entry| entry.value.clone())
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_json_comes_back(parts in prop::collection::vec((0..VALUES.len(), "\\PC{0,12}"), 0..6), cuts in prop::collection::vec(1usize..40, 1..8)) {
        let text: String = parts.iter().map(|(value, noise)| format!("{noise} {} ", VALUES[*value])).collect();
        let document = json!({"messages": [{"role": "user", "content": text, "x": [text, 1.5, null]}], "k": {text.clone(): text}}).to_string();
        let masked = mask(Format::Json, &document);
        let body = masked_text(&masked, &document);
        for (_, entry) in masked.replaced.entries() {
            prop_assert!(!body.contains(entry.value.expose()));
        }
        let mut rest = body.as_bytes();
        let mut chunks = Vec::new();
        for size in cuts.iter().cycle() {
            let (chunk, behind) = rest.split_at((*size).min(rest.len()));
            chunks.push(chunk);
            rest = behind;
            if rest.is_empty() { break; }
        }
        prop_assert_eq!(restore(Media::Json, &masked.replaced, chunks), document);
    }
}

struct Remembered(Vec<(String, String)>);

impl masking::Thoughts for Remembered {
    fn original(&self, signature: &str) -> Option<String> {
        self.0.iter().find(|(known, _)| known == signature).map(|(_, original)| original.clone())
    }
}

#[test]
fn restored_thinking_goes_back_as_the_provider_wrote_it() {
    let said = "Look at i-0123456789abcdef0 \"twice\"\n";
    let masked = mask(Format::Text, said);
    // Written as models do: masking the restored text again would not give these bytes.
    let wrote = masked_text(&masked, said).to_lowercase();
    let event = |value: Value| format!("event: {}\ndata: {value}\n\n", value["type"].as_str().unwrap());
    let delta = |delta: Value| event(json!({"type":"content_block_delta","index":0,"delta":delta}));
    let mut stream = event(
        json!({"type":"content_block_start","index":0,"content_block":{"type":"thinking","thinking":"","signature":""}}),
    );
    pieces(&wrote, 5).iter().for_each(|piece| stream += &delta(json!({"type":"thinking_delta","thinking":piece})));
    stream += &delta(json!({"type":"signature_delta","signature":"c2lnbmVk"}));
    stream += &event(json!({"type":"content_block_stop","index":0}));
    let whole =
        json!({"type":"message","content":[{"type":"thinking","thinking":wrote,"signature":"c2lnbmVk"}]}).to_string();

    for (media, body) in [(Media::Events, stream), (Media::Json, whole)] {
        let untouched = restore(media, &masked.replaced, [body.as_bytes()]);
        assert_eq!(untouched, body, "signed thinking passes as it is");
        let (mut response, mut out) = (
            Response::new(media, Options { thinking: true, ..Options::default() }, Box::new(masked.replaced.clone())),
            Vec::new(),
        );
        body.as_bytes().chunks(7).for_each(|chunk| response.write(chunk, &mut out));
        response.end(&mut out);
        let shown = String::from_utf8(out).unwrap();
        assert!(shown.contains("i-0123456789abcdef0") && !shown.contains("aws_ec2"), "{shown}");
        let thoughts = Remembered(response.tally().thoughts.clone());
        assert_eq!(thoughts.0, [("c2lnbmVk".to_owned(), wrote.clone())]);

        let block = json!({"type":"thinking","thinking":said.to_lowercase(),"signature":"c2lnbmVk"});
        let request = json!({"messages":[{"role":"assistant","content":[block]}]}).to_string();
        let scanner = Scanner::new(&Policy::default()).unwrap();
        let mint = Mint::new(&PlaceholderKey::new([3; 32]), "tests");
        let options = Options { thinking: true, ..Options::default() };
        let masker = Masker { scanner: &scanner, known: &Known::default(), mint: &mint, options, thoughts: &thoughts };
        let sent = masker.mask(Format::Json, request.as_bytes()).unwrap();
        let sent_block: Value = serde_json::from_str(&sent.body.unwrap()).unwrap();
        assert_eq!(sent_block["messages"][0]["content"][0]["thinking"], json!(wrote));
        assert!(sent.forgotten.is_empty());

        // Forgotten: it is masked as text, and said so.
        let sent = Masker { thoughts: &NoThoughts, ..masker }.mask(Format::Json, request.as_bytes()).unwrap();
        assert!(!sent.body.unwrap().contains("0123456789abcdef0"));
        assert_eq!(sent.forgotten, ["c2lnbmVk"]);
    }
}

/// A body of lines has no more values than one document may have.
#[test]
fn lines_that_are_too_many() {
    let scanner = Scanner::new(&Policy::default()).unwrap();
    let mint = Mint::new(&PlaceholderKey::new([3; 32]), "tests");
    let (known, options, thoughts) = (&Known::default(), Options::default(), &NoThoughts);
    let masker = Masker { scanner: &scanner, known, mint: &mint, options, thoughts };
    let most = "1\n".repeat(masking::json::NODES_MAX);
    assert!(masker.mask(Format::Lines, most.as_bytes()).is_ok());
    let more = most + "1\n";
    assert_eq!(masker.mask(Format::Lines, more.as_bytes()).err(), Some(MaskError::Json(JsonError::TooComplex)));
}

/// Names with escapes are names as any other, also where an array passes them on.
#[test]
fn escaped_names() {
    let masked = mask(Format::Json, r#"{"pass\u0077ord": ["hunter2-x", {"k": "y"}, "hunter3-x"]}"#);
    assert_eq!(masked.replaced.len(), 2);
}

/// Of a stream with more texts open at once than are held, the beginnings of placeholders leave at once, and as they are.
#[test]
fn texts_that_are_open_at_once() {
    let masked = mask(Format::Text, VALUES[0]);
    let placeholder = masked.body.clone().unwrap();
    let (head, tail) = placeholder.split_at(9);
    let event = |index: usize, text: &str| {
        let delta = json!({"type": "text_delta", "text": text});
        format!("data: {}\n\n", json!({"type": "content_block_delta", "index": index, "delta": delta}))
    };
    let stream = |count: usize| -> String {
        let texts = |part: &str| (0..count).map(|index| event(index, part)).collect::<String>();
        texts(head) + &texts(tail)
    };
    for (count, restored) in [(256, 256), (300, 256)] {
        let text = restore(Media::Events, &masked.replaced, [stream(count).as_bytes()]);
        assert_eq!(text.matches(VALUES[0]).count(), restored, "{count}");
        assert_eq!(text.matches(head).count(), count - restored, "{count}");
    }
}
