//! Lines whose form says what their fields are: a list of buckets, and the access log of one.

use std::ops::Range;

use crate::catalog::{Check, Field, KindId};
use crate::scan::check;

/// The kinds of the fields.
#[derive(Debug, Default)]
pub(crate) struct Records {
    pub(crate) bucket: Option<KindId>,
    pub(crate) canonical_id: Option<KindId>,
}

/// Bytes of a line that its form is told by.
const LINE_MAX: usize = 400;
/// Bytes before the fields of a line at the most: what a tool puts there.
const PREFIX_MAX: usize = 40;
/// Lines under a command in which its output is looked for.
const COMMAND_LINES: usize = 3;

/// Lines that list buckets, one after the other.
#[derive(Debug, Default)]
struct Block {
    names: Vec<Range<usize>>,
    /// Lines since a command that lists buckets.
    command: Option<usize>,
    /// The text has such a command.
    commands: bool,
}

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
        let commands = memchr::memmem::find(text, b"s3 ls").is_some();
        let mut block = Block { commands, ..Block::default() };
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
                Some(name) => block.names.push(start + name.start..start + name.end),
                None => block.end(text, line, |name| found(name, bucket)),
            }
            start = end + 1;
        }
        block.end(text, b"", |name| found(name, bucket));
    }
}

impl Block {
    /// Reports the names of a block that ends before a line, if they are those of buckets, and goes on behind it.
    fn end(&mut self, text: &[u8], line: &[u8], found: impl FnMut(Range<usize>)) {
        let names = std::mem::take(&mut self.names);
        let told = self.command.is_some_and(|lines| lines <= COMMAND_LINES);
        let telling = |name: &&Range<usize>| text.get((*name).clone()).is_some_and(check::is_distinctive);
        // Without its command, a list of one line, or of words, may be a log.
        let alone = names.len() >= 2 && names.iter().filter(telling).count() * 2 > names.len();
        if !names.is_empty() && (told || alone) {
            names.into_iter().for_each(found);
        }
        let holds = |word: &[u8]| memchr::memmem::find(line, word).is_some();
        let lists = self.commands && holds(b"s3 ls") && !holds(b"s3://");
        self.command = if lists { Some(0) } else { self.command.map(|lines| lines + 1) };
    }
}

/// `2024-05-01 10:11:12 acme-logs`: the name, where the line ends with it.
fn listed(line: &[u8]) -> Option<Range<usize>> {
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    let len = line.iter().rev().take_while(|b| **b > b' ').count();
    let start = line.len() - len;
    let time = start.checked_sub(TIME.len()).and_then(|at| line.get(at..start))?;
    let formed = time.iter().zip(TIME).all(|(byte, form)| match form {
        b'0' => byte.is_ascii_digit(),
        form => byte == form,
    });
    let name = line.get(start..)?;
    let in_name = |b: &u8| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'-' | b'.');
    let edge = |b: Option<&u8>| b.is_some_and(u8::is_ascii_alphanumeric);
    let bucket = (3..=63).contains(&len) && name.iter().all(in_name) && edge(name.first()) && edge(name.last());
    (formed && bucket && start <= TIME.len() + PREFIX_MAX && check::passes(Check::Bucket, name))
        .then_some(start..line.len())
}

/// The form of the time before a name.
const TIME: &[u8] = b"0000-00-00 00:00:00 ";

/// The fields of a line in the log of who reads a bucket. (S3 user guide, "Amazon S3 server access log format")
#[derive(Debug)]
struct AccessLog {
    owner: Range<usize>,
    bucket: Range<usize>,
    requester: Option<Range<usize>>,
}

impl AccessLog {
    /// `79a59d…be acme-logs [06/Feb/2025:00:00:38 +0000] 198.51.100.7 79a59d…be 3E57427F3EXAMPLE REST.GET.OBJECT …`
    fn read(line: &[u8]) -> Option<Self> {
        // The time stands after two names.
        let open = memchr::memchr(b'[', line).filter(|open| *open > CANONICAL_LEN)?;
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
