//! Accounts in the brackets behind a name for several, however they are nested: `[("dev", "471192830564"), …]`,
//! `[{name: dev, id: 471192830564}, …]`, `tomap({"dev" = "471192830564"})`, `[["…", "…"], ["…"]]`.

use std::ops::Range;

use crate::catalog::Check;
use crate::near::is_any;
use crate::scan::check::{self, ACCOUNT_LEN};
use crate::scan::clause;
use crate::scan::member::OWN;
use crate::scan::name::in_name;
use crate::scan::notation::skip_blanks;
use crate::scan::place::STAGES;
use crate::scan::words::holds_ignore_case;

/// Maximum bytes of a type or a call in front of a bracket: `Record<Stage, string> = `, `tomap(`.
const OPENING_MAX: usize = 64;
/// Maximum bytes between two accounts.
const GAP_MAX: usize = 320;
/// Bytes of a member's name.
const NAME_MAX: usize = 40;

/// Reports the accounts in the brackets that open at `inside` or after a type or a call. Returns up to where was read.
pub(crate) fn accounts(text: &[u8], inside: usize, mut found: impl FnMut(Range<usize>)) -> Option<usize> {
    let mut at = opening(text, skip_blanks(text, inside))?;
    let (mut depth, mut last) = (0_usize, at);
    while let Some(byte) = text.get(at).filter(|_| at - last <= GAP_MAX) {
        match byte {
            b'[' | b'{' | b'(' => depth += 1,
            b']' | b'}' | b')' => depth = depth.saturating_sub(1),
            b'0'..=b'9' => {
                let len = text.get(at..)?.iter().take(NAME_MAX).take_while(|b| b.is_ascii_digit()).count();
                if len == ACCOUNT_LEN && is_element(text, at) && clause::is_account(text.get(at..at + len)?) {
                    found(at..at + len);
                    last = at + len;
                }
                at += len;
                continue;
            }
            // A number in a word is a part of it.
            first if first.is_ascii_alphabetic() => {
                at += text.get(at..)?.iter().take(GAP_MAX).take_while(|b| in_name(**b)).count();
                continue;
            }
            _ => {}
        }
        at += 1;
        if depth == 0 {
            break;
        }
    }
    (last > 0).then_some(last)
}

/// Where the first bracket opens.
fn opening(text: &[u8], at: usize) -> Option<usize> {
    let rest = text.get(at..text.len().min(at + OPENING_MAX))?;
    let in_type = |b: &u8| b.is_ascii_alphanumeric() || is_any(b"_.:<>,=| ", b);
    let len = rest.iter().position(|b| !in_type(b))?;
    matches!(rest.get(len), Some(b'[' | b'{' | b'(')).then_some(at + len)
}

/// Returns whether the number at `at` is an element, or the value of a member that could be an account's.
fn is_element(text: &[u8], at: usize) -> bool {
    let behind = text.get(at + ACCOUNT_LEN..).unwrap_or_default();
    let marks = behind.iter().take(4).take_while(|b| is_any(b"\\\"'`", b)).count();
    let ends = behind.get(marks).is_none_or(|b| b.is_ascii_whitespace() || is_any(b",]}):=;|\\", b));
    let head = text.get(at.saturating_sub(GAP_MAX)..at).unwrap_or_default();
    let trim = |head: &[u8]| {
        let blanks = head.iter().rev().take_while(|b| b.is_ascii_whitespace() || is_any(b"\"'`\\", b)).count();
        head.len() - blanks
    };
    let front = head.get(..trim(head)).unwrap_or_default();
    let named = |sign: usize| {
        let key = front.get(..front.len() - sign).unwrap_or_default();
        let key = key.get(..trim(key)).unwrap_or_default();
        let len = key.iter().rev().take(NAME_MAX).take_while(|b| in_name(**b)).count();
        let key = key.get(key.len() - len..).unwrap_or_default();
        let region = check::is_region(key) || key.len() <= 2;
        OWN.has(key) || STAGES.has(key) || region || holds_ignore_case(key, b"acc")
    };
    let element = match front {
        [.., b'=', b'>'] => named(2),
        [.., b':' | b'='] => named(1),
        [.., b'[' | b'(' | b'{' | b','] => true,
        // A member of a map without commas: `"471192830564" = "prod"`.
        _ if head.get(front.len()..).is_some_and(|gap| gap.contains(&b'\n')) && is_key(behind, marks) => true,
        // A list of a shell or of words.
        [.., last] => last.is_ascii_digit() && head.len() > front.len(),
        [] => false,
    };
    ends && element && check::passes(Check::Account, text.get(at..at + ACCOUNT_LEN).unwrap_or_default())
}

