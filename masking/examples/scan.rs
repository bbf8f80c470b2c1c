//! What would be masked in a text?
//!
//! - `scan` reads JSON lines `{"id", "text"}` and writes `{"id", "spans": [[start, end, kind], …]}`: byte offsets in the
//!   text as UTF-8. Each text is one exchange. A line may have `"estate": [name, …]`, names that its scope knows.
//! - `scan --mask` writes `{"id", "text"}` with the text masked. The key is a fixed one, so the placeholders are those of
//!   no gateway.
//! - `scan FILE…` shows files in colour, with a summary by kind.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::io::{self, BufRead, BufWriter, Write};
use std::sync::Arc;

use masking::placeholder::{Mint, PlaceholderKey};
use masking::{Estate, Finding, Known, Policy, Risk, Scanner, Text};
use serde_json::{Value, json};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let scanner = Scanner::new(&Policy::default())?;
    let mut out = BufWriter::new(io::stdout().lock());
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        [] => lines(&scanner, &mut out, |_, findings| {
            let span = |f: &Finding| json!([f.start, f.end, scanner.kind(f.kind).id]);
            json!({ "spans": findings.iter().map(span).collect::<Vec<_>>() })
        }),
        ["--mask"] => {
            let mint = Mint::new(&PlaceholderKey::derive(b"demo", "scan"), "demo");
            lines(
                &scanner,
                &mut out,
                |text, findings| json!({ "text": rewrite(text, findings, |finding, value| scanner.masked(&mint, finding.kind, value)) }),
            )
        }
        files if files.iter().all(|file| !file.starts_with("--")) => show(&scanner, files, &mut out),
        _ => Err("usage: scan [--mask | FILE…]".into()),
    }
}

/// Answers each line of the standard input with what `answer` makes of its text.
fn lines(
    scanner: &Scanner,
    out: &mut impl Write,
    answer: impl Fn(&str, &[Finding]) -> Value,
) -> Result<(), Box<dyn Error>> {
    for line in io::stdin().lock().lines() {
        let line: Value = serde_json::from_str(&line?)?;
        let text = line.get("text").and_then(Value::as_str).ok_or("a line without a text")?;
        let known = Known::default().with_estate(line.get("estate").map(|names| estate(scanner, names)));
        let mut answer = answer(text, &scanner.scan(&[Text { text, key: None }], &known));
        if let (Some(answer), Some(id)) = (answer.as_object_mut(), line.get("id")) {
            answer.insert("id".to_owned(), id.clone());
        }
        writeln!(out, "{answer}")?;
    }
    Ok(out.flush()?)
}

/// The names of an inventory that does not tell their kinds.
fn estate(scanner: &Scanner, names: &Value) -> Arc<Estate> {
    let names: BTreeSet<&str> = names.as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let mut estate = Estate::new("", names.len());
    if let Some(kind) = scanner.kind_id("resource") {
        names.iter().for_each(|name| assert!(estate.push(scanner, kind, name, false), "they are in order"));
    }
    Arc::new(estate)
}

fn scan(scanner: &Scanner, text: &str) -> Vec<Finding> {
    scanner.scan(&[Text { text, key: None }], &Known::default())
}

/// Colours the findings by what they give away, and counts them.
fn show(scanner: &Scanner, files: &[&str], out: &mut impl Write) -> Result<(), Box<dyn Error>> {
    let mut counts: BTreeMap<String, (usize, Vec<String>)> = BTreeMap::new();
    for file in files {
        let text = std::fs::read_to_string(file).map_err(|error| format!("{file}: {error}"))?;
        let findings = scan(scanner, &text);
        let coloured = rewrite(&text, &findings, |finding, value| {
            let colour = match scanner.kind(finding.kind).risk {
                Risk::Secret => 41,
                Risk::Identifier => 44,
                Risk::Topology => 45,
            };
            format!("\u{1b}[97;{colour}m{value}\u{1b}[0m")
        });
        writeln!(out, "{coloured}")?;
        for finding in &findings {
            let (count, values) = counts.entry(scanner.kind(finding.kind).id.to_string()).or_default();
            *count += 1;
            let value = text.get(finding.start..finding.end).unwrap_or_default().to_owned();
            if !values.contains(&value) {
                values.push(value);
            }
        }
    }
    writeln!(out, "\u{1b}[1m{:>7} {:>9}  kind\u{1b}[0m", "found", "distinct")?;
    for (kind, (count, values)) in &counts {
        writeln!(out, "{count:>7} {:>9}  {kind}", values.len())?;
    }
    Ok(out.flush()?)
}

/// The text with each finding replaced.
fn rewrite(text: &str, findings: &[Finding], replace: impl Fn(&Finding, &str) -> String) -> String {
    let mut rewritten = String::with_capacity(text.len());
    let mut at = 0;
    for finding in findings {
        rewritten.push_str(text.get(at..finding.start).unwrap_or_default());
        rewritten.push_str(&replace(finding, text.get(finding.start..finding.end).unwrap_or_default()));
        at = finding.end;
    }
    rewritten.push_str(text.get(at..).unwrap_or_default());
    rewritten
}
