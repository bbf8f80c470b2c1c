//! Files that stand in a string, in base64 or as a `data:` URL (RFC 2397). Text among them is read; anything else is an
//! attachment that nobody here can read.

use base64::Engine;
use base64::alphabet::{Alphabet, STANDARD, URL_SAFE};
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

/// Minimum characters of base64 of a file that is not declared as text: fewer could as well be a word.
const BASE64_MIN: usize = 24;

/// What a document states about the type of a file in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Declared {
    Text,
    /// An image, audio, a PDF, an office file, an archive.
    Binary,
    /// Nothing that decides it: the bytes do.
    Nothing,
}

impl Declared {
    /// Reads a media type, whose parameters do not count.
    pub(crate) fn of_type(media_type: &str) -> Self {
        let essence = media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        let (kind, name) = essence.split_once('/').unwrap_or((&essence, ""));
        match (kind, name) {
            ("text", _) => Self::Text,
            (_, name) if name.ends_with("+json") || name.ends_with("+xml") => Self::Text,
            ("image" | "audio" | "video" | "font", _) => Self::Binary,
            ("application", name) => Self::of_name(name),
            _ => Self::Nothing,
        }
    }

    /// Reads the `format` of Bedrock's documents and images.
    pub(super) fn of_format(format: &str) -> Self {
        Self::of_name(&format.to_ascii_lowercase())
    }

    /// Reads the ending of a file's name.
    pub(crate) fn of_filename(name: &str) -> Self {
        name.rsplit_once('.').map_or(Self::Nothing, |(_, ending)| Self::of_format(ending))
    }

    fn of_name(name: &str) -> Self {
        match name {
            "csv" | "tsv" | "txt" | "md" | "markdown" | "html" | "htm" | "json" | "jsonl" | "ndjson" | "x-ndjson"
            | "xml" | "yaml" | "yml" | "x-yaml" | "toml" | "ini" | "log" | "sql" | "tf" | "hcl" | "sh" | "x-sh"
            | "py" | "js" | "ts" | "javascript" | "typescript" | "svg" | "tex" | "rtf" => Self::Text,
            "pdf" | "zip" | "gzip" | "gz" | "tar" | "doc" | "docx" | "xls" | "xlsx" | "ppt" | "pptx" | "odt"
            | "ods" | "odp" | "epub" | "msword" | "png" | "jpg" | "jpeg" | "gif" | "webp" | "bmp" | "tiff" | "mp3"
            | "mp4" | "wav" | "ogg" | "flac" | "m4a" | "webm" | "mov" | "mkv" | "mpeg" | "mpg" | "flv" | "wmv"
            | "three_gp" | "aac" | "opus" | "pcm16" | "pcm" => Self::Binary,
            office if office.starts_with("vnd.openxmlformats") || office.starts_with("vnd.ms-") => Self::Binary,
            _ => Self::Nothing,
        }
    }
}

/// How a file is written in its string.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Coding {
    /// In base64 (RFC 4648), in either alphabet, padded or not, with or without line breaks.
    Base64,
    /// In base64, as the data of a `data:` URL.
    Base64Url,
    /// With escapes of URLs, as the data of a `data:` URL.
    PercentUrl,
}

/// What a string is that stands for a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum File {
    /// The bytes of the file. They may be text.
    Data(Coding),
    /// A file that cannot be read.
    Attachment,
    /// The address from which the provider loads the file.
    Link,
    /// Something else: text.
    Text,
}

impl File {
    /// Reads a string that should be the bytes of a file of the declared type, or a `data:` URL.
    pub(super) fn of_data(string: &str, declared: Declared) -> Self {
        if let Some(url) = DataUrl::of(string) {
            return url.file();
        }
        let enough = declared == Declared::Text || string.len() >= BASE64_MIN;
        match declared {
            _ if !enough || !string.bytes().all(is_base64) => Self::Text,
            Declared::Binary => Self::Attachment,
            Declared::Text | Declared::Nothing => Self::Data(Coding::Base64),
        }
    }

    /// Reads a string that should be a URL.
    pub(super) fn of_url(string: &str) -> Self {
        DataUrl::of(string).map_or(Self::Link, |url| url.file())
    }
}

fn is_base64(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=' | b'-' | b'_' | b'\n' | b'\r')
}

/// `data:[<type>][;base64],<data>`
struct DataUrl<'u> {
    media_type: &'u str,
    coding: Coding,
    /// The offset of the data.
    at: usize,
}

impl<'u> DataUrl<'u> {
    fn of(url: &'u str) -> Option<Self> {
        let (scheme, rest) = url.split_at_checked(5)?;
        if !scheme.eq_ignore_ascii_case("data:") {
            return None;
        }
        let (media_type, _) = rest.split_once(',')?;
        let is_base64 = media_type.rsplit(';').next().is_some_and(|last| last.trim().eq_ignore_ascii_case("base64"));
        let coding = if is_base64 { Coding::Base64Url } else { Coding::PercentUrl };
        Some(Self { media_type, coding, at: scheme.len() + media_type.len() + 1 })
    }

