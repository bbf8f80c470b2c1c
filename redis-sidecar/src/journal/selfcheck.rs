//! The self-check as the page is told of it.

use serde::Serialize;

/// The outcome of the latest self-check.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) enum Selfcheck {
    /// None is configured.
    #[default]
    Off,
    /// The first one has not ended.
    Pending,
    Succeeded,
    /// With a word for the reason.
    Failed(&'static str),
}

#[derive(Debug, Serialize)]
pub(super) struct ToldSelfcheck {
    /// `off`, `pending`, `ok`, or the word for what is wrong.
    outcome: &'static str,
    /// Unix time in milliseconds of the latest check.
    #[serde(skip_serializing_if = "Option::is_none")]
    at_ms: Option<u64>,
}

impl Selfcheck {
    /// Invented values arrived upstream as they are.
    pub(super) const NOT_MASKED: Self = Self::Failed("not_masked");

    pub(super) fn of(outcome: Result<(), &'static str>) -> Self {
        outcome.map_or_else(Self::Failed, |()| Self::Succeeded)
    }

    pub(super) fn is_failing(self) -> bool {
        matches!(self, Self::Failed(_))
    }

    pub(super) fn told(self, at_ms: u64) -> ToldSelfcheck {
        let (outcome, at_ms) = match self {
            Self::Off => ("off", None),
            Self::Pending => ("pending", None),
            Self::Succeeded => ("ok", Some(at_ms)),
            Self::Failed(reason) => (reason, Some(at_ms)),
        };
        ToldSelfcheck { outcome, at_ms }
    }
}
