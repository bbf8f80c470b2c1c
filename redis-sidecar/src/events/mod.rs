//! The events, as CloudEvents on the Pub/Sub channels of the plugin that this one replaces, in a stream of Redis and on a
//! webhook. Numbers, names and codes only: never a value, never a body.

mod cloud;
pub mod totals;

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::SystemTime;

use contract::{Counters, ExchangeSummary, RefusedScope, ResponseState};
use serde_json::{Value, json};

use self::cloud::{Envelope, Time};

const MASKING: &str = "aws-masker:events:masking";
const UNMASKING: &str = "aws-masker:events:unmasking";
const SECURITY: &str = "aws-masker:alerts:security";
const PERFORMANCE: &str = "aws-masker:metrics:performance";
/// The source of what happens in the sidecar itself.
const SIDECAR: &str = "sidecar";

/// One message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    pub channel: &'static str,
    /// A CloudEvent in JSON.
    pub payload: String,
}

/// What is told of a batch.
#[derive(Debug)]
pub struct Told<'e> {
    pub instance: &'e str,
    pub batch: u64,
    pub exchanges: Vec<&'e ExchangeSummary>,
    pub counters: &'e Counters,
    pub refused: &'e [RefusedScope],
    /// Unresolved placeholders in one response above which there is an alert.
    pub unresolved_max: u64,
}

/// A call of an operator.
#[derive(Debug, Default)]
pub struct Audited<'e> {
    pub call: &'e str,
    /// The id of the token.
    pub who: &'e str,
    pub outcome: &'e str,
    /// What it concerned: values, mappings.
    pub count: u64,
    /// The placeholder that was looked up, and why, if that was told.
    pub placeholder: Option<&'e str>,
    pub reason: Option<&'e str>,
}

/// One event before it is numbered.
struct Draft<'e> {
    channel: &'static str,
    kind: &'static str,
    subject: Option<&'e str>,
    time: Time,
    data: Value,
}

/// The messages of one batch. The same batch has the same events under the same ids.
pub fn events(told: &Told<'_>) -> Vec<Event> {
    let now = Time::now();
    let of_exchanges = told.exchanges.iter().flat_map(|exchange| of_exchange(exchange, told.unresolved_max));
    let quotas = told.refused.iter().map(|refused| Draft {
        channel: SECURITY,
        kind: "scope_refused",
        subject: Some(&refused.scope),
        time: now,
        data: json!({"code": refused.code, "stored": refused.stored}),
    });
    let of_instance = |channel, kind, data| Draft { channel, kind, subject: None, time: now, data };
    let trouble = trouble(told.counters).map(|data| of_instance(SECURITY, "trouble", data));
    let counters = (*told.counters != Counters::default())
        .then(|| of_instance(PERFORMANCE, "counters", json!({"counters": told.counters})));
    let drafts = of_exchanges.chain(quotas).chain(trouble).chain(counters);
    drafts.enumerate().map(|(index, draft)| draft.event(told.instance, told.batch, index)).collect()
}

/// Calls of the operator are published for those who watch over security.
pub fn audit(audited: &Audited<'_>) -> Event {
    let Audited { call, who, outcome, count, placeholder, reason } = audited;
    let mut data = json!({"call": call, "who": who, "outcome": outcome, "count": count});
    if let (Some(placeholder), Some(reason), Some(data)) = (placeholder, reason, data.as_object_mut()) {
        data.extend([("placeholder".to_owned(), json!(placeholder)), ("reason".to_owned(), json!(reason))]);
    }
    of_sidecar("audit", data)
}

/// Calls with a wrong token since the last alert.
pub fn wrong_tokens(count: u64) -> Event {
    of_sidecar("wrong_tokens", json!({"count": count}))
}

/// A self-check that failed, with a word for the reason.
pub fn selfcheck_failed(reason: &str) -> Event {
    of_sidecar("selfcheck_failed", json!({"reason": reason}))
}

