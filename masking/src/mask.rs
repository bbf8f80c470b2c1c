//! Masks the text of one exchange: finds the values that the catalogue covers and writes placeholders in their place.

mod sources;

use std::collections::HashSet;
use std::ops::Range;
use std::rc::Rc;

use crate::budget::{self, BYTES_MAX, Budget, VALUES_MAX};
use crate::dialect::{Dialect, Embedded, FileRef, KeptPlace, Options, Slot};
use crate::history::History;
use crate::json::{self, Edit, JsonError, Shape};
use crate::placeholder::{self, Mint, Minting, Placeholder};
use crate::replaced::{Collision, Replaced};
use crate::scan::{Known, Part, Picked, Review, Scanned, Scanner, Written};

pub(crate) use self::sources::Pieces;
use self::sources::Sources;

/// Maximum foreign placeholders of one request that are remembered, to be asked for; any further ones are ignored.
pub const FOREIGN_MAX: usize = 64;

/// Maximum values for which a request has room before it needs it: most findings of a large one are of the same values.
const ROOM_MAX: usize = 1_000;

/// The declared format of a request body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// One JSON document.
    Json,
    /// One JSON document per line.
    Lines,
    /// Text that is masked as a whole; or an object or an array of JSON, which is read as such.
    Text,
}

/// The reason why a body was not masked. Nothing of it may be forwarded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MaskError {
    /// The bytes are not text in UTF-8.
    Encoding,
    /// The body, or a line of it, is not a JSON document that can be read.
    Json(JsonError),
    /// Two values have the same placeholder, so that neither could be restored with certainty.
    Collision,
    /// The body takes more than one request may.
    Budget(Budget),
}

impl From<Budget> for MaskError {
    fn from(budget: Budget) -> Self {
        Self::Budget(budget)
    }
}

impl From<JsonError> for MaskError {
    fn from(error: JsonError) -> Self {
        Self::Json(error)
    }
}

impl From<Collision> for MaskError {
    fn from(Collision: Collision) -> Self {
        Self::Collision
    }
}

/// A masked body and the values that were replaced in it.
#[derive(Debug)]
pub struct Masked<B = String> {
    /// The body to send; `None` if nothing in it changed.
    pub body: Option<B>,
    /// The values of the body and their placeholders.
    pub replaced: Replaced,
    /// Placeholders that stood in the body already and are not of this exchange, at most [`FOREIGN_MAX`].
    pub foreign: HashSet<Placeholder>,
    /// Signatures of thinking whose original is not known, so that it was masked as text.
    pub forgotten: Vec<String>,
    /// The files of the body.
    pub files: Files,
    /// The API that the body speaks by its shape; `None` if it is not one of those known.
    pub dialect: Option<Dialect>,
    /// The place of a value in a string that is never altered, if those are searched: see [`Options::kept`].
    pub kept: Option<KeptPlace>,
}

/// The files of a request, in numbers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Files {
    /// Files that are not text, so that they were not read: images, audio, PDFs, office files.
    pub attachments: u64,
    /// Addresses of files in which a value was replaced, so that the provider cannot load them.
    pub masked_links: u64,
}

impl<B> Masked<B> {
    /// Converts the body, if it changed.
    pub fn map<C>(self, convert: impl FnOnce(B) -> C) -> Masked<C> {
        let Self { body, replaced, foreign, forgotten, files, dialect, kept } = self;
        Masked { body: body.map(convert), replaced, foreign, forgotten, files, dialect, kept }
    }
}

/// Masks with one scanner, in one scope.
#[derive(Clone, Copy)]
pub struct Masker<'m> {
    /// Finds the values.
    pub scanner: &'m Scanner,
    /// Values of the scope that earlier exchanges have shown.
    pub known: &'m Known,
    /// Makes the placeholders of the scope.
    pub mint: &'m Mint,
    /// The same as for the [`Response`](crate::Response) of the exchange.
    pub options: Options,
    /// The thinking of earlier responses of the scope, if thinking is restored.
    pub thoughts: &'m dyn Thoughts,
}

/// Knows the text of restored thinking as the provider wrote it, by its signature.
pub trait Thoughts {
    /// Returns what the provider signed with this signature; `None` if it is not known.
    fn original(&self, signature: &str) -> Option<String>;
}

/// Knows nothing: for callers that do not restore thinking.
#[derive(Debug, Clone, Copy)]
pub struct NoThoughts;

impl Thoughts for NoThoughts {
    fn original(&self, _signature: &str) -> Option<String> {
        None
    }
}

