//! Values that stand below the members of what their name names: `accounts: {prod: {id: 471192830564}, dev: {id: …}}`,
//! `bucket: {config: {name: b}}`, and the same over lines, in paths (`accounts.prod.id = …`) and tables of TOML.

use crate::placeholder;
use crate::scan::member::{Member, OWN, Opening, section};
use crate::scan::name::{Name, in_name};
use crate::scan::notation::{PlaceKind, ValuePlace, operator, skip_blanks, skip_quote};
use crate::scan::words::{Words, words};

/// Maximum members between two values.
const MEMBERS_MAX: usize = 8;
/// Maximum bytes of a member that is stepped over.
const MEMBER_BYTES: usize = 160;
/// Objects that begin on one line without a bracket: `accounts: prod: id: …`.
const LINE_LEVELS: usize = 4;
/// Maximum names of a path.
const PATH_MAX: usize = 3;
/// Maximum bytes of blanks at the start of a line.
const INDENT_MAX: usize = 120;

/// Members that only group others, so that a name below them is that of what they belong to.
static GROUPS: Words = words!(
    "\
    config|configuration|settings|spec|properties|props|options|args|arguments|params|parameters|details|info|data|ref|\
    reference|source|target|destination|origin|attributes|inputs|outputs|resource"
);

/// The kind of members that may stand between a name and its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Between {
    /// Keys of a map if the name is a plural, else one of [`GROUPS`].
    Keys,
    /// Those and, below the name of an account, any other: the value's own form tells enough.
    Any,
}

/// Returns whether what follows a name may be such a notation: most names have their value there.
pub(crate) fn may_begin(name: &Name<'_>, opening: Opening, text: &[u8]) -> bool {
    let apart = |at| matches!(text.get(at), Some(b' ' | b'\n' | b'\r' | b'{' | b'\\'));
    matches!(text.get(name.end), Some(b'.' | b']')) || opening.inside(text).is_some_and(apart)
}

/// Reports the places of the values, as long as `found` has one there. Returns up to where was read.
pub(crate) fn values(
    name: &Name<'_>,
    opening: Opening,
    between: Between,
    text: &[u8],
    mut found: impl FnMut(ValuePlace) -> Option<usize>,
) -> Option<usize> {
    // `aws.order.id` has a number of something else.
    let any = name.is_plural() || between == Between::Any && name.holds(b"acc");
    let groups = |key: &[u8]| any || GROUPS.has(key);
    let mut walk = match path(name, text, groups)? {
        Path::Value(place) => return found(place),
        Path::Table(at) => Walk { text, at, depth: 1, level: 1, indent: None, group: true, ahead: None },
        Path::None => Walk::of(name, opening, text)?,
    };
    let mut read = None;
    let mut misses = 0;
    while misses < MEMBERS_MAX
        && let Some(step) = walk.next(groups)
    {
        match step.and_then(&mut found) {
            Some(end) => {
                walk.at = end;
                (read, misses) = (Some(end), 0);
            }
            None => misses += 1,
        }
    }
    read
}

/// The names that points join to a name.
enum Path {
    None,
    Value(ValuePlace),
    /// The head of a table of TOML: where its first member begins.
    Table(usize),
}

/// Reads `.prod.id = …` and `.prod]` after a name. Returns `None` if something else follows its point.
fn path(name: &Name<'_>, text: &[u8], groups: impl Fn(&[u8]) -> bool) -> Option<Path> {
    let (mut at, mut last): (usize, &[u8]) = (name.end, b"");
    for depth in 0..PATH_MAX {
        if text.get(at) != Some(&b'.') {
            break;
        }
        if depth > 0 && !groups(last) {
            return None;
        }
        let rest = text.get(at + 1..)?;
        let len = rest.iter().take(MEMBER_BYTES).take_while(|b| in_name(**b)).count();
        last = rest.get(..len).filter(|name| !name.is_empty())?;
        at += 1 + len;
    }
    if at == name.end && text.get(at) != Some(&b']') {
        return Some(Path::None);
    }
    if text.get(at) == Some(&b']') {
        return section(name, at, text).filter(|_| at == name.end || groups(last)).map(Path::Table);
    }
    let own = OWN.has(last) && at > name.end + last.len() + 1;
    let (value, kind) = operator(text, skip_blanks(text, at), false).filter(|_| own)?;
    let place = ValuePlace::after(text, value, PlaceKind::Members);
    (kind == PlaceKind::Assigned).then_some(Path::Value(place))
}

/// A walk over the members of an object and of those in it, in the order in which they are written.
struct Walk<'t> {
    text: &'t [u8],
    /// Where the next member may begin.
    at: usize,
    /// Brackets that are open.
    depth: usize,
    /// Objects around the next member, without that of the name.
    level: usize,
    /// The blanks in front of the line of the name, where lines tell which members belong to it.
    indent: Option<usize>,
    /// The members around the next one may stand there.
    group: bool,
    /// The next member and where it begins, if it was read already.
    ahead: Option<(usize, Member<'t>)>,
}

