//! The laws that the coverage-guided targets of `fuzz/` look for a breach of, in bytes that a fuzzer makes.

use std::sync::OnceLock;

use masking::dialect::Options;
use masking::{Format, Known, Masker, Media, Mint, NoThoughts, PlaceholderKey, Policy, Replaced, Response, Scanner};

fn scanner() -> &'static Scanner {
    static SCANNER: OnceLock<Scanner> = OnceLock::new();
    SCANNER.get_or_init(|| Scanner::new(&Policy::default()).expect("the default policy is valid"))
}

fn mask(format: Format, body: &[u8]) -> Option<(Option<String>, Replaced)> {
    let mint = Mint::new(&PlaceholderKey::new([5; 32]), "fuzz");
    let (known, options, thoughts) = (Known::default(), Options::default(), &NoThoughts);
    let masker = Masker { scanner: scanner(), known: &known, mint: &mint, options, thoughts };
    masker.mask(format, body).ok().map(|masked| (masked.body, masked.replaced))
}

fn restore<'p>(media: Media, replaced: &Replaced, pieces: impl Iterator<Item = &'p [u8]>) -> Vec<u8> {
    let mut response = Response::new(media, Options::default(), Box::new(replaced.clone()));
    let mut out = Vec::new();
    pieces.for_each(|piece| response.write(piece, &mut out));
    response.end(&mut out);
    out
}

/// Maximum times that a text which a fuzzer broke is masked until nothing new is found in it. What stands next to a value
/// may look like another one once a placeholder stands there; a text that people or tools wrote has none (`fuzz.rs`).
const ROUNDS: usize = 4;

/// Masking refuses or masks; what it masked comes to rest, keeps its placeholders, and restored it is what it was.
#[allow(dead_code, reason = "each target takes one of the two")]
pub fn mask_restore(bytes: &[u8]) {
    for format in [Format::Json, Format::Lines, Format::Text] {
        let Some((body, replaced)) = mask(format, bytes) else { continue };
        let original = std::str::from_utf8(bytes).expect("other bytes are refused");
        let masked = body.as_deref().unwrap_or(original);
        comes_to_rest(format, masked, &replaced);
        // A placeholder that stood there already may touch one of this exchange: then both stay. JSON is read as such, and an
        // escape in it does not come back as it was; the texts of a stream are taken apart.
        let is_text = !original.trim_start().starts_with(['{', '[']) && !original.contains("data:");
        let is_text = is_text && !original.contains("event:") && !original.to_ascii_uppercase().contains("AWS");
        if format == Format::Text && is_text {
            let restored = restore(Media::Text, &replaced, std::iter::once(masked.as_bytes()));
            assert_eq!(String::from_utf8_lossy(&restored), original);
        }
    }
}

/// Masks a masked text until nothing is found in it: no placeholder of the first time is lost.
fn comes_to_rest(format: Format, masked: &str, replaced: &Replaced) {
    let mut text = masked.to_owned();
    for _ in 0..ROUNDS {
        let (again, _) = mask(format, text.as_bytes()).expect("what was masked can be read");
        let Some(again) = again else { return };
        for (placeholder, _) in replaced.entries().filter(|(placeholder, _)| text.contains(placeholder.as_str())) {
            assert!(again.contains(placeholder.as_str()), "{placeholder} is gone: {text}");
        }
        text = again;
    }
    panic!("masked {ROUNDS} times, and still with a finding: {text}");
}

/// The first byte says how the rest is cut. Chunks are invisible in a response of any type.
#[allow(dead_code, reason = "each target takes one of the two")]
pub fn streams(bytes: &[u8]) {
    let Some((first, rest)) = bytes.split_first() else { return };
    let (_, replaced) = mask(Format::Text, b"i-0123456789abcdef0 s3://acme-logs-1/").expect("it is text");
    let placeholder = replaced.entries().next().expect("it has values").0.to_string();
    let spoken = String::from_utf8_lossy(rest).replace("AWS_EC2_7KQ2M9XA4TBN", &placeholder).into_bytes();
    let size = usize::from(*first % 40) + 1;
    for media in [Media::Json, Media::Lines, Media::Events, Media::Frames, Media::Text, Media::Opaque] {
        let whole = restore(media, &replaced, std::iter::once(&*spoken));
        let pieces = restore(media, &replaced, spoken.chunks(size));
        assert_eq!(String::from_utf8_lossy(&pieces), String::from_utf8_lossy(&whole), "{media:?} in pieces of {size}");
    }
}
