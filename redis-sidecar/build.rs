//! Packs the files of the page, and the program of its try-box if that was built: `AWS_MASKER_TRY_BOX` names its .wasm.
//! Without it the sidecar builds and runs all the same, and the page says that the box is missing.

use std::error::Error;
use std::ffi::OsStr;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::{env, fs};

use flate2::Compression;
use flate2::write::GzEncoder;

const ASSETS: &str = "src/page/assets";

fn main() -> Result<(), Box<dyn Error>> {
    let packed = match env::var_os("AWS_MASKER_TRY_BOX").filter(|path| !path.is_empty()) {
        Some(path) => pack(Path::new(&path)).map_err(|error| format!("AWS_MASKER_TRY_BOX={error}"))?,
        None => Vec::new(),
    };
    let packed_into = PathBuf::from(env::var("OUT_DIR")?);
    for file in fs::read_dir(ASSETS)? {
        let path = file?.path();
        let name = path.file_name().and_then(OsStr::to_str).ok_or("a file of the page has no name")?;
        fs::write(packed_into.join(format!("{name}.gz")), pack(&path)?)?;
    }
    println!("cargo:rerun-if-changed={ASSETS}");
    println!("cargo:rerun-if-env-changed=AWS_MASKER_TRY_BOX");
    println!("cargo:rerun-if-changed=build.rs");
    Ok(fs::write(packed_into.join("try-box.wasm.gz"), packed)?)
}

fn pack(path: &Path) -> Result<Vec<u8>, String> {
    println!("cargo:rerun-if-changed={}", path.display());
    let packed = || {
        let mut packed = GzEncoder::new(Vec::new(), Compression::best());
        packed.write_all(&fs::read(path)?)?;
        packed.finish()
    };
    packed().map_err(|error| format!("{}: {error}", path.display()))
}
