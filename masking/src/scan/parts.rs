//! The parts of a value: each name of a thing gets a placeholder of its own, and the text around the names stays
//! readable.
//!
//! A value is found as a whole, so that nothing of it is missed. It is written by its parts: `acme-task:12` as
//! `AWS_ECS_TASK_…:12`, `app/web/50dc6c495c0c9188` as `app/AWS_ELB_…/AWS_ELB_…`, so that the version, the sort of load
//! balancer, and that a listener belongs to it, can still be reasoned about. Only words of AWS's own, numbers of
//! versions and dates stay. A value without such parts is one part.

use std::ops::Range;

use crate::catalog::{Kind, KindId};
use crate::placeholder::{Mint, identity};
use crate::scan::Scanner;
use crate::scan::words::{Words, words};

/// A part of a value that gets a placeholder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part<'s> {
    /// Its bytes in the value.
    pub range: Range<usize>,
    /// The kind of the part, which may not be that of the value.
    pub kind: KindId,
    /// The word in its placeholder.
    pub label: &'s str,
    /// True if its label is that of its kind.
    own: bool,
}

impl Part<'_> {
    /// Returns whether it is all of a value, and written as such.
    pub(crate) fn is_whole(&self, value: &str) -> bool {
        self.is_named() && self.range == (0..value.len())
    }

    /// Returns whether it is a name of its kind, which may stand alone elsewhere.
    pub(crate) fn is_named(&self) -> bool {
        self.own
    }
}

/// A part before its kind is looked up; `None` is the kind of the value itself, or its label.
struct Named {
    range: Range<usize>,
    kind: Option<&'static str>,
    label: Option<&'static str>,
}

impl Named {
    fn own(range: Range<usize>) -> Self {
        Self { range, kind: None, label: None }
    }

    fn labelled(range: Range<usize>, label: &'static str) -> Self {
        Self { range, kind: None, label: Some(label) }
    }
}

impl Scanner {
    /// The parts of a value of this kind that are replaced, in order. Everything between them stays.
    pub fn parts(&self, kind: KindId, value: &str) -> Vec<Part<'_>> {
        let named = self.form(kind).named(value);
        let named = if named.is_empty() { vec![Named::own(0..value.len())] } else { named };
        let part = |Named { range, kind: other, label }| {
            let kind = other.and_then(|other| self.kind_id(other)).unwrap_or(kind);
            let Kind { label: own, .. } = self.kind(kind);
            Part { range, kind, label: label.unwrap_or(own), own: label.is_none() }
        };
        named.into_iter().map(part).collect()
    }

    /// Returns whether every value of this kind is one part.
    pub(crate) fn is_undivided(&self, kind: KindId) -> bool {
        self.form(kind) == Form::Whole
    }

    fn form(&self, kind: KindId) -> Form {
        self.forms.get(kind.index()).copied().unwrap_or(Form::Whole)
    }

    /// A value of this kind with a placeholder in place of each of its parts.
    pub fn masked(&self, mint: &Mint, kind: KindId, value: &str) -> String {
        let (mut masked, mut at) = (String::new(), 0);
        for Part { range, kind, label, .. } in self.parts(kind, value) {
            masked.push_str(value.get(at..range.start).unwrap_or_default());
            let part = value.get(range.clone()).unwrap_or_default();
            masked.push_str(mint.placeholder(&self.kind(kind).id, label, part).as_str());
            at = range.end;
        }
        masked + value.get(at..).unwrap_or_default()
    }
}

/// What the values of a kind consist of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// Each is one part.
    Whole,
    RdsEndpoint,
    RedshiftEndpoint,
    EksEndpoint,
    EndpointHost,
    HostOfAddress,
    LoadBalancer,
    Principal,
    EcsResource,
    Versioned,
    Path,
    Table,
    LogGroup,
    Account,
}

impl Form {
    /// The form of the kind with this id.
    pub(crate) fn of(kind: &str) -> Self {
        match kind {
            "rds_endpoint" => Self::RdsEndpoint,
            "redshift_endpoint" => Self::RedshiftEndpoint,
            "eks_endpoint" => Self::EksEndpoint,
            "vpce_dns" => Self::EndpointHost,
            "ec2_private_dns" => Self::HostOfAddress,
            "elb_name" => Self::LoadBalancer,
            "iam_role" | "iam_user" | "iam_group" | "iam_policy" => Self::Principal,
            "ecs_task" | "ecs_service" => Self::EcsResource,
            "lambda_function" | "state_machine" => Self::Versioned,
            "cfn_stack" | "msk_cluster" | "eks_cluster" => Self::Path,
            "dynamodb_table" => Self::Table,
            "log_group" => Self::LogGroup,
            "account_id" => Self::Account,
            _ => Self::Whole,
        }
    }

