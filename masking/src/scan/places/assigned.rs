//! What is assigned to a name, in code, data and tests.

use super::before::{BEFORE_MAX, BRACKETS};
use super::is_in_arn;
use super::php::skip_visibility;
use super::said::{TYPE_MAX, said};
use crate::near::is_any;
use crate::scan::edge;
use crate::scan::member::Opening;
use crate::scan::name::Name;
use crate::scan::notation::{
    BLANKS_MAX, PlaceKind, ValuePlace, operator, skip_blanks, skip_closing, skip_particle, skip_quote, skip_remark,
};
use crate::scan::words::{self, Words, words};

/// `name: value`, `name = "value"`, `name is value`, `name (value)`, `name value`.
pub(super) fn assigned(name: &Name<'_>, opening: Opening, text: &[u8]) -> Option<ValuePlace> {
    // What is read from elsewhere does not follow.
    if name.is_option() && name.holds(b"stdin") {
        return None;
    }
    let enclosed = |open: &str| starts(text, name.end, open);
    let foreign = text.get(name.end).is_some_and(|b| !b.is_ascii());
    if foreign && BRACKETS.iter().any(|(open, _)| !open.is_ascii() && enclosed(open)) {
        return Some(ValuePlace::after(text, name.end, PlaceKind::Said));
    }
    let particle = skip_particle(text, name.end);
    let quote = skip_visibility(text, skip_quote(text, particle).unwrap_or(particle));
    // `config["Bucket"]`, `env[BUCKET]`, `params[:bucket]`
    let head = text.get(..name.start).unwrap_or_default();
    // `"AWS::S3::Bucket": "…"`: a type of resources names none.
    if head.ends_with(b"::")
        && head.get(head.len().saturating_sub(TYPE_MAX)..).is_some_and(|head| holds(head, b"AWS::"))
    {
        return None;
    }
    // `arn:aws:secretsmanager:…:secret:prod/orders`: a part of an ARN names none.
    if head.ends_with(b":") && text.get(name.end) == Some(&b':') && is_in_arn(head) {
        return None;
    }
    let index = quote > particle || matches!(head, [.., b'['] | [.., b'[', b':']);
    let quote = quote + usize::from(index && text.get(quote) == Some(&b']') || is_key_of_hash(head, text, quote));
    // `acct no. 471192830564`
    let stop = matches!(text.get(quote..), Some([b'.', b' ', b'0'..=b'9', ..]));
    let at = skip_closing(text, quote + usize::from(stop));
    let closed = quote > particle;
    let after = skip_remark(text, skip_blanks(text, at));
    let near = at + text.get(at..)?.iter().take(BLANKS_MAX).take_while(|b| matches!(b, b' ' | b'\t')).count();
    // A wide blank.
    let wide = near == at && text.get(at) == Some(&0xe3) && starts(text, at, "　");
    let near = if wide { at + "　".len() } else { near };
    let goes_on = near > at && !matches!(text.get(near), None | Some(b'\n' | b'\r'));
    // `\newcommand{\account}{…}`, `\def\bucket{…}`, `\item[Account] …`, `.. |bucket| replace:: …`
    let macros = || match text.get(name.end..)? {
        [b'}', b'{', ..] if head.ends_with(b"\\") => Some(name.end + 2),
        [b'{', ..] if head.ends_with(b"\\def\\") => Some(name.end + 1),
        [b']', b' ', ..] if head.ends_with(b"\\item[") => Some(name.end + 2),
        rest if rest.starts_with(b"| replace:: ") => Some(name.end + b"| replace:: ".len()),
        _ => None,
    };
    if let Some(at) = macros() {
        return Some(ValuePlace::after(text, at, PlaceKind::Assigned));
    }
    if let Some(place) = listed_by_fish(name, text) {
        return Some(place);
    }
    // `Zasobnik (bucket) acme-raw`: the noun says what the word in front of it means.
    if head.ends_with(b" (") && starts(text, name.end, ") ") {
        let verb = said(text, name.end + 1, name.end + 2);
        return Some(ValuePlace::after(text, verb.unwrap_or(name.end + 2), PlaceKind::Said));
    }
    let word = || !closed && name.is_word();
    // `:account-id "471192830564"`, `proxy_set_header x-api-key "…"`: a name with hyphens is one of a program.
    let is_string = || {
        let escapes = text.get(near..).unwrap_or_default().iter().take(8).take_while(|b| **b == b'\\').count();
        matches!(text.get(near + escapes), Some(b'"' | b'\'')) && !name.is_glued()
    };
    let sign = if after == opening.after { opening.sign } else { operator(text, after, name.tag) };
    // `Bucket</span><span>b`: the element that ends there may be a cell as well as emphasis.
    let sign = sign.or_else(|| opening.sign.filter(|_| text.get(opening.after) == Some(&b'<')));
    // `BucketName As String = "b"` of Visual Basic.
    let typed = || {
        const TYPE: &[u8] = b"As String = ";
        let rest = text.get(after..).filter(|rest| rest.starts_with(TYPE))?;
        rest.get(TYPE.len()).map(|_| (after + TYPE.len(), PlaceKind::Assigned))
    };
    // `"accountId" to "471192830564"` of Kotlin.
    let pair = || text.get(after..).is_some_and(|rest| closed && rest.starts_with(b"to \""));
    let (behind, kind) = sign
        .or_else(|| pair().then_some((after + b"to ".len(), PlaceKind::Assigned)))
        .or_else(typed)
        .or_else(|| attributed(name, text, at))
        .or_else(|| said(text, particle, near).filter(|_| word()).map(|at| (at, PlaceKind::Said)))
        .or_else(|| marked(text, near).filter(|_| closed && text.get(name.end) == Some(&b'`')))
        // The particle says as much as a verb does: `비밀번호는 x 입니다`.
        .or_else(|| (goes_on && particle > name.end && word()).then_some((near, PlaceKind::Said)))
        .or_else(|| {
            // `(password . "…")`
            let pair = head.ends_with(b"(") && starts(text, near, ". \"");
            pair.then_some((near + b". ".len(), PlaceKind::Assigned))
        })
        .or_else(|| (goes_on && is_key_of_lisp(head, text, near)).then_some((near, PlaceKind::Assigned)))
        .or_else(|| (goes_on && (word() || !closed && is_string())).then_some((near, PlaceKind::Near)))
        .or_else(|| (text.get(skip_blanks(text, at)) == Some(&b'`') && word()).then_some((at, PlaceKind::Said)))
        .or_else(|| listed(name, text, after))
        .or_else(|| asserted(name, text))
        .or_else(|| (closed && !name.is_glued()).then(|| fallback(name, text, after)).flatten())?;
    let place = ValuePlace::after(text, behind, kind);
    // `S3 Bucket (b)` names a value, `f(b)` does not.
    let prose = kind != PlaceKind::Called || after > at || name.is_foreign() || is_in_sentence(text, behind);
    let tight = place.start == behind && after == at;
    (prose || place.quoted).then_some(ValuePlace { tight, leads: name.leads(text), ..place })
}

