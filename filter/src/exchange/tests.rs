use super::head::{Client, ResponseHead};
use super::response::Answering;
use super::*;
use crate::instance::root::Entries;
use crate::refusal::Place;
use masking::dialect::KeptPlace;
use masking::json::JsonError;
use masking::{Format, MaskError};

const NOW: TimeOfDay = TimeOfDay(1);
const VALUE: &str = "i-0123456789abcdef0";

/// An entry without a sidecar.
fn root(more: &str) -> Root {
    let (mut entries, json) =
        (Entries::default(), format!(r#"{{"use_redis":false,"secret":"0123456789abcdef"{more}}}"#));
    let mut root = entries.begin();
    entries.configure(&mut root, json.as_bytes(), |_| None, "test".into(), NOW);
    root
}

/// The response's headers, where the host keeps nothing.
fn respond(exchange: &mut Exchange, head: &ResponseHead) -> Option<Answering> {
    respond_kept(exchange, head, None).0
}

fn respond_kept(
    exchange: &mut Exchange,
    head: &ResponseHead,
    kept: Option<&[u8]>,
) -> (Option<Answering>, Option<Line>) {
    exchange.response_headers(head, NOW, || kept.map(<[u8]>::to_vec))
}

/// The response's next bytes, of which this context may not have seen the beginning.
fn recover(exchange: &mut Exchange, kept: [Option<&[u8]>; 2]) -> Option<Line> {
    exchange.recover(|| kept.map(|kept| kept.map(<[u8]>::to_vec)))
}

fn post(content_type: &str) -> RequestHead {
    RequestHead {
        gateway: Gateway::Kong,
        method: "POST".into(),
        content_type: Some(content_type.into()),
        ..RequestHead::default()
    }
}

fn ok(content_type: &str) -> ResponseHead {
    ResponseHead { status: 200, content_type: Some(content_type.into()), ..ResponseHead::default() }
}

/// An exchange whose request was forwarded, and the placeholder for [`VALUE`] in it.
fn sent(root: &Root) -> (Exchange, String) {
    let mut exchange = Exchange::new(root.clone());
    exchange.request_headers(post("application/json"), NOW).unwrap();
    let body = exchange.request_body(Some(format!("[\"{VALUE}\"]").as_bytes()), NOW).unwrap().unwrap();
    (exchange, String::from_utf8(body).unwrap().trim_matches(['[', ']', '"']).to_owned())
}

#[test]
fn what_is_refused() {
    let json = |error| Refusal::Mask(Format::Json, error);
    let encoded = |coding: &str| RequestHead { content_encoding: Some(coding.into()), ..post("application/json") };
    let digest = RequestHead { digest: Some("content-md5"), ..post("application/json") };
    let value = format!("[\"{VALUE}\"]");
    let cases: Vec<(RequestHead, Option<&[u8]>, Refusal)> = vec![
        (post("application/json"), None, Refusal::BodyUnreadable),
        (post("application/json"), Some(b"{"), json(MaskError::Json(JsonError::Syntax { at: 1 }))),
        (post("application/json"), Some(b"\"\xff\""), json(MaskError::Encoding)),
        (RequestHead::default(), Some(b"text"), json(MaskError::Json(JsonError::Syntax { at: 0 }))),
        (post("application/x-www-form-urlencoded"), Some(b"x"), Refusal::MediaType),
        (post("application/json; charset=utf-16"), Some(b"{}"), Refusal::MediaType),
        (post("text/plain; charset=UTF-16LE"), Some(b"i\0-\0"), Refusal::MediaType),
        (post("text/plain"), Some(b"i\0-\0"), Refusal::Mask(Format::Text, MaskError::Encoding)),
        (post("application/octet-stream"), Some(b"{}"), Refusal::MediaType),
        (encoded("compress"), Some(b"{}"), Refusal::Encoding),
        (encoded("gzip, br"), Some(b"{}"), Refusal::Encoding),
        (encoded("gzip"), Some(b"{}"), Refusal::Garbled),
        (encoded("zstd"), Some(&BOMB), Refusal::TooLong),
        (digest, Some(value.as_bytes()), Refusal::Digest("content-md5")),
    ];
    for (head, body, refusal) in cases {
        let mut exchange = Exchange::new(root(""));
        exchange.request_headers(head, NOW).unwrap();
        assert_eq!(exchange.request_body(body, NOW), Err(refusal));
        // The refusal itself passes unchanged.
        assert_eq!(respond(&mut exchange, &ok("application/json")), None);
        assert_eq!(exchange.response_body(b"x", true), None);
    }
    let mut unseen = Exchange::new(root(""));
    assert_eq!(unseen.request_body(Some(b"{}"), NOW), Err(Refusal::BodyUnreadable));
}

/// One frame of zstd whose blocks are a byte repeated 128 K times, 16 MB together.
const BOMB: [u8; 6 + 4 * 128] = {
    let mut bomb = [0; 6 + 4 * 128];
    let (frame, mut at) = ([0x28, 0xb5, 0x2f, 0xfd, 0, 13 << 3], 0);
    while at < bomb.len() {
        bomb[at] = if at < 6 { frame[at] } else { [2, 0, 0x10, 0][(at - 6) % 4] };
        at += 1;
    }
    bomb
};

/// Nothing of such a request may reach the provider: the host sends the headers on after their step.
#[test]
fn what_the_headers_decide_is_refused_with_them() {
    let follows = |head: RequestHead| RequestHead { follows: Follows::Body, ..head };
    let encoding = RequestHead { content_encoding: Some("compress".into()), ..post("application/json") };
    let upgrade = RequestHead { upgrade: Some("websocket".into()), ..RequestHead::default() };
    let scoped = r#","scope":{"header":"x-tenant"}"#;
    for (more, head, refusal) in [
        (r#","nonsense":1"#, post("application/json"), Refusal::Configuration),
        ("", upgrade, Refusal::Upgrade),
        (scoped, post("application/json"), Refusal::Scope),
        ("", follows(encoding), Refusal::Encoding),
        ("", follows(post("image/png")), Refusal::MediaType),
        ("", follows(post("text/plain; charset=utf-16")), Refusal::MediaType),
    ] {
        assert_eq!(Exchange::new(root(more)).request_headers(head, NOW), Err(refusal));
    }
    // Without a body there is nothing to refuse.
    for head in [post("image/png"), RequestHead { content_encoding: Some("compress".into()), ..post("text/plain") }] {
        assert_eq!(Exchange::new(root("")).request_headers(head, NOW), Ok(None));
    }
    assert_eq!(Exchange::new(without_key()).request_headers(post("text/plain"), NOW), Ok(None));
    let refused = Exchange::new(without_key()).request_headers(follows(post("text/plain")), NOW);
    assert_eq!(refused, Err(Refusal::NoKeyring));
}

/// An entry whose sidecar has not answered yet.
fn without_key() -> Root {
    let mut entries = Entries::default();
    let (mut root, json) = (entries.begin(), br#"{"sidecar":"s:1","sidecar_token":"0123456789abcdef"}"#);
    entries.configure(&mut root, json, |_| None, "test".into(), NOW);
    root
}

#[test]
fn a_compressed_body_is_sent_masked_and_plain() {
    let zstd =
        |text: &str| ruzstd::encoding::compress_to_vec(text.as_bytes(), ruzstd::encoding::CompressionLevel::Fastest);
    let head = || RequestHead { content_encoding: Some("zstd".into()), ..post("application/json") };
    for (text, masked) in [(format!("[\"{VALUE}\"]"), true), ("[\"nothing\"]".to_owned(), false)] {
        let mut exchange = Exchange::new(root(""));
        exchange.request_headers(head(), NOW).unwrap();
        assert!(exchange.decodes_request());
        // The next context is told the coding by what was kept: the host's header states another one by then.
        let (kept, mut fresh) = (exchange.request_keepsake(), Exchange::new(exchange.root().clone()));
        fresh.resume(|| kept, |gateway| RequestHead { gateway, ..post("application/json") });
        for mut exchange in [exchange, fresh] {
            let sent = String::from_utf8(exchange.request_body(Some(&zstd(&text)), NOW).unwrap().unwrap()).unwrap();
            assert_eq!((sent.contains("AWS_EC2_"), sent == text), (masked, !masked));
        }
    }
}

const IMAGE: &str = r#"{"messages":[{"role":"user","content":[{"type":"image","source":{"type":"base64",
    "media_type":"image/png","data":"iVBORw0KGgoAAAANSUhEUg=="}},{"type":"image_url","image_url":"https://a.example/i-0123456789abcdef0"}]}]}"#;

