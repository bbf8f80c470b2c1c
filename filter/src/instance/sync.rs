//! The conversation with the sidecar: when to call, what to say, what an answer means. No host type, no clock: `now` is
//! a steady time, which only passes.

use std::collections::HashSet;

use contract::{Counters, Keyring, Mapping, Store, SyncRequest, SyncResponse, Wanted, bound};
use masking::{Placeholder, PlaceholderKey};

use super::clock::{Steady, TimeOfDay};
use super::memory::Memory;
use super::outbox::{Batch, Outbox};

/// Milliseconds between two calls when nothing is owed. Kong never frees the headers of a call (a quarter of a kilobyte), and
/// an outage is noticed by what is owed, within a second: nobody is served meanwhile whom a quicker beat would refuse.
const HEARTBEAT_MS: u64 = 5_000;
/// Between two ticks.
pub const TICK_MS: u64 = 100;
/// Since the start, until this instance's own timer is due.
const FIRST: Steady = Steady(TICK_MS + 1);
/// Longer than a worker takes to run all timers that are due, and shorter than the time between two ticks.
const ROUND_MS: u64 = TICK_MS / 2;
/// Milliseconds after which a call without an answer has failed. The host's own timeout should be shorter.
const PATIENCE_MS: u64 = 5_000;
/// Milliseconds from the last good answer after which a failing vault counts as out of reach.
pub const OUTAGE_MS: u64 = 1_000;
/// Milliseconds to wait after a failure: doubled with each, within these bounds.
const RETRY_MS: std::ops::RangeInclusive<u64> = 100..=1_000;
/// Placeholders that one call asks for: each may be answered with a value of the bound's size.
const WANTED_PER_CALL: usize = bound::BODY_BYTES / bound::VALUE_BYTES;
/// Placeholders to ask for that are kept.
const WANTED_MAX: usize = 2_000;

#[derive(Debug)]
pub struct Sync {
    instance: String,
    mapping_ttl: u64,
    key: Option<(String, PlaceholderKey)>,
    /// What is being delivered. It keeps its number until it is acknowledged, so that nothing is counted twice.
    owed: Option<Owed>,
    flight: Option<Flight>,
    batches: u64,
    /// Placeholders to ask for, in their order, and once each.
    wanted: Vec<Wanted>,
    queued: HashSet<Wanted>,
    /// When the last good answer came.
    last_answer: Option<Steady>,
    /// Calls that failed since then.
    failures: u32,
    /// All that failed since the start, and those among them that the host could not send.
    pub failed_calls: u64,
    pub unsent_calls: u64,
    /// What the last good answer said of the store.
    store: Store,
    timer: Timer,
    next: Steady,
}

/// Whose tick this is. Kong lets the timer of an instance that it lost tick on in the next one, where a call traps until
/// that one has had a tick of its own; the trap would lose it as well, and so on. A worker that was busy runs what is
/// due late and in one round, the stray timers of before first; in a later round the own timer has run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Timer {
    /// There was no tick yet at which the own timer was due.
    Waiting,
    /// There was one, at this time.
    Due(Steady),
    Own,
}

/// How a call failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failure {
    /// The host could not send it.
    Unsent,
    /// No answer came, or not the right one.
    Unanswered,
}

#[derive(Debug)]
struct Owed {
    number: u64,
    batch: Batch,
    /// Whether somebody else has its mappings, too.
    is_kept: bool,
}

/// The call that is under way.
#[derive(Debug)]
struct Flight {
    since: Steady,
    wanted: Vec<Wanted>,
    recall: Vec<String>,
}

/// What a good answer brings.
#[derive(Debug)]
pub struct News {
    pub keyring: Option<Keyring>,
    /// Those that were asked for.
    pub mappings: Vec<Mapping>,
}

/// How the vault stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VaultState {
    /// It has not answered yet.
    Starting,
    Up,
    /// It does not answer, or cannot store.
    Down,
}

impl VaultState {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Starting => "starting",
            Self::Up => "up",
            Self::Down => "down",
        }
    }
}

impl Sync {
    /// `instance` tells this filter instance from all others.
    pub fn new(instance: String, mapping_ttl: u64) -> Self {
        Self {
            instance,
            mapping_ttl,
            key: None,
            owed: None,
            flight: None,
            batches: 0,
            wanted: Vec::new(),
            queued: HashSet::new(),
            last_answer: None,
            failures: 0,
            failed_calls: 0,
            unsent_calls: 0,
            store: Store::Memory,
            timer: Timer::Waiting,
            next: Steady::default(),
        }
    }

