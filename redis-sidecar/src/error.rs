//! What can go wrong: stable codes, and what the caller is told. What happened inside goes to the log only.

use std::fmt;

/// Why a call was refused. Holds nothing that came from the caller or from inside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Error {
    /// Redis does not answer, or not in time.
    StoreDown,
    /// No token, or an unknown one.
    Unauthorized,
    /// The token is not for this scope.
    Forbidden,
    /// Not the JSON that this call takes.
    NotJson { line: usize, column: usize },
    /// One field is out of its bounds.
    Invalid(&'static str),
    /// A contract that this sidecar does not speak.
    Version,
    /// The body, or the answer that it asks for, is too large.
    TooLarge,
    /// The token's rate is used up.
    TooMany,
    /// The body did not arrive in time.
    TooSlow,
    /// No such path.
    NoSuchCall,
    /// The path takes another method.
    Method,
    /// A defect: the operating system's randomness or a cipher failed.
    Internal,
}

impl Error {
    /// Status, code, and the type in the shape of the API.
    fn row(self) -> (u16, &'static str, &'static str) {
        match self {
            Self::StoreDown => (503, "AWS_MASKER_1001", "api_error"),
            Self::Unauthorized => (401, "AWS_MASKER_7001", "authentication_error"),
            Self::Forbidden => (403, "AWS_MASKER_7002", "permission_error"),
            Self::Invalid(_) => (400, "AWS_MASKER_7003", "invalid_request_error"),
            Self::Version => (400, "AWS_MASKER_7004", "invalid_request_error"),
            Self::TooLarge => (413, "AWS_MASKER_7005", "request_too_large"),
            Self::TooMany => (429, "AWS_MASKER_7006", "rate_limit_error"),
            Self::TooSlow => (408, "AWS_MASKER_7007", "invalid_request_error"),
            Self::NoSuchCall => (404, "AWS_MASKER_7008", "not_found_error"),
            Self::Method => (405, "AWS_MASKER_7009", "invalid_request_error"),
            Self::NotJson { .. } => (400, "AWS_MASKER_6002", "invalid_request_error"),
            Self::Internal => (500, "AWS_MASKER_7000", "api_error"),
        }
    }

    pub fn status(self) -> u16 {
        self.row().0
    }

    pub fn code(self) -> &'static str {
        self.row().1
    }

    /// The body of the answer: `{"type":"error","error":{"type":…,"message":"AWS_MASKER_nnnn: …"}}`.
    pub fn body(self) -> String {
        let (_, code, kind) = self.row();
        let message = format!("{code}: {self}");
        serde_json::json!({"type": "error", "error": {"type": kind, "message": message}}).to_string()
    }
}

/// The text for the caller.
impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::StoreDown => f.write_str("the store does not answer"),
            Self::Unauthorized => f.write_str("a bearer token is needed"),
            Self::Forbidden => f.write_str("the token is not for this scope"),
            Self::NotJson { line, column } => {
                write!(f, "the body is not the JSON of this call, at line {line} column {column}")
            }
            Self::Invalid(what) => write!(f, "out of bounds: {what}"),
            Self::Version => write!(f, "this sidecar speaks version {} of the contract", contract::VERSION),
            Self::TooLarge => f.write_str("the body or its answer is too large"),
            Self::TooMany => f.write_str("too many calls with this token"),
            Self::TooSlow => f.write_str("the body did not arrive in time"),
            Self::NoSuchCall => f.write_str("no such call"),
            Self::Method => f.write_str("the call takes another method"),
            Self::Internal => f.write_str("the sidecar failed"),
        }
    }
}

impl std::error::Error for Error {}

impl From<serde_json::Error> for Error {
    /// Only the place is kept: serde's own text quotes the input.
    fn from(error: serde_json::Error) -> Self {
        Self::NotJson { line: error.line(), column: error.column() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_readme_explains_every_code() {
        let readme = include_str!("../README.md");
        for error in [
            Error::StoreDown,
            Error::Unauthorized,
            Error::Forbidden,
            Error::NotJson { line: 1, column: 1 },
            Error::Invalid("scope"),
            Error::Version,
            Error::TooLarge,
            Error::TooMany,
            Error::TooSlow,
            Error::NoSuchCall,
            Error::Method,
            Error::Internal,
        ] {
            let row = format!("| {} | {} |", error.code(), error.status());
            assert!(readme.contains(&row), "{row}");
        }
    }
}
