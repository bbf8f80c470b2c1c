//! Values under a name: whether what stands there is one, and where it ends.

mod candidate;
mod list;
mod value;

use std::ops::Range;

use crate::catalog::{Check, KeyRule, KindId};
use crate::near::is_any;
use crate::scan::brackets;
use crate::scan::check;
use crate::scan::clause;
use crate::scan::edge;
use crate::scan::given;
use crate::scan::meant;
use crate::scan::member::Opening;
use crate::scan::name::Name;
use crate::scan::need::Need;
use crate::scan::nested::{self, Between};
use crate::scan::notation::{self, Joint, ValuePlace};
use crate::scan::pattern::Pattern;
use crate::scan::places::NamePlace;
use crate::scan::reading::{Reader, Reading, Use};
use crate::scan::reference;

/// A rule for names.
#[derive(Debug)]
pub(crate) struct Keyed {
    pub(crate) kind: KindId,
    /// Its place in the table.
    pub(crate) index: usize,
    pattern: Pattern,
    check: Check,
    /// What is found grants access.
    secret: bool,
}

impl Keyed {
    /// The rule at `index` of the table.
    pub(crate) fn new(kind: KindId, index: usize, key: &'static KeyRule, secret: bool) -> Self {
        Self { kind, index, pattern: Pattern::new(key.value), check: key.check, secret }
    }

    /// What a text must have somewhere, so that the rule can find anything in it.
    pub(crate) fn need(&self) -> Option<Need> {
        match self.check {
            // A version excuses what looks like an address.
            Check::Version => Some(Need::Quads),
            Check::Account | Check::Staged | Check::Grouped => Some(Need::Account),
            _ => None,
        }
    }

    /// Returns whether what it finds is a version, so that no address is seen there.
    pub(crate) fn is_excuse(&self) -> bool {
        self.check == Check::Version
    }

    /// The values of a name, at the first of its places that has one. Returns whether there was one, or its
    /// placeholder.
    pub(crate) fn at_name(
        &self,
        text: &[u8],
        name: Name<'_>,
        (places, opening): (&[NamePlace], Opening),
        reading: &mut Reading,
        mut found: impl FnMut(Range<usize>),
    ) -> bool {
        let bracketed = self.bracketed(text, &name, opening, reading, &mut found);
        let listed = self.check == Check::Account && name.is_plural() && clause::accounts(text, name.end, &mut found);
        listed
            || places.iter().any(|NamePlace { place, masked }| {
                // Masked already: what else stands around the name is not its value. Only a version is one next to anything.
                let mut any = *masked && !self.is_excuse();
                let formal = name.is_formal(place.tight);
                if !any {
                    self.list(text, *place, formal, reading, |value| {
                        any = true;
                        found(value);
                    });
                    let variable = if any || self.is_excuse() { None } else { reference::at(text, *place) };
                    reading.uses.extend(variable.map(|name| Use { rule: self.index, name }));
                }
                any
            })
            || bracketed
            || self.clause(text, name, found)
    }

    /// The accounts in the brackets behind a name for several. Returns whether there was one.
    fn bracketed(
        &self,
        text: &[u8],
        name: &Name<'_>,
        opening: Opening,
        reading: &mut Reading,
        found: &mut impl FnMut(Range<usize>),
    ) -> bool {
        let several = self.check == Check::Account && (name.is_plural() || name.holds(b"account"));
        // `module.accounts["471192830564"]`
        let index = Some(name.end).filter(|end| text.get(*end) == Some(&b'['));
        let Some(inside) = index.or_else(|| opening.inside(text)).filter(|_| several) else { return false };
        if !reading.is_new(Reader::Brackets, name.start) {
            return false;
        }
        let mut any = false;
        let mut found = |range| {
            any = true;
            found(range);
        };
        let read = brackets::accounts(text, inside, &mut found)
            .or_else(|| brackets::keys(text, inside, nested::indent_of(text, name.start), found));
        if let Some(read) = read {
            reading.read(Reader::Brackets, read);
        }
        any
    }

