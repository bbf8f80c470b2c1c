//! What must hold of a value beyond its form.

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;

use core::net::Ipv4Addr;

use crate::catalog::Check;
use crate::near::is_any;
use crate::scan::given;
use crate::scan::letters;
use crate::scan::own;
use crate::scan::person;
use crate::scan::template;
use crate::scan::words::{Words, holds_ignore_case, starts_with_ignore_case, words};

pub(crate) use crate::scan::look::{
    begins_with_sigil, has_digit, is_case_mixed, is_generated, is_irregular, is_long, is_mixed, is_scattered,
};
pub(crate) use crate::scan::own::is_region;

/// Digits of an account.
pub(crate) const ACCOUNT_LEN: usize = 12;

pub(crate) fn passes(check: Check, value: &[u8]) -> bool {
    match check {
        Check::None | Check::Version => true,
        Check::Digit => has_digit(value),
        Check::Scrambled => is_scrambled(value),
        Check::Mixed => has_digit(value) && value.iter().any(u8::is_ascii_alphabetic),
        Check::Bucket => is_bucket(value),
        Check::Name => is_name(value),
        Check::Called => is_name(value) && !is_engine(value),
        Check::Password => is_password(value),
        Check::Scattered => is_password(value) && is_scattered(value),
        Check::Setting => is_password(value) && !is_metavariable(value) && !is_numbered_name(value),
        Check::Irregular => {
            is_irregular(value) || is_scattered(value) || has_digit(value) && letters::is_unlikely(value)
        }
        Check::Given => given::is_chosen(value),
        Check::UrlPassword => !value.starts_with(b"[") && !PASSWORD_WORDS.has(value) && !template::is_one(value),
        Check::Generated => {
            is_random(value) && (is_generated(value) || is_case_mixed(value) && letters::is_unlikely(value))
        }
        Check::Encoded => BASE64.decode(value).is_ok_and(|secret| is_generated(&secret) && is_random(&secret)),
        Check::Login => is_login(value),
        Check::UserData => holds_values(value),
        Check::Account | Check::Grouped | Check::Staged => is_account(value),
        Check::PrivateIp => address(value).is_some_and(is_private),
        Check::CgnatIp => address(value).is_some_and(is_cgnat),
        Check::PublicIp => address(value).is_some_and(is_public),
        // Metadata, time and names under Nitro. (EC2 user guide, "Instance metadata service")
        Check::Ipv6 => !starts_with_ignore_case(value, b"fd00:ec2:"),
        Check::Zone => has_digit(value) && !own::is_zone(value),
        Check::Customer => !own::is_resource(value),
        Check::Email => person::is_email(value),
        Check::SocialSecurity => person::is_social_security(value),
        Check::Phone => person::is_phone(value),
        Check::Card => person::is_card(value),
        Check::Iban => person::is_iban(value),
    }
}

/// Returns whether base64 is of a user and a password, as HTTP and registries take them.
fn is_login(value: &[u8]) -> bool {
    let Ok(login) = BASE64.decode(value) else { return false };
    let written = login.iter().all(|b| (b' '..0x7f).contains(b));
    let password = memchr::memchr(b':', &login).filter(|user| *user > 0).and_then(|user| login.get(user + 1..));
    written && password.is_some_and(|password| password.len() >= 4 && !template::is_one(password))
}

/// Returns whether base64 is of a text with words that values stand under or in. What is compressed cannot be read, so
/// that anything may be in it.
fn holds_values(value: &[u8]) -> bool {
    // What is cut off in the middle of four letters is read up to there.
    let whole = value.get(..value.len() & !3).unwrap_or_default();
    let Ok(text) = BASE64.decode(whole) else { return false };
    let compressed = text.starts_with(&[0x1f, 0x8b]);
    let written = text.iter().all(|b| *b >= b' ' || b.is_ascii_whitespace() || *b == 0x1b);
    let shown = || SHOWN.iter().any(|word| holds_ignore_case(&text, word));
    // The numbers of accounts and addresses.
    let numbers = || {
        text.split(|b| !b.is_ascii_digit() && *b != b'.').any(|run| match run.iter().filter(|b| **b == b'.').count() {
            0 => run.len() == 12,
            points => points == 3 && run.len() >= 7,
        })
    };
    compressed || written && (shown() || numbers())
}

