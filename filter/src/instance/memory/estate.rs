//! The estates of scopes: they arrive in pages, each of which becomes a part of the estate as it comes, so that no call does
//! the work of all. Requests go on with the former estate until the new one is whole.

use std::sync::Arc;

use contract::{EstateName, EstatePage, EstatePlace, RelatedName};
use masking::{Estate, Names, Placeholder, Scanner};

use super::Memory;

/// Maximum bytes of the estates of all scopes. Past that, the scope with the largest one goes without, until it has
/// another: its names are recognised in their context only.
const ESTATES_BYTES: usize = 64 << 20;

/// The estate of one scope.
#[derive(Debug, Default)]
pub(super) struct ScopeEstate {
    /// What requests are searched for.
    whole: Option<Whole>,
    /// The next estate, with the number of the next page.
    arriving: Option<(Arriving, u32)>,
    /// The version that had no room.
    left_out: Option<String>,
}

#[derive(Debug)]
struct Arriving {
    estate: Estate,
    /// Those of its names that have the code of what they name.
    names: Names,
}

#[derive(Debug)]
struct Whole {
    estate: Arc<Estate>,
    names: Arc<Names>,
}

impl Arriving {
    fn new(page: &EstatePage) -> Self {
        Self { estate: Estate::new(&page.version, page.expected as usize), names: Names::default() }
    }

    fn bytes(&self) -> usize {
        self.estate.bytes() + self.names.bytes()
    }

    fn add(&mut self, scanner: &Scanner, page: &EstatePage) {
        let kinds: Vec<_> = page.kinds.iter().map(|kind| scanner.kind_id(kind)).collect();
        for EstateName(kind, name, forced) in &page.names {
            // A kind that this filter does not have is one of a newer catalogue.
            if let Some(kind) = kinds.get(usize::from(*kind)).copied().flatten() {
                self.estate.push(scanner, kind, name.expose(), *forced);
            }
        }
        for RelatedName(at, placeholder) in &page.related {
            let Some(EstateName(kind, name, _)) = page.names.get(*at as usize) else { continue };
            let kind = page.kinds.get(usize::from(*kind));
            if let Some((kind, placeholder)) = kind.zip(Placeholder::parse(placeholder)) {
                self.names.push(kind, name.expose(), placeholder);
            }
        }
    }
}

impl ScopeEstate {
    pub(super) fn whole(&self) -> Option<Arc<Estate>> {
        self.whole.as_ref().map(|whole| Arc::clone(&whole.estate))
    }

    pub(super) fn names(&self) -> Option<Arc<Names>> {
        self.whole.as_ref().map(|whole| Arc::clone(&whole.names))
    }

    pub(super) fn is_arriving(&self) -> bool {
        self.arriving.is_some()
    }

    /// The place up to which it is here.
    pub(super) fn place(&self) -> String {
        let whole = || self.whole.as_ref().map(|whole| whole.estate.version());
        match (&self.arriving, &self.left_out) {
            (Some((arriving, next)), _) => EstatePlace::Before(arriving.estate.version(), *next).write(),
            (None, Some(version)) => EstatePlace::All(version).write(),
            (None, None) => EstatePlace::All(whole().unwrap_or_default()).write(),
        }
    }

    fn bytes(&self) -> usize {
        let arriving = self.arriving.as_ref().map_or(0, |(arriving, _)| arriving.bytes());
        arriving + self.whole.as_ref().map_or(0, |whole| whole.estate.bytes() + whole.names.bytes())
    }

    /// Takes a page. Returns whether the names to search for are others now.
    fn take(&mut self, scanner: &Scanner, page: &EstatePage) -> bool {
        if page.pages == 0 {
            *self = Self::default();
            return true;
        }
        if page.page == 0 {
            self.left_out = None;
            self.arriving = Some((Arriving::new(page), 0));
        }
        let Some((mut arriving, next)) = self.arriving.take() else { return false };
        if page.page != next || page.version != arriving.estate.version() {
            self.arriving = Some((arriving, next));
            return false;
        }
        arriving.add(scanner, page);
        let is_whole = next + 1 >= page.pages;
        if is_whole {
            let Arriving { estate, names } = arriving;
            self.whole = Some(Whole { estate: Arc::new(estate), names: Arc::new(names) });
        } else {
            self.arriving = Some((arriving, next + 1));
        }
        is_whole
    }
}

impl Memory {
    /// The names of the scope's estate that have another placeholder than their own.
    pub(crate) fn names(&self, scope: &str) -> Option<Arc<Names>> {
        self.scopes.peek(scope)?.estate.names()
    }

    /// A page of a scope's estate has arrived.
    pub(crate) fn take_estate(&mut self, scanner: &Scanner, scope: &str, page: &EstatePage) {
        let Some(of_scope) = self.scopes.peek_mut(scope) else { return };
        if of_scope.estate.take(scanner, page) {
            of_scope.search_estate();
        }
        while self.scopes.iter().map(|(_, scope)| scope.estate.bytes()).sum::<usize>() > ESTATES_BYTES {
            let Some((_, largest)) = self.scopes.iter_mut().max_by_key(|(_, scope)| scope.estate.bytes()) else {
                return;
            };
            let arriving = largest.estate.arriving.take().map(|(arriving, _)| arriving.estate.version().to_owned());
            let whole = largest.estate.whole.take().map(|whole| whole.estate.version().to_owned());
            largest.estate.left_out = arriving.or(whole);
            largest.search_estate();
        }
    }
}

