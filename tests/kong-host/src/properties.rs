//! The properties that Kong answers, and the steps in which it may be asked.

use crate::exchange::Exchange;
use crate::step::Step;

/// What a property access leads to.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Access {
    Value(Vec<u8>),
    Done,
    Absent,
    Trap(&'static str),
}

/// The answer and whether the access could have crashed the worker.
pub(crate) struct Answer {
    pub(crate) access: Access,
    pub(crate) out_of_step: bool,
}

/// `exchange` is absent in root contexts.
pub(crate) fn read(path: &str, step: Step, exchange: Option<&Exchange>, route: &str) -> Answer {
    let out_of_step = is_kong(path) && !step.may_read_kong_properties();
    let access = match exchange {
        Some(exchange) => read_of(path, exchange, route),
        None => Access::Absent,
    };
    Answer { access, out_of_step }
}

fn read_of(path: &str, exchange: &Exchange, route: &str) -> Access {
    if let Some(name) = path.strip_prefix("kong.ctx.shared.") {
        return exchange.shared.get(name).map_or(Access::Absent, |value| Access::Value(value.clone()));
    }
    if let Some(value) = exchange.variables.get(path) {
        return Access::Value(value.clone());
    }
    let request = &exchange.request;
    let text = match path {
        "kong.version" => "3.9.1".to_owned(),
        "kong.node.id" => "00000000-0000-4000-8000-000000000000".to_owned(),
        "kong.client.protocol" => "http".to_owned(),
        "kong.route_name" => route.to_owned(),
        "kong.service_name" => "anthropic".to_owned(),
        "kong.request.forwarded_host" => "gateway".to_owned(),
        "kong.service.response.status" => match &exchange.response {
            Some(response) => response.status.to_string(),
            None => return Access::Absent,
        },
        // The getter calls a function that does not exist.
        "kong.response.source" => return Access::Trap("could not get \"kong.response.source\""),
        "ngx.nginx_version" => "1.25.3".to_owned(),
        "ngx.kong_request_id" => format!("{:032x}", exchange.id.0),
        "ngx.connection" | "connection.id" => request.connection.to_string(),
        "ngx.connection_requests" => exchange.nth_on_connection.to_string(),
        "request.method" | "ngx.request_method" => request.method.clone(),
        "request.path" | "ngx.request_uri" => request.path.clone(),
        "request.url_path" | "ngx.uri" => request.path.split('?').next().unwrap_or_default().to_owned(),
        "request.scheme" | "ngx.scheme" => "http".to_owned(),
        _ => return Access::Absent,
    };
    Access::Value(text.into_bytes())
}

pub(crate) fn write(path: &str, value: &[u8], step: Step, exchange: Option<&mut Exchange>) -> Answer {
    let out_of_step = is_kong(path) && !step.may_read_kong_properties();
    let access = match (path.strip_prefix("kong.ctx.shared."), exchange) {
        (Some(name), Some(exchange)) => {
            exchange.shared.insert(name.to_owned(), value.to_vec());
            Access::Done
        }
        (None, Some(exchange)) if exchange.variables.contains_key(path) => {
            exchange.variables.insert(path.to_owned(), value.to_vec());
            Access::Done
        }
        (None, Some(_)) if is_kong(path) => Access::Trap("could not set an unknown kong.* property"),
        _ => Access::Absent,
    };
    Answer { access, out_of_step }
}

fn is_kong(path: &str) -> bool {
    path.starts_with("kong.")
}