/// What a text of configuration shows where values stand.
const SHOWN: [&[u8]; 23] = [
    b"auth\"",
    b"pass",
    b"pwd",
    b"secret",
    b"token",
    b"_key",
    b"-key",
    b"apikey",
    b"bucket",
    b"s3:",
    b"arn:",
    b"akia",
    b"asia",
    b"account",
    b"amazonaws",
    b"://",
    b".internal",
    b"private",
    b"vpc-",
    b"subnet-",
    b"sg-",
    b"fs-",
    b"cluster",
];

/// Returns whether no word has the letters of an id: two digits, or one and more consonants in a row than words have.
fn is_scrambled(value: &[u8]) -> bool {
    let digits = value.iter().filter(|b| b.is_ascii_digit()).count();
    let consonant = |b: &u8| b.is_ascii_lowercase() && !is_any(b"aeiouy", b);
    let longest = value.split(|b| !consonant(b)).map(<[u8]>::len).max().unwrap_or(0);
    digits >= 2 || digits == 1 && longest >= CONSONANTS_MIN
}

/// Consonants in a row that tell an id from words: `subscription` has four.
const CONSONANTS_MIN: usize = 5;

/// Returns whether a name can be told from a word: it has a digit or a hyphen.
pub(crate) fn is_distinctive(value: &[u8]) -> bool {
    has_digit(value) || value.contains(&b'-')
}

/// Words that stand where a name would.
static WORDS: Words = words!(
    "\
    access|account|actual|all|and|any|arn|array|auto|aws|bool|boolean|bucket|buckets|char|cluster|clusters|config|contains|data|\
    database|default|does|each|empty|enabled|error|exclusive|exists|expected|f32|f64|false|float|for|from|http|https|i16|i32|\
    i64|identifier|inclusive|instance|instances|int|int32|int64|invalid|is|isize|key|list|local|missing|must|name|nil|none|not|null|\
    number|object|optional|owner|path|policy|prefix|pub|redacted|region|required|resource|result|root|self|size|str|\
    string|test|the|true|type|u128|u16|u32|u64|uint32|uint64|undefined|unknown|usize|value|var|void|with"
);

/// What code refers to values with.
const REFERENCES: &str = "\
    var.|local.|data.|module.|each.|self.|aws_|process.|os.environ|config.|settings.|event.|this.|params.";

/// Returns whether a value is what AWS calls something that one can do, or a parameter of it: `DescribeDBSnapshots`,
/// `DBClusterIdentifier`; or a word that its manuals have about databases: `Multi-AZ`.
fn is_of_api(value: &[u8]) -> bool {
    const VERBS: [&[u8]; 19] = [
        b"Batch",
        b"Get",
        b"Update",
        b"Add",
        b"Copy",
        b"Create",
        b"Delete",
        b"Deregister",
        b"Describe",
        b"Failover",
        b"List",
        b"Modify",
        b"Promote",
        b"Reboot",
        b"Register",
        b"Remove",
        b"Restore",
        b"Start",
        b"Stop",
    ];
    static STATES: Words = words!("multi-az|single-az|deleting|creating|rebooting|modifying");
    const NOUNS: [&[u8]; 6] = [b"instance", b"cluster", b"snapshot", b"identifier", b"externalid", b"dbproxy"];
    let letters = value.iter().all(u8::is_ascii_alphabetic);
    let noun = || NOUNS.iter().any(|noun| holds_ignore_case(value, noun));
    let verb = || {
        VERBS
            .iter()
            .any(|verb| value.strip_prefix(*verb).is_some_and(|rest| rest.first().is_some_and(u8::is_ascii_uppercase)))
    };
    let parameter = || value.ends_with(b"Identifier") && value.first().is_some_and(u8::is_ascii_uppercase);
    letters && noun() && (verb() || parameter()) || STATES.has(value)
}

