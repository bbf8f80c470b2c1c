//! Columns of names: a word in a cell is somebody's if each cell of its column is a name, and the table tells of what.

use std::ops::Range;

use crate::placeholder;
use crate::scan::check;
use crate::scan::keyed::Keyed;
use crate::scan::notation::ValuePlace;
use crate::scan::table::cells::trim;
use crate::scan::table::rows::{Table, is_rule};
use crate::scan::table::separator::Separator;
use crate::scan::words::{Words, holds_ignore_case, words};

/// Maximum cells of a column that are read for this: a longer one is none of names that people chose.
const CELLS_MAX: usize = 4_096;
/// Bytes in front of a header in which the table may be called what it is.
const HEADING_MAX: usize = 160;
/// What stands in a cell that has no name.
static EMPTY: Words = words!("-|--|—|–|none|n/a|null|nil|tbd|?");
/// What other columns of a table of resources are about.
const SUBJECTS: [&[u8]; 14] = [
    b"account",
    b"region",
    b"arn",
    b"aws",
    b"s3",
    b"vpc",
    b"versioning",
    b"lifecycle",
    b"encrypt",
    b"replication",
    b"kms",
    b"cloudfront",
    b"storage class",
    b"endpoint",
];

/// A part of a cell that a slash divides.
#[derive(Clone, Copy, Debug)]
enum Side {
    Front,
    Back,
}

/// The cells of a column that a rule for names is about.
#[derive(Debug)]
pub(super) struct Column<'r> {
    pub(super) at: usize,
    pub(super) rule: &'r Keyed,
    /// The part of each cell that has the value, if the header names two: `BUCKET/PREFIX`, `User / Password`.
    side: Option<Side>,
    cells: Vec<ValuePlace>,
}

impl<'r> Column<'r> {
    /// The column of a table whose header has a name of the rule at `name`.
    pub(super) fn new(text: &[u8], table: &Table, name: usize, rule: &'r Keyed) -> Option<Self> {
        let at = table.column(name)?;
        let header = table.cells.get(at)?;
        let slashes =
            |from: usize, end: usize| text.get(from..end).map_or(0, |part| memchr::memchr_iter(b'/', part).count());
        let side = match (slashes(header.start, name), slashes(name, header.end)) {
            (0, 1..) => Some(Side::Front),
            (1, 0) => Some(Side::Back),
            _ => None,
        };
        Some(Self { at, rule, side, cells: Vec::new() })
    }

    /// The place of the value in a cell, which stands at this place.
    pub(super) fn part(&self, text: &[u8], place: ValuePlace) -> ValuePlace {
        let cell = text.get(place.start..place.end.unwrap_or(place.start)).unwrap_or_default();
        let slash = memchr::memchr(b'/', cell).filter(|slash| *slash > 0).map(|slash| cell.split_at(slash));
        match (self.side, slash) {
            (Some(Side::Front), Some((front, _))) => {
                ValuePlace { end: Some(place.start + front.trim_ascii_end().len()), ..place }
            }
            (Some(Side::Back), Some((front, back))) => {
                let blanks = back.len() - back.get(1..).unwrap_or_default().trim_ascii_start().len();
                ValuePlace { start: place.start + front.len() + blanks, ..place }
            }
            _ => place,
        }
    }

    pub(super) fn add(&mut self, place: ValuePlace) {
        if self.rule.is_of_names() && self.cells.len() < CELLS_MAX {
            self.cells.push(place);
        }
    }

    /// The names in the column, if all of its cells are names. `told` says that another column has shown of what.
    pub(super) fn names(&self, text: &[u8], table: &Table, told: bool) -> Vec<Range<usize>> {
        let cell = |place: &ValuePlace| text.get(place.start..place.end.unwrap_or(place.start)).unwrap_or_default();
        let filled = || self.cells.iter().filter(|place| !EMPTY.has(cell(place)));
        // Who reads a masked table again finds no more in it.
        let clear = filled().all(|place| placeholder::find_all(cell(place)).next().is_none());
        let names: Option<Vec<_>> = filled().map(|place| self.rule.name(text, *place)).collect();
        let distinctive = || filled().any(|place| is_compound(cell(place)));
        let told = || (told || distinctive() || table.is_of_resources(text, self.at)) && table.is_headed(text);
        names.filter(|names| !names.is_empty() && clear && told()).unwrap_or_default()
    }
}

/// Returns whether a name is made of words, or of a word and a number: `tf-state-hub`, and not `10-20`.
fn is_compound(name: &[u8]) -> bool {
    check::is_distinctive(name) && name.contains(&b'-') && name.first().is_some_and(u8::is_ascii_alphabetic)
}

impl Table {
    /// Returns whether its first line is certain to be a header: between bars, a pair of a name and its value has the same
    /// look, `|  State  |  available  |`.
    fn is_headed(&self, text: &[u8]) -> bool {
        let rule = || self.next_line(text, self.header.end).and_then(|line| text.get(line)).is_some_and(is_rule);
        self.separator != Separator::Sign(b"|") || self.is_of_wiki(text) || rule()
    }

    /// Returns whether its header is one of a wiki: `||Region||Bucket||`.
    pub(super) fn is_of_wiki(&self, text: &[u8]) -> bool {
        text.get(self.header.clone()).is_some_and(|header| header.trim_ascii_start().starts_with(b"||"))
    }

    /// Returns whether a column names users, so that another one gives their passwords.
    pub(super) fn is_of_logins(&self, text: &[u8]) -> bool {
        static USERS: Words =
            words!("user|username|user name|login|login name|benutzer|usuario|utilisateur|사용자|ユーザー|用户");
        self.cells.iter().any(|cell| {
            let heading = text.get(trim(text, cell.clone())).unwrap_or_default();
            USERS.has(heading)
        })
    }

    /// Returns whether what the table says tells that it is about resources of AWS: another heading, the column's own, or
    /// what stands in front.
    fn is_of_resources(&self, text: &[u8], column: usize) -> bool {
        let tells = |part: &[u8]| SUBJECTS.iter().any(|word| holds_ignore_case(part, word));
        let heading = |cell: &Range<usize>| text.get(trim(text, cell.clone())).unwrap_or_default();
        // `Bucket name`, `DBInstanceIdentifier`
        let own = self.cells.get(column).map(heading).unwrap_or_default();
        let full = holds_ignore_case(own, b"name") || holds_ignore_case(own, b"identifier");
        let front = text.get(self.header.start.saturating_sub(HEADING_MAX)..self.header.start).unwrap_or_default();
        full || self.cells.iter().any(|cell| tells(heading(cell)))
            || [b"S3".as_slice(), b"s3", b"AWS", b"aws "].iter().any(|word| memchr::memmem::find(front, word).is_some())
    }
}
