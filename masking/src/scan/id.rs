//! Ids of the form `prefix-tail`, found at their hyphens.

use std::collections::HashMap;
use std::ops::Range;

use crate::catalog::KindId;
use crate::catalog::{Class, Edge, Tail};
use crate::scan::check;
use crate::scan::edge;
use crate::scan::words::Bytes;
use crate::scan::wrapped;

/// Prefixes with their tails.
#[derive(Debug, Default)]
pub(crate) struct Ids {
    prefixes: HashMap<&'static str, Vec<(KindId, &'static Tail)>>,
    /// The lengths of the prefixes that begin with a byte, one bit for each length: most words are not a prefix, which
    /// this tells without a look into the table.
    lengths: Vec<u64>,
    /// The bytes that they end with.
    lasts: Bytes,
    /// The kind of ids whose prefix is in no table.
    pub(crate) other: Option<KindId>,
}

/// The longest prefix with its hyphens, `ipam-ext-res-ver-tkn`, with room for those to come.
const PREFIX_MAX: usize = 40;
/// The longest end of an escape sequence that may be glued to a prefix: `u001b` and the text after it.
const ESCAPE_MAX: usize = 6;
/// Hexadecimal digits of an id of today.
const MODERN_LEN: usize = 17;
/// Hexadecimal digits of an id of the old form.
const LEGACY_LEN: usize = 8;
/// The longest first group of a tail.
const TAIL_MAX: usize = 64;

impl Ids {
    pub(crate) fn insert(&mut self, prefixes: &'static str, kind: KindId, tail: &'static Tail) {
        for prefix in prefixes.split('|') {
            self.prefixes.entry(prefix).or_default().push((kind, tail));
            self.lengths.resize(usize::from(u8::MAX) + 1, 0);
            let lengths = prefix.bytes().next().and_then(|first| self.lengths.get_mut(usize::from(first)));
            lengths.into_iter().for_each(|lengths| *lengths |= 1 << prefix.len().min(PREFIX_MAX));
            let last = prefix.bytes().last().unwrap_or_default();
            [last, last.to_ascii_uppercase()].into_iter().for_each(|last| self.lasts.add(last..=last));
        }
    }

    /// The ids whose hyphens stand in a part of a text.
    pub(crate) fn find(&self, text: &[u8], part: Range<usize>, mut found: impl FnMut(Range<usize>, KindId)) {
        let hyphens = memchr::memchr_iter(b'-', text.get(part.clone()).unwrap_or_default());
        for hyphen in hyphens.map(|hyphen| part.start + hyphen) {
            let id = self.at(text, hyphen);
            if let Some((start, end, kind)) = id {
                found(start..end, kind);
            }
            // One of the old form may be the beginning of one of the modern form.
            match id {
                Some((_, end, _)) if end != hyphen + 1 + LEGACY_LEN => {}
                _ => self.wrapped(text, hyphen).into_iter().flatten().for_each(|(part, kind)| found(part, kind)),
            }
        }
    }

    fn at(&self, text: &[u8], hyphen: usize) -> Option<(usize, usize, KindId)> {
        let rest = text.get(hyphen + 1..)?;
        // Few prefixes end in a digit, as the years and months of dates do.
        let listed = edge::previous(text, hyphen).is_some_and(|last| self.lasts.has(last));
        let modern = || rest.starts_with(b"0") && rest.get(MODERN_LEN - 1).is_some_and(u8::is_ascii_hexdigit);
        if !listed && !modern() {
            return None;
        }
        let tail = rest.get(..rest.iter().take(TAIL_MAX).take_while(|b| b.is_ascii_alphanumeric()).count())?;
        // Every tail has a digit but for one in a million; most words after a hyphen have none.
        if !tail.iter().any(u8::is_ascii_digit) {
            return None;
        }
        let head = text.get(hyphen.saturating_sub(PREFIX_MAX)..hyphen)?;
        let run = head.iter().rev().take_while(|b| b.is_ascii_alphanumeric() || **b == b'-').count();
        let first = hyphen - run;
        let escaped = edge::word_start(text, first, hyphen.min(first + ESCAPE_MAX)) - first;
        (escaped..run)
            .map(|skip| first + skip)
            .filter(|at| *at == first + escaped || starts_word(text, *at))
            .find_map(|start| self.listed(text, start, hyphen))
            .or_else(|| self.unlisted(text, first + escaped, hyphen, tail))
            // `\\fs-0abc…` may be a share as well as an escape.
            .or_else(|| (escaped > 0).then(|| self.listed(text, first, hyphen)).flatten())
    }

