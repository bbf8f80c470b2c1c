//! Found cells of all, by notation, wrapping, shape and kind.

use std::collections::{BTreeMap, HashSet};
use std::fmt::Write;

use super::cell::{Cell, Outcome};

/// Cells that were found, of all.
#[derive(Clone, Copy, Debug, Default)]
pub struct Share {
    pub found: usize,
    pub of: usize,
}

impl Share {
    pub fn add(&mut self, outcome: Outcome) {
        self.of += 1;
        self.found += usize::from(outcome != Outcome::Leaked);
    }

    /// Of a hundred, rounded down. Nothing of nothing is all.
    pub fn percent(self) -> usize {
        (self.found * 100).checked_div(self.of).unwrap_or(100)
    }
}

/// The outcomes of all cells of one seed.
#[derive(Debug, Default)]
pub struct Tally {
    pub alone: Share,
    pub notations: BTreeMap<&'static str, (Share, Share)>,
    pub wrappings: BTreeMap<&'static str, (Share, Option<String>)>,
    pub shapes: BTreeMap<String, Share>,
    cells: BTreeMap<(&'static str, &'static str), (Share, Option<String>)>,
    /// Texts in which something else was found.
    pub excess: Vec<String>,
}

impl Tally {
    /// A cell without a wrapping.
    pub fn bare(&mut self, cell: &Cell, outcome: Outcome) {
        let (alone, named) = self.notations.entry(cell.notation).or_default();
        if cell.shape.needs_a_name() {
            named.add(outcome)
        } else {
            alone.add(outcome)
        }
        self.any(cell, outcome);
    }

    /// A cell whose text is found without its wrapping.
    pub fn wrapped(&mut self, cell: &Cell, outcome: Outcome) {
        let (share, shortest) = self.wrappings.entry(cell.wrapping).or_default();
        share.add(outcome);
        shorter(shortest, cell, outcome);
        self.any(cell, outcome);
    }

    fn any(&mut self, cell: &Cell, outcome: Outcome) {
        if !cell.shape.needs_a_name() {
            self.alone.add(outcome);
        }
        self.shapes.entry(format!("{:?}", cell.shape)).or_default().add(outcome);
        let (share, shortest) = self.cells.entry((cell.kind, cell.notation)).or_default();
        share.add(outcome);
        shorter(shortest, cell, outcome);
        if outcome == Outcome::Excess {
            self.excess.push(format!("{} {} {}: {:?}", cell.kind, cell.notation, cell.wrapping, cell.measured.text));
        }
    }

    /// A table for people.
    pub fn report(&self) -> String {
        let mut report = String::from("\nnotation                  by itself    with a name\n");
        for (name, (alone, named)) in &self.notations {
            writeln!(report, "{name:24} {} {}", shown(*alone), shown(*named)).unwrap();
        }
        writeln!(report, "\nwrapping, of what is found without").unwrap();
        for (name, (share, text)) in &self.wrappings {
            writeln!(report, "{name:24} {} {:?}", shown(*share), text.as_deref().unwrap_or_default()).unwrap();
        }
        writeln!(report, "\nshape").unwrap();
        self.shapes.iter().for_each(|(name, share)| writeln!(report, "{name:24} {}", shown(*share)).unwrap());
        writeln!(report, "\nthe worst cells").unwrap();
        let mut worst: Vec<_> = self.cells.iter().filter(|(_, (share, _))| share.found < share.of).collect();
        worst.sort_by_key(|(_, (share, text))| (share.percent(), text.as_ref().map_or(0, String::len)));
        // One of each kind and notation: the rest of them fails for the same reason.
        let mut shown_already = HashSet::new();
        worst.retain(|((kind, notation), _)| {
            let other = !shown_already.contains(kind) && !shown_already.contains(notation);
            other && shown_already.insert(*kind) && shown_already.insert(*notation)
        });
        for ((kind, notation), (share, text)) in worst.iter().take(10) {
            writeln!(report, "{kind} {notation} {} {:?}", shown(*share), text.as_deref().unwrap_or_default()).unwrap();
        }
        writeln!(report, "\nfound besides the value in {} texts", self.excess.len()).unwrap();
        self.excess.iter().take(10).for_each(|text| writeln!(report, "{text}").unwrap());
        report
    }
}

/// Keeps the shortest text that leaked.
fn shorter(shortest: &mut Option<String>, cell: &Cell, outcome: Outcome) {
    let text = &cell.measured.text;
    if outcome == Outcome::Leaked && shortest.as_ref().is_none_or(|shortest| shortest.len() > text.len()) {
        *shortest = Some(text.clone());
    }
}

fn shown(share: Share) -> String {
    match share.of {
        0 => format!("{:>15}", "-"),
        _ => format!("{:>6}/{:<5}{:>3}", share.found, share.of, share.percent()),
    }
}