/// `$BUCKET[1]: |b|`: the elements of a variable as fish shows them.
fn listed_by_fish(name: &Name<'_>, text: &[u8]) -> Option<ValuePlace> {
    let rest = text.get(name.end..)?.strip_prefix(b"[")?;
    let digits = rest.iter().take(4).take_while(|b| b.is_ascii_digit()).count();
    let value = rest.get(digits..)?.strip_prefix(b"]: |")?;
    let line = value.get(..value.len().min(SHOWN_MAX))?;
    let line = line.get(..memchr::memchr(b'\n', line).unwrap_or(line.len()))?;
    let len = line.trim_ascii_end().strip_suffix(b"|")?.len();
    let start = text.len() - value.len();
    (digits > 0).then_some(ValuePlace { start, end: Some(start + len), kind: PlaceKind::Cell, ..ValuePlace::WHOLE })
}

/// Bytes of a line in which a value is shown.
const SHOWN_MAX: usize = 256;

/// ``Set `bucket` to `b` ``, ``` `DB_PASSWORD` was `…` ```: what a sentence says of a name that is marked as code.
fn marked(text: &[u8], at: usize) -> Option<(usize, PlaceKind)> {
    let verb = ["to ", "is ", "was ", "should be "].into_iter().find(|verb| starts(text, at, verb))?;
    let value = at + verb.len();
    matches!(text.get(value), Some(b'`' | b'"')).then_some((value, PlaceKind::Said))
}

/// Returns whether a name is a key that Perl sets in a hash: `$ENV{BUCKET} = "b"`, `$config->{'bucket'} = "b"`.
fn is_key_of_hash(head: &[u8], text: &[u8], end: usize) -> bool {
    let sets = text.get(end..).is_some_and(|rest| rest.starts_with(b"} = ") || rest.starts_with(b"}="));
    let head = head.strip_suffix(b"'").or_else(|| head.strip_suffix(b"\"")).unwrap_or(head);
    sets && matches!(head, [.., b'>', b'{'] | [.., b'a'..=b'z' | b'A'..=b'Z' | b'_', b'{'])
}

