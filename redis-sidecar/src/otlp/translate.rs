//! From the text of `/metrics` to OTLP, by OpenTelemetry's rules of compatibility with Prometheus: names stay, units are
//! abbreviated, the buckets of a histogram are counted apart.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::common::v1::{AnyValue, InstrumentationScope, KeyValue};
use opentelemetry_proto::tonic::metrics::v1::metric::Data;
use opentelemetry_proto::tonic::metrics::v1::{
    AggregationTemporality, Gauge, Histogram, HistogramDataPoint, Metric, NumberDataPoint, ResourceMetrics,
    ScopeMetrics, Sum, number_data_point,
};
use opentelemetry_proto::tonic::resource::v1::Resource;

use super::openmetrics::{Family, Labels, Sample, families};

/// The time in which the numbers were counted.
#[derive(Debug, Clone, Copy)]
pub(super) struct Span {
    pub(super) began: SystemTime,
    pub(super) now: SystemTime,
}

/// One export of all metrics.
pub(super) fn request(text: &str, resource: &[(String, String)], span: Span) -> ExportMetricsServiceRequest {
    let attributes = resource.iter().map(|(name, value)| attribute(name, value)).collect();
    let scope = InstrumentationScope {
        name: env!("CARGO_PKG_NAME").to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        ..InstrumentationScope::default()
    };
    let metrics = families(text).iter().filter_map(|family| metric(family, span)).collect();
    ExportMetricsServiceRequest {
        resource_metrics: vec![ResourceMetrics {
            resource: Some(Resource { attributes, ..Resource::default() }),
            scope_metrics: vec![ScopeMetrics { scope: Some(scope), metrics, ..ScopeMetrics::default() }],
            ..ResourceMetrics::default()
        }],
    }
}

/// `None` if nothing was counted yet.
fn metric(family: &Family<'_>, span: Span) -> Option<Metric> {
    let first = family.samples.first()?;
    let cumulative = AggregationTemporality::Cumulative as i32;
    let points = || family.samples.iter().filter_map(|sample| point(sample, span)).collect();
    let (name, data) = match family.kind {
        "counter" => {
            let sum = Sum { data_points: points(), aggregation_temporality: cumulative, is_monotonic: true };
            (first.name, Data::Sum(sum))
        }
        "histogram" => {
            let histogram = Histogram { data_points: histograms(family, span), aggregation_temporality: cumulative };
            (family.name, Data::Histogram(histogram))
        }
        _ => (first.name, Data::Gauge(Gauge { data_points: points() })),
    };
    Some(Metric {
        name: name.to_owned(),
        description: family.help.to_owned(),
        unit: unit(family.unit).to_owned(),
        metadata: vec![attribute("prometheus.type", family.kind)],
        data: Some(data),
    })
}

fn point(sample: &Sample<'_>, Span { began, now }: Span) -> Option<NumberDataPoint> {
    let whole = sample.value.parse().map(number_data_point::Value::AsInt);
    let value = whole.or_else(|_| sample.value.parse().map(number_data_point::Value::AsDouble)).ok()?;
    Some(NumberDataPoint {
        attributes: attributes(&sample.labels),
        start_time_unix_nano: nanos(began),
        time_unix_nano: nanos(now),
        value: Some(value),
        ..NumberDataPoint::default()
    })
}

