//! Public IPv4 addresses. Versions of software have the same form, so the text around one must show that it is an
//! address.

use std::ops::Range;

use crate::catalog::{Check, Edge};
use crate::near;
use crate::near::is_any;
use crate::scan::address;
use crate::scan::check;
use crate::scan::edge;
use crate::scan::name;
use crate::scan::words::{Fragments, Words, words};

/// Maximum bytes of an address.
const ADDRESS_MAX: usize = 15;
/// Points in it.
const POINTS: usize = 3;
/// Bytes of its line before and after it that are looked at.
const REACH: usize = 96;
/// Bytes between an address and another in the next column.
const GAP_MAX: usize = 8;
/// Minimum digits of an address that is recognised by itself: versions have fewer.
const DIGITS_MIN: usize = 9;

/// Methods of HTTP.
static METHODS: Words = words!("GET|HEAD|POST|PUT|DELETE|OPTIONS|PATCH|CONNECT");

/// A public address with the text around it.
struct Place<'t> {
    text: &'t [u8],
    range: Range<usize>,
    /// The text before it and after it on its line.
    before: &'t [u8],
    behind: &'t [u8],
    /// The name of the member whose text begins with it.
    member: Option<&'t str>,
}

/// Reports the public addresses of a text that is the member `key` of a document.
pub(crate) fn addresses(key: Option<&str>, text: &[u8], mut found: impl FnMut(Range<usize>)) {
    let (mut at, mut last) = (0, 0);
    while let Some(dot) = near::one(b'.', text.get(at..).unwrap_or_default()).map(|dot| at + dot) {
        at = dot + 1;
        let Some(range) = around(text, dot) else { continue };
        at = range.end;
        let place = Place::new(text, range, key);
        if place.could_be() && (place.joins(last) || place.is_meant()) {
            last = place.range.end;
            found(place.range);
        }
    }
}

/// Returns whether four numbers with points between them stand in a text, which all addresses have.
pub(crate) fn has_quads(text: &[u8]) -> bool {
    let mut at = 0;
    while let Some(dot) = near::one(b'.', text.get(at..).unwrap_or_default()).map(|dot| at + dot) {
        at = dot + 1;
        let rest = text.get(at..text.len().min(at + ADDRESS_MAX + 1)).unwrap_or_default();
        if rest.first().is_some_and(u8::is_ascii_digit) && edge::previous(text, dot).is_some_and(|b| b.is_ascii_digit())
        {
            let run = rest.iter().take_while(|b| b.is_ascii_digit() || **b == b'.');
            if run.filter(|b| **b == b'.').count() + 1 >= POINTS {
                return true;
            }
        }
    }
    false
}

/// The dotted decimals whose first point stands at `dot`, if they are a public address.
fn around(text: &[u8], dot: usize) -> Option<Range<usize>> {
    // Most points end a sentence, or stand in a name.
    text.get(dot + 1).filter(|next| next.is_ascii_digit())?;
    let head = text.get(dot.saturating_sub(4)..dot).filter(|head| head.last().is_some_and(u8::is_ascii_digit))?;
    let start = dot - head.iter().rev().take_while(|b| b.is_ascii_digit()).count();
    let rest = text.get(start..)?;
    let len = rest.iter().take(ADDRESS_MAX + 1).take_while(|b| b.is_ascii_digit() || **b == b'.').count();
    let run = rest.get(..len).filter(|run| run.iter().filter(|b| **b == b'.').count() >= POINTS)?;
    // A point at the end is that of a sentence, and a fifth number may be a port: the edge decides.
    let end = run.iter().enumerate().filter(|(_, b)| **b == b'.').map(|(at, _)| at).nth(POINTS).unwrap_or(len);
    let fits = start < dot && rest.get(..end).is_some_and(|value| check::passes(Check::PublicIp, value));
    fits.then_some(start..start + end)
}

