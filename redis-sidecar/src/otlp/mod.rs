//! Exports the metrics by OTLP over HTTP: what `/metrics` shows, and nothing else. Each export stands for itself, so one
//! that fails is not sent again, and nobody waits for it.

mod openmetrics;
mod translate;

use std::fmt;
use std::io::Write;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, SystemTime};

use flate2::Compression;
use flate2::write::GzEncoder;
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceResponse;
use prost::Message;
use tokio::sync::oneshot;
use tokio::time::{MissedTickBehavior, interval_at, timeout};
use ureq::Agent;

use self::translate::{Span, request};
use crate::config::OtlpConfig;
use crate::error::Fatal;
use crate::outside;

/// The time that the last export may take: the program ends after it.
const LAST: Duration = Duration::from_secs(2);
/// Bytes of an answer that are read.
const ANSWER_BYTES: u64 = 64 << 10;

/// The reason for which an export failed. Holds no address and no header: they may have credentials.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    Unreachable,
    TooSlow,
    Refused(u16),
    /// The collector has left out this many points.
    Rejected(i64),
}

/// One that exports at intervals.
#[derive(Debug)]
pub struct Exporter {
    agent: Agent,
    config: Arc<OtlpConfig>,
    began: SystemTime,
    failing: bool,
}

impl Exporter {
    pub fn new(config: OtlpConfig) -> Result<Self, Fatal> {
        let agent = outside::agent(config.authority.as_deref(), config.patience)?;
        Ok(Self { agent, config: Arc::new(config), began: SystemTime::now(), failing: false })
    }

    /// Exports for ever what the text of the metrics is at the time.
    pub async fn run(&mut self, text: impl Fn() -> Option<String>) {
        let every = self.config.every;
        let mut ticks = interval_at(tokio::time::Instant::now() + every, every);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            self.export(text()).await;
        }
    }

    /// Exports what has been counted since the last time, before the program ends.
    pub async fn end(&mut self, text: Option<String>) {
        // Whoever has not taken it by then does not get it.
        let _ = timeout(LAST, self.export(text)).await;
    }

    async fn export(&mut self, text: Option<String>) {
        let Some(text) = text else { return };
        let (agent, config) = (self.agent.clone(), Arc::clone(&self.config));
        let span = Span { began: self.began, now: SystemTime::now() };
        let (tell, told) = oneshot::channel();
        // A thread of its own: the program can end while a collector hangs.
        let thread = thread::Builder::new().name("otlp".to_owned());
        let started = thread.spawn(move || tell.send(send(&agent, &config, &text, span)));
        let outcome = match started {
            Ok(_) => told.await.unwrap_or(Err(Fault::Unreachable)),
            Err(_) => Err(Fault::Unreachable),
        };
        self.note(outcome);
    }

    /// Says it once, and once that it is over.
    fn note(&mut self, outcome: Result<(), Fault>) {
        match outcome {
            Err(fault) if !self.failing => {
                tracing::warn!("OTLP: metrics are not exported: {fault} (logged once)");
            }
            Ok(()) if self.failing => tracing::info!("OTLP: metrics are exported again"),
            _ => {}
        }
        self.failing = outcome.is_err();
    }
}

fn send(agent: &Agent, config: &OtlpConfig, text: &str, span: Span) -> Result<(), Fault> {
    let mut body = request(text, &config.resource, span).encode_to_vec();
    let mut call = agent.post(config.url.expose()).header("content-type", "application/x-protobuf");
    for (name, value) in &config.headers {
        call = call.header(name, value.expose());
    }
    if config.gzip {
        body = packed(&body);
        call = call.header("content-encoding", "gzip");
    }
    let mut answer = call.send(body).map_err(|error| match error {
        ureq::Error::Timeout(_) => Fault::TooSlow,
        _ => Fault::Unreachable,
    })?;
    if !answer.status().is_success() {
        return Err(Fault::Refused(answer.status().as_u16()));
    }
    let answer = answer.body_mut().with_config().limit(ANSWER_BYTES).read_to_vec().unwrap_or_default();
    // An answer that is not OTLP's says nothing of points.
    let rejected = ExportMetricsServiceResponse::decode(answer.as_slice()).ok().and_then(|told| told.partial_success);
    match rejected {
        Some(partial) if partial.rejected_data_points > 0 => Err(Fault::Rejected(partial.rejected_data_points)),
        _ => Ok(()),
    }
}

fn packed(body: &[u8]) -> Vec<u8> {
    let mut packed = GzEncoder::new(Vec::new(), Compression::default());
    // Memory takes everything.
    let _ = packed.write_all(body);
    packed.finish().unwrap_or_default()
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreachable => f.write_str("the collector cannot be reached"),
            Self::TooSlow => f.write_str("the collector did not answer in time"),
            Self::Refused(status) => write!(f, "the collector answered {status}"),
            Self::Rejected(points) => write!(f, "the collector rejected {points} points"),
        }
    }
}
