//! The values by which a response is restored.

use std::cell::RefCell;
use std::rc::Rc;

use masking::{Answer, Lookup, Placeholder, Replaced};

use super::Instance;

/// Looks in what the exchange itself replaced, and then in what its scope has replaced before.
#[derive(Debug, Clone)]
pub(crate) struct ScopeLookup {
    pub instance: Rc<RefCell<Instance>>,
    pub scope: String,
    pub replaced: Rc<Replaced>,
}

impl Lookup for ScopeLookup {
    fn lookup(&self, placeholder: &Placeholder) -> Answer {
        // The borrow fails only within a call of the instance itself, which restores nothing.
        let Ok(instance) = self.instance.try_borrow() else { return Answer::Unknown };
        match self.replaced.get(placeholder) {
            Some(entry) if instance.withholds(entry.kind) => Answer::Withheld,
            Some(entry) => Answer::Value(entry.value.clone()),
            None => instance.lookup(&self.scope, placeholder),
        }
    }
}
