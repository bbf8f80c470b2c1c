//! The commands that teach a scope its estate: they read inventories here, show what is in them, and hand the names to the
//! sidecar. The files themselves go nowhere.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, IsTerminal, Read, Write};
use std::path::PathBuf;

use clap::Args;
use contract::{bound, path};
use data_encoding::HEXLOWER;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::client::Client;
use crate::error::Fatal;
use crate::estate::{self, Collected, Found, Wishes};

/// Bytes of the names that one call carries; below the bound of a body, with their kinds and signs.
const CALL_BYTES: usize = bound::BODY_BYTES / 4;
/// Bytes after which the progress is shown again.
const PROGRESS: u64 = 8 << 20;
/// Words that are shown of those that are recognised in a fitting context only.
const WORDS: usize = 40;

#[derive(Debug, Args)]
pub struct Learn {
    /// Inventories; `-` or none for stdin
    files: Vec<PathBuf>,
    #[arg(long, default_value = "default")]
    scope: String,
    /// The name under which the inventory is kept; its next import replaces it
    #[arg(long)]
    source: String,
    /// Show what would be learned, and store nothing
    #[arg(long)]
    dry_run: bool,
    /// Store without asking, on a terminal
    #[arg(long, conflicts_with = "dry_run")]
    yes: bool,
    /// A name that is recognised anywhere, although it looks like a word
    #[arg(long, value_name = "WORD")]
    force: Vec<String>,
    /// A name that is left out
    #[arg(long, value_name = "WORD")]
    skip: Vec<String>,
}

#[derive(Debug, Default, Deserialize)]
struct Imported {
    added: u64,
    removed: u64,
    names: u64,
}

/// Reads, shows, and stores if that is wanted. The sidecar is called for the last of these only.
pub fn learn(learn: &Learn, client: impl FnOnce() -> Result<Client, Fatal>) -> Result<(), Fatal> {
    let wishes = Wishes { force: learn.force.iter().cloned().collect(), skip: learn.skip.iter().cloned().collect() };
    let mut collected = Collected::new(wishes)?;
    let mut out = io::stdout().lock();
    for (name, format) in read_all(&learn.files, &mut collected)? {
        writeln!(out, "{name}: {}", format.as_str())?;
    }
    let found = collected.found();
    show(&mut out, &collected, &found)?;
    drop(out);
    if !wants_to_store(learn, found.len())? {
        return Ok(writeln!(io::stderr(), "nothing is stored")?);
    }
    let Imported { added, removed, names } = store(learn, &found, &client()?)?;
    let (scope, source) = (&learn.scope, &learn.source);
    Ok(writeln!(io::stdout(), "source {source} of scope {scope}: {names} names, {added} added, {removed} removed")?)
}

fn read_all(files: &[PathBuf], collected: &mut Collected) -> Result<Vec<(String, estate::Format)>, Fatal> {
    let stdin = [PathBuf::from("-")];
    let mut read = Vec::new();
    for file in if files.is_empty() { &stdin } else { files } {
        let name = file.display().to_string();
        let from: Box<dyn Read> = if name == "-" {
            Box::new(io::stdin().lock())
        } else {
            Box::new(File::open(file).map_err(|e| format!("{name}: {e}"))?)
        };
        let mut counted = Counted { from, bytes: 0, shown: 0, is_shown: io::stderr().is_terminal() };
        let format = estate::read(&mut counted, collected).map_err(|error| format!("{name}: {error}"))?;
        counted.end();
        read.push((name, format));
    }
    Ok(read)
}

