//! What is told of an exchange besides its counts: where it was sent, what it speaks, how long it took.

use std::borrow::Cow;
use std::time::Duration;

use contract::{ExchangeSummary, bound};
use serde::{Deserialize, Serialize};

/// The facts of one exchange. Kept with its request, but for the body.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Facts {
    /// The host's name of the route; empty if it tells none.
    pub route: String,
    /// The API of the request; empty if it is not one of those known.
    pub dialect: Cow<'static, str>,
    /// The status of the response; 0 if none came.
    pub status: u16,
    /// The time that the request took; `None` if the host's clock did not tell.
    pub request_took: Option<Duration>,
    /// The time that the parts of the response took together.
    pub response_took: Option<Duration>,
    /// The beginning of the body that was sent, if the configuration asks for it. If the context is lost, so is this.
    #[serde(skip)]
    pub masked_body: Option<String>,
}

impl Facts {
    pub(super) fn of_route(route: &str) -> Self {
        Self { route: route.to_owned(), ..Self::default() }
    }

    /// A part of the response took this long.
    pub(super) fn add_response(&mut self, took: Duration) {
        self.response_took = Some(self.response_took.unwrap_or_default().saturating_add(took));
    }

    /// A summary with these facts, of a request that was masked and a response that was restored.
    pub(super) fn summary(self) -> ExchangeSummary {
        ExchangeSummary {
            route: self.route,
            dialect: self.dialect.into_owned(),
            status: self.status,
            mask_us: self.request_took.map(micros),
            restore_us: self.response_took.map(micros),
            masked_body: self.masked_body,
            ..ExchangeSummary::default()
        }
    }
}

fn micros(took: Duration) -> u64 {
    u64::try_from(took.as_micros()).unwrap_or(u64::MAX)
}

/// The name of a route as a summary may have it: without control characters, and cut to the bound of names.
pub(crate) fn route_name(name: &str) -> String {
    let mut route: String = name.chars().filter(|c| !c.is_control()).collect();
    route.truncate(route.floor_char_boundary(bound::NAME_BYTES));
    route
}

/// The beginning of a body, as a summary may have it.
pub(super) fn excerpt(body: &[u8]) -> String {
    let body = body.get(..bound::MASKED_BODY_BYTES).unwrap_or(body);
    let mut text = match std::str::from_utf8(body) {
        Ok(text) => text.to_owned(),
        // The cut is in the middle of a character.
        Err(error) if error.error_len().is_none() => {
            String::from_utf8_lossy(body.get(..error.valid_up_to()).unwrap_or_default()).into_owned()
        }
        // A form with a file that is not text.
        Err(_) => String::from_utf8_lossy(body).into_owned(),
    };
    // A byte that was replaced is longer than it was.
    text.truncate(text.floor_char_boundary(bound::MASKED_BODY_BYTES));
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_told_keeps_to_its_bounds() {
        assert_eq!(route_name("a\r\nb"), "ab");
        assert_eq!(route_name(&"é".repeat(bound::NAME_BYTES)).len(), bound::NAME_BYTES);
        assert_eq!(route_name(&format!("a{}", "é".repeat(bound::NAME_BYTES))).len(), bound::NAME_BYTES - 1);
        assert_eq!(excerpt("aé".as_bytes()), "aé");
        let long = format!("a{}", "é".repeat(bound::MASKED_BODY_BYTES));
        assert_eq!(Some(excerpt(long.as_bytes()).as_str()), long.get(..bound::MASKED_BODY_BYTES - 1));
        assert_eq!(excerpt(&[0xff; 2 * bound::MASKED_BODY_BYTES]).len(), bound::MASKED_BODY_BYTES / 3 * 3);
    }
}
