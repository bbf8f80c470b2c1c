//! The format and the level of the log.

use super::raw::{InvalidVariable, RawConfig, refuse};

const LEVELS: [&str; 6] = ["off", "error", "warn", "info", "debug", "trace"];

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
        let filter = raw.text("MASKER_LOG")?.unwrap_or_else(|| "info".to_owned());
        if !filter.split(',').all(has_level) {
            return refuse("MASKER_LOG", "needs off, error, warn, info, debug or trace, or <module>=<level>,…");
        }
        Ok(Self { filter, json })
    }
}

/// `EnvFilter` takes any other word for a module, and would log nothing of this program.
fn has_level(directive: &str) -> bool {
    let level = directive.rsplit_once('=').map_or(directive, |(_, level)| level);
    LEVELS.iter().any(|known| level.trim().eq_ignore_ascii_case(known))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_level_is_one_of_six() {
        for (text, fits) in [
            ("", true),
            ("debug", true),
            ("WARN", true),
            ("info,redis_sidecar::vault=trace, hyper=off", true),
            ("verbose", false),
            ("redis_sidecar", false),
            ("info,hyper=verbose", false),
            ("info,", false),
        ] {
            assert_eq!(LogConfig::parse(&RawConfig::of([("MASKER_LOG", text)])).is_ok(), fits, "{text}");
        }
    }
}
