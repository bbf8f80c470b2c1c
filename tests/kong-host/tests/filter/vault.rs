//! A scripted sidecar: it keeps what it is given and answers as it is told to.

use std::collections::{BTreeMap, BTreeSet};

use contract::{
    Counters, EstateName, EstatePage, EstatePlace, ExchangeSummary, Follow, Keyring, Mapping, MintKey, MintKeys,
    Redacted, RefusedScope, RelatedName, ScopeNews, StoreState, SyncRequest, SyncResponse, bound, code, header,
};
use kong_host::{Call, Reply};

use crate::gateway::silence;

const TOKEN: &str = "a-token-of-the-tests";

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub enum Mood {
    #[default]
    Well,
    /// Its store does not answer: nothing is acknowledged.
    WithoutStore,
    Silent,
    Refusing,
    ServerError,
    Garbage,
    Truncated,
    WithoutLength,
    Closing,
    /// An answer to another batch.
    Stale,
}

#[derive(Debug, Default)]
pub struct Vault {
    pub mood: Mood,
    /// By scope and placeholder.
    pub mappings: BTreeMap<(String, String), Mapping>,
    /// The known values of each scope, in the order in which they were learned.
    pub known: BTreeMap<String, Vec<Mapping>>,
    /// The names of each scope's estate, sorted.
    pub estates: BTreeMap<String, Vec<String>>,
    /// The placeholders that some of these names have instead of their own.
    pub related: BTreeMap<String, String>,
    /// Scopes that have used up a quota.
    pub full: BTreeSet<String>,
    pub counters: Vec<Counters>,
    pub exchanges: usize,
    pub summaries: Vec<ExchangeSummary>,
    pub calls: usize,
    /// The mappings of all calls, those that it had already among them.
    pub received: usize,
}

impl Vault {
    pub fn answer(&mut self, call: &Call) -> Reply {
        self.calls += 1;
        assert_eq!(call.target, "unix:/run/aws-masker/sidecar.sock");
        assert_eq!(call.headers.text(":path"), Some(contract::path::SYNC));
        assert_eq!(call.headers.text(header::AUTHORIZATION), Some(header::bearer(TOKEN).as_str()));
        let request: SyncRequest = serde_json::from_slice(&call.body).expect("the filter speaks the contract");
        assert!(call.body.len() <= contract::bound::BODY_BYTES, "a call of {} bytes", call.body.len());
        assert!(request.mappings.len() <= contract::bound::MAPPINGS);
        match self.mood {
            Mood::Well | Mood::WithoutStore => self.keep(request),
            Mood::Silent => silence(call),
            Mood::Refusing => Reply::Refused,
            Mood::ServerError => Reply::json(500, r#"{"error":"no"}"#),
            Mood::Garbage => Reply::json(200, "\u{0}not json"),
            Mood::Truncated => Reply::Truncated { status: 200, announced: 4096 },
            Mood::WithoutLength => Reply::WithoutLength { status: 200 },
            Mood::Closing => Reply::Closed,
            Mood::Stale => {
                let batch = request.batch.wrapping_sub(1);
                self.keep(SyncRequest { batch, ..request })
            }
        }
    }

    fn keep(&mut self, request: SyncRequest) -> Reply {
        let well = self.mood == Mood::Well;
        let found = request
            .wanted
            .iter()
            .filter_map(|wanted| self.mappings.get(&(wanted.scope.clone(), wanted.placeholder.clone())).cloned());
        let found = found.collect();
        let over: BTreeSet<_> = request.mappings.iter().map(|mapping| &mapping.scope).collect();
        let over = over.into_iter().filter(|scope| self.full.contains(*scope));
        let refused =
            over.map(|scope| RefusedScope { scope: scope.clone(), code: code::QUOTA.into(), stored: 0 }).collect();
        if well {
            self.counters.push(request.counters);
            self.exchanges += request.exchanges.len();
            self.summaries.extend(request.exchanges);
            self.received += request.mappings.len();
            for mapping in request.mappings.into_iter().filter(|mapping| !self.full.contains(&mapping.scope)) {
                if mapping.known {
                    self.known.entry(mapping.scope.clone()).or_default().push(mapping.clone());
                }
                let key = (mapping.scope.clone(), mapping.placeholder.clone());
                if let Some(known) = self.mappings.insert(key, mapping.clone()) {
                    assert_eq!(known.value, mapping.value, "a placeholder stands for two values");
                }
            }
        }
        // As many values as fit into one answer; the filter asks again for the others.
        let mut values = 0;
        let news = request.follow.iter().map(|follow| self.news(follow)).enumerate();
        let fits = |(index, news): &(usize, ScopeNews)| {
            values += news.known.len();
            *index == 0 || values <= bound::KNOWN
        };
        let news = news.take_while(fits).map(|(_, news)| news).collect();
        let keyring = Keyring { id: "first".to_owned(), keys: MintKeys::Root(MintKey::new(&[0x5a; 32])) };
        let response = SyncResponse {
            version: contract::VERSION,
            batch: request.batch,
            acknowledged: well,
            store: if well { StoreState::Redis } else { StoreState::RedisDown },
            keyring: (request.keyring.as_deref() != Some(keyring.id.as_str())).then_some(keyring),
            found,
            store_answered: well,
            refused,
            news,
        };
        Reply::json(200, serde_json::to_vec(&response).expect("the contract can be written"))
    }

    /// The place in a scope's feed is the number of values that it had.
    fn news(&self, follow: &Follow) -> ScopeNews {
        let known = self.known.get(&follow.scope).map(Vec::as_slice).unwrap_or_default();
        let after = follow.after.as_ref().map_or(0, |after| after.parse().expect("a place that was given"));
        ScopeNews {
            scope: follow.scope.clone(),
            until: known.len().to_string(),
            erased: false,
            forgotten: Vec::new(),
            known: known[after..].to_vec(),
            estate: self.estate_page(follow),
        }
    }

    /// The next page of a scope's estate, of a hundred kilobytes.
    fn estate_page(&self, follow: &Follow) -> Option<EstatePage> {
        let names = self.estates.get(&follow.scope)?;
        let version = names.len().to_string();
        let pages: Vec<_> = names.chunks(4_000).collect();
        let page = match EstatePlace::read(follow.estate.as_deref()?) {
            EstatePlace::All(whole) if whole == version => return None,
            EstatePlace::Before(begun, page) if begun == version => page,
            _ => 0,
        };
        Some(EstatePage {
            version,
            page,
            pages: pages.len() as u32,
            expected: names.len() as u32,
            kinds: vec!["s3_bucket".to_owned()],
            names: pages[page as usize].iter().map(|name| EstateName(0, Redacted::new(name), false)).collect(),
            related: pages[page as usize]
                .iter()
                .zip(0..)
                .filter_map(|(name, at)| Some(RelatedName(at, self.related.get(name)?.clone())))
                .collect(),
        })
    }

    /// Everything that was ever stored, as values.
    pub fn values(&self) -> Vec<&str> {
        self.mappings.values().map(|mapping| mapping.value.expose()).collect()
    }

    pub fn count(&self, counter: impl Fn(&Counters) -> u64) -> u64 {
        self.counters.iter().map(counter).sum()
    }
}
