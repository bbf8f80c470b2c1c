//! What the configuration wants masked: plain data, checked when a [`Scanner`](crate::Scanner) is made of it.

use std::fmt;

use crate::catalog::Family;

/// What to mask. The default masks every kind of [`Tier::Default`](crate::Tier::Default).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Policy {
    /// Families that are switched off.
    pub off: Vec<Family>,
    /// Kinds to mask although they are optional, or although their family is off.
    pub enable: Vec<String>,
    /// Kinds not to mask.
    pub disable: Vec<String>,
    pub custom: Vec<CustomPattern>,
    /// Literals that are masked wherever they stand between word boundaries: company and project names.
    pub always: Vec<String>,
    /// Values that are never masked, or CIDR ranges whose addresses are never masked.
    pub never: Vec<String>,
}

/// A pattern of the user's own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CustomPattern {
    /// The word in the placeholders: see [`placeholder::is_label`](crate::placeholder::is_label).
    pub label: String,
    /// In the syntax of the `regex` crate.
    pub regex: String,
    /// The capture group that is the value; 0 or nothing is the whole match.
    pub group: usize,
}

/// Custom patterns of one policy at the most.
pub const CUSTOM_MAX: usize = 64;
/// Literals of one list at the most.
pub const LITERALS_MAX: usize = 1_000;
/// Bytes of a literal: a shorter one would tear words apart, a longer one is a document.
pub const LITERAL_BYTES: std::ops::RangeInclusive<usize> = 3..=200;

/// Why a policy is refused. The text is for the author of the configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PolicyError {
    UnknownKind {
        list: &'static str,
        kind: String,
    },
    BothWays {
        kind: String,
    },
    TooMany {
        list: &'static str,
        max: usize,
    },
    Label {
        label: String,
    },
    Regex {
        label: String,
        reason: String,
    },
    Group {
        label: String,
        group: usize,
    },
    MatchesEmpty {
        label: String,
    },
    /// `at` counts from 1.
    Literal {
        list: &'static str,
        at: usize,
    },
    Cidr {
        literal: String,
    },
}

impl fmt::Display for PolicyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownKind { list, kind } => write!(f, "kinds.{list}: there is no kind {kind:?}"),
            Self::BothWays { kind } => write!(f, "kinds: {kind:?} is both enabled and disabled"),
            Self::TooMany { list, max } => write!(f, "{list}: more than {max} entries"),
            Self::Label { label } => write!(
                f,
                "custom_patterns: label {label:?} is not of the form WORD or WORD_WORD (A-Z, 0-9, at most 16 characters, \
                 each word at most 11)"
            ),
            Self::Regex { label, reason } => write!(f, "custom_patterns: the regex of {label:?} is refused: {reason}"),
            Self::Group { label, group } => write!(f, "custom_patterns: the regex of {label:?} has no group {group}"),
            Self::MatchesEmpty { label } => write!(f, "custom_patterns: the regex of {label:?} matches the empty text"),
            // The literals are the names that must not be seen, and this text goes into a log.
            Self::Literal { list, at } => write!(
                f,
                "{list}: entry {at} must have {} to {} bytes and may not look like a placeholder",
                LITERAL_BYTES.start(),
                LITERAL_BYTES.end()
            ),
            Self::Cidr { literal } => write!(f, "never_mask: {literal:?} is not a CIDR range"),
        }
    }
}

impl std::error::Error for PolicyError {}
