//! Whether what stands under a name is meant by it: a word of a sentence or of code is not.

use std::ops::Range;

use crate::catalog::Check;
use crate::near::is_any;
use crate::scan::check;
use crate::scan::common;
use crate::scan::edge;
use crate::scan::letters;
use crate::scan::notation::{PlaceKind, ValuePlace};
use crate::scan::words::{self, Words, words};

/// Returns whether a word behind a verb is a password, and no other word of a sentence: `the password is hashed`, `… is
/// base64-encoded`, `… is 12 characters long`.
pub(crate) fn is_told(value: &[u8]) -> bool {
    const DIGITS_MIN: usize = 8;
    const WORDS_MIN: usize = 3;
    let digits = value.len() >= DIGITS_MIN && value.iter().all(u8::is_ascii_digit);
    let begins =
        |word: &[u8]| matches!(word, [first, second, ..] if first.is_ascii_digit() && second.is_ascii_lowercase());
    let joined = value.iter().all(|b| b.is_ascii_alphanumeric() || *b == b'-')
        && value.split(|b| *b == b'-').count() >= WORDS_MIN
        && value.split(|b| *b == b'-').any(begins);
    let irregular = value.iter().all(|b| b.is_ascii_alphanumeric() || *b == b'-') && check::is_irregular(value);
    let sure = check::is_generated(value) || check::is_mixed(value) || letters::is_random(value);
    let unlikely = value.len() >= 12 && check::has_digit(value) && letters::is_unlikely(value);
    // `Kennwort lautet Zeisig_Baum`: a hyphen joins words of sentences too.
    let titled = || check::is_signed_title(value);
    sure || titled()
        || digits
        || joined
        || irregular
        || is_numbered_word(value)
        || unlikely && value.iter().all(u8::is_ascii_alphanumeric)
}

/// Returns whether the predicate of a sentence in Korean or Japanese follows a value: `비밀번호는 x 입니다`, `パスワードは x です`.
pub(crate) fn is_predicate(text: &[u8], value: &Range<usize>) -> bool {
    const PREDICATES: [&str; 14] = [
        "입니다",
        "이고",
        "인데",
        "이에요",
        "예요",
        "이며",
        "이었",
        "였",
        "임",
        "로 ",
        "으로 ",
        "です",
        "でした",
        "だ",
    ];
    let rest = text.get(value.end..).unwrap_or_default();
    let rest = rest.strip_prefix(b" ").unwrap_or(rest);
    PREDICATES.iter().any(|predicate| rest.starts_with(predicate.as_bytes()))
}

/// Returns whether a value has what words of a sentence do not have: digits or signs among letters, or capitals.
pub(crate) fn is_unlike_word(value: &[u8]) -> bool {
    const WORD_MIN: usize = 6;
    let sign = |b: &u8| is_any(b"!#$%^&*+=~@?", b);
    let letters = value.iter().any(u8::is_ascii_alphabetic);
    let inner = value.get(1..value.len().saturating_sub(1)).unwrap_or_default();
    value.len() >= WORD_MIN && letters && (check::has_digit(value) || inner.iter().any(sign)) && !check::is_code(value)
}

/// Returns whether people made a value of capitalised words and a number, with signs between them: `Tidewater_9`,
/// `Hazel-Stoat-31`.
fn is_numbered_word(value: &[u8]) -> bool {
    const WORD_MIN: usize = 5;
    let number = |part: &[u8]| !part.is_empty() && part.iter().all(u8::is_ascii_digit);
    let word = |part: &[u8]| matches!(part, [first, rest @ ..] if first.is_ascii_uppercase() && rest.len() + 1 >= WORD_MIN && rest.iter().all(u8::is_ascii_lowercase));
    let mut parts = value.rsplit(|b| matches!(b, b'_' | b'-'));
    let numbered = parts.next().is_some_and(number);
    let mut words = 0;
    numbered
        && parts.all(|part| {
            words += 1;
            word(part)
        })
        && words > 0
}

/// Returns whether the sentence of a word tells of other resources of AWS: ``account …, bucket `hermes` ``.
pub(crate) fn is_among_resources(text: &[u8], value: &Range<usize>, bytes: &[u8]) -> bool {
    const WORD_MIN: usize = 5;
    let head = text.get(value.start.saturating_sub(HEAD_MAX)..value.start).unwrap_or_default();
    let line = edge::last_line(head);
    let told = [b"account ".as_slice(), b"S3 ", b"VPC ", b"AWS "]
        .iter()
        .any(|word| memchr::memmem::find(line, word).is_some());
    told && bytes.len() >= WORD_MIN && !is_common(bytes) && !is_of_noun(text, value.end)
}

