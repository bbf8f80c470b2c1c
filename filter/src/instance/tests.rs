mod simulation;

use std::collections::HashSet;

use super::*;
use crate::config::configuration;
use crate::instance::mask::Masked;
use crate::instance::sync::turn::TICK_MS;
use crate::instance::worker::zone::OwnZone;
use contract::{Keyring, MintKey, MintKeys, Redacted, RefusedScope, StoreState, SyncRequest, SyncResponse, bound};
use masking::{Budget, Format, MaskError, VALUES_MAX};

const VALUE: &str = "i-0123456789abcdef0";
const BUCKET: &str = "see s3://acme-prod-logs/x";

fn instance(more: &str) -> Instance {
    let json = format!(r#"{{"sidecar":"s:1","sidecar_token":"0123456789abcdef"{more}}}"#);
    in_worker(&json, &Rc::default(), 0)
}

/// An instance whose own timer has run.
fn in_worker(json: &str, worker: &Rc<RefCell<Worker>>, now: u64) -> Instance {
    let config = configuration(json.as_bytes()).unwrap();
    let mut instance = Instance::new(config, "test".into(), TimeOfDay(now), Rc::clone(worker));
    assert!(instance.tick(TimeOfDay(now + TICK_MS + 1)).is_none(), "it may be the timer of the one before");
    instance
}

/// Masks a text like a request's body.
fn mask(instance: &mut Instance, text: &str, now: u64) -> Result<Masked, Refusal> {
    instance.mask("default", Format::Text, text.as_bytes(), TimeOfDay(now))
}

fn call(instance: &mut Instance, now: u64) -> SyncRequest {
    serde_json::from_slice(&instance.tick(TimeOfDay(now)).expect("a call is due").body).unwrap()
}

/// A good answer to the call, with a keyring.
pub(crate) fn answer(request: &SyncRequest) -> SyncResponse {
    SyncResponse {
        version: contract::VERSION,
        batch: request.batch,
        acknowledged: true,
        store: StoreState::Redis,
        refused: Vec::new(),
        keyring: Some(Keyring { id: "k1".to_owned(), keys: MintKeys::Root(MintKey::new(&[7; 32])) }),
        found: Vec::new(),
        store_answered: true,
        news: request.follow.iter().map(|follow| nothing_new(&follow.scope)).collect(),
    }
}

fn nothing_new(scope: &str) -> ScopeNews {
    let (known, forgotten) = (Vec::new(), Vec::new());
    ScopeNews { scope: scope.to_owned(), until: "1".to_owned(), erased: false, forgotten, known, estate: None }
}

/// Returns whether it was a good answer.
fn give(instance: &mut Instance, now: u64, answer: &SyncResponse) -> bool {
    gives(instance, now, 200, &serde_json::to_vec(answer).unwrap())
}

fn gives(instance: &mut Instance, now: u64, status: u32, body: &[u8]) -> bool {
    let failed = |instance: &mut Instance| instance.sidecar().map(|sidecar| sidecar.numbers().0);
    let before = failed(instance);
    reply(instance, now, status, body, &OwnZone::default());
    failed(instance) == before
}

fn reply(instance: &mut Instance, now: u64, status: u32, body: &[u8], zone: &OwnZone) -> Option<String> {
    let reply = Reply { status: Some(status.to_string()), body: Some(body.to_vec()), host_word: &|| None };
    instance.on_reply(TimeOfDay(now), &reply, zone)
}

fn fail(instance: &mut Instance, now: u64) -> Option<String> {
    fail_as(instance, now, "timeout")
}

fn fail_as(instance: &mut Instance, now: u64, word: &str) -> Option<String> {
    let reply = Reply { status: None, body: None, host_word: &|| Some(word.to_owned()) };
    instance.on_reply(TimeOfDay(now), &reply, &OwnZone::default())
}

fn started(more: &str) -> Instance {
    let mut instance = instance(more);
    let request = call(&mut instance, 1_000);
    assert!(give(&mut instance, 1_000, &answer(&request)));
    instance
}

#[test]
fn without_a_key_requests_wait_or_go_on_with_the_fallback() {
    assert_eq!(mask(&mut instance(""), VALUE, 0).err(), Some(Refusal::NoKeyring));
    assert_eq!(mask(&mut instance(r#","redis_fallback":true"#), VALUE, 0).unwrap().key, UsedKey::Fallback);
    assert_eq!(mask(&mut started(""), VALUE, 1_000).unwrap().key, UsedKey::Regular);
}

/// Two addresses of one /24 have the first nine characters of twelve in common, unless the configuration says otherwise.
#[test]
fn private_addresses_show_that_they_share_a_network() {
    for (groups, shared) in [(true, 9), (false, 0)] {
        let mut instance = started(&format!(r#","address_groups":{groups}"#));
        let body = mask(&mut instance, "10.20.30.4 10.20.30.5", 1_000).unwrap().body.unwrap();
        let body = String::from_utf8(body).unwrap();
        let codes: Vec<&str> = body.split(' ').map(|it| it.strip_prefix("AWS_PRIVATE_IP_").unwrap()).collect();
        let [one, other] = codes.as_slice() else { panic!("{body}") };
        let common = one.bytes().zip(other.bytes()).take_while(|(one, other)| one == other).count();
        assert!((shared..shared + 3).contains(&common), "{body}");
    }
}

#[test]
fn what_is_owed_arrives_after_an_outage() {
    for fallback in [false, true] {
        let mut instance = started(&format!(r#","redis_fallback":{fallback}"#));
        mask(&mut instance, VALUE, 1_000).unwrap();
        assert_eq!(call(&mut instance, 1_100).mappings.len(), 1);
        fail(&mut instance, 1_150);
        // One failure is not an outage yet; a second without an answer is.
        assert!(instance.check(TimeOfDay(1_200)).is_ok());
        assert_eq!(instance.check(TimeOfDay(2_200)).is_ok(), fallback);
        let again = call(&mut instance, 2_300);
        assert_eq!(again.mappings.len(), 1);
        assert!(give(&mut instance, 2_310, &answer(&again)));
        assert!(instance.check(TimeOfDay(2_320)).is_ok());
        // Acknowledged: not owed again, until its time to live has to be renewed.
        mask(&mut instance, VALUE, 2_330).unwrap();
        let counts = call(&mut instance, 2_340);
        assert_eq!((counts.mappings.len(), counts.counters.failed_calls), (0, 1));
        assert!(give(&mut instance, 2_350, &answer(&counts)));
        mask(&mut instance, VALUE, 2_330 + 604_800 * 250).unwrap();
        assert_eq!(call(&mut instance, 2_340 + 604_800 * 250).mappings.len(), 1);
    }
}

#[test]
fn only_a_whole_answer_to_this_batch_counts() {
    let good = answer(&call(&mut instance(""), 1_000));
    let text = serde_json::to_vec(&good).unwrap();
    let cases: &[(u32, Vec<u8>)] = &[
        (500, text.clone()),
        (200, text[..text.len() - 1].to_vec()),
        (200, b"<html>".to_vec()),
        (200, Vec::new()),
        (200, serde_json::to_vec(&SyncResponse { batch: 7, ..good.clone() }).unwrap()),
        (200, serde_json::to_vec(&SyncResponse { version: 9, ..good.clone() }).unwrap()),
    ];
    for (status, body) in cases {
        let mut instance = instance(r#","redis_fallback":true"#);
        mask(&mut instance, VALUE, 900).unwrap();
        call(&mut instance, 1_000);
        assert!(!gives(&mut instance, 1_001, *status, body));
        assert_eq!(instance.key("default", TimeOfDay(1_002)).unwrap().1, UsedKey::Fallback);
        // The call is repeated soon, with everything that was owed.
        assert!(instance.tick(TimeOfDay(1_050)).is_none());
        // Newer debts wait: a batch that may have arrived is sent again unchanged.
        mask(&mut instance, "i-0fedcba9876543210", 1_100).unwrap();
        let again = call(&mut instance, 1_200);
        assert_eq!((again.batch, again.mappings.len()), (1, 1), "{status}");
        assert!(give(&mut instance, 1_210, &answer(&again)));
        assert_eq!(call(&mut instance, 1_220).mappings.len(), 1);
    }
    let mut late = instance("");
    assert!(!give(&mut late, 1_000, &good), "an answer that nobody waits for");
}

#[test]
fn a_call_that_is_never_answered_is_given_up() {
    let mut instance = started("");
    mask(&mut instance, VALUE, 1_000).unwrap();
    call(&mut instance, 1_100);
    assert!(instance.tick(TimeOfDay(3_000)).is_none());
    assert_eq!(instance.check(TimeOfDay(3_000)).err(), Some(Refusal::VaultUnavailable));
    assert!(instance.tick(TimeOfDay(6_100)).is_none(), "the failure is followed by a pause");
    assert_eq!(call(&mut instance, 6_300).mappings.len(), 1);
}

#[test]
fn the_first_call_waits_for_a_tick_of_its_own() {
    let config = configuration(br#"{"sidecar":"s:1","sidecar_token":"0123456789abcdef"}"#).unwrap();
    let mut instance = Instance::new(config, "test".into(), TimeOfDay(0), Rc::default());
    // A busy worker runs the timers of earlier instances late, in the round in which the instance's own is due.
    for stray in [20, TICK_MS, TICK_MS + 7, TICK_MS + 7, TICK_MS + 8] {
        assert!(instance.tick(TimeOfDay(stray)).is_none(), "{stray}");
    }
    call(&mut instance, 2 * TICK_MS + 7);
}

#[test]
fn a_clock_that_is_set_back_holds_nothing_up() {
    let mut instance = started("");
    mask(&mut instance, VALUE, 1_000_000_000).unwrap();
    call(&mut instance, 1_000_000_100);
    fail(&mut instance, 1_000_000_200);
    assert!(instance.tick(TimeOfDay(5_000)).is_none(), "the pause after a failure");
    call(&mut instance, 6_000);
}

#[test]
fn an_instance_that_follows_another_has_its_key() {
    let json = r#"{"sidecar":"s:1","sidecar_token":"0123456789abcdef"}"#;
    let [worker, other_memory] = [(); 2].map(|()| {
        let worker: Rc<RefCell<Worker>> = Rc::default();
        worker.borrow_mut().use_zone();
        worker
    });
    let (zone, mut first) = (OwnZone::default(), in_worker(json, &worker, 0));
    let request = call(&mut first, 1_000);
    assert_eq!(reply(&mut first, 1_000, 200, &serde_json::to_vec(&answer(&request)).unwrap(), &zone), None);
    assert_eq!(zone.len(), 1, "the host has it");

    // In the same memory; and in a new one, with the key that the host kept.
    let mut second = in_worker(json, &worker, 2_000);
    let mut third = in_worker(json, &other_memory, 2_000);
    assert_eq!(third.check(TimeOfDay(2_100)).err(), Some(Refusal::NoKeyring));
    third.recall(TimeOfDay(2_100), &zone);
    let minted = mask(&mut first, VALUE, 1_000).unwrap().body;
    for (instance, now) in [(&mut second, 2_200), (&mut third, 2_200)] {
        assert_eq!(mask(instance, VALUE, now - 80).unwrap().body, minted);
        instance.tick(TimeOfDay(now - 70));
        assert_eq!(call(instance, now).mappings.len(), 1, "and owes what it replaced");
        // The key is not a reason to believe that the vault is up.
        fail(instance, now + 100);
        assert_eq!(instance.check(TimeOfDay(now + 1_200)).err(), Some(Refusal::VaultUnavailable));
    }
    let other = r#"{"sidecar":"s:1","sidecar_token":"fedcba9876543210"}"#;
    let mut other = in_worker(other, &worker, 2_000);
    other.recall(TimeOfDay(2_100), &zone);
    assert_eq!(other.check(TimeOfDay(2_100)), Err(Refusal::NoKeyring), "another token, another key");
}

#[test]
fn an_outage_is_told_once_by_all_instances_of_a_worker() {
    let json = r#"{"sidecar":"s:1","sidecar_token":"0123456789abcdef"}"#;
    let worker = Rc::default();
    let mut instances = [in_worker(json, &worker, 0), in_worker(json, &worker, 0)];
    instances.iter_mut().for_each(|instance| drop(call(instance, 1_000)));
    let told: Vec<String> = instances.iter_mut().filter_map(|instance| fail(instance, 1_100)).collect();
    assert_eq!(told, ["no valid answer from the sidecar at s:1 (timeout; 1 calls); retrying"]);
    let told: Vec<String> = instances
        .iter_mut()
        .filter_map(|instance| {
            let again = call(instance, 1_300);
            reply(instance, 1_400, 200, &serde_json::to_vec(&answer(&again)).unwrap(), &OwnZone::default())
        })
        .collect();
    assert_eq!(told, ["the sidecar answers again; 2 calls failed and 0 requests were refused in the meantime"]);
}

#[test]
fn in_an_outage_one_instance_tries_for_all() {
    let json = r#"{"sidecar":"s:1","sidecar_token":"0123456789abcdef"}"#;
    let worker = Rc::default();
    let mut instances: Vec<Instance> = (0..60).map(|_| in_worker(json, &worker, 0)).collect();
    for instance in &mut instances {
        let request = call(instance, 1_000);
        assert!(give(instance, 1_000, &answer(&request)));
    }
    let mut tries = Vec::new();
    for now in (2_000..12_000).step_by(100) {
        for instance in &mut instances {
            if instance.tick(TimeOfDay(now)).is_some() {
                tries.push(now);
                fail(instance, now + 1);
            }
        }
    }
    assert!((5..20).contains(&tries.len()), "{tries:?}");
    // Those without a call of their own know of the outage as well, and all know when it is over.
    assert!(instances.iter_mut().all(|i| i.check(TimeOfDay(12_000)).err() == Some(Refusal::VaultUnavailable)));
    let back = (12_000..14_000).step_by(100).find(|now| {
        instances.iter_mut().any(|instance| {
            let Some(call) = instance.tick(TimeOfDay(*now)) else { return false };
            give(instance, *now, &answer(&serde_json::from_slice(&call.body).unwrap()))
        })
    });
    let back = back.expect("one is answered");
    let served = instances.iter_mut().filter_map(|i| i.check(TimeOfDay(back + 100)).ok()).count();
    assert!(served >= 59, "{served}");
}

#[test]
fn health_tells_whether_requests_are_served() {
    let health = |instance: &mut Instance, now: u64| {
        let Health { status, body } = instance.health(TimeOfDay(now));
        let body: serde_json::Value = serde_json::from_str(&body).unwrap();
        (status, body["ready"].as_bool().unwrap(), body["vault"].as_str().unwrap().to_owned(), body)
    };
    let mut instance = instance("");
    let (status, ready, vault, body) = health(&mut instance, 500);
    assert_eq!((status, ready, vault.as_str()), (503, false, "starting"));
    assert_eq!(body["refuses_with"], "AWS_MASKER_1004");
    let request = call(&mut instance, 1_000);
    assert!(give(&mut instance, 1_000, &answer(&request)));
    assert_eq!(health(&mut instance, 1_100).3["refuses_with"], serde_json::Value::Null);
    call(&mut instance, 6_100);
    fail_as(&mut instance, 6_200, "resolver failure");
    let (status, _, vault, body) = health(&mut instance, 6_300);
    assert_eq!((status, vault.as_str(), &body["unsent_calls"]), (503, "down", &1.into()));
    let own = r#"{"use_redis":false,"secret":"0123456789abcdef"}"#;
    assert_eq!(health(&mut in_worker(own, &Rc::default(), 0), 0).2, "none");
}

#[test]
fn a_store_that_is_down_refuses_requests_and_loses_nothing() {
    let mut instance = started("");
    mask(&mut instance, VALUE, 1_000).unwrap();
    let request = call(&mut instance, 1_100);
    give(&mut instance, 1_110, &SyncResponse { acknowledged: false, store: StoreState::RedisDown, ..answer(&request) });
    assert_eq!(instance.check(TimeOfDay(1_120)).err(), Some(Refusal::VaultUnavailable));
    assert_eq!(call(&mut instance, 2_000).mappings, request.mappings);
}

#[test]
fn a_heartbeat_goes_out_when_nothing_is_owed() {
    let mut instance = started("");
    assert!(instance.tick(TimeOfDay(5_900)).is_none());
    assert_eq!(call(&mut instance, 6_000).keyring.as_deref(), Some("k1"));
}

#[test]
fn an_unknown_placeholder_is_asked_for_and_known_from_then_on() {
    let mut instance = started("");
    let placeholder = Placeholder::parse("AWS_EC2_7KQ2M9XA4TBN").unwrap();
    instance.want("default", &HashSet::from([placeholder]));
    let request = call(&mut instance, 1_100);
    assert_eq!(request.wanted.len(), 1);
    let found = Mapping {
        scope: "default".into(),
        kind: "ec2_instance".into(),
        placeholder: placeholder.to_string(),
        value: Redacted::new(VALUE),
        known: false,
    };
    give(&mut instance, 1_110, &SyncResponse { found: vec![found], ..answer(&request) });
    assert_eq!(instance.lookup("default", &placeholder), Answer::Value(Secret::new(VALUE)));
    assert_eq!(instance.lookup("other", &placeholder), Answer::Unknown);
    instance.want("default", &HashSet::from([placeholder]));
    assert!(call(&mut instance, 7_000).wanted.is_empty(), "it is known now");
}

#[test]
fn a_value_that_a_definition_showed_is_known_in_the_next_exchange_and_after_a_restart() {
    let mut instance = started("");
    assert!(mask(&mut instance, "acme-prod-logs", 1_000).unwrap().replaced.is_empty());
    mask(&mut instance, BUCKET, 1_000).unwrap();
    let request = call(&mut instance, 3_000);
    assert_eq!((request.follow.len(), request.mappings.len()), (1, 1));
    assert_eq!(mask(&mut instance, "acme-prod-logs", 3_000).unwrap().replaced.len(), 1);

    let mut restarted = started("");
    mask(&mut restarted, "", 1_000).unwrap();
    let asked = call(&mut restarted, 1_100);
    assert_eq!(asked.follow[0].scope, "default");
    let news = ScopeNews { known: request.mappings.clone(), ..nothing_new("default") };
    give(&mut restarted, 1_110, &SyncResponse { news: vec![news], ..answer(&asked) });
    restarted.tick(TimeOfDay(1_200));
    let bare = mask(&mut restarted, "acme-prod-logs", 3_000).unwrap();
    assert_eq!(bare.replaced.len(), 1);
    // It stays known when its time to live is renewed, although this exchange did not show it in a definition.
    let later = 3_000 + 604_800 * 250;
    mask(&mut restarted, "acme-prod-logs", later).unwrap();
    let renewed = call(&mut restarted, later + 100);
    assert_eq!(renewed.mappings, request.mappings);
}

/// Two workers of one gateway: what the one learns, the other knows after its next call, and so it is with what the
/// operator forgets.
#[test]
fn what_one_worker_learned_another_knows() {
    let [mut one, mut other] = [started(""), started("")];
    mask(&mut one, BUCKET, 1_000).unwrap();
    let request = call(&mut one, 1_100);
    assert!(give(&mut one, 1_110, &answer(&request)));
    let told = request.mappings;
    mask(&mut other, "hello", 1_000).unwrap();
    let asked = call(&mut other, 1_100);
    assert!(give(&mut other, 1_110, &answer(&asked)));
    assert!(other.tick(TimeOfDay(2_050)).is_none(), "nothing is owed, and it asks once a second");
    let asked = call(&mut other, 2_200);
    assert_eq!(asked.follow[0].after.as_deref(), Some("1"));
    let placeholder = told[0].placeholder.clone();
    let news = ScopeNews { known: told, until: "2".to_owned(), ..nothing_new("default") };
    give(&mut other, 2_210, &SyncResponse { news: vec![news], ..answer(&asked) });
    other.tick(TimeOfDay(2_300));
    assert_eq!(mask(&mut other, "acme-prod-logs", 2_310).unwrap().replaced.len(), 1);

    let asked = call(&mut other, 3_300);
    assert_eq!(asked.follow[0].after.as_deref(), Some("2"));
    let news = ScopeNews { forgotten: vec![placeholder], until: "3".to_owned(), ..nothing_new("default") };
    give(&mut other, 3_310, &SyncResponse { news: vec![news], ..answer(&asked) });
    other.tick(TimeOfDay(4_400));
    assert_eq!(mask(&mut other, "acme-prod-logs", 4_410).unwrap().replaced.len(), 0);
}

/// What prose, code or configuration says of a name holds where it says so, and changes no later request.
#[test]
fn a_mention_teaches_nothing() {
    let texts = [
        "the bucket is python3-tools and the cluster is payments-blue7",
        "bucket = acme-blue-7\nBUCKET_NAME=acme-green-7",
        r#"{"bucket": "acme-red-7"}"#,
        "arn:aws:s3:::utf-8 s3://base64/ arn:aws:iam::305918274610:role/us-east-1a",
    ];
    let mut instance = started("");
    for text in texts {
        assert!(!mask(&mut instance, text, 1_000).unwrap().replaced.is_empty(), "{text}");
    }
    let request = call(&mut instance, 3_000);
    let later = "python3-tools payments-blue7 acme-blue-7 acme-green-7 acme-red-7 utf-8 base64 us-east-1a";
    assert_eq!(mask(&mut instance, later, 3_000).unwrap().body, None);
    let taught: Vec<_> = request.mappings.iter().filter(|mapping| mapping.known).collect();
    assert!(taught.iter().all(|mapping| texts[3].contains(mapping.value.expose())), "{}", taught.len());
    // What one worker was taught wrongly, another does not believe either.
    let mut other = started("");
    mask(&mut other, "", 1_000).unwrap();
    let asked = call(&mut other, 1_100);
    let known = taught.into_iter().cloned().collect();
    give(
        &mut other,
        1_110,
        &SyncResponse { news: vec![ScopeNews { known, ..nothing_new("default") }], ..answer(&asked) },
    );
    other.tick(TimeOfDay(3_000));
    assert_eq!(mask(&mut other, later, 3_000).unwrap().body, None);
}

fn ids(from: usize, count: usize) -> String {
    (from..from + count).map(|n| format!("i-{n:017x} ")).collect()
}

/// Strict: a request is refused before it goes on, and everything of those that went on is delivered in the end.
/// Lenient: it goes on, and the oldest are dropped and counted.
#[test]
fn mappings_that_do_not_fit_are_refused_and_not_dropped() {
    for fallback in [false, true] {
        let mut instance = started(&format!(r#","redis_fallback":{fallback}"#));
        let mut admitted = HashSet::new();
        let mut refused = 0;
        // 60,000 new values while the call that would deliver them is in flight.
        call(&mut instance, 6_100);
        for n in 0..60 {
            match mask(&mut instance, &ids(n * 1_000, 1_000), 6_150) {
                Ok(masked) => admitted.extend(masked.replaced.entries().map(|(p, _)| p.to_string())),
                Err(refusal) => {
                    assert_eq!(refusal, Refusal::OutboxFull);
                    refused += 1;
                }
            }
        }
        assert_eq!(refused > 0, !fallback, "{refused}");
        // Another tenant still has its room.
        assert!(instance.mask("other", Format::Text, VALUE.as_bytes(), TimeOfDay(6_150)).is_ok());
        let (mut delivered, mut dropped) = (HashSet::new(), 0);
        let mut asked = call_again(&mut instance, 6_200);
        for now in 0..60 {
            delivered.extend(asked.mappings.iter().map(|mapping| mapping.placeholder.clone()));
            dropped += asked.counters.dropped_mappings;
            assert!(give(&mut instance, 6_300 + now * 100, &answer(&asked)));
            match instance.tick(TimeOfDay(6_350 + now * 100)) {
                Some(next) => asked = serde_json::from_slice(&next.body).unwrap(),
                None => break,
            }
        }
        let missing = admitted.difference(&delivered).count() as u64;
        assert_eq!((missing, dropped > 0), (dropped, fallback));
    }
}

/// The call that is in flight is answered; returns the next one.
fn call_again(instance: &mut Instance, now: u64) -> SyncRequest {
    let sound = SyncResponse {
        version: contract::VERSION,
        batch: instance.sidecar().unwrap().batch_in_flight(),
        acknowledged: true,
        refused: Vec::new(),
        store: StoreState::Redis,
        keyring: None,
        found: Vec::new(),
        store_answered: true,
        news: Vec::new(),
    };
    assert!(give(instance, now, &sound));
    call(instance, now + 10)
}

#[test]
fn what_could_never_be_kept_is_refused_for_good() {
    let mut instance = started("");
    let many = Refusal::Mask(Format::Text, MaskError::Budget(Budget::Values));
    assert_eq!(mask(&mut instance, &ids(0, VALUES_MAX + 1), 1_000).err(), Some(many));
    // As many as a request may have are as many as may be owed.
    assert_eq!(VALUES_MAX, outbox::SCOPE_MAPPINGS);
    let lines = format!("{}\n", "MIIEowIBAAKCAQEA3Tz2mr7SZiAMfQyuvBjM9Oi/Y1Qd0e7kLmNoPqRsTuVwXyZ1")
        .repeat(bound::VALUE_BYTES / 64);
    let long = format!("-----BEGIN RSA PRIVATE KEY-----\n{lines}-----END RSA PRIVATE KEY-----\n");
    assert_eq!(mask(&mut instance, &long, 1_000).err(), Some(Refusal::TooMuchToKeep));
    // It left no trace.
    assert_eq!(mask(&mut instance, VALUE, 1_000).unwrap().replaced.len(), 1);
    assert_eq!(call(&mut instance, 1_100).mappings.len(), 1);
}

/// One tenant has used up a quota: its new values are refused, those that the vault has are masked, and another tenant
/// notices nothing.
#[test]
fn a_quota_refuses_one_tenant_alone() {
    let mut instance = started("");
    mask(&mut instance, "i-00000000000000001 i-00000000000000002", 1_000).unwrap();
    let request = call(&mut instance, 1_100);
    let (kept, over) = (request.mappings[0].value.expose(), request.mappings[1].value.expose());
    let refused = RefusedScope { scope: "default".into(), code: code::QUOTA.into(), stored: 1 };
    assert!(give(&mut instance, 1_110, &SyncResponse { refused: vec![refused], ..answer(&request) }));
    assert_eq!(mask(&mut instance, VALUE, 1_200).err(), Some(Refusal::Quota));
    assert_eq!(mask(&mut instance, over, 1_200).err(), Some(Refusal::Quota));
    assert!(mask(&mut instance, kept, 1_200).is_ok() && mask(&mut instance, "hello", 1_200).is_ok());
    assert!(instance.mask("other", Format::Text, VALUE.as_bytes(), TimeOfDay(1_200)).is_ok());
    let next = call(&mut instance, 1_300);
    assert!(next.mappings.iter().all(|mapping| mapping.scope == "other"));
    assert!(give(&mut instance, 1_310, &answer(&next)));
    // What is left over is owed on, and accepted when there is room again.
    let again = call(&mut instance, 3_200);
    assert_eq!(again.mappings, request.mappings[1..]);
    assert!(give(&mut instance, 3_210, &answer(&again)));
    assert!(mask(&mut instance, VALUE, 3_300).is_ok());
}

#[test]
fn a_bound_token_serves_its_scopes_only() {
    let bound = |request: &SyncRequest| SyncResponse {
        keyring: Some(Keyring {
            id: "k2".to_owned(),
            keys: MintKeys::Scopes([("team-a".to_owned(), MintKey::new(&[8; 32]))].into()),
        }),
        ..answer(request)
    };
    for fallback in [false, true] {
        let mut instance = instance(&format!(r#","redis_fallback":{fallback}"#));
        // Before the first answer, the scopes are not known yet.
        assert_eq!(mask(&mut instance, VALUE, 900).is_ok(), fallback);
        let request = call(&mut instance, 1_000);
        let foreign = RefusedScope { scope: "default".into(), code: code::FORBIDDEN.into(), stored: 0 };
        let refused = request.mappings.iter().map(|_| foreign.clone()).collect();
        assert!(give(&mut instance, 1_000, &SyncResponse { refused, ..bound(&request) }));
        assert_eq!(mask(&mut instance, VALUE, 1_100).err(), Some(Refusal::Scope));
        assert!(instance.mask("team-a", Format::Text, VALUE.as_bytes(), TimeOfDay(1_100)).is_ok());
        let next = call(&mut instance, 1_200);
        assert_eq!(next.follow.iter().map(|f| f.scope.as_str()).collect::<Vec<_>>(), ["team-a"]);
        assert_eq!(next.counters.dropped_mappings, u64::from(fallback));
    }
}

#[test]
fn a_filter_that_only_observes_says_so() {
    for (configuration, observes) in [("", false), (r#","mode":"observe""#, true)] {
        assert_eq!(call(&mut instance(configuration), 500).observes, observes);
    }
}
