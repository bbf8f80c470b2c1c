//! Ids of resources whose type is written near them: in Terraform's plans, imports and state, and in CloudFormation's
//! descriptions of a stack.

use std::collections::HashMap;
use std::ops::Range;

use memchr::memmem;

use crate::catalog::{Check, Edge, KindId};
use crate::scan::check;
use crate::scan::edge;
use crate::scan::pattern::Pattern;
use crate::scan::reading::{Reader, Reading};
use crate::scan::words::{Words, words};

/// The kinds of ids by the type of their resource: `s3_bucket` of Terraform's `aws_s3_bucket`, `AWS::S3::Bucket`.
#[derive(Debug, Default)]
pub(crate) struct Resources {
    types: HashMap<&'static str, Vec<usize>>,
    ids: Vec<ResourceId>,
}

/// The form of a resource's id, or of its beginning.
#[derive(Debug)]
struct ResourceId {
    kind: KindId,
    pattern: Pattern,
    check: Check,
}

/// A way to write the id of a resource and its type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Notation {
    /// `aws_s3_bucket.logs: Refreshing state... [id=acme-logs]`
    Progress,
    /// `terraform import 'aws_s3_bucket.logs["a"]' acme-logs`, `pulumi import aws:s3/bucket:Bucket logs acme-logs`
    Command,
    /// `import { to = aws_s3_bucket.logs, id = "acme-logs" }`, over lines.
    Import,
    /// `resource "aws_s3_bucket" "logs" { id = "acme-logs" }`, over lines.
    Block,
    /// `"PhysicalResourceId": "acme-logs", "ResourceType": "AWS::S3::Bucket"`, in either order.
    Member,
    /// `"type": "aws_s3_bucket", … "attributes": {"id": "acme-logs"}`, as Terraform keeps its state and shows it.
    State,
    /// `aws_s3_bucket:`, over lines of `- acme-logs`; `"aws_db_instance": {"main": {"identifier": "acme"}}`.
    List,
    /// `| Logs | AWS::S3::Bucket | acme-logs |`, also with tabs or wide blanks between the cells.
    Cell,
}

/// Texts before an id, or before the resource that has one.
pub(crate) const ANCHORS: [(&str, Notation); 17] = [
    ("\"type\": \"aws_", Notation::State),
    ("\"type\":\"aws_", Notation::State),
    ("importing from id \"", Notation::Progress),
    ("aws_", Notation::List),
    ("AWS::", Notation::Cell),
    ("[id=", Notation::Progress),
    ("(id: ", Notation::Progress),
    ("terraform import ", Notation::Command),
    ("tofu import ", Notation::Command),
    ("pulumi import aws:", Notation::Command),
    ("to = aws_", Notation::Import),
    ("to = module.", Notation::Import),
    ("resource \"aws_", Notation::Block),
    ("resource \\\"aws_", Notation::Block),
    ("data \"aws_", Notation::Block),
    ("data \\\"aws_", Notation::Block),
    ("physicalresourceid", Notation::Member),
];

/// Bytes of a line in which the address of a resource is looked for.
const ADDRESS_MAX: usize = 400;
/// Bytes of a block in which its attributes are looked for.
const BLOCK_MAX: usize = 8 * 1_024;
/// Bytes of a member or a command around an id.
const MEMBER_MAX: usize = 400;

impl Resources {
    pub(crate) fn insert(&mut self, kind: KindId, types: &'static str, pattern: &'static str, check: Check) {
        for name in types.split('|') {
            self.types.entry(name).or_default().push(self.ids.len());
        }
        self.ids.push(ResourceId { kind, pattern: Pattern::new(pattern), check });
    }

    /// Reports the ids that an anchor leads to.
    pub(crate) fn find(
        &self,
        notation: Notation,
        text: &[u8],
        anchor: Range<usize>,
        reading: &mut Reading,
        mut found: impl FnMut(Range<usize>, KindId),
    ) {
        let Range { start, end } = anchor;
        let read = match notation {
            Notation::Progress => return self.progress(text, start, end, &mut found),
            Notation::Command => return self.command(text, end, &mut found),
            Notation::Member => return self.member(text, start, end, &mut found),
            Notation::Cell => return self.cell(text, start, &mut found),
            Notation::List if self.list(text, end, &mut found) => return,
            _ if !reading.is_new(Reader::Block, start) => return,
            Notation::Import => self.import(text, start, &mut found),
            Notation::Block => self.block(text, end, &mut found),
            Notation::State => self.state(text, end, &mut found),
            Notation::List => match self.object(text, end, &mut found) {
                Some(read) => read,
                None => return,
            },
        };
        reading.read(Reader::Block, read);
    }

