//! The export of the metrics by OTLP, as the standard variables of OpenTelemetry ask for it.

use std::num::NonZeroU64;
use std::time::Duration;

use contract::Redacted;
use data_encoding::HEXLOWER;

use super::raw::{InvalidVariable, RawConfig, refuse};

const ENDPOINT: &str = "OTEL_EXPORTER_OTLP_ENDPOINT";
const HEADERS: &str = "OTEL_EXPORTER_OTLP_HEADERS";
const PROTOCOL: &str = "OTEL_EXPORTER_OTLP_PROTOCOL";
const ATTRIBUTES: &str = "OTEL_RESOURCE_ATTRIBUTES";
/// The path of metrics below an endpoint that is for all signals.
const PATH: &str = "/v1/metrics";
const PATIENCE_MS: u64 = 10_000;
const EVERY_MS: u64 = 60_000;
const SERVICE: &str = "aws-masker";

/// Where the metrics are exported, and as whose.
#[derive(Debug)]
pub struct OtlpConfig {
    /// It and the headers may have credentials.
    pub url: Redacted,
    pub headers: Vec<(String, Redacted)>,
    /// The authority that signs the collector's certificate, in PEM; without one, those of the system.
    pub authority: Option<Vec<u8>>,
    pub gzip: bool,
    pub patience: Duration,
    pub every: Duration,
    /// Attributes of this process.
    pub resource: Vec<(String, String)>,
}

impl OtlpConfig {
    /// `None` if nobody asked for it.
    pub fn parse(raw: &RawConfig) -> Result<Option<Self>, InvalidVariable> {
        let is_off = raw.text("OTEL_SDK_DISABLED")?.is_some_and(|text| text.eq_ignore_ascii_case("true"));
        let exporters = raw.text("OTEL_METRICS_EXPORTER")?;
        let is_other = exporters.is_some_and(|names| !names.split(',').any(|name| name.trim() == "otlp"));
        let Some(url) = url(raw)?.filter(|_| !is_off && !is_other) else { return Ok(None) };
        match of_metrics(raw, "OTEL_EXPORTER_OTLP_METRICS_PROTOCOL", PROTOCOL)?.as_deref() {
            None | Some("http/protobuf") => {}
            Some(_) => return refuse(PROTOCOL, "must be http/protobuf: metrics are exported in no other way"),
        }
        let gzip = match of_metrics(raw, "OTEL_EXPORTER_OTLP_METRICS_COMPRESSION", "OTEL_EXPORTER_OTLP_COMPRESSION")? {
            None => false,
            Some(word) if word == "none" => false,
            Some(word) if word == "gzip" => true,
            Some(_) => return refuse("OTEL_EXPORTER_OTLP_COMPRESSION", "must be gzip or none"),
        };
        let millis = |number: Option<NonZeroU64>, usual| Duration::from_millis(number.map_or(usual, NonZeroU64::get));
        let patience = match raw.number("OTEL_EXPORTER_OTLP_METRICS_TIMEOUT")? {
            Some(own) => Some(own),
            None => raw.number("OTEL_EXPORTER_OTLP_TIMEOUT")?,
        };
        Ok(Some(Self {
            url: Redacted::new(url),
            headers: headers(raw)?,
            authority: authority(raw)?,
            gzip,
            patience: millis(patience, PATIENCE_MS),
            every: millis(raw.number("OTEL_METRIC_EXPORT_INTERVAL")?, EVERY_MS),
            resource: resource(raw)?,
        }))
    }
}

/// The variable that is for metrics alone, or else that for all signals.
fn of_metrics(raw: &RawConfig, own: &'static str, all: &'static str) -> Result<Option<String>, InvalidVariable> {
    Ok(raw.text(own)?.or(raw.text(all)?))
}

