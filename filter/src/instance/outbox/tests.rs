use super::*;
use contract::Redacted;

const NOW: Steady = Steady(1_000);

fn of(scope: &str, n: usize) -> Mapping {
    let value = Redacted::new(format!("value {n}"));
    Mapping { scope: scope.into(), kind: "k".into(), placeholder: format!("P{n}"), value, known: false }
}

fn mapping(n: usize) -> Mapping {
    of("s", n)
}

fn exchange() -> ExchangeSummary {
    ExchangeSummary { scope: "s".into(), ..ExchangeSummary::default() }
}

fn names(mappings: &[Mapping]) -> Vec<&str> {
    mappings.iter().map(|m| m.placeholder.as_str()).collect()
}

#[test]
fn what_is_owed_stays_until_it_is_delivered_and_is_owed_once() {
    let mut outbox = Outbox::default();
    [1, 2, 1].into_iter().for_each(|n| outbox.owe(mapping(n)));
    let batch = outbox.take_batch(NOW);
    assert_eq!(names(&batch.mappings), ["P1", "P2"]);
    // In flight: not owed a second time.
    outbox.owe(mapping(1));
    outbox.owe(mapping(3));
    assert_eq!(outbox.mappings_len(), 3);
    assert_eq!(names(&outbox.settle(&batch, &[], NOW)), ["P1", "P2"]);
    let next = outbox.take_batch(NOW);
    assert_eq!(names(&next.mappings), ["P3"]);
    outbox.settle(&next, &[], NOW);
    assert_eq!((outbox.has_due(NOW), outbox.mappings_len(), outbox.bytes), (false, 0, 0));
    outbox.owe(mapping(1));
    assert_eq!(names(&outbox.take_batch(NOW).mappings), ["P1"]);
}

#[test]
fn a_mapping_is_copied_once() {
    let mut outbox = Outbox::default();
    [1, 2].into_iter().for_each(|n| outbox.owe(mapping(n)));
    assert_eq!(outbox.take_unkept().len(), 2);
    outbox.owe(mapping(2));
    outbox.owe(mapping(3));
    assert_eq!(names(&outbox.take_unkept()), ["P3"]);
    outbox.owe(mapping(4));
    outbox.take_batch(NOW);
    assert!(outbox.take_unkept().is_empty(), "it is on its way");
}

/// A flood of one scope is refused at the scope's bound, then at that of all, and never takes the last room of another.
#[test]
fn each_scope_has_its_room() {
    let mut outbox = Outbox::default();
    let fill = |outbox: &mut Outbox, scope: &str| {
        let count = (0..).take_while(|n| outbox.fits(scope, 1, 7).then(|| outbox.owe(of(scope, *n))).is_some()).count();
        assert!(!outbox.fits(scope, 1, 7));
        count
    };
    assert_eq!(["a", "b", "c"].map(|scope| fill(&mut outbox, scope)), [SCOPE_MAPPINGS, SCOPE_MAPPINGS, LEAST_MAPPINGS]);
    assert!(outbox.fits("d", LEAST_MAPPINGS, LEAST_BYTES) && !outbox.fits("d", LEAST_MAPPINGS + 1, 1));
    assert!(!outbox.fits("d", 1, LEAST_BYTES + 1));
    assert_eq!(outbox.counters.dropped_mappings, 0);
    // Where requests are let through, a scope drops its own.
    outbox.make_room("c", 10, 70);
    assert_eq!((outbox.counters.dropped_mappings, outbox.owes("c", "P9"), outbox.owes("c", "P10")), (10, false, true));
}

#[test]
fn scopes_take_turns() {
    let mut outbox = Outbox::default();
    (0..SCOPE_MAPPINGS).for_each(|n| outbox.owe(of("flood", n)));
    ["b", "c"].into_iter().for_each(|scope| outbox.owe(of(scope, 1)));
    let batch = outbox.take_batch(NOW);
    assert_eq!(batch.mappings.len(), BATCH_MAPPINGS);
    assert!(["b", "c"].iter().all(|scope| batch.mappings.iter().any(|mapping| mapping.scope == *scope)));
}