    fn progress(&self, text: &[u8], start: usize, end: usize, found: &mut impl FnMut(Range<usize>, KindId)) {
        let head = text.get(start.saturating_sub(ADDRESS_MAX)..start).unwrap_or_default();
        let line = head.rsplit(|b| *b == b'\n').next().unwrap_or_default();
        if let Some(at) = memmem::rfind(line, b"aws_") {
            self.id(type_at(line.get(at + 4..)), text, end, found);
        } else if let Some(at) = memmem::rfind(head, b"aws:").filter(|_| line.trim_ascii().is_empty()) {
            let name = pulumi_type(head.get(at + 4..).unwrap_or_default());
            self.id(name.as_bytes(), text, end, found);
        }
    }

    /// The ids of a list, one on each line. Returns whether there is one.
    fn list(&self, text: &[u8], end: usize, found: &mut impl FnMut(Range<usize>, KindId)) -> bool {
        let name = type_at(text.get(end..));
        let at = end + name.len();
        let Some(name) = name.strip_suffix(b":").filter(|_| text.get(at) == Some(&b'\n')) else { return false };
        let lines = text.get(at + 1..text.len().min(at + MEMBER_MAX)).unwrap_or_default();
        let mut start = at + 1;
        for line in lines.split(|b| *b == b'\n') {
            let blanks = blanks(line);
            if !line.get(blanks..).is_some_and(|item| item.starts_with(b"- ")) {
                break;
            }
            self.id(name, text, opened(text, start + blanks + 2), found);
            start += line.len() + 1;
        }
        true
    }

    /// The ids of the resources of a type in Terraform's JSON, each an object under its name. Returns how far was read.
    fn object(&self, text: &[u8], end: usize, found: &mut impl FnMut(Range<usize>, KindId)) -> Option<usize> {
        let name = type_at(text.get(end..));
        let rest = text.get(end + name.len()..text.len().min(end + ADDRESS_MAX))?.strip_prefix(b"\"")?;
        let rest = rest.strip_prefix(b":")?.trim_ascii_start().strip_prefix(b"{").filter(|_| self.is_known(name))?;
        let all = block(text, text.len().min(end + ADDRESS_MAX) - rest.len(), BLOCK_MAX);
        let mut at = all.start;
        while let Some(open) = text.get(at..all.end).and_then(|inside| memchr::memchr(b'{', inside)) {
            let resource = block(text, at + open + 1, BLOCK_MAX);
            members(text, resource.clone(), IDENTIFIERS, |value| self.id(name, text, value, found));
            at = resource.end + 1;
        }
        Some(all.end)
    }

    /// The id in the cell after that of a type, or before it.
    fn cell(&self, text: &[u8], start: usize, found: &mut impl FnMut(Range<usize>, KindId)) {
        let name = type_at(text.get(start..));
        if !self.is_known(name) {
            return;
        }
        let rest = text.get(start + name.len()..text.len().min(start + MEMBER_MAX)).unwrap_or_default();
        if let Some(gap) = cell_gap(rest) {
            self.id(name, text, start + name.len() + gap, found);
        }
        // `"resourceType": "AWS::S3::Bucket", "resourceId": "acme-logs", "resourceName": …`
        let mut at = start + name.len();
        for _ in 0..IDS_MAX {
            let Some(value) = next_id(text, at) else { break };
            self.id(name, text, value, found);
            at = value
                + text.get(value..).unwrap_or_default().iter().take(MEMBER_MAX).take_while(|b| **b != b'"').count();
        }
        let head = text.get(start.saturating_sub(MEMBER_MAX)..start).unwrap_or_default();
        let line = head.rsplit(|b| *b == b'\n').next().unwrap_or_default();
        if let Some(cell) = line.strip_suffix(b"\t").map(|line| line.rsplit(|b| *b == b'\t').next().unwrap_or_default())
        {
            self.id(name, text, start - 1 - cell.len(), found);
        }
        // `"acme-logs","AWS::S3::Bucket",…`
        if let Some(cell) =
            line.strip_suffix(b"\",\"").map(|line| line.rsplit(|b| *b == b'"').next().unwrap_or_default())
        {
            self.id(name, text, start - 3 - cell.len(), found);
        }
    }

