//! Time, ticks, and the answers to the filter's calls. Time is virtual: it passes when a test says so.

use std::time::Duration;

use super::{Worker, fault_of, root_context};
use crate::exchange::ExchangeId;
use crate::sidecar::{Arrived, Call, Caller, Reply};
use crate::step::Step;
use crate::world::Root;

impl Worker {
    /// Lets time pass: runs the ticks that come due, and the timeouts of calls that nobody answered.
    pub fn elapse(&mut self, time: Duration) {
        let now = self.world.borrow().clock_ms;
        let until = now.saturating_add(u64::try_from(time.as_millis()).unwrap_or(u64::MAX));
        while let Some(next) = self.next_event().filter(|next| *next <= until) {
            {
                let mut world = self.world.borrow_mut();
                world.clock_ms = world.clock_ms.max(next);
            }
            self.time_out_calls();
            self.tick();
        }
        self.world.borrow_mut().clock_ms = until;
    }

    /// The worker is busy for so long, and then runs all that came due meanwhile in one round.
    pub fn stall(&mut self, time: Duration) {
        {
            let mut world = self.world.borrow_mut();
            world.clock_ms = world.clock_ms.saturating_add(u64::try_from(time.as_millis()).unwrap_or(u64::MAX));
        }
        self.time_out_calls();
        self.tick();
    }

    /// The calls that wait for an answer.
    pub fn calls(&self) -> Vec<Call> {
        self.world.borrow().calls.clone()
    }

    /// Answers a call. Unknown tokens are ignored.
    pub fn answer(&mut self, token: u32, reply: Reply) {
        let call = {
            let mut world = self.world.borrow_mut();
            let index = world.calls.iter().position(|call| call.token == token);
            index.map(|index| world.calls.remove(index))
        };
        if let Some(call) = call {
            self.deliver(&call, reply.into());
        }
    }

    fn next_event(&self) -> Option<u64> {
        let world = self.world.borrow();
        let ticks = world.roots.iter().filter(|root| root.tick_ms > 0).map(|root| root.next_tick_ms);
        let strays = world.roots.iter().filter_map(|root| root.stray_tick_ms);
        let timeouts = world.calls.iter().map(deadline);
        ticks.chain(strays).chain(timeouts).min()
    }

    fn time_out_calls(&mut self) {
        let due: Vec<u32> = {
            let world = self.world.borrow();
            world.calls.iter().filter(|call| deadline(call) <= world.clock_ms).map(|call| call.token).collect()
        };
        for token in due {
            self.answer(token, Reply::Silence);
        }
    }

    fn tick(&mut self) {
        // The older timers come first.
        for root in self.due(|root| root.stray_tick_ms) {
            self.run_tick(root, |root, _| root.stray_tick_ms = None);
        }
        for root in self.due(|root| (root.tick_ms > 0).then_some(root.next_tick_ms)) {
            self.run_tick(root, |root, now| {
                root.has_ticked = true;
                root.next_tick_ms = now.saturating_add(root.tick_ms);
            });
        }
    }

    /// `fired` notes that the timer has run.
    fn run_tick(&mut self, root: usize, fired: impl FnOnce(&mut Root, u64)) {
        if self.guest.trapped {
            self.rebuild();
        }
        let is_lost = {
            let mut world = self.world.borrow_mut();
            let (now, generation) = (world.clock_ms, world.generation);
            let Some(root) = world.roots.get_mut(root) else { return };
            fired(root, now);
            root.generation != generation
        };
        // The timer of an entry that no configuration has any more makes it anew.
        if is_lost && !self.load_root(root, false, "") {
            return;
        }
        self.in_root(root, Step::Tick, "proxy_on_tick", &[root_context(root)]);
        self.let_sidecar_answer();
    }

    /// The roots of which a timer has come due.
    fn due(&self, timer: impl Fn(&Root) -> Option<u64>) -> Vec<usize> {
        let world = self.world.borrow();
        let due = |root: &Root| timer(root).is_some_and(|at| at <= world.clock_ms);
        world.roots.iter().enumerate().filter(|(_, root)| due(root)).map(|(index, _)| index).collect()
    }

    /// A sidecar that answers does so at once; its silence leaves the call under way.
    fn let_sidecar_answer(&mut self) {
        let now = self.world.borrow().clock_ms;
        let new: Vec<u32> = self.calls().iter().filter(|call| call.at_ms == now).map(|call| call.token).collect();
        for token in new {
            if self.sidecar.is_none() {
                return;
            }
            match self.ask_sidecar(token) {
                Reply::Silence => {}
                reply => self.answer(token, reply),
            }
        }
    }

    pub(super) fn ask_sidecar(&mut self, token: u32) -> Reply {
        let call = self.world.borrow().calls.iter().find(|call| call.token == token).cloned();
        match (call, self.sidecar.as_mut()) {
            (Some(call), Some(sidecar)) => sidecar(&call),
            _ => Reply::Silence,
        }
    }

    fn deliver(&mut self, call: &Call, arrived: Arrived) {
        if self.guest.trapped {
            self.rebuild();
        }
        // A failure is told with zeros; only the pseudo headers say more.
        let headers = arrived.headers.iter().count();
        let counts = [headers, arrived.body.announced(), 0].map(|count| u32::try_from(count).unwrap_or(u32::MAX));
        let arguments = [&[call.token], counts.as_slice()].concat();
        self.world.borrow_mut().arrived = Some(arrived);
        let export = "proxy_on_http_call_response";
        match call.from {
            Caller::Root(root) => {
                let arguments = [&[root_context(root)], arguments.as_slice()].concat();
                self.in_root(root, Step::CallResponse, export, &arguments);
            }
            Caller::Http { exchange, entry } => {
                let id = ExchangeId(exchange);
                // After a trap the chain goes on as if nothing had happened, with the original body.
                if let Err(stopped) = self.in_exchange(id, entry, Step::CallResponse, export, &arguments) {
                    let fault = fault_of(stopped, Step::CallResponse, false);
                    self.with(id, |exchange| exchange.faults.push(fault));
                }
            }
        }
        self.world.borrow_mut().arrived = None;
    }
}

fn deadline(call: &Call) -> u64 {
    call.at_ms.saturating_add(u64::try_from(call.timeout.as_millis()).unwrap_or(u64::MAX))
}
