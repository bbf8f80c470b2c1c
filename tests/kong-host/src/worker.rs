//! One nginx worker of Kong: one instance of the filter, its root contexts, the exchanges that it serves.

mod request;
mod response;
mod tick;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt;
use std::rc::Rc;

use wasmtime::Error;

use crate::exchange::{Exchange, ExchangeId};
use crate::fault::Fault;
use crate::filter::Filter;
use crate::guest::{Guest, Stopped};
use crate::metrics::Metric;
use crate::sidecar::{Call, Reply};
use crate::step::Step;
use crate::world::{Active, LogLine, Root, Settings, Shared, World};

/// Kong runs the filters of a route in this order; each entry has its own configuration and root context.
#[derive(Debug, Clone)]
pub struct Route {
    name: String,
    configurations: Vec<String>,
}

impl Route {
    pub fn new<C: Into<String>>(name: &str, configurations: impl IntoIterator<Item = C>) -> Self {
        Self { name: name.to_owned(), configurations: configurations.into_iter().map(Into::into).collect() }
    }
}

/// A configuration as it reaches the filter: through Lua, in which an empty array is an empty table, a whole number has
/// no point, and a slash is escaped.
pub fn as_kong_sends(configuration: &serde_json::Value) -> String {
    fn through_lua(value: &serde_json::Value) -> serde_json::Value {
        use serde_json::Value;
        match value {
            Value::Array(items) if items.is_empty() => Value::Object(serde_json::Map::new()),
            Value::Array(items) => items.iter().map(through_lua).collect(),
            Value::Object(fields) => fields.iter().map(|(name, value)| (name.clone(), through_lua(value))).collect(),
            Value::Number(number) => match number.as_f64() {
                Some(float) if number.is_f64() && float.fract() == 0.0 && float.abs() < 1e14 => {
                    serde_json::from_str(&format!("{float:.0}")).unwrap_or_else(|_| value.clone())
                }
                _ => value.clone(),
            },
            other => other.clone(),
        }
    }
    through_lua(configuration).to_string().replace('/', "\\/")
}

/// A worker process. It runs on virtual time: see [`Worker::elapse`].
pub struct Worker {
    filter: Filter,
    world: Shared,
    guest: Guest,
    routes: Vec<Plan>,
    sidecar: Option<Sidecar>,
    next_exchange: u64,
    next_context: u32,
}

type Sidecar = Box<dyn FnMut(&Call) -> Reply>;

/// A route with its chain of root contexts.
struct Plan {
    name: String,
    roots: Vec<usize>,
    /// `on_configure` refused or trapped: the route is served without a filter.
    unfiltered: bool,
}

impl Worker {
    /// Starts the worker with its routes' chains.
    ///
    /// # Errors
    /// When the filter cannot be instantiated at all.
    pub fn start(filter: &Filter, settings: Settings, routes: impl IntoIterator<Item = Route>) -> Result<Self, Error> {
        let world: Shared = Rc::new(RefCell::new(World::new(settings)));
        let mut plans = Vec::new();
        for route in routes {
            let mut world = world.borrow_mut();
            let roots = add_roots(&mut world, route.configurations);
            world.route_names.push(route.name.clone());
            plans.push(Plan { name: route.name, roots, unfiltered: false });
        }
        let guest = Guest::new(filter, Rc::clone(&world))?;
        let mut worker = Self {
            filter: filter.clone(),
            world,
            guest,
            routes: plans,
            sidecar: None,
            next_exchange: 1,
            next_context: 1_000,
        };
        worker.boot();
        Ok(worker)
    }

    /// Who answers the filter's calls. Without one they wait for [`Worker::answer`].
    pub fn set_sidecar(&mut self, sidecar: impl FnMut(&Call) -> Reply + 'static) {
        self.sidecar = Some(Box::new(sidecar));
    }

    /// A pushed configuration alters a chain: its new entries begin beside the old ones, whose timers go on, until
    /// [`Worker::reconfigure`].
    pub fn push(&mut self, changed: Route) {
        let Some(route) = self.routes.iter().position(|route| route.name == changed.name) else { return };
        let roots = add_roots(&mut self.world.borrow_mut(), changed.configurations);
        if let Some(plan) = self.routes.get_mut(route) {
            plan.roots = roots;
        }
        self.load(route, false);
    }

