//! Everything of a worker that lives outside the filter's memory, and so outlives its instance.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::time::Duration;

use crate::exchange::Exchange;
use crate::fault::Fault;
use crate::kong_conf;
use crate::metrics::Metrics;
use crate::sidecar::{Arrived, Call};
use crate::step::Step;

/// Kong cuts log lines here.
const LOG_LINE_BYTES: usize = 2048;

pub(crate) type Shared = Rc<RefCell<World>>;

/// The host's settings that a filter notices. The default is what the project's `kong.conf` says.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Above it (with a Content-Length: above 1.25 times it) a body goes to a file.
    pub client_body_buffer_size: usize,
    /// Above it nginx answers 413. 0: no limit.
    pub client_max_body_size: usize,
    /// Requests on one client connection.
    pub keepalive_requests: u64,
    /// What `nginx_main_env` lets through.
    pub environment: Vec<(String, String)>,
    /// How long a callback may run; Kong itself would wait for ever.
    pub patience: Duration,
    /// The text of kong.conf, for what it declares.
    pub kong_conf: &'static str,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            client_body_buffer_size: 32 << 20,
            client_max_body_size: 31 << 20,
            keepalive_requests: 64,
            environment: [("AWS_MASKER_TOKEN", "a-token-of-the-tests"), ("AWS_MASKER_ZONE", "on")]
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .to_vec(),
            patience: Duration::from_secs(30),
            kong_conf: include_str!("../../../kong/kong.conf"),
        }
    }
}

impl Settings {
    /// Kong as it comes.
    pub fn of_plain_kong() -> Self {
        Self {
            client_body_buffer_size: 8 << 10,
            client_max_body_size: 0,
            keepalive_requests: 10_000,
            environment: Vec::new(),
            kong_conf: "",
            ..Self::default()
        }
    }
}

/// A line of the error log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogLine {
    pub level: LogLevel,
    pub text: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum LogLevel {
    Trace,
    Debug,
    Info,
    Warn,
    Error,
    Critical,
}

/// Names, with a value and its version each.
pub(crate) type Zone = BTreeMap<Vec<u8>, (Vec<u8>, u32)>;

#[derive(Debug)]
pub(crate) struct World {
    pub(crate) settings: Settings,
    /// Stands still within a callback.
    pub(crate) clock_ms: u64,
    pub(crate) step: Step,
    pub(crate) active: Active,
    pub(crate) roots: Vec<Root>,
    pub(crate) route_names: Vec<String>,
    pub(crate) exchanges: BTreeMap<u64, Exchange>,
    pub(crate) connections: BTreeMap<u32, Connection>,
    pub(crate) calls: Vec<Call>,
    pub(crate) arrived: Option<Arrived>,
    pub(crate) next_token: u32,
    /// Counts the lives of the instance, from 1.
    pub(crate) generation: u64,
    /// What instances share, if there is a zone for it; it outlives them.
    pub(crate) zone: Option<Zone>,
    /// Calls to a name that was asked of Kong's Lua.
    pub(crate) names_resolved: usize,
    pub(crate) metrics: Metrics,
    pub(crate) log: Vec<LogLine>,
    /// Of no exchange: start, configuration, ticks.
    pub(crate) faults: Vec<Fault>,
    pub(crate) random: u64,
    /// The next host call of this step traps, as a panic would.
    pub(crate) trap_in: Option<Step>,
}

/// The context of the callback that runs.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Active {
    Root(usize),
    Http { exchange: u64, entry: usize },
}

/// One entry of a filter chain: a configuration and its root context.
#[derive(Debug)]
pub(crate) struct Root {
    pub(crate) configuration: Vec<u8>,
    pub(crate) tick_ms: u64,
    pub(crate) next_tick_ms: u64,
    /// The timer of the instance before this one. Kong does not stop it: it ticks on in the next instance.
    pub(crate) stray_tick_ms: Option<u64>,
    /// The life of the instance that it was made in.
    pub(crate) generation: u64,
    /// Whether its own timer has run. Until then a call from a tick traps.
    pub(crate) has_ticked: bool,
}

/// A client's connection and the replaced bodies that live as long as it does.
#[derive(Debug, Default)]
pub(crate) struct Connection {
    pub(crate) requests: u64,
    pub(crate) held: usize,
}

impl World {
    pub(crate) fn new(settings: Settings) -> Self {
        Self {
            zone: kong_conf::has_zone(settings.kong_conf).then(BTreeMap::new),
            names_resolved: 0,
            settings,
            clock_ms: 1_700_000_000_000,
            step: Step::Start,
            active: Active::Root(0),
            roots: Vec::new(),
            route_names: Vec::new(),
            exchanges: BTreeMap::new(),
            connections: BTreeMap::new(),
            calls: Vec::new(),
            arrived: None,
            next_token: 1,
            generation: 0,
            metrics: Metrics::default(),
            log: Vec::new(),
            faults: Vec::new(),
            random: 1,
            trap_in: None,
        }
    }

    pub(crate) fn exchange(&self) -> Option<&Exchange> {
        match self.active {
            Active::Root(_) => None,
            Active::Http { exchange, .. } => self.exchanges.get(&exchange),
        }
    }

    pub(crate) fn exchange_mut(&mut self) -> Option<&mut Exchange> {
        match self.active {
            Active::Root(_) => None,
            Active::Http { exchange, .. } => self.exchanges.get_mut(&exchange),
        }
    }

    pub(crate) fn root(&self) -> Option<&Root> {
        let index = match self.active {
            Active::Root(index) => index,
            Active::Http { exchange, entry } => self.exchanges.get(&exchange)?.entries.get(entry)?.root,
        };
        self.roots.get(index)
    }

    pub(crate) fn fault(&mut self, fault: Fault) {
        match self.exchange_mut() {
            Some(exchange) => exchange.faults.push(fault),
            None => self.faults.push(fault),
        }
    }

    pub(crate) fn write_log(&mut self, level: LogLevel, bytes: &[u8]) {
        let cut = bytes.get(..LOG_LINE_BYTES).unwrap_or(bytes);
        self.log.push(LogLine { level, text: String::from_utf8_lossy(cut).into_owned() });
    }

    /// libc's random(): a fixed sequence, so that a test fails which takes a key from it.
    pub(crate) fn random_byte(&mut self) -> u8 {
        self.random = self.random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        self.random.to_be_bytes().first().copied().unwrap_or_default()
    }
}
