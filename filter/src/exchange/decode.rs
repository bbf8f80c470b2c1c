//! Reads response bodies that upstream compressed although it was asked not to. They leave plain.
//!
//! Each decoder gives what it reads in pieces of at most [`STEP`] bytes, so the memory for them does not depend on what
//! arrives, and all of it is counted: a small body may hold terabytes.

mod zstd;

use std::io::Write;

use brotli_decompressor::{BrotliDecompressStream, BrotliResult, BrotliState, StandardAlloc};
use flate2::write::{DeflateDecoder, MultiGzDecoder, ZlibDecoder};

use zstd::Zstd;

/// Bytes that one response may have when it is plain. A longer one is cut there.
const PLAIN_MAX: u64 = if cfg!(test) { 1 << 20 } else { 256 << 20 };
/// Times its own length that a response may have when it is plain, beyond [`PLAIN_FREE`]; one that grows by more is cut
/// there. Text grows by 3 to 30.
const RATIO_MAX: u64 = 100;
/// Bytes that any response may have when it is plain.
const PLAIN_FREE: u64 = 1 << 20;
/// Bytes that one step of a decoder may give.
const STEP: usize = 64 << 10;

/// The coding of a body, by its `content-encoding`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Coding {
    Identity,
    Gzip,
    Deflate,
    Brotli,
    Zstd,
    /// Another one, or several: such a body is not touched.
    Unknown,
}

impl Coding {
    pub fn of(content_encoding: Option<&str>) -> Self {
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

/// Why nothing more can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Undecodable {
    /// The bytes are not what the coding says.
    Garbled,
    /// They are too many when they are plain.
    TooLong,
}

/// Takes what a decoder gives.
type Give<'g> = dyn FnMut(&[u8]) -> Result<(), Undecodable> + 'g;

/// Decodes a body that arrives in pieces.
pub struct Decoder {
    stream: Stream,
    encoded: u64,
    plain: u64,
}

enum Stream {
    Identity,
    Gzip(MultiGzDecoder<Vec<u8>>),
    /// `deflate` is zlib's format, but some send the bare one: the first bytes tell.
    Deflate(Vec<u8>),
    Zlib(ZlibDecoder<Vec<u8>>),
    Bare(DeflateDecoder<Vec<u8>>),
    Brotli(Box<Brotli>),
    Zstd(Box<Zstd>),
    Broken(Undecodable),
}

impl Decoder {
    /// `None` for a coding that cannot be read.
    pub fn new(coding: Coding) -> Option<Self> {
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

    pub fn identity() -> Self {
        Self::of(Stream::Identity)
    }

    fn of(stream: Stream) -> Self {
        Self { stream, encoded: 0, plain: 0 }
    }

    pub fn is_identity(&self) -> bool {
        matches!(self.stream, Stream::Identity)
    }

    /// Gives the plain form of what arrived, as far as it is certain, also of what stands before an error.
    pub fn write(&mut self, chunk: &[u8], out: &mut dyn FnMut(&[u8])) -> Result<(), Undecodable> {
        if self.is_identity() {
            out(chunk);
            return Ok(());
        }
        self.encoded += chunk.len() as u64;
        let max = PLAIN_MAX.min(PLAIN_FREE.saturating_add(self.encoded.saturating_mul(RATIO_MAX)));
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
}

/// Feeds a decoder, which takes no more at once than what fills its buffer of 32 KB, and takes what it gives.
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
            // Something stands behind the end.
            Ok(0) | Err(_) => return Err(Undecodable::Garbled),
            Ok(read) => rest = rest.get(read..).unwrap_or_default(),
        }
    }
}

struct Brotli {
    state: BrotliState<StandardAlloc, StandardAlloc, StandardAlloc>,
    /// What a step gives.
    step: Vec<u8>,
}

impl Default for Brotli {
    fn default() -> Self {
        let [a, b, c] = std::array::from_fn(|_| StandardAlloc::default());
        // Strict: a window has 16 MB at most, as in RFC 7932. An extension that nobody sends would allow 1 GB.
        Self { state: BrotliState::new_strict(a, b, c), step: vec![0; STEP] }
    }
}