/// Returns whether the text behind a number and its marks assigns to it.
fn is_key(behind: &[u8], marks: usize) -> bool {
    let sign = behind.get(marks..).unwrap_or_default();
    let blanks = sign.iter().take(GAP_MAX).take_while(|b| **b == b' ').count();
    matches!(sign.get(blanks..), Some([b':', ..] | [b'=', b' ' | b'>', ..]))
}

/// Reports the accounts that the members of a block of YAML are called by: `accounts:⏎  471192830564: prod`. The block
/// begins at `inside`, and its lines are further in than `indent`. Returns up to where was read.
pub(crate) fn keys(text: &[u8], inside: usize, indent: usize, mut found: impl FnMut(Range<usize>)) -> Option<usize> {
    let rest = text.get(inside..)?;
    let blanks = rest.iter().take(NAME_MAX).take_while(|b| matches!(b, b' ' | b'\r')).count();
    let mut at = inside + blanks;
    let (mut last, mut misses) = (None, 0);
    while text.get(at) == Some(&b'\n') && misses < MISSES_MAX {
        let line = text.get(at + 1..text.len().min(at + 1 + GAP_MAX))?;
        let end = memchr::memchr(b'\n', line).unwrap_or(line.len());
        let line = line.get(..end)?;
        let blanks = line.iter().take_while(|b| **b == b' ').count();
        if blanks <= indent && blanks < line.len() {
            break;
        }
        let mark = usize::from(matches!(line.get(blanks), Some(b'"' | b'\'')));
        let (start, stop) = (blanks + mark, blanks + mark + ACCOUNT_LEN);
        let behind = line.get(stop..).unwrap_or_default();
        let key = line.get(start..stop).filter(|key| clause::is_account(key) && is_key(behind, mark));
        misses += 1;
        if key.is_some() {
            found(at + 1 + start..at + 1 + stop);
            (last, misses) = (Some(at + 1 + stop), 0);
        }
        at += 1 + end;
    }
    last
}

/// Maximum lines between two members that are accounts.
const MISSES_MAX: usize = 4;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accounts_stand_in_brackets_of_any_depth() {
        let cases = [
            (r#"[("dev", "‹471192830564›"), ("prod", "‹582203941675›")], 693314052786"#, 2),
            ("[{name: dev, id: ‹471192830564›}, {name: prod, id: '‹582203941675›'}]", 2),
            (r#"[["‹471192830564›", "‹582203941675›"], ["‹693314052786›"]]"#, 3),
            (r#"tomap({ "dev" = "‹471192830564›" })"#, 1),
            ("Record<Stage, string> = {\n  dev: '‹471192830564›',\n  eu: '‹582203941675›',\n}", 2),
            ("{phone: 821012345678, order: 471192830564, at: 202601091234}", 0),
            ("get(x)[471192830564]", 0),
            ("{\n  \"‹471192830564›\" = \"prod\"\n  \"‹582203941675›\" = \"dev\"\n}", 2),
            ("string", 0),
        ];
        for (marked, expected) in cases {
            let text = marked.replace(['‹', '›'], "");
            let wanted: Vec<&str> = marked.split('‹').skip(1).filter_map(|part| part.split('›').next()).collect();
            let mut found = Vec::new();
            accounts(text.as_bytes(), 0, |range| found.push(text.get(range).unwrap()));
            assert_eq!(found, wanted, "{marked}");
            assert_eq!(found.len(), expected);
        }
    }
}
