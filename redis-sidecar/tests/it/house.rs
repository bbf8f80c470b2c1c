//! What a file may know. A name that turns up elsewhere belongs behind one of these.

use std::fs;
use std::path::{Path, PathBuf};

#[test]
fn each_dependency_has_its_place() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    for (name, places) in [
        ("axum", &["routes.rs"][..]),
        ("redis", &["store/link.rs", "store/redis.rs", "store/target.rs"]),
        ("hyper", &["listen.rs"]),
        ("rustls", &["client.rs", "listen.rs"]),
        ("ureq", &["client.rs"]),
        ("aes_gcm_siv", &["seal.rs"]),
        ("hkdf", &["keyring.rs"]),
        ("subtle", &["door.rs"]),
        ("prometheus_client", &["metrics.rs"]),
        ("std::env", &["config/raw.rs"]),
    ] {
        let mut found: Vec<_> = sources(&root).into_iter().filter(|file| names(file, name)).collect();
        found.sort();
        let places: Vec<_> = places.iter().map(|place| root.join(place)).collect();
        assert_eq!(found, places, "{name}");
    }
}

fn names(file: &Path, name: &str) -> bool {
    let used = [format!("use {name}::"), format!("use {name};")];
    let qualified = format!("{name}::");
    fs::read_to_string(file).unwrap().lines().any(|line| {
        let from_std = name.starts_with("std::") && line.contains(&qualified);
        from_std || used.iter().any(|used| line.trim_start().starts_with(used))
    })
}

fn sources(directory: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { sources(&path) } else { vec![path] }).collect()
}
