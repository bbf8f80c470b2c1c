//! Calls that a filter dispatches, and what comes back.

use std::time::Duration;

use crate::headers::Headers;

/// A call as it left the filter.
#[derive(Debug, Clone)]
pub struct Call {
    pub token: u32,
    pub target: String,
    pub headers: Headers,
    pub body: Vec<u8>,
    pub timeout: Duration,
    /// When it was dispatched, in milliseconds of the worker's clock.
    pub at_ms: u64,
    pub(crate) from: Caller,
}

/// Who waits for the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Caller {
    Root(usize),
    Http { exchange: u64, entry: usize },
}

/// What comes back for a call.
#[derive(Debug, Clone)]
pub enum Reply {
    /// An answer with its Content-Length.
    Answer { status: u16, headers: Headers, body: Vec<u8> },
    /// An answer with neither Content-Length nor chunks: Kong ignores its body.
    WithoutLength { status: u16 },
    /// An answer that ends before its Content-Length: reading its body is a bad argument, on which the SDK panics.
    Truncated { status: u16, announced: usize },
    /// The peer closed without a byte: no `:status`, yet `:dispatch_status` is "ok".
    Closed,
    /// No connection.
    Refused,
    /// Nothing came until the timeout, which the worker's clock decides.
    Silence,
}

impl Reply {
    pub fn json(status: u16, body: impl Into<Vec<u8>>) -> Self {
        let headers = [("content-type", "application/json")].into_iter().collect();
        Self::Answer { status, headers, body: body.into() }
    }
}

/// A reply as the filter's call-response step sees it.
#[derive(Debug)]
pub(crate) struct Arrived {
    pub(crate) pseudo: Vec<(&'static str, String)>,
    pub(crate) headers: Headers,
    pub(crate) body: ReplyBody,
}

#[derive(Debug)]
pub(crate) enum ReplyBody {
    Absent,
    Whole(Vec<u8>),
    Truncated { announced: usize },
}

impl ReplyBody {
    pub(crate) fn announced(&self) -> usize {
        match self {
            Self::Absent => 0,
            Self::Whole(body) => body.len(),
            Self::Truncated { announced } => *announced,
        }
    }
}

impl From<Reply> for Arrived {
    fn from(reply: Reply) -> Self {
        let status = |status: u16| vec![(":status", status.to_string()), (":dispatch_status", "ok".to_owned())];
        let failure = |why: &str| vec![(":dispatch_status", why.to_owned())];
        let (pseudo, headers, body) = match reply {
            Reply::Answer { status: code, mut headers, body } => {
                headers.set("content-length", body.len().to_string());
                let body = if body.is_empty() { ReplyBody::Absent } else { ReplyBody::Whole(body) };
                (status(code), headers, body)
            }
            Reply::WithoutLength { status: code } => (status(code), Headers::default(), ReplyBody::Absent),
            Reply::Truncated { status: code, announced } => {
                (status(code), Headers::default(), ReplyBody::Truncated { announced })
            }
            Reply::Closed => (failure("ok"), Headers::default(), ReplyBody::Absent),
            Reply::Refused => (failure("broken connection"), Headers::default(), ReplyBody::Absent),
            Reply::Silence => (failure("timeout"), Headers::default(), ReplyBody::Absent),
        };
        Self { pseudo, headers, body }
    }
}
