//! The memory of one mapping in Redis. `cargo test -p redis-sidecar --test it -- --ignored --nocapture memory`

use serde_json::json;

use crate::support::{App, Redis, batch};

const MAPPINGS: u64 = 1_000_000;
/// Bytes a mapping: key, sealed record, time to live, and Redis' own.
const BOUND: u64 = 250;

/// The kinds of a usual estate: mostly ids, a few long names.
fn value(n: u64) -> (&'static str, &'static str, String) {
    match n % 10 {
        0..=2 => ("ec2_instance", "EC2", format!("i-{n:017x}")),
        3 => ("vpc_security_group", "SECURITY_GROUP", format!("sg-{n:017x}")),
        4 => ("vpc_subnet", "SUBNET", format!("subnet-{n:017x}")),
        5 => ("private_ip", "IP", format!("10.{}.{}.{}", n >> 16 & 255, n >> 8 & 255, n & 255)),
        6 => ("s3_bucket", "S3", format!("customer-data-prod-{n:08}")),
        7 => ("account_id", "ACCOUNT", format!("{:012}", 400_000_000_000 + n)),
        8 => ("rds_endpoint", "RDS", format!("orders-{n:06}.c9akciq32abc.eu-west-1.rds.amazonaws.com")),
        _ => ("arn", "ARN", format!("arn:aws:iam::123456789012:role/service-role/deploy-{n:08}")),
    }
}

#[tokio::test]
#[ignore = "loads a million mappings; two minutes in a debug build"]
async fn a_million_mappings() {
    let redis = Redis::start().await;
    let app = App::with(&[("REDIS_URL", &redis.url()), ("MASKER_RATE", "1000000")]).await;
    let used = async || -> u64 {
        let info: String = redis.query(&["INFO", "memory"]).await.unwrap();
        info.lines().find_map(|line| line.strip_prefix("used_memory:")?.trim().parse().ok()).unwrap()
    };
    let (before, start) = (used().await, std::time::Instant::now());
    let mint = masking::Mint::new(&masking::PlaceholderKey::new([7; 32]), "default");
    let step = contract::bound::MAPPINGS as u64;
    for first in (0..MAPPINGS).step_by(contract::bound::MAPPINGS) {
        let mapping = |n: u64| {
            let (kind, label, value) = value(n);
            let placeholder = mint.placeholder(kind, label, &value);
            json!({"scope": "default", "kind": kind, "placeholder": placeholder.as_str(), "value": value})
        };
        let mut request = batch(first);
        request["mappings"] = (first..first + step).map(mapping).collect();
        assert_eq!(app.sync(&request).await["acknowledged"], true);
    }
    let (took, each) = (start.elapsed(), (used().await - before) / MAPPINGS);
    let keys: u64 = redis.query(&["DBSIZE"]).await.unwrap();
    assert_eq!(keys, MAPPINGS);
    println!("{each} bytes a mapping; {MAPPINGS} mappings in {took:.1?}");
    assert!(each < BOUND, "{each} bytes a mapping");
}
