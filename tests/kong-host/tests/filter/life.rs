//! What a worker goes through: many exchanges at once, traps, configuration changes, ten thousand exchanges.

use std::time::Duration;

use kong_host::{Ending, Fault, LogLevel, Outcome, Reply, Request, Response, Settings, Step, Upstream};
use serde_json::json;

use crate::dialects::DIALECTS;
use crate::gateway::{Gateway, MAPPED, TEXT, assert_nothing_leaks, heard, message, of_another_conf, reply};

fn text_of(outcome: &Outcome) -> String {
    let body: serde_json::Value = serde_json::from_slice(&outcome.client.body).expect("JSON");
    body["content"][0]["text"].as_str().expect("a text").to_owned()
}

fn response_to(upstream: Option<Upstream>) -> Response {
    reply(&heard(&upstream.expect("it goes upstream")))
}

#[test]
fn exchanges_that_interleave() {
    let mut gateway = Gateway::new();
    let texts: Vec<String> = (0..30).map(|n| format!("Stop i-0{n:016x} and 10.0.{n}.7, please.")).collect();
    let ids: Vec<_> = texts
        .iter()
        .zip(1..)
        .map(|(text, connection)| gateway.worker.send(message(text).on_connection(connection)))
        .collect();
    let responses: Vec<Response> =
        ids.iter().map(|id| response_to(gateway.worker.upstream(*id)).in_pieces_of(17)).collect();
    for (id, response) in ids.iter().zip(&responses) {
        gateway.worker.begin(*id, response);
    }
    let longest = responses.iter().map(|response| response.pieces.len()).max().expect("responses");
    for turn in 0..longest {
        for (id, response) in ids.iter().zip(&responses) {
            gateway.worker.piece(*id, response.pieces.get(turn).map_or(&[], Vec::as_slice));
        }
    }
    for (id, text) in ids.iter().zip(&texts) {
        let outcome = gateway.worker.end(*id);
        gateway.check_outcome(text, &outcome);
        assert_eq!(&text_of(&outcome), text);
    }
    assert_eq!(gateway.worker.in_flight(), 0);
}

/// What the client gets when the filter itself fails, by the step in which it does.
#[test]
fn a_trap_never_lets_a_value_through() {
    for (step, slow, status, ending) in [
        (Step::RequestHeaders, false, 500, Ending::Complete),
        (Step::RequestBody, false, 500, Ending::Complete),
        (Step::RequestBody, true, 0, Ending::Hangs),
        (Step::ResponseHeaders, false, 200, Ending::Complete),
        (Step::ResponseBody, false, 200, Ending::Complete),
        (Step::Log, false, 200, Ending::Complete),
    ] {
        let name = format!("a trap in {step}");
        // With the log on, so that the last step calls the host.
        let mut gateway = Gateway::with(json!({"log_masked_requests": true}), Settings::default()).ready();
        let request = if slow { message(TEXT).slow() } else { message("i-0123456789abcdef0") };
        gateway.worker.trap_in(step);
        let outcome = gateway.worker.exchange(request, |upstream| reply(&heard(upstream)));
        assert!(
            matches!(&outcome.faults[..], [Fault::Trapped { step: at, .. }] if *at == step),
            "{name}: {:?}",
            outcome.faults
        );
        assert_eq!((outcome.client.status, outcome.client.ending), (status, ending), "{name}");
        if let Some(upstream) = outcome.upstream {
            assert_nothing_leaks(&name, &upstream);
        }
        // The next life has no keyring yet; then it serves.
        gateway.settle();
        let after = gateway.worker.exchange(message(TEXT), |upstream| reply(&heard(upstream)));
        assert_eq!((after.client.status, text_of(&after).as_str()), (200, TEXT), "{name}: afterwards");
        assert_eq!(after.faults, [], "{name}: afterwards");
    }
}

/// Takes the instance away: by a neighbour's trap, or because Kong got another configuration.
fn lose_contexts(gateway: &mut Gateway, by_trap: bool) {
    if by_trap {
        gateway.worker.trap_in(Step::RequestHeaders);
        gateway.worker.exchange(message("neighbour").on_connection(2), |_| panic!("the neighbour trapped"));
    } else {
        gateway.worker.reconfigure();
    }
}

