//! The laws of the coverage-guided targets on their corpora. `make fuzz` looks further.

#![cfg(test)]

use std::path::Path;

#[allow(unreachable_pub, reason = "the targets of fuzz/ take in this file too")]
mod laws;

fn check(target: &str, law: fn(&[u8])) {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/corpus").join(target);
    let mut files = 0;
    for file in std::fs::read_dir(corpus).unwrap() {
        let path = file.unwrap().path();
        law(&std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display())));
        files += 1;
    }
    assert!(files >= 5, "{target}: a corpus of {files} files");
}

#[test]
fn mask_restore() {
    check("mask_restore", laws::mask_restore);
}

#[test]
fn streams() {
    check("streams", laws::streams);
}
