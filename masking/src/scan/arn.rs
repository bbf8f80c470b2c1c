//! Amazon resource names, taken apart: partition, service, region and resource type stay readable.

use std::collections::HashMap;
use std::ops::Range;

use crate::catalog::KindId;
use crate::catalog::{ACCOUNT, Check, Edge};
use crate::near::is_any;
use crate::scan::check::{self, ACCOUNT_LEN};
use crate::scan::edge;
use crate::scan::own;
use crate::scan::words::{self, Words, words};

/// The kinds of the parts of ARNs.
#[derive(Debug, Default)]
pub(crate) struct Arns {
    /// The kind of account ids.
    pub(crate) account: Option<KindId>,
    /// The kind of resources that no rule names.
    pub(crate) other: Option<KindId>,
    /// The kind of stacks.
    pub(crate) stack: Option<KindId>,
    /// By service and resource type.
    kinds: HashMap<(&'static str, &'static str), KindId>,
}

/// The text after the account of an ARN that has lost its beginning, or of a profile.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rest {
    /// A resource of a service.
    Resource(&'static str),
    /// A name of AWS's own, which says that an account stands before it.
    Name,
}

/// Texts after such an account: types of resources, and the permission sets that AWS offers. (Identity Center user
/// guide, "Predefined permissions")
pub(crate) const RESTS: [(&str, Rest); 21] = [
    (":role/", Rest::Resource("iam")),
    (":user/", Rest::Resource("iam")),
    (":group/", Rest::Resource("iam")),
    (":policy/", Rest::Resource("iam")),
    (":instance-profile/", Rest::Resource("iam")),
    (":assumed-role/", Rest::Resource("sts")),
    (":federated-user/", Rest::Resource("sts")),
    (":function:", Rest::Resource("lambda")),
    (":secret:", Rest::Resource("secretsmanager")),
    (":root", Rest::Name),
    (":mfa/", Rest::Name),
    // The location of a job of Glacier. (Its API reference, "Initiate Job")
    ("/vaults/", Rest::Name),
    ("_readonlyaccess", Rest::Name),
    ("_viewonlyaccess", Rest::Name),
    ("_securityaudit", Rest::Name),
    ("_billing", Rest::Name),
    (":administratoraccess", Rest::Name),
    (":poweruseraccess", Rest::Name),
    (":readonlyaccess", Rest::Name),
    ("/administratoraccess", Rest::Name),
    ("/poweruseraccess", Rest::Name),
];

/// Maximum bytes of a field between two colons: a placeholder fits.
const FIELD_MAX: usize = 40;
/// How the names of examples begin.
const EXAMPLES: [&[u8]; 4] = [b"my-", b"my_", b"your-", b"example"];
/// Maximum bytes of a resource.
const RESOURCE_MAX: usize = 1_024;

impl Arns {
    /// `resource` is `service:type`, see [`Rule::Arn`](crate::catalog::Rule::Arn).
    pub(crate) fn insert(&mut self, kind: KindId, resource: &'static str) {
        if let Some(key) = resource.split_once(':') {
            if key == ("cloudformation", "stack") {
                self.stack = Some(kind);
            }
            self.kinds.entry(key).or_insert(kind);
        }
    }

    /// Reports the parts of the ARN that begins at `start`, if one does, and returns where it ends.
    pub(crate) fn find(&self, text: &[u8], start: usize, mut found: impl FnMut(Range<usize>, KindId)) -> Option<usize> {
        if !edge::left(Edge::Word, text, start) {
            return None;
        }
        let Some((fields, resource_at)) = fields(text, start) else {
            let account = self.account.zip(last_field(text, start).or_else(|| joined_field(text, start)))?;
            found(account.1.clone(), account.0);
            return Some(account.1.end);
        };
        let [arn, partition, service, region, account] =
            fields.clone().map(|field| text.get(field).unwrap_or_default());
        let [.., account_at] = fields;
        let aws = words::starts_with_ignore_case(partition, b"aws") || partition == b"*" || is_reference(partition);
        let own = arn.eq_ignore_ascii_case(b"arn") && aws;
        if !own || service.is_empty() {
            return None;
        }
        // A placeholder stands where something made this not an ARN; the text after it was not a part of one.
        if [partition, service, region].iter().any(|field| field.contains(&b'_') && !is_reference(field)) {
            return None;
        }
        let owned = is_account(account);
        if let Some(kind) = self.account.filter(|_| owned) {
            found(account_at, kind);
        }
        // Any other account is AWS itself, a wildcard or a template; a placeholder stands for one that was masked.
        let hidden = account.starts_with(ACCOUNT.as_bytes()) || is_crossed_out(account);
        // A program writes the account into it. What it writes itself may be the name of an example: `role/myrole`.
        let written = is_reference(account) && inside(account).is_none() || account.starts_with(b"$");
        if !owned && !account.is_empty() && !hidden && !written {
            return None;
        }
        let service = std::str::from_utf8(service).ok()?;
        // Without an account, a resource is a customer's only if a rule names it.
        let other = self.other.filter(|_| !account.is_empty() && !written && !service.eq_ignore_ascii_case("s3"));
        let telling = |range: &Range<usize>| {
            let value = text.get(range.clone()).unwrap_or_default();
            check::is_distinctive(value) && !EXAMPLES.iter().any(|start| words::starts_with_ignore_case(value, start))
        };
        Some(self.resource(text, service, resource_at, other, |range, kind| {
            if !written || telling(&range) {
                found(range, kind);
            }
        }))
    }

