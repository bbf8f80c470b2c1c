//! The page's files, and the headers that every answer to a browser has.

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};

use crate::page::{self, Asset};

/// Scripts, styles and calls of the page itself and nothing else: no text can become a script, and no value can be sent to
/// another place. The try-box compiles its program, hence `wasm-unsafe-eval`.
const POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; connect-src 'self'; \
    img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; \
    require-trusted-types-for 'script'; trusted-types try-box";

const HEADERS: [(HeaderName, &str); 6] = [
    (header::CONTENT_SECURITY_POLICY, POLICY),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
];

/// One route for each file.
pub(super) fn routes<S: Clone + Send + Sync + 'static>() -> Router<S> {
    page::assets().fold(Router::new(), |routes, asset| {
        let tag = format!("\"{}\"", HEXLOWER.encode(&Sha256::digest(asset.packed)));
        routes.route(asset.path, get(async move |headers: HeaderMap| file(asset, &tag, &headers)))
    })
}

/// A browser asks each time whether its copy is still the right one, so that no two versions are mixed.
fn file(asset: &'static Asset, tag: &str, headers: &HeaderMap) -> Response {
    let is_packed = asset.bytes.is_empty() || takes_gzip(headers);
    let tag = &if is_packed { tag.to_owned() } else { tag.replacen('"', "\"plain-", 1) };
    let about = [(header::ETAG, tag.as_str()), (header::CACHE_CONTROL, "no-cache"), (header::VARY, "accept-encoding")];
    if headers.get(header::IF_NONE_MATCH).is_some_and(|known| known.as_bytes() == tag.as_bytes()) {
        return (StatusCode::NOT_MODIFIED, about.map(|(name, value)| (name, value.to_owned()))).into_response();
    }
    let mut response = Response::new(Body::from(if is_packed { asset.packed } else { asset.bytes }));
    let kind = [(header::CONTENT_TYPE, asset.media_type)];
    let coding = is_packed.then_some((header::CONTENT_ENCODING, "gzip"));
    for (name, value) in kind.into_iter().chain(about).chain(coding) {
        if let Ok(value) = HeaderValue::from_str(value) {
            response.headers_mut().insert(name, value);
        }
    }
    response
}

/// Browsers all do. Only the page's own files are packed: what a caller's text stands in could be guessed by its size.
fn takes_gzip(headers: &HeaderMap) -> bool {
    let accepted = headers.get_all(header::ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    let mut codings = accepted.flat_map(|value| value.split(',')).map(|coding| coding.split(';'));
    codings.any(|mut coding| {
        let is_gzip = coding.next().is_some_and(|name| name.trim().eq_ignore_ascii_case("gzip"));
        is_gzip && coding.all(|parameter| parameter.trim().strip_prefix("q=").is_none_or(|q| q.parse() != Ok(0.0)))
    })
}

/// For all that a browser may be given. Data is not kept; a file says itself how long.
pub(super) async fn guarded(mut response: Response) -> Response {
    let headers = response.headers_mut();
    for (name, value) in HEADERS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}
