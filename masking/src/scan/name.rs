//! Names: the one around a word that is looked for, and the rules that it is a name for.

use crate::placeholder;
use crate::scan::edge;
use crate::scan::look;
use crate::scan::words::{self, Bytes, Words, words};

/// A name in a text.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Name<'t> {
    /// As it is written.
    written: &'t [u8],
    /// With the words in front of it that a space separates: `RDS 인스턴스`, `DB cluster`.
    phrase: &'t [u8],
    /// Its first byte, and the byte after it.
    pub(crate) start: usize,
    pub(crate) end: usize,
    /// `<Name>`.
    pub(crate) tag: bool,
}

/// A name as numbers: see [`Name::short`].
pub(crate) type ShortName = [u64; 6];

/// Maximum bytes of a command in front of its last name.
const COMMAND_MAX: usize = 240;
/// Maximum bytes of the prompt of a program.
const PROMPT_MAX: usize = 32;
/// Bytes of a name on either side of the word that it was found by.
const NAME_MAX: usize = 48;
/// Maximum bytes of a member's name: what stands before them tells nothing.
const MEMBER_MAX: usize = 256;
/// Maximum words in front of a name that belong to it.
const PHRASE_WORDS: usize = 2;
/// Maximum words between these that join two of them.
const JOINTS_MAX: usize = 2;
/// Maximum bytes of one of them.
const PHRASE_WORD_MAX: usize = 32;

/// The names that hold the word from `start` to `end`, longest first: `account`, `account id`, `account id number`.
pub(crate) fn names(text: &[u8], start: usize, end: usize) -> impl DoubleEndedIterator<Item = Name<'_>> + Clone {
    let first = first(text, start);
    let mut ends = [end + run_len(text, end); NAMES_MAX];
    let mut count = 1;
    while let Some(longer) = ends.get(count - 1).and_then(|end| next_word(text, *end))
        && let Some(slot) = ends.get_mut(count)
    {
        *slot = longer;
        count += 1;
    }
    let tag = opens_tag(text, first);
    let phrase = phrase_start(text, first);
    let part = move |from: usize, end: usize| text.get(from..end).unwrap_or_default();
    let name = move |end| Name { written: part(first, end), phrase: part(phrase, end), start: first, end, tag };
    (0..count).rev().filter_map(move |at| ends.get(at).copied()).map(name)
}

/// Returns whether the name at `first` is that of an element: `<Bucket>`, `&lt;Bucket`, `<ns1:Bucket>`.
fn opens_tag(text: &[u8], first: usize) -> bool {
    // Most names are none.
    if !matches!(edge::previous(text, first), Some(b'<' | b':' | b';')) {
        return false;
    }
    let head = text.get(first.saturating_sub(PREFIX_MAX)..first).unwrap_or_default();
    match head {
        [.., b'<'] => true,
        [space @ .., b':'] => {
            let prefix = space.iter().rev().take_while(|b| b.is_ascii_alphanumeric()).count();
            prefix > 0 && space.get(..space.len() - prefix).is_some_and(|head| head.ends_with(b"<"))
        }
        _ => head.ends_with(b"&lt;"),
    }
}

/// Bytes of the prefix of a namespace.
const PREFIX_MAX: usize = 16;

/// Returns the start of the names that hold the word at `start`.
fn first(text: &[u8], start: usize) -> usize {
    // Most words begin a name.
    if text.get(start).is_some_and(u8::is_ascii_alphanumeric) && !edge::previous(text, start).is_some_and(in_path) {
        return start;
    }
    // A Korean word begins a word of its own, whatever it is written after, and so does a quoted one.
    let own = text.get(start).is_none_or(|b| !b.is_ascii() || matches!(b, b'"' | b'\'' | b'<'));
    let head = text.get(start.saturating_sub(NAME_MAX)..start).filter(|_| !own).unwrap_or_default();
    let first = start - head.iter().rev().position(|b| !in_path(*b)).unwrap_or(head.len());
    let first = edge::word_start(text, first, start + 1);
    // The word that it was found by may begin with a quotation mark or a bracket.
    first + usize::from(matches!(text.get(first), Some(b'"' | b'\'' | b'<')))
}

/// Maximum names around one word.
const NAMES_MAX: usize = 4;

