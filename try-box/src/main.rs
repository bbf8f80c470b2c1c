//! Masks one text as the filter would, and tells why: the program behind the box on the sidecar's page.
//!
//! It is compiled to wasm and runs in the reader's browser, so that the text stays there. It reads one JSON document from
//! the standard input, `{"text", "always_mask", "never_mask"}`, and writes one: the text in pieces, each either a text that
//! stays or a value with its placeholder, its kind and the evidence; or the reason why the lists are refused.

#![forbid(unsafe_code)]

use std::error::Error;
use std::io::{self, Read, Write};

use masking::{Finding, Known, Mint, PlaceholderKey, Policy, Recognised, Risk, Scanner, Text};
use serde::{Deserialize, Serialize};

/// What is tried.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    text: String,
    #[serde(default)]
    always_mask: Vec<String>,
    #[serde(default)]
    never_mask: Vec<String>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Answer<'t> {
    Pieces { pieces: Vec<Piece<'t>> },
    Refused { refused: String },
}

/// A stretch of the text.
#[derive(Serialize)]
struct Piece<'t> {
    text: &'t str,
    #[serde(skip_serializing_if = "Option::is_none")]
    masked: Option<MaskedPiece>,
}

#[derive(Serialize)]
struct MaskedPiece {
    placeholder: String,
    kind: String,
    /// The configuration key that switches the kind's family.
    switch: &'static str,
    risk: &'static str,
    evidence: &'static str,
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut body = String::new();
    io::stdin().lock().read_to_string(&mut body)?;
    let asked: Asked = serde_json::from_str(&body)?;
    let policy = Policy { always: asked.always_mask, never: asked.never_mask, ..Policy::default() };
    let answer = match Scanner::new(&policy) {
        Ok(scanner) => Answer::Pieces { pieces: pieces(&scanner, &asked.text) },
        Err(refused) => Answer::Refused { refused: refused.to_string() },
    };
    let mut out = io::stdout().lock();
    out.write_all(&serde_json::to_vec(&answer)?)?;
    Ok(out.flush()?)
}

fn pieces<'t>(scanner: &Scanner, text: &'t str) -> Vec<Piece<'t>> {
    // A key of its own: the placeholders are those of no gateway.
    let mint = Mint::new(&PlaceholderKey::derive(b"try", "box"), "default");
    let mut pieces = Vec::new();
    let mut at = 0;
    let stays = |from: usize, to: usize, pieces: &mut Vec<Piece<'t>>| {
        let stretch = text.get(from..to).filter(|stretch| !stretch.is_empty());
        pieces.extend(stretch.map(|text| Piece { text, masked: None }));
    };
    for finding in scanner.scan(&[Text { text, key: None }], &Known::default()) {
        stays(at, finding.start, &mut pieces);
        let value = text.get(finding.start..finding.end).unwrap_or_default();
        pieces.push(Piece { text: value, masked: Some(masked(scanner, &mint, &finding, value)) });
        at = finding.end;
    }
    stays(at, text.len(), &mut pieces);
    pieces
}

fn masked(scanner: &Scanner, mint: &Mint, finding: &Finding, value: &str) -> MaskedPiece {
    let kind = scanner.kind(finding.kind);
    MaskedPiece {
        placeholder: scanner.masked(mint, finding.kind, value),
        kind: kind.id.to_string(),
        switch: kind.family.switch(),
        risk: match kind.risk {
            Risk::Secret => "secret",
            Risk::Identifier => "identifier",
            Risk::Topology => "topology",
        },
        evidence: match finding.recognised {
            Recognised::ByItself => "form",
            Recognised::ByContext => "context",
            Recognised::ByDefinition => "definition",
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_value_is_told_with_its_kind_and_the_evidence() {
        let scanner = Scanner::new(&Policy { always: vec!["Acme".into()], ..Policy::default() }).unwrap();
        let text = "Acme: i-0a1b2c3d4e5f60718 reads s3://acme-prod-logs/2026/";
        let pieces = pieces(&scanner, text);
        assert_eq!(pieces.iter().map(|piece| piece.text).collect::<String>(), text);
        let told: Vec<_> = pieces
            .iter()
            .filter_map(|piece| Some((piece.text, piece.masked.as_ref()?)))
            .map(|(text, masked)| (text, masked.kind.as_str(), masked.evidence))
            .collect();
        assert_eq!(
            told,
            [
                ("Acme", "term", "form"),
                ("i-0a1b2c3d4e5f60718", "ec2_instance", "form"),
                ("acme-prod-logs", "s3_bucket", "definition")
            ]
        );
    }
}
