//! Tables whose columns are named in a header: CSV, TSV, Markdown, boxes, HTML, and columns that blanks align.

use std::ops::Range;

use crate::near::is_any;
use crate::placeholder;
use crate::scan::check;
use crate::scan::keyed::Keyed;
use crate::scan::name::Name;
use crate::scan::notation::{PlaceKind, ValuePlace, skip_quote};
use crate::scan::quoted;
use crate::scan::reading::{Header, Reading};
use crate::scan::words;

/// Maximum bytes of a line that is read as a row.
const LINE_MAX: usize = 8 * 1_024;
/// Maximum columns of a table.
const COLUMNS_MAX: usize = 64;
/// Maximum bytes of a line of headers with blanks behind their commas, which may be one of a sentence.
const SPACED_MAX: usize = 160;
const FIRST_MAX: usize = 24;
/// Maximum bytes of a header.
const HEADER_MAX: usize = 48;
/// Lines after a title in which the header stands.
const TITLE_LINES: usize = 3;
/// Columns that a title names.
const TITLED: &str = "name|id|identifier|arn";
/// Maximum bytes between two rows of HTML.
const GAP_MAX: usize = 120;
/// Maximum bytes between two rows of objects.
const OBJECTS_GAP: usize = 120;
/// Members that hold the name of a column.
const COLUMN_NAMES: &str = "name|label|columnname|column_name|column|field|header|title|varcharvalue";
/// Maximum bytes of the name of a table in SQL.
const INSERT_MAX: usize = 120;
const INTO: &[u8] = b"INTO ";

/// Returns whether a name may fill a cell of a header: what follows it, and what stands before it.
pub(crate) fn is_cell(text: &[u8], name: &Name<'_>) -> bool {
    let end = skip_quote(text, name.end).unwrap_or(name.end);
    // `**Account**`
    let end = end + text.get(end..).unwrap_or_default().iter().take(2).take_while(|b| matches!(b, b'*' | b'_')).count();
    // `Account No.`, `Account #`
    let end = end
        + usize::from(matches!(text.get(end..), Some([b'.' | b'*' | b':', b' ' | b',' | b'|' | b'\t' | b'\n', ..])));
    let follows = match text.get(end..).unwrap_or_default() {
        [b' ', rest @ ..] => {
            matches!(
                rest,
                [b' ' | b'|' | b'\n' | b'\t', ..]
                    | [b'!', b'!', ..]
                    | [b'&', b' ', ..]
                    | [b'\\', b'\\', ..]
                    | [0xe2, 0x94 | 0x95, ..]
                    | []
            )
        }
        [b',' | b';' | b'\t' | b'|' | b'\n' | b'\r' | b'\\', ..] | [b'<', b'/', ..] | [] => true,
        [0xe2, 0x94 | 0x95, ..] => true,
        // The last column of a query and of SQL.
        [b']', b'\'' | b'"', ..] | [b')', b' ', b'V' | b'v' | b'F' | b'f', ..] => true,
        // The last one of a list of columns, and of the members of one.
        [b'}', b',' | b']' | b' ' | b'\n' | b'\r', ..] => true,
        [b']', b',' | b' ' | b'\n' | b'\r', ..] => true,
        _ => false,
    };
    let before = name.start.checked_sub(1).and_then(|at| text.get(at));
    // `\textbf{Account} & …`
    let set = || before == Some(&b'{') && text.get(..name.start).is_some_and(|head| head.ends_with(b"\\textbf{"));
    let begins = set()
        || matches!(
            before,
            None | Some(
                b' ' | b','
                    | b';'
                    | b'\t'
                    | b'|'
                    | b'\n'
                    | b'"'
                    | b'\''
                    | b'>'
                    | b'n'
                    | b't'
                    | b'['
                    | b'('
                    | b'*'
                    | b'_'
                    | b'/'
                    | b':'
                    | 0x80..
            )
        );
    follows && begins
}

/// Reports the values in the columns that have these names. Each table is walked once, whatever its header names.
pub(crate) fn values(
    text: &[u8],
    headers: &mut [Header],
    rules: &[Keyed],
    reading: &mut Reading,
    mut found: impl FnMut(&Keyed, Range<usize>),
) {
    headers.sort_unstable();
    let mut refused = Refused::default();
    let mut at = 0;
    while let Some(header) = headers.get(at) {
        let Some(table) = Table::read(text, header.name, &mut refused) else {
            at += 1;
            continue;
        };
        let own = headers.get(at..).unwrap_or_default().iter().take_while(|header| header.name < table.header.end);
        let columns: Vec<(usize, &Keyed)> =
            own.filter_map(|header| Some((table.column(header.name)?, rules.get(header.rule)?))).collect();
        let done = table.rows(text, |row, exact| {
            for (column, rule) in columns.iter().filter(|(_, rule)| exact || rule.is_excuse()) {
                let place = row.get(*column).and_then(|cell| place(text, cell));
                if let Some(place) = place {
                    rule.cell(text, place, reading, |value| found(rule, value));
                }
            }
        });
        at = headers.partition_point(|header| header.name < done.max(table.header.end));
    }
}

/// The place of a value in a cell, without blanks and quotation marks.
fn place(text: &[u8], cell: &Range<usize>) -> Option<ValuePlace> {
    let cell = trim(text, cell.clone());
    // The bar with which a row of MediaWiki begins.
    let bar = usize::from(text.get(cell.clone())?.starts_with(b"| "));
    let cell = untagged(text, unset(text, trim(text, cell.start + bar..cell.end)));
    let stars = text.get(cell.clone())?.iter().take_while(|b| matches!(b, b'*' | b'_')).count();
    let start = skip_quote(text, cell.start + stars).unwrap_or(cell.start + stars);
    // The element around the table ends with its last cell.
    let close = memchr::memmem::find(text.get(start..cell.end)?, b"</").map_or(cell.end, |len| start + len);
    let cell = cell.start..close;
    let bytes = text.get(start..cell.end)?;
    let marks = if start > cell.start {
        bytes.iter().rev().take_while(|b| matches!(b, b'"' | b'\'' | b'`' | b'\\' | b'*' | b'_')).count()
    } else {
        0
    };
    let end = Some(cell.end - marks).filter(|end| *end > start);
    end.map(|end| ValuePlace { end: Some(end), start, kind: PlaceKind::Cell, ..ValuePlace::WHOLE })
}

