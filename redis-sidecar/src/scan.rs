//! Shows what the filter would mask in files: on a terminal the text with its values in colour, and else a line for each
//! value, as tools for searching print them. With an inventory, its names are looked for as those of an estate.
//!
//! Each value is told with what shows it: its form, its context, or the estate.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, BufWriter, IsTerminal, Read, Write};
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;

use clap::Args;
use masking::{Estate, Finding, Known, Policy, Risk, Scanner, Text};

use crate::check::{self, STDIN};
use crate::error::Fatal;
use crate::estate::{self, Collected, Wishes};

#[derive(Debug, Args)]
pub struct Scan {
    /// The files; `-` or none for stdin. Folders are skipped
    files: Vec<PathBuf>,
    /// The filter's configuration, in JSON or YAML: its kinds and patterns are looked for
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// An inventory as `learn` reads them, or several: what an estate with its names would find
    #[arg(long, value_name = "FILE")]
    estate: Vec<PathBuf>,
}

/// Values by kind: how often they were found by what, and which ones.
type Counts = BTreeMap<String, ([usize; 3], BTreeSet<String>)>;

/// What shows a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum By {
    /// It would be found anywhere.
    Form,
    /// It stands where such values stand, or the text shows it elsewhere.
    Context,
    /// The inventory lists it.
    Estate,
}

impl By {
    const ALL: [Self; 3] = [Self::Form, Self::Context, Self::Estate];

    fn as_str(self) -> &'static str {
        match self {
            Self::Form => "form",
            Self::Context => "context",
            Self::Estate => "estate",
        }
    }
}

/// A value with what shows it.
type Shown = (Finding, By);

pub fn scan(scan: &Scan) -> Result<(), Fatal> {
    let scanner = match &scan.config {
        Some(file) => check::scanner(file)?,
        None => Rc::new(Scanner::new(&Policy::default())?),
    };
    let estate = known(&scanner, &scan.estate)?;
    let show = if io::stdout().is_terminal() { coloured } else { listed };
    let mut out = BufWriter::new(io::stdout().lock());
    let (mut counts, mut unread) = (Counts::new(), 0);
    let stdin = [PathBuf::from(STDIN)];
    for file in if scan.files.is_empty() { &stdin } else { scan.files.as_slice() } {
        if file.is_dir() {
            writeln!(io::stderr(), "{}: a folder, skipped", file.display())?;
            continue;
        }
        match read(file) {
            Ok(text) => {
                let findings = findings(&scanner, &text, &estate);
                show(&scanner, file, &text, &findings, &mut out)?;
                count(&scanner, &text, &findings, &mut counts);
            }
            Err(error) => {
                unread += 1;
                writeln!(io::stderr(), "{}: {error}", file.display())?;
            }
        }
    }
    out.flush()?;
    drop(out);
    summary(&counts)?;
    if unread == 0 { Ok(()) } else { Err(format!("{unread} of the files could not be read").into()) }
}

/// The names of inventories, as those of a scope's estate.
fn known(scanner: &Scanner, inventories: &[PathBuf]) -> Result<Known, Fatal> {
    let mut collected = Collected::new(Wishes::default())?;
    for file in inventories {
        let told = |error: &dyn std::fmt::Display| format!("{}: {error}", file.display());
        let from = std::fs::File::open(file).map_err(|error| told(&error))?;
        estate::read(from, &mut collected).map_err(|error| told(&error))?;
    }
    let found = collected.found();
    let mut estate = Estate::new("", found.len());
    for name in &found {
        if let Some(kind) = scanner.kind_id(name.kind) {
            estate.push(scanner, kind, &name.name, name.forced);
        }
    }
    Ok(Known::default().with_estate(Some(Arc::new(estate))))
}

/// The values of a text, each with what shows it: what is found without the estate is not its doing, and what is found in
/// the value alone needs no context.
fn findings(scanner: &Scanner, text: &str, estate: &Known) -> Vec<Shown> {
    let scan = |text: &str, known: &Known| scanner.scan(&[Text { text, key: None }], known);
    let without: BTreeSet<(usize, usize)> =
        scan(text, &Known::default()).iter().map(|finding| (finding.start, finding.end)).collect();
    let has_form = |value: &str| scan(value, &Known::default()).iter().any(|it| (it.start, it.end) == (0, value.len()));
    let by = |finding: &Finding| match without.contains(&(finding.start, finding.end)) {
        false => By::Estate,
        true if has_form(value(text, finding)) => By::Form,
        true => By::Context,
    };
    scan(text, estate).into_iter().map(|finding| (finding, by(&finding))).collect()
}

