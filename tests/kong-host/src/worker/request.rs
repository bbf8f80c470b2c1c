//! The request's way through the filters to the upstream.

use super::{Worker, fault_of};
use crate::exchange::{Ending, Entry, Exchange, ExchangeId, RequestBody};
use crate::fault::Fault;
use crate::kong_conf;
use crate::message::{Request, Response, Upstream};
use crate::sidecar::Caller;
use crate::step::Step;

const CONTINUE: i32 = 0;

/// Whether the request goes on to the next step.
#[derive(PartialEq, Eq)]
enum Way {
    On,
    Ended,
}

impl Worker {
    /// Takes a request in and runs the filters over it, up to the moment where it goes upstream or is answered.
    pub fn send(&mut self, request: Request) -> ExchangeId {
        let id = self.admit(request);
        let (bypassed, length) = self.with(id, |exchange| (exchange.request.bypassed, exchange.body.bytes.len()));
        let limit = self.world.borrow().settings.client_max_body_size;
        if limit > 0 && length > limit {
            self.answer_by_nginx(id, 413);
        } else if bypassed && self.refuse_bypass(id) {
            // The answer went its way.
        } else if bypassed || self.is_unfiltered(id) || self.run_request_steps(id) == Way::On {
            self.pass(id);
        }
        id
    }

    /// nginx answers in place of Kong's internal location, where kong.conf lets it. The response steps run.
    fn refuse_bypass(&mut self, id: ExchangeId) -> bool {
        let conf = self.world.borrow().settings.kong_conf;
        let Some((variable, word)) = kong_conf::refuses_bypass(conf) else { return false };
        self.with(id, |exchange| exchange.variables.insert(variable, word));
        let response = Response::json(503, "refused");
        self.begin(id, &response);
        for piece in &response.pieces {
            self.piece(id, piece);
        }
        true
    }

    /// What arrived upstream.
    pub fn upstream(&self, id: ExchangeId) -> Option<Upstream> {
        self.with(id, |exchange| exchange.upstream.clone())
    }

    fn admit(&mut self, request: Request) -> ExchangeId {
        let id = ExchangeId(self.next_exchange);
        self.next_exchange += 1;
        let route = self.routes.iter().position(|route| route.name == request.route).unwrap_or(0);
        let roots = self.routes.get(route).map(|route| route.roots.clone()).unwrap_or_default();
        let mut entries = Vec::new();
        for root in roots {
            entries.push(Entry { context: self.next_context, root, generation: 0, failed: false });
            self.next_context += 1;
        }
        let mut world = self.world.borrow_mut();
        let bytes = request.body.clone().unwrap_or_default();
        // With a Content-Length nginx reads a quarter more than its buffer before it turns to a file.
        let buffer = world.settings.client_body_buffer_size;
        let held_in_memory = if request.chunked { buffer } else { buffer.saturating_add(buffer / 4) };
        let body = RequestBody {
            spilled: bytes.len() > held_in_memory,
            length: (!bytes.is_empty()).then_some(bytes.len()),
            bytes,
            ..RequestBody::default()
        };
        let connection = world.connections.entry(request.connection).or_default();
        connection.requests += 1;
        let exchange = Exchange {
            id,
            route,
            nth_on_connection: connection.requests,
            headers: request.headers.clone(),
            request,
            body,
            entries,
            shared: std::collections::BTreeMap::new(),
            variables: kong_conf::variables(world.settings.kong_conf),
            local: None,
            upstream: None,
            response: None,
            client: crate::exchange::Client::default(),
            faults: Vec::new(),
        };
        world.exchanges.insert(id.0, exchange);
        id
    }

    pub(super) fn is_unfiltered(&self, id: ExchangeId) -> bool {
        let route = self.with(id, |exchange| exchange.route);
        self.routes.get(route).is_some_and(|route| route.unfiltered)
    }