/// A cell of LaTeX without what ends its row, and without the type in which it is set: `\texttt{x} \\ \hline`.
fn unset(text: &[u8], cell: Range<usize>) -> Range<usize> {
    let bytes = text.get(cell.clone()).unwrap_or_default();
    let end = memchr::memmem::find(bytes, b" \\\\").map_or(cell.end, |at| cell.start + at);
    let cell = trim(text, cell.start..end);
    let bytes = text.get(cell.clone()).unwrap_or_default();
    let set = bytes.strip_prefix(b"\\text").and_then(|rest| memchr::memchr(b'{', rest).filter(|at| *at <= 8));
    match set.filter(|_| bytes.ends_with(b"}")) {
        Some(open) => cell.start + b"\\text".len() + open + 1..cell.end - 1,
        None => cell,
    }
}

/// A cell without the elements that mark its whole content: `<p><code>x</code></p>`.
fn untagged(text: &[u8], cell: Range<usize>) -> Range<usize> {
    let Range { mut start, mut end } = cell;
    for _ in 0..TAGS_MAX {
        let bytes = text.get(start..end).unwrap_or_default();
        let open = Some(bytes).filter(|bytes| bytes.starts_with(b"<")).and_then(|bytes| memchr::memchr(b'>', bytes));
        let close =
            Some(bytes).filter(|bytes| bytes.ends_with(b">")).and_then(|bytes| memchr::memmem::rfind(bytes, b"</"));
        match open.zip(close).filter(|(open, close)| open < close) {
            Some((open, close)) => (start, end) = (start + open + 1, start + close),
            None => break,
        }
    }
    start..end
}

/// Maximum elements around the content of a cell.
const TAGS_MAX: usize = 3;

/// What separates the cells of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Separator {
    Sign(&'static [u8]),
    /// Two blanks and more.
    Blanks,
    /// Elements of HTML.
    Elements,
    /// Commas within brackets, as SQL and JSON have them.
    Tuples(Bracket),
    /// Lists in JSON, of objects that hold one value each or of the values themselves.
    Objects,
    /// The places of the hyphens under the header: `---------- --------`.
    Columns,
    /// Bars in front of the cells, so many of which are a row, on one line or on several.
    Cells(usize),
    /// A list in JSON for each column.
    Series,
}

/// The brackets around a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Bracket {
    /// `('prod', '…')`
    Round,
    /// `["prod", "…"]`
    Square,
}

impl Bracket {
    fn open(self) -> u8 {
        if self == Self::Round { b'(' } else { b'[' }
    }

    fn close(self) -> u8 {
        if self == Self::Round { b')' } else { b']' }
    }

    fn is_quote(self, byte: u8) -> bool {
        byte == b'\'' || self == Self::Square && byte == b'"'
    }

    /// Maximum bytes between two rows, or between the columns and the rows.
    fn gap(self) -> usize {
        if self == Self::Round { 24 } else { 48 }
    }
}

/// What ends a line: a line break, or one that is escaped with so many backslashes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Break(usize);

impl Break {
    pub(crate) fn len(self) -> usize {
        self.0 + 1
    }
}

/// Up to where lines, and rows of HTML, were read that are no headers: a line has many names, and is read for one.
#[derive(Debug, Default)]
struct Refused {
    lines: usize,
    elements: usize,
}

/// Bytes after a name that are not read again where its line has no end.
pub(crate) const STRIDE: usize = LINE_MAX / 8;

/// A header with the cells in it.
#[derive(Debug)]
struct Table {
    header: Range<usize>,
    cells: Vec<Range<usize>>,
    separator: Separator,
    ends: Break,
    /// The title, and the column that it names.
    title: Option<(Range<usize>, Range<usize>)>,
}

