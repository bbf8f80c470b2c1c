//! The paths of the sidecar's calls.

/// The filter's one call (POST).
pub const SYNC: &str = "/v1/sync";
/// Returns a text with its values restored (POST, for an operator).
pub const RESTORE: &str = "/v1/restore";
/// Returns what a placeholder stands for (POST, for an operator).
pub const LOOKUP: &str = "/v1/lookup";
/// Lists the known values of a scope (POST, for an operator).
pub const KNOWN: &str = "/v1/known";
/// Takes the names of an estate (POST, for an operator).
pub const ESTATE: &str = "/v1/estate";
/// Lists the sources of a scope's estate (POST, for an operator).
pub const SOURCES: &str = "/v1/sources";
/// Erases mappings (POST, for an operator).
pub const FORGET: &str = "/v1/forget";
/// Counts the mappings (GET, for an operator).
pub const STATS: &str = "/v1/stats";
/// Returns the numbers of the last days, by scope (POST, for an operator).
pub const TOTALS: &str = "/v1/totals";
/// Numbers of the mappings of each scope (GET, for an operator).
pub const USAGE: &str = "/v1/usage";
/// The page's session: asks for it (GET), opens it with an operator's token (POST), closes it (DELETE).
pub const SESSION: &str = "/v1/session";
/// What happens now, as server-sent events (GET, for an operator).
pub const LIVE: &str = "/v1/live";
/// What the provider received in one exchange, if it was recorded (GET with the exchange's number, for an operator).
pub const BODIES: &str = "/v1/bodies";
/// Answers while the process serves (GET).
pub const HEALTH: &str = "/healthz";
/// Answers once a key can be delivered, with the state of the store (GET).
pub const READY: &str = "/readyz";
/// The metrics, for Prometheus (GET).
pub const METRICS: &str = "/metrics";