#[test]
fn files_that_cannot_be_read() {
    for (setting, note) in [("report", "masked=1; attachments=1; masked_links=1"), ("pass", "masked=1")] {
        let mut exchange = Exchange::new(root(&format!(r#","attachments":"{setting}""#)));
        exchange.request_headers(post("application/json"), NOW).unwrap();
        exchange.request_body(Some(IMAGE.as_bytes()), NOW).unwrap();
        let kept = exchange.request_keepsake().unwrap();
        let mut fresh = Exchange::new(exchange.root().clone());
        assert_eq!(respond(&mut exchange, &ok("text/plain")).unwrap().note, note);
        let (answering, _) = respond_kept(&mut fresh, &ok("text/plain"), Some(&kept));
        assert_eq!(answering.unwrap().note, note, "of a context that takes over");
    }
    let mut exchange = Exchange::new(root(r#","attachments":"refuse""#));
    exchange.request_headers(post("application/json"), NOW).unwrap();
    assert_eq!(exchange.request_body(Some(IMAGE.as_bytes()), NOW), Err(Refusal::Attachment));
}

#[test]
fn a_form_is_masked() {
    let head = || post("multipart/form-data; boundary=x");
    let form = |content: &str| {
        format!("--x\r\nContent-Disposition: form-data; name=file; filename=a.jsonl\r\n\r\n{content}\r\n--x--\r\n")
    };
    let mut exchange = Exchange::new(root(""));
    exchange.request_headers(head(), NOW).unwrap();
    let body = exchange.request_body(Some(form(&format!("{{\"a\":\"{VALUE}\"}}\n")).as_bytes()), NOW);
    let body = String::from_utf8(body.unwrap().unwrap()).unwrap();
    assert!(body.contains("{\"a\":\"AWS_EC2_") && body.ends_with("\r\n--x--\r\n"), "{body}");
    for (body, refusal) in [
        ("--y--".to_owned(), Refusal::Form),
        (form("{"), Refusal::Mask(Format::Lines, MaskError::Json(JsonError::Syntax { at: 1 }))),
    ] {
        let mut exchange = Exchange::new(root(""));
        exchange.request_headers(head(), NOW).unwrap();
        assert_eq!(exchange.request_body(Some(body.as_bytes()), NOW), Err(refusal));
    }
}

/// Where nothing can be masked, by the configuration nothing may be.
#[test]
fn what_a_strict_entry_refuses() {
    let head = |path: &str, headers: &[(&str, &str)]| RequestHead {
        path: path.into(),
        headers: Some(headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()),
        ..post("application/json")
    };
    let cases = [
        (head("/v1/messages", &[("x-note", "hello")]), None),
        (head("/v1/files/i-0123456789abcdef0", &[]), Some(Place::Path)),
        (head("/v1/files/i%2D0123456789abcdef0/content", &[]), Some(Place::Path)),
        (head("/v1/files?after=s3%3A%2F%2Facme-prod-logs%2Fx", &[]), Some(Place::Query)),
        (head("/", &[("x-note", "on i-0123456789abcdef0")]), Some(Place::Header)),
        (head("/", &[("i-0123456789abcdef0", "x")]), Some(Place::Header)),
        (head("/", &[("x-db-password", "hunter2hunter2")]), Some(Place::Header)),
        (head("/", &[("Authorization", "Bearer i-0123456789abcdef0"), ("x-forwarded-for", "10.0.0.7")]), None),
    ];
    for (head, place) in cases {
        let case = format!("{head:?}");
        let refused = place.map_or(Ok(None), |place| Err(Refusal::Exposed(place)));
        let mut strict = Exchange::new(root(r#","strict":"refuse""#));
        assert!(strict.searches_headers());
        assert_eq!(strict.request_headers(head, NOW), refused, "{case}");
    }
    let tool = format!(r#"{{"messages":[],"tools":[{{"name":"stop-{VALUE}"}}]}}"#);
    for (setting, expected) in [("refuse", Err(Refusal::Exposed(Place::Body(KeptPlace::ToolName)))), ("pass", Ok(None))]
    {
        let mut exchange = Exchange::new(root(&format!(r#","strict":"{setting}""#)));
        exchange.request_headers(head("/", &[]), NOW).unwrap();
        assert_eq!(exchange.request_body(Some(tool.as_bytes()), NOW), expected);
    }
    let mut unread = Exchange::new(root(r#","strict":"refuse""#));
    assert_eq!(unread.request_headers(post("application/json"), NOW), Err(Refusal::Headers));
}

/// A digest of a body that stays is valid.
#[test]
fn a_digest_of_what_is_not_altered_passes() {
    let mut exchange = Exchange::new(root(""));
    exchange.request_headers(RequestHead { digest: Some("digest"), ..post("application/json") }, NOW).unwrap();
    assert_eq!(exchange.request_body(Some(b"[]"), NOW), Ok(None));
}

#[test]
fn a_body_with_trailers_is_refused_before_it_goes_on() {
    let mut exchange = Exchange::new(root(""));
    exchange.request_headers(post("application/json"), NOW).unwrap();
    assert_eq!(exchange.request_trailers(), Ok(()), "there is no body that could go on");
    exchange.request_body_begins();
    assert_eq!(exchange.request_trailers(), Err(Refusal::Trailers));
    assert_eq!(sent(&root("")).0.request_trailers(), Ok(()));
}

#[test]
fn the_scope_of_a_header() {
    let root = root(r#","scope":{"header":"X-Tenant"}"#);
    let mut placeholders = Vec::new();
    for (scope, accepted) in
        [(Some("a"), true), (Some("b"), true), (None, false), (Some(""), false), (Some("a b"), false)]
    {
        let mut exchange = Exchange::new(root.clone());
        assert_eq!(exchange.scope_source(), Some(ScopeSource::Header("x-tenant".into())));
        let head = RequestHead { scope: scope.map(str::to_owned), ..post("text/plain") };
        assert_eq!(exchange.request_headers(head, NOW), if accepted { Ok(None) } else { Err(Refusal::Scope) });
        placeholders.extend(accepted.then(|| exchange.request_body(Some(VALUE.as_bytes()), NOW).unwrap().unwrap()));
    }
    assert_ne!(placeholders[0], placeholders[1]);
}

#[test]
fn what_is_restored_and_what_passes() {
    let root = root("");
    let restored = format!("[\"{VALUE}\"]");
    let length = |n| ResponseHead { content_length: Some(n), ..ok("application/json") };
    let compress = ResponseHead { content_encoding: Some("compress".into()), ..ok("application/json") };
    let identity = ResponseHead { content_encoding: Some("identity".into()), ..ok("application/json") };
    let cases = [
        (ok("application/json; charset=utf-8"), true),
        (ok("text/event-stream"), true),
        (length(24), true),
        (identity, true),
        (length(0), false),
        (compress, false),
        (ok("image/png"), false),
        (ResponseHead { status: 204, ..ok("application/json") }, false),
        (ResponseHead { status: 200, ..ResponseHead::default() }, true),
        (ok("application/octet-stream"), true),
        (ok("text/json"), true),
        (ok("application/json; charset=utf-16"), false),
    ];
    for (head, rewrites) in cases {
        let (mut exchange, placeholder) = sent(&root);
        let answering = respond(&mut exchange, &head).unwrap();
        assert_eq!((answering.note.as_str(), answering.rewrites), ("masked=1", rewrites), "{head:?}");
        if head.content_type.as_deref().is_some_and(|kind| kind.contains("json")) {
            let got = exchange.response_body(format!("[\"{placeholder}\"]").as_bytes(), true);
            assert_eq!(got, rewrites.then(|| restored.clone().into_bytes()), "{head:?}");
        }
    }
}

#[test]
fn a_response_of_known_length_ends_when_its_bytes_have_come() {
    let (mut exchange, placeholder) = sent(&root(""));
    let body = format!("[\"{placeholder}\"]");
    let head = ResponseHead { content_length: Some(body.len() as u64), ..ok("application/json") };
    respond(&mut exchange, &head).unwrap();
    let (first, second) = body.split_at(9);
    assert_eq!(exchange.response_body(first.as_bytes(), false), Some(Vec::new()));
    assert_eq!(exchange.response_body(second.as_bytes(), false), Some(format!("[\"{VALUE}\"]").into_bytes()));
}

#[test]
fn the_last_piece_is_never_emptied() {
    let (mut exchange, _) = sent(&root(""));
    let gzip = ResponseHead { content_encoding: Some("gzip".into()), ..ok("application/json") };
    respond(&mut exchange, &gzip).unwrap();
    // The header is complete, and nothing follows it.
    let header = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255, 3, 0];
    let got = exchange.response_body(&header, true).unwrap_or_else(|| header.to_vec());
    assert!(!got.is_empty());
}

#[test]
fn a_body_that_is_not_what_its_encoding_says_passes() {
    for size in [1, 5, 100] {
        let (mut exchange, placeholder) = sent(&root(""));
        let gzip = ResponseHead { content_encoding: Some("gzip".into()), ..ok("application/json") };
        respond(&mut exchange, &gzip).unwrap();
        let body = format!("[\"{placeholder}\"]");
        let mut got = Vec::new();
        for chunk in body.as_bytes().chunks(size) {
            got.extend(exchange.response_body(chunk, false).unwrap_or_else(|| chunk.to_vec()));
        }
        got.extend(exchange.response_body(b"", true).unwrap_or_default());
        assert_eq!(String::from_utf8(got).unwrap(), format!("[\"{VALUE}\"]"), "{size}");
    }
}

#[test]
fn a_context_that_has_not_seen_its_request_leaves_the_response_masked() {
    let root = root("");
    let (_, placeholder) = sent(&root);
    let mut fresh = Exchange::new(root);
    let (answering, line) = respond_kept(&mut fresh, &ok("application/json"), None);
    let unseen = Answering { note: "request-unseen".into(), rewrites: false, closes: false };
    assert_eq!((answering, line.is_some_and(|line| line.level == Level::Error)), (Some(unseen), true));
    assert_eq!(recover(&mut fresh, [None, None]), None, "it is said once");
    assert_eq!(fresh.response_body(placeholder.as_bytes(), true), None);
}

#[test]
fn a_response_of_the_gateways_own_raises_no_alarm() {
    let mut fresh = Exchange::new(root(""));
    let own = ResponseHead { is_gateways_own: true, ..ok("application/json") };
    assert_eq!(respond_kept(&mut fresh, &own, None), (None, None));
    let root = root("");
    let (mut asked, _) = sent(&root);
    let answering = respond(&mut asked, &own).unwrap();
    assert!(answering.rewrites, "a request that was seen is restored, whoever answers");
}

#[test]
fn a_context_that_takes_over_restores_by_what_was_kept() {
    let root = root("");
    for (kind, length) in [("application/json", None), ("application/json", Some(60)), ("text/event-stream", None)] {
        let (mut lost, placeholder) = sent(&root);
        let request = lost.request_keepsake().unwrap();
        respond(&mut lost, &ResponseHead { content_length: length, ..ok(kind) }).unwrap();
        let kept = lost.response_keepsake().unwrap();
        let mut fresh = Exchange::new(root.clone());
        assert_eq!(recover(&mut fresh, [Some(&request), Some(&kept)]), None);
        let rest = format!("data: \"of {placeholder}\"\n\n");
        let (first, second) = rest.split_at(30);
        let mut got = Vec::new();
        for (chunk, end) in [(first, false), (second, length.is_none())] {
            got.extend(fresh.response_body(chunk.as_bytes(), end).unwrap_or_else(|| chunk.into()));
        }
        assert_eq!(String::from_utf8(got).unwrap(), format!("data: \"of {VALUE}\"\n\n"), "{kind} {length:?}");
    }
    for kept in [None, Some(&b"nonsense"[..])] {
        assert!(recover(&mut Exchange::new(root.clone()), [kept, kept]).is_some());
    }
}

#[test]
fn a_context_that_takes_over_before_the_response_restores_all_of_it() {
    let root = root("");
    let (lost, placeholder) = sent(&root);
    let kept = lost.request_keepsake().unwrap();
    let mut fresh = Exchange::new(root.clone());
    let answering = respond_kept(&mut fresh, &ok("application/json"), Some(&kept));
    assert_eq!(answering, (Some(Answering { note: "masked=1".into(), rewrites: true, closes: false }), None));
    let got = fresh.response_body(format!("[\"{placeholder}\"]").as_bytes(), true).unwrap();
    assert_eq!(String::from_utf8(got).unwrap(), format!("[\"{VALUE}\"]"));

    // Between the headers and the body, the next context masks like the lost one would have.
    let mut headers = Exchange::new(root.clone());
    headers.request_headers(post("application/json"), NOW).unwrap();
    for (kept, masks) in [(headers.request_keepsake(), true), (lost.request_keepsake(), false), (None, false)] {
        let mut fresh = Exchange::new(root.clone());
        fresh.resume(|| kept, |gateway| RequestHead { gateway, ..post("application/json") });
        let body = fresh.request_body(Some(format!("[\"{VALUE}\"]").as_bytes()), NOW);
        assert_eq!(body.is_ok(), masks);
    }

    // Before the body there is nothing to restore, and that is not an alarm.
    let mut headers = Exchange::new(root.clone());
    let get = RequestHead { gateway: Gateway::Kong, method: "GET".into(), ..RequestHead::default() };
    headers.request_headers(get, NOW).unwrap();
    let kept = headers.request_keepsake().unwrap();
    let (answering, line) = respond_kept(&mut Exchange::new(root), &ok("text/plain"), Some(&kept));
    assert_eq!((answering.unwrap().note.as_str(), line), ("masked=0", None));
}

#[test]
fn what_a_host_that_keeps_requests_tells_of_one_that_was_not_seen() {
    let take_over = |kept: Option<&[u8]>| {
        let (answering, line) = respond_kept(&mut Exchange::new(root("")), &ok("application/json"), kept);
        (answering.map(|answering| answering.note).unwrap_or_default(), line.unwrap())
    };
    let cases = [
        (Some(&b"unseen"[..]), "request-unmasked", Level::Error, "A REQUEST LEFT UNMASKED: "),
        (Some(b"bypassed"), "", Level::Warn, "refused a request: AWS_MASKER_2006 Bypassed"),
        (Some(b""), "request-unseen", Level::Error, "left a response masked: "),
        (None, "request-unseen", Level::Error, "left a response masked: "),
    ];
    for (kept, note, level, text) in cases {
        let (noted, line) = take_over(kept);
        assert_eq!((noted.as_str(), line.level), (note, level), "{kept:?}");
        assert!(line.text.starts_with(text), "{}", line.text);
    }
}

#[test]
fn the_path_of_the_health_is_answered_on_any_route() {
    let ask = |method: &str, path: &str| {
        let mut exchange = Exchange::new(root(r#","scope":{"header":"x-tenant"}"#));
        let head = RequestHead { method: method.into(), path: path.into(), ..RequestHead::default() };
        let health = exchange.request_headers(head, NOW);
        (health.map(|health| health.map(|health| health.status)), respond(&mut exchange, &ok("text/plain")))
    };
    for path in ["/v1/aws-masker/readyz", "/aws-masker/readyz?verbose"] {
        assert_eq!(ask("GET", path), (Ok(Some(200)), None), "{path}");
    }
    assert_eq!(ask("POST", "/v1/aws-masker/readyz").0, Err(Refusal::Scope));
    assert_eq!(ask("GET", "/v1/aws-masker/readyz/x").0, Err(Refusal::Scope));
}

#[test]
fn a_request_without_a_body_passes_and_its_answer_is_looked_through() {
    let mut exchange = Exchange::new(root(""));
    exchange.request_headers(RequestHead { method: "GET".into(), ..RequestHead::default() }, NOW).unwrap();
    let answering = respond(&mut exchange, &ok("application/json")).unwrap();
    assert_eq!(answering, Answering { note: "masked=0".into(), rewrites: true, closes: false });
    let mut head = Exchange::new(root(""));
    head.request_headers(RequestHead { method: "HEAD".into(), ..RequestHead::default() }, NOW).unwrap();
    assert!(!respond(&mut head, &ok("application/json")).unwrap().rewrites);
}

#[test]
fn a_connection_is_closed_before_the_host_holds_too_much_for_it() {
    let root = root("");
    let body = format!("{VALUE} {}", "word ".repeat(2 << 20));
    let mut closes = Vec::new();
    for turn in 0..8 {
        let mut exchange = Exchange::new(root.clone());
        let connection = Some(vec![b'0' + turn % 2]);
        exchange.request_headers(RequestHead { connection, ..post("text/plain") }, NOW).unwrap();
        exchange.request_body(Some(body.as_bytes()), NOW).unwrap();
        closes.push(respond(&mut exchange, &ok("text/plain")).unwrap().closes);
        exchange.end();
    }
    assert_eq!(closes, [false, false, false, false, false, false, true, true]);
}

#[test]
fn restored_thinking_goes_back_unchanged() {
    let root = root(r#","restore_thinking":true"#);
    let (mut exchange, placeholder) = sent(&root);
    respond(&mut exchange, &ok("application/json")).unwrap();
    let message = |text: &str| {
        format!(r#"{{"type":"message","content":[{{"type":"thinking","thinking":"{text}","signature":"s"}}]}}"#)
    };
    let wrote = placeholder.to_lowercase();
    let shown = exchange.response_body(message(&wrote).as_bytes(), true).unwrap();
    assert_eq!(String::from_utf8(shown).unwrap(), message(VALUE));
    exchange.end();
    let mut next = Exchange::new(root);
    next.request_headers(post("application/json"), NOW).unwrap();
    let request = |text: &str| format!(r#"{{"messages":[{}]}}"#, message(text));
    let sent = next.request_body(Some(request(VALUE).as_bytes()), NOW).unwrap();
    assert_eq!(sent, Some(request(&wrote).into_bytes()));
}

#[test]
fn kinds_that_are_never_restored() {
    let (mut exchange, placeholder) = sent(&root(r#","never_restore":["ec2_instance"]"#));
    respond(&mut exchange, &ok("text/plain")).unwrap();
    assert_eq!(exchange.response_body(format!("{placeholder}.").as_bytes(), true), None);
}

/// Who sees what, by name; one whose name is unclear may be anybody, and sees nothing.
#[test]
fn what_each_client_sees() {
    let rules = r#","restore":{"ci":"placeholders","ops":"values","net":["private_ip"],"dev":["compute"]}"#;
    let rest = r#","restore":{"ops":"values","*":"placeholders"}"#;
    let named = |name: &str| Client::Named(name.to_owned());
    for (rules, client, sees) in [
        (rules, named("ci"), false),
        (rules, named("ops"), true),
        (rules, named("net"), false),
        (rules, named("dev"), true),
        (rules, named("somebody"), true),
        (rules, Client::Unnamed, true),
        (rules, Client::Unclear, false),
        (rest, named("ops"), true),
        (rest, named("OPS"), false),
        (rest, Client::Unnamed, false),
        ("", Client::Unclear, true),
    ] {
        let root = root(rules);
        assert_eq!(Exchange::new(root.clone()).client_header().is_some(), !rules.is_empty());
        for taken_over in [false, true] {
            let mut exchange = Exchange::new(root.clone());
            exchange.request_headers(RequestHead { client: client.clone(), ..post("application/json") }, NOW).unwrap();
            let body = exchange.request_body(Some(format!("[\"{VALUE}\"]").as_bytes()), NOW).unwrap().unwrap();
            let kept = exchange.request_keepsake();
            let mut exchange = if taken_over { Exchange::new(root.clone()) } else { exchange };
            respond_kept(&mut exchange, &ok("application/json"), kept.as_deref()).0.unwrap();
            let restored = exchange.response_body(&body, true);
            assert_eq!(
                restored,
                sees.then(|| format!("[\"{VALUE}\"]").into_bytes()),
                "{rules} {client:?} {taken_over}"
            );
            let Phase::Restoring(_, restoring) = &exchange.phase else { panic!("{:?}", exchange.phase) };
            let tally = restoring.tally();
            assert_eq!((tally.restored, tally.withheld, tally.unresolved), (sees.into(), (!sees).into(), 0));
        }
    }
}

#[test]
fn the_name_of_a_client() {
    let headers = |pairs: &[(&str, &str)]| {
        let mut bytes = u32::try_from(pairs.len()).unwrap().to_le_bytes().to_vec();
        for text in pairs.iter().flat_map(|(name, value)| [name, value]) {
            bytes.extend(u32::try_from(text.len()).unwrap().to_le_bytes());
        }
        for text in pairs.iter().flat_map(|(name, value)| [name, value]) {
            bytes.extend(text.bytes().chain([0]));
        }
        bytes
    };
    let many: Vec<_> = (0..100).map(|_| ("x-a", "b")).collect();
    for (pairs, client) in [
        (&[("a", "b"), ("X-User", "ci")][..], Client::Named("ci".into())),
        (&[("a", "b")], Client::Unnamed),
        (&[("x-user", "ci"), ("x-user", "ops")], Client::Unclear),
        (&many, Client::Unclear),
    ] {
        assert_eq!(Client::read(&headers(pairs), "x-user"), client, "{pairs:?}");
    }
    assert_eq!(Client::read(b"", "x-user"), Client::Unclear);
}

/// With a guard, the call of a tool keeps what it would send away, and the log says so.
#[test]
fn what_a_tool_is_called_with() {
    let call = |text: &str| {
        format!(
            r#"{{"type":"message","content":[{{"type":"tool_use","id":"t","name":"sh","input":{{"command":"{text}"}}}}]}}"#
        )
    };
    let guard = r#","restore_guard":"tool_urls","restore_hosts":["private","*.acme.example"]"#;
    for (rules, host, restores) in [
        ("", "example.com", true),
        (guard, "example.com", false),
        (guard, "api.acme.example", true),
        (guard, "127.0.0.1", false),
        (r#","restore_guard":"tool_urls""#, "127.0.0.1", true),
    ] {
        let (mut exchange, placeholder) = sent(&root(rules));
        respond(&mut exchange, &ok("application/json")).unwrap();
        let command = |value: &str| call(&format!("curl http://{host}/?x={value}"));
        let restored = exchange.response_body(command(&placeholder).as_bytes(), true);
        assert_eq!(restored, restores.then(|| command(VALUE).into_bytes()), "{rules} {host}");
        let line = (!restores).then(|| super::line::guard_line(1));
        assert_eq!(exchange.end(), line, "{rules} {host}");
    }
}

#[test]
fn the_log_line_has_counts_only() {
    let (mut exchange, placeholder) = sent(&root(r#","log_masked_requests":true"#));
    respond(&mut exchange, &ok("text/plain")).unwrap();
    exchange.response_body(format!("{placeholder}.").as_bytes(), true);
    let line = "exchange outcome=masked scope=default response=restored kinds=ec2_instance:1 status=200 masked=1 restored=1 \
                request_bytes=23 response_bytes=21";
    assert_eq!(exchange.end().as_deref(), Some(line));
    assert_eq!(sent(&root("")).0.end(), None);
}

#[test]
fn an_observed_exchange_passes_as_it_came() {
    let root = root(r#","mode":"observe""#);
    let body = format!("[\"{VALUE}\"]");
    let encoded = || RequestHead { content_encoding: Some("compress".into()), ..post("application/json") };
    let upgrade = RequestHead { upgrade: Some("websocket".into()), ..post("application/json") };
    let cases: [(RequestHead, Option<&[u8]>, &str); 6] = [
        (post("application/json"), Some(body.as_bytes()), "would-mask=1"),
        (post("application/json"), Some(b"[]"), "would-mask=0"),
        (post("application/json"), Some(b"{"), "would-refuse=AWS_MASKER_6002"),
        (post("application/json"), None, "would-refuse=AWS_MASKER_2003"),
        (encoded(), Some(b"{}"), "would-refuse=AWS_MASKER_2004"),
        (upgrade, Some(b"{}"), "would-refuse=AWS_MASKER_2007"),
    ];
    for (head, body, note) in cases {
        let mut exchange = Exchange::new(root.clone());
        assert_eq!(exchange.request_headers(head, NOW), Ok(None), "{note}");
        assert!(!exchange.decodes_request(), "{note}");
        exchange.request_body_begins();
        assert_eq!(exchange.request_trailers(), Ok(()), "{note}");
        assert_eq!(exchange.request_body(body, NOW), Ok(None), "{note}");
        assert_eq!(exchange.request_keepsake(), None, "{note}");
        let answering = respond(&mut exchange, &ok("application/json")).unwrap();
        assert_eq!(answering, Answering { note: note.into(), rewrites: false, closes: false });
        assert_eq!(exchange.response_body(br#"{"text":"AWS_EC2_7KQ2M9XA4TBN"}"#, true), None, "{note}");
    }
    // A context that has not seen the request's headers.
    let mut lost = Exchange::new(root.clone());
    assert_eq!(lost.request_body(Some(body.as_bytes()), NOW), Ok(None));
    assert_eq!(respond_kept(&mut lost, &ok("application/json"), Some(b"unseen")), (None, None));
    assert_eq!(root.health(NOW).status, 200);
}

#[test]
fn what_is_done_about_a_kind() {
    const KEY: &str = "AKIAQ3EGRLBXKZ7N4T2M";
    let cases = [
        (r#"{"secrets":"refuse"}"#, Err("access_key_id")),
        (r#"{"access_key_id":"refuse"}"#, Err("access_key_id")),
        (r#"{"access_key_id":"mask","secrets":"refuse"}"#, Ok("an answer")),
        (r#"{"compute":"refuse"}"#, Ok("an answer")),
        (r#"{"custom":"refuse"}"#, Ok("an answer")),
        (r#"{"secrets":"one_way"}"#, Ok("a placeholder")),
        (r#"{"secrets":"alert"}"#, Ok("an answer")),
        ("{}", Ok("an answer")),
    ];
    for (actions, expected) in cases {
        let mut exchange = Exchange::new(root(&format!(r#","actions":{actions}"#)));
        exchange.request_headers(post("application/json"), NOW).unwrap();
        let masked = match (exchange.request_body(Some(format!("[\"{KEY}\"]").as_bytes()), NOW), expected) {
            (Ok(masked), Ok(_)) => String::from_utf8(masked.unwrap()).unwrap(),
            (masked, Err(kind)) => {
                assert_eq!(masked, Err(Refusal::Kind(kind)), "{actions}");
                continue;
            }
            (masked, Ok(_)) => panic!("{actions}: {masked:?}"),
        };
        assert!(!masked.contains(KEY), "{actions}");
        respond(&mut exchange, &ok("application/json"));
        let restored = exchange.response_body(masked.as_bytes(), true).map(|out| String::from_utf8(out).unwrap());
        let is_restored = restored.is_some_and(|restored| restored.contains(KEY));
        assert_eq!(is_restored, expected == Ok("an answer"), "{actions}");
        let line = exchange.end();
        let alarms = line.as_deref() == Some("alert: a request held access_key_id=1");
        assert_eq!(alarms, actions.contains("alert"), "{actions}: {line:?}");
    }
}