impl Table {
    /// The table whose header holds the name at `at`.
    fn read(text: &[u8], at: usize, refused: &mut Refused) -> Option<Self> {
        if at >= refused.elements
            && let Some(table) = Self::of_elements(text, at, refused)
        {
            return Some(table);
        }
        if at < refused.lines {
            return None;
        }
        if let Some(table) = Self::of_lists(text, at).or_else(|| Self::of_objects(text, at)) {
            return Some(table);
        }
        refused.lines = at + STRIDE;
        let (end, ends) = line_end(text, at, None)?;
        refused.lines = end;
        let header = line_start(text, at, ends)..end;
        let line = text.get(header.clone()).filter(|line| !is_definition(line))?;
        let known = Self::of_asciidoc(text, &header)
            .or_else(|| Self::of_wiki(text, &header, ends))
            .or_else(|| Self::of_exclamations(text, &header, ends))
            .or_else(|| Self::of_query(text, &header, at, ends))
            .or_else(|| Self::of_insert(text, at, ends));
        if known.is_some() {
            return known;
        }
        if let Some(table) = Self::of_hyphens(text, &header, ends) {
            return Some(table);
        }
        let separator = separator(line, ends)?;
        // `<pre>id,account`
        let tag =
            if line.starts_with(b"<") { line.iter().rposition(|b| *b == b'>').map_or(0, |end| end + 1) } else { 0 };
        let cells = split(text, header.start + tag..header.end, separator);
        if let Some(table) = Self::of_title(text, &header, &cells, separator, ends) {
            return Some(table);
        }
        // A column that counts the rows is headed by a sign.
        let counts = |cell: &[u8]| cell == b"#";
        let named = |cell: &Range<usize>| {
            let cell =
                if separator == LATEX { unset(text, trim(text, cell.clone())) } else { trim(text, cell.clone()) };
            text.get(cell).is_some_and(|cell| is_heading(cell) || counts(cell))
        };
        // The first bar of a row may stand in an item of a list.
        let item = |cell: &[u8]| matches!(cell, b"-" | b"*");
        let empty =
            |cell: &Range<usize>| text.get(trim(text, cell.clone())).is_none_or(|cell| cell.is_empty() || item(cell));
        let filled = cells.iter().filter(|cell| !empty(cell)).count();
        // What is masked was a value, and no header.
        let clear = || placeholder::find_all(line).next().is_none();
        // What columns of bars are a header and what a row, only a rule tells.
        let bars = matches!(separator, Separator::Sign(sign) if sign == b"|" || sign.len() > 2);
        let single = bars && filled == 1;
        let plausible = (filled >= 2 || single) && clear() && cells.iter().all(|cell| empty(cell) || named(cell));
        let table = Self { header, cells, separator, ends, title: None };
        let ruled =
            || table.next_line(text, table.header.end).is_some_and(|line| is_rule(text.get(line).unwrap_or(b"")));
        // `|===` of AsciiDoc stands in front of the header.
        let opened = || text.get(..table.header.start).is_some_and(|head| head.ends_with(b"|===\n"));
        // Without a rule, a row under it has as many cells.
        let continued = || {
            let next = table.next_line(text, table.header.end);
            next.is_some_and(|next| split(text, next, separator).len() == table.cells.len())
        };
        // A row under others of as many cells is no header.
        let row = separator == Separator::Sign(b"\t") && table.follows_row(text);
        let plausible = plausible && !row;
        let spaced = separator == Separator::Sign(b", ");
        (plausible && (!(bars || spaced) || ruled() || !single && (opened() || continued()))).then_some(table)
    }

    /// `|===⏎|Account |Bucket⏎⏎|471192830564⏎|b⏎`: the cells of AsciiDoc, each of which begins with a bar wherever it stands. The
    /// header ends with its line, or with an empty one if each of its cells has a line.
    fn of_asciidoc(text: &[u8], header: &Range<usize>) -> Option<Self> {
        const BORDER: &[u8] = b"|===\n";
        let line = text.get(header.clone()).filter(|line| line.starts_with(b"|"))?;
        let one = |line: &[u8]| memchr::memchr_iter(b'|', line).nth(1).is_none();
        // Lines of one cell each go on up to the border.
        let head = text.get(header.start.saturating_sub(STRIDE)..header.start)?;
        let border = memchr::memmem::rfind(head, BORDER)? + BORDER.len();
        let before = head.get(border..)?;
        let lines = before.split(|b| *b == b'\n').filter(|line| !line.is_empty());
        let start = header.start - before.len();
        let separator = Separator::Cells;
        let end = if one(line) {
            lines.clone().all(|line| line.starts_with(b"|") && one(line)).then_some(())?;
            let rest = text.get(header.end..text.len().min(header.end + STRIDE))?;
            header.end + memchr::memmem::find(rest, b"\n\n")?
        } else {
            before.is_empty().then_some(header.end)?
        };
        let cells = split(text, start..end, Separator::Sign(b"|"));
        let named = |cell: &Range<usize>| text.get(trim(text, cell.clone())).is_some_and(is_heading);
        let count = cells.len().checked_sub(1).filter(|count| *count > 0)?;
        let plausible = cells.iter().skip(1).all(named);
        plausible.then_some(Self {
            header: start..end,
            cells,
            separator: separator(count),
            ends: Break(0),
            title: None,
        })
    }

    /// Returns whether two lines above the header have as many cells, and one of them could not be a header itself.
    fn follows_row(&self, text: &[u8]) -> bool {
        let mut end = self.header.start;
        (0..2).all(|_| {
            let Some(above) = end.checked_sub(self.ends.len()) else { return false };
            let line = line_start(text, above, self.ends)..above;
            end = line.start;
            split(text, line, self.separator).len() == self.cells.len()
        })
    }

    /// `"fields": [{"name": "account"}, …]}, "data": {"values": [["…", "…"], …]}`: the frames of Grafana.
    fn of_series(text: &[u8], header: &Range<usize>) -> bool {
        let gap = text.get(header.end..text.len().min(header.end + OBJECTS_GAP)).unwrap_or_default();
        let gap = gap.get(..memchr::memchr(b'[', gap).unwrap_or(gap.len())).unwrap_or_default();
        let has = |word: &[u8]| memchr::memmem::find(gap, word).is_some();
        has(b"data") && has(b"{") && has(b"values")
    }

    /// Reports the elements of the list of each column. Returns where the last one ends.
    fn series(&self, text: &[u8], mut found: impl FnMut(&[Range<usize>], bool)) -> usize {
        let mut done = self.header.end;
        for column in 0..self.cells.len() {
            let Some(list) = self.next_line(text, done) else { break };
            let mut row = vec![list.end..list.end; self.cells.len()];
            for cell in elements(text, list.clone()) {
                row.get_mut(column).into_iter().for_each(|slot| *slot = cell.clone());
                found(&row, true);
            }
            done = list.end;
        }
        done
    }

