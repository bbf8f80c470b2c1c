//! The callbacks of a filter, and what Kong allows in each.

use std::fmt;

/// A callback of the filter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Step {
    /// Instantiation, `on_context_create`, `on_vm_start`, and everything else that no other step names.
    Start,
    Configure,
    RequestHeaders,
    RequestBody,
    ResponseHeaders,
    ResponseBody,
    /// `on_done`, `on_log` and the deletion of the context.
    Log,
    Tick,
    CallResponse,
}

impl Step {
    /// The step that Kong's Lua enters for the same request, in the same turn: only there is `kong.*` sound. In the steps
    /// of the response the coroutine that ran last may be any timer's (a worker crashed every three seconds of traffic).
    pub(crate) fn may_read_kong_properties(self) -> bool {
        self == Self::RequestHeaders
    }

    pub(crate) fn may_dispatch(self) -> bool {
        matches!(self, Self::RequestHeaders | Self::RequestBody | Self::Tick | Self::CallResponse)
    }

    pub(crate) fn may_read_request_body(self) -> bool {
        matches!(self, Self::RequestHeaders | Self::RequestBody | Self::Log)
    }

    pub(crate) fn may_write_request_body(self) -> bool {
        matches!(self, Self::RequestHeaders | Self::RequestBody)
    }

    pub(crate) fn may_write_request_headers(self) -> bool {
        matches!(self, Self::RequestHeaders | Self::RequestBody)
    }

    pub(crate) fn may_write_response_headers(self) -> bool {
        matches!(self, Self::RequestHeaders | Self::RequestBody | Self::ResponseHeaders)
    }

    pub(crate) fn is_of_request(self) -> bool {
        matches!(self, Self::RequestHeaders | Self::RequestBody)
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Start => "on_vm_start",
            Self::Configure => "on_configure",
            Self::RequestHeaders => "on_http_request_headers",
            Self::RequestBody => "on_http_request_body",
            Self::ResponseHeaders => "on_http_response_headers",
            Self::ResponseBody => "on_http_response_body",
            Self::Log => "on_log",
            Self::Tick => "on_tick",
            Self::CallResponse => "on_http_call_response",
        })
    }
}
