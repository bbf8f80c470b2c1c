//! The facts that an exchange's headers state.

use filter_config::{Readers, Sees};
use masking::{Boundary, Format, Media};
use serde::{Deserialize, Serialize};

use super::decode::Coding;
use crate::instance::mask::Reading;
use crate::refusal::Place;

/// On any route, the filter itself answers a path with this ending: whether requests are served.
const HEALTH_PATH: &str = "/aws-masker/readyz";

/// Kong sets the first header on its own responses, and the second on every response from upstream. A provider could
/// send the first, but Kong then adds the second.
const KONG_ANSWERS: &str = "x-kong-response-latency";
const KONG_PROXIES: &str = "x-kong-upstream-latency";

/// The number of headers of which Kong shows no more.
const HEADERS_SHOWN: usize = 100;

/// All headers, with names in lower case; invalid bytes are replaced. `headers` are as the ABI writes them: their number, the
/// lengths of each name and value, then each name and value with a NUL after it, all numbers in four bytes.
pub(crate) fn pairs(headers: &[u8]) -> Option<Vec<(String, String)>> {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Some(parts(headers)?.into_iter().map(|(name, value)| (text(name).to_ascii_lowercase(), text(value))).collect())
}

/// The names and values of headers as the ABI writes them.
fn parts(headers: &[u8]) -> Option<Vec<(&[u8], &[u8])>> {
    let (count, rest) = number(headers)?;
    let (lengths, mut texts) = rest.split_at_checked(count.checked_mul(8)?)?;
    let mut parts = Vec::new();
    for lengths in lengths.chunks_exact(8) {
        let (name_len, lengths) = number(lengths)?;
        let (value_len, _) = number(lengths)?;
        let (name, rest) = texts.split_at_checked(name_len)?;
        let (value, rest) = rest.get(1..)?.split_at_checked(value_len)?;
        parts.push((name, value));
        texts = rest.get(1..)?;
    }
    Some(parts)
}

/// All headers, with names in lower case; `None` if the host may not show them all.
pub(crate) fn every(headers: &[u8]) -> Option<Vec<(String, String)>> {
    pairs(headers).filter(|pairs| pairs.len() < HEADERS_SHOWN)
}

/// The value of a header that the request has exactly once; `None` if it has several, or so many headers that the host may
/// not show them all. `headers` are all of them as the ABI writes them.
pub(crate) fn the_only(headers: &[u8], name: &str) -> Option<String> {
    match Client::read(headers, name) {
        Client::Named(value) => Some(value),
        Client::Unnamed | Client::Unclear => None,
    }
}

fn number(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let (number, rest) = bytes.split_first_chunk::<4>()?;
    Some((usize::try_from(u32::from_le_bytes(*number)).ok()?, rest))
}

/// The kind of host, where exchanges depend on it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Gateway {
    /// It may lose a context, and keeps data with the request for the context that follows.
    Kong,
    /// It loses no contexts and keeps nothing.
    #[default]
    Other,
}

/// What the headers of a request state about its body.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Follows {
    /// A body follows, and the client may still be sending it.
    Body,
    /// No body follows, or the headers do not state it, as those of HTTP/2 in Kong.
    #[default]
    Nothing,
}

/// Headers that are not searched for values: credentials for the provider, and what gateways and networks add, such as
/// the addresses of clients.
const OTHERS: [&str; 15] = [
    "authorization",
    "proxy-authorization",
    "x-api-key",
    "api-key",
    "x-goog-api-key",
    "x-amz-security-token",
    "cookie",
    "host",
    "content-length",
    "content-type",
    "forwarded",
    "via",
    "x-real-ip",
    "x-request-id",
    "traceparent",
];
/// The beginnings of more of them. The first is that of HTTP/2's own.
const OTHER_PREFIXES: [&str; 5] = [":", "x-forwarded-", "x-envoy-", "x-kong-", "x-consumer-"];