    pub fn key(&self) -> Option<&PlaceholderKey> {
        self.key.as_ref().map(|(_, key)| key)
    }

    /// Takes over the key that another instance had, as if the vault had given it just now.
    pub fn inherit(&mut self, keyring: &Keyring, now: Steady) {
        if self.key.is_none() {
            self.take_key(keyring);
            self.last_answer = Some(now);
        }
    }

    pub fn vault_state(&self, now: Steady) -> VaultState {
        let Some(answered) = self.last_answer else { return VaultState::Starting };
        let silent = now.since(answered) >= OUTAGE_MS;
        let hangs = self.flight.as_ref().is_some_and(|flight| now.since(flight.since) >= OUTAGE_MS);
        if self.store == Store::RedisDown || (silent && (self.failures > 0 || hangs)) {
            VaultState::Down
        } else {
            VaultState::Up
        }
    }

    /// Asks for a placeholder with the next call.
    pub fn want(&mut self, scope: &str, placeholder: Placeholder) {
        let wanted = Wanted { scope: scope.to_owned(), placeholder: placeholder.to_string() };
        if self.wanted.len() < WANTED_MAX {
            self.want_all([wanted]);
        }
    }

    fn want_all(&mut self, wanted: impl IntoIterator<Item = Wanted>) {
        for wanted in wanted {
            if self.queued.insert(wanted.clone()) {
                self.wanted.push(wanted);
            }
        }
    }

    /// Those that the next call asks for.
    fn take_wanted(&mut self) -> Vec<Wanted> {
        let wanted: Vec<_> = self.wanted.drain(..self.wanted.len().min(WANTED_PER_CALL)).collect();
        wanted.iter().for_each(|wanted| _ = self.queued.remove(wanted));
        wanted
    }

    /// The body of a call, if it is time for one.
    pub fn tick(&mut self, now: Steady, outbox: &mut Outbox, memory: &Memory) -> Option<Vec<u8>> {
        if self.flight.as_ref().is_some_and(|flight| now.since(flight.since) >= PATIENCE_MS) {
            self.on_failure(now, Failure::Unanswered, &mut outbox.counters);
        }
        if !self.is_own_tick(now) || self.flight.is_some() || now < self.next {
            return None;
        }
        let recall = memory.to_recall(bound::RECALL);
        let owes = self.owed.is_some() || !outbox.is_empty();
        let quiet = !owes && self.wanted.is_empty() && recall.is_empty() && self.key.is_some();
        if quiet && self.last_answer.is_some_and(|answered| now.since(answered) < HEARTBEAT_MS) {
            return None;
        }
        if self.owed.is_none() {
            self.batches += 1;
            self.owed = Some(Owed { number: self.batches, batch: outbox.batch(), is_kept: false });
        }
        let wanted = self.take_wanted();
        let flight = Flight { since: now, wanted, recall };
        let body = serde_json::to_vec(&self.request(&flight)?).ok();
        self.flight = Some(flight);
        if body.is_none() {
            self.on_failure(now, Failure::Unsent, &mut outbox.counters);
        }
        body
    }

    /// Whether a batch is on its way, or has to be sent again.
    pub fn owes(&self) -> bool {
        self.owed.is_some()
    }

    /// The mappings on their way that nobody else has: from now on somebody does.
    pub fn keep(&mut self) -> Vec<Mapping> {
        let unkept = self.owed.as_mut().filter(|owed| !owed.is_kept);
        let keep = |owed: &mut Owed| {
            owed.is_kept = true;
            owed.batch.mappings.clone()
        };
        unkept.map(keep).unwrap_or_default()
    }

    fn is_own_tick(&mut self, now: Steady) -> bool {
        self.timer = match self.timer {
            Timer::Waiting if now >= FIRST => Timer::Due(now),
            Timer::Due(since) if now.since(since) >= ROUND_MS => Timer::Own,
            timer => timer,
        };
        self.timer == Timer::Own
    }

