use std::collections::HashMap;

use contract::{Mapping, SyncRequest, SyncResponse};
use log::Level;
use masking::json::JsonError;
use masking::{Format, MaskError};

use super::super::head::RequestHead;
use super::*;
use crate::instance;
use crate::instance::root::{Entries, Root};
use crate::instance::sidecar::{Call as SidecarCall, Reply};
use crate::instance::worker::zone::OwnZone;

const VALUE: &str = "i-0123456789abcdef0";
const OTHER: &str = "i-0fedcba9876543210";
const JSON: &str = "application/json";
const EVENTS: &str = "text/event-stream";

/// A worker with an entry in front of a provider and one in front of a trusted server, and the vault.
struct Rig {
    entries: Entries,
    provider: Root,
    server: Root,
    vault: HashMap<(String, String), Mapping>,
    now: TimeOfDay,
}

impl Rig {
    fn new() -> Self {
        Self::with("")
    }

    fn with(more: &str) -> Self {
        let mut rig = Self::unsettled(more);
        rig.settle();
        rig
    }

    /// Before the sidecar has answered.
    fn unsettled(more: &str) -> Self {
        let mut entries = Entries::default();
        let (mut provider, mut server) = (entries.begin(), entries.begin());
        for (root, direction) in [(&mut provider, "to_provider"), (&mut server, "to_client")] {
            let json = format!(
                r#"{{"sidecar":"s:1","sidecar_token":"0123456789abcdef","scope":{{"header":"x-tenant"}},"direction":"{direction}"{more}}}"#
            );
            let complaint = entries.configure(root, json.as_bytes(), |_| None, direction.into(), TimeOfDay(1));
            assert_eq!(complaint, None);
        }
        Self { entries, provider, server, vault: HashMap::new(), now: TimeOfDay(1) }
    }

    /// Another worker in front of the same vault.
    fn another(&self) -> Self {
        let mut rig = Self { vault: self.vault.clone(), ..Self::unsettled("") };
        rig.settle();
        rig
    }

    /// Lets everything that is owed and asked for reach the vault, and its answers arrive.
    fn settle(&mut self) {
        for _ in 0..20 {
            self.now.0 += 100;
            for root in [self.provider.clone(), self.server.clone()] {
                if let Some(call) = root.tick(self.now) {
                    let body = Some(self.answer(&call));
                    let reply = Reply { status: Some("200".into()), body, host_word: &|| None };
                    assert_eq!(root.on_reply(self.now, &reply, &OwnZone::default()), None);
                }
            }
        }
    }

    fn answer(&mut self, call: &SidecarCall) -> Vec<u8> {
        let request: SyncRequest = serde_json::from_slice(&call.body).unwrap();
        let key = |scope: &str, placeholder: &str| (scope.to_owned(), placeholder.to_owned());
        for mapping in request.mappings.clone() {
            self.vault.insert(key(&mapping.scope, &mapping.placeholder), mapping);
        }
        let wanted = request.wanted.iter();
        let found = wanted.filter_map(|it| self.vault.get(&key(&it.scope, &it.placeholder))).cloned().collect();
        let answer = SyncResponse { found, ..instance::tests::answer(&request) };
        serde_json::to_vec(&answer).unwrap()
    }

    fn begin(&self, root: &Root, scope: &str, content_type: &str) -> Result<Exchange, Refusal> {
        let mut exchange = Exchange::new(root.clone());
        let head = RequestHead {
            gateway: Gateway::Kong,
            method: "POST".into(),
            content_type: Some(content_type.into()),
            scope: Some(scope.into()),
            ..RequestHead::default()
        };
        exchange.request_headers(head, self.now).map(|_| exchange)
    }

    /// The placeholder that the provider's entry has put in the place of a value.
    fn placeholder(&self, scope: &str, value: &str) -> String {
        let mut exchange = self.begin(&self.provider, scope, "text/plain").unwrap();
        text(exchange.request_body(Some(value.as_bytes()), self.now).unwrap().unwrap())
    }

    /// The body that the server gets; the exchange goes on.
    fn call(&self, scope: &str, body: &str) -> (Exchange, Result<String, Refusal>) {
        let mut exchange = self.begin(&self.server, scope, JSON).unwrap();
        let sent = exchange.request_body(Some(body.as_bytes()), self.now);
        (exchange, sent.map(|sent| sent.map_or(body.to_owned(), text)))
    }