/// Returns the length by which a name continues after the word that it was found by.
pub(crate) fn run_len(text: &[u8], end: usize) -> usize {
    let rest = text.get(end..text.len().min(end + NAME_MAX)).unwrap_or_default();
    rest.iter().position(|b| !in_name(*b)).unwrap_or(rest.len())
}

/// Returns the start of the words that a single space separates from the name at `at`.
fn phrase_start(text: &[u8], at: usize) -> usize {
    // A word of another script is written after one of the Latin one.
    let foreign = text.get(at).is_some_and(|b| !b.is_ascii());
    if !foreign && edge::previous(text, at) != Some(b' ') {
        return at;
    }
    let head = text.get(at.saturating_sub(PHRASE_WORD_MAX)..at).filter(|_| foreign).unwrap_or_default();
    let mut start = at - head.iter().rev().take_while(|b| is_letter(**b)).count();
    let mut count = 0;
    for _ in 0..PHRASE_WORDS + JOINTS_MAX {
        let Some(head) = text
            .get(start.saturating_sub(PHRASE_WORD_MAX)..start)
            .filter(|_| count < PHRASE_WORDS)
            .and_then(|h| h.strip_suffix(b" "))
        else {
            break;
        };
        let word = head.iter().rev().take_while(|b| is_letter(**b)).count();
        let front = head.get(..head.len() - word).unwrap_or_default();
        // It is not a part of a longer word, nor of a value that stands in front of the name.
        if word == 0
            || front.last().is_some_and(|b| in_name(*b) || *b == b'.')
            || front.is_empty() && word + 1 >= PHRASE_WORD_MAX
        {
            break;
        }
        // `instance de base de données`: what joins two nouns is no word of its own.
        let joins = head.get(head.len() - word..).is_some_and(is_joint);
        count += usize::from(!joins);
        start -= word + 1;
    }
    start
}

/// Words that continue a name after a space, a point or an index.
static MORE: Words = words!(
    "s3|access|account|id|ids|identifier|instance|key|name|names|no|number|num|password|token|arn|secret|cluster|zone|\
    identifiers|database|data|value|rds|kms",
);

/// Returns whether a word continues a name after a space, or joins it to one that does.
pub(crate) fn continues(word: &[u8]) -> bool {
    MORE.has(word) || is_joint(word)
}

/// Returns whether a word joins two nouns: `instancia de RDS`, `bucket do S3`.
fn is_joint(word: &[u8]) -> bool {
    matches!(word, b"de" | b"do" | b"di")
}

/// Bytes of the longest of them, and one more.
const MORE_MAX: usize = 12;

/// Returns the end of the word that continues the name which ends at `end`: `account id`, `bucket.name`,
/// `Buckets[0].Name`.
fn next_word(text: &[u8], end: usize) -> Option<usize> {
    let rest = text.get(end..)?;
    let index = index_len(rest);
    let rest = rest.get(index..)?;
    let blank = match rest {
        [b' ' | b'.', ..] => 1,
        [0xc2, 0xa0, ..] => 2,
        [b'&', b'n', b'b', b's', b'p', b';', ..] => 6,
        _ => return None,
    };
    let behind = rest.get(blank..)?;
    static SERVICES: Words = words!("s3|rds");
    // `bucket de S3`, `instancia de RDS`
    if let [b'd', b'e' | b'o' | b'i', b' ', service @ ..] = behind
        && blank == 1
    {
        let len = service.iter().take(MORE_MAX).take_while(|b| in_name(**b)).count();
        let named = service.get(..len).is_some_and(|word| SERVICES.has(word));
        return named.then_some(end + index + blank + b"de ".len() + len);
    }
    // Most words begin otherwise.
    behind.first().filter(|first| MORE.may_begin(**first))?;
    let len = behind.iter().take(MORE_MAX).take_while(|b| b.is_ascii_alphanumeric()).count();
    behind.get(..len).filter(|word| MORE.has(word))?;
    Some(end + index + blank + len)
}

/// `[0]`, and `[]` and `[*]` of queries.
fn index_len(rest: &[u8]) -> usize {
    match rest {
        [b'[', b']', ..] => return 2,
        [b'[', b'*', b']', ..] => return 3,
        _ => {}
    }
    let digits = rest.iter().skip(1).take(4).take_while(|b| b.is_ascii_digit()).count();
    if rest.first() == Some(&b'[') && digits > 0 && rest.get(digits + 1) == Some(&b']') { digits + 2 } else { 0 }
}