    /// The table under a title, as the AWS CLI draws it: the column of names, or of ids, has those of the title.
    fn of_title(
        text: &[u8],
        title: &Range<usize>,
        cells: &[Range<usize>],
        separator: Separator,
        ends: Break,
    ) -> Option<Self> {
        let mut filled = cells.iter().filter(|cell| !trim(text, (*cell).clone()).is_empty());
        let only = filled.next().filter(|_| filled.next().is_none() && separator == Separator::Sign(b"|"))?;
        let mut table = Self { header: title.clone(), cells: Vec::new(), separator, ends, title: None };
        for _ in 0..TITLE_LINES {
            let next = table.next_line(text, table.header.end)?;
            let before = std::mem::replace(&mut table.header, next);
            let line = text.get(table.header.clone())?;
            if !is_rule(line) {
                table.cells = split(text, table.header.clone(), separator);
                let own = |cell: &&Range<usize>| {
                    text.get(trim(text, (*cell).clone())).is_some_and(|name| words::is_one_of(TITLED, name))
                };
                // The title stands for its column.
                let filled = |cell: &&Range<usize>| !trim(text, (*cell).clone()).is_empty();
                let column = table.cells.iter().find(own).or_else(|| {
                    // Values of a query, which have no header: the first column is what the title lists.
                    let first = table.cells.iter().find(filled)?;
                    let value = !text.get(first.clone()).is_some_and(is_heading);
                    value.then(|| table.header = before).map(|()| first)
                });
                let column = column?.clone();
                table.title = Some((only.clone(), column));
                return Some(table);
            }
        }
        None
    }

    /// `||Region||Bucket||`, over rows of `|eu-west-1|b|`, as wikis write it.
    fn of_wiki(text: &[u8], header: &Range<usize>, ends: Break) -> Option<Self> {
        let line = text.get(header.clone())?.trim_ascii();
        (line.len() > 4 && line.starts_with(b"||") && line.ends_with(b"||")).then_some(())?;
        let cells = split(text, header.clone(), Separator::Sign(b"||"));
        let inner = cells.get(1..cells.len().saturating_sub(1)).unwrap_or_default();
        let named = inner.iter().all(|cell| text.get(trim(text, cell.clone())).is_some_and(is_heading));
        let plausible = named && inner.len() >= 2;
        let table = Self { header: header.clone(), cells, separator: Separator::Sign(b"|"), ends, title: None };
        let row = table.next_line(text, table.header.end).and_then(|line| text.get(line))?;
        (plausible && row.starts_with(b"|") && !row.starts_with(b"||")).then_some(table)
    }

    /// `! Region !! Bucket`, over rows of `| eu-west-1 || b`, as MediaWiki writes it.
    fn of_exclamations(text: &[u8], header: &Range<usize>, ends: Break) -> Option<Self> {
        let line = text.get(header.clone())?.trim_ascii_start();
        line.starts_with(b"!").then_some(())?;
        let cells = split(text, header.clone(), Separator::Sign(b"!!"));
        let heading = |cell: &Range<usize>| {
            text.get(cell.clone()).map(|cell| {
                let cell = cell.trim_ascii();
                cell.strip_prefix(b"!").unwrap_or(cell)
            })
        };
        let named = cells.iter().all(|cell| heading(cell).is_some_and(is_heading));
        let table = Self { header: header.clone(), cells, separator: Separator::Sign(b"||"), ends, title: None };
        (named && table.cells.len() >= 2).then_some(table)
    }

    /// The answer to a command that says itself what its columns are: `--query 'DBInstances[].[Id,Status]' --output text`.
    fn of_query(text: &[u8], header: &Range<usize>, at: usize, ends: Break) -> Option<Self> {
        let query = text.get(header.start..at)?;
        // `COPY t (env, password) FROM stdin;` of a dump.
        let behind = text.get(at..header.end)?;
        let copy = query.starts_with(b"COPY ") && memchr::memmem::find(behind, b"FROM stdin").is_some();
        let csv = copy && memchr::memmem::find(behind, b"CSV").is_some();
        let (open, close) = if copy { (b'(', b')') } else { (b'[', b']') };
        let open = memchr::memrchr(open, query)?;
        (copy || memchr::memmem::find(query, b"--query").is_some()).then_some(())?;
        let start = header.start + open + 1;
        let list = text.get(start..header.end)?;
        let list = list.get(..memchr::memchr(close, list)?)?;
        let cells = split(text, start..start + list.len(), Separator::Sign(b","));
        let sign: &[u8] = if csv { b"," } else { b"\t" };
        let table = Self { header: header.clone(), cells, separator: Separator::Sign(sign), ends, title: None };
        (table.cells.len() >= 2).then_some(table)
    }

    /// `INSERT INTO t (env, password) VALUES ('prod', '…'), ('dev', '…');`
    fn of_insert(text: &[u8], at: usize, ends: Break) -> Option<Self> {
        let head = text.get(at.saturating_sub(STRIDE)..at)?;
        let open = memchr::memrchr(b'(', head)?;
        let table = head.get(open.saturating_sub(INSERT_MAX)..open)?;
        table.windows(INTO.len()).any(|word| word == INTO).then_some(())?;
        let start = at - head.len() + open + 1;
        let list = text.get(start..text.len().min(start + STRIDE))?;
        let list = list.get(..memchr::memchr(b')', list)?)?;
        let cells = split(text, start..start + list.len(), Separator::Sign(b","));
        let header = start..start + list.len();
        let separator = Separator::Tuples(Bracket::Round);
        (cells.len() >= 2).then_some(Self { header, cells, separator, ends, title: None })
    }

    /// `{"columns": ["env", "password"], "rows": [["prod", "…"], ["dev", "…"]]}`, and a list of lists under the first one.
    fn of_lists(text: &[u8], at: usize) -> Option<Self> {
        let head = text.get(at.saturating_sub(STRIDE)..at)?;
        matches!(head.last(), Some(b'"' | b'\'')).then_some(())?;
        let start = at - head.len() + memchr::memrchr(b'[', head)? + 1;
        let list = text.get(start..text.len().min(at + STRIDE))?;
        let header = start..start + memchr::memchr(b']', list)?;
        let separator = Separator::Tuples(Bracket::Square);
        let cells = split(text, header.clone(), separator);
        let named = |cell: &Range<usize>| {
            text.get(trim(text, cell.clone()))
                .is_some_and(|cell| matches!(cell, [b'"' | b'\'' | b'\\', ..]) && is_heading(cell))
        };
        let plausible = header.end > at && cells.len() >= 2 && cells.iter().all(named);
        let table = Self { header, cells, separator, ends: Break(0), title: None };
        let row = table.next_line(text, table.header.end).filter(|_| plausible)?;
        (split(text, row, separator).len() == table.cells.len()).then_some(table)
    }

