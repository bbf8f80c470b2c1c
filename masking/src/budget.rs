//! The budget of one request. The work of every rule is linear in the text that it reads, and a test counts it; the budget
//! is for the rule of which nobody knows yet that it is not. A request that exceeds it is refused instead of stalling the
//! worker.

/// Maximum bytes of a body: twice those that the APIs take.
pub const BYTES_MAX: usize = 64 << 20;
/// Maximum findings in a body. A finding takes 48 bytes while the request is masked, and an edit as many.
pub const FINDINGS_MAX: usize = 500_000;
/// Maximum distinct values in a body: more than people have, and as many as a vault that keeps them may be owed.
pub const VALUES_MAX: usize = 25_000;
/// Steps of the scan: one for each place at which a rule looks, and one for each byte that it finds.
const STEPS_PER_BYTE: u64 = 128;
const STEPS_MIN: u64 = 1 << 20;

/// The part of the budget that a request exceeded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Budget {
    /// [`BYTES_MAX`].
    Bytes,
    /// [`FINDINGS_MAX`].
    Findings,
    /// [`VALUES_MAX`].
    Values,
    /// The steps of the scan.
    Steps,
}

/// The steps that a scan of so many bytes may take.
pub(crate) fn steps(bytes: usize) -> u64 {
    STEPS_MIN + STEPS_PER_BYTE * bytes as u64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scan::Written;
    use crate::{Known, Policy, Scanner, Text};

    #[test]
    fn a_second_reading_ends_with_its_steps_too() {
        let scanner = Scanner::new(&Policy::default()).unwrap();
        // The literals are cut where they are written, and whole where they are seen.
        let text = "a\u{200b}rn:aws:s3:::acme-logs-1 bu\u{200b}cket: acme-logs-2 ".repeat(100);
        let scan = |steps| {
            scanner.review(&[Written::plain(&text, None)], &Known::default(), None, steps).map(|scanned| scanned.picked)
        };
        let enough = (0..32).map(|power| 1 << power).find(|steps| scan(*steps).is_ok()).unwrap();
        let as_written = text.replace('\u{200b}', "_");
        let first = |steps| {
            scanner
                .review(&[Written::plain(&as_written, None)], &Known::default(), None, steps)
                .map(|scanned| scanned.picked)
        };
        assert!(first(enough / 2).is_ok(), "the first reading has to fit");
        assert_eq!(scan(enough / 2), Err(Budget::Steps));
    }

    #[test]
    fn a_scan_ends_with_its_steps() {
        let scanner = Scanner::new(&Policy::default()).unwrap();
        let text = "arn:aws:s3:::acme-logs-1 bucket: acme-logs-2 ".repeat(100);
        let scan = |steps| {
            scanner.review(&[Written::plain(&text, None)], &Known::default(), None, steps).map(|scanned| scanned.picked)
        };
        assert_eq!(scan(50), Err(Budget::Steps));
        let found = scan(steps(text.len())).unwrap();
        let plainly = scanner.scan(&[Text { text: &text, key: None }], &Known::default());
        assert!(
            found
                .iter()
                .flat_map(|picked| picked.iter())
                .map(|picked| picked.range.start)
                .eq(plainly.iter().map(|finding| finding.start))
        );
        // The budget is generous: it is for what nobody knows of.
        assert_eq!(scan(12 * text.len() as u64), Ok(found));
    }
}