    /// The answer to the call: good, if it is whole and answers this very batch. A mapping's time to live, which is the
    /// store's, begins at the time of day.
    pub fn on_answer(
        &mut self,
        now: Steady,
        time_of_day: TimeOfDay,
        status: u32,
        body: &[u8],
        outbox: &mut Outbox,
        memory: &mut Memory,
    ) -> Option<News> {
        let answer = serde_json::from_slice::<SyncResponse>(body).ok().filter(|answer| {
            let ours = self.flight.is_some() && self.owed.as_ref().is_some_and(|owed| owed.number == answer.batch);
            status == 200 && ours && answer.version == contract::VERSION
        });
        let Some(answer) = answer else {
            self.on_failure(now, Failure::Unanswered, &mut outbox.counters);
            return None;
        };
        let flight = self.flight.take()?;
        (self.last_answer, self.failures, self.store, self.next) = (Some(now), 0, answer.store, now);
        if let Some(keyring) = &answer.keyring {
            self.take_key(keyring);
        }
        if answer.acknowledged {
            self.delivered(time_of_day, outbox, memory);
        } else {
            self.forget_nothing_owed();
            self.next = now.plus(*RETRY_MS.end() / 2);
        }
        if answer.answered {
            flight.recall.iter().for_each(|scope| memory.recalled(scope));
        } else {
            self.want_all(flight.wanted);
        }
        let mappings = answer.found.into_iter().chain(answer.recalled).collect();
        Some(News { keyring: answer.keyring, mappings })
    }

    /// Another instance was answered: there is no reason to wait.
    pub fn retry(&mut self, now: Steady) {
        if self.failures > 0 {
            self.next = self.next.min(now);
        }
    }

    /// The call failed: what it carried is still owed.
    pub fn on_failure(&mut self, now: Steady, failure: Failure, counters: &mut Counters) {
        let unsent = u64::from(failure == Failure::Unsent);
        (self.failed_calls, self.unsent_calls) = (self.failed_calls + 1, self.unsent_calls + unsent);
        (counters.failed_calls, counters.unsent_calls) = (counters.failed_calls + 1, counters.unsent_calls + unsent);
        if let Some(flight) = self.flight.take() {
            self.want_all(flight.wanted);
        }
        self.forget_nothing_owed();
        self.next = now.plus(retry_ms(self.failures.into()));
        self.failures = self.failures.saturating_add(1);
    }

    fn delivered(&mut self, time_of_day: TimeOfDay, outbox: &mut Outbox, memory: &mut Memory) {
        let Some(Owed { batch, .. }) = self.owed.take() else { return };
        outbox.delivered(&batch);
        for mapping in &batch.mappings {
            if let Some(placeholder) = Placeholder::parse(&mapping.placeholder) {
                memory.acknowledged(&mapping.scope, placeholder, time_of_day);
            }
        }
    }

    /// A heartbeat that failed need not be sent again.
    fn forget_nothing_owed(&mut self) {
        self.owed = self.owed.take().filter(|owed| !owed.batch.is_empty());
    }

    fn request(&self, flight: &Flight) -> Option<SyncRequest> {
        let Owed { number, batch, .. } = self.owed.as_ref()?;
        Some(SyncRequest {
            version: contract::VERSION,
            instance: self.instance.clone(),
            batch: *number,
            keyring: self.key.as_ref().map(|(id, _)| id.clone()),
            mapping_ttl: self.mapping_ttl,
            mappings: batch.mappings.clone(),
            exchanges: batch.exchanges.clone(),
            counters: batch.counters,
            wanted: flight.wanted.clone(),
            recall: flight.recall.clone(),
        })
    }

    fn take_key(&mut self, keyring: &Keyring) {
        if let Some(key) = from_hex(keyring.placeholder_key.expose()) {
            self.key = Some((keyring.id.clone(), PlaceholderKey::new(key)));
        }
    }
}

/// Milliseconds to wait after a failure that follows so many others.
pub fn retry_ms(failures: u64) -> u64 {
    RETRY_MS.start().saturating_mul(1 << failures.min(10)).min(*RETRY_MS.end())
}

fn from_hex(text: &str) -> Option<[u8; 32]> {
    let mut key = [0; 32];
    if text.len() != 64 {
        return None;
    }
    for (slot, pair) in key.iter_mut().zip(text.as_bytes().chunks(2)) {
        *slot = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
    }
    Some(key)
}
