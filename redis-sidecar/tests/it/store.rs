//! The laws of a store, held by both.

use std::time::Duration;

use contract::Scope;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::TestRunner;
use redis_sidecar::config::{Config, RawConfig, StoreConfig};
use redis_sidecar::name::{RecordKey, SourceName};
use redis_sidecar::quota::Usage;
use redis_sidecar::store::memory::Memory;
use redis_sidecar::store::redis::Redis as RedisStore;
use redis_sidecar::store::{Change, Cursor, FEED, Followed, News, Record, Store};

use crate::support::{Redis, SECRET, TOKEN, eventually, placeholder_of};

const TTL: Duration = Duration::from_secs(600);

fn key(scope: &str, value: &str) -> RecordKey {
    RecordKey {
        scope: Scope::parse(scope).unwrap(),
        placeholder: masking::Placeholder::parse(&placeholder_of(value)).unwrap(),
    }
}

fn record(scope: &str, value: &str, known: bool) -> Record {
    Record { key: key(scope, value), sealed: value.as_bytes().to_vec(), known }
}

fn on(redis: &Redis) -> RedisStore {
    let (url, raw) =
        (redis.url(), |url| RawConfig::of([("REDIS_URL", url), ("MASKER_TOKEN", TOKEN), ("MASKER_SECRET", SECRET)]));
    match Config::parse(&raw(&url)).unwrap().store {
        StoreConfig::Redis(config) => RedisStore::new(&config).unwrap(),
        StoreConfig::Memory { .. } => panic!("REDIS_URL was given"),
    }
}

async fn all(store: &dyn Store, scope: Option<&str>) -> Vec<RecordKey> {
    let scope = scope.map(|scope| Scope::parse(scope).unwrap());
    let (mut keys, mut from) = (Vec::new(), Some(Cursor::default()));
    while let Some(at) = from {
        let page = store.page(scope.as_ref(), at).await.unwrap();
        keys.extend(page.keys);
        from = page.next;
    }
    keys.sort_by_key(|key| (key.scope.clone(), key.placeholder));
    keys.dedup();
    keys
}

/// Of several askers one has the turn, until it is over.
async fn check_turns(store: &dyn Store) {
    let [a, b] = ["a", "a:b"].map(|scope| Scope::parse(scope).unwrap());
    let [s, t] = ["s", "t"].map(|source| SourceName::parse(source).unwrap());
    for (scope, source) in [(&a, &s), (&a, &t), (&b, &s)] {
        assert_eq!(store.take_turn(scope, source, TTL).await, Ok(true));
        assert_eq!(store.take_turn(scope, source, TTL).await, Ok(false));
    }
    store.set_turn(&a, &s, Duration::from_millis(1)).await.unwrap();
    eventually("the next turn", async || store.take_turn(&a, &s, TTL).await.unwrap().then_some(())).await;
    assert_eq!(store.take_turn(&a, &s, TTL).await, Ok(false));
    assert_eq!(store.take_turn(&a, &t, TTL).await, Ok(false), "it is another one's");
}

async fn check(store: &dyn Store) {
    check_turns(store).await;
    let [a, b, c] = ["a", "b", "a:b"].map(|scope| key(scope, "one"));
    assert_eq!(store.get(std::slice::from_ref(&a), None).await, Ok(vec![None]), "nothing is there at first");

    store.put(&[record("a", "one", false), record("a:b", "one", true)], TTL).await.unwrap();
    let found = vec![Some(b"one".to_vec()), None, Some(b"one".to_vec())];
    assert_eq!(store.get(&[a.clone(), b, c], Some(TTL)).await, Ok(found), "in the order asked, in its scope only");

    assert_eq!(all(store, Some("a")).await, std::slice::from_ref(&a), "a scope is no prefix of another");
    assert_eq!(all(store, None).await.len(), 2);

    for value in ["x", "y", "z", "x"] {
        store.put(&[record("a", value, true)], TTL).await.unwrap();
    }
    let known = store.known(&a.scope).await.unwrap();
    assert_eq!(known, ["x", "z", "y"].map(|value| key("a", value).placeholder), "newest first, once each");

    assert_eq!(store.forget(&[a.clone(), key("a", "z"), key("a", "unknown")]).await, Ok(2));
    assert_eq!(store.get(std::slice::from_ref(&a), None).await, Ok(vec![None]));
    assert_eq!(store.known(&a.scope).await.unwrap(), ["x", "y"].map(|value| key("a", value).placeholder));
    assert_eq!(store.ping().await, Ok(()));
    assert_eq!(store.put(&[], TTL).await, Ok(()), "nothing to do is no failure");
}