impl<'t> Place<'t> {
    fn new(text: &'t [u8], range: Range<usize>, key: Option<&'t str>) -> Self {
        let head = text.get(range.start.saturating_sub(REACH)..range.start).unwrap_or_default();
        let tail = text.get(range.end..text.len().min(range.end + REACH)).unwrap_or_default();
        let before = head.rsplit(|b| *b == b'\n').next().unwrap_or_default();
        let behind = tail.split(|b| *b == b'\n').next().unwrap_or_default();
        let member = key.filter(|_| head.len() < REACH && head.trim_ascii().is_empty());
        Self { text, range, before, behind, member }
    }

    /// Returns whether nothing that touches it makes it a version or a part of a longer number.
    fn could_be(&self) -> bool {
        let Range { start, end } = self.range;
        let operator =
            matches!(self.before, [.., b'=' | b'<' | b'>' | b'~' | b'!', b'='] | [.., b'^' | b'~' | b'+' | b'#']);
        let path = matches!(self.before, [.., b'/']) && !self.before.ends_with(b"//");
        // The second half of a range is fine, a release after a hyphen is not.
        let release = matches!(self.behind, [b'-', b'0'..=b'9', ..]) && next_address(self.behind).is_none();
        let file = matches!(self.behind, [b'.', next, ..] if next.is_ascii_alphabetic());
        edge::holds(Edge::Ip, self.text, start, end)
            && !(operator || path || release || file || matches!(self.behind, [b'+' | b'~', ..]))
            && address::is_meant(self.text, &self.range)
            && !self.member.is_some_and(|member| VERSIONS.are_in(member.as_bytes()))
    }

    /// Returns whether it stands in the column after an address, the last of which ended at `last`.
    fn joins(&self, last: usize) -> bool {
        let gap = self.text.get(last..self.range.start).unwrap_or_default();
        last > 0 && gap.len() <= GAP_MAX && gap.iter().all(|b| is_gap(*b) || b.is_ascii_digit() || *b == b':')
    }

    fn is_meant(&self) -> bool {
        self.has_port()
            || self.is_host()
            || self.is_beside_private()
            || self.leads_line()
            || self.is_named()
            || self.follows_time()
            || self.precedes_method()
            || self.tells_itself()
    }

    /// `203.0.113.5 GET /index.html`, with a tab in CloudFront's logs: the address of a client.
    fn precedes_method(&self) -> bool {
        let [b' ' | b'\t', request @ ..] = self.behind else { return false };
        let request = request.strip_prefix(b"\"").unwrap_or(request);
        let method = request.iter().take_while(|b| b.is_ascii_uppercase()).count();
        matches!(request.get(method), Some(b' ' | b'\t')) && METHODS.has(request.get(..method).unwrap_or_default())
    }

    /// `:443`, `.443: `, `/24`, ` port 22`.
    fn has_port(&self) -> bool {
        let digits = |rest: &[u8]| rest.iter().take(6).take_while(|b| b.is_ascii_digit()).count();
        match self.behind {
            [b':', rest @ ..] => (2..=5).contains(&digits(rest)),
            [b'/', rest @ ..] => {
                let length = rest.get(..digits(rest)).and_then(|length| std::str::from_utf8(length).ok()?.parse().ok());
                length.is_some_and(|length: u8| (8..=32).contains(&length))
                    && rest.get(digits(rest)).is_none_or(|b| !b.is_ascii_alphanumeric() && !is_any(b"./-_", b))
            }
            // Of a port; a section has fewer.
            [b'.', rest @ ..] => (2..=5).contains(&digits(rest)),
            behind => behind.strip_prefix(b")").unwrap_or(behind).starts_with(b" port "),
        }
    }

