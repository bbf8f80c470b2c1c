//! The paths of the sidecar's calls.

/// The filter's one call (POST).
pub const SYNC: &str = "/v1/sync";
/// Returns a text with its values restored (POST, for an operator).
pub const RESTORE: &str = "/v1/restore";
/// Returns what a placeholder stands for (POST, for an operator).
pub const LOOKUP: &str = "/v1/lookup";
/// Lists the known values of a scope (POST, for an operator).
pub const KNOWN: &str = "/v1/known";
/// Erases mappings (POST, for an operator).
pub const FORGET: &str = "/v1/forget";
/// Counts the mappings (GET, for an operator).
pub const STATS: &str = "/v1/stats";
/// Returns the numbers of the last days, by scope (POST, for an operator).
pub const TOTALS: &str = "/v1/totals";
/// Answers while the process serves (GET).
pub const HEALTH: &str = "/healthz";
/// Answers once a key can be delivered, with the state of the store (GET).
pub const READY: &str = "/readyz";
/// The metrics, for Prometheus (GET).
pub const METRICS: &str = "/metrics";