impl Masker<'_> {
    /// Masks the body of a request. The spans of its values are all that changes.
    ///
    /// # Errors
    ///
    /// Fails if the body is not of the format, or if two of its values have the same placeholder: see [`MaskError`].
    pub fn mask(&self, format: Format, body: &[u8]) -> Result<Masked, MaskError> {
        self.mask_with(None, format, body)
    }

    /// Masks the body of a request whose texts may have been sent before. The result is that of [`mask`](Self::mask).
    ///
    /// # Errors
    ///
    /// The same as for [`mask`](Self::mask).
    pub fn mask_again(&self, history: &mut History, format: Format, body: &[u8]) -> Result<Masked, MaskError> {
        self.mask_with(Some(history), format, body)
    }

    fn mask_with(&self, history: Option<&mut History>, format: Format, body: &[u8]) -> Result<Masked, MaskError> {
        if body.len() > BYTES_MAX {
            return Err(Budget::Bytes.into());
        }
        let text = std::str::from_utf8(body).map_err(|_| MaskError::Encoding)?;
        let mut pieces = Pieces::default();
        pieces.add(format, 0, text)?;
        Ok(self.pieces(history, &pieces)?.map(|edits| json::apply(text, &edits)))
    }

    /// Masks the parts of a body; what is written is their edits.
    pub(crate) fn pieces<'h>(
        &'h self,
        history: Option<&'h mut History>,
        pieces: &Pieces<'_>,
    ) -> Result<Masked<Vec<Change>>, MaskError> {
        let sources = Sources::of(pieces, self);
        let texts = sources.texts();
        let mut exchange = Masking::new(self, history, &texts)?;
        let mut edits = Vec::new();
        exchange.files.attachments = sources.attachments;
        for (index, (offset, slot)) in sources.slots.iter().enumerate() {
            let picked = exchange.picked(index);
            match (sources.originals.get(index).and_then(Option::as_deref), sources.embedded.get(&index)) {
                (Some(original), _) => edits.extend(replacement(slot, *offset, original)),
                (None, Some(file)) => edits.extend(exchange.file(slot, *offset, file, &picked)?),
                (None, None) => exchange.slot(slot, *offset, &picked, &mut edits)?,
            }
        }
        for (index, (offset, text)) in sources.plain.iter().enumerate() {
            let picked = exchange.picked(sources.slots.len() + index);
            edits.extend(exchange.edits(*offset, text, &picked)?);
        }
        if !sources.plain.is_empty() {
            edits.sort_by_key(|edit| edit.span.start);
        }
        exchange.forgotten = sources.forgotten();
        exchange.dialect = sources.dialect;
        let kept = exchange.picked.iter().skip(sources.slots.len() + sources.plain.len());
        exchange.kept = kept.zip(&sources.kept).find(|(picked, _)| !picked.is_empty()).map(|(_, kept)| kept.place);
        Ok(exchange.finish(edits))
    }
}

impl std::fmt::Debug for Masker<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Masker").field("options", &self.options).finish_non_exhaustive()
    }
}

/// An edit of a body.
pub(crate) type Change = Edit<Instead>;

/// What takes the place of a part of a body: almost always a placeholder.
#[derive(Debug)]
pub(crate) enum Instead {
    Placeholder(Placeholder),
    Text(String),
}

impl AsRef<str> for Instead {
    fn as_ref(&self) -> &str {
        match self {
            Self::Placeholder(placeholder) => placeholder.as_str(),
            Self::Text(text) => text,
        }
    }
}

fn replacement(slot: &Slot<'_, '_>, offset: usize, original: &str) -> Option<Change> {
    let mut text = String::with_capacity(original.len());
    json::escape_into(original, &mut text);
    let span = slot.value.span();
    (text != slot.value.raw()).then(|| Edit { span: offset + span.start..offset + span.end, text: Instead::Text(text) })
}

/// The state of masking one request.
struct Masking<'m> {
    scanner: &'m Scanner,
    mint: Minting<'m>,
    /// What is masked in each text.
    picked: Vec<Rc<[Picked]>>,
    replaced: Replaced,
    present: HashSet<Placeholder>,
    forgotten: Vec<String>,
    files: Files,
    dialect: Option<Dialect>,
    kept: Option<KeptPlace>,
}

