//! Where the value of a name stands, in the notations that people and tools write.

use crate::near;
use crate::near::is_any;
use crate::scan::edge;
use crate::scan::words::{ends_with_ignore_case, holds_ignore_case, is_one_of};

/// Where a value begins, and how it is known to be one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ValuePlace {
    pub(crate) start: usize,
    /// Where the value must end, if that is known before it is read.
    pub(crate) end: Option<usize>,
    pub(crate) kind: PlaceKind,
    pub(crate) quoted: bool,
    /// `name=value`, without a blank.
    pub(crate) tight: bool,
    /// The name is the first word of its line.
    pub(crate) leads: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PlaceKind {
    /// After `:`, `=`, `=>`, `|` or a tag.
    Assigned,
    /// In parentheses: `Bucket("b")`, `S3 Bucket (b)`.
    Called,
    /// After nothing but a space.
    Near,
    /// After the verb or the particle of a sentence: `the bucket is b`, `버킷은 b`.
    Said,
    /// In front of its name: `the "b" bucket`, `b 버킷`.
    Before,
    /// The member of an object in a list that has the name: `Buckets: [{Name: b}]`.
    Object,
    /// A member of a map that has the name: `accounts: {web: 471192830564}`.
    Map,
    /// An item of a list under a heading.
    Item,
    /// An option of a form.
    Choice,
    /// An answer of a command that lists several.
    Answer,
    /// What a call is given that takes a password.
    Given,
    /// What a command reads from the one in front of it.
    Piped,
    /// A member of a map whose name is a plural: `buckets: {logs: b-1}`.
    Members,
    /// In a column that has the name in its header.
    Cell,
    /// The text itself: it is the member of a document.
    Whole,
}

/// Maximum blanks between a name and its value: prefixes of lines are blank too.
pub(crate) const BLANKS_MAX: usize = 120;
/// Maximum bytes of a remark between a name and its sign: `[None]:`, `(optional):`.
const REMARK_MAX: usize = 48;

impl ValuePlace {
    /// A text of its own.
    pub(crate) const WHOLE: Self =
        Self { start: 0, end: None, kind: PlaceKind::Whole, quoted: true, tight: false, leads: false };

    /// The place after blanks and a quotation mark.
    pub(crate) fn after(text: &[u8], at: usize, kind: PlaceKind) -> Self {
        let first = skip_block(text, skip_change(text, skip_blanks(text, at)));
        let first = skip_format(text, first).unwrap_or(first);
        let first = skip_parameter(text, first).unwrap_or(first);
        let unquoted = match skip_wrappers(text, first) {
            same if same == first => match skip_size(text, skip_marks(text, open(text, first))) {
                same if same == first => first,
                opened => skip_wrappers(text, opened),
            },
            inside => inside,
        };
        let start = skip_quote(text, unquoted).or_else(|| skip_markup(text, unquoted)).unwrap_or(unquoted);
        let quoted = start > unquoted;
        // `„`x`“`: marks of print around those of code.
        let printed = text.get(unquoted).is_some_and(|b| !b.is_ascii());
        let start =
            Some(start).filter(|_| quoted && printed).and_then(|start| skip_quote(text, start)).unwrap_or(start);
        // Blanks within the quotation marks are not of the value.
        let start = if quoted { skip_spaces(text, start) } else { start };
        Self { start, end: None, kind, quoted, tight: false, leads: false }
    }
}

/// The next element of a list, after one that ends at `end`.
pub(crate) fn next_element(text: &[u8], end: usize) -> Option<Element> {
    let close = skip_quote(text, end).unwrap_or(end);
    let at = skip_blanks(text, close);
    let (behind, joint) = match text.get(at..)? {
        [b',', ..] => (at + 1, Joint::Comma),
        rest if starts_conjunction(rest) > 0 && at > close => (at + starts_conjunction(rest), Joint::And),
        // `x ? "a" : "b"`, `"a" if x else "b"`
        [b':' | b'i', ..] if close > end && at == close + 1 => (other_branch(text, close)?, Joint::Arrow),
        // What git changes a word into.
        [b'-', b']', b'{', b'+', ..] => return Some(changed(text, at + 4)),
        [b'-', b']', b' ', b'{', b'+', ..] => return Some(changed(text, at + 5)),
        [b'"', b'-', b']', b' ', b'{', b'+', ..] => return Some(changed(text, at + 6)),
        // What Terraform and Pulumi change a value into.
        [b'-' | b'=', b'>', ..] => (at + 2, Joint::Arrow),
        [0xe2, 0x86, 0x92, ..] => (at + 3, Joint::Arrow),
        [b'-', b' ', ..] if matches!(edge::previous(text, at), Some(b' ' | b'\n' | b'n')) => (at + 2, Joint::Dash),
        [b'<', b'/', ..] => (next_tag(text, at)?, Joint::Tag),
        [b'|', next, ..] if *next != b'|' && *next != b'\n' => (at + 1, Joint::Cell),
        // What a diff changes a member into: `value: b⏎value: c`.
        [next, ..] if next.is_ascii_alphabetic() && at > close + 1 && same_member(text, end, at).is_some() => {
            (same_member(text, end, at)?, Joint::Arrow)
        }
        [next, ..]
            if (next.is_ascii_alphanumeric() || matches!(next, b'"' | b'\'') && close > end)
                && at == close + 1
                && text.get(close) == Some(&b' ')
                && text.get(end) != Some(&b'`') =>
        {
            (at, Joint::Blank)
        }
        _ => return None,
    };
    let unquoted = skip_blanks(text, behind);
    let start = skip_quote(text, unquoted).unwrap_or(unquoted);
    let quoted = start > unquoted;
    let place = ValuePlace { start, end: None, kind: PlaceKind::Assigned, quoted, tight: false, leads: false };
    Some(Element { place, joint })
}

