//! The budget of one request: what exceeds it is refused, whatever it is.

#![cfg(test)]

use masking::dialect::Options;
use masking::{
    BYTES_MAX, Budget, FINDINGS_MAX, Format, Known, MaskError, Masked, Masker, Mint, NoThoughts, PlaceholderKey,
    Policy, Scanner, VALUES_MAX,
};

fn mask(body: &str) -> Result<Masked, MaskError> {
    let scanner = Scanner::new(&Policy::default()).unwrap();
    let mint = Mint::new(&PlaceholderKey::new([7; 32]), "t");
    let (known, options) = (Known::default(), Options::default());
    Masker { scanner: &scanner, known: &known, mint: &mint, options, thoughts: &NoThoughts }
        .mask(Format::Text, body.as_bytes())
}

fn ids(count: usize) -> String {
    (0..count).map(|n| format!("i-{n:017x} ")).collect()
}

#[test]
fn a_request_within_its_budget_is_masked() {
    assert_eq!(mask(&ids(VALUES_MAX)).unwrap().replaced.len(), VALUES_MAX);
}

#[test]
fn each_part_of_the_budget_has_its_end() {
    let exceeded = |body: &str| mask(body).map(|masked| masked.replaced.len());
    assert_eq!(exceeded(&ids(VALUES_MAX + 1)), Err(MaskError::Budget(Budget::Values)));
    assert_eq!(exceeded(&"10.0.0.1 ".repeat(FINDINGS_MAX + 1)), Err(MaskError::Budget(Budget::Findings)));
    assert_eq!(exceeded(&" ".repeat(BYTES_MAX + 1)), Err(MaskError::Budget(Budget::Bytes)));
}
