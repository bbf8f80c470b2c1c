//! The numbers of the worker as metrics of the host, so that Kong's and Envoy's own pages show the filter. They are shown
//! on the tick, not on the way of a request.

use std::cell::RefCell;
use std::collections::HashMap;

use contract::Counters;

use super::abi;

/// The names begin with this in Envoy, which shows them as they are. Kong shows them as `pw_aws_masker_…`.
const ENVOY_PREFIX: &str = "aws_masker_";

thread_local! {
    /// The host's numbers for the metrics that were defined.
    static IDS: RefCell<HashMap<String, u32>> = RefCell::default();
}

/// Adds what was counted to the host's metrics. A label is part of a name, as `_kind=ec2_instance;`: `label_patterns` of
/// the filter's meta file and `stats_tags` of Envoy's bootstrap take it out.
pub(super) fn show(counted: &Counters, is_kong: bool) {
    let prefix = if is_kong { "" } else { ENVOY_PREFIX };
    IDS.with_borrow_mut(|ids| {
        for (name, count) in named(counted) {
            if let Ok(count @ 1..) = i64::try_from(count) {
                let name = format!("{prefix}{name}");
                let id = ids.get(&name).copied().or_else(|| abi::define_counter(&name));
                if let Some(id) = id {
                    abi::increment(id, count);
                    ids.insert(name, id);
                }
            }
        }
    });
}

fn named(counted: &Counters) -> Vec<(String, u64)> {
    let fixed = [
        ("requests_total_outcome=masked;", counted.masked_requests),
        ("requests_total_outcome=clean;", counted.clean_requests()),
        ("requests_total_outcome=observed;", counted.observed),
        ("restored_values_total", counted.restored),
        ("unresolved_placeholders_total", counted.unresolved),
        ("withheld_placeholders_total", counted.withheld),
        ("guarded_placeholders_total", counted.guarded),
        ("attachments_total", counted.attachments),
        ("responses_total_state=restored;", counted.restored_responses),
        ("responses_total_state=orphaned;", counted.orphaned_responses),
        ("responses_total_state=degraded;", counted.degraded_responses),
        ("unmasked_requests_total", counted.unmasked_requests),
        ("fallback_key_requests_total", counted.fallback_key),
    ];
    let refused = |(code, count): (&String, &u64)| (format!("requests_total_outcome=refused;_code={code};"), *count);
    let masked = |(kind, count): (&String, &u64)| (format!("masked_values_total_kind={kind};"), *count);
    let fixed = fixed.into_iter().map(|(name, count)| (name.to_owned(), count));
    fixed.chain(counted.refused_by_code.iter().map(refused)).chain(counted.masked_by_kind.iter().map(masked)).collect()
}