/// Returns whether the word in quotation marks that ends at `end` tells which one of something else is meant: `the S3
/// bucket "results" folder`.
fn is_of_noun(text: &[u8], end: usize) -> bool {
    static NOUNS: Words = words!(
        "\
        folder|directory|prefix|path|key|object|file|policy|tag|setting|option|section|field|tab|page|column|parameter|\
        property|attribute|value|type|role|rule|notification|event"
    );
    let rest = text.get(end..text.len().min(end + WORD_MAX)).unwrap_or_default();
    let behind = rest.get(1..).and_then(|rest| rest.strip_prefix(b" ")).unwrap_or_default();
    let word = behind.get(..behind.iter().take_while(|b| b.is_ascii_lowercase()).count()).unwrap_or_default();
    NOUNS.has(word)
}

/// Returns whether a word is the value of a line of YAML, `bucket: acmelogs`, and not one that says what a bucket is
/// like. A program would go on behind it, or close a bracket on the next line.
pub(crate) fn is_scalar(text: &[u8], value: &Range<usize>, bytes: &[u8], place: ValuePlace, check: Check) -> bool {
    // `s3_bucket` says more than `bucket`.
    const SCALAR_MIN: usize = 6;
    const FULL_MIN: usize = 4;
    let head = text.get(place.start.saturating_sub(HEAD_MAX)..place.start).unwrap_or_default().trim_ascii_end();
    // `bucket:⏎  name: acmelogs`: the member of an object is on a line of its own too.
    let line = edge::last_line(head);
    let leads = place.leads
        || line.trim_ascii_start().iter().all(|b| b.is_ascii_alphabetic() || *b == b':')
        || is_of_flow_map(text, value);
    let Some(name) = head.strip_suffix(b":").filter(|_| place.kind == PlaceKind::Assigned && leads) else {
        return false;
    };
    let name = name.trim_ascii_end();
    // `DBInstance: stopped` may tell a state, `DBInstanceIdentifier: orders` cannot.
    let named = check == Check::Bucket || words::ends_with_ignore_case(name, b"identifier");
    let rest = text.get(value.end..text.len().min(value.end + HEAD_MAX)).unwrap_or_default();
    let line = rest.iter().take_while(|b| matches!(b, b' ' | b'\t' | b'\r')).count();
    let behind = rest.get(line..).unwrap_or_default();
    let flows = || is_of_flow_map(text, value);
    let ends = matches!(behind.first(), None | Some(b'\n' | b'#')) || flows();
    let next = behind.iter().skip_while(|b| **b != b'\n').find(|b| !b.is_ascii_whitespace());
    let closes = next.is_some_and(|b| matches!(b, b'}' | b')' | b']')) && !flows();
    let word = is_word(bytes);
    let full = [b"s3_bucket".as_slice(), b"bucket_name", b"identifier"];
    let full = full.iter().any(|full| words::ends_with_ignore_case(name, full));
    bytes.len() >= if full { FULL_MIN } else { SCALAR_MIN } && named && ends && !closes && !word
}

/// Returns whether a value is a word in a map of YAML on one line that is called by a service, `s3: {bucket: acmelogs}`.
/// Programs put a comma or a semicolon behind such a map.
fn is_of_flow_map(text: &[u8], value: &Range<usize>) -> bool {
    let head = text.get(value.start.saturating_sub(HEAD_MAX)..value.start).unwrap_or_default();
    let line = edge::last_line(head).trim_ascii_start();
    let line = line.strip_prefix(b"- ").unwrap_or(line);
    let opens = [b"s3: {".as_slice(), b"aws: {", b"storage: {"].iter().any(|open| line.starts_with(open));
    let rest = text.get(value.end..text.len().min(value.end + HEAD_MAX)).unwrap_or_default();
    let rest = rest.get(..memchr::memchr(b'\n', rest).unwrap_or(rest.len())).unwrap_or_default();
    let rest = rest.trim_ascii_start();
    opens && matches!(rest.first(), Some(b',' | b'}')) && rest.trim_ascii_end().ends_with(b"}")
}

