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
