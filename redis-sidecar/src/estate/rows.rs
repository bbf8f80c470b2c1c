//! Tables and lists: one resource a line, with its kind or without.

use std::io::{BufRead, Cursor, Read};

use masking::KindId;

use super::collected::Collected;
use super::{Format, Unreadable};

/// Bytes of a line; a longer one is none of an inventory.
const LINE_MAX: u64 = 64 << 10;

/// Names of columns, each in the order in which they are preferred.
const NAME: [&str; 8] = ["value", "name", "resource_name", "identifier", "id", "resource", "resource_id", "tag_name"];
const KIND: [&str; 5] = ["kind", "type", "resource_type", "service_type", "resourcetype"];
const ARN: [&str; 3] = ["arn", "resource_arn", "resourcearn"];

/// The columns that a header names.
#[derive(Debug, Default)]
struct Columns {
    names: Vec<usize>,
    kind: Option<usize>,
    arn: Option<usize>,
}

pub(super) fn read(mut from: impl BufRead, collected: &mut Collected) -> Result<Format, Unreadable> {
    let mut first = Vec::new();
    from.by_ref().take(LINE_MAX).read_until(b'\n', &mut first).map_err(Unreadable::File)?;
    let delimiter = [b'\t', b';'].into_iter().find(|mark| first.contains(mark)).unwrap_or(b',');
    let mut rows = csv::ReaderBuilder::new()
        .delimiter(delimiter)
        .has_headers(false)
        .flexible(true)
        .comment(Some(b'#'))
        .trim(csv::Trim::All)
        .from_reader(Cursor::new(first).chain(from));
    let (mut row, mut columns, mut is_first) = (csv::StringRecord::new(), None, true);
    while rows.read_record(&mut row).map_err(unreadable)? {
        if std::mem::take(&mut is_first) {
            columns = Columns::of(&row);
            if columns.is_some() {
                continue;
            }
        }
        if row.iter().any(|field| !field.is_empty()) {
            match &columns {
                Some(columns) => collected.row(columns, &row),
                None => collected.line(&row),
            }
        }
    }
    Ok(if columns.is_some() { Format::Table } else { Format::List })
}

fn unreadable(error: csv::Error) -> Unreadable {
    let line = error.position().map_or(0, csv::Position::line);
    match error.into_kind() {
        csv::ErrorKind::Io(error) => Unreadable::File(error),
        _ => Unreadable::Malformed { line: usize::try_from(line).unwrap_or_default(), column: 1 },
    }
}

impl Columns {
    /// `None` if the row is no header: the names of a table's columns are all words.
    fn of(row: &csv::StringRecord) -> Option<Self> {
        let column = |text: &str| text.to_ascii_lowercase().replace([' ', '-'], "_");
        let columns: Vec<String> = row.iter().map(column).collect();
        let find = |names: &[&str]| names.iter().find_map(|name| columns.iter().position(|column| column == name));
        let names: Vec<usize> = find(&NAME).into_iter().collect();
        let (kind, arn) = (find(&KIND), find(&ARN));
        (arn.is_some() || !names.is_empty()).then_some(Self { names, kind, arn })
    }
}

impl Collected {
    fn row(&mut self, columns: &Columns, row: &csv::StringRecord) {
        self.count_resource();
        let arn = columns.arn.and_then(|at| row.get(at)).map(|arn| self.read(arn)).unwrap_or_default().kind;
        let kind = columns.kind.and_then(|at| row.get(at)).and_then(|kind| self.kind_of_type(kind)).or(arn);
        for name in columns.names.iter().filter_map(|at| row.get(*at)) {
            self.name(kind, name);
        }
    }

    /// A line without a header: an ARN, a name, or a name and its kind in either order.
    fn line(&mut self, row: &csv::StringRecord) {
        self.count_resource();
        let fields: Vec<&str> = row.iter().filter(|field| !field.is_empty()).collect();
        let split: Vec<&str> = match fields.as_slice() {
            // `s3_bucket acme-logs`, `s3_bucket: acme-logs`
            [one] if !one.starts_with("arn:") && !one.contains("://") => {
                one.splitn(2, [' ', ':', '=']).map(str::trim).filter(|part| !part.is_empty()).collect()
            }
            _ => Vec::new(),
        };
        let is_split = split.len() == 2 && split.first().is_some_and(|kind| self.listed_kind(kind).is_some());
        let fields = if is_split { split } else { fields };
        let kind = fields.iter().find_map(|field| Some((self.listed_kind(field)?, *field)));
        for field in fields.iter().filter(|field| kind.is_none_or(|(_, kind)| kind != **field)) {
            self.name(kind.map(|(kind, _)| kind), field);
        }
    }

    /// The kind that a field of a list names: a name of a bucket may look like a type too.
    fn listed_kind(&mut self, field: &str) -> Option<KindId> {
        let is_type =
            field.starts_with("aws_") || field.starts_with("AWS::") || crate::catalogue::kind(field).is_some();
        self.kind_of_type(field).filter(|_| is_type)
    }
}
