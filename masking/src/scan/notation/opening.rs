//! What stands in front of a value itself: remarks, emphasis, markup, brackets and the calls around it.

use super::skip::{BLANKS_MAX, REMARK_MAX, skip_anchor, skip_applied, skip_blanks, skip_quote, skip_spaces, skip_word};
use crate::near::is_any;
use crate::scan::words::{Words, ends_with_ignore_case, holds_ignore_case, words};

/// Returns where the value itself begins behind what stands in front of it at `at`, and whether it is quoted.
pub(super) fn behind(text: &[u8], at: usize) -> (usize, bool) {
    let first = skip_block(text, skip_change(text, skip_blanks(text, at)));
    let first = skip_format(text, first).unwrap_or(first);
    let first = skip_parameter(text, first).unwrap_or(first);
    let first = skip_dump(text, first).unwrap_or(first);
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
    let start = Some(start).filter(|_| quoted && printed).and_then(|start| skip_quote(text, start)).unwrap_or(start);
    // Blanks within the quotation marks are not of the value.
    let start = if quoted { skip_spaces(text, start) } else { start };
    (start, quoted)
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
    let remark = inside.contains(&b' ') || inside.starts_with(b"*") || foreign || REMARKS.has(inside);
    let sign = end.filter(|_| remark).map(|end| skip_blanks(text, at + end + 1));
    sign.filter(|sign| matches!(text.get(*sign), Some(b':' | b'='))).unwrap_or(at)
}

/// Remarks of one word.
static REMARKS: Words =
    words!("none|optional|required|hidden|aws|s3|rds|iam|prod|production|dev|staging|stage|test|live|new|old|neu|alt");

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
    // R's.
    if rest.starts_with(b"chr \"") {
        return at + b"chr ".len();
    }
    let Some(rest) = rest.strip_prefix(b"string(") else { return at };
    let digits = rest.iter().take(8).take_while(|b| b.is_ascii_digit()).count();
    if rest.get(digits..).is_some_and(|rest| rest.starts_with(b") ")) { at + digits + 9 } else { at }
}

/// After the type and the length that Go's spew prints in front of a string: `(string) (len=9) "…"`,
/// `(*string)(0xc00021e4f0)((len=9) "…")`.
fn skip_dump(text: &[u8], at: usize) -> Option<usize> {
    // Most values begin otherwise.
    text.get(at).filter(|b| **b == b'(')?;
    let rest = text.get(at..text.len().min(at + DUMP_MAX))?;
    let len = memchr::memmem::find(rest, b"(len=")?;
    let plain = |b: &u8| b.is_ascii_alphanumeric() || is_any(b"()*._[]{} /-", b);
    rest.get(..len)?.iter().all(plain).then_some(())?;
    let behind = rest.get(len + b"(len=".len()..)?;
    let close = behind.iter().position(|b| !b.is_ascii_digit()).filter(|close| *close > 0)?;
    behind.get(close..)?.starts_with(b") \"").then_some(at + len + b"(len=".len() + close + b") ".len())
}

