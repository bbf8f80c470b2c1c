//! Names that could be words or anything else where they stand: one is somebody's if another name of the text begins with the
//! same word, `acme` of `acme-logs` and of `the bucket acmebackup`, of `reads from acme-raw` and of `replica acme-db-2`.

use std::collections::BTreeMap;
use std::ops::Range;

use memchr::memmem;

use crate::catalog::{Edge, KindId};
use crate::near::is_any;
use crate::scan::common;
use crate::scan::edge;
use crate::scan::pick::{Evidence, Hit, Source};
use crate::scan::words::ends_with_ignore_case;

/// Bytes of the word that names share, and those that a name has besides.
const SHARED_MIN: usize = 4;
const SHARED_MAX: usize = 24;
const REST_MIN: usize = 3;
/// Words that are looked for, and names that are looked at with each.
const WORDS_MAX: usize = 6;
const NAMES_MAX: usize = 256;
/// Bytes of a name behind the word that it begins with: that of a bucket has 63.
const NAME_MAX: usize = 64;
/// Bytes in front of a name in which it is told what it is.
const TELLING_MAX: usize = 32;

/// The kinds of names that a sentence tells by what it says of them, if they are on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Told {
    pub(crate) bucket: Option<KindId>,
    pub(crate) database: Option<KindId>,
}

/// What is written and read, in front of a bucket.
const OF_BUCKETS: [&str; 49] = [
    "writes to",
    "write to",
    "writing to",
    "written to",
    "reads from",
    "read from",
    "reading from",
    "uploads to",
    "uploaded to",
    "upload to",
    "stored in",
    "stores in",
    "copied to",
    "copies to",
    "synced to",
    "syncs to",
    "land in",
    "lands in",
    "replicates to",
    "replicated to",
    "écrit dans",
    "lit dans",
    "lit depuis",
    "et lit",
    "escribe en",
    "lee de",
    "quedan en",
    "queda en",
    "no en",
    "guarda en",
    "el otro",
    "schreibt in",
    "schreibt nach",
    "liest aus",
    "liegen in",
    "liegt in",
    "grava em",
    "lê de",
    "ficam em",
    "fica em",
    "scrive in",
    "scrive su",
    "legge da",
    "the other",
    "der andere",
    "l'autre",
    " s3",
    " s3:",
    "o outro",
];

/// What stands in front of a database.
const OF_DATABASES: [&str; 31] = [
    "reader",
    "reader is",
    " db",
    "database",
    "db host",
    "db server",
    "db 서버",
    "dbサーバ",
    "writer",
    "writer is",
    "replica",
    "standby",
    "failover to",
    "failed over to",
    "restored to",
    "реплика",
    "реплику",
    "узел",
    "从库",
    "主库",
    "インスタンス：",
    "インスタンス:",
    "インスタンス",
    "인스턴스",
    "baza",
    "bazę",
    "бд",
    "thành",
    "réplica",
    "réplique",
    "instância",
];

/// Adds the names that begin as others of the text do, among those at doubtful places and behind what tells a kind.
pub(crate) fn add(text: &[u8], doubtful: &[(Range<usize>, KindId)], told: Told, hits: &mut Vec<Hit>) {
    let mut shown: Vec<&[u8]> = Vec::new();
    for hit in hits.iter().filter(|hit| hit.evidence != Evidence::Form) {
        let word = text.get(hit.start..hit.end).and_then(first_word).filter(|word| !shown.contains(word));
        shown.extend(word.filter(|_| shown.len() < WORDS_MAX));
    }
    if shown.is_empty() {
        return;
    }
    // What everybody's names begin with tells nothing. Few names get so far.
    let is_own = |word: &[u8]| !std::str::from_utf8(word).is_ok_and(common::is_common);
    let mut found: Vec<(Range<usize>, KindId)> = Vec::new();
    let is_shared = |range: &Range<usize>| {
        let name = text.get(range.clone()).unwrap_or_default();
        let begins = |word: &&&[u8]| name.len() >= word.len() + REST_MIN && name.starts_with(word);
        shown.iter().find(begins).is_some_and(|word| is_own(word))
    };
    let mut ends: BTreeMap<usize, KindId> = BTreeMap::new();
    let of_names = |kind: KindId| told.bucket == Some(kind) || told.database == Some(kind);
    ends.extend(hits.iter().filter(|hit| of_names(hit.kind)).map(|hit| (hit.end, hit.kind)));
    found.extend(doubtful.iter().filter(|(range, _)| is_shared(range)).cloned());
    for word in shown.into_iter().filter(|word| is_own(word)) {
        // In their order, so that each may be joined to the one before it.
        for start in memmem::find_iter(text, word).take(NAMES_MAX) {
            if let Some((range, kind)) = told_at(text, start..start + word.len(), told, &ends) {
                ends.insert(range.end, kind);
                found.push((range, kind));
            }
        }
    }
    hits.extend(found.into_iter().map(|(range, kind)| Hit::new(range, kind, Source::Rule, Evidence::Context)));
}

