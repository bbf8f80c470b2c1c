//! Prefixes that tools put in front of lines.

use std::ops::Range;

use crate::near;
use crate::near::is_any;
use crate::scan::words::Bytes;

/// The text that a tool put in front of a line, with the blanks before it.
#[derive(Clone, Debug)]
pub(crate) struct Prefix {
    pub(crate) start: usize,
    pub(crate) end: usize,
    /// The other side of a box, at the end of the line.
    closing: Option<usize>,
    kind: Kind,
}

/// The sort of a prefix. Successive lines have prefixes of one sort, or the text in front of them is their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// The number of a line, and the sign after it.
    Number(u32, u8),
    /// `file:12:`, `file-12-`
    ValuePlace,
    /// `+`, `-`
    Diff,
    /// `      + `, as Terraform plans.
    Plan,
    /// A sign for comments and quotations.
    Sign(u8),
    /// A box of lines that are drawn.
    Box,
    /// `api-1  | `
    Container,
    /// A word that is the same in front of each line.
    Word,
    Time,
}

/// Maximum blanks in front of a prefix.
const INDENT_MAX: usize = 120;
/// Maximum bytes of a word in a prefix.
const WORD_MAX: usize = 160;
/// Maximum digits of a line's number.
const NUMBER_MAX: usize = 7;

impl Prefix {
    /// The prefix that begins at the start of `line`.
    pub(crate) fn read(text: &[u8], line: Range<usize>) -> Option<Self> {
        let bytes = text.get(line.clone())?;
        let indent = count(bytes.get(..bytes.len().min(INDENT_MAX))?, |b| matches!(b, b' ' | b'\t'));
        let rest = bytes.get(indent..)?;
        let (kind, len) = match *rest.first()? {
            b'0'..=b'9' => time(rest).or_else(|| number(rest)),
            b'#' if rest.get(1).is_some_and(u8::is_ascii_digit) => build_step(rest).or_else(|| sign(rest)),
            b'[' => bracket(rest),
            b'+' | b'-' | b'~' => sign_of_change(rest, indent),
            b'@' if rest.starts_with(b"@@ ") => Some((Kind::Diff, 0)),
            0xe2 => bar(rest).map(|len| (Kind::Box, len)),
            first if first.is_ascii_alphabetic() || matches!(first, b'.' | b'_') => word(rest),
            b'/' if !rest.starts_with(b"//") => word(rest),
            _ => sign(rest),
        }?;
        let start = line.start + indent;
        let closing = (kind == Kind::Box).then(|| closing(rest)).flatten().map(|at| start + at);
        Some(Self { start: if len == 0 { start } else { line.start }, end: start + len, closing, kind })
    }

    /// Returns the parts of the line that belong to it.
    pub(crate) fn parts(&self) -> impl Iterator<Item = Range<usize>> {
        let closing = self.closing.map(|at| at..at + BAR_LEN);
        [Some(self.start..self.end), closing].into_iter().flatten().filter(|part| !part.is_empty())
    }

    /// Returns whether a line with this prefix belongs to one with that one before it.
    pub(crate) fn follows(&self, before: &Self, text: &[u8]) -> bool {
        match (self.kind, before.kind) {
            (Kind::Number(now, b'-'), Kind::Number(last, b':' | b'-')) => now == last.saturating_add(1),
            (Kind::Number(now, b':'), Kind::Number(last, b'-')) => now == last.saturating_add(1),
            (Kind::Number(now, sign), Kind::Number(last, other)) => sign == other && now > last,
            (Kind::Word, Kind::Word) => self.word(text) == before.word(text),
            (now, last) => now == last,
        }
    }

    /// Returns what must be the same in front of each line: not the number of the line, nor the blanks.
    fn word<'t>(&self, text: &'t [u8]) -> &'t [u8] {
        let word = text.get(self.start..self.end).unwrap_or_default();
        let more = word.iter().rev().take_while(|b| b.is_ascii_digit() || matches!(b, b':' | b'|' | b' ')).count();
        word.get(..word.len() - more).unwrap_or_default().trim_ascii_start()
    }

    /// Returns whether lines without one belong to those with it.
    pub(crate) fn has_context(&self) -> bool {
        matches!(self.kind, Kind::Diff | Kind::Plan)
    }
}