/// Bytes of a type with a length.
const DUMP_MAX: usize = 96;

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
        // PowerShell's, and that of Nix and Dhall.
        [b'@', b'"' | b'\'', b'\n', ..] | [b'\'', b'\'', b'\n', ..] => return skip_blanks(text, at + 3),
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
const MARKUP: [(&[u8], &[u8]); 10] = [
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

/// After the beginning of one of them, or of a literal that no quotation mark encloses.
fn skip_markup(text: &[u8], at: usize) -> Option<usize> {
    const FIRST: [u8; 11] = *b"{\\<[q%~$Rr#";
    let rest = text.get(at..).filter(|rest| rest.first().is_some_and(|b| is_any(&FIRST, b)))?;
    if let Some(inside) = literal(rest) {
        return Some(at + inside);
    }
    let (open, _) = MARKUP.iter().find(|(open, _)| open.first() == rest.first() && rest.starts_with(open))?;
    // `{{name}}` is a template's, except in the table of a wiki.
    let head = text.get(..at).unwrap_or_default().trim_ascii_end();
    // Jira's emphasis has one star.
    let wiki = head.ends_with(b"|")
        || head.ends_with(b"*:") && !head.ends_with(b"**:")
        || head.ends_with(b":*") && !head.ends_with(b":**");
    let template = open.starts_with(b"{{") && !wiki;
    rest.get(open.len()).is_some_and(|b| !template && *b > b' ').then_some(at + open.len())
}

/// What languages put around a text besides quotation marks: Lua; Perl; Ruby; Elixir; SQL; C++; Rust and Swift; OCaml.
const LITERALS: [(&[u8], &[u8]); 29] = [
    (b"[[", b"]]"),
    (b"[=[", b"]=]"),
    (b"[==[", b"]==]"),
    (b"q{", b"}"),
    (b"q(", b")"),
    (b"q[", b"]"),
    (b"q|", b"|"),
    (b"q/", b"/"),
    (b"qq{", b"}"),
    (b"qq(", b")"),
    (b"qq[", b"]"),
    (b"qq|", b"|"),
    (b"%q(", b")"),
    (b"%q{", b"}"),
    (b"%q[", b"]"),
    (b"%Q(", b")"),
    (b"%Q{", b"}"),
    (b"%(", b")"),
    (b"~s(", b")"),
    (b"~s{", b"}"),
    (b"~S(", b")"),
    (b"~S|", b"|"),
    (b"$$", b"$$"),
    (b"$/", b"/$"),
    (b"R\"(", b")\""),
    (b"r#\"", b"\"#"),
    (b"r##\"", b"\"##"),
    (b"#\"", b"\"#"),
    (b"{|", b"|}"),
];

/// The length of what opens the literal that a text begins with, if it is closed on its line.
fn literal(rest: &[u8]) -> Option<usize> {
    let (open, close) = LITERALS.iter().find(|(open, _)| open.first() == rest.first() && rest.starts_with(open))?;
    let inside = rest.get(open.len()..rest.len().min(LITERAL_MAX))?;
    let line = inside.get(..inside.iter().take_while(|b| **b >= b' ').count())?;
    let end = memchr::memmem::find(line, close)?;
    (end > 0 && line.first() != Some(&b' ')).then_some(open.len())
}

/// Bytes of a literal.
const LITERAL_MAX: usize = 200;

/// What closes the text that begins right behind `head`, if markup or a literal encloses it.
pub(crate) fn closer(head: &[u8]) -> Option<&'static [u8]> {
    // Most texts begin behind a quotation mark or a blank.
    head.last().filter(|b| !is_any(b"'` =:", b))?;
    let mut pairs = LITERALS.iter().chain(&MARKUP);
    let pair = pairs.find(|(open, _)| open.last() == head.last() && head.ends_with(open))?;
    Some(pair.1)
}

/// After a bracket or the hyphen of a YAML list.
fn open(text: &[u8], at: usize) -> usize {
    match text.get(at..).unwrap_or_default() {
        // A quotation within the words that git takes away.
        [b'[', b'-', b'"' | b'\'', ..] | [b'{', b'+', b'"' | b'\'', ..] => at + 2,
        [b'{' | b'[', ..] if skip_markup(text, at).is_some() => at,
        [b'%', b'w' | b'i', b'[' | b'(' | b'{', ..] | [b'q' | b'~', b'w', b'[' | b'(' | b'{' | b'/', ..] => at + 3,
        [b'[', ..] => skip_applied(text, skip_blanks(text, at + 1)),
        [b'{' | b'(', ..] => skip_blanks(text, at + 1),
        [b'-', b' ', ..] => skip_anchor(text, skip_blanks(text, at + 2)),
        // A set of Clojure, and a literal with its type: `#{"b"}`, `#uuid "…"`.
        [b'#', b'{' | b'(' | b'[', ..] => skip_blanks(text, at + 2),
        [b'#', first, ..] if first.is_ascii_alphabetic() => {
            Some(skip_word(text, at + 1)).filter(|behind| skip_quote(text, *behind).is_some()).unwrap_or(at)
        }
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
            // C++ encloses in brackets as well.
            _ if rest.starts_with(b"R\"(") => return at,
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
