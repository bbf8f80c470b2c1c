//! Publishes events. What the store does not take waits here, up to a bound; no call of a filter waits for
//! the webhook.

mod webhook;

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

pub use self::webhook::Webhook;
use crate::events::{self, Event};
use crate::metrics::Metrics;
use crate::store::Store;

/// Events that wait for the store; past that the oldest are dropped and counted.
const WAITING_MAX: usize = 10_000;
/// At most one alert of wrong tokens in this time: who guesses makes many calls.
const ALERT_EVERY: Duration = Duration::from_secs(60);

#[derive(Debug)]
pub struct Publisher {
    /// Unresolved placeholders in one response above which there is an alert.
    pub unresolved_max: u64,
    store: Arc<dyn Store>,
    metrics: Arc<Metrics>,
    webhook: Option<Webhook>,
    /// What the store has not taken yet.
    waiting: Mutex<VecDeque<Event>>,
    wrong: Mutex<Wrong>,
}

/// Calls with a wrong token.
#[derive(Debug, Default)]
struct Wrong {
    count: u64,
    told: Option<Instant>,
}

impl Publisher {
    pub fn new(store: Arc<dyn Store>, metrics: Arc<Metrics>, webhook: Option<Webhook>, unresolved_max: u64) -> Self {
        Self { unresolved_max, store, metrics, webhook, waiting: Mutex::default(), wrong: Mutex::default() }
    }

    /// Publishes one event that belongs to no exchange.
    pub async fn tell(&self, event: Event) {
        self.publish(vec![event]).await;
    }

    /// Publishes, after what waits. A failure is no reason to refuse the call that it is told of.
    pub async fn publish(&self, events: Vec<Event>) {
        if let Some(webhook) = &self.webhook {
            events.iter().for_each(|event| webhook.offer(event));
        }
        let events = {
            let mut waiting = self.waiting();
            waiting.extend(events);
            Vec::from(std::mem::take(&mut *waiting))
        };
        if !events.is_empty() && self.store.publish(&events).await.is_err() {
            self.wait_for_store(events);
        }
    }

    fn wait_for_store(&self, events: Vec<Event>) {
        let mut waiting = self.waiting();
        events.into_iter().rev().for_each(|event| waiting.push_front(event));
        let dropped = waiting.len().saturating_sub(WAITING_MAX);
        waiting.drain(..dropped);
        self.metrics.count_dropped_events("store", dropped as u64);
    }

    /// Tells of a call with a wrong token, or of all since the last alert.
    pub async fn note_wrong_token(&self) {
        let count = {
            let mut wrong = self.wrong.lock().unwrap_or_else(PoisonError::into_inner);
            wrong.count += 1;
            let now = Instant::now();
            if wrong.told.is_some_and(|told| now.saturating_duration_since(told) < ALERT_EVERY) {
                return;
            }
            wrong.told = Some(now);
            std::mem::take(&mut wrong.count)
        };
        self.tell(events::wrong_tokens(count)).await;
    }

    fn waiting(&self) -> MutexGuard<'_, VecDeque<Event>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
