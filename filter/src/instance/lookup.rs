//! The values by which a response is restored.

use std::cell::RefCell;
use std::rc::Rc;

use filter_config::Sees;
use masking::{Answer, Guard, Lookup, Placeholder, Replaced};

use super::Instance;

/// Looks in what the exchange itself replaced, and then in what its scope has replaced before.
#[derive(Debug, Clone)]
pub(crate) struct ScopeLookup {
    pub instance: Rc<RefCell<Instance>>,
    pub scope: String,
    pub replaced: Rc<Replaced>,
    /// What the client sees.
    pub sees: Sees,
    pub guard: Option<Rc<Guard>>,
}

impl Lookup for ScopeLookup {
    fn lookup(&self, placeholder: &Placeholder) -> Answer {
        // The borrow fails only within a call of the instance itself, which restores nothing.
        let Ok(instance) = self.instance.try_borrow() else { return Answer::Unknown };
        let own = self.replaced.get(placeholder).map(|entry| (entry.kind, entry.value.clone()));
        match own.or_else(|| instance.find_value(&self.scope, placeholder)) {
            Some((kind, _)) if instance.withholds(kind) || !self.sees.includes(kind) => Answer::Withheld,
            Some((_, value)) => Answer::Value(value),
            None => Answer::Unknown,
        }
    }

    fn guard(&self) -> Option<Rc<Guard>> {
        self.guard.clone()
    }
}
