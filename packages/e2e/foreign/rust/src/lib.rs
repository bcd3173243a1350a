//! A plugin of another toolchain: asks a service about every request, counts, rewrites response bodies, and panics on demand.
use proxy_wasm::hostcalls;
use proxy_wasm::traits::{Context, HttpContext, RootContext};
use proxy_wasm::types::{Action, ContextType, LogLevel, MetricType};
use std::time::Duration;

proxy_wasm::main! {{
    proxy_wasm::set_log_level(LogLevel::Info);
    proxy_wasm::set_root_context(|_| Box::new(Root { service: String::new() }));
}}

struct Root {
    service: String,
}

impl Context for Root {}

impl RootContext for Root {
    fn on_configure(&mut self, _size: usize) -> bool {
        let configuration = self.get_plugin_configuration().unwrap_or_default();
        self.service = String::from_utf8(configuration).unwrap_or_default();
        if self.service.is_empty() {
            log("no service is configured");
            return false;
        }
        self.set_tick_period(Duration::from_millis(100));
        true
    }

    fn on_tick(&mut self) {
        let ticks = hostcalls::define_metric(MetricType::Counter, "rust_ticks").unwrap();
        hostcalls::increment_metric(ticks, 1).unwrap();
    }

    fn create_http_context(&self, _id: u32) -> Option<Box<dyn HttpContext>> {
        Some(Box::new(Stream { service: self.service.clone() }))
    }

    fn get_type(&self) -> Option<ContextType> {
        Some(ContextType::HttpContext)
    }
}

struct Stream {
    service: String,
}

impl Context for Stream {
    fn on_http_call_response(&mut self, _token: u32, _headers: usize, size: usize, _trailers: usize) {
        let verdict = self.get_http_call_response_body(0, size).unwrap_or_default();
        if verdict == b"no" {
            self.send_http_response(403, vec![("x-by", "rust")], Some(b"not you"));
        } else {
            let verdict = String::from_utf8_lossy(&verdict).into_owned();
            self.set_http_request_header("x-verdict", Some(&verdict));
            self.resume_http_request();
        }
    }
}

impl HttpContext for Stream {
    fn on_http_request_headers(&mut self, _count: usize, _end: bool) -> Action {
        let path = self.get_http_request_header(":path").unwrap_or_default();
        if path == "/panic" {
            index_out_of_range(&[]);
        }
        let headers = vec![(":method", "GET"), (":path", path.as_str()), (":authority", "auth")];
        match self.dispatch_http_call(&self.service, headers, None, vec![], Duration::from_secs(1)) {
            Ok(_) => Action::Pause,
            Err(status) => {
                log(&format!("the service was not asked: {status:?}"));
                self.send_http_response(500, vec![], None);
                Action::Pause
            }
        }
    }

    fn on_http_response_headers(&mut self, _count: usize, _end: bool) -> Action {
        self.set_http_response_header("content-length", None);
        Action::Continue
    }

    fn on_http_response_body(&mut self, size: usize, end: bool) -> Action {
        if !end {
            return Action::Pause;
        }
        let body = self.get_http_response_body(0, size).unwrap_or_default();
        let shouted = String::from_utf8_lossy(&body).to_uppercase();
        self.set_http_response_body(0, size, shouted.as_bytes());
        Action::Continue
    }

    fn on_log(&mut self) {
        let status = self.get_property(vec!["response", "code"]).unwrap_or_default();
        log(&format!("answered with {}", status.first().copied().unwrap_or(0)));
    }
}

#[inline(never)]
fn index_out_of_range(numbers: &[u8]) -> u8 {
    numbers[std::hint::black_box(1)]
}

fn log(message: &str) {
    hostcalls::log(LogLevel::Info, message).unwrap();
}
