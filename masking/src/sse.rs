//! Server-sent events: bytes to events and back, framing only. Events that are not edited keep their bytes.
//!
//! The format is that of the WHATWG HTML standard, "Server-sent events": lines end with CR LF, LF or CR, a blank line
//! ends an event, and the values of several `data` lines are joined by a line feed.

use std::ops::Range;

/// Cuts a byte stream into events.
#[derive(Debug, Default)]
pub struct Framer {
    buffer: Vec<u8>,
    /// The start of the current event; everything before it was returned.
    start: usize,
    /// The start of its current line.
    line: usize,
    /// The offset up to which it was searched for its end.
    seen: usize,
}

impl Framer {
    /// Takes the next bytes. The events that they complete are then read with [`Framer::next_event`].
    pub fn write(&mut self, chunk: &[u8]) {
        // Once per chunk, not once per event: what is left moves to the front.
        self.buffer.drain(..self.start);
        self.line -= self.start;
        self.seen -= self.start;
        self.start = 0;
        self.buffer.extend_from_slice(chunk);
    }

    /// Returns the next complete event with its blank line; `None` if more bytes are needed.
    pub fn next_event(&mut self) -> Option<Vec<u8>> {
        let seen = self.seen;
        for end in memchr::memchr2_iter(b'\n', b'\r', self.buffer.get(seen..)?).map(|offset| seen + offset) {
            let blank = end == self.line;
            // CR LF is one end of a line: the LF of a CR that was read already ends nothing.
            let second_half = blank && end > self.start && self.buffer.get(end - 1..=end) == Some(b"\r\n");
            // Where lines end with CR LF, a blank one does too: its LF is on the way.
            if blank && self.buffer.ends_with(b"\r\n\r") && end + 1 == self.buffer.len() {
                self.seen = end;
                return None;
            }
            self.line = end + 1;
            if blank && !second_half {
                let with_lf = self.buffer.get(end..end + 2) == Some(b"\r\n");
                let next = end + 1 + usize::from(with_lf);
                let event = self.buffer.get(self.start..next).map(<[u8]>::to_vec);
                (self.start, self.line, self.seen) = (next, next, next);
                return event;
            }
        }
        self.seen = self.buffer.len();
        None
    }

    /// Returns whether nothing of the current event was searched for its end.
    pub fn is_fresh(&self) -> bool {
        self.seen == self.start
    }

    /// Returns the bytes that were not returned as events.
    pub fn rest(&self) -> &[u8] {
        self.buffer.get(self.start..).unwrap_or_default()
    }

    /// Goes on after so many of them, which are an event with its blank line.
    pub fn skip(&mut self, len: usize) {
        let next = self.start + len;
        (self.start, self.line, self.seen) = (next, next, next);
    }

    /// Returns the number of bytes of the event that is not complete yet.
    pub fn pending(&self) -> usize {
        self.buffer.len() - self.start
    }

    /// Takes the bytes of the event that is not complete, and begins again.
    pub fn take_pending(&mut self) -> Vec<u8> {
        let pending = self.buffer.split_off(self.start);
        *self = Self::default();
        pending
    }
}

/// The `data` of one event, with the places of its lines.
#[derive(Debug)]
pub struct Data<'e> {
    event: &'e [u8],
    lines: Vec<Range<usize>>,
    name: Option<&'e [u8]>,
}

impl<'e> Data<'e> {
    /// Reads one event as [`Framer::next_event`] returns it, with its blank line or without.
    pub fn of(event: &'e [u8]) -> Self {
        let (mut lines, mut name, mut at) = (Vec::new(), None, 0);
        for end in memchr::memchr2_iter(b'\n', b'\r', event).chain([event.len()]) {
            let line = event.get(at..end).unwrap_or_default();
            if let Some(value) = field(line, b"data") {
                lines.push(end - value.len()..end);
            }
            name = field(line, b"event").or(name);
            at = end + 1;
        }
        Self { event, lines, name }
    }

    /// Returns the name of the event; `None` if it has none.
    pub fn name(&self) -> Option<&'e [u8]> {
        self.name
    }

    /// Returns how the lines of the event end.
    pub fn ending(&self) -> &'static str {
        let first = memchr::memchr2(b'\n', b'\r', self.event).and_then(|at| self.event.get(at..));
        match first {
            Some([b'\r', b'\n', ..]) => "\r\n",
            Some([b'\r', ..]) => "\r",
            _ => "\n",
        }
    }

    /// Returns the offset at which the data stands as the receiver gets it; `None` if it is none, or of several lines.
    pub fn place(&self) -> Option<usize> {
        if let [line] = self.lines.as_slice() { Some(line.start) } else { None }
    }

    /// Returns the data as the receiver gets it; `None` if the event has none.
    pub fn joined(&self) -> Option<Vec<u8>> {
        let values: Vec<&[u8]> = self.lines.iter().filter_map(|range| self.event.get(range.clone())).collect();
        (!values.is_empty()).then(|| values.join(&b'\n'))
    }

    /// Returns the event with other data. Each line of it, whatever it ends with, gets a `data` line: those beyond the
    /// lines that the event has follow the last of them, and those that it has no data for are empty.
    pub fn replaced(&self, data: &[u8]) -> Vec<u8> {
        if self.lines.is_empty() {
            return self.event.to_vec();
        }
        let mut out = Vec::with_capacity(self.event.len() + data.len());
        let (mut at, mut lines) = (0, lines_of(data));
        for range in &self.lines {
            out.extend_from_slice(self.event.get(at..range.start).unwrap_or_default());
            out.extend_from_slice(lines.next().unwrap_or_default());
            at = range.end;
        }
        for line in lines {
            out.extend_from_slice(self.ending().as_bytes());
            out.extend_from_slice(b"data: ");
            out.extend_from_slice(line);
        }
        out.extend_from_slice(self.event.get(at..).unwrap_or_default());
        out
    }
}

