//! The reasons for which a request is not forwarded, or a response withheld, and their answers to the client.

use contract::{ErrorBody, ErrorType, code};
use masking::dialect::KeptPlace;
use masking::json::JsonError;
use masking::{Budget, Format, MaskError};

/// The setting that lets Kong keep larger bodies in memory, where a filter can read them.
const BODY_BUFFER_SETTING: &str = "KONG_NGINX_HTTP_CLIENT_BODY_BUFFER_SIZE";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// The configuration is invalid; the reason is in the log.
    Configuration,
    /// There is no key yet: the sidecar has not answered since the start.
    NoKeyring,
    /// The sidecar answers, but does not know the filter's token; that does not end by itself.
    TokenRejected,
    /// The vault does not answer, and by the configuration no request is forwarded without it.
    VaultUnavailable,
    /// The mappings of the request do not fit among those that are owed to the vault.
    OutboxFull,
    /// The scope has used up a quota of the vault, and the request has new values.
    Quota,
    /// The request has more new values, or longer ones, than can be owed to the vault at any time.
    TooMuchToKeep,
    /// There is a body, and the host cannot show it.
    BodyUnreadable,
    /// The body is compressed in a way that cannot be decoded.
    Encoding,
    /// The body is not valid in its coding, or ends before it does.
    Garbled,
    /// The decoded body is longer than its bound.
    TooLong,
    /// The body has a type that cannot be read.
    MediaType,
    /// The body would change, and the header of this name has a digest of it.
    Digest(&'static str),
    /// The connection would switch to another protocol, whose traffic could not be read.
    Upgrade,
    /// The body is followed by trailers: the host forwards it before it shows its end.
    Trailers,
    /// The request lacks the scope that the configuration names, has several, or one that the token is not for.
    Scope,
    /// The host would have sent the request around the filter, and refused it instead.
    Bypassed,
    /// The body is not a form as its content type says.
    Form,
    /// A file in the body cannot be read, and by the configuration none is forwarded.
    Attachment,
    /// A value stands where nothing can be masked, and by the configuration no such request is forwarded.
    Exposed(Place),
    /// The host does not show all headers, and by the configuration no value may be in one.
    Headers,
    /// The request has a value of this kind, and by the configuration no such request is forwarded.
    Kind(&'static str),
    Mask(Format, MaskError),
    /// For a trusted upstream: a placeholder in the request is not known here yet, and the vault is being asked.
    UnknownPlaceholder,
    /// The response has a type, a charset or a coding that cannot be read, so it cannot be masked for its client.
    ResponseType,
    /// The response, or an event of it, is longer or more complex than what is masked at once.
    ResponseTooLong,
    /// The response is not what its headers declare, or the host cannot show it.
    ResponseUnreadable,
    /// The context that began with the response is lost, or none has seen its request.
    ResponseLost,
}

/// A place of a request in which nothing can be masked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    Path,
    Query,
    Header,
    Body(KeptPlace),
}

impl From<KeptPlace> for Place {
    fn from(place: KeptPlace) -> Self {
        Self::Body(place)
    }
}

impl Place {
    /// The words for it.
    fn name(self) -> &'static str {
        match self {
            Self::Path => "the path of its URL",
            Self::Query => "the query of its URL",
            Self::Header => "a header",
            Self::Body(KeptPlace::ToolName) => "the name of a tool",
            Self::Body(KeptPlace::SchemaKey) => "a key of a schema",
            Self::Body(KeptPlace::SchemaValue) => "a value that a schema allows",
        }
    }
}

impl Refusal {
    pub(crate) fn status(self) -> u32 {
        match self {
            Self::Configuration | Self::TokenRejected | Self::Mask(_, MaskError::Collision) => 500,
            Self::NoKeyring | Self::VaultUnavailable | Self::OutboxFull | Self::Bypassed | Self::UnknownPlaceholder => {
                503
            }
            Self::ResponseType | Self::ResponseTooLong | Self::ResponseUnreadable | Self::ResponseLost => 502,
            Self::BodyUnreadable
            | Self::TooLong
            | Self::TooMuchToKeep
            | Self::Mask(_, MaskError::Json(JsonError::TooComplex) | MaskError::Budget(_)) => 413,
            Self::Encoding | Self::MediaType | Self::Trailers | Self::Attachment => 415,
            Self::Upgrade => 426,
            Self::Scope => 403,
            Self::Quota => 429,
            Self::Garbled | Self::Form | Self::Digest(_) | Self::Exposed(_) | Self::Headers | Self::Kind(_) => 400,
            Self::Mask(_, MaskError::Encoding | MaskError::Json(JsonError::Syntax { .. })) => 400,
        }
    }

