//! The command line: serves, or calls a sidecar that serves. The mappings may be in its memory, and the audit record
//! belongs in its log, so no subcommand bypasses it.

use std::io::{self, Read, Write};

use clap::{Parser, Subcommand};
use contract::path;
use serde_json::json;

use crate::check::{self, Check};
use crate::client::{Client, Http};
use crate::config::{ClientConfig, RawConfig};
use crate::doctor;
use crate::error::Fatal;
use crate::learn::{self, Learn};
use crate::scan::{self, Scan};

/// Bytes of a text that are restored at a time; below the bound of a call.
const PIECE: usize = 2 << 20;

#[derive(Debug, Parser)]
#[command(version, about = "Holds the keyring and the mappings of aws-masker", after_help = ENVIRONMENT)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
}

const ENVIRONMENT: &str = "Without a command, it serves. It is configured by environment variables, see its README. \
The commands call the sidecar at MASKER_URL (default: MASKER_LISTEN) with MASKER_OPERATOR_TOKEN.";

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Copy stdin to stdout, replacing placeholders with their values
    Restore {
        #[arg(long, default_value = "default")]
        scope: String,
    },
    /// Print what a placeholder stands for
    Lookup {
        placeholder: String,
        #[arg(long, default_value = "default")]
        scope: String,
        /// Why, for the audit record
        #[arg(long)]
        reason: Option<String>,
    },
    /// Print the values that a scope knows, the newest first
    Known {
        #[arg(long, default_value = "default")]
        scope: String,
    },
    /// Teach a scope the names of an estate, from the inventories of AWS, Terraform, CloudFormation, Kubernetes or Pulumi
    Learn(Learn),
    /// List the sources of a scope's estate
    Estate {
        #[arg(long, default_value = "default")]
        scope: String,
    },
    /// Erase mappings; the filters forget them too
    #[command(subcommand)]
    Forget(Forget),
    /// Look at a set-up: files of Kong, the sidecar, the gateway; say what is wrong and what mends it
    Doctor(doctor::Options),
    /// Check a configuration of the filter, and print it as JSON
    Check(Check),
    /// Show what would be masked in files
    Scan(Scan),
    /// Count mappings, by scope and by key; or what happened on the last days
    Stats {
        /// Print the numbers of so many days, by scope
        #[arg(long)]
        days: Option<u16>,
    },
    /// Exit with 0 if the sidecar is serving
    #[command(alias = "health")]
    Healthcheck,
}

#[derive(Debug, Subcommand)]
pub enum Forget {
    /// All mappings of a scope
    Scope { scope: String },
    /// One placeholder
    Placeholder {
        placeholder: String,
        #[arg(long, default_value = "default")]
        scope: String,
    },
    /// The names of one source of an estate
    Source {
        source: String,
        #[arg(long, default_value = "default")]
        scope: String,
    },
    /// One value, read from stdin, because others can see arguments
    Value {
        /// Only in this scope
        #[arg(long)]
        scope: Option<String>,
    },
}

/// `None` means to serve. Invalid arguments end the program.
pub fn command() -> Option<Command> {
    Cli::parse().command
}

/// Runs a subcommand. Blocks.
pub fn run(command: Command, raw: &RawConfig) -> Result<(), Fatal> {
    match &command {
        Command::Check(options) => return check::check(options),
        Command::Scan(options) => return scan::scan(options),
        _ => {}
    }
    let config = ClientConfig::parse(raw)?;
    if let Command::Doctor(options) = command {
        return doctor::run(&options, raw.of_kong(), || {
            Ok(doctor::Running { client: Client::new(&config)?, http: Http::new(&config)? })
        });
    }
    if let Command::Learn(learn) = &command {
        return learn::learn(learn, || Client::new(&config));
    }
    let client = Client::new(&config)?;
    let answer = match command {
        Command::Restore { scope } => return restore(&client, &scope, io::stdin().lock(), io::stdout().lock()),
        Command::Doctor(_) | Command::Learn(_) | Command::Check(_) | Command::Scan(_) => return Ok(()),
        Command::Estate { scope } => client.post(path::SOURCES, &json!({"scope": scope}))?,
        Command::Healthcheck => client.get(path::HEALTH)?,
        Command::Stats { days: None } => client.get(path::STATS)?,
        Command::Stats { days: Some(days) } => client.post(path::TOTALS, &json!({"days": days}))?,
        Command::Lookup { placeholder, scope, reason } => {
            client.post(path::LOOKUP, &json!({"scope": scope, "placeholder": placeholder, "reason": reason}))?
        }
        Command::Known { scope } => client.post(path::KNOWN, &json!({"scope": scope}))?,
        Command::Forget(forget) => client.post(path::FORGET, &request_body(forget)?)?,
    };
    Ok(writeln!(io::stdout(), "{}", answer.trim_end())?)
}

fn request_body(forget: Forget) -> io::Result<serde_json::Value> {
    Ok(match forget {
        Forget::Scope { scope } => json!({"scope": scope}),
        Forget::Placeholder { placeholder, scope } => json!({"scope": scope, "placeholder": placeholder}),
        Forget::Source { source, scope } => json!({"scope": scope, "source": source}),
        Forget::Value { scope } => {
            let value = io::read_to_string(io::stdin())?;
            json!({"scope": scope, "value": value.trim_end_matches(['\r', '\n'])})
        }
    })
}

fn restore(client: &Client, scope: &str, mut from: impl Read, mut to: impl Write) -> Result<(), Fatal> {
    let mut text = Vec::new();
    loop {
        let room = u64::try_from(PIECE.saturating_sub(text.len()))?;
        let more = from.by_ref().take(room).read_to_end(&mut text)?;
        let cut = if more == 0 { text.len() } else { safe_cut(&text) };
        let rest = text.split_off(cut);
        if !text.is_empty() {
            to.write_all(&client.restore(scope, &text)?)?;
        }
        if more == 0 {
            return Ok(to.flush()?);
        }
        text = rest;
    }
}

/// The length of the longest beginning that cuts no placeholder; the whole length if there is none.
fn safe_cut(text: &[u8]) -> usize {
    let outside = |byte: &u8| !byte.is_ascii_alphanumeric() && !b"_-\\".contains(byte);
    text.iter().rposition(outside).map_or(text.len(), |at| at + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_cut_outside_of_placeholders() {
        for (text, cut) in [("a AWS_EC2_7KQ", 2), ("a\nb\n", 4), ("AWS\\_EC2", 8), ("", 0), ("x,AWS-EC2", 2)] {
            assert_eq!(safe_cut(text.as_bytes()), cut, "{text}");
        }
    }
}
