//! A response of a trusted upstream on its way to the client: masked document by document, or event by event.

use masking::Media;
use masking::sse::Framer;

use super::super::decode::{Coding, Decoder};
use super::super::head::ResponseHead;
use super::super::keepsake::ResponseKeepsake;
use super::text::{Mask, mask_document};
use super::{event, rpc};
use crate::refusal::Refusal;

/// Maximum bytes of a document, or of one event of a stream, that are held until it is whole. A longer one is withheld.
const HELD_MAX: usize = if cfg!(test) { 1 << 10 } else { 16 << 20 };

/// A response that is masked as it passes.
#[derive(Debug)]
pub(crate) struct Returned {
    content_type: String,
    decoder: Decoder,
    /// Bytes still to come, if the length is known: then the host may not report which chunk is the last.
    remaining: Option<u64>,
    body: Body,
    /// The ids of the calls that it answers.
    ids: Vec<String>,
    /// The last reason for which something was withheld.
    withheld: Option<Refusal>,
}

#[derive(Debug)]
enum Body {
    /// A document, held until it is whole.
    Document(Media, Vec<u8>),
    Events(Framer),
    /// Events, of which the one that is arriving began in another context: it is withheld.
    Cut(Framer),
    /// The body, if there is one, is withheld, and an error takes its place.
    Withheld(Refusal),
    /// The body has ended, or the rest of it is withheld, and the client knows.
    Over,
    /// No body belongs to the response.
    Nothing,
}

impl Returned {
    /// Begins a response to a request with this method and these calls.
    pub(super) fn new(head: &ResponseHead, method: &str, ids: Vec<String>) -> Self {
        let decoder = Decoder::new(Coding::of(head.content_encoding.as_deref()));
        let content_type = head.content_type.clone().unwrap_or_default();
        let body = match (head.media(method), &decoder) {
            (None, _) => Body::Nothing,
            (_, None) => Body::Withheld(Refusal::ResponseType),
            (Some(Media::Events), _) => Body::Events(Framer::default()),
            (Some(media @ (Media::Json | Media::Lines | Media::Text | Media::Undeclared)), _) => {
                Body::Document(media, Vec::new())
            }
            (Some(Media::Frames | Media::Opaque), _) => Body::Withheld(Refusal::ResponseType),
        };
        let decoder = decoder.unwrap_or_else(Decoder::identity);
        Self { content_type, decoder, remaining: head.content_length, body, ids, withheld: None }
    }

    /// The rest of a response that another context has begun; without its keepsake, all that is left of it is withheld.
    pub(super) fn lost(ids: Vec<String>, kept: Option<&ResponseKeepsake>) -> Self {
        let content_type = kept.map(|kept| kept.content_type.clone()).unwrap_or_default();
        let body = match Media::of(&content_type) {
            Media::Events => Body::Cut(Framer::default()),
            _ => Body::Withheld(Refusal::ResponseLost),
        };
        Self { content_type, decoder: Decoder::identity(), remaining: None, body, ids, withheld: None }
    }

    /// Returns whether the body, if there is one, is rewritten.
    pub(super) fn rewrites(&self) -> bool {
        !matches!(self.body, Body::Nothing)
    }