impl<'m> Masking<'m> {
    fn new(masker: &Masker<'m>, history: Option<&'m mut History>, texts: &[Written<'_>]) -> Result<Self, Budget> {
        let (seen, minted) = history.map(|History { texts, minted }| (texts, minted)).unzip();
        let key = || masker.mint.memory_key(&masker.scanner.policy);
        let review = seen.map(|seen| Review::new(seen, &key()));
        let bytes = texts.iter().map(|text| text.raw.len()).sum();
        let Scanned { picked, marked } = masker.scanner.review(texts, masker.known, review, budget::steps(bytes))?;
        let marked = marked.into_iter().filter_map(|index| texts.get(index));
        let present = marked.flat_map(|text| placeholder::find_all(text.text().as_bytes()));
        Ok(Self {
            scanner: masker.scanner,
            mint: Minting::new(masker.mint, minted),
            present: present.map(|(_, placeholder)| placeholder).take(FOREIGN_MAX).collect(),
            replaced: Replaced::with_room(picked.iter().map(|picked| picked.len()).sum::<usize>().min(ROOM_MAX)),
            picked,
            forgotten: Vec::new(),
            files: Files::default(),
            dialect: None,
            kept: None,
        })
    }

    /// What is masked in one text.
    fn picked(&self, index: usize) -> Rc<[Picked]> {
        self.picked.get(index).cloned().unwrap_or_default()
    }

    fn placeholder(&mut self, picked: &Picked, value: &str) -> Result<Placeholder, MaskError> {
        let kind = self.scanner.kind(picked.kind);
        let placeholder = self.mint.placeholder(&kind.id, &kind.label, value);
        self.replaced.admit(picked.kind, value, picked.recognised, placeholder)?;
        Ok(placeholder)
    }

    /// The edits of one string of a document.
    fn slot(
        &mut self,
        slot: &Slot<'_, '_>,
        offset: usize,
        picked: &[Picked],
        edits: &mut Vec<Change>,
    ) -> Result<(), MaskError> {
        if picked.is_empty() {
            return Ok(());
        }
        if slot.file == Some(FileRef::Link) {
            self.files.masked_links += 1;
        }
        let raw = slot.value.raw();
        let start = offset + slot.value.span().start;
        if slot.value.shape() != Shape::String {
            // A number becomes a string, or it stays: half a number is no JSON.
            for picked in picked.iter().filter(|picked| picked.range.len() == raw.len()) {
                let placeholder = self.placeholder(picked, raw)?;
                let text = Instead::Text(format!("\"{placeholder}\""));
                edits.push(Edit { span: start..start + raw.len(), text });
            }
            return Ok(());
        }
        for picked in picked {
            let raw = raw.get(picked.range.clone()).unwrap_or_default();
            let value = if slot.value.is_escaped() { json::unescape(raw) } else { raw.into() };
            self.edit(start + picked.range.start, picked, &value, raw, edits)?;
        }
        Ok(())
    }

    /// The edits of a text that stands in the body as it is.
    fn edits(&mut self, offset: usize, text: &str, picked: &[Picked]) -> Result<Vec<Change>, MaskError> {
        let mut edits = Vec::new();
        for picked in picked {
            let value = text.get(picked.range.clone()).unwrap_or_default();
            self.edit(offset + picked.range.start, picked, value, value, &mut edits)?;
        }
        Ok(edits)
    }

    /// The edits of a value that stands as `raw` at `start`.
    fn edit(
        &mut self,
        start: usize,
        picked: &Picked,
        value: &str,
        raw: &str,
        edits: &mut Vec<Change>,
    ) -> Result<(), MaskError> {
        let scanner = self.scanner;
        let whole = self.placeholder(picked, value)?;
        if self.replaced.len() > VALUES_MAX {
            return Err(Budget::Values.into());
        }
        let mut push = |span: Range<usize>, placeholder: Placeholder| {
            let text = Instead::Placeholder(placeholder);
            edits.push(Edit { span: start + span.start..start + span.end, text });
        };
        let parts = if scanner.is_undivided(picked.kind) { Vec::new() } else { scanner.parts(picked.kind, value) };
        if parts.iter().all(|part| part.is_whole(value)) {
            push(0..raw.len(), whole);
            return Ok(());
        }
        let (mut cursor, mut at, mut raw_at) = (json::Cursor::new(raw), 0, 0);
        for Part { range, kind, label, .. } in parts {
            let part = value.get(range.clone()).unwrap_or_default();
            let placeholder = self.mint.placeholder(&scanner.kind(kind).id, label, part);
            self.replaced.admit_part(kind, part, placeholder)?;
            // A value without escapes stands as it is.
            if value.len() == raw.len() {
                push(range, placeholder);
                continue;
            }
            let begin = raw_at + cursor.advance(range.start - at).len();
            raw_at = begin + cursor.advance(range.end - range.start).len();
            at = range.end;
            push(begin..raw_at, placeholder);
        }
        Ok(())
    }

    /// The edit of a string with a file, whose text is written in another form.
    fn file(
        &mut self,
        slot: &Slot<'_, '_>,
        offset: usize,
        file: &Embedded,
        picked: &[Picked],
    ) -> Result<Option<Change>, MaskError> {
        let edits = self.edits(0, &file.text, picked)?;
        if edits.is_empty() {
            return Ok(None);
        }
        let masked = file.write(&slot.value.string().unwrap_or_default(), &json::apply(&file.text, &edits));
        Ok(replacement(slot, offset, &masked))
    }

    fn finish(self, edits: Vec<Change>) -> Masked<Vec<Change>> {
        let Self { replaced, present, forgotten, files, dialect, kept, .. } = self;
        let foreign = present.into_iter().filter(|placeholder| replaced.get(placeholder).is_none()).collect();
        let body = (!edits.is_empty()).then_some(edits);
        Masked { body, replaced, foreign, forgotten, files, dialect, kept }
    }
}
