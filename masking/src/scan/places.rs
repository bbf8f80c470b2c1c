//! The places at which the value of a name may stand.

use crate::near::is_any;
use crate::placeholder;
use crate::scan::computed;
use crate::scan::edge;
use crate::scan::member::{self, Opening};
use crate::scan::name::Name;
use crate::scan::notation::{
    BLANKS_MAX, PlaceKind, ValuePlace, operator, skip_blanks, skip_closing, skip_particle, skip_quote, skip_remark,
    skip_spaces,
};
use crate::scan::words::{self, Phrases, Words};

/// Bytes in front of the last word of a resource's type.
const TYPE_MAX: usize = 32;
/// Maximum bytes of the name of a service.
const SERVICE_MAX: usize = 10;
/// Maximum bytes of a value in front of its name.
const BEFORE_MAX: usize = 128;

/// A place of a name's value, and whether a placeholder stands there: both are the same for all rules.
#[derive(Clone, Copy, Debug)]
pub(crate) struct NamePlace {
    pub(crate) place: ValuePlace,
    pub(crate) masked: bool,
}

impl NamePlace {
    fn new(text: &[u8], place: ValuePlace) -> Self {
        Self { place, masked: is_masked(text, place.start) }
    }
}

/// Returns whether a placeholder stands for what stood at a place, or for a part of it.
fn is_masked(text: &[u8], at: usize) -> bool {
    let rest = text.get(at..text.len().min(at + MASKED_MAX)).unwrap_or_default();
    let run = rest.iter().position(|b| *b <= b' ').unwrap_or(rest.len());
    run >= placeholder::TOKEN_MIN && rest.get(..run).is_some_and(|run| placeholder::find_all(run).next().is_some())
}

/// Bytes of a value in which a placeholder is looked for.
const MASKED_MAX: usize = 96;

/// Adds the places at which the value of a name may stand, the likeliest first. `opening` is what follows the name.
pub(crate) fn places(name: &Name<'_>, opening: Opening, text: &[u8], found: &mut Vec<NamePlace>) {
    let mut add = |place: Option<ValuePlace>| found.extend(place.map(|place| NamePlace::new(text, place)));
    add(assigned(name, opening, text));
    add(member::of_parent(name, opening, text));
    add(member::after_name(name, text));
    add(member::before_name(name, text));
    add(member::of_map(name, opening, text));
    add(tuple(name, text));
    add(row(name, text));
    add(last_cell(name, text));
    add(answer(name, text));
    add(next_item(name, text));
    add(item(name, text));
    add(next_line(name, text));
    add(content(name, text));
    add(form(name, text));
    add(before(name, text).or_else(|| explained(name, text)));
    add(expected(name, text));
    add(opening.inside(text).and_then(|at| computed::expression(at, text)));
    add(computed::environment(name, text));
    add(computed::returned(name, text));
    add(computed::option(name, text));
    add(computed::field(name, text));
    add(looked_up(name, text));
    add(piped(name, text).or_else(|| letters(name, text)));
    add(reply(name, text));
}

/// `| DB_BUCKET | String | b |`, `DB_BUCKET   prod   b`: the name in the first cell of a row, the value in the last.
fn last_cell(name: &Name<'_>, text: &[u8]) -> Option<ValuePlace> {
    let rest = text.get(name.end..text.len().min(name.end + ROW_MAX))?;
    if let Some(cell) = rest.strip_prefix(b"}") {
        return macro_cell(name, text, cell);
    }
    matches!(rest, [b' ', b' ' | b'|', ..] | [b'\t' | b'|', ..]).then_some(())?;
    let head = text.get(name.start.saturating_sub(4)..name.start)?;
    head.iter().rev().find(|b| **b != b' ').is_none_or(|b| matches!(b, b'\n' | b'|')).then_some(())?;
    let line = rest.get(..memchr::memchr(b'\n', rest).unwrap_or(rest.len()))?;
    let end = line.iter().rposition(|b| !matches!(b, b' ' | b'|' | b'\r' | b'\t'))? + 1;
    let start = line.get(..end)?.iter().rposition(|b| matches!(b, b' ' | b'|' | b'\t'))? + 1;
    let border = line.get(..start)?;
    let cell = [b"  ".as_slice(), b"| ", b"|", b"\t"].iter().any(|border_end| border.ends_with(border_end));
    let place =
        ValuePlace { start: name.end + start, end: Some(name.end + end), kind: PlaceKind::Cell, ..ValuePlace::WHOLE };
    // The other cells, or nothing but the blanks between two.
    let between = border.trim_ascii().len();
    let pair = between == 0 && border.len() > 3 && first_of_line(name, text);
    (cell && (between > 1 || pair)).then_some(place)
}

/// `| {$PG.PASSWORD} | x |`: the cell behind that of a macro or a variable.
fn macro_cell(name: &Name<'_>, text: &[u8], rest: &[u8]) -> Option<ValuePlace> {
    let head = edge::last_line(text.get(name.start.saturating_sub(BEFORE_MAX)..name.start)?);
    let path = head.iter().rev().take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b':')).count();
    let outer = head.get(..head.len() - path)?;
    let opened = [b"{$".as_slice(), b"${", b"{#"].iter().find_map(|open| outer.strip_suffix(*open))?;
    opened.trim_ascii_end().ends_with(b"|").then_some(())?;
    let line = rest.get(..memchr::memchr(b'\n', rest).unwrap_or(rest.len()))?;
    let behind = line.trim_ascii_start().strip_prefix(b"|")?;
    let start = line.len() - behind.trim_ascii_start().len();
    let cell = behind.trim_ascii_start();
    let cell = cell.get(..memchr::memchr(b'|', cell)?)?.trim_ascii_end();
    let start = name.end + 1 + start;
    let place = ValuePlace { start, end: Some(start + cell.len()), kind: PlaceKind::Cell, ..ValuePlace::WHOLE };
    (!cell.is_empty()).then_some(place)
}

/// Returns whether nothing but blanks stands in front of a name on its line.
fn first_of_line(name: &Name<'_>, text: &[u8]) -> bool {
    let head = text.get(name.start.saturating_sub(BLANKS_MAX)..name.start).unwrap_or_default();
    head.iter().rev().find(|b| **b != b' ').is_none_or(|b| *b == b'\n')
}

/// A row of two cells, each on a line of its own: `* - Bucket⏎  - b` of reStructuredText, `! Bucket⏎| b` of MediaWiki.
fn next_item(name: &Name<'_>, text: &[u8]) -> Option<ValuePlace> {
    let head = text.get(name.start.saturating_sub(4)..name.start)?;
    let mark: &[u8] = match head {
        [.., b'*', b' ', b'-', b' '] => b"- ",
        // An option of a command in a list of YAML.
        [.., b'-', b' '] if name.is_option() => b"- ",
        [.., b'!', b' '] => b"| ",
        _ => return None,
    };
    let rest = text.get(name.end..text.len().min(name.end + BLANKS_MAX))?;
    let next = rest.trim_ascii_start();
    let own = rest.get(..rest.len() - next.len())?.contains(&b'\n');
    let at = name.end + rest.len() - next.len() + mark.len();
    (own && next.starts_with(mark)).then(|| ValuePlace::after(text, at, PlaceKind::Assigned))
}

