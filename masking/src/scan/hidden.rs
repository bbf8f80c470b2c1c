//! Characters within a value that nobody sees: editors, chats and web pages put them where a line may break.
//!
//! A text that has one within a word is read without them. The findings are those of the text as it is written: a value
//! keeps the characters within it, so that restoring it gives back the same bytes.

use std::ops::Range;
use std::sync::OnceLock;

use aho_corasick::AhoCorasick;

use crate::scan::edge;
use crate::scan::quoted;
use crate::scan::{Finding, Found, Known, Review, Scanner, Text};

/// A character, or a way to write it, and the text that it stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Hidden {
    /// A place for a line break, a joiner, or a soft hyphen: it stands for nothing.
    Nothing,
    /// A hyphen at which no line breaks, as word processors and chats make of a plain one.
    Hyphen,
}

/// Characters of Unicode with their escapes in JSON, and the entities and the element of HTML for them.
pub(crate) const ANCHORS: [(&str, Hidden); 25] = [
    ("\u{200b}", Hidden::Nothing),
    ("\u{200c}", Hidden::Nothing),
    ("\u{200d}", Hidden::Nothing),
    ("\u{2060}", Hidden::Nothing),
    ("\u{feff}", Hidden::Nothing),
    ("\u{ad}", Hidden::Nothing),
    (r"\u200b", Hidden::Nothing),
    (r"\u200c", Hidden::Nothing),
    (r"\u200d", Hidden::Nothing),
    (r"\u2060", Hidden::Nothing),
    (r"\ufeff", Hidden::Nothing),
    (r"\u00ad", Hidden::Nothing),
    ("&shy;", Hidden::Nothing),
    ("&#173;", Hidden::Nothing),
    ("&#8203;", Hidden::Nothing),
    ("&#x200b;", Hidden::Nothing),
    ("&zerowidthspace;", Hidden::Nothing),
    ("&zwnj;", Hidden::Nothing),
    ("&nobreak;", Hidden::Nothing),
    ("<wbr>", Hidden::Nothing),
    ("<wbr/>", Hidden::Nothing),
    ("\u{2010}", Hidden::Hyphen),
    ("\u{2011}", Hidden::Hyphen),
    (r"\u2010", Hidden::Hyphen),
    (r"\u2011", Hidden::Hyphen),
];

fn automaton() -> Option<&'static AhoCorasick> {
    static AUTOMATON: OnceLock<Option<AhoCorasick>> = OnceLock::new();
    let build = || AhoCorasick::builder().ascii_case_insensitive(true).build(ANCHORS.map(|(written, _)| written)).ok();
    AUTOMATON.get_or_init(build).as_ref()
}

/// Returns whether the character at `range` stands within a word or at its edge. One between other characters joins an
/// emoji or the letters of another script, and one before a text is a mark of its encoding.
pub(crate) fn is_within(text: &[u8], range: &Range<usize>) -> bool {
    let escapes = quoted::escapes(text.get(..range.start).unwrap_or_default());
    let before = edge::previous(text, range.start - escapes);
    let plain = |b: u8| b.is_ascii_graphic();
    before.is_some_and(|b| plain(b) || text.get(range.end).is_some_and(|after| plain(*after)))
}

impl Scanner {
    /// Returns the findings of texts in which the rules found these, where some have hidden characters.
    pub(super) fn folded(
        &self,
        texts: &[Text<'_>],
        mut strong: Vec<Found>,
        known: &Known,
        review: Option<Review<'_>>,
    ) -> Vec<Finding> {
        let fold = |(text, found): (&Text<'_>, &Found)| found.hidden.then(|| Folded::new(text.text));
        let folded: Vec<Option<Folded>> = texts.iter().zip(&strong).map(fold).collect();
        let mut read = texts.to_vec();
        for ((text, found), folded) in read.iter_mut().zip(&mut strong).zip(&folded) {
            if let Some(folded) = folded {
                text.text = &folded.text;
                self.contexts(std::slice::from_ref(text), &mut None).into_iter().for_each(|again| *found = again);
            }
        }
        let mut findings = self.spread(&read, strong, known, review);
        for finding in &mut findings {
            if let Some(Some(folded)) = folded.get(finding.text as usize) {
                let written = folded.written(finding.start..finding.end);
                (finding.start, finding.end) = (written.start, written.end);
            }
        }
        findings
    }
}

/// A text without its hidden characters.
#[derive(Debug)]
struct Folded {
    text: String,
    /// Where each stretch of it begins, and where that stands in the text as it is written.
    stretches: Vec<(usize, usize)>,
}

impl Folded {
    fn new(text: &str) -> Self {
        let mut folded = Self { text: String::with_capacity(text.len()), stretches: Vec::new() };
        let mut at = 0;
        for found in automaton().iter().flat_map(|automaton| automaton.find_iter(text)) {
            let written = text.get(at..found.start()).unwrap_or_default();
            // An escape may be escaped itself.
            let escapes = if text.get(found.range()).is_some_and(|mark| mark.starts_with('\\')) {
                quoted::escapes(written.as_bytes())
            } else {
                0
            };
            folded.push(text, at..found.start() - escapes);
            at = found.end();
            if let Some((_, Hidden::Hyphen)) = ANCHORS.get(found.pattern().as_usize()) {
                folded.stretches.push((folded.text.len(), found.start()));
                folded.text.push('-');
            }
        }
        folded.push(text, at..text.len());
        folded
    }

    fn push(&mut self, text: &str, stretch: Range<usize>) {
        let start = stretch.start;
        if let Some(part) = text.get(stretch).filter(|part| !part.is_empty()) {
            self.stretches.push((self.text.len(), start));
            self.text.push_str(part);
        }
    }

    /// Returns where a finding stands in the text as it is written.
    fn written(&self, range: Range<usize>) -> Range<usize> {
        self.stretch(range.start).0..self.stretch(range.end.saturating_sub(1)).1
    }

    /// Where a byte stands in the text as it is written, and the byte after it.
    fn stretch(&self, at: usize) -> (usize, usize) {
        let next = self.stretches.partition_point(|(folded, _)| *folded <= at);
        let (folded, written) = next.checked_sub(1).and_then(|at| self.stretches.get(at)).copied().unwrap_or((0, 0));
        let start = written + (at - folded);
        match self.stretches.get(next) {
            // The end of a stretch of one byte, which may stand for a longer character.
            Some((end, next)) if *end == folded + 1 => (start, *next),
            _ => (start, start + 1),
        }
    }
}
