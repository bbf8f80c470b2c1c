//! Masks the text of one exchange: finds the values that the catalogue covers and writes placeholders in their place.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::ops::Range;

use crate::dialect::{self, Options, Side, Slot};
use crate::history::History;
use crate::json::{self, Document, Edit, JsonError, Shape, Value};
use crate::placeholder::{self, Mint, Minting, Placeholder};
use crate::replaced::{Collision, Replaced};
use crate::scan::{Finding, Known, Part, Review, Scanner, Text};

/// Maximum foreign placeholders of one request that are remembered, to be asked for; any further ones are ignored.
pub const FOREIGN_MAX: usize = 64;

/// The declared format of a request body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// One JSON document.
    Json,
    /// One JSON document per line.
    Lines,
    /// Text that is masked as a whole.
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
pub struct Masked {
    /// The body to send; `None` if nothing in it changed.
    pub body: Option<String>,
    /// The values of the body and their placeholders.
    pub replaced: Replaced,
    /// Placeholders that stood in the body already and are not of this exchange, at most [`FOREIGN_MAX`].
    pub foreign: HashSet<Placeholder>,
    /// Signatures of thinking whose original is not known, so that it was masked as text.
    pub forgotten: Vec<String>,
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

    fn mask_with<'h>(
        &'h self,
        history: Option<&'h mut History>,
        format: Format,
        body: &[u8],
    ) -> Result<Masked, MaskError> {
        let text = std::str::from_utf8(body).map_err(|_| MaskError::Encoding)?;
        match format {
            Format::Json => self.documents(history, text, &[(0, Document::parse(text)?)]),
            Format::Lines => self.documents(history, text, &lines(text)?),
            // UTF-16 of ASCII is valid UTF-8 with a NUL beside each character, and no value would be found in it.
            Format::Text if text.contains('\0') => Err(MaskError::Encoding),
            Format::Text => self.text(history, text),
        }
    }

    fn text<'h>(&'h self, history: Option<&'h mut History>, text: &str) -> Result<Masked, MaskError> {
        let mut exchange = Masking::new(self, history, &[Text { text, key: None }]);
        let mut edits = Vec::new();
        for finding in exchange.findings(0) {
            let written = exchange.written(&finding, text)?;
            edits.extend(written.into_iter().map(|(span, text)| Edit { span, text: text.to_string() }));
        }
        Ok(exchange.finish(text, &edits))
    }

    /// Masks documents that stand in `text`, each with the offset at which it begins.
    fn documents<'h>(
        &'h self,
        history: Option<&'h mut History>,
        text: &str,
        documents: &[(usize, Document<'_>)],
    ) -> Result<Masked, MaskError> {
        let slots: Vec<(usize, Slot<'_, '_>)> = documents
            .iter()
            .flat_map(|(offset, document)| {
                dialect::slots(document.root(), Side::Request, self.options).into_iter().map(|slot| (*offset, slot))
            })
            .collect();
        let originals: Vec<Option<String>> = slots.iter().map(|(_, slot)| self.original(slot)).collect();
        let decoded: Vec<Cow<'_, str>> = slots.iter().map(|(_, slot)| decoded(slot)).collect();
        let names = escaped_names(&slots);
        let texts: Vec<Text<'_>> = slots
            .iter()
            .zip(&decoded)
            .zip(&originals)
            .map(|(((offset, slot), text), original)| Text {
                text: original.as_deref().unwrap_or(text),
                key: slot
                    .key
                    .and_then(|key| key.plain().or_else(|| names.get(&place(*offset, key)).map(String::as_str))),
            })
            .collect();
        let mut exchange = Masking::new(self, history, &texts);
        let mut edits = Vec::new();
        for (index, (((offset, slot), text), original)) in slots.iter().zip(&texts).zip(&originals).enumerate() {
            let findings = exchange.findings(index);
            match original {
                Some(original) => edits.extend(replacement(slot, *offset, original)),
                None => exchange.slot(slot, *offset, text.text, &findings, &mut edits)?,
            }
        }
        exchange.forgotten =
            slots.iter().zip(&originals).filter_map(|((_, slot), original)| forgotten(slot, original)).collect();
        Ok(exchange.finish(text, &edits))
    }

    /// Returns the provider's own text where the client sends restored thinking.
    fn original(&self, slot: &Slot<'_, '_>) -> Option<String> {
        self.thoughts.original(&slot.signature?.string()?)
    }
}

impl std::fmt::Debug for Masker<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Masker").field("options", &self.options).finish_non_exhaustive()
    }
}

fn replacement(slot: &Slot<'_, '_>, offset: usize, original: &str) -> Option<Edit> {
    let mut text = String::with_capacity(original.len());
    json::escape_into(original, &mut text);
    let span = slot.value.span();
    (text != slot.value.raw()).then(|| Edit { span: offset + span.start..offset + span.end, text })
}

fn forgotten(slot: &Slot<'_, '_>, original: &Option<String>) -> Option<String> {
    let signature = slot.signature?.string()?;
    original.is_none().then(|| signature.into_owned())
}

