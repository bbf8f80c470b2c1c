//! One configuration at work in one worker: the configuration, what is remembered, what is owed, the conversation.

use std::collections::HashSet;
use std::num::NonZeroUsize;
use std::rc::Rc;

use contract::{Counters, Mapping, THINKING_KIND, bound};
use lru::LruCache;
use masking::{Answer, Known, Lookup, Mint, PlaceholderKey, Secret, Thoughts, Token, Vault};

use crate::clock::Clock;
use crate::config::{Config, ConfigError, Keys, OnOutage};
use crate::memory::Memory;
use crate::outbox::Outbox;
use crate::refusal::Refusal;
use crate::sync::{Link, Sync};

#[derive(Debug)]
pub struct Instance {
    pub config: Result<Config, ConfigError>,
    pub memory: Memory,
    outbox: Outbox,
    sync: Option<Sync>,
    clock: Clock,
    /// Bytes of replaced request bodies that the host still holds, by client connection.
    held: LruCache<Vec<u8>, u64>,
}

/// Client connections whose held bytes are counted.
const CONNECTIONS_MAX: NonZeroUsize = NonZeroUsize::MIN.saturating_add(10_000);
/// Bytes that the host may hold for one connection before its client is asked to open another.
const HELD_MAX: u64 = 32 << 20;

/// What a request is masked with.
#[derive(Debug)]
pub struct Means {
    pub mint: Mint,
    pub known: Rc<Known>,
    pub key: KeySource,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeySource {
    /// The vault's, or that of a filter without one.
    Regular,
    /// Derived from the token, because the vault has not answered yet.
    Fallback,
}

/// The placeholder under which thinking of this signature is kept.
pub fn thought_token(mint: &Mint, signature: &str) -> Token {
    mint.token(THINKING_KIND, "THINKING", signature)
}

/// What is remembered of a scope's thinking.
pub struct ScopeThoughts<'m> {
    pub memory: &'m Memory,
    pub scope: &'m str,
    pub mint: &'m Mint,
}

impl Thoughts for ScopeThoughts<'_> {
    fn original(&self, signature: &str) -> Option<String> {
        self.memory.thought(self.scope, &thought_token(self.mint, signature)).map(|original| original.to_string())
    }
}

/// A call to the sidecar.
#[derive(Debug)]
pub struct Call {
    pub address: String,
    pub authorization: String,
    pub body: Vec<u8>,
}

impl Instance {
    /// `name` tells this instance from all others.
    pub fn new(config: Result<Config, ConfigError>, name: String, now: u64) -> Self {
        let sync = match config.as_ref().map(|config| (&config.keys, config.mapping_ttl)) {
            Ok((Keys::Sidecar { .. }, ttl)) => Some(Sync::new(name, ttl)),
            _ => None,
        };
        let held = LruCache::new(CONNECTIONS_MAX);
        let mut clock = Clock::default();
        clock.at(now);
        Self { config, memory: Memory::default(), outbox: Outbox::default(), sync, clock, held }
    }

    /// What requests of this scope are masked with now, or why they must not go on.
    pub fn means(&mut self, scope: &str, now: u64) -> Result<Means, Refusal> {
        let now = self.clock.at(now);
        let (key, source) = self.key(now)?;
        let mint = Mint::new(key, scope);
        Ok(Means { mint, known: self.memory.known(scope), key: source })
    }

    fn key(&self, now: u64) -> Result<(&PlaceholderKey, KeySource), Refusal> {
        let config = self.config.as_ref().map_err(|_| Refusal::Configuration)?;
        let (Keys::Sidecar { on_outage, .. }, Some(sync)) = (&config.keys, &self.sync) else {
            return match &config.keys {
                Keys::Own(key) => Ok((key, KeySource::Regular)),
                Keys::Sidecar { .. } => Err(Refusal::Configuration),
            };
        };
        match (on_outage, sync.key()) {
            (OnOutage::Refuse, None) => Err(Refusal::NoKeyring),
            (OnOutage::Refuse, Some(_)) if sync.link(now) != Link::Up => Err(Refusal::VaultUnavailable),
            (OnOutage::Refuse, Some(_)) if self.outbox.is_full() => Err(Refusal::OutboxFull),
            (_, Some(key)) => Ok((key, KeySource::Regular)),
            (OnOutage::GoOn(key), None) => Ok((key, KeySource::Fallback)),
        }
    }