    fn file(&self) -> File {
        // Without a type it is plain text.
        let is_untyped = self.media_type.split(';').next().unwrap_or_default().trim().is_empty();
        match if is_untyped { Declared::Text } else { Declared::of_type(self.media_type) } {
            Declared::Binary => File::Attachment,
            Declared::Text | Declared::Nothing => File::Data(self.coding),
        }
    }
}

/// The text of a file in a string, and how it is written there.
#[derive(Debug)]
pub(crate) struct Embedded {
    pub text: String,
    /// The offset of the file in the string.
    at: usize,
    charset: Charset,
    written: Written,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Charset {
    Utf8,
    Utf16 {
        is_big_endian: bool,
    },
    /// Any bytes: each is one character.
    Latin1,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Written {
    Base64 { is_url_safe: bool, is_padded: bool },
    Percent,
}

impl Embedded {
    /// Reads the text of a file. `None` if the file is not text.
    pub(crate) fn read(coding: Coding, string: &str) -> Option<Self> {
        let at = if coding == Coding::Base64 { 0 } else { DataUrl::of(string)?.at };
        let data = string.get(at..)?;
        let (written, bytes) = match coding {
            Coding::PercentUrl => (Written::Percent, unescaped(data)),
            Coding::Base64 | Coding::Base64Url => {
                let (is_url_safe, data) = (data.contains(['-', '_']), without_breaks(data));
                // One that needs no padding says nothing, and padding is the rule.
                let written = Written::Base64 { is_url_safe, is_padded: data.len() % 4 == 0 };
                (written, engine(is_url_safe, false).decode(data.as_bytes()).ok()?)
            }
        };
        let (charset, text) = decoded(bytes)?;
        Some(Self { text, at, charset, written })
    }

    /// Writes another text in its place.
    pub(crate) fn write(&self, string: &str, text: &str) -> String {
        let bytes: Vec<u8> = match self.charset {
            Charset::Utf8 => text.as_bytes().to_vec(),
            // Placeholders are ASCII, and all other characters are those of the file.
            Charset::Latin1 => text.chars().map(|c| u8::try_from(u32::from(c)).unwrap_or(b'?')).collect(),
            Charset::Utf16 { is_big_endian: true } => text.encode_utf16().flat_map(u16::to_be_bytes).collect(),
            Charset::Utf16 { is_big_endian: false } => text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
        };
        let mut out = string.get(..self.at).unwrap_or_default().to_owned();
        match self.written {
            Written::Percent => escape_into(&bytes, &mut out),
            Written::Base64 { is_url_safe, is_padded } => {
                engine(is_url_safe, is_padded).encode_string(&bytes, &mut out);
            }
        }
        out
    }
}

/// Returns the text of a file. One in UTF-16 has to begin with its mark; bytes without a zero that are not UTF-8 are text
/// in some charset that extends ASCII, unless they have control characters as no text has.
fn decoded(bytes: Vec<u8>) -> Option<(Charset, String)> {
    let is_big_endian = match bytes.as_slice() {
        [0xff, 0xfe, ..] => Some(false),
        [0xfe, 0xff, ..] => Some(true),
        _ => None,
    };
    if let Some(is_big_endian) = is_big_endian {
        let unit = |pair: &[u8; 2]| if is_big_endian { u16::from_be_bytes(*pair) } else { u16::from_le_bytes(*pair) };
        let (pairs, rest) = bytes.as_chunks::<2>();
        let units: Vec<u16> = pairs.iter().map(unit).collect();
        return rest.is_empty().then(|| Some((Charset::Utf16 { is_big_endian }, String::from_utf16(&units).ok()?)))?;
    }
    if bytes.iter().any(|byte| is_control(*byte)) {
        return None;
    }
    match String::from_utf8(bytes) {
        Ok(text) => Some((Charset::Utf8, text)),
        Err(error) => Some((Charset::Latin1, error.into_bytes().into_iter().map(char::from).collect())),
    }
}

/// Returns whether text does not have this character: all but white space, form feeds and the escapes of terminals.
fn is_control(byte: u8) -> bool {
    byte < 0x20 && !matches!(byte, b'\t' | b'\n' | b'\r' | 0x0b | 0x0c | 0x08 | 0x1b)
}

fn engine(is_url_safe: bool, is_padded: bool) -> GeneralPurpose {
    let alphabet: &Alphabet = if is_url_safe { &URL_SAFE } else { &STANDARD };
    let config = GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true)
        .with_encode_padding(is_padded);
    GeneralPurpose::new(alphabet, config)
}

fn without_breaks(data: &str) -> std::borrow::Cow<'_, str> {
    if data.contains(['\n', '\r']) { data.replace(['\n', '\r'], "").into() } else { data.into() }
}

