//! Words that someone may have meant.

use masking::catalog;

/// Words that are shown.
const SHOWN: usize = 3;
/// The share of letters from which on two words are near.
const NEAR: f64 = 0.6;
/// Letters of a word that may be a part of another one.
const PART: usize = 2;

/// The nearest of the words, the best first.
pub(crate) fn near<'w>(word: &str, words: impl Iterator<Item = &'w str>) -> Vec<&'w str> {
    let word = word.to_lowercase();
    let mut near: Vec<_> = words.map(|other| (strsim::normalized_damerau_levenshtein(&word, other), other)).collect();
    near.retain(|(likeness, other)| *likeness >= NEAR || (word.len() >= PART && other.contains(&word)));
    near.sort_by(|a, b| b.0.total_cmp(&a.0));
    near.into_iter().take(SHOWN).map(|(_, word)| word).collect()
}

/// Kinds that someone may have meant, to be appended to a message. The catalogue's words alone: what was written may be a
/// value in the wrong list.
pub(crate) fn kinds_near(word: &str, with_families: bool) -> String {
    let (kinds, families) = catalog::words();
    let near = near(word, kinds.chain(families.filter(|_| with_families)));
    if near.is_empty() { String::new() } else { format!("; near ones: {}", near.join(", ")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_come_first() {
        let words = ["s3_bucket", "ec2_instance", "rds_instance", "public_ip", "secrets"];
        for (word, expected) in [
            ("s3_buckets", &["s3_bucket"][..]),
            ("S3Bucket", &["s3_bucket"]),
            ("s3", &["s3_bucket"]),
            ("ec2_instances", &["ec2_instance", "rds_instance"]),
            ("redis", &[]),
            ("acme-prod-logs", &[]),
            ("", &[]),
        ] {
            assert_eq!(near(word, words.into_iter()), expected, "{word}");
        }
    }
}