/// A line that is a name alone, or a command that ends with it, over a line that is a value alone: what is copied from a
/// console, a heading, an answer. `Account ID⏎4711-9283-0564`, `$ echo $DB_PASSWORD⏎…`, `Password:⏎```⏎…`.
fn next_line(name: &Name<'_>, text: &[u8]) -> Option<ValuePlace> {
    let rest = text.get(name.end..text.len().min(name.end + BEFORE_MAX))?;
    // Most names do not end their line.
    let marks = rest.iter().take(CLOSING_MAX).take_while(|b| is_any(b":*\"')}]\r`>", b)).count();
    let (head, behind) = rest.split_at_checked(marks)?;
    let behind = behind.strip_prefix(b"\n").filter(|_| !name.is_scattered())?;
    let asked = || name.ends_command(text);
    // `s3-bucket⏎vpc-endpoint`: a list of slugs, one of which happens to be a name.
    (name.begins_line(text) && !name.is_slug() || asked()).then_some(())?;
    // `kubectl describe configmap` draws a line under each name.
    let behind = behind.strip_prefix(b"----\n").unwrap_or(behind);
    let marks = rest.len() - behind.len() - 1;
    // A line is empty, and the next one opens a block of code.
    let empty = behind.iter().take(2).take_while(|b| **b == b'\n').count();
    let fence =
        behind.get(empty..)?.strip_prefix(b"```").and_then(|fence| memchr::memchr(b'\n', fence)).map_or(0, |n| n + 4);
    let heading = head.contains(&b'*') || name.is_heading(text);
    (empty == 0 || fence > 0 || heading).then_some(())?;
    let value = behind.get(empty + fence..)?;
    let value = value.get(..memchr::memchr2(b'\n', b'\r', value).unwrap_or(value.len()))?;
    let indent = value.iter().take_while(|b| **b == b' ').count()
        + usize::from(value.trim_ascii_start().starts_with("⎿".as_bytes())) * 5;
    let value = value.get(indent..)?;
    let quote = usize::from(value.len() > 2 && matches!(value, [first @ (b'"' | b'\''), .., last] if first == last));
    let inside = value.get(quote..value.len() - quote)?;
    let alone = !inside.is_empty()
        && inside.iter().all(|b| *b > b' ' && *b != b'<')
        && inside.last().is_some_and(|b| *b != b':');
    let start = name.end + marks + 1 + empty + fence + indent + quote;
    let place = ValuePlace { start, end: Some(start + inside.len()), kind: PlaceKind::Cell, ..ValuePlace::WHOLE };
    // `$ … | jq -r '.DBInstances[].DBInstanceIdentifier'`
    let asked = name.is_query_for_several(text);
    let several = asked || marks == 0 && is_column(name, inside, text, start);
    let kind = if several { PlaceKind::Answer } else { place.kind };
    alone.then_some(ValuePlace { quoted: false, kind, leads: asked, ..place })
}

/// What a command is given to read: `echo 'x' | passwd --stdin ops`, `docker login --password-stdin <<< "x"`.
fn piped(name: &Name<'_>, text: &[u8]) -> Option<ValuePlace> {
    let rest = text.get(name.end..text.len().min(name.end + BEFORE_MAX))?;
    let written = name.is_option() && name.holds(b"stdin") || rest.starts_with(b" --stdin");
    let here = || {
        let line = rest.get(..memchr::memchr(b'\n', rest).unwrap_or(rest.len()))?;
        memchr::memmem::find(line, b"<<< ").map(|at| name.end + at + b"<<< ".len())
    };
    if !written {
        return None;
    }
    if let Some(start) = here() {
        return Some(ValuePlace::after(text, start, PlaceKind::Assigned));
    }
    const COMMANDS: [&[u8]; 8] = [
        b"echo -n ",
        b"echo -e ",
        b"echo ",
        b"printf '%s' ",
        b"printf %s ",
        b"printf \"%s\" ",
        b"printf '%s\\n' ",
        b"printf ",
    ];
    let head = text.get(name.start.saturating_sub(ROW_MAX)..name.start)?;
    let line = memchr::memrchr(b'\n', head).map_or(0, |newline| newline + 1);
    let from = name.start - head.len() + line;
    let head = head.get(line..)?;
    let head = head.get(..memchr::memmem::rfind(head, b" | ")?)?;
    let command = COMMANDS.iter().find_map(|echo| Some(memchr::memmem::rfind(head, echo)? + echo.len()))?;
    let argument = head.get(command..)?;
    let marks =
        usize::from(argument.len() > 2 && matches!(argument, [first @ (b'"' | b'\''), .., last] if first == last));
    let value = argument.get(marks..argument.len() - marks)?;
    let start = from + command + marks;
    let one = !value.is_empty() && (marks > 0 || !value.contains(&b' '));
    one.then_some(ValuePlace { start, end: Some(start + value.len()), kind: PlaceKind::Piped, ..ValuePlace::WHOLE })
}

/// The password that Java makes letters of for a call that takes one: `ks.load(in, "…".toCharArray())`.
fn letters(name: &Name<'_>, text: &[u8]) -> Option<ValuePlace> {
    const CALLS: &str = "load|init|getKey|setKeyEntry|PasswordProtection|PBEKeySpec|store|getEntry";
    let called = text.get(name.end) == Some(&b'(') && text.get(..name.end)?.ends_with(b"toCharArray");
    called.then_some(())?;
    let head = text.get(name.start.saturating_sub(BEFORE_MAX)..name.start)?;
    // The point may be of the name.
    let point = usize::from(text.get(name.start) != Some(&b'.'));
    let string = edge::last_line(head);
    let string = string.get(..string.len().checked_sub(point)?)?.strip_suffix(b"\"")?;
    let open = memchr::memrchr(b'"', string)?;
    let call = string.get(..memchr::memchr(b'(', string.get(..open)?)?)?;
    let run = call.iter().rev().take_while(|b| b.is_ascii_alphabetic()).count();
    let end = name.start - point - 1;
    let place = ValuePlace {
        start: end - (string.len() - open - 1),
        end: Some(end),
        kind: PlaceKind::Given,
        ..ValuePlace::WHOLE
    };
    words::is_one_of(CALLS, call.get(call.len() - run..)?).then_some(place)
}

/// The first item of a list under a heading: `Affected buckets⏎* b-1⏎* b-2`.
fn item(name: &Name<'_>, text: &[u8]) -> Option<ValuePlace> {
    let rest = text.get(name.end..)?;
    let marks = rest.iter().take(CLOSING_MAX).take_while(|b| b":*\r".contains(b)).count();
    let line = name.end + marks;
    let heads = || name.is_foreign() && name.is_heading(text);
    if rest.get(marks) == Some(&b'\n') && (name.is_plural() || heads()) {
        return next_item_of_list(text, line);
    }
    // `We need access to the following buckets, please:`
    // Most names are code's.
    rest.first().filter(|next| matches!(next, b' ' | b':' | b',' | b'.' | b'\n' | 0x80..))?;
    edge::previous(text, name.end).filter(|last| matches!(last, b's' | b'S' | 0x80..))?;
    let line = rest.get(..rest.len().min(SENTENCE_MAX)).unwrap_or_default();
    let end = memchr::memchr(b'\n', line)?;
    let list = rest.get(end..)?.trim_ascii_start();
    let marked = [b"- ".as_slice(), b"* ", b"+ ", "• ".as_bytes(), "・".as_bytes(), "– ".as_bytes(), b"1. "];
    let lists = marked.iter().any(|mark| list.starts_with(mark)) && (name.is_plural() || name.is_foreign());
    lists.then_some(())?;
    let prose = |b: &u8| !is_any(b"{}[]=;<>\\|", b);
    let announced =
        line.get(..end).is_some_and(|line| line.iter().all(prose)) && is_announced(name, text, name.end + end);
    announced.then(|| next_item_of_list(text, name.end + end)).flatten()
}