/// Lost before the response: the next context goes on with what nginx kept. So it does by the next request's own key.
#[test]
fn exchanges_that_lose_their_context_before_the_response() {
    for by_trap in [false, true] {
        for pieces in [usize::MAX, 40] {
            let name = format!("lost, by a trap: {by_trap}, in pieces of {pieces}");
            let mut gateway = Gateway::new();
            let id = gateway.worker.send(message(TEXT));
            let response = response_to(gateway.worker.upstream(id)).in_pieces_of(pieces);
            lose_contexts(&mut gateway, by_trap);
            gateway.worker.begin(id, &response);
            for piece in &response.pieces {
                gateway.worker.piece(id, piece);
            }
            let outcome = gateway.worker.end(id);
            gateway.check_outcome(&name, &outcome);
            assert_eq!(text_of(&outcome), TEXT, "{name}");
            assert!(
                outcome.client.headers.text("x-aws-masker").is_some_and(|note| note.starts_with("masked=")),
                "{name}"
            );
            let next = gateway.check(&name, message(TEXT), |upstream| reply(&heard(upstream)));
            assert_eq!((next.client.status, text_of(&next).as_str()), (200, TEXT), "{name}: the next request");
            gateway.settle();
            assert_eq!(gateway.vault.borrow().count(|counters| counters.orphaned_responses), 0, "{name}");
        }
    }
}

/// A Kong whose settings keep nothing with a request: the response stays masked, whole, and it is said so.
#[test]
fn a_context_lost_where_nothing_is_kept() {
    let mut gateway = Gateway::with(json!({}), of_another_conf("")).ready();
    let id = gateway.worker.send(message(TEXT));
    let upstream = gateway.worker.upstream(id).expect("it goes upstream");
    let response = reply(&heard(&upstream)).in_pieces_of(40);
    gateway.worker.reconfigure();
    gateway.worker.begin(id, &response);
    for piece in &response.pieces {
        gateway.worker.piece(id, piece);
    }
    let outcome = gateway.worker.end(id);
    gateway.check_outcome("nothing is kept", &outcome);
    assert_eq!(text_of(&outcome), heard(&upstream), "it stays masked");
    assert_eq!(outcome.client.headers.text("x-aws-masker"), Some("request-unseen"));
    // Without a zone the key is not found either.
    let early = gateway.worker.exchange(message(TEXT), |_| panic!("there is no key yet"));
    assert_eq!((early.client.status, early.faults), (503, Vec::new()));
    gateway.settle();
    assert_eq!(gateway.vault.borrow().count(|counters| counters.orphaned_responses), 1, "it is counted");
    let alarm = |line: &kong_host::LogLine| line.level >= LogLevel::Error && line.text.contains("request was not seen");
    assert_eq!(gateway.worker.log().iter().filter(|line| alarm(line)).count(), 1, "the log says so, once");
}

/// Lost between the response's head and its body: a copy of the exchange's vault is in an nginx variable of the request.
#[test]
fn a_context_lost_before_the_body_is_restored_from_kong() {
    for by_trap in [false, true] {
        let mut gateway = Gateway::new();
        let id = gateway.worker.send(message(TEXT));
        let response = response_to(gateway.worker.upstream(id)).in_pieces_of(40).chunked();
        gateway.worker.begin(id, &response);
        lose_contexts(&mut gateway, by_trap);
        for piece in &response.pieces {
            gateway.worker.piece(id, piece);
        }
        let outcome = gateway.worker.end(id);
        gateway.check_outcome("a lost context", &outcome);
        assert_eq!(text_of(&outcome), TEXT, "by a trap: {by_trap}");
    }
}