fn url(raw: &RawConfig) -> Result<Option<String>, InvalidVariable> {
    let below = |base: String| format!("{}{PATH}", base.trim_end_matches('/'));
    let url = match raw.text("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT")? {
        Some(own) => Some(own),
        None => raw.text(ENDPOINT)?.map(below),
    };
    match url {
        Some(url) if !is_address(&url) => refuse(ENDPOINT, "is not an address such as http://localhost:4318"),
        url => Ok(url),
    }
}

fn is_address(url: &str) -> bool {
    let rest = url.strip_prefix("http://").or(url.strip_prefix("https://")).unwrap_or_default();
    let host = rest.split('/').next().unwrap_or_default();
    !host.is_empty() && url.bytes().all(|b| b.is_ascii_graphic())
}

fn headers(raw: &RawConfig) -> Result<Vec<(String, Redacted)>, InvalidVariable> {
    let text = of_metrics(raw, "OTEL_EXPORTER_OTLP_METRICS_HEADERS", HEADERS)?;
    let pairs = pairs(text.as_deref().unwrap_or_default(), HEADERS)?.into_iter();
    let header = |(name, value): (String, String)| {
        let is_name = name.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b));
        let fits = is_name && value.bytes().all(|b| b == b' ' || b.is_ascii_graphic());
        if fits { Ok((name, Redacted::new(value))) } else { refuse(HEADERS, "has what cannot be a header") }
    };
    pairs.map(header).collect()
}

fn authority(raw: &RawConfig) -> Result<Option<Vec<u8>>, InvalidVariable> {
    let path = of_metrics(raw, "OTEL_EXPORTER_OTLP_METRICS_CERTIFICATE", "OTEL_EXPORTER_OTLP_CERTIFICATE")?;
    match path.map(std::fs::read).transpose() {
        Ok(pem) => Ok(pem),
        Err(_) => refuse("OTEL_EXPORTER_OTLP_CERTIFICATE", "names a file that cannot be read"),
    }
}

/// Replicas are told apart by a number that each draws at its start.
fn resource(raw: &RawConfig) -> Result<Vec<(String, String)>, InvalidVariable> {
    let mut own = pairs(raw.text(ATTRIBUTES)?.as_deref().unwrap_or_default(), ATTRIBUTES)?;
    let name = raw.text("OTEL_SERVICE_NAME")?;
    if name.is_some() {
        own.retain(|(attribute, _)| attribute != "service.name");
    }
    let usual = [
        ("service.name", name.unwrap_or_else(|| SERVICE.to_owned())),
        ("service.version", env!("CARGO_PKG_VERSION").to_owned()),
        ("service.instance.id", instance()),
    ];
    for (attribute, value) in usual {
        if !own.iter().any(|(name, _)| name == attribute) {
            own.push((attribute.to_owned(), value));
        }
    }
    Ok(own)
}

fn instance() -> String {
    let mut bytes = [0; 16];
    // Without randomness there is no sidecar either: its keys need it.
    let _ = getrandom::fill(&mut bytes);
    HEXLOWER.encode(&bytes)
}

/// `name=value,name=value`, with values that are encoded by percent signs.
fn pairs(text: &str, variable: &'static str) -> Result<Vec<(String, String)>, InvalidVariable> {
    let invalid = InvalidVariable { variable, why: "is not a list such as name=value,name=value" };
    let pair = |pair: &str| {
        let (name, value) = pair.split_once('=')?;
        let value = decoded(value.trim())?;
        (!name.trim().is_empty()).then(|| (name.trim().to_owned(), value))
    };
    text.split(',').filter(|word| !word.trim().is_empty()).map(|word| pair(word).ok_or(invalid)).collect()
}

