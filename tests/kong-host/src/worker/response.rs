//! The response's way through the filters to the client, and the end of the exchange.

use super::{Worker, fault_of};
use crate::exchange::{Ending, ExchangeId, Outcome, ResponseState};
use crate::fault::Fault;
use crate::message::{Request, Response, Upstream};
use crate::step::Step;

const PAUSE: i32 = 1;

impl Worker {
    /// A whole exchange. `answer` is asked only when the request arrives upstream.
    pub fn exchange(&mut self, request: Request, answer: impl FnOnce(&Upstream) -> Response) -> Outcome {
        let id = self.send(request);
        if let Some(upstream) = self.upstream(id) {
            let response = answer(&upstream);
            self.begin(id, &response);
            for piece in &response.pieces {
                self.piece(id, piece);
            }
        }
        self.end(id)
    }

    /// The head of the upstream's response arrives.
    pub fn begin(&mut self, id: ExchangeId, response: &Response) {
        let entries = self.with(id, |exchange| {
            let early = exchange.response.take().unwrap_or_default();
            let mut headers = response.headers.clone();
            for (name, value) in early.headers.iter() {
                headers.add(name, value);
            }
            exchange.response = Some(ResponseState {
                status: response.status,
                announced: headers.text("content-length").and_then(|length| length.parse().ok()),
                bodiless: exchange.request.method == "HEAD" || matches!(response.status, 204 | 304),
                headers,
                ..ResponseState::default()
            });
            exchange.entries.len()
        });
        let headers = response.headers.iter().count();
        let headers = u32::try_from(headers).unwrap_or(u32::MAX);
        for entry in 0..entries {
            self.response_step(id, entry, Step::ResponseHeaders, "proxy_on_response_headers", [headers, 0]);
        }
        self.with(id, |exchange| {
            let Some(response) = &exchange.response else { return };
            if response.replacement.is_some() && response.headers.get("content-length").is_some() {
                exchange.faults.push(Fault::LocalResponseUnderOldLength);
            }
            exchange.client.status = response.status;
            exchange.client.headers = response.headers.clone();
        });
    }

    /// The next bytes that were read from the upstream. What the client got of them.
    pub fn piece(&mut self, id: ExchangeId, bytes: &[u8]) -> Vec<u8> {
        if bytes.is_empty() { Vec::new() } else { self.feed(id, bytes, false) }
    }

    /// The upstream's response is over, or there was none: ends the exchange.
    pub fn end(&mut self, id: ExchangeId) -> Outcome {
        let (open, ended_by_call) = self.with(id, |exchange| {
            let response = exchange.response.as_ref();
            let open = exchange.client.ending == Ending::Open && response.is_some();
            // Only a response without a length gets a call for its end.
            let call = response.is_some_and(|response| response.announced.unwrap_or(0) == 0);
            (open, call && exchange.request.method != "HEAD")
        });
        if open {
            if ended_by_call {
                self.feed(id, &[], true);
            }
            self.settle_client(id);
        }
        self.finish(id)
    }

    /// The client goes away in the middle.
    pub fn abort(&mut self, id: ExchangeId) -> Outcome {
        self.finish(id)
    }

    /// A response of the filter's own passes through its response steps too.
    pub(super) fn deliver_local(&mut self, id: ExchangeId) {
        let Some(local) = self.with(id, |exchange| exchange.local.take()) else { return };
        let mut response = Response::empty(local.status);
        response.headers = local.headers;
        response.headers.set("content-length", local.body.len().to_string());
        self.begin(id, &response);
        let bodiless = self.with(id, |exchange| exchange.request.method == "HEAD");
        if !bodiless {
            self.feed(id, &local.body, true);
        }
        self.settle_client(id);
    }

    /// An error page, which filters do not see.
    pub(super) fn answer_by_nginx(&mut self, id: ExchangeId, status: u16) {
        self.with(id, |exchange| {
            exchange.client.status = status;
            exchange.client.ending = Ending::Complete;
        });
    }

