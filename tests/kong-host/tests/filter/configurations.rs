//! Configurations, judged by the filter. The same table is judged by the schema in `tests/kong`, and so are the files of
//! `kong/`: what Kong lets through, the filter takes, and the other way round.

use std::path::Path;

use kong_host::{Route, Settings, Worker, as_kong_sends};
use serde_json::Value;
use yaml_rust2::{Yaml, YamlLoader};

use crate::gateway::{filter, message};

/// Whether the filter takes a configuration: a refused one answers every request with 500.
fn is_taken(configuration: &Value) -> bool {
    let route = Route::new("v1", [as_kong_sends(configuration)]);
    let mut worker = Worker::start(filter(), Settings::default(), [route]).expect("the filter starts");
    let outcome = worker.exchange(message("hello"), |_| kong_host::Response::empty(204));
    assert!(outcome.faults.is_empty() && worker.faults().is_empty(), "{configuration}: {:?}", worker.faults());
    outcome.client.status != 500
}

#[test]
fn the_table() {
    let table: Value = serde_json::from_str(include_str!("../configurations.json")).expect("the table is JSON");
    for row in table.as_array().expect("a list") {
        assert_eq!(is_taken(&row["config"]), row["valid"] == true, "{}", row["name"]);
    }
}

#[test]
fn the_files() {
    let kong = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../kong");
    let mut files = vec![kong.join("kong.yml")];
    let examples = std::fs::read_dir(kong.join("examples")).expect("there are examples");
    files.extend(
        examples
            .map(|entry| entry.expect("a file").path())
            .filter(|path| path.extension().is_some_and(|extension| extension == "yml")),
    );
    for path in files {
        let text = std::fs::read_to_string(&path).expect("a file can be read");
        let documents = YamlLoader::load_from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let mut found = Vec::new();
        documents.iter().for_each(|document| collect(document, &mut found));
        assert!(!found.is_empty(), "{}: no filter in it", path.display());
        for configuration in found {
            assert!(is_taken(&configuration), "{}: {configuration}", path.display());
        }
    }
}

/// The host's default settings are those of the image.
#[test]
fn the_settings() {
    let conf = include_str!("../../../../kong/kong.conf");
    let set = |name: &str| {
        let line = conf.lines().find_map(|line| line.strip_prefix(name)?.trim_start().strip_prefix('='));
        line.unwrap_or_else(|| panic!("{name} is not set")).trim().trim_end_matches('m').to_owned()
    };
    let megabytes = |name| set(name).parse::<usize>().expect("megabytes") << 20;
    let Settings { client_body_buffer_size, client_max_body_size, keepalive_requests, environment, .. } =
        Settings::default();
    assert_eq!(client_body_buffer_size, megabytes("nginx_http_client_body_buffer_size"));
    assert_eq!(client_max_body_size, megabytes("nginx_http_client_max_body_size"));
    assert_eq!(keepalive_requests.to_string(), set("nginx_http_keepalive_requests"));
    let exported = set("nginx_main_env");
    for (name, value) in environment {
        let exports = |directive: &str| directive == name || directive == format!("{name}={value}");
        assert!(exported.split("; env ").any(exports), "{name}: one directive for each");
    }
    assert_eq!(set("nginx_wasm_proxy_wasm_lua_resolver"), "off", "else each call by name uses up LuaJIT's types");
}

/// The configurations of the filter, wherever they stand: as a plugin or in a chain.
fn collect(yaml: &Yaml, found: &mut Vec<Value>) {
    match yaml {
        Yaml::Array(items) => items.iter().for_each(|item| collect(item, found)),
        Yaml::Hash(fields) => {
            if yaml["name"].as_str() == Some("aws_masker") {
                found.push(json(&yaml["config"]));
            }
            fields.values().for_each(|field| collect(field, found));
        }
        _ => {}
    }
}

fn json(yaml: &Yaml) -> Value {
    match yaml {
        Yaml::Boolean(value) => (*value).into(),
        Yaml::Integer(value) => (*value).into(),
        Yaml::String(value) => value.as_str().into(),
        Yaml::Array(items) => items.iter().map(json).collect(),
        Yaml::Hash(fields) => {
            fields.iter().map(|(name, value)| (name.as_str().expect("a name").to_owned(), json(value))).collect()
        }
        other => panic!("not of a configuration: {other:?}"),
    }
}
