use super::*;
use contract::{MintKey, MintKeys, Redacted};

fn keyring(id: &str) -> Keyring {
    Keyring { id: id.to_owned(), keys: MintKeys::Root(MintKey::new(&[7; 32])) }
}

#[test]
fn entries_with_the_same_policy_share_its_catalogue() {
    let mut worker = Worker::default();
    let other = Policy { always: vec!["Acme".into()], ..Policy::default() };
    let [first, second] = [(); 2].map(|()| worker.scanner(Policy::default()).unwrap());
    let third = worker.scanner(other).unwrap();
    assert!(Rc::ptr_eq(&first, &second) && !Rc::ptr_eq(&first, &third));
    drop((first, second, third));
    drop(worker.scanner(Policy::default()));
    assert_eq!(worker.scanners.len(), 1, "those that nobody uses are gone");
}

#[test]
fn a_key_is_kept_once_and_for_its_own_sidecar_only() {
    let [ours, other] = ["0123456789abcdef", "fedcba9876543210"].map(|token| SidecarName::new("s:1", token));
    assert!(ours != other && !ours.as_str().contains("0123456789abcdef"));
    let mut worker = Worker::default();
    assert_eq!(worker.take_unkept(&ours), None);
    worker.learn(&ours, &keyring("k1"));
    let kept = worker.take_unkept(&ours).unwrap();
    assert_eq!(worker.take_unkept(&ours), None);
    worker.learn(&ours, &keyring("k1"));
    assert_eq!(worker.take_unkept(&ours), None, "it is the same");
    worker.learn(&ours, &keyring("k2"));
    assert!(worker.take_unkept(&ours).is_some(), "it is another");

    let mut next = Worker::default();
    next.recall_key(&other, &kept);
    next.recall_key(&ours, b"nonsense");
    assert_eq!((next.keyring(&ours), next.keyring(&other)), (None, None));
    next.recall_key(&ours, &kept);
    assert_eq!(next.keyring(&ours), Some(&keyring("k1")));
    assert_eq!(next.take_unkept(&ours), None, "the host has it");
    assert!(!format!("{next:?}").contains("0707"));
}

#[test]
fn after_a_push_no_call_begins_for_a_while() {
    let mut worker = Worker::default();
    let quiet = |worker: &mut Worker, now: u64| {
        worker.on_configure(TimeOfDay(now));
        [now, now + QUIET_MS - 1, now + QUIET_MS].map(|now| worker.is_quiet(TimeOfDay(now)))
    };
    assert_eq!(quiet(&mut worker, 1_000), [false; 3], "the worker starts");
    worker.on_tick(TimeOfDay(1_001));
    assert_eq!(quiet(&mut worker, 5_000), [false; 3], "a host that keeps nothing would lose what is owed");
    worker.use_zone();
    assert_eq!(quiet(&mut worker, 9_000), [true, true, false]);
}

#[test]
fn what_is_owed_meanwhile_is_found_by_the_next_memory() {
    let [ours, other] = ["0123456789abcdef", "fedcba9876543210"].map(|token| SidecarName::new("s:1", token));
    let mapping = |n: u64| Mapping {
        scope: "s".into(),
        kind: "k".into(),
        placeholder: format!("P{n}"),
        value: Redacted::new("v"),
        known: false,
    };
    let mut worker = Worker::default();
    worker.recall_owed(&ours, "7".into(), |_| None);
    let mut zone: BTreeMap<String, Vec<u8>> = (0..3).flat_map(|n| worker.keep_owed(&ours, &[mapping(n)])).collect();
    let long = Mapping { value: Redacted::new("x".repeat(PIECE_BYTES)), ..mapping(9) };
    assert!(worker.keep_owed(&ours, &[long]).is_empty(), "it would not fit into the zone");
    let mut next = Worker::default();
    assert!(next.recall_owed(&other, "7".into(), |name| zone.remove(name)).is_empty(), "another token");
    assert!(next.recall_owed(&ours, "8".into(), |name| zone.remove(name)).is_empty(), "another worker");
    let owed = next.recall_owed(&ours, "7".into(), |name| zone.remove(name));
    assert_eq!((owed.len(), zone.len(), next.release_owed(&ours).len()), (3, 0, 0));
    // Together in one piece now, until it is delivered.
    assert_eq!(next.keep_owed(&ours, &owed).len(), 1);
    assert_eq!(next.release_owed(&ours), [piece(&ours, "7", 0)]);
    assert!(next.release_owed(&ours).is_empty());
}

fn failing((is_out, may_try): (bool, bool)) -> Reach {
    Reach::Failing { is_out, may_try }
}

#[test]
fn an_outage_is_told_at_its_beginning_and_its_end() {
    let (mut worker, sidecar) = (Worker::default(), SidecarName::new("s:1", "0123456789abcdef"));
    assert_eq!(worker.on_call_answer(&sidecar, TimeOfDay(500)), None);
    assert_eq!(worker.on_call_failure(&sidecar, TimeOfDay(600), TimeOfDay(1_000)), Some(1));
    assert_eq!(worker.on_call_failure(&sidecar, TimeOfDay(600), TimeOfDay(1_001)), None);
    worker.on_call(&sidecar, TimeOfDay(1_001));
    let reach = [1_100, 1_201, 2_000].map(|now| worker.reach(&sidecar, TimeOfDay(now)));
    assert_eq!(reach, [(false, false), (false, true), (true, true)].map(failing));
    assert_eq!(worker.count_refusal(Refusal::VaultUnavailable, TimeOfDay(1_100)), Some(1));
    assert_eq!(worker.count_refusal(Refusal::OutboxFull, TimeOfDay(1_101)), None, "the same code");
    assert_eq!(worker.count_refusal(Refusal::MediaType, TimeOfDay(1_102)), Some(1));
    assert_eq!(worker.on_call_answer(&sidecar, TimeOfDay(2_000)), Some((2, 2)));
    assert_eq!(worker.reach(&sidecar, TimeOfDay(2_000)), Reach::Fair);
    assert_eq!(
        worker.on_call_failure(&sidecar, TimeOfDay(1_900), TimeOfDay(2_001)),
        None,
        "it began before the answer"
    );
    assert_eq!(worker.on_call_answer(&sidecar, TimeOfDay(2_100)), None);
    assert_eq!(worker.count_refusal(Refusal::VaultUnavailable, TimeOfDay(2_200)), Some(1));
    assert_eq!(worker.count_refusal(Refusal::MediaType, TimeOfDay(2_300)), None);
}
