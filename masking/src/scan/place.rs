//! Account ids by their place: in the names that AWS and its tools make of them.

use std::ops::Range;

use crate::catalog::{Check, Edge};
use crate::scan::check;
use crate::scan::edge;

const DIGITS: usize = 12;
/// Bytes before an account that tell its place.
const BEFORE_MAX: usize = 48;
/// Bytes of a region's name at the most: `us-isof-southeast-1`.
const REGION_MAX: usize = 20;

/// Reports the accounts that stand in such a place.
pub(crate) fn accounts(text: &[u8], mut found: impl FnMut(Range<usize>)) {
    // One byte of each run of twelve digits stands at a multiple of twelve, so that most bytes are not looked at.
    let mut at = DIGITS - 1;
    while let Some(byte) = text.get(at) {
        if !byte.is_ascii_digit() {
            at += DIGITS;
            continue;
        }
        let digit = |b: &&u8| b.is_ascii_digit();
        let head = text.get(at + 1 - DIGITS..at).unwrap_or_default();
        let start = at - head.iter().rev().take_while(digit).count();
        let end = start + text.get(start..).unwrap_or_default().iter().take(DIGITS + 1).take_while(digit).count();
        let value = text.get(start..end).unwrap_or_default();
        let account = value.len() == DIGITS && check::passes(Check::Account, value) && !is_date(value);
        if account && edge::holds(Edge::Digits, text, start, end) && is_place(text, start, end) {
            found(start..end);
        }
        at = end.max(at + 1) + DIGITS - 1;
    }
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
/// SageMaker and the Elastic Beanstalk), `AWSLogs/471192830564/` (what services deliver to a bucket),
/// `AdministratorAccess-471192830564` and `471192830564_AdministratorAccess` (profiles and contexts of the Identity Center).
fn is_place(text: &[u8], start: usize, end: usize) -> bool {
    let head = text.get(start.saturating_sub(BEFORE_MAX)..start).unwrap_or_default();
    let tail = text.get(end..).unwrap_or_default();
    let region = |name: &[u8]| check::is_region(name) && name.last().is_some_and(u8::is_ascii_digit);
    let joined = matches!(head.last(), Some(b'-' | b'/'));
    let behind = tail.strip_prefix(b"-").filter(|_| joined).is_some_and(|rest| region(region_at(rest)));
    let before = head.strip_suffix(b"-").is_some_and(|head| {
        let len = head.iter().rev().take(REGION_MAX).take_while(|b| b.is_ascii_alphanumeric() || **b == b'-').count();
        let word = head.get(head.len() - len..).unwrap_or_default();
        (0..word.len())
            .filter(|at| *at == 0 || word.get(at - 1) == Some(&b'-'))
            .any(|at| word.get(at..).is_some_and(region))
    });
    let logs = head.ends_with(b"AWSLogs/") || is_organisation(head);
    let profile = head.ends_with(b"Access-")
        || tail.starts_with(b"_AdministratorAccess")
        || tail.starts_with(b"_PowerUserAccess");
    behind || before || logs || profile
}

/// The region that a name goes on with: up to its number.
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