fn is_name(value: &[u8]) -> bool {
    let word = value.iter().all(u8::is_ascii_alphanumeric) && WORDS.has(value) || TYPES.has(value);
    let word = word || is_of_api(value) || is_class(value);
    let named = value.len() >= 2 && value.iter().any(u8::is_ascii_alphabetic);
    let own = || own::is_resource(value.strip_prefix(b"/").unwrap_or(value));
    named && !word && !is_region(value) && !is_reference(value) && !own()
}

/// Sorts of resources and engines of databases, which stand beside each other where their names would.
static TYPES: Words = words!(
    "\
    db-instance|db-cluster|db-snapshot|db-cluster-snapshot|db-parameter-group|db-security-group|db-proxy|db-shard-group|\
    custom-engine-version|blue-green-deployment|rds|awsbackup|\
    aurora-mysql|aurora-postgresql|oracle-ee|oracle-ee-cdb|oracle-se2|oracle-se2-cdb|sqlserver-ee|sqlserver-se|\
    sqlserver-ex|sqlserver-web|db2-ae|db2-se"
);

/// `postgres-16`, `aurora-mysql-8`, `db-t3`: what a database runs.
fn is_engine(value: &[u8]) -> bool {
    static ENGINES: Words = words!(
        "\
        aurora|db|for|mariadb|mongo|mongodb|mssql|mysql|oracle|percona|pg|postgres|postgresql|redis|rds|server|sqlserver|se|ee|ex|\
        version|v|driver|client|connector|compatible|engine"
    );
    let version = |part: &[u8]| part.len() <= 4 && part.iter().any(u8::is_ascii_digit);
    value.split(|b| *b == b'-').all(|part| ENGINES.has(part) || version(part))
}

fn is_bucket(value: &[u8]) -> bool {
    let memory = value.strip_prefix(b"0x").is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit));
    // An endpoint of AWS's own.
    let endpoint = value.ends_with(b".amazonaws.com");
    is_name(value)
        && !memory
        && !endpoint
        && !own::is_bucket(value)
        && !value.windows(2).any(|pair| pair == b"..")
        && address(value).is_none()
}

/// What stands for a password in configuration and code.
const REFERENCE_MARKS: &str = "\
    ${|$(|{{|<|%(|***|xxxx|...|(|::|[redacted|arn:";

static PASSWORD_WORDS: Words = words!(
    "\
    password|pass|passwd|pwd|secret|user|username|token"
);

fn is_password(value: &[u8]) -> bool {
    is_chosen(value) && !is_literal(value) && !is_bare(value)
}

/// Returns whether people, or a generator, may have chosen a value as a password.
fn is_chosen(value: &[u8]) -> bool {
    let words = value.iter().all(|b| b.is_ascii_alphabetic() || is_any(b"_-/. :", b));
    (!words || letters::is_random(value) || is_titled(value))
        && !begins_with_sigil(value)
        && !is_reference(value)
        && !has_reference_mark(value)
        && !is_metavariable(value)
        && !is_flag(value)
        && !template::is_path(value)
        && !template::is_sealed(value)
}

