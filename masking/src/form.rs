//! Forms with files (`multipart/form-data`, RFC 7578), in which files and batches are uploaded: the text of their parts is
//! masked, and every other byte stays.
//!
//! A form is read strictly: what is not certain to be a part, a boundary or a header is not read at all. So a form that
//! another reader would divide otherwise is refused.

use std::ops::Range;

use crate::budget::{BYTES_MAX, Budget};
use crate::dialect::Declared;
use crate::json::Edit;
use crate::mask::{Format, MaskError, Masked, Masker, Pieces};

/// Maximum characters of a boundary (RFC 2046, 5.1.1).
const BOUNDARY_MAX: usize = 70;
/// Maximum parts of a form. One with more is not read.
const PARTS_MAX: usize = 1_000;
/// Maximum bytes of the headers of a part. A form with longer ones is not read.
const HEADERS_MAX: usize = 4 << 10;

/// Fields whose values are words of the APIs: those of files, batches, audio and images.
const WORDS: [&str; 22] = [
    "purpose",
    "model",
    "response_format",
    "language",
    "temperature",
    "n",
    "size",
    "quality",
    "style",
    "stream",
    "background",
    "moderation",
    "output_format",
    "input_fidelity",
    "include[]",
    "timestamp_granularities[]",
    "chunking_strategy",
    "expires_after[anchor]",
    "expires_after[seconds]",
    "completion_window",
    "endpoint",
    "voice",
];

/// The text between the parts of a form, from its content type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Boundary {
    bytes: [u8; BOUNDARY_MAX],
    len: usize,
}

/// The reason why a form was not masked. Nothing of it may be forwarded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FormError {
    /// It is not divided into parts as its content type says, or has more than is read.
    Malformed,
    /// A part of this format could not be masked.
    Part(Format, MaskError),
}

impl Boundary {
    /// Reads the value of a `Content-Type` header; `None` if it is not that of a form.
    pub fn of(content_type: &str) -> Option<Self> {
        let mut parameters = content_type.split(';');
        if !parameters.next()?.trim().eq_ignore_ascii_case("multipart/form-data") {
            return None;
        }
        let (_, boundary) = parameters
            .filter_map(|parameter| parameter.split_once('='))
            .find(|(name, _)| name.trim().eq_ignore_ascii_case("boundary"))?;
        let boundary = boundary.trim();
        let boundary = boundary.strip_prefix('"').and_then(|quoted| quoted.strip_suffix('"')).unwrap_or(boundary);
        let allowed = |b: u8| b.is_ascii_alphanumeric() || b"'()+_,-./:=? ".contains(&b);
        if boundary.is_empty() || boundary.ends_with(' ') || !boundary.bytes().all(allowed) {
            return None;
        }
        let mut bytes = [0; BOUNDARY_MAX];
        bytes.get_mut(..boundary.len())?.copy_from_slice(boundary.as_bytes());
        Some(Self { bytes, len: boundary.len() })
    }

    /// The line that divides two parts, with the break before it.
    fn delimiter(&self) -> Vec<u8> {
        [b"\r\n--", self.bytes.get(..self.len).unwrap_or_default()].concat()
    }
}

impl Masker<'_> {
    /// Masks the parts of a form. The spans of its values are all that changes.
    ///
    /// # Errors
    ///
    /// Fails if the body is not a form with this boundary, or if a part cannot be masked: see [`FormError`].
    pub fn form(&self, boundary: &Boundary, body: &[u8]) -> Result<Masked<Vec<u8>>, FormError> {
        if body.len() > BYTES_MAX {
            return Err(FormError::Part(Format::Text, Budget::Bytes.into()));
        }
        let (mut pieces, mut attachments) = (Pieces::default(), 0);
        for part in parts(boundary, body).ok_or(FormError::Malformed)? {
            for (at, text) in &part.texts {
                pieces.add(Format::Text, *at, text).map_err(|error| FormError::Part(Format::Text, error))?;
            }
            let content = body.get(part.content.clone()).unwrap_or_default();
            match part.content_of(content) {
                Content::Text(format, text) => {
                    pieces.add(format, part.content.start, text).map_err(|error| FormError::Part(format, error))?
                }
                Content::Unreadable(format) => return Err(FormError::Part(format, MaskError::Encoding)),
                Content::Attachment => attachments += 1,
                Content::Word => {}
            }
        }
        let mut masked = self.pieces(None, &pieces).map_err(|error| FormError::Part(Format::Json, error))?;
        masked.files.attachments += attachments;
        Ok(masked.map(|edits| apply(body, &edits)))
    }
}

