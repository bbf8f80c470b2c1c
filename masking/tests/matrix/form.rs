//! The forms of a row's values, by its own examples and patterns.

use std::collections::BTreeSet;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;

use super::draw::{self, Numbers};
use super::name::{Spelled, plural};
use crate::catalog::{Check, KeyRule, Row, Rule};
use crate::scan::{check, pattern::Pattern};
use crate::{Known, Scanner, Text};

/// The context that a value needs to be recognised.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Shape {
    /// Nothing: its own form tells it.
    Alone,
    /// The same, on several lines.
    Block,
    /// A name in front of it, and it is a name itself.
    Name,
    /// A name in front of it, and it is a code with an alphabet of its own.
    Code,
    /// A name in front of it, and it grants access.
    Secret,
}

impl Shape {
    pub fn needs_a_name(self) -> bool {
        matches!(self, Self::Name | Self::Code | Self::Secret)
    }
}

/// Values of one kind, with the names that they stand under.
#[derive(Debug)]
pub struct Form {
    pub kind: &'static str,
    pub shape: Shape,
    pub names: Vec<Spelled>,
    /// Names in other scripts, which stand in sentences.
    pub foreign: Vec<&'static str>,
    /// Each between `⟪` and `⟫`, with what must be found of it between `‹` and `›`.
    pub values: Vec<String>,
}

/// Fresh values for each form.
const VALUES: usize = 6;

/// The forms of a row: one for the values that recognise themselves, one for each rule that needs a name.
pub fn forms(row: &'static Row, scanner: &Scanner, seed: u64) -> Vec<Form> {
    let mut forms = vec![alone(row, scanner, seed)];
    forms.retain(|form| !form.values.is_empty());
    forms.extend(keys(row.rules).map(|key| by_name(row, key, seed)));
    forms
}

/// The forms of the names that people gave, which only a policy finds that asks for them.
pub fn given(row: &'static Row, seed: u64) -> Vec<Form> {
    keys(row.asked).map(|key| by_name(row, key, seed)).collect()
}

fn by_name(row: &'static Row, key: &'static KeyRule, seed: u64) -> Form {
    let mut numbers = Numbers::new(seed, &[row.id, key.names]);
    Form {
        kind: row.id,
        shape: shape_of(row, key),
        names: names(key),
        foreign: bare_names(key).filter(|name| !name.is_ascii()).collect(),
        values: (0..VALUES * 2).map(|_| whole(&keyed(key, &mut numbers))).collect(),
    }
}

/// The rules for names, without those that count in some notations only: these have rows of their own.
fn keys(rules: &'static [Rule]) -> impl Iterator<Item = &'static KeyRule> {
    rules.iter().filter_map(|rule| match rule {
        Rule::Key(key) => Some(key).filter(|key| !matches!(key.check, Check::Setting | Check::Irregular)),
        _ => None,
    })
}

/// The form of the values that recognise themselves.
fn alone(row: &'static Row, scanner: &Scanner, seed: u64) -> Form {
    let mut numbers = Numbers::new(seed, &[row.id]);
    let named = keys(row.rules).next().is_some();
    let forms: BTreeSet<String> = row.yes.iter().flat_map(|example| standing_alone(example, scanner)).collect();
    // A row with names has examples of those, too.
    let alone = forms.iter().filter(|form| !(named && form.contains("=‹")));
    let literals = literals(row);
    let mut values = Vec::new();
    for form in alone {
        let drawn: Vec<_> = (0..VALUES).map(|_| redrawn(form, &literals, &mut numbers)).collect();
        let found: Vec<_> = drawn.into_iter().filter(|value| is_found(value, scanner)).collect();
        values.extend(if found.is_empty() { vec![form.clone()] } else { found });
    }
    let values: Vec<_> = values.iter().map(|value| whole(value)).collect();
    let shape = if values.iter().any(|value| value.contains('\n')) { Shape::Block } else { Shape::Alone };
    Form { kind: row.id, shape, names: vec![named_after(row)], foreign: Vec::new(), values }
}

fn whole(value: &str) -> String {
    format!("⟪{value}⟫")
}

fn shape_of(row: &Row, key: &KeyRule) -> Shape {
    match (row.risk, key.check) {
        (crate::Risk::Secret, _) => Shape::Secret,
        (_, Check::Bucket | Check::Name) => Shape::Name,
        _ => Shape::Code,
    }
}

/// `ec2 instance id` for `ec2_instance`.
fn named_after(row: &Row) -> Spelled {
    Spelled::new(&format!("{} id", row.id.trim_end_matches("_id").replace('_', " ")))
}

/// The names of a rule. Those that only count as they are written belong to the row's examples.
fn bare_names(key: &KeyRule) -> impl Iterator<Item = &'static str> {
    let names = key.names.split('|').filter(|name| !name.starts_with('='));
    names.map(|name| name.trim_start_matches(['^', '*']))
}

