//! The detection matrix: each row of the catalogue in each notation and in wrappings, with fresh values from a seed.
//!
//! Nobody writes a case for a row. Values that recognise themselves are the row's own examples, drawn again; those that
//! need a name are drawn from the patterns of its rules and stand under their names. A notation that the scan does not
//! support yet is a row of the table with a low floor. `AWS_MASKER_MATRIX_SEED=7 cargo test -p masking matrix --
//! --nocapture` tries other values and shows what was found of what.
#![allow(clippy::string_slice, reason = "a test that slices wrongly should fail")]

mod cell;
mod draw;
mod form;
mod name;
mod near_miss;
mod notation;
mod tally;
mod wrapping;

use cell::{Cell, Outcome};
use draw::Numbers;
use form::{Form, Shape};
use near_miss::{LINES, NEAR_MISSES, NearMiss};
use notation::{Notation, Takes};
use tally::{Share, Tally};
use wrapping::WRAPPINGS;

use crate::catalog::{Row, TABLES, Tier};
use crate::{Policy, Scanner};

const SEED: u64 = 1;
/// Draws of a form in one notation, and wrappings of each. The values that need a name have fewer forms.
const ALONE: (usize, usize) = (1, 1);
const NAMED: (usize, usize) = (4, 2);
/// Of a hundred values that recognise themselves, those that are found in any notation and wrapping.
const ALONE_FLOOR: usize = 99;
/// Of a thousand texts, those in which something besides the value is found, at most.
const EXCESS_CEILING: usize = 1;
/// Points by which other values than those of the fixed seed may differ.
const SLACK: usize = 6;

fn rows(tier: Tier) -> impl Iterator<Item = &'static Row> {
    TABLES.iter().flat_map(|(_, rows)| rows.iter()).filter(move |row| row.tier == tier)
}

/// The default, and one in which the optional kinds are on.
fn scanners() -> [(Tier, Scanner); 2] {
    let enable = rows(Tier::Optional).map(|row| row.id.to_owned()).collect();
    let optional = Policy { enable, ..Policy::default() };
    [(Tier::Default, Policy::default()), (Tier::Optional, optional)]
        .map(|(tier, policy)| (tier, Scanner::new(&policy).unwrap()))
}

/// One that finds the names that people gave.
fn names() -> Scanner {
    Scanner::new(&Policy { names: true, ..Policy::default() }).unwrap()
}

/// The fixed seed, or the one that the environment names.
fn seed() -> u64 {
    std::env::var("AWS_MASKER_MATRIX_SEED").map_or(SEED, |seed| seed.parse().unwrap())
}

fn slack() -> usize {
    if seed() == SEED { 0 } else { SLACK }
}

fn tally() -> Tally {
    let mut tally = Tally::default();
    for (tier, scanner) in &scanners() {
        for row in rows(*tier) {
            for form in form::forms(row, scanner, seed()) {
                for notation in notation::all().filter(|notation| notation.takes(&form)) {
                    try_all(scanner, &form, notation, &mut tally);
                }
            }
        }
    }
    let scanner = names();
    for form in rows(Tier::Default).flat_map(|row| form::given(row, seed())) {
        for notation in notation::all().filter(|notation| notation.takes(&form)) {
            try_all(&scanner, &form, notation, &mut tally);
        }
    }
    tally
}

fn try_all(scanner: &Scanner, form: &Form, notation: &'static Notation, tally: &mut Tally) {
    let mut numbers = Numbers::new(seed(), &[form.kind, form.names[0].as_str(), notation.name]);
    let (draws, wrappings) = if form.shape.needs_a_name() { NAMED } else { ALONE };
    for _ in 0..draws {
        let marked = notation.write(form, &mut numbers);
        let cell = |wrapping, marked: &str| Cell {
            kind: form.kind,
            shape: form.shape,
            notation: notation.name,
            wrapping,
            measured: cell::measured(marked),
        };
        let bare = cell("none", &marked);
        let outcome = cell::outcome(scanner, &bare.measured);
        tally.bare(&bare, outcome);
        // What is not found is not found in a wrapping either.
        let wrappings = if outcome == Outcome::Leaked { 0 } else { wrappings };
        let fitting: Vec<_> = WRAPPINGS.iter().filter(|wrapping| wrapping.fits(notation.group)).collect();
        for _ in 0..wrappings {
            let wrapping = numbers.pick(&fitting);
            let wrapped = cell(wrapping.name, &wrapping.wrap(&marked));
            tally.wrapped(&wrapped, cell::outcome(scanner, &wrapped.measured));
        }
    }
}

