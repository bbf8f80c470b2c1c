//! Who makes an operator's call: the bearer of a token, or a page with a session.

use std::time::Instant;

use axum::Extension;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::{Peer, Shared, Sidecar, answer, authorization, refusal};
use crate::error::Error;
use crate::events::Audited;
use crate::page;
use crate::session::{Caller, LONGEST};

/// How a caller has shown that it may call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Shown {
    Token,
    /// The secret of its cookie.
    Cookie(String),
}

/// Admits the bearer of an operator's token, or the page with a session of one.
pub(super) fn admit(sidecar: &Sidecar, method: &Method, headers: &HeaderMap) -> Result<(Caller, Shown), Error> {
    let cookie = cookie(sidecar, headers).filter(|_| authorization(headers).is_none());
    let Some(cookie) = cookie else {
        let (token, _) = sidecar.operators.enter(authorization(headers))?;
        return Ok((Caller::of(token), Shown::Token));
    };
    check_own_page(method, headers)?;
    let caller = sidecar.sessions.find(cookie, Instant::now()).ok_or(Error::Unauthorized)?;
    Ok((caller, Shown::Cookie(cookie.to_owned())))
}

/// A browser says for which page it makes a call. The cookie travels with calls of the sidecar's own page only, as far as
/// the browser keeps to `SameSite`, which takes all ports of a host for one site; this does not.
pub(super) fn check_own_page(method: &Method, headers: &HeaderMap) -> Result<(), Error> {
    let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or_default());
    let is_own = match (text("sec-fetch-site"), text("origin")) {
        (Some(site), _) => site == "same-origin",
        (None, Some(origin)) => origin.split_once("://").map(|(_, host)| host) == text("host"),
        // Browsers say at least where a call that changes something comes from.
        (None, None) => method == Method::GET,
    };
    // A form cannot send this type, and a foreign script only with a permission that nobody gives.
    let is_json = || text("content-type").is_some_and(|value| value.starts_with("application/json"));
    if is_own && (method != Method::POST || is_json()) { Ok(()) } else { Err(Error::ForeignPage) }
}

/// The page asks whether it has a session.
pub(super) async fn ask(State(sidecar): Shared, method: Method, headers: HeaderMap) -> Response {
    let caller = admit(&sidecar, &method, &headers).ok().map(|(caller, _)| caller);
    let answered = json!({
        "signed_in": caller.is_some(),
        "who": caller.map(|caller| caller.who),
        "has_operators": !sidecar.operators.is_closed(),
        "has_try_box": page::has_try_box(),
        "version": env!("CARGO_PKG_VERSION"),
    });
    answer(&sidecar, Ok(answered))
}

/// The page shows an operator's token once, and gets a cookie.
pub(super) async fn open(State(sidecar): Shared, Extension(peer): Extension<Peer>, request: Request) -> Response {
    match sign_in(&sidecar, peer, request.method(), request.headers()) {
        Ok((caller, secret)) => {
            tracing::info!(audit = "sign in", who = caller.who, peer = %peer, outcome = "ok", "operator call");
            let cookie = set_cookie(&sidecar, request.headers(), &secret, LONGEST.as_secs());
            ([(header::SET_COOKIE, cookie)], answer(&sidecar, Ok(json!({"signed_in": true, "who": caller.who}))))
                .into_response()
        }
        Err(error) => {
            tracing::warn!(audit = "sign in", peer = %peer, outcome = error.code(), "operator call rejected");
            let wrong = Audited { call: "sign in", who: "unknown", outcome: error.code(), ..Audited::default() };
            sidecar.publish_audit(&wrong).await;
            refusal(&sidecar, error)
        }
    }
}

fn sign_in(sidecar: &Sidecar, peer: Peer, method: &Method, headers: &HeaderMap) -> Result<(Caller, String), Error> {
    check_own_page(method, headers)?;
    let (address, now) = (peer.machine(), Instant::now());
    sidecar.sessions.check_attempts(&address, now)?;
    let (token, _) = sidecar.operators.enter(authorization(headers)).inspect_err(|error| {
        if *error == Error::Unauthorized {
            sidecar.sessions.note_wrong(&address, now);
        }
    })?;
    let caller = Caller::of(token);
    let secret = sidecar.sessions.open(caller.clone(), now)?;
    Ok((caller, secret))
}

pub(super) async fn close(State(sidecar): Shared, Extension(peer): Extension<Peer>, request: Request) -> Response {
    if let Err(error) = check_own_page(request.method(), request.headers()) {
        return refusal(&sidecar, error);
    }
    if let Some(caller) = cookie(&sidecar, request.headers()).and_then(|secret| sidecar.sessions.close(secret)) {
        tracing::info!(audit = "sign out", who = caller.who, peer = %peer, outcome = "ok", "operator call");
    }
    (StatusCode::NO_CONTENT, [(header::SET_COOKIE, set_cookie(&sidecar, request.headers(), "", 0))]).into_response()
}

fn set_cookie(sidecar: &Sidecar, headers: &HeaderMap, secret: &str, seconds: u64) -> String {
    let secure = if sidecar.secure { "; Secure" } else { "" };
    let name = cookie_name(sidecar, headers);
    format!("{name}={secret}; HttpOnly; SameSite=Strict; Path=/; Max-Age={seconds}{secure}")
}

/// A browser takes the prefix as a promise that no other host and no plain connection has set the cookie. All ports of a host
/// have their cookies in common, so that those of several sidecars need names of their own.
fn cookie_name(sidecar: &Sidecar, headers: &HeaderMap) -> String {
    let prefix = if sidecar.secure { "__Host-" } else { "" };
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let port = host.rsplit_once(':').map_or("", |(_, port)| port);
    let port: String = port.chars().filter(char::is_ascii_digit).take(5).collect();
    format!("{prefix}aws_masker_session{port}")
}

fn cookie<'h>(sidecar: &Sidecar, headers: &'h HeaderMap) -> Option<&'h str> {
    let all = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = all.flat_map(|value| value.split(';')).filter_map(|pair| pair.trim().split_once('='));
    let own = cookie_name(sidecar, headers);
    pairs.find(|(name, _)| *name == own).map(|(_, secret)| secret)
}
