//! Placeholders that a client sends to a trusted server. Another exchange made them: they are found in the memory, with a
//! neighbour in the worker, or asked for.

use std::cell::RefCell;

use masking::{Answer, Placeholder, Recognised, Secret};

use super::clock::TimeOfDay;
use super::worker::SidecarName;
use super::worker::neighbour::Neighbour;
use super::{Instance, KeySource};

/// Milliseconds after which the vault is asked again for a placeholder that it did not have: another gateway may have
/// delivered it since.
const AGAIN_MS: u64 = 1_000;

impl Instance {
    /// The value of a placeholder of the scope. Unknown is one for which the vault has to be asked first; one that the vault
    /// does not have is withheld, as it is not of this scope.
    pub(crate) fn seek(&mut self, scope: &str, placeholder: &Placeholder, now: TimeOfDay) -> Answer {
        self.ask_neighbours(scope, placeholder);
        let answer = self.lookup(scope, placeholder);
        let absent = self.memory.absent_since(scope, placeholder);
        match (answer, absent) {
            (Answer::Unknown, Some(since)) => {
                if now.distance(since) >= AGAIN_MS {
                    self.want(scope, &[*placeholder].into());
                }
                Answer::Withheld
            }
            (answer, _) => answer,
        }
    }

    /// Learns the mapping from another instance of the worker, if this one does not have it.
    fn ask_neighbours(&mut self, scope: &str, placeholder: &Placeholder) {
        let KeySource::Sidecar(sidecar) = &self.keys else { return };
        if self.memory.lookup(scope, placeholder).is_some() {
            return;
        }
        let mapping = self.worker.borrow().neighbours.mapping(sidecar.name(), scope, placeholder);
        let known = mapping.and_then(|(kind, value)| Some((self.scanner.kind_id(&kind)?, value)));
        if let Some((kind, value)) = known {
            self.memory.learn(scope, *placeholder, kind, &value, Recognised::ByItself);
        }
    }
}

impl Neighbour for RefCell<Instance> {
    fn mapping(&self, sidecar: &SidecarName, scope: &str, placeholder: &Placeholder) -> Option<(String, Secret)> {
        // The one that asks is borrowed already.
        let instance = self.try_borrow().ok()?;
        let KeySource::Sidecar(own) = &instance.keys else { return None };
        let (kind, value) = instance.memory.lookup(scope, placeholder).filter(|_| own.name() == sidecar)?;
        Some((instance.scanner.kind(kind).id.to_string(), value))
    }
}
