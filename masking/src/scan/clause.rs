//! Values further on in the sentence of their name, in any language: `das Passwort des Benutzers ist jetzt: …`, `la cuenta
//! de producción es la …`. Between the two are words alone, and the value is one that no word looks like.

use std::ops::Range;

use crate::catalog::Check;
use crate::near::is_any;
use crate::scan::check::{self, ACCOUNT_LEN};
use crate::scan::edge;
use crate::scan::notation;
use crate::scan::words::{self, Words, words};

/// Bytes in which the value begins, and words in front of it.
const CLAUSE_MAX: usize = 80;
const WORDS_MAX: usize = 8;
/// Maximum bytes of a value.
const VALUE_MAX: usize = 128;

/// Words of things that are numbered too.
static NUMBERED: Words = words!(
    "\
    order|invoice|ticket|case|phone|tel|call|request|transaction|tracking|bestellung|bestellnummer|rechnung|\
    rechnungsnummer|telefon|commande|facture|pedido|factura|ordine|fattura|zamówienie|faktura|bytes|rows|timestamp",
);

/// Returns whether a word is that of a thing that is numbered too.
pub(crate) fn counts(word: &[u8]) -> bool {
    // `nie mylić z numerem faktury 771204339018`: languages change their endings.
    const STEMS: [&[u8]; 8] = [
        b"faktur",
        b"factur",
        b"fattur",
        b"rechnung",
        b"bestell",
        b"pedido",
        "zamówien".as_bytes(),
        "sipariş".as_bytes(),
    ];
    NUMBERED.has(word) || STEMS.iter().any(|stem| words::starts_with_ignore_case(word, stem))
}

/// The account in the sentence of a name that ends at `at`.
pub(crate) fn account(text: &[u8], at: usize) -> Option<Range<usize>> {
    // `그 계정이 아니라 471192830564`
    let at = notation::skip_particle(text, at);
    // `Account: prod (471192830564)`
    let colon = usize::from(matches!(text.get(at..), Some([b':', b' ', next, ..]) if next.is_ascii_alphabetic()));
    // `Which account? 471192830564`, `the staging account, 471192830564, …`
    if let Some([b'?' | b',' | b';' | b'!', b' ', b'0'..=b'9', ..]) = text.get(at..) {
        let number = at + 2..at + 2 + ACCOUNT_LEN;
        return stands(text, number.clone()).then_some(number);
    }
    blank(text, at + colon)?;
    // Most sentences have no number.
    let rest = text.get(at..text.len().min(at + CLAUSE_MAX + VALUE_MAX))?;
    rest.iter().any(u8::is_ascii_digit).then(|| value(text, at + colon, |_, word| is_account(word))).flatten()
}

/// The account in front of a name that begins at `at`, with words alone between the two: `why is 471192830564 hard-coded?
/// that's the staging account`.
pub(crate) fn account_before(text: &[u8], at: usize) -> Option<Range<usize>> {
    let line = edge::last_line(text.get(at.saturating_sub(CLAUSE_MAX)..at)?);
    let between = line.iter().rev().take_while(|b| !b.is_ascii_digit()).count();
    let end = line.len() - between;
    let (front, words) = line.split_at_checked(end.checked_sub(ACCOUNT_LEN)?)?;
    let (number, words) = words.split_at_checked(ACCOUNT_LEN)?;
    let prose = |b: &u8| b.is_ascii_alphabetic() || is_any(b" ,.?!'-()", b) || !b.is_ascii();
    let apart = words.first().is_some_and(|b| is_any(b" ,?!)", b)) && words.contains(&b' ');
    let alone = front.last().is_none_or(|b| is_any(b" (\"'`", b));
    // `ticket 471192830564 is about the account`
    let counts =
        front.rsplit(|b| is_any(b" :#", b)).filter(|word| !word.is_empty()).take(2).any(|word| NUMBERED.has(word));
    (is_account(number) && apart && alone && !counts && words.iter().all(prose)).then(|| {
        let start = at - between - ACCOUNT_LEN;
        start..start + ACCOUNT_LEN
    })
}

/// Returns whether an account stands there, and does not go on.
pub(crate) fn stands(text: &[u8], number: Range<usize>) -> bool {
    let ends = text.get(number.end).is_none_or(|b| !b.is_ascii_alphanumeric() && *b != b'_');
    ends && text.get(number).is_some_and(is_account)
}

