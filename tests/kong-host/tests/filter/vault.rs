//! A scripted sidecar: it keeps what it is given and answers as it is told to.

use std::collections::BTreeMap;

use contract::{Counters, Mapping, MintKey, StoreState, SyncRequest, SyncResponse, header};
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
    pub counters: Vec<Counters>,
    pub exchanges: usize,
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
        if well {
            self.counters.push(request.counters);
            self.exchanges += request.exchanges.len();
            self.received += request.mappings.len();
            for mapping in request.mappings {
                let key = (mapping.scope.clone(), mapping.placeholder.clone());
                if let Some(known) = self.mappings.insert(key, mapping.clone()) {
                    assert_eq!(known.value, mapping.value, "a placeholder stands for two values");
                }
            }
        }
        let keyring = MintKey::new("first", &[0x5a; 32]);
        let response = SyncResponse {
            version: contract::VERSION,
            batch: request.batch,
            acknowledged: well,
            store: if well { StoreState::Redis } else { StoreState::RedisDown },
            keyring: (request.keyring.as_deref() != Some(keyring.id.as_str())).then_some(keyring),
            found,
            store_answered: well,
            recalled: Vec::new(),
        };
        Reply::json(200, serde_json::to_vec(&response).expect("the contract can be written"))
    }

    /// Everything that was ever stored, as values.
    pub fn values(&self) -> Vec<&str> {
        self.mappings.values().map(|mapping| mapping.value.expose()).collect()
    }

    pub fn count(&self, counter: impl Fn(&Counters) -> u64) -> u64 {
        self.counters.iter().map(counter).sum()
    }
}