fn count(text: &[u8], is: impl Fn(u8) -> bool) -> usize {
    text.iter().position(|b| !is(*b)).unwrap_or(text.len())
}

/// Returns the length of the tab or arrow that `text` begins with, also if it is escaped.
fn tab_or_arrow(text: &[u8]) -> Option<usize> {
    let escapes = count(text.get(..text.len().min(8))?, |b| b == b'\\');
    match text.get(escapes..)? {
        [b'\t', ..] if escapes == 0 => Some(1),
        [0xe2, 0x86, 0x92, ..] if escapes == 0 => Some(3),
        [b't', ..] if escapes > 0 => Some(escapes + 1),
        [b'u', b'2', b'1', b'9', b'2', ..] if escapes > 0 => Some(escapes + 5),
        _ => None,
    }
}

/// `12⇥`, `12→`, `12 |`, `12 │`, `12:`, `12-`
fn number(text: &[u8]) -> Option<(Kind, usize)> {
    let digits = count(text.get(..text.len().min(NUMBER_MAX + 1))?, |b| b.is_ascii_digit());
    let number = std::str::from_utf8(text.get(..digits)?).ok()?.parse().ok()?;
    let rest = text.get(digits..).filter(|_| digits <= NUMBER_MAX)?;
    let numbered = |sign: u8, len: usize| Some((Kind::Number(number, sign), digits + len));
    if let Some(len) = tab_or_arrow(rest) {
        return numbered(b'\t', len);
    }
    match rest {
        [sign @ (b':' | b'-'), ..] => numbered(*sign, 1),
        _ => {
            let blanks = count(rest.get(..rest.len().min(4))?, |b| b == b' ');
            let behind = rest.get(blanks..)?;
            let ascii = behind.starts_with(b"|") && !behind.starts_with(b"||");
            let len = if ascii { 1 } else { bar(behind)? };
            numbered(b'|', blanks + len)
        }
    }
}

/// Bytes of each of them.
const BAR_LEN: usize = 3;
const BARS: [&str; 10] = ["│", "┃", "║", "▏", "▎", "▍", "▌", "┆", "┊", "╎"];

/// Returns the length of the upright line of a box that `text` begins with.
fn bar(text: &[u8]) -> Option<usize> {
    let upright = |bar: &&&str| text.starts_with(bar.as_bytes());
    BARS.iter().find(upright).map(|bar| bar.len())
}

/// Returns the offset of a box's right side, in a line that begins with its left side.
fn closing(text: &[u8]) -> Option<usize> {
    let text = text.trim_ascii_end();
    let at = text.len().checked_sub(BAR_LEN).filter(|at| *at > 0)?;
    bar(text.get(at..)?).map(|_| at)
}

/// `+`, `-`, and with blanks before it also `~`.
fn sign_of_change(text: &[u8], indent: usize) -> Option<(Kind, usize)> {
    let diff = Some((Kind::Diff, 1));
    match text {
        [b'-', b'/', b'+', b' ', ..] | [b'+', b'/', b'-', b' ', ..] => Some((Kind::Plan, 3)),
        // The rule of a table.
        [b'+', b'-' | b'=', ..] if text.trim_ascii_end().ends_with(b"+") => None,
        [b'+', ..] if indent == 0 => diff,
        [b'+' | b'~', b' ', ..] => Some((Kind::Plan, 1)),
        [b'-', b' ', rest @ ..] if is_planned(rest) => Some((if indent == 0 { Kind::Diff } else { Kind::Plan }, 1)),
        _ if indent > 0 => None,
        [b'-', b' ', b' ', ..] | [b'-', b'-', b' ', ..] | [b'-'] => diff,
        [b'-', rest @ ..] if rest.starts_with(b"-----BEGIN ") || rest.starts_with(b"-----END ") => diff,
        [b'-', next, ..] if !matches!(next, b'-' | b' ') => diff,
        _ => None,
    }
}

