//! The part of WASI preview 1 that Kong offers: clocks, the environment, a random source that is none, the log.

use wasmtime::{Caller, Error, Linker};

use crate::abi::{bytes, check_in, put};
use crate::world::{LogLevel, Shared};

const MODULE: &str = "wasi_snapshot_preview1";

/// What Kong knows of; a module that imports more is not loaded.
pub(crate) const NAMES: &[&str] = &[
    "args_get",
    "args_sizes_get",
    "clock_time_get",
    "environ_get",
    "environ_sizes_get",
    "fd_close",
    "fd_fdstat_get",
    "fd_fdstat_set_flags",
    "fd_prestat_dir_name",
    "fd_prestat_get",
    "fd_read",
    "fd_seek",
    "fd_write",
    "path_open",
    "poll_oneoff",
    "proc_exit",
    "random_get",
    "sched_yield",
];

const SUCCESS: i32 = 0;
const BAD_FILE: i32 = 8;
const NOT_SUPPORTED: i32 = 58;

type Host<'a> = Caller<'a, Shared>;

pub(crate) fn link(linker: &mut Linker<Shared>) -> Result<(), Error> {
    linker.func_wrap(MODULE, "args_get", |_: i32, _: i32| SUCCESS)?;
    linker.func_wrap(MODULE, "args_sizes_get", |mut host: Host<'_>, count: u32, size: u32| {
        put(&mut host, count, &0_u32.to_le_bytes())?;
        put(&mut host, size, &0_u32.to_le_bytes())?;
        Ok::<_, Error>(SUCCESS)
    })?;
    linker.func_wrap(MODULE, "environ_sizes_get", environ_sizes_get)?;
    linker.func_wrap(MODULE, "environ_get", environ_get)?;
    linker.func_wrap(MODULE, "clock_time_get", |mut host: Host<'_>, _: i32, _: i64, time: u32| {
        let nanoseconds = host.data().borrow().clock_ms.saturating_mul(1_000_000);
        put(&mut host, time, &nanoseconds.to_le_bytes())?;
        Ok::<_, Error>(SUCCESS)
    })?;
    linker.func_wrap(MODULE, "random_get", |mut host: Host<'_>, at: u32, length: u32| {
        let world = host.data().clone();
        let random: Vec<u8> = (0..length).map(|_| world.borrow_mut().random_byte()).collect();
        put(&mut host, at, &random)?;
        Ok::<_, Error>(SUCCESS)
    })?;
    linker.func_wrap(MODULE, "sched_yield", || SUCCESS)?;
    linker.func_wrap(MODULE, "proc_exit", |code: i32| -> Result<(), Error> {
        Err(Error::msg(format!("proc_exit({code})")))
    })?;
    linker.func_wrap(MODULE, "fd_write", fd_write)?;
    link_files(linker)
}

/// There are no files.
fn link_files(linker: &mut Linker<Shared>) -> Result<(), Error> {
    linker.func_wrap(MODULE, "fd_close", |_: i32| BAD_FILE)?;
    linker.func_wrap(MODULE, "fd_fdstat_get", |_: i32, _: i32| BAD_FILE)?;
    linker.func_wrap(MODULE, "fd_fdstat_set_flags", |_: i32, _: i32| BAD_FILE)?;
    linker.func_wrap(MODULE, "fd_prestat_get", |_: i32, _: i32| BAD_FILE)?;
    linker.func_wrap(MODULE, "fd_prestat_dir_name", |_: i32, _: i32, _: i32| BAD_FILE)?;
    linker.func_wrap(MODULE, "fd_read", |_: i32, _: i32, _: i32, _: i32| BAD_FILE)?;
    linker.func_wrap(MODULE, "fd_seek", |_: i32, _: i64, _: i32, _: i32| BAD_FILE)?;
    linker.func_wrap(
        MODULE,
        "path_open",
        |_: i32, _: i32, _: i32, _: i32, _: i32, _: i64, _: i64, _: i32, _: i32| NOT_SUPPORTED,
    )?;
    linker.func_wrap(MODULE, "poll_oneoff", |_: i32, _: i32, _: i32, _: i32| NOT_SUPPORTED)?;
    Ok(())
}

fn environ_sizes_get(mut host: Host<'_>, count: u32, size: u32) -> Result<i32, Error> {
    let variables = environment(&host);
    put(&mut host, count, &length(variables.len()))?;
    put(&mut host, size, &length(variables.iter().map(Vec::len).sum()))?;
    Ok(SUCCESS)
}

fn environ_get(mut host: Host<'_>, mut pointers: u32, mut at: u32) -> Result<i32, Error> {
    for variable in environment(&host) {
        put(&mut host, pointers, &at.to_le_bytes())?;
        put(&mut host, at, &variable)?;
        pointers = pointers.saturating_add(4);
        at = at.saturating_add(u32::try_from(variable.len())?);
    }
    Ok(SUCCESS)
}

fn environment(host: &Host<'_>) -> Vec<Vec<u8>> {
    let world = host.data().borrow();
    world.settings.environment.iter().map(|(name, value)| format!("{name}={value}\0").into_bytes()).collect()
}

/// Standard output and standard error go to the log.
fn fd_write(mut host: Host<'_>, file: i32, vectors: u32, count: u32, written: u32) -> Result<i32, Error> {
    check_in(&host)?;
    let level = match file {
        1 => LogLevel::Info,
        2 => LogLevel::Error,
        _ => return Ok(BAD_FILE),
    };
    let mut text = Vec::new();
    for pair in bytes(&mut host, vectors, count.saturating_mul(8))?.as_chunks::<8>().0 {
        let [a, b, c, d, e, f, g, h] = *pair;
        text.extend(bytes(&mut host, u32::from_le_bytes([a, b, c, d]), u32::from_le_bytes([e, f, g, h]))?);
    }
    put(&mut host, written, &length(text.len()))?;
    host.data().borrow_mut().write_log(level, &text);
    Ok(SUCCESS)
}

fn length(number: usize) -> [u8; 4] {
    u32::try_from(number).unwrap_or(u32::MAX).to_le_bytes()
}
