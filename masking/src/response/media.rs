//! The format of a response body, as its content type declares it.

/// The format of a response body, by its content type. What the body is, is seen by its first bytes where that differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Media {
    /// JSON: one document, or several one after the other.
    Json,
    /// One JSON document per line.
    Lines,
    /// Server-sent events.
    Events,
    /// Bedrock's binary frames.
    Frames,
    /// Text without a structure.
    Text,
    /// The type is missing, or says only that these are bytes.
    Undeclared,
    /// Never touched.
    Opaque,
}

impl Media {
    /// Reads the value of a `Content-Type` header. A charset in which a placeholder is not written in ASCII makes the
    /// body opaque.
    pub fn of(content_type: &str) -> Self {
        let essence = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        if !is_like_ascii(content_type) {
            return Self::Opaque;
        }
        match essence.as_str() {
            "text/event-stream" => Self::Events,
            "application/vnd.amazon.eventstream" => Self::Frames,
            // The second is the type of the Anthropic API's batch results.
            "application/x-ndjson" | "application/binary" | "application/ndjson" => Self::Lines,
            "application/json" | "text/json" | "application/x-json" => Self::Json,
            lines if lines.starts_with("application/") && (lines.contains("jsonl") || lines.contains("json-lines")) => {
                Self::Lines
            }
            json if json.ends_with("+json") => Self::Json,
            "" | "application/octet-stream" | "binary/octet-stream" => Self::Undeclared,
            text if text.starts_with("text/") => Self::Text,
            _ => Self::Opaque,
        }
    }

    /// Returns this, or text where nothing is declared.
    pub(super) fn or_text(self) -> Self {
        if self == Self::Undeclared { Self::Text } else { self }
    }
}

/// Returns whether the charset of a content type writes the characters of ASCII as ASCII does. One that is not known
/// does not.
pub fn is_like_ascii(content_type: &str) -> bool {
    let parameters = content_type.split(';').skip(1).filter_map(|parameter| parameter.split_once('='));
    let mut charsets = parameters.filter(|(name, _)| name.trim().eq_ignore_ascii_case("charset"));
    charsets.all(|(_, value)| {
        let charset = value.trim().trim_matches('"').to_ascii_lowercase();
        let families = ["iso-8859-", "iso8859-", "latin", "windows-125", "cp125", "koi8-", "euc-", "gb", "big5"];
        matches!(charset.as_str(), "" | "utf-8" | "utf8" | "us-ascii" | "ascii")
            || families.iter().any(|family| charset.starts_with(family))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_types() {
        let cases = [
            ("application/json", Media::Json),
            ("Application/JSON; charset=UTF-8", Media::Json),
            ("text/json", Media::Json),
            ("application/problem+json", Media::Json),
            ("application/json; charset=utf-16", Media::Opaque),
            ("application/json; charset=\"utf-8\"", Media::Json),
            ("text/plain; charset=utf-16le", Media::Opaque),
            ("text/plain; charset=iso-8859-1", Media::Text),
            ("text/event-stream;charset=utf-8", Media::Events),
            ("application/x-ndjson", Media::Lines),
            ("application/jsonl", Media::Lines),
            ("application/octet-stream", Media::Undeclared),
            ("", Media::Undeclared),
            ("image/png", Media::Opaque),
        ];
        for (content_type, expected) in cases {
            assert_eq!(Media::of(content_type), expected, "{content_type}");
        }
    }
}
