//! Buffers: bodies, the configuration, the answer to a call.

use wasmtime::{Error, Linker};

use super::{Host, MODULE, Status, bytes, check_in, give};
use crate::fault::Fault;
use crate::sidecar::ReplyBody;
use crate::step::Step;
use crate::world::{Active, Shared, World};

const REQUEST_BODY: u32 = 0;
const RESPONSE_BODY: u32 = 1;
const CALL_RESPONSE_BODY: u32 = 4;
const VM_CONFIGURATION: u32 = 6;
const PLUGIN_CONFIGURATION: u32 = 7;

pub(super) fn link(linker: &mut Linker<Shared>) -> Result<(), Error> {
    linker.func_wrap(
        MODULE,
        "proxy_get_buffer_bytes",
        |mut host: Host<'_>, buffer: u32, start: u32, size: u32, address: u32, length: u32| {
            check_in(&host)?;
            let found = read(&mut host.data().borrow_mut(), buffer, start, size)?;
            match found {
                Found::Bytes(found) if found.is_empty() => Ok(Status::Ok as i32),
                Found::Bytes(found) => give(&mut host, &found, address, length).map(|status| status as i32),
                Found::Status(status) => Ok(status as i32),
            }
        },
    )?;
    linker.func_wrap(
        MODULE,
        "proxy_set_buffer_bytes",
        |mut host: Host<'_>, buffer: u32, start: u32, size: u32, at: u32, length: u32| {
            check_in(&host)?;
            let new = bytes(&mut host, at, length)?;
            write(&mut host.data().borrow_mut(), buffer, usize::try_from(start)?, usize::try_from(size)?, &new)
                .map(|status| status as i32)
        },
    )?;
    Ok(())
}

enum Found {
    Bytes(Vec<u8>),
    Status(Status),
}

fn read(world: &mut World, buffer: u32, start: u32, size: u32) -> Result<Found, Error> {
    let step = world.step;
    let found = match buffer {
        PLUGIN_CONFIGURATION => Found::Bytes(world.root().map(|root| root.configuration.clone()).unwrap_or_default()),
        VM_CONFIGURATION => Found::Bytes(Vec::new()),
        REQUEST_BODY if step.may_read_request_body() => match world.exchange() {
            // In the headers step nothing has been read yet; what is in a file cannot be.
            Some(exchange) if exchange.body.received && !exchange.body.spilled => {
                Found::Bytes(exchange.body.bytes.clone())
            }
            _ => Found::Status(Status::NotFound),
        },
        REQUEST_BODY => return Err(Error::msg("can only get request body during \"on_request_body\", \"on_log\"")),
        RESPONSE_BODY if step == Step::ResponseBody => {
            match world.exchange().and_then(|exchange| exchange.response.as_ref()?.chunk.clone()) {
                Some(chunk) => Found::Bytes(chunk),
                None => Found::Status(Status::NotFound),
            }
        }
        RESPONSE_BODY => return Err(Error::msg("can only get response body during \"on_response_body\"")),
        CALL_RESPONSE_BODY if step == Step::CallResponse => match world.arrived.as_ref().map(|arrived| &arrived.body) {
            Some(ReplyBody::Whole(body)) => Found::Bytes(body.clone()),
            Some(ReplyBody::Truncated { .. }) => Found::Status(Status::BadArgument),
            Some(ReplyBody::Absent) | None => Found::Status(Status::NotFound),
        },
        CALL_RESPONSE_BODY => {
            return Err(Error::msg("can only get dispatch response body during \"on_http_dispatch_response\""));
        }
        _ => Found::Status(Status::BadArgument),
    };
    Ok(match found {
        Found::Bytes(found) => Found::Bytes(part(world, found, start, size)),
        status @ Found::Status(_) => status,
    })
}

/// Kong copies from the beginning whatever the offset is.
fn part(world: &mut World, mut found: Vec<u8>, start: u32, size: u32) -> Vec<u8> {
    let size = usize::try_from(size).unwrap_or(usize::MAX);
    if start != 0 || size < found.len() {
        let step = world.step;
        world.fault(Fault::BodyReadInPart { step });
    }
    found.truncate(size);
    found
}

fn write(world: &mut World, buffer: u32, start: usize, size: usize, new: &[u8]) -> Result<Status, Error> {
    let step = world.step;
    let Active::Http { .. } = world.active else {
        return Err(Error::msg("can only set a body in the context of a request"));
    };
    let faults = match buffer {
        REQUEST_BODY if step.may_write_request_body() => {
            hold(world, new.len());
            world.exchange_mut().map(|exchange| {
                let mut faults = exchange.body.write(start, size, new, step);
                if exchange.body.dispatched_in_body_step {
                    let announced = exchange.body.length_in_headers.unwrap_or_default();
                    let sent = exchange.body.bytes.len();
                    faults.push(Fault::StaleContentLength { announced, sent });
                    exchange.body.length = exchange.body.length_in_headers;
                }
                faults
            })
        }
        REQUEST_BODY => return Err(Error::msg("can only set request body during \"on_request_body\"")),
        RESPONSE_BODY if step == Step::ResponseBody => world
            .exchange_mut()
            .and_then(|exchange| exchange.response.as_mut())
            .map(|response| response.write(start, size, new, step)),
        RESPONSE_BODY => return Err(Error::msg("can only set response body during \"on_response_body\"")),
        _ => return Ok(Status::BadArgument),
    };
    for fault in faults.unwrap_or_default() {
        world.fault(fault);
    }
    Ok(Status::Ok)
}

/// A replaced body stays in memory until the client's connection closes.
fn hold(world: &mut World, bytes: usize) {
    let Some(connection) = world.exchange().map(|exchange| exchange.request.connection) else {
        return;
    };
    if let Some(connection) = world.connections.get_mut(&connection) {
        connection.held = connection.held.saturating_add(bytes);
    }
}
