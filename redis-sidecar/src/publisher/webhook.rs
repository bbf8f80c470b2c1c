//! The webhook: events are posted in batches, in the JSON of CloudEvents, by a task of its own.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc::{self, Receiver, Sender};
use ureq::Agent;

use crate::error::Fatal;
use crate::events::Event;
use crate::metrics::Metrics;
use crate::outside::agent;

/// Events that wait for the webhook; past that new ones are dropped and counted.
const QUEUE: usize = 10_000;
/// Events of one call.
const BATCH: usize = 100;
const PATIENCE: Duration = Duration::from_secs(10);
/// The pause before each further attempt. After the last one, the events are dropped and counted.
const PAUSES: [Duration; 4] =
    [Duration::from_millis(500), Duration::from_secs(2), Duration::from_secs(8), Duration::from_secs(30)];
const BATCH_TYPE: &str = "application/cloudevents-batch+json";

/// The queue of the webhook.
#[derive(Debug)]
pub struct Webhook {
    queue: Sender<String>,
    metrics: Arc<Metrics>,
}

impl Webhook {
    /// Starts the task that posts to this address.
    pub fn start(url: String, metrics: Arc<Metrics>) -> Result<Self, Fatal> {
        let (queue, events) = mpsc::channel(QUEUE);
        tokio::spawn(post_all(events, agent(None, PATIENCE)?, url, Arc::clone(&metrics)));
        Ok(Self { queue, metrics })
    }

    /// Never waits.
    pub fn offer(&self, event: &Event) {
        if self.queue.try_send(event.payload.clone()).is_err() {
            self.metrics.count_dropped_events("webhook", 1);
        }
    }
}

async fn post_all(mut events: Receiver<String>, agent: Agent, url: String, metrics: Arc<Metrics>) {
    let mut batch = Vec::with_capacity(BATCH);
    while events.recv_many(&mut batch, BATCH).await > 0 {
        let body = format!("[{}]", batch.join(","));
        if !post(&agent, &url, &body).await {
            metrics.count_dropped_events("webhook", batch.len() as u64);
            tracing::warn!(events = batch.len(), "the webhook does not take events; they are dropped");
        }
        batch.clear();
    }
}

async fn post(agent: &Agent, url: &str, body: &str) -> bool {
    for pause in [Duration::ZERO].into_iter().chain(PAUSES) {
        tokio::time::sleep(pause).await;
        let (agent, url, body) = (agent.clone(), url.to_owned(), body.to_owned());
        let call = move || {
            let answer = agent.post(url).header("content-type", BATCH_TYPE).send(body);
            answer.is_ok_and(|answer| answer.status().is_success())
        };
        if tokio::task::spawn_blocking(call).await.unwrap_or_default() {
            return true;
        }
    }
    false
}