    fn named(self, value: &str) -> Vec<Named> {
        match self {
            Self::Whole => Vec::new(),
            Self::RdsEndpoint => endpoint(value, identity::RDS_DOMAIN),
            Self::RedshiftEndpoint => endpoint(value, identity::REDSHIFT_DOMAIN),
            Self::EksEndpoint => value.split_once('.').map(|(id, _)| Named::own(0..id.len())).into_iter().collect(),
            Self::EndpointHost => endpoint_host(value),
            Self::HostOfAddress => host_of_address(value),
            Self::LoadBalancer if value.contains(['/', '%']) => {
                segments(value).filter(|part| !is_sort(part, value)).map(own).collect()
            }
            Self::LoadBalancer => load_balancer_host(value),
            Self::Principal => principal(value),
            Self::EcsResource => segments(value).filter(|part| !is_version(part, value)).map(of_cluster).collect(),
            Self::Versioned => segments(value).filter(|part| !is_version(part, value)).map(own).collect(),
            Self::Path => segments(value).map(own).collect(),
            Self::Table => segments(value).filter(|part| !is_of_table(part, value)).map(own).collect(),
            Self::LogGroup => log_stream(value),
            Self::Account => match value.get(ACCOUNT_GROUP..=ACCOUNT_GROUP) {
                Some("-") => vec![Named::labelled(0..value.len(), identity::ACCOUNT_HYPHENS)],
                Some(" ") => vec![Named::labelled(0..value.len(), identity::ACCOUNT_BLANKS)],
                _ => Vec::new(),
            },
        }
    }
}

/// Digits of an account in front of a hyphen or a blank.
const ACCOUNT_GROUP: usize = 4;

/// A stretch of a resource between two separators.
struct Segment {
    range: Range<usize>,
    place: Place,
}

/// The position of a segment.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Only,
    /// Others follow; between this one and the next there is a slash or not.
    First {
        slash: bool,
    },
    Later,
}

fn own(segment: Segment) -> Named {
    Named::own(segment.range)
}

/// `orders.cluster-ro-c9akciq32xyz`: the name, the role of the endpoint, and the hash of account and region under which
/// its databases lie.
fn endpoint(value: &str, domain: &'static str) -> Vec<Named> {
    let Some((name, rest)) = value.split_once('.') else { return Vec::new() };
    let hash = rest.rfind(['-', '.']).map_or(0, |at| at + 1);
    vec![Named::own(0..name.len()), Named::labelled(name.len() + 1 + hash..value.len(), domain)]
}

/// `node-10-0-1-7`, `ip_10_0_1_7`, `7.1.0.10`: the address in the name of a host. The names that EC2 gives are one
/// part.
fn host_of_address(value: &str) -> Vec<Named> {
    let forms = [('-', identity::HYPHENS), ('_', identity::UNDERSCORES), ('.', identity::REVERSED)];
    let start = value.find(|c: char| c.is_ascii_digit()).filter(|_| !value.starts_with("ip-")).unwrap_or(value.len());
    let address = value.get(start..).unwrap_or_default();
    let form = forms.into_iter().find(|(sign, _)| identity::octets(address, *sign).is_some());
    form.map(|(_, label)| Named::labelled(start..value.len(), label)).into_iter().collect()
}

/// `vpce-0f89a33420c1931d7-bluzidnv`: the endpoint's id, and a suffix that makes its host's name unique.
fn endpoint_host(value: &str) -> Vec<Named> {
    let prefix = ["vpce-svc-", "vpce-"].into_iter().find(|prefix| value.starts_with(prefix)).map_or(0, str::len);
    let id = value.get(prefix..).and_then(|rest| rest.find('-')).map_or(value.len(), |at| prefix + at);
    let endpoint = Named { range: 0..id, kind: Some("vpc_endpoint"), label: None };
    let host = (id < value.len()).then(|| Named::own(id + 1..value.len()));
    [endpoint].into_iter().chain(host).collect()
}