    fn run_request_steps(&mut self, id: ExchangeId) -> Way {
        let (entries, headers, length) = self
            .with(id, |exchange| (exchange.entries.len(), exchange.headers.iter().count(), exchange.body.bytes.len()));
        for entry in 0..entries {
            self.with(id, |exchange| {
                exchange.body.length_in_headers =
                    exchange.body.length.filter(|_| exchange.body.touched_length.is_none());
            });
            // The end of the stream is never announced here, whether there is a body or not.
            if self.request_step(id, entry, Step::RequestHeaders, "proxy_on_request_headers", [word(headers), 0])
                == Way::Ended
            {
                return Way::Ended;
            }
        }
        if length == 0 {
            return Way::On;
        }
        self.with(id, |exchange| exchange.body.received = true);
        for entry in 0..entries {
            if self.request_step(id, entry, Step::RequestBody, "proxy_on_request_body", [word(length), 1]) == Way::Ended
            {
                return Way::Ended;
            }
        }
        Way::On
    }

    fn request_step(&mut self, id: ExchangeId, entry: usize, step: Step, export: &str, arguments: [u32; 2]) -> Way {
        let action = match self.in_exchange(id, entry, step, export, &arguments) {
            Ok(action) => action,
            Err(stopped) => {
                let awaited = self.with(id, |exchange| {
                    if let Some(entry) = exchange.entries.get_mut(entry) {
                        entry.failed = true;
                    }
                    step == Step::RequestBody && exchange.request.awaited
                });
                self.with(id, |exchange| exchange.faults.push(fault_of(stopped, step, awaited)));
                if awaited {
                    self.with(id, |exchange| exchange.client.ending = Ending::Hangs);
                } else {
                    self.answer_by_nginx(id, 500);
                }
                return Way::Ended;
            }
        };
        if self.with(id, |exchange| exchange.local.is_some()) {
            self.deliver_local(id);
            return Way::Ended;
        }
        let waiting = self.world.borrow().calls.iter().any(|call| is_of(call.from, id));
        match (action == CONTINUE, waiting) {
            (true, false) => Way::On,
            (true, true) => {
                self.with(id, |exchange| exchange.faults.push(Fault::ContinuedAfterDispatch { step }));
                self.world.borrow_mut().calls.retain(|call| !is_of(call.from, id));
                Way::On
            }
            (false, false) => {
                self.with(id, |exchange| {
                    exchange.faults.push(Fault::NeverResumed { step });
                    exchange.client.ending = Ending::Hangs;
                });
                Way::Ended
            }
            (false, true) => self.wait_for_calls(id),
        }
    }

    /// Kong resumes by itself, at the next entry, when the last call was answered: well or badly.
    fn wait_for_calls(&mut self, id: ExchangeId) -> Way {
        loop {
            let call = self.world.borrow().calls.iter().find(|call| is_of(call.from, id)).map(|call| call.token);
            let Some(token) = call else { break };
            let reply = self.ask_sidecar(token);
            self.answer(token, reply);
        }
        if self.with(id, |exchange| exchange.local.is_some()) {
            self.deliver_local(id);
            return Way::Ended;
        }
        Way::On
    }

    /// Sends the request upstream as nginx would.
    fn pass(&mut self, id: ExchangeId) {
        self.with(id, |exchange| {
            let mut headers = exchange.headers.clone().with_removed();
            headers.drop("content-length");
            headers.drop("transfer-encoding");
            let body = &exchange.body;
            if let Some(length) = body.length {
                headers.add("content-length", length.to_string());
                if let Some(old) = body.touched_length.clone() {
                    headers.add("content-length", old.clone());
                    exchange.faults.push(Fault::SecondContentLength { new: length, old });
                }
            }
            if body.spilled && !body.written && !exchange.request.bypassed {
                exchange.faults.push(Fault::SpilledBodyPassed);
            }
            exchange.upstream = Some(Upstream {
                method: exchange.request.method.clone(),
                path: exchange.request.path.clone(),
                headers,
                body: exchange.body.bytes.clone(),
            });
        });
    }
}

pub(super) fn is_of(caller: Caller, id: ExchangeId) -> bool {
    matches!(caller, Caller::Http { exchange, .. } if exchange == id.0)
}

fn word(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
