//! A large estate in the compiled filter: it arrives in steps that hold no request up, and costs a request next to nothing.

use std::time::Duration;

use serde_json::json;

use crate::gateway::{Gateway, heard, message, reply};
use crate::work::TICK_MAX;

const SCOPE: &str = "default";
/// Times the instructions with ten names that the same text may take with fifty thousand.
const FACTOR: f64 = 1.3;
/// Bytes of the measured texts.
const SIZE: usize = 256 << 10;

/// Names as teams choose them, with words in common; sorted.
fn names(count: usize) -> Vec<String> {
    let (teams, parts) =
        (["acme", "billing", "checkout", "fraud", "web"], ["api", "events", "logs", "orders", "worker"]);
    let name = |n: usize| format!("{}-{}-{:05}-{}", teams[n % 5], parts[n / 5 % 5], n, parts[n / 7 % 5]);
    let mut names: Vec<String> = (0..count).map(name).collect();
    names.sort();
    names
}

/// A gateway that has an estate, and the most instructions that a tick took until it had all of it.
fn gateway(count: usize) -> (Gateway, u64) {
    let mut gateway = Gateway::metered(json!({}));
    gateway.check("the first request", message("hello"), |_| reply("ok"));
    let names = names(count);
    // Some of them are those of instances.
    gateway.vault.borrow_mut().related =
        names.iter().step_by(4).zip(0..).map(|(name, n)| (name.clone(), format!("AWS_EC2_NAME_A{n:011}"))).collect();
    gateway.vault.borrow_mut().estates.insert(SCOPE.to_owned(), names);
    let mut most = 0;
    for _ in 0..50 {
        let before = gateway.worker.instructions();
        gateway.worker.elapse(Duration::from_millis(100));
        most = most.max(gateway.worker.instructions() - before);
    }
    (gateway, most)
}

fn cost(gateway: &mut Gateway, text: &str) -> u64 {
    let before = gateway.worker.instructions();
    gateway.check("a text", message(text), |_| reply("ok"));
    gateway.worker.instructions() - before
}

/// Each text once, so that none is remembered.
fn fill(unit: &str, size: usize) -> String {
    (0..size / (unit.len() + 6)).map(|n| format!("{unit}{n:05} ")).collect()
}

#[test]
fn fifty_thousand_names_cost_hardly_more_than_ten() {
    let ((mut few, _), (mut many, most)) = (gateway(10), gateway(50_000));
    println!("the longest tick with 50,000 names took {most} instructions");
    assert!(most <= TICK_MAX, "a tick of {most} instructions");
    for (what, unit) in [
        ("prose", "the quick brown fox jumps over the lazy dog and goes on "),
        ("code", "let orders = client.get(\"https://api.example.com/v1/orders\").send().await?; // billing "),
        ("log", "2024-05-01T10:11:12Z INFO worker[17] checkout: order accepted in 12ms status=200 path=/v1/pay "),
    ] {
        let text = fill(unit, SIZE);
        // The first run compiles the patterns that the text needs.
        let costs = [&mut few, &mut many].map(|gateway| {
            cost(gateway, &fill(unit, SIZE / 16));
            cost(gateway, &text) as f64
        });
        println!("{what}: {:.2} times the instructions with 10 names", costs[1] / costs[0]);
        assert!(costs[1] <= FACTOR * costs[0], "{what}: {costs:?}");
    }
}

#[test]
fn texts_that_almost_hold_names_are_no_attack() {
    let (mut many, _) = gateway(50_000);
    let prose = cost(&mut many, &fill("the quick brown fox jumps over the lazy dog ", SIZE)) as f64;
    for unit in ["acme-api-0000", "acme-api-", "acme-", "billing-events-00001-", "web-logs\\nweb-logs"] {
        let worst = cost(&mut many, &fill(unit, SIZE)) as f64;
        assert!(worst <= 100.0 * prose, "{unit}: {worst} instructions, prose takes {prose}");
    }
}