impl Brotli {
    fn write(&mut self, chunk: &[u8], give: &mut Give<'_>) -> Result<(), Undecodable> {
        let Self { state, step } = self;
        let (mut left, mut at, mut total) = (chunk.len(), 0, 0);
        loop {
            let (mut room, mut written) = (STEP, 0);
            let result =
                BrotliDecompressStream(&mut left, &mut at, chunk, &mut room, &mut written, step, &mut total, state);
            give(step.get(..written).unwrap_or_default())?;
            match result {
                BrotliResult::NeedsMoreOutput => {}
                BrotliResult::NeedsMoreInput => return Ok(()),
                BrotliResult::ResultSuccess if left == 0 => return Ok(()),
                // Something stands behind the end.
                BrotliResult::ResultSuccess | BrotliResult::ResultFailure => return Err(Undecodable::Garbled),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "data: {\"text\":\"AWS_EC2_7KQ2M9XA4TBN and some more text, and some more text\"}\n\n";

    fn gzip(text: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap()
    }

    fn zlib(text: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap()
    }

    fn deflate(text: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::default());
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap()
    }

    fn zstd(text: &[u8]) -> Vec<u8> {
        ruzstd::encoding::compress_to_vec(text, ruzstd::encoding::CompressionLevel::Fastest)
    }

    /// TEXT as `brotli -q 5` writes it is not at hand; this is a stream of one uncompressed block (RFC 7932, 9.2).
    fn brotli(text: &[u8]) -> Vec<u8> {
        let mut out = brotli_bits(text.len() as u64 - 1);
        out.extend_from_slice(text);
        out.push(0b11);
        out
    }

    /// WBITS 16, not the last block, length in four nibbles, uncompressed, then bits to the next byte.
    fn brotli_bits(length: u64) -> Vec<u8> {
        let bits = length << 4 | 1 << 20;
        bits.to_le_bytes()[..3].to_vec()
    }

    fn decode<'c>(coding: Coding, chunks: impl IntoIterator<Item = &'c [u8]>) -> Result<String, Undecodable> {
        let mut plain = Vec::new();
        read(&mut Decoder::new(coding).unwrap(), chunks, &mut plain)?;
        Ok(String::from_utf8(plain).unwrap())
    }

    /// Feeds a decoder; no piece that it gives is longer than a step.
    fn read<'c>(
        decoder: &mut Decoder,
        chunks: impl IntoIterator<Item = &'c [u8]>,
        plain: &mut Vec<u8>,
    ) -> Result<(), Undecodable> {
        chunks.into_iter().try_for_each(|chunk| {
            let mut take = |piece: &[u8]| {
                assert!(piece.len() <= STEP, "a piece of {} bytes", piece.len());
                plain.extend_from_slice(piece);
            };
            decoder.write(chunk, &mut take)
        })
    }

    #[test]
    fn every_coding_at_every_chunk_size() {
        type Encode = fn(&[u8]) -> Vec<u8>;
        let codings: [(&str, Encode); 6] = [
            ("gzip", gzip),
            ("deflate", zlib),
            ("Deflate", deflate),
            ("br", brotli),
            ("zstd", zstd),
            ("identity", <[u8]>::to_vec),
        ];
        for (name, encode) in codings {
            let encoded = encode(TEXT.as_bytes());
            for size in [1, 2, 7, 64, encoded.len()] {
                assert_eq!(
                    decode(Coding::of(Some(name)), encoded.chunks(size)).as_deref(),
                    Ok(TEXT),
                    "{name} by {size}"
                );
            }
        }
        assert!(Decoder::new(Coding::of(Some("gzip, br"))).is_none());
    }

    /// The decoder waits for the checksum behind the last block, which may be cut off from it.
    #[test]
    fn frames_of_zstd_with_a_checksum() {
        let text = format!("data: {}\n", "a".repeat(300));
        // As the reference encoder writes it.
        let frame: [u8; 29] = [
            0x28, 0xb5, 0x2f, 0xfd, 0x64, 0x33, 0x00, 0x7d, 0x00, 0x00, 0x40, 0x64, 0x61, 0x74, 0x61, 0x3a, 0x20, 0x61,
            0x0a, 0x01, 0x00, 0x28, 0x2a, 0x30, 0x02, 0x83, 0x32, 0x39, 0xee,
        ];
        for cut in 0..frame.len() {
            assert_eq!(decode(Coding::Zstd, [&frame[..cut], &frame[cut..]]).as_deref(), Ok(&*text), "cut at {cut}");
        }
        let two = [frame, frame].concat();
        assert_eq!(decode(Coding::Zstd, two.chunks(7)), Ok(text.repeat(2)));
    }

    #[test]
    fn what_is_no_such_stream_is_an_error_once_and_for_all() {
        for coding in [Coding::Gzip, Coding::Deflate, Coding::Zstd, Coding::Brotli] {
            let mut decoder = Decoder::new(coding).unwrap();
            let (garbage, mut plain) = ([0xff; 64], Vec::new());
            assert_eq!(read(&mut decoder, [&garbage[..]], &mut plain), Err(Undecodable::Garbled), "{coding:?}");
            assert!(read(&mut decoder, [&*gzip(TEXT.as_bytes())], &mut plain).is_err(), "{coding:?}");
            assert!(plain.is_empty(), "{coding:?}");
        }
    }

    /// Bombs of each coding, made of what the formats allow: no encoder is needed, and none would be as bad.
    #[test]
    fn expansion_is_bounded() {
        // A frame of a window of 8 MB, whose blocks are one byte repeated 128 K times.
        let frame = [0x28, 0xb5, 0x2f, 0xfd, 0, 13 << 3];
        let block = [0x02, 0, 0x10, 0];
        let zstd = [&frame[..], &block.repeat(1_000)].concat();
        let plain = vec![0; 8 << 20];
        // 8 MB of zeros, as the reference encoder writes them.
        let brotli = vec![0x9b, 0xff, 0xff, 0x7f, 0xf8, 0x27, 0, 0xe2, 0xb1, 0x40, 0x20, 0xf7, 0xfe, 0x0f];
        for (coding, bomb) in [
            (Coding::Gzip, gzip(&plain)),
            (Coding::Deflate, zlib(&plain)),
            (Coding::Deflate, deflate(&plain)),
            (Coding::Zstd, zstd),
            (Coding::Brotli, brotli),
        ] {
            for size in [100, bomb.len()] {
                let (mut decoder, mut plain) = (Decoder::new(coding).unwrap(), Vec::new());
                let read = read(&mut decoder, bomb.chunks(size), &mut plain);
                assert_eq!(read, Err(Undecodable::TooLong), "{coding:?} by {size}");
                assert!(plain.len() as u64 <= PLAIN_MAX, "{coding:?} by {size}");
            }
        }
    }
}