/// Reports the accounts on the rest of the line after a name for several: `Accounts: prod 471192830564, dev 582203941675`.
/// Returns whether there is more than one.
pub(crate) fn accounts(text: &[u8], at: usize, found: &mut impl FnMut(Range<usize>)) -> bool {
    let line = text.get(at..text.len().min(at + LINE_MAX)).unwrap_or_default();
    // Where a structure begins, its own names tell what is in it.
    let line =
        line.get(..line.iter().position(|b| is_any(b"\n\\{}[]\"'<>=", b)).unwrap_or(line.len())).unwrap_or_default();
    let mut words = Vec::new();
    let mut start = 0;
    for word in line.split(|b| is_any(b" ,;/()|`", b)) {
        // `…, 471192830564.`
        let bare = word.strip_suffix(b".").or_else(|| word.strip_suffix(b":")).unwrap_or(word);
        if is_account(bare) {
            words.push(at + start..at + start + bare.len());
        }
        start += word.len() + 1;
    }
    let several = words.len() > 1;
    words.into_iter().filter(|_| several).for_each(found);
    several
}

/// The accounts in a cell that is a list of them, or the only one in a cell with a remark: `471192830564;582203941675`,
/// `orders-prod (471192830564)`.
pub(crate) fn accounts_within(text: &[u8], cell: Range<usize>) -> Vec<Range<usize>> {
    let bytes = text.get(cell.clone()).unwrap_or_default();
    let remark = bytes.contains(&b'(');
    let list = bytes.iter().all(|b| b.is_ascii_digit() || b" ,;|/\n".contains(b));
    if !remark && !list {
        return Vec::new();
    }
    let mut at = cell.start;
    let words = bytes.split(|b| b" ,;/()[]|`:\n".contains(b)).map(move |word| {
        at += word.len() + 1;
        at - 1 - word.len()..at - 1
    });
    let accounts: Vec<_> = words.filter(|word| text.get(word.clone()).is_some_and(is_account)).collect();
    if remark && accounts.len() > 1 { Vec::new() } else { accounts }
}

/// Bytes of a line in which accounts are listed.
const LINE_MAX: usize = 240;

/// Twelve digits, which are no minute: `202601091234`.
pub(crate) fn is_account(word: &[u8]) -> bool {
    let number = |range: Range<usize>| {
        word.get(range).unwrap_or_default().iter().fold(0_u32, |number, b| number * 10 + u32::from(b - b'0'))
    };
    let digits = word.len() == 12 && word.iter().all(u8::is_ascii_digit);
    let minute = digits
        && (2000..2100).contains(&number(0..4))
        && (1..=12).contains(&number(4..6))
        && (1..=31).contains(&number(6..8))
        && number(8..10) < 24
        && number(10..12) < 60;
    digits && !minute && check::passes(Check::Account, word)
}

/// The password in the sentence of a name that ends at `at`.
pub(crate) fn password(text: &[u8], at: usize) -> Option<Range<usize>> {
    let at = notation::skip_particle(text, at);
    // `me pide contraseña, ¿sigue siendo x ?`
    let asked =
        text.get(at..).and_then(|rest| rest.strip_prefix(b",")).is_some_and(|rest| rest.starts_with(" ¿".as_bytes()));
    let at = at + usize::from(asked);
    value(text, at, |before, word| {
        let told = || {
            is_verb(before)
                && (check::is_generated(word)
                    || check::is_mixed(word)
                    || is_joined(word)
                    || is_spelled(word)
                    || is_numbered(before, word)
                    || is_listed(before, word))
        };
        let told = told() && (!check::is_code(word) || is_spelled(word));
        (check::is_scattered(word) || told || is_of_other_script(before, word)) && check::passes(Check::Password, word)
    })
}

/// The bucket in the sentence of a name that ends at `at`: `el cubo donde dejan los XML es acme-xml-pre`.
pub(crate) fn bucket(text: &[u8], at: usize) -> Option<Range<usize>> {
    let at = notation::skip_particle(text, at);
    // On its line: a list below has words of its own.
    let rest = text.get(at..text.len().min(at + CLAUSE_MAX + VALUE_MAX))?;
    let line = text.get(..at + memchr::memchr(b'\n', rest).unwrap_or(rest.len()))?;
    // Most sentences have no word that could be one.
    memchr::memchr(b'-', line.get(at..)?)?;
    value(line, at, |before, word| {
        let told = (is_verb(before) || is_origin(before)) && is_slug(word) || is_naming(before) && word.contains(&b'-');
        told && check::passes(Check::Bucket, word)
    })
}

