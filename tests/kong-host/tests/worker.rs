//! What outlives what in a worker: instances, contexts, connections, time.

#![expect(clippy::expect_used, reason = "the helpers of a test fail the test")]

mod wat;

use std::time::Duration;

use kong_host::{Fault, Outcome, Reply, Request, Response, Route, Settings, Step, Worker};

/// Marks each context that has seen its request, and says so on the response. Ticks from `on_vm_start` on.
const REMEMBERS: &str = r#"
    (func (export "proxy_on_vm_start") (param i32 i32) (result i32)
      (drop (call $tick (i32.const 100)))
      (i32.const 1))
    (func (export "proxy_on_request_headers") (param i32 i32 i32) (result i32)
      (drop (call $replace (i32.const 0) 'accept-encoding' 'identity'))
      (i32.store8 (i32.add (local.get 0) (i32.const 4096)) (i32.const 1))
      (i32.const 0))
    (func (export "proxy_on_request_body") (param i32 i32 i32) (result i32)
      (call $write (i32.const 0) 'ten bytes.')
      (i32.const 0))
    (func (export "proxy_on_response_headers") (param i32 i32 i32) (result i32)
      (if (i32.load8_u (i32.add (local.get 0) (i32.const 4096)))
        (then (drop (call $replace (i32.const 2) 'x-seen' 'yes'))))
      (i32.const 0))
    (func (export "proxy_on_tick") (param i32) (call $dispatch {CALL}))"#;

fn worker(settings: Settings) -> Worker {
    let filter = wat::filter(REMEMBERS).expect("a filter");
    Worker::start(&filter, settings, [Route::new("v1", ["{}"])]).expect("a worker")
}

fn request(connection: u32) -> Request {
    Request::post("/v1/messages", "secret").on_connection(connection)
}

fn is_seen(outcome: &Outcome) -> bool {
    outcome.client.headers.text("x-seen") == Some("yes")
}

#[test]
fn contexts_live_as_long_as_their_instance() {
    for (name, by_trap, survives) in
        [("nothing happens", None, true), ("a trap", Some(true), false), ("a configuration", Some(false), false)]
    {
        let mut worker = worker(Settings::default());
        let id = worker.send(request(1));
        match by_trap {
            Some(true) => {
                worker.trap_in(Step::RequestHeaders);
                let neighbour = worker.exchange(request(2), |_| Response::empty(204));
                assert_eq!((neighbour.client.status, neighbour.upstream.is_none()), (500, true), "{name}");
            }
            Some(false) => worker.reconfigure(),
            None => {}
        }
        worker.begin(id, &Response::json(200, "answer"));
        worker.piece(id, b"answer");
        let outcome = worker.end(id);
        assert_eq!(is_seen(&outcome), survives, "{name}");
        assert_eq!(outcome.faults, [], "{name}: it is not this exchange's fault");
        assert!(is_seen(&worker.exchange(request(1), |_| Response::empty(204))), "{name}: the next life works");
    }
}

/// The instance that follows a trap gets no `on_vm_start`: what is set up there is gone.
#[test]
fn ticks_that_were_started_in_vm_start_end_with_a_trap() {
    let mut worker = worker(Settings::default());
    worker.elapse(Duration::from_secs(1));
    assert_eq!(worker.calls().len(), 10, "ten ticks");
    worker.trap_in(Step::Tick);
    worker.elapse(Duration::from_millis(100));
    assert!(matches!(worker.faults().as_slice(), [Fault::Trapped { step: Step::Tick, .. }]));
    worker.elapse(Duration::from_secs(5));
    worker.exchange(request(1), |_| Response::empty(204));
    worker.elapse(Duration::from_secs(5));
    assert_eq!(worker.calls().len(), 0, "no tick in the next life");
}

#[test]
fn calls_time_out_in_virtual_time() {
    let mut worker = worker(Settings::default());
    worker.elapse(Duration::from_millis(100));
    let call = worker.calls().pop().expect("one call");
    assert_eq!((call.target.as_str(), call.timeout), ("sidecar:9001", Duration::from_secs(1)));
    worker.answer(call.token, Reply::json(200, "{}"));
    assert_eq!(worker.calls().len(), 0);
    worker.elapse(Duration::from_millis(1_500));
    assert_eq!(worker.calls().len(), 10, "those of the last second");
}