/// Returns whether a word is what a section of a file of settings that is called by S3 gives its bucket: `[storage
/// "s3"]⏎bucket = acmelogs`; or a member of a log's line, `BucketName=acmelogs, Key=…`.
pub(crate) fn is_of_section(text: &[u8], value: &Range<usize>, bytes: &[u8], place: ValuePlace) -> bool {
    const WORD_MIN: usize = 5;
    const SECTION_MAX: usize = 240;
    // `BucketName=bucketname`: a variable.
    let variable = words::holds_ignore_case(bytes, b"bucket") || words::holds_ignore_case(bytes, b"name");
    if place.kind != PlaceKind::Assigned || bytes.len() < WORD_MIN || is_word(bytes) || variable {
        return false;
    }
    let rest = text.get(value.end..text.len().min(value.end + HEAD_MAX)).unwrap_or_default();
    if let Some(next) = rest.strip_prefix(b", ").filter(|_| place.tight) {
        let name = next.iter().take_while(|b| b.is_ascii_alphanumeric()).count();
        let named = text.get(..place.start).is_some_and(|head| words::ends_with_ignore_case(head, b"bucketname="));
        return named && name > 1 && next.get(name) == Some(&b'=');
    }
    let head = text.get(value.start.saturating_sub(SECTION_MAX)..value.start).unwrap_or_default();
    let section = memchr::memrchr(b'[', head).and_then(|open| head.get(open..)).unwrap_or_default();
    let line = section.get(..memchr::memchr(b'\n', section).unwrap_or_default()).unwrap_or_default();
    let whole = memchr::memmem::find(section, b"\n\n").is_none();
    place.leads
        && whole
        && line.trim_ascii_end().ends_with(b"]")
        && words::holds_ignore_case(line, b"s3")
        && is_last(text, value.end)
}

/// Returns whether a word is the second of two cells between bars, and a name as programs write it is the first:
/// `|  BucketName  |  acmelogs  |`. A word is not written so, and the cells of a header are alike.
pub(crate) fn is_pair(text: &[u8], value: &Range<usize>, bytes: &[u8]) -> bool {
    const WORD_MIN: usize = 4;
    let head = text.get(value.start.saturating_sub(HEAD_MAX)..value.start).unwrap_or_default();
    let line = edge::last_line(head);
    let tail = text.get(value.end..text.len().min(value.end + HEAD_MAX)).unwrap_or_default();
    let tail = tail.get(..memchr::memchr(b'\n', tail).unwrap_or(tail.len())).unwrap_or_default();
    let name =
        line.trim_ascii().strip_prefix(b"|").and_then(|line| line.strip_suffix(b"|")).unwrap_or_default().trim_ascii();
    let joined = name.windows(2).any(|pair| matches!(pair, [a, b] if a.is_ascii_lowercase() && b.is_ascii_uppercase()));
    let programs = name.iter().all(|b| b.is_ascii_alphanumeric() || *b == b'_') && joined;
    let word = is_word(bytes) || bytes.iter().any(u8::is_ascii_uppercase);
    programs && tail.trim_ascii() == b"|" && bytes.len() >= WORD_MIN && !word
}

/// Returns whether a value stands in the row over the rule of a table in Markdown, `| bucket | p50 |`: a heading is one
/// unless it has the form of a name.
pub(crate) fn is_header_row(text: &[u8], end: usize) -> bool {
    let rest = text.get(end..text.len().min(end + HEAD_MAX)).unwrap_or_default();
    let blanks = rest.iter().take_while(|b| **b == b' ').count();
    let line = memchr::memchr(b'\n', rest).filter(|_| rest.get(blanks) == Some(&b'|'));
    let next = line.and_then(|line| rest.get(line + 1..)).unwrap_or_default();
    next.strip_prefix(b"|").is_some_and(|next| matches!(next.trim_ascii_start(), [b'-', b'-', ..] | [b':', b'-', ..]))
}

/// Returns whether a word is all that a directive of a configuration sets, `s3_bucket acmelogs`: the name is one of a
/// program, begins its line, and nothing follows the word.
pub(crate) fn is_directive(text: &[u8], value: &Range<usize>, bytes: &[u8], place: ValuePlace) -> bool {
    const WORD_MIN: usize = 5;
    let head = text.get(place.start.saturating_sub(HEAD_MAX)..place.start).unwrap_or_default().trim_ascii_end();
    let name = edge::last_line(head).trim_ascii();
    let programs =
        name.contains(&b'_') && name.iter().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || *b == b'_');
    let ends = matches!(text.get(value.end..), Some([] | [b'\n' | b'\r', ..] | [b';', b'\n', ..]));
    let word = is_word(bytes);
    let programs = programs || name.eq_ignore_ascii_case(b"bucket") && is_among_directives(text, value);
    place.kind == PlaceKind::Near && place.leads && programs && ends && bytes.len() >= WORD_MIN && !word
}

