//! A response on its way to the client: decoded, restored, and ended where its bytes end.

use masking::{Response, Tally};

use super::decode::{Decoder, Undecodable};
use super::head::ResponseHead;
use super::keepsake::ResponseKeepsake;

/// Maximum bytes of an encoded response that are kept until the decoder returns its first output; past that, garbled
/// input is lost.
const UNREAD_MAX: usize = 64 << 10;

/// A response that is being restored.
#[derive(Debug)]
pub(super) struct Restoring {
    content_type: String,
    decoder: Decoder,
    /// The bytes before the decoder's first output: if they are not valid in their coding, they pass unchanged.
    unread: Option<Vec<u8>>,
    response: Response,
    /// Bytes still to come, if the length is known: then the host may not report which chunk is the last.
    remaining: Option<u64>,
    /// True if the body could not be decoded to its end.
    cut: bool,
}

impl Restoring {
    pub(super) fn new(head: &ResponseHead, decoder: Decoder, response: Response) -> Self {
        Self {
            content_type: head.content_type.clone().unwrap_or_default(),
            decoder,
            unread: Some(Vec::new()),
            response,
            remaining: head.content_length,
            cut: false,
        }
    }

    /// Takes the next bytes. Returns those for the client.
    pub(super) fn write(&mut self, chunk: &[u8], end_of_stream: bool) -> Vec<u8> {
        let counted_down = self.remaining.as_mut().is_some_and(|left| {
            *left = left.saturating_sub(chunk.len() as u64);
            *left == 0
        });
        let mut out = Vec::with_capacity(chunk.len());
        let ends = end_of_stream || counted_down;
        self.decode(chunk, ends, &mut out);
        if ends {
            self.response.end(&mut out);
            // Kong never completes a response whose last piece is emptied, as when nothing of it could be decoded. A
            // line feed has no meaning in JSON, in events and in text.
            if out.is_empty() && !chunk.is_empty() {
                out.push(b'\n');
            }
        }
        out
    }

    /// The outcome for the placeholders so far.
    pub(super) fn tally(&self) -> Tally {
        let tally = self.response.tally().clone();
        Tally { degraded: tally.degraded || self.cut, ..tally }
    }

    /// The state with which another context can continue; `None` if it could not.
    pub(super) fn keepsake(&self) -> Option<ResponseKeepsake> {
        let (content_type, with_length) = (self.content_type.clone(), self.remaining.is_some());
        self.decoder.is_identity().then_some(ResponseKeepsake { content_type, with_length })
    }

    /// Restores the decoded form of a chunk. From the point at which the body is not valid in its coding it passes
    /// unchanged; at the point at which its decoded form is too long it ends.
    fn decode(&mut self, chunk: &[u8], ends: bool, out: &mut Vec<u8>) {
        let (response, mut any) = (&mut self.response, false);
        let read = self.decoder.write(chunk, &mut |plain| {
            any |= !plain.is_empty();
            response.write(plain, out);
        });
        if any {
            self.unread = None;
        }
        if let Some(unread) = &mut self.unread {
            unread.extend_from_slice(chunk);
        }
        let garbled =
            read == Err(Undecodable::Garbled) || ends && self.unread.as_ref().is_some_and(|unread| !unread.is_empty());
        self.cut |= garbled || read.is_err();
        if garbled {
            self.decoder = Decoder::identity();
            let unread = self.unread.take();
            self.response.write(unread.as_deref().unwrap_or(chunk), out);
        } else if self.unread.as_ref().is_some_and(|unread| unread.len() > UNREAD_MAX) {
            self.unread = None;
        }
    }
}
