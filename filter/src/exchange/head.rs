//! What the headers of an exchange tell.

use masking::{Format, Media};

/// A path that ends so, on any route, is answered by the filter itself: whether it serves.
const HEALTH_PATH: &str = "/aws-masker/readyz";

/// Kong's header on an answer of its own, and on every answer that came from upstream: a provider could send the first,
/// but Kong then adds the second.
const KONG_ANSWERS: &str = "x-kong-response-latency";
const KONG_PROXIES: &str = "x-kong-upstream-latency";

/// The host, as far as exchanges differ by it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Gateway {
    /// It keeps what it is given with a request, for the contexts that follow one that is lost.
    Kong,
    /// It loses no contexts and keeps nothing.
    #[default]
    Other,
}

/// What the request's headers tell.
#[derive(Debug, Default)]
pub(crate) struct RequestHead {
    pub gateway: Gateway,
    pub method: String,
    /// With the query.
    pub path: String,
    pub content_type: Option<String>,
    pub content_encoding: Option<String>,
    pub upgrade: Option<String>,
    /// What stands where the configuration reads the scope.
    pub scope: Option<String>,
    /// Names the client's connection, in a host that holds every replaced body until that closes.
    pub connection: Option<Vec<u8>>,
}

/// What the response's headers tell.
#[derive(Debug, Default)]
pub(crate) struct ResponseHead {
    pub status: u32,
    pub content_type: Option<String>,
    pub content_encoding: Option<String>,
    pub content_length: Option<u64>,
    /// Whether the gateway answers by itself.
    pub is_gateways_own: bool,
}

impl RequestHead {
    /// The head whose headers these are; the scope and the connection are no part of them.
    pub(crate) fn read(gateway: Gateway, header: impl Fn(&str) -> Option<String>) -> Self {
        Self {
            gateway,
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

    /// What a request body is, by its content type; `None` if it cannot be read.
    pub(crate) fn format(&self) -> Option<Format> {
        // Without a type it must be JSON, which the parser finds out.
        let Some(content_type) = self.content_type.as_deref() else { return Some(Format::Json) };
        match Media::of(content_type) {
            Media::Json => Some(Format::Json),
            Media::Lines => Some(Format::Lines),
            Media::Text => Some(Format::Text),
            Media::Events | Media::Frames | Media::Opaque => None,
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

    /// What a response body is, by the method that it answers; a response that has none is not touched.
    pub(crate) fn media(&self, method: &str) -> Media {
        let has_body = method != "HEAD" && !matches!(self.status, 100..=199 | 204 | 304);
        match self.content_type.as_deref() {
            Some(content_type) if has_body && self.content_length != Some(0) => Media::of(content_type),
            _ => Media::Opaque,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
