//! The quotas of each scope: one tenant's flood fills its own share of the store, and nobody else's.

use serde::Serialize;

/// The records of one scope in numbers. A store may count a record for a while after it expired: at most for a
/// thirty-second part of its time to live, or a minute.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Usage {
    pub mappings: u64,
    /// Bytes of all records, each with its names and the store's own overhead.
    pub bytes: u64,
    /// Mappings that were new in the current minute.
    #[serde(rename = "new_this_minute")]
    pub fresh: u64,
    /// Values that the scope knows.
    pub known: u64,
}

/// What each scope may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quotas {
    /// Mappings stored.
    pub mappings: u64,
    /// Bytes stored, as [`Usage::bytes`] counts them.
    pub bytes: u64,
    /// New mappings in a minute.
    pub fresh: u64,
    /// Values known.
    pub known: u64,
    /// Names of the estate.
    pub estate: u64,
}

/// One of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Quota {
    Mappings,
    Bytes,
    Fresh,
    Known,
    Estate,
}

impl Quota {
    pub const ALL: [Self; 5] = [Self::Mappings, Self::Bytes, Self::Fresh, Self::Known, Self::Estate];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Mappings => "mappings",
            Self::Bytes => "bytes",
            Self::Fresh => "new_per_minute",
            Self::Known => "known",
            Self::Estate => "estate",
        }
    }
}

/// A new mapping.
#[derive(Debug, Clone, Copy)]
pub struct New {
    pub bytes: u64,
    pub known: bool,
}

impl Quotas {
    /// Adds a mapping to a usage, or tells which quota has no room for it.
    pub fn admit(&self, usage: &mut Usage, new: New) -> Result<(), Quota> {
        let known = u64::from(new.known);
        for (quota, used, max, more) in [
            (Quota::Mappings, usage.mappings, self.mappings, 1),
            (Quota::Bytes, usage.bytes, self.bytes, new.bytes),
            (Quota::Fresh, usage.fresh, self.fresh, 1),
            (Quota::Known, usage.known, self.known, known),
        ] {
            if more > 0 && used.saturating_add(more) > max {
                return Err(quota);
            }
        }
        usage.mappings += 1;
        usage.bytes += new.bytes;
        usage.fresh += 1;
        usage.known += known;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_quota_has_its_end() {
        let quotas = Quotas { mappings: 3, bytes: 100, fresh: 2, known: 1, estate: 1 };
        let usage = Usage { mappings: 1, bytes: 50, fresh: 0, known: 0 };
        for (usage, bytes, known, expected) in [
            (usage, 50, true, Ok(())),
            (Usage { mappings: 3, ..usage }, 1, false, Err(Quota::Mappings)),
            (usage, 51, false, Err(Quota::Bytes)),
            (Usage { fresh: 2, ..usage }, 1, false, Err(Quota::Fresh)),
            (Usage { known: 1, ..usage }, 1, true, Err(Quota::Known)),
            (Usage { known: 1, ..usage }, 1, false, Ok(())),
        ] {
            let mut used = usage;
            assert_eq!(quotas.admit(&mut used, New { bytes, known }), expected, "{usage:?}");
            assert_eq!(used != usage, expected.is_ok());
        }
    }
}