    /// Runs one piece through the filters and gives it to the client.
    fn feed(&mut self, id: ExchangeId, bytes: &[u8], last_buffer: bool) -> Vec<u8> {
        let (entries, end_of_stream, last) = self.with(id, |exchange| {
            let Some(response) = exchange.response.as_mut() else { return (0, false, false) };
            response.fed = response.fed.saturating_add(bytes.len());
            let replaced = response.replacement.take().unwrap_or_else(|| bytes.to_vec());
            response.chunk = (!replaced.is_empty()).then_some(replaced);
            response.emptied = false;
            // With a Content-Length the end is seen only if this piece is the whole body.
            let (end_of_stream, last) = match response.announced {
                Some(length) if length > 0 => (bytes.len() == length, response.fed >= length),
                _ => (last_buffer, last_buffer),
            };
            (exchange.entries.len(), end_of_stream, last)
        });
        for entry in 0..entries {
            let length = self.with(id, |exchange| {
                exchange.response.as_ref().and_then(|response| response.chunk.as_ref()).map_or(0, Vec::len)
            });
            if length > 0 || end_of_stream {
                let arguments = [u32::try_from(length).unwrap_or(u32::MAX), u32::from(end_of_stream)];
                self.response_step(id, entry, Step::ResponseBody, "proxy_on_response_body", arguments);
            }
        }
        self.with(id, |exchange| {
            let Some(response) = exchange.response.as_mut() else { return Vec::new() };
            if last && response.emptied {
                exchange.faults.push(Fault::LastChunkEmptied);
                response.hanging = true;
            }
            let sent = response.chunk.take().unwrap_or_default();
            response.sent = response.sent.saturating_add(sent.len());
            exchange.client.body.extend_from_slice(&sent);
            sent
        })
    }

    fn response_step(&mut self, id: ExchangeId, entry: usize, step: Step, export: &str, arguments: [u32; 2]) {
        let skipped = self.with(id, |exchange| exchange.entries.get(entry).is_none_or(|entry| entry.failed));
        if skipped || self.is_unfiltered(id) {
            return;
        }
        match self.in_exchange(id, entry, step, export, &arguments) {
            Ok(PAUSE) => self.with(id, |exchange| {
                // With a response of the filter's own, this is how a filter says so.
                if exchange.response.as_ref().is_none_or(|response| response.replacement.is_none()) {
                    exchange.faults.push(Fault::ResponsePaused { step });
                }
            }),
            Ok(_) => {}
            Err(stopped) => self.with(id, |exchange| {
                // Kong lets this and the rest pass as it is.
                if let Some(entry) = exchange.entries.get_mut(entry) {
                    entry.failed = true;
                }
                exchange.faults.push(fault_of(stopped, step, false));
            }),
        }
    }

    /// What the client makes of what it got.
    fn settle_client(&mut self, id: ExchangeId) {
        self.with(id, |exchange| {
            let Some(response) = &exchange.response else { return };
            let kept: Option<usize> =
                exchange.client.headers.text("content-length").and_then(|length| length.parse().ok());
            let sent = response.sent;
            exchange.client.ending = match kept {
                Some(announced) if !response.bodiless && announced != sent => {
                    exchange.faults.push(Fault::ResponseLengthKept { announced, sent });
                    exchange.client.body.truncate(announced);
                    if sent > announced { Ending::Cut } else { Ending::Hangs }
                }
                _ if response.hanging => Ending::Hangs,
                _ => Ending::Complete,
            };
        });
    }

    /// The last callbacks, for contexts that still live; then the exchange is gone.
    fn finish(&mut self, id: ExchangeId) -> Outcome {
        let generation = self.world.borrow().generation;
        let entries = self.with(id, |exchange| exchange.entries.len());
        for entry in 0..entries {
            let lives = self
                .with(id, |exchange| exchange.entries.get(entry).is_some_and(|entry| entry.generation == generation));
            for export in ["proxy_on_done", "proxy_on_log", "proxy_on_delete"] {
                if !lives || self.guest.trapped {
                    break;
                }
                if let Err(stopped) = self.in_exchange(id, entry, Step::Log, export, &[]) {
                    self.with(id, |exchange| exchange.faults.push(fault_of(stopped, Step::Log, false)));
                }
            }
        }
        let mut world = self.world.borrow_mut();
        let Some(exchange) = world.exchanges.remove(&id.0) else {
            return Outcome { upstream: None, client: crate::exchange::Client::default(), faults: Vec::new() };
        };
        let closes = [&exchange.client.headers, &exchange.request.headers]
            .into_iter()
            .any(|headers| headers.text("connection").is_some_and(|value| value.eq_ignore_ascii_case("close")));
        let connection = exchange.request.connection;
        let limit = world.settings.keepalive_requests;
        if closes || world.connections.get(&connection).is_some_and(|connection| connection.requests >= limit) {
            world.connections.remove(&connection);
        }
        Outcome { upstream: exchange.upstream, client: exchange.client, faults: exchange.faults }
    }
}
