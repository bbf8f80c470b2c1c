//! The configuration of masking: plain data, checked when a [`Scanner`](crate::Scanner) is made of it.

use std::fmt;

use crate::catalog::Family;

/// The values to mask. The default masks every kind of [`Tier::Default`](crate::Tier::Default).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Policy {
    /// Families that are switched off.
    pub off: Vec<Family>,
    /// Families whose optional kinds are masked too.
    pub on: Vec<Family>,
    /// Ids of kinds to mask although they are optional, or although their family is off.
    pub enable: Vec<String>,
    /// Ids of kinds not to mask.
    pub disable: Vec<String>,
    /// Patterns for values that the catalogue does not know, at most 64.
    pub custom: Vec<CustomPattern>,
    /// Literals that are masked wherever they stand between word boundaries, in any case: company and project names. At
    /// most 1,000, each of 3 to 200 bytes.
    pub always: Vec<String>,
    /// Values that are never masked, or CIDR ranges whose addresses are never masked. At most 1,000, each of 3 to 200
    /// bytes.
    pub never: Vec<String>,
}

/// A pattern of the user's own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CustomPattern {
    /// The word in the placeholders: see [`placeholder::is_label`](crate::placeholder::is_label).
    pub label: String,
    /// In the syntax of the `regex` crate.
    pub regex: String,
    /// The number of the capture group that is the value; 0 is the whole match.
    pub group: usize,
}

/// Maximum custom patterns of one policy.
pub(crate) const CUSTOM_MAX: usize = 64;
/// Maximum literals of one list.
pub(crate) const LITERALS_MAX: usize = 1_000;
/// Bytes of a literal: a shorter one would tear words apart, a longer one is a document.
pub(crate) const LITERAL_BYTES: std::ops::RangeInclusive<usize> = 3..=200;

/// The reason why a policy is refused. The text is for the author of the configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PolicyError {
    /// A list names a kind that does not exist.
    UnknownKind {
        /// `enable` or `disable`.
        list: &'static str,
        /// The name as it was written.
        kind: String,
    },
    /// A kind is both enabled and disabled.
    BothWays {
        /// The id of the kind.
        kind: String,
    },
    /// A list is longer than it may be.
    TooMany {
        /// The configuration key of the list.
        list: &'static str,
        /// Maximum entries of the list.
        max: usize,
    },
    /// A label is not valid in placeholders: see [`placeholder::is_label`](crate::placeholder::is_label).
    Label {
        /// The label as it was written.
        label: String,
    },
    /// A pattern is not valid, or its compiled form is too large.
    Regex {
        /// The label of the pattern.
        label: String,
        /// The text of the `regex` crate.
        reason: String,
    },
    /// A pattern does not have the capture group that is to be its value.
    Group {
        /// The label of the pattern.
        label: String,
        /// The number of the missing group.
        group: usize,
    },
    /// A pattern matches the empty text, so it would match everywhere.
    MatchesEmpty {
        /// The label of the pattern.
        label: String,
    },
    /// A literal is too short or too long, or looks like a placeholder.
    Literal {
        /// `always_mask` or `never_mask`.
        list: &'static str,
        /// The number of the entry, counted from 1.
        at: usize,
    },
    /// An entry of `never_mask` has the form of a CIDR range and is not a valid one.
    Cidr {
        /// The entry as it was written.
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
            // The literals are the names that must not be seen, and this text is logged.
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
