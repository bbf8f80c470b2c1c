//! The log, the clock, ticks, metrics, properties, and everything that Kong does not have.

use wasmtime::{Error, FuncType, Linker, Val, ValType};

use super::{Host, MODULE, Status, bytes, check_in, give, put, text};
use crate::fault::Fault;
use crate::properties::{self, Access, Answer};
use crate::world::{Active, LogLevel, Shared};

pub(super) fn link(linker: &mut Linker<Shared>) -> Result<(), Error> {
    link_basics(linker)?;
    link_metrics(linker)?;
    link_properties(linker)?;
    link_shared_data(linker)?;
    link_absent(linker)
}

fn link_basics(linker: &mut Linker<Shared>) -> Result<(), Error> {
    linker.func_wrap(MODULE, "proxy_log", |mut host: Host<'_>, level: u32, at: u32, length: u32| {
        check_in(&host)?;
        let line = bytes(&mut host, at, length)?;
        let level = match level {
            0 => LogLevel::Trace,
            1 => LogLevel::Debug,
            2 => LogLevel::Info,
            3 => LogLevel::Warn,
            4 => LogLevel::Error,
            _ => LogLevel::Critical,
        };
        host.data().borrow_mut().write_log(level, &line);
        Ok::<_, Error>(Status::Ok as i32)
    })?;
    linker.func_wrap(MODULE, "proxy_get_current_time_nanoseconds", |mut host: Host<'_>, time: u32| {
        check_in(&host)?;
        let nanoseconds = host.data().borrow().clock_ms.saturating_mul(1_000_000);
        put(&mut host, time, &nanoseconds.to_le_bytes())?;
        Ok::<_, Error>(Status::Ok as i32)
    })?;
    linker.func_wrap(MODULE, "proxy_set_effective_context", |_: u32| Status::Ok as i32)?;
    linker.func_wrap(MODULE, "proxy_set_tick_period_milliseconds", |host: Host<'_>, period: u32| {
        check_in(&host)?;
        let mut world = host.data().borrow_mut();
        let Active::Root(index) = world.active else {
            return Err(Error::msg("can only set tick_period in root context"));
        };
        let now = world.clock_ms;
        if let Some(root) = world.roots.get_mut(index) {
            if period > 0 && root.tick_ms > 0 {
                return Err(Error::msg("tick_period already set"));
            }
            root.tick_ms = period.into();
            root.next_tick_ms = now.saturating_add(root.tick_ms);
        }
        Ok(Status::Ok as i32)
    })?;
    Ok(())
}

fn link_metrics(linker: &mut Linker<Shared>) -> Result<(), Error> {
    linker.func_wrap(
        MODULE,
        "proxy_define_metric",
        |mut host: Host<'_>, kind: u32, name: u32, length: u32, id: u32| {
            check_in(&host)?;
            let name = text(&mut host, name, length)?;
            let new = host.data().borrow_mut().metrics.define(kind, &name).map_err(Error::msg)?;
            put(&mut host, id, &new.to_le_bytes())?;
            Ok::<_, Error>(Status::Ok as i32)
        },
    )?;
    linker.func_wrap(MODULE, "proxy_increment_metric", |host: Host<'_>, id: u32, by: i64| {
        check_in(&host)?;
        host.data().borrow_mut().metrics.increment(id, by).map_err(Error::msg)?;
        Ok::<_, Error>(Status::Ok as i32)
    })?;
    linker.func_wrap(MODULE, "proxy_record_metric", |host: Host<'_>, id: u32, value: u64| {
        check_in(&host)?;
        host.data().borrow_mut().metrics.record(id, value).map_err(Error::msg)?;
        Ok::<_, Error>(Status::Ok as i32)
    })?;
    linker.func_wrap(MODULE, "proxy_get_metric", |mut host: Host<'_>, id: u32, value: u32| {
        check_in(&host)?;
        let read = host.data().borrow().metrics.read(id).map_err(Error::msg)?;
        put(&mut host, value, &read.to_le_bytes())?;
        Ok::<_, Error>(Status::Ok as i32)
    })?;
    Ok(())
}