/// Headers with a digest of the body (RFC 1864, RFC 3230, RFC 9530).
const DIGESTS: [&str; 4] = ["content-md5", "digest", "content-digest", "repr-digest"];

/// The client of a request, as the header that `restore_by` names tells it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Client {
    /// There is no such header, or nobody asks for it.
    #[default]
    Unnamed,
    Named(String),
    /// There are several, or the host may not show them all: it may be anybody.
    Unclear,
}

impl Client {
    /// Reads the header of this name. `headers` are all of them as the ABI writes them.
    pub(crate) fn read(headers: &[u8], name: &str) -> Self {
        let Some(parts) = parts(headers).filter(|parts| parts.len() < HEADERS_SHOWN) else { return Self::Unclear };
        let mut values =
            parts.iter().filter(|(own, _)| own.eq_ignore_ascii_case(name.as_bytes())).map(|(_, value)| *value);
        match (values.next().map(std::str::from_utf8), values.next()) {
            (None, _) => Self::Unnamed,
            (Some(Ok(name)), None) => Self::Named(name.to_owned()),
            _ => Self::Unclear,
        }
    }

    /// What this client sees in responses. One who may be anybody sees nothing.
    pub(super) fn sees(&self, readers: Option<&Readers>) -> Sees {
        match (readers, self) {
            (None, _) => Sees::Values,
            (Some(_), Self::Unclear) => Sees::Placeholders,
            (Some(readers), Self::Unnamed) => readers.sees(None),
            (Some(readers), Self::Named(name)) => readers.sees(Some(name)),
        }
    }
}

/// The headers of a request.
#[derive(Debug, Default)]
pub(crate) struct RequestHead {
    pub gateway: Gateway,
    pub method: String,
    pub follows: Follows,
    /// The name of a header with a digest of the body.
    pub digest: Option<&'static str>,
    /// With the query.
    pub path: String,
    pub content_type: Option<String>,
    pub content_encoding: Option<String>,
    pub upgrade: Option<String>,
    /// The text at the place from which the configuration reads the scope.
    pub scope: Option<String>,
    pub client: Client,
    /// The host's name of the route; empty if it tells none.
    pub route: String,
    /// All headers, if they are searched for values and the host shows them.
    pub headers: Option<Vec<(String, String)>>,
    /// The name of the client's connection, if the host holds every replaced body until that closes.
    pub connection: Option<Vec<u8>>,
}

/// The headers of a response.
#[derive(Debug, Default)]
pub(crate) struct ResponseHead {
    pub status: u32,
    pub content_type: Option<String>,
    pub content_encoding: Option<String>,
    pub content_length: Option<u64>,
    /// True if the gateway itself generated the response.
    pub is_gateways_own: bool,
}

impl RequestHead {
    /// Reads the headers, without the scope, the client and the connection.
    pub(crate) fn read(gateway: Gateway, header: impl Fn(&str) -> Option<String>) -> Self {
        let has_length = header("content-length").is_some_and(|length| length.trim() != "0");
        let follows =
            if has_length || header("transfer-encoding").is_some() { Follows::Body } else { Follows::Nothing };
        Self {
            gateway,
            follows,
            digest: DIGESTS.into_iter().find(|name| header(name).is_some()),
            method: header(":method").unwrap_or_default(),
            path: header(":path").unwrap_or_default(),
            content_type: header("content-type"),
            content_encoding: header("content-encoding"),
            upgrade: header("upgrade"),
            scope: None,
            client: Client::Unnamed,
            route: String::new(),
            headers: None,
            connection: None,
        }
    }

    pub(crate) fn asks_for_health(&self) -> bool {
        let path = self.path.split('?').next().unwrap_or_default();
        path.ends_with(HEALTH_PATH) && matches!(self.method.as_str(), "GET" | "HEAD")
    }

