//! The only file that names the regex engine.

use std::ops::Range;
use std::sync::OnceLock;

use regex::bytes::{Regex, RegexBuilder};
use regex_syntax::ParserBuilder;
use regex_syntax::hir::{Class, Hir, HirKind};

use crate::catalog::MACROS;
use crate::policy::{CustomError, CustomPattern};
use crate::scan::words::{Bytes, Case};

/// A pattern of the catalogue, compiled when the first candidate needs it: most texts need few.
#[derive(Debug)]
pub(crate) struct Pattern {
    source: &'static str,
    /// See [`Self::is_run`].
    run: bool,
    case: Case,
    place: Place,
    compiled: OnceLock<Option<Compiled>>,
}

#[derive(Debug)]
struct Compiled {
    regex: Regex,
    /// The bytes that a match may begin with: most candidates begin with another.
    first: Bytes,
    /// The bytes of which the first in a match ends its only group, which begins it: the cost of captures is saved.
    border: Option<Bytes>,
}

/// Where a pattern may match.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// Only where it is tried.
    AtStart,
    Anywhere,
}

/// Bytes after an anchor that a pattern of bounded length sees.
const REACH: usize = 16 * 1_024;
/// Maximum bytes of a compiled custom pattern; a larger one is refused.
const CUSTOM_SIZE: usize = 1 << 20;
/// Maximum bytes of a custom pattern's source; a longer one is refused.
const CUSTOM_SOURCE: usize = 1_000;

impl Pattern {
    pub(crate) fn new(source: &'static str) -> Self {
        Self { source, run: source.contains(",}"), case: Case::Exact, place: Place::AtStart, compiled: OnceLock::new() }
    }

    /// A pattern that takes capitals for small letters, and the other way round.
    pub(crate) fn any_case(source: &'static str) -> Self {
        Self { case: Case::Any, ..Self::new(source) }
    }

    /// A pattern that is looked for in a whole text: see [`Self::next`].
    pub(crate) fn anywhere(source: &'static str) -> Self {
        Self { place: Place::Anywhere, ..Self::new(source) }
    }

    /// Returns whether the pattern ends in a run that only another character ends. A match that begins within such a
    /// run ends where the run does.
    pub(crate) fn is_run(&self) -> bool {
        self.run
    }

    /// The values that the pattern finds at `at`: its groups, or the whole match.
    pub(crate) fn values(&self, text: &[u8], at: usize) -> impl Iterator<Item = Range<usize>> {
        let reach = if self.is_run() { text.len() } else { at + REACH };
        let window = text.get(at..text.len().min(reach)).unwrap_or_default();
        let may_begin = |compiled: &&Compiled| window.first().is_some_and(|byte| compiled.first.has(*byte));
        let compiled = self.compiled().filter(may_begin);
        let grouped = compiled.filter(|compiled| compiled.border.is_none() && compiled.regex.captures_len() > 1);
        let plain = compiled.filter(|_| grouped.is_none());
        let whole = plain.and_then(|compiled| compiled.whole(window));
        let groups = grouped.and_then(|compiled| compiled.regex.captures(window));
        let groups = groups.into_iter().flat_map(|groups| {
            let ranges = groups.iter().skip(1).flatten().map(|group| group.range()).collect::<Vec<_>>();
            ranges.into_iter()
        });
        whole.into_iter().chain(groups).map(move |range| at + range.start..at + range.end)
    }

    /// The first match that begins at `at` or later, whatever stands there.
    pub(crate) fn next(&self, text: &[u8], at: usize) -> Option<Range<usize>> {
        Some(self.regex()?.find_at(text, at)?.range())
    }

    /// Returns the compiled pattern; `None` if its source is not valid, which a test rules out for the catalogue.
    pub(crate) fn regex(&self) -> Option<&Regex> {
        self.compiled().map(|compiled| &compiled.regex)
    }

    fn compiled(&self) -> Option<&Compiled> {
        let compile = || {
            let source = MACROS.iter().fold(self.source.to_owned(), |source, (name, with)| source.replace(name, with));
            let case = self.case == Case::Any;
            let anchor = if self.place == Place::AtStart { "^" } else { "" };
            let regex = RegexBuilder::new(&format!("{anchor}(?:{source})"))
                .unicode(false)
                .case_insensitive(case)
                .build()
                .ok()?;
            let parsed = ParserBuilder::new().unicode(false).utf8(false).case_insensitive(case).build().parse(&source);
            let border = parsed.as_ref().ok().and_then(border);
            Some(Compiled { regex, first: parsed.map_or(Bytes::ALL, |pattern| first(&pattern)), border })
        };
        self.compiled.get_or_init(compile).as_ref()
    }
}

impl Compiled {
    /// The match in a text, or the only group of it.
    fn whole(&self, text: &[u8]) -> Option<Range<usize>> {
        let found = self.regex.find(text)?;
        let border = self.border.as_ref().and_then(|border| found.as_bytes().iter().position(|b| border.has(*b)));
        Some(found.start()..border.map_or(found.end(), |len| found.start() + len))
    }
}

/// The bytes that may follow the only group of a pattern, if it begins with that and none of them may stand in it.
fn border(pattern: &Hir) -> Option<Bytes> {
    let HirKind::Concat(parts) = pattern.kind() else { return None };
    let [group, rest @ ..] = parts.as_slice() else { return None };
    let HirKind::Capture(group) = group.kind() else { return None };
    let mut border = Bytes::NONE;
    let ends = rest.iter().all(|part| add_first(part, &mut border));
    let inside = all(&group.sub);
    let apart = (0..=u8::MAX).all(|byte| !(border.has(byte) && inside.has(byte)));
    (pattern.properties().explicit_captures_len() == 1 && !ends && apart).then_some(border)
}

