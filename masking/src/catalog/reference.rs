//! The catalogue as people read it: each kind with the ways in which it is recognised, in words.

use std::collections::HashSet;

use crate::catalog::{Class, Field, KeyRule, Kind, Row, Rule, TABLES, Tail};

/// Words of a list that are shown; the others are counted.
const SHOWN: usize = 5;

/// One kind of the catalogue, for its documentation.
#[derive(Clone, Debug)]
pub struct Described {
    /// The kind itself.
    pub kind: Kind,
    /// The ways to recognise it, in Markdown, each once.
    pub found: Vec<String>,
    /// The ways that join in when the configuration enables the kind by name.
    pub asked: Vec<String>,
    /// A text with the value between `‹` and `›`. It is one of the examples that the tests look for.
    pub example: &'static str,
}

/// Returns all kinds of the catalogue in the order of its tables.
pub fn reference() -> impl Iterator<Item = Described> {
    let rows = TABLES.iter().flat_map(|(family, rows)| rows.iter().map(move |row| (*family, row)));
    rows.map(|(family, row)| Described {
        kind: row.kind(family),
        found: ways(row.rules),
        asked: ways(row.asked),
        example: shortest(row),
    })
}

/// The shortest example on one line: what stands in a cell of a table.
fn shortest(row: &'static Row) -> &'static str {
    let lines = row.yes.iter().filter(|text| !text.contains(['\n', '`', '|']));
    lines.min_by_key(|text| text.chars().count()).or(row.yes.first()).copied().unwrap_or_default()
}

/// The ways of all rules. Host names and beginnings are told together: a kind may have a dozen of either.
fn ways(rules: &[Rule]) -> Vec<String> {
    let (mut ways, mut hosts, mut beginnings) = (Vec::new(), Vec::new(), Vec::new());
    for rule in rules {
        match rule {
            Rule::Host(word, _) => hosts.push(*word),
            Rule::Literal(literals, ..) => beginnings.extend(literals.split('|')),
            other => ways.push(way(other)),
        }
    }
    if !beginnings.is_empty() {
        ways.insert(0, format!("its form, beginning with {}", list(beginnings.into_iter(), "")));
    }
    if !hosts.is_empty() {
        ways.push(format!("in host names with {}", list(hosts.into_iter(), "")));
    }
    let mut told = HashSet::new();
    ways.retain(|way| told.insert(way.clone()));
    ways
}

fn way(rule: &Rule) -> String {
    match rule {
        Rule::Id(prefixes, tail) => format!("{} and {}", list(prefixes.split('|'), "-"), self::tail(tail)),
        Rule::Literal(..) | Rule::Host(..) | Rule::Anywhere(..) => "its form".to_owned(),
        Rule::After(context, ..) => format!("after {}", list(context.split('|'), "")),
        Rule::Key(rule) => format!("under the name {}", names(rule)),
        Rule::Arn(resources) => {
            format!("in ARNs of {}", list(resources.split('|').map(|r| r.trim_end_matches(':')), ""))
        }
        Rule::ArnAccount => "the account in ARNs".to_owned(),
        Rule::ArnRest => "what no other kind claims in the resource of an ARN".to_owned(),
        Rule::AnyId => {
            "the form of an id (`prefix-` and 17 hexadecimal digits) whose prefix no other kind has".to_owned()
        }
        Rule::PrivateKey => "private keys as they stand in files".to_owned(),
        Rule::PublicAddress => "public IPv4 addresses, where the text around them tells them from versions".to_owned(),
        Rule::Record(Field::Bucket) => "the bucket in lines of access logs".to_owned(),
        Rule::Record(Field::CanonicalId) => "the owner in lines of access logs".to_owned(),
        Rule::Stored => "values of the Secrets Manager and the parameter store".to_owned(),
        Rule::Resource(types, ..) => format!("the id near a resource of type {}", list(types.split('|'), "")),
        Rule::Sibling(members, rule) => {
            format!("under the name {} beside {}", names(rule), list(members.split('|'), ""))
        }
        Rule::Request => "the bucket in the path of a request to S3".to_owned(),
        Rule::UserInfo => "the password in a URL".to_owned(),
        Rule::Beside(kind, ..) => format!("without a name, beside a value of `{kind}`"),
    }
}

fn tail(tail: &Tail) -> String {
    match tail {
        Tail::Hex17 => "17 hexadecimal digits".to_owned(),
        Tail::ZeroHex17 => "17 hexadecimal digits that begin with 0".to_owned(),
        Tail::Hex => "17 or 8 hexadecimal digits".to_owned(),
        Tail::Run(class, lengths, _) if lengths.start() == lengths.end() => {
            format!("{} {}", lengths.start(), characters(*class))
        }
        Tail::Run(class, lengths, _) => format!("{} to {} {}", lengths.start(), lengths.end(), characters(*class)),
        Tail::Uuid => "a UUID".to_owned(),
        Tail::Address => "a private IPv4 address with hyphens".to_owned(),
        Tail::PublicAddress => "a public IPv4 address with hyphens".to_owned(),
    }
}

fn characters(class: Class) -> &'static str {
    match class {
        Class::Hex => "hexadecimal digits",
        Class::UpperHex => "hexadecimal digits in capitals",
        Class::Lower => "digits and small letters",
        Class::Upper => "digits and capitals",
        Class::Alnum => "digits and letters",
    }
}

/// The names of a key, those in Latin letters first: a reader of English knows the others by them.
fn names(rule: &KeyRule) -> String {
    let bare = rule.names.split('|').map(|name| name.trim_start_matches(['^', '*', '=']));
    let (latin, others): (Vec<&str>, Vec<&str>) = bare.partition(|name| name.is_ascii());
    list(latin.into_iter().chain(others), "")
}

/// `a`, `b`, `c` and 12 more.
fn list<'t>(words: impl Iterator<Item = &'t str>, end: &str) -> String {
    let mut told: Vec<&str> = Vec::new();
    for word in words {
        if !told.contains(&word) {
            told.push(word);
        }
    }
    let shown: Vec<String> = told.iter().take(SHOWN).map(|word| format!("`{word}{end}`")).collect();
    match told.len().saturating_sub(SHOWN) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}