    fn command(&self, text: &[u8], end: usize, found: &mut impl FnMut(Range<usize>, KindId)) {
        let rest = text.get(end..text.len().min(end + ADDRESS_MAX)).unwrap_or_default();
        let line = rest.split(|b| *b == b'\n').next().unwrap_or_default();
        // `pulumi import aws:s3/bucket:Bucket logs acme-logs`
        if text.get(..end).is_some_and(|head| head.ends_with(b"aws:")) {
            let id = line.splitn(3, |b| *b == b' ').nth(2).unwrap_or_default();
            let at = end + line.len() - id.len();
            return self.id(pulumi_type(line).as_bytes(), text, opened(text, at), found);
        }
        let Some(at) = memmem::find(line, b"aws_") else { return };
        let address = line.get(at..).unwrap_or_default();
        let len = address_len(address);
        let blanks = blanks(address.get(len..).unwrap_or_default());
        if blanks > 0 {
            self.id(type_at(address.get(4..)), text, opened(text, end + at + len + blanks), found);
        }
    }

    /// Returns how far was read.
    fn import(&self, text: &[u8], start: usize, found: &mut impl FnMut(Range<usize>, KindId)) -> usize {
        let head = text.get(start.saturating_sub(MEMBER_MAX)..start).unwrap_or_default();
        let open = head.iter().rev().take_while(|b| !matches!(b, b'{' | b'}')).count();
        let inside = start - open..block(text, start, MEMBER_MAX).end;
        let address = text.get(start..inside.end).unwrap_or_default();
        if let Some(at) = memmem::find(address, b"aws_") {
            let name = type_at(address.get(at + 4..));
            attributes(text, inside.clone(), IDENTIFIERS, |value| self.id(name, text, value, found));
        }
        inside.end
    }

    /// Returns how far was read.
    fn block(&self, text: &[u8], end: usize, found: &mut impl FnMut(Range<usize>, KindId)) -> usize {
        let name = type_at(text.get(end..));
        let head = text.get(end..text.len().min(end + ADDRESS_MAX)).unwrap_or_default();
        let Some(open) = head.iter().position(|b| matches!(b, b'{' | b'\n')).filter(|_| self.is_known(name)) else {
            return end;
        };
        let block = block(text, end + open + 1, BLOCK_MAX);
        // The `name` of a database server was that of the database in it.
        let names = if name.starts_with(b"db_") { IDENTIFIERS } else { NAMES };
        attributes(text, block.clone(), names, |value| self.id(name, text, value, found));
        block.end
    }

    /// Returns how far was read.
    fn state(&self, text: &[u8], end: usize, found: &mut impl FnMut(Range<usize>, KindId)) -> usize {
        let name = type_at(text.get(end..));
        let head = text.get(end..text.len().min(end + BLOCK_MAX)).filter(|_| self.is_known(name)).unwrap_or_default();
        // Up to the next resource.
        let own = memmem::find(head, b"\"type\"").unwrap_or(head.len());
        let head = head.get(..own).unwrap_or_default();
        let values = [b"\"attributes\"".as_slice(), b"\"values\""].into_iter().find_map(|of| memmem::find(head, of));
        let Some(open) = values.and_then(|at| Some(at + memchr::memchr(b'{', head.get(at..)?)?)) else { return end };
        let block = block(text, end + open + 1, BLOCK_MAX);
        members(text, block.clone(), &[b"id"], |value| self.id(name, text, value, found));
        block.end
    }

    fn member(&self, text: &[u8], start: usize, end: usize, found: &mut impl FnMut(Range<usize>, KindId)) {
        let head = text.get(start.saturating_sub(MEMBER_MAX)..start).unwrap_or_default();
        let head = head.rsplit(|b| *b == b'{').next().unwrap_or_default();
        let tail = text.get(end..text.len().min(end + MEMBER_MAX)).unwrap_or_default();
        let tail = tail.split(|b| *b == b'}').next().unwrap_or_default();
        let before = memmem::rfind(head, b"AWS::").and_then(|at| head.get(at..));
        let behind = memmem::find(tail, b"AWS::").and_then(|at| tail.get(at..));
        let Some(name) = behind.or(before) else { return };
        let marks = tail.iter().take(40).take_while(|b| matches!(b, b'"' | b'\'' | b'\\' | b':' | b' ')).count();
        self.id(type_at(Some(name)), text, end + marks, found);
    }

