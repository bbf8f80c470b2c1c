//! Account ids that stand bare beside what shows that they are some: an id of the network in flow logs and in the CLI's
//! `--output text`, or another account in its column, its sentence or its text.

use std::ops::Range;

use crate::catalog::KindId;
use crate::catalog::{Check, Edge};
use crate::scan::check::{self, ACCOUNT_LEN};
use crate::scan::clause;
use crate::scan::edge;
use crate::scan::pick::{Evidence, Hit, Source};
use crate::scan::words::{Words, words};

/// Adds the accounts in the columns before and after the hits.
pub(crate) fn accounts(text: &[u8], hits: &mut Vec<Hit>, account: KindId) {
    let beside = |hit: &Hit| {
        // A tab separates columns; a space does in a flow log, where the next column is an interface.
        let columns: &[u8] =
            if text.get(hit.start..).is_some_and(|id| id.starts_with(b"eni-")) { b"\t " } else { b"\t" };
        let before = hit
            .start
            .checked_sub(ACCOUNT_LEN + 1)
            .filter(|_| edge::previous(text, hit.start).is_some_and(|b| columns.contains(&b)));
        let behind = text.get(hit.end).filter(|b| columns.contains(b)).map(|_| hit.end + 1);
        [before, behind]
    };
    let starts: Vec<usize> = hits.iter().filter(|hit| !hit.is_by_context()).flat_map(beside).flatten().collect();
    let found = starts.into_iter().filter(|start| is_account(text, *start));
    add(hits, account, found.map(|start| start..start + ACCOUNT_LEN).collect());
}

fn add(hits: &mut Vec<Hit>, account: KindId, found: Vec<Range<usize>>) {
    hits.extend(found.into_iter().map(|range| Hit::new(range, account, Source::Rule, Evidence::Context)));
}

/// Adds the accounts in the column between bars in which one stands: `prod | 471192830564 | …`.
pub(crate) fn bars(text: &[u8], hits: &mut Vec<Hit>, account: KindId) {
    let of_account = |hit: &&Hit| hit.kind == account;
    let mut starts: Vec<usize> = hits.iter().filter(of_account).map(|hit| hit.start).collect();
    // Most texts have none, or no row.
    if starts.is_empty() || memchr::memmem::find(text, b" | ").is_none() {
        return;
    }
    // One that another part of the text shows may stand in a row without a name.
    let mut values: Vec<&[u8]> =
        hits.iter().filter(of_account).filter_map(|hit| text.get(hit.start..hit.end)).collect();
    values.dedup();
    for value in values.into_iter().filter(|value| value.len() >= ACCOUNT_LEN).take(SHOWN_MAX) {
        starts.extend(memchr::memmem::find_iter(text, value));
    }
    starts.sort_unstable();
    starts.dedup();
    let (mut found, mut read) = (Vec::new(), 0);
    for start in starts.into_iter().filter(|start| is_between_bars(text, *start)) {
        if start < read {
            continue;
        }
        let head = text.get(start.saturating_sub(ROW_MAX)..start).unwrap_or_default();
        let line = start - edge::last_line(head).len();
        let column = bars_of(text.get(line..start).unwrap_or_default());
        let count = row_at(text, line).map(bars_of);
        let same = |line: &usize| row_at(text, *line).map(bars_of) == count;
        let next = |line: usize| row_at(text, line).map(|row| line + row.len() + 1).filter(|next| *next < text.len());
        let previous = |line: usize| {
            let head = text.get(line.saturating_sub(ROW_MAX)..line.checked_sub(1)?)?;
            Some(line - 1 - edge::last_line(head).len())
        };
        // Rules between rows, of other signs, are stepped over.
        let above =
            std::iter::successors(previous(line), |row| previous(*row)).take_while(|row| *row >= read && same(row));
        let below: Vec<usize> = std::iter::successors(next(line), |row| next(*row)).take_while(same).collect();
        let cell = |line: usize| cell_of(text, line, column);
        found.extend(above.filter_map(cell));
        read = below.last().copied().unwrap_or(line) + 1;
        found.extend(below.into_iter().filter_map(cell));
    }
    add(hits, account, found);
}

/// Maximum accounts that are looked for in rows.
const SHOWN_MAX: usize = 2;

/// Maximum bytes of a row.
const ROW_MAX: usize = 400;

