//! HTTP in and out. Nobody else names axum.

mod access;
mod assets;
mod live;

use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, StatusCode, header};
use axum::middleware::map_response;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Extension, Router};
use contract::{SyncRequest, bound, path};
use serde::Serialize;
use serde_json::json;
use tokio::time::timeout;

use self::access::{Shown, admit};
use crate::batch::Batch;
use crate::config::Probes;
use crate::door::{Door, Scopes};
use crate::error::Error;
use crate::events::{self, Audited};
use crate::journal::{Journal, unix_ms};
use crate::live::Live;
use crate::metrics::Metrics;
use crate::operator::{self, Call, Outcome, Show};
use crate::seats::Seat;
use crate::selfcheck::echo::{self, Echo};
use crate::selfcheck::watch::Watch;
use crate::selfcheck::{self, Checker, Fault};
use crate::session::Sessions;
use crate::vault::Vault;

/// The time within which a body has to arrive.
const BODY_PATIENCE: Duration = Duration::from_secs(10);

const ECHO: HeaderName = HeaderName::from_static(selfcheck::SEEN);
const NOTE: HeaderName = HeaderName::from_static(contract::header::NOTE);

/// The state that the calls share.
#[derive(Debug)]
pub struct Sidecar {
    pub vault: Vault,
    pub filters: Door,
    pub operators: Door,
    pub probes: Probes,
    pub metrics: Arc<Metrics>,
    pub selfcheck: Arc<Watch>,
    pub journal: Arc<Journal>,
    pub live: Arc<Live>,
    pub sessions: Sessions,
    /// The listeners speak TLS.
    pub secure: bool,
}

impl Sidecar {
    /// Runs self-checks for ever.
    pub async fn check(&self, checker: Checker) {
        self.journal.expect_check();
        let tell = async |outcome: &Result<(), Fault>, is_change: bool| {
            self.journal.checked(outcome.as_ref().map(drop).map_err(Fault::as_str), unix_ms());
            self.metrics.take_selfcheck(outcome.is_ok());
            if let (Err(fault), true) = (outcome, is_change) {
                self.vault.publisher().tell(events::selfcheck_failed(fault.as_str())).await;
            }
        };
        self.selfcheck.run(checker, tell).await;
    }

    /// Tells those who watch over security. Nobody may be listening.
    async fn publish_audit(&self, audited: &Audited<'_>) {
        self.vault.publisher().tell(events::audit(audited)).await;
    }
}

/// The caller, as the listener knows it.
#[derive(Debug, Clone, Copy)]
pub enum Peer {
    Address(SocketAddr),
    /// A process of this machine, through the Unix socket.
    Local,
}

impl Peer {
    /// The machine, whatever the port.
    fn machine(&self) -> String {
        match self {
            Self::Address(address) => address.ip().to_string(),
            Self::Local => self.to_string(),
        }
    }
}

impl fmt::Display for Peer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Address(address) => address.fmt(f),
            Self::Local => f.write_str("local"),
        }
    }
}

type Shared = State<Arc<Sidecar>>;
type Seated = Extension<Arc<Seat>>;

/// The calls of one connection, as a service that the listener drives.
pub type Calls = Router;

/// The calls of all connections.
#[derive(Debug, Clone)]
pub struct Routes(Router);

impl Routes {
    pub fn new(sidecar: Arc<Sidecar>) -> Self {
        let operator = |parse: Parse| {
            move |sidecar: Shared, peer: Extension<Peer>, seat: Seated, request: Request| {
                handle_operator(sidecar, peer, seat, request, parse)
            }
        };
        let operators = Router::new()
            .route(path::RESTORE, post(operator(Call::restore)))
            .route(path::LOOKUP, post(operator(Call::lookup)))
            .route(path::KNOWN, post(operator(Call::known)))
            .route(path::FORGET, post(operator(Call::forget)))
            .route(path::ESTATE, post(operator(Call::estate)))
            .route(path::SOURCES, post(operator(Call::sources)))
            .route(path::STATS, get(operator(Call::stats)))
            .route(path::TOTALS, post(operator(Call::totals)))
            .route(path::USAGE, get(live::usage))
            .route(path::LIVE, get(live::live))
            .route(&format!("{}/{{exchange}}", path::BODIES), get(live::body))
            .route(path::SESSION, get(access::ask).post(access::open).delete(access::close))
            .merge(assets::routes())
            .layer(map_response(assets::guarded));
        let router = Router::new()
            .merge(operators)
            .route(path::SYNC, post(sync))
            .route(path::HEALTH, get(async || "ok\n"))
            .route(path::READY, get(ready))
            .route(path::METRICS, get(metrics))
            .fallback(async |State(sidecar): Shared| refusal(&sidecar, Error::UnknownPath))
            .method_not_allowed_fallback(async |State(sidecar): Shared| refusal(&sidecar, Error::Method))
            .with_state(sidecar);
        Self(router)
    }