    /// The value further on in the sentence of its name.
    fn clause(&self, text: &[u8], name: Name<'_>, mut found: impl FnMut(Range<usize>)) -> bool {
        let value = match self.check {
            // `account-id van productie is …`
            Check::Account if !name.is_glued() => clause::account(text, name.end)
                .or_else(|| clause::account_before(text, name.start).filter(|_| name.holds(b"account"))),
            _ if !name.is_word() => None,
            // The last cell of a header has its values in the rows below.
            Check::Password if !ends_row(text, name) => clause::password(text, name.end),
            Check::Bucket => clause::bucket(text, name.end),
            _ => None,
        };
        let Some(value) = value else { return false };
        let end = value.end;
        found(value);
        if self.check == Check::Bucket {
            clause::other_buckets(text, end).into_iter().for_each(&mut found);
        }
        // `Which account? 471192830564 or 582203941675?`
        let other = notation::next_element(text, end).filter(|next| next.joint == Joint::And);
        let other = other.filter(|_| self.check == Check::Account).map(|next| next.place.start);
        let other = other.map(|start| start..start + check::ACCOUNT_LEN);
        other.filter(|other| clause::stands(text, other.clone())).into_iter().for_each(found);
        true
    }

    /// The values below the members of what a name names.
    pub(crate) fn nested(
        &self,
        text: &[u8],
        name: &Name<'_>,
        opening: Opening,
        reading: &mut Reading,
        mut found: impl FnMut(Range<usize>),
    ) {
        let between = match self.check {
            Check::Account => Between::Any,
            Check::Bucket | Check::Name => Between::Keys,
            _ => return,
        };
        if !reading.is_new(Reader::Nested(self.index), name.start) {
            return;
        }
        let read = nested::values(name, opening, between, text, |place| {
            let value = self.value(text, place, false, reading)?;
            let end = value.end;
            found(value);
            Some(end)
        });
        if let Some(read) = read {
            reading.read(Reader::Nested(self.index), read);
        }
    }

    /// The value that stands in a cell of a column, or the accounts in it.
    /// `login` says that another column has the users.
    pub(crate) fn cell(
        &self,
        text: &[u8],
        place: ValuePlace,
        login: bool,
        reading: &mut Reading,
        mut found: impl FnMut(Range<usize>),
    ) {
        match (self.value(text, place, false, reading), place.end) {
            (Some(value), _) => found(value),
            (None, Some(end)) if login && self.is_of_passwords() => {
                let given = |cell: &[u8]| given::is_chosen(cell) && meant::is_unlike_word(cell);
                text.get(place.start..end).is_some_and(given).then(|| found(place.start..end));
            }
            (None, Some(end)) if self.is_of_accounts() => {
                clause::accounts_within(text, place.start..end).into_iter().for_each(found);
            }
            _ => {}
        }
    }

    /// Returns whether it finds names that people choose.
    pub(crate) fn is_of_names(&self) -> bool {
        matches!(self.check, Check::Bucket | Check::Name)
    }

    /// Returns whether it finds names of buckets.
    pub(crate) fn is_of_buckets(&self) -> bool {
        self.check == Check::Bucket
    }

    /// Returns whether it finds accounts.
    pub(crate) fn is_of_accounts(&self) -> bool {
        matches!(self.check, Check::Account | Check::Grouped)
    }

    /// The whole of a cell, if it is a name and no word that tells the state of something.
    pub(crate) fn name(&self, text: &[u8], place: ValuePlace) -> Option<Range<usize>> {
        let cell = place.start..place.end?;
        let bytes = text.get(cell.clone())?;
        let whole = self.pattern.values(text.get(..cell.end)?, cell.start).next() == Some(cell.clone());
        // Services write the names of databases in small letters.
        let word = meant::is_state(bytes) || meant::is_compound_word(bytes) || bytes.iter().any(u8::is_ascii_uppercase);
        (whole && !word && check::passes(self.check, bytes)).then_some(cell)
    }

    /// Returns whether it finds passwords.
    pub(crate) fn is_of_passwords(&self) -> bool {
        matches!(self.check, Check::Password | Check::Scattered)
    }
}

/// Returns whether a line of cells ends with a name: `id,user,password`.
fn ends_row(text: &[u8], name: Name<'_>) -> bool {
    matches!(text.get(name.end), Some(b'\n' | b'\r'))
        && edge::previous(text, name.start).is_some_and(|b| is_any(b",;|/\t", &b))
}