    /// The texts of the head that are sent on as they are, each with its place: path and query without their escapes,
    /// and the headers but for [`OTHERS`].
    pub(super) fn texts(&self) -> Vec<(Place, String, Option<&str>)> {
        let (path, query) = self.path.split_once('?').unwrap_or((&self.path, ""));
        let mut texts = vec![(Place::Path, unescaped(path), None), (Place::Query, unescaped(query), None)];
        let searched = self.headers.iter().flatten().filter(|(name, _)| !is_other(name));
        texts.extend(searched.flat_map(|(name, value)| {
            [(Place::Header, value.clone(), Some(name.as_str())), (Place::Header, name.clone(), None)]
        }));
        texts
    }

    pub(super) fn coding(&self) -> Coding {
        Coding::of(self.content_encoding.as_deref())
    }

    /// How the body is read, by its content type; `None` if it cannot be.
    pub(crate) fn reading(&self) -> Option<Reading> {
        // Without a type it must be JSON, which the parser finds out.
        let Some(content_type) = self.content_type.as_deref() else { return Some(Format::Json.into()) };
        if let Some(boundary) = Boundary::of(content_type) {
            return Some(Reading::Form(boundary));
        }
        match Media::of(content_type) {
            Media::Json => Some(Format::Json.into()),
            Media::Lines => Some(Format::Lines.into()),
            Media::Text => Some(Format::Text.into()),
            // In a charset that is not like ASCII, every type is opaque; in another than UTF-8, the body is refused if it has
            // more than ASCII.
            Media::Events | Media::Frames | Media::Undeclared | Media::Opaque => None,
        }
    }
}

fn is_other(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    OTHERS.contains(&name.as_str()) || OTHER_PREFIXES.iter().any(|prefix| name.starts_with(prefix))
}

