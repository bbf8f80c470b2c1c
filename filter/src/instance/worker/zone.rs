//! The host's shared data, which outlives the memory of a worker's instances.

/// Asked only where the host has declared a zone for it: without one, Kong traps.
pub(crate) trait Zone {
    /// What tells this worker from its neighbours.
    fn process(&self) -> String;

    /// What any instance put there under the name.
    fn read(&self, name: &str) -> Option<Vec<u8>>;

    /// Puts it there, in place of what there was; `None` takes away what there was.
    fn write(&self, name: &str, kept: Option<&[u8]>);
}

/// A zone by itself, without a host.
#[cfg(test)]
#[derive(Debug, Default)]
pub(crate) struct OwnZone(std::cell::RefCell<std::collections::BTreeMap<String, Vec<u8>>>);

#[cfg(test)]
impl OwnZone {
    pub(crate) fn len(&self) -> usize {
        self.0.borrow().len()
    }
}

#[cfg(test)]
impl Zone for OwnZone {
    fn process(&self) -> String {
        "7".to_owned()
    }

    fn read(&self, name: &str) -> Option<Vec<u8>> {
        self.0.borrow().get(name).cloned()
    }

    fn write(&self, name: &str, kept: Option<&[u8]>) {
        let mut zone = self.0.borrow_mut();
        match kept {
            Some(kept) => _ = zone.insert(name.to_owned(), kept.to_vec()),
            None => _ = zone.remove(name),
        }
    }
}
