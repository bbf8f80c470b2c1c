//! Account ids by their place: in the names that AWS and its tools make of them.

use std::ops::Range;

use crate::catalog::{Check, Edge};
use crate::scan::check::{self, ACCOUNT_LEN};
use crate::scan::edge;
use crate::scan::joined;
use crate::scan::words::{self, Words, words};

/// Bytes before an account that tell its place.
const BEFORE_MAX: usize = 48;
/// Maximum bytes of a region's name: `us-isof-southeast-1`.
const REGION_MAX: usize = 20;

/// The account that is the whole of an answer.
pub(crate) fn whole(text: &[u8]) -> Option<Range<usize>> {
    let value = text.trim_ascii();
    let start = text.len() - text.trim_ascii_start().len();
    let digits = value.len() == ACCOUNT_LEN && value.iter().all(u8::is_ascii_digit);
    (digits && check::passes(Check::Account, value) && !is_date(value)).then_some(start..start + ACCOUNT_LEN)
}

/// Reports the accounts that stand in such a place.
pub(crate) fn accounts(text: &[u8], found: impl FnMut(Range<usize>)) {
    let account = |value: &[u8]| check::passes(Check::Account, value) && !is_date(value);
    let account = |number: &Range<usize>| text.get(number.clone()).is_some_and(account);
    numbers(text).filter(|number| account(number) && is_place(text, number.start, number.end)).for_each(found);
}

/// The numbers of as many digits as an account has, which stand by themselves.
pub(crate) fn numbers(text: &[u8]) -> impl Iterator<Item = Range<usize>> {
    // One byte of each run of twelve digits stands at a multiple of twelve, so most bytes are not looked at.
    let mut at = ACCOUNT_LEN - 1;
    std::iter::from_fn(move || {
        while let Some(byte) = text.get(at) {
            if !byte.is_ascii_digit() {
                at += ACCOUNT_LEN;
                continue;
            }
            let digit = |b: &&u8| b.is_ascii_digit();
            let head = text.get(at + 1 - ACCOUNT_LEN..at).unwrap_or_default();
            let start = at - head.iter().rev().take_while(digit).count();
            let rest = text.get(start..).unwrap_or_default();
            let end = start + rest.iter().take(ACCOUNT_LEN + 1).take_while(digit).count();
            at = end.max(at + 1) + ACCOUNT_LEN - 1;
            if end - start == ACCOUNT_LEN && edge::holds(Edge::Digits, text, start, end) {
                return Some(start..end);
            }
        }
        None
    })
}

/// `202607011530`: a year, a month, a day and a time.
fn is_date(value: &[u8]) -> bool {
    let month = matches!(
        value,
        [b'1' | b'2', b'0' | b'9', _, _, b'0', b'1'..=b'9', ..] | [b'2', b'0', _, _, b'1', b'0'..=b'2', ..]
    );
    month && matches!(value, [.., b'0'..=b'3', _, b'0'..=b'2', _, b'0'..=b'5', _])
}

/// `…-471192830564-eu-west-1` and `…-eu-west-1-471192830564` (buckets and roles of the CDK, CloudFormation, Glue,
/// SageMaker and the Elastic Beanstalk), `AWSLogs/471192830564/` (logs that services deliver to a bucket),
/// `AdministratorAccess-471192830564` and `471192830564_AdministratorAccess` (profiles and contexts of the Identity
/// Center).
fn is_place(text: &[u8], start: usize, end: usize) -> bool {
    let head = text.get(start.saturating_sub(BEFORE_MAX)..start).unwrap_or_default();
    let tail = text.get(end..).unwrap_or_default();
    let region = |name: &[u8]| check::is_region(name) && name.last().is_some_and(u8::is_ascii_digit);
    // `Publishing d02b1747e7:471192830564-eu-west-1`: twelve digits in front of a region.
    let joined = head.last().is_none_or(|b| !b.is_ascii_alphanumeric() && !matches!(b, b'_' | b'.'));
    let behind = tail.strip_prefix(b"-").filter(|_| joined).is_some_and(|rest| region(region_at(rest)));
    let before = head.strip_suffix(b"-").is_some_and(|head| {
        let len = head.iter().rev().take(REGION_MAX).take_while(|b| b.is_ascii_alphanumeric() || **b == b'-').count();
        let word = head.get(head.len() - len..).unwrap_or_default();
        (0..word.len())
            .filter(|at| *at == 0 || word.get(at - 1) == Some(&b'-'))
            .any(|at| word.get(at..).is_some_and(region))
    });
    let logs = head.ends_with(b"AWSLogs/") || is_organisation(head);
    // `live/prod/471192830564/eu-west-1/rds`, `accounts/471192830564/`: folders of Terragrunt and of others.
    let below = || tail.strip_prefix(b"/").is_some_and(|rest| region(region_at(rest)));
    let live = || memchr::memmem::find(head, b"live/").is_some() && tail.starts_with(b"/");
    let folder =
        head.ends_with(b"/") && (head.ends_with(b"accounts/") || head.ends_with(b"account/") || below() || live());
    let profile = head.ends_with(b"Access-")
        || tail.starts_with(b"_AdministratorAccess")
        || tail.starts_with(b"_PowerUserAccess");
    behind
        || before
        || logs
        || folder
        || profile
        || is_generated(head, tail)
        || is_alone(text, start, end)
        || is_said(head, tail)
        || is_compared(text, start, end)
        || is_choice(text, start, end)
        || is_granted(text, start, end)
        || is_staged(text, start, end)
        || joined::is_in_arn(text, start, end)
}

