//! Calls of the Proxy-Wasm ABI 0.2.1. The SDK's own versions of them panic on a status that they do not expect, for
//! example on the body of a truncated answer of the sidecar. A panic ends the exchanges of all neighbours too; here a
//! status other than "ok" is `None` or `false`.
#![allow(unsafe_code, reason = "calls of the host, with pointers as the ABI defines them")]

/// The buffers of the ABI.
#[derive(Clone, Copy)]
#[repr(u32)]
pub(super) enum Buffer {
    RequestBody = 0,
    ResponseBody = 1,
    CallResponseBody = 4,
    Configuration = 7,
}

/// The header maps of the ABI.
#[derive(Clone, Copy)]
#[repr(u32)]
pub(super) enum Map {
    Request = 0,
    Response = 2,
    CallResponse = 6,
}

#[link(wasm_import_module = "env")]
unsafe extern "C" {
    fn proxy_get_buffer_bytes(buffer: Buffer, start: usize, max: usize, data: *mut *mut u8, size: *mut usize) -> u32;
    fn proxy_set_buffer_bytes(buffer: Buffer, start: usize, size: usize, data: *const u8, len: usize) -> u32;
    fn proxy_get_header_map_pairs(map: Map, data: *mut *mut u8, size: *mut usize) -> u32;
    fn proxy_get_header_map_value(
        map: Map,
        name: *const u8,
        name_len: usize,
        data: *mut *mut u8,
        size: *mut usize,
    ) -> u32;
    fn proxy_replace_header_map_value(
        map: Map,
        name: *const u8,
        name_len: usize,
        value: *const u8,
        value_len: usize,
    ) -> u32;
    fn proxy_remove_header_map_value(map: Map, name: *const u8, name_len: usize) -> u32;
    fn proxy_define_metric(kind: u32, name: *const u8, name_len: usize, id: *mut u32) -> u32;
    fn proxy_increment_metric(id: u32, by: i64) -> u32;
    fn proxy_get_property(path: *const u8, path_len: usize, data: *mut *mut u8, size: *mut usize) -> u32;
    fn proxy_set_property(path: *const u8, path_len: usize, value: *const u8, value_len: usize) -> u32;
    fn proxy_get_shared_data(
        name: *const u8,
        name_len: usize,
        data: *mut *mut u8,
        size: *mut usize,
        version: *mut u32,
    ) -> u32;
    fn proxy_set_shared_data(name: *const u8, name_len: usize, value: *const u8, value_len: usize, version: u32)
    -> u32;
}

/// The whole buffer; `None` if the host cannot show it.
pub(super) fn read(buffer: Buffer) -> Option<Vec<u8>> {
    // SAFETY: the pointers are valid for the length of the call.
    given(|data, size| unsafe { proxy_get_buffer_bytes(buffer, 0, usize::MAX, data, size) })
}

/// Replaces the whole buffer: with any other size Kong would cut what is written. Returns whether the host did.
pub(super) fn write(buffer: Buffer, bytes: &[u8]) -> bool {
    // SAFETY: the host reads `len` bytes at `data`, which the slice holds for the length of the call.
    unsafe { proxy_set_buffer_bytes(buffer, 0, usize::MAX, bytes.as_ptr(), bytes.len()) == 0 }
}

/// A header as text; invalid bytes are replaced.
pub(super) fn header(map: Map, name: &str) -> Option<String> {
    // SAFETY: the pointers are valid for the length of the call.
    let value = given(|data, size| unsafe { proxy_get_header_map_value(map, name.as_ptr(), name.len(), data, size) });
    value.map(|value| String::from_utf8_lossy(&value).into_owned())
}

/// All headers in the order in which they came, as the ABI writes them; `None` if the host cannot show them.
pub(super) fn headers(map: Map) -> Option<Vec<u8>> {
    // SAFETY: the pointers are valid for the length of the call.
    given(|data, size| unsafe { proxy_get_header_map_pairs(map, data, size) })
}

/// Sets a header, replacing all of that name.
pub(super) fn set_header(map: Map, name: &str, value: &str) {
    // SAFETY: the pointers are valid for the length of the call. A header that the host does not accept is left out.
    let _ = unsafe { proxy_replace_header_map_value(map, name.as_ptr(), name.len(), value.as_ptr(), value.len()) };
}

pub(super) fn remove_header(map: Map, name: &str) {
    // SAFETY: the pointers are valid for the length of the call.
    let _ = unsafe { proxy_remove_header_map_value(map, name.as_ptr(), name.len()) };
}

pub(super) fn property(path: &[&str]) -> Option<Vec<u8>> {
    let path = path.join("\0");
    // SAFETY: the pointers are valid for the length of the call.
    given(|data, size| unsafe { proxy_get_property(path.as_ptr(), path.len(), data, size) })
}

/// Returns whether the host accepted it.
pub(super) fn set_property(path: &[&str], value: &[u8]) -> bool {
    let path = path.join("\0");
    // SAFETY: the pointers are valid for the length of the call.
    unsafe { proxy_set_property(path.as_ptr(), path.len(), value.as_ptr(), value.len()) == 0 }
}

/// The host's number for a counter of this name, which may exist; `None` if the host has no room for another one.
pub(super) fn define_counter(name: &str) -> Option<u32> {
    const COUNTER: u32 = 0;
    let mut id = 0;
    // SAFETY: the pointers are valid for the length of the call.
    let status = unsafe { proxy_define_metric(COUNTER, name.as_ptr(), name.len(), &raw mut id) };
    (status == 0).then_some(id)
}

/// Adds to a counter that the host has numbered.
pub(super) fn increment(counter: u32, by: i64) {
    // SAFETY: the call takes numbers only. What the host does not count is not counted.
    let _ = unsafe { proxy_increment_metric(counter, by) };
}

/// The data that any instance has stored under the name. Kong traps if it has no zone for it, and finds data by a
/// checksum of the name.
pub(super) fn shared_data(name: &str) -> Option<Vec<u8>> {
    versioned(name).0
}

/// Stores data in place of any that was there; `None` removes it. Of two writes at the same time one is accepted.
pub(super) fn set_shared_data(name: &str, value: Option<&[u8]>) {
    // Kong overwrites a version only if that is named, and takes a null pointer as the request to delete.
    let (_, version) = versioned(name);
    let (data, len) = value.map_or((std::ptr::null(), 0), |value| (value.as_ptr(), value.len()));
    // SAFETY: the pointers are valid for the length of the call. Data that the host does not accept is lost, or
    // requested again.
    let _ = unsafe { proxy_set_shared_data(name.as_ptr(), name.len(), data, len, version) };
}

fn versioned(name: &str) -> (Option<Vec<u8>>, u32) {
    let mut version = 0;
    let value = given(|data, size| {
        // SAFETY: the pointers are valid for the length of the call.
        unsafe { proxy_get_shared_data(name.as_ptr(), name.len(), data, size, &raw mut version) }
    });
    (value, version)
}

/// Takes the result of a call: nothing, or bytes in memory that the host got from `proxy_on_memory_allocate`.
fn given(call: impl FnOnce(*mut *mut u8, *mut usize) -> u32) -> Option<Vec<u8>> {
    let (mut data, mut size) = (std::ptr::null_mut(), 0);
    if call(&raw mut data, &raw mut size) != 0 || data.is_null() {
        return None;
    }
    // SAFETY: that memory comes from this module's own allocator with a capacity of `size`, and nobody else frees it.
    Some(unsafe { Vec::from_raw_parts(data, size, size) })
}