/// What is no text in UTF-8 is read as far as it is.
fn read(file: &Path) -> io::Result<String> {
    let mut bytes = Vec::new();
    match file.to_str() {
        Some(STDIN) => io::stdin().lock().read_to_end(&mut bytes)?,
        _ => std::fs::File::open(file)?.read_to_end(&mut bytes)?,
    };
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// The whole text, each value in the colour of what it gives away.
fn coloured(scanner: &Scanner, _: &Path, text: &str, findings: &[Shown], out: &mut dyn Write) -> io::Result<()> {
    let mut at = 0;
    for (finding, _) in findings {
        let colour = match scanner.kind(finding.kind).risk {
            Risk::Secret => 41,
            Risk::Identifier => 44,
            Risk::Topology => 45,
        };
        let before = text.get(at..finding.start).unwrap_or_default();
        write!(out, "{before}\u{1b}[97;{colour}m{}\u{1b}[0m", value(text, finding))?;
        at = finding.end;
    }
    writeln!(out, "{}", text.get(at..).unwrap_or_default().trim_end_matches('\n'))
}

/// `file:line:column: kind (what shows it) value`. Columns count characters.
fn listed(scanner: &Scanner, file: &Path, text: &str, findings: &[Shown], out: &mut dyn Write) -> io::Result<()> {
    let (mut line, mut line_start) = (1, 0);
    let mut at = 0;
    for (finding, by) in findings {
        let between = text.get(at..finding.start).unwrap_or_default();
        line += between.matches('\n').count();
        line_start = between.rfind('\n').map_or(line_start, |end| at + end + 1);
        at = finding.start;
        let column = text.get(line_start..at).unwrap_or_default().chars().count() + 1;
        let kind = &scanner.kind(finding.kind).id;
        // A value over several lines, such as a private key, stays one line here.
        let value = value(text, finding).replace('\n', "\\n");
        writeln!(out, "{}:{line}:{column}: {kind} ({}) {value}", file.display(), by.as_str())?;
    }
    Ok(())
}

fn count(scanner: &Scanner, text: &str, findings: &[Shown], counts: &mut Counts) {
    for (finding, by) in findings {
        let (found, values) = counts.entry(scanner.kind(finding.kind).id.to_string()).or_default();
        By::ALL.iter().zip(found).for_each(|(each, found)| *found += usize::from(each == by));
        values.insert(value(text, finding).to_owned());
    }
}

/// To stderr: stdout may be another program's input.
fn summary(counts: &Counts) -> io::Result<()> {
    let mut out = io::stderr().lock();
    if counts.is_empty() {
        return writeln!(out, "nothing would be masked");
    }
    let [form, context, estate] = By::ALL.map(By::as_str);
    writeln!(out, "{form:>7} {context:>7} {estate:>7} {:>9}  kind", "distinct")?;
    for (kind, ([form, context, estate], values)) in counts {
        writeln!(out, "{form:>7} {context:>7} {estate:>7} {:>9}  {kind}", values.len())?;
    }
    Ok(())
}

fn value<'t>(text: &'t str, finding: &Finding) -> &'t str {
    text.get(finding.start..finding.end).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "é i-0123456789abcdef0\nplain\nAKIAIOSFODNN7EXAMPLE and 10.0.0.1";

    fn shown(show: impl Fn(&Scanner, &Path, &str, &[Shown], &mut dyn Write) -> io::Result<()>) -> String {
        let scanner = Scanner::new(&Policy::default()).unwrap();
        let findings = findings(&scanner, TEXT, &Known::default());
        let mut out = Vec::new();
        show(&scanner, Path::new("a.log"), TEXT, &findings, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_line_for_each_value() {
        assert_eq!(
            shown(listed),
            "a.log:1:3: ec2_instance (form) i-0123456789abcdef0\na.log:3:1: access_key_id (form) AKIAIOSFODNN7EXAMPLE\n\
             a.log:3:26: private_ip (form) 10.0.0.1\n"
        );
    }

    #[test]
    fn what_shows_a_value() {
        let scanner = Scanner::new(&Policy::default()).unwrap();
        let mut estate = Estate::new("", 1);
        estate.push(&scanner, scanner.kind_id("lambda_function").unwrap(), "zebra-worker", false);
        let known = Known::default().with_estate(Some(Arc::new(estate)));
        let text = "bucket = acme-prod-logs; why does zebra-worker on i-0123456789abcdef0 fail?";
        let shown: Vec<_> = findings(&scanner, text, &known).iter().map(|(it, by)| (value(text, it), *by)).collect();
        let expected =
            [("acme-prod-logs", By::Context), ("zebra-worker", By::Estate), ("i-0123456789abcdef0", By::Form)];
        assert_eq!(shown, expected);
    }

    #[test]
    fn colours_and_the_whole_text() {
        let shown = shown(coloured);
        assert!(shown.starts_with("é \u{1b}[97;44mi-0123456789abcdef0\u{1b}[0m\nplain\n\u{1b}[97;41mAKIA"), "{shown}");
        assert!(shown.ends_with("m10.0.0.1\u{1b}[0m\n"), "{shown}");
    }
}
