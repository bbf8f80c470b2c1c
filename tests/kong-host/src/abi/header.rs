//! Header maps. Requests: removal has no effect upstream. Responses: everything works, in time.

use wasmtime::{Error, Linker};

use super::{Host, MODULE, Status, bytes, check_in, give, text};
use crate::exchange::Exchange;
use crate::fault::Fault;
use crate::headers::Headers;
use crate::step::Step;
use crate::world::Shared;

const REQUEST: u32 = 0;
const RESPONSE: u32 = 2;
const CALL_RESPONSE: u32 = 6;

pub(super) fn link(linker: &mut Linker<Shared>) -> Result<(), Error> {
    linker.func_wrap(
        MODULE,
        "proxy_get_header_map_pairs",
        |mut host: Host<'_>, map: u32, address: u32, size: u32| {
            check_in(&host)?;
            let Some((pseudo, headers)) = read_map(&host, map) else {
                return Ok(Status::BadArgument as i32);
            };
            give(&mut host, &headers.to_wire(&pseudo), address, size).map(|status| status as i32)
        },
    )?;
    linker.func_wrap(
        MODULE,
        "proxy_get_header_map_value",
        |mut host: Host<'_>, map: u32, name: u32, length: u32, address: u32, size: u32| {
            check_in(&host)?;
            let name = text(&mut host, name, length)?;
            let Some(value) = read_value(&host, map, &name) else {
                return Ok(Status::NotFound as i32);
            };
            give(&mut host, &value, address, size).map(|status| status as i32)
        },
    )?;
    linker.func_wrap(
        MODULE,
        "proxy_add_header_map_value",
        |mut host: Host<'_>, map: u32, name: u32, length: u32, value: u32, size: u32| {
            let (name, value) = (text(&mut host, name, length)?, bytes(&mut host, value, size)?);
            change(&host, map, &Change::Add(&name, &value))
        },
    )?;
    linker.func_wrap(
        MODULE,
        "proxy_replace_header_map_value",
        |mut host: Host<'_>, map: u32, name: u32, length: u32, value: u32, size: u32| {
            let (name, value) = (text(&mut host, name, length)?, bytes(&mut host, value, size)?);
            change(&host, map, &Change::Replace(&name, &value))
        },
    )?;
    linker.func_wrap(
        MODULE,
        "proxy_remove_header_map_value",
        |mut host: Host<'_>, map: u32, name: u32, length: u32| {
            let name = text(&mut host, name, length)?;
            change(&host, map, &Change::Remove(&name))
        },
    )?;
    linker.func_wrap(MODULE, "proxy_set_header_map_pairs", |mut host: Host<'_>, map: u32, at: u32, size: u32| {
        let wire = bytes(&mut host, at, size)?;
        match Headers::from_wire(&wire) {
            Some(headers) => change(&host, map, &Change::All(headers)),
            None => Ok(Status::InternalFailure as i32),
        }
    })?;
    Ok(())
}

type Pseudo = Vec<(&'static str, String)>;

fn read_map(host: &Host<'_>, map: u32) -> Option<(Pseudo, Headers)> {
    let world = host.data().borrow();
    match map {
        REQUEST => world.exchange().map(|exchange| (request_pseudo(exchange), exchange.headers.clone())),
        RESPONSE => {
            let response = world.exchange()?.response.as_ref()?;
            Some((vec![(":status", response.status.to_string())], response.headers.clone()))
        }
        CALL_RESPONSE if world.step == Step::CallResponse => {
            let arrived = world.arrived.as_ref()?;
            Some((arrived.pseudo.clone(), arrived.headers.clone()))
        }
        _ => None,
    }
}

fn read_value(host: &Host<'_>, map: u32, name: &str) -> Option<Vec<u8>> {
    let (pseudo, headers) = read_map(host, map)?;
    if let Some((_, value)) = pseudo.into_iter().find(|(known, _)| *known == name) {
        return Some(value.into_bytes());
    }
    headers.get_even_removed(name).map(<[u8]>::to_vec)
}

fn request_pseudo(exchange: &Exchange) -> Pseudo {
    vec![
        (":path", exchange.request.path.clone()),
        (":method", exchange.request.method.clone()),
        (":scheme", "http".to_owned()),
        (":authority", "kong:8000".to_owned()),
    ]
}

enum Change<'a> {
    Add(&'a str, &'a [u8]),
    Replace(&'a str, &'a [u8]),
    Remove(&'a str),
    All(Headers),
}

fn change(host: &Host<'_>, map: u32, change: &Change<'_>) -> Result<i32, Error> {
    check_in(host)?;
    let mut world = host.data().borrow_mut();
    let step = world.step;
    let allowed = match map {
        REQUEST => step.may_write_request_headers(),
        RESPONSE => step.may_write_response_headers(),
        _ => return Ok(Status::BadArgument as i32),
    };
    let Some(exchange) = world.exchange_mut().filter(|_| allowed) else {
        return Err(Error::msg(if map == REQUEST {
            "can only set request headers before response is produced"
        } else {
            "can only set response headers before \"on_response_body\""
        }));
    };
    if map == REQUEST {
        change_request(exchange, change);
    } else {
        apply(&mut exchange.response.get_or_insert_default().headers, change);
    }
    Ok(Status::Ok as i32)
}

fn change_request(exchange: &mut Exchange, change: &Change<'_>) {
    let names: Vec<String> = match change {
        Change::Add(name, _) | Change::Replace(name, _) | Change::Remove(name) => vec![(*name).to_owned()],
        Change::All(_) => exchange.headers.iter().map(|(name, _)| name.to_owned()).collect(),
    };
    if let Some(old) = exchange.headers.text("content-length").map(str::to_owned)
        && names.iter().any(|name| name.eq_ignore_ascii_case("content-length"))
    {
        exchange.body.touched_length = Some(old);
    }
    match change {
        Change::Remove(_) | Change::All(_) => {
            for name in names {
                if exchange.headers.mark_removed(&name) && !name.eq_ignore_ascii_case("content-length") {
                    exchange.faults.push(Fault::RequestHeaderNotRemoved { name });
                }
            }
            if let Change::All(new) = change {
                for (name, value) in new.iter() {
                    exchange.headers.add(name, value);
                }
            }
        }
        _ => apply(&mut exchange.headers, change),
    }
}

fn apply(headers: &mut Headers, change: &Change<'_>) {
    match change {
        Change::Add(name, value) => headers.add(name, *value),
        Change::Replace(name, value) => headers.set(name, *value),
        Change::Remove(name) => headers.drop(name),
        Change::All(new) => *headers = new.clone(),
    }
}