/// `config-bucket-471192830564`, `orders-artifacts-471192830564`: a name that is made unique by the account.
fn is_generated(head: &[u8], tail: &[u8]) -> bool {
    let Some(name) = head.strip_suffix(b"-") else { return false };
    let len = name.iter().rev().take_while(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || **b == b'-').count();
    let words = name.get(name.len() - len..).unwrap_or_default();
    let made = words.split(|b| *b == b'-').any(|word| GENERATED.has(word));
    made && tail.first().is_none_or(|b| !b.is_ascii_alphanumeric())
}

/// Words in the names of buckets and roles that an account makes unique.
static GENERATED: Words = words!(
    "\
    artifacts|artifact|assets|athena|audit|aws|backup|backups|bucket|cdk|cloudformation|cloudtrail|codebuild|\
    codepipeline|config|data|deploy|deployment|elasticbeanstalk|flowlogs|glue|inventory|lambda|logging|logs|\
    pipeline|results|sagemaker|serverless|stackset|state|templates|terraform|tfstate|trail"
);

/// A line, or a text, that is an account and nothing else, after a command that asks for one; a line of a table of
/// accounts; a member of a map of accounts.
fn is_alone(text: &[u8], start: usize, end: usize) -> bool {
    let head = text.get(start.saturating_sub(ASKED_MAX)..start).unwrap_or_default();
    let tail = text.get(end..text.len().min(end + ASKED_MAX)).unwrap_or_default();
    let line = head.iter().rev().take_while(|b| **b != b'\n').take_while(|b| b.is_ascii_whitespace()).count();
    let leads = line == head.len() || head.get(head.len() - line - 1) == Some(&b'\n');
    let row = tail.split(|b| *b == b'\n').next().unwrap_or_default();
    let rest = row.trim_ascii();
    let asked = || ASKED.split('|').any(|word| memchr::memmem::find(head, word.as_bytes()).is_some());
    let state = row.first() == Some(&b'\t')
        && STATES.split('|').any(|state| memchr::memmem::find(row, state.as_bytes()).is_some());
    let key = matches!(rest, [b'"' | b'\'', b':', ..]) && memchr::memmem::find(head, b"ccounts").is_some();
    // Text output of the AWS CLI: a row has the name of its list.
    let list = edge::last_line(head).split(|b| *b == b'\t').next().unwrap_or_default();
    let listed = list.len() >= 4
        && list.iter().all(u8::is_ascii_uppercase)
        && matches!(tail.first(), None | Some(b'\t' | b'\n'));
    let cell = head.ends_with(b"\t") && (listed || state);
    // Its row goes on with the other columns: `471192830564⇥orders-prod`.
    let first = rest.is_empty() || row.first() == Some(&b'\t');
    cell || leads && (state || first && asked()) || key
}

/// Bytes around an account in which a command or a map is looked for.
const ASKED_MAX: usize = 320;
/// Commands that answer with accounts.
const ASKED: &str = "\
    get-caller-identity|Get-STSCallerIdentity|--query Account|list-accounts|describe-account|account-id|q .Account|q -r .Account|.AccountId|\
    .accountId|.account_id";
/// States of an account in an organisation.
const STATES: &str = "ACTIVE|SUSPENDED|PENDING_CLOSURE";

/// `in 471192830564 (prod)`, `lives in 471192830564.`
fn is_said(head: &[u8], tail: &[u8]) -> bool {
    let preposition = ["in ", "into ", "and ", "from ", "to "].iter().find(|word| head.ends_with(word.as_bytes()));
    let stage = tail.strip_prefix(b" (").is_some_and(|rest| {
        let len = rest.iter().take(16).take_while(|b| b.is_ascii_alphabetic() || **b == b'-').count();
        rest.get(len) == Some(&b')') && rest.get(..len).is_some_and(|word| STAGES.has(word))
    });
    let ends = matches!(tail, [] | [b'.' | b';' | b',' | b':', b' ' | b'\n', ..] | [b'.' | b'\n']);
    preposition.is_some_and(|word| stage || *word == "in " && ends)
}

