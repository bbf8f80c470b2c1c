//! Little filters in WebAssembly text, for the tests of the host itself.

use kong_host::Filter;

/// Imports, memory, an allocator, and the calls that the little filters make; `$read` and `$write` are right.
const PRELUDE: &str = r#"
  (import "env" "proxy_get_buffer_bytes" (func $get (param i32 i32 i32 i32 i32) (result i32)))
  (import "env" "proxy_set_buffer_bytes" (func $set (param i32 i32 i32 i32 i32) (result i32)))
  (import "env" "proxy_remove_header_map_value" (func $remove (param i32 i32 i32) (result i32)))
  (import "env" "proxy_replace_header_map_value" (func $replace (param i32 i32 i32 i32 i32) (result i32)))
  (import "env" "proxy_get_property" (func $property (param i32 i32 i32 i32) (result i32)))
  (import "env" "proxy_set_property" (func $set_property (param i32 i32 i32 i32) (result i32)))
  (import "env" "proxy_http_call"
    (func $call (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32) (result i32)))
  (import "env" "proxy_send_local_response"
    (func $respond (param i32 i32 i32 i32 i32 i32 i32 i32) (result i32)))
  (import "env" "proxy_continue_stream" (func $resume (param i32) (result i32)))
  (import "env" "proxy_set_tick_period_milliseconds" (func $tick (param i32) (result i32)))
  (import "env" "proxy_get_log_level" (func $log_level (param i32) (result i32)))
  (import "env" "proxy_get_shared_data" (func $shared_data (param i32 i32 i32 i32 i32) (result i32)))
  (import "env" "proxy_define_metric" (func $define (param i32 i32 i32 i32) (result i32)))
  (import "env" "proxy_record_metric" (func $record (param i32 i64) (result i32)))
  (memory (export "memory") 64)
  (global $free (mut i32) (i32.const 1048576))
  (func (export "proxy_abi_version_0_2_1"))
  (func (export "proxy_on_memory_allocate") (param $size i32) (result i32)
    global.get $free
    (global.set $free (i32.add (global.get $free) (local.get $size))))
  (func $read (param $buffer i32)
    (drop (call $get (local.get $buffer) (i32.const 0) (i32.const -1) (i32.const 0) (i32.const 4))))
  (func $write (param $buffer i32) (param $at i32) (param $length i32)
    (drop (call $set (local.get $buffer) (i32.const 0) (i32.const -1) (local.get $at) (local.get $length))))
  (func $dispatch (param $headers i32) (param $length i32)
    (drop (call $call
      'sidecar:9001' (local.get $headers) (local.get $length)
      (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 1000) (i32.const 8))))
"#;

/// Headers of a call in the ABI's form, for `$dispatch`.
const CALL: &str = r"'\02\00\00\00\07\00\00\00\03\00\00\00\05\00\00\00\01\00\00\00:method\00GET\00:path\00/\00'";

/// The same without `:path`.
const CALL_WITHOUT_PATH: &str = r"'\01\00\00\00\07\00\00\00\03\00\00\00:method\00GET\00'";

/// Compiles a filter. A text in single quotes stands for its address and its length.
pub(crate) fn filter(functions: &str) -> Result<Filter, kong_host::Error> {
    let source =
        format!("{PRELUDE}{functions}").replace("{CALL}", CALL).replace("{CALL_WITHOUT_PATH}", CALL_WITHOUT_PATH);
    let mut code = String::new();
    let mut data = String::new();
    for (index, part) in source.split('\'').enumerate() {
        if index % 2 == 0 {
            code.push_str(part);
            continue;
        }
        let (at, length) = (1024 + 256 * index, length(part));
        code.push_str(&format!("(i32.const {at}) (i32.const {length})"));
        data.push_str(&format!("(data (i32.const {at}) \"{part}\")\n"));
    }
    Filter::from_bytes(&wat::parse_str(format!("(module {code}\n{data})")).expect("the filter's text is right"))
}

/// Bytes of a text with `\hh` escapes.
fn length(text: &str) -> usize {
    text.len() - 2 * text.matches('\\').count()
}