/// `name = …`, `"element",`: the text that Terraform writes after a hyphen; YAML would have `name: …`, `"element"`.
fn is_planned(text: &[u8]) -> bool {
    let name = count(text.get(..text.len().min(WORD_MAX)).unwrap_or_default(), in_attribute);
    let blanks = text.get(name..).map_or(0, |rest| rest.iter().take(INDENT_MAX).take_while(|b| **b == b' ').count());
    let behind = text.get(name + blanks..).unwrap_or_default();
    let attribute = name > 0 && blanks > 0 && (behind.starts_with(b"= ") || behind.starts_with(b"{"));
    let element = text.starts_with(b"\"") && text.trim_ascii_end().ends_with(b"\",");
    attribute || element
}

fn in_attribute(byte: u8) -> bool {
    static ATTRIBUTE: Bytes = Bytes::alphanumeric_or(b"_");
    ATTRIBUTE.has(byte)
}

/// `# `, `// `, `> `, `; `, `* `, `< `
fn sign(text: &[u8]) -> Option<(Kind, usize)> {
    let first = *text.first()?;
    let next = text.get(1).copied();
    let spaced = matches!(next, None | Some(b' ' | b'\t' | b'\r'));
    let len = match first {
        b'#' if next != Some(b'!') => count(text, |b| b == b'#'),
        b'/' => count(text, |b| matches!(b, b'/' | b'!')),
        b'>' => {
            let signs = count(text.get(..text.len().min(16))?, |b| matches!(b, b'>' | b' '));
            text.get(..signs)?.trim_ascii_end().len()
        }
        b';' => count(text, |b| b == b';'),
        b'*' | b'<' | b'%' if spaced => 1,
        _ => return None,
    };
    Some((Kind::Sign(first), len))
}

/// `[2026-07-01T09:12:44Z] `, `[pod/web-1/app] `
fn bracket(text: &[u8]) -> Option<(Kind, usize)> {
    let end = near::one(b']', text.get(..text.len().min(WORD_MAX))?)?;
    let inside = text.get(1..end)?;
    let word = !inside.is_empty() && inside.iter().all(|b| in_word(*b) || matches!(b, b':' | b',' | b' '));
    let ends = matches!(text.get(end + 1), Some(b' ' | b'\t'));
    if !word || !ends {
        return None;
    }
    let kind = if time_len(inside).is_some() { Kind::Time } else { Kind::Word };
    Some((kind, end + 1))
}

fn in_word(byte: u8) -> bool {
    static WORD: Bytes = Bytes::alphanumeric_or(b"-_./@+~");
    WORD.has(byte)
}

/// Prefixes that begin with a word: a file, a container, a time of the system's log.
fn word(text: &[u8]) -> Option<(Kind, usize)> {
    let len = count(text.get(..text.len().min(WORD_MAX))?, in_word);
    let (word, rest) = text.split_at_checked(len)?;
    match rest {
        [b':', rest @ ..] => {
            let digits = count(rest.get(..rest.len().min(NUMBER_MAX + 1))?, |b| b.is_ascii_digit());
            let placed = (1..=NUMBER_MAX).contains(&digits) && rest.get(digits) == Some(&b':');
            let placed = placed && !(digits >= PORT_MIN && is_of_password_file(rest.get(digits + 1..)?));
            let kind = if word.contains(&b'.') || word.contains(&b'/') { Kind::ValuePlace } else { Kind::Word };
            placed.then_some((kind, len + digits + 2)).or_else(|| context(word)).or_else(|| file(word, len))
        }
        [b' ' | b'|', ..] => {
            let level = || LEVELS.contains(&word).then(|| (Kind::Time, level_len(text)));
            // Most lines begin with a word of their own text, which is neither a month nor in front of a parenthesis.
            let clock = || (len == MONTH_LEN).then(|| system_time(text)).flatten();
            let provisioner = || rest.starts_with(b" (").then(|| provisioner(text)).flatten();
            container(word, rest).or_else(|| context(word)).or_else(clock).or_else(level).or_else(provisioner)
        }
        [b'[', ..] => context(word).or_else(|| provisioner(text)),
        _ => context(word),
    }
}