/// The news of a scope after a place in its feed.
async fn news(store: &dyn Store, scope: &str, after: Option<&str>) -> News {
    let followed = Followed { scope: Scope::parse(scope).unwrap(), after: after.map(str::to_owned), estate: None };
    store.news(&[followed]).await.unwrap().pop().unwrap()
}

async fn check_feed(store: &dyn Store) {
    let learned = |value: &str| Change::Known(key("f", value).placeholder);
    let changes = |news: &News| news.changes.iter().map(|(_, change)| *change).collect::<Vec<_>>();
    let first = news(store, "f", None).await;
    assert_eq!(changes(&first), []);
    assert_eq!(news(store, "f", Some(&first.until)).await, first, "nothing new");
    for value in ["x", "y", "x"] {
        store.put(&[record("f", value, true), record("f", "never", false)], TTL).await.unwrap();
    }
    let all = news(store, "f", Some(&first.until)).await;
    assert_eq!(changes(&all), ["y", "x"].map(learned), "the oldest first, and each once");
    assert_eq!(changes(&news(store, "f", None).await), changes(&all));
    assert_eq!(changes(&news(store, "g", None).await), [], "another scope");
    // Two that follow from there, at different times.
    store.put(&[record("f", "z", true)], TTL).await.unwrap();
    let second = news(store, "f", Some(&all.until)).await;
    assert_eq!(changes(&second), [learned("z")]);
    let gone = Change::Forgotten(key("f", "z").placeholder);
    let scope = Scope::parse("f").unwrap();
    store.tell(&[(scope.clone(), gone), (scope.clone(), Change::Erased)]).await.unwrap();
    assert_eq!(changes(&news(store, "f", Some(&all.until)).await), [learned("z"), gone, Change::Erased]);
    assert_eq!(changes(&news(store, "f", Some(&second.until)).await), [gone, Change::Erased]);
    // Whoever is too far behind, or knows another feed, starts again.
    store.tell(&vec![(scope.clone(), gone); 2 * FEED]).await.unwrap();
    for place in [second.until.as_str(), "99999999999999-7", "7"] {
        assert_eq!(changes(&news(store, "f", Some(place)).await), ["y", "x", "z"].map(learned), "{place}");
    }
}

async fn check_usage(store: &dyn Store) {
    let usage = async |scope: &str| store.usage(&[Scope::parse(scope).unwrap()]).await.unwrap()[0];
    assert_eq!(usage("u").await, Usage::default());
    store.put(&[record("u", "one", true), record("u", "two", false), record("u", "one", true)], TTL).await.unwrap();
    let two = usage("u").await;
    assert_eq!((two.mappings, two.known), (2, 1));
    assert!((400..600).contains(&two.bytes), "{two:?}");
    store.put(&[record("u", "two", false)], 2 * TTL).await.unwrap();
    store.get(&[key("u", "one")], Some(TTL)).await.unwrap();
    let same = usage("u").await;
    assert_eq!((same.mappings, same.bytes, same.known), (two.mappings, two.bytes, 1), "renewed");
    store.forget(&[key("u", "one"), key("u", "unknown")]).await.unwrap();
    let one = usage("u").await;
    assert_eq!((one.mappings, one.bytes, one.known), (1, two.bytes / 2, 0));
    assert_eq!(store.has(&[key("u", "one"), key("u", "two")]).await.unwrap(), [false, true]);
}

#[tokio::test]
async fn memory_holds_the_laws() {
    let memory = Memory::new(1 << 20);
    check(&memory).await;
    check_feed(&memory).await;
    check_usage(&memory).await;
}

#[tokio::test]
async fn redis_holds_the_laws() {
    let redis = Redis::start().await;
    let store = on(&redis);
    check(&store).await;
    check_feed(&store).await;
    check_usage(&store).await;
}