    fn is_known(&self, name: &[u8]) -> bool {
        std::str::from_utf8(name).is_ok_and(|name| self.types.contains_key(name))
    }

    /// The id of a resource of this type that begins at `at`.
    fn id(&self, name: &[u8], text: &[u8], at: usize, found: &mut impl FnMut(Range<usize>, KindId)) {
        let ids = std::str::from_utf8(name).ok().and_then(|name| self.types.get(name));
        for id in ids.into_iter().flatten().filter_map(|id| self.ids.get(*id)) {
            let value = id.pattern.values(text, at).next();
            let whole = |value: &Range<usize>| {
                !goes_on(text.get(value.end..).unwrap_or_default())
                    && text.get(value.clone()).is_some_and(|value| check::passes(id.check, value))
            };
            value.filter(whole).into_iter().for_each(|value| found(value, id.kind));
        }
    }
}

/// Returns whether a name continues after the part of it that was found, as itself or as a template.
fn goes_on(text: &[u8]) -> bool {
    match text {
        [b'-' | b'_' | b'.', b'$' | b'<' | b'{', ..] => true,
        [next, ..] => next.is_ascii_alphanumeric() || matches!(next, b'$' | b'{' | b'('),
        [] => false,
    }
}

/// The type at the start of an address: `s3_bucket` of `s3_bucket.logs`, `AWS::S3::Bucket`.
fn type_at(text: Option<&[u8]>) -> &[u8] {
    let text = text.unwrap_or_default();
    let len = text.iter().take(80).take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b':')).count();
    text.get(..len).unwrap_or_default()
}

/// Returns the length of the border between two cells: a bar, a tab, or two blanks.
fn cell_gap(text: &[u8]) -> Option<usize> {
    let border = |b: &u8| matches!(b, b' ' | b'|' | b'\t' | 0xe2 | 0x94 | 0x82);
    let len = text.iter().take(ADDRESS_MAX).take_while(|b| border(b)).count();
    let gap = text.get(..len)?;
    (gap.starts_with(b"  ") || gap.iter().any(|b| *b != b' ')).then_some(len)
}

/// The type that Terraform has for one of Pulumi: `s3_bucket` for `s3/bucket:Bucket`.
fn pulumi_type(text: &[u8]) -> String {
    let len = text.iter().take(80).take_while(|b| b.is_ascii_alphanumeric() || **b == b'/').count();
    let mut name = String::new();
    for byte in text.get(..len).unwrap_or_default() {
        match byte {
            b'/' => name.push('_'),
            capital if capital.is_ascii_uppercase() => name.extend(['_', char::from(capital.to_ascii_lowercase())]),
            other => name.push(char::from(*other)),
        }
    }
    name
}

/// Returns the length of an address: an index in it may hold blanks.
fn address_len(text: &[u8]) -> usize {
    let mut inside = false;
    let ends = |b: &u8| {
        inside = (inside || *b == b'[') && *b != b']';
        !inside && b.is_ascii_whitespace()
    };
    text.iter().position(ends).unwrap_or(text.len())
}

fn blanks(text: &[u8]) -> usize {
    text.iter().take_while(|b| **b == b' ').count()
}

/// Returns the offset after the quotation mark that may stand at `at`.
fn opened(text: &[u8], at: usize) -> usize {
    let rest = text.get(at..).unwrap_or_default();
    let escapes = rest.iter().take(8).take_while(|b| **b == b'\\').count();
    let quote = matches!(rest.get(escapes), Some(b'"' | b'\''));
    if quote { at + escapes + 1 } else { at }
}

/// The inside of the block whose bracket stands before `start`.
fn block(text: &[u8], start: usize, max: usize) -> Range<usize> {
    let rest = text.get(start..text.len().min(start + max)).unwrap_or_default();
    let mut depth = 1_usize;
    let closes = |b: &u8| {
        depth = match b {
            b'{' => depth + 1,
            b'}' => depth - 1,
            _ => depth,
        };
        depth == 0
    };
    start..start + rest.iter().position(closes).unwrap_or(rest.len())
}