/// Returns whether somebody has joined words as people do for a password, `Burdock_Root`, `barley-STRAW`, `Kiefer_7_Harz`:
/// code writes all of its words alike, and headers are `Content-Type`.
pub(crate) fn is_titled(value: &[u8]) -> bool {
    const TITLED_MIN: usize = 9;
    static CODE: Words = words!(
        "\
        access|action|allow|api|app|application|auth|base|basic|cache|case|class|client|code|config|content|control|cookie|custom|\
        data|date|db|default|digest|domain|element|email|encoding|error|event|field|file|first|form|forwarded|get|group|header|\
        host|html|http|https|icon|id|image|index|info|input|instance|item|json|key|label|language|last|length|level|link|list|\
        local|location|log|login|main|max|message|method|min|mode|model|module|my|name|node|none|null|number|object|of|option|\
        options|origin|page|param|path|policy|post|private|public|query|read|real|ref|request|response|result|role|route|rule|\
        schema|score|script|security|self|server|service|session|set|setting|settings|site|size|source|sql|state|status|string|\
        style|sub|sync|system|table|tag|target|temp|template|test|text|time|title|token|type|ui|update|url|user|username|utf|\
        value|version|view|web|with|word|write|xml|your|example|enter|wrong|invalid|required|change|confirm|new|old|current|\
        reset|forgot|show|hide|weak|strong|blank|empty|dummy|fake|sample|secret|aws|amazon"
    );
    let parts = || value.split(|b| is_any(b"-_+&!#*%~", b));
    let lower = |part: &[u8]| part.iter().all(u8::is_ascii_lowercase);
    let upper = |part: &[u8]| part.iter().all(u8::is_ascii_uppercase);
    let capital = |part: &[u8]| part.split_first().is_some_and(|(a, rest)| a.is_ascii_uppercase() && lower(rest));
    let number = |part: &[u8]| part.len() <= 2 && part.iter().all(u8::is_ascii_digit);
    let word = |part: &[u8]| part.len() >= 2 && (lower(part) || upper(part) || capital(part)) && !CODE.has(part);
    let words = || parts().filter(|part| !number(part));
    let several = words().count() >= 2 && words().any(|part| part.len() >= 4);
    value.len() >= TITLED_MIN
        && several
        && parts().all(|part| number(part) || word(part))
        && words().any(capital) | (words().any(lower) && words().any(upper))
        && given::is_chosen(value)
}

/// Returns whether somebody has joined words so with a sign that words of a sentence are not joined with: `Corn_Bunting`.
pub(crate) fn is_signed_title(value: &[u8]) -> bool {
    value.iter().any(|b| is_any(b"_+&!#*%~", b)) && is_titled(value)
}

/// What a program or a protocol writes and nobody chooses, in quotation marks or not: `Option<&[u8]>`, `HTTP/1.1…`,
/// `&ldquo;…`, a role of reStructuredText, and constants that say what they hold: `NID_pkcs9_challengePassword`.
fn is_literal(value: &[u8]) -> bool {
    let generic = || {
        let name = value.iter().take_while(|b| b.is_ascii_alphabetic()).count();
        let behind = value.get(name..).unwrap_or_default();
        name >= 3
            && value.first().is_some_and(u8::is_ascii_uppercase)
            && behind.starts_with(b"<")
            && behind.trim_ascii_end().strip_suffix(b",").unwrap_or(behind).ends_with(b">")
    };
    let holder = || {
        const NAME_MIN: usize = 16;
        let inner = |part: &[u8]| matches!(part, [before, b'P', b'a', b's', b's'] if before.is_ascii_lowercase());
        value.len() >= NAME_MIN
            && value.contains(&b'_')
            && value.iter().all(|b| b.is_ascii_alphanumeric() || *b == b'_')
            && value.windows(5).any(inner)
    };
    let role = || {
        let rest = value.strip_prefix(b":").unwrap_or_default();
        let name = rest.iter().take_while(|b| b.is_ascii_lowercase()).count();
        name >= 3 && rest.get(name..).is_some_and(|rest| rest.starts_with(b":`"))
    };
    role()
        || is_advisory(value)
        || is_url(value)
        || generic()
        || value.starts_with(b"HTTP/")
        || [b"&ldquo;".as_slice(), b"&rdquo;", b"&lsquo;", b"&rsquo;"].iter().any(|mark| value.starts_with(mark))
        || holder()
}

/// `GHSA-8mxv-9xhp-86h4`, `CVE-2025-30066`: where a weakness is described, `leaks of secrets GHSA-…`.
fn is_advisory(value: &[u8]) -> bool {
    let parts = |list: &[u8]| list.split(|b| *b == b'-').all(|part| part.iter().all(u8::is_ascii_alphanumeric));
    let github = value.strip_prefix(b"GHSA-").is_some_and(|rest| rest.len() == 14 && parts(rest));
    let digits = |rest: &[u8]| rest.iter().all(|b| b.is_ascii_digit() || *b == b'-');
    github || value.strip_prefix(b"CVE-").is_some_and(|rest| (9..=12).contains(&rest.len()) && digits(rest))
}