/// The bytes that may stand in a match of a pattern.
fn all(pattern: &Hir) -> Bytes {
    let mut bytes = Bytes::NONE;
    add_all(pattern, &mut bytes);
    bytes
}

fn add_all(pattern: &Hir, bytes: &mut Bytes) {
    match pattern.kind() {
        HirKind::Empty | HirKind::Look(_) => {}
        HirKind::Literal(literal) => literal.0.iter().for_each(|byte| bytes.add(*byte..=*byte)),
        HirKind::Class(_) => {
            add_first(pattern, bytes);
        }
        HirKind::Repetition(repetition) => add_all(&repetition.sub, bytes),
        HirKind::Capture(group) => add_all(&group.sub, bytes),
        HirKind::Concat(parts) | HirKind::Alternation(parts) => parts.iter().for_each(|part| add_all(part, bytes)),
    }
}

/// The bytes that a match of a pattern may begin with.
fn first(pattern: &Hir) -> Bytes {
    let mut bytes = Bytes::NONE;
    if add_first(pattern, &mut bytes) { Bytes::ALL } else { bytes }
}

/// Adds the bytes that a match may begin with. Returns whether it may be empty, so that what follows may be its beginning
/// too.
fn add_first(pattern: &Hir, bytes: &mut Bytes) -> bool {
    match pattern.kind() {
        HirKind::Empty | HirKind::Look(_) => true,
        HirKind::Literal(literal) => {
            literal.0.first().into_iter().for_each(|byte| bytes.add(*byte..=*byte));
            false
        }
        HirKind::Class(Class::Bytes(class)) => {
            class.ranges().iter().for_each(|range| bytes.add(range.start()..=range.end()));
            false
        }
        HirKind::Class(Class::Unicode(class)) => {
            for range in class.ranges() {
                match (u8::try_from(range.start()), u8::try_from(range.end())) {
                    (Ok(start), Ok(end)) if end.is_ascii() => bytes.add(start..=end),
                    _ => *bytes = Bytes::ALL,
                }
            }
            false
        }
        HirKind::Repetition(repetition) => add_first(&repetition.sub, bytes) || repetition.min == 0,
        HirKind::Capture(group) => add_first(&group.sub, bytes),
        HirKind::Concat(parts) => parts.iter().all(|part| add_first(part, bytes)),
        HirKind::Alternation(parts) => {
            let mut empty = false;
            for part in parts {
                empty |= add_first(part, bytes);
            }
            empty
        }
    }
}

/// A checked pattern of the user's own.
#[derive(Debug)]
pub(crate) struct Custom {
    regex: regex::Regex,
    group: usize,
}

impl Custom {
    pub(crate) fn new(pattern: &CustomPattern) -> Result<Self, CustomError> {
        if pattern.regex.len() > CUSTOM_SOURCE {
            return Err(CustomError::TooLong { max: CUSTOM_SOURCE });
        }
        // The engine's own text quotes the pattern.
        let refused = |error| match error {
            regex::Error::CompiledTooBig(_) => CustomError::TooLarge,
            _ => CustomError::Syntax,
        };
        let regex = regex::RegexBuilder::new(&pattern.regex).size_limit(CUSTOM_SIZE).build().map_err(refused)?;
        if pattern.group >= regex.captures_len() {
            return Err(CustomError::Group);
        }
        if regex.is_match("") {
            return Err(CustomError::MatchesEmpty);
        }
        Ok(Self { regex, group: pattern.group })
    }

    pub(crate) fn find<'t>(&'t self, text: &'t str) -> impl Iterator<Item = Range<usize>> + 't {
        let values = self.regex.captures_iter(text).filter_map(|captures| captures.get(self.group));
        values.map(|value| value.range()).filter(|range| !range.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_only_group_ends_where_another_byte_follows() {
        let parse = |source: &str| ParserBuilder::new().unicode(false).utf8(false).build().parse(source).unwrap();
        for (source, expected) in [
            ("([a-c]{1,9})x", Some("x")),
            (r"([a-c](?:[a-c-]{0,9}[a-c])?)\.?(?:/|x)y", Some("./x")),
            ("([a-c]+)c", None),
            ("([a-c]+)x?", None),
            ("x([a-c]+)y", None),
            ("([a-c]+)x(y)", None),
            ("([a-c]+)x|y", None),
            ("(?i:(k+))K", None),
        ] {
            let border = border(&parse(source));
            let bytes =
                |border: Bytes| (0..=u8::MAX).filter(|byte| border.has(*byte)).map(char::from).collect::<String>();
            assert_eq!(border.map(bytes).as_deref(), expected, "{source}");
        }
        let pattern = Pattern::new(r"([a-z](?:[a-z-]{0,61}[a-z])?)\.(?:x|yz)");
        assert_eq!(pattern.values(b"  a-b.yz.", 2).next(), Some(2..5));
    }

    #[test]
    fn the_bytes_that_a_match_may_begin_with() {
        let cases = [
            ("[a-c]x", "abc"),
            ("a|[b1]|cd", "ab1c"),
            ("x?y", "xy"),
            ("(?:x{0,3}y*)z", "xyz"),
            ("(ab|c)d", "ac"),
            (r"\b(?:a|b)", "ab"),
            ("(?i:a)", "aA"),
        ];
        for (source, expected) in cases {
            let first = first(&ParserBuilder::new().unicode(false).utf8(false).build().parse(source).unwrap());
            let wrong: Vec<u8> =
                (0..=u8::MAX).filter(|byte| first.has(*byte) != expected.as_bytes().contains(byte)).collect();
            assert!(wrong.is_empty(), "{source}: {wrong:?}");
        }
        assert!(first(&ParserBuilder::new().build().parse("a*").unwrap()).has(b'z'), "it may be empty");
    }
}
