//! A stream of server-sent events: each leaves as soon as it is whole, with the text in it that is certain.

use super::lanes::{Extra, Lanes, Restored};
use crate::dialect::Options;
use crate::sse::{Data, Framer};
use crate::unmask::Resolve;

#[derive(Debug)]
pub(super) struct Events {
    framer: Framer,
    lanes: Lanes<()>,
    /// True if the bytes that were sent last were a whole event.
    whole: bool,
}

impl Events {
    pub(super) fn new(options: Options) -> Self {
        Self { framer: Framer::default(), lanes: Lanes::new(options), whole: true }
    }

    pub(super) fn write(&mut self, chunk: &[u8], resolver: &mut dyn Resolve, out: &mut Vec<u8>) {
        self.framer.write(chunk);
        while let Some(event) = self.framer.next_event() {
            self.event(&event, resolver, out);
        }
    }

    /// Ends the stream, which may be after an event or in the middle of one.
    pub(super) fn end(&mut self, resolver: &mut dyn Resolve, out: &mut Vec<u8>) {
        let last = self.framer.take_pending();
        if !last.is_empty() {
            self.event(&last, resolver, out);
            self.whole = false;
        }
        let extras = self.lanes.end(resolver);
        if !extras.is_empty() && !self.whole {
            // A blank line keeps what is held from becoming a part of the cut event.
            out.extend_from_slice(b"\n\n");
        }
        push_extras(extras, out);
    }

    pub(super) fn pending(&self) -> usize {
        self.framer.pending()
    }

    /// Appends everything that is held, unchanged.
    pub(super) fn give_up(&mut self, resolver: &mut dyn Resolve, out: &mut Vec<u8>) {
        push_extras(self.lanes.end(resolver), out);
        out.append(&mut self.framer.take_pending());
    }

    fn event(&mut self, event: &[u8], resolver: &mut dyn Resolve, out: &mut Vec<u8>) {
        let data = Data::of(event);
        let text = data.joined().and_then(|joined| String::from_utf8(joined).ok());
        let restored = text.map(|text| self.lanes.restore(&text, &(), resolver));
        let Restored { before, data: new } = restored.unwrap_or(Restored { before: Vec::new(), data: None });
        push_extras(before, out);
        match new {
            Some(new) => out.append(&mut data.replaced(new.as_bytes())),
            None => out.extend_from_slice(event),
        }
    }
}

fn push_extras(extras: Vec<Extra<()>>, out: &mut Vec<u8>) {
    for Extra { name, data, .. } in extras {
        let name = name.map(|name| format!("event: {name}\n")).unwrap_or_default();
        // The data may have been written over several lines.
        out.extend_from_slice(format!("{name}data: {}\n\n", data.replace('\n', "\ndata: ")).as_bytes());
    }
}