/// The text of a part of a URL, in which `+` may be a space.
fn unescaped(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let hex = after.get(..2).filter(|_| *first == b'%').and_then(|hex| std::str::from_utf8(hex).ok());
        match hex.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = after.get(2..).unwrap_or_default();
            }
            None => {
                bytes.push(if *first == b'+' { b' ' } else { *first });
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

impl ResponseHead {
    pub(crate) fn read(header: impl Fn(&str) -> Option<String>) -> Self {
        Self {
            status: header(":status").and_then(|status| status.parse().ok()).unwrap_or_default(),
            content_type: header("content-type"),
            content_encoding: header("content-encoding"),
            content_length: header("content-length").and_then(|length| length.parse().ok()),
            is_gateways_own: header(KONG_ANSWERS).is_some() && header(KONG_PROXIES).is_none(),
        }
    }

    /// The type of the body of a response to a request with this method; `None` if it has none.
    pub(crate) fn media(&self, method: &str) -> Option<Media> {
        self.has_body(method).then(|| self.content_type.as_deref().map_or(Media::Undeclared, Media::of))
    }

    /// Returns whether the body is text in a charset that is not read.
    pub(crate) fn is_in_other_charset(&self) -> bool {
        self.content_type.as_deref().is_some_and(|content_type| !masking::is_like_ascii(content_type))
    }

    /// Returns whether a response to a request with this method may have a body.
    fn has_body(&self, method: &str) -> bool {
        method != "HEAD" && !matches!(self.status, 100..=199 | 204 | 304) && self.content_length != Some(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(headers: &[(&str, &str)]) -> Vec<u8> {
        let length = |text: &str| u32::try_from(text.len()).unwrap().to_le_bytes();
        let mut bytes = u32::try_from(headers.len()).unwrap().to_le_bytes().to_vec();
        headers.iter().for_each(|(name, value)| bytes.extend([length(name), length(value)].concat()));
        headers.iter().for_each(|(name, value)| bytes.extend(format!("{name}\0{value}\0").bytes()));
        bytes
    }

    #[test]
    fn every_header_or_none() {
        let headers = [("a", "1"), ("b", ""), ("a", "2")];
        let texts = headers.map(|(name, value)| (name.to_owned(), value.to_owned()));
        assert_eq!(every(&written(&headers)), Some(texts.to_vec()));
        assert_eq!(every(&written(&[("a", ""); HEADERS_SHOWN])), None);
        let whole = written(&headers);
        for cut in 0..whole.len() {
            assert_eq!(every(&whole[..cut]), None, "{cut}");
        }
    }

    #[test]
    fn a_header_that_comes_twice_names_nothing() {
        let one = |name, value| the_only(&written(&[("a", "1"), (name, value), ("b", "")]), "x-tenant");
        assert_eq!(one("X-Tenant", "team-a").as_deref(), Some("team-a"));
        assert_eq!(one("x-tenant", "").as_deref(), Some(""));
        assert_eq!(one("x_tenant", "team-a"), None);
        let both = written(&[("x-tenant", "team-a"), ("a", "1"), ("X-TENANT", "team-a")]);
        assert_eq!(the_only(&both, "x-tenant"), None);
        // The plugin's own header may be among those that the host does not show.
        let mut many = vec![("a", "1"); HEADERS_SHOWN - 2];
        many.insert(7, ("x-tenant", "team-a"));
        assert_eq!(the_only(&written(&many), "x-tenant").as_deref(), Some("team-a"));
        many.push(("a", "1"));
        assert_eq!(the_only(&written(&many), "x-tenant"), None);
        // Whatever the host writes, it is no panic.
        let sound = written(&[("x-tenant", "team-a"), ("a", "1")]);
        (0..sound.len()).for_each(|end| assert_eq!(the_only(&sound[..end], "x-tenant"), None, "{end}"));
        assert_eq!(the_only(&[0xff; 64], "x-tenant"), None);
    }

    #[test]
    fn what_the_headers_state_about_the_body() {
        type Case = (&'static [(&'static str, &'static str)], Follows, Option<&'static str>);
        let cases: [Case; 6] = [
            (&[], Follows::Nothing, None),
            (&[("content-length", "0")], Follows::Nothing, None),
            (&[("content-length", "7")], Follows::Body, None),
            (&[("transfer-encoding", "chunked")], Follows::Body, None),
            (&[("digest", "sha-256=x")], Follows::Nothing, Some("digest")),
            (&[("content-length", "7"), ("content-md5", "x")], Follows::Body, Some("content-md5")),
        ];
        for (headers, follows, digest) in cases {
            let header = |name: &str| headers.iter().find(|(known, _)| *known == name).map(|(_, v)| (*v).to_owned());
            let head = RequestHead::read(Gateway::Kong, header);
            assert_eq!((head.follows, head.digest), (follows, digest), "{headers:?}");
        }
    }

    #[test]
    fn the_charset_must_be_one_that_is_read() {
        let cases = [
            ("application/json", Some(Format::Json)),
            ("application/json; charset=UTF-8", Some(Format::Json)),
            ("text/plain;charset=\"us-ascii\"", Some(Format::Text)),
            ("text/plain; charset=utf-16le", None),
            ("text/plain; format=flowed; Charset = utf-7", None),
            ("application/x-ndjson", Some(Format::Lines)),
        ];
        for (content_type, format) in cases {
            let head = RequestHead { content_type: Some(content_type.into()), ..RequestHead::default() };
            assert_eq!(head.reading(), format.map(Reading::Plain), "{content_type}");
        }
    }

    #[test]
    fn an_answer_of_kongs_own_did_not_come_from_upstream() {
        let cases: [(&[&str], bool); 4] =
            [(&[], false), (&[KONG_ANSWERS], true), (&[KONG_PROXIES], false), (&[KONG_ANSWERS, KONG_PROXIES], false)];
        for (headers, is_own) in cases {
            let head = ResponseHead::read(|name| headers.contains(&name).then(|| "1".to_owned()));
            assert_eq!(head.is_gateways_own, is_own, "{headers:?}");
        }
    }
}
