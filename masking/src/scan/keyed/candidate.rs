//! Whether what stands at the place of a name's value is one: somebody's name, an account, a password, rather than the next
//! word of a sentence or of a program.

use std::ops::Range;

use crate::catalog::Check;
use crate::near::is_any;
use crate::scan::check;
use crate::scan::clarity;
use crate::scan::clause;
use crate::scan::edge;
use crate::scan::given;
use crate::scan::letters;
use crate::scan::meant;
use crate::scan::notation::{self, PlaceKind, ValuePlace};

/// What stands at a place, in the form of a value.
#[derive(Debug)]
pub(super) struct Candidate<'t> {
    text: &'t [u8],
    value: Range<usize>,
    pub(super) bytes: &'t [u8],
    place: ValuePlace,
    /// Its name is one of a program or of a file rather than a word of a sentence.
    formal: bool,
}

impl<'t> Candidate<'t> {
    pub(super) fn new(text: &'t [u8], value: Range<usize>, place: ValuePlace, formal: bool) -> Option<Self> {
        let bytes = text.get(value.clone())?;
        Some(Self { text, value, bytes, place, formal })
    }

    /// Returns whether it is a value that a rule with this check may find.
    pub(super) fn is_meant(&self, check: Check) -> bool {
        let Self { text, ref value, bytes, place, formal } = *self;
        match check {
            // In a sentence a minute is one: `deployed prod at 202503041200 the account is new`.
            Check::Account if matches!(place.kind, PlaceKind::Before | PlaceKind::Near) => {
                bytes.contains(&b'-') || clause::is_account(bytes)
            }
            Check::Staged => bytes.contains(&b'-') || clause::is_account(bytes),
            // With a fourth group it is a number of something else.
            Check::Grouped => !matches!(text.get(value.end..), Some([b' ', next, ..]) if next.is_ascii_digit()),
            Check::Bucket | Check::Name => self.is_name(check),
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
            Check::Password => self.is_password(),
            // `Check::Scattered` too: without quotation marks, a symbol may be code's.
            _ => true,
        }
    }

    fn is_name(&self, check: Check) -> bool {
        let Self { text, ref value, bytes, place, .. } = *self;
        if !bytes.contains(&b'-') && meant::is_header_row(text, value.end) {
            return false;
        }
        if place.kind == PlaceKind::Members {
            let ends = matches!(text.get(value.end), None | Some(b'\n' | b'\r' | b' ' | b',' | b'}' | b'\\'));
            let telling = place.quoted && std::str::from_utf8(bytes).is_ok_and(clarity::is_telling);
            return (check::is_distinctive(bytes) || telling)
                && (ends || place.quoted && notation::ends_quoted(text, value));
        }
        if place.end.is_some() {
            return self.is_bounded_name(check);
        }
        // `new aws.rds.Instance("main", {`: what a program calls a resource; its name is in the object.
        let constructed = place.kind == PlaceKind::Called
            && (notation::precedes_object(text, value.end) || meant::is_constructed(text, value.start));
        !constructed && if place.quoted { self.is_quoted_name() } else { self.is_bare_name(check) }
    }

    /// The same where its end is that of a cell, an item or an answer.
    fn is_bounded_name(&self, check: Check) -> bool {
        let Self { bytes, place, .. } = *self;
        let alone = matches!(place.kind, PlaceKind::Cell | PlaceKind::Item | PlaceKind::Answer | PlaceKind::Choice);
        // All that a command or a query answers which was asked for buckets.
        let asked = place.kind == PlaceKind::Answer && place.leads || place.kind == PlaceKind::Record;
        if asked && check == Check::Bucket {
            return true;
        }
        let telling = check::is_distinctive(bytes) && (alone || place.leads);
        // Behind a label stands anything.
        let telling = telling && (place.kind != PlaceKind::Item || !place.tight);
        let telling = telling && (place.kind != PlaceKind::Item || !meant::is_description(bytes));
        let telling = telling && (place.kind != PlaceKind::Before || place.quoted || !meant::is_description(bytes));
        let short = bytes.len() <= WORD_OF_CODE_MAX && !check::is_distinctive(bytes);
        telling || place.quoted && place.kind == PlaceKind::Before && !short
    }

    fn is_quoted_name(&self) -> bool {
        let Self { text, ref value, bytes, place, .. } = *self;
        // `json:"bucket"` in the tag of Go's.
        let tag = text.get(value.end..).is_some_and(|rest| rest.starts_with(b":\""));
        // `the bucket is "before" the other`: a word of code in a sentence.
        let sentence = matches!(place.kind, PlaceKind::Said | PlaceKind::Near);
        let word = sentence
            && bytes.len() <= WORD_OF_CODE_MAX
            && !check::is_distinctive(bytes)
            && !meant::is_among_resources(text, value, bytes);
        !tag && !word
            && notation::ends_quoted(text, value)
            && (check::is_distinctive(bytes) || !notation::is_name(text, value.end))
    }

