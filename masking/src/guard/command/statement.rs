//! The statement of a command: where it begins, its words, and where it ends.

use std::ops::Range;

use super::super::work::Work;

/// Words that open a command of several statements, and those that end it.
const OPENS: [&str; 7] = ["{", "(", "for", "while", "until", "if", "case"];
const ENDS: [&str; 5] = ["}", ")", "done", "fi", "esac"];
/// The name of the parameters of a script.
pub(super) const PARAMETERS: &str = "@";
/// Maximum words of a command that are looked at; if there are more, where it sends to is open.
const WORDS_MAX: usize = 256;

/// The words of a command up to its end.
pub(super) struct Statement<'t> {
    pub(super) words: Vec<&'t str>,
    pub(super) end: usize,
    pub(super) is_open: bool,
}

impl<'t> Statement<'t> {
    /// Reads as a shell does: quotes hold words together, a backslash takes the next character's meaning. A word is what
    /// stands between its quotes.
    pub(super) fn read(text: &'t str, from: usize, work: &mut Work) -> Self {
        let statement = Self::walk(text, from, if work.is_used_up() { from } else { text.len() });
        work.take(statement.end - from);
        statement
    }

    fn walk(text: &'t str, from: usize, to: usize) -> Self {
        let text = text.get(..to).unwrap_or_default();
        let bytes = text.as_bytes();
        let mut statement = Self { words: Vec::new(), end: bytes.len(), is_open: false };
        let (mut at, mut word, mut quote, mut depth) = (from, from, None, 0_usize);
        while let Some(byte) = bytes.get(at).copied() {
            let ends_word = match (quote, byte) {
                (Some(open), _) if byte == open => {
                    quote = None;
                    true
                }
                (_, b'\\') => {
                    at += 1;
                    false
                }
                (Some(_), _) => false,
                (None, b'"' | b'\'') => {
                    quote = Some(byte);
                    true
                }
                (None, b'\n' | b';' | b'|' | b'&') if depth > 0 || Self::goes_on(text, at) => true,
                (None, b'\n' | b';' | b'|') => break,
                (None, b'&') if matches!(bytes.get(at + 1), None | Some(b'&' | b' ' | b'\n')) => break,
                // A here-document follows in the next lines.
                (None, b'<') if bytes.get(at + 1) == Some(&b'<') => {
                    statement.push(text, word..at);
                    return statement;
                }
                (None, b'(' | b')') => {
                    depth = if byte == b'(' { depth + 1 } else { depth.saturating_sub(1) };
                    true
                }
                (None, byte) => byte.is_ascii_whitespace() || matches!(byte, b'<' | b'>'),
            };
            statement.is_open |= matches!(byte, b'$' | b'`');
            if ends_word {
                statement.push(text, word..at);
                word = at + 1;
            }
            at += 1;
        }
        statement.end = at.min(bytes.len());
        statement.push(text, word..statement.end);
        statement
    }

    /// Returns whether the statements end behind this separator among which this is one; what they read stands there.
    fn goes_on(text: &str, at: usize) -> bool {
        let behind = text.get(at + 1..).unwrap_or_default().trim_start();
        let is_end = |rest: &str| !rest.starts_with(|c: char| c.is_ascii_alphanumeric());
        ENDS.iter().any(|end| behind.strip_prefix(end).is_some_and(is_end))
    }

    fn push(&mut self, text: &'t str, word: Range<usize>) {
        let word = text.get(word).unwrap_or_default().trim_matches(|c: char| c.is_whitespace() || c == '\\');
        if word.is_empty() {
            return;
        }
        if self.words.len() < WORDS_MAX {
            self.words.push(word);
        } else {
            self.is_open = true;
        }
    }
}

/// Where the statement of a command begins, with the pipeline that leads into it. A separator in quotes is none.
pub(super) fn begin(text: &str, name: usize, work: &mut Work) -> usize {
    let mut start = line_start(text, name, work);
    let before = text.get(start..name).unwrap_or_default();
    let is_quoted = before.contains('|') && before.contains(['"', '\'']);
    // One of several statements that the pipeline leads into or comes from.
    let mut pipes = before.split('|');
    let is_from =
        pipes.next_back().is_some() && pipes.any(|part| ENDS.iter().any(|end| part.trim_end().ends_with(end)));
    let is_into = before.split('|').skip(1).any(|part| OPENS.iter().any(|open| part.trim_start().starts_with(open)));
    if !is_quoted && !is_from && !is_into {
        let mut separators = before.rmatch_indices([';', '&', '(', '`']).map(|(at, _)| at);
        if let Some(at) = separators.find(|at| separates(before, *at)) {
            return start + at + 1;
        }
    }
    // The lines before, as long as they are continued, or up to where the statements begin that end here.
    let mut is_inside = is_from && ENDS.iter().any(|end| before.trim_start().starts_with(end));
    while start > 0 && !work.is_used_up() {
        let above = text.get(..start.saturating_sub(1)).unwrap_or_default().trim_end();
        if !is_inside && !above.ends_with(['|', '\\']) {
            break;
        }
        start = line_start(text, above.len(), work);
        let line = text.get(start..above.len()).unwrap_or_default().trim_start();
        is_inside &= !OPENS.iter().any(|open| line.starts_with(open));
    }
    start
}

/// Returns whether this sign begins a new statement: not in `2>&1`, `|&`, `>(` and `| (`.
fn separates(before: &str, at: usize) -> bool {
    let (head, tail) = before.split_at_checked(at).unwrap_or_default();
    match tail.as_bytes() {
        [b'&', next, ..] => *next != b'>' && !head.ends_with(['>', '<', '|']),
        [b'(', ..] => !head.ends_with(['>', '<']),
        _ => true,
    }
}

fn line_start(text: &str, at: usize, work: &mut Work) -> usize {
    let start = text.get(..at).and_then(|before| before.rfind('\n')).map_or(0, |line| line + 1);
    work.take(at - start);
    start
}

/// The names of the variables in a command.
pub(super) fn variables(command: &str) -> Vec<&str> {
    let behind = command.split(['$', '%']).skip(1).take(WORDS_MAX);
    behind
        .filter_map(|rest| {
            let rest = rest.trim_start_matches(['{', '!', '#']).trim_start_matches("env:");
            if rest.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '@' | '*')) {
                return Some(PARAMETERS);
            }
            let len = rest.bytes().take_while(|b| b.is_ascii_alphanumeric() || *b == b'_').count();
            rest.get(..len).filter(|name| !name.is_empty())
        })
        .collect()
}