    /// `{"columns": [{"name": "password", "type": "text"}, …], "rows": [["…", …], …]}`, `ColumnMetadata` and `Records` of
    /// RDS' and Redshift's data, the rows of Athena.
    fn of_objects(text: &[u8], at: usize) -> Option<Self> {
        let head = text.get(at.saturating_sub(STRIDE)..at)?;
        let key = head.strip_suffix(b"\"")?.trim_ascii_end().strip_suffix(b":")?.trim_ascii_end();
        let key = key.strip_suffix(b"\"")?.rsplit(|b| *b == b'"').next()?;
        words::is_one_of(COLUMN_NAMES, key).then_some(())?;
        let start = at - head.len() + memchr::memrchr(b'[', head)? + 1;
        let list = text.get(start..text.len().min(at + STRIDE))?;
        let header = start..start + memchr::memchr(b']', list)?;
        let inside = text.get(header.clone()).filter(|_| header.end > at)?;
        let mut cells = Vec::new();
        for open in memchr::memchr_iter(b'{', inside).take(COLUMNS_MAX) {
            let close = memchr::memchr(b'}', inside.get(open..)?)?;
            cells.push(start + open..start + open + close);
        }
        let series = Self::of_series(text, &header);
        let separator = if series { Separator::Series } else { Separator::Objects };
        let table = Self { header, cells, separator, ends: Break(0), title: None };
        if series {
            return Some(table);
        }
        let row = table.next_line(text, table.header.end)?;
        (split(text, row, Separator::Objects).len() == table.cells.len()).then_some(table)
    }

    /// A header over a line of hyphens, one group for each column, as PowerShell and SQL*Plus print it.
    fn of_hyphens(text: &[u8], header: &Range<usize>, ends: Break) -> Option<Self> {
        let mut table =
            Self { header: header.clone(), cells: Vec::new(), separator: Separator::Columns, ends, title: None };
        let rule = table.next_line(text, header.end)?;
        let line = text.get(rule.clone())?;
        (line.starts_with(b"--") && line.iter().all(|b| is_any(b"- \r", b))).then_some(())?;
        let begins =
            |at: &usize| line.get(*at) == Some(&b'-') && at.checked_sub(1).is_none_or(|at| line.get(at) == Some(&b' '));
        let starts: Vec<usize> = (0..line.len()).filter(begins).take(COLUMNS_MAX).collect();
        // A blank stands between two columns.
        let ends = starts.iter().skip(1).map(|start| start - 1).chain([usize::MAX]);
        let cell = |(start, end): (&usize, usize)| {
            let at = |offset: usize| header.end.min(header.start.saturating_add(offset));
            at(*start)..at(end)
        };
        table.cells = starts.iter().zip(ends).map(cell).collect();
        let named = |cell: &Range<usize>| text.get(trim(text, cell.clone())).is_some_and(is_heading);
        // A single column is as wide as its header.
        let wide = || line.trim_ascii_end().len() >= text.get(header.clone()).unwrap_or_default().trim_ascii().len();
        ((table.cells.len() >= 2 || wide()) && table.cells.iter().all(named)).then_some(table)
    }

    /// `<tr><th>Bucket</th>…</tr>`
    fn of_elements(text: &[u8], at: usize, refused: &mut Refused) -> Option<Self> {
        let head = text.get(at.saturating_sub(LINE_MAX)..at)?;
        let near = head.get(head.len().saturating_sub(HEADER_MAX)..)?;
        let open = memchr::memrchr_iter(b'<', near).find(|open| near.get(open + 1) == Some(&b't'))?;
        matches!(near.get(open + 2), Some(b'h' | b'd')).then_some(())?;
        refused.elements = at + STRIDE;
        let start = at - head.len() + memchr::memmem::rfind(head, b"<tr")?;
        let end = at + memchr::memmem::find(text.get(at..text.len().min(at + LINE_MAX))?, b"</tr>")?;
        refused.elements = end;
        let cells = split(text, start..end, Separator::Elements);
        let heading = |cell: &Range<usize>| text.get(untagged(text, cell.clone())).is_some_and(is_heading);
        let head = matches!(near.get(open + 2), Some(b'h'));
        let plausible = (cells.len() >= 2 || head) && cells.iter().all(heading);
        plausible.then_some(Self {
            header: start..end,
            cells,
            separator: Separator::Elements,
            ends: Break(0),
            title: None,
        })
    }

    fn column(&self, at: usize) -> Option<usize> {
        let titled = self.title.as_ref().filter(|(title, _)| title.contains(&at)).map(|(_, column)| column.start);
        let at = titled.unwrap_or(at);
        self.cells.iter().position(|cell| (cell.start..=cell.end).contains(&at))
    }

    /// Reports the cells of each row, and whether they are certain. Returns where the table ends.
    fn rows(&self, text: &[u8], mut found: impl FnMut(&[Range<usize>], bool)) -> usize {
        if self.separator == Separator::Series {
            return self.series(text, found);
        }
        let mut done = self.header.end;
        while let Some(line) = self.next_line(text, done) {
            let bytes = text.get(line.clone()).unwrap_or_default();
            if bytes.iter().all(u8::is_ascii_whitespace) {
                break;
            }
            // `\hline`
            let command =
                self.separator == LATEX && bytes.trim_ascii_start().starts_with(b"\\") && !bytes.contains(&b'&');
            if !is_rule(bytes) && !command {
                // A placeholder is not as long as its value, so what follows it on the line is not under its heading.
                let moved = matches!(self.separator, Separator::Blanks | Separator::Columns)
                    && placeholder::find_all(bytes).next().is_some();
                let cells = match self.separator {
                    _ if moved => split(text, line.clone(), Separator::Blanks),
                    Separator::Columns => self.columns(text, &line),
                    Separator::Blanks => aligned(text, &line, self.header.start, &self.cells),
                    separator => split(text, line.clone(), separator),
                };
                let cells = self.padded(text, cells);
                if cells.len() == self.cells.len() {
                    found(&cells, !moved);
                } else if !moved {
                    break;
                }
            }
            done = line.end;
        }
        done
    }

