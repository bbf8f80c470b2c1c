//! What became of requests and responses.

use contract::{Counters, ExchangeSummary, Outcome, ResponseState};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::{Registry, Unit};

use super::Labelled;
use super::bounded::Bounded;

/// Distinct kinds that are counted by name. The catalogue has far fewer.
const KINDS: usize = 512;
/// Distinct codes that are counted by name. There are about thirty.
const CODES: usize = 64;

#[derive(Debug)]
pub(super) struct Exchanges {
    requests: Labelled<Counter, 2>,
    responses: Labelled<Counter>,
    masked: Labelled<Counter>,
    kinds: Bounded,
    codes: Bounded,
    /// The counters that have no labels, in the order of [`plain`].
    plain: [Counter; 10],
    request_bytes: Histogram,
    mask_duration: Histogram,
    restore_duration: Histogram,
    cache_read_tokens: Counter,
    input_tokens: Counter,
}

impl Exchanges {
    pub(super) fn register(registry: &mut Registry) -> Self {
        let duration = || Histogram::new(exponential_buckets(0.000_05, 2.0, 16));
        let exchanges = Self {
            requests: Family::default(),
            responses: Family::default(),
            masked: Family::default(),
            kinds: Bounded::new(KINDS),
            codes: Bounded::new(CODES),
            plain: Default::default(),
            request_bytes: Histogram::new(exponential_buckets(1_024.0, 4.0, 9)),
            mask_duration: duration(),
            restore_duration: duration(),
            cache_read_tokens: Counter::default(),
            input_tokens: Counter::default(),
        };
        registry.register("requests", "Requests whose exchange has ended, by outcome", exchanges.requests.clone());
        // Whoever asks for an increase needs the series before it counts anything.
        for state in [ResponseState::Restored, ResponseState::Orphaned, ResponseState::Degraded] {
            drop(exchanges.responses.get_or_create(&[("state", state.as_str().to_owned())]));
        }
        registry.register("responses", "Responses, by what became of them", exchanges.responses.clone());
        registry.register("masked_values", "Occurrences masked, by kind", exchanges.masked.clone());
        for ((name, help, _), counter) in plain(&Counters::default()).into_iter().zip(&exchanges.plain) {
            registry.register(name, help, counter.clone());
        }
        let bytes = exchanges.request_bytes.clone();
        registry.register_with_unit("request", "Length of request bodies", Unit::Bytes, bytes);
        let help = "Time in which requests were masked, where the host's clock tells it";
        registry.register_with_unit("mask_duration", help, Unit::Seconds, exchanges.mask_duration.clone());
        let help = "Time in which responses were restored, where the host's clock tells it";
        registry.register_with_unit("restore_duration", help, Unit::Seconds, exchanges.restore_duration.clone());
        let help = "Tokens of requests that the provider read from its cache, as it reports them";
        registry.register("prompt_cache_read_tokens", help, exchanges.cache_read_tokens.clone());
        let help = "Tokens of requests, those of the cache included, as the provider reports them";
        registry.register("prompt_input_tokens", help, exchanges.input_tokens.clone());
        exchanges
    }

    pub(super) fn count(&self, counters: &Counters) {
        self.count_requests(Outcome::Masked, "", counters.masked_requests);
        self.count_requests(Outcome::Clean, "", counters.clean_requests());
        self.count_requests(Outcome::Observed, "", counters.observed);
        for (code, count) in &counters.refused_by_code {
            self.count_requests(Outcome::Refused, code, *count);
        }
        for (state, count) in [
            (ResponseState::Restored, counters.restored_responses),
            (ResponseState::Orphaned, counters.orphaned_responses),
            (ResponseState::Degraded, counters.degraded_responses),
        ] {
            self.responses.get_or_create(&[("state", state.as_str().to_owned())]).inc_by(count);
        }
        for (kind, count) in &counters.masked_by_kind {
            self.masked.get_or_create(&[("kind", self.kinds.name(kind))]).inc_by(*count);
        }
        for ((_, _, count), counter) in plain(counters).into_iter().zip(&self.plain) {
            counter.inc_by(count);
        }
    }

    fn count_requests(&self, outcome: Outcome, code: &str, count: u64) {
        let code = if code.is_empty() { String::new() } else { self.codes.name(code) };
        self.requests.get_or_create(&[("outcome", outcome.as_str().to_owned()), ("code", code)]).inc_by(count);
    }

    pub(super) fn observe(&self, exchange: &ExchangeSummary) {
        if exchange.request_bytes > 0 {
            self.request_bytes.observe(exchange.request_bytes as f64);
        }
        let seconds = |micros: u64| micros as f64 / 1e6;
        exchange.mask_us.into_iter().for_each(|us| self.mask_duration.observe(seconds(us)));
        exchange.restore_us.into_iter().for_each(|us| self.restore_duration.observe(seconds(us)));
        self.cache_read_tokens.inc_by(exchange.cache_read_tokens);
        self.input_tokens.inc_by(exchange.input_tokens);
    }
}

/// The counters without labels. A field that is added to the contract does not compile here until it is placed.
fn plain(counters: &Counters) -> [(&'static str, &'static str, u64); 12] {
    let Counters {
        requests: _,
        refused: _,
        refused_by_code: _,
        masked_requests: _,
        masked: _,
        masked_by_kind: _,
        restored_responses: _,
        orphaned_responses: _,
        degraded_responses: _,
        restored,
        unresolved,
        withheld,
        guarded,
        attachments,
        masked_links,
        observed: _,
        fallback_key,
        unmasked_requests,
        dropped_mappings,
        dropped_exchanges,
        failed_calls,
        unsent_calls,
    } = counters.clone();
    [
        ("restored_values", "Placeholders restored", restored),
        ("unresolved_placeholders", "Texts in a placeholder's form that stayed, of no known value", unresolved),
        ("withheld_placeholders", "Placeholders whose value a client may not see", withheld),
        ("guarded_placeholders", "Placeholders whose value a tool would have sent away", guarded),
        ("attachments", "Files of requests that could not be read", attachments),
        ("masked_links", "Addresses of files in which a value was masked", masked_links),
        ("fallback_key_requests", "Requests masked with the fallback key", fallback_key),
        ("unmasked_requests", "Requests that the gateway sent around the filter", unmasked_requests),
        ("dropped_mappings", "Mappings that the filters dropped", dropped_mappings),
        ("dropped_exchanges", "Summaries of exchanges that the filters dropped", dropped_exchanges),
        ("failed_calls", "Calls of the filters that failed", failed_calls),
        ("unsent_calls", "Those that the host could not send", unsent_calls),
    ]
}