/// The name that begins with a word which others begin with too, if what stands in front of it tells its kind: a word that
/// does, or another name with what joins the two.
fn told_at(
    text: &[u8],
    word: Range<usize>,
    told: Told,
    ends: &BTreeMap<usize, KindId>,
) -> Option<(Range<usize>, KindId)> {
    let Range { start, end } = word;
    let rest = text.get(end..).filter(|rest| rest.starts_with(b"-"))?;
    let in_name = |b: &&u8| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'-' | b'.');
    let name = text.get(start..end + rest.iter().take(NAME_MAX).take_while(in_name).count())?;
    let name = name.strip_suffix(b".").unwrap_or(name);
    let whole = edge::right(Edge::Right, text, start + name.len()) && !name.ends_with(b"-");
    let inner = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.');
    let apart = !edge::previous(text, start).is_some_and(inner);
    if !whole || !apart || name.len() < end - start + REST_MIN {
        return None;
    }
    let found = start..start + name.len();
    let head = text.get(start.saturating_sub(TELLING_MAX)..start)?;
    let before = ends.range(start.saturating_sub(BETWEEN_MAX)..start).next_back();
    let behind = text.get(found.end);
    let joins = |end: &usize| text.get(*end..start).is_some_and(|between| joins(between, behind));
    let joined = before.filter(|(end, _)| joins(end)).map(|(_, kind)| *kind);
    if let Some(kind) = joined {
        return Some((found, kind));
    }
    let head = ["`", "\"", "'", "«", "“"].iter().find_map(|mark| head.strip_suffix(mark.as_bytes())).unwrap_or(head);
    let head = head.strip_suffix(b" ").unwrap_or(head);
    let tells = |words: &[&str]| words.iter().any(|word| ends_with_ignore_case(head, word.as_bytes()));
    let bucket = told.bucket.filter(|_| tells(&OF_BUCKETS));
    let kind = bucket.or_else(|| told.database.filter(|_| !name.contains(&b'.') && tells(&OF_DATABASES)))?;
    Some((found, kind))
}

/// Returns whether what stands between two names joins them: a word, or the sign of a list that goes on or ends behind.
fn joins(between: &[u8], behind: Option<&u8>) -> bool {
    let mark = |b: &u8| is_any(b"\"'`*<>", b);
    let blank = |b: &u8| b.is_ascii_whitespace() || mark(b);
    let quoted = between.first().is_some_and(mark) && between.last().is_some_and(mark);
    let word = || {
        let open = between.iter().take_while(|b| mark(b)).count();
        let close = between.iter().rev().take_while(|b| mark(b)).count();
        let inside = between.get(open..between.len() - close).unwrap_or_default();
        JOINTS.iter().any(|joint| inside == joint.as_bytes())
    };
    // `"a", "b"`, `List(a, b)`; `#{"a" "b"}`
    let list = || {
        let goes_on = quoted || behind.is_none_or(|b| is_any(b",)]}\n", b));
        let rest = between.iter().filter(|b| !blank(b));
        goes_on && rest.clone().count() == 1 && rest.clone().all(|b| *b == b',') || quoted && between.iter().all(blank)
    };
    between.len() <= BETWEEN_MAX && (word() || list())
}

/// Bytes between two names.
const BETWEEN_MAX: usize = 48;

/// What joins two names of one kind.
const JOINTS: [&str; 23] = [
    " to ",
    " into ",
    " -> ",
    " → ",
    " => ",
    " and ",
    " und ",
    " et ",
    " y ",
    " e ",
    " nach ",
    " vers ",
    " 和 ",
    "」と「",
    " と ",
    "와 ",
    "과 ",
    " 및 ",
    "에서 ",
    "」から「",
    "から",
    "」、「",
    "、",
];

/// The first word of a name of several.
fn first_word(name: &[u8]) -> Option<&[u8]> {
    let len = name.iter().take(SHARED_MAX + 1).take_while(|b| b.is_ascii_lowercase()).count();
    let joined = matches!(name.get(len), Some(b'-' | b'.' | b'_'));
    name.get(..len).filter(|_| joined && (SHARED_MIN..=SHARED_MAX).contains(&len))
}
