//! Lines whose form tells their fields: a list of buckets, and the access log of one.

use std::ops::Range;

use memchr::memmem;

use crate::catalog::{Check, Field, KindId};
use crate::scan::check;

/// The kinds of the fields.
#[derive(Debug, Default)]
pub(crate) struct Records {
    pub(crate) bucket: Option<KindId>,
    pub(crate) canonical_id: Option<KindId>,
}

/// Signs of a text that has such lines, besides lines that begin with a time: the command that lists buckets, and the
/// operations that a log names.
pub(crate) const ANCHORS: [&str; 6] = ["s3 ls", " rest.", " soap.", " website.", " batch.delete", " s3."];

/// Bytes of a line by which its form is recognised.
const LINE_MAX: usize = 400;
/// Maximum bytes before the fields of a line: those that a tool puts there.
const PREFIX_MAX: usize = 40;
/// Lines before a list, and their bytes, in which the command that printed it is looked for.
const COMMAND_LINES: usize = 3;
const COMMAND_MAX: usize = 400;

impl Records {
    pub(crate) fn insert(&mut self, kind: KindId, field: Field) {
        match field {
            Field::Bucket => self.bucket = Some(kind),
            Field::CanonicalId => self.canonical_id = Some(kind),
        }
    }

    /// Reports the fields of all lines.
    pub(crate) fn find(&self, text: &[u8], mut found: impl FnMut(Range<usize>, KindId)) {
        let (Some(bucket), Some(canonical_id)) = (self.bucket, self.canonical_id) else { return };
        let mut block: Vec<Range<usize>> = Vec::new();
        let mut start = 0;
        for end in memchr::memchr_iter(b'\n', text).chain([text.len()]) {
            let line = text.get(start..end.min(start + LINE_MAX)).unwrap_or_default();
            if let Some(log) = AccessLog::read(line) {
                found(start + log.bucket.start..start + log.bucket.end, bucket);
                for id in log.canonical_ids() {
                    found(start + id.start..start + id.end, canonical_id);
                }
            }
            match listed(line).filter(|_| end - start < LINE_MAX) {
                Some(name) => block.push(start + name.start..start + name.end),
                None if block.is_empty() => {}
                None => {
                    let names = std::mem::take(&mut block);
                    let names = Some(names).filter(|names| are_buckets(text, names));
                    names.into_iter().flatten().for_each(|name| found(name, bucket));
                }
            }
            start = end + 1;
        }
        let names = Some(block).filter(|names| are_buckets(text, names));
        names.into_iter().flatten().for_each(|name| found(name, bucket));
    }
}

/// Returns whether names that stand in one block of such lines are those of buckets.
fn are_buckets(text: &[u8], names: &[Range<usize>]) -> bool {
    let telling = |name: &&Range<usize>| text.get((*name).clone()).is_some_and(check::is_distinctive);
    // Without its command, a list of one line, or of words, may be a log.
    let alone = names.len() >= 2 && names.iter().filter(telling).count() * 2 > names.len();
    let head = names.first().and_then(|first| text.get(first.start.saturating_sub(COMMAND_MAX)..first.start));
    let lists = |line: &[u8]| memmem::find(line, b"s3 ls").is_some() && memmem::find(line, b"s3://").is_none();
    alone || head.is_some_and(|head| head.rsplit(|b| *b == b'\n').take(COMMAND_LINES + 1).any(lists))
}

/// `2024-05-01 10:11:12 acme-logs`: the name, where the line ends with it.
fn listed(line: &[u8]) -> Option<Range<usize>> {
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    let in_name = |b: &u8| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'-' | b'.');
    let len = line.iter().rev().take(NAME_MAX + 1).take_while(|b| in_name(b)).count();
    let start = line.len() - len;
    if !matches!(line.get(..start), Some([.., b'0'..=b'9', b' '])) {
        return None;
    }
    let time = start.checked_sub(TIME.len()).and_then(|at| line.get(at..start))?;
    let formed = time.iter().zip(TIME).all(|(byte, form)| match form {
        b'0' => byte.is_ascii_digit(),
        form => byte == form,
    });
    let name = line.get(start..)?;
    let edge = |b: Option<&u8>| b.is_some_and(u8::is_ascii_alphanumeric);
    let bucket = (NAME_MIN..=NAME_MAX).contains(&len) && edge(name.first()) && edge(name.last());
    (formed && bucket && start <= TIME.len() + PREFIX_MAX && check::passes(Check::Bucket, name))
        .then_some(start..line.len())
}

/// Bytes of a bucket's name.
const NAME_MIN: usize = 3;
const NAME_MAX: usize = 63;

/// The form of the time before a name.
const TIME: &[u8] = b"0000-00-00 00:00:00 ";

/// The fields of a line in the access log of a bucket. (S3 user guide, "Amazon S3 server access log format")
#[derive(Debug)]
struct AccessLog {
    owner: Range<usize>,
    bucket: Range<usize>,
    requester: Option<Range<usize>>,
}

impl AccessLog {
    /// `79a59d…be acme-logs [06/Feb/2025:00:00:38 +0000] 198.51.100.7 79a59d…be 3E57427F3EXAMPLE REST.GET.OBJECT …`
    fn read(line: &[u8]) -> Option<Self> {
        // Wherever the owner begins, these bytes are some of its digits: most lines are not looked at any further.
        line.get(PREFIX_MAX..CANONICAL_LEN)?.iter().all(u8::is_ascii_hexdigit).then_some(())?;
        let open = memchr::memchr(b'[', line)?;
        let head = line.get(..open)?.strip_suffix(b" ")?;
        let space = memchr::memrchr(b' ', head)?;
        let owner = space.checked_sub(CANONICAL_LEN).filter(|start| *start <= PREFIX_MAX)?..space;
        let close = open + memchr::memchr(b']', line.get(open..)?)?;
        let time = line.get(open..close)?;
        is_canonical(line.get(owner.clone())?).then_some(())?;
        (time.len() == TIME_LEN && time.iter().filter(|b| **b == b'/').count() == 2).then_some(())?;
        let mut fields = line.get(close + 2..)?.split(|b| *b == b' ');
        let address = fields.next()?;
        let requester = fields.next().filter(|field| is_canonical(field));
        let at = close + 2 + address.len() + 1;
        Some(Self { owner, bucket: space + 1..head.len(), requester: requester.map(|id| at..at + id.len()) })
    }

    fn canonical_ids(self) -> impl Iterator<Item = Range<usize>> {
        [Some(self.owner), self.requester].into_iter().flatten()
    }
}

/// Hexadecimal digits of a canonical id.
const CANONICAL_LEN: usize = 64;
/// Bytes of `[06/Feb/2025:00:00:38 +0000`.
const TIME_LEN: usize = 27;

fn is_canonical(field: &[u8]) -> bool {
    field.len() == CANONICAL_LEN && field.iter().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(b))
}
