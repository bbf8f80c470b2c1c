//! What is done about a value, by its kind.

use std::collections::HashMap;

use masking::{KindId, Scanner};

use crate::error::ConfigError;
use crate::near::kinds_near;
use crate::raw::Action;

/// The action of each kind. Those that are only masked are not in it.
#[derive(Debug, Default)]
pub struct Actions(HashMap<KindId, Vec<Action>>);

impl Actions {
    /// An action for one kind takes the place of that for its family, wherever it is written. `never_restore` adds to
    /// either.
    pub(super) fn read(
        written: &[(String, Action)],
        never_restore: &[String],
        scanner: &Scanner,
    ) -> Result<Self, ConfigError> {
        // An entry is named by its place: a value may have been written into the wrong list.
        let unknown = |list: &str, index: usize, what: &str, near: &str| {
            ConfigError(format!("{list}: entry {} is not {what}{near}", index + 1))
        };
        let mut actions = HashMap::new();
        let (kinds, families): (Vec<_>, Vec<_>) =
            written.iter().enumerate().partition(|(_, (word, _))| scanner.kind_id(word).is_some());
        for (index, (word, action)) in families.into_iter().chain(kinds) {
            let mut named = scanner.kinds_named(word).peekable();
            if named.peek().is_none() {
                return Err(unknown("actions", index, "a kind or a family", &kinds_near(word, true)));
            }
            actions.extend(named.map(|kind| (kind, vec![*action])));
        }
        for (index, word) in never_restore.iter().enumerate() {
            let kind = scanner
                .kind_id(word)
                .ok_or_else(|| unknown("never_restore", index, "a kind", &kinds_near(word, false)))?;
            actions.entry(kind).or_default().push(Action::OneWay);
        }
        Ok(Self(actions))
    }

    pub fn include(&self, kind: KindId, action: Action) -> bool {
        self.0.get(&kind).is_some_and(|actions| actions.contains(&action))
    }
}
