//! Answers: those of tools to a question of a name, and those of people.

use super::before::BEFORE_MAX;
use super::said::{NEXT_MAX, PARTICLES};
use crate::near::is_any;
use crate::scan::name::Name;
use crate::scan::notation::{PlaceKind, ValuePlace, skip_quote};

/// The next answer of a command, after one that ends at `end`: behind a tab, or on a line of its own.
pub(crate) fn next_answer(text: &[u8], end: usize) -> Option<ValuePlace> {
    if let Some(next) = next_printed(text, end) {
        return Some(next);
    }
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

/// The first of the strings that a program prints under the line that asks it for several: `> buckets⏎[1] "b-1" "b-2"` of
/// R, `>>> names⏎['b-1', 'b-2']`.
pub(super) fn printed(name: &Name<'_>, text: &[u8]) -> Option<ValuePlace> {
    const OPENINGS: [&[u8]; 4] = [b"[1] \"", b"['", b"[\"", b"(\""];
    let rest = text.get(name.end..text.len().min(name.end + BEFORE_MAX)).filter(|_| name.is_plural())?;
    let answer = name.end + memchr::memchr(b'\n', rest)? + 1;
    let row = text.get(answer..text.len().min(answer + PRINTED_MAX))?;
    // R's own sign is one of the openings.
    let shown = if row.starts_with(b"[") { 0 } else { shown_len(row) };
    let (answer, row) = (answer + shown, row.get(shown..)?);
    let opening = OPENINGS.iter().find(|open| row.starts_with(open))?;
    // R's own tells itself: its prompt has the look of a quotation, whose signs are none of the text.
    let open = Some(opening.len()).filter(|_| opening.starts_with(b"[1]") || name.ends_command(text))?;
    let mark = *row.get(open - 1)?;
    let row = row.get(open..)?;
    let row = row.get(..memchr::memchr(b'\n', row).unwrap_or(row.len()))?;
    let plain = |b: &u8| b.is_ascii_lowercase() || b.is_ascii_digit() || is_any(b"-.", b);
    // `[1] "Token buckets" by …` is a sentence. Every other part is a string, and one of them tells that all are names.
    let mut between = row.split(|b| *b == mark).skip(1).step_by(2);
    between.all(|part| part.iter().all(|b| is_any(b" ,])\r", b))).then_some(())?;
    let mut strings = row.split(|b| *b == mark).step_by(2);
    let leads = strings.clone().any(|string| string.contains(&b'-')) && strings.all(|string| string.iter().all(plain));
    let (start, len) = (answer + open, memchr::memchr(mark, row)?);
    let place = ValuePlace { start, end: Some(start + len), kind: PlaceKind::Answer, leads, ..ValuePlace::WHOLE };
    (len > 0).then_some(place)
}

/// The length of what a program puts in front of an answer: `[1] ` of R, `=> ` of Ruby, `Out[3]: ` of IPython.
pub(super) fn shown_len(line: &[u8]) -> usize {
    let (open, close): (&[u8], &[u8]) = match line.first() {
        Some(b'[') => (b"[", b"] "),
        Some(b'O') => (b"Out[", b"]: "),
        Some(b'$') => (b"$", b" ==> "),
        Some(b'=') => return if line.starts_with(b"=> ") { b"=> ".len() } else { 0 },
        _ => return 0,
    };
    let number = line.strip_prefix(open).unwrap_or_default();
    let digits = number.iter().take(4).take_while(|b| b.is_ascii_digit()).count();
    let closes = digits > 0 && number.get(digits..).is_some_and(|rest| rest.starts_with(close));
    if closes { open.len() + digits + close.len() } else { 0 }
}

/// The string that a program prints behind the one that ends at `end`: `"b-1"   "b-2"`, `'b-1', 'b-2'`, `"b-1"⏎[2] "b-2"`.
fn next_printed(text: &[u8], end: usize) -> Option<ValuePlace> {
    let mark = *text.get(end).filter(|mark| matches!(mark, b'"' | b'\''))?;
    let rest = text.get(end + 1..text.len().min(end + PRINTED_MAX))?;
    let blanks = |at: usize| rest.get(at..).unwrap_or_default().iter().take_while(|b| matches!(b, b' ' | b',')).count();
    let mut at = blanks(0);
    if let Some(line) = rest.get(at..).and_then(|rest| rest.strip_prefix(b"\n")) {
        let index = line.get(line.iter().take_while(|b| **b == b' ').count()..)?;
        let shown = Some(shown_len(index)).filter(|shown| *shown > 0)?;
        at = rest.len() - index.len() + shown;
    }
    let string = rest.get(at..).filter(|_| at > 0)?.strip_prefix(&[mark])?;
    let len = string.iter().position(|b| *b == mark || *b <= b' ')?;
    let start = end + 1 + at + 1;
    let place = ValuePlace { start, end: Some(start + len), kind: PlaceKind::Answer, ..ValuePlace::WHOLE };
    (len > 0 && string.get(len) == Some(&mark)).then_some(place)
}

/// Bytes of a row of strings that are read for what they are.
const PRINTED_MAX: usize = 240;

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