    /// Lua's collector comes to a configuration that was altered: Kong destroys the instance, and with it the contexts of
    /// all exchanges in flight.
    pub fn reconfigure(&mut self) {
        let calls = std::mem::take(&mut self.world.borrow_mut().calls);
        if let Some(call) = calls.first() {
            self.world.borrow_mut().faults.push(Fault::DestroyedUnderCall { target: call.target.clone() });
        }
        self.rebuild();
    }

    /// The next host call of this step traps, as a panic would.
    pub fn trap_in(&mut self, step: Step) {
        self.world.borrow_mut().trap_in = Some(step);
    }

    /// What Kong would have punished outside of exchanges: at start, in ticks, in answers to their calls.
    pub fn faults(&self) -> Vec<Fault> {
        self.world.borrow().faults.clone()
    }

    pub fn log(&self) -> Vec<LogLine> {
        self.world.borrow().log.clone()
    }

    /// How many names are in the zone that instances share.
    pub fn shared_names(&self) -> usize {
        self.world.borrow().zone.as_ref().map_or(0, BTreeMap::len)
    }

    pub fn clear_log(&mut self) {
        self.world.borrow_mut().log.clear();
    }

    pub fn metric(&self, name: &str) -> Option<Metric> {
        self.world.borrow().metrics.find(name)
    }

    pub fn metric_names(&self) -> Vec<String> {
        self.world.borrow().metrics.names()
    }

    /// Bytes of the filter's linear memory, which never shrinks.
    pub fn memory_bytes(&mut self) -> usize {
        self.guest.memory_bytes()
    }

    /// WebAssembly instructions that this life of the filter has run, whatever else the machine does: what a test can hold
    /// a filter's work to. An instruction that copies or fills memory counts as one, however long it is. 0 unless the
    /// filter was loaded with [`Meter::On`](crate::Meter::On).
    pub fn instructions(&self) -> u64 {
        self.guest.instructions()
    }

    /// Bytes of replaced bodies that live until this client connection closes.
    pub fn held_bytes(&self, connection: u32) -> usize {
        self.world.borrow().connections.get(&connection).map_or(0, |connection| connection.held)
    }

    /// Exchanges in flight.
    pub fn in_flight(&self) -> usize {
        self.world.borrow().exchanges.len()
    }

    fn boot(&mut self) {
        self.world.borrow_mut().generation += 1;
        let first = self.world.borrow().generation == 1;
        for export in ["_initialize", "_start"] {
            self.in_root(0, Step::Start, export, &[]);
        }
        for route in 0..self.routes.len() {
            self.load(route, first);
        }
    }

    /// Creates and configures the root contexts of a route. The instance that follows a trap gets no `on_vm_start`.
    fn load(&mut self, route: usize, first: bool) {
        let Some(plan) = self.routes.get(route) else { return };
        let (name, roots) = (plan.name.clone(), plan.roots.clone());
        let loaded = roots.iter().all(|root| self.load_root(*root, first, &name));
        if let Some(plan) = self.routes.get_mut(route) {
            plan.unfiltered = !loaded;
        }
        if !loaded {
            let mut world = self.world.borrow_mut();
            for root in roots {
                world.roots.get_mut(root).into_iter().for_each(|root| root.tick_ms = 0);
            }
        }
    }

    fn load_root(&mut self, root: usize, first: bool, route: &str) -> bool {
        let context = root_context(root);
        let size = {
            let mut world = self.world.borrow_mut();
            let generation = world.generation;
            let Some(root) = world.roots.get_mut(root) else { return false };
            (root.tick_ms, root.generation) = (0, generation);
            u32::try_from(root.configuration.len()).unwrap_or(u32::MAX)
        };
        let created = self.in_root(root, Step::Start, "proxy_on_context_create", &[context, 0]).is_some();
        let started =
            !first || self.in_root(root, Step::Start, "proxy_on_vm_start", &[context, 0]).is_some_and(is_true);
        let configured = self.in_root(root, Step::Configure, "proxy_on_configure", &[context, size]);
        if configured == Some(0) {
            self.world.borrow_mut().fault(Fault::Unfiltered { route: route.to_owned() });
        }
        created && started && configured.is_some_and(is_true)
    }