fn of_sidecar(kind: &'static str, data: Value) -> Event {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let nanos = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_nanos();
    let id = format!("{SIDECAR}-{nanos:x}-{}", COUNT.fetch_add(1, Ordering::Relaxed));
    let envelope = Envelope { id, source: SIDECAR, kind, subject: None, time: Time::now() };
    Event { channel: SECURITY, payload: envelope.around(&data) }
}

impl Draft<'_> {
    fn event(self, instance: &str, batch: u64, index: usize) -> Event {
        let Self { channel, kind, subject, time, data } = self;
        let envelope = Envelope { id: format!("{instance}-{batch}-{index}"), source: instance, kind, subject, time };
        Event { channel, payload: envelope.around(&data) }
    }
}

fn of_exchange(exchange: &ExchangeSummary, unresolved_max: u64) -> impl Iterator<Item = Draft<'_>> {
    // A field that is added to the contract does not compile here until it is told, or left out.
    let ExchangeSummary {
        scope,
        at_ms,
        request_bytes,
        response_bytes,
        masked,
        restored,
        unresolved,
        withheld,
        guarded,
        attachments,
        masked_links,
        refused,
        alerts,
        route,
        dialect,
        status,
        observed,
        response,
        mask_us,
        restore_us,
        input_tokens,
        cache_read_tokens,
        masked_body: _,
    } = exchange;
    let draft = move |channel, kind, mut data: Value| {
        if let Some(data) = data.as_object_mut() {
            data.extend([("route".to_owned(), json!(route)), ("status".to_owned(), json!(status))]);
        }
        let subject = Some(scope.as_str()).filter(|scope| !scope.is_empty());
        Draft { channel, kind, subject, time: Time::of_millis(*at_ms), data }
    };
    let is_masked = !masked.is_empty() || *attachments > 0;
    let kinds = || masked.iter().map(|(kind, n)| (kind.clone(), json!(n))).collect::<serde_json::Map<_, _>>();
    let masked = is_masked.then(|| {
        let data = json!({"dialect": dialect, "request_bytes": request_bytes, "masked": kinds(), "observed": observed,
            "attachments": attachments, "masked_links": masked_links, "mask_us": mask_us});
        draft(MASKING, "masked", data)
    });
    let stayed = *unresolved > 0 || *withheld > 0 || *guarded > 0;
    let unmasked = (*restored > 0 || stayed).then(|| {
        let data = json!({"dialect": dialect, "response_bytes": response_bytes, "restored": restored,
            "unresolved": unresolved, "withheld": withheld, "guarded": guarded, "restore_us": restore_us, "input_tokens": input_tokens,
            "cache_read_tokens": cache_read_tokens});
        draft(UNMASKING, "restored", data)
    });
    let refused = refused
        .as_ref()
        .map(|code| draft(SECURITY, "refused", json!({"code": code, "masked": kinds(), "observed": observed})));
    let alert = (!alerts.is_empty()).then(|| draft(SECURITY, "alert", json!({"kinds": alerts})));
    let failed = (*response != ResponseState::Restored)
        .then(|| draft(SECURITY, "unrestored", json!({"state": response.as_str()})));
    let unresolved = (*unresolved > unresolved_max)
        .then(|| draft(SECURITY, "unresolved", json!({"unresolved": unresolved, "limit": unresolved_max})));
    let guarded = (*guarded > 0).then(|| draft(SECURITY, "guarded", json!({"guarded": guarded})));
    [masked, unmasked, refused, alert, failed, unresolved, guarded].into_iter().flatten()
}

/// The counters of what does not happen in a healthy installation and is not told of an exchange, if there are any.
fn trouble(counters: &Counters) -> Option<Value> {
    let Counters { unmasked_requests, dropped_mappings, dropped_exchanges, unsent_calls, .. } = counters;
    let troubles = [unmasked_requests, dropped_mappings, dropped_exchanges, unsent_calls];
    troubles.into_iter().any(|count| *count > 0).then(|| {
        json!({"unmasked_requests": unmasked_requests, "dropped_mappings": dropped_mappings,
            "dropped_exchanges": dropped_exchanges, "unsent_calls": unsent_calls})
    })
}

#[cfg(test)]
mod tests;
