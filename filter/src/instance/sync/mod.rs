//! The conversation with the sidecar: the time of calls, their content, the meaning of answers. No host type, no clock.

mod keys;
pub(crate) mod turn;
mod wanted;

use filter_config::Mode;
use std::collections::HashSet;

use contract::{
    Counters, Keyring, Mapping, RefusedScope, ScopeNews, StoreState, SyncRequest, SyncResponse, Wanted, bound,
};
use masking::Placeholder;

use self::keys::Keys;
use self::turn::{Flight, Owed, Turn};
use self::wanted::WantedQueue;
use super::clock::Steady;
use super::memory::Memory;
use super::outbox::{Batch, Outbox};

/// Milliseconds between two calls when nothing is owed. Kong never frees the headers of a call (a quarter of a
/// kilobyte). A quicker heartbeat would not notice an outage earlier than the next owed mapping does, within a second.
const HEARTBEAT_MS: u64 = 5_000;
/// Milliseconds after which a call without an answer has failed. The host's own timeout should be shorter.
const PATIENCE_MS: u64 = 5_000;
/// Milliseconds since the last good answer after which a failing vault counts as down.
pub(crate) const OUTAGE_MS: u64 = 1_000;
/// Milliseconds to wait after a failure: doubled with each further one, within these bounds.
const RETRY_MS: std::ops::RangeInclusive<u64> = 100..=1_000;
/// Milliseconds to wait after the sidecar could not store a batch.
const RESTORE_MS: u64 = *RETRY_MS.end() / 2;

#[derive(Debug)]
pub(crate) struct Sync {
    instance: String,
    mapping_ttl: u64,
    mode: Mode,
    keys: Option<Keys>,
    turn: Turn,
    batches: u64,
    wanted: WantedQueue,
    last_answer: Option<LastAnswer>,
    /// The number of failed calls since then.
    failures: u32,
    /// The number of failed calls since the start, and of those among them that the host could not send.
    pub failed_calls: u64,
    pub unsent_calls: u64,
}

/// The last good answer.
#[derive(Debug, Clone, Copy)]
struct LastAnswer {
    at: Steady,
    store: StoreState,
}

/// The way in which a call failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Failure {
    /// The host could not send it.
    Unsent,
    /// There was no answer, or not a valid one.
    Unanswered,
}

/// The content of a good answer.
#[derive(Debug, Default)]
pub(crate) struct News {
    pub keyring: Option<Keyring>,
    /// The mappings that were asked for.
    pub found: Vec<Mapping>,
    /// Those that were asked for and that the vault does not have.
    pub absent: Vec<Wanted>,
    /// The batch that was delivered, and the scopes for which not all of it is stored.
    pub delivered: Option<(Batch, Vec<RefusedScope>)>,
    /// What the followed scopes have learned elsewhere.
    pub scopes: Vec<ScopeNews>,
}

/// The state of the vault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum VaultState {
    /// It has not answered yet.
    Starting,
    Up,
    /// It does not answer, or cannot store.
    Down,
    /// The sidecar does not know the filter's token.
    Rejecting,
}

impl VaultState {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Starting => "starting",
            Self::Up => "up",
            Self::Down => "down",
            Self::Rejecting => "rejecting",
        }
    }
}

impl Sync {
    /// `instance` distinguishes this instance from all others.
    pub(crate) fn new(instance: String, mapping_ttl: u64, mode: Mode) -> Self {
        Self {
            instance,
            mapping_ttl,
            mode,
            keys: None,
            turn: Turn::Starting,
            batches: 0,
            wanted: WantedQueue::default(),
            last_answer: None,
            failures: 0,
            failed_calls: 0,
            unsent_calls: 0,
        }
    }

    pub(crate) fn keys(&self) -> Option<&Keys> {
        self.keys.as_ref()
    }

    /// Takes over the keys of another instance, as if the vault had just sent them.
    pub(crate) fn inherit(&mut self, keyring: &Keyring, now: Steady) {
        if self.keys.is_none() {
            self.take_keys(keyring);
            let store = self.last_answer.map_or(StoreState::Memory, |last| last.store);
            self.last_answer = Some(LastAnswer { at: now, store });
        }
    }

    pub(crate) fn vault_state(&self, now: Steady) -> VaultState {
        let Some(last) = self.last_answer else { return VaultState::Starting };
        let is_failing = self.failures > 0 || self.turn.waits_for(OUTAGE_MS, now);
        let is_out = is_failing && now.since(last.at) >= OUTAGE_MS;
        if is_out || last.store == StoreState::RedisDown { VaultState::Down } else { VaultState::Up }
    }

    /// Asks for a placeholder with the next call.
    pub(crate) fn want(&mut self, scope: &str, placeholder: Placeholder) {
        self.wanted.push(Wanted { scope: scope.to_owned(), placeholder: placeholder.to_string() });
    }

