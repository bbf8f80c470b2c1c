//! Stable error codes: all that the sidecar answers with. The filter uses those that mean the same there, and has more of
//! its own, which the sidecar only counts.

/// The store does not answer, or the vault does not.
pub const STORE_DOWN: &str = "AWS_MASKER_1001";
/// The scope has used up a quota: nothing new is stored for it.
pub const QUOTA: &str = "AWS_MASKER_1006";
/// The configuration of the program itself is invalid.
pub const CONFIGURATION: &str = "AWS_MASKER_4001";
/// The body is not the JSON that was expected.
pub const NOT_JSON: &str = "AWS_MASKER_6002";
/// The sidecar has a defect.
pub const INTERNAL: &str = "AWS_MASKER_7000";
/// There is no bearer token, or an unknown one.
pub const UNAUTHORIZED: &str = "AWS_MASKER_7001";
/// The bearer token is not for this scope.
pub const FORBIDDEN: &str = "AWS_MASKER_7002";
/// A field is out of its bounds.
pub const INVALID: &str = "AWS_MASKER_7003";
/// The call is one of another [`VERSION`](crate::VERSION).
pub const VERSION: &str = "AWS_MASKER_7004";
/// The body, or its answer, is too large.
pub const TOO_LARGE: &str = "AWS_MASKER_7005";
/// The rate of the bearer token is used up.
pub const TOO_MANY: &str = "AWS_MASKER_7006";
/// The body did not arrive in time.
pub const TOO_SLOW: &str = "AWS_MASKER_7007";
/// There is no such path.
pub const UNKNOWN_PATH: &str = "AWS_MASKER_7008";
/// The path takes another method.
pub const METHOD: &str = "AWS_MASKER_7009";

/// A browser made the call for another page than the sidecar's own.
pub const FOREIGN_PAGE: &str = "AWS_MASKER_7010";

/// Returns whether a text has the form of a code, known or not: `AWS_MASKER_` and four digits.
pub fn is_code(text: &str) -> bool {
    let number = text.strip_prefix("AWS_MASKER_").unwrap_or_default();
    number.len() == 4 && number.bytes().all(|b| b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_told_by_its_form() {
        for (text, expected) in [
            (STORE_DOWN, true),
            (METHOD, true),
            ("AWS_MASKER_2004", true),
            ("AWS_MASKER_602", false),
            ("AWS_MASKER_60022", false),
            ("AWS_MASKER_60a2", false),
            ("6002", false),
            ("i-0abc", false),
        ] {
            assert_eq!(is_code(text), expected, "{text}");
        }
    }
}