/// Lost in the middle of a stream: what was held back is gone, which is less than an event's text; the rest is restored.
#[test]
fn a_context_lost_in_a_stream_goes_on() {
    for by_trap in [false, true] {
        for dialect in &DIALECTS {
            if dialect.in_json {
                continue;
            }
            let mut gateway = dialect.gateway();
            let id = gateway.worker.send((dialect.request)(TEXT));
            let masked = (dialect.heard)(&gateway.worker.upstream(id).expect("it goes upstream"));
            let events = dialect.stream(&masked, 12);
            gateway.worker.begin(id, &dialect.response::<&str>([]));
            for (index, event) in events.iter().enumerate() {
                if index == 6 {
                    lose_contexts(&mut gateway, by_trap);
                }
                gateway.worker.piece(id, event);
            }
            let outcome = gateway.worker.end(id);
            gateway.check_outcome(dialect.name, &outcome);
            let stream = json!(dialect.events_of(&outcome.client.body)).to_string();
            assert!(stream.contains("i-0123456789abcdef0"), "{}: before: {stream}", dialect.name);
            assert!(stream.contains("AKIAQ3EGRIVERSTREAM7"), "{}: after: {stream}", dialect.name);
        }
    }
}

/// Buffered proxying goes around the request steps: kong.conf refuses it.
#[test]
fn a_plugin_that_bypasses_the_request_steps() {
    let mut gateway = Gateway::new();
    let bypassed = || message(TEXT).bypassed_by_a_plugin();
    let outcome = gateway.worker.exchange(bypassed(), |_| panic!("nothing goes upstream"));
    assert_eq!((&outcome.faults[..], outcome.client.status, outcome.client.ending), (&[][..], 503, Ending::Complete));
    gateway.settle();
    let vault = gateway.vault.borrow();
    assert_eq!((vault.count(|counters| counters.refused), vault.count(|counters| counters.unmasked_requests)), (1, 0));
    assert!(gateway.worker.log().iter().any(|line| line.text.contains("AWS_MASKER_2006")));
}

/// Where it is not refused, it is told from a response that lost its context: an operator has to act at once.
#[test]
fn a_request_that_left_unmasked_is_an_alarm_of_its_own() {
    let settings = of_another_conf("nginx_proxy_set = $aws_masker_request unseen");
    let mut gateway = Gateway::with(json!({}), settings).ready();
    let outcome = gateway.worker.exchange(message("hello").bypassed_by_a_plugin(), |_| reply("AWS_EC2_7KQ2M9XA4TBN"));
    assert_eq!((&outcome.faults[..], outcome.client.ending), (&[][..], Ending::Complete));
    assert_eq!(outcome.client.headers.text("x-aws-masker"), Some("request-unmasked"));
    gateway.settle();
    let vault = gateway.vault.borrow();
    let counted =
        [vault.count(|counters| counters.unmasked_requests), vault.count(|counters| counters.orphaned_responses)];
    assert_eq!(counted, [1, 0]);
    let alarm = |line: &kong_host::LogLine| line.level >= LogLevel::Error && line.text.contains("LEFT UNMASKED");
    assert_eq!(gateway.worker.log().iter().filter(|line| alarm(line)).count(), 1);
}

/// Between a push and the moment at which Kong destroys the old instance no call may be under way, and what is owed then is
/// not lost with its memory.
#[test]
fn pushes_crash_nothing_and_lose_nothing() {
    for (push, wait) in [0, 50, 100, 150, 333, 1_000, 1_900].into_iter().enumerate() {
        let name = format!("destroyed {wait} ms after the push");
        let mut gateway = Gateway::new();
        gateway.check(&name, message(TEXT), |upstream| reply(&heard(upstream)));
        gateway.settle();
        // Each call takes its time from now on.
        let vault = std::rc::Rc::clone(&gateway.vault);
        gateway.worker.set_sidecar(|_| Reply::Silence);
        let texts: Vec<String> = (0..40).map(|n| format!("Stop i-0{n:016x}.")).collect();
        for (n, text) in texts.iter().enumerate() {
            // What was owed before it counts as well.
            if n == 10 {
                gateway.push(&json!({"mapping_ttl": 600 + push}));
            }
            let outcome = gateway.worker.exchange(message(text), |upstream| reply(&heard(upstream)));
            assert_eq!((outcome.client.status, text_of(&outcome)), (200, text.clone()), "{name}");
        }
        gateway.worker.elapse(Duration::from_millis(wait));
        // Twice, with nothing but a request without a body in between.
        for _ in 0..2 {
            gateway.worker.reconfigure();
            assert_eq!(gateway.worker.faults(), [], "{name}");
            let models = gateway.worker.exchange(Request::new("GET", "/v1/models"), |_| Response::json(200, "{}"));
            assert_eq!(models.client.status, 200, "{name}");
        }
        gateway.worker.set_sidecar(move |call| vault.borrow_mut().answer(call));
        let outcome = gateway.worker.exchange(message(TEXT), |upstream| reply(&heard(upstream)));
        assert_eq!((outcome.client.status, text_of(&outcome).as_str()), (200, TEXT), "{name}");
        gateway.settle();
        assert_eq!(gateway.vault.borrow().mappings.len(), MAPPED.len() + texts.len(), "{name}");
        assert_eq!(gateway.worker.faults(), [], "{name}");
        assert_eq!(gateway.worker.shared_names(), 1, "{name}: what is delivered is not kept, the key is");
    }
}