    /// Returns the body of a call, if one is due.
    pub(crate) fn tick(&mut self, now: Steady, outbox: &mut Outbox, memory: &Memory) -> Option<Vec<u8>> {
        if self.turn.waits_for(PATIENCE_MS, now) {
            self.on_failure(now, Failure::Unanswered, &mut outbox.counters);
        }
        if !self.turn.may_call(now) {
            return None;
        }
        let has_debts = self.turn.owes() || outbox.has_due(now);
        let has_questions = !self.wanted.is_empty() || memory.has_to_follow(now);
        if !has_debts && !has_questions && self.keys.is_some() && !self.is_heartbeat_due(now) {
            return None;
        }
        let owed = self.turn.take_undelivered(now).unwrap_or_else(|| {
            self.batches += 1;
            Owed::new(self.batches, outbox.take_batch(now))
        });
        let flight = Flight { since: now, owed, wanted: self.wanted.take() };
        let request = SyncRequest { follow: memory.to_follow(now, bound::FOLLOWED), ..self.request(&flight) };
        let body = serde_json::to_vec(&request).ok();
        self.turn = Turn::InFlight(flight);
        if body.is_none() {
            self.on_failure(now, Failure::Unsent, &mut outbox.counters);
        }
        body
    }

    /// The number of batches so far.
    #[cfg(test)]
    pub(crate) fn batches(&self) -> u64 {
        self.batches
    }

    fn is_heartbeat_due(&self, now: Steady) -> bool {
        self.last_answer.is_none_or(|last| now.since(last.at) >= HEARTBEAT_MS)
    }

    /// Returns whether a batch is in flight, or has to be sent again.
    pub(crate) fn owes(&self) -> bool {
        self.turn.owes()
    }

    /// Returns the mappings in flight without a copy elsewhere; the caller keeps one.
    pub(crate) fn take_unkept(&mut self) -> Vec<Mapping> {
        self.turn.take_unkept()
    }

    /// Takes the answer to the call: it is good if it is complete and answers this very batch.
    pub(crate) fn on_answer(&mut self, now: Steady, status: u32, body: &[u8], counters: &mut Counters) -> Option<News> {
        let answer = serde_json::from_slice::<SyncResponse>(body)
            .ok()
            .filter(|answer| status == 200 && self.turn.delivers(answer.batch) && answer.version == contract::VERSION);
        let Some(answer) = answer else {
            self.on_failure(now, Failure::Unanswered, counters);
            return None;
        };
        let flight = self.turn.land(now)?;
        Some(self.take_answer(now, flight, answer))
    }

    fn take_answer(&mut self, now: Steady, flight: Flight, answer: SyncResponse) -> News {
        (self.last_answer, self.failures) = (Some(LastAnswer { at: now, store: answer.store }), 0);
        if let Some(keyring) = &answer.keyring {
            self.take_keys(keyring);
        }
        let delivered = if answer.acknowledged {
            Some((flight.owed.batch, answer.refused))
        } else {
            self.turn = Turn::after(flight.owed, now.plus(RESTORE_MS));
            None
        };
        let absent = if answer.store_answered {
            absent(flight.wanted, &answer.found)
        } else {
            self.wanted.put_back(flight.wanted);
            Vec::new()
        };
        News { keyring: answer.keyring, found: answer.found, absent, delivered, scopes: answer.news }
    }

    /// Another instance got an answer: there is no reason to wait.
    pub(crate) fn retry(&mut self, now: Steady) {
        if self.failures > 0 {
            self.turn.hurry(now);
        }
    }

    /// The call failed: its batch is still owed.
    pub(crate) fn on_failure(&mut self, now: Steady, failure: Failure, counters: &mut Counters) {
        let unsent = u64::from(failure == Failure::Unsent);
        (self.failed_calls, self.unsent_calls) = (self.failed_calls + 1, self.unsent_calls + unsent);
        (counters.failed_calls, counters.unsent_calls) = (counters.failed_calls + 1, counters.unsent_calls + unsent);
        self.wanted.put_back(self.turn.fail(now.plus(retry_ms(self.failures.into()))));
        self.failures = self.failures.saturating_add(1);
    }

    fn request(&self, flight: &Flight) -> SyncRequest {
        let Owed { number, batch, .. } = &flight.owed;
        SyncRequest {
            version: contract::VERSION,
            instance: self.instance.clone(),
            release: env!("CARGO_PKG_VERSION").to_owned(),
            observes: self.mode == Mode::Observe,
            batch: *number,
            keyring: self.keys.as_ref().map(|keys| keys.id().to_owned()),
            mapping_ttl: self.mapping_ttl,
            mappings: batch.mappings.clone(),
            exchanges: batch.exchanges.clone(),
            counters: batch.counters.clone(),
            owed: batch.owed,
            wanted: flight.wanted.clone(),
            follow: Vec::new(),
        }
    }

    fn take_keys(&mut self, keyring: &Keyring) {
        if let Some(keys) = Keys::read(keyring) {
            self.keys = Some(keys);
        }
    }
}

/// The placeholders that were asked for and not found.
fn absent(wanted: Vec<Wanted>, found: &[Mapping]) -> Vec<Wanted> {
    let found: HashSet<_> = found.iter().map(|mapping| (&*mapping.scope, &*mapping.placeholder)).collect();
    wanted.into_iter().filter(|wanted| !found.contains(&(&*wanted.scope, &*wanted.placeholder))).collect()
}

/// Milliseconds to wait after a failure that follows this many others.
pub(crate) fn retry_ms(failures: u64) -> u64 {
    RETRY_MS.start().saturating_mul(1 << failures.min(10)).min(*RETRY_MS.end())
}
