//! The next step in the conversation with the sidecar.

use contract::{Mapping, Wanted};

use super::super::clock::Steady;
use super::super::outbox::Batch;

/// Milliseconds between two ticks.
pub(crate) const TICK_MS: u64 = 100;
/// The time at which this instance's own timer is due for the first time.
const FIRST: Steady = Steady(TICK_MS + 1);
/// Milliseconds, more than a worker takes to run all timers that are due, and fewer than there are between two ticks.
const ROUND_MS: u64 = TICK_MS / 2;

/// The next step. The first two delay the first call: after Kong replaces an instance, the old instance's timer keeps
/// firing in the new one. A call made from such a stray tick traps, which would lose the new instance too, and so on. A
/// busy worker runs all timers that are due late and in one round, the stray ones first; in a later round the new
/// instance's own timer has run.
#[derive(Debug)]
pub(super) enum Turn {
    /// There was no tick yet at which the instance's own timer was due.
    Starting,
    /// The first such tick was at this time.
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

/// A batch to deliver. It keeps its number until it is acknowledged, so that nothing is counted twice.
#[derive(Debug)]
pub(super) struct Owed {
    pub number: u64,
    pub batch: Batch,
    /// True if there is a copy of its mappings elsewhere.
    is_kept: bool,
}

impl Owed {
    pub(super) fn new(number: u64, batch: Batch) -> Self {
        Self { number, batch, is_kept: false }
    }
}

/// The call in flight.
#[derive(Debug)]
pub(super) struct Flight {
    pub since: Steady,
    pub owed: Owed,
    pub wanted: Vec<Wanted>,
}

impl Turn {
    /// The turn after a call that did not deliver its batch. An empty one, as a heartbeat has, need not be sent again.
    pub(super) fn after(owed: Owed, until: Steady) -> Self {
        if owed.batch.is_empty() { Self::Idle { until } } else { Self::Undelivered { until, owed } }
    }

    /// Returns whether a call may begin in this tick.
    pub(super) fn may_call(&mut self, now: Steady) -> bool {
        match self {
            Self::Starting if now >= FIRST => *self = Self::Due(now),
            Self::Due(since) if now.since(*since) >= ROUND_MS => *self = Self::Idle { until: now },
            _ => {}
        }
        matches!(self, Self::Idle { until } | Self::Undelivered { until, .. } if now >= *until)
    }

    /// Returns whether a call has been in flight for this long.
    pub(super) fn waits_for(&self, ms: u64, now: Steady) -> bool {
        matches!(self, Self::InFlight(flight) if now.since(flight.since) >= ms)
    }

    /// Returns whether the call in flight delivers this batch.
    pub(super) fn delivers(&self, batch: u64) -> bool {
        matches!(self, Self::InFlight(flight) if flight.owed.number == batch)
    }

    /// Returns whether a batch is in flight, or has to be sent again.
    pub(super) fn owes(&self) -> bool {
        matches!(self, Self::Undelivered { .. } | Self::InFlight(_))
    }

    /// Returns the mappings in flight without a copy elsewhere; the caller keeps one.
    pub(super) fn take_unkept(&mut self) -> Vec<Mapping> {
        match self {
            Self::Undelivered { owed, .. } | Self::InFlight(Flight { owed, .. }) if !owed.is_kept => {
                owed.is_kept = true;
                owed.batch.mappings.clone()
            }
            _ => Vec::new(),
        }
    }

    /// The next call need not wait.
    pub(super) fn hurry(&mut self, now: Steady) {
        if let Self::Idle { until } | Self::Undelivered { until, .. } = self {
            *until = now.min(*until);
        }
    }

    /// Takes out the batch that did not arrive.
    pub(super) fn take_undelivered(&mut self, now: Steady) -> Option<Owed> {
        match std::mem::replace(self, Self::Idle { until: now }) {
            Self::Undelivered { owed, .. } => Some(owed),
            _ => None,
        }
    }

    /// Takes out the call in flight, which was answered.
    pub(super) fn land(&mut self, now: Steady) -> Option<Flight> {
        match std::mem::replace(self, Self::Idle { until: now }) {
            Self::InFlight(flight) => Some(flight),
            _ => None,
        }
    }

    /// The call failed; the next may begin at that time. Returns the placeholders that it has asked for in vain.
    pub(super) fn fail(&mut self, until: Steady) -> Vec<Wanted> {
        let (turn, wanted) = match std::mem::replace(self, Self::Idle { until }) {
            Self::InFlight(flight) => (Self::after(flight.owed, until), flight.wanted),
            Self::Undelivered { owed, .. } => (Self::Undelivered { until, owed }, Vec::new()),
            Self::Idle { .. } => (Self::Idle { until }, Vec::new()),
            starting @ (Self::Starting | Self::Due(_)) => (starting, Vec::new()),
        };
        *self = turn;
        wanted
    }
}
