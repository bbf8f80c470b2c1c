//! The only file that names the regex engine.

use std::ops::Range;
use std::sync::OnceLock;

use regex::bytes::{Regex, RegexBuilder};

use crate::catalog::MACROS;
use crate::policy::{CustomPattern, PolicyError};
use crate::scan::words::Case;

/// A pattern of the catalogue, compiled when the first candidate needs it: most texts need few.
#[derive(Debug)]
pub(crate) struct Pattern {
    source: &'static str,
    /// See [`Self::is_run`].
    run: bool,
    case: Case,
    place: Place,
    compiled: OnceLock<Option<Regex>>,
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
        let regex = self.regex();
        let grouped = regex.is_some_and(|regex| regex.captures_len() > 1);
        // Without groups, the cost of captures is saved.
        let whole = regex.filter(|_| !grouped).and_then(|regex| regex.find(window)).map(|found| found.range());
        let groups = regex.filter(|_| grouped).and_then(|regex| regex.captures(window));
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
        let compile = || {
            let source = MACROS.iter().fold(self.source.to_owned(), |source, (name, with)| source.replace(name, with));
            let case = self.case == Case::Any;
            let anchor = if self.place == Place::AtStart { "^" } else { "" };
            RegexBuilder::new(&format!("{anchor}(?:{source})")).unicode(false).case_insensitive(case).build().ok()
        };
        self.compiled.get_or_init(compile).as_ref()
    }
}

/// A checked pattern of the user's own.
#[derive(Debug)]
pub(crate) struct Custom {
    regex: regex::Regex,
    group: usize,
}

impl Custom {
    pub(crate) fn new(pattern: &CustomPattern) -> Result<Self, PolicyError> {
        let label = || pattern.label.clone();
        let refuse = |reason: String| PolicyError::Regex { label: label(), reason };
        if pattern.regex.len() > CUSTOM_SOURCE {
            return Err(refuse(format!("longer than {CUSTOM_SOURCE} bytes")));
        }
        let regex = regex::RegexBuilder::new(&pattern.regex)
            .size_limit(CUSTOM_SIZE)
            .build()
            .map_err(|error| refuse(error.to_string().replace('\n', " ")))?;
        if pattern.group >= regex.captures_len() {
            return Err(PolicyError::Group { label: label(), group: pattern.group });
        }
        if regex.is_match("") {
            return Err(PolicyError::MatchesEmpty { label: label() });
        }
        Ok(Self { regex, group: pattern.group })
    }

    pub(crate) fn find<'t>(&'t self, text: &'t str) -> impl Iterator<Item = Range<usize>> + 't {
        let values = self.regex.captures_iter(text).filter_map(|captures| captures.get(self.group));
        values.map(|value| value.range()).filter(|range| !range.is_empty())
    }
}