    /// Remembers what an exchange replaced, and owes the vault what it does not know yet.
    pub fn replaced(&mut self, scope: &str, vault: &Vault, now: u64) {
        let (Ok(config), Some(_)) = (&self.config, &self.sync) else { return };
        let renew_ms = config.mapping_ttl.saturating_mul(1_000) / 4;
        for token in self.memory.remember(scope, vault, now, renew_ms) {
            if let Some(entry) = vault.get(&token) {
                self.outbox.owe(Mapping {
                    scope: scope.to_owned(),
                    kind: config.catalogue.kind(entry.kind).id.to_string(),
                    placeholder: token.to_string(),
                    value: contract::Value::new(entry.value.expose()),
                    recall: entry.recall,
                });
            }
        }
    }

    /// Asks the vault for placeholders that nobody here knows.
    pub fn want(&mut self, scope: &str, tokens: &HashSet<Token>) {
        let Some(sync) = &mut self.sync else { return };
        tokens
            .iter()
            .filter(|token| self.memory.lookup(scope, token).is_none())
            .for_each(|token| sync.want(scope, *token));
    }

    /// Remembers thinking that was restored, here and in the vault, so that it can go back as the provider wrote it.
    pub fn thought(&mut self, scope: &str, token: Token, original: &str) {
        let known = self.memory.thought(scope, &token).is_some();
        if !known && original.len() <= bound::VALUE_BYTES {
            self.memory.remember_thought(scope, token, original);
            if self.sync.is_some() {
                self.outbox.owe(Mapping {
                    scope: scope.to_owned(),
                    kind: THINKING_KIND.to_owned(),
                    placeholder: token.to_string(),
                    value: contract::Value::new(original),
                    recall: false,
                });
            }
        }
    }

    /// Counts a replaced body on its connection. Tells whether the connection should be closed after the answer.
    pub fn holds(&mut self, connection: &[u8], bytes: u64) -> bool {
        let held = self.held.get_or_insert_mut_ref(connection, || 0);
        *held += bytes;
        let full = *held >= HELD_MAX;
        if full {
            self.held.pop(connection);
        }
        full
    }

    pub fn count(&mut self, count: impl FnOnce(&mut Counters)) {
        if self.sync.is_some() {
            count(&mut self.outbox.counters);
        }
    }

    pub fn report(&mut self, exchange: contract::Exchange) {
        if self.sync.is_some() {
            self.outbox.report(exchange);
        }
    }

    /// The value of a placeholder that another exchange of the scope replaced.
    pub fn lookup(&self, scope: &str, token: &Token) -> Answer {
        match (self.memory.lookup(scope, token), &self.config) {
            (Some((kind, _)), Ok(config)) if config.never_restore.contains(&kind) => Answer::Withheld,
            (Some((_, value)), Ok(_)) => Answer::Value(value),
            _ => Answer::Unknown,
        }
    }

    /// The call to make now, if any. Time passes here: this is also when known values are compiled.
    pub fn tick(&mut self, now: u64) -> Option<Call> {
        let now = self.clock.at(now);
        self.memory.compile(now);
        let Ok(Config { keys: Keys::Sidecar { address, token, .. }, .. }) = &self.config else { return None };
        let body = self.sync.as_mut()?.tick(now, &mut self.outbox, &self.memory)?;
        Some(Call { address: address.clone(), authorization: token.header(), body })
    }

    /// The sidecar's answer. Gives whether it was a good one.
    pub fn answered(&mut self, now: u64, status: u32, body: &[u8]) -> bool {
        let Some(sync) = &mut self.sync else { return false };
        let steady = self.clock.at(now);
        let news = sync.answered(steady, now, status, body, &mut self.outbox, &mut self.memory);
        let good = news.is_some();
        for mapping in news.into_iter().flatten() {
            self.learn(&mapping, now);
        }
        good
    }

    /// The call did not succeed.
    pub fn failed(&mut self, now: u64) {
        let now = self.clock.at(now);
        if let Some(sync) = &mut self.sync {
            sync.failed(now);
        }
    }

    /// Learns a mapping that the vault knows.
    fn learn(&mut self, mapping: &Mapping, now: u64) {
        let (Ok(config), Some(token)) = (&self.config, Token::parse(&mapping.placeholder)) else { return };
        if mapping.kind == THINKING_KIND {
            return self.memory.remember_thought(&mapping.scope, token, mapping.value.expose());
        }
        let Some(kind) = config.catalogue.kind_id(&mapping.kind) else { return };
        let value = Secret::new(mapping.value.expose());
        self.memory.learn(&mapping.scope, token, kind, &value, mapping.recall);
        self.memory.acknowledged(&mapping.scope, token, now);
    }
}