/// `internal-web-1881996775` and `web-5d1b75f4f1cee11e`: the name, and a suffix that makes it unique.
fn load_balancer_host(value: &str) -> Vec<Named> {
    let start = ["internal-", "dualstack."].into_iter().find(|sort| value.starts_with(sort)).map_or(0, str::len);
    match value.rfind('-').filter(|end| *end > start) {
        Some(end) => vec![Named::own(start..end), Named::own(end + 1..value.len())],
        None => Vec::new(),
    }
}

/// `team/deploy`: a path and a name, by which alone a session names the role that it assumed.
fn principal(value: &str) -> Vec<Named> {
    let segments: Vec<Segment> = segments(value).collect();
    match segments.as_slice() {
        [.., last_but_one, last] => {
            let path = Named::labelled(0..last_but_one.range.end, identity::IAM_PATH);
            vec![path, Named::own(last.range.clone())]
        }
        _ => Vec::new(),
    }
}

/// `prod/checkout` and `prod/0a1b2c…`: a service and a task stand under the cluster that they run in.
fn of_cluster(segment: Segment) -> Named {
    let cluster = (segment.place == Place::First { slash: true }).then_some("ecs_cluster");
    Named { range: segment.range, kind: cluster, label: None }
}

/// `name:log-stream:stream`
fn log_stream(value: &str) -> Vec<Named> {
    const WORD: &str = ":log-stream:";
    match value.split_once(WORD) {
        Some((name, stream)) => {
            let dated = stream.bytes().all(|b| b.is_ascii_digit() || b == b'/');
            let stream = (!dated).then(|| Named::own(name.len() + WORD.len()..value.len()));
            [Named::own(0..name.len())].into_iter().chain(stream).collect()
        }
        None => Vec::new(),
    }
}

/// The sort of a load balancer: application, network, gateway.
fn is_sort(segment: &Segment, value: &str) -> bool {
    matches!(segment.place, Place::First { .. }) && matches!(text(segment, value), "app" | "net" | "gwy")
}

/// A version, or an alias that only says which one is meant.
fn is_version(segment: &Segment, value: &str) -> bool {
    let text = text(segment, value);
    let number = text.len() <= VERSION_MAX && text.bytes().all(|b| b.is_ascii_digit());
    segment.place == Place::Later && (number || ALIASES.has(text.as_bytes()))
}

/// Digits of a version.
const VERSION_MAX: usize = 8;
static ALIASES: Words = words!(
    "\
    prod|production|prd|live|stage|staging|stg|qa|uat|test|dev|development|sandbox|latest|stable|current|canary|beta|\
    blue|green|active|default|main|release|provisioned|snapstart"
);

/// `orders/index/by-date` and `orders/stream/2015-05-11T21:21:33.291`
fn is_of_table(segment: &Segment, value: &str) -> bool {
    let text = text(segment, value);
    let word = matches!(text, "index" | "stream" | "backup" | "export" | "import");
    let stamp = text.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'-' | b'T' | b'.'));
    segment.place == Place::Later && (word || stamp && value.contains("stream"))
}

fn text<'v>(segment: &Segment, value: &'v str) -> &'v str {
    value.get(segment.range.clone()).unwrap_or_default()
}

/// The segments of a resource that are not empty.
fn segments(value: &str) -> impl Iterator<Item = Segment> + '_ {
    let mut at = 0;
    std::iter::from_fn(move || {
        while at < value.len() && separator_len(value, at) > 0 {
            at += separator_len(value, at);
        }
        let start = at;
        while at < value.len() && separator_len(value, at) == 0 {
            at += 1;
        }
        let slash = !value.get(at..).unwrap_or_default().starts_with([':', '%']) || starts_slash(value, at);
        let place = match (start, at == value.len()) {
            (0, true) => Place::Only,
            (0, false) => Place::First { slash },
            _ => Place::Later,
        };
        (start < at).then_some(Segment { range: start..at, place })
    })
}

fn starts_slash(value: &str, at: usize) -> bool {
    matches!(value.as_bytes().get(at..), Some([b'%', b'2', ..]))
}

