//! Passwords with blanks in a quotation, which ends at its mark, and the sentences that stand in one too.

use crate::near::is_any;
use crate::scan::check;
use crate::scan::letters;
use crate::scan::template;
use crate::scan::words::{Words, words};

/// Maximum bytes and words of a password with blanks.
pub(crate) const PHRASE_MAX: usize = 128;
const WORDS_MAX: usize = 10;
/// Words without any other sign, as a passphrase has them.
const PASSPHRASE_MIN: usize = 4;

/// Words of sentences and of demands on a password, which no passphrase is made of.
static SENTENCE: Words = words!(
    "\
    the|a|an|is|are|be|been|of|to|in|for|from|and|or|not|must|at|least|your|you|no|new|old|my|with|on|by|as|it|its|this|\
    that|if|can|cannot|use|used|using|set|via|per|was|will|should|has|have|than|we|please|enter|type|der|die|das|ein|\
    eine|und|oder|ist|sind|mit|nicht|auf|im|zu|bitte|ihr|le|les|du|des|et|un|une|est|pour|el|los|en|es|con|por|para|de|\
    la|password|passwords|passwort|passwd|passphrase|secret|token|username|user|hash|hashed|encrypted|encoded|\
    characters|character|chars|digits|digit|letters|numbers|min|max|minimum|maximum|length|long|required|optional|\
    string|example|value|field|default|invalid|error|version|code|days|minutes|hours|seconds|bytes|bits|select|insert|\
    update|where|null|true|false|none|test|algorithm|key|zeichen|caractères|caracteres"
);

/// What a text has that is code, or another text's end and the next one's beginning.
const CODE: [&[u8]; 13] =
    [b"=\"", b"='", b"\" ", b"' ", b" \"", b" '", b"://", b"\\n", b"\\t", b"%s", b"%d", b"{}", b"()"];

/// What a word of a text is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Word {
    /// Letters, as language has them, or a name that ends in a number: `SHA256`.
    Plain,
    /// A number, a date, a time.
    Number,
    /// Of a sentence or an expression.
    Sentence,
    /// Such as no language has.
    Odd,
}

/// Words of what is said about a password where one could stand.
static ABOUT: Words = words!(
    "\
    must|least|your|you|please|enter|type|password|passwords|passwort|kennwort|passwd|passphrase|secret|token|username|hash|\
    encrypted|characters|character|required|invalid|wrong|incorrect|error|forgot|forgotten|reset|change|missing|default|\
    example|use|set"
);

/// Returns whether a text with blanks is a passphrase of words, where a variable of the environment has one.
pub(crate) fn is_given(value: &[u8]) -> bool {
    is_bounded(value) && words(value).take(WORDS_MAX + 1).count() <= WORDS_MAX && !words(value).any(is_about)
}

/// Returns whether the rest of a line of settings is a password with blanks. `sure` says that nothing but a value can stand
/// there.
pub(crate) fn is_line(value: &[u8], sure: bool) -> bool {
    static OPERATORS: Words =
        words!("or|and|if|else|not|await|new|in|is|then|do|unless|lambda|return|as|for|gets|ask|string|see");
    let plain = |b: &u8| b.is_ascii_alphanumeric() || !b.is_ascii() || is_any(b" '-_.!&+#@%/", b);
    let begins = value.first().is_some_and(|b| b.is_ascii_alphanumeric() || !b.is_ascii());
    let ends = value.last().is_some_and(|b| !matches!(b, b'.' | b':' | b','));
    let count = words(value).take(LINE_WORDS + 1).count();
    begins
        && ends
        && (2..=LINE_WORDS).contains(&count)
        && value.iter().all(plain)
        && !words(value).any(|word| OPERATORS.has(word) || matches!(word, b"+" | b"/" | [b'-' | b'#', ..]))
        && if sure { is_given(value) } else { is_password(value) }
}

/// Words of such a line.
const LINE_WORDS: usize = 6;

fn is_about(word: &[u8]) -> bool {
    let bare = |b: &u8| !b.is_ascii_alphanumeric();
    let front = word.iter().take_while(|b| bare(b)).count();
    let back = word.iter().rev().take_while(|b| bare(b)).count();
    ABOUT.has(word.get(front..word.len().saturating_sub(back)).unwrap_or_default())
}