pub(crate) fn in_name(byte: u8) -> bool {
    static NAME: Bytes = Bytes::alphanumeric_or(b"_-");
    NAME.has(byte)
}

/// Returns whether a byte may stand in names with points between them.
fn in_path(byte: u8) -> bool {
    static PATH: Bytes = Bytes::alphanumeric_or(b"_-.");
    PATH.has(byte)
}

/// Returns whether a byte tells names apart; those of other scripts do.
fn is_letter(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || !byte.is_ascii()
}

impl<'t> Name<'t> {
    /// The name of a member of a document, or the end of one that is longer than names are. What stands up to the end of
    /// a placeholder in it was a value, and names nothing.
    pub(crate) fn member(key: &'t str) -> Self {
        let key = key.as_bytes();
        let key = key.get(key.len().saturating_sub(MEMBER_MAX)..).unwrap_or_default();
        let masked = placeholder::find_all(key).last().map_or(0, |(range, _)| range.end);
        let written = key.get(masked..).unwrap_or_default();
        Self { written, phrase: written, start: 0, end: 0, tag: false }
    }

    /// The same name, written in another way.
    pub(crate) fn written<'w>(&self, written: &'w [u8]) -> Name<'w> {
        Name { written, phrase: written, ..*self }
    }

    /// The name with that of a member of the object that it is the name of: `external: {id: …}`.
    pub(crate) fn with_member(&self, member: &[u8]) -> Vec<u8> {
        [self.written, b" ", member].concat()
    }

    /// The name as numbers, if it is short: its bytes with the words in front of it, and how many they are.
    pub(crate) fn short(&self) -> Option<ShortName> {
        let (eights, rest) = self.phrase.as_chunks::<8>();
        let mut parts = ShortName::default();
        let [parts_of_text @ .., lengths] = &mut parts;
        if self.phrase.len() > size_of_val(parts_of_text) {
            return None;
        }
        let last = rest.iter().rev().fold(0, |last, byte| last << u8::BITS | u64::from(*byte));
        let eights = eights.iter().map(|eight| u64::from_le_bytes(*eight)).chain([last]);
        parts_of_text.iter_mut().zip(eights).for_each(|(part, eight)| *part = eight);
        // What is written ends where the words do.
        *lengths = (self.phrase.len() as u64) << u8::BITS | self.written.len() as u64;
        Some(parts)
    }

    /// `--name` and `NAME=`: what follows is a value even if it looks like a word.
    pub(crate) fn is_formal(&self, tight: bool) -> bool {
        (self.is_option() || tight && self.is_upper()) && !self.is_glued()
    }

    pub(crate) fn is_upper(&self) -> bool {
        let mut letters = self.written.iter().filter(|b| b.is_ascii_alphabetic());
        letters.clone().next().is_some() && letters.all(u8::is_ascii_uppercase)
    }

    /// Returns whether it names several: `buckets`, `bucketNames`.
    pub(crate) fn is_plural(&self) -> bool {
        let collection = |suffix: &&str| words::ends_with_ignore_case(self.written, suffix.as_bytes());
        singular(self.written).is_some() || ["_map", "_list", "_set", "_dict"].iter().any(collection)
    }

    /// Returns whether it is rather the end of a line of base64 than a name.
    pub(crate) fn is_scattered(&self) -> bool {
        look::is_scattered(self.written)
    }

    /// Returns whether a part of it is written so, in any case.
    pub(crate) fn holds(&self, part: &[u8]) -> bool {
        words::holds_ignore_case(self.written, part)
    }

    /// Returns whether it could be a word of a sentence: `data-bucket` is a name itself.
    pub(crate) fn is_word(&self) -> bool {
        // `DB-Instanz`, `Hosted-Zone-ID`
        let compound = || {
            let mut parts = self.written.split(|b| *b == b'-');
            let capital = |part: &[u8]| part.first().is_some_and(u8::is_ascii_uppercase);
            parts.clone().next().is_some_and(|p| !p.iter().any(u8::is_ascii_lowercase)) || parts.all(capital)
        };
        let word = !self.written.contains(&b'-') || self.written.iter().any(|b| !b.is_ascii()) || compound();
        (word || self.is_option()) && !self.is_glued()
    }

    /// `--name`, and PowerShell's `-Name`.
    pub(crate) fn is_option(&self) -> bool {
        match self.written {
            [b'-', b'-', ..] => true,
            [b'-', first, rest @ ..] => first.is_ascii_uppercase() && !rest.contains(&b'-'),
            _ => false,
        }
    }

    /// Returns whether it is written as the names of resources are: `s3-bucket`.
    pub(crate) fn is_slug(&self) -> bool {
        let plain = |b: &u8| b.is_ascii_lowercase() || b.is_ascii_digit() || *b == b'-';
        self.written.contains(&b'-') && !self.is_option() && self.written.iter().all(plain)
    }

    /// Returns whether it ends in a word of a script other than Latin, whose sentences put it next to its value.
    pub(crate) fn is_foreign(&self) -> bool {
        self.written.last().is_some_and(|b| !b.is_ascii())
    }

    /// Returns whether it is glued to a placeholder: it was glued to a value before, and was not a name then.
    pub(crate) fn is_glued(&self) -> bool {
        self.written.len() >= placeholder::TOKEN_MIN && placeholder::find_all(self.written).next().is_some()
    }

    /// Returns what stands in front of it on its line, at most as much as a name has.
    fn line_before<'l>(&self, text: &'l [u8]) -> &'l [u8] {
        let head = text.get(self.start.saturating_sub(NAME_MAX)..self.start).unwrap_or_default();
        edge::last_line(head)
    }

    /// Returns whether its line begins with it or with the words in front of it.
    pub(crate) fn begins_line(&self, text: &[u8]) -> bool {
        let line = self.line_before(text);
        // `## Password`, `**Password**`
        let line = line.trim_ascii_start();
        let line = line
            .get(line.iter().take_while(|b| matches!(b, b'#' | b'*' | b'"')).count()..)
            .unwrap_or_default()
            .trim_ascii_start();
        let words = line.iter().all(|b| b.is_ascii_alphabetic() || *b == b' ' || !b.is_ascii());
        words && line.len() < PHRASE_WORD_MAX && line.iter().filter(|b| **b == b' ').count() <= PHRASE_WORDS
    }

    /// Returns whether it is the last word of a command, whose answer stands on the next line.
    pub(crate) fn ends_command(&self, text: &[u8]) -> bool {
        let head = text.get(self.start.saturating_sub(COMMAND_MAX)..self.start).unwrap_or_default();
        let Some(newline) =
            memchr::memrchr(b'\n', head).map(|newline| newline + 1).or(Some(0).filter(|_| self.start < COMMAND_MAX))
        else {
            return false;
        };
        // Prefixes of lines are blank.
        let line = head.get(newline..).unwrap_or_default().trim_ascii_start();
        const PROMPTS: [&[u8]; 7] = [b"$ ", b"# ", b"% ", b">>> ", b"> ", b"PS> ", b"In ["];
        let prompt = PROMPTS.iter().find(|prompt| line.starts_with(prompt));
        // `PS C:\> `
        let prompt = prompt.or_else(|| PROMPTS.last().filter(|_| line.starts_with(b"PS ") && line.contains(&b'>')));
        // `127.0.0.1:6379> `, `mysql> `
        let of_program = || {
            let len = line.iter().take(PROMPT_MAX).take_while(|b| **b > b' ' && **b != b'>').count();
            len > 0 && line.get(len..).is_some_and(|rest| rest.starts_with(b"> "))
        };
        if prompt.is_none() && of_program() {
            return true;
        }
        prompt
            .is_some_and(|prompt| *prompt != b"# " || line.starts_with(b"# echo ") || line.starts_with(b"# printenv "))
    }

    /// Returns whether it is the last one of a query for several: `Buckets[].Name`, `.items[].spec.bucket`.
    pub(crate) fn is_query_for_several(&self, text: &[u8]) -> bool {
        let head = text.get(self.start.saturating_sub(NAME_MAX)..self.end).unwrap_or_default();
        let path = head.iter().rev().take_while(|b| in_path(**b) || b"[]*".contains(b)).count();
        let (front, path) = head.split_at_checked(head.len() - path).unwrap_or_default();
        // `Get-S3Bucket | Select -Expand BucketName`
        if front.ends_with(b"-Expand ") || front.ends_with(b"-ExpandProperty ") {
            return true;
        }
        path.windows(2).any(|pair| pair == b"[]" || pair == b"[*")
    }

    /// Returns whether it is a heading of Markdown.
    pub(crate) fn is_heading(&self, text: &[u8]) -> bool {
        let line = self.line_before(text);
        line.starts_with(b"#") || line.starts_with(b"**")
    }

    /// Returns whether its line begins with it, except for words and signs that introduce a name.
    pub(crate) fn leads(&self, text: &[u8]) -> bool {
        let line = self.line_before(text);
        // `profile::postgres::password`: the modules in front of a name of Puppet.
        let path = line.iter().rev().take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b':' | b'_')).count();
        let line = if line.ends_with(b"::") { line.get(..line.len() - path).unwrap_or_default() } else { line };
        let line = line.trim_ascii();
        matches!(line, b"" | b"-" | b"export" | b"set" | b"ENV" | b"ARG")
    }
}