#[test]
fn what_exceeds_a_quota_is_owed_on() {
    let mut outbox = Outbox::default();
    (0..5).for_each(|n| outbox.owe(of("full", n)));
    (0..2).for_each(|n| outbox.owe(of("b", n)));
    let batch = outbox.take_batch(NOW);
    let refused = RefusedScope { scope: "full".into(), code: code::QUOTA.into(), stored: 2 };
    let stored = outbox.settle(&batch, std::slice::from_ref(&refused), NOW);
    let mut stored: Vec<_> = stored.iter().map(|m| (m.scope.as_str(), m.placeholder.as_str())).collect();
    stored.sort_unstable();
    assert_eq!(stored, [("b", "P0"), ("b", "P1"), ("full", "P0"), ("full", "P1")]);
    assert_eq!((outbox.mappings_len(), outbox.has_due(NOW)), (3, false));
    assert!(outbox.is_refused("full", NOW) && !outbox.is_refused("b", NOW));
    // Newer ones wait behind them, and other scopes do not.
    outbox.owe(of("full", 9));
    outbox.owe(of("b", 9));
    assert_eq!(outbox.take_batch(NOW.plus(QUOTA_MS - 1)).mappings, [of("b", 9)]);
    let later = NOW.plus(QUOTA_MS);
    assert!(outbox.has_due(later) && !outbox.is_refused("full", later));
    assert_eq!(outbox.take_unkept().len(), 4, "of what came back there may be no copy");
    assert_eq!(names(&outbox.take_batch(later).mappings), ["P2", "P3", "P4", "P9"]);
    assert_eq!(outbox.counters.dropped_mappings, 0);
}

#[test]
fn what_the_token_is_not_for_is_dropped_and_counted() {
    let mut outbox = Outbox::default();
    (0..3).for_each(|n| outbox.owe(of("foreign", n)));
    let batch = outbox.take_batch(NOW);
    outbox.owe(of("foreign", 3));
    let refused = RefusedScope { scope: "foreign".into(), code: code::FORBIDDEN.into(), stored: 0 };
    assert!(outbox.settle(&batch, &[refused], NOW).is_empty());
    assert_eq!((outbox.mappings_len(), outbox.bytes, outbox.counters.dropped_mappings), (0, 0, 4));
}

#[test]
fn a_batch_keeps_below_the_bounds_of_a_call() {
    let mut outbox = Outbox::default();
    for n in 0..100 {
        outbox.owe(Mapping { value: Redacted::new("\n".repeat(bound::VALUE_BYTES)), ..of(&format!("s{}", n % 7), n) });
        outbox.report(ExchangeSummary { masked: vec![("k".repeat(100), 1); 200], ..exchange() });
    }
    outbox.owe(Mapping { value: Redacted::new("x".repeat(bound::VALUE_BYTES + 1)), ..mapping(2_000) });
    assert_eq!(outbox.counters.dropped_mappings, 1);
    let batch = outbox.take_batch(NOW);
    assert!(!batch.mappings.is_empty() && !batch.exchanges.is_empty());
    assert!(wire_len(&(batch.mappings, batch.exchanges)) < bound::BODY_BYTES);
}

#[test]
fn bodies_have_their_bound_and_summaries_stay() {
    let mut outbox = Outbox::default();
    let whole = BODIES_BYTES / bound::MASKED_BODY_BYTES;
    for _ in 0..whole + 3 {
        outbox.report(ExchangeSummary { masked_body: Some("\n".repeat(bound::MASKED_BODY_BYTES)), ..exchange() });
    }
    let with_body = |exchanges: &[ExchangeSummary]| exchanges.iter().filter(|e| e.masked_body.is_some()).count();
    let (mut summaries, mut bodies) = (0, 0);
    while outbox.has_due(NOW) {
        let exchanges = outbox.take_batch(NOW).exchanges;
        assert!(wire_len(&exchanges) < bound::BODY_BYTES / 2);
        summaries += exchanges.len();
        bodies += with_body(&exchanges);
    }
    assert_eq!((summaries, bodies, outbox.bodies), (whole + 3, whole, 0));
}