    /// Reports the account before `start` and the resource after its colon: `471192830564:role/x`, the rest of an ARN.
    /// Returns where it ends.
    pub(crate) fn rest(
        &self,
        rest: Rest,
        text: &[u8],
        anchor: Range<usize>,
        mut found: impl FnMut(Range<usize>, KindId),
    ) -> Option<usize> {
        let digits = anchor.start.checked_sub(ACCOUNT_LEN)?..anchor.start;
        let owned = is_account(text.get(digits.clone())?) && edge::left(Edge::Digits, text, digits.start);
        found(digits, self.account.filter(|_| owned)?);
        match rest {
            Rest::Resource(service) => Some(self.resource(text, service, anchor.start + 1, None, found)),
            Rest::Name => Some(anchor.end),
        }
    }

    /// Reports the parts of a resource, and returns where it ends.
    fn resource(
        &self,
        text: &[u8],
        service: &str,
        start: usize,
        other: Option<KindId>,
        mut found: impl FnMut(Range<usize>, KindId),
    ) -> usize {
        let end = resource_end(text, start);
        let named = text.get(start..end).filter(|_| matches!(service, "iam" | "sts")).unwrap_or_default();
        // The names of these have no colon: what stands after one is something else.
        let end = memchr::memchr(b':', named).map_or(end, |colon| start + colon);
        let end = before_next(text, start..end);
        for (part, resource_type) in parts(text, &service.to_ascii_lowercase(), start..end) {
            let kind = self.kind(service, resource_type).or(other);
            if let (Some(kind), Some(value)) = (kind, customer_part(text, part)) {
                let account = self.account.filter(|_| text.get(value.clone()).is_some_and(is_account));
                found(value, account.unwrap_or(kind));
            }
        }
        end
    }

    /// The kind of a resource. ARNs are written in lower case but for some types; some tools write all in capitals.
    fn kind(&self, service: &str, resource_type: &str) -> Option<KindId> {
        let exact = self.kinds.get(&(service, resource_type)).copied();
        let capitals = service.bytes().any(|b| b.is_ascii_uppercase());
        let same =
            |key: &(&str, &str)| key.0.eq_ignore_ascii_case(service) && key.1.eq_ignore_ascii_case(resource_type);
        exact.or_else(|| self.kinds.iter().find(|(key, _)| capitals && same(key)).map(|(_, kind)| *kind))
    }
}

/// The five fields in front of the resource, and where it begins.
fn fields(text: &[u8], start: usize) -> Option<([Range<usize>; 5], usize)> {
    let mut at = start;
    let mut fields = [const { 0..0 }; 5];
    for (place, field) in fields.iter_mut().enumerate() {
        let plain = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'*');
        let len = text.get(at..)?.iter().take(FIELD_MAX + 1).take_while(|byte| plain(byte)).count();
        let len = match place {
            _ if REFERENCED.contains(&place) => len.max(reference_len(text, at)),
            ACCOUNT_FIELD if len == 0 => {
                bracketed_len(text, at).max(reference_len(text, at)).max(variable_len(text, at))
            }
            _ => len,
        };
        *field = at..at + len;
        at += len + separator_len(text, at + len).filter(|_| len <= FIELD_MAX)?;
    }
    Some((fields, at))
}

/// `$ACCOUNT`
fn variable_len(text: &[u8], at: usize) -> usize {
    let Some(name) = text.get(at..).and_then(|rest| rest.strip_prefix(b"$")) else { return 0 };
    let len = name.iter().take(FIELD_MAX).take_while(|b| b.is_ascii_alphanumeric() || **b == b'_').count();
    if len > 0 { len + 1 } else { 0 }
}