    fn is_bare_name(&self, check: Check) -> bool {
        let Self { text, ref value, bytes, place, formal } = *self;
        let rest = text.get(value.end..).unwrap_or_default();
        let called = place.kind == PlaceKind::Called;
        // `the bucket (idempotency)`: a word in brackets behind one of a sentence.
        let remark = called && !place.tight && !rest.starts_with(b"):");
        let parenthesis = !called || rest.starts_with(b")") || rest.starts_with("）".as_bytes());
        let alone = rest.first().is_none_or(|b| b.is_ascii_whitespace() || matches!(b, b'&' | b'\\'));
        // `<Name>acmelogs</Name>`
        let element = edge::previous(text, value.start) == Some(b'>') && rest.starts_with(b"</");
        let bare = check::is_distinctive(bytes)
            || formal
            || called && !remark
            || element
            || place.tight && alone && bytes.len() >= 6
            || place.kind == PlaceKind::Assigned && alone && is_path(bytes)
            || meant::is_scalar(text, value, bytes, place, check)
            || meant::is_directive(text, value, bytes, place)
            || check == Check::Bucket && meant::is_of_section(text, value, bytes, place)
            || meant::is_pair(text, value, bytes);
        let sentence = matches!(place.kind, PlaceKind::Near | PlaceKind::Said);
        let bare = bare && (place.kind != PlaceKind::Near || !meant::is_term(bytes));
        let bare = bare && (!sentence || formal || !meant::is_description(bytes));
        let bare = bare && (!sentence || !bytes.contains(&b'.') || meant::is_dotted(bytes));
        // `cannot read bucket b-1: access denied`
        let colon = sentence && rest.starts_with(b": ");
        // `class Bucket:⏎    acl7 = 5`: a name that is given a value.
        let assigned = rest.starts_with(b" = ");
        bare && parenthesis && !assigned && (colon || !notation::goes_on(text, value.end))
    }

    fn is_password(&self) -> bool {
        let Self { text, ref value, bytes, place, formal } = *self;
        if place.kind == PlaceKind::Near && check::is_signed_title(bytes) {
            return formal || meant::is_last(text, value.end) || place.quoted && notation::ends_quoted(text, value);
        }
        if place.kind == PlaceKind::Near {
            return formal || (check::is_generated(bytes) || check::is_long(bytes)) && !check::is_numbered_name(bytes);
        }
        if !place.quoted
            && (meant::is_compared(text, place.start, bytes) || meant::is_command(text, place.start, bytes))
        {
            return false;
        }
        if place.kind == PlaceKind::Said {
            return meant::is_told(bytes) || meant::is_predicate(text, value) && meant::is_unlike_word(bytes);
        }
        let rest = text.get(value.end..).unwrap_or_default();
        let signs = place.tight && meant::is_signed(text, value, bytes, formal, place.leads);
        let random = letters::is_random(bytes);
        let ends = rest.first().is_none_or(|b| is_any(b"\n\r\"'},&;", b)) || place.tight && rest.starts_with(b" -");
        let plain = (check::has_digit(bytes) || signs || random) && (!check::is_code(bytes) || self.is_words())
            || check::is_titled(bytes) && ends
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

    /// Returns whether words that somebody has joined are all that a line gives a name which much else has: `secret =
    /// Burdock_Root`.
    pub(super) fn is_joined(&self) -> bool {
        let Self { text, ref value, bytes, place, formal } = *self;
        place.kind == PlaceKind::Assigned
            && !place.quoted
            && meant::is_last(text, value.end)
            && (given::is_dotted(bytes) || check::is_titled(bytes) && !bytes.contains(&b'-'))
            && (place.leads || formal || given::is_beside_user(text, value.start))
    }

    /// Returns whether words with points between them are a password rather than code: nothing else is on the line, and
    /// it is one of an environment or of properties, or the words are not an attribute of something.
    fn is_words(&self) -> bool {
        let Self { text, ref value, bytes, place, formal } = *self;
        let ends = text.get(value.end).is_none_or(|b| matches!(b, b'\n' | b'\r'));
        let capital = bytes.split(|b| *b == b'.').all(|word| word.first().is_some_and(u8::is_ascii_uppercase));
        ends && bytes.contains(&b'.')
            && !bytes.iter().any(|b| is_any(b"[]{}_", b))
            && (formal || capital || place.tight && place.leads)
    }
}

/// Returns whether a name is one of several words with slashes between them: `merlin/api`.
fn is_path(bytes: &[u8]) -> bool {
    let path = bytes.strip_prefix(b"/").unwrap_or(bytes);
    path.contains(&b'/') && path.split(|b| *b == b'/').all(|part| part.len() >= 2)
}

/// Returns whether the value that begins at `start` is one of the query of a URL: `?user=u&password=…`.
fn is_in_query(text: &[u8], start: usize) -> bool {
    let head = text.get(start.saturating_sub(QUERY_MAX)..start).unwrap_or_default();
    let name = head.strip_suffix(b"=").unwrap_or_default();
    let run = name.iter().rev().take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.')).count();
    run < name.len() && matches!(name.get(name.len() - run - 1), Some(b'&' | b'?'))
}

/// Bytes of a URL in front of the value of its query.
const QUERY_MAX: usize = 64;

/// Bytes of a word in quotation marks that is rather one of code than the name of something.
const WORD_OF_CODE_MAX: usize = 7;
