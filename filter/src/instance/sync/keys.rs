//! The keys that the sidecar gave, one for each scope that the token is for.

use std::collections::BTreeMap;

use contract::{Keyring, MintKeys};
use masking::PlaceholderKey;

#[derive(Debug)]
pub(crate) struct Keys {
    id: String,
    of: Of,
}

#[derive(Debug)]
enum Of {
    /// All scopes: each key is derived from this one.
    Root(PlaceholderKey),
    Scopes(BTreeMap<String, PlaceholderKey>),
}

impl Keys {
    /// `None` if what arrived is not a keyring.
    pub(super) fn read(keyring: &Keyring) -> Option<Self> {
        let key = |key: &contract::MintKey| key.bytes().map(PlaceholderKey::new);
        let of = match &keyring.keys {
            MintKeys::Root(root) => Of::Root(key(root)?),
            MintKeys::Scopes(keys) => {
                let keys = keys.iter().map(|(scope, bytes)| Some((scope.clone(), key(bytes)?)));
                Of::Scopes(keys.collect::<Option<_>>()?)
            }
        };
        Some(Self { id: keyring.id.clone(), of })
    }

    pub(crate) fn id(&self) -> &str {
        &self.id
    }

    /// The key of a scope; `None` if the token is not for it.
    pub(crate) fn of_scope(&self, scope: &str) -> Option<PlaceholderKey> {
        match &self.of {
            Of::Root(root) => Some(root.of_scope(scope)),
            Of::Scopes(keys) => keys.get(scope).cloned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use contract::MintKey;

    #[test]
    fn a_bound_token_has_the_keys_of_its_scopes() {
        let root = PlaceholderKey::new([7; 32]);
        let keyring = |keys| Keyring { id: "k".into(), keys };
        let all = Keys::read(&keyring(MintKeys::Root(MintKey::new(root.expose())))).unwrap();
        let scopes = BTreeMap::from([("a".to_owned(), MintKey::new(root.of_scope("a").expose()))]);
        let bound = Keys::read(&keyring(MintKeys::Scopes(scopes))).unwrap();
        assert_eq!(all.of_scope("a"), bound.of_scope("a"));
        assert_ne!(all.of_scope("a"), all.of_scope("b"));
        assert_eq!(bound.of_scope("b"), None);
    }
}