/// Returns whether a name is a key of Lisp's with a string or a number at `at` for its value: `:password "…"`, `:db/password "…"`.
fn is_key_of_lisp(head: &[u8], text: &[u8], at: usize) -> bool {
    // `#uuid "…"` too.
    if !text.get(at).is_some_and(|b| matches!(b, b'"' | b'#') || b.is_ascii_digit()) {
        return false;
    }
    let near = head.get(head.len().saturating_sub(TYPE_MAX)..).unwrap_or_default();
    let path = near.iter().rev().take_while(|b| b.is_ascii_alphanumeric() || is_any(b"-_./", b)).count();
    match near.get(..near.len() - path) {
        Some([front @ .., b':']) => front.last().is_none_or(|b| b.is_ascii_whitespace() || is_any(b"{([", b)),
        _ => false,
    }
}

/// Returns whether what stands in parentheses is followed by a particle, as in `Bucket(b)에`, or has those of such a
/// sentence: `Bucket（b）`.
fn is_in_sentence(text: &[u8], inside: usize) -> bool {
    let rest = text.get(inside..text.len().min(inside + BEFORE_MAX)).unwrap_or_default();
    let close = rest.iter().position(|b| matches!(b, b')' | b'\n'));
    let behind = close.and_then(|close| rest.get(close..)).unwrap_or_default();
    text.get(..inside).is_some_and(|head| head.ends_with("（".as_bytes())) || matches!(behind, [b')', 0xe3..=0xed, ..])
}

pub(super) fn holds(text: &[u8], word: &[u8]) -> bool {
    memchr::memmem::find(text, word).is_some()
}

pub(super) fn starts(text: &[u8], at: usize, with: &str) -> bool {
    text.get(at..).is_some_and(|rest| rest.starts_with(with.as_bytes()))
}

/// The content of an element with attributes: `<Password Type="…">…</Password>`.
fn attributed(name: &Name<'_>, text: &[u8], at: usize) -> Option<(usize, PlaceKind)> {
    let rest = text.get(at..text.len().min(at + BEFORE_MAX)).filter(|rest| name.tag && rest.starts_with(b" "))?;
    let end = rest.iter().position(|b| matches!(b, b'<' | b'>'))?;
    let content = rest.get(end) == Some(&b'>') && rest.get(end - 1) != Some(&b'/');
    content.then_some((at + end + 1, PlaceKind::Assigned))
}

/// `["--bucket", "b"]`, `[--bucket, b]`: an option of a command and its value are two elements of a list.
fn listed(name: &Name<'_>, text: &[u8], at: usize) -> Option<(usize, PlaceKind)> {
    (name.is_option() && text.get(at) == Some(&b',')).then_some((at + 1, PlaceKind::Assigned))
}

/// What a test compares a member with: `expect(x.bucket).toBe("b")`, `assertEqual(x.bucket, "b")`.
fn asserted(name: &Name<'_>, text: &[u8]) -> Option<(usize, PlaceKind)> {
    let rest = text.get(name.end..text.len().min(name.end + ASSERTION_MAX))?;
    let behind = rest.strip_prefix(b"()").unwrap_or(rest);
    if let Some(value) = behind.strip_prefix(b", ") {
        let quoted = matches!(value.first(), Some(b'"' | b'\''));
        // `${env:BUCKET, 'b'}` of the Serverless Framework.
        let head = text.get(..name.start).unwrap_or_default();
        let variable = || [b"${env:".as_slice(), b"${opt:", b"${param:"].iter().any(|open| head.ends_with(open));
        return (quoted && (variable() || is_asserted(text, name.start)))
            .then_some((name.end + rest.len() - value.len(), PlaceKind::Assigned));
    }
    let chain = behind.strip_prefix(b")")?;
    let call = chain.iter().take_while(|b| b.is_ascii_alphabetic() || matches!(b, b'.' | b'_' | b' ')).count();
    let (words, value) = chain.split_at_checked(call)?;
    let value = value.strip_prefix(b"(")?;
    let word = words.rsplit(|b| !b.is_ascii_alphabetic()).next()?;
    let quoted = matches!(value.first(), Some(b'"' | b'\''));
    (quoted && MATCHERS.has(word)).then_some((name.end + rest.len() - value.len(), PlaceKind::Assigned))
}

/// Returns whether the arguments of an assertion begin at `at`, or behind its first one.
fn is_asserted(text: &[u8], at: usize) -> bool {
    let head = text.get(at.saturating_sub(ASSERTION_MAX)..at).unwrap_or_default();
    let call = head.strip_suffix(b"(").unwrap_or_default();
    let call = call.strip_suffix(b"!").unwrap_or(call);
    let len = call.iter().rev().take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_')).count();
    let call = call.get(call.len() - len..).unwrap_or_default();
    words::starts_with_ignore_case(call, b"assert")
        || call.ends_with(b".assertEqual")
        || call.ends_with(b".assertEquals")
}

/// Bytes of an assertion around a name.
const ASSERTION_MAX: usize = 128;

