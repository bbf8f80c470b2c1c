//! What the headers of an exchange tell.

use masking::{Format, Media};

/// A path that ends so, on any route, is answered by the filter itself: whether it serves.
const HEALTH_PATH: &str = "/aws-masker/readyz";

/// What the request's headers tell.
#[derive(Debug, Default)]
pub struct RequestHead {
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
pub struct ResponseHead {
    pub status: u32,
    pub content_type: Option<String>,
    pub content_encoding: Option<String>,
    pub content_length: Option<u64>,
    /// Whether the gateway answers by itself: there is nothing to restore.
    pub by_host: bool,
}

impl RequestHead {
    pub fn asks_for_health(&self) -> bool {
        let path = self.path.split('?').next().unwrap_or_default();
        path.ends_with(HEALTH_PATH) && matches!(self.method.as_str(), "GET" | "HEAD")
    }

    /// What a request body is, by its content type; `None` if it cannot be read.
    pub fn format(&self) -> Option<Format> {
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
    /// What a response body is, by the method that it answers; a response that has none is not touched.
    pub fn media(&self, method: &str) -> Media {
        let has_body = method != "HEAD" && !matches!(self.status, 100..=199 | 204 | 304);
        match self.content_type.as_deref() {
            Some(content_type) if has_body && self.content_length != Some(0) => Media::of(content_type),
            _ => Media::Opaque,
        }
    }
}
