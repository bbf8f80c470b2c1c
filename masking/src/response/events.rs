//! A stream of server-sent events: each leaves as soon as it is whole, with the text in it that is certain.

use std::ops::Range;
use std::rc::Rc;

use super::Frame;
use super::mould::Extent;
use super::stream::{self, Content, Stream};
use crate::dialect::Options;
use crate::sse::{Data, Framer};
use crate::unmask::Resolve;

#[derive(Debug)]
pub(super) struct Events {
    framer: Framer,
    stream: Stream<Event>,
}

/// An event as it arrived, with the blank line after it.
#[derive(Debug)]
pub(super) struct Event {
    bytes: Vec<u8>,
    name: Option<Rc<str>>,
    /// The offset of its data, if that is one line.
    data: Option<usize>,
    ending: &'static str,
}

/// The lines that an added event has as its neighbours have them.
#[derive(Debug, Clone)]
pub(super) struct Manner {
    named: bool,
    ending: &'static str,
}

impl Events {
    pub(super) fn new(options: Options) -> Self {
        Self { framer: Framer::default(), stream: Stream::new(stream::Events::Parts, options) }
    }

    pub(super) fn write(&mut self, chunk: &[u8], resolver: &mut dyn Resolve, out: &mut Vec<u8>) {
        self.framer.write(chunk);
        loop {
            // A mould ends with the blank line of an event, so what fits it is a whole one. An event is compared twice at
            // most, in however many chunks it comes: with what has come of it first, and when it is whole.
            let is_fresh = self.framer.is_fresh();
            if is_fresh
                && let Some(passed) = self.stream.pass(self.framer.rest(), Extent::Beginning, manner_of, resolver)
            {
                out.extend_from_slice(passed.bytes());
                let len = passed.event.len();
                self.framer.skip(len);
                continue;
            }
            let Some(event) = self.framer.next_event() else { return };
            match if is_fresh { None } else { self.stream.pass(&event, Extent::All, manner_of, resolver) } {
                Some(passed) => out.extend_from_slice(passed.bytes()),
                None => self.event(event, resolver, out),
            }
        }
    }

    /// Ends the stream, which may be after an event or in the middle of one.
    pub(super) fn end(&mut self, resolver: &mut dyn Resolve, out: &mut Vec<u8>) {
        let last = self.framer.take_pending();
        if !last.is_empty() {
            self.event(last, resolver, out);
            if self.stream.flush(out) {
                // A blank line keeps what is held from becoming a part of the cut event.
                out.extend_from_slice(b"\n\n");
            }
        }
        self.stream.end(resolver, out);
    }

    pub(super) fn pending(&self) -> usize {
        self.framer.pending()
    }

    /// Appends everything that is held, unchanged.
    pub(super) fn give_up(&mut self, resolver: &mut dyn Resolve, out: &mut Vec<u8>) {
        self.stream.end(resolver, out);
        out.append(&mut self.framer.take_pending());
    }

    fn event(&mut self, bytes: Vec<u8>, resolver: &mut dyn Resolve, out: &mut Vec<u8>) {
        let data = Data::of(&bytes);
        let text = data.joined().and_then(|joined| String::from_utf8(joined).ok());
        let name = name_of(&data).map(Rc::from);
        // One that ends with CR may be followed by the LF of that.
        let (place, ending) = (data.place().filter(|_| bytes.ends_with(b"\n")), data.ending());
        let content = text.map_or(Content::None, Content::Text);
        self.stream.event(Event { bytes, name, data: place, ending }, content, resolver, out);
    }
}

fn name_of<'e>(data: &Data<'e>) -> Option<&'e str> {
    std::str::from_utf8(data.name()?).ok()
}

fn manner_of(event: &[u8]) -> Manner {
    let data = Data::of(event);
    Manner { named: name_of(&data).is_some(), ending: data.ending() }
}

impl Frame for Event {
    type Manner = Manner;

    fn manner(&self) -> Manner {
        Manner { named: self.name.is_some(), ending: self.ending }
    }

    fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    fn bytes<'f>(&'f self, data: &'f str) -> Option<(&'f [u8], Range<usize>)> {
        let start = self.data?;
        Some((&self.bytes, start..start + data.len()))
    }

    fn push(&self, data: Option<&str>, out: &mut Vec<u8>) {
        match data {
            Some(data) => out.append(&mut Data::of(&self.bytes).replaced(data.as_bytes())),
            None => out.extend_from_slice(&self.bytes),
        }
    }

    fn push_extra(Manner { named, ending }: &Manner, name: Option<&str>, data: &str, out: &mut Vec<u8>) {
        if let Some(name) = name.filter(|_| *named) {
            out.extend_from_slice(format!("event: {name}{ending}").as_bytes());
        }
        // The data may have been written over several lines.
        for line in data.split('\n') {
            out.extend_from_slice(format!("data: {line}{ending}").as_bytes());
        }
        out.extend_from_slice(ending.as_bytes());
    }
}
