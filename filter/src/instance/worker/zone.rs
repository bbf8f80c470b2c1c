//! The host's shared data, which outlives the memory of a worker's instances.

/// Used only if the host has declared a zone: without one, Kong traps.
pub(crate) trait Zone {
    /// The name that distinguishes this worker from its neighbours.
    fn process(&self) -> String;

    /// The data that any instance has stored under the name.
    fn read(&self, name: &str) -> Option<Vec<u8>>;

    /// Stores data in place of any that was there; `None` removes it.
    fn write(&self, name: &str, kept: Option<&[u8]>);
}

/// A zone without a host.
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