/// The buckets behind one that ends at `end`, in the same list.
pub(crate) fn other_buckets(text: &[u8], end: usize) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut end = end;
    while found.len() < OTHERS_MAX
        && let Some(next) = notation::next_element(text, end)
        && matches!(next.joint, notation::Joint::Comma | notation::Joint::And)
    {
        let start = next.place.start;
        let rest = text.get(start..text.len().min(start + VALUE_MAX)).unwrap_or_default();
        let len = rest.iter().take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.')).count();
        let word = rest.get(..len).unwrap_or_default();
        if !is_slug(word) || !check::passes(Check::Bucket, word) {
            break;
        }
        end = start + len;
        found.push(start..end);
    }
    found
}

/// Maximum buckets behind the first of a list.
const OTHERS_MAX: usize = 16;

/// Returns whether what follows a word is how something is called: `o bucket novo se chama b`.
fn is_naming(word: &[u8]) -> bool {
    static NAMING: Words =
        words!("called|named|chama|llama|nomme|appelle|chiama|heißt|namens|называется|nazywa|heter|heet");
    NAMING.has(word)
}

/// Returns whether a word tells where something was: `the bucket moved from b`.
fn is_origin(word: &[u8]) -> bool {
    matches!(word, b"from" | b"von" | b"desde" | b"depuis" | b"da")
}

/// Returns whether a word with hyphens is the name of something rather than an adjective: `read-only`, `state-of-the-art`.
fn is_slug(word: &[u8]) -> bool {
    static JOINTS: Words =
        words!("of|the|to|in|up|by|and|on|or|at|for|as|a|an|per|not|is|it|down|out|off|over|end|date");
    let plain = word.iter().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || *b == b'-');
    let parts = word.split(|b| *b == b'-').count();
    let numbered = word.iter().any(u8::is_ascii_digit) && word.first().is_some_and(u8::is_ascii_lowercase);
    plain
        && (parts > 2 || parts == 2 && numbered)
        && word.split(|b| *b == b'-').all(|part| !part.is_empty() && !JOINTS.has(part))
}

/// `Passwort für den Export: Zugvogel7`: a word with a number behind a colon.
fn is_numbered(before: &[u8], word: &[u8]) -> bool {
    before.ends_with(b":")
        && word.first().is_some_and(u8::is_ascii_uppercase)
        && word.last().is_some_and(u8::is_ascii_digit)
}

/// `parola d'ordine LDAP: Ferro&Battuto`: words that a sign joins behind a colon.
fn is_listed(before: &[u8], word: &[u8]) -> bool {
    let sign = |b: &u8| matches!(b, b'&' | b'+' | b'_');
    before.ends_with(b":") && word.iter().any(sign) && check::is_titled(word)
}

/// Returns whether a word of Latin letters and digits stands in a sentence of another script, where no word has them:
/// `пароль от админки временно Snegir_2611_krasny`.
fn is_of_other_script(before: &[u8], word: &[u8]) -> bool {
    const WORD_MIN: usize = 8;
    let before = before.strip_suffix(b":").unwrap_or(before);
    let foreign = !before.is_empty() && before.iter().all(|b| !b.is_ascii());
    let signs = word.iter().any(|b| b.is_ascii_uppercase() || is_any(b"_!#$%&*+@", b));
    foreign
        && word.iter().any(u8::is_ascii_lowercase)
        && word.len() >= WORD_MIN
        && word.iter().all(u8::is_ascii_graphic)
        && check::has_digit(word)
        && signs
        && !check::is_code(word)
}

/// Returns whether words with points between them are spelled as those of a password, not of code: `Aceituna.Negra55`.
fn is_spelled(word: &[u8]) -> bool {
    let capital = |part: &[u8]| {
        part.split_first().is_some_and(|(first, rest)| {
            first.is_ascii_uppercase()
                && rest.len() >= 2
                && rest.iter().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
        })
    };
    word.contains(&b'.') && check::has_digit(word) && word.split(|b| *b == b'.').all(capital)
}

