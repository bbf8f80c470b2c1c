//! One configuration at work in one worker: the configuration, what is remembered, what is owed, the conversation.

use std::cell::RefCell;
use std::collections::HashSet;
use std::rc::Rc;

use contract::{Counters, Mapping, THINKING_KIND, bound};
use masking::{Answer, Known, Lookup, Mint, Placeholder, PlaceholderKey, Recognised, Replaced, Secret, Thoughts};

use crate::clock::Clock;
use crate::config::{Address, Config, ConfigError, Keys, OnOutage};
use crate::memory::Memory;
use crate::outbox::Outbox;
use crate::refusal::Refusal;
use crate::sync::{Failure, Link, News, Sync};
use crate::worker::{Reach, SidecarName, Worker};

#[derive(Debug)]
pub struct Instance {
    pub config: Result<Config, ConfigError>,
    pub memory: Memory,
    outbox: Outbox,
    sync: Option<Sync>,
    clock: Clock,
    /// What it shares with the other instances of its worker.
    pub worker: Rc<RefCell<Worker>>,
    /// Names the sidecar, if there is one.
    sidecar: Option<SidecarName>,
    /// The time of day at which the last call to the sidecar began.
    called_at: u64,
    /// Whether it owes what the host kept of one that was lost.
    has_recalled: bool,
}

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
pub fn thought_placeholder(mint: &Mint, signature: &str) -> Placeholder {
    mint.placeholder(THINKING_KIND, "THINKING", signature)
}

/// What is remembered of a scope's thinking.
pub struct ScopeThoughts<'m> {
    pub memory: &'m Memory,
    pub scope: &'m str,
    pub mint: &'m Mint,
}

impl Thoughts for ScopeThoughts<'_> {
    fn original(&self, signature: &str) -> Option<String> {
        self.memory.thought(self.scope, &thought_placeholder(self.mint, signature)).map(|original| original.to_string())
    }
}

/// A call to the sidecar.
#[derive(Debug)]
pub struct Call {
    pub address: Address,
    pub authorization: String,
    pub body: Vec<u8>,
}

/// How an instance stands, for whoever asks whether the gateway serves.
#[derive(Debug, PartialEq, Eq)]
pub struct Health {
    pub status: u32,
    /// In JSON: states, codes and numbers.
    pub body: String,
}

impl Instance {
    /// `name` tells this instance from all others.
    pub fn new(config: Result<Config, ConfigError>, name: String, now: u64, worker: Rc<RefCell<Worker>>) -> Self {
        let (sync, sidecar) = match config.as_ref().map(|config| (&config.keys, config.mapping_ttl)) {
            Ok((Keys::Sidecar { address, token, .. }, ttl)) => {
                (Some(Sync::new(name, ttl)), Some(SidecarName::new(address.as_str(), token.expose())))
            }
            _ => (None, None),
        };
        let mut clock = Clock::default();
        clock.at(now);
        let (memory, outbox) = (Memory::default(), Outbox::default());
        let mut instance =
            Self { config, memory, outbox, sync, clock, worker, sidecar, called_at: 0, has_recalled: false };
        instance.inherit(now);
        instance
    }

    /// What the host should be asked for, where it keeps data: a key that an instance before this one had.
    pub fn missing_key(&self) -> Option<SidecarName> {
        self.lacks_key().then(|| self.sidecar.clone()).flatten().filter(|_| self.worker.borrow().has_zone())
    }

    fn lacks_key(&self) -> bool {
        self.sync.as_ref().is_some_and(|sync| sync.key().is_none())
    }

    /// Takes over what the host kept under that name.
    pub fn recall_key(&mut self, sidecar: &SidecarName, kept: &[u8], now: u64) {
        self.worker.borrow_mut().recall(sidecar, kept);
        self.inherit(now);
    }

    /// What the host is to keep, once, and under which name.
    pub fn key_to_keep(&mut self) -> Option<(SidecarName, Vec<u8>)> {
        let sidecar = self.sidecar.clone().filter(|_| self.worker.borrow().has_zone())?;
        let kept = self.worker.borrow_mut().unkept(&sidecar)?;
        Some((sidecar, kept))
    }

