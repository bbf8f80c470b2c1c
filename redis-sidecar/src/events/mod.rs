//! The messages on the Pub/Sub channels of the plugin that this one replaces. Numbers only, never a value.

use contract::{Counters, ExchangeSummary};
use serde_json::json;

const MASKING: &str = "aws-masker:events:masking";
const UNMASKING: &str = "aws-masker:events:unmasking";
const SECURITY: &str = "aws-masker:alerts:security";
const PERFORMANCE: &str = "aws-masker:metrics:performance";

/// One message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    pub channel: &'static str,
    pub payload: String,
}

/// The messages of one batch.
pub fn events<'e>(
    instance: &str,
    exchanges: impl Iterator<Item = &'e ExchangeSummary>,
    counters: &Counters,
) -> Vec<Event> {
    let mut events: Vec<Event> = exchanges.flat_map(of_exchange).collect();
    if let Some(alert) = alert(instance, counters) {
        events.push(alert);
    }
    if *counters != Counters::default() {
        events.push(event(PERFORMANCE, json!({"instance": instance, "counters": counters})));
    }
    events
}

/// Calls of the operator are published for those who watch over security.
pub fn audit(call: &str, who: &str, outcome: &str, count: u64) -> Event {
    event(SECURITY, json!({"audit": call, "who": who, "outcome": outcome, "count": count}))
}

fn of_exchange(exchange: &ExchangeSummary) -> impl Iterator<Item = Event> {
    let ExchangeSummary {
        scope,
        at_ms,
        request_bytes,
        response_bytes,
        masked,
        restored,
        unresolved,
        attachments,
        masked_links,
        refused,
        ..
    } = exchange;
    let masked = (!masked.is_empty() || *attachments > 0).then(|| {
        let kinds: serde_json::Map<_, _> = masked.iter().map(|(kind, n)| (kind.clone(), json!(n))).collect();
        let payload = json!({"scope": scope, "at_ms": at_ms, "request_bytes": request_bytes, "masked": kinds,
            "attachments": attachments, "masked_links": masked_links});
        event(MASKING, payload)
    });
    let unmasked = (*restored > 0 || *unresolved > 0).then(|| {
        let payload = json!({"scope": scope, "at_ms": at_ms, "response_bytes": response_bytes,
            "restored": restored, "unresolved": unresolved});
        event(UNMASKING, payload)
    });
    let refused =
        refused.as_ref().map(|code| event(SECURITY, json!({"scope": scope, "at_ms": at_ms, "refused": code})));
    [masked, unmasked, refused].into_iter().flatten()
}

/// The counters of events that do not happen in a healthy installation, if there are any.
fn alert(instance: &str, counters: &Counters) -> Option<Event> {
    let Counters {
        orphaned_responses,
        unmasked_requests,
        degraded_responses,
        dropped_mappings,
        dropped_exchanges,
        unsent_calls,
        ..
    } = *counters;
    let troubles =
        [orphaned_responses, unmasked_requests, degraded_responses, dropped_mappings, dropped_exchanges, unsent_calls];
    troubles.iter().any(|count| *count > 0).then(|| {
        let payload = json!({"instance": instance, "orphaned_responses": orphaned_responses,
            "unmasked_requests": unmasked_requests, "degraded_responses": degraded_responses,
            "dropped_mappings": dropped_mappings, "dropped_exchanges": dropped_exchanges,
            "unsent_calls": unsent_calls});
        event(SECURITY, payload)
    })
}

fn event(channel: &'static str, payload: serde_json::Value) -> Event {
    Event { channel, payload: payload.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exchange() -> ExchangeSummary {
        ExchangeSummary {
            scope: "default".into(),
            at_ms: 7,
            request_bytes: 10,
            response_bytes: 20,
            ..ExchangeSummary::default()
        }
    }

    #[test]
    fn each_channel_hears_what_is_its_own() {
        let quiet = exchange();
        let masked = ExchangeSummary { masked: vec![("ec2_instance".into(), 2)], ..exchange() };
        let attached = ExchangeSummary { attachments: 1, ..exchange() };
        let restored = ExchangeSummary { restored: 1, ..exchange() };
        let refused = ExchangeSummary { refused: Some("AWS_MASKER_6002".into()), ..exchange() };
        let calm = Counters::default();
        let busy = Counters { requests: 1, ..calm };
        let trouble = Counters { orphaned_responses: 1, ..calm };
        for (exchange, counters, channels) in [
            (quiet, calm, vec![]),
            (masked, calm, vec![MASKING]),
            (attached, calm, vec![MASKING]),
            (restored, calm, vec![UNMASKING]),
            (refused, calm, vec![SECURITY]),
            (exchange(), busy, vec![PERFORMANCE]),
            (exchange(), trouble, vec![SECURITY, PERFORMANCE]),
        ] {
            let heard: Vec<_> = events("w1", [&exchange].into_iter(), &counters).iter().map(|e| e.channel).collect();
            assert_eq!(heard, channels);
        }
    }
}
