//! The host bites: little filters, each wrong in one way, each fail for the right reason; the right one passes.

#![expect(clippy::expect_used, reason = "the helpers of a test fail the test")]

mod wat;

use std::time::Duration;

use kong_host::{Ending, Fault, Reply, Request, Response, Route, Settings, Step, Worker};

/// A wrong filter, one exchange, and what Kong would have made of it.
struct Case {
    name: &'static str,
    filter: &'static str,
    request: Request,
    response: Response,
    /// What arrives upstream; `None`: nothing.
    upstream: Option<&'static str>,
    client: (u16, &'static str, Ending),
    faults: Vec<Fault>,
}

const ON_REQUEST_BODY: &str = r#"(func (export "proxy_on_request_body") (param i32 i32 i32) (result i32)"#;

fn case(name: &'static str, filter: &'static str) -> Case {
    Case {
        name,
        filter,
        request: Request::post("/v1/messages", "secret"),
        response: Response::json(200, "answer"),
        upstream: Some("secret"),
        client: (200, "answer", Ending::Complete),
        faults: Vec::new(),
    }
}

fn check(case: Case) {
    let name = case.name;
    let filter = wat::filter(&case.filter.replace("{ON_REQUEST_BODY}", ON_REQUEST_BODY)).expect(name);
    let settings = Settings { patience: Duration::from_millis(300), ..Settings::of_plain_kong() };
    let mut worker = Worker::start(&filter, settings, [Route::new("v1", ["{}"])]).expect(name);
    worker.set_sidecar(|_| Reply::json(200, "masked"));

    let response = case.response;
    let outcome = worker.exchange(case.request, |_| response);
    worker.elapse(Duration::from_secs(1));

    let faults: Vec<Fault> = outcome.faults.into_iter().chain(worker.faults()).collect();
    assert_eq!(faults, case.faults, "{name}: what Kong would have punished");
    let upstream = outcome.upstream.map(|upstream| String::from_utf8_lossy(&upstream.body).into_owned());
    assert_eq!(upstream.as_deref(), case.upstream, "{name}: what arrived upstream");
    let body = String::from_utf8_lossy(&outcome.client.body).into_owned();
    assert_eq!(
        (outcome.client.status, body.as_str(), outcome.client.ending),
        case.client,
        "{name}: what the client got"
    );
}

fn trapped(step: Step, why: &str) -> Fault {
    Fault::Trapped { step, awaited_body: false, why: why.to_owned() }
}

#[test]
fn a_right_filter_passes() {
    check(Case {
        upstream: Some("a longer and masked body"),
        client: (200, "restored", Ending::Complete),
        ..case(
            "right",
            r#"
            (func (export "proxy_on_request_headers") (param i32 i32 i32) (result i32)
              (drop (call $replace (i32.const 0) 'accept-encoding' 'identity'))
              (i32.const 0))
            {ON_REQUEST_BODY} (call $read (i32.const 0)) (call $write (i32.const 0) 'a longer and masked body') (i32.const 0))
            (func (export "proxy_on_response_headers") (param i32 i32 i32) (result i32)
              (drop (call $remove (i32.const 2) 'content-length'))
              (i32.const 0))
            (func (export "proxy_on_response_body") (param i32 i32 i32) (result i32)
              (call $write (i32.const 1) 'restored')
              (i32.const 0))"#,
        )
    });
}