    /// The stable code, on which callers may rely.
    pub(crate) fn code(self) -> &'static str {
        match self {
            Self::VaultUnavailable | Self::OutboxFull => code::STORE_DOWN,
            Self::NoKeyring => "AWS_MASKER_1004",
            Self::TokenRejected => "AWS_MASKER_1007",
            Self::Scope => "AWS_MASKER_1005",
            Self::Quota => code::QUOTA,
            Self::TooMuchToKeep | Self::Mask(_, MaskError::Budget(_)) => "AWS_MASKER_2005",
            Self::Mask(_, MaskError::Collision) => "AWS_MASKER_2001",
            Self::BodyUnreadable | Self::TooLong | Self::Mask(_, MaskError::Json(JsonError::TooComplex)) => {
                "AWS_MASKER_2003"
            }
            Self::Encoding | Self::MediaType | Self::Trailers => "AWS_MASKER_2004",
            Self::Garbled | Self::Form => "AWS_MASKER_2009",
            Self::Bypassed => "AWS_MASKER_2006",
            Self::UnknownPlaceholder => "AWS_MASKER_3001",
            Self::ResponseType | Self::ResponseTooLong | Self::ResponseUnreadable | Self::ResponseLost => {
                "AWS_MASKER_3002"
            }
            Self::Upgrade => "AWS_MASKER_2007",
            Self::Digest(_) => "AWS_MASKER_2008",
            Self::Attachment => "AWS_MASKER_2010",
            Self::Exposed(_) | Self::Headers => "AWS_MASKER_2011",
            Self::Kind(_) => "AWS_MASKER_2012",
            Self::Configuration => code::CONFIGURATION,
            Self::Mask(_, MaskError::Encoding | MaskError::Json(JsonError::Syntax { .. })) => code::NOT_JSON,
        }
    }

    /// Returns whether refusals with this code end when the vault answers.
    pub(crate) fn ends_with_outage(code: &str) -> bool {
        [Self::VaultUnavailable, Self::NoKeyring, Self::TokenRejected].iter().any(|refusal| refusal.code() == code)
    }

    /// The error type, which the API's own clients map to an exception.
    fn r#type(self) -> ErrorType {
        match self.status() {
            403 => ErrorType::PermissionError,
            413 => ErrorType::RequestTooLarge,
            429 => ErrorType::RateLimitError,
            503 => ErrorType::OverloadedError,
            500 | 502 => ErrorType::ApiError,
            _ => ErrorType::InvalidRequestError,
        }
    }

    fn message(self) -> String {
        match self {
            Self::Configuration => "the gateway's aws_masker filter is misconfigured; see the gateway log".into(),
            Self::NoKeyring => "the masking key has not arrived yet; try again in a moment".into(),
            Self::TokenRejected => {
                "the gateway's aws_masker filter and its sidecar have different tokens; see the gateway log".into()
            }
            Self::VaultUnavailable => "the mapping store does not answer; try again in a moment".into(),
            Self::OutboxFull => "too many mappings are waiting for the mapping store; try again in a moment".into(),
            Self::BodyUnreadable => format!(
                "the gateway could not read the request body, which is larger than its buffer; raise {BODY_BUFFER_SETTING} \
                 (Kong) or per_connection_buffer_limit_bytes (Envoy)"
            ),
            Self::Encoding => "the content-encoding of the request body is unknown; send gzip, deflate, br, zstd or none".into(),
            Self::Garbled => "the request body is not valid in its content-encoding, or not complete".into(),
            Self::TooLong => "the decoded request body is longer than the gateway's bound".into(),
            Self::Digest(header) => {
                format!("the request has a digest of its body ({header}), which masking makes invalid; send it without")
            }
            Self::MediaType => {
                "the request body has a type or a charset that cannot be masked; send JSON, JSON lines or text in UTF-8".into()
            }
            Self::Upgrade => {
                "the request asks to switch protocols (Upgrade); traffic after that could not be masked; send it over HTTP".into()
            }
            Self::Trailers => "the request has trailers after its body; such a request cannot be masked".into(),
            Self::Form => "the request body is not the form that its content-type says, or not a plain one".into(),
            Self::Attachment => {
                "the request has a file that cannot be masked (an image, audio, a PDF, an office file); send its text".into()
            }
            Self::Headers => "the request has more headers than the gateway can look at".into(),
            Self::Exposed(place) => format!("the request has a value in {}, where it cannot be masked", place.name()),
            Self::Kind(kind) => format!("the text has a value of a kind that this gateway does not let pass ({kind})"),
            Self::Quota => {
                "the scope (tenant) of this request has used up a quota for new values; try again later".into()
            }
            Self::TooMuchToKeep => "the request has too many new values, or one that is too long to be stored".into(),
            Self::Scope => "the request does not identify one scope (tenant) that this gateway serves".into(),
            Self::Bypassed => "a plugin on this route makes the gateway send requests before they are masked".into(),
            Self::Mask(_, MaskError::Encoding) => "the request body is not valid UTF-8".into(),
            Self::Mask(format, MaskError::Json(JsonError::Syntax { at })) => {
                let what = if format == Format::Lines { "JSON lines" } else { "JSON" };
                format!("the request body is not valid {what} (at byte {at})")
            }
            Self::Mask(_, MaskError::Json(JsonError::TooComplex)) => {
                "the request body is nested too deeply or has too many values".into()
            }
            Self::Mask(_, MaskError::Budget(Budget::Bytes)) => "the request body is too long".into(),
            Self::Mask(_, MaskError::Budget(Budget::Findings)) => "the request has too many values".into(),
            Self::Mask(_, MaskError::Budget(Budget::Values)) => "the request has too many distinct values".into(),
            Self::Mask(_, MaskError::Budget(Budget::Steps)) => "masking the request takes too much work".into(),
            Self::Mask(_, MaskError::Collision) => {
                "two values of the request map to the same placeholder; change one of them".into()
            }
            Self::UnknownPlaceholder => {
                "a placeholder in the request is not known to this gateway yet; try again in a second".into()
            }
            Self::ResponseType => {
                "the server's answer has a type that cannot be masked, so it was withheld; it must be JSON, events or text".into()
            }
            Self::ResponseTooLong => "the server's answer is too long to be masked, so it was withheld".into(),
            Self::ResponseUnreadable => "the server's answer could not be read, so it was withheld".into(),
            Self::ResponseLost => "the gateway was reconfigured before the answer ended, so it was withheld; try again".into(),
        }
    }

    /// Seconds after which a client should try again, where it is known that this helps.
    pub(crate) fn retry_after(self) -> Option<&'static str> {
        (self == Self::UnknownPlaceholder).then_some("1")
    }

    /// The code and the message, for clients.
    pub(crate) fn text(self) -> String {
        format!("{}: {}", self.code(), self.message())
    }

    /// The protocol to use instead, for the header `upgrade` that a 426 must have (RFC 9110, 15.5.22). The header
    /// `connection: upgrade` that belongs to it would make Kong answer with 101.
    pub(crate) fn protocol(self) -> Option<&'static str> {
        (self == Self::Upgrade).then_some("HTTP/1.1")
    }

    /// The answer's body, in the form of the APIs of language models.
    pub(crate) fn body(self) -> String {
        let body = ErrorBody::new(self.r#type(), self.code(), &self.message());
        serde_json::to_string(&body).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_client_is_told() {
        let json = |error| Refusal::Mask(Format::Json, error);
        let cases = [
            (Refusal::Configuration, 500, "api_error", "AWS_MASKER_4001: "),
            (Refusal::NoKeyring, 503, "overloaded_error", "AWS_MASKER_1004: "),
            (Refusal::TokenRejected, 500, "api_error", "AWS_MASKER_1007: "),
            (Refusal::VaultUnavailable, 503, "overloaded_error", "AWS_MASKER_1001: "),
            (Refusal::OutboxFull, 503, "overloaded_error", "AWS_MASKER_1001: "),
            (Refusal::BodyUnreadable, 413, "request_too_large", "AWS_MASKER_2003: "),
            (Refusal::Encoding, 415, "invalid_request_error", "AWS_MASKER_2004: "),
            (Refusal::MediaType, 415, "invalid_request_error", "AWS_MASKER_2004: "),
            (Refusal::Garbled, 400, "invalid_request_error", "AWS_MASKER_2009: "),
            (Refusal::TooLong, 413, "request_too_large", "AWS_MASKER_2003: "),
            (Refusal::Digest("content-md5"), 400, "invalid_request_error", "AWS_MASKER_2008: "),
            (Refusal::Form, 400, "invalid_request_error", "AWS_MASKER_2009: "),
            (Refusal::Attachment, 415, "invalid_request_error", "AWS_MASKER_2010: "),
            (Refusal::Headers, 400, "invalid_request_error", "AWS_MASKER_2011: "),
            (Refusal::Exposed(Place::Query), 400, "invalid_request_error", "AWS_MASKER_2011: "),
            (Refusal::Kind("private_key"), 400, "invalid_request_error", "AWS_MASKER_2012: "),
            (Refusal::Upgrade, 426, "invalid_request_error", "AWS_MASKER_2007: "),
            (Refusal::Trailers, 415, "invalid_request_error", "AWS_MASKER_2004: "),
            (Refusal::Scope, 403, "permission_error", "AWS_MASKER_1005: "),
            (Refusal::Quota, 429, "rate_limit_error", "AWS_MASKER_1006: "),
            (Refusal::TooMuchToKeep, 413, "request_too_large", "AWS_MASKER_2005: "),
            (Refusal::Bypassed, 503, "overloaded_error", "AWS_MASKER_2006: "),
            (json(MaskError::Encoding), 400, "invalid_request_error", "AWS_MASKER_6002: "),
            (json(MaskError::Json(JsonError::Syntax { at: 7 })), 400, "invalid_request_error", "AWS_MASKER_6002: "),
            (json(MaskError::Json(JsonError::TooComplex)), 413, "request_too_large", "AWS_MASKER_2003: "),
            (json(MaskError::Budget(Budget::Bytes)), 413, "request_too_large", "AWS_MASKER_2005: "),
            (json(MaskError::Budget(Budget::Findings)), 413, "request_too_large", "AWS_MASKER_2005: "),
            (json(MaskError::Budget(Budget::Values)), 413, "request_too_large", "AWS_MASKER_2005: "),
            (json(MaskError::Budget(Budget::Steps)), 413, "request_too_large", "AWS_MASKER_2005: "),
            (json(MaskError::Collision), 500, "api_error", "AWS_MASKER_2001: "),
            (Refusal::UnknownPlaceholder, 503, "overloaded_error", "AWS_MASKER_3001: "),
            (Refusal::ResponseType, 502, "api_error", "AWS_MASKER_3002: "),
            (Refusal::ResponseTooLong, 502, "api_error", "AWS_MASKER_3002: "),
            (Refusal::ResponseUnreadable, 502, "api_error", "AWS_MASKER_3002: "),
            (Refusal::ResponseLost, 502, "api_error", "AWS_MASKER_3002: "),
        ];
        for (refusal, status, kind, message) in cases {
            let body: serde_json::Value = serde_json::from_str(&refusal.body()).unwrap();
            assert_eq!((refusal.status(), body["error"]["type"].as_str()), (status, Some(kind)), "{refusal:?}");
            assert!(body["error"]["message"].as_str().unwrap().starts_with(message), "{refusal:?}");
            assert_eq!(body["type"], "error");
        }
        assert!(Refusal::BodyUnreadable.body().contains("KONG_NGINX_HTTP_CLIENT_BODY_BUFFER_SIZE"));
        // nginx answers with this one before it would ask the filter.
        assert!(include_str!("../../kong/kong.conf").contains(&Refusal::Bypassed.body()));
    }
}
