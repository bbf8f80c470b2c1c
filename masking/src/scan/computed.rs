//! Values that a program computes or declares for a name: the default behind what is read first, both branches of a
//! condition, what a function of the name returns, the default of an option or of a field.

use crate::near::is_any;
use crate::scan::edge;
use crate::scan::name::Name;
use crate::scan::notation::{PlaceKind, ValuePlace, skip_blanks, skip_quote};
use crate::scan::words;

/// Bytes of an expression in which its literal begins, and of a function's head and first line.
const EXPRESSION_MAX: usize = 128;
/// Quotation marks that are looked at.
const QUOTES_MAX: usize = 4;

/// What stands right in front of a literal that is a default or a branch: `a || "b"`, `x ? "b" : "c"`, `get("x").default("b")`,
/// `|_| "b"`.
const BRANCHES: [&[u8]; 14] = [
    b" || ",
    b" ?? ",
    b" or ",
    b" ?: ",
    b" ? ",
    b"default(",
    b"unwrap_or(",
    b"|_| ",
    b"|| ",
    b"orElse(",
    b"getOrElse(",
    b"fallback(",
    b"OrDefault(",
    b"default: ",
];

/// The value of a name to which an expression is assigned: `const bucket = args.bucket || "b"`.
pub(crate) fn expression(at: usize, text: &[u8]) -> Option<ValuePlace> {
    let start = skip_blanks(text, at);
    // A value, or nothing that is read first.
    text.get(start).filter(|b| b.is_ascii_alphabetic() || is_any(b"_$(", b))?;
    literal(text, start, |head| BRANCHES.iter().any(|branch| head.ends_with(branch)))
}

/// The default of a variable of the environment that is read: `Environment.GetEnvironmentVariable("BUCKET") ?? "b"`.
pub(crate) fn environment(name: &Name<'_>, text: &[u8]) -> Option<ValuePlace> {
    let close = skip_quote(text, name.end).filter(|close| text.get(*close) == Some(&b')') && name.is_upper())?;
    // Nothing is assigned but the variable.
    literal(text, close, |head| {
        let behind = head.get(1..).unwrap_or_default();
        let chain = behind.len() <= CHAIN_MAX && !behind.contains(&b',');
        chain && BRANCHES.iter().any(|branch| head.ends_with(branch))
    })
}

/// Bytes between a variable and its default.
const CHAIN_MAX: usize = 24;

/// The first literal on the line whose head is such.
fn literal(text: &[u8], at: usize, fits: impl Fn(&[u8]) -> bool) -> Option<ValuePlace> {
    let rest = text.get(at..text.len().min(at + EXPRESSION_MAX))?;
    let line = rest.get(..memchr::memchr2(b'\n', b';', rest).unwrap_or(rest.len()))?;
    let quotes = memchr::memchr3_iter(b'"', b'\'', b'`', line).take(QUOTES_MAX);
    let open = quotes
        .into_iter()
        .find(|open| fits(line.get(..open - edge::backslashes_before(line, *open)).unwrap_or_default()))?;
    Some(ValuePlace::after(text, at + open - edge::backslashes_before(line, open), PlaceKind::Assigned))
}

/// What a function that is called by the name returns: `def bucket():⏎    return "b"`, `const bucket = () => "b"`,
/// `let(:bucket) { "b" }`.
pub(crate) fn returned(name: &Name<'_>, text: &[u8]) -> Option<ValuePlace> {
    // Most names are followed by something else.
    matches!(text.get(name.end), Some(b'(' | b')' | b' ')).then_some(())?;
    let rest = text.get(name.end..text.len().min(name.end + EXPRESSION_MAX))?;
    let of_ruby = edge::previous(text, name.start) == Some(b':') && rest.starts_with(b") { ");
    if of_ruby {
        let at = name.end + b") { ".len();
        return skip_quote(text, at).map(|_| ValuePlace::after(text, at, PlaceKind::Assigned));
    }
    let inside = rest.strip_prefix(b" = ").unwrap_or(rest).strip_prefix(b"(")?;
    let close = memchr::memchr2(b')', b'\n', inside).filter(|close| inside.get(*close) == Some(&b')'))?;
    let behind = inside.get(close + 1..)?;
    let from = name.end + rest.len() - behind.len();
    if behind.starts_with(b" => ") {
        let at = from + b" => ".len();
        return skip_quote(text, at).map(|_| ValuePlace::after(text, at, PlaceKind::Assigned));
    }
    // The head of the function ends, and its first statement returns.
    let line = memchr::memchr(b'\n', behind)?;
    let opens = matches!(behind.get(..line)?.trim_ascii_end().last(), Some(b'{' | b':'));
    let body = behind.get(line..).filter(|_| opens)?.trim_ascii_start();
    let at = from + behind.len() - body.strip_prefix(b"return ")?.len();
    skip_quote(text, at).map(|_| ValuePlace::after(text, at, PlaceKind::Assigned))
}

/// The default of an option, behind what it is for: `.option("--bucket <name>", "where to", "b")`.
pub(crate) fn option(name: &Name<'_>, text: &[u8]) -> Option<ValuePlace> {
    matches!(text.get(name.end), Some(b' ')).then_some(())?;
    let rest = text.get(name.end..text.len().min(name.end + EXPRESSION_MAX)).filter(|_| name.is_option())?;
    let close = match rest {
        [b' ', b'<', ..] => memchr::memchr(b'>', rest)?,
        [b' ', b'[', ..] => memchr::memchr(b']', rest)?,
        _ => return None,
    };
    let (mark, behind) = rest.get(close + 1..)?.split_first().filter(|(mark, _)| matches!(mark, b'"' | b'\''))?;
    let behind = behind.strip_prefix(b", ")?.strip_prefix(std::slice::from_ref(mark))?;
    let about = memchr::memchr(*mark, behind)?;
    let value = behind.get(about + 1..)?.strip_prefix(b", ").filter(|value| value.first() == Some(mark))?;
    Some(ValuePlace::after(text, name.end + rest.len() - value.len(), PlaceKind::Assigned))
}

/// The default that stands over a field of Rust's: `#[arg(long, default_value = "b")]⏎bucket: String,`.
pub(crate) fn field(name: &Name<'_>, text: &[u8]) -> Option<ValuePlace> {
    let typed = matches!(text.get(name.end..), Some([b':', b' ', b'A'..=b'Z' | b'&', ..]));
    let head = text.get(name.start.saturating_sub(EXPRESSION_MAX)..name.start).filter(|_| typed)?;
    let line = head.trim_ascii_end();
    let line = line.strip_suffix(b"pub").unwrap_or(line).trim_ascii_end();
    let line = edge::last_line(line.strip_suffix(b"\")]")?);
    let mark = memchr::memrchr(b'"', line)?;
    let sign = line.get(..mark)?.trim_ascii_end().strip_suffix(b"=")?.trim_ascii_end();
    let begins = line.trim_ascii_start().starts_with(b"#[");
    let default = begins
        && (words::ends_with_ignore_case(sign, b"default_value") || words::ends_with_ignore_case(sign, b"default"));
    let value = line.get(mark + 1..)?;
    let start = memchr::memmem::rfind(head, value)? + name.start - head.len();
    (default && !value.is_empty()).then_some(ValuePlace {
        start,
        end: None,
        kind: PlaceKind::Assigned,
        ..ValuePlace::WHOLE
    })
}