/// The place of the account.
const ACCOUNT_FIELD: usize = 4;

/// The fields for which a template writes a reference, while it writes the account: the partition and the region.
const REFERENCED: [usize; 2] = [1, 3];

/// Returns the length of what stands for a field in a template: `${AWS::Partition}`, `{region}`, `{{ region }}`,
/// `<region>`.
fn reference_len(text: &[u8], at: usize) -> usize {
    let rest = text.get(at..text.len().min(at + REFERENCE_MAX)).unwrap_or_default();
    let Some((_, close)) = REFERENCES.iter().find(|(open, _)| rest.starts_with(open)) else { return 0 };
    let end = memchr::memmem::find(rest, close);
    let blank = |inside: &[u8]| inside.iter().any(|b| *b < b' ' || *b == b' ' && *close != b"}}");
    end.filter(|end| !rest.get(..*end).is_some_and(blank)).map_or(0, |end| end + close.len())
}

/// Returns whether a field is such a reference.
fn is_reference(field: &[u8]) -> bool {
    REFERENCES.iter().any(|(open, _)| field.starts_with(open))
}

/// How references begin and end.
const REFERENCES: [(&[u8], &[u8]); 6] =
    [(b"${", b"}"), (b"#{", b"}"), (b"{{", b"}}"), (b"{", b"}"), (b"<", b">"), (b"%s", b"%s")];

/// Maximum bytes of a reference.
const REFERENCE_MAX: usize = 64;

/// Returns whether an account is one that somebody has made unreadable before, so that the resource is still a
/// customer's: `xxxxxxxxxxxx`, `***`, `YYYYY`, `111111111111`, `1234567890`, `REDACTED`, `<redacted>`.
fn is_crossed_out(field: &[u8]) -> bool {
    const LEN: core::ops::RangeInclusive<usize> = 3..=14;
    static WORDS: Words = words!("redacted|omitted|hidden|masked|removed|obfuscated|censored|sanitized");
    let field = inside(field).unwrap_or(field);
    let crossed = || field.iter().all(|b| b.is_ascii_digit() || matches!(b, b'x' | b'X' | b'*'));
    let same = || field.first().is_some_and(|first| field.iter().all(|b| b == first));
    LEN.contains(&field.len()) && (crossed() && !own::is_account(field) || same()) || WORDS.has(field)
}

/// The word in the brackets that a field is.
fn inside(field: &[u8]) -> Option<&[u8]> {
    match field {
        [b'<', inside @ .., b'>'] | [b'[', inside @ .., b']'] => Some(inside),
        _ => None,
    }
}

/// Returns the length of an account that is crossed out in brackets.
fn bracketed_len(text: &[u8], at: usize) -> usize {
    let rest = text.get(at..text.len().min(at + FIELD_MAX)).unwrap_or_default();
    let close = rest.iter().position(|b| matches!(b, b'>' | b']')).map_or(0, |close| close + 1);
    let field = rest.get(..close).unwrap_or_default();
    if inside(field).is_some() && is_crossed_out(field) { close } else { 0 }
}

/// The account with which an ARN ends: a table or a page has wrapped it after that.
fn last_field(text: &[u8], start: usize) -> Option<Range<usize>> {
    let rest = text.get(start..text.len().min(start + 4 * FIELD_MAX))?;
    words::starts_with_ignore_case(rest, b"arn:aws").then_some(())?;
    let len = rest.iter().take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b':')).count();
    let arn = rest.get(..len)?;
    let account = arn.len().checked_sub(ACCOUNT_LEN)?;
    let fields = arn.get(..account)?.iter().filter(|b| **b == b':').count();
    let ends = text.get(start + len).is_none_or(|b| b.is_ascii_whitespace() || !b.is_ascii());
    (ends && fields == 4 && arn.get(account - 1) == Some(&b':') && arn.get(account..).is_some_and(is_account))
        .then_some(start + account..start + len)
}

