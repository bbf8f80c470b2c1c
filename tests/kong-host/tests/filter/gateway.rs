//! A worker with the filter and a scripted sidecar, and the laws that every exchange keeps.

use std::cell::RefCell;
use std::path::PathBuf;
use std::rc::Rc;
use std::sync::OnceLock;
use std::time::Duration;

use kong_host::{Ending, Filter, Meter, Outcome, Reply, Request, Response, Route, Settings, Upstream, Worker};
use serde_json::{Value, json};

use crate::vault::Vault;

/// Values that must not go upstream. Each appears in a text by which the filter knows it.
pub const SECRETS: [&str; 6] = [
    "i-0123456789abcdef0",
    "acme-payroll-prod",
    "10.20.30.40",
    // The region and Amazon's own domain say nothing of whose it is.
    "payroll-db.c9akciq32rgr",
    "AKIAQ3EGRIVERSTREAM7",
    "vpc-0a1b2c3d4e5f60718",
];

/// What the vault holds of them: the name and the domain of the database's host have placeholders of their own.
pub const MAPPED: [&str; 8] = [
    "i-0123456789abcdef0",
    "acme-payroll-prod",
    "10.20.30.40",
    "payroll-db.c9akciq32rgr",
    "payroll-db",
    "c9akciq32rgr",
    "AKIAQ3EGRIVERSTREAM7",
    "vpc-0a1b2c3d4e5f60718",
];

/// All of them in one text.
pub const TEXT: &str = "Instance i-0123456789abcdef0 in vpc-0a1b2c3d4e5f60718 at 10.20.30.40 reads \
    s3://acme-payroll-prod/2024/q1.csv and payroll-db.c9akciq32rgr.eu-central-1.rds.amazonaws.com \
    with \"AKIAQ3EGRIVERSTREAM7\", straße, 東京, and nothing else.";

pub struct Gateway {
    pub worker: Worker,
    pub vault: Rc<RefCell<Vault>>,
}

impl Gateway {
    /// A gateway that has its keyring.
    pub fn new() -> Self {
        let gateway = Self::with(json!({}), Settings::default());
        gateway.ready()
    }

    /// With more configuration, before the first tick.
    pub fn with(more: Value, settings: Settings) -> Self {
        Self::sharing(&Rc::new(RefCell::new(Vault::default())), more, settings)
    }

    /// A gateway that has its keyring, and whose instructions are counted.
    pub fn metered(more: Value) -> Self {
        Self::of(metered_filter(), more)
    }

    /// A gateway with this filter, which takes as long as its host needs to count.
    pub fn of(filter: &Filter, more: Value) -> Self {
        let settings = Settings { patience: Duration::from_secs(120), ..Settings::default() };
        Self::start(filter, &Rc::default(), more, settings).ready()
    }

    /// Another worker in front of the same sidecar.
    pub fn sharing(vault: &Rc<RefCell<Vault>>, more: Value, settings: Settings) -> Self {
        Self::start(filter(), vault, more, settings)
    }

    fn start(filter: &Filter, vault: &Rc<RefCell<Vault>>, more: Value, settings: Settings) -> Self {
        let mut configuration = json!({"sidecar": "unix:/run/aws-masker/sidecar.sock"});
        let fields = configuration.as_object_mut().expect("an object");
        fields.extend(more.as_object().expect("an object").clone());
        let route = Route::new("v1", [kong_host::as_kong_sends(&configuration)]);
        let mut worker = Worker::start(filter, settings, [route]).expect("the filter starts");
        let answering = Rc::clone(vault);
        worker.set_sidecar(move |call| answering.borrow_mut().answer(call));
        Self { worker, vault: Rc::clone(vault) }
    }

    /// Pushes a configuration with more in it.
    pub fn push(&mut self, more: &Value) {
        let mut configuration = json!({"sidecar": "unix:/run/aws-masker/sidecar.sock"});
        configuration.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        self.worker.push(Route::new("v1", [kong_host::as_kong_sends(&configuration)]));
    }

    /// Lets the first calls to the sidecar happen.
    pub fn ready(mut self) -> Self {
        self.settle();
        self
    }

    /// Lets everything that is owed reach the sidecar.
    pub fn settle(&mut self) {
        self.worker.elapse(Duration::from_secs(3));
    }

