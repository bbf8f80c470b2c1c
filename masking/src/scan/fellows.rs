//! Accounts that stand as another one does: in its list, or on a line that is the same in front of them and behind them.
//! `trusted: ["471192830564", "305918274610"]`, `"471192830564" = { … }⏎"305918274610" = { … }`.

use std::collections::HashSet;
use std::ops::Range;

use crate::catalog::KindId;
use crate::near::is_any;
use crate::scan::check::ACCOUNT_LEN;
use crate::scan::clause;
use crate::scan::edge;
use crate::scan::pick::{Evidence, Hit, Source};
use crate::scan::place;

/// Bytes between two elements of a list.
const BETWEEN_MAX: usize = 48;
/// Bytes of a line in front of an account, and behind it.
const FRONT_MAX: usize = 64;
const BEHIND: usize = 2;
/// Lines of different sorts that are remembered: for each of them, its block is walked over.
const SHAPES_MAX: usize = 8;

/// A line without its account: what stands in front of it, and right behind it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Shape<'t> {
    front: &'t [u8],
    behind: &'t [u8],
}

/// Adds the accounts that stand as others do.
pub(crate) fn add(text: &[u8], hits: &mut Vec<Hit>, account: KindId) {
    let value = |start: usize| text.get(start..start + ACCOUNT_LEN).unwrap_or_default();
    let shown: HashSet<&[u8]> =
        hits.iter().filter(|hit| hit.kind == account).filter_map(|hit| text.get(hit.start..hit.end)).collect();
    if shown.is_empty() {
        return;
    }
    let numbers: Vec<usize> =
        place::numbers(text).map(|number| number.start).filter(|start| clause::is_account(value(*start))).collect();
    let mut known: Vec<bool> = numbers.iter().map(|start| shown.contains(value(*start))).collect();
    // A list is walked over from its first element to its last, and back.
    let pairs = || (1..numbers.len()).map(|at| (at - 1, at));
    let mut join = |(one, other): (usize, usize)| {
        let (Some(true), Some(from), Some(to)) = (known.get(one), numbers.get(one), numbers.get(other)) else { return };
        if is_list(text.get(from.min(to) + ACCOUNT_LEN..*from.max(to)).unwrap_or_default())
            && let Some(found) = known.get_mut(other)
        {
            *found = true;
        }
    };
    pairs().for_each(&mut join);
    pairs().rev().for_each(|(one, other)| join((other, one)));
    let mut shapes: Vec<(Shape<'_>, Range<usize>)> = Vec::new();
    let stands = |shapes: &[(Shape<'_>, Range<usize>)], start: usize, shape: Shape<'_>| {
        shapes.iter().any(|(other, block)| *other == shape && block.contains(&start))
    };
    for (start, _) in numbers.iter().zip(&known).filter(|(_, known)| **known) {
        if let Some(shape) = Shape::of(text, *start)
            && shapes.len() < SHAPES_MAX
            && !stands(&shapes, *start, shape)
        {
            shapes.push((shape, shape.block(text, *start)));
        }
    }
    let alike = |start: usize| Shape::of(text, start).is_some_and(|shape| stands(&shapes, start, shape));
    let found = numbers.iter().zip(known).filter(|(start, known)| *known || alike(**start));
    let new = found.map(|(start, _)| *start..start + ACCOUNT_LEN).filter(|range| !shown.contains(value(range.start)));
    hits.extend(new.map(|range: Range<usize>| Hit::new(range, account, Source::Rule, Evidence::Context)));
}

/// Returns whether what stands between two numbers joins the elements of a list.
fn is_list(between: &[u8]) -> bool {
    let sign = |b: &u8| b.is_ascii_whitespace() || is_any(b"\"'`,;\\", b);
    let broken = || between.iter().filter(|b| **b == b'\n').count() == 1;
    // A line break without a sign ends a line of prose or of a table.
    let joined = between.contains(&b',') || between.contains(&b';') || between.len() >= 3 && !broken();
    between.len() <= BETWEEN_MAX && joined && between.iter().all(sign)
}

impl<'t> Shape<'t> {
    fn of(text: &'t [u8], start: usize) -> Option<Self> {
        let head = text.get(start.saturating_sub(FRONT_MAX + 1)..start)?;
        let front = edge::last_line(head);
        let behind = text.get(start + ACCOUNT_LEN..text.len().min(start + ACCOUNT_LEN + BEHIND))?;
        let behind = behind.get(..behind.iter().take_while(|b| !b.is_ascii_alphanumeric()).count())?;
        let shape = Self { front, behind };
        // The name of a member says less than its place: `id: …` may be that of anything.
        let signs = !front.iter().any(u8::is_ascii_alphanumeric) && behind.first().is_some_and(|b| *b != b' ');
        (front.len() <= FRONT_MAX && (shape.is_element() || signs)).then_some(shape)
    }

    fn is_element(&self) -> bool {
        self.front.last() == Some(&b'>') && self.front.contains(&b'<')
    }

    /// The lines around the account at `start` up to one that is indented less, where its map ends.
    fn block(&self, text: &[u8], start: usize) -> Range<usize> {
        let indent = self.front.iter().take_while(|b| **b == b' ').count();
        if self.is_element() || indent == 0 {
            return 0..text.len();
        }
        let blanks = |line: &[u8]| line.iter().take_while(|b| **b == b' ').count();
        let inside = |line: &&[u8]| blanks(line) >= indent || line.trim_ascii().is_empty();
        let (head, rest) = text.split_at_checked(start).unwrap_or_default();
        let above = head.rsplit(|b| *b == b'\n').skip(1).take_while(inside).map(|line| line.len() + 1).sum::<usize>();
        let below = rest.split(|b| *b == b'\n').skip(1).take_while(inside).map(|line| line.len() + 1).sum::<usize>();
        let first = start - self.front.len();
        let line = rest.iter().position(|b| *b == b'\n').unwrap_or(rest.len());
        first.saturating_sub(above)..start + line + below + 1
    }
}
