//! A response on its way to the client: decoded, restored, and ended where its bytes end.

use masking::{Response, Tally};

use crate::decode::{Decoder, Undecodable};
use crate::exchange::ResponseHead;
use crate::keepsake::ResponseKeepsake;

/// Bytes of an encoded response that are kept until the decoder gives the first plain one.
const UNREAD_MAX: usize = 64 << 10;

/// A response on its way.
#[derive(Debug)]
pub struct Restoring {
    content_type: String,
    decoder: Decoder,
    /// What arrived before the decoder gave anything: if it is not what its coding says, it passes as it came.
    unread: Option<Vec<u8>>,
    response: Response,
    /// Bytes still to come, where the length is known: the host may not tell which chunk is the last.
    remaining: Option<u64>,
    /// Whether the body could not be decoded to its end.
    cut: bool,
}

impl Restoring {
    pub fn new(head: &ResponseHead, decoder: Decoder, response: Response) -> Self {
        Self {
            content_type: head.content_type.clone().unwrap_or_default(),
            decoder,
            unread: Some(Vec::new()),
            response,
            remaining: head.content_length,
            cut: false,
        }
    }

    /// The next bytes; gives what goes to the client.
    pub fn write(&mut self, chunk: &[u8], end_of_stream: bool) -> Vec<u8> {
        let counted_down = self.remaining.as_mut().is_some_and(|left| {
            *left = left.saturating_sub(chunk.len() as u64);
            *left == 0
        });
        let mut out = Vec::with_capacity(chunk.len());
        let ends = end_of_stream || counted_down;
        let plain = self.decode(chunk, ends);
        self.response.write(&plain, &mut out);
        if ends {
            self.response.end(&mut out);
            // Kong never completes a response whose last piece is emptied, as when nothing of it could be decoded. A line
            // feed says nothing in JSON, in events and in text.
            if out.is_empty() && !chunk.is_empty() {
                out.push(b'\n');
            }
        }
        out
    }

    /// What became of the placeholders so far.
    pub fn tally(&self) -> Tally {
        let tally = self.response.tally().clone();
        Tally { degraded: tally.degraded || self.cut, ..tally }
    }

    /// What another context needs to go on; `None` if it could not.
    pub fn keepsake(&self) -> Option<ResponseKeepsake> {
        let (content_type, with_length) = (self.content_type.clone(), self.remaining.is_some());
        self.decoder.is_identity().then_some(ResponseKeepsake { content_type, with_length })
    }

    /// The plain form of a chunk. From where the body cannot be decoded on it is what arrived.
    fn decode(&mut self, chunk: &[u8], ends: bool) -> Vec<u8> {
        let (mut plain, failed) = match self.decoder.write(chunk) {
            Ok(plain) => (plain, false),
            Err(Undecodable { plain }) => (plain, true),
        };
        if !plain.is_empty() {
            self.unread = None;
        }
        if let Some(unread) = &mut self.unread {
            unread.extend_from_slice(chunk);
        }
        let cut = failed || (ends && self.unread.as_ref().is_some_and(|unread| !unread.is_empty()));
        if cut {
            (self.cut, self.decoder) = (true, Decoder::identity());
            plain.append(&mut self.unread.take().unwrap_or_else(|| chunk.to_owned()));
        } else if self.unread.as_ref().is_some_and(|unread| unread.len() > UNREAD_MAX) {
            self.unread = None;
        }
        plain
    }
}