/// Returns the documents of a body with their offsets. Together they may have as many values as one document.
fn lines(text: &str) -> Result<Vec<(usize, Document<'_>)>, MaskError> {
    let mut documents = Vec::new();
    let (mut offset, mut values) = (0, 0);
    for line in text.split_inclusive('\n') {
        if !line.trim().is_empty() {
            let document = Document::parse(line)?;
            values += document.values();
            if values > json::NODES_MAX {
                return Err(JsonError::TooComplex.into());
            }
            documents.push((offset, document));
        }
        offset += line.len();
    }
    Ok(documents)
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

fn decoded<'t>(slot: &Slot<'_, 't>) -> Cow<'t, str> {
    slot.value.string().unwrap_or(Cow::Borrowed(slot.value.raw()))
}

/// The state of masking one request.
struct Masking<'m> {
    scanner: &'m Scanner,
    mint: Minting<'m>,
    findings: std::iter::Peekable<std::vec::IntoIter<Finding>>,
    replaced: Replaced,
    present: HashSet<Placeholder>,
    forgotten: Vec<String>,
}

impl<'m> Masking<'m> {
    fn new(masker: &Masker<'m>, history: Option<&'m mut History>, texts: &[Text<'_>]) -> Self {
        let (seen, codes) = history.map(|History { texts, codes }| (texts, codes)).unzip();
        let key = || masker.mint.memory_key(&masker.scanner.policy);
        let review = seen.map(|seen| Review::new(seen, &key()));
        let present = texts
            .iter()
            .flat_map(|text| placeholder::find_all(text.text.as_bytes()))
            .map(|(_, placeholder)| placeholder);
        Self {
            scanner: masker.scanner,
            mint: Minting::new(masker.mint, codes),
            present: present.take(FOREIGN_MAX).collect(),
            findings: masker.scanner.review(texts, masker.known, review).into_iter().peekable(),
            replaced: Replaced::default(),
            forgotten: Vec::new(),
        }
    }

    /// The findings of one text; the texts are asked for in their order.
    fn findings(&mut self, index: usize) -> Vec<Finding> {
        std::iter::from_fn(|| self.findings.next_if(|finding| finding.text as usize == index)).collect()
    }

    /// The placeholders of a finding, each with where it stands in the text.
    fn written(&mut self, finding: &Finding, text: &str) -> Result<Vec<(Range<usize>, Placeholder)>, MaskError> {
        let value = text.get(finding.start..finding.end).unwrap_or_default();
        let scanner = self.scanner;
        let parts = scanner.parts(finding.kind, value);
        let whole = self.placeholder(finding, value)?;
        if parts.iter().all(|part| part.is_whole(value)) {
            return Ok(vec![(finding.start..finding.end, whole)]);
        }
        let place = |part: Part<'_>| {
            let span = finding.start + part.range.start..finding.start + part.range.end;
            let value = value.get(part.range).unwrap_or_default();
            let placeholder = self.mint.placeholder(&scanner.kind(part.kind).id, part.label, value);
            self.replaced.admit_part(part.kind, value, placeholder)?;
            Ok((span, placeholder))
        };
        parts.into_iter().map(place).collect()
    }

    fn placeholder(&mut self, finding: &Finding, value: &str) -> Result<Placeholder, MaskError> {
        let kind = self.scanner.kind(finding.kind);
        let mint = || self.mint.placeholder(&kind.id, &kind.label, value);
        Ok(self.replaced.admit(finding.kind, value, finding.recognised, mint)?)
    }

    /// The edits of one string of a document: found in the decoded text, made in the raw one.
    fn slot(
        &mut self,
        slot: &Slot<'_, '_>,
        offset: usize,
        text: &str,
        findings: &[Finding],
        edits: &mut Vec<Edit>,
    ) -> Result<(), MaskError> {
        let raw = slot.value.raw();
        let start = offset + slot.value.span().start;
        if slot.value.shape() != Shape::String {
            // A number becomes a string, or it stays: half a number is no JSON.
            for finding in findings.iter().filter(|finding| finding.end - finding.start == raw.len()) {
                let placeholder = self.placeholder(finding, text)?;
                edits.push(Edit { span: start..start + raw.len(), text: format!("\"{placeholder}\"") });
            }
            return Ok(());
        }
        let (mut cursor, mut at, mut raw_at) = (json::Cursor::new(raw), 0, start);
        for finding in findings {
            for (span, placeholder) in self.written(finding, text)? {
                raw_at += cursor.advance(span.start - at).len();
                let end = raw_at + cursor.advance(span.end - span.start).len();
                edits.push(Edit { span: raw_at..end, text: placeholder.to_string() });
                (at, raw_at) = (span.end, end);
            }
        }
        Ok(())
    }

    fn finish(self, text: &str, edits: &[Edit]) -> Masked {
        let replaced = self.replaced;
        let foreign = self.present.into_iter().filter(|placeholder| replaced.get(placeholder).is_none()).collect();
        let body = (!edits.is_empty()).then(|| json::apply(text, edits));
        Masked { body, replaced, foreign, forgotten: self.forgotten }
    }
}