impl<'t> Walk<'t> {
    fn of(name: &Name<'_>, opening: Opening, text: &'t [u8]) -> Option<Self> {
        let inside = opening.inside(text)?;
        let first = skip_blanks(text, inside);
        let brace = matches!(text.get(first), Some(b'{'));
        let breaks = text.get(inside..first)?.contains(&b'\n');
        // `bucket: name: b`, and not `aws:arn:aws`.
        let line = !brace && !breaks && first > inside;
        let word = text.get(first)?.is_ascii_alphabetic();
        (brace || breaks || line && word && Member::read(text, first).is_some()).then_some(())?;
        let indent = (!brace).then(|| indent_of(text, name.start));
        Some(Self {
            text,
            at: first + usize::from(brace),
            depth: usize::from(brace),
            level: usize::from(line),
            indent: indent.filter(|_| !line),
            group: true,
            ahead: None,
        })
    }

    /// The next member: the place of its value, if that may be one of the name. Returns `None` at the end of the object.
    fn next(&mut self, groups: impl Fn(&[u8]) -> bool) -> Option<Option<ValuePlace>> {
        let text = self.text;
        let at = self.close()?;
        let ahead = self.ahead.take().filter(|(start, _)| *start == at);
        let member = ahead.map(|(_, member)| member).or_else(|| Member::read(text, at))?;
        let start = skip_blanks(text, member.value);
        let breaks = text.get(member.value..start)?.contains(&b'\n');
        if text.get(start) == Some(&b'{') {
            (self.at, self.depth, self.level) = (start + 1, self.depth + 1, self.level + 1);
            self.group = groups(member.name);
            return Some(None);
        }
        let same_line = self.level < LINE_LEVELS
            && text.get(start).is_some_and(u8::is_ascii_alphabetic)
            && text.get(at..start).is_some_and(|head| head.ends_with(b": "));
        let inner = || Member::read(text, start).filter(|inner| text.get(inner.value - 1) == Some(&b':'));
        let inner = if same_line { inner() } else { None };
        self.ahead = inner.map(|inner| (start, inner));
        if breaks && self.indent.is_some() || inner.is_some() {
            (self.at, self.level, self.group) = (start, self.level + 1, groups(member.name));
            return Some(None);
        }
        self.at = leaf_end(text, start)?;
        let own = self.level > 0 && self.group && OWN.has(member.name);
        Some(own.then(|| ValuePlace { kind: PlaceKind::Members, ..member.place(text) }))
    }

    /// Steps over what closes the members before the next one, and returns where that begins.
    fn close(&mut self) -> Option<usize> {
        let text = self.text;
        let mut at = skip_blanks(text, skip_quote(text, self.at).unwrap_or(self.at));
        for _ in 0..MEMBERS_MAX {
            match text.get(at)? {
                b',' | b';' => {}
                b'}' if self.depth > 1 => (self.depth, self.level) = (self.depth - 1, self.level.saturating_sub(1)),
                _ => break,
            }
            at = skip_blanks(text, at + 1);
        }
        let below = |outer: usize| indent_of(text, at) > outer;
        self.indent.is_none_or(below).then_some(at)
    }
}

/// The blanks in front of the line that holds `at`.
pub(crate) fn indent_of(text: &[u8], at: usize) -> usize {
    let head = text.get(at.saturating_sub(2 * INDENT_MAX)..at).unwrap_or_default();
    let line = memchr::memrchr(b'\n', head).map_or(0, |newline| newline + 1);
    head.get(line..).unwrap_or_default().iter().take(INDENT_MAX).take_while(|b| **b == b' ').count()
}

/// The end of the value of one member that begins at `start`: `None` if that is a list, or has none.
fn leaf_end(text: &[u8], start: usize) -> Option<usize> {
    let rest = text.get(start..text.len().min(start + MEMBER_BYTES))?;
    let opened = skip_quote(text, start).filter(|open| *open > start);
    if let Some(open) = opened {
        let mark = *text.get(open - 1)?;
        let inside = text.get(open..text.len().min(open + MEMBER_BYTES))?;
        return memchr::memchr(mark, inside).map(|len| open + len + 1);
    }
    let end = rest.iter().position(|b| matches!(b, b',' | b';' | b'}' | b'\n' | b'[' | b'{'))?;
    let plain = !matches!(rest.get(end), Some(b'[' | b'{'));
    let masked = rest.get(..end).is_some_and(|value| placeholder::find_all(value).next().is_some());
    (plain && !masked).then_some(start + end)
}