/// Returns whether a mark that ends sentences stands within a word, between its letters: `Saffron!Dusk`.
fn is_joined(word: &[u8]) -> bool {
    const JOINED_MIN: usize = 8;
    let joins = |part: &[u8]| matches!(part, [a, b'!' | b'?', b] if a.is_ascii_alphabetic() && b.is_ascii_alphabetic());
    let plain = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'!' | b'?' | b'-' | b'_');
    word.len() >= JOINED_MIN && word.iter().all(plain) && word.windows(3).any(joins)
}

/// Returns whether what follows a word is what the sentence tells: `… ist jetzt x`, `… do banco: x`.
fn is_verb(word: &[u8]) -> bool {
    static VERBS: Words = words!(
        "\
        is|are|was|now|still|remains|stays|ist|sind|lautet|lautete|bleibt|weiterhin|war|jetzt|noch|es|era|siendo|est|reste|\
        toujours|était|é|sendo|è|rimane|ancora|adalah|je|är|er|jest|pozostaje|este|là|هي|هو|brzmi|şudur|является|:|=|-|–|—|->|=>|→",
    );
    word.ends_with(b":") || VERBS.has(word)
}

/// The first word that is wanted, unless the sentence ends before it.
/// `wanted` takes the word in front of it too.
fn value(text: &[u8], at: usize, wanted: impl Fn(&[u8], &[u8]) -> bool) -> Option<Range<usize>> {
    // Nothing but a blank stands between words, and most names are code's.
    let limit = text.len().min(at + CLAUSE_MAX);
    let first = blank(text, at)?;
    let wrapped = first > 1;
    let mut at = at + first;
    text.get(at)
        .filter(|b| b.is_ascii_alphabetic() || !b.is_ascii() || **b == b'<' || wrapped && b.is_ascii_digit())?;
    let mut before: &[u8] = b"";
    for _ in 0..=WORDS_MAX {
        if at >= limit {
            return None;
        }
        let rest = text.get(at..text.len().min(at + VALUE_MAX))?;
        let len = rest.iter().position(|b| *b <= b' ').unwrap_or(rest.len());
        let word = rest.get(..len)?;
        let bare = without_marks(word);
        let inside = word.get(bare.clone())?;
        if wanted(before, inside) {
            return Some(at + bare.start..at + bare.end);
        }
        let goes_on = is_word(word) && !counts(inside);
        before = word;
        at += len + blank(text, at + len).filter(|_| goes_on)?;
    }
    None
}

/// The length of the blank between two words: a space, or the end of a line that is wrapped.
fn blank(text: &[u8], at: usize) -> Option<usize> {
    match text.get(at..)? {
        [b' ', next, ..] if *next > b' ' => Some(1),
        [b'\n', rest @ ..] => {
            let indent = rest.iter().take(INDENT_MAX).take_while(|b| **b == b' ').count();
            rest.get(indent).filter(|b| **b > b' ').map(|_| 1 + indent)
        }
        _ => None,
    }
}

/// Maximum blanks in front of a line.
const INDENT_MAX: usize = 16;

/// The length of the tags that a word begins with: `<p><code>`.
fn tags(word: &[u8]) -> usize {
    let mut at = 0;
    while word.get(at) == Some(&b'<') {
        match word.get(at..).and_then(|rest| rest.iter().take(TAG_MAX).position(|b| *b == b'>')) {
            Some(end) => at += end + 1,
            None => break,
        }
    }
    at
}

/// Bytes of a tag.
const TAG_MAX: usize = 12;

/// A word without the marks around it.
fn without_marks(word: &[u8]) -> Range<usize> {
    let tags = tags(word);
    let end = memchr::memmem::find(word.get(tags..).unwrap_or_default(), b"</").map_or(word.len(), |len| tags + len);
    let marks = without_quotes(word.get(tags..end).unwrap_or_default());
    tags + marks.start..tags + marks.end
}