    /// What the host should keep of what is owed, in pieces, because no call may be made now that would deliver it. What
    /// is on its way may be lost as well.
    pub fn owed_to_keep(&mut self) -> Vec<(String, Vec<u8>)> {
        let Some(sidecar) = &self.sidecar else { return Vec::new() };
        let mut owed = self.sync.as_mut().map(Sync::keep).unwrap_or_default();
        owed.extend(self.outbox.keep());
        self.worker.borrow_mut().owed_to_keep(sidecar, &owed)
    }

    /// Owes what the host kept of an instance that was lost; once. `process` tells this worker from its neighbours. Gives
    /// what the host should keep of it, as this instance may be lost as well before it could deliver it.
    pub fn recall_owed(
        &mut self,
        process: String,
        take: impl FnMut(&str) -> Option<Vec<u8>>,
    ) -> Vec<(String, Vec<u8>)> {
        self.has_recalled = true;
        let Some(sidecar) = &self.sidecar else { return Vec::new() };
        let mut worker = self.worker.borrow_mut();
        let owed = worker.recall_owed(sidecar, process, take);
        owed.into_iter().for_each(|mapping| self.outbox.owe(mapping));
        worker.owed_to_keep(sidecar, &self.outbox.keep())
    }

    /// What the host need not keep any more, because it is delivered.
    pub fn kept_in_vain(&mut self) -> Vec<String> {
        let delivered = self.outbox.mappings_len() == 0 && self.sync.as_ref().is_some_and(|sync| !sync.owes());
        match &self.sidecar {
            Some(sidecar) if delivered => self.worker.borrow_mut().kept_in_vain(sidecar),
            _ => Vec::new(),
        }
    }

    pub fn has_to_recall(&self) -> bool {
        !self.has_recalled && self.worker.borrow().has_zone()
    }

    /// Takes over the key of its sidecar that another instance of the worker has.
    fn inherit(&mut self, now: u64) {
        let Some(sidecar) = self.sidecar.clone().filter(|_| self.lacks_key()) else { return };
        let keyring = self.worker.borrow().keyring(&sidecar).cloned();
        if let (Some(keyring), Some(sync)) = (keyring, &mut self.sync) {
            sync.inherit(&keyring, self.clock.at(now));
        }
    }

    /// Whether requests are served now, and why not.
    pub fn health(&mut self, now: u64) -> Health {
        let refusal = self.key(now).err().map(Refusal::code);
        let vault = self.link(now).map_or("none", Link::as_str);
        let (failed, unsent) = self.sync.as_ref().map_or((0, 0), |sync| (sync.failed_calls, sync.unsent_calls));
        let body = serde_json::json!({
            "ready": refusal.is_none(),
            "refuses_with": refusal,
            "vault": vault,
            "failed_calls": failed,
            "unsent_calls": unsent,
            "owed_mappings": self.outbox.mappings_len(),
        });
        Health { status: if refusal.is_none() { 200 } else { 503 }, body: body.to_string() }
    }

    /// What requests of this scope are masked with now, or why they must not go on.
    pub fn means(&mut self, scope: &str, now: u64) -> Result<Means, Refusal> {
        let (key, source) = self.key(now)?;
        let mint = Mint::new(key, scope);
        let addresses = self.config.as_ref().map(|config| config.addresses).unwrap_or_default();
        let mint = mint.with_addresses(addresses);
        Ok(Means { mint, known: self.memory.known(scope), key: source })
    }

    /// How the vault stands; `None` if there is none.
    fn link(&mut self, now: u64) -> Option<Link> {
        let steady = self.clock.at(now);
        let (sync, sidecar) = (self.sync.as_ref()?, self.sidecar.as_ref()?);
        // In an outage of some length this instance may not have tried.
        let is_out = matches!(self.worker.borrow().reach(sidecar, now), Reach::Failing { is_out: true, .. });
        Some(if is_out && sync.link(steady) == Link::Up { Link::Down } else { sync.link(steady) })
    }