/// Where the value of the member at `at` begins, if the line of the value that ends at `end` has a member of the same name,
/// and nothing else.
fn same_member(text: &[u8], end: usize, at: usize) -> Option<usize> {
    let line = edge::last_line(text.get(end.saturating_sub(REMARK_MAX * 2)..end)?).trim_ascii_start();
    let name =
        line.iter().take(REMARK_MAX).take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-')).count();
    let sign = line.get(name..).filter(|sign| name > 0 && (sign.starts_with(b": ") || sign.starts_with(b" = ")))?;
    let sign = if sign.starts_with(b": ") { b": ".len() } else { b" = ".len() };
    let member = line.get(..name + sign)?;
    let broken = text.get(end..at)?.contains(&b'\n');
    (broken && text.get(at..)?.starts_with(member)).then_some(at + member.len())
}

/// The literal of the other branch, behind one that ends at `close`: `x ? "b" : "c"`, `"b" if x else "c"`.
fn other_branch(text: &[u8], close: usize) -> Option<usize> {
    let rest = text.get(close..text.len().min(close + BRANCH_MAX))?;
    let quoted = |at: &usize| matches!(rest.get(*at), Some(b'"' | b'\''));
    if let Some(at) = rest.starts_with(b" : ").then_some(3).filter(quoted) {
        let head = text.get(close.saturating_sub(BRANCH_MAX)..close)?;
        let asks = memchr::memmem::rfind(edge::last_line(head), b" ? ").is_some();
        return asks.then_some(close + at);
    }
    let line =
        rest.strip_prefix(b" if ").and_then(|rest| rest.get(..memchr::memchr(b'\n', rest).unwrap_or(rest.len())))?;
    let at = memchr::memmem::find(line, b" else ")? + b" if ".len() + b" else ".len();
    Some(at).filter(quoted).map(|at| close + at)
}

/// Bytes of a condition between its branches.
const BRANCH_MAX: usize = 128;

/// What `git diff --word-diff` changes a value into: `[-"a"-]{+"b"+}`.
fn changed(text: &[u8], inside: usize) -> Element {
    let start = skip_quote(text, inside).unwrap_or(inside);
    let place = ValuePlace { start, end: None, kind: PlaceKind::Assigned, quoted: true, tight: false, leads: false };
    Element { place, joint: Joint::Arrow }
}

/// The place after the ARNs with which a list begins, whose other elements are accounts alone.
pub(crate) fn skip_arns(text: &[u8], place: ValuePlace) -> ValuePlace {
    let mut place = place;
    for _ in 0..ARNS_MAX {
        let arn = text.get(place.start..).filter(|rest| rest.starts_with(b"arn:") && place.quoted);
        let end = arn.and_then(|arn| arn.iter().take(ARN_MAX).position(|b| matches!(b, b'"' | b'\'' | b'\\')));
        match end.and_then(|len| next_element(text, place.start + len)) {
            Some(next) if next.place.quoted => place = next.place,
            _ => break,
        }
    }
    place
}

/// ARNs that are stepped over, and bytes of one.
const ARNS_MAX: usize = 8;
const ARN_MAX: usize = 256;

/// An element of a list.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Element {
    pub(crate) place: ValuePlace,
    pub(crate) joint: Joint,
}

/// What stands in front of an element.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Joint {
    Comma,
    /// A word before the last element.
    And,
    /// A hyphen on a line of its own.
    Dash,
    /// What Terraform changes a value into.
    Arrow,
    /// The next argument of an option.
    Blank,
    /// An element of the same name: `</member><member>`.
    Tag,
    /// The next cell of a row that its first one names.
    Cell,
}

/// Where the content begins of an element that follows one of the same name.
fn next_tag(text: &[u8], at: usize) -> Option<usize> {
    let rest = text.get(at + 2..)?;
    let name = rest.get(..rest.iter().take(REMARK_MAX).position(|b| *b == b'>')?)?;
    let next = skip_blanks(text, at + 2 + name.len() + 1);
    let same = text.get(next..)?.strip_prefix(b"<")?.strip_prefix(name)?.starts_with(b">");
    same.then_some(next + name.len() + 2)
}

/// Returns whether the value that ends at `end` is an element of a list: `"a", "b": 1` are a value and a name.
pub(crate) fn ends_element(text: &[u8], end: usize) -> bool {
    let at = skip_quote(text, end).unwrap_or(end);
    let next = skip_spaces(text, at);
    let ends = matches!(text.get(next), None | Some(b',' | b']' | b')' | b'}' | b'\n' | b'\r' | b'\\'));
    // `--buckets a,b --region c`
    let option = next > at && text.get(next..).is_some_and(|rest| rest.starts_with(b"--"));
    ends || option
        || is_last(text, at)
        || next > at && text.get(next..).is_some_and(|rest| starts_conjunction(rest) > 0)
}

/// Returns whether a sentence ends at `at`.
fn is_last(text: &[u8], at: usize) -> bool {
    matches!(text.get(at..), Some([b'.'] | [b'.', b' ' | b'\n', ..]))
}

/// How long the word is that joins the last two elements of a list, with the blank after it.
fn starts_conjunction(rest: &[u8]) -> usize {
    const WORDS: [&str; 24] = [
        "and ",
        "or ",
        "und ",
        "oder ",
        "y ",
        "o ",
        "et ",
        "ou ",
        "e ",
        "ed ",
        "en ",
        "och ",
        "og ",
        "oraz ",
        "i ",
        "и ",
        "ve ",
        "dan ",
        "instead of ",
        "rather than ",
        "plus ",
        "vs ",
        // ``from bucket `a` to `b` ``
        "to `",
        "to \"",
    ];
    let word = WORDS.iter().find(|word| rest.starts_with(word.as_bytes()));
    word.map_or(0, |word| word.len() - usize::from(!word.ends_with(' ')))
}

