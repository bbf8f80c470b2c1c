//! Members of one object: a name that is a value itself beside its value, and an object whose name is the value's.

use crate::placeholder;
use crate::scan::edge;
use crate::scan::name::{Name, in_name};
use crate::scan::notation::{PlaceKind, ValuePlace, operator, skip_blanks, skip_quote};
use crate::scan::words::{Words, ends_with_ignore_case, starts_with_ignore_case, words};

/// Maximum members of an object that are read for the one that holds the value.
const MEMBERS_MAX: usize = 4;
/// Maximum bytes of a member that is stepped over.
const MEMBER_BYTES: usize = 160;
/// Maximum bytes of a member's name.
const NAME_BYTES: usize = 40;
/// Bytes in front of a name in which the value's member is looked for.
const BEFORE: usize = 320;

/// Members that hold the value of the object's name: `bucket: {name: b}`, `<Bucket><Name>b</Name>`.
pub(crate) static OWN: Words = words!("name|id|value|default|identifier|number|member|s|example");
/// Members that hold a name: `{"name": "BUCKET", "value": "b"}`.
static NAMES: Words =
    words!("name|key|parameterkey|outputkey|parametername|optionname|k|variable|field|property|label|attribute");

/// A member of an object.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Member<'t> {
    pub(crate) name: &'t [u8],
    /// Where its value begins, with what encloses it.
    pub(crate) value: usize,
}

impl<'t> Member<'t> {
    /// The member that begins at `at`: `"name": …`, `name = …`, `<name>…`. A placeholder is not a name: a value stood there.
    pub(crate) fn read(text: &'t [u8], at: usize) -> Option<Self> {
        let tag = text.get(at) == Some(&b'<');
        // `@name="b"` in an object that Ruby prints, `[prod]=b` in a map of a shell.
        let sign = matches!(text.get(at), Some(b'@' | b'['));
        let quote = skip_quote(text, at).unwrap_or(at + usize::from(tag || sign));
        let plain = quote == at + usize::from(tag || sign);
        // What is quoted may be a domain or a path.
        let of_name = |b: &&u8| in_name(**b) || !plain && matches!(**b, b'.' | b'/' | b'@' | b'*');
        let len = text.get(quote..)?.iter().take(NAME_BYTES).take_while(of_name).count();
        let name = text.get(quote..quote + len).filter(|name| !name.is_empty() && !is_masked(name))?;
        let close = skip_quote(text, quote + len);
        // `prompt("Password: ")`: a text that is shown is no member.
        if !plain && close.is_none() && text.get(quote + len..).is_some_and(|rest| rest.starts_with(b": ")) {
            return None;
        }
        let end = close.unwrap_or(quote + len);
        let end = end + usize::from(sign && text.get(end) == Some(&b']'));
        let (value, kind) = operator(text, skip_blanks(text, end), tag)?;
        (kind == PlaceKind::Assigned).then_some(Self { name, value })
    }

    /// Where the member after this one begins, in the same object.
    fn next(&self, text: &[u8]) -> Option<usize> {
        let at = skip_blanks(text, self.value);
        let rest = text.get(at..text.len().min(at + MEMBER_BYTES))?;
        let quote = skip_quote(text, at);
        let close = quote.and_then(|start| {
            let mark = *text.get(start - 1)?;
            memchr::memchr(mark, text.get(start..text.len().min(start + MEMBER_BYTES))?).map(|len| start + len + 1)
        });
        // Attributes of an element.
        let apart = close.filter(|close| matches!(text.get(*close), Some(b' ' | b'\n')));
        if let Some(next) = apart.map(|close| skip_blanks(text, close)) {
            return Some(next).filter(|next| text.get(*next).is_some_and(u8::is_ascii_alphabetic));
        }
        // `<Bucket xmlns="…"><Name>`: the last attribute is before the first element.
        let inside = close.filter(|close| text.get(*close) == Some(&b'>')).map(|close| skip_blanks(text, close + 1));
        if let Some(inside) = inside.filter(|inside| text.get(*inside) == Some(&b'<')) {
            return Some(inside);
        }
        let from = close.map_or(0, |close| close - at);
        let tail = rest.get(from..)?;
        let end = tail.iter().position(|b| matches!(b, b',' | b'\n' | b'{' | b'}' | b'[' | b';' | b'<' | b'\\'))?;
        match tail.get(end..)? {
            [b',' | b'\n' | b';', ..] => Some(skip_blanks(text, at + from + end + 1)),
            [b'\\', ..] => Some(skip_blanks(text, at + from + end)).filter(|next| *next > at + from + end),
            [b'<', b'/', ..] => {
                let close = tail.get(end..)?.iter().position(|b| *b == b'>')?;
                Some(skip_blanks(text, at + from + end + close + 1))
            }
            _ => None,
        }
    }