/// The account that a program or a template joins to what stands in front of it: `"arn:aws:iam::", "471192830564"`,
/// `'arn:aws:sqs:eu-west-1:' + '471192830564'`.
fn joined_field(text: &[u8], start: usize) -> Option<Range<usize>> {
    const GAP_MAX: usize = 48;
    let rest = text.get(start..text.len().min(start + 4 * FIELD_MAX))?;
    words::starts_with_ignore_case(rest, b"arn:aws").then_some(())?;
    let len = rest.iter().take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b':')).count();
    let head = rest.get(..len).filter(|head| head.ends_with(b":"))?;
    let fields = head.iter().filter(|b| **b == b':').count();
    let gap = rest.get(len..)?.iter().take(GAP_MAX).take_while(|b| is_any(b" \t\r\n\\\"'`,+.", b)).count();
    let sign = |b: &u8| is_any(b",+.", b);
    let marks = rest.get(len..len + gap)?;
    let joined = matches!(marks.first()?, b'"' | b'\'' | b'`' | b'\\')
        && marks.iter().filter(|b| sign(b)).count() == 1
        && matches!(marks.last()?, b'"' | b'\'' | b'`');
    let account = len + gap..len + gap + ACCOUNT_LEN;
    let closed = rest.get(account.end).is_some_and(|b| matches!(b, b'"' | b'\'' | b'`' | b'\\'));
    (joined && closed && fields == ACCOUNT_FIELD && is_account(rest.get(account.clone())?))
        .then_some(start + account.start..start + account.end)
}

fn is_account(field: &[u8]) -> bool {
    field.len() == ACCOUNT_LEN
        && field.iter().all(u8::is_ascii_digit)
        && check::passes(Check::Account, field)
        && !own::is_account(field)
}

/// `:` or `/`, escaped for JSON or encoded for a URL.
fn separator_len(text: &[u8], at: usize) -> Option<usize> {
    let rest = text.get(at..)?;
    match rest {
        [b':' | b'/', ..] => Some(1),
        [b'%', b'3', b'A' | b'a', ..] | [b'%', b'2', b'F' | b'f', ..] => Some(3),
        [b'\\', ..] => {
            let escapes = rest.iter().take(8).take_while(|b| **b == b'\\').count();
            // Properties escape colons, and JSON slashes.
            matches!(rest.get(escapes), Some(b':' | b'/')).then_some(escapes + 1)
        }
        _ => None,
    }
}

fn resource_end(text: &[u8], start: usize) -> usize {
    let mut end = start;
    while end < start + RESOURCE_MAX {
        // After a separator another ARN may begin, where this one has ended.
        let nested = text.get(end..).is_some_and(|rest| words::starts_with_ignore_case(rest, b"arn:aws"));
        if nested && text.get(..end).is_some_and(|head| head.ends_with(b":") || head.ends_with(b"/")) {
            break;
        }
        let inside = text.get(end).is_some_and(|b| b.is_ascii_alphanumeric() || is_any(b"_+=.@*?$~#!-", b));
        match separator_len(text, end) {
            Some(len) => end += len,
            None if inside => end += 1,
            None => break,
        }
    }
    end.min(text.len())
}

/// The end of a resource before the `arn` of another ARN that begins in it: `role/*arn:aws:s3:::logs`.
fn before_next(text: &[u8], resource: Range<usize>) -> usize {
    const ARN: &[u8] = b"arn";
    let next = resource.end.checked_sub(ARN.len()).filter(|at| *at >= resource.start);
    let begins = |at: &usize| {
        let rest = text.get(*at..).unwrap_or_default();
        words::starts_with_ignore_case(rest, b"arn:aws") && edge::left(Edge::Word, text, *at)
    };
    next.filter(begins).unwrap_or(resource.end)
}

/// The parts of a resource that are values, each with the type that it is looked up by.
fn parts<'t>(text: &'t [u8], service: &str, resource: Range<usize>) -> Vec<(Range<usize>, &'t str)> {
    let Range { start, end } = resource;
    let Some(first) = next_separator(text, start, end) else { return vec![(resource, "")] };
    let typed = std::str::from_utf8(text.get(start..first.start).unwrap_or_default()).unwrap_or_default();
    let rest = first.end..end;
    match service {
        // The bucket. The text after it is an object's key.
        "s3" if !typed.eq_ignore_ascii_case("accesspoint") => vec![(start..first.start, "")],
        // `app/GCM/name`, `endpoint/GCM/name/id`: the platform that pushes to devices.
        "sns" if matches!(typed, "app" | "endpoint") && text.get(first.clone()).is_some_and(|sign| sign != b":") => {
            let name = next_separator(text, first.end, end).map_or(first.end, |second| second.end);
            vec![(name..end, typed)]
        }
        // A topic and a subscription, an API and its stage: without a type in front.
        "sns" | "sqs" | "codecommit" | "codepipeline" => vec![(start..first.start, ""), (rest, "?")],
        "execute-api" if !typed.is_empty() => vec![(start..first.start, "")],
        "sts" if typed.eq_ignore_ascii_case("assumed-role") => match next_separator(text, first.end, end) {
            Some(second) => vec![(first.end..second.start, typed), (second.end..end, "session")],
            None => vec![(rest, typed)],
        },
        // `autoScalingGroup:id:autoScalingGroupName/name`
        "autoscaling" => match next_separator(text, first.end, end) {
            Some(second) => {
                let name = next_separator(text, second.end, end).map_or(second.end, |third| third.end);
                vec![(first.end..second.start, "?"), (name..end, typed)]
            }
            None => vec![(rest, typed)],
        },
        "secretsmanager" => vec![(environment_end(text, rest.clone())..end, typed)],
        // `/restapis/id`
        _ if typed.is_empty() => parts(text, "", rest),
        _ => vec![(rest, typed)],
    }
}

