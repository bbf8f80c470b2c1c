//! The sidecar is away, wrong, or back again.

use std::cell::RefCell;
use std::rc::Rc;

use contract::SyncRequest;
use kong_host::{Settings, Step};
use serde_json::{Value, json};

use crate::gateway::{Gateway, MAPPED, SECRETS, TEXT, heard, message, reply};
use crate::vault::Mood;

const MOODS: [Mood; 9] = [
    Mood::WithoutStore,
    Mood::Silent,
    Mood::Refusing,
    Mood::ServerError,
    Mood::Garbage,
    Mood::Truncated,
    Mood::WithoutLength,
    Mood::Closing,
    Mood::Stale,
];

fn gateway(mood: Mood, fallback: bool) -> Gateway {
    let gateway = Gateway::with(json!({"redis_fallback": fallback}), Settings::default());
    gateway.vault.borrow_mut().mood = mood;
    gateway
}

/// The status and the error's code, if there is one.
fn ask(gateway: &mut Gateway, name: &str) -> (u16, String) {
    let outcome = gateway.check(name, message(TEXT), |upstream| reply(&heard(upstream)));
    let body: Value = serde_json::from_slice(&outcome.client.body).expect("JSON");
    let code = body["error"]["message"].as_str().unwrap_or_default().chars().take(15).collect();
    if outcome.client.status == 200 {
        let text = body["content"][0]["text"].as_str();
        assert_eq!(text, Some(TEXT), "{name}: what the client reads");
    }
    (outcome.client.status, code)
}

#[test]
fn without_a_vault_requests_are_refused_or_masked_with_the_fallback_key() {
    for mood in MOODS {
        let name = format!("{mood:?} from the start");
        let mut refusing = gateway(mood, false).ready();
        let (status, code) = ask(&mut refusing, &name);
        // A sidecar without its store still gives the keyring.
        let expected = if mood == Mood::WithoutStore { "AWS_MASKER_1001" } else { "AWS_MASKER_1004" };
        assert_eq!((status, code.as_str()), (503, expected), "{name}");

        let mut going_on = gateway(mood, true).ready();
        assert_eq!(ask(&mut going_on, &name).0, 200, "{name}, with redis_fallback");
    }
}

#[test]
fn an_outage_in_the_middle_and_its_end() {
    for mood in MOODS {
        for fallback in [false, true] {
            let name = format!("{mood:?} in the middle, redis_fallback {fallback}");
            let mut gateway = gateway(Mood::Well, fallback).ready();
            assert_eq!(ask(&mut gateway, &name).0, 200, "{name}: before");

            gateway.vault.borrow_mut().mood = mood;
            gateway.settle();
            let (status, code) = ask(&mut gateway, &name);
            if fallback {
                assert_eq!(status, 200, "{name}: during");
            } else {
                assert_eq!((status, code.as_str()), (503, "AWS_MASKER_1001"), "{name}: during");
            }

            gateway.vault.borrow_mut().mood = Mood::Well;
            for _ in 0..10 {
                gateway.settle();
            }
            assert_eq!(ask(&mut gateway, &name).0, 200, "{name}: after");
            gateway.settle();
            let vault = gateway.vault.borrow();
            for secret in SECRETS {
                assert!(vault.values().contains(&secret), "{name}: {secret} is owed for ever");
            }
            assert_eq!(vault.count(|counters| counters.dropped_mappings), 0, "{name}");
        }
    }
}

/// Every call that reaches the sidecar from now on.
fn record(gateway: &mut Gateway) -> Rc<RefCell<Vec<SyncRequest>>> {
    let calls = Rc::new(RefCell::new(Vec::new()));
    let (recording, vault) = (Rc::clone(&calls), Rc::clone(&gateway.vault));
    gateway.worker.set_sidecar(move |call| {
        recording.borrow_mut().push(serde_json::from_slice(&call.body).expect("the filter speaks the contract"));
        vault.borrow_mut().answer(call)
    });
    calls
}

/// A batch is sent again as it was; the next number is the next batch's.
fn assert_numbered(mood: Mood, calls: &[SyncRequest]) {
    for (call, next) in calls.iter().zip(calls.iter().skip(1)) {
        assert_eq!(call.instance, next.instance, "{mood:?}");
        if call.batch == next.batch {
            assert_eq!(call.mappings, next.mappings, "{mood:?}: batch {}", call.batch);
            assert_eq!(call.exchanges, next.exchanges, "{mood:?}: batch {}", call.batch);
            assert_eq!(call.counters, next.counters, "{mood:?}: batch {}", call.batch);
        } else {
            assert_eq!(call.batch + 1, next.batch, "{mood:?}: no number is left out or used again");
        }
    }
}

/// A sidecar may have stored what it could not acknowledge any more: by the batch's number it tells what it has counted.
#[test]
fn a_batch_keeps_its_number_until_it_is_acknowledged() {
    for mood in MOODS {
        let mut gateway = gateway(Mood::Well, true).ready();
        let calls = record(&mut gateway);
        gateway.vault.borrow_mut().mood = mood;
        ask(&mut gateway, "owed");
        gateway.settle();
        // Comes while the first batch is under way, and must not join it.
        let later = "i-0fedcba9876543210";
        gateway.check("owed as well", message(later), |upstream| reply(&heard(upstream)));
        gateway.settle();
        let failed = calls.borrow().len();
        gateway.vault.borrow_mut().mood = Mood::Well;
        for _ in 0..10 {
            gateway.settle();
        }

        let calls = calls.borrow();
        assert_numbered(mood, &calls);
        let owed = calls.iter().find(|call| !call.mappings.is_empty()).expect("the mappings are sent");
        assert_eq!(owed.mappings.len(), MAPPED.len(), "{mood:?}");
        let (before, after) = calls.split_at(failed);
        let tries = |calls: &[SyncRequest]| calls.iter().filter(|call| call.batch == owed.batch).count();
        assert!(tries(before) > 0 && tries(after) == 1, "{mood:?}: {} tries, {} more", tries(before), tries(after));
        let of_later = |call: &&SyncRequest| call.mappings.iter().any(|mapping| mapping.value.expose() == later);
        assert_eq!(calls.iter().filter(of_later).count(), 1, "{mood:?}: the second batch");
    }
}

/// An answer that arrives while its instance has been replaced is Kong's worst moment: the SDK panics on it. What
/// follows must still be refused or masked.
#[test]
fn an_answer_to_a_call_of_a_former_life() {
    let mut gateway = gateway(Mood::Silent, false);
    gateway.worker.elapse(std::time::Duration::from_millis(350));
    let call = gateway.worker.calls().pop().expect("the first call is under way");
    gateway.worker.trap_in(Step::RequestHeaders);
    let outcome = gateway.worker.exchange(message(TEXT), |_| panic!("it went upstream"));
    assert_eq!(outcome.client.status, 500);
    gateway.worker.answer(call.token, kong_host::Reply::json(200, "{}"));
    gateway.vault.borrow_mut().mood = Mood::Well;
    gateway.settle();
    let outcome = gateway.worker.exchange(message(TEXT), |upstream| reply(&heard(upstream)));
    assert_eq!(outcome.client.status, 200);
    crate::gateway::assert_nothing_leaks("after", &outcome.upstream.expect("it goes upstream"));
}