    /// Runs an exchange and holds it to the laws: Kong has nothing to punish, no secret goes upstream or into the log,
    /// the client gets a whole response.
    pub fn check(&mut self, name: &str, request: Request, answer: impl FnOnce(&Upstream) -> Response) -> Outcome {
        let outcome = self.worker.exchange(request, answer);
        self.check_outcome(name, &outcome);
        outcome
    }

    pub fn check_outcome(&self, name: &str, outcome: &Outcome) {
        let faults: Vec<String> = outcome.faults.iter().chain(&self.worker.faults()).map(ToString::to_string).collect();
        assert!(faults.is_empty(), "{name}: {}", faults.join("\n"));
        assert_eq!(outcome.client.ending, Ending::Complete, "{name}: the client's response");
        if let Some(upstream) = &outcome.upstream {
            assert_nothing_leaks(name, upstream);
        }
        for line in self.worker.log() {
            let leaked = SECRETS.iter().find(|secret| line.text.contains(*secret));
            assert_eq!(leaked, None, "{name}: the log says {}", line.text);
        }
    }
}

pub fn assert_nothing_leaks(name: &str, upstream: &Upstream) {
    let body = String::from_utf8_lossy(&upstream.body);
    for secret in SECRETS {
        assert!(!body.contains(secret), "{name}: {secret} went upstream");
    }
    let lengths = upstream.headers.iter().filter(|(name, _)| name.eq_ignore_ascii_case("content-length")).count();
    assert!(lengths <= 1, "{name}: {lengths} Content-Length headers");
    if let Some(length) = upstream.headers.text("content-length") {
        assert_eq!(length, upstream.body.len().to_string(), "{name}: the length upstream");
    }
    assert_eq!(upstream.headers.text("accept-encoding"), Some("identity"), "{name}: what upstream may compress");
}

/// A Kong with another kong.conf, which declares no zone.
pub fn of_another_conf(kong_conf: &'static str) -> Settings {
    let Settings { environment, .. } = Settings::default();
    let environment = environment.into_iter().filter(|(name, _)| name == "AWS_MASKER_TOKEN").collect();
    Settings { kong_conf, environment, ..Settings::default() }
}

/// A request of the Anthropic API whose user says this.
pub fn message(text: &str) -> Request {
    Request::post("/v1/messages?beta=true", message_body(text))
}

pub fn message_body(text: &str) -> String {
    json!({
        "model": "claude-opus-4-1",
        "max_tokens": 1024,
        "messages": [{"role": "user", "content": text}],
    })
    .to_string()
}

/// What the user said, as the provider read it.
pub fn heard(upstream: &Upstream) -> String {
    let body: Value = serde_json::from_slice(&upstream.body).expect("the upstream gets JSON");
    body["messages"][0]["content"].as_str().expect("a text").to_owned()
}

/// A plain response of the Anthropic API with this text.
pub fn reply(text: &str) -> Response {
    Response::json(200, reply_body(text))
}

pub fn reply_body(text: &str) -> String {
    json!({
        "id": "msg_01", "type": "message", "role": "assistant", "model": "claude-opus-4-1",
        "content": [{"type": "text", "text": text}],
        "stop_reason": "end_turn", "usage": {"input_tokens": 1, "output_tokens": 2},
    })
    .to_string()
}

/// The release build, compiled once.
pub fn filter() -> &'static Filter {
    static FILTER: OnceLock<Filter> = OnceLock::new();
    FILTER.get_or_init(|| load(Meter::Off))
}

/// The same, with its instructions counted.
pub fn metered_filter() -> &'static Filter {
    static FILTER: OnceLock<Filter> = OnceLock::new();
    FILTER.get_or_init(|| load(Meter::On))
}

fn load(meter: Meter) -> Filter {
    let named = std::env::var_os("AWS_MASKER_WASM").map(PathBuf::from);
    Filter::load(named.unwrap_or_else(|| built("aws_masker.wasm")), meter)
        .unwrap_or_else(|error| panic!("{error} (build it with `make wasm`, or name it in AWS_MASKER_WASM)"))
}

/// A release build, in the target directory that this program itself lies in.
pub fn built(name: &str) -> PathBuf {
    let own = std::env::current_exe().expect("a test knows where it is");
    let target = own.ancestors().find(|directory| directory.join("CACHEDIR.TAG").exists()).expect("a target directory");
    target.join("wasm32-wasip1/release").join(name)
}

/// A sidecar that never answers.
pub fn silence(_: &kong_host::Call) -> Reply {
    Reply::Silence
}
