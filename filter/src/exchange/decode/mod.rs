//! Decodes compressed bodies, which leave the filter uncompressed: requests, and responses that upstream compressed
//! although it was asked not to.
//!
//! Each decoder returns its output in pieces of at most [`STEP`] bytes, so its memory does not depend on the input, and
//! all of the output is counted: a small body may hold terabytes.

mod zstd;

use std::io::Write;

use brotli_decompressor::{BrotliDecompressStream, BrotliResult, BrotliState, StandardAlloc};
use flate2::write::{DeflateDecoder, MultiGzDecoder, ZlibDecoder};

use zstd::Zstd;

/// Maximum bytes of one decoded request, as many as the Anthropic API takes. A longer one is refused.
const REQUEST_PLAIN_MAX: u64 = if cfg!(test) { 1 << 20 } else { 32 << 20 };
/// Maximum bytes of one decoded response. A longer one is cut there.
const PLAIN_MAX: u64 = if cfg!(test) { 1 << 20 } else { 256 << 20 };
/// Maximum ratio of a response's decoded length, beyond [`PLAIN_FREE`], to its encoded length. A response that grows by
/// more is cut there. Text grows by a factor of 3 to 30.
const RATIO_MAX: u64 = 100;
/// Decoded bytes that any response may have, whatever its ratio.
const PLAIN_FREE: u64 = 1 << 20;
/// Maximum bytes that one step of a decoder returns.
const STEP: usize = 64 << 10;

/// The coding of a body, by its `content-encoding`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Coding {
    Identity,
    Gzip,
    Deflate,
    Brotli,
    Zstd,
    /// Another one, or several: such a response is passed on unchanged, and such a request refused.
    Unknown,
}

impl Coding {
    pub(super) fn of(content_encoding: Option<&str>) -> Self {
        match content_encoding.unwrap_or_default().trim().to_ascii_lowercase().as_str() {
            "" | "identity" => Self::Identity,
            "gzip" | "x-gzip" => Self::Gzip,
            "deflate" => Self::Deflate,
            "br" => Self::Brotli,
            "zstd" => Self::Zstd,
            _ => Self::Unknown,
        }
    }
}

/// Decodes the body of a request. One that ends before its coding does is not valid.
pub(super) fn request(coding: Coding, body: &[u8]) -> Result<Vec<u8>, Undecodable> {
    let mut decoder = Decoder::new(coding).ok_or(Undecodable::Garbled)?;
    decoder.bound = Bound::Request;
    let mut plain = Vec::new();
    decoder.write(body, &mut |piece| plain.extend_from_slice(piece))?;
    if decoder.stream.has_ended() { Ok(plain) } else { Err(Undecodable::Garbled) }
}

/// The reason for which nothing more can be decoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Undecodable {
    /// The bytes are not valid in this coding.
    Garbled,
    /// The decoded bytes are too many.
    TooLong,
}

/// Takes the pieces that a decoder returns.
type Give<'g> = dyn FnMut(&[u8]) -> Result<(), Undecodable> + 'g;

/// Decodes a body that arrives in pieces.
pub(super) struct Decoder {
    stream: Stream,
    bound: Bound,
    encoded: u64,
    plain: u64,
}

/// The bound of the decoded bytes, by the direction in which a body travels.
#[derive(Debug, Clone, Copy)]
enum Bound {
    /// A client may send that many bytes without a coding too, so no ratio has to be kept.
    Request,
    Response,
}

impl Bound {
    fn plain_max(self, encoded: u64) -> u64 {
        match self {
            Self::Request => REQUEST_PLAIN_MAX,
            Self::Response => PLAIN_MAX.min(PLAIN_FREE.saturating_add(encoded.saturating_mul(RATIO_MAX))),
        }
    }
}

enum Stream {
    Identity,
    Gzip(MultiGzDecoder<Vec<u8>>),
    /// `deflate` is zlib's format, but some servers send the bare one; the first two bytes distinguish them.
    Deflate(Vec<u8>),
    Zlib(ZlibDecoder<Vec<u8>>),
    Bare(DeflateDecoder<Vec<u8>>),
    Brotli(Box<Brotli>),
    Zstd(Box<Zstd>),
    Broken(Undecodable),
}

impl Decoder {
    /// Returns `None` for a coding that cannot be decoded.
    pub(super) fn new(coding: Coding) -> Option<Self> {
        let stream = match coding {
            Coding::Identity => Stream::Identity,
            Coding::Gzip => Stream::Gzip(MultiGzDecoder::new(Vec::new())),
            Coding::Deflate => Stream::Deflate(Vec::new()),
            Coding::Brotli => Stream::Brotli(Box::default()),
            Coding::Zstd => Stream::Zstd(Box::default()),
            Coding::Unknown => return None,
        };
        Some(Self::of(stream))
    }

    pub(super) fn identity() -> Self {
        Self::of(Stream::Identity)
    }

    fn of(stream: Stream) -> Self {
        Self { stream, bound: Bound::Response, encoded: 0, plain: 0 }
    }

    pub(super) fn is_identity(&self) -> bool {
        matches!(self.stream, Stream::Identity)
    }

