//! Answers: those of tools to a question of a name, and those of people.

use super::before::BEFORE_MAX;
use super::said::{NEXT_MAX, PARTICLES};
use crate::near::is_any;
use crate::scan::name::Name;
use crate::scan::notation::{PlaceKind, ValuePlace, skip_quote};

/// The next answer of a command, after one that ends at `end`: behind a tab, or on a line of its own.
pub(crate) fn next_answer(text: &[u8], end: usize) -> Option<ValuePlace> {
    let at = skip_quote(text, end).unwrap_or(end);
    let start = at + usize::from(matches!(text.get(at), Some(b'\t' | b'\n')));
    let rest = text.get(start..text.len().min(start + BEFORE_MAX)).filter(|_| start > at)?;
    let len = rest.iter().position(|b| *b <= b' ').unwrap_or(rest.len());
    let quote = usize::from(len > 2 && matches!(rest.get(..len)?, [b'"', .., b'"']));
    let ends = matches!(rest.get(len), None | Some(b'\n' | b'\r' | b'\t'));
    let (start, end) = (start + quote, start + len - quote);
    let place = ValuePlace { start, end: Some(end), kind: PlaceKind::Answer, ..ValuePlace::WHOLE };
    (len > 0 && ends).then_some(place)
}

/// Returns whether the line after the one that is a value alone is one of its sort: a file of one column.
pub(super) fn is_column(name: &Name<'_>, value: &[u8], text: &[u8], start: usize) -> bool {
    let Some(next) = next_answer(text, start + value.len()) else { return false };
    let next = text.get(next.start..next.end.unwrap_or(next.start)).unwrap_or_default();
    let digits = |value: &[u8]| value.iter().all(u8::is_ascii_digit);
    digits(value) && digits(next) && value.len() == next.len() || name.is_plural() && next.contains(&b'-')
}

/// The answer to a question that holds a value itself, which ends at `end`: `is it still x?⏎Ben: now y`.
pub(crate) fn answer_to(text: &[u8], end: usize) -> Option<ValuePlace> {
    let rest = text.get(end..text.len().min(end + NEXT_MAX * 2))?;
    let line = memchr::memchr(b'\n', rest)?;
    let question = rest.get(..line)?.trim_ascii_end();
    let asks = question.ends_with(b"?") || question.ends_with("？".as_bytes());
    asks.then(|| answer_at(text, end + line + 1)).flatten()
}

/// What is asked for in a chat, on the next line or under the name of who answers: `the db password?⏎Ben: …`.
pub(super) fn reply(name: &Name<'_>, text: &[u8]) -> Option<ValuePlace> {
    let rest = text.get(name.end..text.len().min(name.end + BEFORE_MAX))?;
    let line = memchr::memchr(b'\n', rest)?;
    let question = rest.get(..line)?.trim_ascii_end();
    let question = question.strip_suffix(b"?").or_else(|| question.strip_suffix("？".as_bytes()))?;
    let plain = |b: &u8| b.is_ascii_alphanumeric() || !b.is_ascii() || matches!(b, b' ' | b'-' | b'\'');
    question.iter().all(plain).then_some(())?;
    answer_at(text, name.end + line + 1)
}

/// The answer that stands on the line at `at`, or under the name of who gives it.
fn answer_at(text: &[u8], at: usize) -> Option<ValuePlace> {
    let mut at = at;
    for _ in 0..2 {
        let answer = text.get(at..text.len().min(at + BEFORE_MAX))?;
        let end = memchr::memchr(b'\n', answer).unwrap_or(answer.len());
        let answer = answer.get(..end)?.trim_ascii_end();
        // `bob  9:03 AM`
        if answer.ends_with(b" AM") || answer.ends_with(b" PM") || answer.is_empty() {
            at += end + 1;
            continue;
        }
        let speaker = |mark: &[u8]| {
            memchr::memmem::find(answer, mark).filter(|said| *said <= SPEAKER_MAX).map(|said| said + mark.len())
        };
        let said = speaker(b": ").or_else(|| speaker("：".as_bytes())).unwrap_or(0);
        // `已经换成 x，不要发到外面`
        let said = said + answer.get(said..).map_or(0, verb_len);
        let value = answer.get(said..)?;
        let value = value.get(..first_clause(value)).unwrap_or_default();
        let quote = usize::from(value.len() > 2 && matches!(value, [b'`', .., b'`']));
        let inside = value.get(quote..value.len() - quote)?;
        // `471192830564 입니다.`
        let number = inside.iter().take_while(|b| b.is_ascii_digit()).count();
        let inside = if number >= NUMBER_MIN { inside.get(..number)? } else { inside };
        let one = !inside.is_empty() && inside.iter().all(|b| *b > b' ');
        let start = at + said + quote;
        let place = ValuePlace { start, end: Some(start + inside.len()), kind: PlaceKind::Cell, ..ValuePlace::WHOLE };
        return one.then_some(ValuePlace { quoted: false, ..place });
    }
    None
}

/// The length of the particle that an answer begins with, and the blank behind it.
fn verb_len(answer: &[u8]) -> usize {
    let verb = PARTICLES.iter().find(|verb| answer.starts_with(verb.as_bytes())).map_or(0, |verb| verb.len());
    verb + usize::from(verb > 0 && answer.get(verb) == Some(&b' '))
}

/// Where the first clause of an answer ends in Chinese or Japanese.
fn first_clause(answer: &[u8]) -> usize {
    ["，", "。", "、"]
        .iter()
        .filter_map(|mark| memchr::memmem::find(answer, mark.as_bytes()))
        .min()
        .unwrap_or(answer.len())
}

/// Digits of a number that an answer begins with.
const NUMBER_MIN: usize = 12;

/// Bytes of a time and a name in front of what somebody says.
const SPEAKER_MAX: usize = 48;

/// Maximum marks between a name and the end of its line.
pub(super) const CLOSING_MAX: usize = 8;

/// `--query UserPool.Arn`, with the answer on the next line.
pub(super) fn answer(name: &Name<'_>, text: &[u8]) -> Option<ValuePlace> {
    let rest = text.get(name.end..text.len().min(name.end + BEFORE_MAX))?;
    // It is the last name of the query.
    matches!(rest.first(), Some(b'\'' | b'"' | b' ' | b'\n' | b'\r' | b']')).then_some(())?;
    let head = text.get(name.start.saturating_sub(BEFORE_MAX)..name.start)?;
    let query = head.iter().rev().take_while(|b| b.is_ascii_alphanumeric() || is_any(b".[]'\"*@", b)).count();
    head.get(..head.len() - query)?.ends_with(b"--query ").then_some(())?;
    let line = memchr::memchr(b'\n', rest)?;
    let after = ValuePlace::after(text, name.end + line + 1, PlaceKind::Assigned);
    // `--query 'Buckets[].Name' --output text`
    let several = Some(name.end + line)
        .filter(|_| !after.quoted && name.is_query_for_several(text))
        .and_then(|end| next_answer(text, end))
        .map(|first| ValuePlace { leads: true, ..first });
    let place = several.unwrap_or(after);
    rest.get(..line)?.iter().all(|b| *b != b';' && *b != b'|').then_some(place)
}
