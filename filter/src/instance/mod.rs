//! One configuration at work in one worker: its settings, memory, debts to the vault, and conversation with the
//! sidecar.

pub(crate) mod clock;
pub(crate) mod lookup;
pub(crate) mod mask;
mod memory;
mod outbox;
pub(crate) mod root;
mod seek;
pub(crate) mod sidecar;
pub(crate) mod sync;
pub(crate) mod worker;

use std::cell::RefCell;
use std::num::NonZeroUsize;
use std::rc::Rc;

use contract::{Counters, Mapping, ScopeNews, THINKING_KIND, Wanted, code};
use lru::LruCache;
use masking::dialect::Options;
use masking::{AddressCodes, Answer, Guard, KindId, Mint, Placeholder, PlaceholderKey, Recognised, Scanner, Secret};

use self::clock::{Clock, Steady, TimeOfDay};
use self::memory::Memory;
use self::sidecar::{Call, Reply, Sidecar, UsedKey};
use self::worker::Worker;
use self::worker::zone::Zone;
use crate::refusal::Refusal;
use filter_config::{Action, Actions, Attachments, Config, Direction, Keys, Mode, Readers, ScopeRule, Strict};

#[derive(Debug)]
pub(crate) struct Instance {
    pub scope_rule: ScopeRule,
    pub direction: Direction,
    pub log_masked_requests: bool,
    pub record_masked_bodies: bool,
    pub options: Options,
    pub attachments: Attachments,
    pub strict: Strict,
    addresses: AddressCodes,
    pub scanner: Rc<Scanner>,
    pub mode: Mode,
    actions: Actions,
    pub readers: Option<Readers>,
    pub guard: Option<Rc<Guard>>,
    keys: KeySource,
    /// The mints of the scopes that were served last, each with the key that it was made of: a dozen digests.
    mints: LruCache<String, (PlaceholderKey, Mint)>,
    memory: Memory,
    clock: Clock,
    /// Shared with the other instances of the worker.
    pub worker: Rc<RefCell<Worker>>,
}

/// Maximum mints that are kept, of half a kilobyte each.
const MINTS_MAX: NonZeroUsize = NonZeroUsize::MIN.saturating_add(63);

/// The source of the key with which placeholders are minted.
#[derive(Debug)]
enum KeySource {
    /// There is no sidecar, so nothing is owed, and mappings live as long as their exchange.
    Own(PlaceholderKey),
    Sidecar(Box<Sidecar>),
}

/// The answer to the question whether the gateway serves requests.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Health {
    pub status: u32,
    /// In JSON: states, codes and numbers.
    pub body: String,
}

impl Health {
    /// Requests are served unless there is a refusal. `vault` and the numbers are those of the sidecar, if there is
    /// one.
    pub(crate) fn new(
        mode: Mode,
        refusal: Option<Refusal>,
        vault: &str,
        (failed, unsent, owed): (u64, u64, usize),
    ) -> Self {
        let refusal = refusal.map(Refusal::code);
        let body = serde_json::json!({
            "ready": refusal.is_none(),
            "mode": mode.as_str(),
            "refuses_with": refusal,
            "vault": vault,
            "failed_calls": failed,
            "unsent_calls": unsent,
            "owed_mappings": owed,
        });
        Self { status: if refusal.is_none() { 200 } else { 503 }, body: body.to_string() }
    }
}

impl Instance {
    /// `name` distinguishes this instance from all others.
    pub(crate) fn new(config: Config, name: String, now: TimeOfDay, worker: Rc<RefCell<Worker>>) -> Self {
        let mut clock = Clock::default();
        let steady = clock.at(now);
        let keys = match config.keys {
            Keys::Own(key) => KeySource::Own(key),
            Keys::Sidecar(sidecar) => {
                let mut sidecar = Sidecar::new(sidecar, name, config.mode);
                sidecar.inherit(steady, &worker.borrow());
                KeySource::Sidecar(Box::new(sidecar))
            }
        };
        let mut memory = Memory::default();
        if let (KeySource::Sidecar(_), ScopeRule::Fixed(scope)) = (&keys, &config.scope) {
            memory.expect(scope);
        }
        Self {
            scope_rule: config.scope,
            direction: config.direction,
            log_masked_requests: config.log_masked_requests,
            record_masked_bodies: config.record_masked_bodies,
            options: config.options,
            attachments: config.attachments,
            strict: config.strict,
            addresses: config.addresses,
            scanner: config.scanner,
            mode: config.mode,
            actions: config.actions,
            readers: config.readers,
            guard: config.guard,
            keys,
            mints: LruCache::new(MINTS_MAX),
            memory,
            clock,
            worker,
        }
    }

