//! Publishes events and daily totals. What the store does not take waits here, up to a bound; no call of a filter waits for
//! the webhook.

mod webhook;

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

pub use self::webhook::Webhook;
use crate::events::totals::{Totals, days};
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
    waiting: Mutex<Waiting>,
    wrong: Mutex<Wrong>,
}

/// What the store has not taken yet.
#[derive(Debug, Default)]
struct Waiting {
    events: VecDeque<Event>,
    totals: Totals,
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
        self.publish(vec![event], &Totals::default()).await;
    }

    /// Publishes, after what waits. A failure is no reason to refuse the call that it is told of.
    pub async fn publish(&self, events: Vec<Event>, totals: &Totals) {
        if let Some(webhook) = &self.webhook {
            events.iter().for_each(|event| webhook.offer(event));
        }
        let (events, totals) = {
            let mut waiting = self.waiting();
            waiting.events.extend(events);
            waiting.totals.add_all(totals);
            (Vec::from(std::mem::take(&mut waiting.events)), std::mem::take(&mut waiting.totals))
        };
        if !events.is_empty() && self.store.publish(&events).await.is_err() {
            self.wait_for_store(events);
        }
        let today = days(1).pop().unwrap_or_default();
        if !totals.is_empty() && self.store.add_totals(&today, &totals).await.is_err() {
            self.waiting().totals.add_all(&totals);
        }
    }

    fn wait_for_store(&self, events: Vec<Event>) {
        let mut waiting = self.waiting();
        events.into_iter().rev().for_each(|event| waiting.events.push_front(event));
        let dropped = waiting.events.len().saturating_sub(WAITING_MAX);
        waiting.events.drain(..dropped);
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

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
