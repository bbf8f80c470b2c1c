//! Headers of tables, in the notations that have them.

use std::ops::Range;

use crate::near::is_any;
use crate::placeholder;
use crate::scan::check;
use crate::scan::edge;
use crate::scan::table::bullets;
use crate::scan::table::cells::{split, trim, unset, untagged};
use crate::scan::table::line::{Break, COLUMNS_MAX, LINE_MAX, STRIDE, line_end, line_start};
use crate::scan::table::rows::{OBJECTS_GAP, Table, is_rule};
use crate::scan::table::separator::{Bracket, LATEX, Separator, separator};
use crate::scan::words::{Words, words};

/// Maximum bytes of a header.
const HEADER_MAX: usize = 48;
/// Lines after a title in which the header stands.
const TITLE_LINES: usize = 3;
/// Columns that a title names.
static TITLED: Words = words!("name|id|identifier|arn");
/// Maximum bytes between two rows of HTML.
/// Members that hold the name of a column.
static COLUMN_NAMES: Words = words!("name|label|columnname|column_name|column|field|header|title|varcharvalue");
/// Maximum bytes of the name of a table in SQL.
const INSERT_MAX: usize = 120;
const INTO: &[u8] = b"INTO ";

/// Up to where lines, and rows of HTML, were read that are no headers: a line has many names, and is read for one.
#[derive(Debug, Default)]
pub(super) struct Refused {
    lines: usize,
    elements: usize,
}
impl Table {
    /// The table whose header holds the name at `at`.
    pub(super) fn read(text: &[u8], at: usize, refused: &mut Refused) -> Option<Self> {
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
        let known = Self::of_bullets(text, at)
            .or_else(|| Self::of_asciidoc(text, &header))
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

    /// `* - Bucket⏎  - Region⏎* - b⏎  - eu-west-1`
    pub(super) fn of_bullets(text: &[u8], at: usize) -> Option<Self> {
        let head = text.get(at.saturating_sub(STRIDE)..at)?;
        let line = edge::last_line(head);
        let indent = bullets::indent(line);
        // Most names stand in no list.
        let item = line.get(indent..).filter(|item| item.first().is_some_and(|b| bullets::is_mark(*b)))?;
        let column = if bullets::begins_row(item) { indent + bullets::MARK } else { indent };
        let mut start = at - line.len();
        if column == indent {
            item.starts_with(b"- ").then_some(())?;
            // The first line above that is none of the other cells begins the row.
            let mut above = head.get(..head.len() - line.len())?;
            loop {
                above = above.strip_suffix(b"\n")?;
                let line = edge::last_line(above);
                start -= line.len() + 1;
                let outer = line.get(column.checked_sub(bullets::MARK)?..).unwrap_or_default();
                if bullets::begins_row(outer) && bullets::indent(line) + bullets::MARK == column {
                    break;
                }
                bullets::cell_at(line, column)?;
                above = above.get(..above.len() - line.len())?;
            }
        }
        let separator = Separator::Bullets(column);
        let header = start..bullets::row_end(text, start, column);
        let cells = bullets::cells(text, header.clone(), column);
        let named = |cell: &Range<usize>| text.get(trim(text, cell.clone())).is_some_and(is_heading);
        let plausible = cells.len() >= 2 && cells.iter().all(named);
        let table = Self { header, cells, separator, ends: Break(0), title: None };
        let row = bullets::next_row(text, table.header.end, column).filter(|_| plausible)?;
        (bullets::cells(text, row, column).len() == table.cells.len()).then_some(table)
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
                let own =
                    |cell: &&Range<usize>| text.get(trim(text, (*cell).clone())).is_some_and(|name| TITLED.has(name));
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
        // A column that counts the rows is headed by a sign.
        let heading = |cell: &[u8]| is_heading(cell) || cell == b"#";
        let named = inner.iter().all(|cell| text.get(trim(text, cell.clone())).is_some_and(heading));
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
        COLUMN_NAMES.has(key).then_some(())?;
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
        // `Private&nbsp;IP`
        let spaced = |cell: &[u8]| {
            let mut parts = Vec::with_capacity(cell.len());
            let mut rest = cell;
            while let Some(at) = memchr::memmem::find(rest, b"&nbsp;") {
                parts.extend(rest.get(..at).unwrap_or_default());
                parts.push(b' ');
                rest = rest.get(at + b"&nbsp;".len()..).unwrap_or_default();
            }
            parts.extend(rest);
            is_heading(&parts)
        };
        let heading = |cell: &Range<usize>| text.get(untagged(text, cell.clone())).is_some_and(spaced);
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
}

/// Returns whether a cell could name a column: words, not a value.
pub(super) fn is_heading(cell: &[u8]) -> bool {
    let cell = cell.trim_ascii();
    let plain = |b: &u8| b.is_ascii_alphanumeric() || !b.is_ascii() || is_any(b" _-./()#%:\"'*`\\@", b);
    let digits = cell.split(|b| !b.is_ascii_digit()).map(<[u8]>::len).max().unwrap_or(0);
    let letters = cell.iter().any(|b| b.is_ascii_alphabetic() || !b.is_ascii());
    // `DB_PASSWORD    XFMlIEk4b5W5pN`: a value. The marks of `"S3 Bucket"` are none of its signs.
    let bare = cell.strip_prefix(b"\"").and_then(|cell| cell.strip_suffix(b"\"")).unwrap_or(cell);
    let value = check::is_scattered(bare);
    (1..=HEADER_MAX).contains(&cell.len()) && letters && digits <= 3 && !value && cell.iter().all(plain)
}

/// Returns whether a line defines a constant of C, whose sign may have been taken for a comment's.
fn is_definition(line: &[u8]) -> bool {
    let line = line.trim_ascii_start();
    line.strip_prefix(b"#").unwrap_or(line).starts_with(b"define ")
}
