//! The names of an estate in the order and the pages in which the filters take them.

use std::collections::{BTreeMap, BTreeSet};

use contract::{EstateName, EstatePage, bound};

use crate::seal::Plain;

/// Bytes of a name on the wire beside its own.
const OVERHEAD: usize = 16;
/// The kind of a resource of which nothing more is known: any other one says more.
const UNKNOWN: &str = "resource";

#[derive(Debug)]
pub(super) struct Snapshot {
    version: String,
    pages: Vec<EstatePage>,
}

impl Snapshot {
    /// Of two names that are equal, the one whose kind says more counts, and else the first kind.
    pub(super) fn new(version: &str, mut names: Vec<(Plain, bool)>) -> Self {
        fn order((plain, _): &(Plain, bool)) -> (&str, bool, &str) {
            (plain.value.expose(), plain.kind.as_str() == UNKNOWN, plain.kind.as_str())
        }
        names.sort_unstable_by(|a, b| order(a).cmp(&order(b)));
        // What is forced under any kind is forced.
        names.dedup_by(|(next, forced), (kept, kept_forced)| {
            let same = next.value == kept.value;
            *kept_forced |= same && *forced;
            same
        });
        let expected = u32::try_from(names.len()).unwrap_or(u32::MAX);
        let mut pages: Vec<EstatePage> = Vec::new();
        for names in paged(&names) {
            let (kinds, names) = with_kinds(names);
            let page = u32::try_from(pages.len()).unwrap_or(u32::MAX);
            pages.push(EstatePage { version: version.to_owned(), page, pages: 0, expected, kinds, names });
        }
        let count = u32::try_from(pages.len()).unwrap_or(u32::MAX);
        pages.iter_mut().for_each(|page| page.pages = count);
        Self { version: version.to_owned(), pages }
    }

    pub(super) fn version(&self) -> &str {
        &self.version
    }

    /// A page; of an estate without any, the one that says so.
    pub(super) fn page(&self, number: u32) -> Option<EstatePage> {
        let none = || EstatePage {
            version: self.version.clone(),
            page: 0,
            pages: 0,
            expected: 0,
            kinds: Vec::new(),
            names: Vec::new(),
        };
        if self.pages.is_empty() { Some(none()) } else { self.pages.get(number as usize).cloned() }
    }
}

/// The bytes of a page on the wire, roughly.
pub(super) fn bytes(page: &EstatePage) -> usize {
    page.names.iter().map(|name| OVERHEAD + name.1.expose().len()).sum()
}

fn paged(mut names: &[(Plain, bool)]) -> Vec<&[(Plain, bool)]> {
    let mut pages = Vec::new();
    while !names.is_empty() {
        let mut bytes = 0;
        let fits = |(name, _): &&(Plain, bool)| {
            bytes += OVERHEAD + name.value.expose().len();
            bytes <= bound::ESTATE_PAGE_BYTES
        };
        let count = names.iter().take_while(fits).count().max(1);
        let (page, rest) = names.split_at_checked(count).unwrap_or((names, &[]));
        pages.push(page);
        names = rest;
    }
    pages
}

/// The kinds of some names, and the names with the places of theirs.
fn with_kinds(names: &[(Plain, bool)]) -> (Vec<String>, Vec<EstateName>) {
    let places: BTreeMap<&str, u16> =
        names.iter().map(|(name, _)| name.kind.as_str()).collect::<BTreeSet<_>>().into_iter().zip(0..).collect();
    let place = |name: &Plain| places.get(name.kind.as_str()).copied().unwrap_or_default();
    let named = names.iter().map(|(name, forced)| EstateName(place(name), name.value.clone(), *forced)).collect();
    (places.into_keys().map(str::to_owned).collect(), named)
}

#[cfg(test)]
mod tests {
    use contract::Redacted;

    use super::*;
    use crate::name::KindName;

    fn plain(kind: &str, value: &str, forced: bool) -> (Plain, bool) {
        (Plain { kind: KindName::parse(kind).unwrap(), value: Redacted::new(value), known: false }, forced)
    }

    #[test]
    fn names_are_sorted_and_each_is_there_once() {
        let names =
            [("resource", "b", true), ("s3_bucket", "b", false), ("iam_role", "a", false), ("eks_cluster", "b", false)];
        let snapshot = Snapshot::new("v", names.map(|(kind, value, known)| plain(kind, value, known)).to_vec());
        let page = snapshot.page(0).unwrap();
        let listed: Vec<_> = page
            .names
            .iter()
            .map(|EstateName(kind, value, forced)| (&*page.kinds[usize::from(*kind)], value.expose(), *forced))
            .collect();
        assert_eq!(listed, [("iam_role", "a", false), ("eks_cluster", "b", true)]);
        assert_eq!((page.page, page.pages, page.expected, snapshot.page(1)), (0, 1, 2, None));
    }

    #[test]
    fn a_large_estate_has_pages_whose_names_follow_each_other() {
        let names = (0..50_000).map(|n| plain("s3_bucket", &format!("acme-{:05}-logs", n * 7_919 % 50_000), false));
        let snapshot = Snapshot::new("v", names.collect());
        let pages: Vec<_> = (0..).map_while(|number| snapshot.page(number)).collect();
        assert!(pages.len() > 10 && pages.iter().all(|page| page.pages as usize == pages.len()));
        assert!(pages.iter().all(|page| bytes(page) <= bound::ESTATE_PAGE_BYTES));
        let all: Vec<_> = pages.iter().flat_map(|page| &page.names).map(|name| name.1.expose()).collect();
        assert!(all.len() == 50_000 && all.is_sorted());
    }

    #[test]
    fn an_estate_without_names_says_so() {
        let page = Snapshot::new("", Vec::new()).page(7).unwrap();
        assert_eq!((page.pages, page.version.as_str()), (0, ""));
    }
}