/// Reports the start of each value of an attribute with one of these names: `id = "…"`. Attributes of blocks
/// within the block belong to something else.
fn attributes(text: &[u8], block: Range<usize>, names: &[&[u8]], mut found: impl FnMut(usize)) {
    let inside = text.get(block.clone()).unwrap_or_default();
    let mut depth = 0_usize;
    for at in memchr::memchr3_iter(b'=', b'{', b'}', inside) {
        match inside.get(at) {
            Some(b'{') => depth += 1,
            Some(b'}') => depth = depth.saturating_sub(1),
            _ if depth == 0 && is_named(inside.get(..at).unwrap_or_default(), names) => {
                let start = block.start + at + 1;
                let start = start + blanks(text.get(start..).unwrap_or_default());
                let value = opened(text, start);
                if value > start {
                    found(value);
                    changed(text, value..block.end).into_iter().for_each(&mut found);
                }
            }
            _ => {}
        }
    }
}

/// Where the value begins that a plan changes the one into which begins a range: `"a" -> "b"`.
fn changed(text: &[u8], range: Range<usize>) -> Option<usize> {
    let rest = text.get(range.start..range.end.min(range.start + NEXT_MAX))?;
    let line = rest.get(..memchr::memchr(b'\n', rest).unwrap_or(rest.len()))?;
    let arrow = range.start + memmem::find(line, b" -> ")? + b" -> ".len();
    Some(opened(text, arrow)).filter(|value| *value > arrow)
}

/// Reports the start of the value of each member of an object with one of these names. Those of objects within it belong to something else.
fn members(text: &[u8], object: Range<usize>, names: &[&[u8]], mut found: impl FnMut(usize)) {
    let inside = text.get(object.clone()).unwrap_or_default();
    let is_named = |head: &[u8]| {
        let name = head.strip_suffix(b"\"").unwrap_or_default();
        names.iter().any(|of| name.strip_suffix(*of).is_some_and(|front| front.ends_with(b"\"")))
    };
    let mut depth = 0_usize;
    for at in memchr::memchr3_iter(b':', b'{', b'}', inside) {
        match inside.get(at) {
            Some(b'{') => depth += 1,
            Some(b'}') => depth = depth.saturating_sub(1),
            _ if depth == 0 && inside.get(..at).is_some_and(is_named) => {
                let start = object.start + at + 1;
                let start = start + blanks(text.get(start..).unwrap_or_default());
                let value = opened(text, start);
                Some(value).filter(|value| *value > start).into_iter().for_each(&mut found);
            }
            _ => {}
        }
    }
}

/// Returns whether the text before a value ends with one of the names of attributes.
fn is_named(head: &[u8], names: &[&[u8]]) -> bool {
    let padding = head.iter().rev().take(ADDRESS_MAX).take_while(|b| **b == b' ').count();
    let head = head.get(..head.len() - padding).unwrap_or_default();
    let begins = |name: &[u8]| head.ends_with(name) && edge::left(Edge::Legacy, head, head.len() - name.len());
    names.iter().any(|name| begins(name))
}

/// Attributes that hold the id of a resource.
const IDENTIFIERS: &[&[u8]] = &[b"id", b"identifier", b"cluster_identifier"];
/// The same, and the one that holds what people call it, which is the id of most.
const NAMES: &[&[u8]] = &[b"id", b"identifier", b"cluster_identifier", b"name"];

/// Where the value of the next member begins, after a quotation that ends at `at`, if that is named as an id.
fn next_id(text: &[u8], at: usize) -> Option<usize> {
    static IDS: Words =
        words!("id|resourceid|resourcename|name|identifier|primaryidentifier|physicalid|physicalresourceid");
    let rest = text.get(at..text.len().min(at + NEXT_MAX))?.strip_prefix(b"\"")?.trim_ascii_start();
    let rest = rest.strip_prefix(b",")?.trim_ascii_start();
    // `"TypeName": "…", "ResourceDescription": {"Identifier": "…"`
    let rest = rest.strip_prefix(b"\"ResourceDescription\":").map_or(rest, <[u8]>::trim_ascii_start);
    let rest = rest.strip_prefix(b"{").map_or(rest, <[u8]>::trim_ascii_start);
    let name = rest.strip_prefix(b"\"")?;
    let len = memchr::memchr(b'"', name)?;
    IDS.has(name.get(..len)?).then_some(())?;
    let value = name.get(len + 1..)?.strip_prefix(b":")?.trim_ascii_start().strip_prefix(b"\"")?;
    Some(at + text.get(at..text.len().min(at + NEXT_MAX))?.len() - value.len())
}

/// Members that name the resource after its type: its id, and its name.
const IDS_MAX: usize = 2;
/// Bytes from a member to the value of the next.
const NEXT_MAX: usize = 120;