/// The instances of configurations that are pushed one after the other live in one memory for a while, and each of them
/// delivers what it owes itself. If each took over the debts of those before it, a minute of pushes would end in a flood.
#[test]
fn pushes_in_a_row_deliver_each_mapping_once() {
    let mut gateway = Gateway::new();
    let texts: Vec<String> = (0..20).map(|n| format!("Stop i-0{n:016x}.")).collect();
    for (push, text) in texts.iter().enumerate() {
        gateway.push(&json!({"mapping_ttl": 600 + push}));
        gateway.check(text, message(text), |upstream| reply(&heard(upstream)));
        gateway.worker.elapse(Duration::from_millis(500));
    }
    gateway.settle();
    let vault = gateway.vault.borrow();
    assert_eq!((vault.mappings.len(), vault.received), (texts.len(), texts.len()));
    assert_eq!(gateway.worker.shared_names(), 1, "what is delivered is not kept, the key is");
}

/// A worker that was busy runs the timers of lost instances late, in one round with those of the new one.
#[test]
fn stray_timers_of_a_busy_worker() {
    for busy in [1, 99, 100, 101, 150, 250, 1_000] {
        let mut gateway = Gateway::new();
        gateway.worker.elapse(Duration::from_millis(37));
        gateway.worker.reconfigure();
        gateway.worker.stall(Duration::from_millis(busy));
        gateway.settle();
        assert_eq!(gateway.worker.faults(), [], "busy for {busy} ms");
        assert!(gateway.vault.borrow().exchanges == 0 && gateway.worker.log().is_empty(), "busy for {busy} ms");
    }
}

/// Whoever asks whether the gateway serves gets the filter's own answer, not Kong's.
#[test]
fn health() {
    let mut gateway = Gateway::with(json!({}), Settings::default());
    let ask = |gateway: &mut Gateway| {
        let request = Request::new("GET", "/v1/aws-masker/readyz");
        let outcome = gateway.worker.exchange(request, |_| panic!("it is answered here"));
        assert_eq!((outcome.faults, outcome.client.ending), (vec![], Ending::Complete));
        let body: serde_json::Value = serde_json::from_slice(&outcome.client.body).expect("JSON");
        (outcome.client.status, body)
    };
    let (status, body) = ask(&mut gateway);
    assert_eq!((status, &body["refuses_with"], &body["vault"]), (503, &json!("AWS_MASKER_1004"), &json!("starting")));
    gateway.settle();
    let (status, body) = ask(&mut gateway);
    assert_eq!((status, &body["ready"], &body["vault"]), (200, &json!(true), &json!("up")));
    gateway.worker.set_sidecar(|_| Reply::Refused);
    gateway.settle();
    let (status, body) = ask(&mut gateway);
    assert_eq!((status, &body["vault"], &body["refuses_with"]), (503, &json!("down"), &json!("AWS_MASKER_1001")));
    assert!(body["failed_calls"].as_u64() > Some(2), "{body}");
}