    /// Runs a callback in a root context. `None`: it stopped, which is noted. A callback that the filter does not
    /// export answers as a willing one would.
    fn in_root(&mut self, root: usize, step: Step, export: &str, arguments: &[u32]) -> Option<i32> {
        self.enter(step, Active::Root(root));
        match self.guest.call(export, arguments) {
            Ok(answer) => Some(answer.unwrap_or(1)),
            Err(stopped) => {
                self.world.borrow_mut().fault(fault_of(stopped, step, false));
                None
            }
        }
    }

    /// Runs a callback of an exchange's filter, in a fresh context when the one that it had is gone.
    fn in_exchange(
        &mut self,
        id: ExchangeId,
        entry: usize,
        step: Step,
        export: &str,
        arguments: &[u32],
    ) -> Result<i32, Stopped> {
        if self.guest.trapped {
            self.rebuild();
        }
        let (context, root, fresh) = {
            let world = self.world.borrow();
            let found = world.exchanges.get(&id.0).and_then(|exchange| exchange.entries.get(entry));
            let Some(entry) = found else { return Ok(0) };
            (entry.context, entry.root, entry.generation != world.generation)
        };
        let active = Active::Http { exchange: id.0, entry };
        if fresh {
            self.enter(Step::Start, active);
            self.guest.call("proxy_on_context_create", &[context, root_context(root)])?;
            let mut world = self.world.borrow_mut();
            let generation = world.generation;
            if let Some(entry) = world.exchanges.get_mut(&id.0).and_then(|exchange| exchange.entries.get_mut(entry)) {
                entry.generation = generation;
            }
        }
        self.enter(step, active);
        let arguments: Vec<u32> = [context].iter().chain(arguments).copied().collect();
        let answer = self.guest.call(export, &arguments)?.unwrap_or(0);
        Ok(answer)
    }

    fn enter(&mut self, step: Step, active: Active) {
        let mut world = self.world.borrow_mut();
        world.step = step;
        world.active = active;
    }

    /// The next life of the instance. All contexts of the last one are gone.
    fn rebuild(&mut self) {
        for root in &mut self.world.borrow_mut().roots {
            if root.tick_ms > 0 {
                root.stray_tick_ms = Some(root.next_tick_ms);
            }
            (root.tick_ms, root.has_ticked) = (0, false);
        }
        match Guest::new(&self.filter, Rc::clone(&self.world)) {
            Ok(guest) => {
                self.guest = guest;
                self.boot();
            }
            Err(error) => {
                let why = error.to_string();
                self.world.borrow_mut().faults.push(Fault::Trapped { step: Step::Start, awaited_body: false, why });
            }
        }
    }

    /// Looks at an exchange or changes it; the default when it is over.
    fn with<T: Default>(&self, id: ExchangeId, act: impl FnOnce(&mut Exchange) -> T) -> T {
        self.world.borrow_mut().exchanges.get_mut(&id.0).map(act).unwrap_or_default()
    }
}

impl fmt::Debug for Worker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Worker").field("in_flight", &self.in_flight()).finish_non_exhaustive()
    }
}

/// The root contexts of a chain's entries.
fn add_roots(world: &mut World, configurations: Vec<String>) -> Vec<usize> {
    let first = world.roots.len();
    world.roots.extend(configurations.into_iter().map(|configuration| Root {
        configuration: configuration.into_bytes(),
        tick_ms: 0,
        next_tick_ms: 0,
        stray_tick_ms: None,
        generation: 0,
        has_ticked: false,
    }));
    (first..world.roots.len()).collect()
}

fn is_true(answer: i32) -> bool {
    answer != 0
}

fn root_context(root: usize) -> u32 {
    u32::try_from(root).unwrap_or(u32::MAX).saturating_add(1)
}

fn fault_of(stopped: Stopped, step: Step, awaited_body: bool) -> Fault {
    match stopped {
        Stopped::Trapped(why) => Fault::Trapped { step, awaited_body, why },
        Stopped::Blocked => Fault::Blocked { step },
    }
}
