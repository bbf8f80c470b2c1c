//! The core compiled alone, as the filter's host would see it: through its one example, which reads a file by WASI.

#![expect(clippy::expect_used, reason = "the helpers of a test fail the test")]

use std::collections::BTreeSet;
use std::path::PathBuf;

use wasmtime::{Engine, Module};

#[test]
fn the_core_imports_nothing_of_a_host() {
    let path = wasm_path();
    let wasm = std::fs::read(&path)
        .unwrap_or_else(|error| panic!("{}: {error} (build it with `make wasm-core`)", path.display()));
    let module = Module::new(&Engine::default(), wasm).expect("a module");
    let imported: BTreeSet<_> = module.imports().map(|import| import.module()).collect();
    assert_eq!(imported, BTreeSet::from(["wasi_snapshot_preview1"]));
}

/// The build in the target directory that this test itself lies in.
fn wasm_path() -> PathBuf {
    let own = std::env::current_exe().expect("a test knows where it is");
    let target = own.ancestors().find(|directory| directory.join("CACHEDIR.TAG").exists()).expect("a target directory");
    target.join("wasm32-wasip1/release/examples/scan.wasm")
}
