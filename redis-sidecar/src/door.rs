//! Access: known bearer tokens, their rates and their scopes.

use std::fmt;
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use contract::{Scope, bound, header};
use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::error::Error;

/// A bearer token, known by its hash alone.
#[derive(Clone)]
pub struct BearerToken {
    digest: [u8; 32],
    scopes: Scopes,
}

/// The scopes that a token is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scopes {
    All,
    Only(Vec<Scope>),
}

/// A set of tokens of one sort.
#[derive(Debug)]
pub struct Door {
    tokens: Vec<(BearerToken, Mutex<Bucket>)>,
    rate: f64,
}

/// Calls that a token has left: a full second's worth at most.
#[derive(Debug)]
struct Bucket {
    left: f64,
    at: Instant,
}

impl BearerToken {
    /// `None` unless it is long enough to be one, and of the characters that a bearer token may have (RFC 6750).
    pub fn new(text: &str, scopes: Scopes) -> Option<Self> {
        let fits = |b: u8| b.is_ascii_alphanumeric() || b"-._~+/=".contains(&b);
        let token = text.len() >= bound::TOKEN_BYTES_MIN && text.bytes().all(fits);
        token.then(|| Self { digest: Sha256::digest(text).into(), scopes })
    }

    pub fn scopes(&self) -> &Scopes {
        &self.scopes
    }

    /// Names the token in the log; reveals nothing about it.
    pub fn id(&self) -> String {
        let [a, b, c, d, ..] = self.digest;
        HEXLOWER.encode(&[a, b, c, d])
    }
}

impl Scopes {
    pub fn include(&self, scope: &Scope) -> bool {
        match self {
            Self::All => true,
            Self::Only(own) => own.contains(scope),
        }
    }

    pub fn check<'a>(&self, mut scopes: impl Iterator<Item = &'a Scope>) -> Result<(), Error> {
        if scopes.all(|scope| self.include(scope)) { Ok(()) } else { Err(Error::Forbidden) }
    }
}

impl Door {
    /// Each token may make `rate` calls per second.
    pub fn new(tokens: Vec<BearerToken>, rate: u32) -> Self {
        let rate = f64::from(rate);
        let full = |token| (token, Mutex::new(Bucket { left: rate, at: Instant::now() }));
        Self { tokens: tokens.into_iter().map(full).collect(), rate }
    }

    /// Returns whether there is no token that opens it.
    pub fn is_closed(&self) -> bool {
        self.tokens.is_empty()
    }

    /// Takes the value of an `authorization` header, and counts one call against the token's rate.
    pub fn enter(&self, authorization: Option<&[u8]>) -> Result<(&BearerToken, &Scopes), Error> {
        let (token, bucket) = self.find(authorization).ok_or(Error::Unauthorized)?;
        bucket.lock().unwrap_or_else(PoisonError::into_inner).take(self.rate, Instant::now())?;
        Ok((token, &token.scopes))
    }

    /// Returns whether the header holds one of the tokens. Does not count against its rate.
    pub fn knows(&self, authorization: Option<&[u8]>) -> bool {
        self.find(authorization).is_some()
    }

    /// Compares with every token, and only hashes: the time reveals neither which one was similar nor how similar.
    fn find(&self, authorization: Option<&[u8]>) -> Option<&(BearerToken, Mutex<Bucket>)> {
        let digest: [u8; 32] = Sha256::digest(header::token(authorization?)?).into();
        let matches = |token: &BearerToken| bool::from(token.digest.ct_eq(&digest));
        self.tokens.iter().fold(None, |found, own| if matches(&own.0) { Some(own) } else { found })
    }
}

impl Bucket {
    fn take(&mut self, rate: f64, now: Instant) -> Result<(), Error> {
        let gained = now.saturating_duration_since(self.at).as_secs_f64() * rate;
        self.left = (self.left + gained).min(rate);
        self.at = now;
        if self.left < 1.0 {
            return Err(Error::TooMany);
        }
        self.left -= 1.0;
        Ok(())
    }
}

impl fmt::Debug for BearerToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BearerToken").field("id", &self.id()).field("scopes", &self.scopes).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    const ONE: &str = "0123456789abcdef";
    const OTHER: &str = "fedcba9876543210";

    fn door(rate: u32) -> Door {
        let team = Scopes::Only(vec![Scope::parse("team-a").unwrap()]);
        Door::new(vec![BearerToken::new(ONE, Scopes::All).unwrap(), BearerToken::new(OTHER, team).unwrap()], rate)
    }

    #[test]
    fn only_a_known_bearer_token_opens() {
        let door = door(10);
        for (header, opens) in [
            (Some(format!("Bearer {ONE}")), true),
            (Some(format!("bearer {OTHER}")), true),
            (Some(format!("Bearer {ONE} ")), false),
            (Some(format!("Basic  {ONE}")), false),
            (Some(ONE.to_owned()), false),
            (Some("Bearer ".to_owned()), false),
            (Some(String::new()), false),
            (None, false),
        ] {
            let header = header.as_ref().map(String::as_bytes);
            assert_eq!(door.enter(header).is_ok(), opens, "{header:?}");
        }
    }

    #[test]
    fn a_bound_token_is_for_its_scopes_only() {
        let door = door(10);
        let (_, scopes) = door.enter(Some(format!("Bearer {OTHER}").as_bytes())).unwrap();
        let [own, foreign] = ["team-a", "team-b"].map(|name| Scope::parse(name).unwrap());
        assert_eq!(scopes.check([&own].into_iter()), Ok(()));
        assert_eq!(scopes.check([&own, &foreign].into_iter()), Err(Error::Forbidden));
    }

    #[test]
    fn a_token_has_its_rate() {
        let start = Instant::now();
        let mut bucket = Bucket { left: 2.0, at: start };
        let calls = [0, 0, 0, 500, 500, 10_000, 10_000, 10_000];
        let taken = calls.map(|ms| bucket.take(2.0, start + Duration::from_millis(ms)).is_ok());
        assert_eq!(taken, [true, true, false, true, false, true, true, false]);
    }

    #[test]
    fn weak_tokens_are_none_and_no_token_is_shown() {
        for (text, fits) in [(ONE, true), ("short", false), ("with space in the middle", false), ("", false)] {
            assert_eq!(BearerToken::new(text, Scopes::All).is_some(), fits, "{text:?}");
        }
        assert!(!format!("{:?}", door(1)).contains(ONE));
    }
}
