//! An exchange that is only observed: it is masked to count what would be, and passes as it came, whatever the outcome.

use masking::Tally;

use super::sent::{Requested, Sent};
use crate::instance::clock::TimeOfDay;
use crate::refusal::Refusal;

#[derive(Debug)]
pub(super) enum Observed {
    /// The request's headers were seen.
    Asked(Box<Requested>),
    /// The request would have been forwarded like this.
    Sent(Box<Sent>),
    /// The request would have been refused.
    Refused(Refusal),
}

impl Observed {
    /// Takes the whole request body, or `None` if the host cannot show it.
    pub(super) fn body(self, body: Option<&[u8]>, now: TimeOfDay) -> Self {
        let Self::Asked(requested) = self else { return self };
        match requested.mask(body, now) {
            Ok((sent, _)) => Self::Sent(Box::new(sent)),
            Err(refusal) => Self::Refused(refusal),
        }
    }

    /// Takes the status of the response.
    pub(super) fn response_status(&mut self, status: u16) {
        if let Self::Sent(sent) = self {
            sent.facts.status = status;
        }
    }

    /// Takes the next bytes of the response.
    pub(super) fn response_body(&mut self, chunk: &[u8]) {
        if let Self::Sent(sent) = self {
            sent.response_bytes += chunk.len() as u64;
        }
    }

    /// What would have been done, for the client.
    pub(super) fn note(&self) -> String {
        match self {
            Self::Asked(_) => "would-mask=0".to_owned(),
            Self::Sent(sent) => sent.note(),
            Self::Refused(refusal) => format!("would-refuse={}", refusal.code()),
        }
    }

    /// Ends the exchange. Returns the counts by kind for the log, if the configuration asks for them. A refusal is told by
    /// the exchange.
    pub(super) fn end(self, at: TimeOfDay) -> Option<String> {
        match self {
            Self::Sent(sent) => sent.end(&Tally::default()),
            Self::Asked(requested) => Sent::without_body(*requested, at).end(&Tally::default()),
            Self::Refused(_) => None,
        }
    }
}
