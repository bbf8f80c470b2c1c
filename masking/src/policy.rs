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
    /// Whether names that people gave to resources are masked too where only a word tells what they name, such as
    /// `FunctionName` or `SQS queue`: those of all kinds that are masked.
    pub names: bool,
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

/// The reason why a policy is refused. The text is for the author of the configuration, and is logged: it names each
/// entry by its place in its list, counted from 1, and quotes none, as they are what must not be seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PolicyError {
    /// A list names a kind that does not exist.
    UnknownKind {
        /// `enable` or `disable`.
        list: &'static str,
        /// The number of the entry.
        at: usize,
    },
    /// A kind is both enabled and disabled.
    BothWays {
        /// The number of its entry in `enable`.
        at: usize,
    },
    /// A list is longer than it may be.
    TooMany {
        /// The configuration key of the list.
        list: &'static str,
        /// Maximum entries of the list.
        max: usize,
    },
    /// A custom pattern is not valid.
    Custom {
        /// The number of the pattern.
        at: usize,
        /// What is wrong with it.
        why: CustomError,
    },
    /// A literal is too short or too long, or looks like a placeholder.
    Literal {
        /// `always_mask` or `never_mask`.
        list: &'static str,
        /// The number of the entry.
        at: usize,
    },
    /// An entry of `never_mask` has the form of a CIDR range and is not a valid one.
    Cidr {
        /// The number of the entry.
        at: usize,
    },
}

/// The reason why a custom pattern is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CustomError {
    /// Its label is not valid in placeholders: see [`placeholder::is_label`](crate::placeholder::is_label).
    Label,
    /// Its regex has more bytes than it may have.
    TooLong {
        /// Maximum bytes of a regex.
        max: usize,
    },
    /// Its regex has an error of syntax.
    Syntax,
    /// The compiled form of its regex is too large.
    TooLarge,
    /// Its regex does not have the capture group that is to be its value.
    Group,
    /// Its regex matches the empty text, so it would match everywhere.
    MatchesEmpty,
}

impl fmt::Display for PolicyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownKind { list, at } => write!(f, "kinds.{list}: entry {at} is not a kind"),
            Self::BothWays { at } => write!(f, "kinds: entry {at} of enable is also disabled"),
            Self::TooMany { list, max } => write!(f, "{list}: more than {max} entries"),
            Self::Custom { at, why } => write!(f, "custom_patterns: entry {at}: {why}"),
            Self::Literal { list, at } => write!(
                f,
                "{list}: entry {at} must have {} to {} bytes and may not look like a placeholder",
                LITERAL_BYTES.start(),
                LITERAL_BYTES.end()
            ),
            Self::Cidr { at } => write!(f, "never_mask: entry {at} is not a CIDR range"),
        }
    }
}

impl fmt::Display for CustomError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Label => f.write_str(
                "its label is not of the form WORD or WORD_WORD (A-Z, 0-9, at most 16 characters, each word at most 11)",
            ),
            Self::TooLong { max } => write!(f, "its regex has more than {max} bytes"),
            Self::Syntax => f.write_str("its regex has an error of syntax"),
            Self::TooLarge => f.write_str("its regex is too large when it is compiled"),
            Self::Group => f.write_str("its regex does not have the group"),
            Self::MatchesEmpty => f.write_str("its regex matches the empty text"),
        }
    }
}

impl std::error::Error for PolicyError {}