/// Returns whether nothing but blanks stands between what begins at `start` and a bar, on one side at least.
fn is_between_bars(text: &[u8], start: usize) -> bool {
    let head = text.get(start.saturating_sub(ROW_MAX)..start).unwrap_or_default();
    let blanks = head.iter().rev().take_while(|b| **b == b' ').count();
    let behind = text.get(start..text.len().min(start + ROW_MAX)).unwrap_or_default();
    let after = behind.iter().position(|b| !(b.is_ascii_digit() || matches!(b, b' ' | b'-')));
    let bar = |b: Option<&u8>| b == Some(&b'|');
    bar(head.len().checked_sub(blanks + 1).and_then(|at| head.get(at))) || bar(after.and_then(|at| behind.get(at)))
}

/// The line that begins at `line`, if it is not longer than rows are.
fn row_at(text: &[u8], line: usize) -> Option<&[u8]> {
    let rest = text.get(line..text.len().min(line + ROW_MAX))?;
    let end = memchr::memchr(b'\n', rest).or_else(|| (line + rest.len() == text.len()).then_some(rest.len()))?;
    rest.get(..end)
}

fn bars_of(part: &[u8]) -> usize {
    memchr::memchr_iter(b'|', part).count()
}

/// The account in a column of the row that begins at `line`.
fn cell_of(text: &[u8], line: usize, column: usize) -> Option<Range<usize>> {
    let row = row_at(text, line)?;
    let cell = row.split(|b| *b == b'|').nth(column)?;
    let start = line + row.split(|b| *b == b'|').take(column).map(|cell| cell.len() + 1).sum::<usize>();
    let start = start + cell.iter().take_while(|b| **b == b' ').count();
    let value = cell.trim_ascii();
    let grouped = value.len() == ACCOUNT_LEN + 2
        && value.iter().enumerate().all(|(at, b)| if at == 4 || at == 9 { *b == b'-' } else { b.is_ascii_digit() });
    let plain = value.len() == ACCOUNT_LEN && clause::is_account(value);
    (plain || grouped).then(|| start..start + value.len())
}

/// Adds the accounts that stand elsewhere in the text in groups, as the console writes them, and plainly here.
pub(crate) fn plain(text: &[u8], hits: &mut Vec<Hit>, account: KindId) {
    let grouped = |hit: &&Hit| {
        let value = text.get(hit.start..hit.end).filter(|_| hit.kind == account).unwrap_or_default();
        value.iter().any(|b| matches!(b, b'-' | b' '))
    };
    let digits = |hit: &Hit| -> Vec<u8> {
        text.get(hit.start..hit.end).into_iter().flatten().copied().filter(u8::is_ascii_digit).collect()
    };
    let mut accounts: Vec<_> = hits.iter().filter(grouped).take(GROUPED_MAX).map(digits).collect();
    accounts.dedup();
    for number in accounts {
        let starts = memchr::memmem::find_iter(text, &number);
        let whole = starts.filter(|start| edge::holds(Edge::Digits, text, *start, *start + number.len()));
        add(hits, account, whole.map(|start| start..start + number.len()).collect());
    }
}

/// Adds the accounts that stand in the sentence of another one, with words alone between the two: `la cuenta nueva es la
/// 471192830564 (antes usábamos la 582203941675)`.
pub(crate) fn said(text: &[u8], hits: &mut Vec<Hit>, account: KindId) {
    let mut ends: Vec<usize> =
        hits.iter().filter(|hit| hit.kind == account && hit.is_by_context()).map(|hit| hit.end).collect();
    ends.sort_unstable();
    ends.dedup();
    let (mut found, mut read) = (Vec::new(), 0);
    for end in ends {
        let mut end = end;
        while end >= read
            && let Some(next) = next_in_sentence(text, end)
        {
            found.push(next..next + ACCOUNT_LEN);
            (read, end) = (end, next + ACCOUNT_LEN);
        }
    }
    add(hits, account, found);
}

/// Adds the accounts of other sentences of a text that speaks of accounts: a number that a sentence says something is,
/// `配信側は 471192830564 ですよ`, `staging is 471192830564.`.
pub(crate) fn told(text: &[u8], hits: &mut Vec<Hit>, account: KindId) {
    if !hits.iter().any(|hit| hit.kind == account && hit.is_by_context()) {
        return;
    }
    let mut at = 0;
    let mut found = Vec::new();
    while let Some(blank) = memchr::memchr2(b' ', b'(', text.get(at..).unwrap_or_default()).map(|blank| at + blank) {
        at = blank + 1;
        let number = at..at + ACCOUNT_LEN;
        let digit = |at: usize| text.get(at).is_some_and(u8::is_ascii_digit);
        if digit(at)
            && digit(number.end - 1)
            && clause::stands(text, number.clone())
            && (is_told(text, blank, number.end) || is_remark(text, blank, number.end))
        {
            found.push(number);
        }
    }
    add(hits, account, found);
}