    fn key(&mut self, now: u64) -> Result<(&PlaceholderKey, KeySource), Refusal> {
        let link = self.link(now);
        let config = self.config.as_ref().map_err(|_| Refusal::Configuration)?;
        let (Keys::Sidecar { on_outage, .. }, Some(sync)) = (&config.keys, &self.sync) else {
            return match &config.keys {
                Keys::Own(key) => Ok((key, KeySource::Regular)),
                Keys::Sidecar { .. } => Err(Refusal::Configuration),
            };
        };
        match (on_outage, sync.key()) {
            (OnOutage::Refuse, None) => Err(Refusal::NoKeyring),
            (OnOutage::Refuse, Some(_)) if link != Some(Link::Up) => Err(Refusal::VaultUnavailable),
            (OnOutage::Refuse, Some(_)) if self.outbox.is_full() => Err(Refusal::OutboxFull),
            (_, Some(key)) => Ok((key, KeySource::Regular)),
            (OnOutage::GoOn(key), None) => Ok((key, KeySource::Fallback)),
        }
    }

    /// Remembers what an exchange replaced, and owes the vault what it does not know yet.
    pub fn replaced(&mut self, scope: &str, replaced: &Replaced, now: u64) {
        let (Ok(config), Some(_)) = (&self.config, &self.sync) else { return };
        let renew_ms = config.mapping_ttl.saturating_mul(1_000) / 4;
        for placeholder in self.memory.remember(scope, replaced, now, renew_ms) {
            if let Some(entry) = replaced.get(&placeholder) {
                self.outbox.owe(Mapping {
                    scope: scope.to_owned(),
                    kind: config.scanner.kind(entry.kind).id.to_string(),
                    placeholder: placeholder.to_string(),
                    value: contract::Value::new(entry.value.expose()),
                    recall: entry.recognised.is_by_context(),
                });
            }
        }
    }

    /// Asks the vault for placeholders that nobody here knows.
    pub fn want(&mut self, scope: &str, placeholders: &HashSet<Placeholder>) {
        let Some(sync) = &mut self.sync else { return };
        placeholders
            .iter()
            .filter(|placeholder| self.memory.lookup(scope, placeholder).is_none())
            .for_each(|placeholder| sync.want(scope, *placeholder));
    }

