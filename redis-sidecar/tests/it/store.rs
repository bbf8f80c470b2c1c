//! The laws of a store, held by both.

use std::time::Duration;

use contract::Scope;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::TestRunner;
use redis_sidecar::config::{Config, RawConfig, StoreConfig};
use redis_sidecar::name::RecordKey;
use redis_sidecar::store::memory::Memory;
use redis_sidecar::store::redis::Redis as RedisStore;
use redis_sidecar::store::{Cursor, Record, Store};

use crate::support::{Redis, SECRET, TOKEN, placeholder_of};

const TTL: Duration = Duration::from_secs(600);

fn key(scope: &str, value: &str) -> RecordKey {
    RecordKey {
        scope: Scope::parse(scope).unwrap(),
        placeholder: masking::Placeholder::parse(&placeholder_of(value)).unwrap(),
    }
}

fn record(scope: &str, value: &str, by_context: bool) -> Record {
    Record { key: key(scope, value), sealed: value.as_bytes().to_vec(), by_context }
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

async fn check(store: &dyn Store) {
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
    let recent = store.recent(&a.scope).await.unwrap();
    assert_eq!(recent, ["x", "z", "y"].map(|value| key("a", value).placeholder), "newest first, once each");

    assert_eq!(store.forget(&[a.clone(), key("a", "z"), key("a", "unknown")]).await, Ok(2));
    assert_eq!(store.get(std::slice::from_ref(&a), None).await, Ok(vec![None]));
    assert_eq!(store.recent(&a.scope).await.unwrap(), ["x", "y"].map(|value| key("a", value).placeholder));
    assert_eq!(store.ping().await, Ok(()));
    assert_eq!(store.put(&[], TTL).await, Ok(()), "nothing to do is no failure");
}

#[tokio::test]
async fn memory_holds_the_laws() {
    check(&Memory::new(1 << 20)).await;
}

#[tokio::test]
async fn redis_holds_the_laws() {
    let redis = Redis::start().await;
    check(&on(&redis)).await;
}

/// Something to do with a store, in few scopes and with few values so that they meet.
#[derive(Debug, Clone)]
enum Step {
    Put(Vec<Record>),
    Get(Vec<RecordKey>),
    Recent(Scope),
    Forget(Vec<RecordKey>),
    All(&'static str),
}

fn step() -> impl Strategy<Value = Step> {
    let scope = || select(vec!["a", "a:b"]);
    let value = || select(vec!["i-1", "i-2", "i-3", "i-4"]);
    let keys = || vec((scope(), value()).prop_map(|(scope, value)| key(scope, value)), 0..4);
    let records = vec(
        (scope(), value(), any::<bool>()).prop_map(|(scope, value, by_context)| record(scope, value, by_context)),
        0..2,
    );
    prop_oneof![
        4 => records.prop_map(Step::Put),
        2 => keys().prop_map(Step::Get),
        2 => scope().prop_map(|scope| Step::Recent(Scope::parse(scope).unwrap())),
        1 => keys().prop_map(Step::Forget),
        1 => scope().prop_map(Step::All),
    ]
}

async fn take(store: &dyn Store, step: &Step) -> String {
    match step {
        Step::Put(records) => format!("{:?}", store.put(records, TTL).await),
        Step::Get(keys) => format!("{:?}", store.get(keys, Some(TTL)).await),
        Step::Recent(scope) => format!("{:?}", store.recent(scope).await),
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
    let left: i64 = redis.query(&["TTL", "aws-masker-recent:a"]).await.unwrap();
    assert!((1..=300).contains(&left), "the recall list lives as long, {left}");
}

#[tokio::test]
async fn the_recall_list_is_bounded() {
    let redis = Redis::start().await;
    let stores: [&dyn Store; 2] = [&Memory::new(64 << 20), &on(&redis)];
    for store in stores {
        for start in (0..3_000).step_by(1_000) {
            let records: Vec<_> = (start..start + 1_000).map(|n| record("a", &format!("i-{n}"), true)).collect();
            store.put(&records, TTL).await.unwrap();
        }
        let recent = store.recent(&Scope::parse("a").unwrap()).await.unwrap();
        assert_eq!(recent.len(), contract::bound::RECALLED, "{store:?}");
    }
}