/// Returns whether the quoted text that ends at `end` is a name itself: `"buckets": {"description": …`, `{"logs" = …`.
pub(crate) fn is_name(text: &[u8], end: usize) -> bool {
    let sign = |at| text.get(skip_blanks(text, at)..);
    let assigns = |rest: &[u8]| matches!(rest, [b':', ..] | [b'=', b' ', ..]);
    // `:bucket "b" :account "…"`: the next key of a map of Clojure's.
    let key = |close: &usize| matches!(text.get(*close..), Some([b' ', b':', next, ..]) if next.is_ascii_alphabetic());
    skip_quote(text, end).filter(|close| !key(close)).and_then(sign).is_some_and(assigns)
}

/// Returns whether what stands at `end` ends a quoted value, or the part of one that may be a value of its own.
pub(crate) fn ends_quoted(text: &[u8], end: usize) -> bool {
    match text.get(end) {
        None | Some(b'/' | b'\\' | b':' | b'&' | b',' | b'\n' | b'|') => true,
        Some(b'}' | b'{' | b'-' | b'+' | b']') => {
            MARKUP.iter().any(|(_, close)| text.get(end..).is_some_and(|rest| rest.starts_with(close)))
        }
        Some(_) => skip_quote(text, skip_spaces(text, end)).is_some(),
    }
}

pub(crate) fn skip_spaces(text: &[u8], at: usize) -> usize {
    at + text.get(at..).unwrap_or_default().iter().take(BLANKS_MAX).take_while(|b| **b == b' ').count()
}

/// Returns whether an object is the argument after the quoted one that ends at `end`: `("main", {`.
pub(crate) fn precedes_object(text: &[u8], end: usize) -> bool {
    let comma = skip_quote(text, end).filter(|at| text.get(*at) == Some(&b','));
    comma.is_some_and(|at| text.get(skip_blanks(text, at + 1)) == Some(&b'{'))
}

/// Returns whether another word follows on the line.
pub(crate) fn is_followed(text: &[u8], end: usize) -> bool {
    let rest = text.get(end..).unwrap_or_default();
    let blanks = rest.iter().take(BLANKS_MAX).take_while(|b| matches!(b, b' ' | b'\t')).count();
    blanks > 0 && rest.get(blanks).is_some_and(u8::is_ascii_alphabetic)
}

/// Returns whether another name with its sign follows after a blank: `password=1a2b3c host=h`.
pub(crate) fn is_pair(text: &[u8], end: usize) -> bool {
    let Some(rest) = text.get(end..text.len().min(end + REMARK_MAX)).and_then(|rest| rest.strip_prefix(b" ")) else {
        return false;
    };
    let name = rest.iter().take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.')).count();
    name > 0 && matches!(rest.get(name), Some(b'=' | b':'))
}

/// Returns whether what stands at `end` shows that the bare word before it is code or another name.
pub(crate) fn goes_on(text: &[u8], end: usize) -> bool {
    let rest = text.get(end..).unwrap_or_default();
    match rest {
        // The end of an element.
        [b'<', b'/', ..] => false,
        // A colour that has lost its escape character.
        [b'[', b'0'..=b'9', b'm', ..] | [b'[', b'm', ..] | [b'[', b'0'..=b'9', b'0'..=b'9', b'm', ..] => false,
        [b'(' | b'[' | b'{' | b'<' | b'=' | b'$', ..] => true,
        [b':', next, ..] => !next.is_ascii_digit() && *next != b'/',
        [b'.', next, ..] => next.is_ascii_alphanumeric() || *next == b'_',
        [b'-', b']', ..] => false,
        [b'-', ..] => true,
        _ => false,
    }
}

/// Where a value begins after the sign that assigns it.
#[inline]
pub(crate) fn operator(text: &[u8], at: usize, tag: bool) -> Option<(usize, PlaceKind)> {
    // Most places have none.
    let rest = text.get(at..)?;
    let sign = matches!(
        rest.first()?,
        b'>' | b'?' | b'+' | b'.' | b'\\' | b':' | b'|' | b'=' | b'-' | b'&' | b'%' | b'(' | b'<' | b'!' | 0xe2 | 0xef
    );
    if sign { operator_of(rest, at, tag) } else { None }
}

fn operator_of(rest: &[u8], at: usize, tag: bool) -> Option<(usize, PlaceKind)> {
    let assigned = |len: usize| Some((at + len, PlaceKind::Assigned));
    match rest {
        [b'>', ..] if tag => assigned(1),
        // A leader: `Account ID ............ 471192830564`.
        [b'.', b'.', b'.', b'.', ..] => assigned(rest.iter().take(BLANKS_MAX).take_while(|b| **b == b'.').count()),
        [b'?' | b'+' | b'.', b'=', ..] | [b'+', b':', b' ', ..] | [b'\\', b'=' | b':', ..] => assigned(2),
        [b'\\', ..] => escaped_sign(rest).and_then(assigned),
        [b':', b':', b':', b'=', ..] => assigned(4),
        // A field that Jsonnet hides.
        [b':', b':', b' ', ..] => assigned(2),
        // `Secrets::DbPassword1`: a path of names.
        [b':', b':', next, ..] if *next > b' ' && !matches!(next, b':' | b'=' | b'"' | b'\'') => None,
        [b':', b':', b'=', ..] | [b'|', b'|', b'=', ..] | [b'?', b'?', b'=', ..] => assigned(3),
        [b'=' | b'!', b'=', b'=', ..] => assigned(3),
        // `printf 'NAME=%s' '…'`
        [b'=', b'%', b's', b'\'' | b'"', b' ', ..] => assigned(5),
        [b'=', b'>', ..] | [b':', b'=', ..] | [b':', b'-', ..] | [b'=' | b'!', b'=', ..] | [b'-', b'>', ..] => {
            assigned(2)
        }
        [b'<', b'b', b'r', b'>', ..] => assigned(4),
        [b'<', b'b', b'r', b'/', b'>', ..] => assigned(5),
        [b'<', b'b', b'r', b' ', b'/', b'>', ..] => assigned(6),
        [b'|', b'|', ..] | [b'?', b'?', ..] => assigned(2),
        [b'&', b'g', b't', b';', ..] if tag => assigned(4),
        [b'=', b'3', b'D', next @ ..] if is_quoted_printable(next) => assigned(3),
        [b':' | b'=', ..] => assigned(1 + annotation(rest.get(1..)?)),
        [b'|', ..] if !is_filter(rest) => assigned(1),
        [b'%', b'3', b'D' | b'd' | b'A' | b'a', ..] => assigned(3),
        [b'&', b' ', ..] if is_row_of_latex(rest) => assigned(1),
        [b'(', ..] => Some((at + 1, PlaceKind::Called)),
        // `账号（471192830564）`
        [0xef, 0xbc, 0x88, ..] => Some((at + "（".len(), PlaceKind::Called)),
        // R
        [b'<', b'-', b' ', b'"' | b'\'' | b'\\', ..] => assigned(2),
        [b'&', b'l', b't', b';', b'-', b' ', ..] | [b'-', b'&', b'g', b't', b';', ..] => assigned(5),
        [b'<', ..] => cell_behind(rest).and_then(assigned),
        [0xe2 | 0xef, ..] => {
            SIGNS.iter().find(|sign| rest.starts_with(sign.as_bytes())).and_then(|s| assigned(s.len()))
        }
        _ => None,
    }
}