fn is_bounded(value: &[u8]) -> bool {
    let code = CODE.iter().any(|mark| memchr::memmem::find(value, mark).is_some());
    let bounded = value.len() <= PHRASE_MAX && value.first() > Some(&b' ') && value.last() > Some(&b' ');
    bounded && !code && !check::has_reference_mark(value) && !template::is_one(value)
}

/// Returns whether a text with blanks is a password: most of its words are no words, or they are a passphrase with a
/// number among them.
pub(crate) fn is_password(value: &[u8]) -> bool {
    if !is_bounded(value) {
        return false;
    }
    let all = words(value).take(WORDS_MAX + 1).count();
    if all > WORDS_MAX {
        return false;
    }
    let (mut odd, mut plain, mut numbers) = (0, 0, 0);
    // The judgement on a word costs, and the first of a sentence ends it.
    for word in words(value) {
        match sort_of(word) {
            Word::Odd => odd += 1,
            Word::Plain => plain += 1,
            Word::Number => numbers += 1,
            Word::Sentence => return false,
        }
    }
    let lower = value.iter().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b' ' | b'-'));
    odd > 0 && odd >= plain || lower && all >= PASSPHRASE_MIN && odd + numbers == 1 && plain + 1 == all
}

fn words(value: &[u8]) -> impl Iterator<Item = &[u8]> {
    value.split(|b| *b == b' ').filter(|word| !word.is_empty())
}

fn sort_of(word: &[u8]) -> Word {
    let is_mark = |b: &u8| is_any(b".,:;!?()[]\"'*", b);
    let front = word.iter().take_while(|b| is_mark(b)).count();
    let back = word.iter().rev().take_while(|b| is_mark(b)).count();
    let bare = word.get(front..word.len() - back.min(word.len() - front)).unwrap_or_default();
    let joint = |b: &u8| matches!(b, b'\'' | b'-' | b'_' | b'/' | b'.');
    if !bare.iter().any(|b| b.is_ascii_alphanumeric() || !b.is_ascii()) {
        // `a | b`, `a + b`: an expression.
        Word::Sentence
    } else if SENTENCE.has(bare) {
        Word::Sentence
    } else if bare.iter().all(|b| b.is_ascii_digit() || is_any(b".,-:/%+", b)) {
        // `1758!`: no sentence with a number in it ends so, but for one that exclaims.
        if bare.len() >= 4 && word.ends_with(b"!") { Word::Odd } else { Word::Number }
    } else if bare.iter().all(|b| b.is_ascii_alphabetic() || !b.is_ascii() || joint(b)) {
        if letters::is_random(bare) { Word::Odd } else { Word::Plain }
    } else if is_mixed(bare)
        || check::is_irregular(bare)
        || letters::is_unlikely(bare)
        || bare.iter().any(|b| is_any(b"!#$%^&*+?~@", b))
    {
        Word::Odd
    } else {
        Word::Plain
    }
}

/// Returns whether a short word has letters of both cases behind a digit or around it: `X2rV`, `e4Lw`.
fn is_mixed(word: &[u8]) -> bool {
    let has = |sort: fn(&u8) -> bool| word.iter().any(sort);
    let inner = |pair: &[u8]| matches!(pair, [a, b] if a.is_ascii_digit() && b.is_ascii_alphabetic());
    word.len() >= 4 && word.windows(2).any(inner) && has(u8::is_ascii_uppercase) && has(u8::is_ascii_lowercase)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_that_are_none_are_a_password_and_sentences_are_not() {
        let cases = [
            ("FmtX0m oDoqW4", true),
            ("Tr0ub4dor &3", true),
            ("correct horse battery 9 staple", true),
            ("zT9!mQ e4Lw X2rV", true),
            ("Must be at least 8 characters", false),
            ("SHA256 hash", false),
            ("Enter your password", false),
            ("8 to 64 characters", false),
            ("minimum 12 digits", false),
            ("New York 2024", false),
            ("${a1B2} c3D4", false),
            ("correct horse battery staple", false),
            ("%s c3D4x", false),
            ("Xk39abcd is the password", false),
            ("the Base64Encoded form", false),
        ];
        for (value, expected) in cases {
            assert_eq!(is_password(value.as_bytes()), expected, "{value}");
        }
    }
}
