//! The names of an estate in the order and the pages in which the filters take them.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use contract::{EstateName, EstatePage, Redacted, RelatedName, bound};
use masking::Placeholder;

use crate::seal::Plain;

/// Bytes of a name on the wire beside its own.
const OVERHEAD: usize = 16;
/// The kind of a resource of which nothing more is known: any other one says more.
const UNKNOWN: &str = "resource";

/// The placeholders with the codes of what names name, by these names.
pub(super) type Related = HashMap<Redacted, BTreeSet<Placeholder>>;

/// A name with what all sources say of it.
#[derive(Debug)]
struct Name {
    plain: Plain,
    forced: bool,
    /// Its kind is not the only one that says something.
    is_ambiguous: bool,
    /// The placeholder that it has instead of its own.
    related: Option<Placeholder>,
}

impl Name {
    /// A name of one resource alone has that one's code.
    fn relate(&mut self, related: &Related) {
        let mut of = related.get(&self.plain.value).into_iter().flatten();
        let only = of.next().copied().filter(|_| of.next().is_none());
        self.related = only.filter(|_| !self.is_ambiguous);
    }

    /// Its bytes on the wire, roughly.
    fn bytes(&self) -> usize {
        let related = self.related.map_or(0, |related| OVERHEAD + related.as_str().len());
        OVERHEAD + self.plain.value.expose().len() + related
    }
}

#[derive(Debug)]
pub(super) struct Snapshot {
    version: String,
    pages: Vec<EstatePage>,
}

impl Snapshot {
    /// Of two names that are equal, the one whose kind says more counts, and else the first kind.
    pub(super) fn new(version: &str, names: Vec<(Plain, bool)>, related: &Related) -> Self {
        fn order(Name { plain, .. }: &Name) -> (&str, bool, &str) {
            (plain.value.expose(), plain.kind.as_str() == UNKNOWN, plain.kind.as_str())
        }
        let name = |(plain, forced)| Name { plain, forced, is_ambiguous: false, related: None };
        let mut names: Vec<Name> = names.into_iter().map(name).collect();
        names.sort_unstable_by(|a, b| order(a).cmp(&order(b)));
        names.dedup_by(|next, kept| {
            let same = next.plain.value == kept.plain.value;
            // What is forced under any kind is forced.
            kept.forced |= same && next.forced;
            kept.is_ambiguous |= same && next.plain.kind != kept.plain.kind && next.plain.kind.as_str() != UNKNOWN;
            same
        });
        names.iter_mut().for_each(|name| name.relate(related));
        let expected = u32::try_from(names.len()).unwrap_or(u32::MAX);
        let mut pages: Vec<EstatePage> = Vec::new();
        for names in paged(&names) {
            let (kinds, listed) = with_kinds(names);
            let related = (0..).zip(names).filter_map(|(at, name)| {
                let placeholder = name.related?;
                Some(RelatedName(at, placeholder.as_str().to_owned()))
            });
            let (page, related) = (u32::try_from(pages.len()).unwrap_or(u32::MAX), related.collect());
            pages.push(EstatePage {
                version: version.to_owned(),
                page,
                pages: 0,
                expected,
                kinds,
                names: listed,
                related,
            });
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
            related: Vec::new(),
        };
        if self.pages.is_empty() { Some(none()) } else { self.pages.get(number as usize).cloned() }
    }
}

/// The bytes of a page on the wire, roughly.
pub(super) fn bytes(page: &EstatePage) -> usize {
    let related: usize = page.related.iter().map(|name| OVERHEAD + name.1.len()).sum();
    page.names.iter().map(|name| OVERHEAD + name.1.expose().len()).sum::<usize>() + related
}

fn paged(mut names: &[Name]) -> Vec<&[Name]> {
    let mut pages = Vec::new();
    while !names.is_empty() {
        let mut bytes = 0;
        let fits = |name: &&Name| {
            bytes += name.bytes();
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
fn with_kinds(names: &[Name]) -> (Vec<String>, Vec<EstateName>) {
    let kinds: BTreeSet<&str> = names.iter().map(|name| name.plain.kind.as_str()).collect();
    let places: BTreeMap<&str, u16> = kinds.into_iter().zip(0..).collect();
    let place = |name: &Name| places.get(name.plain.kind.as_str()).copied().unwrap_or_default();
    let named = names.iter().map(|name| EstateName(place(name), name.plain.value.clone(), name.forced)).collect();
    (places.into_keys().map(str::to_owned).collect(), named)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::name::KindName;

    fn none() -> Related {
        Related::new()
    }

    #[test]
    fn a_name_of_one_resource_alone_has_its_code() {
        let names = [
            ("ec2_instance", "acme-web"),
            ("ec2_instance", "acme-asg"),
            ("ec2_instance", "acme-logs"),
            ("s3_bucket", "acme-logs"),
            ("vpc", "acme-vpc"),
            ("resource", "acme-vpc"),
        ];
        let related: Related = [
            ("acme-web", &["AWS_EC2_NAME_0000000000AB"][..]),
            // Two instances have it.
            ("acme-asg", &["AWS_EC2_NAME_0000000000AC", "AWS_EC2_NAME_0000000000AD"]),
            // A bucket is called so, too.
            ("acme-logs", &["AWS_EC2_NAME_0000000000AE"]),
            ("acme-vpc", &["AWS_VPC_NAME_0000000000AF"]),
        ]
        .into_iter()
        .map(|(name, of)| (Redacted::new(name), of.iter().filter_map(|text| Placeholder::parse(text)).collect()))
        .collect();
        let snapshot = Snapshot::new("v", names.map(|(kind, value)| plain(kind, value, false)).to_vec(), &related);
        let page = snapshot.page(0).unwrap();
        let told =
            page.related.iter().map(|RelatedName(at, text)| (page.names[*at as usize].1.expose(), text.as_str()));
        assert_eq!(
            told.collect::<Vec<_>>(),
            [("acme-vpc", "AWS_VPC_NAME_0000000000AF"), ("acme-web", "AWS_EC2_NAME_0000000000AB")]
        );
    }

    fn plain(kind: &str, value: &str, forced: bool) -> (Plain, bool) {
        (Plain { kind: KindName::parse(kind).unwrap(), value: Redacted::new(value), known: false }, forced)
    }

    #[test]
    fn names_are_sorted_and_each_is_there_once() {
        let names =
            [("resource", "b", true), ("s3_bucket", "b", false), ("iam_role", "a", false), ("eks_cluster", "b", false)];
        let snapshot =
            Snapshot::new("v", names.map(|(kind, value, known)| plain(kind, value, known)).to_vec(), &none());
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
        let snapshot = Snapshot::new("v", names.collect(), &none());
        let pages: Vec<_> = (0..).map_while(|number| snapshot.page(number)).collect();
        assert!(pages.len() > 10 && pages.iter().all(|page| page.pages as usize == pages.len()));
        assert!(pages.iter().all(|page| bytes(page) <= bound::ESTATE_PAGE_BYTES));
        let all: Vec<_> = pages.iter().flat_map(|page| &page.names).map(|name| name.1.expose()).collect();
        assert!(all.len() == 50_000 && all.is_sorted());
    }

    #[test]
    fn an_estate_without_names_says_so() {
        let page = Snapshot::new("", Vec::new(), &none()).page(7).unwrap();
        assert_eq!((page.pages, page.version.as_str()), (0, ""));
    }
}
