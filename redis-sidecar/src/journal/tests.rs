use contract::{ExchangeSummary, SyncRequest};
use serde_json::{Value, json};

use super::*;
use crate::store::{Breaker, Eviction};

const UP: Health =
    Health { state: StoreState::Redis, breaker: Breaker::Closed, eviction: Eviction::Never, held: 0, evicted: 0 };
const DOWN: Health = Health { state: StoreState::RedisDown, breaker: Breaker::Open, ..UP };

fn journal(audiences: &[Scopes]) -> Journal {
    Journal::new(audiences.iter().cloned(), UP, 1_000_000)
}

fn only(name: &str) -> Scopes {
    Scopes::Only(vec![Scope::parse(name).unwrap()])
}

fn batch(scope: &str, exchanges: usize, at_ms: u64) -> Batch {
    let exchange = ExchangeSummary { scope: scope.into(), at_ms, ..ExchangeSummary::default() };
    let request: SyncRequest = serde_json::from_value(json!({"version": 1, "instance": "w1", "batch": 1,
        "mapping_ttl": 60, "exchanges": vec![exchange; exchanges]}))
    .unwrap();
    Batch::parse(request).unwrap()
}

fn report(journal: &Journal, audience: &Scopes, mark: &mut Mark, now: u64) -> Value {
    serde_json::to_value(journal.report(audience, mark, now)).unwrap()
}

#[test]
fn a_listener_is_told_everything_once() {
    let journal = journal(&[Scopes::All]);
    let mut mark = Mark::default();
    journal.record(&batch("a", 2, 1_000_000), 1_000_500);
    let first = report(&journal, &Scopes::All, &mut mark, 1_000_500);
    assert_eq!((&first["seconds"][0]["requests"], first["exchanges"].as_array().unwrap().len()), (&json!(2), 2));
    let second = report(&journal, &Scopes::All, &mut mark, 1_001_000);
    assert_eq!((&second["seconds"], &second["exchanges"]), (&json!([]), &json!([])));
    // A late exchange changes its own second, which is told again as a whole.
    journal.record(&batch("a", 1, 1_000_000), 1_002_000);
    let third = report(&journal, &Scopes::All, &mut mark, 1_002_000);
    assert_eq!((&third["seconds"][0]["t"], &third["seconds"][0]["requests"]), (&json!(1_000), &json!(3)));
    assert_eq!(third["exchanges"].as_array().unwrap().len(), 1);
}

#[test]
fn nobody_is_told_of_foreign_scopes() {
    let journal = journal(&[Scopes::All, only("a")]);
    let foreign = batch("b", 3, 1_000_000);
    journal.called(&foreign, 1_000_000);
    journal.record(&foreign, 1_000_000);
    journal.judge(UP, 1_000_000);
    let told = report(&journal, &only("a"), &mut Mark::default(), 1_000_000);
    for field in ["seconds", "exchanges", "filters", "scopes"] {
        assert_eq!(told[field], json!([]), "{field}");
    }
    assert_eq!((&told["all"], &told["truth"]["state"]), (&json!(false), &json!("waiting")));
    let all = report(&journal, &Scopes::All, &mut Mark::default(), 1_000_000);
    assert_eq!((&all["scopes"], &all["truth"]["state"]), (&json!(["b"]), &json!("protecting")));
}

#[test]
fn the_line_of_truth_turns_with_the_store_and_back() {
    let journal = journal(&[Scopes::All]);
    journal.called(&batch("a", 0, 0), 1_000_000);
    for (store, now, turned, state, since) in [
        (UP, 1_001_000, true, "protecting", 1_001_000),
        (UP, 1_002_000, false, "protecting", 1_001_000),
        (DOWN, 1_003_000, true, "refusing", 1_003_000),
        (UP, 1_004_000, true, "protecting", 1_004_000),
    ] {
        assert_eq!(journal.judge(store, now), turned, "{now}");
        let told = report(&journal, &Scopes::All, &mut Mark::default(), now);
        assert_eq!((&told["truth"]["state"], &told["truth"]["since_ms"]), (&json!(state), &json!(since)), "{now}");
    }
}

/// More than ten minutes of 1,000 exchanges a second.
#[test]
fn a_busy_gateway_makes_no_longer_report() {
    let journal = journal(&[Scopes::All]);
    for second in 0..700 {
        for _ in 0..2 {
            journal.record(&batch("a", 500, second * 1_000), second * 1_000);
        }
        journal.judge(UP, second * 1_000);
    }
    let told = report(&journal, &Scopes::All, &mut Mark::default(), 699_000);
    assert_eq!((told["seconds"].as_array().unwrap().len() as u64, told["left_out"].as_u64()), (WINDOW, Some(450)));
    assert!(told.to_string().len() < 200_000, "{}", told.to_string().len());
}
