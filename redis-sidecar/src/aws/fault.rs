//! What goes wrong with a call. AWS's own texts quote ARNs; its codes do not.

use std::fmt;

use aws_sdk_sts::error::{ProvideErrorMetadata, SdkError};

use crate::estate::Unreadable;

/// Not allowed, or not set up: an organisation that is none, a region without an index of Resource Explorer.
const DENIED: [&str; 7] = [
    "AccessDenied",
    "AccessDeniedException",
    "AuthorizationError",
    "AWSOrganizationsNotInUseException",
    "ResourceNotFoundException",
    "UnauthorizedException",
    "UnauthorizedOperation",
];
const CREDENTIALS: [&str; 9] = [
    "AuthFailure",
    "ExpiredToken",
    "ExpiredTokenException",
    "IncompleteSignature",
    "InvalidAccessKeyId",
    "InvalidClientTokenId",
    "InvalidSignatureException",
    "SignatureDoesNotMatch",
    "UnrecognizedClientException",
];

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Fault {
    NoCredentials,
    Denied(String),
    /// The credentials are not accepted.
    Credentials(String),
    /// Another refusal, such as of too many calls.
    Refused(String),
    NoAnswer,
    /// An answer that is none of AWS's.
    NoSense,
    Internal,
}

impl Fault {
    pub(super) fn of<E: ProvideErrorMetadata, R>(error: SdkError<E, R>) -> Self {
        match error {
            SdkError::TimeoutError(_) => Self::NoAnswer,
            SdkError::DispatchFailure(failure) if failure.is_io() || failure.is_timeout() => Self::NoAnswer,
            // Such as credentials that could not be renewed.
            SdkError::DispatchFailure(failure) if failure.as_connector_error().is_none() => Self::NoCredentials,
            SdkError::DispatchFailure(_) => Self::NoAnswer,
            SdkError::ServiceError(refused) => refused.err().code().map_or(Self::NoSense, Self::of_code),
            SdkError::ResponseError(_) => Self::NoSense,
            _ => Self::Internal,
        }
    }

    fn of_code(code: &str) -> Self {
        // It is told, and comes from whoever answers at the endpoint.
        let told = code.chars().filter(char::is_ascii_alphanumeric).take(64).collect();
        match code {
            code if DENIED.contains(&code) => Self::Denied(told),
            code if CREDENTIALS.contains(&code) => Self::Credentials(told),
            _ => Self::Refused(told),
        }
    }

    /// With what was asked.
    pub(super) fn at(self, what: &str) -> Told {
        Told(format!("AWS: {what}: {self}"))
    }
}

/// A fault in one line, with where it happened.
#[derive(Debug)]
pub(super) struct Told(String);

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoCredentials => f.write_str(
                "no credentials: neither in the environment nor in a profile, nor from a web identity, a container or an \
                 instance",
            ),
            Self::Denied(code) => write!(f, "not allowed ({code})"),
            Self::Credentials(code) => write!(f, "the credentials are not accepted ({code})"),
            Self::Refused(code) => write!(f, "refused ({code})"),
            Self::NoAnswer => f.write_str("no answer: the endpoint cannot be reached, or is too slow"),
            Self::NoSense => f.write_str("an answer that is none of AWS's"),
            Self::Internal => f.write_str("the call could not be made"),
        }
    }
}

impl std::error::Error for Fault {}

impl From<Unreadable> for Fault {
    fn from(_: Unreadable) -> Self {
        Self::Internal
    }
}

impl fmt::Display for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Told {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_says_what_to_do() {
        for (code, expected) in [
            ("AccessDenied", Fault::Denied("AccessDenied".to_owned())),
            ("ExpiredToken", Fault::Credentials("ExpiredToken".to_owned())),
            ("ThrottlingException", Fault::Refused("ThrottlingException".to_owned())),
            ("no arn:aws:iam::471192830564", Fault::Refused("noarnawsiam471192830564".to_owned())),
        ] {
            assert_eq!(Fault::of_code(code), expected);
        }
    }

    #[test]
    fn codes_are_sorted_so_that_each_is_there_once() {
        for codes in [&DENIED[..], &CREDENTIALS] {
            assert!(codes.windows(2).all(|pair| pair[0].to_lowercase() < pair[1].to_lowercase()));
        }
    }
}