/// One line at the beginning of an outage, one a minute, one at its end; for all routes of a worker together.
#[test]
fn an_outage_is_logged_a_few_times() {
    let mut gateway = Gateway::new();
    gateway.worker.set_sidecar(|_| Reply::Refused);
    for _ in 0..1_500 {
        gateway.worker.exchange(message("hello"), |_| reply("ok"));
        gateway.worker.elapse(Duration::from_millis(100));
    }
    let vault = std::rc::Rc::clone(&gateway.vault);
    gateway.worker.set_sidecar(move |call| vault.borrow_mut().answer(call));
    gateway.settle();
    let lines: Vec<String> = gateway.worker.log().into_iter().map(|line| line.text).collect();
    let with = |words: &str| lines.iter().filter(|line| line.contains(words)).count();
    let counts =
        (with("no valid answer from the sidecar"), with("refused a request: AWS_MASKER_1001"), with("answers again"));
    assert_eq!((counts, lines.len()), ((3, 3, 1), 7), "{lines:#?}");
}

/// A replaced body lives as long as its connection: the filter asks for the end of it in time.
#[test]
fn connections_do_not_hoard_bodies() {
    let mut gateway = Gateway::new();
    let body = format!("i-0123456789abcdef0 {}", "word ".repeat(800_000));
    let mut most = 0;
    for turn in 0..30 {
        gateway.check(&format!("4 MB, turn {turn}"), message(&body), |_| reply("ok"));
        most = most.max(gateway.worker.held_bytes(1));
    }
    assert!(most <= 64 << 20, "{most} bytes are held by one connection");
}

#[test]
fn clients_that_go_away() {
    let mut gateway = Gateway::new();
    for pieces in 0..5 {
        let id = gateway.worker.send(message(TEXT));
        let response = response_to(gateway.worker.upstream(id)).in_pieces_of(30);
        if pieces > 0 {
            gateway.worker.begin(id, &response);
        }
        for piece in response.pieces.iter().take(pieces) {
            gateway.worker.piece(id, piece);
        }
        let outcome = gateway.worker.abort(id);
        assert_eq!(outcome.faults, []);
    }
    let outcome = gateway.check("afterwards", message(TEXT), |upstream| reply(&heard(upstream)));
    assert_eq!(text_of(&outcome), TEXT);
}

/// The linear memory never shrinks, so it must not grow with the number of exchanges: but for what a worker remembers of
/// texts and values, which has its bounds.
#[test]
fn ten_thousand_exchanges() {
    const EXCHANGES: usize = 10_000;
    const HISTORY_BYTES: usize = 8 << 20;
    let mut gateway = Gateway::new();
    let mut halfway = 0;
    for turn in 0..EXCHANGES {
        // Five values that come back, and one that is new each time.
        let text = format!("{TEXT} i-0{turn:016x}");
        let request = message(&text).on_connection(u32::try_from(turn % 4).expect("small"));
        let outcome = gateway.worker.exchange(request, |upstream| reply(&heard(upstream)));
        assert_eq!(outcome.faults, [], "turn {turn}");
        assert_eq!(text_of(&outcome), text, "turn {turn}");
        if turn % 10 == 0 {
            gateway.worker.elapse(std::time::Duration::from_millis(100));
        }
        if turn == EXCHANGES / 2 {
            halfway = gateway.worker.memory_bytes();
        }
    }
    gateway.settle();
    let end = gateway.worker.memory_bytes();
    eprintln!("linear memory: {halfway} bytes halfway, {end} at the end");
    assert!(end <= halfway + HISTORY_BYTES / 2, "the memory grew from {halfway} to {end} bytes");
    assert_eq!(gateway.worker.faults(), []);
    let vault = gateway.vault.borrow();
    assert_eq!(vault.exchanges, EXCHANGES, "summaries of exchanges");
    assert_eq!(vault.mappings.len(), EXCHANGES + MAPPED.len(), "mappings");
}

/// Every request is seen, whatever its method.
#[test]
fn requests_are_counted() {
    let mut gateway = Gateway::new();
    gateway.check("a message", message(TEXT), |_| reply("ok"));
    gateway.check("a GET", Request::new("GET", "/v1/models"), |_| Response::json(200, "{}"));
    gateway.settle();
    assert_eq!(gateway.vault.borrow().count(|counters| counters.requests), 2);
}
