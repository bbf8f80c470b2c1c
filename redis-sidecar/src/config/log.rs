//! The format and the level of the log.

use super::raw::{InvalidVariable, RawConfig, refuse};

/// The log's configuration; read before everything else, because the log says what is wrong with the rest.
#[derive(Debug)]
pub struct LogConfig {
    /// In the syntax of tracing's `EnvFilter`.
    pub filter: String,
    pub json: bool,
}

impl LogConfig {
    pub fn parse(raw: &RawConfig) -> Result<Self, InvalidVariable> {
        let json = match raw.text("MASKER_LOG_FORMAT")?.as_deref() {
            None | Some("text") => false,
            Some("json") => true,
            Some(_) => return refuse("MASKER_LOG_FORMAT", "must be text or json"),
        };
        Ok(Self { filter: raw.text("MASKER_LOG")?.unwrap_or_else(|| "info".to_owned()), json })
    }
}
