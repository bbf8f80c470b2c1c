//! Bounds of one call. The filter stays within them, the sidecar refuses what exceeds them.

use std::ops::RangeInclusive;

/// Bytes of a request body.
pub const BODY_BYTES: usize = 4 << 20;
/// Mappings in a batch.
pub const MAPPINGS: usize = 2_000;
/// Summaries of exchanges in a batch.
pub const EXCHANGES: usize = 500;
/// Placeholders asked for in one call.
pub const WANTED: usize = 256;
/// Scopes that are followed in one call.
pub const FOLLOWED: usize = 256;
/// Known values that are answered in one call, of all scopes together; any further ones follow in the next.
pub const KNOWN: usize = 2_000;
/// Names that the estates of one scope have at most, of all its sources together.
pub const ESTATE_NAMES: usize = 100_000;
/// Bytes of these names.
pub const ESTATE_BYTES: usize = 4 << 20;
/// Bytes of the names of one page of an estate.
pub const ESTATE_PAGE_BYTES: usize = 96 << 10;
/// Pages of estates in one answer, of all scopes together; any further ones follow in the next.
pub const ESTATE_PAGES: usize = 2;
/// Bytes of a name of an estate: a shorter one cannot be told from a word, a longer one is not a name.
pub const ESTATE_NAME_BYTES: RangeInclusive<usize> = 4..=256;
/// Sources that one scope has.
pub const SOURCES: usize = 32;
/// Bytes of a value. Those of AWS have at most a few thousand; a block of thinking may be long.
pub const VALUE_BYTES: usize = 128 << 10;
/// Bytes of a scope, of a kind and of a placeholder.
pub const NAME_BYTES: usize = 128;
/// Bytes of a request body in a summary; a longer one is cut.
pub const MASKED_BODY_BYTES: usize = 64 << 10;
/// Seconds that a mapping lives after its last use: one minute to one year.
pub const MAPPING_TTL: RangeInclusive<u64> = 60..=365 * 24 * 60 * 60;
/// Minimum bytes of a bearer token: shorter ones can be guessed.
pub const TOKEN_BYTES_MIN: usize = 16;
