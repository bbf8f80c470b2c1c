//! Passwords at places where nothing else can stand: a word is one there too, unless it stands for one.

use std::ops::Range;

use crate::near::is_any;
use crate::scan::edge;
use crate::scan::look;
use crate::scan::words::{self, Words, words};

/// Minimum bytes of a password.
const GIVEN_MIN: usize = 4;

/// Passwords of examples and of fresh installations, which everybody knows, and what is said of one instead.
static DEFAULTS: Words = words!(
    "\
    admin|administrator|default|dummy|empty|encoded|encrypted|example|false|file|guest|hash|hashed|hidden|masked|mysql|none|\
    null|plain|plaintext|postgres|private|prompt|public|redacted|redis|required|root|sample|stdin|string|test|true|undefined|user|\
    username|value|vault|yes"
);

/// Names of a connection's other members, in the strings of ODBC, ADO.NET and libpq.
static CONNECTION: Words = words!(
    "\
    server|host|hostname|hostaddr|data source|datasource|addr|address|user|user id|userid|uid|username|user name|database|\
    dbname|db|initial catalog|port|sslmode|driver|endpoint|accountname"
);
/// Bytes on either side of a member in which the others stand, and how many of them are looked at.
const CONNECTION_MAX: usize = 96;
const NEIGHBOURS: usize = 2;

/// Returns whether somebody has chosen a value, rather than a word for one, a reference or a template.
pub(crate) fn is_chosen(value: &[u8]) -> bool {
    let code = |b: &u8| *b <= b' ' || is_any(b"\"'`\\,()[]{}<>$%|", b);
    let stands_for = [&b"pass"[..], b"pwd", b"secret", b"token", b"your", b"change", b"xxx", b"***", b"..."];
    value.len() >= GIVEN_MIN
        && !value.iter().any(code)
        && !DEFAULTS.has(value)
        && !stands_for.iter().any(|word| words::holds_ignore_case(value, word))
        && !look::begins_with_sigil(value)
}

/// Returns whether somebody has written words without a blank between quotation marks: `password: "correcthorse"`. One word
/// of that length is rather a noun of code than a password.
pub(crate) fn is_words(value: &[u8]) -> bool {
    const WORDS_MIN: usize = 11;
    const CODE: [&[u8]; 41] = [
        b"exist",
        b"wrong",
        b"dummy",
        b"fake",
        b"never",
        b"word",
        b"field",
        b"valid",
        b"requir",
        b"confirm",
        b"input",
        b"label",
        b"hidden",
        b"text",
        b"name",
        b"user",
        b"login",
        b"auth",
        b"crypt",
        b"basic",
        b"plain",
        b"random",
        b"generat",
        b"default",
        b"string",
        b"protect",
        b"credential",
        b"example",
        b"account",
        b"admin",
        b"config",
        b"placeholder",
        b"kennwort",
        b"contrase",
        b"adgangskode",
        b"form",
        b"type",
        b"server",
        b"client",
        b"key",
        b"code",
    ];
    const ENDINGS: [&[u8]; 14] = [
        b"ed", b"ing", b"ion", b"ble", b"ment", b"ness", b"ity", b"ism", b"ful", b"ous", b"ive", b"lly", b"ter",
        b"ally",
    ];
    (WORDS_MIN..=CONNECTION_MAX).contains(&value.len())
        && value.iter().all(u8::is_ascii_lowercase)
        && is_chosen(value)
        && !CODE.iter().any(|word| words::holds_ignore_case(value, word))
        && !ENDINGS.iter().any(|ending| value.ends_with(ending))
}