fn link_properties(linker: &mut Linker<Shared>) -> Result<(), Error> {
    linker.func_wrap(
        MODULE,
        "proxy_get_property",
        |mut host: Host<'_>, path: u32, length: u32, address: u32, size: u32| {
            check_in(&host)?;
            let path = dotted(&bytes(&mut host, path, length)?);
            let answer = {
                let world = host.data().borrow();
                let exchange = world.exchange();
                let route = exchange.and_then(|exchange| world.route_names.get(exchange.route));
                properties::read(&path, world.step, exchange, route.map_or("", String::as_str))
            };
            match reported(&host, &path, answer) {
                Access::Value(value) => give(&mut host, &value, address, size).map(|status| status as i32),
                Access::Trap(why) => Err(Error::msg(why)),
                Access::Absent | Access::Done => Ok(Status::NotFound as i32),
            }
        },
    )?;
    linker.func_wrap(
        MODULE,
        "proxy_set_property",
        |mut host: Host<'_>, path: u32, length: u32, value: u32, size: u32| {
            check_in(&host)?;
            let path = dotted(&bytes(&mut host, path, length)?);
            let value = bytes(&mut host, value, size)?;
            let answer = {
                let mut world = host.data().borrow_mut();
                let step = world.step;
                properties::write(&path, &value, step, world.exchange_mut())
            };
            match reported(&host, &path, answer) {
                Access::Value(_) | Access::Done => Ok(Status::Ok as i32),
                Access::Trap(why) => Err(Error::msg(why)),
                Access::Absent => Ok(Status::NotFound as i32),
            }
        },
    )?;
    Ok(())
}

/// A path comes in parts that zero bytes separate.
fn dotted(path: &[u8]) -> String {
    String::from_utf8_lossy(path).trim_end_matches('\0').replace('\0', ".")
}

fn reported(host: &Host<'_>, path: &str, answer: Answer) -> Access {
    if answer.out_of_step {
        let mut world = host.data().borrow_mut();
        let step = world.step;
        world.fault(Fault::KongPropertyOutOfStep { step, path: path.to_owned() });
    }
    answer.access
}

/// Without a zone each access traps.
fn link_shared_data(linker: &mut Linker<Shared>) -> Result<(), Error> {
    fn no_zone() -> Error {
        Error::msg("no shared data: there is no zone for it")
    }
    linker.func_wrap(
        MODULE,
        "proxy_get_shared_data",
        |mut host: Host<'_>, name: u32, length: u32, address: u32, size: u32, version: u32| {
            check_in(&host)?;
            let name = bytes(&mut host, name, length)?;
            let found = host.data().borrow().zone.as_ref().ok_or_else(no_zone)?.get(&name).cloned();
            let current = found.as_ref().map_or(0, |(_, version)| *version);
            put(&mut host, version, &current.to_le_bytes())?;
            match found {
                Some((value, _)) => give(&mut host, &value, address, size).map(|status| status as i32),
                None => Ok(Status::NotFound as i32),
            }
        },
    )?;
    linker.func_wrap(
        MODULE,
        "proxy_set_shared_data",
        |mut host: Host<'_>, name: u32, length: u32, at: u32, size: u32, version: u32| {
            check_in(&host)?;
            let name = bytes(&mut host, name, length)?;
            let value = bytes(&mut host, at, size)?;
            let mut world = host.data().borrow_mut();
            let zone = world.zone.as_mut().ok_or_else(no_zone)?;
            let current = zone.get(&name).map_or(0, |(_, version)| *version);
            // Only the version that was named is written over; a pointer to nothing deletes.
            match (current == version, at) {
                (false, _) => return Ok(Status::CasMismatch as i32),
                (true, 0) => drop(zone.remove(&name)),
                (true, _) => drop(zone.insert(name, (value, current.wrapping_add(1)))),
            }
            Ok::<_, Error>(Status::Ok as i32)
        },
    )?;
    Ok(())
}

/// What is not implemented in Kong, or needs a zone of shared memory that is not configured: calling it traps.
fn link_absent(linker: &mut Linker<Shared>) -> Result<(), Error> {
    const ABSENT: &[(&str, usize)] = &[
        ("proxy_call_foreign_function", 6),
        ("proxy_close_stream", 1),
        ("proxy_dequeue_shared_queue", 3),
        ("proxy_done", 0),
        ("proxy_enqueue_shared_queue", 3),
        ("proxy_get_log_level", 1),
        ("proxy_get_status", 3),
        ("proxy_grpc_call", 12),
        ("proxy_grpc_cancel", 1),
        ("proxy_grpc_close", 1),
        ("proxy_grpc_send", 4),
        ("proxy_grpc_stream", 9),
        ("proxy_register_shared_queue", 3),
        ("proxy_resolve_shared_queue", 5),
    ];
    for (name, arguments) in ABSENT {
        let signature = FuncType::new(linker.engine(), vec![ValType::I32; *arguments], [ValType::I32]);
        linker.func_new(MODULE, name, signature, move |_, _: &[Val], _: &mut [Val]| {
            Err(Error::msg(format!("{name} is not implemented, or has no zone")))
        })?;
    }
    Ok(())
}