    /// An upstream for checks, on any path. It knows nothing of the sidecar that it runs in.
    pub fn echo() -> Self {
        Self(Router::new().fallback(async |request: Request| {
            match timeout(BODY_PATIENCE, to_bytes(request.into_body(), echo::REQUEST_BYTES)).await {
                Ok(Ok(body)) => match echo::echo(&body) {
                    Some(Echo { content_type, seen, body }) => {
                        ([(header::CONTENT_TYPE, content_type.to_owned()), (ECHO, seen)], body).into_response()
                    }
                    None => StatusCode::NOT_FOUND.into_response(),
                },
                Ok(Err(_)) | Err(_) => StatusCode::BAD_REQUEST.into_response(),
            }
        }))
    }

    /// The calls of one connection.
    pub fn of(&self, peer: Peer, seat: Arc<Seat>) -> Calls {
        self.0.clone().layer(Extension(peer)).layer(Extension(seat))
    }
}

async fn sync(State(sidecar): Shared, Extension(seat): Seated, request: Request) -> Response {
    answer(&sidecar, handle_sync(&sidecar, &seat, request).await)
}

async fn handle_sync(sidecar: &Sidecar, seat: &Seat, request: Request) -> Result<impl Serialize + use<>, Error> {
    let (_, scopes) = match sidecar.filters.enter(authorization(request.headers())) {
        Ok(entered) => entered,
        Err(error) => return Err(note(sidecar, error).await),
    };
    let _call = seat.call();
    let request: SyncRequest = serde_json::from_slice(&body(request).await?)?;
    sidecar.vault.sync(Batch::parse(request)?, scopes).await
}

/// Reads a call of the operator from the scope that a header names, and the body.
type Parse = fn(Option<&str>, &[u8]) -> Result<Call, Error>;

async fn handle_operator(
    State(sidecar): Shared,
    Extension(peer): Extension<Peer>,
    Extension(seat): Seated,
    request: Request,
    parse: Parse,
) -> Response {
    match operate(&sidecar, peer, &seat, request, parse).await {
        Ok(Outcome::Restored { text, restored, unknown }) => {
            let note = format!("restored={restored}; unknown={unknown}");
            ([(header::CONTENT_TYPE, "application/octet-stream".to_owned()), (NOTE, note)], text).into_response()
        }
        Ok(Outcome::Found(mapping)) => answer(&sidecar, Ok(json!({"mapping": mapping}))),
        Ok(Outcome::Known(known)) => answer(&sidecar, Ok(json!({"known": known}))),
        Ok(Outcome::Named(known)) => answer(&sidecar, Ok(json!({"known": known}))),
        Ok(Outcome::Forgotten(count)) => answer(&sidecar, Ok(json!({"forgotten": count}))),
        Ok(Outcome::Imported(imported)) => answer(&sidecar, Ok(imported)),
        Ok(Outcome::Sources(sources)) => answer(&sidecar, Ok(json!({"sources": sources}))),
        Ok(Outcome::Stats(stats)) => answer(&sidecar, Ok(json!({"health": health(&sidecar), "stats": stats}))),
        Ok(Outcome::Totals(days)) => answer(&sidecar, Ok(json!({"days": days}))),
        Err(error) => refusal(&sidecar, error),
    }
}

/// Each call leaves an audit record, whatever its outcome: who, from where, what, how many, and why if that is told. Never a
/// value.
async fn operate(sidecar: &Sidecar, peer: Peer, seat: &Seat, request: Request, parse: Parse) -> Result<Outcome, Error> {
    let path = request.uri().path().to_owned();
    let (caller, shown) = match admit(sidecar, request.method(), request.headers()) {
        Ok(admitted) => admitted,
        Err(error) => {
            tracing::warn!(audit = path, peer = %peer, outcome = error.code(), "operator call rejected");
            return Err(note(sidecar, error).await);
        }
    };
    let _call = seat.call();
    let mut about = None;
    let outcome = match authorise(&caller.scopes, &shown, request, parse).await {
        Ok(call) => {
            let outcome = operator::operate(&sidecar.vault, &call).await;
            about = about_lookup(&call, &outcome);
            outcome
        }
        Err(error) => Err(error),
    };
    let (code, count) = match &outcome {
        Ok(outcome) => ("ok", outcome.count()),
        Err(error) => (error.code(), 0),
    };
    let (placeholder, reason) = about.unzip();
    let (placeholder, reason) = (placeholder.as_deref(), reason.as_deref());
    tracing::info!(audit = path, who = caller.who, peer = %peer, outcome = code, count, placeholder, reason, "operator call");
    sidecar.publish_audit(&Audited { call: &path, who: &caller.who, outcome: code, count, placeholder, reason }).await;
    outcome
}

/// Tells those who watch over security of a wrong token.
async fn note(sidecar: &Sidecar, error: Error) -> Error {
    if error == Error::Unauthorized {
        sidecar.vault.publisher().note_wrong_token().await;
    }
    error
}