/// A part of a form.
#[derive(Default)]
struct Part<'b> {
    name: &'b str,
    filename: Option<&'b str>,
    content_type: Option<&'b str>,
    /// The texts of its headers with their offsets in the body: names of files, and headers that are not known.
    texts: Vec<(usize, &'b str)>,
    content: Range<usize>,
}

/// The content of a part.
enum Content<'b> {
    Text(Format, &'b str),
    /// It should be text of this format, and is not.
    Unreadable(Format),
    /// A file that is not text.
    Attachment,
    /// A word of the API's.
    Word,
}

impl<'b> Part<'b> {
    fn content_of(&self, content: &'b [u8]) -> Content<'b> {
        if self.filename.is_none() && WORDS.contains(&self.name) {
            return Content::Word;
        }
        let filename = self.filename.unwrap_or_default();
        let declared = match self.content_type {
            // The type of every file that a client does not know.
            Some(octets) if octets.eq_ignore_ascii_case("application/octet-stream") => Declared::of_filename(filename),
            Some(content_type) => Declared::of_type(content_type),
            None if self.filename.is_none() => Declared::Text,
            None => Declared::of_filename(filename),
        };
        let format = self.format(filename);
        match (std::str::from_utf8(content), declared) {
            (_, Declared::Binary) => Content::Attachment,
            (Ok(text), Declared::Text) => Content::Text(format, text),
            (Err(_), Declared::Text) => Content::Unreadable(format),
            (Ok(text), Declared::Nothing) if !text.bytes().any(|byte| byte == 0) => Content::Text(format, text),
            (_, Declared::Nothing) => Content::Attachment,
        }
    }

    fn format(&self, filename: &str) -> Format {
        let essence =
            self.content_type.unwrap_or_default().split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        let ending = filename.rsplit_once('.').map_or("", |(_, ending)| ending).to_ascii_lowercase();
        match (essence.as_str(), ending.as_str()) {
            (lines, _) | (_, lines) if ["jsonl", "ndjson"].iter().any(|name| lines.ends_with(name)) => Format::Lines,
            (json, _) if json.ends_with("/json") || json.ends_with("+json") => Format::Json,
            (_, "json") => Format::Json,
            _ => Format::Text,
        }
    }
}

/// Returns the parts of a form; `None` if it is malformed.
fn parts<'b>(boundary: &Boundary, body: &'b [u8]) -> Option<Vec<Part<'b>>> {
    let delimiter = boundary.delimiter();
    // The first line has no break before it.
    let mut at = delimiter.get(2..).filter(|first| body.starts_with(first))?.len();
    let find = memchr::memmem::Finder::new(&delimiter);
    let mut parts = Vec::new();
    loop {
        let rest = body.get(at..)?;
        if let Some(end) = rest.strip_prefix(b"--") {
            return (matches!(end, b"" | b"\r\n") && !parts.is_empty()).then_some(parts);
        }
        if !rest.starts_with(b"\r\n") || parts.len() == PARTS_MAX {
            return None;
        }
        let end = at + find.find(rest.get(2..)?)? + 2;
        parts.push(part(body, at + 2, end)?);
        at = end + delimiter.len();
    }
}

/// Reads the part that stands there: headers, an empty line, the content.
fn part(body: &[u8], start: usize, end: usize) -> Option<Part<'_>> {
    let bytes = body.get(start..end)?;
    let length = memchr::memmem::find(bytes.get(..bytes.len().min(HEADERS_MAX))?, b"\r\n\r\n")?;
    let headers = std::str::from_utf8(bytes.get(..length)?).ok()?;
    let mut part = Part { content: start + length + 4..end, ..Part::default() };
    let (mut at, mut disposition) = (start, None);
    for line in headers.split("\r\n") {
        let (name, value) = line.split_once(':').filter(|(name, _)| is_header_name(name))?;
        // To some readers a break alone ends a header.
        if value.contains(['\r', '\n']) {
            return None;
        }
        let place = (at + name.len() + 1, value);
        match name.to_ascii_lowercase().as_str() {
            "content-disposition" if disposition.is_none() => disposition = Some(place),
            "content-type" if part.content_type.is_none() => part.content_type = Some(value.trim()),
            "content-disposition" | "content-type" => return None,
            // In another coding, the content would be another text.
            "content-transfer-encoding" | "content-encoding" if !is_identity(value.trim()) => return None,
            "content-transfer-encoding" | "content-encoding" | "content-length" => {}
            _ => part.texts.push(place),
        }
        at += line.len() + 2;
    }
    let (at, disposition) = disposition?;
    part.read_disposition(at, disposition)?;
    Some(part)
}

