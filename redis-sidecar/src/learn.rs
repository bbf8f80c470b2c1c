//! The command that teaches a scope its estate: it reads inventories or asks the AWS account, shows what is in them, and
//! hands the names to the sidecar. The files themselves go nowhere.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, IsTerminal, Read, Write};
use std::path::PathBuf;

use clap::Args;
use contract::path;
use data_encoding::HEXLOWER;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::runtime::Handle;
use tokio::task::block_in_place;

use crate::aws::{Account, Asked, Place};
use crate::client::Client;
use crate::error::Fatal;
use crate::estate::{self, Collected, Found, Wishes};
use crate::name::PartName;

/// Bytes after which the progress is shown again.
const PROGRESS: u64 = 8 << 20;
/// Words that are shown of those that are recognised in a fitting context only.
const WORDS: usize = 40;

#[derive(Debug, Args)]
pub struct Learn {
    /// Inventories; `-` or none for stdin
    #[arg(conflicts_with = "aws")]
    files: Vec<PathBuf>,
    /// Ask the AWS account itself, with the credentials of the environment
    #[arg(long)]
    aws: bool,
    /// A region to ask, and more by repeating it [default: the environment's]
    #[arg(long, value_name = "REGION", requires = "aws")]
    region: Vec<String>,
    /// Where AWS is asked instead of at its own addresses
    #[arg(long, value_name = "URL", requires = "aws")]
    endpoint_url: Option<String>,
    #[arg(long, default_value = "default")]
    scope: String,
    /// The name under which the inventory is kept; its next import replaces it [default with --aws: one of the account]
    #[arg(long, required_unless_present = "aws")]
    source: Option<String>,
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

/// A page of the names. Without parts it is one that older sidecars take, too.
#[derive(Serialize)]
struct Call<'c> {
    scope: &'c str,
    source: &'c str,
    import: &'c str,
    names: Vec<Value>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    parts: &'c [PartName],
    complete: bool,
}

/// The sources of a scope.
#[derive(Deserialize)]
struct Sources {
    sources: Vec<Source>,
}

#[derive(Deserialize)]
struct Source {
    source: String,
    #[serde(default)]
    parts: Vec<PartName>,
}

/// The name of the source, and what was asked for it.
struct Listed {
    source: String,
    asked: Asked,
}

/// Reads or asks, shows, and stores if that is wanted. The sidecar is called for the last of these only.
pub fn learn(learn: &Learn, client: impl FnOnce() -> Result<Client, Fatal>) -> Result<(), Fatal> {
    let wishes = Wishes { force: learn.force.iter().cloned().collect(), skip: learn.skip.iter().cloned().collect() };
    let mut collected = Collected::new(wishes)?;
    let listed = if learn.aws {
        // The program runs its commands within the runtime that it serves with.
        block_in_place(|| Handle::current().block_on(ask(learn, &mut collected)))?
    } else {
        let source = learn.source.clone().ok_or("--source is required")?;
        let read = read_all(&learn.files, &mut collected)?;
        read.iter().try_for_each(|(name, format)| writeln!(io::stdout(), "{name}: {}", format.as_str()))?;
        Listed { source, asked: Asked::default() }
    };
    let found = collected.found();
    show(&mut io::stdout().lock(), &collected, &found)?;
    if !wants_to_store(learn, &listed.source, found.len())? {
        return Ok(writeln!(io::stderr(), "nothing is stored")?);
    }
    let Imported { added, removed, names } = store(learn, &listed, &found, &client()?)?;
    let (scope, source) = (&learn.scope, &listed.source);
    Ok(writeln!(io::stdout(), "source {source} of scope {scope}: {names} names, {added} added, {removed} removed")?)
}

/// Asks the account, and shows each answer as it comes.
async fn ask(learn: &Learn, collected: &mut Collected) -> Result<Listed, Fatal> {
    if learn.endpoint_url.as_ref().is_some_and(|url| !url.starts_with("http://") && !url.starts_with("https://")) {
        return Err("--endpoint-url must begin with http:// or https://".into());
    }
    let place = Place { regions: learn.region.clone(), endpoint: learn.endpoint_url.clone() };
    let account = Account::open(&place).await?;
    let source = match &learn.source {
        Some(source) => source.clone(),
        None => account.source().ok_or("--source is required")?.as_str().to_owned(),
    };
    let mut shown = Ok(());
    let asked = account.list(collected, |part, answer| {
        if shown.is_ok() {
            shown = writeln!(io::stdout(), "{part}: {answer}");
        }
    });
    let asked = asked.await?;
    shown?;
    Ok(Listed { source, asked })
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
fn wants_to_store(learn: &Learn, source: &str, names: usize) -> io::Result<bool> {
    if learn.dry_run || learn.yes || !io::stdout().is_terminal() {
        return Ok(!learn.dry_run);
    }
    if !io::stdin().is_terminal() {
        writeln!(io::stderr(), "stdin is the inventory: confirm with --yes")?;
        return Ok(false);
    }
    write!(io::stderr(), "Store {names} names in scope {} as source {source}? [y/N] ", learn.scope)?;
    let mut answer = String::new();
    io::stdin().read_line(&mut answer)?;
    Ok(matches!(answer.trim(), "y" | "Y" | "yes"))
}

/// Hands over the names, the last of them with the word that these are all.
fn store(learn: &Learn, listed: &Listed, found: &[Found], client: &Client) -> Result<Imported, Fatal> {
    let Listed { source, asked } = listed;
    if let Some(lost) = lost(learn, listed, client)? {
        return Err(crate::aws::told_lost(&lost).into());
    }
    let mut id = [0; 8];
    getrandom::fill(&mut id).map_err(|_| "the operating system has no randomness")?;
    let (import, pages, mut sum) = (HEXLOWER.encode(&id), estate::pages(found), Imported::default());
    for (number, page) in pages.iter().enumerate() {
        let names: Vec<Value> = page.iter().map(name).collect();
        let complete = number + 1 == pages.len();
        let call = Call { scope: &learn.scope, source, import: &import, names, parts: &asked.answered, complete };
        let answer: Imported = serde_json::from_str(&client.post(path::ESTATE, &serde_json::to_value(call)?)?)?;
        sum = Imported { added: sum.added + answer.added, removed: answer.removed, names: answer.names };
    }
    Ok(sum)
}

/// A name without what it names is one that older sidecars take, too.
fn name(found: &Found) -> Value {
    let Found { kind, name, forced, of, .. } = found;
    of.as_ref().map_or_else(|| json!([kind, name, forced]), |of| json!([kind, name, forced, of]))
}

/// The part of the source that was allowed when it was imported last, and is not now.
fn lost(learn: &Learn, listed: &Listed, client: &Client) -> Result<Option<PartName>, Fatal> {
    if listed.asked.denied.is_empty() {
        return Ok(None);
    }
    let Sources { sources } = serde_json::from_str(&client.post(path::SOURCES, &json!({"scope": learn.scope}))?)?;
    let before = sources.iter().find(|source| source.source == listed.source);
    Ok(before.and_then(|source| listed.asked.lost(&source.parts)).cloned())
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
