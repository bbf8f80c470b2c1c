//! Names of headers that both sides use, and how the bearer token stands in one.

/// Carries the bearer token of a call.
pub const AUTHORIZATION: &str = "authorization";
/// Carries a summary in numbers of what was masked or restored.
pub const NOTE: &str = "x-aws-masker";

const SCHEME: &str = "Bearer ";

/// The value of [`AUTHORIZATION`] for a token.
pub fn bearer(token: &str) -> String {
    [SCHEME, token].concat()
}

/// The token in a value of [`AUTHORIZATION`]; `None` if the value has another scheme. The case of a scheme does not matter.
pub fn token(authorization: &[u8]) -> Option<&[u8]> {
    let (scheme, token) = authorization.split_at_checked(SCHEME.len())?;
    scheme.eq_ignore_ascii_case(SCHEME.as_bytes()).then_some(token)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_follows_its_scheme() {
        assert_eq!(token(bearer("abc").as_bytes()), Some(&b"abc"[..]));
        for (value, expected) in [
            ("bearer abc", Some("abc")),
            ("BEARER  abc", Some(" abc")),
            ("Bearer ", Some("")),
            ("Basic  abc", None),
            ("abc", None),
        ] {
            assert_eq!(token(value.as_bytes()), expected.map(str::as_bytes), "{value:?}");
        }
    }
}