#[test]
fn a_name_in_prose_is_masked_and_restored_and_unlearned() {
    let (mut gateway, _) = gateway(50_000);
    let name = names(50_000)[31_415].clone();
    let text = format!("why does {name} time out?");
    let outcome = gateway.check("a name", message(&text), |upstream| reply(&heard(upstream)));
    assert_eq!(outcome.client.headers.text("x-aws-masker"), Some("masked=1"));
    let upstream = outcome.upstream.expect("it went on");
    assert!(!heard(&upstream).contains(&name) && heard(&upstream).starts_with("why does AWS_S3_BUCKET_"));
    assert!(String::from_utf8_lossy(&outcome.client.body).contains(&text));
    gateway.settle();
    assert!(gateway.vault.borrow().values().contains(&name.as_str()), "the vault keeps what was sent");
    // The next estate lacks it.
    gateway.vault.borrow_mut().estates.insert(SCOPE.to_owned(), names(31));
    gateway.worker.elapse(Duration::from_secs(3));
    let outcome = gateway.check("no name any more", message(&format!("and now {name}?")), |_| reply("ok"));
    assert_eq!(outcome.client.headers.text("x-aws-masker"), Some("masked=0"));
}

#[test]
fn a_name_has_the_code_of_what_it_names_and_none_twice() {
    const RELATED: &str = "AWS_S3_BUCKET_NAME_7KQ2M9XA4TBN";
    let estate = |gateway: &mut Gateway, name: &str, related: Option<&str>| {
        let mut vault = gateway.vault.borrow_mut();
        vault.estates.insert(SCOPE.to_owned(), (0..name.len()).map(|n| format!("zebra-{n:02}")).collect());
        vault.estates.entry(SCOPE.to_owned()).or_default().push(name.to_owned());
        vault.related = related.into_iter().map(|related| (name.to_owned(), related.to_owned())).collect();
        drop(vault);
        gateway.worker.elapse(Duration::from_secs(3));
    };
    let mut gateway = Gateway::metered(json!({}));
    gateway.check("the first request", message("hello"), |_| reply("ok"));
    // A worker masked it before it was told of the other placeholder.
    estate(&mut gateway, "zebra-worker", None);
    let ask = |gateway: &mut Gateway, text: &str| {
        let outcome = gateway.check("a name", message(text), |upstream| reply(&heard(upstream)));
        assert!(String::from_utf8_lossy(&outcome.client.body).contains("zebra-"), "all of it is restored");
        heard(&outcome.upstream.expect("it went on"))
    };
    let before = ask(&mut gateway, "zebra-worker");
    assert_ne!(before, RELATED);
    estate(&mut gateway, "zebra-worker-x", None);
    estate(&mut gateway, "zebra-worker", Some(RELATED));
    assert_eq!(ask(&mut gateway, "zebra-worker"), RELATED);
    // Its resource has another name now, which has a code of its own: what stood for the former one still does.
    estate(&mut gateway, "zebra-server-2", None);
    let after = ask(&mut gateway, "zebra-server-2");
    assert!(![RELATED, &before].contains(&&*after), "{after}");
    let outcome =
        gateway.check("an old conversation", message(&format!("{RELATED} {before} zebra-server-2")), |upstream| {
            reply(&heard(upstream))
        });
    assert!(String::from_utf8_lossy(&outcome.client.body).contains("zebra-worker zebra-worker zebra-server-2"));
}

#[test]
fn an_estate_is_its_scopes_alone() {
    let mut gateway = Gateway::metered(json!({"scope": {"header": "x-tenant"}}));
    let ask = |scope: &str| message("why does acme-api-00000-api time out?").header("x-tenant", scope);
    gateway.vault.borrow_mut().estates.insert("a".to_owned(), names(10));
    for scope in ["a", "b"] {
        gateway.check("the first request", ask(scope), |_| reply("ok"));
    }
    gateway.worker.elapse(Duration::from_secs(3));
    for (scope, note) in [("a", "masked=1"), ("b", "masked=0")] {
        let outcome = gateway.check("a name", ask(scope), |_| reply("ok"));
        assert_eq!(outcome.client.headers.text("x-aws-masker"), Some(note), "{scope}");
    }
}
