//! What separates the cells of a row.

use crate::scan::table::line::Break;

/// Maximum bytes of a line of headers with blanks behind their commas, which may be one of a sentence.
const SPACED_MAX: usize = 160;
const FIRST_MAX: usize = 24;

/// What separates the cells of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Separator {
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
    /// A list within a list, whose hyphens stand at this column.
    Bullets(usize),
}

/// The brackets around a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Bracket {
    /// `('prod', '…')`
    Round,
    /// `["prod", "…"]`
    Square,
}

impl Bracket {
    pub(super) fn open(self) -> u8 {
        if self == Self::Round { b'(' } else { b'[' }
    }

    pub(super) fn close(self) -> u8 {
        if self == Self::Round { b')' } else { b']' }
    }

    pub(super) fn is_quote(self, byte: u8) -> bool {
        byte == b'\'' || self == Self::Square && byte == b'"'
    }

    /// Maximum bytes between two rows, or between the columns and the rows.
    pub(super) fn gap(self) -> usize {
        if self == Self::Round { 24 } else { 48 }
    }
}

/// The separator that makes the most of a line.
pub(super) fn separator(line: &[u8], ends: Break) -> Option<Separator> {
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
pub(super) const LATEX: Separator = Separator::Sign(b"&");
/// The upright lines of boxes, and the byte that each begins with.
pub(super) const BARS: [&str; 3] = ["│", "┃", "║"];
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