fn unescaped(data: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(data.len());
    let mut rest = data.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let pair = after.get(..2).and_then(|pair| std::str::from_utf8(pair).ok()).filter(|_| *first == b'%');
        let escaped = pair.filter(|pair| pair.bytes().all(|b| b.is_ascii_hexdigit()));
        match escaped.and_then(|pair| u8::from_str_radix(pair, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = after.get(2..).unwrap_or_default();
            }
            None => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    bytes
}

fn escape_into(bytes: &[u8], out: &mut String) {
    for byte in bytes {
        if byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:@/?".contains(byte) {
            out.push(char::from(*byte));
        } else {
            out.push('%');
            out.extend([byte >> 4, byte & 15].iter().filter_map(|half| char::from_digit((*half).into(), 16)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_type_declares() {
        use Declared::*;
        let cases = [
            ("text/plain; charset=utf-8", Text),
            ("TEXT/CSV", Text),
            ("application/json", Text),
            ("application/ld+json", Text),
            ("image/svg+xml", Text),
            ("image/png", Binary),
            ("application/pdf", Binary),
            ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", Binary),
            ("application/octet-stream", Nothing),
            ("", Nothing),
        ];
        for (media_type, declared) in cases {
            assert_eq!(Declared::of_type(media_type), declared, "{media_type}");
        }
        for (name, declared) in [("a.CSV", Text), ("a.b.pdf", Binary), ("a.bin", Nothing), ("csv", Nothing)] {
            assert_eq!(Declared::of_filename(name), declared, "{name}");
        }
    }

    #[test]
    fn what_a_string_is() {
        let word = "aGVsbG8gd29ybGQgaGVsbG8=";
        let data = |string, declared| File::of_data(string, declared);
        assert_eq!(data(word, Declared::Binary), File::Attachment);
        assert_eq!(data(word, Declared::Nothing), File::Data(Coding::Base64));
        assert_eq!(data("YQ==", Declared::Text), File::Data(Coding::Base64));
        assert_eq!(data("YQ==", Declared::Binary), File::Text);
        assert_eq!(data("no base64, and long enough for it", Declared::Binary), File::Text);
        assert_eq!(data("data:text/csv;base64,YQ==", Declared::Binary), File::Data(Coding::Base64Url));
        let urls = [
            ("https://a/", File::Link),
            ("data:image/png;base64,YQ==", File::Attachment),
            ("data:text/plain,a", File::Data(Coding::PercentUrl)),
            ("DATA:Text/Plain;charset=utf-8;BASE64,YQ==", File::Data(Coding::Base64Url)),
            ("data:,a", File::Data(Coding::PercentUrl)),
            ("data:;base64,YQ==", File::Data(Coding::Base64Url)),
            ("data:application/pdf;base64,YQ==", File::Attachment),
            ("data:nonsense", File::Link),
        ];
        for (url, file) in urls {
            assert_eq!(File::of_url(url), file, "{url}");
        }
    }

    /// The text of a file is read, and written again gives its string back.
    #[test]
    fn what_is_read_is_written_again() {
        let cases = [
            (Coding::Base64, "aGVsbG8=", "hello"),
            (Coding::Base64, "aGVsbG8", "hello"),
            (Coding::Base64, "Pz8_Pj4-", "???>>>"),
            (Coding::Base64, "Pz8/Pj4+", "???>>>"),
            (Coding::Base64, "77u/YQ==", "\u{feff}a"),
            // "é" of Latin-1, and "a" of UTF-16 in either order.
            (Coding::Base64, "YekuCg==", "a\u{e9}.\n"),
            (Coding::Base64, "//5hAA==", "\u{feff}a"),
            (Coding::Base64, "/v8AYQ==", "\u{feff}a"),
            (Coding::Base64Url, "data:text/plain;base64,aGVsbG8=", "hello"),
            (Coding::PercentUrl, "data:,a%20b", "a b"),
            (Coding::PercentUrl, "data:text/plain,%c3%a9/i-0", "\u{e9}/i-0"),
        ];
        for (coding, string, text) in cases {
            let embedded = Embedded::read(coding, string).unwrap();
            assert_eq!(embedded.text, text, "{string}");
            assert_eq!(embedded.write(string, text), string);
        }
        let wrapped = Embedded::read(Coding::Base64, "aGVs\r\nbG8=").unwrap();
        assert_eq!((wrapped.text.as_str(), wrapped.write("aGVs\r\nbG8=", "hello").as_str()), ("hello", "aGVsbG8="));
    }

    #[test]
    fn what_is_no_text_is_not_read() {
        // A PNG's beginning, UTF-16 without its mark, half a character of UTF-16, no base64.
        for string in ["iVBORw0KGgoAAAANSUhEUg==", "aQAtADAA", "//5h", "a", "a=b"] {
            assert!(Embedded::read(Coding::Base64, string).is_none(), "{string}");
        }
        assert!(Embedded::read(Coding::PercentUrl, "data:,%00").is_none());
        assert!(Embedded::read(Coding::Base64Url, "https://a/").is_none());
    }
}
