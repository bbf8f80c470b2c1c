//! The host calls of Proxy-Wasm 0.2.1 as Kong answers them. An `Err` is a trap.
//!
//! What is a question of memory stands here; what is a question of HTTP stands in `exchange`, `sidecar` and `worker`.

mod body;
mod call;
mod header;
mod other;

use wasmtime::{Caller, Error, Linker, Memory};

use crate::world::Shared;

const MODULE: &str = "env";

/// What Kong knows of; a module that imports more is not loaded.
pub(crate) const NAMES: &[&str] = &[
    "proxy_add_header_map_value",
    "proxy_call_foreign_function",
    "proxy_close_stream",
    "proxy_continue_stream",
    "proxy_define_metric",
    "proxy_dequeue_shared_queue",
    "proxy_done",
    "proxy_enqueue_shared_queue",
    "proxy_get_buffer_bytes",
    "proxy_get_current_time_nanoseconds",
    "proxy_get_header_map_pairs",
    "proxy_get_header_map_value",
    "proxy_get_log_level",
    "proxy_get_metric",
    "proxy_get_property",
    "proxy_get_shared_data",
    "proxy_get_status",
    "proxy_grpc_call",
    "proxy_grpc_cancel",
    "proxy_grpc_close",
    "proxy_grpc_send",
    "proxy_grpc_stream",
    "proxy_http_call",
    "proxy_increment_metric",
    "proxy_log",
    "proxy_record_metric",
    "proxy_register_shared_queue",
    "proxy_remove_header_map_value",
    "proxy_replace_header_map_value",
    "proxy_resolve_shared_queue",
    "proxy_send_local_response",
    "proxy_set_buffer_bytes",
    "proxy_set_effective_context",
    "proxy_set_header_map_pairs",
    "proxy_set_property",
    "proxy_set_shared_data",
    "proxy_set_tick_period_milliseconds",
];

/// The exports that may allocate the filter's memory.
pub(crate) const ALLOCATORS: [&str; 2] = ["proxy_on_memory_allocate", "malloc"];

pub(crate) type Host<'a> = Caller<'a, Shared>;

/// The statuses that Kong gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(i32)]
pub(crate) enum Status {
    Ok = 0,
    NotFound = 1,
    BadArgument = 2,
    CasMismatch = 8,
    InternalFailure = 10,
}

pub(crate) fn link(linker: &mut Linker<Shared>) -> Result<(), Error> {
    header::link(linker)?;
    body::link(linker)?;
    call::link(linker)?;
    other::link(linker)
}

/// The beginning of every host call: where a test asked for a trap, it is sprung.
pub(crate) fn check_in(host: &Host<'_>) -> Result<(), Error> {
    let mut world = host.data().borrow_mut();
    if world.trap_in == Some(world.step) {
        world.trap_in = None;
        return Err(Error::msg("a trap that the test asked for"));
    }
    Ok(())
}

/// The filter's bytes at an address.
pub(crate) fn bytes(host: &mut Host<'_>, at: u32, length: u32) -> Result<Vec<u8>, Error> {
    let (at, length) = (usize::try_from(at)?, usize::try_from(length)?);
    let memory = memory(host)?;
    let range = at..at.saturating_add(length);
    memory.data(&*host).get(range).map(<[u8]>::to_vec).ok_or_else(out_of_memory_bounds)
}

pub(crate) fn text(host: &mut Host<'_>, at: u32, length: u32) -> Result<String, Error> {
    Ok(String::from_utf8_lossy(&bytes(host, at, length)?).into_owned())
}

/// Writes into the filter's memory.
pub(crate) fn put(host: &mut Host<'_>, at: u32, data: &[u8]) -> Result<(), Error> {
    let at = usize::try_from(at)?;
    let memory = memory(host)?;
    let range = at..at.saturating_add(data.len());
    memory.data_mut(host).get_mut(range).ok_or_else(out_of_memory_bounds)?.copy_from_slice(data);
    Ok(())
}

/// Gives bytes to the filter in memory that its own allocator makes, and says where and how many.
pub(crate) fn give(host: &mut Host<'_>, data: &[u8], address: u32, size: u32) -> Result<Status, Error> {
    let length = u32::try_from(data.len())?;
    let allocator = ALLOCATORS
        .into_iter()
        .find_map(|name| host.get_export(name).and_then(wasmtime::Extern::into_func))
        .ok_or_else(|| Error::msg("the filter has no allocator"))?;
    let at = allocator.typed::<u32, u32>(&*host)?.call(&mut *host, length)?;
    if at == 0 {
        return Ok(Status::InternalFailure);
    }
    put(host, at, data)?;
    put(host, address, &at.to_le_bytes())?;
    put(host, size, &length.to_le_bytes())?;
    Ok(Status::Ok)
}

fn memory(host: &mut Host<'_>) -> Result<Memory, Error> {
    host.get_export("memory")
        .and_then(wasmtime::Extern::into_memory)
        .ok_or_else(|| Error::msg("the filter exports no memory"))
}

fn out_of_memory_bounds() -> Error {
    Error::msg("an address outside of the filter's memory")
}