/// Returns whether a sentence whose line ends at `end` announces a list of what the name in it names: the word that does so
/// stands in front of the name, or at the end.
fn is_announced(name: &Name<'_>, text: &[u8], end: usize) -> bool {
    const IN_FRONT: [&str; 26] = [
        "following",
        "these",
        "folgende",
        "diese",
        "suivant",
        "siguiente",
        "estos",
        "seguinte",
        "estes",
        "seguenti",
        "questi",
        "poniższ",
        "następując",
        "следующ",
        "aşağıdaki",
        "아래",
        "다음",
        "以下",
        "下記",
        "次の",
        "如下",
        "下列",
        "下面",
        "这些",
        "volgende",
        "följande",
    ];
    const BEHIND: [&str; 14] = [
        "below",
        "unten",
        "ci-dessous",
        "suivants",
        "suivantes",
        "siguientes",
        "seguintes",
        "abajo",
        "abaixo",
        "sotto",
        "ниже",
        "如下",
        "dưới đây",
        "sau đây",
    ];
    let head = text.get(name.start.saturating_sub(ANNOUNCED_MAX)..name.start).unwrap_or_default();
    let front = edge::last_line(head);
    let back = text.get(name.end..end).unwrap_or_default().trim_ascii_end();
    let back = back.strip_suffix("：".as_bytes()).or_else(|| back.strip_suffix(b":")).unwrap_or(back).trim_ascii_end();
    // `the following buckets have these rules:`
    let rules = || ["rule", "regel", "règle", "regla", "regra", "規則", "规则", "규칙"];
    let other = rules().iter().any(|rule| words::holds_ignore_case(back, rule.as_bytes()));
    let in_front = IN_FRONT.iter().any(|word| words::holds_ignore_case(front, word.as_bytes()));
    let behind = || BEHIND.iter().any(|word| words::ends_with_ignore_case(back, word.as_bytes()));
    !other && (in_front || behind())
}

/// Bytes in front of a name in which a list of what it names is announced.
const ANNOUNCED_MAX: usize = 48;

/// Bytes of a sentence on either side of a name in it.
const SENTENCE_MAX: usize = 120;

/// The item of a list that begins after the end of the line at `at`, if it is one word, or one with a remark behind it.
pub(crate) fn next_item_of_list(text: &[u8], at: usize) -> Option<ValuePlace> {
    let rest = text.get(at..text.len().min(at + ROW_MAX))?;
    // What stands behind the last one on its line.
    let line = memchr::memchr(b'\n', rest)?;
    let blanks = rest.get(line..)?.iter().take(BLANKS_MAX).take_while(|b| b.is_ascii_whitespace()).count();
    let breaks = rest.get(line..line + blanks)?.iter().filter(|b| **b == b'\n').count();
    let behind = rest.get(line + blanks..).filter(|_| breaks <= 2)?;
    let digits = behind.iter().take(3).take_while(|b| b.is_ascii_digit()).count();
    let numbered = behind.get(digits..).is_some_and(|rest| digits > 0 && rest.starts_with(b". "));
    let marks = [b"* ".as_slice(), b"- ", b"+ ", "• ".as_bytes(), "・".as_bytes(), "– ".as_bytes()];
    let mark = match marks.into_iter().find(|mark| behind.starts_with(mark)) {
        Some(mark) => mark.len(),
        None if numbered => digits + 2,
        // The star of an item is a prefix of its line.
        None if rest.get(..line + blanks)?.ends_with(b"  ") => 0,
        None => return None,
    };
    let item = behind.get(mark..)?;
    let start = at + line + blanks + mark;
    if let Some(place) = labelled(item, start) {
        return Some(place);
    }
    let quote = usize::from(item.first() == Some(&b'`'));
    let inside = item.get(quote..)?;
    let len = inside.iter().position(|b| *b <= b' ' || *b == b'`' || *b == b',').unwrap_or(inside.len());
    let next = inside.get(len + quote..)?;
    let ends = matches!(next, [] | [b'\n' | b'\r' | b',', ..] | [b' ', b'(' | b'-' | b':', ..] | [b' ', 0xe2, ..]);
    let start = at + line + blanks + mark + quote;
    let place = ValuePlace { start, end: Some(start + len), kind: PlaceKind::Item, ..ValuePlace::WHOLE };
    (len > 0 && ends).then_some(place)
}

/// The value of an item behind its label: `- 受注: b-1 （…）`. `tight` tells it from an item that is nothing else.
fn labelled(item: &[u8], start: usize) -> Option<ValuePlace> {
    let item = item.get(..item.len().min(LABEL_MAX * 3))?;
    let item = item.get(..memchr::memchr(b'\n', item).unwrap_or(item.len()))?;
    let (label, sign) =
        [": ", "："].iter().find_map(|sign| Some((memchr::memmem::find(item, sign.as_bytes())?, sign)))?;
    let plain = |b: &u8| b.is_ascii_alphanumeric() || !b.is_ascii() || is_any(b" -_/", b);
    let named = (1..=LABEL_MAX).contains(&label) && item.get(..label)?.iter().all(plain);
    let value = item.get(label + sign.len()..)?;
    let quote = usize::from(value.first() == Some(&b'`'));
    let inside = value.get(quote..)?;
    let len = inside.iter().take_while(|b| in_value(**b)).count();
    let next = inside.get(len + quote..)?;
    let ends = matches!(next, [] | [b' ', b'(', ..] | [b',', ..])
        || next.first().is_some_and(|b| !b.is_ascii())
        || next.starts_with(" （".as_bytes());
    let start = start + label + sign.len() + quote;
    let place = ValuePlace { start, end: Some(start + len), kind: PlaceKind::Item, tight: true, ..ValuePlace::WHOLE };
    (named && len > 0 && ends).then_some(place)
}