/// `| b64decode }}`: a filter of a template.
fn is_filter(rest: &[u8]) -> bool {
    let line = rest.get(..rest.len().min(FILTER_MAX)).unwrap_or_default();
    let end = memchr::memchr3(b'{', b'}', b'\n', line).and_then(|end| line.get(end..));
    end.is_some_and(|end| end.starts_with(b"}}"))
}

/// Maximum bytes of a filter.
const FILTER_MAX: usize = 80;

/// `Account & 471192830564 \\\\`
fn is_row_of_latex(rest: &[u8]) -> bool {
    let line = rest.get(..rest.len().min(ROW_MAX)).unwrap_or_default();
    let line = line.get(..memchr::memchr(b'\n', line).unwrap_or(line.len())).unwrap_or_default();
    line.trim_ascii_end().ends_with(br"\\")
}

/// Maximum bytes of the rest of a row.
const ROW_MAX: usize = 240;

/// Returns whether the text after `=3D` shows that a mail has written an equals sign so, and not that a value begins.
fn is_quoted_printable(next: &[u8]) -> bool {
    let digits = next.iter().take(12).take_while(|b| b.is_ascii_digit()).count();
    matches!(next.first(), Some(b' ' | b'"' | b'\'')) || digits == 12
}

/// Signs of other scripts and of box drawing.
const SIGNS: [&str; 10] = ["：", "＝", "→", "│", "┃", "║", "—", "–", "⇒", "›"];

/// The length of one of them as a string of JSON may escape it: `\\u2192`, `\\u2502`.
fn escaped_sign(rest: &[u8]) -> Option<usize> {
    const CODES: [&[u8]; 8] = [b"u2192", b"u2502", b"u2503", b"u2551", b"uff1a", b"uff1d", b"u2014", b"u21d2"];
    let escapes = rest.iter().take(8).take_while(|b| **b == b'\\').count();
    let code = rest.get(escapes..escapes + 5)?;
    CODES.iter().any(|sign| code.eq_ignore_ascii_case(sign)).then_some(escapes + 5)
}

/// How far the cell is in which the value stands: `</td><td class="x">`.
fn cell_behind(rest: &[u8]) -> Option<usize> {
    let close = CELLS.iter().find(|(close, _)| rest.starts_with(close))?;
    let behind = skip_blanks(rest, close.0.len());
    let open = rest.get(behind..).filter(|rest| close.1.iter().any(|open| rest.starts_with(open)))?;
    let end = open.iter().take(REMARK_MAX).position(|b| *b == b'>')?;
    Some(behind + end + 1)
}

/// The end of a cell that holds a name, and the beginnings of one that holds its value.
const CELLS: [(&[u8], &[&[u8]]); 7] = [
    (b"</td>", &[b"<td"]),
    (b"</th>", &[b"<td"]),
    (b"</dt>", &[b"<dd"]),
    // A property list.
    (b"</key>", &[b"<string"]),
    // A form, and what a page lays out as one.
    (b"</label>", &[b"<span", b"<div", b"<p", b"<code", b"<strong"]),
    (b"</span>", &[b"<span"]),
    (b"</div>", &[b"<div"]),
];

/// Maximum bytes of a type.
const ANNOTATION_MAX: usize = 40;

/// `: str = "b"`, `: &'static str = "b"`: how long the type with its sign is.
fn annotation(rest: &[u8]) -> usize {
    // Without a sign there is none, and most texts have none.
    if near::one(b'=', rest.get(..rest.len().min(ANNOTATION_MAX + 1)).unwrap_or_default()).is_none() {
        return 0;
    }
    let mut depth = 0_usize;
    let of_type = |b: &&u8| {
        depth = if **b == b'<' { depth + 1 } else { depth.saturating_sub(usize::from(**b == b'>')) };
        b.is_ascii_alphanumeric() || is_any(b" &'<>[]|?", b) || is_any(b",{}:;", b) && depth > 0
    };
    let len = rest.iter().take(ANNOTATION_MAX).take_while(of_type).count();
    match (rest.get(len), rest.get(len + 1), rest.get(len + 2)) {
        (Some(b'='), Some(b' '), Some(b'"' | b'\'' | b'\\' | b'{' | b'[' | b'&')) => len + 1,
        // `password: str = Field(default="…")`
        (Some(b'='), Some(b' '), Some(first)) if first.is_ascii_alphabetic() && is_default(rest.get(len + 2..)) => {
            len + 1
        }
        // `account_id: int = 471192830564`
        (Some(b'='), Some(b' '), Some(b'0'..=b'9')) if rest.get(..len).is_some_and(is_type) => len + 1,
        _ => 0,
    }
}

