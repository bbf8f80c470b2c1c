//! Looks at a set-up as its user would: the files before they run, and what runs. Says what is wrong and what mends it.

mod conf;
mod kong;
mod running;

use std::fmt;
use std::io::{self, Write};
use std::path::PathBuf;

use clap::Args;
use serde_json::Value;

pub use self::running::Running;
use crate::error::Fatal;

#[derive(Debug, Args)]
pub struct Options {
    /// A declarative configuration of Kong (kong.yml)
    #[arg(long, value_name = "FILE")]
    kong: Option<PathBuf>,
    /// Kong's settings (kong.conf); the environment's KONG_… go before them
    #[arg(long, value_name = "FILE")]
    conf: Option<PathBuf>,
    /// The gateway, such as http://localhost:8082
    #[arg(long, value_name = "URL")]
    gateway: Option<String>,
    /// A path of the gateway whose upstream is the sidecar's echo, or that of another sidecar (MASKER_ECHO_LISTEN)
    #[arg(long, value_name = "PATH", requires = "gateway")]
    selfcheck: Option<String>,
    /// Do not call the sidecar
    #[arg(long)]
    offline: bool,
}

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    pub verdict: Verdict,
    pub what: String,
    /// What mends it; empty if nothing has to be.
    pub mend: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    Good,
    /// It works, and something may be other than its owner thinks.
    Doubtful,
    /// Values leave, or requests are not served.
    Bad,
}

impl Finding {
    fn good(what: impl Into<String>) -> Self {
        Self { verdict: Verdict::Good, what: what.into(), mend: String::new() }
    }

    fn doubtful(what: impl Into<String>, mend: impl Into<String>) -> Self {
        Self { verdict: Verdict::Doubtful, what: what.into(), mend: mend.into() }
    }

    fn bad(what: impl Into<String>, mend: impl Into<String>) -> Self {
        Self { verdict: Verdict::Bad, what: what.into(), mend: mend.into() }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let verdict = match self.verdict {
            Verdict::Good => "ok  ",
            Verdict::Doubtful => "warn",
            Verdict::Bad => "FAIL",
        };
        write!(f, "{verdict}  {}", self.what)?;
        if self.mend.is_empty() { Ok(()) } else { write!(f, "\n      -> {}", self.mend) }
    }
}

/// Prints what is found. Fails if anything is bad.
pub fn run<'e>(
    options: &Options,
    environment: impl Iterator<Item = (&'e str, &'e str)>,
    running: impl FnOnce() -> Result<Running, Fatal>,
) -> Result<(), Fatal> {
    let mut findings = Vec::new();
    if let Some(path) = &options.conf {
        let text = std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
        findings.extend(conf::check(&conf::settings(&text, environment)));
    }
    if let Some(path) = &options.kong {
        let text = std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
        findings.extend(kong::check(&text));
    }
    if !options.offline {
        let running = running()?;
        findings.extend(running.sidecar());
        if let Some(gateway) = &options.gateway {
            findings.extend(running.gateway(gateway, options.selfcheck.as_deref()));
        }
    }
    report(&findings, io::stdout().lock())
}

fn report(findings: &[Finding], mut to: impl Write) -> Result<(), Fatal> {
    for finding in findings {
        writeln!(to, "{finding}")?;
    }
    match findings.iter().filter(|finding| finding.verdict == Verdict::Bad).count() {
        0 => Ok(()),
        1 => Err("one thing is wrong".into()),
        count => Err(format!("{count} things are wrong").into()),
    }
}

/// A member of an object; null if there is none.
fn member<'v>(of: &'v Value, name: &str) -> &'v Value {
    of.get(name).unwrap_or(&Value::Null)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_bad_fails() {
        let findings = [Finding::good("a"), Finding::doubtful("b", "do c"), Finding::bad("d", "do e")];
        let mut printed = Vec::new();
        assert_eq!(report(&findings, &mut printed).unwrap_err().to_string(), "one thing is wrong");
        assert_eq!(String::from_utf8(printed).unwrap(), "ok    a\nwarn  b\n      -> do c\nFAIL  d\n      -> do e\n");
        assert!(report(&findings[..2], Vec::new()).is_ok());
    }
}