fn decoded(text: &str) -> Option<String> {
    let mut parts = text.split('%');
    let mut bytes = parts.next()?.as_bytes().to_vec();
    for part in parts {
        let (digits, rest) = part.split_at_checked(2)?;
        bytes.push(u8::from_str_radix(digits, 16).ok()?);
        bytes.extend_from_slice(rest.as_bytes());
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(variables: &[(&str, &str)]) -> Result<Option<OtlpConfig>, &'static str> {
        OtlpConfig::parse(&RawConfig::of(variables.iter().copied())).map_err(|invalid| invalid.variable)
    }

    #[test]
    fn it_is_exported_where_it_was_asked_for() {
        const AT: (&str, &str) = (ENDPOINT, "http://c:4318");
        for (variables, expected) in [
            (&[][..], Ok(None)),
            (&[AT], Ok(Some("http://c:4318/v1/metrics"))),
            (&[(ENDPOINT, "https://c/otlp/")], Ok(Some("https://c/otlp/v1/metrics"))),
            (&[AT, ("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", "http://m/x")], Ok(Some("http://m/x"))),
            (&[AT, ("OTEL_SDK_DISABLED", "TRUE")], Ok(None)),
            (&[AT, ("OTEL_SDK_DISABLED", "no")], Ok(Some("http://c:4318/v1/metrics"))),
            (&[AT, ("OTEL_METRICS_EXPORTER", "none")], Ok(None)),
            (&[AT, ("OTEL_METRICS_EXPORTER", "console, otlp")], Ok(Some("http://c:4318/v1/metrics"))),
            (&[AT, (PROTOCOL, "http/protobuf")], Ok(Some("http://c:4318/v1/metrics"))),
            (&[AT, (PROTOCOL, "grpc")], Err(PROTOCOL)),
            (&[(ENDPOINT, "c:4318")], Err(ENDPOINT)),
            (&[(ENDPOINT, "http://")], Err(ENDPOINT)),
            (&[AT, (HEADERS, "a")], Err(HEADERS)),
            (&[AT, (HEADERS, "a=%0a")], Err(HEADERS)),
            (&[AT, (HEADERS, "a=%zz")], Err(HEADERS)),
            (&[AT, (ATTRIBUTES, "=b")], Err(ATTRIBUTES)),
            (&[AT, ("OTEL_METRIC_EXPORT_INTERVAL", "0")], Err("OTEL_METRIC_EXPORT_INTERVAL")),
            (&[AT, ("OTEL_EXPORTER_OTLP_CERTIFICATE", "/none")], Err("OTEL_EXPORTER_OTLP_CERTIFICATE")),
        ] {
            let url = parse(variables).map(|config| config.map(|config| config.url.expose().to_owned()));
            assert_eq!(url, expected.map(|url| url.map(str::to_owned)), "{variables:?}");
        }
    }

    #[test]
    fn who_it_is_and_how_it_calls() {
        let config = parse(&[
            (ENDPOINT, "http://me:secret@c"),
            (HEADERS, "authorization=Bearer%20secret, x-scope = a"),
            (ATTRIBUTES, "deployment.environment.name=prod,service.name=other,service.instance.id=one"),
            ("OTEL_SERVICE_NAME", "mine"),
            ("OTEL_METRIC_EXPORT_INTERVAL", "5000"),
            ("OTEL_EXPORTER_OTLP_TIMEOUT", "250"),
            ("OTEL_EXPORTER_OTLP_COMPRESSION", "gzip"),
        ]);
        let config = config.unwrap().unwrap();
        assert!(!format!("{config:?}").contains("secret"));
        let headers: Vec<_> = config.headers.iter().map(|(name, value)| (name.as_str(), value.expose())).collect();
        assert_eq!(headers, [("authorization", "Bearer secret"), ("x-scope", "a")]);
        let of = |name: &str| config.resource.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str());
        assert_eq!((of("service.name"), of("service.instance.id")), (Some("mine"), Some("one")));
        assert_eq!(of("deployment.environment.name"), Some("prod"));
        assert_eq!(config.resource.len(), 4);
        assert_eq!(
            (config.every, config.patience, config.gzip),
            (Duration::from_secs(5), Duration::from_millis(250), true)
        );
    }
}
