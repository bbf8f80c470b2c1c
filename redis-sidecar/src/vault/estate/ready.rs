//! The estates that are ready for the filters. Preparing one takes a good part of a second, so it is done beside the calls,
//! once at a time for each scope.

use std::collections::HashSet;
use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use contract::Scope;
use lru::LruCache;

use super::open;
use super::record::Entry;
use super::snapshot::{Related, Snapshot};
use crate::error::Error;
use crate::keyring::Keyring;
use crate::name::SourceName;
use crate::store::Store;
use crate::store::estate::Names;

/// Scopes whose names are kept ready, each at most [`contract::bound::ESTATE_BYTES`]; any other one is read again.
const SNAPSHOTS: NonZeroUsize = NonZeroUsize::new(16).unwrap();

#[derive(Debug)]
pub(in crate::vault) struct Ready {
    snapshots: Mutex<LruCache<Scope, Arc<Snapshot>>>,
    /// The scopes whose estates are being prepared.
    busy: Mutex<HashSet<Scope>>,
}

impl Default for Ready {
    fn default() -> Self {
        Self { snapshots: Mutex::new(LruCache::new(SNAPSHOTS)), busy: Mutex::default() }
    }
}

impl Ready {
    pub(super) fn get(&self, scope: &Scope, version: &str) -> Option<Arc<Snapshot>> {
        lock(&self.snapshots).get(scope).filter(|ready| ready.version() == version).cloned()
    }
}

/// The preparation of one estate.
#[derive(Debug)]
pub(super) struct Job {
    ready: Arc<Ready>,
    store: Arc<dyn Store>,
    keyring: Arc<Keyring>,
    scope: Scope,
    version: String,
    sources: Vec<SourceName>,
}

impl Job {
    /// `None` if one for the scope is at work.
    pub(super) fn begin(
        ready: &Arc<Ready>,
        store: &Arc<dyn Store>,
        keyring: &Arc<Keyring>,
        scope: &Scope,
        version: String,
        sources: Vec<SourceName>,
    ) -> Option<Self> {
        let (ready, store, keyring) = (Arc::clone(ready), Arc::clone(store), Arc::clone(keyring));
        let is_free = lock(&ready.busy).insert(scope.clone());
        is_free.then(|| Self { ready, store, keyring, scope: scope.clone(), version, sources })
    }

    /// If the store does not answer, the next filter that asks begins anew.
    pub(super) async fn run(self) {
        match self.prepared().await {
            Ok(snapshot) => _ = lock(&self.ready.snapshots).put(self.scope.clone(), Arc::new(snapshot)),
            Err(error) => tracing::debug!(scope = self.scope.as_str(), "an estate could not be prepared: {error}"),
        }
    }

    async fn prepared(&self) -> Result<Snapshot, Error> {
        let mut sealed = Names::new();
        for source in &self.sources {
            sealed.extend(self.store.names(&self.scope, source).await?);
        }
        let (keyring, scope, version) = (Arc::clone(&self.keyring), self.scope.clone(), self.version.clone());
        // It computes for a while, which the calls of other filters must not wait for.
        let prepare = move || {
            let (mut names, mut related) = (Vec::new(), Related::new());
            for (placeholder, stamped) in sealed {
                let Some(plain) = open(&keyring, &scope, placeholder, &stamped) else { continue };
                match Entry::of(&stamped) {
                    Entry::Related => _ = related.entry(plain.value).or_default().insert(placeholder),
                    entry => names.push((plain, entry == Entry::Forced)),
                }
            }
            Snapshot::new(&version, names, &related)
        };
        tokio::task::spawn_blocking(prepare).await.map_err(|_| Error::Internal)
    }
}

impl Drop for Job {
    fn drop(&mut self) {
        lock(&self.ready.busy).remove(&self.scope);
    }
}

/// A call that panicked left a whole entry or none.
fn lock<T>(of: &Mutex<T>) -> MutexGuard<'_, T> {
    of.lock().unwrap_or_else(PoisonError::into_inner)
}
