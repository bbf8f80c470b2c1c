//! Files in the bodies of requests: text in base64 or in a `data:` URL is masked in place, anything else is counted.

#![cfg(test)]
#![allow(clippy::string_slice, reason = "a test that slices wrongly should fail")]

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use masking::dialect::{KeptPlace, KeptStrings, Options};
use masking::{Files, Format, Known, MaskError, Masked, Masker, Mint, NoThoughts, PlaceholderKey, Policy, Scanner};

const VALUE: &str = "i-0123456789abcdef0";
const TEXT: &str = "name,id\nweb,i-0123456789abcdef0\n";
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01";

fn mask(body: &str, options: Options) -> Masked {
    let scanner = Scanner::new(&Policy::default()).unwrap();
    let mint = Mint::new(&PlaceholderKey::derive(b"a secret of the deployment", "test"), "scope");
    let (known, thoughts) = (Known::default(), NoThoughts);
    let masker = Masker { scanner: &scanner, known: &known, mint: &mint, options, thoughts: &thoughts };
    masker.mask(Format::Json, body.as_bytes()).unwrap()
}

fn block(block: &str) -> String {
    format!(r#"{{"messages":[{{"role":"user","content":[{block}]}}]}}"#)
}

/// Masks a body with a file in base64. Returns the file that is sent.
#[track_caller]
fn sent(before: &str, after: &str, file: &[u8]) -> (Vec<u8>, Files) {
    let body = block(&format!("{before}{}{after}", STANDARD.encode(file)));
    let masked = mask(&body, Options::default());
    let text = masked.body.unwrap_or(body);
    let start = text.find(before).unwrap() + before.len();
    let end = start + text[start..].find(after).unwrap();
    (STANDARD.decode(&text[start..end]).unwrap(), masked.files)
}

#[test]
fn text_in_base64_is_masked() {
    let anthropic = |media_type: &str| {
        format!(r#"{{"type":"document","source":{{"type":"base64","media_type":"{media_type}","data":""#)
    };
    let cases = [
        (anthropic("text/plain"), "\"}}"),
        (anthropic("text/csv; charset=utf-8"), "\"}}"),
        (anthropic("application/octet-stream"), "\"}}"),
        (r#"{"document":{"format":"csv","name":"a","source":{"bytes":""#.into(), "\"}}}"),
        (r#"{"type":"file","file":{"filename":"a.csv","file_data":"data:text/csv;base64,"#.into(), "\"}}"),
        (r#"{"type":"file","file":{"filename":"a.csv","file_data":""#.into(), "\"}}"),
        (r#"{"type":"input_file","filename":"a.md","file_data":"data:;base64,"#.into(), "\"}"),
        (r#"{"inlineData":{"mimeType":"text/csv","data":""#.into(), "\"}}"),
    ];
    for (before, after) in cases {
        let (file, files) = sent(&before, after, TEXT.as_bytes());
        let file = String::from_utf8(file).unwrap();
        assert!(file.starts_with("name,id\nweb,AWS_EC2_") && file.ends_with('\n'), "{before}: {file}");
        assert_eq!(files, Files::default(), "{before}");
        assert_eq!(sent(&before, after, b"nothing").0, b"nothing", "{before}");
    }
}

/// As spreadsheets export it.
#[test]
fn text_in_other_charsets_is_masked() {
    let before = r#"{"type":"document","source":{"type":"base64","media_type":"text/csv","data":""#;
    let utf16: Vec<u8> = [0xff, 0xfe].into_iter().chain(TEXT.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    let (file, files) = sent(before, "\"}}", &utf16);
    let units: Vec<u16> = file.as_chunks().0.iter().map(|pair| u16::from_le_bytes(*pair)).collect();
    assert!(String::from_utf16(&units).unwrap().contains("web,AWS_EC2_"));
    assert_eq!(files.attachments, 0);
    let (file, _) = sent(before, "\"}}", &[b"stra\xdfe,", TEXT.as_bytes()].concat());
    assert!(file.starts_with(b"stra\xdfe,name,id\nweb,AWS_EC2_"));
    // Without its mark, UTF-16 cannot be told from anything else.
    assert_eq!(sent(before, "\"}}", &utf16[2..]), (utf16[2..].to_vec(), Files { attachments: 1, masked_links: 0 }));
}

#[test]
fn what_is_no_text_passes_and_is_counted() {
    let one = Files { attachments: 1, masked_links: 0 };
    for (before, after) in [
        (r#"{"type":"image","source":{"type":"base64","media_type":"image/png","data":""#, "\"}}"),
        (r#"{"type":"document","source":{"type":"base64","media_type":"text/plain","data":""#, "\"}}"),
        (r#"{"image":{"format":"png","source":{"bytes":""#, "\"}}}"),
        (r#"{"type":"image_url","image_url":{"url":"data:image/png;base64,"#, "\"}}"),
        (r#"{"type":"file","file":{"file_data":""#, "\"}}"),
    ] {
        assert_eq!(sent(before, after, PNG), (PNG.to_vec(), one), "{before}");
    }
}

#[test]
fn urls() {
    let cases = [
        (r"data:text/plain,id%20is%20i%2D0123456789abcdef0%0a", "data:text/plain,id%20is%20AWS_EC2_", Files::default()),
        (r"data:text\/plain,i-0123456789abcdef0", "data:text/plain,AWS_EC2_", Files::default()),
        (
            "https://a.example/i-0123456789abcdef0.png",
            "https://a.example/AWS_EC2_",
            Files { attachments: 0, masked_links: 1 },
        ),
        ("https://a.example/x.png", "https://a.example/x.png", Files::default()),
    ];
    for (url, expected, files) in cases {
        let body = block(&format!(r#"{{"type":"image_url","image_url":{{"url":"{url}"}}}}"#));
        let masked = mask(&body, Options::default());
        let text = masked.body.unwrap_or(body);
        assert!(text.contains(&format!("\"{expected}")) && !text.contains(VALUE), "{url}: {text}");
        assert_eq!(masked.files, files, "{url}");
    }
}

/// A text source is text, even if it looks like base64.
#[test]
fn a_source_that_is_text() {
    let body =
        block(r#"{"type":"document","source":{"type":"text","media_type":"text/plain","data":"i-0123456789abcdef0"}}"#);
    assert!(!mask(&body, Options::default()).body.unwrap().contains(VALUE));
}

#[test]
fn values_that_are_never_altered_are_found_if_they_are_searched() {
    let tool = |name: &str, schema: &str| {
        format!(
            r#"{{"messages":[{{"role":"user","content":"hello"}}],"tools":[{{"name":"{name}","input_schema":{schema}}}]}}"#
        )
    };
    let cases = [
        (tool("deploy", "{}"), None),
        (tool("stop_i-0123456789abcdef0", "{}"), Some(KeptPlace::ToolName)),
        (tool("a", r#"{"properties":{"i-0123456789abcdef0":{}}}"#), Some(KeptPlace::SchemaKey)),
        (tool("a", r#"{"properties":{"b":{"enum":["x","i-0123456789abcdef0"]}}}"#), Some(KeptPlace::SchemaValue)),
        (tool("a", r#"{"properties":{"b":{"const":"10.20.30.40"}}}"#), Some(KeptPlace::SchemaValue)),
    ];
    for (body, place) in cases {
        let search = Options { kept: KeptStrings::Search, ..Options::default() };
        assert_eq!(mask(&body, search).kept, place, "{body}");
        assert_eq!(mask(&body, Options::default()).kept, None, "{body}");
    }
}

/// UTF-16 is valid UTF-8 as well, if it is ASCII.
#[test]
fn text_with_zeros_is_not_read() {
    let scanner = Scanner::new(&Policy::default()).unwrap();
    let mint = Mint::new(&PlaceholderKey::derive(b"a secret of the deployment", "test"), "scope");
    let (known, options) = (Known::default(), Options::default());
    let masker = Masker { scanner: &scanner, known: &known, mint: &mint, options, thoughts: &NoThoughts };
    let utf16: Vec<u8> = VALUE.encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert!(matches!(masker.mask(Format::Text, &utf16), Err(MaskError::Encoding)));
}

mod form {
    use masking::{Boundary, FormError};

    use super::*;

    const BYTES: &[u8] = b"\x89PNG\xff\0\r\n--y\r\n";

    /// A part: its headers after the name, and its content.
    type Part<'p> = (&'p str, &'p [u8]);

    fn body(parts: &[Part<'_>]) -> Vec<u8> {
        let mut body = Vec::new();
        for (headers, content) in parts {
            body.extend_from_slice(b"--x y\r\nContent-Disposition: form-data; name=");
            body.extend_from_slice(headers.as_bytes());
            body.extend_from_slice(b"\r\n\r\n");
            body.extend_from_slice(content);
            body.extend_from_slice(b"\r\n");
        }
        body.extend_from_slice(b"--x y--\r\n");
        body
    }

    fn mask(body: &[u8]) -> Result<Masked<Vec<u8>>, FormError> {
        let scanner = Scanner::new(&Policy::default()).unwrap();
        let mint = Mint::new(&PlaceholderKey::derive(b"a secret of the deployment", "test"), "scope");
        let (known, options) = (Known::default(), Options::default());
        let masker = Masker { scanner: &scanner, known: &known, mint: &mint, options, thoughts: &NoThoughts };
        masker.form(&Boundary::of("multipart/form-data; boundary=\"x y\"").unwrap(), body)
    }

    /// Only the spans of values change: put back, the form is what it was, byte for byte.
    #[test]
    fn every_other_byte_stays() {
        let line = format!(
            "{{\"custom_id\":\"{VALUE}\",\"body\":{{\"messages\":[{{\"role\":\"user\",\"content\":\"\\n{VALUE}\"}}]}}}}\n"
        );
        let original = body(&[
            ("purpose", b"batch"),
            (
                "\"file\"; filename=\"i-0123456789abcdef0.jsonl\"\r\nContent-Type: application/octet-stream",
                line.as_bytes(),
            ),
            ("image; filename=\"a.png\"\r\nContent-Type: image/png", BYTES),
            ("data; filename=\"a.bin\"", BYTES),
            ("prompt", format!("what is {VALUE}?").as_bytes()),
            ("\"file\"; filename=\"b.json\"", format!("[\"\\u0069-0123456789abcdef0\",\"{VALUE}\"]").as_bytes()),
            ("file; filename=c\r\nContent-Type: text/csv", TEXT.as_bytes()),
            ("file; filename=none", b""),
        ]);
        let masked = mask(&original).unwrap();
        assert_eq!(masked.files, Files { attachments: 2, masked_links: 0 });
        let (placeholder, _) = masked.replaced.entries().next().unwrap();
        let sent = masked.body.unwrap();
        let text = String::from_utf8_lossy(&sent).into_owned();
        // The id of a request in a batch is the API's own.
        assert_eq!((text.matches(VALUE).count(), text.matches(&placeholder.to_string()).count()), (1, 6), "{text}");
        assert!(text.contains("name=purpose\r\n\r\nbatch\r\n"), "{text}");
        let restored = replaced(&sent, placeholder.to_string().as_bytes(), VALUE.as_bytes());
        assert_eq!(restored, replaced(&original, b"\\u0069-0123456789abcdef0", VALUE.as_bytes()));
    }

    fn replaced(bytes: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
        let (mut out, mut rest) = (Vec::new(), bytes);
        while let Some((first, after)) = rest.split_first() {
            if let Some(after) = rest.strip_prefix(from) {
                out.extend_from_slice(to);
                rest = after;
            } else {
                out.push(*first);
                rest = after;
            }
        }
        out
    }

    #[test]
    fn nothing_to_mask() {
        assert_eq!(mask(&body(&[("a", b"b")])).unwrap().body, None);
    }

    #[test]
    fn parts_that_cannot_be_masked() {
        let file = |name: &str| format!("file; filename={name}");
        for (headers, content, error) in [
            (
                file("a.jsonl"),
                &b"{}\n{"[..],
                FormError::Part(Format::Lines, MaskError::Json(masking::json::JsonError::Syntax { at: 1 })),
            ),
            (file("a.json"), b"\xff", FormError::Part(Format::Json, MaskError::Encoding)),
            (file("a.txt"), b"\xff", FormError::Part(Format::Text, MaskError::Encoding)),
            (file("a.csv"), b"i\0-\0", FormError::Part(Format::Text, MaskError::Encoding)),
            ("prompt".into(), b"\xff", FormError::Part(Format::Text, MaskError::Encoding)),
        ] {
            assert_eq!(mask(&body(&[(&headers, content)])).err(), Some(error), "{headers}");
        }
        assert_eq!(mask(b"--x y\r\n").err(), Some(FormError::Malformed));
    }
}
