//! Estates in a store: of each scope, some sources, each with a record of its own and its names.

use std::collections::BTreeMap;
use std::time::Duration;

use async_trait::async_trait;
use contract::Scope;
use masking::Placeholder;

use crate::error::Error;
use crate::name::SourceName;

/// The sealed names of a source under their placeholders.
pub type Names = Vec<(Placeholder, Vec<u8>)>;

/// Maximum placeholders of a scope that are given to a value for ever: those of the names of two whole estates.
pub const CLAIMS: usize = 2 * contract::bound::ESTATE_NAMES;

/// What a store keeps of estates. It lives until it is removed, and as everywhere, a store sees no value.
#[async_trait]
pub trait EstateStore {
    /// The records of the sources of each scope, in their order.
    async fn sources(&self, scopes: &[Scope]) -> Result<Vec<BTreeMap<String, String>>, Error>;

    /// Writes the record of a source; without one, the source is removed with all of its names.
    async fn write_source(&self, scope: &Scope, source: &SourceName, record: Option<&str>) -> Result<(), Error>;

    /// Adds names to a source, or replaces them, and returns how many are new.
    async fn add_names(
        &self,
        scope: &Scope,
        source: &SourceName,
        names: &[(Placeholder, Vec<u8>)],
    ) -> Result<u64, Error>;

    /// All names of a source.
    async fn names(&self, scope: &Scope, source: &SourceName) -> Result<Names, Error>;

    /// The names under some placeholders, in their order.
    async fn find_names(
        &self,
        scope: &Scope,
        source: &SourceName,
        placeholders: &[Placeholder],
    ) -> Result<Vec<Option<Vec<u8>>>, Error>;

    /// Removes names, and returns how many there were.
    async fn remove_names(
        &self,
        scope: &Scope,
        source: &SourceName,
        placeholders: &[Placeholder],
    ) -> Result<u64, Error>;

    /// Gives each placeholder to the first value that asks for it, for ever: nothing takes it back. Values are named by their
    /// own placeholders. Returns who has it, in their order; nobody if there is no room for more.
    async fn claim(
        &self,
        scope: &Scope,
        claims: &[(Placeholder, Placeholder)],
    ) -> Result<Vec<Option<Placeholder>>, Error>;

    /// Takes the turn to import a source, for this time; only one asker has it.
    async fn take_turn(&self, scope: &Scope, source: &SourceName, lasts: Duration) -> Result<bool, Error>;

    /// Has the turn end so long after now, whoever has it.
    async fn set_turn(&self, scope: &Scope, source: &SourceName, lasts: Duration) -> Result<(), Error>;

    /// The scopes that have an estate.
    async fn scopes_with_estates(&self) -> Result<Vec<Scope>, Error>;
}
