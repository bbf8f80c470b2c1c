//! The facts that an exchange's headers state.

use masking::{Format, Media};

use super::decode::Coding;

/// On any route, the filter itself answers a path with this ending: whether requests are served.
const HEALTH_PATH: &str = "/aws-masker/readyz";

/// Kong sets the first header on its own responses, and the second on every response from upstream. A provider could
/// send the first, but Kong then adds the second.
const KONG_ANSWERS: &str = "x-kong-response-latency";
const KONG_PROXIES: &str = "x-kong-upstream-latency";

/// The number of headers of which Kong shows no more.
const HEADERS_SHOWN: usize = 100;

/// The value of a header that the request has exactly once; `None` if it has several, or so many headers that the host may
/// not show them all. `headers` are all of them as the ABI writes them: their number, the lengths of each name and value,
/// then each name and value with a NUL after it, all numbers in four bytes.
pub(crate) fn the_only(headers: &[u8], name: &str) -> Option<String> {
    let (count, rest) = number(headers)?;
    if count >= HEADERS_SHOWN {
        return None;
    }
    let (lengths, mut texts) = rest.split_at_checked(8 * count)?;
    let mut values = Vec::new();
    for lengths in lengths.chunks_exact(8) {
        let (name_len, lengths) = number(lengths)?;
        let (value_len, _) = number(lengths)?;
        let (own, rest) = texts.split_at_checked(name_len)?;
        let (value, rest) = rest.get(1..)?.split_at_checked(value_len)?;
        if own.eq_ignore_ascii_case(name.as_bytes()) {
            values.push(value);
        }
        texts = rest.get(1..)?;
    }
    match values.as_slice() {
        [value] => std::str::from_utf8(value).ok().map(str::to_owned),
        _ => None,
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

/// Headers with a digest of the body (RFC 1864, RFC 3230, RFC 9530).
const DIGESTS: [&str; 4] = ["content-md5", "digest", "content-digest", "repr-digest"];

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
    /// Reads the headers, without the scope and the connection.
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
            connection: None,
        }
    }

    pub(crate) fn asks_for_health(&self) -> bool {
        let path = self.path.split('?').next().unwrap_or_default();
        path.ends_with(HEALTH_PATH) && matches!(self.method.as_str(), "GET" | "HEAD")
    }

    pub(super) fn coding(&self) -> Coding {
        Coding::of(self.content_encoding.as_deref())
    }

    /// The format of the body, by its content type; `None` if it cannot be read.
    pub(crate) fn format(&self) -> Option<Format> {
        // Without a type it must be JSON, which the parser finds out.
        let Some(content_type) = self.content_type.as_deref() else { return Some(Format::Json) };
        match Media::of(content_type) {
            Media::Json => Some(Format::Json),
            Media::Lines => Some(Format::Lines),
            Media::Text => Some(Format::Text),
            // In a charset that is not like ASCII, every type is opaque; in another than UTF-8, the body is refused if it has
            // more than ASCII.
            Media::Events | Media::Frames | Media::Undeclared | Media::Opaque => None,
        }
    }
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
        let has_body = method != "HEAD" && !matches!(self.status, 100..=199 | 204 | 304);
        (has_body && self.content_length != Some(0))
            .then(|| self.content_type.as_deref().map_or(Media::Undeclared, Media::of))
    }

    /// Returns whether the body is text in a charset that is not read.
    pub(crate) fn is_in_other_charset(&self) -> bool {
        self.content_type.as_deref().is_some_and(|content_type| !masking::is_like_ascii(content_type))
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
            assert_eq!(head.format(), format, "{content_type}");
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
