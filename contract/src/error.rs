//! The body of an error answer, in the shape of the Anthropic API, which the clients of OpenAI read as well.

use serde::Serialize;

/// `{"type":"error","error":{"type":…,"message":"AWS_MASKER_nnnn: …"}}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ErrorBody {
    r#type: &'static str,
    error: ErrorDetail,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct ErrorDetail {
    r#type: ErrorType,
    message: String,
}

/// The word that the API's own clients map to an exception.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the API defines these words, by status")]
pub enum ErrorType {
    ApiError,
    AuthenticationError,
    InvalidRequestError,
    NotFoundError,
    OverloadedError,
    PermissionError,
    RateLimitError,
    RequestTooLarge,
}

impl ErrorBody {
    /// The text is for the caller: it quotes nothing of the request.
    pub fn new(r#type: ErrorType, code: &str, text: &str) -> Self {
        Self { r#type: "error", error: ErrorDetail { r#type, message: [code, ": ", text].concat() } }
    }
}