/// The value of a line that is this field. A line with nothing but the name has an empty value; a longer name is another
/// field.
fn field<'l>(line: &'l [u8], name: &[u8]) -> Option<&'l [u8]> {
    match line.strip_prefix(name)? {
        [] => Some(&[]),
        [b':', b' ', value @ ..] | [b':', value @ ..] => Some(value),
        _ => None,
    }
}

/// The lines of a text, which end with CR LF, LF or CR.
fn lines_of(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = Some(text);
    std::iter::from_fn(move || {
        let text = rest?;
        let Some(end) = memchr::memchr2(b'\n', b'\r', text) else { return rest.take() };
        let (line, behind) = text.split_at_checked(end)?;
        rest = Some(behind.strip_prefix(b"\r\n").or(behind.get(1..)).unwrap_or_default());
        Some(line)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn events<'c>(chunks: impl IntoIterator<Item = &'c [u8]>) -> (Vec<String>, String) {
        let (mut framer, mut events) = (Framer::default(), Vec::new());
        for chunk in chunks {
            framer.write(chunk);
            while let Some(event) = framer.next_event() {
                events.push(String::from_utf8(event).unwrap());
            }
        }
        (events, String::from_utf8(framer.take_pending()).unwrap())
    }

    #[test]
    fn events_end_at_blank_lines() {
        let cases: &[(&str, &[&str], &str)] = &[
            ("", &[], ""),
            ("data: 1\n\ndata: 2\n\n", &["data: 1\n\n", "data: 2\n\n"], ""),
            ("event: a\r\ndata: 1\r\n\r\ndata: 2\r\n", &["event: a\r\ndata: 1\r\n\r\n"], "data: 2\r\n"),
            ("data: 1\r\rdata: 2\r\r", &["data: 1\r\r", "data: 2\r\r"], ""),
            (": comment\n\n\n\ndata: 1", &[": comment\n\n", "\n", "\n"], "data: 1"),
            ("data: 1\n\r\ndata: 2\r\n\n", &["data: 1\n\r\n", "data: 2\r\n\n"], ""),
        ];
        for (text, expected, pending) in cases {
            assert_eq!(
                events([text.as_bytes()]),
                (expected.iter().map(|e| e.to_string()).collect(), pending.to_string()),
                "{text:?}"
            );
        }
    }

    #[test]
    fn chunks_are_invisible_in_what_the_events_say() {
        let text = "event: a\r\ndata: 1\r\n\r\ndata: 2\n\n: c\n\ndata: 3\rdata: 4\r\rdata: 5";
        // A CR LF cut in two may leave its LF to the next event, where it is a blank line and says nothing.
        let said = |(events, pending): (Vec<String>, String)| -> Vec<Vec<u8>> {
            events.iter().chain([&pending]).filter_map(|event| Data::of(event.as_bytes()).joined()).collect()
        };
        let whole = said(events([text.as_bytes()]));
        assert_eq!(whole, [&b"1"[..], b"2", b"3\n4", b"5"]);
        for cut in 0..text.len() {
            let parts = events([&text.as_bytes()[..cut], &text.as_bytes()[cut..]]);
            assert_eq!(parts.0.concat() + &parts.1, text, "cut at {cut}");
            assert_eq!(said(parts), whole, "cut at {cut}");
        }
        assert_eq!(said(events(text.as_bytes().chunks(1))), whole);
    }

    #[test]
    fn data_is_read_and_replaced() {
        let cases: &[(&str, Option<&str>, &str, &str)] = &[
            ("event: x\ndata: {\"a\"}\n\n", Some("{\"a\"}"), "{}", "event: x\ndata: {}\n\n"),
            ("data:1\r\ndata\r\ndata:  2\r\n\r\n", Some("1\n\n 2"), "a\n\nc", "data:a\r\ndata\r\ndata: c\r\n\r\n"),
            (": only\n\n", None, "", ": only\n\n"),
            ("data: 1\n\n", Some("1"), "a\r\nb\rc", "data: a\ndata: b\ndata: c\n\n"),
            ("data:1\r\nid: 7\r\n\r\n", Some("1"), "a\n", "data:a\r\ndata: \r\nid: 7\r\n\r\n"),
            ("data: 1\ndata: 2\n\n", Some("1\n2"), "", "data: \ndata: \n\n"),
            ("database: 1\ndata: 2", Some("2"), "3", "database: 1\ndata: 3"),
        ];
        for (event, data, new, replaced) in cases {
            let parsed = Data::of(event.as_bytes());
            assert_eq!(parsed.joined().map(|d| String::from_utf8(d).unwrap()).as_deref(), *data, "{event:?}");
            assert_eq!(String::from_utf8(parsed.replaced(new.as_bytes())).unwrap(), *replaced, "{event:?}");
        }
    }
}