/// Words of names in other languages, which are not what code and configuration call anything.
const ABROAD: &str = "clave|cuenta|konto|compte|instancia|instanz|kennwort|passwort|mot|zona|de|alojada|\
    distribucion|tema|fila|cola|rol|ruolo|rola|papel|usuario|utente|utilisateur|benutzer|rolle|tabla|tabela|\
    tabella|tabelle|funzione|funkcja|funktion|kolejka|rubrique|warteschlange|politique|richtlinie|pile|pila|sujet|topik|antrian|tabel|loggruppe|gruppe|grup|gruppo|grupo|\
    groupe|regla|kunci|chiave|chave|table dynamodb|datenbankinstanz|datenbankcluster|gehostete|schluessel|secreta|contrasena";

/// The English ones, in the singular.
fn names(key: &KeyRule) -> Vec<Spelled> {
    let listed = |words: &str| ABROAD.split('|').any(|other| other == words);
    let abroad = |name: &str| listed(name) || name.split([' ', '-']).any(listed);
    let all: Vec<_> = bare_names(key).filter(|name| name.is_ascii() && !abroad(name)).collect();
    let plurals: Vec<_> = all.iter().map(|name| plural(name)).collect();
    let singular = all.iter().filter(|name| !plurals.iter().any(|plural| plural == *name));
    singular.map(|name| Spelled::new(name)).collect()
}

/// The marked values of an example that are found without the rest of it, and if need be what they stand in: a host
/// name, an ARN, an address.
fn standing_alone(example: &str, scanner: &Scanner) -> Vec<String> {
    let starts: Vec<usize> = example.match_indices('‹').map(|(at, _)| at).collect();
    let alone = |start: &usize| {
        let end = start + example[*start..].find('›')? + '›'.len_utf8();
        let value = example[*start..end].to_owned();
        let around = surroundings(example, *start, end);
        let plain = |value: &String| !value.contains('\\') && is_found(value, scanner);
        Some(value).filter(plain).or(Some(around).filter(plain))
    };
    starts.iter().filter_map(alone).collect()
}

/// The text around a value up to blanks, quotation marks and brackets.
fn surroundings(example: &str, start: usize, end: usize) -> String {
    let ends = |c: char| c.is_whitespace() || "\"'`()<>,|;\\".contains(c);
    let left = example[..start].rfind(ends).map_or(0, |at| at + 1);
    let right = example[end..].find(ends).map_or(example.len(), |at| end + at);
    example[left..right].to_owned()
}

/// Returns whether all that is marked is found among other words: a text that is nothing but a value may be an answer, whose
/// question named it.
fn is_found(marked: &str, scanner: &Scanner) -> bool {
    let measured = super::cell::measured(&format!("see\n{marked}\nthere"));
    let findings = scanner.scan(&[Text { text: &measured.text, key: None }], &Known::default());
    measured.cores.iter().all(|core| findings.iter().any(|f| f.start <= core.start && core.end <= f.end))
}

/// The literals that values begin with, which no draw alters.
fn literals(row: &Row) -> Vec<&'static str> {
    let of = |rule: &Rule| match rule {
        Rule::Literal(at, ..) => Some(*at),
        _ => None,
    };
    row.rules.iter().filter_map(of).flat_map(|at| at.split('|')).collect()
}

/// The same value with other digits and letters where they are random.
fn redrawn(form: &str, literals: &[&str], numbers: &mut Numbers) -> String {
    let mut drawn = String::new();
    for (at, part) in form.split_inclusive(['‹', '›']).enumerate() {
        let value = part.trim_end_matches('›');
        // What stands in front of a mark is no value.
        let is_value = part.ends_with('›') && at > 0;
        drawn.push_str(&if is_value { fresh(value, literals, numbers) } else { value.to_owned() });
        drawn.push_str(&part[value.len()..]);
    }
    drawn
}

