//! Everything that is derived from the master secrets.
//!
//! HKDF-SHA256 with one label per purpose: the key that placeholders are minted with, the key that records are sealed
//! with, and a public id for each. None of them reveals anything about another.

use std::fmt;

use contract::MintKey;
use data_encoding::HEXLOWER;
use hkdf::Hkdf;
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::error::Error;
use crate::name::RecordKey;
use crate::seal::{Plain, Seal};

const SALT: &[u8] = b"aws-masker/1";
const PLACEHOLDER_KEY: &[u8] = b"placeholder key";
const PLACEHOLDER_ID: &[u8] = b"placeholder key id";
const STORAGE_KEY: &[u8] = b"storage key";
const STORAGE_ID: &[u8] = b"storage key id";

/// A master secret: at least [`MasterSecret::LEAST`] bytes, wiped when dropped.
#[derive(Clone, PartialEq, Eq)]
pub struct MasterSecret(Zeroizing<Vec<u8>>);

impl MasterSecret {
    /// A shorter secret can be guessed from one placeholder and its value.
    pub const LEAST: usize = 16;

    pub fn new(bytes: impl Into<Vec<u8>>) -> Option<Self> {
        let bytes = Zeroizing::new(bytes.into());
        (bytes.len() >= Self::LEAST).then_some(Self(bytes))
    }

    pub fn random() -> Result<Self, Error> {
        let mut bytes = Zeroizing::new(vec![0; 32]);
        getrandom::fill(&mut bytes).map_err(|_| Error::Internal)?;
        Ok(Self(bytes))
    }
}

impl fmt::Debug for MasterSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MasterSecret(…)")
    }
}

/// The keys in use: placeholders are minted and records sealed with the newest; records of the older ones still open.
#[derive(Debug)]
pub struct Keyring {
    placeholder: MintKey,
    newest: Seal,
    older: Vec<Seal>,
}

impl Keyring {
    pub fn derive(newest: &MasterSecret, older: &[MasterSecret]) -> Result<Self, Error> {
        let hkdf = extract(newest);
        let id = HEXLOWER.encode(expand::<8>(&hkdf, PLACEHOLDER_ID)?.as_ref());
        let placeholder = MintKey::new(id, &*expand(&hkdf, PLACEHOLDER_KEY)?);
        let older = older.iter().map(|secret| seal(&extract(secret))).collect::<Result<_, _>>()?;
        Ok(Self { placeholder, newest: seal(&hkdf)?, older })
    }

    /// The key that the filter gets.
    pub fn placeholder(&self) -> &MintKey {
        &self.placeholder
    }

    /// The seal of every record written now.
    pub fn newest(&self) -> &Seal {
        &self.newest
    }

    /// `None`: the record was closed with a secret that is not known any more, or does not belong under this key.
    pub fn open(&self, key: &RecordKey, record: &[u8]) -> Option<Plain> {
        std::iter::once(&self.newest).chain(&self.older).find_map(|seal| seal.open(key, record))
    }
}

fn seal(hkdf: &Hkdf<Sha256>) -> Result<Seal, Error> {
    Ok(Seal::new(*expand(hkdf, STORAGE_ID)?, &*expand(hkdf, STORAGE_KEY)?))
}

fn extract(secret: &MasterSecret) -> Hkdf<Sha256> {
    Hkdf::new(Some(SALT), &secret.0)
}

fn expand<const N: usize>(hkdf: &Hkdf<Sha256>, purpose: &[u8]) -> Result<Zeroizing<[u8; N]>, Error> {
    let mut bytes = Zeroizing::new([0; N]);
    hkdf.expand(purpose, bytes.as_mut()).map_err(|_| Error::Internal)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret(text: &str) -> MasterSecret {
        MasterSecret::new(text).unwrap()
    }

    #[test]
    fn keys_depend_on_the_newest_secret_alone() {
        let [a, b] = [secret("0123456789abcdef"), secret("fedcba9876543210")];
        let one = Keyring::derive(&a, &[]).unwrap();
        let again = Keyring::derive(&a, std::slice::from_ref(&b)).unwrap();
        let other = Keyring::derive(&b, std::slice::from_ref(&a)).unwrap();
        assert_eq!(one.placeholder(), again.placeholder());
        assert_ne!(one.placeholder().id, other.placeholder().id);
        assert_ne!(one.placeholder().key(), other.placeholder().key());
        assert!(one.placeholder().key().is_some());
    }

    #[test]
    fn a_short_secret_is_refused_and_none_is_shown() {
        assert_eq!(MasterSecret::new("0123456789abcde"), None);
        assert!(!format!("{:?}", secret("0123456789abcdef")).contains("0123"));
    }
}
