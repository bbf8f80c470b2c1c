//! Sessions of the page: an operator's token, shown once, opens one; a cookie with a random secret continues it. They live
//! in memory, for a while, and there are only so many.

use std::collections::HashMap;
use std::num::NonZeroUsize;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use data_encoding::HEXLOWER;
use lru::LruCache;
use sha2::{Digest, Sha256};

use crate::door::{BearerToken, Scopes};
use crate::error::Error;

/// A session that is not used for so long has ended; an open page uses it.
pub const IDLE: Duration = Duration::from_secs(15 * 60);
/// No session lives longer.
pub const LONGEST: Duration = Duration::from_secs(8 * 3_600);
/// Sessions of one token. The oldest one ends when another begins.
const OF_TOKEN: usize = 8;

/// Wrong tokens that one address may send within [`ATTEMPT_WINDOW`]; then it has to wait for the window's end.
const ATTEMPTS: u32 = 10;
const ATTEMPT_WINDOW: Duration = Duration::from_secs(60);
/// Addresses whose wrong tokens are counted.
const ADDRESSES: NonZeroUsize = NonZeroUsize::new(1_024).unwrap();

#[derive(Debug)]
pub struct Sessions {
    /// By the hash of the cookie's secret, which nobody else knows.
    open: Mutex<HashMap<[u8; 32], Session>>,
    wrong: Mutex<LruCache<String, (Instant, u32)>>,
}

#[derive(Debug)]
struct Session {
    caller: Caller,
    began: Instant,
    used: Instant,
}

/// Whoever makes an operator's call: the id of the token, and its scopes.
#[derive(Debug, Clone)]
pub struct Caller {
    pub who: String,
    pub scopes: Scopes,
}

impl Caller {
    pub fn of(token: &BearerToken) -> Self {
        Self { who: token.id(), scopes: token.scopes().clone() }
    }
}

impl Default for Sessions {
    fn default() -> Self {
        Self { open: Mutex::default(), wrong: Mutex::new(LruCache::new(ADDRESSES)) }
    }
}

impl Sessions {
    /// Opens a session, and returns the secret for its cookie.
    pub fn open(&self, caller: Caller, now: Instant) -> Result<String, Error> {
        let mut secret = [0; 32];
        getrandom::fill(&mut secret).map_err(|_| Error::Internal)?;
        let secret = HEXLOWER.encode(&secret);
        let mut open = self.sessions();
        open.retain(|_, session| session.is_open(now));
        let own = open.iter().filter(|(_, session)| session.caller.who == caller.who);
        let oldest = own.clone().min_by_key(|(_, session)| session.began).map(|(digest, _)| *digest);
        if own.count() >= OF_TOKEN {
            oldest.into_iter().for_each(|digest| _ = open.remove(&digest));
        }
        open.insert(digest(&secret), Session { caller, began: now, used: now });
        Ok(secret)
    }

    /// The caller whose cookie this is. That uses the session.
    pub fn find(&self, secret: &str, now: Instant) -> Option<Caller> {
        let mut open = self.sessions();
        let session = open.get_mut(&digest(secret)).filter(|session| session.is_open(now))?;
        session.used = now;
        Some(session.caller.clone())
    }

    pub fn close(&self, secret: &str) -> Option<Caller> {
        self.sessions().remove(&digest(secret)).map(|session| session.caller)
    }

    /// Refuses an address that has sent too many wrong tokens.
    pub fn check_attempts(&self, address: &str, now: Instant) -> Result<(), Error> {
        match self.wrong().peek(address) {
            Some((began, count)) if now < *began + ATTEMPT_WINDOW && *count >= ATTEMPTS => Err(Error::TooMany),
            _ => Ok(()),
        }
    }

    pub fn note_wrong(&self, address: &str, now: Instant) {
        let mut wrong = self.wrong();
        let (began, count) = wrong.get_or_insert_mut(address.to_owned(), || (now, 0));
        if now >= *began + ATTEMPT_WINDOW {
            (*began, *count) = (now, 0);
        }
        *count = count.saturating_add(1);
    }

    fn sessions(&self) -> MutexGuard<'_, HashMap<[u8; 32], Session>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wrong(&self) -> MutexGuard<'_, LruCache<String, (Instant, u32)>> {
        self.wrong.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Session {
    fn is_open(&self, now: Instant) -> bool {
        now < self.used + IDLE && now < self.began + LONGEST
    }
}

fn digest(secret: &str) -> [u8; 32] {
    Sha256::digest(secret).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn caller(who: &str) -> Caller {
        Caller { who: who.to_owned(), scopes: Scopes::All }
    }

    #[test]
    fn a_session_ends_when_it_is_idle_and_when_it_is_old() {
        let (sessions, start) = (Sessions::default(), Instant::now());
        let idle = sessions.open(caller("a"), start).unwrap();
        let used = sessions.open(caller("a"), start).unwrap();
        assert!(idle.len() == 64 && idle != used);
        let step = IDLE - Duration::from_secs(1);
        let mut now = start;
        while now + step < start + LONGEST {
            now += step;
            assert_eq!(sessions.find(&used, now).map(|caller| caller.who), Some("a".to_owned()));
        }
        assert!(sessions.find(&used, start + LONGEST).is_none());
        assert!(sessions.find(&idle, start + IDLE).is_none());
        assert!(sessions.find("", start).is_none());
    }

    #[test]
    fn a_token_has_only_so_many_sessions_and_ends_none_of_another() {
        let (sessions, start) = (Sessions::default(), Instant::now());
        let other = sessions.open(caller("b"), start).unwrap();
        let opened: Vec<_> = (0..=OF_TOKEN as u64)
            .map(|n| sessions.open(caller("a"), start + Duration::from_secs(n)).unwrap())
            .collect();
        let held: Vec<_> = opened.iter().map(|secret| sessions.find(secret, start).is_some()).collect();
        assert_eq!(held.iter().filter(|held| **held).count(), OF_TOKEN);
        assert!(!held[0] && sessions.find(&other, start).is_some());
        sessions.close(&other);
        assert!(sessions.find(&other, start).is_none());
    }

    #[test]
    fn an_address_that_guesses_has_to_wait() {
        let (sessions, start) = (Sessions::default(), Instant::now());
        (0..ATTEMPTS).for_each(|_| sessions.note_wrong("a", start));
        assert_eq!(sessions.check_attempts("a", start), Err(Error::TooMany));
        assert_eq!(sessions.check_attempts("b", start), Ok(()));
        assert_eq!(sessions.check_attempts("a", start + ATTEMPT_WINDOW), Ok(()));
        sessions.note_wrong("a", start + ATTEMPT_WINDOW);
        assert_eq!(sessions.check_attempts("a", start + ATTEMPT_WINDOW), Ok(()));
    }
}
