//! A trusted server behind one route, a provider behind another: what the provider's route has masked, the server gets
//! back, and the server's values do not reach the client.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use kong_host::{Ending, LogLevel, Outcome, Request, Response, Route, Settings, Step, Upstream, Worker};
use serde_json::{Value, json};

use crate::gateway::{MAPPED, SECRETS, TEXT, filter, heard, message, reply};
use crate::vault::{Mood, Vault};

/// A worker with both routes that has its keyring.
struct Both {
    worker: Worker,
    vault: Rc<RefCell<Vault>>,
}

fn configuration(direction: &str) -> String {
    kong_host::as_kong_sends(&json!({
        "sidecar": "unix:/run/aws-masker/sidecar.sock",
        "direction": direction,
        "scope": {"header": "x-tenant"},
    }))
}

impl Both {
    fn new() -> Self {
        Self::sharing(&Rc::default())
    }

    /// Another worker in front of the same sidecar.
    fn sharing(vault: &Rc<RefCell<Vault>>) -> Self {
        let routes = [("provider", "to_provider"), ("server", "to_client")];
        let routes = routes.map(|(name, direction)| Route::new(name, [configuration(direction)]));
        let mut worker = Worker::start(filter(), Settings::default(), routes).expect("the filter starts");
        let answering = Rc::clone(vault);
        worker.set_sidecar(move |call| answering.borrow_mut().answer(call));
        let mut both = Self { worker, vault: Rc::clone(vault) };
        both.settle();
        both
    }

    fn settle(&mut self) {
        self.worker.elapse(Duration::from_secs(3));
    }

    /// What the provider reads where the user says this.
    fn masked(&mut self, tenant: &str, text: &str) -> String {
        let mut read = String::new();
        self.worker.exchange(message(text).on_route("provider").header("x-tenant", tenant), |upstream| {
            read = heard(upstream);
            reply("")
        });
        read
    }

    /// Runs an exchange with the server, and holds it to the laws: Kong has nothing to punish, no secret reaches the client
    /// or the log, the client gets a whole response.
    fn check(&mut self, name: &str, request: Request, answer: impl FnOnce(&Upstream) -> Response) -> Outcome {
        let outcome = self.worker.exchange(request, answer);
        self.check_outcome(name, &outcome);
        outcome
    }

    fn check_outcome(&self, name: &str, outcome: &Outcome) {
        let faults: Vec<String> = outcome.faults.iter().chain(&self.worker.faults()).map(ToString::to_string).collect();
        assert!(faults.is_empty(), "{name}: {}", faults.join("\n"));
        assert_eq!(outcome.client.ending, Ending::Complete, "{name}: the client's response");
        assert_no_secret(name, &String::from_utf8_lossy(&outcome.client.body));
        for line in self.worker.log() {
            assert_no_secret(name, &line.text);
        }
    }
}

fn assert_no_secret(name: &str, text: &str) {
    let shown = SECRETS.iter().find(|secret| text.contains(*secret));
    assert_eq!(shown, None, "{name}: {text}");
}

fn call(tenant: &str, text: &str) -> Request {
    let body = json!({
        "jsonrpc": "2.0", "id": "i-0c", "method": "tools/call",
        "params": {"name": "describe", "arguments": {"text": text}, "_meta": {"progressToken": 1}},
    });
    Request::post("/mcp", body.to_string()).header("x-tenant", tenant).on_route("server")
}

/// The argument that the server got.
fn argument(upstream: &Upstream) -> String {
    let body: Value = serde_json::from_slice(&upstream.body).expect("the server gets JSON");
    body["params"]["arguments"]["text"].as_str().expect("a text").to_owned()
}

fn result(text: &str) -> String {
    json!({
        "jsonrpc": "2.0", "id": "i-0c",
        "result": {"content": [{"type": "text", "text": text}], "structuredContent": {"said": [text]}, "isError": false},
    })
    .to_string()
}

fn log(text: &str) -> String {
    json!({"jsonrpc": "2.0", "method": "notifications/message", "params": {"level": "info", "data": text}}).to_string()
}

fn error_code(outcome: &Outcome) -> String {
    let body: Value = serde_json::from_slice(&outcome.client.body).expect("a client gets JSON");
    assert_eq!(body["id"], "i-0c");
    body["error"]["message"].as_str().expect("a message").split(':').next().expect("a code").to_owned()
}