fn is_header_name(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
}

fn is_identity(coding: &str) -> bool {
    ["7bit", "8bit", "binary", "identity"].iter().any(|identity| coding.eq_ignore_ascii_case(identity))
}

impl<'b> Part<'b> {
    /// Reads `form-data; name="…"; filename="…"`, which stands at this offset of the body.
    fn read_disposition(&mut self, at: usize, value: &'b str) -> Option<()> {
        let (kind, mut rest) = value.trim_start().split_at_checked("form-data".len())?;
        if !kind.eq_ignore_ascii_case("form-data") {
            return None;
        }
        let mut names = Vec::new();
        while !rest.trim().is_empty() {
            let (name, after) = rest.trim_start().strip_prefix(';')?.split_once('=')?;
            let (before, text, next) = match after.strip_prefix('"') {
                // A quote in a name is %22; an escaped one ends it to some readers.
                Some(quoted) => {
                    let (text, next) = quoted.split_once('"').filter(|(text, _)| !text.contains('\\'))?;
                    (quoted, text, next)
                }
                None => {
                    let (text, next) = after.split_at(after.find([';', ' ']).unwrap_or(after.len()));
                    (after, text, next)
                }
            };
            let name = name.trim().to_ascii_lowercase();
            match name.as_str() {
                "name" => self.name = text,
                "filename" => self.filename = Some(text),
                // The same with escapes (RFC 8187), which hide nothing that could be written without one.
                "filename*" if !hides(text) => self.filename = self.filename.or(Some(text)),
                _ => return None,
            }
            if name != "name" {
                self.texts.push((at + value.len() - before.len(), text));
            }
            if names.contains(&name) {
                return None;
            }
            names.push(name);
            rest = next;
        }
        names.iter().any(|name| name == "name").then_some(())
    }
}

/// Returns whether a character that values consist of is escaped.
fn hides(text: &str) -> bool {
    text.split('%').skip(1).any(|escape| {
        let byte = escape.get(..2).and_then(|hex| u8::from_str_radix(hex, 16).ok());
        byte.is_none_or(|byte| byte.is_ascii_alphanumeric() || b"-._:/@".contains(&byte))
    })
}

/// Returns the body with its edits made, which are sorted.
fn apply(body: &[u8], edits: &[Edit<impl AsRef<str>>]) -> Vec<u8> {
    let mut out = Vec::with_capacity(body.len() + edits.iter().map(|edit| edit.text.as_ref().len()).sum::<usize>());
    let mut at = 0;
    for edit in edits {
        if let Some(kept) = body.get(at..edit.span.start) {
            out.extend_from_slice(kept);
            out.extend_from_slice(edit.text.as_ref().as_bytes());
            at = edit.span.end;
        }
    }
    out.extend_from_slice(body.get(at..).unwrap_or_default());
    out
}

#[cfg(test)]
#[allow(clippy::string_slice, reason = "a test that slices wrongly should fail")]
mod tests {
    use super::*;

    const BODY: &str = "--x\r\nContent-Disposition: form-data; name=\"purpose\"\r\n\r\nbatch\r\n--x\r\n\
        content-disposition: form-data; name=\"file\"; filename=\"a.jsonl\"\r\nContent-Type: application/octet-stream\r\n\
        \r\n{}\n\r\n--x--\r\n";

    fn boundary() -> Boundary {
        Boundary::of("multipart/form-data; boundary=x").unwrap()
    }

    #[test]
    fn boundaries() {
        let long = format!("multipart/form-data; boundary={}", "x".repeat(71));
        for (content_type, expected) in [
            ("multipart/form-data; boundary=x", Some("x")),
            ("Multipart/Form-Data; charset=utf-8; BOUNDARY=\"a b\"", Some("a b")),
            ("multipart/form-data;boundary=----WebKitFormBoundary7MA4", Some("----WebKitFormBoundary7MA4")),
            ("multipart/form-data", None),
            ("multipart/form-data; boundary=", None),
            ("multipart/form-data; boundary=\"a \"", None),
            ("multipart/form-data; boundary=a\u{e9}", None),
            ("multipart/mixed; boundary=x", None),
            (&long, None),
        ] {
            let delimiter = Boundary::of(content_type).map(|boundary| boundary.delimiter());
            assert_eq!(delimiter, expected.map(|text| format!("\r\n--{text}").into_bytes()), "{content_type}");
        }
    }