    /// The content type of an error in place of the response.
    pub(super) fn replaced_type(&self) -> Option<&'static str> {
        matches!(self.body, Body::Withheld(_)).then_some("application/json")
    }

    /// The last reason for which something was withheld.
    pub(super) fn withheld(&self) -> Option<Refusal> {
        self.withheld
    }

    /// The state with which another context can continue; `None` if it could not.
    pub(super) fn keepsake(&self) -> Option<ResponseKeepsake> {
        let (content_type, with_length) = (self.content_type.clone(), self.remaining.is_some());
        self.decoder.is_identity().then_some(ResponseKeepsake { content_type, with_length })
    }

    /// Takes the next bytes, or `None` if the host cannot show them. Returns those for the client.
    pub(super) fn write(&mut self, chunk: Option<&[u8]>, end_of_stream: bool, mask: &mut Mask<'_>) -> Vec<u8> {
        let mut out = Vec::new();
        let len = chunk.map_or(1, <[u8]>::len);
        let counted_down = self.remaining.as_mut().is_some_and(|left| {
            *left = left.saturating_sub(len as u64);
            *left == 0
        });
        match chunk {
            Some(chunk) => self.decode(chunk, &mut out, mask),
            None => self.withhold(Refusal::ResponseUnreadable, &mut out),
        }
        if end_of_stream || counted_down {
            self.end(&mut out, mask);
            // Kong never completes a response whose last piece is emptied. A line feed means nothing in JSON, in events
            // and in text.
            if out.is_empty() && len > 0 {
                out.push(b'\n');
            }
        }
        out
    }

    fn decode(&mut self, chunk: &[u8], out: &mut Vec<u8>, mask: &mut Mask<'_>) {
        let mut decoder = std::mem::replace(&mut self.decoder, Decoder::identity());
        let read = decoder.write(chunk, &mut |plain| self.take(plain, out, mask));
        self.decoder = decoder;
        if read.is_err() {
            self.withhold(Refusal::ResponseUnreadable, out);
        }
    }

    fn take(&mut self, plain: &[u8], out: &mut Vec<u8>, mask: &mut Mask<'_>) {
        match &mut self.body {
            Body::Over | Body::Nothing => {}
            Body::Withheld(refusal) if !plain.is_empty() => {
                let refusal = *refusal;
                self.withhold(refusal, out);
            }
            Body::Withheld(_) => {}
            Body::Document(_, held) if held.len() + plain.len() > HELD_MAX => {
                self.withhold(Refusal::ResponseTooLong, out);
            }
            Body::Document(_, held) => held.extend_from_slice(plain),
            Body::Cut(framer) => {
                framer.write(plain);
                if framer.next_event().is_some() {
                    out.extend_from_slice(rpc::error_events(Refusal::ResponseLost, &self.ids).as_bytes());
                    self.withheld = Some(Refusal::ResponseLost);
                    self.body = Body::Events(std::mem::take(framer));
                    self.take(&[], out, mask);
                } else if framer.pending() > HELD_MAX {
                    self.withhold(Refusal::ResponseTooLong, out);
                }
            }
            Body::Events(framer) => {
                framer.write(plain);
                while let Some(event) = framer.next_event() {
                    if event.len() > HELD_MAX {
                        return self.withhold(Refusal::ResponseTooLong, out);
                    }
                    write_event(&event, &self.ids, &mut self.withheld, out, mask);
                }
                if framer.pending() > HELD_MAX {
                    self.withhold(Refusal::ResponseTooLong, out);
                }
            }
        }
    }

    /// Takes the end of the body.
    fn end(&mut self, out: &mut Vec<u8>, mask: &mut Mask<'_>) {
        match std::mem::replace(&mut self.body, Body::Over) {
            Body::Document(_, held) if held.trim_ascii().is_empty() => out.extend(held),
            Body::Document(media, held) => match mask_document(media, &held, mask) {
                Ok(masked) => out.extend(masked.map_or(held, String::into_bytes)),
                Err(refusal) => self.withhold_document(refusal, out),
            },
            Body::Events(mut framer) => {
                let last = framer.take_pending();
                if !last.is_empty() {
                    write_event(&last, &self.ids, &mut self.withheld, out, mask);
                }
            }
            Body::Withheld(_) | Body::Cut(_) | Body::Over | Body::Nothing => {}
        }
    }

    /// Withholds the rest of the body, and tells the client in the form that it expects.
    fn withhold(&mut self, refusal: Refusal, out: &mut Vec<u8>) {
        match std::mem::replace(&mut self.body, Body::Over) {
            Body::Over => {}
            Body::Events(_) | Body::Cut(_) => {
                out.extend_from_slice(rpc::error_events(refusal, &self.ids).as_bytes());
                self.withheld = Some(refusal);
            }
            Body::Document(..) | Body::Withheld(_) | Body::Nothing => self.withhold_document(refusal, out),
        }
    }

    fn withhold_document(&mut self, refusal: Refusal, out: &mut Vec<u8>) {
        out.extend_from_slice(rpc::error(refusal, &self.ids).as_bytes());
        self.withheld = Some(refusal);
    }
}

/// Appends an event as the client gets it: masked, or an error in its place.
fn write_event(event: &[u8], ids: &[String], withheld: &mut Option<Refusal>, out: &mut Vec<u8>, mask: &mut Mask<'_>) {
    match event::masked(event, mask) {
        Ok(masked) => out.extend(masked),
        Err(refusal) => {
            out.extend_from_slice(rpc::error_events(refusal, ids).as_bytes());
            *withheld = Some(refusal);
        }
    }
}