#[test]
fn arguments_come_back_and_results_do_not_leave() {
    let mut both = Both::new();
    let masked = both.masked("a", TEXT);
    let outcome = both.check("JSON", call("a", &masked), |upstream| {
        assert_eq!(argument(upstream), TEXT);
        let length = upstream.headers.text("content-length").map(str::to_owned);
        assert_eq!(length, Some(upstream.body.len().to_string()));
        Response::json(200, result(TEXT))
    });
    assert_eq!(String::from_utf8(outcome.client.body).expect("text"), result(&masked));
    assert_eq!(outcome.client.headers.text("x-aws-masker"), Some(format!("restored={}", SECRETS.len() + 1)).as_deref());
    both.settle();
    for value in MAPPED {
        assert!(both.vault.borrow().values().contains(&value), "{value} is kept");
    }
}

/// A server compares these headers with the body.
#[test]
fn headers_that_repeat_the_body() {
    let mut both = Both::new();
    let uri = "s3://acme-payroll-prod/2024";
    let masked = both.masked("a", uri);
    let read = |uri: &str, route: &str| {
        let body = json!({"jsonrpc": "2.0", "id": "i-0c", "method": "resources/read", "params": {"uri": uri}});
        let request = Request::post("/mcp", body.to_string()).header("mcp-method", "resources/read");
        request.header("mcp-name", uri).header("x-tenant", "a").on_route(route)
    };
    for (route, sent, arrives) in [("server", masked.as_str(), uri), ("provider", uri, masked.as_str())] {
        both.check(route, read(sent, route), |upstream| {
            let body: Value = serde_json::from_slice(&upstream.body).expect("JSON");
            assert_eq!(
                (upstream.headers.text("mcp-name"), body["params"]["uri"].as_str()),
                (Some(arrives), Some(arrives))
            );
            Response::json(200, result("read"))
        });
    }
}

#[test]
fn a_stream_at_every_cut() {
    let mut both = Both::new();
    let masked = both.masked("a", TEXT);
    let stream = |text: &str| {
        format!(
            "id: 0\ndata: \n\nevent: message\ndata: {}\n\nevent: message\nid: 1\ndata: {}\n\n",
            log(text),
            result(text)
        )
    };
    for size in [1, 2, 3, 7, 50, 10_000] {
        let request = call("a", "start").on_connection(size);
        let answer = Response::events([stream(TEXT)]).in_pieces_of(size as usize);
        let outcome = both.check("a stream", request, |_| answer);
        assert_eq!(String::from_utf8(outcome.client.body).expect("text"), stream(&masked), "in pieces of {size}");
    }
}

#[test]
fn documents_of_all_framings() {
    let mut both = Both::new();
    let masked = both.masked("a", TEXT);
    for size in [1, 3, 100, 10_000] {
        for response in [Response::json(200, result(TEXT)), Response::json(500, result(TEXT)).chunked()] {
            let outcome = both.check("framing", call("a", ""), |_| response.in_pieces_of(size));
            assert_eq!(String::from_utf8(outcome.client.body).expect("text"), result(&masked), "in pieces of {size}");
        }
    }
    let listen = || Request::new("GET", "/mcp").header("x-tenant", "a").on_route("server");
    let outcome =
        both.check("a stream without a request", listen(), |_| Response::events([format!("data: {}\n\n", log(TEXT))]));
    assert_eq!(String::from_utf8(outcome.client.body).expect("text"), format!("data: {}\n\n", log(&masked)));
    for status in [202, 204, 405] {
        let outcome = both.check("no body", listen(), |_| Response::empty(status));
        assert_eq!((outcome.client.status, outcome.client.body.len()), (status, 0));
    }
}

