//! What is wrong with a configuration.

use std::fmt;

/// The reason for which a configuration is refused. The text is for its author and quotes no secret.
#[derive(Debug, PartialEq, Eq)]
pub struct ConfigError(pub(crate) String);

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