/// Returns whether words with points between them are somebody's choice, `maelstrom.Key`, `dicom.Viewer.4`, rather than a
/// path of code or of texts.
pub(crate) fn is_dotted(value: &[u8]) -> bool {
    static CODE: Words = words!(
        "\
        app|application|args|auth|cfg|client|code|com|conf|config|configuration|connection|const|constants|context|creds|credential|\
        credentials|ctx|data|database|db|default|django|document|each|element|encoding|entity|env|environ|error|errors|event|field|\
        fields|form|github|i18n|input|io|item|java|label|labels|local|login|messages|model|module|net|obj|object|options|opts|org|\
        os|output|page|param|params|process|profile|prop|properties|props|query|req|request|response|result|row|self|server|\
        service|session|settings|spring|state|store|system|text|this|type|types|util|utils|validation|validators|var|vars|view|\
        window|yaml|yml|json|xml|txt|html|js|ts|py|rb|go|rs|cs|sh|jar|cfg|ini|properties|length|name|id|key1|key2"
    );
    let word = |part: &[u8]| part.iter().filter(|b| b.is_ascii_alphabetic()).count() >= 2;
    let number = |part: &[u8]| (1..=4).contains(&part.len()) && part.iter().all(u8::is_ascii_digit);
    let plain = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-');
    let parts = || value.split(|b| *b == b'.');
    let words = parts().filter(|part| word(part)).count();
    // `Foo` or `7` among them: what is of small letters alone names something.
    let cases = parts().any(|part| part.first().is_some_and(u8::is_ascii_uppercase) || number(part));
    let camel = |part: &[u8]| {
        part.windows(2).any(|pair| matches!(pair, [a, b] if a.is_ascii_lowercase() && b.is_ascii_uppercase()))
    };
    // Most values have no point.
    value.len() >= DOTTED_MIN
        && value.contains(&b'.')
        && value.iter().all(plain)
        && words >= 2
        && (cases || look::has_digit(value))
        && parts().all(|part| (word(part) || number(part)) && !CODE.has(part) && !camel(part))
        && is_chosen(value)
}

/// Bytes of words with points between them.
const DOTTED_MIN: usize = 8;

/// Returns whether the value that begins at `start` is what a file of settings gives a name to the end of its line, in a
/// spelling that no variable of code has, `ldap.bind-password: …`, or behind an equals sign.
pub(crate) fn is_of_setting(text: &[u8], start: usize) -> bool {
    let head = text.get(start.saturating_sub(SETTING_MAX)..start).unwrap_or_default();
    let line = edge::last_line(head).trim_ascii();
    let (name, colon) = match line {
        [name @ .., b'='] => (name.trim_ascii_end(), false),
        [name @ .., b':'] => (name.trim_ascii_end(), true),
        _ => return false,
    };
    let plain = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.' | b':' | b'/');
    let joined = name.iter().any(|b| matches!(b, b'-' | b'.' | b':'));
    name.len() >= 2
        && name.iter().all(plain)
        && name.first().is_some_and(|b| !matches!(b, b'-' | b':'))
        && (joined || !colon && name.contains(&b'_'))
}

/// Bytes of the name of a setting with its sign.
const SETTING_MAX: usize = 120;

/// Returns whether the attribute whose value begins at `start` is one of an element that names a user: `<Repo user="u"
/// pass="…">`.
pub(crate) fn is_of_login(text: &[u8], start: usize) -> bool {
    let head =
        text.get(start.saturating_sub(LOGIN_MAX)..start).filter(|head| head.ends_with(b"=\"")).unwrap_or_default();
    let Some(element) = memchr::memrchr(b'<', head).and_then(|open| head.get(open..)) else { return false };
    let user = [b"user=\"".as_slice(), b"username=\"", b"login=\"", b"uid=\""];
    let names_user = |attribute: &[u8]| user.iter().any(|user| attribute.starts_with(user));
    !element.contains(&b'\n') && element.split(|b| *b == b' ').skip(1).any(names_user)
}

/// Bytes of an element in front of its password.
const LOGIN_MAX: usize = 200;

/// Returns whether a user stands in front of a password on its line: `login: ops / pass: …`.
pub(crate) fn is_beside_user(text: &[u8], start: usize) -> bool {
    let head = edge::last_line(text.get(start.saturating_sub(SETTING_MAX)..start).unwrap_or_default());
    let user = [b"login: ".as_slice(), b"user: ", b"username: ", b"benutzer: ", b"usuario: ", b"id: "];
    user.iter().any(|user| words::holds_ignore_case(head, user))
}

/// Returns whether a text that ends at `end` is made into letters, as Java keeps a password: `"…".toCharArray()`.
pub(crate) fn is_made_of_letters(text: &[u8], end: usize) -> bool {
    text.get(end..).is_some_and(|rest| rest.starts_with(b"\".toCharArray()"))
}