fn singular(name: &[u8]) -> Option<&[u8]> {
    match name {
        [singular @ .., b's' | b'S'] if singular.len() >= 3 && !singular.ends_with(b"s") => Some(singular),
        _ => None,
    }
}

/// Returns the name without the word at its end that tells which of several it is: a number, a stage, a purpose.
fn unqualified(name: &[u8]) -> Option<&[u8]> {
    let digits = name.iter().rev().take_while(|b| b.is_ascii_digit()).count();
    let word = name.iter().rev().take(QUALIFIER_BYTES).take_while(|b| b.is_ascii_alphabetic()).count();
    let shorter = if (1..=2).contains(&digits) {
        let shorter = name.get(..name.len() - digits)?;
        // `BucketV2`, `bucket_v2`
        match shorter {
            [before @ .., b'V'] if before.last().is_some_and(u8::is_ascii_lowercase) => before,
            [before @ .., b'v'] if matches!(before.last(), Some(b'_' | b'-')) => before,
            _ => shorter,
        }
    } else {
        let run = name.get(name.len() - word..)?;
        // The last word of one that changes its case, or all of it after a separator.
        let camel = run.iter().rposition(u8::is_ascii_uppercase).filter(|_| run.iter().any(u8::is_ascii_lowercase));
        let last = run.get(camel.unwrap_or(0)..)?;
        let before = name.get(..name.len() - last.len())?;
        let apart = camel.is_some_and(|at| at > 0) || matches!(before.last(), Some(b'_' | b'-'));
        Some(before).filter(|_| apart && QUALIFIERS.has(last))?
    };
    let end = shorter.iter().rposition(|b| !matches!(b, b'_' | b'-'))?;
    shorter.get(..=end).filter(|shorter| shorter.len() >= 3)
}

