//! Masking a request with an instance's key and known values, and remembering the results.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashSet};
use std::rc::Rc;

use contract::{Mapping, THINKING_KIND, bound};
use masking::dialect::Dialect;
use masking::{Boundary, Files, FormError, Format, KindId, Masker, Mint, Placeholder, Replaced, Tally, Text, Thoughts};

use super::clock::TimeOfDay;
use super::memory::{Debt, Memory};
use super::sidecar::UsedKey;
use super::{Instance, KeySource};
use crate::refusal::Refusal;
use filter_config::{Action, Attachments, Mode};

/// How a request's body is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reading {
    Plain(Format),
    /// A form with files.
    Form(Boundary),
}

impl From<Format> for Reading {
    fn from(format: Format) -> Self {
        Self::Plain(format)
    }
}

/// A masked request, which may be forwarded.
#[derive(Debug)]
pub(crate) struct Masked {
    /// The body to send; `None` if nothing in it changed.
    pub body: Option<Vec<u8>>,
    pub replaced: Rc<Replaced>,
    /// The files of the body, in numbers, unless the configuration lets them pass untold.
    pub files: Files,
    /// The API that the body speaks by its shape, if it is one of those known.
    pub dialect: Option<Dialect>,
    /// The number of placeholders in the body that are not of this exchange.
    pub foreign: u64,
    pub mint: Mint,
    pub key: UsedKey,
}

impl Instance {
    /// Masks a request's body. The replaced values are remembered, and owed to the vault.
    pub(crate) fn mask(
        &mut self,
        scope: &str,
        reading: impl Into<Reading>,
        body: &[u8],
        now: TimeOfDay,
    ) -> Result<Masked, Refusal> {
        let (mint, used) = self.mint(scope, now)?;
        let worker = Rc::clone(&self.worker);
        let masked = self.mask_with(&mint, scope, now, |masker| match reading.into() {
            Reading::Plain(format) => masker
                .mask_again(worker.borrow_mut().history(), format, body)
                .map(|masked| masked.map(String::into_bytes))
                .map_err(|error| Refusal::Mask(format, error)),
            Reading::Form(boundary) => masker.form(&boundary, body).map_err(|error| match error {
                FormError::Malformed => Refusal::Form,
                FormError::Part(format, error) => Refusal::Mask(format, error),
            }),
        })?;
        let files = if self.attachments == Attachments::Pass { Files::default() } else { masked.files };
        self.count(|counters| counters.fallback_key += u64::from(used == UsedKey::Fallback));
        let (replaced, foreign) = (Rc::new(masked.replaced), masked.foreign.len() as u64);
        Ok(Masked { body: masked.body, replaced, files, dialect: masked.dialect, foreign, mint, key: used })
    }

