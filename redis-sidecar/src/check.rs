//! Checks a configuration of the filter with the filter's own code, before a gateway starts with it.

use std::cell::RefCell;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use clap::Args;
use filter_config::{Config, Written};
use masking::{Policy, PolicyError, Scanner};

use crate::error::Fatal;

/// The file that stands for stdin.
pub const STDIN: &str = "-";
/// Stands for a secret that the gateway gets from its environment.
const SECRET: &str = "from-the-environment";
/// Stands for a sidecar where it does not matter which one is called.
pub const ANY_SIDECAR: &str = "unix:/sidecar.sock";

#[derive(Debug, Args)]
pub struct Check {
    /// The configuration, in JSON or YAML; `-` for stdin
    file: PathBuf,
    /// The sidecar's address, in place of the file's
    #[arg(long, value_name = "ADDRESS")]
    sidecar: Option<String>,
}

/// Prints the configuration as JSON, if the filter takes it.
pub fn check(check: &Check) -> Result<(), Fatal> {
    let named = |error: Fatal| format!("{}: {error}", check.file.display());
    let mut written = read(&check.file).map_err(named)?;
    if let Some(sidecar) = &check.sidecar {
        written.set("sidecar", Written::Text(sidecar.clone()));
    }
    checked(&written).map_err(named)?;
    let mut out = io::stdout().lock();
    serde_json::to_writer(&mut out, &written)?;
    Ok(writeln!(out)?)
}

/// The scanner of a configuration's policy. Which sidecar it names, or whether any, does not matter.
pub fn scanner(file: &Path) -> Result<Rc<Scanner>, Fatal> {
    let named = |error: Fatal| format!("{}: {error}", file.display());
    let mut written = read(file).map_err(named)?;
    written.set("sidecar", Written::Text(ANY_SIDECAR.to_owned()));
    Ok(checked(&written).map_err(named)?.scanner)
}

/// Fails with the filter's own reason. Secrets may come from the gateway's environment, which is not here.
pub fn checked(written: &Written) -> Result<Config, Fatal> {
    Config::read(written, |_| Some(SECRET.to_owned()), compiled).map_err(|reason| reason.to_string().into())
}

/// The scanner of a policy. The last one is kept: the routes of a gateway are mostly configured alike, and to compile one
/// takes a while.
fn compiled(policy: Policy) -> Result<Rc<Scanner>, PolicyError> {
    thread_local!(static LAST: RefCell<Option<(Policy, Rc<Scanner>)>> = const { RefCell::new(None) });
    LAST.with_borrow_mut(|last| match last {
        Some((of, scanner)) if *of == policy => Ok(Rc::clone(scanner)),
        _ => {
            let scanner = Rc::new(Scanner::new(&policy)?);
            *last = Some((policy, Rc::clone(&scanner)));
            Ok(scanner)
        }
    })
}

fn read(file: &Path) -> Result<Written, Fatal> {
    let mut text = String::new();
    match file.to_str() {
        Some(STDIN) => io::stdin().lock().read_to_string(&mut text)?,
        _ => std::fs::File::open(file)?.read_to_string(&mut text)?,
    };
    parse(&text)
}

/// What begins like an object of JSON is JSON. No message quotes the text: it may hold secrets.
fn parse(text: &str) -> Result<Written, Fatal> {
    if text.trim_start().starts_with('{') {
        return serde_json::from_str(text).map_err(|error| format!("it is not JSON: {error}").into());
    }
    if text.trim().is_empty() {
        return Ok(Written::Object(Vec::new()));
    }
    serde_saphyr::from_str(text).map_err(|error| match error.location() {
        Some(place) => format!("it is not YAML, at line {} column {}", place.line(), place.column()).into(),
        None => "it is not YAML".into(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_configuration_in_two_formats() {
        let json = parse(r#"{"sidecar": "s:1", "kinds": {"enable": ["public_ip"]}, "mapping_ttl": 3600}"#).unwrap();
        let yaml = parse("# ours\nsidecar: s:1\nkinds:\n  enable: [public_ip]\nmapping_ttl: 3600\n").unwrap();
        assert!(json == yaml);
        assert!(checked(&yaml).is_ok());
        assert!(checked(&parse("use_redis: false").unwrap()).is_ok(), "the secret comes from the environment");
    }

    #[test]
    fn what_is_wrong_is_told_without_the_text() {
        for (text, expected) in [
            (r#"{"sidecar": "s:1", "never_mask": [hunter2]}"#, "it is not JSON: expected value at line 1 column 35"),
            ("sidecar: [hunter2\nmode: mask", "it is not YAML, at line"),
            ("redis_fallback: hunter2", "redis_fallback: expected true or false, found a text"),
            ("kinds: {enable: [s3_buckets]}", "kinds.enable: entry 1 is not a kind; near ones: s3_bucket"),
            ("- hunter2", "expected an object, found a list"),
            ("", "sidecar (host:port) is not set"),
        ] {
            let mut error = match parse(text).and_then(|mut written| {
                if text.contains("kinds") {
                    written.set("sidecar", Written::Text(ANY_SIDECAR.to_owned()));
                }
                checked(&written)
            }) {
                Ok(_) => panic!("{text} is taken"),
                Err(error) => error.to_string(),
            };
            assert!(error.starts_with(expected), "{text}: {error}");
            error.retain(|letter| letter.is_ascii_alphanumeric());
            assert!(!error.contains("hunter2"), "{error}");
        }
    }
}
