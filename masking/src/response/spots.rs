//! The places of strings in the events of a stream, and what is remembered of the texts there.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use crate::dialect::Slot;
use crate::json::{FIELDS_MAX, Progress, Shape, Value};
use crate::placeholder;

/// Maximum texts of which something is remembered. Then all are forgotten: a value in a text that is JSON is written as
/// in any text, and a string that never changes is waited for twice more.
const TEXTS_MAX: usize = 256;
/// Maximum bytes of a spot, and of one name in it. Strings that stand deeper are not joined.
const SPOT_MAX: usize = 512;
const NAME_MAX: usize = 64;
/// Times that a string must repeat itself to count as one that never changes, such as the name of a region.
const STEADY: u8 = 2;
/// Maximum places in a constant at which a placeholder may begin.
const BEGINNINGS_MAX: usize = 8;

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
    indices: BTreeMap<Spot, usize>,
    texts: Vec<Text>,
    /// How often all were forgotten.
    generation: u32,
    none: Text,
}

/// What a string does to what is remembered of its place when it comes again.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Again {
    /// It continues a text.
    Continues(usize),
    /// It is the same as before, and changes nothing while its place is as it is now.
    Nothing(Constant),
    /// Something else.
    More,
}

/// The strings of an event that were always the same.
#[derive(Debug)]
pub(super) struct Constants {
    pub(super) constants: Vec<Constant>,
    /// How often the texts had been forgotten.
    pub(super) generation: u32,
}

/// A string that was always the same.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Constant {
    index: usize,
    progress: Progress,
    /// True if its end may be the beginning of a placeholder: then it is waited for once there was another string.
    may_begin: bool,
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

    /// Returns what the string that was taken last at this place does when it comes again. An index counts until the
    /// texts are forgotten.
    pub(super) fn again(&self, spot: &Spot, string: &str) -> Again {
        // A place that was forgotten meanwhile is not remembered for this.
        let Some(index) = self.indices.get(spot).copied() else { return Again::More };
        let Some(&Text { progress, has_changed, repeats, .. }) = self.texts.get(index) else { return Again::More };
        if has_changed {
            return Again::Continues(index);
        }
        // It is read up to one of the places at which a placeholder may begin, or to its end.
        let beginnings: Vec<usize> = beginnings(string.as_bytes()).take(BEGINNINGS_MAX + 1).collect();
        let may_begin = !beginnings.is_empty();
        let is_settled = |end: usize| {
            let mut after = progress;
            after.read(string.as_bytes().get(..end).unwrap_or_default());
            after == progress
        };
        let is_known = beginnings.len() <= BEGINNINGS_MAX && (!may_begin || repeats >= STEADY);
        if is_known && beginnings.into_iter().chain([string.len()]).all(is_settled) {
            Again::Nothing(Constant { index, progress, may_begin })
        } else {
            Again::More
        }
    }

    /// Returns whether constants still change nothing.
    pub(super) fn have(&self, Constants { constants, generation }: &Constants) -> bool {
        let stays = |Constant { index, progress, may_begin }: &Constant| {
            self.texts.get(*index).is_some_and(|text| text.progress == *progress && !(*may_begin && text.has_changed))
        };
        *generation == self.generation && constants.iter().all(stays)
    }

    /// Takes a string in which no placeholder begins, at the place with this index, whose string has changed before.
    pub(super) fn pass(&mut self, index: usize, string: &[u8]) {
        if let Some(progress) = self.at(index) {
            progress.read(string);
        }
    }

    /// Returns how far the text at the place with this index has come.
    pub(super) fn at(&mut self, index: usize) -> Option<&mut Progress> {
        self.texts.get_mut(index).map(|text| &mut text.progress)
    }

    pub(super) fn generation(&self) -> u32 {
        self.generation
    }

    fn text(&mut self, spot: &Spot) -> &mut Text {
        let index = match self.indices.get(spot) {
            Some(index) => *index,
            None => {
                if self.texts.len() >= TEXTS_MAX {
                    self.indices.clear();
                    self.texts.clear();
                    self.generation = self.generation.wrapping_add(1);
                }
                self.indices.insert(spot.clone(), self.texts.len());
                self.texts.push(Text::default());
                self.texts.len() - 1
            }
        };
        self.texts.get_mut(index).unwrap_or(&mut self.none)
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

/// The members that tell what others in their object are, or that hold files: those are text or not by their content.
const DECIDING: [&str; 33] = [
    "action",
    "blob",
    "bytes",
    "call_id",
    "custom_id",
    "data",
    "event",
    "filename",
    "fileUri",
    "file_data",
    "file_uri",
    "format",
    "image_url",
    "images",
    "jsonPath",
    "jsonrpc",
    "media_type",
    "method",
    "mimeType",
    "mime_type",
    "name",
    "object",
    "result",
    "role",
    "s3Location",
    "signature",
    "source",
    "src",
    "stopReason",
    "thought",
    "type",
    "uri",
    "url",
];

/// Returns whether a string or a number of this name may decide what else an event is.
pub(super) fn decides(name: &str) -> bool {
    is_id(name) || is_index(name) || name.ends_with("_url") || DECIDING.contains(&name)
}

/// Returns whether what a string says may decide what else an event is.
pub(super) fn decides_by(slot: &Slot<'_, '_>) -> bool {
    slot.key.is_none_or(|key| decides(key.raw()))
}

/// The places at which a placeholder may begin.
fn beginnings(bytes: &[u8]) -> impl Iterator<Item = usize> + '_ {
    let mut at = 0;
    std::iter::from_fn(move || {
        let beginning = at + placeholder::next_candidate(bytes.get(at..)?)?;
        at = beginning + 1;
        Some(beginning)
    })
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
