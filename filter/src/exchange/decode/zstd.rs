//! Zstandard (RFC 8878), one block at a time: the decoder itself would decode all blocks that it sees before it returns
//! any output, and needs each of them whole.

use std::io::Read;

use ruzstd::decoding::FrameDecoder;

use super::{Give, STEP, Undecodable};

/// Maximum bytes of a frame's header (3.1.1.1), with its magic number.
const HEADER_MAX: usize = 18;
/// Maximum bytes of a block (3.1.1.2.4), compressed or not.
const BLOCK_MAX: usize = 128 << 10;
/// Maximum bytes of the window, which the decoder keeps: RFC 9659 allows senders no more.
const WINDOW_MAX: u64 = 8 << 20;

pub(super) struct Zstd {
    decoder: FrameDecoder,
    /// The beginning of a part that has not arrived completely.
    held: Vec<u8>,
    next: Next,
    /// The output of a step. Allocated once, because a block may have only three bytes.
    step: Vec<u8>,
}

/// The part with which a stream continues.
#[derive(Clone, Copy)]
enum Next {
    Header,
    Block,
    Checksum,
}

impl Default for Zstd {
    fn default() -> Self {
        let mut decoder = FrameDecoder::new();
        decoder.set_max_window_size(WINDOW_MAX);
        Self { decoder, held: Vec::new(), next: Next::Header, step: vec![0; STEP] }
    }
}

impl Zstd {
    pub(super) fn write(&mut self, chunk: &[u8], give: &mut Give<'_>) -> Result<(), Undecodable> {
        let mut held = std::mem::take(&mut self.held);
        held.extend_from_slice(chunk);
        let mut at = 0;
        while let Some(read) = self.part(held.get(at..).unwrap_or_default(), give)? {
            at += read;
        }
        held.drain(..at);
        self.held = held;
        Ok(())
    }

    /// Returns whether what was written so far are whole frames.
    pub(super) fn has_ended(&self) -> bool {
        self.held.is_empty() && matches!(self.next, Next::Header)
    }

    /// Reads the part with which the bytes begin and returns its length; `None` if it is not complete.
    fn part(&mut self, bytes: &[u8], give: &mut Give<'_>) -> Result<Option<usize>, Undecodable> {
        match self.next {
            Next::Header if bytes.is_empty() => Ok(None),
            Next::Header => self.header(bytes),
            Next::Block => {
                let Some((len, last)) = block(bytes)? else { return Ok(None) };
                let Some(block) = bytes.get(..len) else { return Ok(None) };
                self.block(block, give)?;
                if last {
                    self.next = if self.decoder.is_finished() { Next::Header } else { Next::Checksum };
                }
                Ok(Some(len))
            }
            Next::Checksum => {
                let Some(checksum) = bytes.get(..4) else { return Ok(None) };
                self.decoder.decode_from_to(checksum, &mut []).map_err(|_| Undecodable::Garbled)?;
                self.next = Next::Header;
                Ok(Some(checksum.len()))
            }
        }
    }

    fn header(&mut self, bytes: &[u8]) -> Result<Option<usize>, Undecodable> {
        let mut rest = bytes;
        match self.decoder.reset(&mut rest) {
            Ok(()) => {
                self.next = Next::Block;
                Ok(Some(bytes.len() - rest.len()))
            }
            // The decoder reports an incomplete header as an error.
            Err(_) if bytes.len() < HEADER_MAX => Ok(None),
            Err(_) => Err(Undecodable::Garbled),
        }
    }

    fn block(&mut self, block: &[u8], give: &mut Give<'_>) -> Result<(), Undecodable> {
        let step = &mut self.step;
        let (_, mut written) = self.decoder.decode_from_to(block, step).map_err(|_| Undecodable::Garbled)?;
        while written > 0 {
            give(step.get(..written).unwrap_or_default())?;
            written = self.decoder.read(step).map_err(|_| Undecodable::Garbled)?;
        }
        Ok(())
    }
}

/// The length of the block with which the bytes begin, and whether it is the last of its frame.
fn block(bytes: &[u8]) -> Result<Option<(usize, bool)>, Undecodable> {
    let &[first, second, third, ..] = bytes else { return Ok(None) };
    let header = u32::from_le_bytes([first, second, third, 0]);
    let size = (header >> 3) as usize;
    if size > BLOCK_MAX {
        return Err(Undecodable::Garbled);
    }
    // A repeated byte is present once.
    let len = if header >> 1 & 3 == 1 { 1 } else { size };
    Ok(Some((3 + len, header & 1 == 1)))
}