/// Returns whether the members beside one are those of a connection: `Server=h;User Id=u;Password=x`, `host=h user=u
/// password=x`. `separators` stand between them.
pub(crate) fn is_of_connection(text: &[u8], value: Range<usize>, separators: &[u8]) -> bool {
    let separates = |b: &u8| separators.contains(b) || matches!(b, b'"' | b'\'');
    let of_connection = |member: &[u8]| {
        let name = member.get(..memchr::memchr(b'=', member).unwrap_or_default()).unwrap_or_default();
        CONNECTION.has(name.trim_ascii())
    };
    let before = text.get(value.start.saturating_sub(CONNECTION_MAX)..value.start).unwrap_or_default();
    let behind = text.get(value.end..text.len().min(value.end + CONNECTION_MAX)).unwrap_or_default();
    // On the same line.
    let before = edge::last_line(before);
    let behind = behind.split(|b| *b == b'\n').next().unwrap_or_default();
    // The first part on each side is the member itself, and what is left of it.
    before.rsplit(separates).skip(1).take(NEIGHBOURS).any(of_connection)
        || behind.split(separates).skip(1).take(NEIGHBOURS).any(of_connection)
}

/// Returns whether members beside one, each on a line of its own or behind a comma, are those of a connection: `'host' => 'h',
/// 'pass' => 'x'`.
pub(crate) fn is_beside_connection(text: &[u8], value: Range<usize>) -> bool {
    let of_connection = |member: &[u8]| {
        let name = member.get(..memchr::memchr3(b'=', b':', b'>', member).unwrap_or_default()).unwrap_or_default();
        let name = name.trim_ascii();
        CONNECTION.has(name.strip_prefix(b"'").and_then(|name| name.strip_suffix(b"'")).unwrap_or_default())
            || CONNECTION.has(name.strip_prefix(b"\"").and_then(|name| name.strip_suffix(b"\"")).unwrap_or_default())
    };
    let separates = |b: &u8| matches!(b, b',' | b'\n' | b'{' | b'(');
    let filled = |member: &&[u8]| !member.trim_ascii().is_empty();
    let before = text.get(value.start.saturating_sub(CONNECTION_MAX * 2)..value.start).unwrap_or_default();
    let behind = text.get(value.end..text.len().min(value.end + CONNECTION_MAX)).unwrap_or_default();
    before.rsplit(separates).filter(filled).skip(1).take(NEIGHBOURS + 1).any(of_connection)
        || behind.split(separates).filter(filled).skip(1).take(NEIGHBOURS + 1).any(of_connection)
}

/// Returns whether a variable of the environment is given the string whose content begins at `start`:
/// `PGPASSWORD='…'`; or a setting that is called like one, `DB_PASSWORD: "…"`, `define('DB_PASSWORD', '…')`.
pub(crate) fn is_of_variable(text: &[u8], start: usize) -> bool {
    let head = text.get(start.saturating_sub(VARIABLE_MAX)..start).unwrap_or_default();
    let (name, sure) = match head {
        [name @ .., b'=', b'"' | b'\''] => (name, true),
        [name @ .., b':', b' ', b'"' | b'\''] => (name, false),
        [name @ .., b',', b' ', b'\''] if name.ends_with(b"'") => (name, false),
        _ => return false,
    };
    let quoted = !sure && matches!(name, [.., b'"' | b'\'']);
    let name = variable(name.get(..name.len() - usize::from(quoted)).unwrap_or_default(), quoted);
    // `WRONG_PASSWORD: "Das war falsch"` is a message.
    name.is_some_and(|name| sure || is_of_system(name))
}

/// Returns whether the value that begins at `start` is that of a system's variable or option, `DB_PASSWORD=…`, which is one
/// whatever it looks like.
pub(crate) fn is_of_systems_variable(text: &[u8], start: usize) -> bool {
    let head = text.get(start.saturating_sub(VARIABLE_MAX)..start).unwrap_or_default();
    is_of_systems_option(head)
        || head.strip_suffix(b"=").and_then(|name| variable(name, false)).is_some_and(is_of_system)
}

