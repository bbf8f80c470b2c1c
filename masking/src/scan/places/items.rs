//! The items of lists, and what a sentence announces.

use super::answers::{CLOSING_MAX, is_column, shown_len};
use super::before::{BEFORE_MAX, in_value};
use super::forms::ROW_MAX;
use crate::near::is_any;
use crate::scan::edge;
use crate::scan::name::Name;
use crate::scan::notation::{BLANKS_MAX, PlaceKind, ValuePlace, skip_anchor};
use crate::scan::words;

/// A row of two cells, each on a line of its own: `* - Bucket⏎  - b` of reStructuredText, `! Bucket⏎| b` of MediaWiki.
pub(super) fn next_item(name: &Name<'_>, text: &[u8]) -> Option<ValuePlace> {
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
pub(super) fn next_line(name: &Name<'_>, text: &[u8]) -> Option<ValuePlace> {
    let rest = text.get(name.end..text.len().min(name.end + BEFORE_MAX))?;
    // Most names do not end their line.
    let marks = rest.iter().take(CLOSING_MAX).take_while(|b| is_any(b":*\"')}]\r`>", b)).count();
    let (head, behind) = rest.split_at_checked(marks)?;
    let behind = behind.strip_prefix(b"\n").filter(|_| !name.is_scattered())?;
    let asked = || behind.starts_with(b"[1] \"") || name.ends_command(text);
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
    // `[1] "…"`, `=> "…"`: what a program puts in front of a string that it answers.
    let shown = shown_len(value);
    let string = matches!(value.get(shown), Some(b'"' | b'\''));
    let indent = if string { indent + shown } else { indent };
    let value = if string { value.get(shown..)? } else { value };
    let quote = usize::from(value.len() > 2 && matches!(value, [first @ (b'"' | b'\''), .., last] if first == last));
    let inside = value.get(quote..value.len() - quote)?;
    let alone = !inside.is_empty()
        && inside.iter().all(|b| (*b > b' ' || *b == b' ' && (quote > 0 || head.is_empty() && asked())) && *b != b'<')
        && inside.last().is_some_and(|b| *b != b':');
    let start = name.end + marks + 1 + empty + fence + indent + quote;
    let place = ValuePlace { start, end: Some(start + inside.len()), kind: PlaceKind::Cell, ..ValuePlace::WHOLE };
    // `$ … | jq -r '.DBInstances[].DBInstanceIdentifier'`
    let asked = name.is_query_for_several(text);
    let several = asked || marks == 0 && is_column(name, inside, text, start);
    let kind = if several { PlaceKind::Answer } else { place.kind };
    alone.then_some(ValuePlace { quoted: false, kind, leads: asked, ..place })
}

/// The first item of a list under a heading: `Affected buckets⏎* b-1⏎* b-2`.
pub(super) fn item(name: &Name<'_>, text: &[u8]) -> Option<ValuePlace> {
    let rest = text.get(name.end..)?;
    // `[~] BucketName (may cause replacement)⏎ ├─ [-] b-1⏎ └─ [+] b-2` of the CDK.
    if matches!(rest, [b'\n', ..] | [b' ', b'(', ..] | [b':', b'\n', ..]) && is_changed(text.get(..name.start)?) {
        return next_item_of_list(text, name.end);
    }
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
    let marked = list.starts_with(b"1. ") || BULLETS.iter().any(|bullet| list.starts_with(bullet.as_bytes()));
    let lists = marked && (name.is_plural() || name.is_foreign());
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

/// What stands in front of the items of lists.
const BULLETS: [&str; 6] = ["* ", "- ", "+ ", "• ", "・", "– "];

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
    let mark = match BULLETS.into_iter().find(|bullet| behind.starts_with(bullet.as_bytes())) {
        Some(mark) => mark.len(),
        None if change_len(behind) > 0 => change_len(behind),
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
    let anchor = skip_anchor(item, 0);
    let (item, mark) = (item.get(anchor..)?, mark + anchor);
    let quote = usize::from(item.first() == Some(&b'`'));
    let inside = item.get(quote..)?;
    let len = inside.iter().position(|b| *b <= b' ' || *b == b'`' || *b == b',').unwrap_or(inside.len());
    let next = inside.get(len + quote..)?;
    let ends = matches!(next, [] | [b'\n' | b'\r' | b',', ..] | [b' ', b'(' | b'-' | b':', ..] | [b' ', 0xe2, ..]);
    let start = at + line + blanks + mark + quote;
    let leads = change_len(behind) > 0;
    let place = ValuePlace { start, end: Some(start + len), kind: PlaceKind::Item, leads, ..ValuePlace::WHOLE };
    (len > 0 && ends).then_some(place)
}

/// Returns whether a text ends with the sign for what a member of a resource becomes: `[~] `.
fn is_changed(head: &[u8]) -> bool {
    [b"[~] ".as_slice(), b"[+] ", b"[-] "].iter().any(|sign| head.ends_with(sign))
}

/// The length of the branch of a tree with such a sign, behind which a value stands that goes or comes: `├─ [-] `.
fn change_len(line: &[u8]) -> usize {
    let branch =
        ["├─ ", "└─ "].iter().find(|branch| line.starts_with(branch.as_bytes())).map_or(0, |branch| branch.len());
    let sign = line.get(branch..).unwrap_or_default();
    if sign.starts_with(b"[-] ") || sign.starts_with(b"[+] ") { branch + 4 } else { 0 }
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