/// Bytes of the label of an item.
const LABEL_MAX: usize = 40;

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
fn is_column(name: &Name<'_>, value: &[u8], text: &[u8], start: usize) -> bool {
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
fn reply(name: &Name<'_>, text: &[u8]) -> Option<ValuePlace> {
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
const CLOSING_MAX: usize = 8;

/// A field of a form: `name="password"⏎⏎…`. (RFC 7578)
fn form(name: &Name<'_>, text: &[u8]) -> Option<ValuePlace> {
    let head = text.get(..name.start)?.ends_with(b"name=\"");
    let rest = text.get(name.end..text.len().min(name.end + BEFORE_MAX)).filter(|_| head)?;
    let value = rest.strip_prefix(b"\"\n\n").or_else(|| rest.strip_prefix(b"\"\r\n\r\n"))?;
    let start = name.end + rest.len() - value.len();
    let len = memchr::memchr2(b'\n', b'\r', value)?;
    Some(ValuePlace { start, end: Some(start + len), kind: PlaceKind::Cell, ..ValuePlace::WHOLE })
}

/// The content of an element whose name is an attribute's value: `<entry key="db.password">…</entry>`.
fn content(name: &Name<'_>, text: &[u8]) -> Option<ValuePlace> {
    let quote = edge::previous(text, name.start).filter(|b| matches!(b, b'"' | b'\'' | b'.'))?;
    let rest = text.get(name.end..text.len().min(name.end + BEFORE_MAX))?;
    let escapes = rest.iter().take(8).take_while(|b| **b == b'\\').count();
    let close = rest.get(escapes).filter(|b| **b == quote || quote == b'.' && matches!(b, b'"' | b'\''))?;
    let end =
        rest.iter().position(|b| *b == b'>').filter(|end| !rest.get(..*end).is_some_and(|r| r.contains(&b'<')))?;
    // An attribute, not the end of a text in another.
    let head = text.get(name.start.saturating_sub(BEFORE_MAX)..name.start)?;
    let open = head.iter().rposition(|b| b == close)?;
    let opening = head.get(..open)?;
    let opening = opening.get(..opening.len() - escapes.min(opening.len()))?;
    let attribute = opening.ends_with(b"=") && !head.get(open..)?.contains(&b'<') && head.contains(&b'<');
    let inside = name.end + end + 1;
    let value = text.get(inside..)?;
    let at = inside + if value.starts_with(b"<value>") { b"<value>".len() } else { 0 };
    let empty = rest.get(..end)?.ends_with(b"/");
    // `<select name="bucket">⏎  <option value="…">`
    if attribute && let Some(option) = next_option(text, inside) {
        return Some(option);
    }
    (attribute && !empty && text.get(at) != Some(&b'<')).then(|| ValuePlace::after(text, at, PlaceKind::Assigned))
}

/// The value of the option of a form that begins at `at` or behind the end of the one before.
pub(crate) fn next_option(text: &[u8], at: usize) -> Option<ValuePlace> {
    const END: &[u8] = b"</option>";
    let rest = text.get(at..text.len().min(at + ROW_MAX))?;
    let blank = |at: usize| rest.get(at..).map(|rest| at + rest.iter().take_while(|b| b.is_ascii_whitespace()).count());
    // What the one before shows, up to its end.
    let from = memchr::memmem::find(rest, END)
        .filter(|end| rest.get(..*end).is_none_or(|head| memchr::memmem::find(head, b"<option").is_none()))
        .map_or(0, |end| end + END.len());
    let open = blank(from).filter(|open| rest.get(*open..).is_some_and(|rest| rest.starts_with(b"<option")))?;
    let tag = rest.get(open..)?;
    let tag = tag.get(..memchr::memchr(b'>', tag)?)?;
    let value = memchr::memmem::find(tag, b"value=\"").map(|at| at + b"value=\"".len());
    let (start, mark) = value.map_or((tag.len() + 1, b'<'), |start| (start, b'"'));
    let len = memchr::memchr(mark, rest.get(open + start..)?)?;
    let start = at + open + start;
    let place = ValuePlace { start, end: Some(start + len), kind: PlaceKind::Choice, ..ValuePlace::WHOLE };
    Some(place)
}

/// Maximum bytes of a row after the name in it.
const ROW_MAX: usize = 320;

/// `--query UserPool.Arn`, with the answer on the next line.
fn answer(name: &Name<'_>, text: &[u8]) -> Option<ValuePlace> {
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

/// `name: value`, `name = "value"`, `name is value`, `name (value)`, `name value`.
fn assigned(name: &Name<'_>, opening: Opening, text: &[u8]) -> Option<ValuePlace> {
    // What is read from elsewhere does not follow.
    if name.is_option() && name.holds(b"stdin") {
        return None;
    }
    let enclosed = |open: &str| starts(text, name.end, open);
    let foreign = text.get(name.end).is_some_and(|b| !b.is_ascii());
    if foreign && BRACKETS.iter().any(|(open, _)| !open.is_ascii() && enclosed(open)) {
        return Some(ValuePlace::after(text, name.end, PlaceKind::Said));
    }
    let particle = skip_particle(text, name.end);
    let quote = skip_quote(text, particle).unwrap_or(particle);
    // `config["Bucket"]`, `env[BUCKET]`, `params[:bucket]`
    let head = text.get(..name.start).unwrap_or_default();
    // `"AWS::S3::Bucket": "…"`: a type of resources names none.
    if head.ends_with(b"::")
        && head.get(head.len().saturating_sub(TYPE_MAX)..).is_some_and(|head| holds(head, b"AWS::"))
    {
        return None;
    }
    // `arn:aws:secretsmanager:…:secret:prod/orders`: a part of an ARN names none.
    if head.ends_with(b":") && text.get(name.end) == Some(&b':') && is_in_arn(head) {
        return None;
    }
    let index = quote > particle || matches!(head, [.., b'['] | [.., b'[', b':']);
    let quote = quote + usize::from(index && text.get(quote) == Some(&b']') || is_key_of_hash(head, text, quote));
    // `acct no. 471192830564`
    let stop = matches!(text.get(quote..), Some([b'.', b' ', b'0'..=b'9', ..]));
    let at = skip_closing(text, quote + usize::from(stop));
    let closed = quote > particle;
    let after = skip_remark(text, skip_blanks(text, at));
    let near = at + text.get(at..)?.iter().take(BLANKS_MAX).take_while(|b| matches!(b, b' ' | b'\t')).count();
    // A wide blank.
    let wide = near == at && text.get(at) == Some(&0xe3) && starts(text, at, "　");
    let near = if wide { at + "　".len() } else { near };
    let goes_on = near > at && !matches!(text.get(near), None | Some(b'\n' | b'\r'));
    // `\newcommand{\account}{…}`, `\def\bucket{…}`, `\item[Account] …`, `.. |bucket| replace:: …`
    let macros = || match text.get(name.end..)? {
        [b'}', b'{', ..] if head.ends_with(b"\\") => Some(name.end + 2),
        [b'{', ..] if head.ends_with(b"\\def\\") => Some(name.end + 1),
        [b']', b' ', ..] if head.ends_with(b"\\item[") => Some(name.end + 2),
        rest if rest.starts_with(b"| replace:: ") => Some(name.end + b"| replace:: ".len()),
        _ => None,
    };
    if let Some(at) = macros() {
        return Some(ValuePlace::after(text, at, PlaceKind::Assigned));
    }
    let word = || !closed && name.is_word();
    // `:account-id "471192830564"`, `proxy_set_header x-api-key "…"`: a name with hyphens is one of a program.
    let is_string = || {
        let escapes = text.get(near..).unwrap_or_default().iter().take(8).take_while(|b| **b == b'\\').count();
        matches!(text.get(near + escapes), Some(b'"' | b'\'')) && !name.is_glued()
    };
    let sign = if after == opening.after { opening.sign } else { operator(text, after, name.tag) };
    // `Bucket</span><span>b`: the element that ends there may be a cell as well as emphasis.
    let sign = sign.or_else(|| opening.sign.filter(|_| text.get(opening.after) == Some(&b'<')));
    // `BucketName As String = "b"` of Visual Basic.
    let typed = || {
        const TYPE: &[u8] = b"As String = ";
        let rest = text.get(after..).filter(|rest| rest.starts_with(TYPE))?;
        rest.get(TYPE.len()).map(|_| (after + TYPE.len(), PlaceKind::Assigned))
    };
    // `"accountId" to "471192830564"` of Kotlin.
    let pair = || text.get(after..).is_some_and(|rest| closed && rest.starts_with(b"to \""));
    let (behind, kind) = sign
        .or_else(|| pair().then_some((after + b"to ".len(), PlaceKind::Assigned)))
        .or_else(typed)
        .or_else(|| attributed(name, text, at))
        .or_else(|| said(text, particle, near).filter(|_| word()).map(|at| (at, PlaceKind::Said)))
        // ``Set `bucket` to `b` ``
        .or_else(|| {
            let set = closed && text.get(name.end) == Some(&b'`') && starts(text, near, "to `");
            set.then_some((near + b"to ".len(), PlaceKind::Said))
        })
        // The particle says as much as a verb does: `비밀번호는 x 입니다`.
        .or_else(|| (goes_on && particle > name.end && word()).then_some((near, PlaceKind::Said)))
        .or_else(|| (goes_on && (word() || !closed && is_string())).then_some((near, PlaceKind::Near)))
        .or_else(|| (text.get(skip_blanks(text, at)) == Some(&b'`') && word()).then_some((at, PlaceKind::Said)))
        .or_else(|| listed(name, text, after))
        .or_else(|| asserted(name, text))
        .or_else(|| (closed && !name.is_glued()).then(|| fallback(name, text, after)).flatten())?;
    let place = ValuePlace::after(text, behind, kind);
    // `S3 Bucket (b)` names a value, `f(b)` does not.
    let prose = kind != PlaceKind::Called || after > at || name.is_foreign() || is_in_sentence(text, behind);
    let tight = place.start == behind && after == at;
    (prose || place.quoted).then_some(ValuePlace { tight, leads: name.leads(text), ..place })
}

/// Returns whether a name is a key that Perl sets in a hash: `$ENV{BUCKET} = "b"`, `$config->{'bucket'} = "b"`.
fn is_key_of_hash(head: &[u8], text: &[u8], end: usize) -> bool {
    let sets = text.get(end..).is_some_and(|rest| rest.starts_with(b"} = ") || rest.starts_with(b"}="));
    let head = head.strip_suffix(b"'").or_else(|| head.strip_suffix(b"\"")).unwrap_or(head);
    sets && matches!(head, [.., b'>', b'{'] | [.., b'a'..=b'z' | b'A'..=b'Z' | b'_', b'{'])
}

/// Returns whether what stands in parentheses is followed by a particle, as in `Bucket(b)에`, or has those of such a
/// sentence: `Bucket（b）`.
fn is_in_sentence(text: &[u8], inside: usize) -> bool {
    let rest = text.get(inside..text.len().min(inside + BEFORE_MAX)).unwrap_or_default();
    let close = rest.iter().position(|b| matches!(b, b')' | b'\n'));
    let behind = close.and_then(|close| rest.get(close..)).unwrap_or_default();
    text.get(..inside).is_some_and(|head| head.ends_with("（".as_bytes())) || matches!(behind, [b')', 0xe3..=0xed, ..])
}

/// Returns whether what touches a name on both sides tells that no value can stand near it, and that it heads no column:
/// `keys.get(key)`. Most names of code are shut in, and nothing else of them is read.
pub(crate) fn is_shut(name: &Name<'_>, text: &[u8]) -> bool {
    // With none of these signs a notation of `places`, `member` or `table` goes on.
    let after = match text.get(name.end..) {
        // `expect(x.bucket).toBe("b")`
        Some([b')', b'.', b't', b'o', b'B' | b'E' | b'S' | b'.' | b' ', ..] | [b')', b'.', b'i', b's', b'E', ..]) => {
            false
        }
        Some([b'}', b' ', b'=' | b' ' | b'|', ..]) => false,
        // `외부 ID(ExternalId)는`
        Some([b')', 0xeb..=0xed, ..]) => false,
        Some([b')' | b'}' | b'/' | b'!' | b'#', ..]) => true,
        Some([b'.', next, ..]) => next.is_ascii_alphabetic() || *next == b'_',
        _ => false,
    };
    // `[bucket.config]` is the head of a table.
    let table = || text.get(..name.start).is_some_and(|head| matches!(head, [b'['] | [.., b'\n', b'[']));
    // `acme-logs-1 (bucket)`
    let explains = || text.get(..name.start).is_some_and(|head| head.ends_with(b" ("));
    after && edge::previous(text, name.start).is_some_and(|b| is_any(b".([/+!#&$@", &b)) && !table() && !explains()
}

/// Returns whether an ARN goes on at the end of `head`.
fn is_in_arn(head: &[u8]) -> bool {
    let near = head.get(head.len().saturating_sub(ARN_MAX)..).unwrap_or_default();
    let run = near.iter().rev().take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b':' | b'-' | b'*')).count();
    holds(near.get(near.len() - run..).unwrap_or_default(), b"arn:")
}

/// Bytes of an ARN in front of its resource.
const ARN_MAX: usize = 96;

fn holds(text: &[u8], word: &[u8]) -> bool {
    memchr::memmem::find(text, word).is_some()
}

fn starts(text: &[u8], at: usize, with: &str) -> bool {
    text.get(at..).is_some_and(|rest| rest.starts_with(with.as_bytes()))
}

/// The content of an element with attributes: `<Password Type="…">…</Password>`.
fn attributed(name: &Name<'_>, text: &[u8], at: usize) -> Option<(usize, PlaceKind)> {
    let rest = text.get(at..text.len().min(at + BEFORE_MAX)).filter(|rest| name.tag && rest.starts_with(b" "))?;
    let end = rest.iter().position(|b| matches!(b, b'<' | b'>'))?;
    let content = rest.get(end) == Some(&b'>') && rest.get(end - 1) != Some(&b'/');
    content.then_some((at + end + 1, PlaceKind::Assigned))
}

/// `["--bucket", "b"]`, `[--bucket, b]`: an option of a command and its value are two elements of a list.
fn listed(name: &Name<'_>, text: &[u8], at: usize) -> Option<(usize, PlaceKind)> {
    (name.is_option() && text.get(at) == Some(&b',')).then_some((at + 1, PlaceKind::Assigned))
}

/// What a test compares a member with: `expect(x.bucket).toBe("b")`, `assertEqual(x.bucket, "b")`.
fn asserted(name: &Name<'_>, text: &[u8]) -> Option<(usize, PlaceKind)> {
    let rest = text.get(name.end..text.len().min(name.end + ASSERTION_MAX))?;
    let behind = rest.strip_prefix(b"()").unwrap_or(rest);
    if let Some(value) = behind.strip_prefix(b", ") {
        let quoted = matches!(value.first(), Some(b'"' | b'\''));
        // `${env:BUCKET, 'b'}` of the Serverless Framework.
        let head = text.get(..name.start).unwrap_or_default();
        let variable = || [b"${env:".as_slice(), b"${opt:", b"${param:"].iter().any(|open| head.ends_with(open));
        return (quoted && (variable() || is_asserted(text, name.start)))
            .then_some((name.end + rest.len() - value.len(), PlaceKind::Assigned));
    }
    let chain = behind.strip_prefix(b")")?;
    let call = chain.iter().take_while(|b| b.is_ascii_alphabetic() || matches!(b, b'.' | b'_' | b' ')).count();
    let (words, value) = chain.split_at_checked(call)?;
    let value = value.strip_prefix(b"(")?;
    let word = words.rsplit(|b| !b.is_ascii_alphabetic()).next()?;
    let quoted = matches!(value.first(), Some(b'"' | b'\''));
    (quoted && words::is_one_of(MATCHERS, word)).then_some((name.end + rest.len() - value.len(), PlaceKind::Assigned))
}

/// Returns whether the arguments of an assertion begin at `at`, or behind its first one.
fn is_asserted(text: &[u8], at: usize) -> bool {
    let head = text.get(at.saturating_sub(ASSERTION_MAX)..at).unwrap_or_default();
    let call = head.strip_suffix(b"(").unwrap_or_default();
    let call = call.strip_suffix(b"!").unwrap_or(call);
    let len = call.iter().rev().take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_')).count();
    let call = call.get(call.len() - len..).unwrap_or_default();
    words::starts_with_ignore_case(call, b"assert")
        || call.ends_with(b".assertEqual")
        || call.ends_with(b".assertEquals")
}

/// Bytes of an assertion around a name.
const ASSERTION_MAX: usize = 128;
/// What a test calls to compare.
const MATCHERS: &str = "toBe|toEqual|toStrictEqual|isEqualTo|equal|equals|eql|eq|toContain|contains|be|is";

/// The id of a resource that a program looks up by its type: `aws.s3.Bucket.get("media", "b-1")`.
fn looked_up(name: &Name<'_>, text: &[u8]) -> Option<ValuePlace> {
    let rest = text.get(name.end..text.len().min(name.end + BEFORE_MAX))?.strip_prefix(b".get(")?;
    // A type is written with a capital letter; `settings.bucket.get("name", "x")` takes a default.
    let of_type = text.get(name.start..name.end)?.rsplit(|b| *b == b'.').next()?;
    of_type.first().is_some_and(u8::is_ascii_uppercase).then_some(())?;
    let at = skip_blanks(text, name.end + b".get(".len());
    let mark = *text.get(at).filter(|mark| matches!(mark, b'"' | b'\''))?;
    let label = memchr::memchr(mark, text.get(at + 1..name.end + b".get(".len() + rest.len())?)?;
    let comma = Some(at + label + 2).filter(|comma| text.get(*comma) == Some(&b','))?;
    let behind = skip_blanks(text, comma + 1);
    let named = if starts(text, behind, "id=") { b"id=".len() } else { 0 };
    let place = ValuePlace::after(text, behind + named, PlaceKind::Assigned);
    place.quoted.then_some(place)
}

/// What a test compares a member with, in front of it: `assertEquals("b", x.getBucket())`.
fn expected(name: &Name<'_>, text: &[u8]) -> Option<ValuePlace> {
    let closes = matches!(text.get(name.end..), Some([b')', ..] | [b'(', b')', b')', ..]));
    let head = text.get(name.start.saturating_sub(ASSERTION_MAX)..name.start).filter(|_| closes)?;
    let value = head.strip_suffix(b", ")?;
    let (mark, value) = value.split_last().filter(|(mark, _)| matches!(mark, b'"' | b'\''))?;
    let len = value.iter().rev().take_while(|b| *b != mark && **b >= b' ').count();
    let end = name.start - b"\", ".len();
    let start = end - len;
    (len > 0 && edge::previous(text, start) == Some(*mark) && is_asserted(text, start - 1)).then_some(ValuePlace {
        start,
        end: Some(end),
        kind: PlaceKind::Cell,
        ..ValuePlace::WHOLE
    })
}

/// `getenv("BUCKET", "b")`
fn fallback(name: &Name<'_>, text: &[u8], at: usize) -> Option<(usize, PlaceKind)> {
    let quote = name.start.checked_sub(1).filter(|_| text.get(at) == Some(&b','))?;
    let opening = quote - edge::backslashes_before(text, quote);
    let flag = is_flag(text, opening);
    let blank = usize::from(edge::previous(text, opening) == Some(b' '));
    let call = name.is_upper() && edge::previous(text, opening - blank) == Some(b'(');
    let call = call || is_pair_of_map(text, opening);
    (call || flag).then_some((at + 1, PlaceKind::Called))
}

/// Returns whether a pair of Java's begins at `at`: `Map.of("region", "eu-west-1", "bucket", "b")`.
fn is_pair_of_map(text: &[u8], at: usize) -> bool {
    let head = text.get(at.saturating_sub(MAP_MAX)..at).unwrap_or_default();
    let pairs = memchr::memmem::rfind(head, b"Map.of(").and_then(|map| head.get(map + b"Map.of(".len()..));
    pairs.is_some_and(|pairs| !pairs.contains(&b')') && pairs.iter().filter(|b| **b == b',').count() % 2 == 0)
}

/// Bytes of such a map in front of a name in it.
const MAP_MAX: usize = 256;

/// Returns whether a program declares an option there, or the default of a setting: `flag.String("bucket", "b", "…")`,
/// `StringVar(&x, "bucket", "b", "…")`, `SetDefault("db.password", "…")`.
fn is_flag(text: &[u8], at: usize) -> bool {
    let head = text.get(at.saturating_sub(FLAG_MAX)..at).unwrap_or_default();
    let line = edge::last_line(head);
    let Some((call, inside)) = memchr::memrchr(b'(', line).and_then(|open| line.split_at_checked(open)) else {
        return false;
    };
    let none = inside.iter().all(|b| b.is_ascii_alphanumeric() || is_any(b"(&, ._", b));
    none && ["String", "StringP", "StringVar", "StringVarP", "SetDefault", "set_default", "parametrize"]
        .iter()
        .any(|name| call.ends_with(name.as_bytes()))
}

/// Maximum bytes of such a call in front of the option.
const FLAG_MAX: usize = 64;

/// `name,value`, alone on its line.
fn row(name: &Name<'_>, text: &[u8]) -> Option<ValuePlace> {
    let rest = text.get(name.end..text.len().min(name.end + BEFORE_MAX))?;
    // `"password","…"`
    let quotes = usize::from(rest.starts_with(b"\",\"") || rest.starts_with(b"\";\""));
    let value = rest.get(quotes..)?;
    let value = value.strip_prefix(b",").or_else(|| value.strip_prefix(b";"))?.get(quotes..)?;
    (matches!(edge::previous(text, name.start), Some(b'"' | b'n')) || name.leads(text)).then_some(())?;
    // The groups of an account are of one value.
    let is_digit = |at: usize| value.get(at).is_some_and(u8::is_ascii_digit);
    let within = |(at, b): &(usize, &u8)| match b {
        b' ' => *at > 0 && is_digit(at - 1) && is_digit(at + 1),
        _ => !is_any(b"\n\r\\,;\"", b),
    };
    let len = value.iter().enumerate().take_while(within).count();
    let close = len + quotes;
    let ends = matches!(value.get(skip_spaces(value, close)), None | Some(b'\n' | b'\r' | b'\\'));
    let start = name.end + 1 + 2 * quotes;
    (ends && len > 0).then_some(ValuePlace {
        end: Some(start + len),
        start,
        kind: PlaceKind::Cell,
        ..ValuePlace::WHOLE
    })
}

/// `('name', 'value')`, as SQL inserts it, and pairs in other brackets, also in a string.
fn tuple(name: &Name<'_>, text: &[u8]) -> Option<ValuePlace> {
    let behind = match edge::previous(text, name.start)? {
        b'\'' | b'"' => {
            let quote = name.start - 1;
            let opens =
                matches!(edge::previous(text, quote - edge::backslashes_before(text, quote)), Some(b'(' | b'['));
            (opens || is_dimension(text, quote)).then(|| skip_quote(text, name.end)).flatten()?
        }
        // `{password, "…"}`, `{:password, "…"}`
        sign @ (b'{' | b':') => {
            let opens = sign == b'{' || edge::previous(text, name.start - 1) == Some(b'{');
            Some(name.end).filter(|_| opens)?
        }
        _ => return None,
    };
    let comma = (text.get(behind) == Some(&b',')).then(|| skip_blanks(text, behind + 1))?;
    if is_dimension(text, name.start - 1) {
        return Some(ValuePlace::after(text, comma, PlaceKind::Assigned));
    }
    // A binary of Erlang: `{password, <<"…">>}`.
    let opening = comma + if starts(text, comma, "<<") { 2 } else { 0 };
    let start = skip_quote(text, opening)?;
    let mark = text.get(opening..start)?;
    let value = text.get(start..text.len().min(start + BEFORE_MAX))?;
    let len = memchr::memmem::find(value, mark).filter(|len| *len > 0)?;
    let close = value.get(len + mark.len()..)?;
    let closes = matches!(close.first(), Some(b')' | b']' | b'}')) || close.starts_with(b">>");
    closes.then_some(ValuePlace { end: Some(start + len), start, kind: PlaceKind::Cell, ..ValuePlace::WHOLE })
}

/// Returns whether the quotation at `at` stands in a metric of CloudWatch, a list of a namespace, a name, and pairs:
/// `["AWS/S3", "NumberOfObjects", "BucketName", "b"]`.
fn is_dimension(text: &[u8], at: usize) -> bool {
    let head = text.get(at.saturating_sub(BEFORE_MAX)..at).unwrap_or_default();
    if !head.trim_ascii_end().ends_with(b",") {
        return false;
    }
    let list = memchr::memrchr2(b'[', b']', head).and_then(|open| head.get(open..)).unwrap_or_default();
    let namespace = list.strip_prefix(b"[").map(<[u8]>::trim_ascii_start);
    namespace.is_some_and(|namespace| namespace.starts_with(b"\"AWS/"))
}

/// The `b-1` bucket, `b-1 버킷`, `「b-1」バケット`.
fn before(name: &Name<'_>, text: &[u8]) -> Option<ValuePlace> {
    // A word of another script is written next to its value, and any other after a space.
    if !name.is_foreign() && edge::previous(text, name.start) != Some(b' ') {
        return None;
    }
    let noun = skip_service(text, skip_service(text, skip_title(text, name.start)));
    // `log-3 is the bucket index`: of something else.
    let link = skip_link(text, noun);
    // `acme-logs 라는 버킷`
    let called = |at: usize| {
        let head = text.get(..at)?;
        ["이라는 ", "라는 "].iter().find_map(|link| head.strip_suffix(link.as_bytes())).map(<[u8]>::len)
    };
    let link = called(link).unwrap_or(link);
    let at = if link < noun && is_compound(text, name.end) { noun } else { link };
    let from = at.saturating_sub(BEFORE_MAX);
    let head = text.get(from..at)?;
    let spaced = head.strip_suffix(b" ");
    let head = spaced.unwrap_or(head);
    let mark = BRACKETS.iter().find(|(_, close)| head.ends_with(close.as_bytes()));
    let value = mark.map_or(Some(head), |(_, close)| head.get(..head.len() - close.len()))?;
    let plain = value.iter().rev().take_while(|b| in_value(**b)).count();
    // Other signs of a password.
    let signs = value.iter().rev().take_while(|b| b.is_ascii_graphic() && !is_any(b"\"'`()[]{}<>,;|", b)).count();
    let front = |len: usize| value.get(..value.len() - len).unwrap_or_default();
    let alone = mark.map_or_else(
        || front(signs).last().is_none_or(|b| matches!(b, b' ' | b'\n')),
        |(open, _)| front(signs).ends_with(open.as_bytes()),
    );
    let len = if signs > plain && alone { signs } else { plain };
    let first = value.get(..value.len() - len)?;
    let quoted = mark.is_some_and(|(open, _)| first.ends_with(open.as_bytes()));
    let alone = first.last().map_or(from == 0, |b| b.is_ascii_whitespace() || !b.is_ascii());
    let (start, end) = (from + first.len(), Some(from + value.len()));
    let foreign = text.get(name.start..name.end).is_some_and(|name| !name.is_ascii());
    let leads = foreign || at < noun || mark.is_none() && is_own(first, value.get(first.len()..)?);
    let apart = spaced.is_some() || leads;
    let meant = if mark.is_some() { quoted && apart } else { alone && spaced.is_some() };
    (len > 0 && meant).then_some(ValuePlace { start, end, kind: PlaceKind::Before, quoted, tight: false, leads })
}

/// The value in front of the brackets that say what it is: `b-1 (S3 bucket)`, `b-1（S3バケット）`.
fn explained(name: &Name<'_>, text: &[u8]) -> Option<ValuePlace> {
    let rest = text.get(name.end..).filter(|rest| matches!(rest.first(), Some(b')' | 0xef)))?;
    (rest.starts_with(b")") || rest.starts_with("）".as_bytes())).then_some(())?;
    let head = text.get(name.start.saturating_sub(BEFORE_MAX)..name.start)?;
    let head = head.strip_suffix(b" ").unwrap_or(head);
    let service =
        head.iter().rev().take(SERVICE_MAX).take_while(|b| b.is_ascii_uppercase() || b.is_ascii_digit()).count();
    let head = head.get(..head.len() - service)?;
    let front = head.strip_suffix(b"(").or_else(|| head.strip_suffix("（".as_bytes()))?;
    let front = front.strip_suffix(b" ").unwrap_or(front);
    let len = front.iter().rev().take_while(|b| in_value(**b)).count();
    let end = name.start - (text.get(..name.start)?.len().min(BEFORE_MAX) - front.len());
    let first = front.get(..front.len() - len)?;
    let alone = first.last().is_none_or(|b| matches!(b, b' ' | b'\n' | b'\t' | b'`') || !b.is_ascii());
    let start = end - len;
    (len > 0 && alone).then_some(ValuePlace {
        start,
        end: Some(end),
        kind: PlaceKind::Before,
        quoted: false,
        tight: false,
        leads: true,
    })
}

/// Returns whether a value without marks is that of the noun behind it: an article stands in front, and it has the parts of
/// a name, `the acme-logs-prod bucket`, rather than those of a description, `the pay-per-use bucket`.
fn is_own(head: &[u8], value: &[u8]) -> bool {
    const ARTICLES: &str = "the|our|my|your|their|this|that|a|an";
    const STAGES: &str = "prod|prd|production|stage|staging|stg|dev|test|qa|uat|live|sandbox";
    const DESCRIBES: &str = "\
        of|to|the|by|per|in|on|and|or|a|as|for|not|non|multi|cross|pre|post|high|low|read|write|top|first|last|well|long|\
        short|real|up|down|out|off|per|end|self|re|de|co|sub|super|single|double|two|three|ready|style|like|type|side|level";
    // Most words in front of a name have no hyphen.
    let lower = |b: &u8| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'-' | b'.');
    if !value.contains(&b'-') || !value.iter().all(lower) {
        return false;
    }
    let head = head.strip_suffix(b" ").unwrap_or_default();
    let word = head.iter().rev().take_while(|b| b.is_ascii_alphabetic()).count();
    let article = head.get(head.len() - word..).is_some_and(|word| words::is_one_of(ARTICLES, word));
    let parts = || value.split(|b| *b == b'-');
    let numbered = |part: &[u8]| !part.is_empty() && part.iter().all(u8::is_ascii_digit);
    let last = parts().next_back().unwrap_or_default();
    let told = parts().count() > 2 || numbered(last) || words::is_one_of(STAGES, last);
    // `a least-recently-used bucket`
    let ends = |part: &[u8], ending: &[u8]| part.len() > 3 && part.ends_with(ending);
    let tells = last != b"shared" && [b"ed".as_slice(), b"ing", b"able"].iter().any(|ending| ends(last, ending));
    article && told && !parts().any(|part| words::is_one_of(DESCRIBES, part) || ends(part, b"ly")) && !tells
}