    fn listed(&self, text: &[u8], start: usize, hyphen: usize) -> Option<(usize, usize, KindId)> {
        let prefix = text.get(start..hyphen)?;
        let first = prefix.first()?.to_ascii_lowercase();
        let lengths = self.lengths.get(usize::from(first))?;
        let prefix = Some(prefix).filter(|prefix| lengths >> prefix.len().min(PREFIX_MAX) & 1 == 1)?;
        if prefix.iter().any(u8::is_ascii_uppercase) {
            return self.capitals(text, start, hyphen);
        }
        let tails = self.prefixes.get(std::str::from_utf8(prefix).ok()?)?;
        tails.iter().find_map(|(kind, tail)| Some((start, tail_end(tail, text, start, hyphen + 1)?, *kind)))
    }

    /// An id of the modern form that goes over the end of its line, in two parts.
    fn wrapped(&self, text: &[u8], hyphen: usize) -> Option<[(Range<usize>, KindId); 2]> {
        let rest = text.get(hyphen + 1..)?;
        let len = rest.iter().take(MODERN_LEN).take_while(|b| Class::Hex.has(**b)).count();
        // A hyphen is rarely near the end of its line: most are not looked at any further.
        if len == MODERN_LEN || !rest.get(len..).is_some_and(wrapped::ends_line) {
            return None;
        }
        let head = text.get(hyphen.saturating_sub(PREFIX_MAX)..hyphen)?;
        let first = hyphen - head.iter().rev().take_while(|b| b.is_ascii_lowercase() || **b == b'-').count();
        let prefix = text.get(first..hyphen).and_then(|prefix| std::str::from_utf8(prefix).ok())?;
        let tails = self.prefixes.get(prefix)?;
        let modern = |tail: &Tail| matches!(tail, Tail::Hex17 | Tail::Hex | Tail::ZeroHex17);
        let kind = tails.iter().find(|(_, tail)| modern(tail)).map(|(kind, _)| *kind)?;
        let part = first..hyphen + 1 + len;
        let other = wrapped::digits(text, &part, MODERN_LEN - len)?;
        edge::left(Edge::Word, text, first).then_some([(part, kind), (other, kind)])
    }

    /// `I-0ABC1234DEF567890`, as a spreadsheet or an inventory writes it: only in the modern form.
    fn capitals(&self, text: &[u8], start: usize, hyphen: usize) -> Option<(usize, usize, KindId)> {
        let prefix = text.get(start..hyphen)?.to_ascii_lowercase();
        let tails = self.prefixes.get(std::str::from_utf8(&prefix).ok()?)?;
        let end = hyphen + 1 + MODERN_LEN;
        let tail = text.get(hyphen + 1..end)?;
        let modern = tail.iter().all(u8::is_ascii_hexdigit) && !tail.iter().any(u8::is_ascii_lowercase);
        let fits = |tail: &Tail| match tail {
            Tail::Hex17 | Tail::Hex => modern,
            Tail::ZeroHex17 => modern && text.get(hyphen + 1) == Some(&b'0'),
            _ => false,
        };
        let kind = tails.iter().find(|(_, tail)| fits(tail)).map(|(kind, _)| *kind)?;
        edge::holds(Edge::Word, text, start, end).then_some((start, end, kind))
    }