#[cfg(test)]
mod tests {
    use contract::Redacted;
    use masking::{Known, Mint, PlaceholderKey, Policy, Text};

    use super::*;

    fn page(version: &str, (page, pages): (u32, u32), names: &[&str]) -> EstatePage {
        let names: Vec<_> = names.iter().map(|name| EstateName(0, Redacted::new(*name), false)).collect();
        let kinds = vec!["s3_bucket".to_owned()];
        let expected = names.len() as u32;
        EstatePage { version: version.to_owned(), page, pages, expected, kinds, names, related: Vec::new() }
    }

    #[test]
    fn an_estate_is_used_when_all_of_it_is_there() {
        let scanner = Scanner::new(&Policy::default()).unwrap();
        let mut memory = Memory::default();
        memory.expect("a");
        for (page, place, found) in [
            (page("v1", (1, 2), &["acme-b"]), "", 0),
            (page("v1", (0, 2), &["acme-a"]), "v1.1", 0),
            (page("v2", (1, 2), &["acme-b"]), "v1.1", 0),
            (page("v1", (0, 2), &["acme-a"]), "v1.1", 0),
            (page("v1", (1, 2), &["acme-b"]), "v1", 2),
            // The former one is used until the next one is whole.
            (page("v2", (0, 2), &["acme-c"]), "v2.1", 2),
            (page("v3", (0, 1), &["acme-a"]), "v3", 1),
            (page("", (0, 0), &[]), "", 0),
        ] {
            memory.take_estate(&scanner, "a", &page);
            memory.take_estate(&scanner, "unknown", &page);
            assert_eq!(memory.scopes.peek("a").unwrap().estate.place(), place, "{} {}", page.version, page.page);
            let known = memory.known("a", super::super::Steady::default());
            assert_eq!(scanner.scan(&[Text { text: "acme-a and acme-b", key: None }], &known).len(), found, "{place}");
        }
    }

    #[test]
    fn a_name_has_the_placeholder_that_comes_with_it() {
        let scanner = Scanner::new(&Policy::default()).unwrap();
        let mut memory = Memory::default();
        memory.expect("a");
        let mint = Mint::new(&PlaceholderKey::new([7; 32]), "a");
        let [own, other] =
            [mint.placeholder("s3_bucket", "S3_BUCKET", "acme-c"), placeholder("AWS_EC2_NAME_7KQ2M9XA4TBN")];
        let minted = |memory: &Memory| {
            mint.clone().with_names(memory.names("a")).placeholder("s3_bucket", "S3_BUCKET", "acme-c")
        };
        let related = |at: u32, placeholder: &str| vec![RelatedName(at, placeholder.to_owned())];
        for (page, related, expected) in [
            (page("v1", (0, 2), &["acme-a", "acme-b"]), related(0, "AWS_EC2_NAME_000000000000"), own),
            (page("v1", (1, 2), &["acme-c"]), related(0, other.as_str()), other),
            (page("v2", (0, 1), &["acme-c"]), Vec::new(), own),
            (page("v3", (0, 1), &["acme-c"]), related(0, "no placeholder"), own),
            (page("v4", (0, 1), &["acme-c"]), related(7, other.as_str()), own),
        ] {
            memory.take_estate(&scanner, "a", &EstatePage { related, ..page });
            assert_eq!(minted(&memory), expected);
        }
    }

    fn placeholder(text: &str) -> Placeholder {
        Placeholder::parse(text).unwrap()
    }

    #[test]
    fn the_largest_estate_goes_when_there_is_no_room() {
        let scanner = Scanner::new(&Policy::default()).unwrap();
        let mut memory = Memory::default();
        let estate = |version: &str, count: usize| {
            let names: Vec<String> = (0..count).map(|n| format!("acme-{n:06}-{}", "x".repeat(200))).collect();
            page(version, (0, 1), &names.iter().map(String::as_str).collect::<Vec<_>>())
        };
        for scope in ["small", "large", "other"] {
            memory.expect(scope);
        }
        memory.take_estate(&scanner, "small", &estate("s", 1_000));
        memory.take_estate(&scanner, "large", &estate("l", 100_000));
        memory.take_estate(&scanner, "other", &estate("o", 90_000));
        let names = |memory: &mut Memory, scope: &str| {
            let known: std::rc::Rc<Known> = memory.known(scope, super::super::Steady::default());
            let text = format!("acme-000007-{}", "x".repeat(200));
            scanner.scan(&[Text { text: &text, key: None }], &known).len()
        };
        assert_eq!(["small", "large", "other"].map(|scope| names(&mut memory, scope)), [1, 1, 1]);
        memory.expect("more");
        memory.take_estate(&scanner, "more", &estate("m", 60_000));
        assert_eq!(["small", "large", "other", "more"].map(|scope| names(&mut memory, scope)), [1, 0, 1, 1]);
        // It is not asked for again until there is another.
        assert_eq!(memory.scopes.peek("large").unwrap().estate.place(), "l");
        memory.take_estate(&scanner, "large", &estate("l2", 1_000));
        assert_eq!(names(&mut memory, "large"), 1);
    }
}
