//! What happens now, as server-sent events, and the other numbers that the page asks for.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Extension;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderName, header};
use axum::response::sse::{Event, Sse};
use axum::response::{IntoResponse, Response};
use contract::Scope;
use futures_util::stream;
use serde_json::{Map, json};
use tokio::sync::mpsc;
use tokio::time::timeout;

use super::access::{Shown, admit};
use super::{Peer, Seated, Shared, Sidecar, answer, refusal};
use crate::door::Scopes;
use crate::error::Error;
use crate::journal::{Mark, Report, unix_ms};
use crate::live::Listening;
use crate::seats::Lasting;
use crate::session::Caller;

/// The time that a listener has to take a report, before its connection is closed.
const SLOW: Duration = Duration::from_secs(20);
/// The pause after which a browser comes back.
const RETRY: Duration = Duration::from_secs(1);
/// Lets a proxy such as nginx pass each report on at once.
const UNBUFFERED: HeaderName = HeaderName::from_static("x-accel-buffering");
/// Scopes whose usage is told.
const SCOPES: usize = 64;

/// One listener: what it may see, and where it is.
struct Listener {
    sidecar: Arc<Sidecar>,
    caller: Caller,
    shown: Shown,
    listening: Listening,
    seat: Lasting,
    mark: Mark,
}

pub(super) async fn live(State(sidecar): Shared, Extension(seat): Seated, request: Request) -> Response {
    let admitted = admit(&sidecar, request.method(), request.headers());
    let placed = admitted.and_then(|(caller, shown)| Ok((sidecar.live.listen(&caller.who)?, caller, shown)));
    match placed {
        Ok((listening, caller, shown)) => {
            let (told, hears) = mpsc::channel(1);
            let seat = seat.lasting_call();
            tokio::spawn(Listener { sidecar, caller, shown, listening, seat, mark: Mark::default() }.tell(told));
            let events = stream::unfold(hears, async |mut hears| Some((hears.recv().await?, hears)));
            ([(header::CACHE_CONTROL, "no-store"), (UNBUFFERED, "no")], Sse::new(events)).into_response()
        }
        Err(error) => refusal(&sidecar, error),
    }
}

impl Listener {
    /// One report at a time: whoever reads slowly is told less often, and nothing piles up.
    async fn tell(mut self, told: mpsc::Sender<Result<Event, Infallible>>) {
        while self.may_listen() {
            let report = self.sidecar.journal.report(&self.caller.scopes, &mut self.mark, unix_ms());
            let Ok(event) = event(&report) else { return };
            match timeout(SLOW, told.send(Ok(event))).await {
                Ok(Ok(())) => {}
                // It has gone.
                Ok(Err(_)) => return,
                Err(_) => return self.seat.close(),
            }
            let goes_on = tokio::select! {
                goes_on = self.listening.pulse() => goes_on,
                () = told.closed() => false,
            };
            if !goes_on {
                return;
            }
        }
    }

    /// A session may end meanwhile. An open page uses its own.
    fn may_listen(&self) -> bool {
        match &self.shown {
            Shown::Token => true,
            Shown::Cookie(secret) => self.sidecar.sessions.find(secret, Instant::now()).is_some(),
        }
    }
}

fn event(report: &Report) -> Result<Event, Error> {
    let data = serde_json::to_string(report).map_err(|_| Error::Internal)?;
    Ok(Event::default().event("report").retry(RETRY).data(data))
}

/// The usage of the scopes that were seen in the last ten minutes, or that the token is bound to.
pub(super) async fn usage(State(sidecar): Shared, Extension(seat): Seated, request: Request) -> Response {
    let caller = match admit(&sidecar, request.method(), request.headers()) {
        Ok((caller, _)) => caller,
        Err(error) => return refusal(&sidecar, error),
    };
    let _call = seat.call();
    let mut scopes: Vec<Scope> = match &caller.scopes {
        Scopes::All => sidecar.journal.scopes(&caller.scopes),
        Scopes::Only(own) => own.clone(),
    };
    scopes.truncate(SCOPES);
    let usages = sidecar.vault.store().usage(&scopes).await;
    let tell = |usages: Vec<_>| -> Map<_, _> {
        scopes.iter().map(|scope| scope.as_str().to_owned()).zip(usages.into_iter().map(|usage| json!(usage))).collect()
    };
    answer(&sidecar, usages.map(|usages| json!({"usage": tell(usages)})))
}

/// What the provider received in one exchange: placeholders, and all that is not masked, so that it is audited.
pub(super) async fn body(
    State(sidecar): Shared,
    Extension(peer): Extension<Peer>,
    exchange: Option<Path<u64>>,
    request: Request,
) -> Response {
    let caller = match admit(&sidecar, request.method(), request.headers()) {
        Ok((caller, _)) => caller,
        Err(error) => return refusal(&sidecar, error),
    };
    let Some(Path(exchange)) = exchange else { return refusal(&sidecar, Error::Invalid("exchange")) };
    let body = sidecar.journal.body(&caller.scopes, exchange);
    let count = u64::from(body.is_some());
    tracing::info!(audit = "masked body", who = caller.who, peer = %peer, outcome = "ok", count, "operator call");
    answer(&sidecar, Ok(json!({"body": body})))
}
