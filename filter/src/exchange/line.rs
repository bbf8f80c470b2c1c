//! The line of an exchange in the log, as words with values that tools for logs read (logfmt). Never a value of a request.

use std::collections::BTreeMap;

use contract::ExchangeSummary;

/// The line of an exchange that has ended. What is not known, and a count of nothing, is left out.
pub(super) fn log_line(exchange: &ExchangeSummary) -> String {
    let outcome = exchange.outcome().map_or("unseen", |outcome| outcome.as_str());
    let kinds: Vec<_> = exchange.masked.iter().map(|(kind, count)| format!("{kind}:{count}")).collect();
    let masked: u64 = exchange.masked.iter().map(|(_, count)| count).sum();
    let mut line = format!("exchange outcome={outcome}");
    let mut word = |name: &str, value: &str| {
        if !value.is_empty() {
            line.push_str(&format!(" {name}={}", quoted(value)));
        }
    };
    word("scope", &exchange.scope);
    word("route", &exchange.route);
    word("dialect", &exchange.dialect);
    word("refused", exchange.refused.as_deref().unwrap_or_default());
    word("response", if exchange.refused.is_some() { "" } else { exchange.response.as_str() });
    word("kinds", &kinds.join(","));
    for (name, count) in [
        ("status", exchange.status.into()),
        ("masked", masked),
        ("restored", exchange.restored),
        ("unresolved", exchange.unresolved),
        ("withheld", exchange.withheld),
        ("guarded", exchange.guarded),
        ("attachments", exchange.attachments),
        ("masked_links", exchange.masked_links),
        ("request_bytes", exchange.request_bytes),
        ("response_bytes", exchange.response_bytes),
        ("input_tokens", exchange.input_tokens),
        ("cache_read_tokens", exchange.cache_read_tokens),
        ("mask_us", exchange.mask_us.unwrap_or_default()),
        ("restore_us", exchange.restore_us.unwrap_or_default()),
    ] {
        word(name, &if count == 0 { String::new() } else { count.to_string() });
    }
    line
}

/// The counts of those kinds of an exchange for which the configuration asks for an alert.
pub(super) fn alert_line(masked: &BTreeMap<String, u64>, alerts: &[String]) -> String {
    let count = |kind: &String| format!("{kind}={}", masked.get(kind).copied().unwrap_or_default());
    format!("alert: a request held {}", alerts.iter().map(count).collect::<Vec<_>>().join(" "))
}

/// What the guard has kept from a tool.
pub(super) fn guard_line(placeholders: u64) -> String {
    format!(
        "alert: {placeholders} placeholders stayed in the call of a tool, which would have sent their values to a host that is \
         not among restore_hosts"
    )
}

/// A value with a character that would end it, in quotes.
fn quoted(value: &str) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || "._:@,/-".contains(c);
    if value.chars().all(is_plain) { value.to_owned() } else { format!("{value:?}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_tells_what_is_known() {
        let whole = ExchangeSummary {
            scope: "team-a".into(),
            route: "the \"API\"".into(),
            dialect: "anthropic_messages".into(),
            status: 200,
            masked: vec![("ec2_instance".into(), 2), ("s3_bucket".into(), 1)],
            restored: 2,
            request_bytes: 9,
            mask_us: Some(12),
            ..ExchangeSummary::default()
        };
        let refused =
            ExchangeSummary { refused: Some("AWS_MASKER_1005".into()), status: 403, ..ExchangeSummary::default() };
        for (summary, line) in [
            (
                whole,
                "exchange outcome=masked scope=team-a route=\"the \\\"API\\\"\" dialect=anthropic_messages response=restored \
                 kinds=ec2_instance:2,s3_bucket:1 status=200 masked=3 restored=2 request_bytes=9 mask_us=12",
            ),
            (refused, "exchange outcome=refused refused=AWS_MASKER_1005 status=403"),
        ] {
            assert_eq!(log_line(&summary), line);
        }
    }
}
