//! Shows what the filter would mask in files: on a terminal the text with its values in colour, and else a line for each
//! value, as tools for searching print them.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, BufWriter, IsTerminal, Read, Write};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use clap::Args;
use masking::{Finding, Known, Policy, Risk, Scanner, Text};

use crate::check::{self, STDIN};
use crate::error::Fatal;

#[derive(Debug, Args)]
pub struct Scan {
    /// The files; `-` or none for stdin. Folders are skipped
    files: Vec<PathBuf>,
    /// The filter's configuration, in JSON or YAML: its kinds and patterns are looked for
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

/// Values by kind: how often they were found, and which ones.
type Counts = BTreeMap<String, (usize, BTreeSet<String>)>;

pub fn scan(scan: &Scan) -> Result<(), Fatal> {
    let scanner = match &scan.config {
        Some(file) => check::scanner(file)?,
        None => Rc::new(Scanner::new(&Policy::default())?),
    };
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
                let findings = scanner.scan(&[Text { text: &text, key: None }], &Known::default());
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
fn coloured(scanner: &Scanner, _: &Path, text: &str, findings: &[Finding], out: &mut dyn Write) -> io::Result<()> {
    let mut at = 0;
    for finding in findings {
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

/// `file:line:column: kind value`. Columns count characters.
fn listed(scanner: &Scanner, file: &Path, text: &str, findings: &[Finding], out: &mut dyn Write) -> io::Result<()> {
    let (mut line, mut line_start) = (1, 0);
    let mut at = 0;
    for finding in findings {
        let between = text.get(at..finding.start).unwrap_or_default();
        line += between.matches('\n').count();
        line_start = between.rfind('\n').map_or(line_start, |end| at + end + 1);
        at = finding.start;
        let column = text.get(line_start..at).unwrap_or_default().chars().count() + 1;
        let kind = &scanner.kind(finding.kind).id;
        // A value over several lines, such as a private key, stays one line here.
        let value = value(text, finding).replace('\n', "\\n");
        writeln!(out, "{}:{line}:{column}: {kind} {value}", file.display())?;
    }
    Ok(())
}

fn count(scanner: &Scanner, text: &str, findings: &[Finding], counts: &mut Counts) {
    for finding in findings {
        let (found, values) = counts.entry(scanner.kind(finding.kind).id.to_string()).or_default();
        *found += 1;
        values.insert(value(text, finding).to_owned());
    }
}

/// To stderr: stdout may be another program's input.
fn summary(counts: &Counts) -> io::Result<()> {
    let mut out = io::stderr().lock();
    if counts.is_empty() {
        return writeln!(out, "nothing would be masked");
    }
    writeln!(out, "{:>7} {:>9}  kind", "found", "distinct")?;
    for (kind, (found, values)) in counts {
        writeln!(out, "{found:>7} {:>9}  {kind}", values.len())?;
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

    fn shown(show: impl Fn(&Scanner, &Path, &str, &[Finding], &mut dyn Write) -> io::Result<()>) -> String {
        let scanner = Scanner::new(&Policy::default()).unwrap();
        let findings = scanner.scan(&[Text { text: TEXT, key: None }], &Known::default());
        let mut out = Vec::new();
        show(&scanner, Path::new("a.log"), TEXT, &findings, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_line_for_each_value() {
        assert_eq!(
            shown(listed),
            "a.log:1:3: ec2_instance i-0123456789abcdef0\na.log:3:1: access_key_id AKIAIOSFODNN7EXAMPLE\n\
             a.log:3:26: private_ip 10.0.0.1\n"
        );
    }

    #[test]
    fn colours_and_the_whole_text() {
        let shown = shown(coloured);
        assert!(shown.starts_with("é \u{1b}[97;44mi-0123456789abcdef0\u{1b}[0m\nplain\n\u{1b}[97;41mAKIA"), "{shown}");
        assert!(shown.ends_with("m10.0.0.1\u{1b}[0m\n"), "{shown}");
    }
}