#[test]
fn wrong_requests() {
    let spilled = || Request::post("/v1/messages", "0123456789".repeat(1_500));
    let original: &'static str = "0123456789".repeat(1_500).leak();
    let appended: &'static str = format!("{original}masked").leak();
    let body = Step::RequestBody;
    for case in [
        Case {
            request: spilled(),
            upstream: Some(original),
            faults: vec![Fault::SpilledBodyPassed],
            ..case("lets a body pass that it cannot read", "{ON_REQUEST_BODY} (call $read (i32.const 0)) (i32.const 0))")
        },
        Case {
            request: spilled(),
            upstream: Some(appended),
            faults: vec![Fault::SpilledBodyAppended],
            ..case("replaces a spilled body", "{ON_REQUEST_BODY} (call $write (i32.const 0) 'masked') (i32.const 0))")
        },
        Case {
            upstream: Some("a long"),
            faults: vec![Fault::BodyCut { step: body, written: 6, of: 13 }],
            ..case(
                "writes with the old size",
                "{ON_REQUEST_BODY}
                   (drop (call $set (i32.const 0) (i32.const 0) (local.get 1) 'a longer body'))
                   (i32.const 0))",
            )
        },
        Case {
            upstream: Some("maskedsecret"),
            faults: vec![Fault::BodyMixed { step: body }],
            ..case(
                "writes in front",
                "{ON_REQUEST_BODY}
                   (drop (call $set (i32.const 0) (i32.const 0) (i32.const 0) 'masked'))
                   (i32.const 0))",
            )
        },
        Case {
            faults: vec![Fault::BodyReadInPart { step: body }],
            ..case(
                "reads in pieces",
                "{ON_REQUEST_BODY}
                   (drop (call $get (i32.const 0) (i32.const 3) (i32.const 3) (i32.const 0) (i32.const 4)))
                   (i32.const 0))",
            )
        },
        Case {
            faults: vec![Fault::SecondContentLength { new: 6, old: "6".to_owned() }],
            ..case(
                "removes Content-Length, as Envoy needs it",
                r#"(func (export "proxy_on_request_headers") (param i32 i32 i32) (result i32)
                     (drop (call $remove (i32.const 0) 'content-length'))
                     (i32.const 0))"#,
            )
        },
        Case {
            faults: vec![Fault::RequestHeaderNotRemoved { name: "accept-encoding".to_owned() }],
            ..case(
                "removes a request header",
                r#"(func (export "proxy_on_request_headers") (param i32 i32 i32) (result i32)
                     (drop (call $remove (i32.const 0) 'accept-encoding'))
                     (i32.const 0))"#,
            )
        },
        Case {
            upstream: None,
            client: (0, "", Ending::Hangs),
            faults: vec![Fault::NeverResumed { step: body }],
            ..case("waits for nothing", "{ON_REQUEST_BODY} (i32.const 1))")
        },
        Case {
            faults: vec![Fault::KongPropertyOutOfStep { step: body, path: "kong.version".to_owned() }],
            ..case(
                "reads a kong property in the body step",
                r"{ON_REQUEST_BODY}
                   (drop (call $property 'kong\00version' (i32.const 0) (i32.const 4)))
                   (i32.const 0))",
            )
        },
        Case {
            upstream: None,
            client: (426, "no\n", Ending::Complete),
            faults: vec![Fault::SwitchedByAnswer { status: 426 }],
            ..case(
                "names the protocol to switch to",
                r#"{ON_REQUEST_BODY}
                   (drop (call $respond (i32.const 426) (i32.const 0) (i32.const 0) 'no'
                     '\01\00\00\00\0a\00\00\00\07\00\00\00connection\00upgrade\00' (i32.const -1)))
                   (i32.const 1))"#,
            )
        },
        Case {
            upstream: None,
            client: (500, "", Ending::Complete),
            faults: vec![trapped(body, "local response already stashed")],
            ..case(
                "responds twice",
                "{ON_REQUEST_BODY}
                   (drop (call $respond (i32.const 400) (i32.const 0) (i32.const 0) 'no' (i32.const 0) (i32.const 0) (i32.const -1)))
                   (drop (call $respond (i32.const 400) (i32.const 0) (i32.const 0) 'no' (i32.const 0) (i32.const 0) (i32.const -1)))
                   (i32.const 1))",
            )
        },
    ] {
        check(case);
    }
}

#[test]
fn calls_in_the_wrong_place() {
    let body = Step::RequestBody;
    for case in [
        Case {
            faults: vec![
                Fault::DispatchedOnRequestPath { step: body },
                trapped(Step::CallResponse, "can only set request body during \"on_request_body\""),
            ],
            ..case(
                "masks in the call's answer, as in Envoy",
                r#"{ON_REQUEST_BODY} (call $dispatch {CALL}) (i32.const 1))
                   (func (export "proxy_on_http_call_response") (param i32 i32 i32 i32 i32)
                     (call $write (i32.const 0) 'masked')
                     (drop (call $resume (i32.const 0))))"#,
            )
        },
        Case {
            faults: vec![Fault::DispatchedOnRequestPath { step: body }, Fault::ContinuedAfterDispatch { step: body }],
            ..case("does not wait for its call", "{ON_REQUEST_BODY} (call $dispatch {CALL}) (i32.const 0))")
        },
        Case {
            upstream: None,
            client: (500, "", Ending::Complete),
            faults: vec![trapped(body, "dispatch failed: no :path")],
            ..case("calls without a path", "{ON_REQUEST_BODY} (call $dispatch {CALL_WITHOUT_PATH}) (i32.const 1))")
        },
        Case {
            faults: vec![trapped(
                Step::ResponseHeaders,
                "can only send HTTP dispatch during other steps than on_http_response_headers",
            )],
            ..case(
                "calls from a response step",
                r#"(func (export "proxy_on_response_headers") (param i32 i32 i32) (result i32)
                     (call $dispatch {CALL})
                     (i32.const 1))"#,
            )
        },
    ] {
        check(case);
    }
}

