//! A cell of the matrix: a text with the values that must be found in it.

use std::ops::Range;

use super::form::Shape;
use crate::{Finding, Known, Scanner, Text};

/// A kind in a notation in a wrapping.
#[derive(Debug)]
pub struct Cell {
    pub kind: &'static str,
    pub shape: Shape,
    pub notation: &'static str,
    pub wrapping: &'static str,
    pub measured: Measured,
}

/// A text without its marks.
#[derive(Debug)]
pub struct Measured {
    pub text: String,
    /// The parts that must be found.
    pub cores: Vec<Range<usize>>,
    /// The whole values, such as host names and ARNs, of which more may be found.
    pub values: Vec<Range<usize>>,
}

/// The result of the scan of a cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    Found,
    /// Some byte of a value is in no finding.
    Leaked,
    /// All is found, and something besides the values.
    Excess,
}

/// Reads `‹…›` and `⟪…⟫`.
pub fn measured(marked: &str) -> Measured {
    let mut measured = Measured { text: String::new(), cores: Vec::new(), values: Vec::new() };
    let (mut core, mut value) = (0, 0);
    for c in marked.chars() {
        let at = measured.text.len();
        match c {
            '‹' => core = at,
            '⟪' => value = at,
            '›' => measured.cores.push(core..at),
            '⟫' => measured.values.push(value..at),
            other => measured.text.push(other),
        }
    }
    measured
}

pub fn outcome(scanner: &Scanner, measured: &Measured) -> Outcome {
    let findings = scanner.scan(&[Text { text: &measured.text, key: None }], &Known::default());
    let covered = |at: usize| findings.iter().any(|f| (f.start..f.end).contains(&at));
    let within = |f: &Finding| measured.values.iter().any(|value| value.start <= f.start && f.end <= value.end);
    // A finding of several lines goes over the prefixes between them.
    let around = |f: &Finding| measured.cores.iter().any(|core| f.start <= core.start && core.end <= f.end);
    if !measured.cores.iter().all(|core| core.clone().all(covered)) {
        Outcome::Leaked
    } else if !findings.iter().all(|f| within(f) || around(f)) {
        Outcome::Excess
    } else {
        Outcome::Found
    }
}