/// `471192830564)` and `471192830564|582203941675)` in a shell: what the account of `case "$ACCOUNT" in` may be.
fn is_choice(text: &[u8], start: usize, end: usize) -> bool {
    let head = text.get(start.saturating_sub(ASKED_MAX)..start).unwrap_or_default();
    let other = |b: &u8| b.is_ascii_digit() || matches!(b, b' ' | b'|' | b'"' | b'\'' | b'(');
    let front = edge::last_line(head).iter().all(other);
    let tail = text.get(end..text.len().min(end + CHOICES_MAX)).unwrap_or_default();
    let choices = tail.iter().take_while(|b| other(b) && **b != b'(').count();
    let closes = tail.get(choices) == Some(&b')');
    front && closes && memchr::memmem::find(head, b"case ").is_some() && tells_accounts(text, start, end)
}

/// Bytes of what one case of a shell lists.
const CHOICES_MAX: usize = 80;

/// `dev is 471192830564`, `Dev: 471192830564 (sandbox)`, `dev .... 471192830564`: the name of an account stands in front.
fn is_staged(text: &[u8], start: usize, end: usize) -> bool {
    let head = text.get(start.saturating_sub(STAGED_MAX)..start).unwrap_or_default();
    let sign = |b: &&u8| b" :=>.-\"'`|\t".contains(b);
    let signs = head.iter().rev().take_while(sign).count();
    let front = head.get(..head.len() - signs).unwrap_or_default();
    let front =
        [b" is".as_slice(), b" ist", b" is the"].iter().find_map(|verb| front.strip_suffix(*verb)).unwrap_or(front);
    // `개발은 471192830564`
    let noun = PARTICLES.iter().find_map(|particle| front.strip_suffix(particle.as_bytes())).unwrap_or(front);
    let foreign = noun.last().is_some_and(|b| !b.is_ascii())
        && FOREIGN_STAGES.iter().any(|stage| noun.ends_with(stage.as_bytes()));
    if foreign && (signs > 0 || noun.len() < front.len()) {
        return tells_accounts(text, start, end);
    }
    let word = front.iter().rev().take_while(|b| b.is_ascii_alphabetic()).count();
    let (before, word) = front.split_at_checked(front.len() - word).unwrap_or_default();
    // `build-dev: 471192830564` is something else's.
    let apart = before.last().is_none_or(|b| b.is_ascii_whitespace() || b"\"'`(,;|*{".contains(b));
    signs > 0 && apart && STAGES.has(&word.to_ascii_lowercase()) && tells_accounts(text, start, end)
}

/// The same names in Korean, Japanese and Chinese, and what their sentences put behind one.
const FOREIGN_STAGES: [&str; 13] = [
    "개발",
    "운영",
    "테스트",
    "스테이징",
    "검증",
    "本番",
    "検証",
    "開発",
    "ステージング",
    "生产",
    "测试",
    "开发",
    "预发",
];
const PARTICLES: [&str; 8] = ["은", "는", "이", "가", "は", "が", "：", "是"];
/// Bytes in front of an account in which its name stands.
const STAGED_MAX: usize = 40;

/// `the policy allows 471192830564 and 582203941675`: whom a text about accounts lets do something.
fn is_granted(text: &[u8], start: usize, end: usize) -> bool {
    const VERBS: [&[u8]; 9] = [
        b"allows ",
        b"allow ",
        b"allowing ",
        b"trusts ",
        b"trust ",
        b"Trust ",
        b"denies ",
        b"allows only ",
        b"grants ",
    ];
    let mut head = text.get(start.saturating_sub(COMPARED_MAX * 4)..start).unwrap_or_default();
    for _ in 0..LISTED_MAX {
        head = head.strip_suffix(b"`").unwrap_or(head);
        let joint =
            [b", ".as_slice(), b"; ", b" / ", b" and ", b" or "].into_iter().find_map(|joint| head.strip_suffix(joint));
        let Some(front) = joint.map(|front| front.strip_suffix(b"`").unwrap_or(front)) else { break };
        let digits = front.iter().rev().take_while(|b| b.is_ascii_digit()).count();
        if digits != ACCOUNT_LEN {
            break;
        }
        head = front.get(..front.len() - digits).unwrap_or_default();
    }
    // `Account IDs = 471192830564; 582203941675`
    let listed = || {
        let name = head.trim_ascii_end();
        let name = name.strip_suffix(b":").or_else(|| name.strip_suffix(b"=")).unwrap_or_default().trim_ascii_end();
        words::ends_with_ignore_case(name, b"accounts") || words::ends_with_ignore_case(name, b"account ids")
    };
    (VERBS.iter().any(|verb| head.ends_with(verb)) || listed()) && tells_accounts(text, start, end)
}

