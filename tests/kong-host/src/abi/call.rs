//! Calls to other services, and responses of the filter's own.

use std::net::IpAddr;
use std::time::Duration;

use wasmtime::{Error, Linker};

use super::{Host, MODULE, Status, bytes, check_in, put, text};
use crate::exchange::LocalResponse;
use crate::fault::Fault;
use crate::headers::Headers;
use crate::sidecar::{Call, Caller};
use crate::step::Step;
use crate::world::{Active, Shared, World};

pub(super) fn link(linker: &mut Linker<Shared>) -> Result<(), Error> {
    linker.func_wrap(MODULE, "proxy_http_call", http_call)?;
    linker.func_wrap(MODULE, "proxy_send_local_response", send_local_response)?;
    linker.func_wrap(MODULE, "proxy_continue_stream", |host: Host<'_>, stream: u32| {
        check_in(&host)?;
        // Resuming a request is accepted and changes nothing: Kong resumes it when its last call was answered.
        if stream == 0 { Ok(Status::Ok as i32) } else { Err(Error::msg("NYI - continue stream")) }
    })?;
    Ok(())
}

#[expect(clippy::too_many_arguments, reason = "the ABI's own signature")]
fn http_call(
    mut host: Host<'_>,
    target: u32,
    target_length: u32,
    headers: u32,
    headers_length: u32,
    body: u32,
    body_length: u32,
    _trailers: u32,
    _trailers_length: u32,
    timeout_ms: u32,
    token: u32,
) -> Result<i32, Error> {
    check_in(&host)?;
    let target = text(&mut host, target, target_length)?;
    let headers = Headers::from_wire(&bytes(&mut host, headers, headers_length)?);
    let body = bytes(&mut host, body, body_length)?;
    let timeout = Duration::from_millis(timeout_ms.into());
    let id = dispatch(&mut host.data().borrow_mut(), target, headers.unwrap_or_default(), body, timeout)?;
    put(&mut host, token, &id.to_le_bytes())?;
    Ok(Status::Ok as i32)
}

fn dispatch(
    world: &mut World,
    target: String,
    headers: Headers,
    body: Vec<u8>,
    timeout: Duration,
) -> Result<u32, Error> {
    let step = world.step;
    if !step.may_dispatch() {
        return Err(Error::msg(format!("can only send HTTP dispatch during other steps than {step}")));
    }
    if let (Step::Tick, Active::Root(root)) = (step, world.active)
        && !world.roots.get(root).is_some_and(|root| root.has_ticked)
    {
        // The step is noted in the old root context, and looked up in the new one.
        return Err(Error::msg(
            "can only send HTTP dispatch during on_tick, not in a tick of the timer before this root's",
        ));
    }
    if !is_target(&target) {
        return Err(Error::msg(format!("dispatch failed: no host and port in \"{target}\"")));
    }
    if is_name(&target) {
        world.names_resolved += 1;
        if world.names_resolved == NAMES_MAX {
            world.faults.push(Fault::NamesResolved { target: target.clone() });
        }
    }
    for required in [":method", ":path"] {
        if headers.get(required).is_none() {
            return Err(Error::msg(format!("dispatch failed: no {required}")));
        }
    }
    if step.is_of_request() {
        world.fault(Fault::DispatchedOnRequestPath { step });
        if let Some(exchange) = world.exchange_mut().filter(|_| step == Step::RequestBody) {
            exchange.body.dispatched_in_body_step = true;
        }
    }
    let from = match world.active {
        Active::Root(root) => Caller::Root(root),
        Active::Http { exchange, entry } => Caller::Http { exchange, entry },
    };
    let token = world.next_token;
    world.next_token = token.wrapping_add(1);
    let at_ms = world.clock_ms;
    world.calls.push(Call { token, target, headers, body, timeout, at_ms, from });
    Ok(token)
}

/// Calls to a name that a worker may make: Kong itself ends after some 12,300 of them.
const NAMES_MAX: usize = 300;

fn is_name(target: &str) -> bool {
    let host = target.rsplit_once(':').map_or(target, |(host, _)| host).trim_matches(['[', ']']);
    !target.starts_with("unix:") && host.parse::<IpAddr>().is_err()
}

/// `host:port`, `[v6]:port`, `unix:/path`; a bare host would be called on port 80.
fn is_target(target: &str) -> bool {
    if let Some(path) = target.strip_prefix("unix:") {
        return path.starts_with('/');
    }
    let (name, port) = target.rsplit_once(':').unwrap_or((target, "80"));
    !name.is_empty() && !name.contains(['/', ' ']) && port.parse::<u16>().is_ok_and(|port| port > 0)
}

#[expect(clippy::too_many_arguments, reason = "the ABI's own signature")]
fn send_local_response(
    mut host: Host<'_>,
    status: u32,
    _details: u32,
    _details_length: u32,
    body: u32,
    body_length: u32,
    headers: u32,
    headers_length: u32,
    _grpc_status: i32,
) -> Result<i32, Error> {
    check_in(&host)?;
    let mut body = bytes(&mut host, body, body_length)?;
    let Some(headers) = Headers::from_wire(&bytes(&mut host, headers, headers_length)?) else {
        return Ok(Status::InternalFailure as i32);
    };
    let Ok(status) = u16::try_from(status) else {
        return Ok(Status::BadArgument as i32);
    };
    if !body.is_empty() {
        body.push(b'\n');
    }
    let mut world = host.data().borrow_mut();
    let step = world.step;
    let Some(exchange) = world.exchange_mut() else {
        return Err(Error::msg("no request to respond to"));
    };
    match step {
        Step::ResponseHeaders => {
            let response = exchange.response.get_or_insert_default();
            response.status = status;
            response.replacement = Some(body);
        }
        Step::ResponseBody | Step::Log => return Err(Error::msg("response already sent")),
        _ if exchange.local.is_some() => return Err(Error::msg("local response already stashed")),
        _ => {
            if headers.text("connection").is_some_and(|value| value.to_ascii_lowercase().contains("upgrade")) {
                exchange.faults.push(Fault::SwitchedByAnswer { status });
            }
            exchange.local = Some(LocalResponse { status, headers, body });
            // A response of the filter's own cancels what the context still waited for.
            let id = exchange.id.0;
            world.calls.retain(|call| !matches!(call.from, Caller::Http { exchange, .. } if exchange == id));
        }
    }
    Ok(Status::Ok as i32)
}
