//! The places of strings in the events of a stream, and what is remembered of the texts there.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use crate::json::{FIELDS_MAX, Progress, Shape, Value};

/// Maximum texts of which something is remembered. Then all are forgotten: a value in a text that is JSON is written as
/// in any text, and a string that never changes is waited for twice more.
const TEXTS_MAX: usize = 256;
/// Maximum bytes of a place, and of one name in it. Strings that stand deeper are not joined.
const PLACE_MAX: usize = 512;
const NAME_MAX: usize = 64;
/// Times that a string must repeat itself to count as one that never changes, such as the name of a region.
const STEADY: u8 = 2;

/// The place of a string in an event.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    /// The names of the members around it.
    pub(super) path: String,
    /// The members that name the text: `index`, `id` and their like, in every object around it.
    pub(super) named: String,
}

/// What is remembered of the texts of a stream.
#[derive(Debug, Default)]
pub(super) struct Texts {
    texts: BTreeMap<Place, Text>,
    none: Text,
}

#[derive(Debug, Default)]
struct Text {
    progress: Progress,
    /// The last string, and how often it repeated itself.
    last: u64,
    repeats: u8,
}

impl Texts {
    /// Returns whether the string at this place never changes. Each string is asked for once.
    pub(super) fn is_steady(&mut self, place: &Place, string: &str) -> bool {
        let mut hasher = DefaultHasher::new();
        string.hash(&mut hasher);
        let (text, last) = (self.text(place), hasher.finish());
        text.repeats = if text.last == last { text.repeats.saturating_add(1) } else { 0 };
        text.last = last;
        text.repeats >= STEADY
    }

    /// Returns how far the text at this place has come.
    pub(super) fn progress(&mut self, place: &Place) -> &mut Progress {
        &mut self.text(place).progress
    }

    fn text(&mut self, place: &Place) -> &mut Text {
        if !self.texts.contains_key(place) {
            if self.texts.len() >= TEXTS_MAX {
                self.texts.clear();
            }
            self.texts.insert(place.clone(), Text::default());
        }
        self.texts.get_mut(place).unwrap_or(&mut self.none)
    }
}

/// Walks the strings of an event in their order, each with its place. The strings of members that are too deep are left
/// out.
pub(super) fn strings<'d, 't>(event: Value<'d, 't>, found: &mut dyn FnMut(&Place, Value<'d, 't>)) {
    let mut place = Place::default();
    // The number of a whole event counts events, unless a type says what it is the number of.
    if event.field("type").is_some() {
        push_names(event, Numbered::Texts, &mut place.named);
    } else {
        push_names(event, Numbered::Events, &mut place.named);
    }
    walk(event, &mut place, true, found);
}

/// What the numbers of an object count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Numbered {
    Texts,
    Events,
}

fn walk<'d, 't>(value: Value<'d, 't>, place: &mut Place, root: bool, found: &mut dyn FnMut(&Place, Value<'d, 't>)) {
    if place.path.len() + place.named.len() > PLACE_MAX {
        return;
    }
    match value.shape() {
        Shape::String => found(place, value),
        Shape::Array => value.items().for_each(|item| walk(item, place, false, found)),
        Shape::Object => {
            let (path, named) = (place.path.len(), place.named.len());
            if !root {
                push_names(value, Numbered::Texts, &mut place.named);
            }
            for (name, member) in value.members() {
                place.path.push('/');
                place.path.push_str(name.raw().get(..NAME_MAX).unwrap_or(name.raw()));
                walk(member, place, false, found);
                place.path.truncate(path);
            }
            place.named.truncate(named);
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