    /// The cells of a row under the groups of hyphens.
    fn columns(&self, text: &[u8], line: &Range<usize>) -> Vec<Range<usize>> {
        let starts: Vec<usize> = self.cells.iter().map(|cell| cell.start - self.header.start).collect();
        let ends = starts.iter().skip(1).copied().chain([usize::MAX]);
        let cell = |(start, end): (&usize, usize)| {
            let at = |offset: usize| line.end.min(line.start.saturating_add(offset));
            // A value that is wider than its column moves what follows it.
            let apart = *start == 0 || text.get(at(*start) - 1) == Some(&b' ');
            if apart { at(*start)..at(end) } else { line.end..line.end }
        };
        starts.iter().zip(ends).map(cell).collect()
    }

    /// The cells of a row whose borders are prefixes of its line, under a header whose are not.
    fn padded(&self, text: &[u8], cells: Vec<Range<usize>>) -> Vec<Range<usize>> {
        let (Some(first), Some(last)) = (cells.first(), cells.last()) else { return cells };
        let (front, back) = (first.start..first.start, last.end..last.end);
        // A row that begins with its number has the look of a line that is numbered.
        let numbered = text.get(first.clone()).is_some_and(|cell| cell.starts_with(b"   "));
        if self.cells.len() == cells.len() + 1 && numbered && self.separator == Separator::Sign(b"|") {
            return [front].into_iter().chain(cells).collect();
        }
        if self.cells.len() != cells.len() + 2 {
            return cells;
        }
        [front].into_iter().chain(cells).chain([back]).collect()
    }

    /// The line or row after the one that ends at `end`.
    fn next_line(&self, text: &[u8], end: usize) -> Option<Range<usize>> {
        if self.separator == Separator::Elements {
            let gap = text.get(end..text.len().min(end + GAP_MAX))?;
            let start = end + memchr::memmem::find(gap, b"<tr")?;
            let rest = text.get(start..text.len().min(start + LINE_MAX))?;
            return Some(start..start + memchr::memmem::find(rest, b"</tr>")?);
        }
        if let Separator::Cells(count) = self.separator {
            return cells_after(text, end, count);
        }
        let lists = match self.separator {
            Separator::Tuples(bracket) => Some((bracket, bracket.gap(), b"]{}".as_slice())),
            Separator::Objects | Separator::Series => Some((Bracket::Square, OBJECTS_GAP, b"]".as_slice())),
            _ => None,
        };
        if let Some((bracket, gap, stops)) = lists {
            let gap = text.get(end..text.len().min(end + gap))?;
            let open = memchr::memchr(bracket.open(), gap)?;
            // What ends the list of rows, or holds another one, stands in no gap between two of them.
            let apart = gap.get(1..open).unwrap_or_default().iter().any(|b| stops.contains(b));
            let around = |b: &&u8| **b == b'[' || b.is_ascii_whitespace();
            let more = gap.get(open + 1..).unwrap_or_default().iter().take_while(around).count();
            let start = end + open + 1 + if bracket == Bracket::Square { more } else { 0 };
            let rest = text.get(start..text.len().min(start + LINE_MAX)).filter(|_| !apart)?;
            let mut quote = Quote::default();
            let close = rest.iter().position(|b| !quote.holds(bracket, *b) && *b == bracket.close())?;
            return Some(start..start + close);
        }
        let start = end + self.ends.len();
        text.get(start)?;
        Some(start..line_end(text, start, Some(self.ends))?.0)
    }
}

/// Where the line at `at` ends, and with which break: the given one, or whichever comes first.
pub(crate) fn line_end(text: &[u8], at: usize, ends: Option<Break>) -> Option<(usize, Break)> {
    let rest = text.get(at..text.len().min(at + LINE_MAX))?;
    let mut from = 0;
    while let Some(mark) = memchr::memchr2(b'\n', b'\\', rest.get(from..)?).map(|mark| from + mark) {
        let escapes = rest.get(mark..)?.iter().take(16).take_while(|b| **b == b'\\').count();
        let found = match rest.get(mark + escapes) {
            // Two of them end a row of LaTeX, and one goes on with the next line.
            Some(b'\n') if escapes != 1 => Some(Break(0)),
            Some(b'n') if escapes > 0 => Some(Break(escapes)),
            _ => None,
        };
        if let Some(found) = found.filter(|found| ends.is_none_or(|ends| ends == *found || found.0 == 0)) {
            let end = if found.0 == 0 { mark + escapes } else { mark };
            return ends.is_none_or(|ends| ends == found).then_some((at + end, found));
        }
        from = mark + escapes.max(1);
    }
    // A string ends with its quotation mark, and a text with its last line.
    let escapes = |quote: &usize| quoted::escapes(rest.get(..*quote).unwrap_or_default());
    let quote = ends
        .filter(|ends| ends.0 > 0)
        .and_then(|ends| {
            memchr::memchr2_iter(b'"', b'\'', rest).find(|quote| escapes(quote) < ends.0 && closes(rest, *quote))
        })
        .map(|quote| quote - escapes(&quote));
    let last = at + rest.len() == text.len();
    quote.map(|quote| at + quote).or(last.then_some(text.len())).map(|end| (end, ends.unwrap_or(Break(0))))
}

/// Returns whether the mark at `at` ends a string: an apostrophe stands within a word.
fn closes(text: &[u8], at: usize) -> bool {
    let next = text.get(at + 1);
    text.get(at) == Some(&b'"') || next.is_none_or(|b| is_any(b",)}]\n \\", b))
}