/// What only code has without quotation marks, where a password would have them: `0x0029`, `0b00001`, a path of names, a
/// word that stands for a value, a link of Vim's help.
fn is_bare(value: &[u8]) -> bool {
    // Of 32 bits: a longer one may be a key.
    const NUMBER_MAX: usize = 10;
    let number = match value {
        [b'0', b'x' | b'X', digits @ ..] => value.len() <= NUMBER_MAX && digits.iter().all(u8::is_ascii_hexdigit),
        [b'0', b'b', digits @ ..] => digits.iter().all(|b| matches!(b, b'0' | b'1' | b'_')),
        _ => false,
    };
    let path = || {
        let lower = value.iter().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'_' | b'.'));
        let count = |sort: fn(&u8) -> bool| value.iter().filter(|b| sort(b)).count();
        lower && value.contains(&b'.') && count(|b| *b == b'_') >= 3 && count(u8::is_ascii_digit) <= 1
    };
    let word = || matches!(value, [b'[', word @ .., b']'] if word.iter().all(|b| b.is_ascii_lowercase() || *b == b'_'));
    let link = || matches!(value, [b'|', tag @ .., b'|'] if tag.iter().all(|b| b.is_ascii_lowercase() || *b == b'-'));
    number || path() || word() || link()
}

/// `issecret=true]…`: a flag, and what follows it.
fn is_flag(value: &[u8]) -> bool {
    let behind = value.strip_prefix(b"true").or_else(|| value.strip_prefix(b"false"));
    behind.is_some_and(|behind| behind.first().is_some_and(|b| is_any(b"])},;", b)))
}

/// `[a-zA-Z0-9/_+=.@-]{1,2028}`: what a pattern allows.
pub(crate) fn is_class(value: &[u8]) -> bool {
    let holds = |range: &[u8]| memchr::memmem::find(value, range).is_some();
    holds(b"a-z") && (holds(b"A-Z") || holds(b"0-9"))
}

/// `PASSWORD1`, `DB_SECRET_2`, `SecureString2`: what a manual writes for a value.
fn is_metavariable(value: &[u8]) -> bool {
    const WORDS: [&[u8]; 5] = [b"PASSW", b"PWD", b"SECRET", b"TOKEN", b"VALUE"];
    let digits = value.iter().rev().take_while(|b| b.is_ascii_digit()).count();
    let word = value.get(..value.len() - digits).unwrap_or_default();
    let capitals = word.iter().all(|b| b.is_ascii_uppercase() || *b == b'_');
    digits <= 2
        && (word == b"SecureString" || capitals && WORDS.iter().any(|part| memchr::memmem::find(word, part).is_some()))
}

/// Returns whether what stands in quotation marks, or alone on a line, could be a password. A generated one may hold
/// the signs of references and code, but none as a whole.
pub(crate) fn is_enclosed_password(value: &[u8]) -> bool {
    (ENCLOSED_MIN..=ENCLOSED_MAX).contains(&value.len())
        && !is_literal(value)
        && !template::is_rule(value)
        && (is_chosen(value)
            || is_phrase(value)
            || (is_generated(value) || begins_with_sigil(value) && has_digit(value))
                && !is_reference(value)
                && !template::is_one(value))
}

/// Returns whether a value is a URL: its own rules find the password in it.
fn is_url(value: &[u8]) -> bool {
    let scheme = value.iter().take_while(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || **b == b'+').count();
    scheme >= 2 && value.get(scheme..).is_some_and(|rest| rest.starts_with(b"://"))
}

/// Returns whether a value is such words with points between them, and none of them one that a path of code has.
pub(crate) fn is_dotted_phrase(value: &[u8]) -> bool {
    static CODE: Words = words!(
        "\
        app|application|args|com|conf|config|const|context|ctx|data|default|django|each|env|environ|github|input|item|\
        local|module|net|opts|options|org|output|process|props|properties|request|self|settings|spring|state|this|var|vars|\
        vault|yaml"
    );
    let word = |part: &[u8]| part.len() >= 3 && part.iter().all(u8::is_ascii_lowercase) && !CODE.has(part);
    let words = value.split(|b| *b == b'.').all(word);
    let joined: Vec<u8> = value.iter().map(|b| if *b == b'.' { b'-' } else { *b }).collect();
    words && is_phrase(&joined)
}