#[test]
fn wrong_responses() {
    let pieces = || Response::json(200, "an answer").in_pieces_of(3);
    for case in [
        Case {
            client: (200, "a long", Ending::Cut),
            faults: vec![Fault::ResponseLengthKept { announced: 6, sent: 13 }],
            ..case(
                "grows under the old length",
                r#"(func (export "proxy_on_response_body") (param i32 i32 i32) (result i32)
                     (call $write (i32.const 1) 'a longer body')
                     (i32.const 0))"#,
            )
        },
        Case {
            client: (200, "less", Ending::Hangs),
            faults: vec![Fault::ResponseLengthKept { announced: 6, sent: 4 }],
            ..case(
                "shrinks under the old length",
                r#"(func (export "proxy_on_response_body") (param i32 i32 i32) (result i32)
                     (call $write (i32.const 1) 'less')
                     (i32.const 0))"#,
            )
        },
        Case {
            response: Response::events(["data: 1\n\n", "data: 2\n\n"]),
            client: (200, "data: 1\n\ndata: 2\n\n", Ending::Hangs),
            faults: vec![Fault::LastChunkEmptied],
            ..case(
                "empties the last piece",
                r#"(func (export "proxy_on_response_body") (param i32 i32 i32) (result i32)
                     (if (local.get 2) (then (call $write (i32.const 1) '')))
                     (i32.const 0))"#,
            )
        },
        Case {
            response: pieces(),
            client: (200, "......", Ending::Hangs),
            faults: vec![Fault::LastChunkEmptied],
            ..case(
                "holds back until an end that never comes",
                r#"(global $seen (mut i32) (i32.const 0))
                   (func (export "proxy_on_response_headers") (param i32 i32 i32) (result i32)
                     (drop (call $remove (i32.const 2) 'content-length'))
                     (i32.const 0))
                   (func (export "proxy_on_response_body") (param i32 i32 i32) (result i32)
                     (global.set $seen (i32.add (global.get $seen) (local.get 1)))
                     (if (local.get 2)
                       (then (call $write (i32.const 1) 'all of it'))
                       (else (if (i32.lt_u (global.get $seen) (i32.const 9))
                         (then (call $write (i32.const 1) '...'))
                         (else (call $write (i32.const 1) '')))))
                     (i32.const 0))"#,
            )
        },
        Case {
            faults: vec![Fault::ResponsePaused { step: Step::ResponseBody }],
            ..case(
                "waits in the response",
                r#"(func (export "proxy_on_response_body") (param i32 i32 i32) (result i32) (i32.const 1))"#,
            )
        },
        Case {
            client: (502, "sorry\n", Ending::Complete),
            faults: vec![Fault::LocalResponseUnderOldLength],
            ..case(
                "responds under the old length",
                r#"(func (export "proxy_on_response_headers") (param i32 i32 i32) (result i32)
                     (drop (call $respond (i32.const 502) (i32.const 0) (i32.const 0) 'sorry' (i32.const 0) (i32.const 0) (i32.const -1)))
                     (i32.const 1))"#,
            )
        },
        Case {
            faults: vec![
                Fault::KongPropertyOutOfStep { step: Step::ResponseHeaders, path: "kong.response.source".to_owned() },
                trapped(Step::ResponseHeaders, "could not get \"kong.response.source\""),
            ],
            ..case(
                "asks where the response is from",
                r#"(func (export "proxy_on_response_headers") (param i32 i32 i32) (result i32)
                     (drop (call $property 'kong\00response\00source' (i32.const 0) (i32.const 4)))
                     (i32.const 0))"#,
            )
        },
        Case {
            response: pieces().chunked(),
            client: (200, "an answer", Ending::Complete),
            faults: vec![trapped(Step::ResponseBody, "NYI - continue stream")],
            ..case(
                "traps in the first piece: the rest passes unfiltered",
                r#"(func (export "proxy_on_response_body") (param i32 i32 i32) (result i32)
                     (drop (call $resume (i32.const 1)))
                     (call $write (i32.const 1) 'never')
                     (i32.const 0))"#,
            )
        },
    ] {
        check(case);
    }
}

