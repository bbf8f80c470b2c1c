//! The strings of a request's body, and the texts that are searched in them.

use std::collections::{HashMap, HashSet};

use super::{Format, MaskError, Masker};
use crate::dialect::{self, Dialect, Embedded, FileRef, Kept, KeptStrings, Slot};
use crate::json::{self, Document, JsonError, Value};
use crate::scan::Written;

/// The parts of a body that are masked, each with the offset at which it begins.
#[derive(Debug, Default)]
pub(crate) struct Pieces<'t> {
    pub documents: Vec<(usize, Document<'t>)>,
    pub texts: Vec<(usize, &'t str)>,
    values: usize,
}

impl<'t> Pieces<'t> {
    /// Reads a part of the body that begins at `offset`. All documents together may have as many values as one.
    pub(crate) fn add(&mut self, format: Format, offset: usize, text: &'t str) -> Result<(), MaskError> {
        match format {
            Format::Json => self.document(offset, text),
            Format::Lines => {
                let mut at = offset;
                for line in text.split_inclusive('\n') {
                    if !line.trim().is_empty() {
                        self.document(at, line)?;
                    }
                    at += line.len();
                }
                Ok(())
            }
            // UTF-16 of ASCII is valid UTF-8 with a NUL beside each character, and no value would be found in it.
            Format::Text if memchr::memchr(0, text.as_bytes()).is_some() => Err(MaskError::Encoding),
            // JSON that is declared as text has escapes, which could hide a value.
            Format::Text => match json_of(text) {
                Some(document) => self.push(offset, document),
                None => {
                    self.texts.push((offset, text));
                    Ok(())
                }
            },
        }
    }

    fn document(&mut self, offset: usize, text: &'t str) -> Result<(), MaskError> {
        self.push(offset, Document::parse(text)?)
    }

    fn push(&mut self, offset: usize, document: Document<'t>) -> Result<(), MaskError> {
        self.values += document.values();
        if self.values > json::NODES_MAX {
            return Err(JsonError::TooComplex.into());
        }
        self.documents.push((offset, document));
        Ok(())
    }
}

/// The strings of all pieces.
pub(super) struct Sources<'d, 't> {
    /// Each with the offset of its document in the body.
    pub slots: Vec<(usize, Slot<'d, 't>)>,
    /// The provider's own text of slots, where the client sends restored thinking.
    pub originals: Vec<Option<String>>,
    /// The files in slots that are text, by the index of the slot.
    pub embedded: HashMap<usize, Embedded>,
    /// The slots with files that are not.
    unread: HashSet<usize>,
    /// The number of those files.
    pub attachments: u64,
    /// The API of the first document of a known one.
    pub dialect: Option<Dialect>,
    pub plain: &'d [(usize, &'t str)],
    names: HashMap<usize, String>,
    pub kept: Vec<Kept<'d, 't>>,
}

impl<'d, 't> Sources<'d, 't> {
    pub(super) fn of(pieces: &'d Pieces<'t>, masker: &Masker<'_>) -> Self {
        let (mut slots, mut kept, mut attachments, mut dialect) = (Vec::new(), Vec::new(), 0, None);
        for (offset, document) in &pieces.documents {
            let strings = dialect::request(document.root(), masker.options);
            slots.extend(strings.slots.into_iter().map(|slot| (*offset, slot)));
            attachments += strings.attachments;
            dialect = dialect.or(strings.dialect);
            if masker.options.kept == KeptStrings::Search {
                kept.extend(strings.kept);
            }
        }
        let mut sources = Self {
            originals: slots.iter().map(|(_, slot)| original(slot, masker)).collect(),
            names: escaped_names(&slots),
            slots,
            embedded: HashMap::new(),
            unread: HashSet::new(),
            attachments,
            dialect,
            plain: &pieces.texts,
            kept,
        };
        sources.read_files();
        sources
    }

    fn read_files(&mut self) {
        for (index, (_, slot)) in self.slots.iter().enumerate() {
            let Some(FileRef::Data(coding)) = slot.file else { continue };
            match Embedded::read(coding, &slot.value.string().unwrap_or_default()) {
                Some(file) => drop(self.embedded.insert(index, file)),
                None => {
                    self.attachments += 1;
                    self.unread.insert(index);
                }
            }
        }
    }

    /// The texts to search: those of the slots, the plain ones, and the kept ones, in this order.
    pub(super) fn texts(&self) -> Vec<Written<'_>> {
        let of_slot = |(index, (offset, slot)): (usize, &(usize, Slot<'_, 't>))| {
            let key = slot
                .key
                .and_then(|key| key.plain().or_else(|| self.names.get(&place(*offset, key)).map(String::as_str)));
            let original = self.originals.get(index).and_then(Option::as_deref);
            let read = original.or_else(|| self.embedded.get(&index).map(|file| file.text.as_str()));
            let read = read.or(self.unread.contains(&index).then_some(""));
            read.map_or_else(|| Written::of(slot.value, key), |text| Written::plain(text, key))
        };
        let plain = self.plain.iter().map(|(_, text)| Written::plain(text, None));
        let kept = self.kept.iter().map(|kept| Written::of(kept.value, None));
        self.slots.iter().enumerate().map(of_slot).chain(plain).chain(kept).collect()
    }

    /// The signatures of thinking whose original is not known.
    pub(super) fn forgotten(&self) -> Vec<String> {
        let unknown = self.slots.iter().zip(&self.originals).filter(|(_, original)| original.is_none());
        unknown.filter_map(|((_, slot), _)| Some(slot.signature?.string()?.into_owned())).collect()
    }
}

/// Returns the provider's own text where the client sends restored thinking.
fn original(slot: &Slot<'_, '_>, masker: &Masker<'_>) -> Option<String> {
    masker.thoughts.original(&slot.signature?.string()?)
}

/// Returns the offset of a value in the body.
fn place(offset: usize, value: Value<'_, '_>) -> usize {
    offset + value.span().start
}

/// The names of members that are written with escapes, each decoded once: an array passes its name on to every string
/// in it.
fn escaped_names(slots: &[(usize, Slot<'_, '_>)]) -> HashMap<usize, String> {
    let mut names = HashMap::new();
    for (offset, key) in slots.iter().filter_map(|(offset, slot)| Some((*offset, slot.key?))) {
        if key.plain().is_none() {
            names.entry(place(offset, key)).or_insert_with(|| key.string().unwrap_or_default().into_owned());
        }
    }
    names
}

/// Returns the object or the array that a text is; `None` for any other text.
fn json_of(text: &str) -> Option<Document<'_>> {
    text.trim_start().starts_with(['{', '[']).then(|| Document::parse(text).ok()).flatten()
}