/// Maximum qualifiers of a name, and bytes of one.
const QUALIFIERS_MAX: usize = 2;
const QUALIFIER_BYTES: usize = 16;

/// Words that tell which of several things a name means. What tells a property of the thing, `password_length`, is none.
static QUALIFIERS: Words = words!(
    "\
    prod|production|prd|dev|development|test|testing|tst|stage|staging|stg|qa|uat|preprod|sandbox|local|live|old|new|prev|\
    previous|current|backup|backups|primary|secondary|main|master|replica|blue|green|ro|rw|reader|writer|admin|root|user|app|\
    db|rds|redis|pg|mysql|postgres|api|web|eu|us|ap|a|b|c|internal|external|public|private|uploads|upload|logs|log|assets|data|\
    raw|media|images|archive|artifacts|static|reports|exports|export|tmp|temp|cache|site|state|tfstate|lake|map|list|set|array|\
    dict|dest|destination|src|ci|cd|deploy|etl|default|already|exists|not|found",
);

/// The rules for each name: a tree of the letters of all names, from their last to their first.
#[derive(Debug)]
pub(crate) struct NameIndex {
    branches: Vec<Branch>,
    /// Words whose names may stand anywhere around them.
    contained: Vec<(&'static str, usize)>,
}

#[derive(Debug, Default)]
struct Branch {
    /// The letters that may follow.
    next: Vec<(u8, usize)>,
    /// A bit for each letter that may follow, by its last six bits: most letters do not.
    may_follow: u64,
    /// The rules whose names end here.
    ends: Vec<(Fit, usize)>,
}

/// The position that a name must have: see [`KeyRule::names`](crate::catalog::KeyRule).
#[derive(Clone, Copy, Debug)]
enum Fit {
    End,
    Whole,
    Written(&'static [u8]),
}

impl Default for NameIndex {
    fn default() -> Self {
        Self { branches: vec![Branch::default()], contained: Vec::new() }
    }
}

impl NameIndex {
    /// Adds the names of a rule.
    pub(crate) fn insert(&mut self, names: &'static str, rule: usize) {
        for name in names.split('|') {
            match name.as_bytes() {
                [b'*', ..] => self.contained.push((name.trim_start_matches('*'), rule)),
                [b'=', written @ ..] => self.add(written, Fit::Written(written), rule),
                [b'^', whole @ ..] => self.add(whole, Fit::Whole, rule),
                end => self.add(end, Fit::End, rule),
            }
        }
    }