/// Knows what an exchange replaced, and then what its scope has replaced before.
#[derive(Debug)]
pub struct Values {
    pub instance: Rc<std::cell::RefCell<Instance>>,
    pub scope: String,
    pub vault: Rc<Vault>,
}

impl Lookup for Values {
    fn lookup(&self, token: &Token) -> Answer {
        // The borrow fails only within a call of the instance itself, which restores nothing.
        let Ok(instance) = self.instance.try_borrow() else { return Answer::Unknown };
        let Some(entry) = self.vault.get(token) else { return instance.lookup(&self.scope, token) };
        let withheld = instance.config.as_ref().is_ok_and(|config| config.never_restore.contains(&entry.kind));
        if withheld { Answer::Withheld } else { Answer::Value(entry.value.clone()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sync::TICK_MS;
    use contract::{Keyring, Store, SyncRequest, SyncResponse, Value};
    use masking::dialect::Options;
    use masking::{Format, Masked, Masker, NoThoughts};

    const VALUE: &str = "i-0123456789abcdef0";
    const BUCKET: &str = "see s3://acme-prod-logs/x";

    fn instance(more: &str) -> Instance {
        let json = format!(r#"{{"sidecar":"s:1","sidecar_token":"0123456789abcdef"{more}}}"#);
        Instance::new(Config::parse(json.as_bytes(), |_| None), "test".into(), 0)
    }

    /// Masks a text as a request would be, and owes the vault what was replaced.
    fn mask(instance: &mut Instance, text: &str, now: u64) -> Result<Masked, Refusal> {
        let Means { mint, known, .. } = instance.means("default", now)?;
        let catalogue = &instance.config.as_ref().unwrap().catalogue;
        let masked =
            Masker { catalogue, known: &known, mint: &mint, options: Options::default(), thoughts: &NoThoughts }
                .mask(Format::Text, text.as_bytes())
                .unwrap();
        instance.replaced("default", &masked.vault, now);
        Ok(masked)
    }

    fn call(instance: &mut Instance, now: u64) -> SyncRequest {
        serde_json::from_slice(&instance.tick(now).expect("a call is due").body).unwrap()
    }

    /// A good answer to the call, with a keyring.
    fn answer(request: &SyncRequest) -> SyncResponse {
        SyncResponse {
            version: contract::VERSION,
            batch: request.batch,
            acknowledged: true,
            store: Store::Redis,
            keyring: Some(Keyring { id: "k1".into(), placeholder_key: Value::new("07".repeat(32)) }),
            found: Vec::new(),
            answered: true,
            recalled: Vec::new(),
        }
    }

    fn give(instance: &mut Instance, now: u64, answer: &SyncResponse) -> bool {
        instance.answered(now, 200, &serde_json::to_vec(answer).unwrap())
    }

    fn started(more: &str) -> Instance {
        let mut instance = instance(more);
        let request = call(&mut instance, 1_000);
        assert!(give(&mut instance, 1_000, &answer(&request)));
        instance
    }

    #[test]
    fn without_a_key_requests_wait_or_go_on_with_the_fallback() {
        assert_eq!(instance("").means("default", 0).err(), Some(Refusal::NoKeyring));
        let means = instance(r#","redis_fallback":true"#).means("default", 0).unwrap();
        assert_eq!(means.key, KeySource::Fallback);
        assert_eq!(started("").means("default", 1_000).unwrap().key, KeySource::Regular);
        assert_eq!(instance(r#","nonsense":1"#).means("default", 0).err(), Some(Refusal::Configuration));
    }

    #[test]
    fn what_is_owed_arrives_after_an_outage() {
        for fallback in [false, true] {
            let mut instance = started(&format!(r#","redis_fallback":{fallback}"#));
            mask(&mut instance, VALUE, 1_000).unwrap();
            assert_eq!(call(&mut instance, 1_100).mappings.len(), 1);
            instance.failed(1_150);
            // One failure is no outage yet; a second of them is.
            assert!(instance.means("default", 1_200).is_ok());
            assert_eq!(instance.means("default", 2_200).is_ok(), fallback);
            let again = call(&mut instance, 2_300);
            assert_eq!(again.mappings.len(), 1);
            assert!(give(&mut instance, 2_310, &answer(&again)));
            assert!(instance.means("default", 2_320).is_ok());
            // Acknowledged: not owed again, until its time to live has to be renewed.
            mask(&mut instance, VALUE, 2_330).unwrap();
            assert!(instance.tick(2_340).is_none());
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
            assert!(!instance.answered(1_001, *status, body));
            assert_eq!(instance.means("default", 1_002).unwrap().key, KeySource::Fallback);
            // It is tried again soon, with everything that was owed.
            assert!(instance.tick(1_050).is_none());
            // What was owed since then waits: a batch that may have arrived is sent again as it was.
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
        assert!(instance.tick(3_000).is_none());
        assert_eq!(instance.means("default", 3_000).err(), Some(Refusal::VaultUnavailable));
        assert!(instance.tick(6_100).is_none(), "the failure is followed by a pause");
        assert_eq!(call(&mut instance, 6_300).mappings.len(), 1);
    }

    #[test]
    fn the_first_call_waits_for_a_tick_of_its_own() {
        let mut instance = instance("");
        assert!(instance.tick(TICK_MS).is_none());
        call(&mut instance, TICK_MS + 1);
    }

    #[test]
    fn a_clock_that_is_set_back_holds_nothing_up() {
        let mut instance = started("");
        mask(&mut instance, VALUE, 1_000_000_000).unwrap();
        call(&mut instance, 1_000_000_100);
        instance.failed(1_000_000_200);
        assert!(instance.tick(5_000).is_none(), "the pause after a failure");
        call(&mut instance, 6_000);
    }

    #[test]
    fn a_store_that_is_down_refuses_requests_and_loses_nothing() {
        let mut instance = started("");
        mask(&mut instance, VALUE, 1_000).unwrap();
        let request = call(&mut instance, 1_100);
        give(&mut instance, 1_110, &SyncResponse { acknowledged: false, store: Store::RedisDown, ..answer(&request) });
        assert_eq!(instance.means("default", 1_120).err(), Some(Refusal::VaultUnavailable));
        assert_eq!(call(&mut instance, 2_000).mappings, request.mappings);
    }

    #[test]
    fn a_heartbeat_goes_out_when_nothing_is_owed() {
        let mut instance = started("");
        assert!(instance.tick(1_500).is_none());
        assert_eq!(call(&mut instance, 2_000).keyring.as_deref(), Some("k1"));
    }

    #[test]
    fn an_unknown_placeholder_is_asked_for_and_known_from_then_on() {
        let mut instance = started("");
        let token = Token::parse("AWS_EC2_7KQ2M9XA4TBN").unwrap();
        instance.want("default", &HashSet::from([token]));
        let request = call(&mut instance, 1_100);
        assert_eq!(request.wanted.len(), 1);
        let found = Mapping {
            scope: "default".into(),
            kind: "ec2_instance".into(),
            placeholder: token.to_string(),
            value: Value::new(VALUE),
            recall: false,
        };
        give(&mut instance, 1_110, &SyncResponse { found: vec![found], ..answer(&request) });
        assert_eq!(instance.lookup("default", &token), Answer::Value(Secret::new(VALUE)));
        assert_eq!(instance.lookup("other", &token), Answer::Unknown);
        instance.want("default", &HashSet::from([token]));
        assert!(call(&mut instance, 1_200).wanted.is_empty(), "it is known now");
    }

    #[test]
    fn a_value_seen_in_context_is_known_in_the_next_exchange_and_after_a_restart() {
        let mut instance = started("");
        assert!(mask(&mut instance, "acme-prod-logs", 1_000).unwrap().vault.is_empty());
        mask(&mut instance, BUCKET, 1_000).unwrap();
        let request = call(&mut instance, 3_000);
        assert_eq!((request.recall, request.mappings.len()), (vec!["default".to_owned()], 1));
        assert_eq!(mask(&mut instance, "acme-prod-logs", 3_000).unwrap().vault.len(), 1);

        let mut restarted = started("");
        mask(&mut restarted, "", 1_000).unwrap();
        let asked = call(&mut restarted, 1_100);
        assert_eq!(asked.recall, ["default"]);
        give(&mut restarted, 1_110, &SyncResponse { recalled: request.mappings, ..answer(&asked) });
        restarted.tick(3_000);
        assert_eq!(mask(&mut restarted, "acme-prod-logs", 3_000).unwrap().vault.len(), 1);
    }
}
