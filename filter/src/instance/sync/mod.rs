//! The conversation with the sidecar: when to call, what to say, what an answer means. No host type, no clock.

mod wanted;

use contract::{Counters, Mapping, MintKey, StoreState, SyncRequest, SyncResponse, Wanted, bound};
use masking::{Placeholder, PlaceholderKey};

use self::wanted::WantedQueue;
use super::clock::Steady;
use super::memory::Memory;
use super::outbox::{Batch, Outbox};

/// Milliseconds between two calls when nothing is owed. Kong never frees the headers of a call (a quarter of a kilobyte), and
/// an outage is noticed by what is owed, within a second: nobody is served meanwhile whom a quicker beat would refuse.
const HEARTBEAT_MS: u64 = 5_000;
/// Between two ticks.
pub const TICK_MS: u64 = 100;
/// When this instance's own timer is due for the first time.
const FIRST: Steady = Steady(TICK_MS + 1);
/// Longer than a worker takes to run all timers that are due, and shorter than the time between two ticks.
const ROUND_MS: u64 = TICK_MS / 2;
/// Milliseconds after which a call without an answer has failed. The host's own timeout should be shorter.
const PATIENCE_MS: u64 = 5_000;
/// Milliseconds from the last good answer after which a failing vault counts as out of reach.
pub const OUTAGE_MS: u64 = 1_000;
/// Milliseconds to wait after a failure: doubled with each, within these bounds.
const RETRY_MS: std::ops::RangeInclusive<u64> = 100..=1_000;
/// Milliseconds to wait after the sidecar could not store what it was sent.
const RESTORE_MS: u64 = *RETRY_MS.end() / 2;

#[derive(Debug)]
pub struct Sync {
    instance: String,
    mapping_ttl: u64,
    key: Option<Key>,
    turn: Turn,
    batches: u64,
    wanted: WantedQueue,
    last_answer: Option<LastAnswer>,
    /// Calls that failed since then.
    failures: u32,
    /// All that failed since the start, and those among them that the host could not send.
    pub failed_calls: u64,
    pub unsent_calls: u64,
}

#[derive(Debug)]
struct Key {
    id: String,
    key: PlaceholderKey,
}

/// The last good answer.
#[derive(Debug, Clone, Copy)]
struct LastAnswer {
    at: Steady,
    store: StoreState,
}

/// What comes next.
///
/// Kong lets the timer of an instance that it lost tick on in the next one, where a call traps until that one has had a
/// tick of its own; the trap would lose it as well, and so on. A worker that was busy runs what is due late and in one
/// round, the stray timers of before first; in a later round the own timer has run.
#[derive(Debug)]
enum Turn {
    /// There was no tick yet at which the own timer was due.
    Starting,
    /// There was one, at this time.
    Due(Steady),
    /// A call with a new batch may begin at this time.
    Idle {
        until: Steady,
    },
    /// A call with a batch that did not arrive may begin at this time.
    Undelivered {
        until: Steady,
        owed: Owed,
    },
    InFlight(Flight),
}

impl Turn {
    /// The turn after a call that did not deliver its batch. An empty one, as a heartbeat has, need not be sent again.
    fn after(owed: Owed, until: Steady) -> Self {
        if owed.batch.is_empty() { Self::Idle { until } } else { Self::Undelivered { until, owed } }
    }
}

/// How a call failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failure {
    /// The host could not send it.
    Unsent,
    /// No answer came, or not the right one.
    Unanswered,
}

/// What is being delivered. It keeps its number until it is acknowledged, so that nothing is counted twice.
#[derive(Debug)]
struct Owed {
    number: u64,
    batch: Batch,
    /// Whether somebody else has its mappings, too.
    is_kept: bool,
}

/// The call in flight.
#[derive(Debug)]
struct Flight {
    since: Steady,
    owed: Owed,
    wanted: Vec<Wanted>,
    recall: Vec<String>,
}