/// Returns whether a value is made of at least three words, as a passphrase is, and not the name of something that holds
/// one.
pub(crate) fn is_phrase(value: &[u8]) -> bool {
    const PHRASE_MIN: usize = 12;
    const HOLDERS: [&[u8]; 16] = [
        b"pass",
        b"pwd",
        b"kennwort",
        b"secret",
        b"token",
        b"key",
        b"credential",
        b"param",
        b"field",
        b"input",
        b"label",
        b"string",
        b"value",
        b"example",
        b"change",
        b"your",
    ];
    let is_letters = value.iter().all(|b| b.is_ascii_alphabetic() || matches!(b, b'-' | b'_'));
    let begins = |pair: &[u8]| match pair {
        [before, b] => {
            matches!(before, b'-' | b'_') && b.is_ascii_alphabetic()
                || before.is_ascii_lowercase() && b.is_ascii_uppercase()
        }
        _ => false,
    };
    let lower = value.to_ascii_lowercase();
    is_letters
        && value.len() >= PHRASE_MIN
        && value.windows(2).filter(|pair| begins(pair)).count() >= 2
        && !HOLDERS.iter().any(|word| memchr::memmem::find(&lower, word).is_some())
}

/// Returns whether what stands without quotation marks is code: a bracket, names with points between them, or a
/// constant's name.
pub(crate) fn is_code(value: &[u8]) -> bool {
    let name = |part: &[u8]| part.first().is_some_and(|b| b.is_ascii_alphabetic() || *b == b'_');
    let mut parts = value.rsplit(|b| *b == b'.');
    // Only the last name tells one of several by a number.
    let dotted = parts.next().is_some_and(name) && parts.all(|part| name(part) && !has_digit(part));
    let dotted = (dotted || is_path_of_names(value)) && value.contains(&b'.');
    let plain = value.iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.'));
    let constant = value.contains(&b'_')
        && value.iter().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || *b == b'_')
        && value
            .split(|b| *b == b'_')
            .filter(|part| part.len() >= 4 && part.iter().all(u8::is_ascii_uppercase))
            .count()
            >= 2;
    value.iter().any(|b| matches!(b, b'[' | b'{' | b'}')) || dotted && plain || constant
}

/// `passwordField1.text`, `random_password.db1.result`: words with points between them, numbered at their ends.
fn is_path_of_names(value: &[u8]) -> bool {
    let is_name = |part: &[u8]| {
        let digits = part.iter().rev().take_while(|b| b.is_ascii_digit()).count();
        let word = part.get(..part.len() - digits).unwrap_or_default();
        digits <= 2 && word.len() >= 2 && word.iter().all(|b| b.is_ascii_alphabetic() || *b == b'_')
    };
    let long = |part: &[u8]| part.iter().filter(|b| b.is_ascii_alphabetic()).count() >= 4;
    value.split(|b| *b == b'.').all(is_name) && value.split(|b| *b == b'.').any(long) && !letters::is_unlikely(value)
}

/// Returns whether a value is a name of code with a number at its end: `account_id2`, `confirmPassword1`.
pub(crate) fn is_numbered_name(value: &[u8]) -> bool {
    let digits = value.iter().rev().take_while(|b| b.is_ascii_digit()).count();
    let word = value.get(..value.len() - digits).unwrap_or_default();
    let parted = word.contains(&b'_')
        || word.windows(2).any(|pair| matches!(pair, [a, b] if a.is_ascii_lowercase() && b.is_ascii_uppercase()));
    digits <= 2
        && parted
        && word.first().is_some_and(u8::is_ascii_lowercase)
        && word.iter().all(|b| b.is_ascii_alphabetic() || *b == b'_')
        && !letters::is_unlikely(word)
}

/// Bytes of a password in quotation marks.
const ENCLOSED_MIN: usize = 6;
pub(crate) const ENCLOSED_MAX: usize = 256;

