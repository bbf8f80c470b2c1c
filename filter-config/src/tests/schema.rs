//! The schema that Kong, editors and the documentation have, held against what the filter reads.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::*;
use crate::raw::RawConfig;

const META: &str = include_str!("../../../kong/filters/aws_masker.meta.json");

fn settings() -> Map<String, Value> {
    let meta: Value = serde_json::from_str(META).unwrap();
    meta.pointer("/config_schema/properties").and_then(Value::as_object).cloned().unwrap()
}

/// What the filter makes of one setting next to those that are required.
fn with(name: &str, value: &Value) -> Result<String, ConfigError> {
    let mut config =
        json!({ "sidecar": "127.0.0.1:9001", "sidecar_token": "0123456789abcdef", "secret": "0123456789abcdef" });
    config.as_object_mut().unwrap().insert(name.to_owned(), value.clone());
    let mut told = String::new();
    let compile = |policy: Policy| {
        told = format!("{policy:?}");
        Scanner::new(&policy).map(Rc::new)
    };
    // A scanner is not written the same twice; its policy is all that makes it.
    let Config {
        scanner: _,
        keys,
        scope,
        direction,
        log_masked_requests,
        record_masked_bodies,
        mode,
        actions,
        readers,
        guard,
        addresses,
        options,
        attachments,
        strict,
    } = Config::parse(config.to_string().as_bytes(), |_| None, compile)?;
    let told = (told, keys, scope, direction, log_masked_requests, record_masked_bodies);
    Ok(format!("{told:?} {:?}", (mode, actions, readers, guard, addresses, options, attachments, strict)))
}

#[test]
fn it_has_the_settings_of_the_filter_and_no_others() {
    let error = serde_json::from_value::<RawConfig>(json!({ "no_such_setting": 1 })).err().unwrap().to_string();
    let (_, expected) = error.split_once("expected one of ").unwrap();
    let read: BTreeSet<&str> = expected.split('`').skip(1).step_by(2).collect();
    let settings = settings();
    let told: BTreeSet<&str> = settings.keys().map(String::as_str).collect();
    assert_eq!(told, read);
}

#[test]
fn its_defaults_are_those_of_the_filter() {
    let nothing = with("use_redis", &json!(true)).unwrap();
    for (name, setting) in settings() {
        let Some(default) = setting.get("default") else { continue };
        assert_eq!(with(&name, default).unwrap(), nothing, "{name}: {default} is not its default");
        let others: Vec<Value> = match (default, setting.get("enum").and_then(Value::as_array)) {
            (Value::Bool(default), _) => vec![json!(!default)],
            (_, Some(words)) => words.iter().filter(|word| *word != default).cloned().collect(),
            _ => Vec::new(),
        };
        for other in others {
            assert_ne!(with(&name, &other).unwrap(), nothing, "{name}: {other} changes nothing");
        }
    }
}

#[test]
fn its_bounds_are_those_of_the_filter() {
    let mut bounds = 0;
    for (name, setting) in settings() {
        for (bound, beyond) in [("minimum", -1), ("maximum", 1)] {
            let Some(at) = setting.get(bound).and_then(Value::as_i64) else { continue };
            assert!(with(&name, &json!(at)).is_ok(), "{name}: {at}");
            assert!(with(&name, &json!(at + beyond)).is_err(), "{name}: {}", at + beyond);
            bounds += 1;
        }
        let Some(most) = setting.get("maxItems").and_then(Value::as_u64) else { continue };
        let entries = |count: u64| Value::from_iter((0..count).map(|n| entry(&name, n)));
        assert!(with(&name, &entries(most)).is_ok(), "{name}: {most} entries");
        assert!(with(&name, &entries(most + 1)).is_err(), "{name}: {} entries", most + 1);
        for (length, beyond) in [("minLength", -1), ("maxLength", 1)] {
            let Some(at) = setting.pointer(&format!("/items/{length}")).and_then(Value::as_i64) else { continue };
            let text = |length: i64| json!(["x".repeat(usize::try_from(length).unwrap())]);
            assert!(with(&name, &text(at)).is_ok(), "{name}: {at} characters");
            assert!(with(&name, &text(at + beyond)).is_err(), "{name}: {} characters", at + beyond);
        }
        bounds += 1;
    }
    assert!(bounds >= 5, "the time to live and three lists");
}

/// A valid entry of a list, as the schema describes them.
fn entry(list: &str, n: u64) -> Value {
    match list {
        "custom_patterns" => json!({ "label": "X", "regex": format!("x{n}") }),
        _ => json!(format!("name-{n}")),
    }
}