/// Returns whether a noun goes on with another one.
fn is_compound(text: &[u8], end: usize) -> bool {
    const OTHERS: &str =
        "for|of|in|and|or|but|to|on|at|we|i|you|they|that|which|is|with|from|please|now|here|then|when|so";
    let rest = text.get(end..text.len().min(end + NEXT_MAX)).unwrap_or_default();
    let word = rest.strip_prefix(b" ").unwrap_or_default();
    let word = word.get(..word.iter().take_while(|b| b.is_ascii_lowercase()).count()).unwrap_or_default();
    !word.is_empty() && !words::is_one_of(OTHERS, word)
}

/// Returns the start of what links a value to its name behind it: `b-1 is the bucket`, `use b-1 as the bucket`, `b-1 was
/// the wrong bucket`.
fn skip_link(text: &[u8], at: usize) -> usize {
    static ADJECTIVES: Words =
        Words::new("right|wrong|new|old|correct|same|only|main|other|actual|current|real|former|existing");
    static ARTICLES: Words = Words::new("the|our|my|their|a|an");
    static LINKS: Words = Words::new("is|was|as|isn't|wasn't|becomes");
    static AS: Words = Words::new("as");
    let word = |end: usize, words: &Words| {
        let head = text.get(end.saturating_sub(LINK_MAX)..end)?.strip_suffix(b" ")?;
        let len = head.iter().rev().take_while(|b| b.is_ascii_lowercase() || **b == b'\'').count();
        let word = head.get(head.len() - len..).filter(|word| !word.is_empty())?;
        let separate = head.len() > len && head.get(head.len() - len - 1) == Some(&b' ');
        (words.has(word) && separate).then_some(end - 1 - len)
    };
    // The blank in front of it separates the value.
    let noun = word(at, &ADJECTIVES).unwrap_or(at);
    let article = word(noun, &ARTICLES);
    match article {
        // `is b-1 the right bucket?`
        Some(article) => word(article, &LINKS).unwrap_or(if noun < at { article } else { at }),
        None => word(noun, &AS).unwrap_or(at),
    }
}