    /// Returns the index of the first of some texts in which a value is found.
    pub(crate) fn find(&mut self, scope: &str, texts: &[Text<'_>]) -> Option<usize> {
        let findings = self.scanner.scan(texts, &self.memory.known(scope, self.clock.last()));
        findings.first().map(|finding| finding.text as usize)
    }

    /// The placeholders of a scope, as they are made now; or the reason for which nothing may be masked.
    pub(crate) fn mint(&mut self, scope: &str, now: TimeOfDay) -> Result<(Mint, UsedKey), Refusal> {
        let (key, used) = self.key(scope, now)?;
        let mint = match self.mints.get(scope) {
            Some((of, mint)) if *of == key => mint.clone(),
            _ => {
                let mint = Mint::new(&key, scope).with_addresses(self.addresses);
                self.mints.put(scope.to_owned(), (key, mint.clone()));
                mint
            }
        };
        Ok((mint.with_names(self.memory.names(scope)), used))
    }

    /// Masks a body, or a part of one, with these placeholders of its scope. The replaced values are remembered, and owed
    /// to the vault.
    fn mask_with<B>(
        &mut self,
        mint: &Mint,
        scope: &str,
        now: TimeOfDay,
        mask: impl FnOnce(&Masker<'_>) -> Result<masking::Masked<B>, Refusal>,
    ) -> Result<masking::Masked<B>, Refusal> {
        let known = self.memory.known(scope, self.clock.last());
        let thoughts = ScopeThoughts { memory: &self.memory, scope, mint };
        let (scanner, options) = (&self.scanner, self.options);
        let masked = mask(&Masker { scanner, known: &known, mint, options, thoughts: &thoughts })?;
        if let Some(place) = masked.kept {
            return Err(Refusal::Exposed(place.into()));
        }
        if self.attachments == Attachments::Refuse && masked.files.attachments > 0 {
            return Err(Refusal::Attachment);
        }
        if let Some(kind) = self.refused_kind(&masked.replaced) {
            return Err(Refusal::Kind(kind));
        }
        if self.mode == Mode::Observe {
            self.memory.remember(scope, &masked.replaced);
            return Ok(masked);
        }
        self.owe(scope, &masked.replaced, now)?;
        let forgotten = masked.forgotten.iter().map(|signature| thought_placeholder(mint, signature));
        self.want(scope, &masked.foreign.iter().copied().chain(forgotten).collect());
        Ok(masked)
    }

    /// The first kind among the replaced values with which nothing passes. A kind of the user's own is not named: its name
    /// may be one that must not be seen.
    fn refused_kind(&self, replaced: &Replaced) -> Option<&'static str> {
        let mut kinds = replaced.entries().map(|(_, entry)| entry.kind);
        let refused = kinds.find(|kind| self.actions.include(*kind, Action::Refuse))?;
        Some(match self.scanner.kind(refused).id {
            Cow::Borrowed(id) => id,
            Cow::Owned(_) => "a pattern or literal of the configuration",
        })
    }

    /// The kinds among some counted ones of which those who watch over security are told.
    pub(crate) fn alerts(&self, kinds: &BTreeMap<String, u64>) -> Vec<String> {
        let is_alarming =
            |kind: &&String| self.scanner.kind_id(kind).is_some_and(|kind| self.actions.include(kind, Action::Alert));
        kinds.keys().filter(is_alarming).cloned().collect()
    }

    /// Masks a response, or a part of one, whose request was forwarded. A vault that does not answer since is no reason to
    /// withhold it, as its mappings wait.
    pub(crate) fn mask_response(
        &mut self,
        mint: &Mint,
        scope: &str,
        format: Format,
        body: &[u8],
    ) -> Result<masking::Masked, Refusal> {
        let now = self.clock.time_of_day();
        self.mask_with(mint, scope, now, |masker| {
            masker.mask(format, body).map_err(|error| Refusal::Mask(format, error))
        })
    }

    /// Takes the outcome for the placeholders in a response. `mint` is that of the request, if it had a body.
    pub(crate) fn take_tally(&mut self, scope: &str, mint: Option<&Mint>, tally: &Tally) {
        self.want(scope, &tally.unknown);
        for (signature, original) in &tally.thoughts {
            if let Some(mint) = mint {
                self.remember_thought(scope, thought_placeholder(mint, signature), original);
            }
        }
    }

    /// The number of replaced values of each kind.
    pub(crate) fn kinds(&self, replaced: &Replaced) -> BTreeMap<String, u64> {
        let mut counts = BTreeMap::<KindId, u64>::new();
        for (_, entry) in replaced.entries() {
            *counts.entry(entry.kind).or_default() += entry.count;
        }
        let mut kinds = BTreeMap::new();
        for (kind, count) in counts {
            *kinds.entry(self.scanner.kind(kind).id.to_string()).or_default() += count;
        }
        kinds
    }

    /// Owes the vault the mappings that it does not have yet, and remembers what an exchange replaced. Fails, and does
    /// neither, if they cannot be owed.
    fn owe(&mut self, scope: &str, replaced: &Replaced, now: TimeOfDay) -> Result<(), Refusal> {
        let KeySource::Sidecar(sidecar) = &mut self.keys else { return Ok(()) };
        let debts = self.memory.debts(scope, replaced, now, sidecar.renew_ms());
        let new = debts.iter().filter(|debt| debt.is_new).count();
        let mapping = |debt: &Debt| {
            let entry = replaced.get(&debt.placeholder)?;
            Some(Mapping {
                scope: scope.to_owned(),
                kind: self.scanner.kind(entry.kind).id.to_string(),
                placeholder: debt.placeholder.as_str().to_owned(),
                value: contract::Redacted::new(entry.value.expose()),
                known: entry.recognised.is_worth_knowing() || self.memory.knows(scope, &debt.placeholder),
            })
        };
        // The next turn may come before the vault has answered.
        let unpaid = debts.iter().filter(|debt| !sidecar.outbox.owes(scope, debt.placeholder.as_str()));
        let mappings: Vec<Mapping> = unpaid.filter_map(mapping).collect();
        sidecar.admit(scope, &mappings, new, self.clock.last())?;
        mappings.into_iter().for_each(|mapping| sidecar.outbox.owe(mapping));
        self.memory.remember(scope, replaced);
        Ok(())
    }

    /// Asks the vault for placeholders that are not in the memory.
    pub(crate) fn want(&mut self, scope: &str, placeholders: &HashSet<Placeholder>) {
        let KeySource::Sidecar(sidecar) = &mut self.keys else { return };
        placeholders
            .iter()
            .filter(|placeholder| self.memory.lookup(scope, placeholder).is_none())
            .for_each(|placeholder| sidecar.want(scope, *placeholder));
    }

    /// Remembers thinking that was restored, here and in the vault, so that it can go back as the provider wrote it.
    fn remember_thought(&mut self, scope: &str, placeholder: Placeholder, original: &str) {
        let is_known = self.memory.thought(scope, &placeholder).is_some();
        if is_known || original.len() > bound::VALUE_BYTES {
            return;
        }
        self.memory.remember_thought(scope, placeholder, original);
        let Some(sidecar) = self.sidecar() else { return };
        // It comes with a response, which cannot be refused; the values in it are owed by the request.
        if !sidecar.outbox.fits(scope, 1, original.len()) {
            sidecar.outbox.counters.dropped_mappings += 1;
            return;
        }
        sidecar.outbox.owe(Mapping {
            scope: scope.to_owned(),
            kind: THINKING_KIND.to_owned(),
            placeholder: placeholder.to_string(),
            value: contract::Redacted::new(original),
            known: false,
        });
    }
}

/// The placeholder under which thinking of this signature is kept.
fn thought_placeholder(mint: &Mint, signature: &str) -> Placeholder {
    mint.placeholder(THINKING_KIND, "THINKING", signature)
}

/// The remembered thinking of a scope.
struct ScopeThoughts<'m> {
    memory: &'m Memory,
    scope: &'m str,
    mint: &'m Mint,
}

impl Thoughts for ScopeThoughts<'_> {
    fn original(&self, signature: &str) -> Option<String> {
        self.memory.thought(self.scope, &thought_placeholder(self.mint, signature)).map(|original| original.to_string())
    }
}