/// Bytes in front of a value, and behind it, in which its line is read.
const HEAD_MAX: usize = 96;

/// Returns whether a program makes a resource there, which it calls so: `new aws.s3.Bucket("logs-1")`, and `logs =
/// aws.s3.Bucket("logs-1")` of Pulumi in Python.
pub(crate) fn is_constructed(text: &[u8], at: usize) -> bool {
    let head = text.get(at.saturating_sub(CONSTRUCTOR_MAX)..at).unwrap_or_default();
    memchr::memmem::rfind(head, b" aws.").is_some_and(|aws| {
        let path = head.get(aws + b" ".len()..).unwrap_or_default();
        path.iter().all(|b| b.is_ascii_alphanumeric() || is_any(b".(\"'", b))
    })
}

/// Maximum bytes of a constructor.
const CONSTRUCTOR_MAX: usize = 48;

/// Returns whether the signs in a word that an option, a variable or a line of properties sets tell it from one of code.
/// Only a program would compute what begins a line, `password=a+b`, so fewer signs are telling there.
pub(crate) fn is_signed(text: &[u8], value: &Range<usize>, bytes: &[u8], formal: bool, leads: bool) -> bool {
    let ends = text.get(value.end).is_none_or(u8::is_ascii_whitespace);
    // With a point behind it, `@` is of an address.
    let mut at = bytes.splitn(2, |b| *b == b'@').skip(1);
    let at = at.next().is_some_and(|host| !host.is_empty() && !host.contains(&b'.'));
    let set = formal && ends && (at || bytes.iter().any(|b| is_any(b"!#%^*+?~", b)) || bytes.ends_with(b"$"));
    set || leads && is_last(text, value.end) && bytes.iter().any(|b| is_any(b"!#*~", b))
}

/// Returns whether the line above or below a value's is a directive too: a name, and a value that is no word.
fn is_among_directives(text: &[u8], value: &Range<usize>) -> bool {
    let head = text.get(value.start.saturating_sub(HEAD_MAX)..value.start).unwrap_or_default();
    let tail = text.get(value.end..text.len().min(value.end + HEAD_MAX)).unwrap_or_default();
    let directive = |line: &[u8]| {
        let mut words = line.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
        let pair = (words.next(), words.next(), words.next());
        matches!(pair, (Some(name), Some(value), None)
            if name.iter().all(|b| b.is_ascii_alphanumeric() || *b == b'_') && check::has_digit(value))
    };
    let above = head.rsplit(|b| *b == b'\n').nth(1).is_some_and(directive);
    above || tail.split(|b| *b == b'\n').nth(1).is_some_and(directive)
}

/// Returns whether nothing stands behind a value on its line.
pub(crate) fn is_last(text: &[u8], end: usize) -> bool {
    text.get(end).is_none_or(|b| matches!(b, b'\n' | b'\r'))
}

/// Returns whether a word that only ends like `ip` stands in front of an address: `skip 6.4.1.2`, `pip 23.0.1.2`.
pub(crate) fn follows_word(text: &[u8], at: usize) -> bool {
    static OWNERS: Words = words!(
        "\
        src|dst|source|dest|client|host|public|pub|private|server|remote|local|node|elastic|my|e|v|real|peer|target|vm|\
        web|db|nat|egress|ingress|external|internal|origin|user"
    );
    let head = text.get(at.saturating_sub(WORD_MAX)..at).unwrap_or_default();
    let signs = head.iter().rev().take_while(|b| !b.is_ascii_alphanumeric()).count();
    let head = head.get(..head.len() - signs).unwrap_or_default();
    let len = head.iter().rev().take_while(|b| b.is_ascii_lowercase()).count();
    let word = head.get(head.len() - len..).unwrap_or_default();
    word.strip_suffix(b"ip").is_some_and(|owner| !owner.is_empty() && !OWNERS.has(owner))
}

/// Bytes in which the word in front of an address stands.
const WORD_MAX: usize = 32;