#[test]
fn each_row_is_found_in_each_notation() {
    let tally = tally();
    println!("seed {}{}", seed(), tally.report());
    let mut low = Vec::new();
    let mut check = |name: &str, share: Share, floor: usize| {
        if share.percent() + slack() < floor {
            low.push(format!("{name}: {} of {}, floor {floor}", share.found, share.of));
        }
    };
    check("by itself", tally.alone, ALONE_FLOOR);
    for notation in notation::all() {
        check(notation.name, tally.notations[notation.name].1, notation.floor);
    }
    for wrapping in WRAPPINGS {
        check(wrapping.name, tally.wrappings[wrapping.name].0, wrapping.floor);
    }
    let texts: usize = tally.shapes.values().map(|share| share.of).sum();
    assert!(low.is_empty(), "{}", low.join("\n"));
    assert!(tally.excess.len() * 1_000 <= texts * (EXCESS_CEILING + slack()), "{}", tally.excess.join("\n"));
}

/// A short literal within a longer word must not hide it: every name in another language has its value behind a colon.
#[test]
fn each_name_of_another_language_is_found() {
    let mut lost = Vec::new();
    for (tier, scanner) in &scanners() {
        for row in rows(*tier) {
            for form in form::forms(row, scanner, seed()) {
                for name in &form.foreign {
                    let found = form.values.iter().take(3).any(|value| {
                        let cell = cell::measured(&format!("{name}: {value}"));
                        cell::outcome(scanner, &cell) != Outcome::Leaked
                    });
                    if !found {
                        lost.push(format!("{}: {name}", row.id));
                    }
                }
            }
        }
    }
    let scanner = names();
    for form in rows(Tier::Default).flat_map(|row| form::given(row, seed())) {
        for name in &form.foreign {
            let cell = cell::measured(&format!("{name}: {}", form.values[0]));
            if cell::outcome(&scanner, &cell) == Outcome::Leaked {
                lost.push(format!("{}: {name}", form.kind));
            }
        }
    }
    lost.sort_unstable();
    lost.dedup();
    assert!(lost.is_empty(), "{}", lost.join("\n"));
}

/// The texts of something that is not a value, each also in a wrapping.
fn near_texts(near: &'static NearMiss) -> Vec<String> {
    let mut numbers = Numbers::new(seed(), &[near.name]);
    let mut texts = Vec::new();
    for notation in
        notation::all().filter(|notation| matches!(notation.takes, Takes::Any | Takes::Public | Takes::List))
    {
        use notation::Group::{Data, Hcl, Shell};
        if near.is_reference() && ![Data, Hcl, Shell].contains(&notation.group) {
            continue;
        }
        let values = [near.value(&mut numbers), near.value(&mut numbers)].to_vec();
        let form = Form {
            kind: near.name,
            shape: Shape::Alone,
            names: vec![near.name(&mut numbers)],
            foreign: vec![],
            values,
        };
        let text = notation.write(&form, &mut numbers);
        let fitting: Vec<_> = WRAPPINGS.iter().filter(|wrapping| wrapping.fits(notation.group)).collect();
        texts.push(numbers.pick(&fitting).wrap(&text));
        texts.push(text);
    }
    texts
}

/// The findings of a text, for people.
fn findings(scanner: &Scanner, text: &str) -> Vec<String> {
    let texts = [crate::Text { text, key: None }];
    let found = scanner.scan(&texts, &crate::Known::default());
    found.iter().map(|f| format!("{} {:?} in {text:?}", scanner.kind(f.kind).id, &text[f.start..f.end])).collect()
}

#[test]
fn nothing_is_found_in_near_misses() {
    let scanner = Scanner::new(&Policy::default()).unwrap();
    let mut wrong: Vec<String> = LINES.iter().flat_map(|line| findings(&scanner, line)).collect();
    for near in NEAR_MISSES {
        let texts = near_texts(near);
        let hits: Vec<_> =
            texts.iter().map(|text| findings(&scanner, text)).filter(|found| !found.is_empty()).collect();
        println!("{:24} {:>5} of {}", near.name, hits.len(), texts.len());
        if hits.len() * 100 > texts.len() * (near.ceiling + slack()) {
            wrong.extend(hits.concat());
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn each_row_has_forms() {
    for (tier, scanner) in &scanners() {
        for row in rows(*tier) {
            let forms = form::forms(row, scanner, SEED);
            assert!(!forms.is_empty(), "{} has no example that could stand in another text", row.id);
        }
    }
}
