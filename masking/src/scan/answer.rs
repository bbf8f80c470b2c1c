//! Answers of AWS's own APIs: JSON whose members are named as AWS names them. Such an answer defines a name for later
//! exchanges too, which prose, code and configuration do not.

use std::ops::Range;

use crate::scan::pick::{Evidence, Hit};

/// Maximum bytes of a member's name.
const NAME_MAX: usize = 64;

/// Marks the values that a document defines.
pub(crate) fn mark(text: &[u8], hits: &mut [Hit]) {
    if !matches!(text.trim_ascii_start().first(), Some(b'{' | b'[')) {
        return;
    }
    for hit in hits.iter_mut().filter(|hit| hit.evidence == Evidence::Context) {
        if is_member(text, hit.start..hit.end) {
            hit.evidence = Evidence::Defined;
        }
    }
}

/// Returns whether the value is the whole of a member of AWS's own: `"BucketName": "acme-prod"`, `"clusterName": "acme"`.
fn is_member(text: &[u8], value: Range<usize>) -> bool {
    let Some([head @ .., b'"']) = text.get(..value.start) else { return false };
    let [head @ .., b':'] = head.trim_ascii_end() else { return false };
    let [head @ .., b'"'] = head.trim_ascii_end() else { return false };
    let name = head.iter().rev().take(NAME_MAX).take_while(|b| b.is_ascii_alphanumeric()).count();
    let (before, name) = head.split_at(head.len() - name);
    let cases = [u8::is_ascii_uppercase, u8::is_ascii_lowercase];
    text.get(value.end) == Some(&b'"') && before.ends_with(b"\"") && cases.iter().all(|case| name.iter().any(case))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_that_aws_names() {
        for (before, after, expected) in [
            ("{\"BucketName\": \"", "\"}", true),
            ("{\"clusterName\":\"", "\",", true),
            ("[{\"DBInstanceIdentifier\"\n :\t\"", "\"", true),
            ("{\"bucket\": \"", "\"}", false),
            ("{\"BUCKET\": \"", "\"}", false),
            ("{\"BucketName\": \"", " and more\"}", false),
            ("{BucketName: \"", "\"}", false),
            ("{\"Bucket Name\": \"", "\"}", false),
            ("{\"BucketName\": ", "}", false),
            ("\"", "\"", false),
            ("", "", false),
        ] {
            let text = format!("{before}acme{after}");
            assert_eq!(is_member(text.as_bytes(), before.len()..before.len() + 4), expected, "{text}");
        }
    }
}