/// Returns whether the value that begins at `start` is that of a member which is called like a system's variable:
/// `POSTGRES_PASSWORD: …`.
pub(crate) fn is_of_systems_member(text: &[u8], start: usize) -> bool {
    let head = text.get(start.saturating_sub(VARIABLE_MAX)..start).unwrap_or_default();
    head.strip_suffix(b": ").and_then(|name| variable(name, false)).is_some_and(is_of_system)
}

/// `--master-user-password …`
fn is_of_systems_option(head: &[u8]) -> bool {
    let option = head.strip_suffix(b" ").or_else(|| head.strip_suffix(b"=")).unwrap_or_default();
    [b"--master-user-password".as_slice(), b"--admin-user-password"].iter().any(|name| option.ends_with(name))
}

/// The name of a variable that a text ends with.
fn variable(head: &[u8], quoted: bool) -> Option<&[u8]> {
    let run = head.iter().rev().take_while(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || **b == b'_').count();
    let (front, name) = head.split_at_checked(head.len() - run)?;
    let apart = front.last().is_none_or(|b| b.is_ascii_whitespace() || matches!(b, b';' | b'=') || quoted);
    (run >= VARIABLE_MIN && apart).then_some(name)
}

fn is_of_system(name: &[u8]) -> bool {
    // `GF_SECURITY_ADMIN_PASSWORD`
    let mut words = name.rsplit(|b| *b == b'_');
    let last = words.next().unwrap_or_default();
    last == name && SYSTEMS.has(name) || words.any(|word| SYSTEMS.has(word))
}

/// What has a password, in the names of variables.
static SYSTEMS: Words = words!(
    "\
    db|database|pg|pgpassword|postgres|postgresql|mysql|mariadb|mssql|sa|oracle|redis|mongo|mongodb|rabbitmq|root|admin|smtp|\
    mail|ftp|ssh|ldap|elastic|kibana|grafana|keycloak|rds|aurora|master|gf|minio|couchdb|influxdb|neo4j|activemq|superuser|\
    restic|borg|sonar|nexus|gitlab|jenkins|airflow|zabbix|splunk|mqtt|kafka|cassandra|clickhouse|wordpress|wp|samba|jdbc|spring"
);

/// Bytes of a variable's name, and those in which it stands with its sign and its quotation mark.
const VARIABLE_MIN: usize = 6;
const VARIABLE_MAX: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_for_a_password_is_none() {
        for word in ["password", "yourpass", "postgres", "$PASS", "<pw>", "changeme", "abc", "a(b)c", "${x}"] {
            assert!(!is_chosen(word.as_bytes()), "{word}");
        }
        for password in ["Kupfer", "tannenbaum", "Rochen_ohne_Ende", "hunter2"] {
            assert!(is_chosen(password.as_bytes()), "{password}");
        }
    }

    #[test]
    fn a_variable_is_given_a_string_right_behind_its_sign() {
        let cases = [
            ("PGPASSWORD='x y'", true),
            ("a DB_PASS1=\"x y\"", true),
            ("password='x y'", false),
            ("MYSQL_ROOT_PASSWORD: \"x y\"", true),
            ("define( 'DB_PASSWORD', 'x y' );", true),
            ("\"WRONG_PASSWORD\": \"x y\"", false),
            ("f(PASSWORD='x y')", false),
        ];
        for (text, expected) in cases {
            let start = text.find("x y").expect("the value");
            assert_eq!(is_of_variable(text.as_bytes(), start), expected, "{text}");
        }
    }

    #[test]
    fn members_of_a_connection_stand_beside_it() {
        let cases = [
            ("Server=h;Uid=u;Password=Kupfer;", b"; ".as_slice(), true),
            ("host=h password=Kupfer", b"; ", true),
            ("x=\"password=Kupfer dbname=o\"", b"; ", true),
            ("user=u\npassword=Kupfer", b"; ", false),
            ("type=text password=Kupfer colour=red", b"; ", false),
        ];
        for (text, separators, expected) in cases {
            let start = text.find("Kupfer").expect("the value");
            assert_eq!(is_of_connection(text.as_bytes(), start..start + 6, separators), expected, "{text}");
        }
    }
}
