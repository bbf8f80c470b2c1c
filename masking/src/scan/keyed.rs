//! Values under a name: whether what stands there is one, and where it ends.

use std::ops::Range;

use crate::catalog::KindId;
use crate::catalog::{Check, Edge, KeyRule};
use crate::near::is_any;
use crate::placeholder;
use crate::scan::bounds;
use crate::scan::brackets;
use crate::scan::check;
use crate::scan::clarity;
use crate::scan::clause;
use crate::scan::common;
use crate::scan::edge;
use crate::scan::given;
use crate::scan::letters;
use crate::scan::member::{self, Opening};
use crate::scan::name::Name;
use crate::scan::nested::{self, Between};
use crate::scan::notation::{self, Element, Joint, PlaceKind, ValuePlace};
use crate::scan::pattern::Pattern;
use crate::scan::phrase;
use crate::scan::places::{self, PLACES};
use crate::scan::quoted;
use crate::scan::reading::{Reader, Reading};
use crate::scan::words;

/// The places of a name's value, and whether a placeholder stands there: both are the same for all rules.
#[derive(Debug)]
pub(crate) struct Places {
    all: [Option<ValuePlace>; PLACES],
    /// A bit for each at which a placeholder stands.
    masked: u32,
}

impl Places {
    pub(crate) fn new(text: &[u8], all: [Option<ValuePlace>; PLACES]) -> Self {
        let bit = |(at, place): (usize, &Option<ValuePlace>)| {
            u32::from(place.is_some_and(|place| is_masked(text, place.start))) << at
        };
        Self { masked: all.iter().enumerate().map(bit).fold(0, |masked, bit| masked | bit), all }
    }
}

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
    /// What stands below and around a name is read for it. The digits of an account in groups stand in sentences alone,
    /// and another rule has the same names.
    reads_structure: bool,
}