pub(crate) fn line_start(text: &[u8], at: usize, ends: Break) -> usize {
    let head = text.get(at.saturating_sub(LINE_MAX)..at).unwrap_or_default();
    let base = at - head.len();
    let real = memchr::memrchr(b'\n', head).map_or(0, |newline| newline + 1);
    if ends.0 == 0 {
        return base + real;
    }
    let line = head.get(real..).unwrap_or_default();
    let escaped = |at: &usize| quoted::escapes(line.get(..*at).unwrap_or_default());
    let broken = memchr::memrchr_iter(b'n', line).find(|at| escaped(at) == ends.0).map_or(0, |at| at + 1);
    let quote = |mark: u8| memchr::memrchr_iter(mark, line).find(|at| escaped(at) < ends.0);
    // A string of Python, in which the other marks are text.
    let begins = |at: &usize| at.checked_sub(1).and_then(|at| line.get(at)).is_none_or(|b| is_any(b"=([{,: ", b));
    let string = quote(b'\'').filter(begins).or_else(|| quote(b'"')).map_or(0, |at| at + 1);
    base + real + broken.max(string)
}

/// Returns whether a line defines a constant of C, whose sign may have been taken for a comment's.
fn is_definition(line: &[u8]) -> bool {
    let line = line.trim_ascii_start();
    line.strip_prefix(b"#").unwrap_or(line).starts_with(b"define ")
}