fn fresh(value: &str, literals: &[&str], numbers: &mut Numbers) -> String {
    let dots = value.replace('-', ".");
    let address = dots.trim_start_matches(|c: char| !c.is_ascii_digit());
    if check::address(address.as_bytes()).is_some() {
        return readdressed(value, address, numbers);
    }
    let kept = literals.iter().filter(|literal| value.starts_with(**literal)).map(|l| l.len()).max().unwrap_or(0);
    let runs = value[kept..].split_inclusive(|c: char| !c.is_ascii_alphanumeric());
    let other = runs.map(|run| {
        let letters = run.trim_end_matches(|c: char| !c.is_ascii_alphanumeric());
        rerun(letters, numbers) + &run[letters.len()..]
    });
    value[..kept].to_owned() + &other.collect::<String>()
}

/// A run of letters and digits. Words, short numbers and years are not random.
fn rerun(run: &str, numbers: &mut Numbers) -> String {
    let is = |sort: fn(&u8) -> bool| run.bytes().all(|b| sort(&b));
    let year = run.len() == 4 && run.starts_with("20");
    if run.len() < 4 || year || is(u8::is_ascii_alphabetic) {
        return run.to_owned();
    }
    let hexadecimal = is(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(b)) && !is(u8::is_ascii_digit);
    let first = run.chars().next().unwrap_or_default();
    let letter = |c: char, numbers: &mut Numbers| match c {
        '0'..='9' => numbers.of("123456789"),
        _ if hexadecimal => numbers.of("abcdef"),
        'A'..='F' => numbers.of("ABCDEF"),
        'A'..='Z' => numbers.of("ABCDEFGHIJKLMNOPQRSTUVWXYZ"),
        _ => numbers.of("abcdefghijklmnopqrstuvwxyz"),
    };
    let rest = run.chars().skip(1).map(|c| match c {
        _ if hexadecimal && numbers.below(2) == 0 => c,
        c => letter(c, numbers),
    });
    std::iter::once(first).chain(rest.collect::<Vec<_>>()).collect()
}

/// An address of the same network.
fn readdressed(value: &str, address: &str, numbers: &mut Numbers) -> String {
    let (prefix, separator) = (&value[..value.len() - address.len()], if value.contains('-') { "-" } else { "." });
    let octets: Vec<_> = address.split('.').collect();
    let other = |octet: &str, numbers: &mut Numbers| match octet {
        "0" => "0".to_owned(),
        _ => (2 + numbers.below(250)).to_string(),
    };
    let parts = [octets[0].to_owned(), octets[1].to_owned(), other(octets[2], numbers), other(octets[3], numbers)];
    prefix.to_owned() + &parts.join(separator)
}

/// A value for a name: what the rule's pattern matches and its check passes, with the value marked.
fn keyed(key: &KeyRule, numbers: &mut Numbers) -> String {
    let pattern = Pattern::new(key.value);
    for _ in 0..1_000 {
        let value = candidate(key, numbers);
        let found = pattern.values(value.as_bytes(), 0).next();
        let fits = |range: &std::ops::Range<usize>| {
            range.end == value.len() && check::passes(key.check, value[range.clone()].as_bytes())
        };
        if let Some(range) = found.filter(fits) {
            return format!("{}‹{}›", &value[..range.start], &value[range]);
        }
    }
    panic!("no value of {:?} passes {:?}", key.value, key.check);
}

fn candidate(key: &KeyRule, numbers: &mut Numbers) -> String {
    match key.check {
        // A sign in front of the name is the pattern's.
        Check::Bucket | Check::Name => {
            key.value.chars().take_while(|c| *c == '/').chain(name(numbers).chars()).collect()
        }
        Check::Password if key.value.starts_with("[^") => password(numbers),
        Check::UserData => BASE64.encode(format!("#!/bin/bash\nexport DB_PASSWORD='{}'\n./start\n", password(numbers))),
        _ => draw::string(key.value, numbers),
    }
}

const FIRST: &[&str] = &["harbor", "basalt", "quarry", "ledger", "courier", "osprey", "juniper", "meadow", "lantern"];
const SECOND: &[&str] = &["logs", "assets", "backups", "exports", "media", "reports", "events", "orders", "archive"];
const THIRD: &[&str] = &["", "", "-prod", "-stage", "-2", "-eu"];

fn name(numbers: &mut Numbers) -> String {
    format!("{}-{}{}", numbers.pick(FIRST), numbers.pick(SECOND), numbers.pick(THIRD))
}

fn password(numbers: &mut Numbers) -> String {
    let middle = draw::string("[A-Za-z0-9]{9,14}", numbers);
    format!("{}{middle}{}{}", numbers.of("ABCDEFGHKLM"), numbers.of("!_.+-^~"), draw::string("[0-9][a-z0-9]", numbers))
}
