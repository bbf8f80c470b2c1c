//! What is told of exchanges: the summaries and the counters that the sidecar gets, and the host's own metrics.

use std::collections::BTreeMap;

use contract::{Counters, ExchangeSummary};
use kong_host::{Metric, Request, Response, Settings};
use serde_json::json;

use crate::gateway::{Gateway, SECRETS, TEXT, assert_nothing_leaks, heard, message, message_body, reply};

const USAGE: &str = r#"{"type":"message","role":"assistant","content":[{"type":"text","text":"ok"}],
    "usage":{"input_tokens":5,"cache_read_input_tokens":100,"output_tokens":1}}"#;

fn of(tenant: &str, request: Request) -> Request {
    request.header("x-tenant", tenant)
}

/// A gateway after one exchange of each kind.
fn busy() -> Gateway {
    let more = json!({"scope": {"header": "x-tenant"}, "record_masked_bodies": true});
    let mut gateway = Gateway::with(more, Settings::default()).ready();
    gateway.check("masked", of("team-a", message(TEXT)), |upstream| {
        assert_nothing_leaks("masked", upstream);
        reply(&heard(upstream))
    });
    gateway.check("clean", of("team-b", message("Hello.")), |_| Response::json(200, USAGE));
    gateway.check("a GET", of("team-a", Request::new("GET", "/v1/models")), |_| Response::json(404, "{}"));
    gateway.check("an image", of("team-a", message("Hello.")), |_| {
        Response::json(200, "{}").header("content-encoding", "aws4")
    });
    for (name, request) in [
        ("no scope", message(TEXT)),
        ("no JSON", of("team-a", Request::post("/v1/messages", "{"))),
        ("an upgrade", of("team-a", message(TEXT)).header("upgrade", "websocket")),
    ] {
        let outcome = gateway.check(name, request, |_| panic!("it is refused"));
        assert!(outcome.client.status >= 400, "{name}");
    }
    gateway.settle();
    gateway
}

#[test]
fn a_summary_tells_what_became_of_an_exchange() {
    let gateway = busy();
    let vault = gateway.vault.borrow();
    let told: Vec<_> = vault
        .summaries
        .iter()
        .map(|told: &ExchangeSummary| {
            let outcome = told.outcome().map(contract::Outcome::as_str).unwrap_or_default();
            (told.scope.as_str(), told.status, outcome, told.dialect.as_str(), told.response.as_str())
        })
        .collect();
    let expected = [
        ("team-a", 200, "masked", "anthropic_messages", "restored"),
        ("team-b", 200, "clean", "anthropic_messages", "restored"),
        ("team-a", 404, "clean", "", "restored"),
        ("team-a", 200, "clean", "anthropic_messages", "degraded"),
        ("", 403, "refused", "", "restored"),
        ("team-a", 400, "refused", "", "restored"),
        ("", 426, "refused", "", "restored"),
    ];
    assert_eq!(told, expected);
    for told in &vault.summaries {
        assert_eq!((told.route.as_str(), told.at_ms > 0), ("v1", true), "{told:?}");
        assert_eq!((told.mask_us, told.restore_us), (None, None), "Kong's clock stands still within a step: {told:?}");
    }
    let tokens: Vec<_> = vault.summaries.iter().map(|told| (told.input_tokens, told.cache_read_tokens)).collect();
    assert_eq!(tokens[1], (105, 100));
}

#[test]
fn a_recorded_body_is_the_one_that_was_sent() {
    let gateway = busy();
    let vault = gateway.vault.borrow();
    let bodies: Vec<_> = vault.summaries.iter().filter_map(|told| told.masked_body.as_deref()).collect();
    assert_eq!(bodies.len(), 3, "of every request that was sent with a body");
    assert!(SECRETS.iter().all(|secret| !bodies[0].contains(secret)) && bodies[0].contains("AWS_"), "{}", bodies[0]);
    assert_eq!(bodies[1], message_body("Hello."));

    let mut silent = Gateway::new();
    silent.check("not asked for", message(TEXT), |_| reply("ok"));
    silent.settle();
    assert!(silent.vault.borrow().summaries.iter().all(|told| told.masked_body.is_none()));
}

/// The counters, the summaries and the host's own metrics are three accounts of the same exchanges.
#[test]
fn three_accounts_agree() {
    let gateway = busy();
    let vault = gateway.vault.borrow();
    let mut by_summaries = Counters::default();
    vault.summaries.iter().for_each(|told| by_summaries.count(told));
    let sum = |count: fn(&Counters) -> u64| (vault.count(count), count(&by_summaries));
    for (name, (counted, told)) in [
        ("requests", sum(|counters| counters.requests)),
        ("refused", sum(|counters| counters.refused)),
        ("masked requests", sum(|counters| counters.masked_requests)),
        ("masked", sum(|counters| counters.masked)),
        ("restored", sum(|counters| counters.restored)),
        ("restored responses", sum(|counters| counters.restored_responses)),
        ("degraded", sum(|counters| counters.degraded_responses)),
    ] {
        assert_eq!(counted, told, "{name}");
    }
    let metrics: BTreeMap<String, u64> = gateway
        .worker
        .metric_names()
        .into_iter()
        .map(|name| match gateway.worker.metric(&name) {
            Some(Metric::Counter(count)) => (name, count),
            other => panic!("{name}: {other:?}"),
        })
        .collect();
    let mut expected: BTreeMap<String, u64> = BTreeMap::from([
        ("requests_total_outcome=masked;".to_owned(), 1),
        ("requests_total_outcome=clean;".to_owned(), 3),
        ("responses_total_state=restored;".to_owned(), by_summaries.restored_responses),
        ("responses_total_state=degraded;".to_owned(), 1),
        ("restored_values_total".to_owned(), by_summaries.restored),
    ]);
    let refused = by_summaries.refused_by_code.iter();
    expected.extend(refused.map(|(code, count)| (format!("requests_total_outcome=refused;_code={code};"), *count)));
    let masked = by_summaries.masked_by_kind.iter();
    expected.extend(masked.map(|(kind, count)| (format!("masked_values_total_kind={kind};"), *count)));
    assert_eq!(metrics, expected);
    assert_eq!(by_summaries.refused, 3);
}
