//! Signed thinking that people want to read: restored for them, and sent back as the provider wrote it, whose signature
//! would not hold for anything else.

use kong_host::{Request, Settings, Upstream};
use serde_json::{Value, json};

use crate::dialects::{DIALECTS, Dialect};
use crate::gateway::Gateway;

const TEXT: &str = "Use \"i-0123456789abcdef0\" at 10.20.30.40, 東京.";

/// What the provider thinks about a text, in its own letters: masking the restored text again would not give them.
fn thought(masked: &str) -> String {
    masked.to_lowercase()
}

/// Lets the provider think in reads of so many bytes. Gives what it wrote and what the client read.
#[track_caller]
fn think(gateway: &mut Gateway, name: &str, dialect: &Dialect, size: usize) -> (String, String) {
    let mut wrote = String::new();
    let outcome = gateway.check(name, (dialect.request)(TEXT), |upstream| {
        wrote = thought(&(dialect.heard)(upstream));
        dialect.response([dialect.stream(&wrote, 5).concat()]).in_pieces_of(size)
    });
    (wrote, dialect.text(&outcome.client.body))
}

/// The next request of a conversation in which the assistant thought this.
fn next(dialect: &Dialect, block: &Value) -> Request {
    let Request { path, body, .. } = (dialect.request)("hello");
    let mut body: Value = serde_json::from_slice(&body.expect("a body")).expect("JSON");
    let messages = body["messages"].as_array_mut().expect("messages");
    messages.push(json!({"role": "assistant", "content": [block]}));
    Request::post(&path, body.to_string())
}

fn block_in(upstream: Upstream) -> Value {
    let mut body: Value = serde_json::from_slice(&upstream.body).expect("the upstream gets JSON");
    body["messages"][1]["content"][0].take()
}

/// The block of thinking that arrives upstream, for a client that sends this one.
#[track_caller]
fn sent(gateway: &mut Gateway, name: &str, dialect: &Dialect, block: &Value) -> Value {
    let outcome = gateway.check(name, next(dialect, block), |_| dialect.response(dialect.stream("ok", 8)));
    block_in(outcome.upstream.expect("it goes upstream"))
}

fn thinking_dialects() -> impl Iterator<Item = (&'static Dialect, fn(&str) -> Value)> {
    static ALL: [Dialect; DIALECTS.len()] = DIALECTS;
    ALL.iter().filter_map(|dialect| Some((dialect, dialect.thinking?)))
}

#[test]
fn it_goes_back_as_the_provider_wrote_it() {
    for (dialect, block) in thinking_dialects() {
        for size in (1..40).chain([1_000, 100_000]) {
            let name = format!("{}: {size} bytes a read", dialect.name);
            let mut gateway = dialect.gateway();
            let (wrote, read) = think(&mut gateway, &name, dialect, size);
            assert_eq!(read, TEXT.to_lowercase(), "{name}: what the client reads");
            assert_eq!(sent(&mut gateway, &name, dialect, &block(&read)), block(&wrote), "{name}");
        }
    }
}

/// Another worker asks the sidecar for it. Until it knows, the thinking is masked as any text.
#[test]
fn it_goes_back_through_another_worker() {
    for (dialect, block) in thinking_dialects() {
        let name = dialect.name;
        let mut first = dialect.gateway();
        let (wrote, read) = think(&mut first, name, dialect, 64);
        first.settle();

        let more = json!({"restore_thinking": true});
        let mut second = Gateway::sharing(&first.vault, more, Settings::default()).ready();
        let unknown = sent(&mut second, name, dialect, &block(&read));
        assert_ne!(unknown, block(&wrote), "{name}: nobody told it yet");
        second.settle();
        assert_eq!(sent(&mut second, name, dialect, &block(&read)), block(&wrote), "{name}: the sidecar told it");
    }
}

/// Without the setting nothing of it is touched, in either direction.
#[test]
fn it_stays_as_it_is_by_default() {
    for (dialect, block) in thinking_dialects() {
        let mut gateway = Gateway::new();
        let (wrote, read) = think(&mut gateway, dialect.name, dialect, 7);
        assert_eq!(read, wrote, "{}: what the client reads", dialect.name);
        assert_eq!(sent(&mut gateway, dialect.name, dialect, &block(&read)), block(&wrote), "{}", dialect.name);
    }
}
