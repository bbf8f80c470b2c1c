//! A text as the provider sees it, for the tests of what comes back.

use masking::dialect::Options;
use masking::{Format, Known, Masked, Masker, Mint, NoThoughts, PlaceholderKey, Policy, Scanner};

/// The text masked by the default policy, with the values that were replaced.
pub fn mask(text: &str) -> Masked {
    let scanner = Scanner::new(&Policy::default()).unwrap();
    let mint = Mint::new(&PlaceholderKey::new([3; 32]), "tests");
    let (known, options) = (Known::default(), Options::default());
    let masker = Masker { scanner: &scanner, known: &known, mint: &mint, options, thoughts: &NoThoughts };
    masker.mask(Format::Text, text.as_bytes()).unwrap()
}