/// Bytes of a word that links a value to its name, and of the blanks around it; and of one behind the name.
const LINK_MAX: usize = 12;
const NEXT_MAX: usize = 16;

/// Returns the start of the words of a title in front of its last ones: `User Pool` of `User Pool Client Id`.
fn skip_title(text: &[u8], at: usize) -> usize {
    // `74fc8622 Updated git-secrets`: a verb in front of another word.
    if !text.get(at).is_some_and(u8::is_ascii_uppercase) {
        return at;
    }
    let mut at = at;
    for _ in 0..TITLE_WORDS {
        let head = text.get(at.saturating_sub(TITLE_WORD_MAX)..at).and_then(|head| head.strip_suffix(b" "));
        let head = head.unwrap_or_default();
        let len = head.iter().rev().take_while(|b| b.is_ascii_alphabetic()).count();
        let word = head.get(head.len() - len..).unwrap_or_default();
        let separate = head.len() > len && matches!(head.get(head.len() - len - 1), Some(b' '));
        let title = matches!(word, [b'A'..=b'Z', b'a'..=b'z', ..]) && separate;
        // `Der Client Id`, `The Client Id`
        if !title || words::is_one_of("The|Our|My|Your|This|That|Der|Die|Das|Le|La|El|Il|O|A", word) {
            break;
        }
        at -= len + 1;
    }
    at
}

