//! Reads response bodies that upstream compressed although it was asked not to. They leave plain.

use std::io::Write;

use brotli_decompressor::DecompressorWriter;
use flate2::write::{DeflateDecoder, MultiGzDecoder, ZlibDecoder};
use ruzstd::decoding::FrameDecoder;

/// Bytes that one response may have when it is plain: a small one can hold terabytes.
const PLAIN_MAX: u64 = if cfg!(test) { 1 << 20 } else { 256 << 20 };
/// Bytes that one step of a decoder may give.
const STEP: usize = 64 << 10;
/// Bytes of a zstd frame's header at the most (RFC 8878, 3.1.1).
const ZSTD_HEADER_MAX: usize = 18;

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

/// The bytes are not what the coding says, or they are too many: nothing more can be read.
#[derive(Debug, PartialEq, Eq)]
pub struct Undecodable {
    /// What was read of them before that showed.
    pub plain: Vec<u8>,
}

/// Decodes a body that arrives in pieces.
pub struct Decoder {
    stream: Stream,
    total: u64,
}

enum Stream {
    Identity,
    Gzip(MultiGzDecoder<Plain>),
    /// `deflate` is zlib's format, but some send the bare one: the first bytes tell.
    Deflate(Vec<u8>),
    Zlib(ZlibDecoder<Plain>),
    Bare(DeflateDecoder<Plain>),
    Brotli(Box<DecompressorWriter<Plain>>),
    Zstd(Box<FrameDecoder>, Vec<u8>),
    Broken,
}

impl Decoder {
    /// `None` for a coding that cannot be read.
    pub fn new(coding: Coding) -> Option<Self> {
        let stream = match coding {
            Coding::Identity => Stream::Identity,
            Coding::Gzip => Stream::Gzip(MultiGzDecoder::new(Plain::default())),
            Coding::Deflate => Stream::Deflate(Vec::new()),
            Coding::Brotli => Stream::Brotli(Box::new(DecompressorWriter::new(Plain::default(), STEP))),
            Coding::Zstd => Stream::Zstd(Box::new(FrameDecoder::new()), Vec::new()),
            Coding::Unknown => return None,
        };
        Some(Self { stream, total: 0 })
    }

    pub fn identity() -> Self {
        Self { stream: Stream::Identity, total: 0 }
    }

    pub fn is_identity(&self) -> bool {
        matches!(self.stream, Stream::Identity)
    }

    /// The plain form of what arrived, as far as it is certain.
    pub fn write(&mut self, chunk: &[u8]) -> Result<Vec<u8>, Undecodable> {
        let mut plain = Vec::new();
        let read = self.stream.write(chunk, &mut plain);
        self.total += plain.len() as u64;
        if read && self.total <= PLAIN_MAX {
            return Ok(plain);
        }
        self.stream = Stream::Broken;
        Err(Undecodable { plain })
    }
}

impl std::fmt::Debug for Decoder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Decoder({} bytes given)", self.total)
    }
}

impl Stream {
    /// Appends the plain form of what arrived. Tells whether it could be read.
    fn write(&mut self, chunk: &[u8], plain: &mut Vec<u8>) -> bool {
        match self {
            Self::Identity => plain.extend_from_slice(chunk),
            Self::Gzip(decoder) => return step(decoder, MultiGzDecoder::get_mut, chunk, plain),
            Self::Zlib(decoder) => return step(decoder, ZlibDecoder::get_mut, chunk, plain),
            Self::Bare(decoder) => return step(decoder, DeflateDecoder::get_mut, chunk, plain),
            Self::Brotli(decoder) => return step(&mut **decoder, DecompressorWriter::get_mut, chunk, plain),
            Self::Zstd(decoder, held) => return zstd(decoder, held, chunk, plain),
            Self::Deflate(held) => {
                held.extend_from_slice(chunk);
                let &[first, second, ..] = held.as_slice() else { return true };
                let is_zlib = first & 15 == 8 && u16::from_be_bytes([first, second]) % 31 == 0;
                let held = std::mem::take(held);
                *self = if is_zlib {
                    Self::Zlib(ZlibDecoder::new(Plain::default()))
                } else {
                    Self::Bare(DeflateDecoder::new(Plain::default()))
                };
                return self.write(&held, plain);
            }
            Self::Broken => return false,
        }
        true
    }
}

/// Feeds a decoder and takes what it gives, also when it fails.
fn step<D: Write>(decoder: &mut D, given: fn(&mut D) -> &mut Plain, chunk: &[u8], plain: &mut Vec<u8>) -> bool {
    let read = decoder.write_all(chunk).and_then(|()| decoder.flush()).is_ok();
    plain.append(&mut given(decoder).0);
    read
}

fn zstd(decoder: &mut FrameDecoder, held: &mut Vec<u8>, chunk: &[u8], plain: &mut Vec<u8>) -> bool {
    held.extend_from_slice(chunk);
    let mut step = vec![0; STEP];
    loop {
        let (read, written) = match decoder.decode_from_to(held, &mut step) {
            Ok(progress) => progress,
            // The decoder wants a frame's header whole, and calls a part of one wrong.
            Err(_) => return decoder.bytes_read_from_source() == 0 && held.len() < ZSTD_HEADER_MAX,
        };
        held.drain(..read.min(held.len()));
        plain.extend_from_slice(step.get(..written).unwrap_or_default());
        if plain.len() as u64 > PLAIN_MAX {
            return false;
        }
        if read == 0 && written == 0 {
            return true;
        }
    }
}

/// What a decoder gives, until it is taken. It refuses more than the bound, before it is there.
#[derive(Debug, Default)]
struct Plain(Vec<u8>);

impl Write for Plain {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        if (self.0.len() + bytes.len()) as u64 > PLAIN_MAX {
            return Err(std::io::ErrorKind::FileTooLarge.into());
        }
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
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
        let mut decoder = Decoder::new(coding).unwrap();
        let plain: Result<Vec<_>, _> = chunks.into_iter().map(|chunk| decoder.write(chunk)).collect();
        Ok(String::from_utf8(plain?.concat()).unwrap())
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

    #[test]
    fn what_is_no_such_stream_is_an_error_once_and_for_all() {
        for coding in [Coding::Gzip, Coding::Deflate, Coding::Zstd, Coding::Brotli] {
            let mut decoder = Decoder::new(coding).unwrap();
            let garbage = [0xff; 64];
            assert_eq!(decoder.write(&garbage), Err(Undecodable { plain: Vec::new() }), "{coding:?}");
            assert!(decoder.write(&gzip(TEXT.as_bytes())).is_err(), "{coding:?}");
        }
    }

    #[test]
    fn expansion_is_bounded() {
        let bomb = gzip(&vec![0; PLAIN_MAX as usize + 1]);
        assert!(decode(Coding::Gzip, bomb.chunks(4096)).is_err());
    }
}
