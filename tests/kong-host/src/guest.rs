//! One life of the filter: one instance, one linear memory.

use wasmtime::{Error, Instance, Store, Trap, Val};

use crate::filter::{Filter, Meter, WATCHDOG_PERIOD};
use crate::world::{LogLevel, Shared};

pub(crate) struct Guest {
    store: Store<Shared>,
    instance: Instance,
    /// Kong throws a trapped instance away at its next use.
    pub(crate) trapped: bool,
}

/// Why a callback did not come back with an answer.
#[derive(Debug)]
pub(crate) enum Stopped {
    Trapped(String),
    Blocked,
}

impl Guest {
    pub(crate) fn new(filter: &Filter, world: Shared) -> Result<Self, Error> {
        let mut store = Store::new(&filter.engine, world);
        store.set_epoch_deadline(patience(&store));
        if filter.meter == Meter::On {
            store.set_fuel(u64::MAX)?;
        }
        let instance = filter.linker.instantiate(&mut store, &filter.module)?;
        Ok(Self { store, instance, trapped: false })
    }

    /// Calls an export; `None` when there is none of this name, 0 when it returns nothing.
    pub(crate) fn call(&mut self, export: &str, arguments: &[u32]) -> Result<Option<i32>, Stopped> {
        let Some(function) = self.instance.get_func(&mut self.store, export) else {
            return Ok(None);
        };
        let arguments: Vec<Val> = arguments.iter().map(|argument| Val::I32(argument.cast_signed())).collect();
        let mut results = vec![Val::I32(0); function.ty(&self.store).results().len()];
        let logged = self.store.data().borrow().log.len();
        self.store.set_epoch_deadline(patience(&self.store));
        match function.call(&mut self.store, &arguments, &mut results) {
            Ok(()) => Ok(Some(results.first().and_then(Val::i32).unwrap_or(0))),
            Err(error) => {
                self.trapped = true;
                Err(self.stopped(&error, logged))
            }
        }
    }

    pub(crate) fn memory_bytes(&mut self) -> usize {
        self.instance.get_memory(&mut self.store, "memory").map_or(0, |memory| memory.data_size(&self.store))
    }

    /// Instructions that were run so far; 0 if nobody counts them.
    pub(crate) fn instructions(&self) -> u64 {
        self.store.get_fuel().map_or(0, |left| u64::MAX - left)
    }

    /// A panic says why in the log, at the level of critical, before it traps.
    fn stopped(&self, error: &Error, logged: usize) -> Stopped {
        if error.downcast_ref::<Trap>() == Some(&Trap::Interrupt) {
            return Stopped::Blocked;
        }
        let world = self.store.data().borrow();
        let panic = world.log.iter().skip(logged).rfind(|line| line.level == LogLevel::Critical);
        Stopped::Trapped(match panic {
            Some(line) => line.text.clone(),
            None => error.root_cause().to_string(),
        })
    }
}

/// In periods of the watchdog, of which the first may be nearly over.
fn patience(store: &Store<Shared>) -> u64 {
    let periods = store.data().borrow().settings.patience.as_millis().div_ceil(WATCHDOG_PERIOD.as_millis());
    u64::try_from(periods).unwrap_or(u64::MAX).saturating_add(1)
}
