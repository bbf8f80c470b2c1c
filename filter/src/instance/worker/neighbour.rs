//! The instances of a worker, as far as one may ask another for a mapping: what one route has masked, another route restores,
//! without a call.

use std::rc::Weak;

use masking::{Placeholder, Secret};

use super::SidecarName;

/// An instance that has mappings.
pub(crate) trait Neighbour {
    /// Returns the kind and the value of a placeholder, if it has them from this sidecar: others keep other tenants' values.
    fn mapping(&self, sidecar: &SidecarName, scope: &str, placeholder: &Placeholder) -> Option<(String, Secret)>;
}

/// All instances of a worker that are in use.
#[derive(Default)]
pub(crate) struct Neighbours(Vec<Weak<dyn Neighbour>>);

impl Neighbours {
    pub(crate) fn meet(&mut self, neighbour: Weak<dyn Neighbour>) {
        self.0.retain(|neighbour| neighbour.strong_count() > 0);
        self.0.push(neighbour);
    }

    /// Returns the kind and the value of a placeholder, if any instance with this sidecar has them.
    pub(crate) fn mapping(
        &self,
        sidecar: &SidecarName,
        scope: &str,
        placeholder: &Placeholder,
    ) -> Option<(String, Secret)> {
        let neighbours = self.0.iter().filter_map(Weak::upgrade);
        neighbours.into_iter().find_map(|neighbour| neighbour.mapping(sidecar, scope, placeholder))
    }
}

impl std::fmt::Debug for Neighbours {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Neighbours({})", self.0.len())
    }
}