/// `Field(default=`
fn is_default(call: Option<&[u8]>) -> bool {
    let call = call.unwrap_or_default();
    let name =
        call.iter().take(ANNOTATION_MAX).take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.')).count();
    let field = call.get(..name).is_some_and(|call| call.ends_with(b"Field"));
    call.get(name..)
        .is_some_and(|rest| rest.starts_with(b"(default=") || field && matches!(rest, [b'(', b'"' | b'\'', ..]))
}

/// Returns whether a word is the type of a number.
fn is_type(word: &[u8]) -> bool {
    word.starts_with(b" ") && is_one_of("int|number|long|i64|u64|int64|uint64|bigint|Final", word.trim_ascii())
}

/// After a remark that ends in a sign: `[None]:`, `(12 digits) =`.
pub(crate) fn skip_remark(text: &[u8], at: usize) -> usize {
    let rest = text.get(at..text.len().min(at + REMARK_MAX)).unwrap_or_default();
    let close = match rest.first() {
        Some(b'[') => b']',
        Some(b'(') => b')',
        // A property of C#: `{ get; set; } = "…"`.
        Some(b'{') if rest.starts_with(b"{ get") => b'}',
        _ => return at,
    };
    let end = rest.iter().position(|b| *b == close || *b == b'\n').filter(|end| rest.get(*end) == Some(&close));
    let inside = end.and_then(|end| rest.get(1..end)).unwrap_or_default();
    // `비밀번호(임시):`
    let foreign = inside.iter().any(|b| !b.is_ascii());
    let remark = inside.contains(&b' ') || inside.starts_with(b"*") || foreign || is_one_of(REMARKS, inside);
    let sign = end.filter(|_| remark).map(|end| skip_blanks(text, at + end + 1));
    sign.filter(|sign| matches!(text.get(*sign), Some(b':' | b'='))).unwrap_or(at)
}

/// Remarks of one word.
const REMARKS: &str =
    "none|optional|required|hidden|aws|s3|rds|iam|prod|production|dev|staging|stage|test|live|new|old|neu|alt";

/// After the marks that end emphasis: `**`, `</b>`.
pub(crate) fn skip_closing(text: &[u8], at: usize) -> usize {
    let rest = text.get(at..).unwrap_or_default();
    let stars = rest.iter().take(3).take_while(|b| **b == b'*').count();
    let tag = INLINE.iter().find(|tag| {
        rest.strip_prefix(b"</").and_then(|rest| rest.strip_prefix(tag.as_bytes())).is_some_and(|r| r.starts_with(b">"))
    });
    at + tag.map_or(stars, |tag| tag.len() + 3)
}

/// After the marks that begin emphasis, or end that of the name: `**`, `<code>`.
fn skip_marks(text: &[u8], at: usize) -> usize {
    // `<p><code>`
    let mut at = at;
    for _ in 0..MARKS_MAX {
        match skip_mark(text, at) {
            same if same == at => break,
            next => at = next,
        }
    }
    at
}

/// Maximum marks around one value.
const MARKS_MAX: usize = 3;

fn skip_mark(text: &[u8], at: usize) -> usize {
    let rest = text.get(at..).unwrap_or_default();
    match rest {
        // A password may begin with a star.
        [b'*', next, ..] if next.is_ascii_alphanumeric() && !is_emphasis(rest) => at,
        [b'*', ..] => skip_blanks(text, at + rest.iter().take(3).take_while(|b| **b == b'*').count()),
        [b'<', b'/', ..] => skip_blanks(text, skip_closing(text, at)),
        [b'<', behind @ ..] => {
            let open =
                |tag: &&&str| behind.strip_prefix(tag.as_bytes()).is_some_and(|r| matches!(r, [b'>' | b' ', ..]));
            let end = INLINE.iter().find(open).and_then(|_| rest.iter().take(REMARK_MAX).position(|b| *b == b'>'));
            end.map_or(at, |end| at + end + 1)
        }
        _ => at,
    }
}

/// Returns whether a star after the one that a text begins with closes the emphasis.
fn is_emphasis(rest: &[u8]) -> bool {
    let line = rest.get(1..rest.len().min(BLANKS_MAX)).unwrap_or_default();
    line.iter().take_while(|b| **b >= b' ').any(|b| *b == b'*')
}

/// After the type that a program prints in front of a value: `string(9) ` of PHP with the size.
fn skip_size(text: &[u8], at: usize) -> usize {
    let rest = text.get(at..).unwrap_or_default();
    // The type that OpenTelemetry's collector prints.
    if rest.starts_with(b"Str(") {
        return at + b"Str(".len();
    }
    let Some(rest) = rest.strip_prefix(b"string(") else { return at };
    let digits = rest.iter().take(8).take_while(|b| b.is_ascii_digit()).count();
    if rest.get(digits..).is_some_and(|rest| rest.starts_with(b") ")) { at + digits + 9 } else { at }
}

/// Elements of HTML that emphasise.
const INLINE: [&str; 14] = ["b", "strong", "code", "i", "em", "tt", "span", "kbd", "a", "p", "pre", "div", "u", "samp"];

/// After the value that a plan changes into another: `null -> `, `(known after apply) -> `, `"" -> `.
fn skip_change(text: &[u8], at: usize) -> usize {
    const BEFORE: [&[u8]; 7] = [
        b"null -> ",
        b"\"\" -> ",
        b"(known after apply) -> ",
        b"(sensitive value) -> ",
        // A type of CUE, and a default of it.
        b"string & ",
        b"string | *",
        // What a program asks with.
        "› ".as_bytes(),
    ];
    let rest = text
        .get(at..)
        .filter(|rest| matches!(rest.first(), Some(b'n' | b'"' | b'(' | b's' | 0xe2)))
        .unwrap_or_default();
    at + BEFORE.iter().find(|before| rest.starts_with(before)).map_or(0, |before| before.len())
}

