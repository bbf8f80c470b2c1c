//! CloudEvents 1.0: the envelope of every event.

use std::time::SystemTime;

use serde_json::{Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// The JSON Schema of the events (docs/events.schema.json), whose definitions are named like the types.
const SCHEMA: &str = "urn:aws-masker:events:1";
/// What the types of all events begin with.
const PREFIX: &str = "aws-masker.";

/// An event without its content.
#[derive(Debug)]
pub(super) struct Envelope<'e> {
    /// The same when an event is sent again.
    pub id: String,
    /// The instance of a filter that it happened in, or the sidecar.
    pub source: &'e str,
    /// The last word of the type, such as `masked`.
    pub kind: &'static str,
    /// The scope, if it concerns one.
    pub subject: Option<&'e str>,
    pub time: Time,
}

/// The time of an event.
#[derive(Debug, Clone, Copy)]
pub(super) struct Time(OffsetDateTime);

impl Time {
    pub(super) fn now() -> Self {
        Self(SystemTime::now().into())
    }

    /// Milliseconds since 1970, or now if no calendar has them.
    pub(super) fn of_millis(at_ms: u64) -> Self {
        let nanos = i128::from(at_ms).saturating_mul(1_000_000);
        OffsetDateTime::from_unix_timestamp_nanos(nanos).map_or_else(|_| Self::now(), Self)
    }
}

impl Envelope<'_> {
    /// The event in structured mode.
    pub(super) fn around(self, data: &Value) -> String {
        let Self { id, source, kind, subject, time } = self;
        let mut event = json!({
            "specversion": "1.0",
            "id": id,
            "source": format!("/aws-masker/{source}"),
            "type": format!("{PREFIX}{kind}"),
            "time": time.0.format(&Rfc3339).unwrap_or_default(),
            "datacontenttype": "application/json",
            "dataschema": format!("{SCHEMA}#/$defs/{kind}"),
            "data": data,
        });
        if let (Some(subject), Some(event)) = (subject, event.as_object_mut()) {
            event.insert("subject".to_owned(), subject.into());
        }
        event.to_string()
    }
}

/// The day of a time in milliseconds since 1970, by UTC, as `2026-01-31`.
pub(super) fn day(at_ms: u64) -> Option<String> {
    let seconds = i64::try_from(at_ms / 1_000).ok()?;
    Some(OffsetDateTime::from_unix_timestamp(seconds).ok()?.date().to_string())
}

/// The day of a time, as `2026-01-31`, and those before it.
pub(super) fn days(now: SystemTime, count: u16) -> Vec<String> {
    let today = OffsetDateTime::from(now).date();
    let day = |back: u16| today.checked_sub(time::Duration::days(back.into())).map(|day| day.to_string());
    (0..count).filter_map(day).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_has_the_attributes_of_the_standard() {
        let envelope = |subject, at_ms| Envelope {
            id: "w-1-0".into(),
            source: "w",
            kind: "masked",
            subject,
            time: Time::of_millis(at_ms),
        };
        let event: Value =
            serde_json::from_str(&envelope(Some("a"), 1_767_225_599_123).around(&json!({"n": 1}))).unwrap();
        assert_eq!(
            event,
            json!({"specversion": "1.0", "id": "w-1-0", "source": "/aws-masker/w", "type": "aws-masker.masked",
                "subject": "a", "time": "2025-12-31T23:59:59.123Z", "datacontenttype": "application/json",
                "dataschema": "urn:aws-masker:events:1#/$defs/masked", "data": {"n": 1}})
        );
        let event: Value = serde_json::from_str(&envelope(None, u64::MAX).around(&json!({}))).unwrap();
        assert!(event.get("subject").is_none() && event["time"].as_str().unwrap().starts_with("20"), "{event}");
    }

    #[test]
    fn days_go_back_over_months() {
        let day = SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(1_772_323_200);
        assert_eq!(days(day, 3), ["2026-03-01", "2026-02-28", "2026-02-27"]);
    }
}
