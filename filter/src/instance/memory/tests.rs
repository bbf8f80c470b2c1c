use super::*;
use masking::{Mint, PlaceholderKey, Policy, Scanner, Text};

fn mint() -> Mint {
    Mint::new(&PlaceholderKey::new([7; 32]), "")
}

/// Learns some values of a scope.
fn teach(memory: &mut Memory, scanner: &Scanner, scope: usize, values: usize, length: usize) {
    let (kind, mint) = (scanner.kind_id("s3_bucket").unwrap(), mint());
    for n in 0..values {
        let value = value(scope, n, length);
        let placeholder = mint.placeholder("s3_bucket", "S3_BUCKET", &value);
        memory.learn(&scope.to_string(), placeholder, kind, &Secret::new(&value), Recognised::ByDefinition);
    }
}

/// A memory in which each scope has shown some values, and the scanner that knows their kind.
fn memory(scopes: usize, values: usize, length: usize) -> (Memory, Scanner) {
    let scanner = Scanner::new(&Policy::default()).unwrap();
    let mut memory = Memory::default();
    (0..scopes).for_each(|scope| teach(&mut memory, &scanner, scope, values, length));
    (memory, scanner)
}

fn value(scope: usize, n: usize, length: usize) -> String {
    format!("{scope}-{n}-{}", "a".repeat(length))
}

fn knows(memory: &mut Memory, scanner: &Scanner, scope: usize, value: &str) -> bool {
    let known = memory.known(&scope.to_string(), Steady(0));
    !scanner.scan(&[Text { text: value, key: None }], &known).is_empty()
}

#[test]
fn a_tick_compiles_some_scopes_and_each_has_its_turn() {
    let (mut memory, scanner) = memory(1_000, 10, 20);
    let stale = |memory: &Memory| memory.scopes.iter().filter(|(_, scope)| scope.stale.is_some()).count();
    let mut left = vec![stale(&memory)];
    while left.last().is_some_and(|left| *left > 0) {
        assert!(left.len() <= 1_000 * COMPILED_MIN / COMPILED_MAX + 1, "{left:?}");
        // All of them in one second: none has its turn twice.
        memory.compile(Steady(2_000 + left.len() as u64));
        left.push(stale(&memory));
    }
    assert!(left.is_sorted_by(|a, b| a - b <= COMPILED_MAX / COMPILED_MIN), "{left:?}");
    for scope in 0..1_000 {
        assert!(knows(&mut memory, &scanner, scope, &value(scope, 3, 20)), "scope {scope}");
        assert!(!knows(&mut memory, &scanner, scope, &value(scope + 1, 3, 20)), "scope {scope}");
    }
}

#[test]
fn of_long_values_the_newest_are_known() {
    let (mut memory, scanner) = memory(1, 1_000, 200);
    memory.compile(Steady(2_000));
    assert!(knows(&mut memory, &scanner, 0, &value(0, 999, 200)));
    assert!(!knows(&mut memory, &scanner, 0, &value(0, 0, 200)));
}

/// The flood of one scope: everything of another is still there.
#[test]
fn a_flood_makes_nothing_of_another_scope_forgotten() {
    let (mut memory, scanner) = memory(1, 12, 20);
    let thought = mint().placeholder("thinking", "THINKING", "one");
    memory.remember_thought("0", thought, "a thought");
    teach(&mut memory, &scanner, 1, 120_000, 60);
    let long = "x".repeat(100_000);
    for n in 0..1_000 {
        memory.remember_thought("1", mint().placeholder("thinking", "THINKING", &n.to_string()), &long);
    }
    for now in 2..20 {
        memory.compile(Steady(now * 1_000));
    }
    for n in 0..12 {
        let placeholder = mint().placeholder("s3_bucket", "S3_BUCKET", &value(0, n, 20));
        assert!(memory.lookup("0", &placeholder).is_some(), "value {n}");
        assert!(knows(&mut memory, &scanner, 0, &value(0, n, 20)), "value {n}");
    }
    assert!(memory.thought("0", &thought).is_some());
}

#[test]
fn a_scope_that_is_forgotten_and_returns_knows_nothing() {
    let (mut memory, scanner) = memory(1, 1, 20);
    memory.compile(Steady(2_000));
    assert!(knows(&mut memory, &scanner, 0, &value(0, 0, 20)));
    (1..=SCOPES_MAX).for_each(|scope| _ = memory.known(&scope.to_string(), Steady(0)));
    assert_eq!(memory.scopes.len(), SCOPES_MAX);
    assert!(!knows(&mut memory, &scanner, 0, &value(0, 0, 20)));
    let placeholder = mint().placeholder("s3_bucket", "S3_BUCKET", &value(0, 0, 20));
    assert!(memory.lookup("0", &placeholder).is_none());
}

#[test]
fn what_the_operator_forgets_is_forgotten_here() {
    let (mut memory, scanner) = memory(1, 3, 20);
    memory.compile(Steady(2_000));
    memory.forget("0", &mint().placeholder("s3_bucket", "S3_BUCKET", &value(0, 1, 20)));
    memory.compile(Steady(4_000));
    assert_eq!([0, 1, 2].map(|n| knows(&mut memory, &scanner, 0, &value(0, n, 20))), [true, false, true]);
    memory.erase("0");
    memory.compile(Steady(6_000));
    assert_eq!([0, 1, 2].map(|n| knows(&mut memory, &scanner, 0, &value(0, n, 20))), [false; 3]);
}

#[test]
fn scopes_that_serve_share_a_call_each_second() {
    let mut memory = Memory::default();
    for (scope, answered) in [("a", 0), ("b", 400), ("c", 600)] {
        memory.known(scope, Steady(0));
        memory.mark_followed(scope, "1", Steady(answered));
    }
    let asked = |memory: &Memory, now: u64| -> Vec<String> {
        memory.to_follow(Steady(now), 9).into_iter().map(|follow| follow.scope).collect()
    };
    assert!(asked(&memory, 999).is_empty(), "a call that is made anyway asks for none before its time");
    assert_eq!(asked(&memory, 1_000), ["a", "b"], "one that is due soon comes along");
    assert_eq!(asked(&memory, 1_100), ["a", "b", "c"]);
}

#[test]
fn a_scope_is_followed_each_second_while_it_serves() {
    let mut memory = Memory::default();
    let asks = |memory: &Memory, now: u64| {
        (memory.has_to_follow(Steady(now)), memory.to_follow(Steady(now), 9).iter().map(|f| f.after.clone()).collect())
    };
    memory.known("a", Steady(1_000));
    assert_eq!(asks(&memory, 1_000), (true, vec![None]));
    assert_eq!(asks(&memory, 1_100), (true, vec![None]), "there was no room in the answer");
    memory.mark_followed("a", "9", Steady(1_200));
    assert_eq!(asks(&memory, 2_100), (false, vec![]));
    assert_eq!(asks(&memory, 2_200), (true, vec![Some("9".to_owned())]));
    assert_eq!(asks(&memory, 61_000), (false, vec![Some("9".to_owned())]), "with a call that is made anyway");
    // The one that waited longest comes first.
    memory.known("b", Steady(61_000));
    let scopes: Vec<_> = memory.to_follow(Steady(61_000), 1).into_iter().map(|follow| follow.scope).collect();
    assert_eq!(scopes, ["b"]);
    memory.leave("a");
    memory.leave("b");
    assert_eq!(asks(&memory, 99_000), (false, vec![]));
}
