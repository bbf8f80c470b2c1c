use std::collections::{BTreeMap, BTreeSet};

use super::*;

fn exchange() -> ExchangeSummary {
    ExchangeSummary {
        scope: "default".into(),
        at_ms: 7,
        request_bytes: 10,
        response_bytes: 20,
        ..ExchangeSummary::default()
    }
}

fn told<'e>(exchange: &'e ExchangeSummary, counters: &'e Counters, refused: &'e [RefusedScope]) -> Told<'e> {
    Told { instance: "w1", batch: 3, exchanges: vec![exchange], counters, refused, unresolved_max: 20 }
}

/// One of each event, and the channel and type that it should have.
fn all() -> Vec<(Event, &'static str, &'static str)> {
    let code = || Some("AWS_MASKER_6002".to_owned());
    let quiet = Counters::default();
    let by = |name: &str| BTreeMap::from([(name.to_owned(), 1)]);
    let busy = Counters {
        requests: 1,
        masked_by_kind: by("ec2_instance"),
        refused_by_code: by("AWS_MASKER_6002"),
        ..quiet.clone()
    };
    let trouble = Counters { unmasked_requests: 1, ..quiet.clone() };
    let over = [RefusedScope { scope: "a".into(), code: "AWS_MASKER_1006".into(), stored: 3 }];
    let masked = || vec![("ec2_instance".to_owned(), 2)];
    let mut all = Vec::new();
    for (exchange, counters, refused, expected) in [
        (exchange(), &quiet, &[][..], vec![]),
        (ExchangeSummary { masked: masked(), mask_us: Some(9), ..exchange() }, &quiet, &[], vec![(MASKING, "masked")]),
        (ExchangeSummary { alerts: vec!["ec2_instance".into()], ..exchange() }, &quiet, &[], vec![(SECURITY, "alert")]),
        (ExchangeSummary { attachments: 1, ..exchange() }, &quiet, &[], vec![(MASKING, "masked")]),
        (ExchangeSummary { restored: 1, ..exchange() }, &quiet, &[], vec![(UNMASKING, "restored")]),
        (ExchangeSummary { unresolved: 20, ..exchange() }, &quiet, &[], vec![(UNMASKING, "restored")]),
        (
            ExchangeSummary { unresolved: 21, ..exchange() },
            &quiet,
            &[],
            vec![(UNMASKING, "restored"), (SECURITY, "unresolved")],
        ),
        (ExchangeSummary { withheld: 2, ..exchange() }, &quiet, &[], vec![(UNMASKING, "restored")]),
        (
            ExchangeSummary { guarded: 1, ..exchange() },
            &quiet,
            &[],
            vec![(UNMASKING, "restored"), (SECURITY, "guarded")],
        ),
        (ExchangeSummary { refused: code(), ..exchange() }, &quiet, &[], vec![(SECURITY, "refused")]),
        (
            ExchangeSummary { refused: code(), scope: String::new(), ..exchange() },
            &quiet,
            &[],
            vec![(SECURITY, "refused")],
        ),
        (
            ExchangeSummary { response: ResponseState::Orphaned, ..exchange() },
            &quiet,
            &[],
            vec![(SECURITY, "unrestored")],
        ),
        (
            ExchangeSummary { response: ResponseState::Degraded, masked: masked(), ..exchange() },
            &quiet,
            &[],
            vec![(MASKING, "masked"), (SECURITY, "unrestored")],
        ),
        (exchange(), &busy, &[], vec![(PERFORMANCE, "counters")]),
        (exchange(), &trouble, &[], vec![(SECURITY, "trouble"), (PERFORMANCE, "counters")]),
        (exchange(), &quiet, &over, vec![(SECURITY, "scope_refused")]),
    ] {
        let events = events(&told(&exchange, counters, refused));
        assert_eq!(events.len(), expected.len(), "{events:?}");
        all.extend(events.into_iter().zip(expected).map(|(event, (channel, kind))| (event, channel, kind)));
    }
    let forgotten = Audited { call: "/v1/forget", who: "t1", outcome: "ok", count: 2, ..Audited::default() };
    let (placeholder, reason) = (Some("AWS_EC2_7KQ2M9XA4TBN"), Some("ticket 4711"));
    let looked_up = Audited { call: "/v1/lookup", placeholder, reason, ..Audited::default() };
    all.extend([forgotten, looked_up].map(|call| (audit(&call), SECURITY, "audit")));
    all.push((wrong_tokens(3), SECURITY, "wrong_tokens"));
    all.push((selfcheck_failed("not_masked"), SECURITY, "selfcheck_failed"));
    all
}

fn schema() -> Value {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/events.schema.json");
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// The members that a schema of an object requires and allows.
fn members(schema: &Value) -> (BTreeSet<&str>, BTreeSet<&str>) {
    let required = schema["required"].as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect();
    (required, schema["properties"].as_object().unwrap().keys().map(String::as_str).collect())
}

#[test]
fn each_channel_hears_what_is_its_own_by_the_schema() {
    let schema = schema();
    let mut kinds = BTreeSet::new();
    for (event, channel, kind) in all() {
        let payload: Value = serde_json::from_str(&event.payload).unwrap();
        assert_eq!((event.channel, payload["type"].as_str()), (channel, Some(format!("aws-masker.{kind}").as_str())));
        for (object, schema) in [(&payload, &schema), (&payload["data"], &schema["$defs"][kind])] {
            let (required, allowed) = members(schema);
            let present: BTreeSet<_> = object.as_object().unwrap().keys().map(String::as_str).collect();
            assert!(required.is_subset(&present) && present.is_subset(&allowed), "{kind}: {object} {schema}");
        }
        kinds.insert(kind);
    }
    let described: BTreeSet<_> = schema["$defs"].as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(kinds, described);
}

#[test]
fn a_batch_that_is_sent_again_has_the_same_ids() {
    let exchange = ExchangeSummary { masked: vec![("ec2_instance".into(), 2)], restored: 1, ..exchange() };
    let counters = Counters { requests: 1, ..Counters::default() };
    let ids = || -> Vec<String> {
        let id =
            |event: &Event| serde_json::from_str::<Value>(&event.payload).unwrap()["id"].as_str().unwrap().to_owned();
        events(&told(&exchange, &counters, &[])).iter().map(id).collect()
    };
    assert_eq!(ids(), ["w1-3-0", "w1-3-1", "w1-3-2"]);
    assert_eq!(ids(), ids());
}

#[test]
fn no_event_has_a_body() {
    let exchange = ExchangeSummary { masked_body: Some("a body".into()), attachments: 1, restored: 1, ..exchange() };
    let events = events(&told(&exchange, &Counters::default(), &[]));
    assert!(events.len() == 2 && events.iter().all(|event| !event.payload.contains("a body")), "{events:?}");
}
