//! Packs the program of the page's try-box, if it was built: `AWS_MASKER_TRY_BOX` names its .wasm. Without it the sidecar
//! builds and runs all the same, and the page says that the box is missing.

use std::error::Error;
use std::io::Write;
use std::path::PathBuf;
use std::{env, fs};

use flate2::Compression;
use flate2::write::GzEncoder;

fn main() -> Result<(), Box<dyn Error>> {
    let packed = match env::var_os("AWS_MASKER_TRY_BOX").filter(|path| !path.is_empty()) {
        Some(path) => {
            let path = PathBuf::from(path);
            println!("cargo:rerun-if-changed={}", path.display());
            let wasm = fs::read(&path).map_err(|error| format!("AWS_MASKER_TRY_BOX={}: {error}", path.display()))?;
            let mut packed = GzEncoder::new(Vec::new(), Compression::best());
            packed.write_all(&wasm)?;
            packed.finish()?
        }
        None => Vec::new(),
    };
    println!("cargo:rerun-if-env-changed=AWS_MASKER_TRY_BOX");
    println!("cargo:rerun-if-changed=build.rs");
    Ok(fs::write(PathBuf::from(env::var("OUT_DIR")?).join("try-box.wasm.gz"), packed)?)
}
