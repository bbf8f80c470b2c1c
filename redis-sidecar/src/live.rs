//! The pulse of the page: watches the store, judges, and wakes whoever listens, once a second and when the line of truth
//! turns.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{MissedTickBehavior, interval};

use crate::error::Error;
use crate::journal::{Journal, unix_ms};
use crate::store::Store;

/// The time between two reports.
const PULSE: Duration = Duration::from_secs(1);
/// The time between two questions whether the store answers.
const PROBE: Duration = Duration::from_millis(500);

/// Listeners of all tokens, and of one: far below the calls that may be in progress, so that no filter waits for a page.
const LISTENERS: usize = 32;
const OF_TOKEN: usize = 8;

#[derive(Debug)]
pub struct Live {
    /// `false` once the sidecar ends.
    pulse: watch::Sender<bool>,
    /// Listeners by the token that admitted them.
    listening: Mutex<HashMap<String, usize>>,
}

/// One listener's place.
#[derive(Debug)]
pub struct Listening {
    live: Arc<Live>,
    who: String,
    pulse: watch::Receiver<bool>,
}

impl Default for Live {
    fn default() -> Self {
        Self { pulse: watch::Sender::new(true), listening: Mutex::default() }
    }
}

impl Live {
    /// Takes a place for a listener.
    pub fn listen(self: &Arc<Self>, who: &str) -> Result<Listening, Error> {
        let mut listening = self.listening();
        let own = listening.get(who).copied().unwrap_or(0);
        if own >= OF_TOKEN || listening.values().sum::<usize>() >= LISTENERS {
            return Err(Error::TooMany);
        }
        listening.insert(who.to_owned(), own + 1);
        Ok(Listening { live: Arc::clone(self), who: who.to_owned(), pulse: self.pulse.subscribe() })
    }

    /// Runs for as long as the sidecar does.
    pub async fn run(&self, journal: &Journal, store: &dyn Store) {
        tokio::join!(self.probe(journal, store), self.beat(journal, store));
    }

    /// Lets all listeners go.
    pub fn end(&self) {
        self.pulse.send_replace(false);
    }

    async fn beat(&self, journal: &Journal, store: &dyn Store) {
        let mut pulse = interval(PULSE);
        pulse.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            pulse.tick().await;
            journal.judge(store.health(), unix_ms());
            self.wake();
        }
    }

    /// A store that hangs takes its own timeout to say so, and delays no report.
    async fn probe(&self, journal: &Journal, store: &dyn Store) {
        let mut probe = interval(PROBE);
        probe.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            probe.tick().await;
            // A failure is part of the health.
            let _ = store.ping().await;
            if journal.judge(store.health(), unix_ms()) {
                self.wake();
            }
        }
    }

    fn wake(&self) {
        self.pulse.send_modify(|_| {});
    }

    fn listening(&self) -> MutexGuard<'_, HashMap<String, usize>> {
        self.listening.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Listening {
    /// Completes at the next pulse; `false` when the sidecar ends.
    pub async fn pulse(&mut self) -> bool {
        self.pulse.changed().await.is_ok() && *self.pulse.borrow_and_update()
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        let mut listening = self.live.listening();
        match listening.get_mut(&self.who) {
            Some(count) if *count > 1 => *count -= 1,
            _ => _ = listening.remove(&self.who),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_bounded_and_come_back() {
        let live = Arc::new(Live::default());
        let mut of_a: Vec<_> = (0..OF_TOKEN).map(|_| live.listen("a").unwrap()).collect();
        assert_eq!(live.listen("a").err(), Some(Error::TooMany));
        let others: Vec<_> = (OF_TOKEN..LISTENERS).map(|n| live.listen(&n.to_string()).unwrap()).collect();
        assert_eq!(live.listen("b").err(), Some(Error::TooMany));
        of_a.pop();
        assert!(live.listen("b").is_ok());
        drop((of_a, others));
        assert!(live.listening().is_empty());
    }

    #[tokio::test]
    async fn the_end_lets_listeners_go() {
        let live = Arc::new(Live::default());
        let mut listening = live.listen("a").unwrap();
        live.wake();
        assert!(listening.pulse().await);
        live.end();
        assert!(!listening.pulse().await);
    }
}