    #[test]
    fn parts_of_a_form() {
        let parts = parts(&boundary(), BODY.as_bytes()).unwrap();
        let read: Vec<_> = parts
            .iter()
            .map(|part| (part.name, part.filename, part.content_type, &BODY[part.content.clone()]))
            .collect();
        let file = ("file", Some("a.jsonl"), Some("application/octet-stream"), "{}\n");
        assert_eq!(read, [("purpose", None, None, "batch"), file]);
        for (at, text) in parts.iter().flat_map(|part| &part.texts) {
            assert_eq!(&BODY[*at..at + text.len()], *text);
        }
    }

    #[test]
    fn the_headers_of_a_part() {
        let read = |headers: &str| {
            let body = format!("--x\r\n{headers}\r\n\r\n\r\n--x--");
            let parts = parts(&boundary(), body.as_bytes())?;
            let part = parts.first()?;
            part.texts.iter().for_each(|(at, text)| assert_eq!(&body[*at..at + text.len()], *text));
            Some((part.name.to_owned(), part.texts.iter().map(|(_, text)| (*text).to_owned()).collect::<Vec<_>>()))
        };
        let texts = |texts: &[&str]| Some(("a".to_owned(), texts.iter().map(|text| (*text).to_owned()).collect()));
        let cases = [
            ("Content-Disposition: form-data; name=a", texts(&[])),
            ("Content-Disposition:form-data;name=\"a\";filename=\"b c\"", texts(&["b c"])),
            ("Content-Disposition: form-data; name=a; filename*=utf-8''%c3%a9b.csv", texts(&["utf-8''%c3%a9b.csv"])),
            ("content-disposition: form-data; name=a\r\nX-Note: b", texts(&[" b"])),
            ("content-disposition: form-data; name=a\r\ncontent-transfer-encoding: binary", texts(&[])),
            ("content-disposition: form-data; name=a\r\ncontent-transfer-encoding: base64", None),
            ("content-disposition: form-data; name=a\r\ncontent-encoding: gzip", None),
            ("content-disposition: form-data; name=a\r\ncontent-disposition: form-data; name=b", None),
            ("content-disposition: form-data; name=a; name=b", None),
            ("content-disposition: form-data; name=a; filename=\"b\\\"c\"", None),
            ("content-disposition: form-data; name=a; filename*=utf-8''%69", None),
            ("content-disposition: form-data; name=a; size=1", None),
            ("content-disposition: form-data", None),
            ("content-disposition: attachment; name=a", None),
            ("content-type: text/plain", None),
            ("content-disposition: form-data; name=a\nb: c", None),
            ("no header", None),
        ];
        for (headers, expected) in cases {
            assert_eq!(read(headers), expected, "{headers}");
        }
    }

    /// What another reader could divide otherwise is not read.
    #[test]
    fn malformed_forms() {
        let part = "Content-Disposition: form-data; name=a\r\n\r\nb";
        let cases = [
            String::new(),
            "--x--".into(),
            format!("--x\r\n{part}"),
            format!("--x\r\n{part}\r\n--x"),
            format!("--x\r\n{part}\r\n--x-"),
            format!("--x\r\n{part}\r\n--x--\r\nafter"),
            format!("before\r\n--x\r\n{part}\r\n--x--"),
            format!("\r\n--x\r\n{part}\r\n--x--"),
            format!("--x \r\n{part}\r\n--x--"),
            format!("--x\n{part}\r\n--x--"),
            format!("--x\r\n{part}\n--x--"),
            format!("--x\r\n{part}\r\n--xy\r\n{part}\r\n--x--"),
            format!("--y\r\n{part}\r\n--y--"),
            format!("--x\r\n{}\r\n--x--", part.replace("\r\n", "\n")),
            format!("--x\r\nContent-Disposition: form-data; name={}\r\n\r\nb\r\n--x--", "a".repeat(HEADERS_MAX)),
            format!("--x\r\n{}--", format!("{part}\r\n--x\r\n").repeat(PARTS_MAX + 1).trim_end()),
        ];
        for body in cases {
            assert!(parts(&boundary(), body.as_bytes()).is_none(), "{body}");
        }
        for cut in 0..BODY.len() - 2 {
            assert!(parts(&boundary(), &BODY.as_bytes()[..cut]).is_none(), "{cut}");
        }
    }
}