/// Bytes of the separator at `at`: a colon or a slash, encoded for a URL, or escaped as properties and JSON do.
fn separator_len(value: &str, at: usize) -> usize {
    let rest = value.as_bytes().get(at..).unwrap_or_default();
    let escapes = rest.iter().take_while(|b| **b == b'\\').count();
    match rest {
        [b':' | b'/', ..] => 1,
        [b'%', b'3', b'A' | b'a', ..] | [b'%', b'2', b'F' | b'f', ..] => 3,
        [b'\\', ..] if matches!(rest.get(escapes), Some(b':' | b'/')) => escapes + 1,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Policy, placeholder};

    /// The replaced text stands between `‹` and `›`.
    #[test]
    fn parts() {
        let scanner = Scanner::new(&Policy::default()).unwrap();
        let cases = [
            ("rds_endpoint", "‹orders›.‹c9akciq32xyz›"),
            ("rds_endpoint", "‹orders›.cluster-ro-‹c9akciq32xyz›"),
            ("rds_endpoint", "‹orders›.endpoint.proxy-‹c9akciq32xyz›"),
            ("redshift_endpoint", "‹mycluster›.‹cmeaswqeuae›"),
            ("eks_endpoint", "‹A1B2C3D4E5F60718293A4B5C6D7E8F90›.gr7"),
            ("vpce_dns", "‹vpce-0f89a33420c1931d7›-‹bluzidnv›"),
            ("vpce_dns", "‹vpce-svc-0f89a33420c1931d7›"),
            ("ec2_private_dns", "‹ip-10-0-1-7›"),
            ("ec2_private_dns", "node-‹10-0-1-7›"),
            ("ec2_private_dns", "ip_‹10_0_1_7›"),
            ("ec2_private_dns", "‹7.1.0.10›"),
            ("ec2_private_dns", "‹1.0.10›"),
            ("elb_name", "app/‹web›/‹50dc6c495c0c9188›/‹f2f7dc8efc522ab2›"),
            ("elb_name", "net%2F‹web›%2F‹50dc6c495c0c9188›"),
            ("elb_name", r"app\/‹web›\/‹50dc6c495c0c9188›"),
            ("elb_name", "‹app›"),
            ("elb_name", "internal-‹web-1›-‹1881996775›"),
            ("elb_name", "‹web›-‹5d1b75f4f1cee11e›"),
            ("lambda_function", "‹acme›:7"),
            ("lambda_function", "‹acme›:live"),
            ("lambda_function", "‹acme›:‹tenant-x›"),
            ("lambda_function", "‹acme›"),
            ("ecs_task", "‹acme-task›:12"),
            ("ecs_task", "‹prod›/‹0a1b2c3d4e5f60718293a4b5c6d7e8f9›"),
            ("ecs_service", "‹prod›/‹checkout›"),
            ("dynamodb_table", "‹orders›/index/‹by-date›"),
            ("dynamodb_table", "‹orders›/stream/2015-05-11T21:21:33.291"),
            ("iam_role", "‹team/a›/‹deploy›"),
            ("log_group", "‹acme-audit›:log-stream:2025/07/01"),
            ("cfn_stack", "‹web›/‹8ff84582-673b-4e85-a3ff-3fbd28da7b16›"),
            ("s3_bucket", "‹acme-logs›"),
            ("account_id", "‹1234-5678-9012›"),
        ];
        for (kind, expected) in cases {
            let value = expected.replace(['‹', '›'], "");
            let mut marked = value.clone();
            for part in scanner.parts(scanner.kind_id(kind).unwrap(), &value).iter().rev() {
                assert!(placeholder::is_label(part.label), "{}", part.label);
                marked.insert(part.range.end, '›');
                marked.insert(part.range.start, '‹');
            }
            assert_eq!(marked, expected, "{kind}");
        }
    }

    #[test]
    fn a_cluster_is_one_wherever_it_stands() {
        let scanner = Scanner::new(&Policy::default()).unwrap();
        let parts = scanner.parts(scanner.kind_id("ecs_service").unwrap(), "prod/checkout");
        let kinds: Vec<_> = parts.iter().map(|part| (&*scanner.kind(part.kind).id, part.label)).collect();
        assert_eq!(kinds, [("ecs_cluster", "ECS"), ("ecs_service", "ECS_SERVICE")]);
        // A colon is the version's.
        let parts = scanner.parts(scanner.kind_id("ecs_task").unwrap(), "prod:x");
        assert!(parts.iter().all(|part| part.label == "ECS_TASK"), "{parts:?}");
    }
}
