//! The entries of the filter in one worker, each with its configuration. They share one memory.

use std::cell::RefCell;
use std::rc::{Rc, Weak};

use contract::{Counters, ExchangeSummary};

use super::clock::TimeOfDay;
use super::sidecar::{Call, Reply};
use super::worker::Worker;
use super::worker::neighbour::Neighbour;
use super::worker::zone::Zone;
use super::{Health, Instance};
use crate::refusal::Refusal;
use filter_config::{Config, Mode};

/// The environment variable by which kong.conf states that it declares a zone for shared data: without one, reading it
/// traps. Envoy needs none, as it destroys no memory in which other instances live.
const ZONE_VARIABLE: &str = "AWS_MASKER_ZONE";

/// One entry of the filter.
#[derive(Debug, Clone)]
pub(crate) enum Root {
    /// It has no valid configuration, so it refuses every request.
    Misconfigured(Rc<RefCell<Worker>>),
    Ready(Rc<RefCell<Instance>>),
}

impl Root {
    pub(crate) fn ready(&self) -> Option<&Rc<RefCell<Instance>>> {
        match self {
            Self::Misconfigured(_) => None,
            Self::Ready(instance) => Some(instance),
        }
    }

    /// Returns whether requests and responses pass as they came.
    pub(crate) fn observes(&self) -> bool {
        self.ready().is_some_and(|instance| instance.borrow().mode == Mode::Observe)
    }

    pub(crate) fn worker(&self) -> Rc<RefCell<Worker>> {
        match self {
            Self::Misconfigured(worker) => Rc::clone(worker),
            Self::Ready(instance) => Rc::clone(&instance.borrow().worker),
        }
    }

    pub(crate) fn health(&self, now: TimeOfDay) -> Health {
        match self {
            Self::Misconfigured(_) => Health::new(Mode::Mask, Some(Refusal::Configuration), "none", (0, 0, 0)),
            Self::Ready(instance) => instance.borrow_mut().health(now),
        }
    }

    pub(crate) fn count(&self, count: impl Fn(&mut Counters)) {
        match self {
            Self::Misconfigured(worker) => count(&mut worker.borrow_mut().counted),
            Self::Ready(instance) => instance.borrow_mut().count(count),
        }
    }

    /// Counts an exchange that has ended, and owes its summary to the sidecar, if there is one.
    pub(crate) fn report(&self, exchange: ExchangeSummary) {
        match self {
            Self::Misconfigured(worker) => worker.borrow_mut().counted.count(&exchange),
            Self::Ready(instance) => instance.borrow_mut().report(exchange),
        }
    }

    /// Returns the call to make now, if any.
    pub(crate) fn tick(&self, now: TimeOfDay) -> Option<Call> {
        match self {
            Self::Misconfigured(worker) => {
                worker.borrow_mut().on_tick(now);
                None
            }
            Self::Ready(instance) => instance.borrow_mut().tick(now),
        }
    }

    /// Takes the reply to the call. Returns a line for the log, if one is due.
    pub(crate) fn on_reply(&self, now: TimeOfDay, reply: &Reply<'_>, zone: &impl Zone) -> Option<String> {
        self.ready()?.borrow_mut().on_reply(now, reply, zone)
    }

    /// The host did not accept the call. Returns a line for the log, if one is due.
    pub(crate) fn on_unsent(&self, now: TimeOfDay) -> Option<String> {
        self.ready()?.borrow_mut().on_unsent(now)
    }

    /// Takes over from a lost instance what the host has kept.
    pub(crate) fn recall(&self, now: TimeOfDay, zone: &impl Zone) {
        if let Some(instance) = self.ready() {
            instance.borrow_mut().recall(now, zone);
        }
    }
}

/// All entries of a worker.
#[derive(Debug, Default)]
pub(crate) struct Entries {
    worker: Rc<RefCell<Worker>>,
    instances: Vec<Weak<RefCell<Instance>>>,
}

impl Entries {
    /// An entry without a configuration yet.
    pub(crate) fn begin(&self) -> Root {
        Root::Misconfigured(Rc::clone(&self.worker))
    }