/// Returns whether a word is compared with its name, as code does: `password !== confirmPassword1)`.
pub(crate) fn is_compared(text: &[u8], start: usize, value: &[u8]) -> bool {
    let head = text.get(..start).unwrap_or_default().trim_ascii_end();
    let compares = matches!(head, [.., b'=' | b'!' | b'<' | b'>', b'=']);
    compares && check::is_numbered_name(value.strip_suffix(b")").unwrap_or(value))
}

/// Returns whether a word is a command that reads what its name writes: `terraform output password | base64 --decode`.
pub(crate) fn is_command(text: &[u8], start: usize, value: &[u8]) -> bool {
    static COMMANDS: Words = words!("base64|base32|md5sum|sha1sum|sha256sum|sha512sum|argon2|python3");
    COMMANDS.has(value) && text.get(..start).unwrap_or_default().trim_ascii_end().ends_with(b"|")
}

/// Returns whether a path of names is called: `System.Text.Encoding.UTF8.GetString(`.
pub(crate) fn is_call(text: &[u8], end: usize, value: &[u8]) -> bool {
    let name =
        |part: &[u8]| part.first().is_some_and(u8::is_ascii_uppercase) && part.iter().all(u8::is_ascii_alphanumeric);
    let path = value.iter().filter(|b| **b == b'.').count() >= 2 && value.split(|b| *b == b'.').all(name);
    path && text.get(end) == Some(&b'(')
}

/// Returns whether a name begins with a word that stands next to names of its sort: `bucket sort-1`, `cluster size-2`.
pub(crate) fn is_term(value: &[u8]) -> bool {
    static TERMS: Words = words!(
        "acl|count|index|key|level|lifecycle|limit|mode|name|number|owner|part|policy|rate|size|sort|step|\
        tag|type|version|versioning|per|pre|multi|sub|non|re|self|cross|post|end|built"
    );
    value.split(|b| *b == b'-').next().is_some_and(|word| TERMS.has(word))
}

/// Returns whether a word is one that everybody has, or tells what was done.
fn is_word(value: &[u8]) -> bool {
    value.ends_with(b"ed") || is_common(value)
}

fn is_common(value: &[u8]) -> bool {
    std::str::from_utf8(value).is_ok_and(common::is_common)
}

/// Returns whether words that a hyphen joins say what something is like: `read-only`, `write-protected`, `utf-8`.
pub(crate) fn is_description(value: &[u8]) -> bool {
    is_compound_word(value) || is_common(value)
}

/// `read-only`, `write-protected`: words that a hyphen joins.
pub(crate) fn is_compound_word(value: &[u8]) -> bool {
    static LAST: Words = words!(
        "\
        only|wide|side|based|like|free|aware|sensitive|specific|friendly|compliant|safe|level|ready|proof|neutral|agnostic|\
        native|first|second|time|end|region|account|term|lived|way|in|out|up|off|on|by|one|none|blind|tier"
    );
    const ENDINGS: [&[u8]; 4] = [b"ed", b"able", b"ible", b"less"];
    const ENDING_MIN: usize = 5;
    let last = value.rsplit(|b| *b == b'-').next().unwrap_or_default();
    // A stage is called so.
    let ending = last != b"shared" && last.len() >= ENDING_MIN && ENDINGS.iter().any(|ending| last.ends_with(ending));
    value.contains(&b'-') && !check::has_digit(value) && (LAST.has(last) || ending)
}

/// Returns whether a word tells what a resource is like or does, as cells of tables do: `available`, `enabled`.
pub(crate) fn is_state(value: &[u8]) -> bool {
    static STATES: Words = words!(
        "\
        active|inactive|available|unavailable|stopping|starting|running|pending|failing|healthy|unhealthy|ok|yes|no|on|off|\
        primary|secondary|replica|standby|writer|reader|public|private|open|standard|glacier|small|medium|large|high|low|\
        critical|warning|info|total|other|others|various|same|todo|optional|free|full|done|new|old|ready|up|down|\
        postgres|postgresql|mysql|mariadb|oracle|aurora|neptune|redis|docdb|mongodb"
    );
    STATES.has(value) || value.ends_with(b"ed") && value.iter().all(u8::is_ascii_lowercase)
}

/// Returns whether a name with points is one to its end: `logs-1.data`, and not `logs-1.The`.
pub(crate) fn is_dotted(value: &[u8]) -> bool {
    value.split(|b| *b == b'.').all(|part| part.first().is_some_and(|b| b.is_ascii_lowercase() || b.is_ascii_digit()))
}