fn without_quotes(word: &[u8]) -> Range<usize> {
    let front = match word {
        [0xe2, 0x80, 0x98 | 0x9c | 0x9e, ..] | [0xe3, 0x80, 0x8c | 0x8e, ..] => 3,
        [0xc2, 0xab, ..] => 2,
        [b'"' | b'\'' | b'`' | b'(' | b'[' | b'*' | b'_', ..] => 1,
        _ => 0,
    };
    let mut end = word.len();
    while let Some(head) = word.get(front..end).filter(|head| !head.is_empty()) {
        end -= match head {
            [.., 0xe2, 0x80, 0x99 | 0x9c | 0x9d] | [.., 0xe3, 0x80, 0x8d | 0x8f | 0x82 | 0x81] => 3,
            [.., 0xc2, 0xbb] => 2,
            [.., b'.' | b',' | b';' | b':' | b')'] => 1,
            [.., mark @ (b'"' | b'\'' | b'`' | b']' | b'_')] if front > 0 || *mark == b'"' => 1,
            _ => break,
        };
    }
    front..end
}

/// Returns whether the sentence goes on after a word: letters, a colon after them, or a dash.
fn is_word(word: &[u8]) -> bool {
    let inside = without_tags(word);
    let letters = inside.strip_suffix(b":").unwrap_or(inside);
    // `the password for user "admin" is …`
    let letters = match letters {
        [b'"', name @ .., b'"'] | [b'\'', name @ .., b'\''] | [b'`', name @ .., b'`'] => name,
        _ => letters,
    };
    let dash = matches!(word, b":" | b"=" | b"-" | b"->" | b"=>" | [0xe2, 0x80, 0x93 | 0x94] | [0xe2, 0x86, 0x92]);
    // `password rotated 2026-11-14, now x`
    let date = matches!(word, [b'2', b'0', ..])
        && word.len() <= DATE_MAX
        && word.iter().all(|b| b.is_ascii_digit() || matches!(b, b'-' | b'/' | b'.' | b','));
    let plain = |b: &u8| b.is_ascii_alphanumeric() || !b.is_ascii() || matches!(b, b'\'' | b'-' | b'(' | b')');
    // `did the password change? I have x`
    let letters = letters.strip_suffix(b"?").unwrap_or(letters);
    // An option of a command is no word.
    dash || date || !letters.is_empty() && !letters.starts_with(b"-") && letters.iter().all(plain)
}

/// Bytes of a date with the comma behind it.
const DATE_MAX: usize = 11;

fn without_tags(word: &[u8]) -> &[u8] {
    let rest = word.get(tags(word)..).unwrap_or_default();
    rest.get(..memchr::memmem::find(rest, b"</").unwrap_or(rest.len())).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(find: fn(&[u8], usize) -> Option<Range<usize>>, text: &str) -> &str {
        let at = text.find(' ').unwrap();
        find(text.as_bytes(), at).map_or("", |range| text.get(range).unwrap())
    }

    #[test]
    fn a_value_stands_behind_words_alone() {
        let cases = [
            ("Passwort des Master-Benutzers ist jetzt: P=p-DS9Z6UMIq", "P=p-DS9Z6UMIq"),
            ("senha do banco é uH#5dlDEKh_@DRvH=a.", "uH#5dlDEKh_@DRvH=a"),
            ("пароль — HDWyoy1IfPmF1a. Дальше", "HDWyoy1IfPmF1a"),
            ("pw is `q5TK#uYI4DG+ygs^os`, please", "q5TK#uYI4DG+ygs^os"),
            // A sentence ends, code begins, or a name of code follows.
            ("password was changed. See Xk39-ab!Qz77", ""),
            ("password for user \"admin\" is Xk39-ab!Qz77", "Xk39-ab!Qz77"),
            ("password of `admin`: Xk39-ab!Qz77", "Xk39-ab!Qz77"),
            ("password = hash(Xk39-ab!Qz77)", ""),
            ("password of KubernetesV1beta2Config", ""),
            ("contraseña del usuario sigue siendo Aceituna.Negra55, habría", "Aceituna.Negra55"),
            ("password of the user is Config.Value", ""),
            ("password of\n  the user\n  is Xk39-ab!Qz77", "Xk39-ab!Qz77"),
            ("password change 2024", ""),
        ];
        for (text, expected) in cases {
            assert_eq!(found(password, text), expected, "{text}");
        }
        let cases = [
            ("cuenta de producción es la 471192830564 y", "471192830564"),
            ("계정 아니라 471192830564 이에요", "471192830564"),
            ("account on 202601091234", ""),
            ("account for order 471192830564", ""),
            ("account 471192830564", ""),
            ("konto {x} 471192830564", ""),
        ];
        for (text, expected) in cases {
            assert_eq!(found(account, text), expected, "{text}");
        }
    }
}
