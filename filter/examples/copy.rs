//! A filter that reads each body and writes it back: what a host takes for one that alters bodies, whatever it does with
//! them. `make bench` measures aws-masker beside it.

#![cfg(target_family = "wasm")]

use proxy_wasm::traits::{Context, HttpContext, RootContext};
use proxy_wasm::types::{Action, ContextType, LogLevel};

proxy_wasm::main! {{
    proxy_wasm::set_log_level(LogLevel::Warn);
    proxy_wasm::set_root_context(|_| Box::new(Copy));
}}

struct Copy;

impl Context for Copy {}

impl RootContext for Copy {
    fn on_configure(&mut self, _size: usize) -> bool {
        true
    }

    fn create_http_context(&self, _id: u32) -> Option<Box<dyn HttpContext>> {
        Some(Box::new(Self))
    }

    fn get_type(&self) -> Option<ContextType> {
        Some(ContextType::HttpContext)
    }
}

impl HttpContext for Copy {
    fn on_http_request_headers(&mut self, _count: usize, ends: bool) -> Action {
        // Kong sends two lengths if it is removed, and Envoy needs just that.
        let is_kong = self.get_property(vec!["ngx", "nginx_version"]).is_some();
        if !ends && !is_kong {
            self.set_http_request_header("content-length", None);
        }
        Action::Continue
    }

    fn on_http_request_body(&mut self, size: usize, ends: bool) -> Action {
        if !ends {
            return Action::Pause;
        }
        if let Some(body) = self.get_http_request_body(0, size).filter(|body| !body.is_empty()) {
            self.set_http_request_body(0, usize::MAX, &body);
        }
        Action::Continue
    }

    fn on_http_response_headers(&mut self, _count: usize, _ends: bool) -> Action {
        self.set_http_response_header("content-length", None);
        Action::Continue
    }

    fn on_http_response_body(&mut self, size: usize, _ends: bool) -> Action {
        if let Some(body) = self.get_http_response_body(0, size).filter(|body| !body.is_empty()) {
            self.set_http_response_body(0, usize::MAX, &body);
        }
        Action::Continue
    }
}