    /// Configures an entry; `name` distinguishes the instance from all others. Returns a line for the log, if the
    /// configuration is not valid.
    pub(crate) fn configure(
        &mut self,
        root: &mut Root,
        json: &[u8],
        environment: impl Fn(&str) -> Option<String>,
        name: String,
        now: TimeOfDay,
    ) -> Option<String> {
        let config = Config::parse(json, &environment, |policy| self.worker.borrow_mut().scanner(policy));
        self.worker.borrow_mut().on_configure(now);
        if environment(ZONE_VARIABLE).is_some_and(|zone| zone == "on") {
            self.worker.borrow_mut().use_zone();
        }
        match config {
            Ok(config) => {
                self.take(root, Instance::new(config, name, now, Rc::clone(&self.worker)));
                None
            }
            Err(reason) => {
                *root = self.begin();
                let code = Refusal::Configuration.code();
                let line = format!("{code}: invalid configuration, refusing every request: {reason}");
                self.worker.borrow_mut().complain(line)
            }
        }
    }

    /// Exchanges in flight continue with the new instance.
    fn take(&mut self, root: &mut Root, instance: Instance) {
        if let Root::Ready(existing) = root {
            existing.replace(instance);
            return;
        }
        let instance = Rc::new(RefCell::new(instance));
        self.instances.retain(|instance| instance.strong_count() > 0);
        self.instances.push(Rc::downgrade(&instance));
        let neighbour: Rc<dyn Neighbour> = instance.clone();
        self.worker.borrow_mut().neighbours.meet(Rc::downgrade(&neighbour));
        *root = Root::Ready(instance);
    }

    /// Lets the host keep the mappings that any instance owes, while no call may be made.
    pub(crate) fn keep_owed(&self, now: TimeOfDay, zone: &impl Zone) {
        if self.worker.borrow_mut().is_quiet(now) {
            let instances = self.instances.iter().filter_map(Weak::upgrade);
            instances.for_each(|instance| instance.borrow_mut().keep_owed(zone));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::instance::worker::zone::OwnZone;

    const SOUND: &str = r#"{"sidecar":"s:1","sidecar_token":"0123456789abcdef"}"#;

    fn configure(entries: &mut Entries, root: &mut Root, json: &str, now: u64) -> Option<String> {
        let environment = |name: &str| (name == ZONE_VARIABLE).then(|| "on".to_owned());
        entries.configure(root, json.as_bytes(), environment, "test".into(), TimeOfDay(now))
    }

    #[test]
    fn an_entry_without_a_sound_configuration_says_why_and_refuses() {
        let mut entries = Entries::default();
        let mut root = entries.begin();
        let line = configure(&mut entries, &mut root, "{", 1).unwrap();
        assert!(line.starts_with("AWS_MASKER_4001: ") && line.contains("EOF while parsing"), "{line}");
        let health = root.health(TimeOfDay(2));
        assert_eq!((health.status, health.body.contains(r#""refuses_with":"AWS_MASKER_4001""#)), (503, true));
        assert!(root.tick(TimeOfDay(3)).is_none());
        assert_eq!(configure(&mut entries, &mut root, "{", 3), None, "once is enough");
        assert!(configure(&mut entries, &mut root, "[]", 3).is_some(), "another reason");
        assert_eq!(configure(&mut entries, &mut root, SOUND, 4), None);
        assert!(root.ready().is_some());
    }

    #[test]
    fn exchanges_in_flight_continue_with_the_new_configuration() {
        let mut entries = Entries::default();
        let mut root = entries.begin();
        configure(&mut entries, &mut root, SOUND, 1);
        let in_flight = root.clone();
        configure(&mut entries, &mut root, r#"{"use_redis":false,"secret":"0123456789abcdef"}"#, 2);
        assert_eq!((in_flight.health(TimeOfDay(3)).status, entries.instances.len()), (200, 1));
    }

    #[test]
    fn what_is_owed_is_kept_while_no_call_may_begin() {
        let (mut entries, zone) = (Entries::default(), OwnZone::default());
        let mut root = entries.begin();
        let fallback = r#"{"sidecar":"s:1","sidecar_token":"0123456789abcdef","redis_fallback":true}"#;
        configure(&mut entries, &mut root, fallback, 1_000);
        root.recall(TimeOfDay(1_000), &zone);
        root.tick(TimeOfDay(1_100));
        let body = b"i-0123456789abcdef0";
        let instance = root.ready().unwrap();
        instance.borrow_mut().mask("s", masking::Format::Text, body, TimeOfDay(1_100)).unwrap();
        entries.keep_owed(TimeOfDay(1_200), &zone);
        assert_eq!(zone.len(), 0, "a call may deliver it");
        // A configuration is pushed: another entry begins.
        let mut pushed = entries.begin();
        configure(&mut entries, &mut pushed, fallback, 1_300);
        entries.keep_owed(TimeOfDay(1_300), &zone);
        assert_eq!(zone.len(), 1);
    }
}