    pub(crate) fn place(&self, text: &[u8]) -> ValuePlace {
        ValuePlace::after(text, self.value, PlaceKind::Assigned)
    }
}

fn is_masked(name: &[u8]) -> bool {
    name.len() > placeholder::TAIL && placeholder::find_all(name).next().is_some()
}

/// The first of the next members that is wanted.
fn find<'t>(text: &'t [u8], at: usize, wanted: impl Fn(&[u8]) -> bool) -> Option<Member<'t>> {
    let mut at = at;
    for _ in 0..MEMBERS_MAX {
        let member = Member::read(text, at)?;
        if wanted(member.name) {
            return Some(member);
        }
        at = member.next(text)?;
    }
    None
}

/// What follows a name: where it ends with its quotation mark, where the next sign stands, and the place behind it if it
/// assigns. It is read once for all that may begin there.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Opening {
    end: usize,
    pub(crate) after: usize,
    pub(crate) sign: Option<(usize, PlaceKind)>,
}

impl Opening {
    pub(crate) fn read(name: &Name<'_>, text: &[u8]) -> Self {
        let end = skip_quote(text, name.end).unwrap_or(name.end);
        let after = skip_blanks(text, end);
        Self { end, after, sign: operator(text, after, name.tag) }
    }

    /// Where what the name is assigned begins.
    pub(crate) fn inside(&self, text: &[u8]) -> Option<usize> {
        match self.sign {
            Some((at, PlaceKind::Assigned)) => Some(at),
            None if text.get(self.after) == Some(&b'{') => Some(self.after),
            _ => None,
        }
    }
}

/// An object that is the value of a name.
struct Object {
    /// Where its first member begins.
    first: usize,
    /// It is the first of a list.
    list: bool,
}

impl Object {
    /// `bucket: {name: b}`, `bucket {⏎ id = "b"`, `<Bucket><Name>b</Name>`, `<bucket name="b"/>`, `buckets: [{name:
    /// b}]`.
    fn of(name: &Name<'_>, Opening { end, after, sign }: Opening, text: &[u8]) -> Option<Self> {
        let inside = match (sign, text.get(after)?) {
            // `#<Aws::S3::Bucket:0x00007f8a1c0b2e48 @name="b">`
            (Some((at, _)), _) if text.get(at..).is_some_and(|rest| rest.starts_with(b"0x")) => {
                let digits = text.get(at..)?.iter().take(NAME_BYTES).take_while(|b| b.is_ascii_alphanumeric()).count();
                let first = skip_blanks(text, at + digits);
                return (text.get(first) == Some(&b'@')).then_some(Self { first, list: false });
            }
            (Some((at, PlaceKind::Assigned)), _) => at,
            (None, b'{') => after,
            // `bucket(name: "b")`
            (Some((at, PlaceKind::Called)), b'(') if name.is_word() => {
                return Some(Self { first: skip_blanks(text, at), list: false });
            }
            // Attributes of an element.
            (None, _) if name.tag && after > end => end,
            _ => return None,
        };
        let first = skip_blanks(text, inside);
        let brace = text.get(first) == Some(&b'{');
        let list = text.get(first) == Some(&b'[') && text.get(skip_blanks(text, first + 1)) == Some(&b'{');
        // A bar in front of a line break ends a row.
        let breaks = || text.get(after) != Some(&b'|') && breaks(text.get(inside..first).unwrap_or_default());
        let nested = brace || list || name.tag || breaks();
        let opened = if list { skip_blanks(text, first + 1) + 1 } else { first + usize::from(brace) };
        let dash = usize::from(text.get(opened..)?.starts_with(b"- ")) * 2;
        nested.then(|| Self { first: skip_blanks(text, opened + dash), list })
    }
}