/// The separator that makes the most of a line.
fn separator(line: &[u8], ends: Break) -> Option<Separator> {
    const TAB: Separator = Separator::Sign(b"\t");
    let has = |sign: u8| memchr::memchr(sign, line).is_some();
    let holds = |sign: &[u8]| memchr::memmem::find(line, sign).is_some();
    let row = || line.trim_ascii_end().ends_with(br"\\") || holds(br"\\ \");
    if has(b'&') && (holds(b" & ") || holds(b"\t& ")) && row() {
        return Some(LATEX);
    }
    if has(b'\t') {
        return Some(TAB);
    }
    const TABS: [&[u8]; 4] = [b"\t", br"\t", br"\\t", br"\\\t"];
    if let Some(tab) = TABS.get(ends.0).filter(|tab| ends.0 > 0 && holds(tab)) {
        return Some(Separator::Sign(tab));
    }
    let bar = BARS.into_iter().map(str::as_bytes).filter(|_| has(BAR)).find(|bar| holds(bar));
    if let Some(bar) = bar {
        return Some(Separator::Sign(bar));
    }
    if has(b'|') {
        return Some(Separator::Sign(b"|"));
    }
    // The first column of a table is short, and the first clause of a sentence seldom is.
    if let Some(comma) = memchr::memchr(b',', line) {
        let spaced = holds(b", ");
        let short = || {
            let blanks = line.len() - line.trim_ascii_start().len();
            line.len() <= SPACED_MAX && comma - blanks <= FIRST_MAX
        };
        let apart = if spaced { short() } else { !holds(b"; ") };
        return (apart && !is_code(line)).then_some(Separator::Sign(if spaced { b", " } else { b"," }));
    }
    if has(b';') {
        return (!is_code(line) && !holds(b"; ")).then_some(Separator::Sign(b";"));
    }
    holds(b"  ").then_some(Separator::Blanks)
}

/// What separates the cells of LaTeX's tables.
const LATEX: Separator = Separator::Sign(b"&");

/// The next row of so many cells, each of which begins with a bar.
fn cells_after(text: &[u8], end: usize, count: usize) -> Option<Range<usize>> {
    let rest = text.get(end..text.len().min(end + LINE_MAX))?;
    let start = rest.iter().position(|b| !b.is_ascii_whitespace())?;
    let row = rest.get(start..)?;
    if !row.starts_with(b"|") || row.starts_with(b"|===") {
        return None;
    }
    let next = memchr::memchr_iter(b'|', row).nth(count);
    let len = next.or((end + rest.len() == text.len()).then_some(row.len()))?;
    Some(end + start..end + start + row.get(..len)?.trim_ascii_end().len())
}

/// The elements of a list, however many there are.
fn elements(text: &[u8], list: Range<usize>) -> impl Iterator<Item = Range<usize>> {
    let mut at = list.start;
    std::iter::from_fn(move || {
        let rest = text.get(at..list.end).filter(|rest| !rest.is_empty())?;
        let mut quote = Quote::default();
        let len = rest.iter().position(|b| !quote.holds(Bracket::Square, *b) && *b == b',').unwrap_or(rest.len());
        let cell = at..at + len;
        at += len + 1;
        Some(cell)
    })
}

/// The upright lines of boxes, and the byte that each begins with.
const BARS: [&str; 3] = ["│", "┃", "║"];
const BAR: u8 = 0xe2;

/// Returns whether a line has signs of code: brackets, except within quotation marks and after a blank, `Cost (USD)`.
fn is_code(line: &[u8]) -> bool {
    let (mut quoted, mut last, mut remark) = (false, b' ', false);
    line.iter().any(|b| {
        quoted ^= *b == b'"';
        remark = (remark || *b == b'(' && last == b' ') && last != b')';
        last = *b;
        matches!(b, b'(' | b')' | b'{' | b'}' | b'=' | b'[' | b']') && !quoted && !remark
    })
}

/// The quotation mark that is open in a row.
#[derive(Default)]
struct Quote(Option<u8>);

impl Quote {
    /// Takes the next byte. Returns whether it is a part of what is quoted.
    fn holds(&mut self, bracket: Bracket, byte: u8) -> bool {
        let held = self.0.is_some();
        match self.0 {
            Some(open) if open == byte => self.0 = None,
            None if bracket.is_quote(byte) => self.0 = Some(byte),
            _ => {}
        }
        held || self.0.is_some()
    }
}

/// The cells of a row.
fn split(text: &[u8], line: Range<usize>, separator: Separator) -> Vec<Range<usize>> {
    let bytes = text.get(line.clone()).unwrap_or_default();
    let mut cells = Vec::new();
    match separator {
        Separator::Sign(sign) => {
            let (mut start, mut at, mut quoted) = (0, 0, false);
            while at < bytes.len() && cells.len() < COLUMNS_MAX {
                let rest = bytes.get(at..).unwrap_or_default();
                quoted ^= rest.first() == Some(&b'"') && sign.len() == 1 && sign != b"|";
                // A header and its rows may be drawn with different lines.
                let other = || sign.len() > 2 && BARS.iter().any(|bar| rest.starts_with(bar.as_bytes()));
                if !quoted && (rest.starts_with(sign) || other()) {
                    cells.push(start..at);
                    at += sign.len();
                    start = at;
                } else {
                    at += 1;
                }
            }
            cells.push(start..bytes.len());
        }
        Separator::Blanks => {
            let (mut at, mut start) = (0, None);
            while at <= bytes.len() && cells.len() < COLUMNS_MAX {
                let wide = bytes.get(at..).is_none_or(|rest| matches!(rest, [] | [b' ', b' ', ..]));
                match start {
                    Some(first) if wide => {
                        cells.push(first..at);
                        start = None;
                    }
                    None if bytes.get(at).is_some_and(|b| *b != b' ') => start = Some(at),
                    _ => {}
                }
                at += 1;
            }
        }
        Separator::Tuples(bracket) => {
            let (mut start, mut quote) = (0, Quote::default());
            for (at, byte) in bytes.iter().enumerate() {
                if !quote.holds(bracket, *byte) && *byte == b',' && cells.len() < COLUMNS_MAX {
                    cells.push(start..at);
                    start = at + 1;
                }
            }
            cells.push(start..bytes.len());
        }
        Separator::Objects if !bytes.trim_ascii_start().starts_with(b"{") => {
            return split(text, line, Separator::Tuples(Bracket::Square));
        }
        // The value of the only member.
        Separator::Objects => {
            for open in memchr::memchr_iter(b'{', bytes).take(COLUMNS_MAX) {
                let rest = bytes.get(open..).unwrap_or_default();
                let close = memchr::memchr(b'}', rest).unwrap_or(rest.len());
                let colon = memchr::memchr(b':', rest).filter(|colon| *colon < close).map_or(close, |colon| colon + 1);
                cells.push(open + colon..open + close);
            }
        }
        Separator::Cells(_) => return split(text, line, Separator::Sign(b"|")),
        // The header tells where they are, and a list is split by itself.
        Separator::Columns | Separator::Series => {}
        Separator::Elements => {
            for open in memchr::memmem::find_iter(bytes, b"<t").take(COLUMNS_MAX) {
                let cell = matches!(bytes.get(open + 2), Some(b'h' | b'd'));
                let rest = bytes.get(open..).filter(|_| cell).unwrap_or_default();
                let inside = rest.iter().position(|b| *b == b'>').map(|at| open + at + 1);
                let end = inside.and_then(|at| memchr::memmem::find(bytes.get(at..)?, b"</t").map(|len| at + len));
                cells.extend(inside.zip(end).map(|(start, end)| start..end));
            }
        }
    }
    cells.into_iter().map(|cell| line.start + cell.start..line.start + cell.end).collect()
}

/// The cells of a row that stand where the header's do.
fn aligned(text: &[u8], line: &Range<usize>, header: usize, columns: &[Range<usize>]) -> Vec<Range<usize>> {
    let cell = |column: &Range<usize>| {
        let start = line.start + column.start - header;
        let rest = text.get(start..line.end.max(start)).unwrap_or_default();
        let begins = start == line.start || text.get(start - 1) == Some(&b' ');
        let len = memchr::memmem::find(rest, b"  ").unwrap_or(rest.len());
        if begins && start < line.end && !rest.starts_with(b" ") {
            return start..start + len;
        }
        // A column that ends where its heading does.
        let end = line.start + column.end - header;
        let before = text.get(line.start..end).filter(|_| end <= line.end).unwrap_or_default();
        let ends = text.get(end).is_none_or(|b| matches!(b, b' ' | b'\r' | b'\n'));
        let right = before.last().is_some_and(|b| *b != b' ') && ends;
        let first = memchr::memmem::rfind(before, b"  ").map_or(line.start, |at| line.start + at + 2);
        if right { first..end } else { line.end..line.end }
    };
    columns.iter().map(cell).collect()
}

/// Returns whether a cell could name a column: words, not a value.
fn is_heading(cell: &[u8]) -> bool {
    let cell = cell.trim_ascii();
    let plain = |b: &u8| b.is_ascii_alphanumeric() || !b.is_ascii() || is_any(b" _-./()#%:\"'*`\\@", b);
    let digits = cell.split(|b| !b.is_ascii_digit()).map(<[u8]>::len).max().unwrap_or(0);
    let letters = cell.iter().any(|b| b.is_ascii_alphabetic() || !b.is_ascii());
    // `DB_PASSWORD    XFMlIEk4b5W5pN`: a value.
    let value = check::is_scattered(cell);
    (1..=HEADER_MAX).contains(&cell.len()) && letters && digits <= 3 && !value && cell.iter().all(plain)
}

/// `|---|---|`, `+-----+`, `├─────┼`, `====  ====`
fn is_rule(line: &[u8]) -> bool {
    let mark = |b: &u8| is_any(b"-+|=: \t\r", b) || (0x80..=0xbf).contains(b) || *b == 0xe2;
    line.iter().all(mark) && line.iter().any(|b| matches!(b, b'-' | b'=' | 0xe2))
}

fn trim(text: &[u8], cell: Range<usize>) -> Range<usize> {
    let bytes = text.get(cell.clone()).unwrap_or_default();
    let front = bytes.len() - bytes.trim_ascii_start().len();
    cell.start + front..cell.start + front + bytes.trim_ascii().len()
}