/// What a good answer brings.
#[derive(Debug, Default)]
pub struct News {
    pub keyring: Option<MintKey>,
    /// The mappings that were asked for.
    pub mappings: Vec<Mapping>,
    /// What is stored now and owed no more.
    pub delivered: Option<Batch>,
    /// The scopes of which the vault has told what it knows.
    pub recalled: Vec<String>,
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
            turn: Turn::Starting,
            batches: 0,
            wanted: WantedQueue::default(),
            last_answer: None,
            failures: 0,
            failed_calls: 0,
            unsent_calls: 0,
        }
    }

    pub fn key(&self) -> Option<&PlaceholderKey> {
        self.key.as_ref().map(|key| &key.key)
    }

    /// Takes over the key that another instance had, as if the vault had given it just now.
    pub fn inherit(&mut self, keyring: &MintKey, now: Steady) {
        if self.key.is_none() {
            self.take_key(keyring);
            let store = self.last_answer.map_or(StoreState::Memory, |last| last.store);
            self.last_answer = Some(LastAnswer { at: now, store });
        }
    }

    pub fn vault_state(&self, now: Steady) -> VaultState {
        let Some(last) = self.last_answer else { return VaultState::Starting };
        let is_failing = self.failures > 0 || self.waits_for(OUTAGE_MS, now);
        let is_out = is_failing && now.since(last.at) >= OUTAGE_MS;
        if is_out || last.store == StoreState::RedisDown { VaultState::Down } else { VaultState::Up }
    }

    /// Whether a call has been in flight for so long.
    fn waits_for(&self, ms: u64, now: Steady) -> bool {
        matches!(&self.turn, Turn::InFlight(flight) if now.since(flight.since) >= ms)
    }

    /// Asks for a placeholder with the next call.
    pub fn want(&mut self, scope: &str, placeholder: Placeholder) {
        self.wanted.push(Wanted { scope: scope.to_owned(), placeholder: placeholder.to_string() });
    }

    /// The body of a call, if it is time for one.
    pub fn tick(&mut self, now: Steady, outbox: &mut Outbox, memory: &Memory) -> Option<Vec<u8>> {
        if self.waits_for(PATIENCE_MS, now) {
            self.on_failure(now, Failure::Unanswered, &mut outbox.counters);
        }
        if !self.may_call(now) {
            return None;
        }
        let recall = memory.to_recall(bound::RECALL);
        let has_news = self.owes() || !outbox.is_empty() || !self.wanted.is_empty() || !recall.is_empty();
        if !has_news && self.key.is_some() && !self.is_heartbeat_due(now) {
            return None;
        }
        let flight = Flight { since: now, owed: self.take_owed(now, outbox), wanted: self.wanted.take(), recall };
        let body = serde_json::to_vec(&self.request(&flight)).ok();
        self.turn = Turn::InFlight(flight);
        if body.is_none() {
            self.on_failure(now, Failure::Unsent, &mut outbox.counters);
        }
        body
    }

    fn may_call(&mut self, now: Steady) -> bool {
        match self.turn {
            Turn::Starting if now >= FIRST => self.turn = Turn::Due(now),
            Turn::Due(since) if now.since(since) >= ROUND_MS => self.turn = Turn::Idle { until: now },
            _ => {}
        }
        matches!(self.turn, Turn::Idle { until } | Turn::Undelivered { until, .. } if now >= until)
    }

    fn is_heartbeat_due(&self, now: Steady) -> bool {
        self.last_answer.is_none_or(|last| now.since(last.at) >= HEARTBEAT_MS)
    }

    /// What the call is to deliver: the batch that did not arrive, or else the next one.
    fn take_owed(&mut self, now: Steady, outbox: &mut Outbox) -> Owed {
        match std::mem::replace(&mut self.turn, Turn::Idle { until: now }) {
            Turn::Undelivered { owed, .. } => owed,
            _ => {
                self.batches += 1;
                Owed { number: self.batches, batch: outbox.batch(), is_kept: false }
            }
        }
    }

    /// Whether a batch is on its way, or has to be sent again.
    pub fn owes(&self) -> bool {
        matches!(self.turn, Turn::Undelivered { .. } | Turn::InFlight(_))
    }

    /// The mappings on their way that nobody else has: from now on somebody does.
    pub fn keep(&mut self) -> Vec<Mapping> {
        match &mut self.turn {
            Turn::Undelivered { owed, .. } | Turn::InFlight(Flight { owed, .. }) if !owed.is_kept => {
                owed.is_kept = true;
                owed.batch.mappings.clone()
            }
            _ => Vec::new(),
        }
    }

    /// The answer to the call: good, if it is whole and answers this very batch.
    pub fn on_answer(&mut self, now: Steady, status: u32, body: &[u8], counters: &mut Counters) -> Option<News> {
        let answer = serde_json::from_slice::<SyncResponse>(body).ok().filter(|answer| {
            let is_ours = matches!(&self.turn, Turn::InFlight(flight) if flight.owed.number == answer.batch);
            status == 200 && is_ours && answer.version == contract::VERSION
        });
        let Some(answer) = answer else {
            self.on_failure(now, Failure::Unanswered, counters);
            return None;
        };
        match std::mem::replace(&mut self.turn, Turn::Idle { until: now }) {
            Turn::InFlight(flight) => Some(self.take_answer(now, flight, answer)),
            _ => None,
        }
    }

    fn take_answer(&mut self, now: Steady, flight: Flight, answer: SyncResponse) -> News {
        (self.last_answer, self.failures) = (Some(LastAnswer { at: now, store: answer.store }), 0);
        if let Some(keyring) = &answer.keyring {
            self.take_key(keyring);
        }
        let delivered = if answer.acknowledged {
            Some(flight.owed.batch)
        } else {
            self.turn = Turn::after(flight.owed, now.plus(RESTORE_MS));
            None
        };
        let recalled = if answer.store_answered {
            flight.recall
        } else {
            self.wanted.put_back(flight.wanted);
            Vec::new()
        };
        let mappings = answer.found.into_iter().chain(answer.recalled).collect();
        News { keyring: answer.keyring, mappings, delivered, recalled }
    }

    /// Another instance was answered: there is no reason to wait.
    pub fn retry(&mut self, now: Steady) {
        if let Turn::Idle { until } | Turn::Undelivered { until, .. } = &mut self.turn
            && self.failures > 0
        {
            *until = now.min(*until);
        }
    }

    /// The call failed: what it carried is still owed.
    pub fn on_failure(&mut self, now: Steady, failure: Failure, counters: &mut Counters) {
        let unsent = u64::from(failure == Failure::Unsent);
        (self.failed_calls, self.unsent_calls) = (self.failed_calls + 1, self.unsent_calls + unsent);
        (counters.failed_calls, counters.unsent_calls) = (counters.failed_calls + 1, counters.unsent_calls + unsent);
        let until = now.plus(retry_ms(self.failures.into()));
        self.failures = self.failures.saturating_add(1);
        self.turn = match std::mem::replace(&mut self.turn, Turn::Idle { until }) {
            Turn::InFlight(flight) => {
                self.wanted.put_back(flight.wanted);
                Turn::after(flight.owed, until)
            }
            Turn::Undelivered { owed, .. } => Turn::Undelivered { until, owed },
            Turn::Idle { .. } => Turn::Idle { until },
            starting @ (Turn::Starting | Turn::Due(_)) => starting,
        };
    }

    fn request(&self, flight: &Flight) -> SyncRequest {
        let Owed { number, batch, .. } = &flight.owed;
        SyncRequest {
            version: contract::VERSION,
            instance: self.instance.clone(),
            batch: *number,
            keyring: self.key.as_ref().map(|key| key.id.clone()),
            mapping_ttl: self.mapping_ttl,
            mappings: batch.mappings.clone(),
            exchanges: batch.exchanges.clone(),
            counters: batch.counters,
            wanted: flight.wanted.clone(),
            recall: flight.recall.clone(),
        }
    }

    fn take_key(&mut self, keyring: &MintKey) {
        if let Some(key) = keyring.key() {
            self.key = Some(Key { id: keyring.id.clone(), key: PlaceholderKey::new(key) });
        }
    }
}

/// Milliseconds to wait after a failure that follows so many others.
pub fn retry_ms(failures: u64) -> u64 {
    RETRY_MS.start().saturating_mul(1 << failures.min(10)).min(*RETRY_MS.end())
}