    /// Passes the decoded form of the chunk to `out`, as far as it is certain, including what precedes an error.
    pub(super) fn write(&mut self, chunk: &[u8], out: &mut dyn FnMut(&[u8])) -> Result<(), Undecodable> {
        if self.is_identity() {
            out(chunk);
            return Ok(());
        }
        self.encoded += chunk.len() as u64;
        let max = self.bound.plain_max(self.encoded);
        let plain = &mut self.plain;
        let read = self.stream.write(chunk, &mut |piece| {
            *plain += piece.len() as u64;
            if *plain > max {
                return Err(Undecodable::TooLong);
            }
            out(piece);
            Ok(())
        });
        if let Err(undecodable) = read {
            self.stream = Stream::Broken(undecodable);
        }
        read
    }
}

impl std::fmt::Debug for Decoder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Decoder({} bytes given)", self.plain)
    }
}

impl Stream {
    fn write(&mut self, chunk: &[u8], give: &mut Give<'_>) -> Result<(), Undecodable> {
        match self {
            Self::Identity => give(chunk),
            Self::Gzip(decoder) => inflate(decoder, MultiGzDecoder::get_mut, chunk, give),
            Self::Zlib(decoder) => inflate(decoder, ZlibDecoder::get_mut, chunk, give),
            Self::Bare(decoder) => inflate(decoder, DeflateDecoder::get_mut, chunk, give),
            Self::Brotli(decoder) => decoder.write(chunk, give),
            Self::Zstd(decoder) => decoder.write(chunk, give),
            Self::Deflate(held) => {
                held.extend_from_slice(chunk);
                let &[first, second, ..] = held.as_slice() else { return Ok(()) };
                let is_zlib = first & 15 == 8 && u16::from_be_bytes([first, second]) % 31 == 0;
                let held = std::mem::take(held);
                *self = if is_zlib {
                    Self::Zlib(ZlibDecoder::new(Vec::new()))
                } else {
                    Self::Bare(DeflateDecoder::new(Vec::new()))
                };
                self.write(&held, give)
            }
            Self::Broken(undecodable) => Err(*undecodable),
        }
    }

    /// Returns whether the bytes so far are complete in their coding. Nothing may be written after this question.
    fn has_ended(&mut self) -> bool {
        match self {
            Self::Identity => true,
            Self::Gzip(decoder) => decoder.try_finish().is_ok(),
            // A decoder takes no byte after the end.
            Self::Zlib(decoder) => matches!(decoder.write(&[0]), Ok(0)),
            Self::Bare(decoder) => matches!(decoder.write(&[0]), Ok(0)),
            Self::Brotli(decoder) => decoder.has_ended,
            Self::Zstd(decoder) => decoder.has_ended(),
            Self::Deflate(_) | Self::Broken(_) => false,
        }
    }
}

/// Feeds a decoder, which takes no more at once than fills its buffer of 32 KB, and passes on its output.
fn inflate<D: Write>(
    decoder: &mut D,
    given: fn(&mut D) -> &mut Vec<u8>,
    chunk: &[u8],
    give: &mut Give<'_>,
) -> Result<(), Undecodable> {
    let mut rest = chunk;
    loop {
        let read = if rest.is_empty() { decoder.flush().map(|()| 0) } else { decoder.write(rest) };
        let plain = given(decoder);
        give(plain)?;
        plain.clear();
        match read {
            Ok(0) if rest.is_empty() => return Ok(()),
            // Something follows the end.
            Ok(0) | Err(_) => return Err(Undecodable::Garbled),
            Ok(read) => rest = rest.get(read..).unwrap_or_default(),
        }
    }
}

struct Brotli {
    state: BrotliState<StandardAlloc, StandardAlloc, StandardAlloc>,
    /// The output of a step.
    step: Vec<u8>,
    has_ended: bool,
}

impl Default for Brotli {
    fn default() -> Self {
        let [a, b, c] = std::array::from_fn(|_| StandardAlloc::default());
        // Strict: a window has at most 16 MB, as in RFC 7932. An extension that nobody sends would allow 1 GB.
        Self { state: BrotliState::new_strict(a, b, c), step: vec![0; STEP], has_ended: false }
    }
}

impl Brotli {
    fn write(&mut self, chunk: &[u8], give: &mut Give<'_>) -> Result<(), Undecodable> {
        let Self { state, step, has_ended } = self;
        let (mut left, mut at, mut total) = (chunk.len(), 0, 0);
        loop {
            let (mut room, mut written) = (STEP, 0);
            let result =
                BrotliDecompressStream(&mut left, &mut at, chunk, &mut room, &mut written, step, &mut total, state);
            give(step.get(..written).unwrap_or_default())?;
            match result {
                BrotliResult::NeedsMoreOutput => {}
                BrotliResult::NeedsMoreInput => return Ok(()),
                BrotliResult::ResultSuccess if left == 0 => {
                    *has_ended = true;
                    return Ok(());
                }
                // Something follows the end.
                BrotliResult::ResultSuccess | BrotliResult::ResultFailure => return Err(Undecodable::Garbled),
            }
        }
    }
}

#[cfg(test)]
mod tests;
