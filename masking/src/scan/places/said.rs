//! Sentences: what stands between a noun and its value.

use crate::scan::edge;
use crate::scan::words::{Phrases, Words, words};

/// Bytes in front of the last word of a resource's type.
pub(super) const TYPE_MAX: usize = 32;

/// Maximum bytes of the name of a service.
pub(super) const SERVICE_MAX: usize = 10;

/// Returns the start of what links a value to its name behind it: `b-1 is the bucket`, `use b-1 as the bucket`, `b-1 was
/// the wrong bucket`.
pub(super) fn skip_link(text: &[u8], at: usize) -> usize {
    static ADJECTIVES: Words =
        words!("right|wrong|new|old|correct|same|only|main|other|actual|current|real|former|existing");
    static ARTICLES: Words = words!("the|our|my|their|a|an");
    static LINKS: Words = words!("is|was|as|isn't|wasn't|becomes");
    static AS: Words = words!("as");
    let word = |end: usize, words: &Words| {
        let head = text.get(end.saturating_sub(LINK_MAX)..end)?.strip_suffix(b" ")?;
        let len = head.iter().rev().take_while(|b| b.is_ascii_lowercase() || **b == b'\'').count();
        let word = head.get(head.len() - len..).filter(|word| !word.is_empty())?;
        let separate = head.len() > len && head.get(head.len() - len - 1) == Some(&b' ');
        (words.has(word) && separate).then_some(end - 1 - len)
    };
    // The blank in front of it separates the value.
    let noun = word(at, &ADJECTIVES).unwrap_or(at);
    let article = word(noun, &ARTICLES);
    match article {
        // `is b-1 the right bucket?`
        Some(article) => word(article, &LINKS).unwrap_or(if noun < at { article } else { at }),
        None => word(noun, &AS).unwrap_or(at),
    }
}

/// Bytes of a word that links a value to its name, and of the blanks around it; and of one behind the name.
const LINK_MAX: usize = 12;

pub(super) const NEXT_MAX: usize = 16;

/// Returns the start of the words of a title in front of its last ones: `User Pool` of `User Pool Client Id`.
pub(super) fn skip_title(text: &[u8], at: usize) -> usize {
    static DETERMINERS: Words = words!("The|Our|My|Your|This|That|Der|Die|Das|Le|La|El|Il|O|A");
    // `74fc8622 Updated git-secrets`: a verb in front of another word.
    if !text.get(at).is_some_and(u8::is_ascii_uppercase) {
        return at;
    }
    let mut at = at;
    for _ in 0..TITLE_WORDS {
        let head = text.get(at.saturating_sub(TITLE_WORD_MAX)..at).and_then(|head| head.strip_suffix(b" "));
        let head = head.unwrap_or_default();
        let len = head.iter().rev().take_while(|b| b.is_ascii_alphabetic()).count();
        let word = head.get(head.len() - len..).unwrap_or_default();
        let separate = head.len() > len && matches!(head.get(head.len() - len - 1), Some(b' '));
        let title = matches!(word, [b'A'..=b'Z', b'a'..=b'z', ..]) && separate;
        // `Der Client Id`, `The Client Id`
        if !title || DETERMINERS.has(word) {
            break;
        }
        at -= len + 1;
    }
    at
}

/// Words of a title, and bytes of one with the blanks around it.
const TITLE_WORDS: usize = 2;

const TITLE_WORD_MAX: usize = 16;

/// Returns the start of a service's name that stands in front of a noun: `S3 버킷`.
pub(super) fn skip_service(text: &[u8], at: usize) -> usize {
    let head = text.get(at.saturating_sub(SERVICE_MAX + 2)..at).and_then(|head| head.strip_suffix(b" "));
    let head = head.unwrap_or_default();
    let service = head.iter().rev().take_while(|b| b.is_ascii_uppercase() || b.is_ascii_digit()).count();
    let separate = head.len() > service && head.get(head.len() - service - 1) == Some(&b' ');
    if (2..=SERVICE_MAX).contains(&service) && separate { at - service - 1 } else { at }
}

/// Verbs between a name and its value, in English, German, Spanish and French.
static VERBS: Phrases = Phrases::new(&[
    "IN",
    "NOT IN",
    "LIKE",
    "should be",
    "in",
    "not in",
    "will be",
    "has been renamed to",
    "was renamed to",
    "renamed to",
    "wurde umbenannt in",
    "is called",
    "is named",
    "name is",
    "is",
    "are",
    "was",
    "named",
    "to",
    "called",
    "with id",
    "with the id",
    "with name",
    "with the name",
    "mit ID",
    "con ID",
    "con l'ID",
    "avec l'ID",
    "avec l’ID",
    "com ID",
    "com o ID",
    "med ID",
    "ist",
    "heißt",
    "namens",
    "mit dem Namen",
    "mit der ID",
    "lautet",
    "es",
    "se llama",
    "llamado",
    "llamada",
    "con el nombre",
    "con el id",
    "est",
    "nommé",
    "s'appelle",
    "se nomme",
    "si chiama",
    "è",
    "se chama",
    "chama-se",
    "é",
    "называется",
    "nazywa się",
    "jest",
    "heet",
    "هي",
    "será",
    "sera",
    "là",
    "mới là",
    "adalah",
    "je",
    "är",
    "este",
    "brzmi",
    "şudur",
    "هو",
    "heter",
    "hedder",
    "nosi nazwę",
    "se numește",
    "jmenuje se",
    "adı",
    "adlı",
    "lautete",
]);

