//! The calls of functions in a program: `requests.post("https://…", json=…)`.

use std::ops::Range;

use super::work::Work;

/// The calls of a text, read once from its begin to its end.
#[derive(Debug)]
pub(super) struct Calls<'t> {
    text: &'t str,
    at: usize,
    open: Vec<Open>,
    /// Behind the last sign that ends a statement.
    block: usize,
    last: Option<Range<usize>>,
}

/// A parenthesis that is open.
#[derive(Debug)]
struct Open {
    at: usize,
    /// The parenthesis of the outermost call whose arguments these are, perhaps by way of others: `f(g(…`.
    call: Option<usize>,
}

impl<'t> Calls<'t> {
    pub(super) fn of(text: &'t str) -> Self {
        Self { text, at: 0, open: Vec::new(), block: 0, last: None }
    }

    /// Returns the arguments among which this is one. Ranges are asked for in order.
    pub(super) fn around(&mut self, argument: &Range<usize>, work: &mut Work) -> Option<Range<usize>> {
        self.read_to(argument.start);
        let call = self.open.last()?.call?;
        if let Some(last) = self.last.as_ref().filter(|last| last.start == call && argument.end <= last.end) {
            return Some(last.clone());
        }
        if work.is_used_up() {
            return None;
        }
        let depth = self.open.iter().rev().take_while(|open| open.at > call).count();
        let end = close(self.text.as_bytes(), argument.end, depth);
        work.take(end - argument.end + depth);
        self.last = Some(call..end);
        self.last.clone()
    }

    fn read_to(&mut self, end: usize) {
        let bytes = self.text.as_bytes();
        for (at, byte) in bytes.iter().enumerate().take(end).skip(self.at) {
            match byte {
                b'(' => self.open.push(self.opened(at, at.checked_sub(1).and_then(|before| bytes.get(before)))),
                b')' => drop(self.open.pop()),
                b'{' | b';' => self.block = at + 1,
                _ => {}
            }
        }
        self.at = end.max(self.at);
    }

    fn opened(&self, at: usize, before: Option<&u8>) -> Open {
        let outer = self.open.last();
        let is_call = before.is_some_and(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'>' | b'!'));
        let by_way = outer.filter(|outer| !is_call || self.block <= outer.at).and_then(|outer| outer.call);
        Open { at, call: by_way.or(is_call.then_some(at)) }
    }
}

/// Where arguments end that are this deep in parentheses, read from the end of one of them, which a quote may follow.
fn close(bytes: &[u8], from: usize, mut depth: usize) -> usize {
    let (mut at, mut quote) = (from, None);
    // The quote that ends it.
    if bytes.get(at).is_some_and(|b| matches!(b, b'"' | b'\'' | b'`')) {
        at += 1;
    }
    while let Some(byte) = bytes.get(at).copied() {
        match (quote, byte) {
            (_, b'\\') => at += 1,
            (Some(open), _) if byte == open => quote = None,
            (Some(_), _) => {}
            (None, b'"' | b'\'' | b'`') => quote = Some(byte),
            (None, b'(') => depth += 1,
            (None, b')') if depth == 0 => return at,
            (None, b')') => depth -= 1,
            (None, _) => {}
        }
        at += 1;
    }
    bytes.len()
}

/// What an address in quotes is put together with on its line: `"https://…" + x`.
pub(super) fn joined(text: &str, address: &Range<usize>, work: &mut Work) -> Option<Range<usize>> {
    let behind = text.get(address.end..)?.strip_prefix(['"', '\'', '`'])?;
    let sign = behind.trim_start_matches([' ', '\t']);
    let is_joined =
        sign.starts_with(['+', '%']) || [" . ", ".format(", ".concat("].iter().any(|it| behind.starts_with(it));
    if !is_joined || work.is_used_up() {
        return None;
    }
    let len = behind.find([';', '\n']).unwrap_or(behind.len());
    work.take(len);
    Some(address.start..text.len() - behind.len() + len)
}
