//! Headers in which a client of MCP repeats parts of its body, for gateways that route by them: `Mcp-Name` and `Mcp-Param-*`.
//! A server compares them with the body, so they change as it does.
//!
//! Source: MCP 2026-07-28, "Request Metadata" of the Streamable HTTP transport.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use masking::json::Document;
use masking::{Format, Tally};
use serde_json::Value;

use super::to_client::{ToClient, restored};
use super::{Exchange, Phase, Requested};
use crate::instance::clock::TimeOfDay;
use crate::refusal::Refusal;

/// A request with this header may have the others.
pub(crate) const METHOD: &str = "mcp-method";
const NAME: &str = "mcp-name";
const PARAM: &str = "mcp-param-";
/// What stands around a value that a header cannot hold as it is.
const ENCODED: [&str; 2] = ["=?base64?", "?="];

impl Exchange {
    /// Takes the request's headers. Returns those to change, with their new values.
    pub(crate) fn mirror(
        &mut self,
        headers: &[(String, String)],
        now: TimeOfDay,
    ) -> Result<Vec<(String, String)>, Refusal> {
        let mirrored: Vec<(&str, String)> =
            headers.iter().filter_map(|(name, value)| read(name, value, headers)).collect();
        let texts = mirrored.iter().map(|(_, text)| text.as_str());
        let changed = match &self.phase {
            _ if mirrored.is_empty() => return Ok(Vec::new()),
            Phase::Requested(requested) => masked(requested, &mirrored, now),
            Phase::ToClient(ToClient::Asked(requested)) => restored_all(requested, texts, now),
            _ => return Ok(Vec::new()),
        };
        let changed = changed.map_err(|refusal| self.refuse(refusal))?;
        let pairs = mirrored.into_iter().zip(changed).filter(|((_, text), new)| text != new);
        Ok(pairs.map(|((name, _), new)| (name.to_owned(), written(&new))).collect())
    }
}

/// Masks the texts as members of an object, so that the name of a parameter is the context of its value.
fn masked(requested: &Requested, mirrored: &[(&str, String)], now: TimeOfDay) -> Result<Vec<String>, Refusal> {
    let member = |(name, text): &(&str, String)| {
        format!("{}:{}", Value::from(name.trim_start_matches(PARAM)), Value::from(text.as_str()))
    };
    let object = format!("{{{}}}", mirrored.iter().map(member).collect::<Vec<_>>().join(","));
    let masked = requested.instance.borrow_mut().mask(&requested.scope, Format::Json, object.as_bytes(), now)?;
    let object = masked.body.unwrap_or(object);
    let Ok(document) = Document::parse(&object) else { return Err(Refusal::BodyUnreadable) };
    let members = document.root().members().map(|(_, text)| text.string().unwrap_or_default().into_owned());
    Ok(members.collect())
}

fn restored_all<'t>(
    requested: &Requested,
    texts: impl Iterator<Item = &'t str>,
    now: TimeOfDay,
) -> Result<Vec<String>, Refusal> {
    let mut tally = Tally::default();
    let all = texts.map(|text| {
        let (new, of_text) = restored(requested, Format::Text, text.as_bytes(), now)?;
        tally.unknown.extend(of_text.unknown);
        Ok(new.unwrap_or_else(|| text.to_owned()))
    });
    let all: Vec<String> = all.collect::<Result<_, Refusal>>()?;
    if tally.unknown.is_empty() {
        return Ok(all);
    }
    requested.instance.borrow_mut().want(&requested.scope, &tally.unknown);
    Err(Refusal::UnknownPlaceholder)
}

/// The text of a header that repeats a part of the body. The name of a tool or a prompt stays, as it does there.
fn read<'h>(name: &'h str, value: &str, headers: &[(String, String)]) -> Option<(&'h str, String)> {
    let method = headers.iter().find(|(name, _)| name == METHOD).map(|(_, method)| method.as_str());
    let calls = matches!(method, Some("tools/call" | "prompts/get"));
    if !(name.starts_with(PARAM) || name == NAME && !calls) {
        return None;
    }
    let [before, after] = ENCODED;
    let encoded = value.strip_prefix(before).and_then(|value| value.strip_suffix(after));
    let decoded = encoded.and_then(|encoded| String::from_utf8(BASE64_STANDARD.decode(encoded).ok()?).ok());
    Some((name, decoded.unwrap_or_else(|| value.to_owned())))
}

/// A text as the value of a header.
fn written(text: &str) -> String {
    let [before, after] = ENCODED;
    let is_plain =
        text.bytes().all(|byte| matches!(byte, b' '..=b'~')) && text.trim() == text && !text.starts_with(before);
    if is_plain { text.to_owned() } else { format!("{before}{}{after}", BASE64_STANDARD.encode(text)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_that_no_header_can_hold_are_encoded() {
        for (text, value) in [
            ("us-west1", "us-west1"),
            ("s3://acme/a b", "s3://acme/a b"),
            ("Hello, 世界", "=?base64?SGVsbG8sIOS4lueVjA==?="),
            (" padded ", "=?base64?IHBhZGRlZCA=?="),
            ("line1\nline2", "=?base64?bGluZTEKbGluZTI=?="),
            ("=?base64?literal?=", "=?base64?PT9iYXNlNjQ/bGl0ZXJhbD89?="),
        ] {
            assert_eq!(written(text), value);
            assert_eq!(read("mcp-param-x", value, &[]), Some(("mcp-param-x", text.to_owned())));
        }
    }

    #[test]
    fn the_name_of_a_tool_is_none_of_them() {
        let of = |method: &str| read(NAME, "x", &[(METHOD.to_owned(), method.to_owned())]).is_some();
        assert_eq!([of("tools/call"), of("prompts/get"), of("resources/read")], [false, false, true]);
        assert_eq!(read("mcp-session-id", "x", &[]), None);
    }
}