    /// An exchange whose request was forwarded.
    fn called(&self) -> Exchange {
        self.call("a", r#"{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"t"}}"#).0
    }
}

fn text(body: impl Into<Vec<u8>>) -> String {
    String::from_utf8(body.into()).unwrap()
}

fn tool_call(argument: &str) -> String {
    format!(
        r#"{{"jsonrpc":"2.0","id":"i-x","method":"tools/call","params":{{"name":"t","arguments":{{"on":"{argument}"}}}}}}"#
    )
}

/// The headers of a response with this type, or without one.
fn ok(content_type: &str) -> ResponseHead {
    let content_type = Some(content_type.to_owned()).filter(|content_type| !content_type.is_empty());
    ResponseHead { status: 200, content_type, ..ResponseHead::default() }
}

/// The response as the client gets it, cut into pieces of this size.
fn receive(exchange: &mut Exchange, head: &ResponseHead, body: &[u8], size: usize) -> String {
    let (answering, _) = exchange.response_headers(head, TimeOfDay(9), || None);
    assert!(answering.is_some_and(|answering| answering.rewrites), "{head:?}");
    let mut got = Vec::new();
    for chunk in body.chunks(size) {
        got.extend(exchange.response_body(chunk, false).unwrap_or_else(|| chunk.to_vec()));
        assert!(!text(got.clone()).contains(VALUE));
    }
    got.extend(exchange.response_body(b"", true).unwrap_or_default());
    text(got)
}

#[test]
fn arguments_arrive_restored_without_a_call() {
    let rig = Rig::new();
    let placeholder = rig.placeholder("a", VALUE);
    let (mut exchange, sent) = rig.call("a", &tool_call(&placeholder));
    assert_eq!(sent.unwrap(), tool_call(VALUE));
    let (answering, _) = exchange.response_headers(&ok(JSON), rig.now, || None);
    assert_eq!(answering.unwrap().note, "restored=1");
    let (_, unchanged) = rig.call("a", &tool_call("nothing"));
    assert_eq!(unchanged.unwrap(), tool_call("nothing"));
}

#[test]
fn an_unknown_placeholder_is_asked_for() {
    let mut rig = Rig::new();
    let placeholder = rig.placeholder("a", VALUE);
    rig.settle();
    let mut another = rig.another();
    let (exchange, sent) = another.call("a", &tool_call(&placeholder));
    assert_eq!(sent, Err(Refusal::UnknownPlaceholder));
    assert_eq!(Refusal::UnknownPlaceholder.retry_after(), Some("1"));
    let body = exchange.refusal_body(Refusal::UnknownPlaceholder);
    assert!(
        body.starts_with(r#"{"jsonrpc":"2.0","id":"i-x","error":{"code":-32603,"message":"AWS_MASKER_3001: "#),
        "{body}"
    );
    another.settle();
    assert_eq!(another.call("a", &tool_call(&placeholder)).1.unwrap(), tool_call(VALUE));
}

#[test]
fn a_placeholder_of_another_scope_stays() {
    let mut rig = Rig::new();
    let foreign = rig.placeholder("b", VALUE);
    assert_eq!(rig.call("a", &tool_call(&foreign)).1, Err(Refusal::UnknownPlaceholder), "it could be anybody's");
    rig.settle();
    assert_eq!(rig.call("a", &tool_call(&foreign)).1.unwrap(), tool_call(&foreign));
    assert_eq!(rig.call("b", &tool_call(&foreign)).1.unwrap(), tool_call(VALUE));
    // It is asked for again in the background: it may be of this scope by now.
    let again = rig.server.tick(TimeOfDay(rig.now.0 + 100)).map(|call| text(call.body)).unwrap_or_default();
    assert!(again.contains(&foreign), "{again}");
}

#[test]
fn what_is_never_restored_stays() {
    let rig = Rig::with(r#","never_restore":["ec2_instance"]"#);
    let placeholder = rig.placeholder("a", VALUE);
    assert_eq!(rig.call("a", &tool_call(&placeholder)).1.unwrap(), tool_call(&placeholder));
}

#[test]
fn results_are_masked_however_they_are_cut() {
    let mut rig = Rig::new();
    let placeholder = rig.placeholder("a", VALUE);
    let message = |value: &str| {
        format!(
            r#"{{"jsonrpc":"2.0","id":7,"result":{{"content":[{{"type":"text","text":"up: {value}"}}],"structuredContent":{{"id":"{value}"}}}}}}"#
        )
    };
    let (plain, masked) = (message(VALUE), message(&placeholder));
    let escaped = plain.replace("i-0123", "\\u0069-0123");
    let log = |value: &str| {
        format!(r#"{{"jsonrpc":"2.0","method":"notifications/message","params":{{"level":"info","data":"{value}"}}}}"#)
    };
    let split = |value: &str| {
        format!("data: {{\ndata: \"jsonrpc\":\"2.0\",\"id\":7,\"error\":{{\"code\":1,\"message\":\"{value}\"}}}}\n\n")
    };
    let cases = [
        (JSON, plain.clone(), masked.clone()),
        (JSON, escaped, masked.clone()),
        (JSON, format!("[{plain},{}]", log(VALUE)), format!("[{masked},{}]", log(&placeholder))),
        ("", plain.replace("i-0", "\\u0069-0"), masked.clone()),
        ("", format!("no such instance: {VALUE}"), format!("no such instance: {placeholder}")),
        ("text/plain", format!("no such instance: {VALUE}"), format!("no such instance: {placeholder}")),
        ("text/html; charset=utf-8", plain.replace("i-0", "\\u0069-0"), masked.clone()),
        ("application/problem+json", format!(r#"{{"title":"{VALUE}"}}"#), format!(r#"{{"title":"{placeholder}"}}"#)),
        ("application/x-ndjson", format!("[\"{VALUE}\"]\n[1]\n"), format!("[\"{placeholder}\"]\n[1]\n")),
        (
            EVENTS,
            format!(
                "id: 1\ndata: \n\nevent: message\ndata: {}\n\nevent: message\r\nid: 2\r\ndata: {plain}\r\n\r\n",
                log(VALUE)
            ),
            format!(
                "id: 1\ndata: \n\nevent: message\ndata: {}\n\nevent: message\nid: 2\ndata: {masked}\n\n",
                log(&placeholder)
            ),
        ),
        (EVENTS, format!(": ping {VALUE}\n\n"), ":\n\n".into()),
        (
            EVENTS,
            format!("event: endpoint\ndata: /sse?id={VALUE}\n\n"),
            format!("event: endpoint\ndata: /sse?id={placeholder}\n\n"),
        ),
        (EVENTS, split(VALUE), split(&placeholder)),
        (EVENTS, format!("data: {plain}\n"), format!("data: {masked}\n\n")),
        (EVENTS, ":\n\nretry: 5\nid: 3\ndata\n\n".into(), ":\n\nretry: 5\nid: 3\ndata\n\n".into()),
    ];
    for (content_type, body, expected) in cases {
        for size in [1, 2, 7, 64, 4096] {
            let got = receive(&mut rig.called(), &ok(content_type), body.as_bytes(), size);
            // Of a CR LF cut in two, the LF is a blank line of its own.
            assert_eq!(got.replace("\n\n\n", "\n\n"), expected, "{content_type} by {size}");
        }
    }
    rig.settle();
    assert_eq!(rig.vault.len(), 1, "the same value has the same placeholder");
}

#[test]
fn new_values_of_results_are_owed_and_come_back() {
    let mut rig = Rig::new();
    let masked = receive(&mut rig.called(), &ok("text/plain"), OTHER.as_bytes(), 4096);
    assert!(masked.starts_with("AWS_EC2_"));
    assert_eq!(rig.call("a", &tool_call(&masked)).1.unwrap(), tool_call(OTHER));
    rig.settle();
    assert_eq!(rig.vault[&("a".to_owned(), masked)].value.expose(), OTHER);
}

#[test]
fn what_cannot_be_masked_is_withheld() {
    let rig = Rig::new();
    let error =
        |id: &str, code: &str| format!(r#"{{"jsonrpc":"2.0","id":{id},"error":{{"code":-32603,"message":"{code}: "#);
    let withheld = error("7", "AWS_MASKER_3002");
    let long = format!("[\"{VALUE}\",\"{}\"]", "x".repeat(2 << 10));
    let event = format!("event: message\ndata: {withheld}");
    let gzip = ResponseHead { content_encoding: Some("gzip".into()), ..ok(JSON) };
    let unknown = ResponseHead { content_encoding: Some("x".into()), ..ok(EVENTS) };
    let cases: Vec<(ResponseHead, Vec<u8>, &str)> = vec![
        (ok("image/png"), VALUE.into(), &withheld),
        (ok("application/vnd.amazon.eventstream"), VALUE.into(), &withheld),
        (ok("application/json; charset=utf-16"), VALUE.into(), &withheld),
        (ok(""), [b"\x89PNG", VALUE.as_bytes()].concat(), &withheld),
        (ok(""), VALUE.bytes().flat_map(|byte| [byte, 0]).collect(), &withheld),
        (unknown, VALUE.into(), &withheld),
        (gzip, VALUE.into(), &withheld),
        (ok(JSON), format!("{{\"a\":\"{VALUE}\"").into(), &withheld),
        (ok(JSON), format!("{{\"a\":NaN,\"b\":\"{VALUE}\"}}").into(), &withheld),
        (ok(JSON), [b"\"\xff", VALUE.as_bytes(), b"\""].concat(), &withheld),
        (ok("text/plain"), VALUE.bytes().flat_map(|byte| [byte, 0]).collect(), &withheld),
        (ok(""), format!("{{\"a\":NaN,\"b\":\"{}\"}}", VALUE.replace('i', "\\u0069")).into(), &withheld),
        (ok(JSON), long.clone().into(), &withheld),
        (ok(EVENTS), format!("data: {{\"a\":NaN,\"b\":\"{VALUE}\"}}\n\n").into(), &event),
        (ok(EVENTS), format!("data: {{\"a\":\"{VALUE}").into(), &event),
        (ok(EVENTS), format!("data: {long}\n\ndata: {VALUE}\n\n").into(), &event),
    ];
    for (head, body, expected) in cases {
        for size in [1, 50, 4096] {
            let mut exchange = rig.called();
            let got = receive(&mut exchange, &head, &body, size);
            assert!(got.starts_with(expected), "{head:?} by {size}: {got}");
            assert_eq!(got.matches("error").count(), 1, "it is told once: {got}");
            if !got.starts_with("event") {
                assert!(serde_json::from_str::<serde_json::Value>(&got).is_ok(), "{got}");
            }
            assert!(!got.contains(VALUE), "{got}");
        }
    }
    let mut exchange = rig.called();
    receive(&mut exchange, &ok("image/png"), b"x", 1);
    let line = exchange.end();
    assert_eq!(line.as_deref(), Some("withheld a response: AWS_MASKER_3002 ResponseType (1 with that code)"));
}

#[test]
fn after_an_unreadable_event_the_stream_goes_on() {
    let rig = Rig::new();
    let placeholder = rig.placeholder("a", VALUE);
    let body = format!("data: {{x}}\n\ndata: [\"{VALUE}\"]\n\n");
    let got = receive(&mut rig.called(), &ok(EVENTS), body.as_bytes(), 5);
    assert!(got.contains("AWS_MASKER_3002") && got.ends_with(&format!("\n\ndata: [\"{placeholder}\"]\n\n")), "{got}");
}

#[test]
fn a_response_without_a_body_passes() {
    let rig = Rig::new();
    let head = |status, content_length| ResponseHead { status, content_length, ..ResponseHead::default() };
    for (response, rewrites) in [(head(204, None), false), (head(200, Some(0)), false), (head(202, None), true)] {
        let mut exchange = rig.called();
        let (answering, _) = exchange.response_headers(&response, rig.now, || None);
        assert_eq!(answering.unwrap().rewrites, rewrites);
        assert_eq!(exchange.response_body(b"", true), None, "{response:?}");
        assert_eq!(exchange.end(), None);
    }
}

#[test]
fn a_response_of_known_length_ends_when_its_bytes_have_come() {
    let rig = Rig::new();
    let placeholder = rig.placeholder("a", VALUE);
    let body = format!("[\"{VALUE}\"]");
    let mut exchange = rig.called();
    let head = ResponseHead { content_length: Some(body.len() as u64), ..ok(JSON) };
    exchange.response_headers(&head, rig.now, || None);
    let (first, second) = body.as_bytes().split_at(9);
    assert_eq!(exchange.response_body(first, false), Some(Vec::new()));
    assert_eq!(exchange.response_body(second, false).map(text), Some(format!("[\"{placeholder}\"]")));
}

#[test]
fn bytes_that_the_host_cannot_show_do_not_pass() {
    let rig = Rig::new();
    let mut exchange = rig.called();
    exchange.response_headers(&ok(JSON), rig.now, || None);
    let got = exchange.response_body_unreadable(false).map(text).unwrap();
    assert!(got.contains("AWS_MASKER_3002"), "{got}");
    assert_eq!(exchange.response_body_unreadable(true), Some(b"\n".to_vec()));
}

#[test]
fn a_stream_that_the_client_only_listens_to() {
    let rig = Rig::new();
    let placeholder = rig.placeholder("a", VALUE);
    let mut exchange = rig.begin(&rig.server, "a", JSON).unwrap();
    let got = receive(&mut exchange, &ok(EVENTS), format!("data: [\"{VALUE}\"]\n\ndata: {{\n\n").as_bytes(), 3);
    assert_eq!(got, format!("data: [\"{placeholder}\"]\n\n: AWS_MASKER_3002\n\n"));
}

#[test]
fn what_is_refused() {
    let refused = |rig: &Rig, body: Option<&[u8]>| {
        let mut exchange = rig.begin(&rig.server, "a", JSON).unwrap();
        let refusal = exchange.request_body(body, rig.now).unwrap_err();
        let answer = exchange.refusal_body(refusal);
        assert!(answer.starts_with(r#"{"jsonrpc":"2.0","id":"#), "{answer}");
        // The refusal itself passes unchanged.
        assert_eq!(exchange.response_headers(&ok(JSON), rig.now, || None).0, None);
        assert_eq!(exchange.response_body(b"x", true), None);
        refusal
    };
    let rig = Rig::new();
    let json = |error| Refusal::Mask(Format::Json, error);
    assert_eq!(refused(&rig, None), Refusal::BodyUnreadable);
    assert_eq!(refused(&rig, Some(b"{")), json(MaskError::Json(JsonError::Syntax { at: 1 })));
    assert_eq!(refused(&rig, Some(b"\"\xff\"")), json(MaskError::Encoding));
    assert_eq!(rig.begin(&rig.server, "a b", JSON).err(), Some(Refusal::Scope));
    // No key has arrived: the response could not be masked.
    let unsettled = Rig::unsettled("");
    assert_eq!(unsettled.begin(&unsettled.server, "a", JSON).err(), Some(Refusal::NoKeyring));
    let mut trailers = rig.begin(&rig.server, "a", JSON).unwrap();
    trailers.request_body_begins();
    assert_eq!(trailers.request_trailers(), Err(Refusal::Trailers));
}

/// A context that takes over from a lost one.
fn fresh(rig: &Rig) -> Exchange {
    Exchange::new(rig.server.clone())
}

#[test]
fn another_context_continues() {
    let rig = Rig::new();
    let placeholder = rig.placeholder("a", VALUE);
    // After the request's headers.
    let asked = rig.begin(&rig.server, "a", JSON).unwrap();
    let mut exchange = fresh(&rig);
    let head = |_| RequestHead { method: "POST".into(), content_type: Some(JSON.into()), ..RequestHead::default() };
    exchange.resume(|| asked.request_keepsake(), head);
    let sent = exchange.request_body(Some(tool_call(&placeholder).as_bytes()), rig.now).unwrap();
    assert_eq!(sent.map(text), Some(tool_call(VALUE)));
    // After its body.
    let kept = exchange.request_keepsake();
    let mut exchange = fresh(&rig);
    exchange.response_headers(&ok(JSON), rig.now, || kept.clone());
    let got = exchange.response_body(format!("[\"{VALUE}\"]").as_bytes(), true);
    assert_eq!(got.map(text), Some(format!("[\"{placeholder}\"]")));
}

#[test]
fn what_another_context_has_begun_is_withheld() {
    let rig = Rig::new();
    let placeholder = rig.placeholder("a", VALUE);
    let rest = format!("{VALUE}\"]\n\ndata: [\"{VALUE}\"]\n\n");
    for (content_type, told) in [(JSON, "{\"jsonrpc\":\"2.0\",\"id\":7"), (EVENTS, "event: message\ndata: {")] {
        let mut begun = rig.called();
        let request = begun.request_keepsake();
        begun.response_headers(&ok(content_type), rig.now, || None);
        let response = begun.response_keepsake();
        let mut exchange = fresh(&rig);
        assert_eq!(exchange.recover(|| [request.clone(), response.clone()]), None);
        let got = exchange.response_body(rest.as_bytes(), true).map(text).unwrap();
        assert!(got.starts_with(told) && !got.contains(VALUE), "{got}");
        assert_eq!(got.contains(&placeholder), content_type == EVENTS, "the next event is whole: {got}");
    }
}

#[test]
fn what_no_context_has_seen_is_withheld() {
    let rig = Rig::new();
    let mut exchange = fresh(&rig);
    let (answering, _) = exchange.response_headers(&ok(JSON), rig.now, || Some(b"unseen".to_vec()));
    assert_eq!(answering.map(|it| (it.note, it.rewrites)), Some(("request-unseen".to_owned(), true)));
    let got = exchange.response_body(VALUE.as_bytes(), true).map(text).unwrap();
    assert!(got.contains("AWS_MASKER_3002"), "{got}");
    let mut middle = fresh(&rig);
    assert_eq!(middle.recover(|| [None, None]), None);
    assert!(!text(middle.response_body(VALUE.as_bytes(), true).unwrap()).contains(VALUE));
    // An answer of Kong's own, for example for an unknown host, has no values in it.
    let mut own = fresh(&rig);
    let head = ResponseHead { is_gateways_own: true, ..ok(JSON) };
    assert_eq!(own.response_headers(&head, rig.now, || None).0, None);
    // The entry's configuration is wrong by now.
    let kept = rig.called().request_keepsake();
    let mut misconfigured = Exchange::new(rig.entries.begin());
    let (_, line) = misconfigured.response_headers(&ok(JSON), rig.now, || kept.clone());
    assert!(line.is_none_or(|line| line.level == Level::Error));
    assert!(!text(misconfigured.response_body(VALUE.as_bytes(), true).unwrap()).contains(VALUE));
}

fn header(name: &str, value: &str) -> (String, String) {
    (name.to_owned(), value.to_owned())
}

#[test]
fn headers_that_repeat_the_body_change_as_it_does() {
    let mut rig = Rig::new();
    let placeholder = rig.placeholder("a", VALUE);
    let bucket = "s3://acme-payroll-prod/x";
    let masked = rig.placeholder("a", bucket);
    let headers = |uri: &str, on: &str| {
        [header("mcp-method", "resources/read"), header("mcp-name", uri), header("mcp-param-on", on), header("x", on)]
    };
    let changes = |uri: &str, on: &str| Ok(vec![header("mcp-name", uri), header("mcp-param-on", on)]);
    let mut exchange = rig.begin(&rig.server, "a", JSON).unwrap();
    assert_eq!(exchange.mirror(&headers(&masked, &placeholder), rig.now), changes(bucket, VALUE));
    let mut exchange = rig.begin(&rig.provider, "a", JSON).unwrap();
    assert_eq!(exchange.mirror(&headers(bucket, VALUE), rig.now), changes(&masked, &placeholder));
    let mut exchange = rig.begin(&rig.server, "a", JSON).unwrap();
    assert_eq!(exchange.mirror(&headers("file:///x", "y"), rig.now), Ok(Vec::new()));
    // One that nobody knows is asked for.
    rig.settle();
    let mut another = rig.another();
    let ask =
        |rig: &Rig| rig.begin(&rig.server, "a", JSON).unwrap().mirror(&headers("file:///x", &placeholder), rig.now);
    assert_eq!(ask(&another), Err(Refusal::UnknownPlaceholder));
    another.settle();
    assert_eq!(ask(&another), Ok(vec![header("mcp-param-on", VALUE)]));
}
