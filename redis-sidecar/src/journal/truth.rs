//! One line of truth: is what passes through here protected now, and if not, why.

use contract::StoreState;
use serde::Serialize;

use super::filters::Present;
use super::seconds::{Cell, Troubles};
use super::selfcheck::Selfcheck;
use crate::store::{Eviction, Health};

/// The state of protection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum State {
    /// No filter calls.
    Waiting,
    /// Values are masked, and restored.
    Protecting,
    /// Values are counted, and nothing is altered.
    Observing,
    /// Requests are refused because they could not be protected.
    Refusing,
    /// Values are masked, but something is wrong.
    Degraded,
}

/// The reason for a state. The page has the words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Why {
    NoFilter,
    AllWell,
    StoreDown,
    /// Filters have refused requests because the vault did not answer them, or because they had no key.
    Outage,
    /// A filter's configuration is invalid.
    Misconfigured,
    Observed,
    /// The host sent requests without showing them to the filter.
    UnmaskedRequests,
    /// Invented values arrived upstream as they are.
    SelfcheckUnmasked,
    /// The self-check failed in another way.
    SelfcheckFailed,
    /// A scope has used up a quota.
    Quota,
    /// Responses stayed masked.
    Unrestored,
    /// Mappings were dropped before they could be stored.
    DroppedMappings,
    /// Redis may drop mappings before they expire.
    Eviction,
}

/// A state, why, and since when.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub(super) struct Truth {
    pub(super) state: State,
    pub(super) why: Why,
    /// Unix time in milliseconds at which this state began.
    pub(super) since_ms: u64,
}

/// Everything that it is judged by.
#[derive(Debug)]
pub(super) struct Facts<'f> {
    pub(super) store: Health,
    pub(super) present: Present,
    /// The sum of the last few seconds.
    pub(super) now: &'f Cell,
    /// The sum of the last minute.
    pub(super) minute: &'f Cell,
    pub(super) troubles: Troubles,
    pub(super) selfcheck: Selfcheck,
}

/// Codes of refusals that end by themselves, with the outage.
const OUTAGE: [u16; 2] = [1_001, 1_004];
const QUOTA: u16 = 1_006;
const CONFIGURATION: u16 = 4_001;

/// The worst that is true.
pub(super) fn judge(facts: &Facts<'_>) -> (State, Why) {
    let is_unmasked = facts.selfcheck == Selfcheck::NOT_MASKED;
    let refused = |code: &u16| facts.now.refused.contains_key(code);
    let causes = [
        (facts.store.state == StoreState::RedisDown, State::Refusing, Why::StoreDown),
        (OUTAGE.iter().any(refused), State::Refusing, Why::Outage),
        (refused(&CONFIGURATION), State::Refusing, Why::Misconfigured),
        (facts.troubles.unmasked_requests > 0, State::Degraded, Why::UnmaskedRequests),
        // That no filter calls does not mean that nothing passes: the filter may have gone from the route.
        (is_unmasked && facts.present.observing == 0, State::Degraded, Why::SelfcheckUnmasked),
        (facts.present.calling == 0, State::Waiting, Why::NoFilter),
        (facts.present.observing > 0, State::Observing, Why::Observed),
        (facts.selfcheck.is_failing(), State::Degraded, Why::SelfcheckFailed),
        (facts.minute.refused.contains_key(&QUOTA), State::Degraded, Why::Quota),
        (facts.minute.unrestored > 0, State::Degraded, Why::Unrestored),
        (facts.troubles.dropped_mappings > 0, State::Degraded, Why::DroppedMappings),
        (facts.store.eviction == Eviction::May, State::Degraded, Why::Eviction),
    ];
    let worst = causes.into_iter().find(|(holds, ..)| *holds);
    worst.map_or((State::Protecting, Why::AllWell), |(_, state, why)| (state, why))
}

impl Truth {
    pub(super) fn begin(now: u64) -> Self {
        Self { state: State::Waiting, why: Why::NoFilter, since_ms: now }
    }

    /// Takes over what is judged now. Another reason for the same state does not begin it anew. Returns whether anything
    /// changed.
    pub(super) fn follow(&mut self, (state, why): (State, Why), now: u64) -> bool {
        let before = *self;
        let since_ms = if state == self.state { self.since_ms } else { now };
        *self = Self { state, why, since_ms };
        *self != before
    }
}