#[test]
fn traps() {
    let unreachable = "wasm trap: wasm `unreachable` instruction executed";
    for case in [
        Case {
            upstream: None,
            client: (500, "", Ending::Complete),
            faults: vec![trapped(Step::RequestHeaders, unreachable)],
            ..case(
                "panics in the headers",
                r#"(func (export "proxy_on_request_headers") (param i32 i32 i32) (result i32) unreachable)"#,
            )
        },
        Case {
            request: Request::post("/v1/messages", "secret").slow(),
            upstream: None,
            client: (0, "", Ending::Hangs),
            faults: vec![Fault::Trapped { step: Step::RequestBody, awaited_body: true, why: unreachable.to_owned() }],
            ..case("panics on a body that had to be awaited", "{ON_REQUEST_BODY} unreachable)")
        },
        Case {
            upstream: None,
            client: (500, "", Ending::Complete),
            faults: vec![Fault::Blocked { step: Step::RequestBody }],
            ..case("loops for ever", "{ON_REQUEST_BODY} (loop $again (br $again)) unreachable)")
        },
        Case {
            upstream: None,
            client: (500, "", Ending::Complete),
            faults: vec![trapped(Step::RequestBody, "proxy_get_log_level is not implemented, or has no zone")],
            ..case("asks for the log level", "{ON_REQUEST_BODY} (call $log_level (i32.const 0)))")
        },
        Case {
            upstream: None,
            client: (500, "", Ending::Complete),
            faults: vec![trapped(Step::RequestBody, "no shared data: there is no zone for it")],
            ..case(
                "reads shared data without a zone",
                "{ON_REQUEST_BODY} (call $shared_data 'key' (i32.const 0) (i32.const 4) (i32.const 8)))",
            )
        },
        Case {
            upstream: None,
            client: (500, "", Ending::Complete),
            faults: vec![trapped(Step::RequestBody, "record() on a counter")],
            ..case(
                "records into a counter",
                "{ON_REQUEST_BODY}
                   (drop (call $define (i32.const 0) 'requests' (i32.const 0)))
                   (call $record (i32.load (i32.const 0)) (i64.const 1)))",
            )
        },
    ] {
        check(case);
    }
}

#[test]
fn root_contexts() {
    for case in [
        Case {
            faults: vec![Fault::Unfiltered { route: "v1".to_owned() }],
            ..case(
                "refuses its configuration",
                r#"(func (export "proxy_on_configure") (param i32 i32) (result i32) (i32.const 0))
                   {ON_REQUEST_BODY} (call $write (i32.const 0) 'masked') (i32.const 0))"#,
            )
        },
        Case {
            faults: vec![trapped(Step::Configure, "tick_period already set")],
            ..case(
                "sets its tick twice",
                r#"(func (export "proxy_on_configure") (param i32 i32) (result i32)
                     (drop (call $tick (i32.const 100)))
                     (drop (call $tick (i32.const 200)))
                     (i32.const 1))"#,
            )
        },
        Case {
            faults: vec![Fault::KongPropertyOutOfStep { step: Step::Tick, path: "kong.version".to_owned() }],
            ..case(
                "reads a kong property in a tick",
                r#"(func (export "proxy_on_configure") (param i32 i32) (result i32)
                     (drop (call $tick (i32.const 1000)))
                     (i32.const 1))
                   (func (export "proxy_on_tick") (param i32)
                     (drop (call $property 'kong\00version' (i32.const 0) (i32.const 4))))"#,
            )
        },
    ] {
        check(case);
    }
}

#[test]
fn what_kong_would_not_load() {
    let unknown = r#"(module (import "env" "proxy_unheard_of" (func)))"#;
    let without_abi = "(module)";
    for (source, why) in [
        (unknown, "Kong would not load this filter: it imports env.proxy_unheard_of"),
        (without_abi, "Kong would not load this filter: it exports no version of the ABI that Kong knows"),
    ] {
        let wasm = ::wat::parse_str(source).expect("the filter's text is right");
        let refused = kong_host::Filter::from_bytes(&wasm).expect_err(why);
        assert_eq!(refused.to_string(), why);
    }
}

/// The shape of two entries that works in Kong only with a trick: the second one's body goes out under the length of
/// the first one's.
#[test]
fn a_body_replaced_after_a_dispatch_keeps_the_old_length() {
    let filter = wat::filter(
        &r#"(func (export "proxy_on_configure") (param i32 i32) (result i32) (i32.const 1))
           {ON_REQUEST_BODY}
             (if (i32.eqz (i32.load8_u (i32.const 900)))
               (then (i32.store8 (i32.const 900) (i32.const 1)) (call $dispatch {CALL}) (return (i32.const 1))))
             (call $write (i32.const 0) 'a longer body')
             (i32.const 0))"#
            .replace("{ON_REQUEST_BODY}", ON_REQUEST_BODY),
    )
    .expect("a filter");
    let route = Route::new("v1", ["ask", "apply"]);
    let mut worker = Worker::start(&filter, Settings::default(), [route]).expect("a worker");
    worker.set_sidecar(|_| Reply::json(200, "{}"));
    let outcome = worker.exchange(Request::post("/v1/messages", "secret"), |_| Response::empty(204));
    assert_eq!(
        outcome.faults,
        [
            Fault::DispatchedOnRequestPath { step: Step::RequestBody },
            Fault::StaleContentLength { announced: 6, sent: 13 },
        ]
    );
    let upstream = outcome.upstream.expect("it goes upstream");
    assert_eq!(upstream.headers.text("content-length"), Some("6"));
}