/// Returns whether a host and a port stand in front of the other fields of a line: `db.acme.com:5432:orders:app:…`.
/// (PostgreSQL documentation, "The Password File")
fn is_of_password_file(rest: &[u8]) -> bool {
    let line = rest.get(..count(rest.get(..rest.len().min(WORD_MAX)).unwrap_or_default(), |b| b > b' '));
    let mut fields = line.unwrap_or_default().splitn(3, |b| *b == b':');
    let mut named =
        || fields.next().is_some_and(|field| !field.is_empty() && field.iter().all(|b| in_word(*b) || *b == b'*'));
    let blank = rest.get(line.map_or(0, <[u8]>::len)).is_none_or(|b| matches!(b, b'\n' | b'\r'));
    named() && named() && blank && fields.next().is_some_and(|password| !password.is_empty())
}

/// Minimum digits of a port.
const PORT_MIN: usize = 4;

/// `#12 3.141 `, as BuildKit numbers the lines of a step.
fn build_step(text: &[u8]) -> Option<(Kind, usize)> {
    let step = 1 + count(text.get(1..)?, |b| b.is_ascii_digit());
    let seconds = text.get(step..)?.strip_prefix(b" ")?;
    let len = count(seconds.get(..seconds.len().min(NUMBER_MAX + 4))?, |b| b.is_ascii_digit() || b == b'.');
    (len > 0 && seconds.get(..len)?.contains(&b'.') && seconds.get(len) == Some(&b' '))
        .then_some((Kind::Time, step + 1 + len))
}

/// `a.yaml:- name: x`: a search without the numbers of lines.
fn file(word: &[u8], len: usize) -> Option<(Kind, usize)> {
    let extension = word.iter().rev().take_while(|b| b.is_ascii_alphanumeric()).count();
    let named = (1..=6).contains(&extension)
        && word.get(..word.len() - extension)?.ends_with(b".")
        && word.len() > extension + 1;
    named.then_some((Kind::Word, len + 1))
}

/// `null_resource.a[0] (remote-exec): `
fn provisioner(text: &[u8]) -> Option<(Kind, usize)> {
    let line = text.get(..text.len().min(WORD_MAX))?;
    // Most lines go on with another word.
    let open = count(line, |b| in_word(b) || matches!(b, b'[' | b']' | b'"'));
    let rest = line.get(open..)?.strip_prefix(b" (")?;
    let end = memchr::memmem::find(rest, b"): ")?;
    rest.get(..end)?.ends_with(b"-exec").then_some((Kind::Word, open + 2 + end + 2))
}

/// `api-1  | `, `web  | `
fn container(word: &[u8], rest: &[u8]) -> Option<(Kind, usize)> {
    let blanks = count(rest.get(..rest.len().min(WORD_MAX))?, |b| b == b' ');
    if !matches!(rest.get(blanks..)?, [b'|'] | [b'|', b' ' | b'\r', ..]) {
        return None;
    }
    let name = word.iter().rposition(|b| !b.is_ascii_digit()).unwrap_or(0);
    let numbered = name + 1 < word.len() && matches!(word.get(name), Some(b'-' | b'_'));
    let kind = if numbered { Kind::Container } else { Kind::Word };
    Some((kind, word.len() + blanks + 1))
}

/// `file.yml-12-`, which a search writes in front of the lines around a match.
fn context(word: &[u8]) -> Option<(Kind, usize)> {
    if word.len() < CONTEXT_MIN {
        return None;
    }
    // Most words have no hyphen, or no point.
    let mut point = word.iter().position(|b| *b == b'.').filter(|_| word.contains(&b'-'))?;
    loop {
        let rest = word.get(point + 1..)?;
        let extension = count(rest, |b| b.is_ascii_alphanumeric());
        let number = rest.get(extension..)?.strip_prefix(b"-").map_or(0, |rest| count(rest, |b| b.is_ascii_digit()));
        let end = extension + 1 + number;
        if (1..=8).contains(&extension) && (1..=NUMBER_MAX).contains(&number) && rest.get(end) == Some(&b'-') {
            return Some((Kind::ValuePlace, point + 1 + end + 1));
        }
        point += 1 + memchr::memchr(b'.', rest)?;
    }
}