/// What would be stored, by kind, and what would not, with the reasons.
fn show(out: &mut impl Write, collected: &Collected, found: &[Found]) -> io::Result<()> {
    writeln!(out, "{} resources, {} names to learn", collected.resources(), found.len())?;
    let mut kinds: BTreeMap<&str, (u64, u64)> = BTreeMap::new();
    for Found { kind, in_context, .. } in found {
        let count = kinds.entry(kind).or_default();
        count.0 += 1;
        count.1 += u64::from(*in_context);
    }
    for (kind, (count, in_context)) in kinds {
        let note = if in_context > 0 { format!(", {in_context} of them in context only") } else { String::new() };
        writeln!(out, "  {kind:<24} {count:>7}{note}")?;
    }
    if collected.without_kind() > 0 {
        writeln!(out, "  ({} without a known kind count as resource)", collected.without_kind())?;
    }
    let words: Vec<&str> = found.iter().filter(|found| found.in_context).map(|found| found.name.as_str()).collect();
    if !words.is_empty() {
        writeln!(out, "in context only, as they may be words (--force WORD: anywhere; --skip WORD: not at all):")?;
        let more = if words.len() > WORDS { format!(", and {} more", words.len() - WORDS) } else { String::new() };
        writeln!(out, "  {}{more}", words.iter().take(WORDS).copied().collect::<Vec<_>>().join(", "))?;
    }
    for (left, count, examples) in collected.left() {
        let more = if count > examples.len() { ", …" } else { "" };
        writeln!(out, "left out, {}: {count} ({}{more})", left.as_str(), examples.join(", "))?;
    }
    Ok(())
}

/// On a terminal only what the user confirms is stored; elsewhere nobody could be asked.
fn wants_to_store(learn: &Learn, names: usize) -> io::Result<bool> {
    if learn.dry_run || learn.yes || !io::stdout().is_terminal() {
        return Ok(!learn.dry_run);
    }
    if !io::stdin().is_terminal() {
        writeln!(io::stderr(), "stdin is the inventory: confirm with --yes")?;
        return Ok(false);
    }
    write!(io::stderr(), "Store {names} names in scope {} as source {}? [y/N] ", learn.scope, learn.source)?;
    let mut answer = String::new();
    io::stdin().read_line(&mut answer)?;
    Ok(matches!(answer.trim(), "y" | "Y" | "yes"))
}

/// Hands over the names, the last of them with the word that these are all.
fn store(learn: &Learn, found: &[Found], client: &Client) -> Result<Imported, Fatal> {
    let mut id = [0; 8];
    getrandom::fill(&mut id).map_err(|_| "the operating system has no randomness")?;
    let (import, mut rest, mut sum) = (HEXLOWER.encode(&id), found, Imported::default());
    loop {
        let mut bytes = 0;
        let fits = |found: &&Found| {
            bytes += found.name.len() + found.kind.len();
            bytes <= CALL_BYTES
        };
        let count = rest.iter().take(bound::MAPPINGS).take_while(fits).count();
        let (names, behind) = rest.split_at_checked(count).unwrap_or((rest, &[]));
        rest = behind;
        let names: Vec<Value> = names.iter().map(|found| json!([found.kind, found.name, found.forced])).collect();
        let body = json!({"scope": learn.scope, "source": learn.source, "import": import, "names": names,
            "complete": rest.is_empty()});
        let answer: Imported = serde_json::from_str(&client.post(path::ESTATE, &body)?)?;
        sum = Imported { added: sum.added + answer.added, removed: answer.removed, names: answer.names };
        if rest.is_empty() {
            return Ok(sum);
        }
    }
}

/// Shows on a terminal how much of a long file was read.
struct Counted {
    from: Box<dyn Read>,
    bytes: u64,
    shown: u64,
    is_shown: bool,
}

impl Counted {
    fn end(&self) {
        if self.shown > 0 {
            let _ = writeln!(io::stderr(), "\r{} MB", self.bytes >> 20);
        }
    }
}

impl Read for Counted {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = self.from.read(into)?;
        self.bytes += count as u64;
        if self.is_shown && self.bytes >= self.shown + PROGRESS {
            self.shown = self.bytes;
            write!(io::stderr(), "\r{} MB", self.bytes >> 20)?;
        }
        Ok(count)
    }
}