    /// The time of day at the last look at the clock.
    pub(crate) fn time_of_day(&self) -> TimeOfDay {
        self.clock.time_of_day()
    }

    fn sidecar(&mut self) -> Option<&mut Sidecar> {
        match &mut self.keys {
            KeySource::Own(_) => None,
            KeySource::Sidecar(sidecar) => Some(sidecar),
        }
    }

    /// Fails if no request may be forwarded now.
    pub(crate) fn check(&mut self, now: TimeOfDay) -> Result<(), Refusal> {
        let steady = self.clock.at(now);
        match &self.keys {
            KeySource::Own(_) => Ok(()),
            KeySource::Sidecar(sidecar) => sidecar.check(sidecar.vault_state(steady, now, &self.worker.borrow())),
        }
    }

    /// The key with which requests of the scope are masked.
    fn key(&mut self, scope: &str, now: TimeOfDay) -> Result<(PlaceholderKey, UsedKey), Refusal> {
        let steady = self.clock.at(now);
        match &self.keys {
            KeySource::Own(key) => Ok((key.of_scope(scope), UsedKey::Regular)),
            KeySource::Sidecar(sidecar) => sidecar.key(scope, sidecar.vault_state(steady, now, &self.worker.borrow())),
        }
    }

    pub(crate) fn health(&mut self, now: TimeOfDay) -> Health {
        // Where nothing is altered, nothing is refused.
        let refusal = self.check(now).err().filter(|_| self.mode == Mode::Mask);
        match &self.keys {
            KeySource::Own(_) => Health::new(self.mode, refusal, "none", (0, 0, 0)),
            KeySource::Sidecar(sidecar) => {
                let vault = sidecar.vault_state(self.clock.last(), now, &self.worker.borrow());
                Health::new(self.mode, refusal, vault.as_str(), sidecar.numbers())
            }
        }
    }

    /// Counts something for the sidecar, and for the host's own metrics.
    pub(crate) fn count(&mut self, count: impl Fn(&mut Counters)) {
        count(&mut self.worker.borrow_mut().counted);
        if let Some(sidecar) = self.sidecar() {
            count(&mut sidecar.outbox.counters);
        }
    }

    /// Counts an exchange that has ended, and owes its summary.
    pub(crate) fn report(&mut self, exchange: contract::ExchangeSummary) {
        self.count(|counters| counters.count(&exchange));
        if let Some(sidecar) = self.sidecar() {
            sidecar.outbox.report(exchange);
        }
    }

    /// The value of a placeholder that another exchange of the scope replaced.
    pub(crate) fn lookup(&self, scope: &str, placeholder: &Placeholder) -> Answer {
        match self.find_value(scope, placeholder) {
            Some((kind, _)) if self.withholds(kind) => Answer::Withheld,
            Some((_, value)) => Answer::Value(value),
            None => Answer::Unknown,
        }
    }

    /// The same, with the kind of the value, whoever may see it.
    pub(crate) fn find_value(&self, scope: &str, placeholder: &Placeholder) -> Option<(KindId, Secret)> {
        self.memory.lookup(scope, placeholder)
    }

    /// Returns whether placeholders of this kind stay in responses.
    pub(crate) fn withholds(&self, kind: KindId) -> bool {
        self.actions.include(kind, Action::OneWay)
    }

    /// Returns the call to make now, if any. Known values are compiled here too.
    pub(crate) fn tick(&mut self, now: TimeOfDay) -> Option<Call> {
        let steady = self.clock.at(now);
        self.memory.compile(steady);
        let mut worker = self.worker.borrow_mut();
        worker.on_tick(now);
        match &mut self.keys {
            KeySource::Sidecar(sidecar) if !worker.is_quiet(now) => {
                sidecar.tick(steady, now, &self.memory, &mut worker)
            }
            _ => None,
        }
    }