/// Minimum bytes of that: `.b-1-`.
const CONTEXT_MIN: usize = 5;

const MONTH_LEN: usize = 3;
const MONTHS: &[u8] = b"Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec";

/// `Jul  1 09:12:44 host app[7]: `
fn system_time(text: &[u8]) -> Option<(Kind, usize)> {
    let [a, b, c, b' ', d, e, b' ', clock @ ..] = text else { return None };
    let day = e.is_ascii_digit() && MONTHS.chunks(4).any(|month| month.starts_with(&[*a, *b, *c]));
    let clock = clock_len(clock).filter(|_| day && matches!(d, b' ' | b'0'..=b'3'))?;
    let end = 7 + clock;
    // The host and the program are the same on most lines, and end in a colon.
    let program = text.get(end..)?.iter().take(WORD_MAX).take_while(|b| in_word(**b) || is_any(b" []", b)).count();
    let colon = text.get(end + program) == Some(&b':') && text.get(end + program + 1) == Some(&b' ');
    Some((Kind::Time, if colon { end + program + 1 } else { end }))
}

fn time(text: &[u8]) -> Option<(Kind, usize)> {
    let len = time_len(text)?;
    let ends = matches!(text.get(len), None | Some(b' ' | b'\t'));
    ends.then(|| (Kind::Time, len + level_len(text.get(len..).unwrap_or_default())))
}

/// The level of a message with what stands up to its text, or the program that has written it: ` INFO  [main] c.a.B - `,
/// ` app[1]: `.
fn level_len(text: &[u8]) -> usize {
    let head = text.get(..text.len().min(WORD_MAX)).unwrap_or_default();
    let blanks = count(head, |b| matches!(b, b' ' | b'\t'));
    let rest = head.get(blanks..).unwrap_or_default();
    let word = count(rest, |b| b.is_ascii_alphanumeric() || is_any(b"[]-_./", &b));
    if rest.get(word..).is_some_and(|rest| rest.starts_with(b": "))
        && rest.get(..word).is_some_and(|w| w.ends_with(b"]"))
    {
        return blanks + word + 1;
    }
    let level = rest.get(..word).unwrap_or_default();
    let level = level.strip_prefix(b"[").and_then(|level| level.strip_suffix(b"]")).unwrap_or(level);
    if !LEVELS.contains(&level) {
        return 0;
    }
    // Up to a hyphen in front of the text, where the logger has one.
    let line = rest.get(..memchr::memchr(b'\n', rest).unwrap_or(rest.len())).unwrap_or_default();
    let hyphen = memchr::memmem::find(line, b" - ")
        .filter(|at| line.get(word..*at).is_some_and(|logger| logger.iter().all(|b| in_word(*b) || is_any(b" []", b))));
    blanks + hyphen.map_or(word, |at| at + 2)
}

const LEVELS: [&[u8]; 10] =
    [b"TRACE", b"DEBUG", b"INFO", b"WARN", b"WARNING", b"ERROR", b"FATAL", b"NOTICE", b"info", b"debug"];

/// `2026-07-01T09:12:44.120Z`, `2026/07/01 09:12:44,120`, `09:12:44`
fn time_len(text: &[u8]) -> Option<usize> {
    let date = match text {
        [a, b, c, d, b'-' | b'/', e, f, b'-' | b'/', g, h, b'T' | b' ', ..]
            if [a, b, c, d, e, f, g, h].iter().all(|b| b.is_ascii_digit()) =>
        {
            11
        }
        _ => 0,
    };
    Some(date + clock_len(text.get(date..)?)?)
}

/// `09:12:44.120Z`, `09:12:44,120+09:00`
fn clock_len(text: &[u8]) -> Option<usize> {
    let [a, b, b':', c, d, b':', e, f, rest @ ..] = text else { return None };
    let digits = [a, b, c, d, e, f].iter().all(|b| b.is_ascii_digit());
    let more = rest.iter().take(20).take_while(|b| b.is_ascii_digit() || is_any(b":.,+Z-", b)).count();
    digits.then_some(8 + more)
}
