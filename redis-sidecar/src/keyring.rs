//! Everything that is derived from the master secrets.
//!
//! HKDF-SHA256 with one label per purpose: the key from which the key of each scope is derived, the key that records are
//! sealed with, and a public id for each. None of them reveals anything about another.

use std::fmt;

use contract::{MintKey, MintKeys, Scope};
use data_encoding::HEXLOWER;
use hkdf::Hkdf;
use masking::{Mint, PlaceholderKey};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::door::Scopes;
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
    /// Names the newest secret.
    id: String,
    root: PlaceholderKey,
    newest: Seal,
    older: Vec<Seal>,
}

impl Keyring {
    pub fn derive(newest: &MasterSecret, older: &[MasterSecret]) -> Result<Self, Error> {
        let hkdf = extract(newest);
        let id = HEXLOWER.encode(expand::<8>(&hkdf, PLACEHOLDER_ID)?.as_ref());
        let root = PlaceholderKey::new(*expand(&hkdf, PLACEHOLDER_KEY)?);
        let older = older.iter().map(|secret| seal(&extract(secret))).collect::<Result<_, _>>()?;
        Ok(Self { id, root, newest: seal(&hkdf)?, older })
    }

    /// Names the newest secret; reveals nothing about it.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The keys that a token gives: those of its scopes, and no more. A token for all scopes gives the one from which they
    /// are derived, so that no request has to wait for the key of its scope.
    pub fn of(&self, scopes: &Scopes) -> contract::Keyring {
        match scopes {
            Scopes::All => {
                contract::Keyring { id: self.id.clone(), keys: MintKeys::Root(MintKey::new(self.root.expose())) }
            }
            Scopes::Only(own) => {
                let key = |scope: &Scope| MintKey::new(self.root.of_scope(scope.as_str()).expose());
                let keys = own.iter().map(|scope| (scope.as_str().to_owned(), key(scope)));
                contract::Keyring { id: self.id_of(own), keys: MintKeys::Scopes(keys.collect()) }
            }
        }
    }

    /// Another set of scopes has another id, so that a filter whose token was bound anew gets its keys.
    fn id_of(&self, scopes: &[Scope]) -> String {
        let mut names: Vec<&str> = scopes.iter().map(Scope::as_str).collect();
        names.sort_unstable();
        let digest = Sha256::digest(names.join("\n"));
        let (short, _) = digest.split_at(8);
        format!("{}-{}", self.id, HEXLOWER.encode(short))
    }

    /// The placeholders of a scope as its filters make them.
    pub fn mint(&self, scope: &Scope) -> Mint {
        Mint::new(&self.root.of_scope(scope.as_str()), scope.as_str())
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
        let [one, again, other] = [one, again, other].map(|keyring| keyring.of(&Scopes::All));
        assert_eq!(one, again);
        assert_ne!(one.id, other.id);
        assert_ne!(one.keys, other.keys);
    }

    #[test]
    fn a_bound_token_gets_the_keys_of_its_scopes_and_nothing_that_leads_to_others() {
        let keyring = Keyring::derive(&secret("0123456789abcdef"), &[]).unwrap();
        let only = |names: &[&str]| Scopes::Only(names.iter().map(|name| Scope::parse(name).unwrap()).collect());
        let MintKeys::Root(root) = keyring.of(&Scopes::All).keys else { panic!("not for all") };
        let derived = |scope: &str| MintKey::new(PlaceholderKey::new(root.bytes().unwrap()).of_scope(scope).expose());
        let MintKeys::Scopes(keys) = keyring.of(&only(&["a", "b"])).keys else { panic!("not bound") };
        assert_eq!(keys, ["a", "b"].map(|scope| (scope.to_owned(), derived(scope))).into());
        assert_ne!(derived("a"), derived("b"));
        let ids =
            [only(&["a", "b"]), only(&["b", "a"]), only(&["a"]), Scopes::All].map(|scopes| keyring.of(&scopes).id);
        assert!(ids[0] == ids[1] && ids[0] != ids[2] && ids[0] != ids[3] && ids[2] != ids[3], "{ids:?}");
    }

    #[test]
    fn a_short_secret_is_refused_and_none_is_shown() {
        assert_eq!(MasterSecret::new("0123456789abcde"), None);
        assert!(!format!("{:?}", secret("0123456789abcdef")).contains("0123"));
    }
}