    /// Takes the reply to the call. Returns a line for the log, if one is due.
    pub(crate) fn on_reply(&mut self, now: TimeOfDay, reply: &Reply<'_>, zone: &impl Zone) -> Option<String> {
        let steady = self.clock.at(now);
        let KeySource::Sidecar(sidecar) = &mut self.keys else { return None };
        let mut worker = self.worker.borrow_mut();
        let (news, line) = sidecar.on_reply(steady, now, reply, &mut worker);
        if let Some((batch, refused)) = &news.delivered {
            let stored = sidecar.outbox.settle(batch, refused, steady);
            self.memory.acknowledge(&stored, now);
            let foreign = refused.iter().filter(|refused| refused.code == code::FORBIDDEN);
            foreign.for_each(|refused| self.memory.leave(&refused.scope));
        }
        sidecar.keep_key(&mut worker, zone);
        sidecar.release_owed(&mut worker, zone);
        drop(worker);
        for Wanted { scope, placeholder } in &news.absent {
            if let Some(placeholder) = Placeholder::parse(placeholder) {
                self.memory.mark_absent(scope, placeholder, now);
            }
        }
        news.found.iter().for_each(|mapping| self.learn(mapping, now));
        news.scopes.iter().for_each(|scope| self.take_news(scope, steady, now));
        line
    }

    /// The host did not accept the call. Returns a line for the log, if one is due.
    pub(crate) fn on_unsent(&mut self, now: TimeOfDay) -> Option<String> {
        let steady = self.clock.at(now);
        let KeySource::Sidecar(sidecar) = &mut self.keys else { return None };
        sidecar.on_unsent(steady, now, &mut self.worker.borrow_mut())
    }

    /// Takes over from a lost instance what the host has kept: its key, and the mappings that it owed.
    pub(crate) fn recall(&mut self, now: TimeOfDay, zone: &impl Zone) {
        let steady = self.clock.at(now);
        let mut worker = self.worker.borrow_mut();
        if let KeySource::Sidecar(sidecar) = &mut self.keys
            && worker.has_zone()
        {
            sidecar.recall_key(steady, &mut worker, zone);
            sidecar.recall_owed(&mut worker, zone);
        }
    }

    /// Lets the host keep the owed mappings, because no call that would deliver them may be made now. Those in flight
    /// may be lost as well.
    pub(crate) fn keep_owed(&mut self, zone: &impl Zone) {
        if let KeySource::Sidecar(sidecar) = &mut self.keys {
            sidecar.keep_owed(&mut self.worker.borrow_mut(), zone);
        }
    }

    /// Takes what a scope has learned and forgotten elsewhere.
    fn take_news(&mut self, news: &ScopeNews, steady: Steady, now: TimeOfDay) {
        if news.erased {
            self.memory.erase(&news.scope);
        }
        let forgotten = news.forgotten.iter().filter_map(|text| Placeholder::parse(text));
        forgotten.for_each(|placeholder| self.memory.forget(&news.scope, &placeholder));
        news.known.iter().filter(|mapping| mapping.scope == news.scope).for_each(|mapping| self.learn(mapping, now));
        if let Some(page) = &news.estate {
            self.memory.take_estate(&self.scanner, &news.scope, page);
        }
        self.memory.mark_followed(&news.scope, &news.until, steady);
    }

    /// Learns a mapping that the vault has.
    fn learn(&mut self, mapping: &Mapping, now: TimeOfDay) {
        let Some(placeholder) = Placeholder::parse(&mapping.placeholder) else { return };
        if mapping.kind == THINKING_KIND {
            return self.memory.remember_thought(&mapping.scope, placeholder, mapping.value.expose());
        }
        let Some(kind) = self.scanner.kind_id(&mapping.kind) else {
            // A custom pattern of another entry: its placeholders stay here.
            return self.memory.mark_absent(&mapping.scope, placeholder, now);
        };
        let value = Secret::new(mapping.value.expose());
        self.memory.learn(&mapping.scope, placeholder, kind, &value, Recognised::of(mapping.known));
        self.memory.acknowledge(std::slice::from_ref(mapping), now);
    }
}

#[cfg(test)]
pub(crate) mod tests;