/// Maximum accounts in front of one in a list of a sentence.
const LISTED_MAX: usize = 4;

/// `got "471192830564", want "582203941675"`, `expected: <471192830564>`, `'471192830564' == '582203941675'`, an option of a
/// form: numbers of which the text around them tells that they are accounts.
fn is_compared(text: &[u8], start: usize, end: usize) -> bool {
    let head = text.get(start.saturating_sub(COMPARED_MAX)..start).unwrap_or_default();
    let tail = text.get(end..text.len().min(end + COMPARED_MAX)).unwrap_or_default();
    let mark = |b: &&u8| b"\"'`\\<([ ".contains(b);
    let front = head.get(..head.len() - head.iter().rev().take_while(mark).count()).unwrap_or_default();
    let sign = |text: &[u8]| matches!(text, [.., b'=' | b'!', b'='] | [.., b'<', b'>']);
    let behind = tail.get(tail.iter().take_while(|b| b"\"'`\\>)] ".contains(b)).count()..).unwrap_or_default();
    let equals = sign(front) || behind.get(..2).is_some_and(sign);
    let front = front.strip_suffix(b":").or_else(|| front.strip_suffix(b"=")).unwrap_or(front).trim_ascii_end();
    // `'471192830564' { 'prod' }`, `"471192830564" => "prod"`: one of several, of which a program chooses.
    let chosen = matches!(text.get(end), Some(b'"' | b'\''))
        && [b"{ ".as_slice(), b"{\n", b"=> ", b"-> "].iter().any(|sign| behind.starts_with(sign));
    let equals = equals || chosen;
    // `test 471192830564 = 582203941675`
    let digits = front.iter().rev().take_while(|b| b.is_ascii_digit()).count();
    let equals = equals || digits == ACCOUNT_LEN && front.len() < head.len();
    let word = front.iter().rev().take(COMPARED_MAX).take_while(|b| b.is_ascii_alphabetic()).count();
    let word = front.get(front.len() - word..).unwrap_or_default();
    let option = words::ends_with_ignore_case(head, b"<option value=\"") || head.ends_with(b"<option value=\\\"");
    // Most numbers are no such thing, and nothing more of the text is read for them.
    (equals || option || COMPARED.has(word)) && tells_accounts(text, start, end)
}

/// Returns whether the text around a number speaks of accounts.
fn tells_accounts(text: &[u8], start: usize, end: usize) -> bool {
    let around = text.get(start.saturating_sub(ASKED_MAX)..text.len().min(end + ASKED_MAX / 2)).unwrap_or_default();
    const WORDS: [&str; 11] =
        ["ccount", "CCOUNT", "acct", "konto", "Konto", "cuenta", "ompte", "계정", "アカウント", "账号", "账户"];
    WORDS.iter().any(|word| memchr::memmem::find(around, word.as_bytes()).is_some())
}

/// Bytes of what compares an account with another.
const COMPARED_MAX: usize = 24;
/// Words in front of what a test or a tool compares.
static COMPARED: Words = words!(
    "\
    expected|expect|expects|actual|actually|got|get|gets|want|wanted|wants|received|found|was|left|right|have|has|be|equal|\
    equals|returned|vs|versus|old|new|before|after|instead|of|saw|case|when"
);

/// Names that teams give their accounts.
pub(crate) static STAGES: Words = words!(
    "\
    prod|production|stage|staging|dev|development|test|testing|qa|uat|sandbox|shared|security|audit|network|logging|\
    management|root|backup|preprod|nonprod|demo|live"
);

/// Returns the region that a name continues with, up to its number.
fn region_at(text: &[u8]) -> &[u8] {
    let name = text.get(..text.len().min(REGION_MAX)).unwrap_or_default();
    let len = name.iter().take_while(|b| b.is_ascii_lowercase() || **b == b'-').count();
    let ends = text.get(len + 1).is_none_or(|b| !b.is_ascii_alphanumeric());
    text.get(..len + 1).filter(|_| ends).unwrap_or_default()
}

/// `AWSLogs/o-a1b2c3d4e5/`
fn is_organisation(head: &[u8]) -> bool {
    let Some(head) = head.strip_suffix(b"/") else { return false };
    let id = head.iter().rev().take_while(|b| b.is_ascii_lowercase() || b.is_ascii_digit()).count();
    head.get(..head.len() - id).is_some_and(|head| head.ends_with(b"AWSLogs/o-"))
}