    /// `https://54.180.12.34/x`, `ssh ubuntu@54.180.12.34`, `db.acme.com (54.180.12.34)`, `([54.180.12.34])`.
    fn is_host(&self) -> bool {
        let word = |head: &[u8]| head.iter().rev().take_while(|b| !b.is_ascii_whitespace()).count();
        match self.before {
            [.., b'/', b'/'] => true,
            [head @ .., b'@'] => {
                let login = head.get(head.len() - word(head)..).unwrap_or_default();
                LOGINS.has(login.rsplit(|b| !b.is_ascii_alphanumeric() && *b != b'-').next().unwrap_or_default())
                    || login.windows(3).any(|sign| sign == b"://")
                    || COMMANDS.are_in(head)
            }
            [head @ .., b' ', b'('] => {
                let host = head.get(head.len() - word(head)..).unwrap_or_default();
                host.contains(&b'.') && host.iter().any(u8::is_ascii_alphabetic)
            }
            [.., b'(', b'['] => self.behind.starts_with(b"])"),
            _ => false,
        }
    }

    /// Returns whether a private address stands in the column before or after.
    fn is_beside_private(&self) -> bool {
        let private = |address: Option<[u8; 4]>| address.is_some_and(check::is_private);
        private(next_address(self.behind)) || private(previous_address(self.before))
    }

    /// Returns whether the time of a server's log stands in front of it: `[06/Feb/2026:00:00:38 +0000] 54.180.12.34`.
    fn follows_time(&self) -> bool {
        let zone = self.before.strip_suffix(b"] ").and_then(|head| head.last_chunk::<6>());
        zone.is_some_and(|zone| matches!(zone, [b' ', b'+' | b'-', rest @ ..] if rest.iter().all(u8::is_ascii_digit)))
    }

    /// A line of a server's log, of known hosts, of a table of hosts.
    fn leads_line(&self) -> bool {
        let next = self.behind.trim_ascii_start();
        let word = next.split(|b| b.is_ascii_whitespace()).next().unwrap_or_default();
        let host = word
            .windows(3)
            .any(|part| matches!(part, [a, b'.', b] if a.is_ascii_alphanumeric() && b.is_ascii_alphabetic()));
        let key = word.starts_with(b"ssh-") || word.starts_with(b"ecdsa-");
        let log = next.starts_with(b"- ") && next.contains(&b'[');
        self.before.trim_ascii().is_empty() && next.len() < self.behind.len() && (host || key || log)
    }

    /// `PublicIp: `, `source=`, `X-Forwarded-For: `, `서버 `, `from `.
    fn is_named(&self) -> bool {
        let name = self.member.map_or_else(|| name_before(self.text, self.range.start), str::as_bytes);
        let last = last_word(name);
        NAMES.has(last)
            || NAME_PARTS.are_in(name)
            // `</a>` is no word.
            || DIRECTIONS.has(last)
                && !self.before.ends_with(b">")
                && self.range.len() >= DIRECTED_MIN
                && !self.is_about_versions()
    }

    /// Returns whether its numbers are larger than those of versions, where nothing speaks of one.
    fn tells_itself(&self) -> bool {
        let value = self.text.get(self.range.clone()).unwrap_or_default();
        let digits = value.iter().filter(|b| b.is_ascii_digit()).count();
        let separate =
            self.before.last().is_none_or(|b| b.is_ascii_whitespace() || is_any(b"\"'`([,|=:;\\", b) || !b.is_ascii());
        let zero = value.split(|b| *b == b'.').any(|octet| octet == b"0");
        let alone = !matches!(self.behind, [b'/', ..]);
        digits >= DIGITS_MIN && !zero && separate && alone && !self.is_about_versions()
    }

    fn is_about_versions(&self) -> bool {
        VERSIONS.are_in(self.before) || VERSIONS.are_in(self.behind)
    }
}

/// Bytes of an address behind a word of direction: `from 5.2.3.3` is a section or a version.
const DIRECTED_MIN: usize = 8;

/// Users with whom people log in to machines.
static LOGINS: Words = words!("ec2-user|ubuntu|root|admin|centos|debian|fedora|rocky|bitnami|administrator|git");

/// Commands that take a host after a user.
static COMMANDS: Fragments = Fragments::new("ssh|scp|sftp|rsync");