/// After the end of a text that a program prints with the value behind it: `console.log("bucket:", "b")`,
/// `printf("bucket: %s\n", "b")`. `at` is where the value would stand in the text.
fn skip_format(text: &[u8], at: usize) -> Option<usize> {
    const VERBS: [&[u8]; 5] = [b"%s", b"%q", b"%v", b"{}", b"%d"];
    // Most values begin otherwise.
    let rest = text.get(at..).filter(|rest| matches!(rest.first(), Some(b'%' | b'{' | b'"' | b'\'')))?;
    let verb = VERBS.iter().find(|verb| rest.starts_with(verb));
    let rest = rest.get(verb.map_or(0, |verb| verb.len())..)?;
    let rest = rest.strip_prefix(b"\\n").filter(|_| verb.is_some()).unwrap_or(rest);
    let (mark, behind) = rest.split_first().filter(|(mark, _)| matches!(mark, b'"' | b'\''))?;
    // The text is the first argument, also of a shell's printf.
    let head = text.get(at.saturating_sub(FORMAT_MAX)..at)?;
    let open = memchr::memrchr(*mark, head)?;
    let call = head.get(..open)?;
    let value = match call.last()? {
        b'(' => behind.strip_prefix(b", ")?,
        b' ' if call.ends_with(b"printf ") => behind.strip_prefix(b" ")?,
        _ => return None,
    };
    (value.first() == Some(mark)).then_some(text.len() - value.len())
}

/// Bytes of such a text in front of the value.
const FORMAT_MAX: usize = 96;

/// After what opens a block that holds the value alone: `|-⏎` and `>-⏎` of YAML, `<<-EOF⏎`, `\"\"\"`.
fn skip_block(text: &[u8], at: usize) -> usize {
    let rest = text.get(at..text.len().min(at + BLOCK_MAX)).unwrap_or_default();
    let mark = match rest {
        [b'|' | b'>', ..] => rest.iter().take(3).take_while(|b| is_any(b"|>+-", b)).count(),
        [b'&', b'g', b't', b';', ..] => 4 + usize::from(matches!(rest.get(4), Some(b'-' | b'+'))),
        [b'<', b'<', ..] => rest.iter().take_while(|b| b.is_ascii_alphanumeric() || is_any(b"<-~'\"_", b)).count(),
        [b'"', b'"', b'"', b'\n', ..] | [b'\'', b'\'', b'\'', b'\n', ..] => return skip_blanks(text, at + 4),
        // A quotation mark goes on being one.
        [b'"', b'"', b'"', ..] => return at + 2,
        _ => return at,
    };
    // The line ends there, also in a string.
    let next = skip_blanks(text, at + mark);
    let ends = matches!(rest.get(mark..), Some([b'\n', ..] | [b'\r', b'\n', ..]))
        || matches!(rest.get(mark), Some(b'\\')) && next > at + mark;
    if ends { next } else { at }
}

/// Bytes of what opens a block.
const BLOCK_MAX: usize = 32;

/// What markup puts around a text that is shown as it is written: wikis and LaTeX.
pub(crate) const MARKUP: [(&[u8], &[u8]); 10] = [
    (b"<![CDATA[", b"]]>"),
    (b"{noformat}", b"{noformat}"),
    (b"{code}", b"{code}"),
    (b"{{", b"}}"),
    (b"\\texttt{", b"}"),
    (b"\\textbf{", b"}"),
    (b"\\verb|", b"|"),
    (b"\\verb+", b"+"),
    // The words that git takes away and adds.
    (b"[-", b"-]"),
    (b"{+", b"+}"),
];

/// After the beginning of one of them.
fn skip_markup(text: &[u8], at: usize) -> Option<usize> {
    let rest = text.get(at..).filter(|rest| matches!(rest.first(), Some(b'{' | b'\\' | b'<' | b'[')))?;
    let (open, _) = MARKUP.iter().find(|(open, _)| rest.starts_with(open))?;
    // `{{name}}` is a template's, except in the table of a wiki.
    let head = text.get(..at).unwrap_or_default().trim_ascii_end();
    // Jira's emphasis has one star.
    let wiki = head.ends_with(b"|")
        || head.ends_with(b"*:") && !head.ends_with(b"**:")
        || head.ends_with(b":*") && !head.ends_with(b":**");
    let template = open.starts_with(b"{{") && !wiki;
    rest.get(open.len()).is_some_and(|b| !template && *b > b' ').then_some(at + open.len())
}

/// After a bracket or the hyphen of a YAML list.
fn open(text: &[u8], at: usize) -> usize {
    match text.get(at..).unwrap_or_default() {
        // A quotation within the words that git takes away.
        [b'[', b'-', b'"' | b'\'', ..] | [b'{', b'+', b'"' | b'\'', ..] => at + 2,
        [b'{' | b'[', ..] if skip_markup(text, at).is_some() => at,
        [b'%', b'w' | b'i', b'[' | b'(', ..] => at + 3,
        [b'[' | b'{' | b'(', ..] => skip_blanks(text, at + 1),
        [b'-', b' ', ..] => skip_blanks(text, at + 2),
        // An anchor or a type of YAML: `password: &pw "…"`, `accountId: !!str …`.
        [b'&', first, ..] | [b'!', first @ b'!', ..] if first.is_ascii_alphabetic() || *first == b'!' => {
            skip_word(text, at)
        }
        // A function of CloudFormation that a text without references goes through as it is: `!Sub "b"`.
        [b'!', b'S', b'u', b'b', b' ', ..] => skip_word(text, at),
        // `account #471192830564`
        [b'#', b'0'..=b'9', ..] => at + 1,
        _ => at,
    }
}