fn is_reference(value: &[u8]) -> bool {
    // Each of them has such a sign.
    value.iter().any(|b| matches!(b, b'.' | b'_'))
        && REFERENCES.split('|').any(|start| starts_with_ignore_case(value, start.as_bytes()))
}

pub(crate) fn has_reference_mark(value: &[u8]) -> bool {
    let starts = |at: usize, mark: &str| value.get(at..).is_some_and(|v| starts_with_ignore_case(v, mark.as_bytes()));
    // The first byte of a mark, which most values have nowhere.
    let may = |byte: &u8| is_any(b"${<%*.(:[xXaA", byte);
    let mut places = value.iter().enumerate().filter(|(_, byte)| may(byte)).map(|(at, _)| at);
    places.any(|at| REFERENCE_MARKS.split('|').any(|mark| starts(at, mark)))
}

/// Shannon's entropy of the characters tells 40 random ones from words, and the alphabet tells them from a digest.
fn is_random(value: &[u8]) -> bool {
    let mut counts = [0_u32; 256];
    for byte in value {
        if let Some(count) = counts.get_mut(usize::from(*byte)) {
            *count += 1;
        }
    }
    let total = value.len().max(1) as f64;
    let entropy: f64 = counts.iter().filter(|n| **n > 0).map(|n| f64::from(*n) / total).map(|p| -p * p.log2()).sum();
    entropy >= 4.0 && !value.iter().all(u8::is_ascii_hexdigit)
}

fn is_account(value: &[u8]) -> bool {
    let mut digits = value.iter().filter(|b| b.is_ascii_digit());
    let first = digits.next();
    digits.any(|digit| Some(digit) != first)
}

/// An IPv4 address in dotted decimals without leading zeros.
pub(crate) fn address(value: &[u8]) -> Option<[u8; 4]> {
    std::str::from_utf8(value).ok()?.parse().ok().as_ref().map(Ipv4Addr::octets)
}

pub(crate) fn is_private(address: [u8; 4]) -> bool {
    Ipv4Addr::from(address).is_private()
}

pub(crate) fn is_cgnat(address: [u8; 4]) -> bool {
    matches!(address, [100, 64..=127, ..])
}

/// Neither reserved nor for documentation (RFC 6890, RFC 5737), nor one of those that everybody names.
pub(crate) fn is_public(address: [u8; 4]) -> bool {
    let reserved = matches!(
        address,
        [0 | 10 | 127 | 224..=255, ..]
            | [169, 254, ..]
            | [192, 0, 0 | 2, _]
            | [192, 88, 99, _]
            | [198, 18 | 19, ..]
            | [198, 51, 100, _]
            | [203, 0, 113, _]
    );
    !reserved && !is_private(address) && !is_cgnat(address) && !is_everybodys(address)
}

/// Resolvers that anybody may use, the wire server of Azure, and what stands for an address in examples.
fn is_everybodys(address: [u8; 4]) -> bool {
    matches!(
        address,
        // Attributes and extensions of certificates, and arcs of others: identifiers of objects. (X.520, X.509, RFC 3061)
        [2, 5, 4 | 29, _]
            | [1, 3, 6, 1]
            | [1, 3, 14, 3]
            | [1, 3, 132, 0]
            | [1, 1, 1, 1..=3]
            | [1, 0, 0, 1..=3]
            | [8, 8, 8, 8]
            | [8, 8, 4, 4]
            | [9, 9, 9, 9..=11]
            | [149, 112, 112, 112]
            | [208, 67, 222, 222 | 220]
            | [208, 67, 220, 220 | 222]
            | [94, 140, 14 | 15, 14..=16]
            | [4, 2, 2, 1..=6]
            | [168, 126, 63, 1 | 2]
            | [164, 124, 101, 2]
            | [203, 248, 252, 2]
            | [210, 220, 163, 82]
            | [219, 250, 36, 130]
            | [114, 114, 114, 114]
            | [223, 5 | 6, 5 | 6, 5 | 6]
            | [168, 63, 129, 16]
            | [1, 2, 3, 4]
    )
}
