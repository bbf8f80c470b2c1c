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

/// A stream of one uncompressed block (RFC 7932, 9.2): there is no encoder among the dependencies.
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

/// Feeds a decoder, none of whose pieces may be longer than a step.
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
            assert_eq!(decode(Coding::of(Some(name)), encoded.chunks(size)).as_deref(), Ok(TEXT), "{name} by {size}");
        }
    }
    assert!(Decoder::new(Coding::of(Some("gzip, br"))).is_none());
}

/// The decoder waits for the checksum after the last block, which may arrive separately.
#[test]
fn frames_of_zstd_with_a_checksum() {
    let text = format!("data: {}\n", "a".repeat(300));
    // Written by the reference encoder.
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
fn a_stream_that_is_not_valid_is_an_error_forever() {
    for coding in [Coding::Gzip, Coding::Deflate, Coding::Zstd, Coding::Brotli] {
        let mut decoder = Decoder::new(coding).unwrap();
        let (garbage, mut plain) = ([0xff; 64], Vec::new());
        assert_eq!(read(&mut decoder, [&garbage[..]], &mut plain), Err(Undecodable::Garbled), "{coding:?}");
        assert!(read(&mut decoder, [&*gzip(TEXT.as_bytes())], &mut plain).is_err(), "{coding:?}");
        assert!(plain.is_empty(), "{coding:?}");
    }
}

/// Bombs in each coding, made by hand where that needs no encoder.
#[test]
fn expansion_is_bounded() {
    // A frame with a window of 8 MB, whose blocks are one byte repeated 128 K times.
    let frame = [0x28, 0xb5, 0x2f, 0xfd, 0, 13 << 3];
    let block = [0x02, 0, 0x10, 0];
    let zstd = [&frame[..], &block.repeat(1_000)].concat();
    let plain = vec![0; 8 << 20];
    // 8 MB of zeros, written by the reference encoder.
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

type Encode = fn(&[u8]) -> Vec<u8>;
const CODINGS: [(&str, Encode); 5] =
    [("gzip", gzip), ("deflate", zlib), ("deflate", deflate), ("br", brotli), ("zstd", zstd)];

/// A request that is cut anywhere is not one that the client meant to send.
#[test]
fn a_request_is_decoded_whole_or_not_at_all() {
    for (name, encode) in CODINGS {
        let (coding, encoded) = (Coding::of(Some(name)), encode(TEXT.as_bytes()));
        assert_eq!(request(coding, &encoded).as_deref(), Ok(TEXT.as_bytes()), "{name}");
        for cut in 1..encoded.len() {
            assert_eq!(request(coding, &encoded[..cut]), Err(Undecodable::Garbled), "{name} cut at {cut}");
        }
        let followed = [&encoded[..], b"{}"].concat();
        assert_eq!(request(coding, &followed), Err(Undecodable::Garbled), "{name} followed by something");
    }
    let members = [gzip(b"{}"), gzip(b" ")].concat();
    assert_eq!(request(Coding::Gzip, &members).as_deref(), Ok(&b"{} "[..]), "gzip of two members");
    assert_eq!(request(Coding::Unknown, b"{}"), Err(Undecodable::Garbled));
}

#[test]
fn a_request_may_grow_by_any_ratio_up_to_its_bound() {
    for (name, encode) in CODINGS.into_iter().filter(|(name, _)| *name != "br") {
        let max = usize::try_from(REQUEST_PLAIN_MAX).unwrap();
        let plain = request(Coding::of(Some(name)), &encode(&vec![b'a'; max]));
        assert_eq!(plain.map(|plain| plain.len()), Ok(max), "{name}");
        assert_eq!(request(Coding::of(Some(name)), &encode(&vec![b'a'; max + 1])), Err(Undecodable::TooLong), "{name}");
    }
}
