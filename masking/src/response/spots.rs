//! The places of strings in the events of a stream, and what is remembered of the texts there.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use crate::json::{FIELDS_MAX, Progress, Shape, Value};

/// Maximum texts of which something is remembered. Then all are forgotten: a value in a text that is JSON is written as
/// in any text, and a string that never changes is waited for twice more.
const TEXTS_MAX: usize = 256;
/// Maximum bytes of a spot, and of one name in it. Strings that stand deeper are not joined.
const SPOT_MAX: usize = 512;
const NAME_MAX: usize = 64;
/// Times that a string must repeat itself to count as one that never changes, such as the name of a region.
const STEADY: u8 = 2;

/// The place of a string in an event.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Spot {
    /// The names of the members around it.
    pub(super) path: String,
    /// The members that name the text: `index`, `id` and their like, in every object around it.
    pub(super) named: String,
}

/// What is remembered of the texts of a stream.
#[derive(Debug, Default)]
pub(super) struct Texts {
    texts: BTreeMap<Spot, Text>,
    none: Text,
}

#[derive(Debug, Default)]
struct Text {
    progress: Progress,
    /// The last string, how often it repeated itself, and whether there was ever another.
    last: Option<u64>,
    repeats: u8,
    has_changed: bool,
}

impl Texts {
    /// Returns whether the string at this place never changes. Each string is asked for once. What has changed once is a
    /// text, in which a piece may come several times: a placeholder can have the same character three times in a row.
    pub(super) fn is_steady(&mut self, spot: &Spot, string: &str) -> bool {
        let mut hasher = DefaultHasher::new();
        string.hash(&mut hasher);
        let (text, new) = (self.text(spot), hasher.finish());
        let repeats = text.last == Some(new);
        text.has_changed |= text.last.is_some() && !repeats;
        text.repeats = if repeats { text.repeats.saturating_add(1) } else { 0 };
        text.last = Some(new);
        text.repeats >= STEADY && !text.has_changed
    }

    /// Returns how far the text at this place has come.
    pub(super) fn progress(&mut self, spot: &Spot) -> &mut Progress {
        &mut self.text(spot).progress
    }

    fn text(&mut self, spot: &Spot) -> &mut Text {
        if !self.texts.contains_key(spot) {
            if self.texts.len() >= TEXTS_MAX {
                self.texts.clear();
            }
            self.texts.insert(spot.clone(), Text::default());
        }
        self.texts.get_mut(spot).unwrap_or(&mut self.none)
    }
}

/// Walks the strings of an event in their order, each with its spot. The strings of members that are too deep are left
/// out.
pub(super) fn strings<'d, 't>(event: Value<'d, 't>, found: &mut dyn FnMut(&Spot, Value<'d, 't>)) {
    let mut spot = Spot::default();
    // The number of a whole event counts events, unless a type says what it is the number of.
    if event.field("type").is_some() {
        push_names(event, Numbered::Texts, &mut spot.named);
    } else {
        push_names(event, Numbered::Events, &mut spot.named);
    }
    walk(event, &mut spot, true, found);
}

/// What the numbers of an object count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Numbered {
    Texts,
    Events,
}

fn walk<'d, 't>(value: Value<'d, 't>, spot: &mut Spot, root: bool, found: &mut dyn FnMut(&Spot, Value<'d, 't>)) {
    if spot.path.len() + spot.named.len() > SPOT_MAX {
        return;
    }
    match value.shape() {
        Shape::String => found(spot, value),
        Shape::Array => value.items().for_each(|item| walk(item, spot, false, found)),
        Shape::Object => {
            let (path, named) = (spot.path.len(), spot.named.len());
            if !root {
                push_names(value, Numbered::Texts, &mut spot.named);
            }
            for (name, member) in value.members() {
                spot.path.push('/');
                spot.path.push_str(name.raw().get(..NAME_MAX).unwrap_or(name.raw()));
                walk(member, spot, false, found);
                spot.path.truncate(path);
            }
            spot.named.truncate(named);
        }
        Shape::Number | Shape::Literal => {}
    }
}

/// Appends the members of an object that name a text of the stream.
fn push_names(object: Value<'_, '_>, numbered: Numbered, out: &mut String) {
    for (name, value) in object.members().take(FIELDS_MAX) {
        let is_name = match value.shape() {
            Shape::String => is_id(name.raw()) || matches!(name.raw(), "type" | "event" | "object" | "jsonPath"),
            Shape::Number => numbered == Numbered::Texts && is_index(name.raw()),
            Shape::Literal => value.raw() == "true" && name.raw() == "thought",
            _ => false,
        };
        if is_name && value.raw().len() <= NAME_MAX {
            out.extend(["|", name.raw(), "=", value.raw()]);
        }
    }
}

fn is_id(name: &str) -> bool {
    name == "id" || name.ends_with("_id") || name.ends_with("Id") || name.ends_with("ID")
}

fn is_index(name: &str) -> bool {
    name == "index" || name.ends_with("_index") || name.ends_with("Index")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_changed_once_is_no_constant() {
        let asked = |strings: &[&str]| {
            let mut texts = Texts::default();
            strings.iter().map(|string| texts.is_steady(&Spot::default(), string)).collect::<Vec<_>>()
        };
        assert_eq!(asked(&["eu-west-1"; 4]), [false, false, true, true]);
        assert_eq!(asked(&["Z", "J", "J", "J", "B"]), [false; 5]);
        assert_eq!(asked(&["a", "a", "a", "b", "b", "b", "b"]), [false, false, true, false, false, false, false]);
    }
}