/// Words of a title, and bytes of one with the blanks around it.
const TITLE_WORDS: usize = 2;
const TITLE_WORD_MAX: usize = 16;

/// Returns the start of a service's name that stands in front of a noun: `S3 버킷`.
fn skip_service(text: &[u8], at: usize) -> usize {
    let head = text.get(at.saturating_sub(SERVICE_MAX + 2)..at).and_then(|head| head.strip_suffix(b" "));
    let head = head.unwrap_or_default();
    let service = head.iter().rev().take_while(|b| b.is_ascii_uppercase() || b.is_ascii_digit()).count();
    let separate = head.len() > service && head.get(head.len() - service - 1) == Some(&b' ');
    if (2..=SERVICE_MAX).contains(&service) && separate { at - service - 1 } else { at }
}

/// Marks that enclose a value in front of its name.
const BRACKETS: [(&str, &str); 8] =
    [("`", "`"), ("\"", "\""), ("'", "'"), ("「", "」"), ("“", "”"), ("『", "』"), ("‘", "’"), ("„", "“")];

fn in_value(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'/')
}

/// Verbs between a name and its value, in English, German, Spanish and French.
static VERBS: Phrases = Phrases::new(&[
    "IN",
    "NOT IN",
    "LIKE",
    "should be",
    "in",
    "not in",
    "will be",
    "has been renamed to",
    "was renamed to",
    "renamed to",
    "wurde umbenannt in",
    "is called",
    "is named",
    "name is",
    "is",
    "are",
    "was",
    "named",
    "to",
    "called",
    "with id",
    "with the id",
    "with name",
    "with the name",
    "ist",
    "heißt",
    "namens",
    "mit dem Namen",
    "mit der ID",
    "lautet",
    "es",
    "se llama",
    "llamado",
    "llamada",
    "con el nombre",
    "con el id",
    "est",
    "nommé",
    "s'appelle",
    "se nomme",
    "si chiama",
    "è",
    "se chama",
    "chama-se",
    "é",
    "называется",
    "nazywa się",
    "jest",
    "heet",
    "هي",
    "será",
    "sera",
    "là",
    "mới là",
    "adalah",
    "je",
    "är",
    "este",
    "brzmi",
    "şudur",
    "هو",
    "heter",
    "hedder",
    "nosi nazwę",
    "se numește",
    "jmenuje se",
    "adı",
    "adlı",
    "lautete",
]);