/// The member that holds the value of its object's name: `bucket: {arn: …, name: b}`.
pub(crate) fn of_parent(name: &Name<'_>, opening: Opening, text: &[u8]) -> Option<ValuePlace> {
    let object = Object::of(name, opening, text)?;
    let member = |named: fn(&[u8]) -> bool| find(text, object.first, named);
    let place = member(|name| name.eq_ignore_ascii_case(b"name")).or_else(|| member(|name| OWN.has(name)))?.place(text);
    Some(if object.list { ValuePlace { kind: PlaceKind::Object, ..place } } else { place })
}

/// The first members of an object, which may name something together with it: `external: {id: …}`.
pub(crate) fn children<'t>(
    name: &Name<'_>,
    opening: Opening,
    text: &'t [u8],
) -> impl Iterator<Item = (&'t [u8], ValuePlace)> + use<'t> {
    let mut at = Object::of(name, opening, text).map(|object| object.first);
    std::iter::from_fn(move || {
        let member = Member::read(text, at?)?;
        at = member.next(text);
        Some((member.name, member.place(text)))
    })
    .take(MEMBERS_MAX)
}

/// The first member of a map whose name tells what its members hold: `accounts: {web: 471192830564}`.
pub(crate) fn of_map(name: &Name<'_>, Opening { after, sign, .. }: Opening, text: &[u8]) -> Option<ValuePlace> {
    let kind_of_map = if name.is_plural() { PlaceKind::Members } else { PlaceKind::Map };
    // `bucketNames.chunks=b`
    let end = skip_quote(text, name.end).unwrap_or(name.end);
    if let Some(member) = text.get(end..)?.strip_prefix(b".").and_then(|_| Member::read(text, end + 1)) {
        return name.is_plural().then(|| ValuePlace { kind: kind_of_map, ..member.place(text) });
    }
    if let Some(inside) = section(name, name.end, text).filter(|_| name.is_plural()) {
        return Some(ValuePlace { kind: kind_of_map, ..Member::read(text, inside)?.place(text) });
    }
    let (inside, kind) = sign.or_else(|| (text.get(after) == Some(&b'{')).then_some((after, PlaceKind::Assigned)))?;
    let first = skip_blanks(text, inside);
    // What Terraform prints of a map: `tomap({`.
    let first = first + if text.get(first..)?.starts_with(b"tomap({") { b"tomap(".len() } else { 0 };
    let pairs = matches!(text.get(first..), Some([b'[', next, ..]) if next.is_ascii_lowercase());
    let brace = pairs || matches!(text.get(first..), Some([b'{', ..] | [b'(', b'[', ..]));
    let nested = kind == PlaceKind::Assigned && (brace || breaks(text.get(inside..first)?));
    let member = Member::read(text, skip_blanks(text, first + usize::from(brace))).filter(|_| nested)?;
    Some(ValuePlace { kind: kind_of_map, ..member.place(text) })
}

/// Where the members of a section begin whose head is a name and what ends at `end`: `[accounts.prod]` of TOML, `[accounts]`
/// of an INI, and `[[accounts]]`, which is one of several.
pub(crate) fn section(name: &Name<'_>, end: usize, text: &[u8]) -> Option<usize> {
    let outer = text.get(..name.start)?.strip_suffix(b"[")?;
    let close = text.get(end..)?.strip_prefix(b"]")?;
    let (outer, close) = match outer.strip_suffix(b"[") {
        Some(outer) => (outer, close.strip_prefix(b"]")?),
        None => (outer, close),
    };
    matches!(outer, [] | [.., b'\n']).then(|| skip_blanks(text, text.len() - close.len()))
}

/// The value of the next member of a map, after one that ends at `end`.
pub(crate) fn next_in_map(text: &[u8], end: usize, kind: PlaceKind) -> Option<ValuePlace> {
    let at = skip_quote(text, end).unwrap_or(end);
    let at = skip_blanks(text, at + usize::from(text.get(at) == Some(&b',')));
    let at = at + if text.get(at..)?.starts_with(b"- ") { 2 } else { 0 };
    Some(ValuePlace { kind, ..Member::read(text, at).filter(|_| at > end)?.place(text) })
}

/// The same member of the next object of a list: `[{"Name": "a"}, {"Name": "b"}]`, `<Bucket><Name>…`, `- name: a⏎-
/// name: b`.
pub(crate) fn next_object(text: &[u8], end: usize) -> Option<ValuePlace> {
    let rest = text.get(end..text.len().min(end + OBJECT_BYTES))?;
    let close = rest.iter().position(|b| matches!(b, b'}' | b'{' | b'[' | b']'))?;
    matches!(rest.get(close), Some(b'}')).then_some(())?;
    let at = skip_blanks(text, end + close + 1);
    let at = skip_blanks(text, at + usize::from(text.get(at) == Some(&b',')));
    matches!(text.get(at), Some(b'{')).then_some(())?;
    find(text, skip_blanks(text, at + 1), |name| OWN.has(name)).map(|member| member.place(text))
}

/// Maximum bytes of the rest of an object after the value in it.
const OBJECT_BYTES: usize = 400;

/// Returns whether blanks hold the end of a line.
fn breaks(blanks: &[u8]) -> bool {
    blanks.contains(&b'\n') || blanks.windows(2).any(|pair| pair == b"\\n")
}

/// `"Name": "bucket", "Value": "b"`, `{name: BUCKET, value: b}`, `Name=owner-id,Values=1234`,
/// `<name>bucket</name><value>b</value>`: the name is a value itself, in front of its own.
pub(crate) fn after_name(name: &Name<'_>, text: &[u8]) -> Option<ValuePlace> {
    let at = skip_quote(text, name.end).unwrap_or(name.end);
    // `gh secret set DB_PASSWORD --body …`, `--name DB_PASSWORD --value …`
    let rest = text.get(at..).unwrap_or_default();
    if rest.starts_with(b" -") {
        let option = VALUE_OPTIONS.iter().find(|option| rest.starts_with(option))?;
        return Some(ValuePlace::after(text, at + option.len(), PlaceKind::Assigned));
    }
    let at = skip_quote(text, at).unwrap_or(at);
    let close =
        text.get(at..)?.starts_with(b"</").then(|| text.get(at..)?.iter().take(NAME_BYTES).position(|b| *b == b'>'));
    let at = close.flatten().map_or(at, |len| at + len + 1);
    let blank = skip_blanks(text, at);
    let comma = blank + usize::from(matches!(text.get(blank), Some(b',' | b';')));
    // `new CfnOutput(this, "Bucket", { value: "b" })`: the object is another argument.
    let first = skip_blanks(text, comma);
    let object = comma > blank && text.get(first) == Some(&b'{');
    let first = if object { skip_blanks(text, first + 1) } else { first };
    let member = (comma > name.end).then(|| find(text, first, is_value_name)).flatten()?;
    // `"key": "account", "value": {"stringValue": "…"}`: the type of the value is a member too.
    let inside = Some(skip_blanks(text, member.value)).filter(|inside| text.get(*inside) == Some(&b'{'));
    let typed = inside.and_then(|inside| Member::read(text, skip_blanks(text, inside + 1)));
    Some(typed.filter(|member| is_value_name(member.name)).unwrap_or(member).place(text))
}

/// Options that hold the value of the name in front of them.
const VALUE_OPTIONS: [&[u8]; 6] = [b" --body ", b" --body=", b" -b ", b" --value ", b" --value=", b" -v "];

/// `{"value": "b", "name": "BUCKET"}`: the name is a value itself, after its own.
pub(crate) fn before_name(name: &Name<'_>, text: &[u8]) -> Option<ValuePlace> {
    let head = text.get(name.start.saturating_sub(BEFORE)..name.start)?;
    let key = trim_end(head).filter(|head| matches!(head.last(), Some(b':' | b'=' | b'>')))?;
    let key = trim_end(key.get(..key.len() - 1)?)?;
    let len = key.iter().rev().take(NAME_BYTES).take_while(|b| in_name(**b)).count();
    let (front, key) = key.split_at_checked(key.len() - len)?;
    NAMES.has(key).then_some(())?;
    // The same object: not what stands before its bracket, nor another element of a list.
    let object = front.iter().rposition(|b| matches!(b, b'{' | b'}' | b'[')).map_or(0, |at| at + 1);
    let dash = memchr::memmem::rfind(front, b"- ").map_or(0, |at| at + 2);
    let from = object.max(dash.min(front.len()));
    let base = name.start - head.len() + from;
    let members = front.get(from..)?;
    let value = (0..members.len().saturating_sub(4))
        .rev()
        .find(|at| members.get(*at..).is_some_and(|rest| starts_with_ignore_case(rest, b"value")))?;
    let first = value - members.get(..value)?.iter().rev().take_while(|b| in_name(**b)).count();
    let start = base + first;
    let start = start - usize::from(matches!(edge::previous(text, start), Some(b'"' | b'\'' | b'<')));
    let member = Member::read(text, start).filter(|member| is_value_name(member.name))?;
    let place = member.place(text);
    (place.start < base + members.len()).then_some(place)
}

/// `cs4Label=bucket cs4=b`, `"cs4": "b", "cs4Label": "bucket"`: a member says what another one of its object holds. (CEF,
/// "Custom dictionary extensions")
pub(crate) fn of_label(name: &Name<'_>, text: &[u8]) -> Option<ValuePlace> {
    let head = text.get(name.start.saturating_sub(BEFORE)..name.start)?;
    // Most names follow another sign.
    let key = head.strip_suffix(b"\"").unwrap_or(head).trim_ascii_end();
    let key = key.strip_suffix(b"=").or_else(|| key.strip_suffix(b":"))?;
    let (key, quoted) = match key.strip_suffix(b"\"") {
        Some(key) => (key, true),
        None => (key, false),
    };
    let len = key.iter().rev().take(NAME_BYTES).take_while(|b| in_name(**b)).count();
    let (front, label) = key.split_at_checked(key.len() - len)?;
    let own = label.strip_suffix(b"Label").filter(|own| own.len() > 1)?;
    // On its line, or in its object.
    let ends = |b: &u8| if quoted { matches!(b, b'{' | b'}') } else { *b == b'\n' };
    let before = front.get(front.iter().rposition(ends).map_or(0, |at| at + 1)..)?;
    let behind = text.get(name.end..text.len().min(name.end + BEFORE))?;
    let behind = behind.get(..behind.iter().position(ends).unwrap_or(behind.len()))?;
    let front_end = name.start - (head.len() - front.len());
    [(name.end, behind), (front_end - before.len(), before)].into_iter().find_map(|(base, part)| {
        let mut keys = memchr::memmem::find_iter(part, own).take(MEMBERS_MAX).map(|at| base + at);
        keys.find_map(|at| {
            let apart = edge::previous(text, at).is_none_or(|b| !in_name(b));
            let start = at - usize::from(quoted);
            let member = Member::read(text, start).filter(|member| apart && member.name == own)?;
            Some(ValuePlace { tight: true, ..member.place(text) })
        })
    })
}

/// A text without the blanks and quotation marks at its end.
fn trim_end(text: &[u8]) -> Option<&[u8]> {
    let mark = |b: &u8| b.is_ascii_whitespace() || matches!(b, b'"' | b'\'' | b'\\' | b'@');
    let len = text.iter().rev().take(24).take_while(|b| mark(b)).count();
    text.get(..text.len() - len)
}

/// `value`, `Values`, `ParameterValue`, `default`.
fn is_value_name(name: &[u8]) -> bool {
    static CONTENTS: Words = words!("default|val|v|content|text|data|answer|definition");
    let name = name.strip_suffix(b"s").unwrap_or(name);
    let ends = ends_with_ignore_case(name, b"value") || ends_with_ignore_case(name, b"default");
    ends || CONTENTS.has(name)
}