    fn add(&mut self, name: &[u8], form: Fit, rule: usize) {
        let mut at = 0;
        for letter in letters(name) {
            let next = self.branches.get(at).and_then(|branch| branch.next(letter));
            let fresh = self.branches.len();
            if next.is_none() {
                self.branches.push(Branch::default());
                self.branches.get_mut(at).into_iter().for_each(|branch| branch.add(letter, fresh));
            }
            at = next.unwrap_or(fresh);
        }
        self.branches.get_mut(at).into_iter().for_each(|branch| branch.ends.push((form, rule)));
    }

    /// The rules that this is a name for. A plural names several of what it names.
    pub(crate) fn rules(&self, name: &Name<'_>) -> Vec<usize> {
        let mut rules = Vec::new();
        // A product.
        if name.written == b"1Password" {
            return rules;
        }
        self.walk(name, name.phrase, &mut rules);
        singular(name.phrase).into_iter().for_each(|singular| self.walk(name, singular, &mut rules));
        // `DB_PASSWORD_PROD`, `secretAccessKeyOld`, `bucket_map`
        let mut phrase = name.phrase;
        for _ in 0..QUALIFIERS_MAX {
            // `<your-password-1>` stands for a value.
            let Some(shorter) = unqualified(phrase).filter(|_| rules.is_empty() && !name.tag) else { break };
            phrase = shorter;
            self.walk(name, phrase, &mut rules);
            singular(phrase).into_iter().for_each(|singular| self.walk(name, singular, &mut rules));
        }
        let holds = |part: &str| name.holds(part.as_bytes());
        rules.extend(self.contained.iter().filter(|(part, _)| holds(part)).map(|(_, rule)| *rule));
        rules.sort_unstable();
        rules.dedup();
        rules
    }

    fn walk(&self, name: &Name<'_>, phrase: &[u8], rules: &mut Vec<usize>) {
        let (mut branch, mut depth) = (self.branches.first(), 0);
        for letter in letters(phrase) {
            branch = branch.and_then(|branch| self.branches.get(branch.next(letter)?));
            depth += 1;
            let Some(branch) = branch else { return };
            if branch.ends.is_empty() {
                continue;
            }
            let fits = |form: Fit| match form {
                Fit::End => true,
                // What stands in front of a qualifier is not the whole name.
                Fit::Whole => {
                    name.phrase.len() - phrase.len() <= 1
                        && letters(name.written).count() - (name.phrase.len() - phrase.len()) == depth
                }
                Fit::Written(written) => name.written == written,
            };
            rules.extend(branch.ends.iter().filter(|(form, _)| fits(*form)).map(|(_, rule)| *rule));
        }
    }
}

impl Branch {
    fn add(&mut self, letter: u8, branch: usize) {
        self.next.push((letter, branch));
        self.may_follow |= 1 << (letter & 63);
    }

    fn next(&self, letter: u8) -> Option<usize> {
        if self.may_follow >> (letter & 63) & 1 == 0 {
            return None;
        }
        self.next.iter().find(|(next, _)| *next == letter).map(|(_, branch)| *branch)
    }
}

/// The letters of a name from the last to the first, in lower case, without its indices.
fn letters(name: &[u8]) -> impl Iterator<Item = u8> + '_ {
    let mut index = false;
    let counted = move |byte: &&u8| {
        index = **byte == b']' || index && **byte != b'[';
        !index && is_letter(**byte)
    };
    name.iter().rev().filter(counted).map(u8::to_ascii_lowercase)
}