#[test]
fn replaced_bodies_live_as_long_as_their_connection() {
    let mut worker = worker(Settings { keepalive_requests: 4, ..Settings::default() });
    let mut held = Vec::new();
    for _ in 0..5 {
        worker.exchange(request(1), |_| Response::empty(204));
        held.push(worker.held_bytes(1));
    }
    assert_eq!(held, [10, 20, 30, 0, 10], "after the fourth request the connection closes");
    worker.exchange(request(1), |_| Response::empty(204).header("connection", "close"));
    assert_eq!(worker.held_bytes(1), 0, "the filter may ask for that");
}

#[test]
fn what_never_reaches_the_filter() {
    let mut worker = worker(Settings { client_max_body_size: 5, ..Settings::default() });
    let outcome = worker.exchange(request(1), |_| Response::empty(204));
    assert_eq!((outcome.client.status, outcome.upstream.is_none()), (413, true), "nginx refuses it");

    let mut worker = self::worker(Settings::of_plain_kong());
    let bypassed = || Request::post("/v1/messages", "raw").bypassed_by_a_plugin();
    let outcome = worker.exchange(bypassed(), |_| Response::empty(204));
    assert_eq!(outcome.upstream.expect("it goes upstream").body, b"raw", "the request steps did not run");
    assert!(
        !outcome.client.headers.iter().any(|(name, _)| name == "x-seen"),
        "the response steps did, in a fresh context"
    );
    let outcome = self::worker(Settings::default()).exchange(bypassed(), |_| Response::empty(204));
    assert_eq!((outcome.client.status, outcome.upstream.is_none()), (503, true), "kong.conf refuses it");
}

#[test]
fn names_are_not_resolved_for_ever() {
    let mut worker = worker(Settings::default());
    worker.set_sidecar(|_| Reply::json(200, "{}"));
    worker.elapse(Duration::from_secs(29));
    assert_eq!(worker.faults(), []);
    worker.elapse(Duration::from_secs(30));
    assert_eq!(worker.faults(), [Fault::NamesResolved { target: "sidecar:9001".to_owned() }], "once");
}

/// The timer of the instance before it comes first, in the same round.
#[test]
fn a_busy_worker_runs_what_is_due_in_one_round() {
    let mut worker = worker(Settings::default());
    worker.elapse(Duration::from_millis(150));
    let call = worker.calls().pop().expect("one call");
    worker.answer(call.token, Reply::json(200, "{}"));
    worker.reconfigure();
    worker.stall(Duration::from_millis(500));
    assert_eq!(worker.faults(), [trapped_tick()], "the stray tick calls before the root had one of its own");
}

#[test]
fn an_instance_is_not_destroyed_under_its_call() {
    let mut worker = worker(Settings::default());
    worker.elapse(Duration::from_millis(100));
    worker.reconfigure();
    assert_eq!(worker.faults(), [Fault::DestroyedUnderCall { target: "sidecar:9001".to_owned() }]);
}

fn trapped_tick() -> Fault {
    let why = "can only send HTTP dispatch during on_tick, not in a tick of the timer before this root's".to_owned();
    Fault::Trapped { step: Step::Tick, awaited_body: false, why }
}

/// The sentences are what a developer reads; they tell what Kong would have done.
#[test]
fn faults_say_what_kong_would_do() {
    for (fault, part) in [
        (Fault::SpilledBodyPassed, "send the original body upstream"),
        (Fault::LastChunkEmptied, "the client hangs"),
        (Fault::SecondContentLength { new: 36, old: "35".to_owned() }, "two of them, 36 and 35: request smuggling"),
        (Fault::Trapped { step: Step::RequestBody, awaited_body: true, why: "x".to_owned() }, "no answer at all"),
        (Fault::Trapped { step: Step::ResponseBody, awaited_body: false, why: "x".to_owned() }, "pass unfiltered"),
        (Fault::ResponseLengthKept { announced: 1, sent: 2 }, "cut the client's answer"),
        (Fault::ResponseLengthKept { announced: 2, sent: 1 }, "wait for the rest for ever"),
    ] {
        assert!(fault.to_string().contains(part), "{fault}");
    }
}