/// The last word of a name whose value is an address.
static NAMES: Words = words!(
    "\
    ip|ips|ipv4|ipaddr|ipaddress|addr|addrs|address|addresses|saddr|daddr|laddr|raddr|host|hosts|hostname|server|servers|\
    peer|peers|src|dst|dest|client|remote|rhost|lhost|eip|cidr|cidrs|bastion|gateway|gw|endpoint|upstream|nameserver|\
    resolver|dns|ping|ssh|scp|telnet|curl|wget|nmap|traceroute|whois|nslookup|router|proxy|listen|listening|bind|connect"
);

/// Words of which the same holds unless their line is about versions.
static DIRECTIONS: Words = words!(
    "\
    from|to|via|at|on|for|with|source|destination|target|origin|node|nodes|machine|instance|box|vm|allow|deny|block|\
    blocked|banned|ban|trying|connecting|connected|reach|a"
);

/// Fragments of names whose value is an address, in languages that put words together.
static NAME_PARTS: Fragments =
    Fragments::new("forwarded|주소|서버|아이피|호스트|게이트웨이|에서|アドレス|サーバ|地址|服务器");

/// Fragments of words by which a line is about versions.
static VERSIONS: Fragments = Fragments::new(
    "\
    version|upgrad|downgrad|releas|updat|bump|build|install|changelog|package|driver|firmware|patch|library|sdk|\
    chrome|merged|revert|kernel|linux|backport|roll v|capabilities|버전|업그레이드|업데이트|릴리스|설치|バージョン|版本",
);

/// Returns the name in front of a value: the text to the left of its sign, its quotation marks and a verb.
fn name_before(text: &[u8], start: usize) -> &[u8] {
    let head = text.get(start.saturating_sub(REACH)..start).unwrap_or_default();
    let head = trim_signs(head);
    let verb = ["is", "at", "was", "are"].iter().find_map(|verb| {
        let rest = head.strip_suffix(verb.as_bytes())?;
        rest.last().is_some_and(|b| *b == b' ').then_some(rest)
    });
    let head = verb.map_or(head, trim_signs);
    let len = head.iter().rev().take_while(|b| name::in_name(**b) || !b.is_ascii()).count();
    head.get(head.len() - len..).unwrap_or_default()
}

fn trim_signs(head: &[u8]) -> &[u8] {
    let signs = head.iter().rev().take_while(|b| b.is_ascii_whitespace() || is_any(b"\"'`\\=:>([{|*-", b)).count();
    head.get(..head.len() - signs).unwrap_or_default()
}

/// `Address` of `sourceIPAddress`, `ip` of `client_ip`, the whole of `IP`.
fn last_word(name: &[u8]) -> &[u8] {
    let word = name.rsplit(|b| matches!(b, b'_' | b'-' | b'.')).next().unwrap_or_default();
    let small = word.iter().rev().take_while(|b| !b.is_ascii_uppercase()).count();
    let camel = word.len().saturating_sub(small + 1);
    if small == 0 { word } else { word.get(camel..).unwrap_or_default() }
}

fn is_gap(byte: u8) -> bool {
    byte.is_ascii_whitespace() || is_any(b",;|>-", &byte)
}

/// The address that follows in the next column.
fn next_address(behind: &[u8]) -> Option<[u8; 4]> {
    let port = match behind {
        [b':', rest @ ..] => 1 + rest.iter().take(5).take_while(|b| b.is_ascii_digit()).count(),
        _ => 0,
    };
    let rest = behind.get(port..)?;
    let rest = rest.get(rest.iter().take(GAP_MAX).take_while(|b| is_gap(**b)).count()..)?;
    let len = rest.iter().take(ADDRESS_MAX).take_while(|b| b.is_ascii_digit() || **b == b'.').count();
    check::address(rest.get(..len)?)
}

/// The address that stands in the column before.
fn previous_address(before: &[u8]) -> Option<[u8; 4]> {
    let gap = before.iter().rev().take(GAP_MAX).take_while(|b| is_gap(**b)).count();
    let rest = before.get(..before.len() - gap)?;
    let len = rest.iter().rev().take(ADDRESS_MAX).take_while(|b| b.is_ascii_digit() || **b == b'.').count();
    check::address(rest.get(rest.len() - len..)?)
}