/// Returns whether a number stands alone in brackets behind words: `la de pruebas (582203941675)`.
fn is_remark(text: &[u8], open: usize, end: usize) -> bool {
    let line = text.get(open.saturating_sub(SENTENCE_MAX)..open).unwrap_or_default().trim_ascii_end();
    let words = || line.rsplit(|b| b.is_ascii_whitespace()).filter(|word| !word.is_empty()).take(3);
    let prose = line.last().is_some_and(|b| b.is_ascii_alphabetic() || !b.is_ascii());
    let brackets = text.get(open) == Some(&b'(') && text.get(end) == Some(&b')');
    brackets && prose && !words().any(clause::counts)
}

/// Returns whether a verb or a particle stands in front of the blank at `blank`, and the sentence ends at `end`.
fn is_told(text: &[u8], blank: usize, end: usize) -> bool {
    static VERBS: Words = words!("is|was|ist|war|es|era|est|était|é|è|jest|är|er");
    const PARTICLES: [&str; 6] = ["は", "が", "은", "는", "이", "가"];
    const ENDS: [&str; 10] = [" です", "です", " 입니다", "입니다", " 이에요", "이에요", " 예요", "예요", "。", " だ"];
    let line = edge::last_line(text.get(blank.saturating_sub(SENTENCE_MAX)..blank).unwrap_or_default());
    let mut words = line.rsplit(|b| *b == b' ');
    let last = words.next().unwrap_or_default();
    let counted = words.take(3).any(clause::counts);
    let rest = text.get(end..).unwrap_or_default();
    // `runs in 471192830564 from …`, `les disques sont dans 582203941675, …`
    static PLACES: Words = words!("in|into|dans|inside|within|nach|en|em");
    let unit = || {
        let word = rest.strip_prefix(b" ").unwrap_or_default();
        let word = word.get(..word.iter().take_while(|b| b.is_ascii_alphabetic()).count()).unwrap_or_default();
        word.is_empty() || clause::counts(word) || UNITS.has(word)
    };
    let stands = PLACES.has(last) && (matches!(rest, [] | [b'.' | b',' | b'\n', ..]) || !unit());
    let latin = stands || VERBS.has(last) && matches!(rest, [] | [b'.' | b',' | b'\n', ..]);
    let particle = || PARTICLES.iter().any(|particle| last.ends_with(particle.as_bytes()));
    let foreign = || particle() && (rest.is_empty() || ENDS.iter().any(|end| rest.starts_with(end.as_bytes())));
    !counted && (latin || foreign())
}

/// What numbers are of.
static UNITS: Words =
    words!("ms|ns|us|items|records|users|steps|lines|files|events|entries|of|octets|lignes|zeilen|seconds|ticks");

/// The next account of the sentence in which another one ends at `end`.
fn next_in_sentence(text: &[u8], end: usize) -> Option<usize> {
    let rest = text.get(end..text.len().min(end + SENTENCE_MAX))?;
    let prose =
        |b: &u8| b.is_ascii_alphabetic() || !b.is_ascii() || matches!(b, b' ' | b',' | b'(' | b')' | b'\'' | b'-');
    let words = rest.iter().take_while(|b| prose(b)).count();
    let between = rest.get(..words)?;
    let comma = || between.strip_suffix("、".as_bytes()).or_else(|| between.strip_suffix("，".as_bytes()));
    let last = between.strip_suffix(b" ").or_else(|| between.strip_suffix(b"(")).or_else(comma)?;
    let counted = last.rsplit(|b| *b == b' ').take(2).any(clause::counts);
    let several = last.iter().any(|b| b.is_ascii_alphabetic() || !b.is_ascii());
    (several && !counted && clause::stands(text, end + words..end + words + ACCOUNT_LEN)).then_some(end + words)
}

/// Bytes of a sentence between two accounts.
const SENTENCE_MAX: usize = 80;

/// Maximum accounts in groups that are looked for without the signs between these.
const GROUPED_MAX: usize = 8;

fn is_account(text: &[u8], start: usize) -> bool {
    let digits = text.get(start..start + ACCOUNT_LEN).filter(|digits| digits.iter().all(u8::is_ascii_digit));
    digits.is_some_and(|digits| check::passes(Check::Account, digits))
        && edge::holds(Edge::Digits, text, start, start + ACCOUNT_LEN)
}