/// After the parameter of a shell whose default follows, and the quotation mark in front of it: `"${1:-b}"`. A name with a
/// default is found by itself.
fn skip_parameter(text: &[u8], at: usize) -> Option<usize> {
    let behind = at + usize::from(text.get(at) == Some(&b'"'));
    let inside = text.get(behind..)?.strip_prefix(b"${")?;
    let digits = inside.iter().take_while(|b| b.is_ascii_digit()).count();
    let sign = inside.get(digits..)?;
    let len = [&b":-"[..], b":=", b"-"].iter().find(|default| sign.starts_with(default))?.len();
    (digits > 0).then_some(behind + b"${".len() + digits + len)
}

/// After the calls that a program puts around a text, and the letters in front of its quotation mark that say how it is
/// written: `Some("…")`, `SecretValue.unsafePlainText("…")`, `@"…"`, `b"…"`. What does not lead to a quotation mark is
/// no such thing.
fn skip_wrappers(text: &[u8], at: usize) -> usize {
    let mut inside = at;
    for _ in 0..WRAPPERS_MAX {
        // Most places have none.
        if !text.get(inside).is_some_and(|b| b.is_ascii_alphabetic() || matches!(b, b'@' | b'$' | b'&' | b'[' | b'<')) {
            return at;
        }
        let rest = text.get(inside..text.len().min(inside + WRAPPER_BYTES)).unwrap_or_default();
        let call = rest.iter().take_while(|b| b.is_ascii_alphanumeric() || is_any(b"_.:![]&", b)).count();
        let prefix =
            rest.iter().take(PREFIX_MAX).take_while(|b| b.is_ascii_alphanumeric() || is_any(b"@$&", b)).count();
        inside += match rest.get(call..) {
            // `Field(default="…")`
            Some(rest) if rest.starts_with(b"(default=") => call + b"(default=".len(),
            // `: str = Field("…")` of a class.
            Some([b'(', ..]) if rest.starts_with(b"Field(") => call + 1,
            Some([b'(' | b'{', ..]) if wraps(rest.get(..call).unwrap_or_default()) => call + 1,
            // `@("…")`, `vec!["…"]`
            _ if rest.starts_with(b"@(") => b"@(".len(),
            // A binary of Erlang.
            _ if rest.starts_with(b"<<\"") => b"<<".len(),
            // `Some "…"` of functional languages.
            Some([b' ', b'"' | b'\'', ..])
                if rest.first().is_some_and(u8::is_ascii_uppercase) && wraps(rest.get(..call).unwrap_or_default()) =>
            {
                call + 1
            }
            _ if rest.starts_with(b"vec![") => b"vec![".len(),
            Some([b' ', ..]) if rest.starts_with(b"new ") => b"new ".len(),
            _ if prefix > 0 && matches!(rest.get(prefix), Some(b'"' | b'\'')) => prefix,
            _ => return at,
        };
        inside = skip_blanks(text, inside);
        // `new string[] {"…"}`
        let brace = inside + usize::from(matches!(text.get(inside), Some(b'{' | b'[')));
        let brace = if brace > inside { skip_blanks(text, brace) } else { inside };
        if skip_quote(text, brace).is_some() {
            return brace;
        }
    }
    at
}

/// Maximum calls around a text, bytes of one, and letters in front of a quotation mark.
const WRAPPERS_MAX: usize = 3;
const WRAPPER_BYTES: usize = 48;
const PREFIX_MAX: usize = 2;

/// Returns whether a call makes a text into a value rather than into another text, and does not look it up.
fn wraps(call: &[u8]) -> bool {
    // `[]byte("…")`
    let call = call.strip_suffix(b"[]").unwrap_or(call);
    let last = call.rsplit(|b| matches!(b, b'.' | b':' | b']')).next().unwrap_or_default();
    !READERS.iter().any(|word| holds_ignore_case(call, word))
        && MAKERS.iter().any(|word| ends_with_ignore_case(last, word))
}

/// Words of calls that take the name of a value.
const READERS: [&[u8]; 17] = [
    b"get", b"env", b"read", b"load", b"fetch", b"find", b"lookup", b"require", b"param", b"resolve", b"config",
    b"decrypt", b"prompt", b"form", b"query", b"header", b"cookie",
];
/// Words that calls end with which take the value itself.
const MAKERS: [&[u8]; 32] = [
    b"string",
    b"str",
    b"text",
    b"secret",
    b"sensitive",
    b"value",
    b"some",
    b"of",
    b"ok",
    b"just",
    b"from",
    b"new",
    b"ptr",
    b"pointer",
    b"owned",
    b"into",
    b"box",
    b"arc",
    b"byte",
    b"bytes",
    b"literal",
    b"make",
    b"redacted",
    b"char",
    b"chars",
    b"nullable",
    b"list",
    b"set",
    b"array",
    b"seq",
    b"tuple",
    b"c",
];

/// After a word and the blank behind it.
fn skip_word(text: &[u8], at: usize) -> usize {
    let rest = text.get(at..).unwrap_or_default();
    let len = rest.iter().take(REMARK_MAX).take_while(|b| b.is_ascii_alphanumeric() || is_any(b"&!_-", b)).count();
    if rest.get(len) == Some(&b' ') { at + len + 1 } else { at }
}

/// Returns the length of the quotation mark of HTML, a URL or print that a text begins with.
fn mark_len(rest: &[u8]) -> Option<usize> {
    match rest {
        [b'&', b'q', b'u', b'o', b't', b';', ..] => Some(6),
        [b'&', b'#', b'3', b'4', b';', ..] => Some(5),
        [b'%', b'2', b'2', ..] => Some(3),
        // « »
        [0xc2, 0xab | 0xbb, ..] => Some(2),
        // ‘ ’ “ ” „
        [0xe2, 0x80, 0x98 | 0x99 | 0x9c..=0x9e, ..] => Some(3),
        // 「 」 『 』
        [0xe3, 0x80, 0x8c..=0x8f, ..] => Some(3),
        _ => None,
    }
}