/// Words that tell since when, or still.
static ADVERBS: Phrases = Phrases::new(&[
    "now",
    "still",
    "currently",
    "just",
    "jetzt",
    "nun",
    "noch",
    "aktuell",
    "ahora",
    "todavía",
    "maintenant",
    "toujours",
    "désormais",
    "ora",
    "agora",
    "теперь",
    "сейчас",
    "teraz",
]);

/// Verbs and particles of scripts that are written without a space in front of them.
const PARTICLES: [&str; 33] = [
    "已重置为",
    "重置为",
    "已设为",
    "已经换成",
    "已换成",
    "换成",
    "已经改成",
    "还是",
    "仍是",
    "仍然是",
    "依然是",
    "现在是",
    "は",
    "が",
    "の",
    "を",
    "是",
    "为",
    "為",
    "叫",
    "名为",
    "已改为",
    "改为",
    "已更改为",
    "更改为",
    "已变更为",
    "变更为",
    "已更新为",
    "更新为",
    "改成",
    "设置为",
    "设为",
    "คือ",
];

/// Returns the start of the value after the verb or particle of a sentence.
fn said(text: &[u8], at: usize, near: usize) -> Option<usize> {
    let rest = text.get(at..)?;
    let foreign = rest.first().is_some_and(|b| !b.is_ascii());
    if let Some(particle) = PARTICLES.iter().filter(|_| foreign).find(|particle| rest.starts_with(particle.as_bytes()))
    {
        return Some(at + particle.len());
    }
    // `账户 ID 是 471192830564`
    let apart = text.get(near..).filter(|rest| near == at + 1 && rest.first().is_some_and(|b| *b >= 0xe0));
    if let Some(particle) = apart.and_then(|rest| PARTICLES.iter().find(|word| rest.starts_with(word.as_bytes()))) {
        return Some(near + particle.len());
    }
    let near = if near == at + 1 { skip_purpose(text, near) } else { near };
    let rest = text.get(near..).filter(|rest| {
        near > at && rest.first().is_some_and(|b| b.is_ascii_lowercase() || !b.is_ascii() || is_sql(rest))
    })?;
    let rest = Some(rest).filter(|_| edge::previous(text, near) == Some(b' '))?;
    if let Some(outcome) = OUTCOMES.iter().find(|outcome| rest.starts_with(outcome.as_bytes())) {
        return Some(near + outcome.len());
    }
    let verb = VERBS.begin(rest)?;
    // `is now`, `is now called`
    let now = rest.get(verb + 1..).and_then(|rest| ADVERBS.begin(rest)).map_or(verb, |adverb| verb + 1 + adverb);
    let more = rest.get(now + 1..).filter(|_| now > verb).and_then(|rest| VERBS.begin(rest));
    let end = more.map_or(now, |more| now + 1 + more);
    let colon = usize::from(rest.get(end) == Some(&b':'));
    Some(near + end + colon)
}

/// What an error says of what it names behind a colon.
const OUTCOMES: [&str; 6] =
    ["not found: ", "does not exist: ", "already exists: ", "doesn't exist: ", "was not found: ", "is missing: "];

/// What compares in SQL: `account_id IN ('471192830564', …)`.
fn is_sql(rest: &[u8]) -> bool {
    [b"IN (".as_slice(), b"NOT IN (", b"LIKE '"].iter().any(|sign| rest.starts_with(sign))
}

/// After what a value is for: `password for the read replica is …`, `Passwort für die Datenbank lautet …`.
fn skip_purpose(text: &[u8], at: usize) -> usize {
    let Some(rest) = text.get(at..text.len().min(at + PURPOSE_MAX)) else { return at };
    if !PREPOSITIONS.iter().any(|word| rest.starts_with(word.as_bytes())) {
        return at;
    }
    let plain = |b: &u8| b.is_ascii_alphanumeric() || !b.is_ascii() || matches!(b, b' ' | b'-' | b'_');
    let sentence = rest.iter().take_while(|b| plain(b)).count();
    let words = rest.get(..sentence).unwrap_or_default();
    let ends = memchr::memchr_iter(b' ', words).skip(1).take(PURPOSE_WORDS).map(|blank| blank + 1);
    let verb = ends.into_iter().find(|end| {
        let rest = rest.get(*end..).unwrap_or_default();
        LINKS.iter().any(|verb| rest.starts_with(verb.as_bytes()))
    });
    at + verb.unwrap_or(0)
}

/// Maximum bytes and words between a name and its verb.
const PURPOSE_MAX: usize = 64;
const PURPOSE_WORDS: usize = 6;
/// Words that say what a value is for, in English, German, Spanish and French.
const PREPOSITIONS: [&str; 18] = [
    "for ", "of ", "to ", "on ", "für ", "von ", "der ", "des ", "para ", "de ", "del ", "pour ", "di ", "do ", "da ",
    "dla ", "для ", "от ",
];
/// Verbs after that.
const LINKS: [&str; 14] = [
    "is ",
    "is: ",
    "ist ",
    "lautet ",
    "heißt ",
    "es ",
    "se llama ",
    "est ",
    "s'appelle ",
    "è ",
    "si chiama ",
    "é ",
    "se chama ",
    "называется ",
];