/// The points of a histogram, one for each set of labels. In the text a bucket counts those below it as well.
fn histograms(family: &Family<'_>, Span { began, now }: Span) -> Vec<HistogramDataPoint> {
    let mut points: BTreeMap<Labels<'_>, (HistogramDataPoint, u64)> = BTreeMap::new();
    for sample in &family.samples {
        let mut labels = sample.labels.clone();
        labels.retain(|(name, _)| *name != "le");
        let (point, below) = points.entry(labels).or_default();
        let suffix = sample.name.strip_prefix(family.name).unwrap_or_default();
        let bound = sample.labels.iter().find(|(name, _)| *name == "le").and_then(|(_, le)| le.parse::<f64>().ok());
        match (suffix, bound) {
            ("_count", _) => point.count = sample.value.parse().unwrap_or_default(),
            ("_sum", _) => point.sum = sample.value.parse().ok(),
            ("_bucket", Some(bound)) => {
                let count: u64 = sample.value.parse().unwrap_or_default();
                point.bucket_counts.push(count.saturating_sub(*below));
                *below = count;
                point.explicit_bounds.extend(Some(bound).filter(|bound| bound.is_finite()));
            }
            _ => {}
        }
    }
    let whole = |(labels, (point, _)): (Labels<'_>, (HistogramDataPoint, u64))| HistogramDataPoint {
        attributes: attributes(&labels),
        start_time_unix_nano: nanos(began),
        time_unix_nano: nanos(now),
        ..point
    };
    points.into_iter().map(whole).collect()
}

/// As OpenTelemetry abbreviates the units that there are.
fn unit(word: &str) -> &str {
    match word {
        "seconds" => "s",
        "bytes" => "By",
        other => other,
    }
}

fn attributes(labels: &Labels<'_>) -> Vec<KeyValue> {
    labels.iter().map(|(name, value)| attribute(name, value)).collect()
}

fn attribute(name: &str, value: &str) -> KeyValue {
    let value = Some(AnyValue { value: Some(Value::StringValue(value.to_owned())) });
    KeyValue { key: name.to_owned(), value, ..KeyValue::default() }
}

fn nanos(time: SystemTime) -> u64 {
    let since = time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or(Duration::ZERO);
    u64::try_from(since.as_nanos()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn metrics(text: &str) -> Vec<Metric> {
        let at = SystemTime::UNIX_EPOCH + Duration::from_secs(2);
        let span = Span { began: SystemTime::UNIX_EPOCH + Duration::from_secs(1), now: at };
        let mut request = request(text, &[("service.name".to_owned(), "a".to_owned())], span);
        request.resource_metrics.remove(0).scope_metrics.remove(0).metrics
    }

    #[test]
    fn each_type_becomes_its_own() {
        let text = "# TYPE a counter\na_total{b=\"c\"} 3\n# TYPE d gauge\n# UNIT d seconds\nd 0.5\n# TYPE e counter\n";
        let [counter, gauge] = metrics(text).try_into().unwrap();
        let Some(Data::Sum(sum)) = counter.data else { panic!("{counter:?}") };
        assert_eq!((counter.name.as_str(), sum.is_monotonic), ("a_total", true));
        assert_eq!(sum.data_points[0].value, Some(number_data_point::Value::AsInt(3)));
        assert_eq!(
            (sum.data_points[0].start_time_unix_nano, sum.data_points[0].time_unix_nano),
            (1_000_000_000, 2_000_000_000)
        );
        assert_eq!(sum.data_points[0].attributes, [attribute("b", "c")]);
        let Some(Data::Gauge(points)) = gauge.data else { panic!("{gauge:?}") };
        assert_eq!((gauge.name.as_str(), gauge.unit.as_str()), ("d", "s"));
        assert_eq!(points.data_points[0].value, Some(number_data_point::Value::AsDouble(0.5)));
    }

    #[test]
    fn buckets_are_counted_apart() {
        let text = "# TYPE h histogram\nh_sum{k=\"1\"} 6.5\nh_count{k=\"1\"} 4\nh_bucket{le=\"1.0\",k=\"1\"} 1\n\
            h_bucket{le=\"2.0\",k=\"1\"} 3\nh_bucket{le=\"+Inf\",k=\"1\"} 4\n";
        let [histogram] = metrics(text).try_into().unwrap();
        let Some(Data::Histogram(Histogram { data_points, .. })) = histogram.data else { panic!("{histogram:?}") };
        let [point] = data_points.try_into().unwrap();
        assert_eq!((point.count, point.sum), (4, Some(6.5)));
        assert_eq!((point.explicit_bounds, point.bucket_counts), (vec![1.0, 2.0], vec![1, 2, 1]));
        assert_eq!(point.attributes, [attribute("k", "1")]);
    }
}
