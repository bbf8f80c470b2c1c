//! The scopes whose known values are followed: what other workers and replicas learn arrives here within a second or two.

use contract::Follow;

use super::super::clock::Steady;
use super::{Memory, ScopeMemory};

/// Milliseconds between two questions for the news of a scope that serves requests.
const FOLLOW_MS: u64 = 1_000;
/// A scope that is due so soon is asked for together with one that is due, so that the scopes of a worker share a call: with
/// each in its own turn, a worker of ten scopes or more would call at every tick.
const SOON_MS: u64 = FOLLOW_MS / 2;
/// Milliseconds after its last request in which a scope has calls made for it. Later its news comes with the calls that
/// are made anyway, the heartbeat among them.
const SERVES_MS: u64 = 60_000;

/// The state of following one scope.
#[derive(Debug, Default)]
pub(super) struct Following {
    /// The place up to which the values are known; `None` before the first answer.
    until: Option<String>,
    /// The time of the last answer.
    answered_at: Option<Steady>,
    used_at: Option<Steady>,
}

impl Following {
    /// A request of the scope has come. After a pause, its news is asked for at once.
    pub(super) fn use_at(&mut self, now: Steady) {
        if !self.serves(now) {
            self.answered_at = None;
        }
        self.used_at = Some(now);
    }

    fn is_due(&self, now: Steady) -> bool {
        self.waits_for(FOLLOW_MS, now)
    }

    fn waits_for(&self, ms: u64, now: Steady) -> bool {
        self.answered_at.is_none_or(|answered| now.since(answered) >= ms)
    }

    fn serves(&self, now: Steady) -> bool {
        self.used_at.is_some_and(|used| now.since(used) < SERVES_MS)
    }
}

impl Memory {
    /// Returns whether a call is worth being made for the news of some scope.
    pub(crate) fn has_to_follow(&self, now: Steady) -> bool {
        let is_due = |scope: &ScopeMemory| scope.following.is_due(now) && scope.following.serves(now);
        self.scopes.iter().any(|(_, scope)| is_due(scope) || scope.estate.is_arriving())
    }

    /// The scopes to ask for in the next call, those that waited longest first.
    pub(crate) fn to_follow(&self, now: Steady, max: usize) -> Vec<Follow> {
        let wait = if self.has_to_follow(now) { SOON_MS } else { FOLLOW_MS };
        let is_due = |scope: &ScopeMemory| scope.following.waits_for(wait, now) || scope.estate.is_arriving();
        let due = self.scopes.iter().filter(|(_, scope)| is_due(scope));
        let mut due: Vec<_> = due.map(|(name, scope)| (scope.following.answered_at, scope.id, name)).collect();
        due.sort_unstable();
        due.truncate(max);
        let follow = |name: &String| {
            let scope = self.scopes.peek(name)?;
            let (after, estate) = (scope.following.until.clone(), Some(scope.estate.place()));
            Some(Follow { scope: name.clone(), after, estate })
        };
        due.into_iter().filter_map(|(_, _, name)| follow(name)).collect()
    }

    /// The news of a scope has arrived up to this place.
    pub(crate) fn mark_followed(&mut self, scope: &str, until: &str, now: Steady) {
        if let Some(scope) = self.scopes.peek_mut(scope) {
            scope.following.until = Some(until.to_owned());
            scope.following.answered_at = Some(now);
        }
    }

    /// Nothing is known of a scope any more, not even that it was there.
    pub(crate) fn leave(&mut self, scope: &str) {
        if let Some(left) = self.scopes.pop(scope) {
            self.remove_shares(left.id);
        }
    }
}
