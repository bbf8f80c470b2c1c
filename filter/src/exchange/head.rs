//! The facts that an exchange's headers state.

use masking::{Format, Media};

/// On any route, the filter itself answers a path with this ending: whether requests are served.
const HEALTH_PATH: &str = "/aws-masker/readyz";

/// Kong sets the first header on its own responses, and the second on every response from upstream. A provider could
/// send the first, but Kong then adds the second.
const KONG_ANSWERS: &str = "x-kong-response-latency";
const KONG_PROXIES: &str = "x-kong-upstream-latency";

/// The kind of host, where exchanges depend on it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Gateway {
    /// It may lose a context, and keeps data with the request for the context that follows.
    Kong,
    /// It loses no contexts and keeps nothing.
    #[default]
    Other,
}

/// The headers of a request.
#[derive(Debug, Default)]
pub(crate) struct RequestHead {
    pub gateway: Gateway,
    pub method: String,
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

    /// The format of the body, by its content type; `None` if it cannot be read.
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

    /// The type of the body of a response to a request with this method. A response without a body is left unchanged.
    pub(crate) fn media(&self, method: &str) -> Media {
        match self.content_type.as_deref() {
            Some(content_type) if self.has_body(method) => Media::of(content_type),
            _ => Media::Opaque,
        }
    }

    /// Returns whether a response to a request with this method may have a body.
    pub(super) fn has_body(&self, method: &str) -> bool {
        method != "HEAD" && !matches!(self.status, 100..=199 | 204 | 304) && self.content_length != Some(0)
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
