//! The parts that the callbacks of entries and of exchanges share.

use std::cell::{Cell, RefCell};
use std::time::UNIX_EPOCH;

use super::abi;
use crate::instance::clock::TimeOfDay;
use crate::instance::root::Entries;
use crate::instance::worker::zone::Zone;

/// The property that identifies a worker.
const PROCESS: [&str; 2] = ["ngx", "pid"];

thread_local! {
    /// The entries of this worker.
    pub static ENTRIES: RefCell<Entries> = RefCell::default();
    /// True once a request has shown that the host is Kong: a tick cannot ask.
    pub static IS_KONG: Cell<bool> = const { Cell::new(false) };
}

/// The zone for shared data.
pub(super) struct SharedData;

impl Zone for SharedData {
    fn process(&self) -> String {
        abi::property(&PROCESS).and_then(|process| String::from_utf8(process).ok()).unwrap_or_default()
    }

    fn read(&self, name: &str) -> Option<Vec<u8>> {
        abi::shared_data(name)
    }

    fn write(&self, name: &str, kept: Option<&[u8]>) {
        abi::set_shared_data(name, kept);
    }
}

/// Logs at the level that Kong shows by default.
pub(super) fn warn(line: Option<String>) {
    if let Some(line) = line {
        log::warn!("{line}");
    }
}

pub(super) fn time_of_day(now: std::time::SystemTime) -> TimeOfDay {
    let since = now.duration_since(UNIX_EPOCH).ok();
    TimeOfDay(since.and_then(|since| u64::try_from(since.as_millis()).ok()).unwrap_or_default())
}
