//! What stands at one place: whether it is a value, and where it ends.

use std::ops::Range;

use crate::catalog::{Check, Edge};
use crate::near::is_any;
use crate::scan::bounds;
use crate::scan::check;
use crate::scan::edge;
use crate::scan::given;
use crate::scan::keyed::Keyed;
use crate::scan::keyed::candidate::Candidate;
use crate::scan::letters;
use crate::scan::meant;
use crate::scan::notation::{PlaceKind, ValuePlace};
use crate::scan::phrase;
use crate::scan::quoted;
use crate::scan::reading::{Reader, Reading};

/// What a notation encloses at a place.
enum Enclosed {
    /// A password, or what is certainly none.
    Yes(Option<Range<usize>>),
    /// Nothing.
    No,
}

impl Keyed {
    /// Returns whether what its notation encloses is a password.
    fn is_enclosed(&self, value: &[u8]) -> bool {
        check::is_enclosed_password(value) && (self.check == Check::Password || check::is_scattered(value))
    }

    /// The value that stands at a place.
    pub(super) fn value(
        &self,
        text: &[u8],
        place: ValuePlace,
        formal: bool,
        reading: &mut Reading,
    ) -> Option<Range<usize>> {
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
            return self.bounded_password(text, place, end);
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
        if self.is_of_passwords()
            && (place.kind != PlaceKind::Near || formal || quoted::is_of_sql(text, place))
            && let Enclosed::Yes(password) = self.enclosed_password(text, place, formal)
        {
            return password;
        }
        self.matched(text, place, formal, reading)
    }

    /// What the pattern of the rule finds, if it is a value.
    fn matched(&self, text: &[u8], place: ValuePlace, formal: bool, reading: &mut Reading) -> Option<Range<usize>> {
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
        let candidate = Candidate::new(text, value.clone(), place, formal)?;
        let bytes = candidate.bytes;
        let whole = edge::right(Edge::Right, text, value.end) && edge::left(Edge::Right, text, value.start);
        let call = self.secret && !place.quoted && meant::is_call(text, value.end, bytes);
        if !whole || call {
            return None;
        }
        if !check::passes(self.check, bytes) {
            let joined = self.check == Check::Scattered && candidate.is_joined();
            return joined.then_some(value);
        }
        if candidate.is_meant(self.check) {
            return Some(value);
        }
        let known = place.end.is_none() || matches!(place.kind, PlaceKind::Before) && check::is_distinctive(bytes);
        let labelled = place.kind == PlaceKind::Item && place.tight && check::is_distinctive(bytes);
        if known || labelled {
            self.doubt(text, value, reading);
        }
        None
    }

    /// The password that ends where its cell or line does.
    fn bounded_password(&self, text: &[u8], place: ValuePlace, end: usize) -> Option<Range<usize>> {
        let cell = text.get(place.start..end)?;
        // A command that reads a password is given one.
        if place.kind == PlaceKind::Piped {
            let given = !check::has_reference_mark(cell) && !check::begins_with_sigil(cell) && !cell.contains(&b'`');
            return (given && self.check == Check::Password && cell.len() >= PIPED_MIN).then_some(place.start..end);
        }
        if place.kind == PlaceKind::Given {
            return (self.check == Check::Password && given::is_chosen(cell)).then_some(place.start..end);
        }
        let place = match place.kind {
            PlaceKind::Answer => ValuePlace { kind: PlaceKind::Cell, ..place },
            // What a member becomes, which is no item of a list.
            PlaceKind::Item if place.leads => ValuePlace { kind: PlaceKind::Cell, ..place },
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
        (sure && one && unnamed && self.is_enclosed(cell) && unlike_word).then_some(place.start..end)
    }

    /// The password that a notation encloses.
    fn enclosed_password(&self, text: &[u8], place: ValuePlace, formal: bool) -> Enclosed {
        if let Some(phrase) = quoted::phrase(text, place) {
            return Enclosed::Yes(self.phrase(text, phrase));
        }
        let enclosed = quoted::value(text, place)
            .or_else(|| quoted::argument(text, place))
            .or_else(|| quoted::line(text, place, formal));
        if let Some(value) = enclosed {
            let word = |bytes: &[u8]| {
                let dotted = || given::is_dotted(bytes) && (self.check == Check::Password || check::has_digit(bytes));
                let words = || self.check == Check::Password && given::is_words(bytes) || check::is_signed_title(bytes);
                place.quoted && place.kind == PlaceKind::Assigned && (words() || dotted())
            };
            let made = |value: &Range<usize>| given::is_made_of_letters(text, value.end);
            let beside = |value: &Range<usize>| {
                let bytes = text.get(value.clone()).unwrap_or_default();
                let named = text.get(..value.start).is_some_and(is_pass);
                named && check::has_digit(bytes) && given::is_beside_connection(text, value.clone())
            };
            let given = |value: &Range<usize>| {
                place.quoted && (made(value) || given::is_of_login(text, value.start) || beside(value))
            };
            let password = Some(value).filter(|value| {
                let bytes = text.get(value.clone()).unwrap_or_default();
                self.is_enclosed(bytes) || given(value) && given::is_chosen(bytes) || word(bytes)
            });
            return Enclosed::Yes(password);
        }
        let bounded = bounds::value(text, place, formal).filter(|_| self.check == Check::Password);
        match bounded.or_else(|| quoted::token(text, place)) {
            Some(value) => Enclosed::Yes(Some(value)),
            None => Enclosed::No,
        }
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
    pub(super) fn doubt(&self, text: &[u8], value: Range<usize>, reading: &mut Reading) {
        let bytes = text.get(value.clone()).unwrap_or_default();
        let plain = |b: &u8| b.is_ascii_lowercase() || b.is_ascii_digit() || is_any(b".-", b);
        let whole = !matches!(text.get(value.end), Some(b'-' | b'$' | b'{' | b'(' | b'='));
        let named = matches!(self.check, Check::Bucket | Check::Name);
        if named && whole && bytes.len() >= DOUBTFUL_MIN && bytes.iter().all(plain) {
            reading.doubtful.push((value, self.kind));
        }
    }
}

/// Returns whether the string that begins behind `head` is that of a member called `pass`, which could be a verb elsewhere.
fn is_pass(head: &[u8]) -> bool {
    let name = head.get(..head.len().saturating_sub(1)).unwrap_or_default().trim_ascii_end();
    let name = name.strip_suffix(b"=>").or_else(|| name.strip_suffix(b":")).unwrap_or_default().trim_ascii_end();
    name.ends_with(b"'pass'") || name.ends_with(b"\"pass\"")
}

/// Bytes of a word that could be somebody's name.
const DOUBTFUL_MIN: usize = 7;

/// Minimum bytes of a password that a command is given to read.
const PIPED_MIN: usize = 6;