    /// Remembers thinking that was restored, here and in the vault, so that it can go back as the provider wrote it.
    pub fn thought(&mut self, scope: &str, placeholder: Placeholder, original: &str) {
        let known = self.memory.thought(scope, &placeholder).is_some();
        if !known && original.len() <= bound::VALUE_BYTES {
            self.memory.remember_thought(scope, placeholder, original);
            if self.sync.is_some() {
                self.outbox.owe(Mapping {
                    scope: scope.to_owned(),
                    kind: THINKING_KIND.to_owned(),
                    placeholder: placeholder.to_string(),
                    value: contract::Value::new(original),
                    recall: false,
                });
            }
        }
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
    pub fn lookup(&self, scope: &str, placeholder: &Placeholder) -> Answer {
        match (self.memory.lookup(scope, placeholder), &self.config) {
            (Some((kind, _)), Ok(config)) if config.never_restore.contains(&kind) => Answer::Withheld,
            (Some((_, value)), Ok(_)) => Answer::Value(value),
            _ => Answer::Unknown,
        }
    }

    /// The call to make now, if any. Time passes here: this is also when known values are compiled.
    pub fn tick(&mut self, now: u64) -> Option<Call> {
        let steady = self.clock.at(now);
        self.memory.compile(steady);
        self.worker.borrow_mut().ticked();
        if self.worker.borrow_mut().is_quiet(now) {
            return None;
        }
        let Ok(Config { keys: Keys::Sidecar { address, token, .. }, .. }) = &self.config else { return None };
        let (sync, sidecar) = (self.sync.as_mut()?, self.sidecar.as_ref()?);
        match self.worker.borrow().reach(sidecar, now) {
            Reach::Failing { may_try: false, .. } => return None,
            Reach::Failing { .. } => {}
            Reach::Fair => sync.retry(steady),
        }
        let body = sync.tick(steady, &mut self.outbox, &self.memory)?;
        self.called_at = now;
        self.worker.borrow_mut().called(sidecar, now);
        Some(Call { address: address.clone(), authorization: token.header(), body })
    }

    /// The sidecar's answer. Gives a line for the log, if there is something to say.
    pub fn answered(&mut self, now: u64, status: u32, body: &[u8]) -> Option<String> {
        let steady = self.clock.at(now);
        let news = self.sync.as_mut()?.answered(steady, now, status, body, &mut self.outbox, &mut self.memory);
        let Some(News { keyring, mappings }) = news else { return self.outage(now, &format!("status {status}")) };
        if let (Some(keyring), Some(sidecar)) = (keyring, &self.sidecar) {
            self.worker.borrow_mut().learn(sidecar, &keyring);
        }
        for mapping in mappings {
            self.learn(&mapping, now);
        }
        let (failed, refused) = self.worker.borrow_mut().call_answered(self.sidecar.as_ref()?, now)?;
        Some(format!("the sidecar answers again; {failed} calls failed, {refused} requests were refused meanwhile"))
    }

    /// The call did not succeed; the host tells why. Gives a line for the log, if there is something to say.
    pub fn failed(&mut self, now: u64, failure: Failure, why: &str) -> Option<String> {
        let steady = self.clock.at(now);
        self.sync.as_mut()?.failed(steady, failure, &mut self.outbox.counters);
        self.outage(now, why)
    }

    fn outage(&mut self, now: u64, why: &str) -> Option<String> {
        let Ok(Config { keys: Keys::Sidecar { address, .. }, .. }) = &self.config else { return None };
        let count = self.worker.borrow_mut().call_failed(self.sidecar.as_ref()?, self.called_at, now)?;
        let address = address.as_str();
        Some(format!("the sidecar at {address} does not answer as it should ({why}; {count} calls); trying on"))
    }

    /// Learns a mapping that the vault knows.
    fn learn(&mut self, mapping: &Mapping, now: u64) {
        let (Ok(config), Some(placeholder)) = (&self.config, Placeholder::parse(&mapping.placeholder)) else { return };
        if mapping.kind == THINKING_KIND {
            return self.memory.remember_thought(&mapping.scope, placeholder, mapping.value.expose());
        }
        let Some(kind) = config.scanner.kind_id(&mapping.kind) else { return };
        let value = Secret::new(mapping.value.expose());
        self.memory.learn(&mapping.scope, placeholder, kind, &value, Recognised::of(mapping.recall));
        self.memory.acknowledged(&mapping.scope, placeholder, now);
    }
}

/// Knows what an exchange replaced, and then what its scope has replaced before.
#[derive(Debug, Clone)]
pub struct Values {
    pub instance: Rc<RefCell<Instance>>,
    pub scope: String,
    pub replaced: Rc<Replaced>,
}

impl Lookup for Values {
    fn lookup(&self, placeholder: &Placeholder) -> Answer {
        // The borrow fails only within a call of the instance itself, which restores nothing.
        let Ok(instance) = self.instance.try_borrow() else { return Answer::Unknown };
        let Some(entry) = self.replaced.get(placeholder) else { return instance.lookup(&self.scope, placeholder) };
        let withheld = instance.config.as_ref().is_ok_and(|config| config.never_restore.contains(&entry.kind));
        if withheld { Answer::Withheld } else { Answer::Value(entry.value.clone()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::configuration;
    use crate::sync::TICK_MS;
    use contract::{Keyring, Store, SyncRequest, SyncResponse, Value};
    use masking::dialect::Options;
    use masking::{Format, Masked, Masker, NoThoughts};

    const VALUE: &str = "i-0123456789abcdef0";
    const BUCKET: &str = "see s3://acme-prod-logs/x";

    fn instance(more: &str) -> Instance {
        let json = format!(r#"{{"sidecar":"s:1","sidecar_token":"0123456789abcdef"{more}}}"#);
        in_worker(&json, &Rc::default(), 0)
    }

    /// An instance whose own timer has run.
    fn in_worker(json: &str, worker: &Rc<RefCell<Worker>>, now: u64) -> Instance {
        let config = configuration(json.as_bytes());
        let mut instance = Instance::new(config, "test".into(), now, Rc::clone(worker));
        assert!(instance.tick(now + TICK_MS + 1).is_none(), "it may be the timer of the one before");
        instance
    }

    /// Masks a text as a request would be, and owes the vault what was replaced.
    fn mask(instance: &mut Instance, text: &str, now: u64) -> Result<Masked, Refusal> {
        let Means { mint, known, .. } = instance.means("default", now)?;
        let scanner = &instance.config.as_ref().unwrap().scanner;
        let masked = Masker { scanner, known: &known, mint: &mint, options: Options::default(), thoughts: &NoThoughts }
            .mask(Format::Text, text.as_bytes())
            .unwrap();
        instance.replaced("default", &masked.replaced, now);
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

    /// Whether it was a good answer.
    fn give(instance: &mut Instance, now: u64, answer: &SyncResponse) -> bool {
        gives(instance, now, 200, &serde_json::to_vec(answer).unwrap())
    }

    fn gives(instance: &mut Instance, now: u64, status: u32, body: &[u8]) -> bool {
        let failed = |instance: &Instance| instance.sync.as_ref().map(|sync| sync.failed_calls);
        let before = failed(instance);
        instance.answered(now, status, body);
        failed(instance) == before
    }

    fn fail(instance: &mut Instance, now: u64) -> Option<String> {
        instance.failed(now, Failure::Unanswered, "timeout")
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
            fail(&mut instance, 1_150);
            // One failure is no outage yet; a second of them is.
            assert!(instance.means("default", 1_200).is_ok());
            assert_eq!(instance.means("default", 2_200).is_ok(), fallback);
            let again = call(&mut instance, 2_300);
            assert_eq!(again.mappings.len(), 1);
            assert!(give(&mut instance, 2_310, &answer(&again)));
            assert!(instance.means("default", 2_320).is_ok());
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
        let config = configuration(br#"{"sidecar":"s:1","sidecar_token":"0123456789abcdef"}"#);
        let mut instance = Instance::new(config, "test".into(), 0, Rc::default());
        // A busy worker runs the timers of instances before this one late, in the round in which its own is due.
        for stray in [20, TICK_MS, TICK_MS + 7, TICK_MS + 7, TICK_MS + 8] {
            assert!(instance.tick(stray).is_none(), "{stray}");
        }
        call(&mut instance, 2 * TICK_MS + 7);
    }

    #[test]
    fn a_clock_that_is_set_back_holds_nothing_up() {
        let mut instance = started("");
        mask(&mut instance, VALUE, 1_000_000_000).unwrap();
        call(&mut instance, 1_000_000_100);
        fail(&mut instance, 1_000_000_200);
        assert!(instance.tick(5_000).is_none(), "the pause after a failure");
        call(&mut instance, 6_000);
    }

    #[test]
    fn an_instance_that_follows_another_has_its_key() {
        let json = r#"{"sidecar":"s:1","sidecar_token":"0123456789abcdef"}"#;
        let [worker, other_memory] = [(); 2].map(|()| {
            let worker: Rc<RefCell<Worker>> = Rc::default();
            worker.borrow_mut().found_zone();
            worker
        });
        let mut first = in_worker(json, &worker, 0);
        assert_eq!((first.missing_key().is_some(), first.key_to_keep()), (true, None));
        let request = call(&mut first, 1_000);
        assert!(give(&mut first, 1_000, &answer(&request)));
        let (name, kept) = first.key_to_keep().unwrap();
        assert_eq!((first.missing_key(), first.key_to_keep()), (None, None), "the host has it");

        // In the same memory; and in a new one, from what the host kept.
        let mut second = in_worker(json, &worker, 2_000);
        let mut third = in_worker(json, &other_memory, 2_000);
        assert_eq!(third.means("default", 2_100).err(), Some(Refusal::NoKeyring));
        assert_eq!(third.missing_key(), Some(name.clone()));
        third.recall_key(&name, &kept, 2_100);
        let minted = mask(&mut first, VALUE, 1_000).unwrap().body;
        for (instance, now) in [(&mut second, 2_200), (&mut third, 2_200)] {
            assert_eq!(mask(instance, VALUE, now - 80).unwrap().body, minted);
            instance.tick(now - 70);
            assert_eq!(call(instance, now).mappings.len(), 1, "and owes what it replaced");
            // It is no reason to believe that the vault is there.
            fail(instance, now + 100);
            assert_eq!(instance.means("default", now + 1_200).err(), Some(Refusal::VaultUnavailable));
        }
        let other = r#"{"sidecar":"s:1","sidecar_token":"fedcba9876543210"}"#;
        assert!(in_worker(other, &worker, 2_000).missing_key().is_some(), "another token, another key");
    }

    #[test]
    fn an_outage_is_told_once_by_all_instances_of_a_worker() {
        let json = r#"{"sidecar":"s:1","sidecar_token":"0123456789abcdef"}"#;
        let worker = Rc::default();
        let mut instances = [in_worker(json, &worker, 0), in_worker(json, &worker, 0)];
        instances.iter_mut().for_each(|instance| drop(call(instance, 1_000)));
        let told: Vec<String> = instances.iter_mut().filter_map(|instance| fail(instance, 1_100)).collect();
        assert_eq!(told, ["the sidecar at s:1 does not answer as it should (timeout; 1 calls); trying on"]);
        let told: Vec<String> = instances
            .iter_mut()
            .filter_map(|instance| {
                let again = call(instance, 1_300);
                instance.answered(1_400, 200, &serde_json::to_vec(&answer(&again)).unwrap())
            })
            .collect();
        assert_eq!(told, ["the sidecar answers again; 2 calls failed, 0 requests were refused meanwhile"]);
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
                if instance.tick(now).is_some() {
                    tries.push(now);
                    fail(instance, now + 1);
                }
            }
        }
        assert!((5..20).contains(&tries.len()), "{tries:?}");
        // Those that never tried know it as well, and all know when it is over.
        assert!(instances.iter_mut().all(|i| i.means("default", 12_000).err() == Some(Refusal::VaultUnavailable)));
        let back = (12_000..14_000).step_by(100).find(|now| {
            instances.iter_mut().any(|instance| {
                let Some(call) = instance.tick(*now) else { return false };
                give(instance, *now, &answer(&serde_json::from_slice(&call.body).unwrap()))
            })
        });
        let back = back.expect("one is answered");
        let served = instances.iter_mut().filter_map(|i| i.means("default", back + 100).ok()).count();
        assert!(served >= 59, "{served}");
    }

    #[test]
    fn health_tells_whether_requests_are_served() {
        let health = |instance: &mut Instance, now| {
            let Health { status, body } = instance.health(now);
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
        instance.failed(6_200, Failure::Unsent, "resolver failure");
        let (status, _, vault, body) = health(&mut instance, 6_300);
        assert_eq!((status, vault.as_str(), &body["unsent_calls"]), (503, "down", &1.into()));
        let own = r#"{"use_redis":false,"secret":"0123456789abcdef"}"#;
        assert_eq!(health(&mut in_worker(own, &Rc::default(), 0), 0).2, "none");
        assert_eq!(health(&mut in_worker("{", &Rc::default(), 0), 0).3["refuses_with"], "AWS_MASKER_4001");
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
        assert!(instance.tick(5_900).is_none());
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
            value: Value::new(VALUE),
            recall: false,
        };
        give(&mut instance, 1_110, &SyncResponse { found: vec![found], ..answer(&request) });
        assert_eq!(instance.lookup("default", &placeholder), Answer::Value(Secret::new(VALUE)));
        assert_eq!(instance.lookup("other", &placeholder), Answer::Unknown);
        instance.want("default", &HashSet::from([placeholder]));
        assert!(call(&mut instance, 1_200).wanted.is_empty(), "it is known now");
    }

    #[test]
    fn a_value_seen_in_context_is_known_in_the_next_exchange_and_after_a_restart() {
        let mut instance = started("");
        assert!(mask(&mut instance, "acme-prod-logs", 1_000).unwrap().replaced.is_empty());
        mask(&mut instance, BUCKET, 1_000).unwrap();
        let request = call(&mut instance, 3_000);
        assert_eq!((request.recall, request.mappings.len()), (vec!["default".to_owned()], 1));
        assert_eq!(mask(&mut instance, "acme-prod-logs", 3_000).unwrap().replaced.len(), 1);

        let mut restarted = started("");
        mask(&mut restarted, "", 1_000).unwrap();
        let asked = call(&mut restarted, 1_100);
        assert_eq!(asked.recall, ["default"]);
        give(&mut restarted, 1_110, &SyncResponse { recalled: request.mappings, ..answer(&asked) });
        restarted.tick(3_000);
        assert_eq!(mask(&mut restarted, "acme-prod-logs", 3_000).unwrap().replaced.len(), 1);
    }
}