/// Something to do with a store, in few scopes and with few values so that they meet.
#[derive(Debug, Clone)]
enum Step {
    Put(Vec<Record>),
    Get(Vec<RecordKey>),
    Known(Scope),
    Usage(Scope),
    Has(Vec<RecordKey>),
    Forget(Vec<RecordKey>),
    All(&'static str),
}

fn step() -> impl Strategy<Value = Step> {
    let scope = || select(vec!["a", "a:b"]);
    let value = || select(vec!["i-1", "i-2", "i-3", "i-4"]);
    let keys = || vec((scope(), value()).prop_map(|(scope, value)| key(scope, value)), 0..4);
    let records =
        vec((scope(), value(), any::<bool>()).prop_map(|(scope, value, known)| record(scope, value, known)), 0..2);
    prop_oneof![
        4 => records.prop_map(Step::Put),
        2 => keys().prop_map(Step::Get),
        2 => scope().prop_map(|scope| Step::Known(Scope::parse(scope).unwrap())),
        2 => scope().prop_map(|scope| Step::Usage(Scope::parse(scope).unwrap())),
        1 => keys().prop_map(Step::Has),
        1 => keys().prop_map(Step::Forget),
        1 => scope().prop_map(Step::All),
    ]
}

async fn take(store: &dyn Store, step: &Step) -> String {
    match step {
        Step::Put(records) => format!("{:?}", store.put(records, TTL).await),
        Step::Get(keys) => format!("{:?}", store.get(keys, Some(TTL)).await),
        Step::Known(scope) => format!("{:?}", store.known(scope).await),
        // A minute may begin between two puts.
        Step::Usage(scope) => {
            let usage = store.usage(std::slice::from_ref(scope)).await.unwrap();
            format!("{:?}", usage.into_iter().map(|usage| Usage { fresh: 0, ..usage }).collect::<Vec<_>>())
        }
        Step::Has(keys) => format!("{:?}", store.has(keys).await),
        Step::Forget(keys) => format!("{:?}", store.forget(keys).await),
        Step::All(scope) => format!("{:?}", all(store, Some(scope)).await),
    }
}

#[test]
fn nobody_can_tell_the_stores_apart() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let redis = runtime.block_on(Redis::start());
    let store = on(&redis);
    let mut runner = TestRunner::new(proptest::test_runner::Config { failure_persistence: None, ..Default::default() });
    let outcome = runner.run(&vec(step(), 1..24), |steps| {
        runtime.block_on(async {
            redis.query::<()>(&["FLUSHALL"]).await.unwrap();
            let memory = Memory::new(1 << 20);
            for step in steps {
                prop_assert_eq!(take(&memory, &step).await, take(&store, &step).await, "{:?}", step);
            }
            Ok(())
        })
    });
    outcome.unwrap();
}

#[tokio::test]
async fn redis_gives_each_mapping_its_time_and_renews_it_on_use() {
    let redis = Redis::start().await;
    let store = on(&redis);
    let one = key("a", "one");
    let name = format!("aws-masker:a:{}", one.placeholder);
    for (ttl, renew, expected) in [(600, None, 600), (600, Some(900), 900), (300, None, 300)] {
        store.put(&[record("a", "one", true)], Duration::from_secs(ttl)).await.unwrap();
        store.get(std::slice::from_ref(&one), renew.map(Duration::from_secs)).await.unwrap();
        let left: i64 = redis.query(&["TTL", &name]).await.unwrap();
        assert!((expected - 5..=expected).contains(&left), "{left} of {expected} left");
    }
    for name in ["aws-masker-known:a", "aws-masker-feed:a"] {
        let left: i64 = redis.query(&["TTL", name]).await.unwrap();
        assert!((1..=300).contains(&left), "{name} lives as long, {left}");
    }
    let left: i64 = redis.query(&["TTL", "aws-masker-usage:a"]).await.unwrap();
    assert!((300..=1_800).contains(&left), "the counts live longer, {left}");
}

#[tokio::test]
async fn what_is_answered_of_the_known_values_is_bounded() {
    let redis = Redis::start().await;
    let stores: [&dyn Store; 2] = [&Memory::new(64 << 20), &on(&redis)];
    for store in stores {
        for start in (0..3_000).step_by(1_000) {
            let records: Vec<_> = (start..start + 1_000).map(|n| record("a", &format!("i-{n}"), true)).collect();
            store.put(&records, TTL).await.unwrap();
        }
        let known = store.known(&Scope::parse("a").unwrap()).await.unwrap();
        assert_eq!(known.len(), contract::bound::KNOWN, "{store:?}");
    }
}
