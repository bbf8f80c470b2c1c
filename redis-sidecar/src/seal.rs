//! Records at rest: AES-256-GCM-SIV, bound to the scope and the placeholder that they lie under.
//!
//! `key id (4) | nonce (12) | ciphertext | tag (16)`, the plaintext being
//! `known (1) | length of kind (1) | kind | value`. The nonce is random; should two ever be equal, this AEAD still
//! gives nothing away but whether two records under one placeholder are the same, and the placeholder says that already.
//! It is preferred to XChaCha20-Poly1305 for its nonce, which is 12 bytes shorter in each of a million records.

use std::fmt;

use aes_gcm_siv::aead::{Aead, Payload};
use aes_gcm_siv::{Aes256GcmSiv, KeyInit, Nonce};
use contract::Redacted;

use crate::error::Error;
use crate::name::{KindName, RecordKey};

const ID: usize = 4;
const NONCE: usize = 12;
const TAG: usize = 16;

/// The content of a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plain {
    pub kind: KindName,
    pub value: Redacted,
    /// Later exchanges of the scope should know the value.
    pub known: bool,
}

impl Plain {
    /// Bytes of the record that holds it.
    pub fn sealed_len(&self) -> usize {
        ID + NONCE + TAG + 2 + self.kind.as_str().len() + self.value.expose().len()
    }
}

/// One storage key.
pub struct Seal {
    id: [u8; ID],
    cipher: Aes256GcmSiv,
}

impl Seal {
    pub fn new(id: [u8; ID], key: &[u8; 32]) -> Self {
        Self { id, cipher: Aes256GcmSiv::new(key.into()) }
    }

    /// Names the key; reveals nothing about it.
    pub fn id(&self) -> [u8; ID] {
        self.id
    }

    pub fn close(&self, key: &RecordKey, plain: &Plain) -> Result<Vec<u8>, Error> {
        let mut nonce = [0; NONCE];
        getrandom::fill(&mut nonce).map_err(|_| Error::Internal)?;
        let payload = Payload { msg: &encode(plain)?, aad: &associated(key) };
        let sealed = self.cipher.encrypt(&Nonce::from(nonce), payload).map_err(|_| Error::Internal)?;
        Ok([&self.id[..], &nonce, &sealed].concat())
    }

    /// `None`: not closed by this key, not under this scope and placeholder, or altered since.
    pub fn open(&self, key: &RecordKey, record: &[u8]) -> Option<Plain> {
        let (nonce, sealed) = record.strip_prefix(&self.id)?.split_first_chunk::<NONCE>()?;
        let payload = Payload { msg: sealed, aad: &associated(key) };
        decode(&self.cipher.decrypt(&Nonce::from(*nonce), payload).ok()?)
    }
}

impl fmt::Debug for Seal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Seal").field("id", &self.id).finish_non_exhaustive()
    }
}

/// A NUL is in no scope, so that no two keys give the same bytes.
fn associated(key: &RecordKey) -> Vec<u8> {
    [key.scope.as_str().as_bytes(), b"\0", key.placeholder.as_str().as_bytes()].concat()
}

fn encode(plain: &Plain) -> Result<Vec<u8>, Error> {
    let kind = plain.kind.as_str().as_bytes();
    let length = u8::try_from(kind.len()).map_err(|_| Error::Internal)?;
    Ok([&[u8::from(plain.known), length], kind, plain.value.expose().as_bytes()].concat())
}

fn decode(bytes: &[u8]) -> Option<Plain> {
    let ([known, length], rest) = bytes.split_first_chunk::<2>()?;
    let (kind, value) = rest.split_at_checked(usize::from(*length))?;
    let kind = KindName::parse(std::str::from_utf8(kind).ok()?)?;
    let value = Redacted::new(std::str::from_utf8(value).ok()?);
    Some(Plain { kind, value, known: *known != 0 })
}

#[cfg(test)]
mod tests {
    use super::*;
    use contract::Scope;
    use masking::Placeholder;
    use proptest::prelude::*;

    fn key(scope: &str, placeholder: &str) -> RecordKey {
        RecordKey { scope: Scope::parse(scope).unwrap(), placeholder: Placeholder::parse(placeholder).unwrap() }
    }

    fn plain(value: &str) -> Plain {
        Plain { kind: KindName::parse("ec2_instance").unwrap(), value: Redacted::new(value), known: false }
    }

    const HERE: (&str, &str) = ("default", "AWS_EC2_7KQ2M9XA4TBN");

    #[test]
    fn a_record_opens_in_its_place_only() {
        let [one, other] = [Seal::new([1; ID], &[1; 32]), Seal::new([1; ID], &[2; 32])];
        let place = key(HERE.0, HERE.1);
        let record = one.close(&place, &plain("i-0abc")).unwrap();
        assert_eq!(record.len(), plain("i-0abc").sealed_len());
        assert_eq!(one.open(&place, &record), Some(plain("i-0abc")));
        assert_eq!(other.open(&place, &record), None);
        assert_eq!(one.open(&key("other", HERE.1), &record), None);
        assert_eq!(one.open(&key(HERE.0, "AWS_EC2_7KQ2M9XA4TBM"), &record), None);
    }

    #[test]
    fn an_altered_or_cut_record_does_not_open() {
        let seal = Seal::new([1; ID], &[1; 32]);
        let place = key(HERE.0, HERE.1);
        let record = seal.close(&place, &plain("i-0abc")).unwrap();
        for at in 0..record.len() {
            let mut altered = record.clone();
            altered[at] ^= 1;
            assert_eq!(seal.open(&place, &altered), None, "byte {at}");
            assert_eq!(seal.open(&place, &record[..at]), None, "first {at} bytes");
        }
    }

    proptest! {
        #[test]
        fn what_is_closed_opens_and_does_not_show(value in "[ -~äß\n]{4,80}", known: bool) {
            let seal = Seal::new([7; ID], &[9; 32]);
            let place = key(HERE.0, HERE.1);
            let plain = Plain { known, ..plain(&value) };
            let record = seal.close(&place, &plain).unwrap();
            prop_assert!(!record.windows(value.len()).any(|window| window == value.as_bytes()));
            prop_assert_ne!(&record, &seal.close(&place, &plain).unwrap());
            prop_assert_eq!(seal.open(&place, &record), Some(plain));
        }

        #[test]
        fn noise_does_not_open(record: Vec<u8>) {
            prop_assert_eq!(Seal::new([0; ID], &[9; 32]).open(&key(HERE.0, HERE.1), &record), None);
        }
    }
}