#[cfg(test)]
mod tests {
    use contract::code;

    use super::*;
    use crate::store::Breaker;

    #[test]
    fn the_codes_are_those_of_the_contract() {
        for (number, name) in
            [(OUTAGE[0], code::STORE_DOWN), (QUOTA, code::QUOTA), (CONFIGURATION, code::CONFIGURATION)]
        {
            assert_eq!(format!("AWS_MASKER_{number}"), name);
        }
    }

    #[test]
    fn the_worst_counts() {
        let well = Health {
            state: StoreState::Redis,
            breaker: Breaker::Closed,
            eviction: Eviction::Never,
            held: 0,
            evicted: 0,
        };
        let down = Health { state: StoreState::RedisDown, ..well };
        let (here, observing) = (Present { calling: 2, observing: 0 }, Present { calling: 2, observing: 1 });
        let quiet = Cell::default();
        let refusing = |code| Cell { refused: [(code, 1)].into(), ..Cell::default() };
        let unrestored = Cell { unrestored: 1, ..Cell::default() };
        let calm = Troubles::default();
        let failed = Selfcheck::Failed("not_restored");
        for (present, selfcheck, expected) in [
            (here, Selfcheck::NOT_MASKED, (State::Degraded, Why::SelfcheckUnmasked)),
            (Present::default(), Selfcheck::NOT_MASKED, (State::Degraded, Why::SelfcheckUnmasked)),
            (observing, Selfcheck::NOT_MASKED, (State::Observing, Why::Observed)),
            (here, failed, (State::Degraded, Why::SelfcheckFailed)),
            (Present::default(), failed, (State::Waiting, Why::NoFilter)),
            (here, Selfcheck::Pending, (State::Protecting, Why::AllWell)),
            (here, Selfcheck::Succeeded, (State::Protecting, Why::AllWell)),
        ] {
            let facts = Facts { store: well, present, now: &quiet, minute: &quiet, troubles: calm, selfcheck };
            assert_eq!(judge(&facts), expected, "{facts:?}");
        }
        for (store, present, cell, troubles, expected) in [
            (well, here, &quiet, calm, (State::Protecting, Why::AllWell)),
            (well, Present::default(), &quiet, calm, (State::Waiting, Why::NoFilter)),
            (down, here, &quiet, calm, (State::Refusing, Why::StoreDown)),
            (down, observing, &unrestored, calm, (State::Refusing, Why::StoreDown)),
            (well, here, &refusing(1_004), calm, (State::Refusing, Why::Outage)),
            (well, here, &refusing(4_001), calm, (State::Refusing, Why::Misconfigured)),
            (well, here, &refusing(6_002), calm, (State::Protecting, Why::AllWell)),
            (well, here, &refusing(1_006), calm, (State::Degraded, Why::Quota)),
            (well, observing, &quiet, calm, (State::Observing, Why::Observed)),
            (well, here, &unrestored, calm, (State::Degraded, Why::Unrestored)),
            (well, here, &quiet, Troubles { dropped_mappings: 1, ..calm }, (State::Degraded, Why::DroppedMappings)),
            (
                well,
                observing,
                &quiet,
                Troubles { unmasked_requests: 1, ..calm },
                (State::Degraded, Why::UnmaskedRequests),
            ),
            (Health { eviction: Eviction::May, ..well }, here, &quiet, calm, (State::Degraded, Why::Eviction)),
        ] {
            let facts = Facts { store, present, now: cell, minute: cell, troubles, selfcheck: Selfcheck::Off };
            assert_eq!(judge(&facts), expected, "{facts:?}");
        }
    }

    #[test]
    fn a_state_lasts_whatever_its_reasons() {
        let mut truth = Truth::begin(1);
        assert!(truth.follow((State::Degraded, Why::Quota), 2));
        assert!(truth.follow((State::Degraded, Why::Unrestored), 3));
        assert!(!truth.follow((State::Degraded, Why::Unrestored), 4));
        assert_eq!(truth.since_ms, 2);
        assert!(truth.follow((State::Protecting, Why::AllWell), 5));
        assert_eq!(truth.since_ms, 5);
    }
}