/// Words that tell since when, or still.
static ADVERBS: Phrases = Phrases::new(&[
    "now",
    "still",
    "currently",
    "just",
    "jetzt",
    "nun",
    "noch",
    "aktuell",
    "ahora",
    "todavía",
    "maintenant",
    "toujours",
    "désormais",
    "ora",
    "agora",
    "теперь",
    "сейчас",
    "teraz",
]);

/// Verbs and particles of scripts that are written without a space in front of them.
pub(super) const PARTICLES: [&str; 33] = [
    "已重置为",
    "重置为",
    "已设为",
    "已经换成",
    "已换成",
    "换成",
    "已经改成",
    "还是",
    "仍是",
    "仍然是",
    "依然是",
    "现在是",
    "は",
    "が",
    "の",
    "を",
    "是",
    "为",
    "為",
    "叫",
    "名为",
    "已改为",
    "改为",
    "已更改为",
    "更改为",
    "已变更为",
    "变更为",
    "已更新为",
    "更新为",
    "改成",
    "设置为",
    "设为",
    "คือ",
];

/// Returns the start of the value after the verb or particle of a sentence.
pub(super) fn said(text: &[u8], at: usize, near: usize) -> Option<usize> {
    let rest = text.get(at..)?;
    let foreign = rest.first().is_some_and(|b| !b.is_ascii());
    if let Some(particle) = PARTICLES.iter().filter(|_| foreign).find(|particle| rest.starts_with(particle.as_bytes()))
    {
        return Some(at + particle.len());
    }
    // `账户 ID 是 471192830564`
    let apart = text.get(near..).filter(|rest| near == at + 1 && rest.first().is_some_and(|b| *b >= 0xe0));
    if let Some(particle) = apart.and_then(|rest| PARTICLES.iter().find(|word| rest.starts_with(word.as_bytes()))) {
        return Some(near + particle.len());
    }
    let purposed = if near == at + 1 { skip_purpose(text, near) } else { near };
    // `External ID for the vendor: …`
    if purposed > near && edge::previous(text, purposed) == Some(b':') {
        return Some(purposed);
    }
    let near = purposed;
    let rest = text.get(near..).filter(|rest| {
        near > at && rest.first().is_some_and(|b| b.is_ascii_lowercase() || !b.is_ascii() || is_sql(rest))
    })?;
    let rest = Some(rest).filter(|_| edge::previous(text, near) == Some(b' '))?;
    if let Some(outcome) = OUTCOMES.iter().find(|outcome| rest.starts_with(outcome.as_bytes())) {
        return Some(near + outcome.len());
    }
    let verb = VERBS.begin(rest)?;
    // `is now`, `is now called`
    let now = rest.get(verb + 1..).and_then(|rest| ADVERBS.begin(rest)).map_or(verb, |adverb| verb + 1 + adverb);
    let more = rest.get(now + 1..).filter(|_| now > verb).and_then(|rest| VERBS.begin(rest));
    let end = more.map_or(now, |more| now + 1 + more);
    let colon = usize::from(rest.get(end) == Some(&b':'));
    Some(near + end + colon)
}

/// What an error says of what it names behind a colon.
const OUTCOMES: [&str; 6] =
    ["not found: ", "does not exist: ", "already exists: ", "doesn't exist: ", "was not found: ", "is missing: "];

/// What compares in SQL: `account_id IN ('471192830564', …)`.
fn is_sql(rest: &[u8]) -> bool {
    [b"IN (".as_slice(), b"NOT IN (", b"LIKE '"].iter().any(|sign| rest.starts_with(sign))
}

/// After what a value is for: `password for the read replica is …`, `Passwort für die Datenbank lautet …`; and after the
/// colon that follows it.
fn skip_purpose(text: &[u8], at: usize) -> usize {
    let Some(rest) = text.get(at..text.len().min(at + PURPOSE_MAX)) else { return at };
    if !PREPOSITIONS.iter().any(|word| rest.starts_with(word.as_bytes())) {
        return at;
    }
    let plain = |b: &u8| b.is_ascii_alphanumeric() || !b.is_ascii() || matches!(b, b' ' | b'-' | b'_');
    let sentence = rest.iter().take_while(|b| plain(b)).count();
    let words = rest.get(..sentence).unwrap_or_default();
    if rest.get(sentence..).is_some_and(|rest| rest.starts_with(b": ")) {
        let count = words.split(|b| *b == b' ').count();
        return if count <= PURPOSE_WORDS { at + sentence + 1 } else { at };
    }
    let ends = memchr::memchr_iter(b' ', words).skip(1).take(PURPOSE_WORDS).map(|blank| blank + 1);
    let verb = ends.into_iter().find(|end| {
        let rest = rest.get(*end..).unwrap_or_default();
        LINKS.iter().any(|verb| rest.starts_with(verb.as_bytes()))
    });
    at + verb.unwrap_or(0)
}

/// Maximum bytes and words between a name and its verb.
const PURPOSE_MAX: usize = 64;

const PURPOSE_WORDS: usize = 6;

/// Words that say what a value is for, in English, German, Spanish and French.
const PREPOSITIONS: [&str; 18] = [
    "for ", "of ", "to ", "on ", "für ", "von ", "der ", "des ", "para ", "de ", "del ", "pour ", "di ", "do ", "da ",
    "dla ", "для ", "от ",
];

/// Verbs after that.
const LINKS: [&str; 16] = [
    "is ",
    "is: ",
    "ist ",
    "lautet ",
    "heißt ",
    "es ",
    "se llama ",
    "est ",
    "s'appelle ",
    "è ",
    "si chiama ",
    "é ",
    "se chama ",
    "называется ",
    "— ",
    "– ",
];