/// What a test calls to compare.
static MATCHERS: Words = words!("toBe|toEqual|toStrictEqual|isEqualTo|equal|equals|eql|eq|toContain|contains|be|is");

/// The id of a resource that a program looks up by its type: `aws.s3.Bucket.get("media", "b-1")`.
pub(super) fn looked_up(name: &Name<'_>, text: &[u8]) -> Option<ValuePlace> {
    let rest = text.get(name.end..text.len().min(name.end + BEFORE_MAX))?.strip_prefix(b".get(")?;
    // A type is written with a capital letter; `settings.bucket.get("name", "x")` takes a default.
    let of_type = text.get(name.start..name.end)?.rsplit(|b| *b == b'.').next()?;
    of_type.first().is_some_and(u8::is_ascii_uppercase).then_some(())?;
    let at = skip_blanks(text, name.end + b".get(".len());
    let mark = *text.get(at).filter(|mark| matches!(mark, b'"' | b'\''))?;
    let label = memchr::memchr(mark, text.get(at + 1..name.end + b".get(".len() + rest.len())?)?;
    let comma = Some(at + label + 2).filter(|comma| text.get(*comma) == Some(&b','))?;
    let behind = skip_blanks(text, comma + 1);
    let named = if starts(text, behind, "id=") { b"id=".len() } else { 0 };
    let place = ValuePlace::after(text, behind + named, PlaceKind::Assigned);
    place.quoted.then_some(place)
}

/// What a test compares a member with, in front of it: `assertEquals("b", x.getBucket())`.
pub(super) fn expected(name: &Name<'_>, text: &[u8]) -> Option<ValuePlace> {
    let closes = matches!(text.get(name.end..), Some([b')', ..] | [b'(', b')', b')', ..]));
    let head = text.get(name.start.saturating_sub(ASSERTION_MAX)..name.start).filter(|_| closes)?;
    let value = head.strip_suffix(b", ")?;
    let (mark, value) = value.split_last().filter(|(mark, _)| matches!(mark, b'"' | b'\''))?;
    let len = value.iter().rev().take_while(|b| *b != mark && **b >= b' ').count();
    let end = name.start - b"\", ".len();
    let start = end - len;
    (len > 0 && edge::previous(text, start) == Some(*mark) && is_asserted(text, start - 1)).then_some(ValuePlace {
        start,
        end: Some(end),
        kind: PlaceKind::Cell,
        ..ValuePlace::WHOLE
    })
}

/// `getenv("BUCKET", "b")`
fn fallback(name: &Name<'_>, text: &[u8], at: usize) -> Option<(usize, PlaceKind)> {
    let quote = name.start.checked_sub(1).filter(|_| text.get(at) == Some(&b','))?;
    let opening = quote - edge::backslashes_before(text, quote);
    let flag = is_flag(text, opening);
    let blank = usize::from(edge::previous(text, opening) == Some(b' '));
    let call = name.is_upper() && edge::previous(text, opening - blank) == Some(b'(');
    let call = call || is_pair_of_map(text, opening);
    (call || flag).then_some((at + 1, PlaceKind::Called))
}

/// Returns whether a pair of Java's begins at `at`: `Map.of("region", "eu-west-1", "bucket", "b")`.
fn is_pair_of_map(text: &[u8], at: usize) -> bool {
    let head = text.get(at.saturating_sub(MAP_MAX)..at).unwrap_or_default();
    let pairs = memchr::memmem::rfind(head, b"Map.of(").and_then(|map| head.get(map + b"Map.of(".len()..));
    pairs.is_some_and(|pairs| !pairs.contains(&b')') && pairs.iter().filter(|b| **b == b',').count() % 2 == 0)
}

/// Bytes of such a map in front of a name in it.
const MAP_MAX: usize = 256;

/// Returns whether a program declares an option there, or the default of a setting: `flag.String("bucket", "b", "…")`,
/// `StringVar(&x, "bucket", "b", "…")`, `SetDefault("db.password", "…")`.
fn is_flag(text: &[u8], at: usize) -> bool {
    let head = text.get(at.saturating_sub(FLAG_MAX)..at).unwrap_or_default();
    let line = edge::last_line(head);
    let Some((call, inside)) = memchr::memrchr(b'(', line).and_then(|open| line.split_at_checked(open)) else {
        return false;
    };
    let none = inside.iter().all(|b| b.is_ascii_alphanumeric() || is_any(b"(&, ._", b));
    none && ["String", "StringP", "StringVar", "StringVarP", "SetDefault", "set_default", "parametrize"]
        .iter()
        .any(|name| call.ends_with(name.as_bytes()))
}

/// Maximum bytes of such a call in front of the option.
const FLAG_MAX: usize = 64;
