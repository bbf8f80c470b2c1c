//! Values under a name: whether what stands there is one, and where it ends.

use std::ops::Range;

use crate::catalog::KindId;
use crate::catalog::{Check, Edge, KeyRule};
use crate::near::is_any;
use crate::scan::bounds;
use crate::scan::brackets;
use crate::scan::check;
use crate::scan::clarity;
use crate::scan::clause;
use crate::scan::edge;
use crate::scan::given;
use crate::scan::letters;
use crate::scan::meant;
use crate::scan::member::{self, Opening};
use crate::scan::name::Name;
use crate::scan::nested::{self, Between};
use crate::scan::notation::{self, Element, Joint, PlaceKind, ValuePlace};
use crate::scan::pattern::Pattern;
use crate::scan::phrase;
use crate::scan::places::{self, NamePlace};
use crate::scan::quoted;
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
            Check::Password => clause::password(text, name.end),
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

    /// The value at `place`, and those that follow it in a list.
    pub(crate) fn list(
        &self,
        text: &[u8],
        place: ValuePlace,
        formal: bool,
        reading: &mut Reading,
        mut found: impl FnMut(Range<usize>),
    ) {
        let place = if self.is_of_accounts() { notation::skip_arns(text, place) } else { place };
        let (mut place, mut first, mut joint) = (place, true, Joint::Comma);
        // `PASSWORDS=('…' '…')` of a shell.
        let array = place.quoted
            && text
                .get(..place.start - usize::from(place.start > 0))
                .is_some_and(|head| head.trim_ascii_end().ends_with(b"("));
        // `for bucket in b-1 b-2; do`
        let loops = text.get(place.start.saturating_sub(LOOP_MAX)..place.start).is_some_and(|head| {
            head.ends_with(b" in ") && edge::last_line(head).trim_ascii_start().starts_with(b"for ")
        });
        let mut misses = 0;
        loop {
            let value = self.value(text, place, formal, reading);
            let Some(value) = value else {
                // `buckets: {chunks: logs, ruler: acme-ruler-7}`: a word may be anything, and what follows is a name.
                let next = match place {
                    ValuePlace { kind: PlaceKind::Item, tight: true, end: Some(end), .. } => {
                        places::next_item_of_list(text, end)
                    }
                    place => self.after_word(text, place),
                };
                let next = next.filter(|_| misses < MISSES_MAX);
                match next.filter(|next| reading.element(self.index, *next, formal)) {
                    Some(next) => (place, first, misses) = (next, false, misses + 1),
                    None => return,
                }
                continue;
            };
            let end = value.end;
            let last = joint == Joint::And && !self.is_of_accounts();
            // What stands on a line of its own was seen to end there.
            let alone = matches!(place.kind, PlaceKind::Item | PlaceKind::Answer | PlaceKind::Choice);
            if !first && !alone && (joint == Joint::Comma || last) && !notation::ends_element(text, end) {
                // `the buckets acme-a1 and acme-b2 are public`
                self.doubt(text, value, reading);
                return;
            }
            found(value);
            // `密码还是 x 吗？⏎赵敏：已经换成 y`
            if first
                && self.check == Check::Password
                && place.kind == PlaceKind::Said
                && let Some(value) =
                    places::answer_to(text, end).and_then(|next| self.value(text, next, false, reading))
            {
                found(value);
            }
            let same = |next: &Element| match next.joint {
                // An item of its own, of variables with their values: the next one is another variable.
                Joint::Dash => !place.tight,
                Joint::Arrow | Joint::Tag => true,
                Joint::Cell => {
                    let head = text.get(..place.start - usize::from(place.quoted)).unwrap_or_default();
                    head.trim_ascii_end().ends_with(b"|")
                }
                Joint::Blank if self.is_of_accounts() => {
                    // `%w[471192830564 582203941675]`
                    let bracket = edge::previous(text, place.start) == Some(b'[') || place.kind == PlaceKind::Cell;
                    next.place.quoted == place.quoted && (formal || place.quoted || bracket)
                }
                Joint::Blank if array => next.place.quoted,
                Joint::Blank if loops => !place.quoted && !self.is_of_passwords(),
                Joint::Blank => formal && !place.quoted && !place.tight && !self.is_of_passwords(),
                // A comma also separates `password=a,bucket=b`.
                Joint::Comma | Joint::And if self.is_of_passwords() => next.place.quoted && place.quoted,
                Joint::Comma | Joint::And => next.place.quoted == place.quoted || self.is_of_accounts(),
            };
            // What an option is for follows its default: `flag.String("bucket", "b", "…")`.
            let default = place.kind == PlaceKind::Called
                && text.get(..place.start.saturating_sub(1)).is_some_and(|head| head.trim_ascii_end().ends_with(b","));
            let one = default || matches!(place.kind, PlaceKind::Before | PlaceKind::Cell | PlaceKind::Piped);
            use PlaceKind::{Answer, Choice, Item};
            if matches!(place.kind, PlaceKind::Object | PlaceKind::Map | PlaceKind::Members | Item | Answer | Choice) {
                let next = match place.kind {
                    Item => places::next_item_of_list(text, end),
                    Answer => places::next_answer(text, end).map(|next| ValuePlace { leads: place.leads, ..next }),
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
            let begins = [b"s: ".as_slice(), b", ", b"s: ["].iter().any(|begins| head.ends_with(begins));
            place.kind == PlaceKind::Assigned && !place.quoted && begins
        };
        (named && (member || dash() || comma())).then_some(())?;
        let rest = text.get(place.start..text.len().min(place.start + WORD_MAX))?;
        // `[*b, acme-logs]`: an alias of YAML.
        let alias = usize::from(rest.starts_with(b"*"));
        let word = rest.get(alias..)?;
        let len = word.iter().take_while(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || is_any(b".-", b)).count();
        let end = place.start + alias + len;
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

    /// Returns whether what its notation encloses is a password.
    fn is_enclosed(&self, value: &[u8]) -> bool {
        check::is_enclosed_password(value) && (self.check == Check::Password || check::is_scattered(value))
    }

    fn value(&self, text: &[u8], place: ValuePlace, formal: bool, reading: &mut Reading) -> Option<Range<usize>> {
        let value = self.read(text, place, formal, reading)?;
        let value = if self.is_of_passwords() && !place.quoted { bounds::without_mark(text, value) } else { value };
        let class = self.is_of_passwords() && text.get(value.clone()).is_some_and(check::is_class);
        (!class).then_some(value)
    }

    fn read(&self, text: &[u8], place: ValuePlace, formal: bool, reading: &mut Reading) -> Option<Range<usize>> {
        // Only accounts are told by a map's name whatever its members are called.
        let told = match place.kind {
            PlaceKind::Map => self.is_of_accounts(),
            // An unquoted word could be anything.
            PlaceKind::Members => !self.is_of_passwords() || place.quoted,
            _ => true,
        };
        if !told {
            return None;
        }
        if let Some(end) = place.end.filter(|_| self.is_of_passwords()) {
            let cell = text.get(place.start..end)?;
            // A command that reads a password is given one.
            if place.kind == PlaceKind::Piped {
                let given =
                    !check::has_reference_mark(cell) && !check::begins_with_sigil(cell) && !cell.contains(&b'`');
                return (given && self.check == Check::Password && cell.len() >= PIPED_MIN).then_some(place.start..end);
            }
            if place.kind == PlaceKind::Given {
                return (self.check == Check::Password && given::is_chosen(cell)).then_some(place.start..end);
            }
            let place = match place.kind {
                PlaceKind::Answer => ValuePlace { kind: PlaceKind::Cell, ..place },
                _ => place,
            };
            // `SipHash-1-3 pass:` is a verb.
            let before = place.kind == PlaceKind::Before
                && (check::is_scattered(cell) || check::is_signed_title(cell))
                && (self.check == Check::Password || place.quoted);
            if !before && place.kind != PlaceKind::Cell {
                return None;
            }
            // Under a line that is a name alone, a word with a number may be another name.
            let sure = place.quoted || check::is_scattered(cell);
            let unlike_word = check::has_digit(cell) || letters::is_random(cell) || check::is_titled(cell);
            let one = !cell.contains(&b' ') || phrase::is_password(cell);
            let unnamed = !check::is_numbered_name(cell) || check::is_titled(cell);
            return (sure && one && unnamed && self.is_enclosed(cell) && unlike_word).then_some(place.start..end);
        }
        if self.check == Check::Password
            && let Some(words) = quoted::words(text, place, formal)
        {
            return Some(words);
        }
        if self.check == Check::Password
            && let Some(line) = quoted::setting(text, place, formal)
        {
            return Some(line);
        }
        // What a notation encloses is a password or none, whatever characters it is made of.
        if self.is_of_passwords() && (place.kind != PlaceKind::Near || formal || quoted::is_of_sql(text, place)) {
            if let Some(phrase) = quoted::phrase(text, place) {
                return self.phrase(text, phrase);
            }
            let enclosed = quoted::value(text, place)
                .or_else(|| quoted::argument(text, place))
                .or_else(|| quoted::line(text, place, formal));
            if let Some(value) = enclosed {
                let word = |bytes: &[u8]| {
                    let dotted =
                        || given::is_dotted(bytes) && (self.check == Check::Password || check::has_digit(bytes));
                    let words =
                        || self.check == Check::Password && given::is_words(bytes) || check::is_signed_title(bytes);
                    place.quoted && place.kind == PlaceKind::Assigned && (words() || dotted())
                };
                let made = |value: &Range<usize>| given::is_made_of_letters(text, value.end);
                let given =
                    |value: &Range<usize>| place.quoted && (made(value) || given::is_of_login(text, value.start));
                return Some(value).filter(|value| {
                    let bytes = text.get(value.clone()).unwrap_or_default();
                    self.is_enclosed(bytes) || given(value) && given::is_chosen(bytes) || word(bytes)
                });
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
            _ if self.is_of_passwords() || self.check == Check::Setting => bounds::without_bracket(
                text,
                bounds::without_brace(text, bounds::without_stop(text, value, place.kind)),
            ),
            _ => bounds::without_stop(text, value, place.kind),
        };
        // `externalId=a,replicas=2`, `{ExternalId: a,State: ok}`: a comma goes on with the next member.
        let value = if place.quoted || self.check != Check::Name { value } else { bounds::without_member(text, value) };
        let bytes = text.get(value.clone())?;
        let whole = edge::right(Edge::Right, text, value.end) && edge::left(Edge::Right, text, value.start);
        let call = self.secret && !place.quoted && meant::is_call(text, value.end, bytes);
        if !whole || call {
            return None;
        }
        if !check::passes(self.check, bytes) {
            return Some(value).filter(|value| self.is_joined(text, value, bytes, place, formal));
        }
        if self.is_meant(text, &value, bytes, place, formal) {
            return Some(value);
        }
        let known = place.end.is_none() || matches!(place.kind, PlaceKind::Before) && check::is_distinctive(bytes);
        let labelled = place.kind == PlaceKind::Item && place.tight && check::is_distinctive(bytes);
        if known || labelled {
            self.doubt(text, value, reading);
        }
        None
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
            let place =
                given::is_of_variable(text, phrase.start) || given::is_of_connection(text, phrase.clone(), b",;(");
            place && phrase::is_given(bytes)
        };
        let plain = self.check == Check::Password && (of_user() || given());
        if (phrase::is_password(bytes) || plain) && sure(bytes) {
            return Some(phrase);
        }
        let generated = (check::is_generated(word) || check::is_mixed(word)) && self.is_enclosed(word);
        (generated && !check::is_code(word) && !check::has_reference_mark(word))
            .then(|| phrase.start..phrase.start + word.len())
    }

    /// Remembers a word that could be somebody's name.
    fn doubt(&self, text: &[u8], value: Range<usize>, reading: &mut Reading) {
        let bytes = text.get(value.clone()).unwrap_or_default();
        let plain = |b: &u8| b.is_ascii_lowercase() || b.is_ascii_digit() || is_any(b".-", b);
        let whole = !matches!(text.get(value.end), Some(b'-' | b'$' | b'{' | b'(' | b'='));
        let named = matches!(self.check, Check::Bucket | Check::Name);
        if named && whole && bytes.len() >= DOUBTFUL_MIN && bytes.iter().all(plain) {
            reading.doubtful.push((value, self.kind));
        }
    }

    /// Returns whether words that somebody has joined are all that a line gives a name which much else has: `secret =
    /// Burdock_Root`.
    fn is_joined(&self, text: &[u8], value: &Range<usize>, bytes: &[u8], place: ValuePlace, formal: bool) -> bool {
        self.check == Check::Scattered
            && place.kind == PlaceKind::Assigned
            && !place.quoted
            && meant::is_last(text, value.end)
            && (given::is_dotted(bytes) || check::is_titled(bytes) && !bytes.contains(&b'-'))
            && (place.leads || formal || given::is_beside_user(text, value.start))
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
            // In a sentence a minute is one: `deployed prod at 202503041200 the account is new`.
            Check::Account if matches!(place.kind, PlaceKind::Before | PlaceKind::Near) => {
                bytes.contains(&b'-') || clause::is_account(bytes)
            }
            Check::Staged => bytes.contains(&b'-') || clause::is_account(bytes),
            // With a fourth group it is a number of something else.
            Check::Grouped => !matches!(text.get(value.end..), Some([b' ', next, ..]) if next.is_ascii_digit()),
            Check::Bucket | Check::Name if !bytes.contains(&b'-') && meant::is_header_row(text, value.end) => false,
            Check::Bucket | Check::Name if place.kind == PlaceKind::Members => {
                let ends = matches!(text.get(value.end), None | Some(b'\n' | b'\r' | b' ' | b',' | b'}' | b'\\'));
                let telling = place.quoted && std::str::from_utf8(bytes).is_ok_and(clarity::is_telling);
                (check::is_distinctive(bytes) || telling)
                    && (ends || place.quoted && notation::ends_quoted(text, value.end))
            }
            Check::Bucket | Check::Name if place.end.is_some() => {
                let alone =
                    matches!(place.kind, PlaceKind::Cell | PlaceKind::Item | PlaceKind::Answer | PlaceKind::Choice);
                // All that a command answers which was asked for buckets.
                if place.kind == PlaceKind::Answer && place.leads && self.check == Check::Bucket {
                    return true;
                }
                let telling = check::is_distinctive(bytes) && (alone || place.leads);
                // Behind a label stands anything.
                let telling = telling && (place.kind != PlaceKind::Item || !place.tight);
                let telling = telling && (place.kind != PlaceKind::Item || !meant::is_description(bytes));
                let telling =
                    telling && (place.kind != PlaceKind::Before || place.quoted || !meant::is_description(bytes));
                let short = bytes.len() <= WORD_OF_CODE_MAX && !check::is_distinctive(bytes);
                telling || place.quoted && place.kind == PlaceKind::Before && !short
            }
            // `new aws.rds.Instance("main", {`: what a program calls a resource; its name is in the object.
            Check::Bucket | Check::Name
                if place.kind == PlaceKind::Called
                    && (notation::precedes_object(text, value.end) || meant::is_constructed(text, value.start)) =>
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
                    && !meant::is_among_resources(text, value, bytes);
                !tag && !word
                    && notation::ends_quoted(text, value.end)
                    && (check::is_distinctive(bytes) || !notation::is_name(text, value.end))
            }
            Check::Bucket | Check::Name => {
                let called = place.kind == PlaceKind::Called;
                // `the bucket (idempotency)`: a word in brackets behind one of a sentence.
                let remark =
                    called && !place.tight && !text.get(value.end..).is_some_and(|rest| rest.starts_with(b"):"));
                let closes = |rest: &[u8]| rest.starts_with(b")") || rest.starts_with("）".as_bytes());
                let parenthesis = !called || text.get(value.end..).is_some_and(closes);
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
                    || meant::is_scalar(text, value, bytes, place, self.check)
                    || meant::is_directive(text, value, bytes, place)
                    || self.check == Check::Bucket && meant::is_of_section(text, value, bytes, place)
                    || meant::is_pair(text, value, bytes);
                let sentence = matches!(place.kind, PlaceKind::Near | PlaceKind::Said);
                let bare = bare && (place.kind != PlaceKind::Near || !meant::is_term(bytes));
                let bare = bare && (!sentence || formal || !meant::is_description(bytes));
                let bare = bare && (!sentence || !bytes.contains(&b'.') || meant::is_dotted(bytes));
                // `cannot read bucket b-1: access denied`
                let colon = sentence && text.get(value.end..).is_some_and(|rest| rest.starts_with(b": "));
                // `class Bucket:⏎    acl7 = 5`: a name that is given a value.
                let assigned = text.get(value.end..).is_some_and(|rest| rest.starts_with(b" = "));
                bare && parenthesis && !assigned && (colon || !notation::goes_on(text, value.end))
            }
            Check::Setting => {
                let letters = bytes.iter().any(u8::is_ascii_alphabetic);
                let plain = check::has_digit(bytes) || meant::is_signed(text, value, bytes, true, false);
                formal && place.tight && letters && plain
            }
            Check::Irregular => {
                // `-H 'X-Api-Token: …'`
                let closes = matches!(text.get(value.end), Some(b'"' | b'\''));
                place.quoted
                    || closes
                    || formal
                    || place.kind == PlaceKind::Said
                    || place.leads && meant::is_last(text, value.end)
            }
            Check::Version => place.kind != PlaceKind::Near,
            Check::PublicIp => !meant::follows_word(text, place.start),
            // Without quotation marks, a symbol may be code's.
            Check::Scattered => true,
            Check::Password if place.kind == PlaceKind::Near && check::is_signed_title(bytes) => {
                formal || meant::is_last(text, value.end) || place.quoted && notation::ends_quoted(text, value.end)
            }
            Check::Password if place.kind == PlaceKind::Near => {
                formal || (check::is_generated(bytes) || check::is_long(bytes)) && !check::is_numbered_name(bytes)
            }
            Check::Password if !place.quoted && meant::is_compared(text, place.start, bytes) => false,
            Check::Password if !place.quoted && meant::is_command(text, place.start, bytes) => false,
            Check::Password if place.kind == PlaceKind::Said => {
                meant::is_told(bytes) || meant::is_predicate(text, value) && meant::is_unlike_word(bytes)
            }
            Check::Password => {
                let signs = place.tight && meant::is_signed(text, value, bytes, formal, place.leads);
                let random = letters::is_random(bytes);
                let plain = (check::has_digit(bytes) || signs || random)
                    && (!check::is_code(bytes) || self.is_words(text, value, bytes, place, formal))
                    || check::is_titled(bytes)
                        && (text.get(value.end).is_none_or(|b| is_any(b"\n\r\"'},&;", b))
                            || place.tight && text.get(value.end..).is_some_and(|rest| rest.starts_with(b" -")))
                    || given::is_dotted(bytes) && check::has_digit(bytes) && is_in_query(text, place.start);
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

/// Returns whether the value that begins at `start` is one of the query of a URL: `?user=u&password=…`.
fn is_in_query(text: &[u8], start: usize) -> bool {
    let head = text.get(start.saturating_sub(LOOP_MAX)..start).unwrap_or_default();
    let name = head.strip_suffix(b"=").unwrap_or_default();
    let run = name.iter().rev().take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.')).count();
    run < name.len() && matches!(name.get(name.len() - run - 1), Some(b'&' | b'?'))
}

/// Returns whether a member stands in the same map as the one before it: what stands further out belongs to something else.
fn is_inner(text: &[u8], before: ValuePlace, next: ValuePlace) -> bool {
    nested::indent_of(text, next.start) >= nested::indent_of(text, before.start)
}

/// Bytes of a word that could be somebody's name.
const DOUBTFUL_MIN: usize = 7;

/// Bytes of the head of a loop in front of what it goes through.
const LOOP_MAX: usize = 64;

/// Maximum words in front of the next name of a map or list.
const MISSES_MAX: usize = 4;

/// Bytes of a word in quotation marks that is rather one of code than the name of something.
const WORD_OF_CODE_MAX: usize = 7;

/// Minimum bytes of a password that a command is given to read.
const PIPED_MIN: usize = 6;
