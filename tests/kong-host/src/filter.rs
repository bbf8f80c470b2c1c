//! A compiled filter.

use std::path::Path;
use std::thread;
use std::time::Duration;

use wasmtime::{Config, Engine, Error, Linker, Module, bail};

use crate::world::Shared;
use crate::{abi, wasi};

/// How often the watchdog looks whether a callback is still running.
pub(crate) const WATCHDOG_PERIOD: Duration = Duration::from_millis(100);

/// A filter's module, compiled once and shared by workers.
#[derive(Clone)]
pub struct Filter {
    pub(crate) engine: Engine,
    pub(crate) module: Module,
    pub(crate) linker: Linker<Shared>,
    pub(crate) meter: Meter,
}

/// Whether the instructions that a filter runs are counted, which makes it about half as fast.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meter {
    Off,
    /// See [`Worker::instructions`](crate::Worker::instructions).
    On,
}

impl Filter {
    /// # Errors
    /// When there is no such file, or Kong would not load it.
    pub fn load(path: impl AsRef<Path>, meter: Meter) -> Result<Self, Error> {
        let path = path.as_ref();
        let wasm = std::fs::read(path).map_err(|error| Error::msg(format!("{}: {error}", path.display())))?;
        Self::compile(&wasm, meter)
    }

    /// # Errors
    /// When Kong would not load it.
    pub fn from_bytes(wasm: &[u8]) -> Result<Self, Error> {
        Self::compile(wasm, Meter::Off)
    }

    fn compile(wasm: &[u8], meter: Meter) -> Result<Self, Error> {
        let mut config = Config::new();
        config.epoch_interruption(true);
        config.consume_fuel(meter == Meter::On);
        let engine = Engine::new(&config)?;
        let module = Module::new(&engine, wasm)?;
        let mut linker = Linker::new(&engine);
        abi::link(&mut linker)?;
        wasi::link(&mut linker)?;
        if let Some(import) = module.imports().find(|import| !is_known(import.module(), import.name())) {
            bail!("Kong would not load this filter: it imports {}.{}", import.module(), import.name());
        }
        let exports_one_of = |names: &[&str]| names.iter().any(|name| module.get_export(name).is_some());
        if !exports_one_of(&["proxy_abi_version_0_1_0", "proxy_abi_version_0_2_0", "proxy_abi_version_0_2_1"]) {
            bail!("Kong would not load this filter: it exports no version of the ABI that Kong knows");
        }
        if !exports_one_of(&abi::ALLOCATORS) {
            bail!("Kong would not load this filter: it exports no allocator");
        }
        watch(&engine);
        Ok(Self { engine, module, linker, meter })
    }
}

impl std::fmt::Debug for Filter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Filter").finish_non_exhaustive()
    }
}

/// Moves the engine's clock, by which a callback that does not come back is stopped; ends with the engine.
fn watch(engine: &Engine) {
    let engine = engine.weak();
    thread::spawn(move || {
        while let Some(engine) = engine.upgrade() {
            engine.increment_epoch();
            drop(engine);
            thread::sleep(WATCHDOG_PERIOD);
        }
    });
}

fn is_known(module: &str, name: &str) -> bool {
    match module {
        "env" => abi::NAMES.contains(&name),
        "wasi_snapshot_preview1" => wasi::NAMES.contains(&name),
        _ => false,
    }
}