/// The placeholder that was looked up, and why. Whoever writes the value into the reason does not get it into the log.
fn about_lookup(call: &Call, outcome: &Result<Outcome, Error>) -> Option<(String, String)> {
    let Call::Lookup { key, reason: Some(reason) } = call else { return None };
    let holds_value = match outcome {
        Ok(Outcome::Found(Some(mapping))) => reason.contains(mapping.value.expose()),
        _ => false,
    };
    let reason = if holds_value { "withheld: it holds the value" } else { reason };
    Some((key.placeholder.as_str().to_owned(), reason.to_owned()))
}

/// Reads the call, and checks that its caller is for the scope that it stays in. A page shows one value at a time, and only
/// with a reason.
async fn authorise(scopes: &Scopes, shown: &Shown, request: Request, parse: Parse) -> Result<Call, Error> {
    let scope = request.headers().get(operator::SCOPE_HEADER).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let call = parse(scope.as_deref(), &body(request).await?)?;
    if *shown != Shown::Token {
        match &call {
            Call::Restore { .. } | Call::Known { show: Show::Values, .. } | Call::Estate(_) => {
                return Err(Error::Forbidden);
            }
            Call::Lookup { reason: None, .. } => return Err(Error::Invalid("reason")),
            Call::Lookup { .. } | Call::Known { .. } | Call::Forget(_) | Call::Sources(_) => {}
            Call::Stats | Call::Totals(_) => {}
        }
    }
    match call.scope() {
        Some(scope) => scopes.check(std::iter::once(scope))?,
        None if *scopes == Scopes::All => {}
        None => return Err(Error::Forbidden),
    }
    Ok(call)
}

/// The sidecar is ready once it can deliver a key. The store's state is reported, but it is no reason to take the sidecar
/// out of rotation: the filters would lose the key as well.
async fn ready(State(sidecar): Shared, headers: HeaderMap) -> Response {
    let allowed = check_probe(&sidecar, &headers);
    if allowed.is_ok() {
        // A failure is part of the health.
        let _ = sidecar.vault.store().ping().await;
    }
    answer(&sidecar, allowed.map(|()| health(&sidecar)))
}

fn health(sidecar: &Sidecar) -> serde_json::Value {
    let health = sidecar.vault.store().health();
    json!({
        "store": health.state,
        "breaker": health.breaker.as_str(),
        "eviction": health.eviction.as_str(),
        "selfcheck": sidecar.selfcheck.latest().map(|outcome| outcome.err().map_or("ok".to_owned(), |fault| fault.to_string())),
    })
}

async fn metrics(State(sidecar): Shared, headers: HeaderMap) -> Response {
    const TEXT: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    let text = check_probe(&sidecar, &headers).and_then(|()| sidecar.metrics.render(sidecar.vault.store().health()));
    match text {
        Ok(text) => ([(header::CONTENT_TYPE, TEXT)], text).into_response(),
        Err(error) => refusal(&sidecar, error),
    }
}

fn check_probe(sidecar: &Sidecar, headers: &HeaderMap) -> Result<(), Error> {
    let authorization = authorization(headers);
    let known = || sidecar.operators.knows(authorization) || sidecar.filters.knows(authorization);
    if sidecar.probes == Probes::Open || known() { Ok(()) } else { Err(Error::Unauthorized) }
}

fn authorization(headers: &HeaderMap) -> Option<&[u8]> {
    headers.get(contract::header::AUTHORIZATION).map(|value| value.as_bytes())
}

/// A body within the contract's size, in time.
async fn body(request: Request) -> Result<Bytes, Error> {
    let declared = request.headers().get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok());
    if declared.is_some_and(|length: u64| length > bound::BODY_BYTES as u64) {
        return Err(Error::TooLarge);
    }
    let body = timeout(BODY_PATIENCE, to_bytes(request.into_body(), bound::BODY_BYTES));
    body.await.map_err(|_| Error::TooSlow)?.map_err(|_| Error::TooLarge)
}

/// The body is complete before it is sent, so that there always is a Content-Length: the filter's host accepts no other
/// answer.
fn answer(sidecar: &Sidecar, outcome: Result<impl Serialize, Error>) -> Response {
    let body = outcome.and_then(|answer| serde_json::to_vec(&answer).map_err(|_| Error::Internal));
    match body {
        Ok(body) => json_response(StatusCode::OK, body),
        Err(error) => refusal(sidecar, error),
    }
}

fn refusal(sidecar: &Sidecar, error: Error) -> Response {
    sidecar.metrics.count_refusal(error);
    tracing::debug!(code = error.code(), "refused: {error}");
    let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    json_response(status, serde_json::to_vec(&error.body()).unwrap_or_default())
}

fn json_response(status: StatusCode, body: impl Into<Body>) -> Response {
    (status, [(header::CONTENT_TYPE, "application/json")], body.into()).into_response()
}