impl Keyed {
    /// The rule at `index` of the table.
    pub(crate) fn new(kind: KindId, index: usize, key: &'static KeyRule, secret: bool) -> Self {
        let reads_structure = !key.value.contains(' ');
        Self { kind, index, pattern: Pattern::new(key.value), check: key.check, secret, reads_structure }
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
        (places, opening): (&Places, Opening),
        reading: &mut Reading,
        mut found: impl FnMut(Range<usize>),
    ) -> bool {
        let bracketed = self.bracketed(text, &name, opening, reading, &mut found);
        let all = places.all.iter().enumerate().filter_map(|(at, place)| Some((at, place.as_ref()?)));
        let listed = self.check == Check::Account
            && self.reads_structure
            && name.is_plural()
            && clause::accounts(text, name.end, &mut found);
        listed
            || all.into_iter().any(|(at, place)| {
                // Masked already: what else stands around the name is not its value. Only a version is one next to anything.
                let mut any = places.masked >> at & 1 == 1 && !self.is_excuse();
                let formal = name.is_formal(place.tight);
                if !any {
                    self.list(text, *place, formal, reading, |value| {
                        any = true;
                        found(value);
                    });
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
        let several =
            self.check == Check::Account && self.reads_structure && (name.is_plural() || name.holds(b"account"));
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
            Check::Account if !self.reads_structure => None,
            Check::Account if !name.is_glued() => clause::account(text, name.end)
                .or_else(|| clause::account_before(text, name.start).filter(|_| name.holds(b"account"))),
            _ if !name.is_word() => None,
            Check::Password => clause::password(text, name.end),
            _ => None,
        };
        let Some(value) = value else { return false };
        let end = value.end;
        found(value);
        // `Which account? 471192830564 or 582203941675?`
        let other = notation::next_element(text, end).filter(|next| next.joint == Joint::And);
        let other = other.filter(|_| self.check == Check::Account).map(|next| next.place.start);
        let other = other.map(|start| start..start + check::ACCOUNT_LEN);
        other.filter(|other| clause::stands(text, other.clone())).into_iter().for_each(found);
        true
    }

    /// The value at `place`, and those that follow it in a list.
    pub(crate) fn list(
        &self,
        text: &[u8],
        place: ValuePlace,
        formal: bool,
        reading: &mut Reading,
        mut found: impl FnMut(Range<usize>),
    ) {
        let place = if self.check == Check::Account { notation::skip_arns(text, place) } else { place };
        let (mut place, mut first, mut joint) = (place, true, Joint::Comma);
        // `PASSWORDS=('…' '…')` of a shell.
        let array = place.quoted
            && text
                .get(..place.start - usize::from(place.start > 0))
                .is_some_and(|head| head.trim_ascii_end().ends_with(b"("));
        let mut misses = 0;
        loop {
            let value = self.value(text, place, formal, reading);
            let Some(value) = value else {
                // `buckets: {chunks: logs, ruler: acme-ruler-7}`: a word may be anything, and what follows is a name.
                let next = self.after_word(text, place).filter(|_| misses < MISSES_MAX);
                match next.filter(|next| reading.element(self.index, *next, formal)) {
                    Some(next) => (place, first, misses) = (next, false, misses + 1),
                    None => return,
                }
                continue;
            };
            let end = value.end;
            let last = joint == Joint::And && self.check != Check::Account;
            // What stands on a line of its own was seen to end there.
            let alone = matches!(place.kind, PlaceKind::Item | PlaceKind::Answer | PlaceKind::Choice);
            if !first && !alone && (joint == Joint::Comma || last) && !notation::ends_element(text, end) {
                return;
            }
            found(value);
            let same = |next: &Element| match next.joint {
                // An item of its own, of variables with their values: the next one is another variable.
                Joint::Dash => !place.tight,
                Joint::Arrow | Joint::Tag => true,
                Joint::Cell => {
                    let head = text.get(..place.start - usize::from(place.quoted)).unwrap_or_default();
                    head.trim_ascii_end().ends_with(b"|")
                }
                Joint::Blank if self.check == Check::Account => {
                    // `%w[471192830564 582203941675]`
                    let bracket = edge::previous(text, place.start) == Some(b'[') || place.kind == PlaceKind::Cell;
                    next.place.quoted == place.quoted && (formal || place.quoted || bracket)
                }
                Joint::Blank if array => next.place.quoted,
                Joint::Blank => formal && !place.quoted && !place.tight && !self.is_password(),
                // A comma also separates `password=a,bucket=b`.
                Joint::Comma | Joint::And if self.is_password() => next.place.quoted && place.quoted,
                Joint::Comma | Joint::And => next.place.quoted == place.quoted || self.check == Check::Account,
            };
            // What an option is for follows its default: `flag.String("bucket", "b", "…")`.
            let default = place.kind == PlaceKind::Called
                && text.get(..place.start.saturating_sub(1)).is_some_and(|head| head.trim_ascii_end().ends_with(b","));
            let one = default || matches!(place.kind, PlaceKind::Before | PlaceKind::Cell | PlaceKind::Piped);
            use PlaceKind::{Answer, Choice, Item};
            if matches!(place.kind, PlaceKind::Object | PlaceKind::Map | PlaceKind::Members | Item | Answer | Choice) {
                let next = match place.kind {
                    Item => places::next_item_of_list(text, end),
                    Answer => places::next_answer(text, end),
                    Choice => places::next_option(text, end),
                    kind @ (PlaceKind::Map | PlaceKind::Members) => {
                        member::next_in_map(text, end, kind).filter(|next| is_inner(text, place, *next))
                    }
                    kind => member::next_object(text, end).map(|next| ValuePlace { kind, ..next }),
                };
                // `accounts.allowed=471192830564,582203941675`: the value of a member is a list itself.
                let next = next.map(|next| (next, Joint::Comma)).or_else(|| {
                    let next =
                        notation::next_element(text, end).filter(|next| next.joint == Joint::Comma && same(next))?;
                    Some((next.place, next.joint))
                });
                match next.filter(|(next, _)| reading.element(self.index, *next, formal)) {
                    Some((next, _)) => (place, first) = (next, false),
                    None => return,
                }
                continue;
            }
            // A list that joins one which was read before ends there: the rest of it is found already.
            match notation::next_element(text, end).filter(|next| same(next) && !one) {
                Some(next) if reading.element(self.index, next.place, formal) => {
                    (place, first, joint) = (next.place, false, next.joint)
                }
                _ => return,
            }
        }
    }

    /// The next member of a map, or item of a list, after one that is a short word.
    fn after_word(&self, text: &[u8], place: ValuePlace) -> Option<ValuePlace> {
        const WORD_MAX: usize = 64;
        let named = matches!(self.check, Check::Bucket | Check::Name);
        let dash = || {
            let head = text.get(..place.start).unwrap_or_default();
            let head = if place.quoted { head.get(..head.len().saturating_sub(1)).unwrap_or_default() } else { head };
            place.kind == PlaceKind::Assigned && head.ends_with(b"- ")
        };
        let member = matches!(place.kind, PlaceKind::Members);
        // `Bucket names: mercury, acme-logs and acme-backup`
        let comma = || {
            let head = text.get(..place.start).unwrap_or_default();
            place.kind == PlaceKind::Assigned && !place.quoted && (head.ends_with(b"s: ") || head.ends_with(b", "))
        };
        (named && (member || dash() || comma())).then_some(())?;
        let rest = text.get(place.start..text.len().min(place.start + WORD_MAX))?;
        let len = rest.iter().take_while(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || is_any(b".-", b)).count();
        let end = place.start + len;
        let closed = notation::skip_quote(text, end).filter(|_| place.quoted).unwrap_or(end);
        let ends = matches!(text.get(closed), Some(b'\n' | b'\r' | b',')) && len > 0;
        let next = if member {
            member::next_in_map(text, end, place.kind)
        } else {
            let joint = if dash() { Joint::Dash } else { Joint::Comma };
            notation::next_element(text, end).filter(|next| next.joint == joint).map(|next| next.place)
        };
        next.filter(|next| ends && is_inner(text, place, *next))
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
            Check::Account if self.reads_structure => Between::Any,
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
    pub(crate) fn cell(
        &self,
        text: &[u8],
        place: ValuePlace,
        reading: &mut Reading,
        mut found: impl FnMut(Range<usize>),
    ) {
        match (self.value(text, place, false, reading), place.end) {
            (Some(value), _) => found(value),
            (None, Some(end)) if self.check == Check::Account => {
                clause::accounts_within(text, place.start..end).into_iter().for_each(found);
            }
            _ => {}
        }
    }

    /// Returns whether it finds names that people choose.
    pub(crate) fn is_of_names(&self) -> bool {
        matches!(self.check, Check::Bucket | Check::Name)
    }

    /// Returns whether it finds accounts.
    pub(crate) fn is_of_accounts(&self) -> bool {
        self.check == Check::Account
    }

    /// The whole of a cell, if it is a name and no word that tells the state of something.
    pub(crate) fn name(&self, text: &[u8], place: ValuePlace) -> Option<Range<usize>> {
        let cell = place.start..place.end?;
        let bytes = text.get(cell.clone())?;
        let whole = self.pattern.values(text.get(..cell.end)?, cell.start).next() == Some(cell.clone());
        // Services write the names of databases in small letters.
        let word = is_state(bytes) || is_compound_word(bytes) || bytes.iter().any(u8::is_ascii_uppercase);
        (whole && !word && check::passes(self.check, bytes)).then_some(cell)
    }

    fn is_password(&self) -> bool {
        matches!(self.check, Check::Password | Check::Scattered)
    }

    /// Returns whether what its notation encloses is a password.
    fn is_enclosed(&self, value: &[u8]) -> bool {
        check::is_enclosed_password(value) && (self.check == Check::Password || check::is_scattered(value))
    }

    fn value(&self, text: &[u8], place: ValuePlace, formal: bool, reading: &mut Reading) -> Option<Range<usize>> {
        let value = self.read(text, place, formal, reading)?;
        let value = if self.is_password() && !place.quoted { bounds::without_stop(text, value) } else { value };
        let class = self.is_password() && text.get(value.clone()).is_some_and(check::is_class);
        (!class).then_some(value)
    }

    fn read(&self, text: &[u8], place: ValuePlace, formal: bool, reading: &mut Reading) -> Option<Range<usize>> {
        // Only accounts are told by a map's name whatever its members are called.
        let told = match place.kind {
            PlaceKind::Map => self.check == Check::Account,
            // An unquoted word could be anything.
            PlaceKind::Members => !self.is_password() || place.quoted,
            _ => true,
        };
        if !told {
            return None;
        }
        if let Some(end) = place.end.filter(|_| self.is_password()) {
            let cell = text.get(place.start..end)?;
            // A command that reads a password is given one.
            if place.kind == PlaceKind::Piped {
                let given =
                    !check::has_reference_mark(cell) && !check::begins_with_sigil(cell) && !cell.contains(&b'`');
                return (given && self.check == Check::Password && cell.len() >= PIPED_MIN).then_some(place.start..end);
            }
            let place = match place.kind {
                PlaceKind::Answer => ValuePlace { kind: PlaceKind::Cell, ..place },
                _ => place,
            };
            // `SipHash-1-3 pass:` is a verb.
            let before = place.kind == PlaceKind::Before
                && check::is_scattered(cell)
                && (self.check == Check::Password || place.quoted);
            if !before && place.kind != PlaceKind::Cell {
                return None;
            }
            // Under a line that is a name alone, a word with a number may be another name.
            let sure = place.quoted || check::is_scattered(cell);
            let unlike_word = check::has_digit(cell) || letters::is_random(cell);
            let one = !cell.contains(&b' ') || phrase::is_password(cell);
            let unnamed = !check::is_numbered_name(cell);
            return (sure && one && unnamed && self.is_enclosed(cell) && unlike_word).then_some(place.start..end);
        }
        if let Some(words) = quoted::words(text, place, formal).filter(|_| self.check == Check::Password) {
            return Some(words);
        }
        // What a notation encloses is a password or none, whatever characters it is made of.
        if self.is_password() && (place.kind != PlaceKind::Near || formal || quoted::is_of_sql(text, place)) {
            if let Some(phrase) = quoted::phrase(text, place) {
                return self.phrase(text, phrase);
            }
            let enclosed = quoted::value(text, place)
                .or_else(|| quoted::argument(text, place))
                .or_else(|| quoted::line(text, place, formal));
            if let Some(value) = enclosed {
                return Some(value)
                    .filter(|value| text.get(value.clone()).is_some_and(|value| self.is_enclosed(value)));
            }
            let bounded = bounds::value(text, place, formal).filter(|_| self.check == Check::Password);
            if let Some(value) = bounded.or_else(|| quoted::token(text, place)) {
                return Some(value);
            }
        }
        let run = self.pattern.is_run();
        if run && !reading.is_new(Reader::Run(self.index), place.start) {
            return None;
        }
        let window = text.get(..place.end.unwrap_or(text.len()))?;
        let value = self.pattern.values(window, place.start).next()?;
        if place.end.is_some_and(|end| end != value.end) {
            return None;
        }
        if run {
            reading.read(Reader::Run(self.index), value.end);
        }
        let value = if self.secret && place.quoted { quoted::widened(text, value) } else { value };
        let value = match place {
            ValuePlace { quoted: true, .. } | ValuePlace { end: Some(_), .. } => value,
            _ if self.is_password() || self.check == Check::Setting => {
                bounds::without_bracket(text, bounds::without_brace(text, without_stop(text, value, place.kind)))
            }
            _ => without_stop(text, value, place.kind),
        };
        let bytes = text.get(value.clone())?;
        let whole = edge::right(Edge::Right, text, value.end) && edge::left(Edge::Right, text, value.start);
        let call = self.secret && !place.quoted && is_call(text, value.end, bytes);
        (whole && !call && check::passes(self.check, bytes) && self.is_meant(text, &value, bytes, place, formal))
            .then_some(value)
    }

    /// The password in a quotation with blanks: all of it, or a word of the sentence that stands there.
    fn phrase(&self, text: &[u8], phrase: Range<usize>) -> Option<Range<usize>> {
        let bytes = text.get(phrase.clone())?;
        let first = bytes.get(..memchr::memchr(b' ', bytes)?)?;
        let word = first.strip_suffix(b",").unwrap_or(first);
        let sure = |value: &[u8]| self.check == Check::Password || check::is_scattered(value);
        // `create user ana with password 'x y'`
        let of_user = || quoted::is_of_user(text, phrase.start) && !check::has_reference_mark(bytes);
        // A variable of the environment and a connection may have one that is made of words alone.
        let given = || {
            given::is_of_variable(text, phrase.start) && phrase::is_given(bytes)
                || given::is_of_connection(text, phrase.clone(), b",;(") && phrase::is_given(bytes)
        };
        let plain = self.check == Check::Password && (of_user() || given());
        if (phrase::is_password(bytes) || plain) && sure(bytes) {
            return Some(phrase);
        }
        let generated = (check::is_generated(word) || check::is_mixed(word)) && self.is_enclosed(word);
        (generated && !check::is_code(word) && !check::has_reference_mark(word))
            .then(|| phrase.start..phrase.start + word.len())
    }

    /// Returns whether words with points between them are a password rather than code: nothing else is on the line, and
    /// it is one of an environment or of properties, or the words are not an attribute of something.
    fn is_words(&self, text: &[u8], value: &Range<usize>, bytes: &[u8], place: ValuePlace, formal: bool) -> bool {
        let ends = text.get(value.end).is_none_or(|b| matches!(b, b'\n' | b'\r'));
        let capital = bytes.split(|b| *b == b'.').all(|word| word.first().is_some_and(u8::is_ascii_uppercase));
        ends && bytes.contains(&b'.')
            && !bytes.iter().any(|b| is_any(b"[]{}_", b))
            && (formal || capital || place.tight && place.leads)
    }

    /// Returns whether what stands there is a value rather than the next word of a sentence or of a program.
    fn is_meant(&self, text: &[u8], value: &Range<usize>, bytes: &[u8], place: ValuePlace, formal: bool) -> bool {
        match self.check {
            // With a fourth group it is a number of something else.
            Check::Account if bytes.contains(&b' ') => {
                !matches!(text.get(value.end..), Some([b' ', next, ..]) if next.is_ascii_digit())
            }
            Check::Bucket | Check::Name if !bytes.contains(&b'-') && is_header_row(text, value.end) => false,
            Check::Bucket | Check::Name if place.kind == PlaceKind::Members => {
                let ends = matches!(text.get(value.end), None | Some(b'\n' | b'\r' | b' ' | b',' | b'}' | b'\\'));
                let telling = place.quoted && std::str::from_utf8(bytes).is_ok_and(clarity::is_telling);
                (check::is_distinctive(bytes) || telling)
                    && (ends || place.quoted && notation::ends_quoted(text, value.end))
            }
            Check::Bucket | Check::Name if place.end.is_some() => {
                let alone =
                    matches!(place.kind, PlaceKind::Cell | PlaceKind::Item | PlaceKind::Answer | PlaceKind::Choice);
                let telling = check::is_distinctive(bytes) && (alone || place.leads);
                let telling = telling && (place.kind != PlaceKind::Item || !is_description(bytes));
                let telling = telling && (place.kind != PlaceKind::Before || place.quoted || !is_description(bytes));
                let short = bytes.len() <= WORD_OF_CODE_MAX && !check::is_distinctive(bytes);
                telling || place.quoted && place.kind == PlaceKind::Before && !short
            }
            // `new aws.rds.Instance("main", {`: what a program calls a resource; its name is in the object.
            Check::Bucket | Check::Name
                if place.kind == PlaceKind::Called
                    && (notation::precedes_object(text, value.end) || is_constructed(text, value.start)) =>
            {
                false
            }
            Check::Bucket | Check::Name if place.quoted => {
                // `json:"bucket"` in the tag of Go's.
                let tag = text.get(value.end..).is_some_and(|rest| rest.starts_with(b":\""));
                // `the bucket is "before" the other`: a word of code in a sentence.
                let sentence = matches!(place.kind, PlaceKind::Said | PlaceKind::Near);
                let word = sentence
                    && bytes.len() <= WORD_OF_CODE_MAX
                    && !check::is_distinctive(bytes)
                    && !is_among_resources(text, value, bytes);
                !tag && !word
                    && notation::ends_quoted(text, value.end)
                    && (check::is_distinctive(bytes) || !notation::is_name(text, value.end))
            }
            Check::Bucket | Check::Name => {
                let called = place.kind == PlaceKind::Called;
                // `the bucket (idempotency)`: a word in brackets behind one of a sentence.
                let remark =
                    called && !place.tight && !text.get(value.end..).is_some_and(|rest| rest.starts_with(b"):"));
                let parenthesis = !called || text.get(value.end) == Some(&b')');
                let next = text.get(value.end);
                let alone = next.is_none_or(|b| b.is_ascii_whitespace() || matches!(b, b'&' | b'\\'));
                // `<Name>acmelogs</Name>`
                let element = edge::previous(text, value.start) == Some(b'>')
                    && text.get(value.end..).is_some_and(|rest| rest.starts_with(b"</"));
                let bare = check::is_distinctive(bytes)
                    || formal
                    || called && !remark
                    || element
                    || place.tight && alone && bytes.len() >= 6
                    || is_scalar(text, value, bytes, place, self.check)
                    || is_directive(text, value, bytes, place)
                    || is_pair(text, value, bytes);
                let sentence = matches!(place.kind, PlaceKind::Near | PlaceKind::Said);
                let bare = bare && (place.kind != PlaceKind::Near || !is_term(bytes));
                let bare = bare && (!sentence || formal || !is_description(bytes));
                let bare = bare && (!sentence || !bytes.contains(&b'.') || is_dotted(bytes));
                // `cannot read bucket b-1: access denied`
                let colon = sentence && text.get(value.end..).is_some_and(|rest| rest.starts_with(b": "));
                // `class Bucket:⏎    acl7 = 5`: a name that is given a value.
                let assigned = text.get(value.end..).is_some_and(|rest| rest.starts_with(b" = "));
                bare && parenthesis && !assigned && (colon || !notation::goes_on(text, value.end))
            }
            Check::Setting => {
                let letters = bytes.iter().any(u8::is_ascii_alphabetic);
                let plain = check::has_digit(bytes) || is_signed(text, value, bytes, true, false);
                formal && place.tight && letters && plain
            }
            Check::Irregular => {
                place.quoted || formal || place.kind == PlaceKind::Said || place.leads && is_last(text, value.end)
            }
            Check::Version => place.kind != PlaceKind::Near,
            Check::PublicIp => !follows_word(text, place.start),
            // Without quotation marks, a symbol may be code's.
            Check::Scattered => true,
            Check::Password if place.kind == PlaceKind::Near => {
                formal || (check::is_generated(bytes) || check::is_long(bytes)) && !check::is_numbered_name(bytes)
            }
            Check::Password if !place.quoted && is_compared(text, place.start, bytes) => false,
            Check::Password if !place.quoted && is_command(text, place.start, bytes) => false,
            Check::Password if place.kind == PlaceKind::Said => is_told(bytes),
            Check::Password => {
                let signs = place.tight && is_signed(text, value, bytes, formal, place.leads);
                let random = letters::is_random(bytes);
                let plain = (check::has_digit(bytes) || signs || random)
                    && (!check::is_code(bytes) || self.is_words(text, value, bytes, place, formal));
                let sure = formal
                    || check::is_generated(bytes)
                    || check::is_long(bytes)
                    || random
                    || place.tight && notation::is_pair(text, value.end)
                    || !bytes.iter().all(u8::is_ascii_alphanumeric);
                let plain = plain && (sure || !notation::is_followed(text, value.end));
                let said = place.kind != PlaceKind::Called || check::is_generated(bytes) || check::is_long(bytes);
                said && (place.quoted || plain)
            }
            _ => true,
        }
    }
}

/// Returns whether a member stands in the same map as the one before it: what stands further out belongs to something else.
fn is_inner(text: &[u8], before: ValuePlace, next: ValuePlace) -> bool {
    nested::indent_of(text, next.start) >= nested::indent_of(text, before.start)
}

/// Maximum words in front of the next name of a map or list.
const MISSES_MAX: usize = 4;

/// Bytes of a word in quotation marks that is rather one of code than the name of something.
const WORD_OF_CODE_MAX: usize = 7;

/// Minimum bytes of a password that a command is given to read.
const PIPED_MIN: usize = 6;

/// Returns whether a word behind a verb is a password, and no other word of a sentence: `the password is hashed`, `… is
/// base64-encoded`, `… is 12 characters long`.
fn is_told(value: &[u8]) -> bool {
    const DIGITS_MIN: usize = 8;
    const WORDS_MIN: usize = 3;
    let digits = value.len() >= DIGITS_MIN && value.iter().all(u8::is_ascii_digit);
    let begins =
        |word: &[u8]| matches!(word, [first, second, ..] if first.is_ascii_digit() && second.is_ascii_lowercase());
    let joined = value.iter().all(|b| b.is_ascii_alphanumeric() || *b == b'-')
        && value.split(|b| *b == b'-').count() >= WORDS_MIN
        && value.split(|b| *b == b'-').any(begins);
    let irregular = value.iter().all(|b| b.is_ascii_alphanumeric() || *b == b'-') && check::is_irregular(value);
    let sure = check::is_generated(value) || check::is_mixed(value) || letters::is_random(value);
    let unlikely = value.len() >= 12 && check::has_digit(value) && letters::is_unlikely(value);
    sure || digits
        || joined
        || irregular
        || is_numbered_word(value)
        || unlikely && value.iter().all(u8::is_ascii_alphanumeric)
}

/// Returns whether people made a value of capitalised words and a number, with signs between them: `Tidewater_9`,
/// `Hazel-Stoat-31`.
fn is_numbered_word(value: &[u8]) -> bool {
    const WORD_MIN: usize = 5;
    let number = |part: &[u8]| !part.is_empty() && part.iter().all(u8::is_ascii_digit);
    let word = |part: &[u8]| matches!(part, [first, rest @ ..] if first.is_ascii_uppercase() && rest.len() + 1 >= WORD_MIN && rest.iter().all(u8::is_ascii_lowercase));
    let mut parts = value.rsplit(|b| matches!(b, b'_' | b'-'));
    let numbered = parts.next().is_some_and(number);
    let mut words = 0;
    numbered
        && parts.all(|part| {
            words += 1;
            word(part)
        })
        && words > 0
}

/// Returns whether the sentence of a word tells of other resources of AWS: ``account …, bucket `hermes` ``.
fn is_among_resources(text: &[u8], value: &Range<usize>, bytes: &[u8]) -> bool {
    const WORD_MIN: usize = 5;
    let head = text.get(value.start.saturating_sub(HEAD_MAX)..value.start).unwrap_or_default();
    let line = head.get(memchr::memrchr(b'\n', head).map_or(0, |newline| newline + 1)..).unwrap_or_default();
    let told = [b"account ".as_slice(), b"S3 ", b"VPC ", b"AWS "]
        .iter()
        .any(|word| memchr::memmem::find(line, word).is_some());
    told && bytes.len() >= WORD_MIN && !std::str::from_utf8(bytes).is_ok_and(common::is_common)
}

/// Returns whether a word is the value of a line of YAML, `bucket: acmelogs`, and not one that says what a bucket is
/// like. A program would go on behind it, or close a bracket on the next line.
fn is_scalar(text: &[u8], value: &Range<usize>, bytes: &[u8], place: ValuePlace, check: Check) -> bool {
    // `s3_bucket` says more than `bucket`.
    const SCALAR_MIN: usize = 6;
    const FULL_MIN: usize = 4;
    let head = text.get(place.start.saturating_sub(HEAD_MAX)..place.start).unwrap_or_default().trim_ascii_end();
    // `bucket:⏎  name: acmelogs`: the member of an object is on a line of its own too.
    let line = head.get(memchr::memrchr(b'\n', head).map_or(0, |newline| newline + 1)..).unwrap_or_default();
    let leads = place.leads || line.trim_ascii_start().iter().all(|b| b.is_ascii_alphabetic() || *b == b':');
    let Some(name) = head.strip_suffix(b":").filter(|_| place.kind == PlaceKind::Assigned && leads) else {
        return false;
    };
    let name = name.trim_ascii_end();
    // `DBInstance: stopped` may tell a state, `DBInstanceIdentifier: orders` cannot.
    let named = check == Check::Bucket || words::ends_with_ignore_case(name, b"identifier");
    let rest = text.get(value.end..text.len().min(value.end + HEAD_MAX)).unwrap_or_default();
    let line = rest.iter().take_while(|b| matches!(b, b' ' | b'\t' | b'\r')).count();
    let behind = rest.get(line..).unwrap_or_default();
    let ends = matches!(behind.first(), None | Some(b'\n' | b'#'));
    let next = behind.iter().skip_while(|b| **b != b'\n').find(|b| !b.is_ascii_whitespace());
    let closes = next.is_some_and(|b| matches!(b, b'}' | b')' | b']'));
    let word = bytes.ends_with(b"ed") || std::str::from_utf8(bytes).is_ok_and(common::is_common);
    let full = [b"s3_bucket".as_slice(), b"bucket_name", b"identifier"];
    let full = full.iter().any(|full| words::ends_with_ignore_case(name, full));
    bytes.len() >= if full { FULL_MIN } else { SCALAR_MIN } && named && ends && !closes && !word
}

/// Returns whether a word is the second of two cells between bars, and a name as programs write it is the first:
/// `|  BucketName  |  acmelogs  |`. A word is not written so, and the cells of a header are alike.
fn is_pair(text: &[u8], value: &Range<usize>, bytes: &[u8]) -> bool {
    const WORD_MIN: usize = 4;
    let head = text.get(value.start.saturating_sub(HEAD_MAX)..value.start).unwrap_or_default();
    let line = head.get(memchr::memrchr(b'\n', head).map_or(0, |newline| newline + 1)..).unwrap_or_default();
    let tail = text.get(value.end..text.len().min(value.end + HEAD_MAX)).unwrap_or_default();
    let tail = tail.get(..memchr::memchr(b'\n', tail).unwrap_or(tail.len())).unwrap_or_default();
    let name =
        line.trim_ascii().strip_prefix(b"|").and_then(|line| line.strip_suffix(b"|")).unwrap_or_default().trim_ascii();
    let joined = name.windows(2).any(|pair| matches!(pair, [a, b] if a.is_ascii_lowercase() && b.is_ascii_uppercase()));
    let programs = name.iter().all(|b| b.is_ascii_alphanumeric() || *b == b'_') && joined;
    let word = bytes.ends_with(b"ed")
        || bytes.iter().any(u8::is_ascii_uppercase)
        || std::str::from_utf8(bytes).is_ok_and(common::is_common);
    programs && tail.trim_ascii() == b"|" && bytes.len() >= WORD_MIN && !word
}

/// Returns whether a value stands in the row over the rule of a table in Markdown, `| bucket | p50 |`: a heading is one
/// unless it has the form of a name.
fn is_header_row(text: &[u8], end: usize) -> bool {
    let rest = text.get(end..text.len().min(end + HEAD_MAX)).unwrap_or_default();
    let blanks = rest.iter().take_while(|b| **b == b' ').count();
    let line = memchr::memchr(b'\n', rest).filter(|_| rest.get(blanks) == Some(&b'|'));
    let next = line.and_then(|line| rest.get(line + 1..)).unwrap_or_default();
    next.strip_prefix(b"|").is_some_and(|next| matches!(next.trim_ascii_start(), [b'-', b'-', ..] | [b':', b'-', ..]))
}

/// Returns whether a word is all that a directive of a configuration sets, `s3_bucket acmelogs`: the name is one of a
/// program, begins its line, and nothing follows the word.
fn is_directive(text: &[u8], value: &Range<usize>, bytes: &[u8], place: ValuePlace) -> bool {
    const WORD_MIN: usize = 5;
    let head = text.get(place.start.saturating_sub(HEAD_MAX)..place.start).unwrap_or_default().trim_ascii_end();
    let name =
        head.get(memchr::memrchr(b'\n', head).map_or(0, |newline| newline + 1)..).unwrap_or_default().trim_ascii();
    let programs =
        name.contains(&b'_') && name.iter().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || *b == b'_');
    let ends = matches!(text.get(value.end..), Some([] | [b'\n' | b'\r', ..] | [b';', b'\n', ..]));
    let word = bytes.ends_with(b"ed") || std::str::from_utf8(bytes).is_ok_and(common::is_common);
    let programs = programs || name.eq_ignore_ascii_case(b"bucket") && is_among_directives(text, value);
    place.kind == PlaceKind::Near && place.leads && programs && ends && bytes.len() >= WORD_MIN && !word
}

/// Bytes in front of a value, and behind it, in which its line is read.
const HEAD_MAX: usize = 96;

/// Returns whether a program makes a resource there, which it calls so: `new aws.s3.Bucket("logs-1")`.
fn is_constructed(text: &[u8], at: usize) -> bool {
    let head = text.get(at.saturating_sub(CONSTRUCTOR_MAX)..at).unwrap_or_default();
    memchr::memmem::rfind(head, b"new aws.").is_some_and(|new| {
        let path = head.get(new + b"new ".len()..).unwrap_or_default();
        path.iter().all(|b| b.is_ascii_alphanumeric() || is_any(b".(\"'", b))
    })
}

/// Maximum bytes of a constructor.
const CONSTRUCTOR_MAX: usize = 48;

/// Returns whether the signs in a word that an option, a variable or a line of properties sets tell it from one of code.
/// Only a program would compute what begins a line, `password=a+b`, so fewer signs are telling there.
fn is_signed(text: &[u8], value: &Range<usize>, bytes: &[u8], formal: bool, leads: bool) -> bool {
    let ends = text.get(value.end).is_none_or(u8::is_ascii_whitespace);
    let set = formal && ends && (bytes.iter().any(|b| is_any(b"!#%^*+?~", b)) || bytes.ends_with(b"$"));
    set || leads && is_last(text, value.end) && bytes.iter().any(|b| is_any(b"!#*~", b))
}

/// Returns whether the line above or below a value's is a directive too: a name, and a value that is no word.
fn is_among_directives(text: &[u8], value: &Range<usize>) -> bool {
    let head = text.get(value.start.saturating_sub(HEAD_MAX)..value.start).unwrap_or_default();
    let tail = text.get(value.end..text.len().min(value.end + HEAD_MAX)).unwrap_or_default();
    let directive = |line: &[u8]| {
        let mut words = line.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
        let pair = (words.next(), words.next(), words.next());
        matches!(pair, (Some(name), Some(value), None)
            if name.iter().all(|b| b.is_ascii_alphanumeric() || *b == b'_') && check::has_digit(value))
    };
    let above = head.rsplit(|b| *b == b'\n').nth(1).is_some_and(directive);
    above || tail.split(|b| *b == b'\n').nth(1).is_some_and(directive)
}

/// Returns whether nothing stands behind a value on its line.
fn is_last(text: &[u8], end: usize) -> bool {
    text.get(end).is_none_or(|b| matches!(b, b'\n' | b'\r'))
}

/// Returns whether a word that only ends like `ip` stands in front of an address: `skip 6.4.1.2`, `pip 23.0.1.2`.
fn follows_word(text: &[u8], at: usize) -> bool {
    const OWNERS: &str = "\
        src|dst|source|dest|client|host|public|pub|private|server|remote|local|node|elastic|my|e|v|real|peer|target|vm|\
        web|db|nat|egress|ingress|external|internal|origin|user";
    let head = text.get(at.saturating_sub(WORD_MAX)..at).unwrap_or_default();
    let signs = head.iter().rev().take_while(|b| !b.is_ascii_alphanumeric()).count();
    let head = head.get(..head.len() - signs).unwrap_or_default();
    let len = head.iter().rev().take_while(|b| b.is_ascii_lowercase()).count();
    let word = head.get(head.len() - len..).unwrap_or_default();
    word.strip_suffix(b"ip").is_some_and(|owner| !owner.is_empty() && !words::is_one_of(OWNERS, owner))
}

/// Bytes in which the word in front of an address stands.
const WORD_MAX: usize = 32;

/// Returns whether a word is compared with its name, as code does: `password !== confirmPassword1)`.
fn is_compared(text: &[u8], start: usize, value: &[u8]) -> bool {
    let head = text.get(..start).unwrap_or_default().trim_ascii_end();
    let compares = matches!(head, [.., b'=' | b'!' | b'<' | b'>', b'=']);
    compares && check::is_numbered_name(value.strip_suffix(b")").unwrap_or(value))
}

/// Returns whether a word is a command that reads what its name writes: `terraform output password | base64 --decode`.
fn is_command(text: &[u8], start: usize, value: &[u8]) -> bool {
    const COMMANDS: &str = "base64|base32|md5sum|sha1sum|sha256sum|sha512sum|argon2|python3";
    words::is_one_of(COMMANDS, value) && text.get(..start).unwrap_or_default().trim_ascii_end().ends_with(b"|")
}

/// Returns whether a path of names is called: `System.Text.Encoding.UTF8.GetString(`.
fn is_call(text: &[u8], end: usize, value: &[u8]) -> bool {
    let name =
        |part: &[u8]| part.first().is_some_and(u8::is_ascii_uppercase) && part.iter().all(u8::is_ascii_alphanumeric);
    let path = value.iter().filter(|b| **b == b'.').count() >= 2 && value.split(|b| *b == b'.').all(name);
    path && text.get(end) == Some(&b'(')
}

/// A value without the sign that ends its sentence or separates it from the next.
fn without_stop(text: &[u8], value: Range<usize>, kind: PlaceKind) -> Range<usize> {
    // `Hasło: x. Numer konta: …`
    let next =
        matches!(text.get(value.end..), Some([b' ', first, ..]) if first.is_ascii_uppercase() || !first.is_ascii());
    let sentence = matches!(kind, PlaceKind::Near | PlaceKind::Said) || next;
    let blank = text.get(value.end).is_none_or(u8::is_ascii_whitespace);
    let stop = |b: &u8| *b == b',' || sentence && matches!(b, b'.' | b';' | b':');
    let stops = text.get(value.clone()).filter(|_| blank).and_then(<[u8]>::last).is_some_and(stop);
    value.start..value.end - usize::from(stops)
}

/// Returns whether a placeholder stands for what stood at a place, or for a part of it.
fn is_masked(text: &[u8], at: usize) -> bool {
    let rest = text.get(at..text.len().min(at + MASKED_MAX)).unwrap_or_default();
    let run = rest.iter().position(|b| *b <= b' ').unwrap_or(rest.len());
    run >= placeholder::TOKEN_MIN && rest.get(..run).is_some_and(|run| placeholder::find_all(run).next().is_some())
}

/// Bytes of a value in which a placeholder is looked for.
const MASKED_MAX: usize = 96;

/// Returns whether a name begins with a word that stands next to names of its sort: `bucket sort-1`, `cluster size-2`.
fn is_term(value: &[u8]) -> bool {
    const TERMS: &str = "acl|count|index|key|level|lifecycle|limit|mode|name|number|owner|part|policy|rate|size|sort|step|\
        tag|type|version|versioning|per|pre|multi|sub|non|re|self|cross|post|end|built";
    value.split(|b| *b == b'-').next().is_some_and(|word| words::is_one_of(TERMS, word))
}

/// Returns whether words that a hyphen joins say what something is like: `read-only`, `write-protected`, `utf-8`.
fn is_description(value: &[u8]) -> bool {
    is_compound_word(value) || std::str::from_utf8(value).is_ok_and(common::is_common)
}

/// `read-only`, `write-protected`: words that a hyphen joins.
fn is_compound_word(value: &[u8]) -> bool {
    const LAST: &str = "\
        only|wide|side|based|like|free|aware|sensitive|specific|friendly|compliant|safe|level|ready|proof|neutral|agnostic|\
        native|first|second|time|end|region|account|term|lived|way|in|out|up|off|on|by|one|none|blind|tier";
    const ENDINGS: [&[u8]; 4] = [b"ed", b"able", b"ible", b"less"];
    const ENDING_MIN: usize = 5;
    let last = value.rsplit(|b| *b == b'-').next().unwrap_or_default();
    let ending = last.len() >= ENDING_MIN && ENDINGS.iter().any(|ending| last.ends_with(ending));
    value.contains(&b'-') && !check::has_digit(value) && (words::is_one_of(LAST, last) || ending)
}

/// Returns whether a word tells what a resource is like or does, as cells of tables do: `available`, `enabled`.
fn is_state(value: &[u8]) -> bool {
    const STATES: &str = "\
        active|inactive|available|unavailable|stopping|starting|running|pending|failing|healthy|unhealthy|ok|yes|no|on|off|\
        primary|secondary|replica|standby|writer|reader|public|private|open|standard|glacier|small|medium|large|high|low|\
        critical|warning|info|total|other|others|various|same|todo|optional|free|full|done|new|old|ready|up|down|\
        postgres|postgresql|mysql|mariadb|oracle|aurora|neptune|redis|docdb|mongodb";
    words::is_one_of(STATES, value) || value.ends_with(b"ed") && value.iter().all(u8::is_ascii_lowercase)
}

/// Returns whether a name with points is one to its end: `logs-1.data`, and not `logs-1.The`.
fn is_dotted(value: &[u8]) -> bool {
    value.split(|b| *b == b'.').all(|part| part.first().is_some_and(|b| b.is_ascii_lowercase() || b.is_ascii_digit()))
}
