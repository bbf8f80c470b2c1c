//! Errors: the stable code and the text for the caller. Details of the cause go to the log only.

use std::fmt;

use contract::{ErrorBody, ErrorType, code};

/// An error that ends the program; shown as one line.
pub type Fatal = Box<dyn std::error::Error + Send + Sync>;

/// The reason for which a call was refused. Holds nothing that came from the caller or from inside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Error {
    /// Redis does not answer, or not in time.
    StoreDown,
    /// No token, or an unknown one.
    Unauthorized,
    /// The token is not for this scope.
    Forbidden,
    /// A browser made the call for another page than the sidecar's own.
    ForeignPage,
    /// Not the JSON that this call takes.
    NotJson { line: usize, column: usize },
    /// One field is out of its bounds.
    Invalid(&'static str),
    /// A version of the contract that this sidecar does not support.
    Version,
    /// The body, or the answer that it asks for, is too large.
    TooLarge,
    /// A quota of the scope has no room for it.
    Quota,
    /// The token's rate is used up.
    TooMany,
    /// The body did not arrive in time.
    TooSlow,
    /// No such path.
    UnknownPath,
    /// The path takes another method.
    Method,
    /// A defect: the operating system's randomness or a cipher failed.
    Internal,
}

impl Error {
    /// Status, code and type.
    fn row(self) -> (u16, &'static str, ErrorType) {
        use ErrorType::*;
        match self {
            Self::StoreDown => (503, code::STORE_DOWN, ApiError),
            Self::Unauthorized => (401, code::UNAUTHORIZED, AuthenticationError),
            Self::Forbidden => (403, code::FORBIDDEN, PermissionError),
            Self::ForeignPage => (403, code::FOREIGN_PAGE, PermissionError),
            Self::Invalid(_) => (400, code::INVALID, InvalidRequestError),
            Self::Version => (400, code::VERSION, InvalidRequestError),
            Self::TooLarge => (413, code::TOO_LARGE, RequestTooLarge),
            Self::Quota => (413, code::QUOTA, RequestTooLarge),
            Self::TooMany => (429, code::TOO_MANY, RateLimitError),
            Self::TooSlow => (408, code::TOO_SLOW, InvalidRequestError),
            Self::UnknownPath => (404, code::UNKNOWN_PATH, NotFoundError),
            Self::Method => (405, code::METHOD, InvalidRequestError),
            Self::NotJson { .. } => (400, code::NOT_JSON, InvalidRequestError),
            Self::Internal => (500, code::INTERNAL, ApiError),
        }
    }

    pub fn status(self) -> u16 {
        self.row().0
    }

    pub fn code(self) -> &'static str {
        self.row().1
    }

    pub fn body(self) -> ErrorBody {
        let (_, code, r#type) = self.row();
        ErrorBody::new(r#type, code, &self.to_string())
    }
}

/// The text for the caller.
impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::StoreDown => f.write_str("the store does not answer"),
            Self::Unauthorized => f.write_str("a valid bearer token is required"),
            Self::Forbidden => f.write_str("the token is not for this scope"),
            Self::ForeignPage => f.write_str("this call is for the sidecar's own page"),
            Self::NotJson { line, column } => {
                write!(f, "the body is not the JSON that this call takes, at line {line} column {column}")
            }
            Self::Invalid(what) => write!(f, "out of bounds: {what}"),
            Self::Version => write!(f, "this sidecar supports version {} of the contract", contract::VERSION),
            Self::TooLarge => f.write_str("the body or the answer is too large"),
            Self::Quota => f.write_str("a quota of the scope has no room for it"),
            Self::TooMany => f.write_str("too many calls with this token"),
            Self::TooSlow => f.write_str("the body did not arrive in time"),
            Self::UnknownPath => f.write_str("unknown path"),
            Self::Method => f.write_str("method not allowed"),
            Self::Internal => f.write_str("internal error of the sidecar"),
        }
    }
}

impl std::error::Error for Error {}

impl From<serde_json::Error> for Error {
    /// Keeps only the position: serde's own text quotes the input.
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
            Error::ForeignPage,
            Error::NotJson { line: 1, column: 1 },
            Error::Invalid("scope"),
            Error::Version,
            Error::TooLarge,
            Error::Quota,
            Error::TooMany,
            Error::TooSlow,
            Error::UnknownPath,
            Error::Method,
            Error::Internal,
        ] {
            let row = format!("| {} | {} |", error.code(), error.status());
            assert!(readme.contains(&row), "{row}");
        }
    }
}