    /// AWS adds prefixes; 17 hexadecimal digits that begin with 0 show an id of today whatever its prefix.
    fn unlisted(&self, text: &[u8], start: usize, hyphen: usize, tail: &[u8]) -> Option<(usize, usize, KindId)> {
        let kind = self.other?;
        // `${ID:-vbs-0abc…}`, `-vbs-0abc…` of a diff
        let start = start + usize::from(text.get(start) == Some(&b'-'));
        let prefix = text.get(start..hyphen)?;
        let plausible = prefix.first().is_some_and(u8::is_ascii_lowercase)
            && prefix.iter().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || *b == b'-')
            && !prefix.ends_with(b"-");
        let end = hyphen + 1 + tail.len();
        let modern = tail.len() == 17 && tail.first() == Some(&b'0') && tail.iter().all(|b| Class::Hex.has(*b));
        (plausible && modern && edge::holds(Edge::Word, text, start, end)).then_some((start, end, kind))
    }
}

fn starts_word(text: &[u8], at: usize) -> bool {
    edge::previous(text, at).is_none_or(|b| b == b'-' || !b.is_ascii_alphanumeric())
}

fn tail_end(tail: &Tail, text: &[u8], start: usize, from: usize) -> Option<usize> {
    let run = |class: Class, max: usize| {
        text.get(from..).unwrap_or_default().iter().take(max + 1).take_while(|b| class.has(**b)).count()
    };
    let (len, edge) = match tail {
        Tail::Hex17 => ((run(Class::Hex, 17) == 17).then_some(17)?, Edge::Word),
        Tail::ZeroHex17 => ((text.get(from) == Some(&b'0') && run(Class::Hex, 17) == 17).then_some(17)?, Edge::Word),
        Tail::Hex => match run(Class::Hex, 17) {
            17 => (17, Edge::Word),
            8 if check::has_digit(text.get(from..from + 8)?) => (8, Edge::Legacy),
            _ => return None,
        },
        Tail::Run(class, lengths, check) => {
            let len = run(*class, *lengths.end());
            let value = text.get(from..from + len)?;
            (lengths.contains(&len) && check::passes(*check, value)).then_some((len, Edge::Compound))?
        }
        Tail::Uuid => (uuid_len(text.get(from..)?)?, Edge::Compound),
        Tail::Address => {
            let is_private = |address| check::is_private(address) || check::is_cgnat(address);
            let len = address_len(text.get(from..)?, is_private)?;
            // `kube-proxy-ip-10-0-1-17`: a pod that is named after its node.
            let named = text.get(start..).is_some_and(|rest| rest.starts_with(b"ip-"));
            let whole = edge::left(Edge::Word, text, start) && edge::right(Edge::Compound, text, from + len);
            if named && whole {
                return Some(from + len);
            }
            (len, Edge::Compound)
        }
        Tail::PublicAddress => (address_len(text.get(from..)?, check::is_public)?, Edge::Compound),
    };
    edge::holds(edge, text, start, from + len).then_some(from + len)
}

fn uuid_len(text: &[u8]) -> Option<usize> {
    let uuid = text.get(..36)?;
    let fits = uuid.iter().enumerate().all(|(at, byte)| match at {
        8 | 13 | 18 | 23 => *byte == b'-',
        _ => Class::Hex.has(*byte),
    });
    fits.then_some(36)
}

/// `10-0-1-17`, as in the host name `ip-10-0-1-17`.
fn address_len(text: &[u8], meant: impl Fn([u8; 4]) -> bool) -> Option<usize> {
    let len = text.iter().take(16).take_while(|b| b.is_ascii_digit() || **b == b'-').count();
    let len = len - text.get(..len)?.iter().rev().take_while(|b| **b == b'-').count();
    let dotted = text.get(..len)?.iter().map(|b| if *b == b'-' { b'.' } else { *b }).collect::<Vec<_>>();
    check::address(&dotted).is_some_and(meant).then_some(len)
}