/// After a quotation mark, escaped or not.
#[inline]
pub(crate) fn skip_quote(text: &[u8], at: usize) -> Option<usize> {
    // Most places have none.
    match text.get(at)? {
        b'&' | b'%' | 0xc2 | 0xe2 | 0xe3 => mark_len(text.get(at..)?).map(|len| at + len),
        b'"' | b'\'' | b'`' | b'\\' => skip_plain_quote(text, at),
        _ => None,
    }
}

fn skip_plain_quote(text: &[u8], at: usize) -> Option<usize> {
    let rest = text.get(at..)?;
    let escapes = rest.iter().take(16).take_while(|b| **b == b'\\').count();
    match rest.get(escapes..)? {
        [b'"', b'"', behind @ ..] | [b'\'', b'\'', behind @ ..] if is_doubled(edge::previous(text, at), behind) => {
            Some(at + escapes + 2)
        }
        // A literal of reStructuredText.
        [b'`', b'`', behind @ ..] if behind.first() != Some(&b'`') && is_doubled(edge::previous(text, at), behind) => {
            Some(at + escapes + 2)
        }
        [b'"' | b'\'' | b'`', ..] => Some(at + escapes + 1),
        [b'u', b'0', b'0', b'2', b'2' | b'7', ..] if escapes > 0 => Some(at + escapes + 5),
        // nginx writes the quotation marks of a body so.
        [b'x', b'2', b'2' | b'7', ..] if escapes > 0 => Some(at + escapes + 3),
        _ => None,
    }
}

/// Returns whether two quotation marks are one of a text that is quoted itself, as CSV and SQL write it, rather than a
/// quotation of nothing: the text before or behind them goes on.
fn is_doubled(before: Option<u8>, behind: &[u8]) -> bool {
    let closes = before.is_some_and(|b| b > b' ' && !is_any(b"=:,([{<>+\"'", &b));
    let opens = match behind {
        [b'/', next, ..] => *next != b'>',
        // `"" + x` is code, and what is closed by two marks a value.
        [b'+', rest @ ..] => {
            let run = rest.iter().take(BLANKS_MAX).take_while(|b| **b > b' ').count();
            rest.get(..run).is_some_and(|run| run.windows(2).any(|pair| pair == b"\"\""))
        }
        [next, ..] => *next > b' ' && !is_any(b",:;)]}>+.\"'\\", next),
        [] => false,
    };
    closes || opens
}

/// After blanks, line breaks, and their escapes.
#[inline]
pub(crate) fn skip_blanks(text: &[u8], at: usize) -> usize {
    // Most places have none, or a single one.
    match text.get(at) {
        Some(b' ') if text.get(at + 1).is_some_and(|b| b.is_ascii_alphanumeric() || *b == b'"') => at + 1,
        Some(b' ' | b'\t' | b'\r' | b'\n' | b'\\' | b'&' | 0xc2 | 0xe2 | 0xe3) => skip_all_blanks(text, at),
        _ => at,
    }
}

fn skip_all_blanks(text: &[u8], at: usize) -> usize {
    let limit = text.len().min(at + BLANKS_MAX);
    let mut at = at;
    while at < limit {
        let rest = text.get(at..).unwrap_or_default();
        let escapes = rest.iter().take(8).take_while(|b| **b == b'\\').count();
        at += match rest.get(escapes..).unwrap_or_default() {
            [b' ' | b'\t' | b'\r' | b'\n', ..] if escapes == 0 => 1,
            // `\texttt{`
            [b't', b'e', b'x', b't', ..] => return at,
            [b'n' | b'r' | b't', ..] if escapes > 0 => escapes + 1,
            [0xc2, 0xa0, ..] if escapes == 0 => 2,
            [0xe2, 0x80, 0x87 | 0x89 | 0xaf, ..] | [0xe3, 0x80, 0x80, ..] if escapes == 0 => 3,
            [b'&', ..] if rest.starts_with(b"&nbsp;") || rest.starts_with(b"&#160;") => 6,
            _ => return at,
        };
    }
    at
}

/// After the particle that Korean puts at a noun's end, or the verb that English does: `the bucket's called b`.
pub(crate) fn skip_particle(text: &[u8], at: usize) -> usize {
    let rest = text.get(at..).unwrap_or_default();
    if rest.starts_with(b"'s ") {
        return at + 2;
    }
    // `Root Id 이름은 "…"`: what the name is of stands in front.
    if let Some(named) = [" 이름은 ", " 이름이 "].iter().find(|named| rest.starts_with(named.as_bytes())) {
        return at + named.len() - 1;
    }
    // `외부 ID(ExternalId)는 x 입니다`: the name explains another one.
    let close = match rest {
        [b')', 0xe0..=0xff, ..] => Some(")"),
        [0xef, 0xbc, 0x89, ..] => Some("）"),
        _ => None,
    };
    if let Some(close) = close {
        let behind = rest.get(close.len()..).unwrap_or_default();
        let particle = ["은 ", "는 ", "이 ", "가 "].iter().find(|particle| behind.starts_with(particle.as_bytes()));
        return particle.map_or(at, |particle| at + close.len() + particle.len() - 1);
    }
    if rest.first().is_none_or(u8::is_ascii) {
        return at;
    }
    const PARTICLES: [&str; 7] = ["은", "는", "이", "가", "을", "를", "의"];
    let particle = PARTICLES.iter().find(|p| rest.starts_with(p.as_bytes()));
    particle.map_or(at, |p| at + p.len())
}