fn next_separator(text: &[u8], start: usize, end: usize) -> Option<Range<usize>> {
    (start..end).find_map(|at| separator_len(text, at).map(|len| at..at + len))
}

/// The part of a resource that somebody chose: not a version, a wildcard or a name of AWS's own.
fn customer_part(text: &[u8], range: Range<usize>) -> Option<Range<usize>> {
    let range = range.start..latest(text, &range);
    let start = range.start + path_len(text.get(range.clone())?);
    let resource = text.get(start..range.end)?;
    let fixed = resource.iter().take_while(|b| !matches!(b, b'*' | b'?')).count();
    let trailing =
        resource.get(..fixed)?.iter().rev().take_while(|b| !b.is_ascii_alphanumeric() && **b != b'_').count();
    let value = resource.get(..fixed - trailing)?;
    // `${name}` and `<name>` are templates, with a dollar sign or a bracket where the name would continue.
    let behind = text.get(range.end..).unwrap_or_default();
    let tag = behind.starts_with(b"</") || behind.starts_with(b"<br");
    let template = value.contains(&b'$') || matches!(behind.first(), Some(b'{' | b'<')) && !tag;
    let version = value.len() <= 8 && value.iter().all(u8::is_ascii_digit);
    let host = value.split(|b| *b == b'/').next().is_some_and(|first| first.ends_with(b".amazonaws.com"));
    let bucket = || text.get(..start).is_some_and(|head| head.ends_with(b":s3:::")) && own::is_bucket(value);
    let own = host || !check::passes(Check::Customer, value) || bucket();
    let root = matches!(value, b"root" | b"arn" | b"aws-service-role") || check::is_region(value);
    (value.len() >= 2 && !root && !version && !own && !template).then_some(start..start + value.len())
}

/// Returns the end of a resource before `:$LATEST`, which is the version of a function that is not published.
fn latest(text: &[u8], resource: &Range<usize>) -> usize {
    const LATEST: &[u8] = b"$LATEST";
    let bytes = text.get(resource.clone()).unwrap_or_default();
    let name = bytes.strip_suffix(LATEST).filter(|name| name.ends_with(b":") || name.ends_with(b"%3A"));
    name.map_or(resource.end, |name| resource.start + name.len())
}

/// Returns the bytes that AWS puts in front of a name. The Identity Center's path may continue with its region.
fn path_len(resource: &[u8]) -> usize {
    let Some(path) = PATHS.iter().find(|path| resource.starts_with(path)) else { return 0 };
    let behind = resource.get(path.len()..).unwrap_or_default();
    let region =
        behind.split(|b| *b == b'/').next().filter(|first| path.ends_with(b".com/") && check::is_region(first));
    path.len() + region.map_or(0, |region| region.len() + 1)
}

/// Returns the end of the `prod/` with which names of secrets begin by convention: it tells nothing, and helps to
/// reason.
fn environment_end(text: &[u8], name: Range<usize>) -> usize {
    let Some(slash) = next_separator(text, name.start, name.end) else { return name.start };
    let first = text.get(name.start..slash.start).unwrap_or_default();
    if ENVIRONMENTS.has(first) { slash.end } else { name.start }
}

static ENVIRONMENTS: Words = words!(
    "\
    prod|production|prd|live|stage|staging|stg|preprod|uat|qa|test|dev|development|sandbox|demo|dr"
);

/// Texts that AWS puts in front of names and that tell nothing about them: paths of roles, and log groups of services.
const PATHS: [&[u8]; 11] = [
    b"service-role/",
    b"aws-reserved/sso.amazonaws.com/",
    b"/aws/lambda/",
    b"/aws/codebuild/",
    b"/aws/ecs/containerinsights/",
    b"/aws/containerinsights/",
    b"/aws/eks/",
    b"/aws/rds/instance/",
    b"/aws/rds/cluster/",
    b"/aws/vendedlogs/",
    b"/",
];