#[test]
fn what_cannot_be_masked_is_withheld() {
    let mut both = Both::new();
    let png = |body: &str| {
        let mut response = Response::json(200, body);
        response.headers.set("content-type", "image/png");
        response
    };
    let cases = [
        ("an image", png(SECRETS[0])),
        ("an image in pieces", png(TEXT).in_pieces_of(5)),
        ("an image without a length", png(TEXT).chunked().in_pieces_of(5)),
        ("half a document", Response::json(200, format!("{{\"a\":\"{}", SECRETS[0])).in_pieces_of(9)),
    ];
    for (name, response) in cases {
        let outcome = both.check(name, call("a", ""), |_| response);
        assert_eq!(error_code(&outcome), "AWS_MASKER_3002", "{name}");
        assert_eq!(outcome.client.headers.text("content-type"), Some("application/json"), "{name}");
    }
    let warned = both.worker.log().iter().filter(|line| line.level == LogLevel::Warn).count();
    assert_eq!(warned, 1, "once a minute");
}

#[test]
fn what_this_worker_does_not_know_is_asked_for() {
    let mut both = Both::new();
    let masked = both.masked("a", TEXT);
    both.settle();
    let mut another = Both::sharing(&both.vault);
    let outcome = another.check("unknown", call("a", &masked), |_| panic!("it goes to the server"));
    assert_eq!((outcome.client.status, error_code(&outcome).as_str()), (503, "AWS_MASKER_3001"));
    assert_eq!(outcome.client.headers.text("retry-after"), Some("1"));
    another.worker.elapse(Duration::from_secs(1));
    another.check("known", call("a", &masked), |upstream| {
        assert_eq!(argument(upstream), TEXT);
        Response::json(200, result(""))
    });
    // Another tenant gets nothing of it, however often it asks.
    for attempt in 0..4 {
        let outcome = another.check("foreign", call("b", &masked), |upstream| {
            assert_eq!(argument(upstream), masked);
            Response::json(200, result(""))
        });
        assert_eq!(outcome.client.status, if attempt == 0 { 503 } else { 200 });
        another.settle();
    }
    another.check_outcome("the log", &outcome);
}

#[test]
fn without_a_vault_nothing_begins() {
    let vault = Rc::new(RefCell::new(Vault { mood: Mood::Silent, ..Vault::default() }));
    let mut both = Both::sharing(&vault);
    let listen = Request::new("GET", "/mcp").header("x-tenant", "a").on_route("server");
    let outcome = both.worker.exchange(listen, |_| panic!("it goes to the server"));
    assert_eq!(outcome.client.status, 503);
    assert!(String::from_utf8_lossy(&outcome.client.body).contains("AWS_MASKER_1004"));
}

#[test]
fn a_response_whose_context_is_lost() {
    for before in [true, false] {
        let mut both = Both::new();
        let masked = both.masked("a", TEXT);
        let id = both.worker.send(call("a", &masked));
        let response =
            Response::events([format!("data: {}\n\ndata: {}\n\n", log(TEXT), result(TEXT))]).in_pieces_of(100);
        if before {
            both.worker.reconfigure();
        }
        both.worker.begin(id, &response);
        for (index, piece) in response.pieces.iter().enumerate() {
            if index == 1 && !before {
                both.worker.reconfigure();
            }
            both.worker.piece(id, piece);
        }
        let outcome = both.worker.end(id);
        both.check_outcome("lost", &outcome);
        let body = String::from_utf8(outcome.client.body).expect("text");
        assert_eq!(body.contains("AWS_MASKER"), !before, "{body}");
        assert!(!before || body.ends_with(&format!("data: {}\n\n", result(&masked))), "{body}");
    }
}

/// A plugin makes Kong send the request by itself: the filter sees only the response.
#[test]
fn a_response_to_a_request_that_was_not_shown() {
    let mut both = Both::new();
    let outcome = both.worker.exchange(call("a", "").bypassed_by_a_plugin(), |_| Response::json(200, result(TEXT)));
    assert_no_secret("bypassed", &String::from_utf8_lossy(&outcome.client.body));
    assert!(outcome.faults.is_empty(), "{:?}", outcome.faults);
}

/// A defect of the filter in a response step is the one thing that lets a value pass: Kong skips a filter that trapped.
/// In every other step nothing does.
#[test]
fn a_trap_before_the_response_lets_nothing_through() {
    for step in [Step::RequestHeaders, Step::RequestBody] {
        let mut both = Both::new();
        both.worker.trap_in(step);
        let outcome = both.worker.exchange(call("a", ""), |_| Response::json(200, result(TEXT)));
        assert_no_secret("a trap", &String::from_utf8_lossy(&outcome.client.body));
    }
}
