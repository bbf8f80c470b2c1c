//! A request of the filter, checked against the contract.

use std::collections::BTreeSet;
use std::time::Duration;

use contract::{Counters, ExchangeSummary, Follow, Scope, SyncRequest, VERSION, bound, code};
use masking::Placeholder;

use crate::error::Error;
use crate::name::{KindName, RecordKey};
use crate::seal::Plain;
use crate::store::Followed;

/// Kinds that one exchange may report. The catalogue and a configuration's own patterns have far fewer.
const KINDS: usize = 1_000;
/// Codes that a batch may report. There are about thirty.
const CODES: usize = 100;

#[derive(Debug)]
pub struct Batch {
    pub id: (String, u64),
    /// Empty if the filter does not tell it.
    pub release: String,
    /// The filter alters nothing.
    pub observes: bool,
    pub keyring: Option<String>,
    pub ttl: Duration,
    pub mappings: Vec<(RecordKey, Plain)>,
    /// Without a scope if that was never known.
    pub exchanges: Vec<(Option<Scope>, ExchangeSummary)>,
    pub counters: Counters,
    /// Mappings that the filter owes besides these.
    pub owed: u64,
    pub wanted: Vec<RecordKey>,
    pub follow: Vec<Followed>,
}

impl Batch {
    pub fn parse(request: SyncRequest) -> Result<Self, Error> {
        let SyncRequest {
            version,
            instance,
            release,
            observes,
            batch,
            keyring,
            mapping_ttl,
            mappings,
            exchanges,
            counters,
            owed,
            wanted,
            follow,
        } = request;
        if version != VERSION {
            return Err(Error::Version);
        }
        check(is_name(&instance), "instance")?;
        check(release.is_empty() || is_name(&release), "release")?;
        check(keyring.as_deref().is_none_or(is_name), "keyring")?;
        check(bound::MAPPING_TTL.contains(&mapping_ttl), "mapping_ttl")?;
        check(mappings.len() <= bound::MAPPINGS, "mappings")?;
        check(exchanges.len() <= bound::EXCHANGES, "exchanges")?;
        check(wanted.len() <= bound::WANTED, "wanted")?;
        check(follow.len() <= bound::FOLLOWED, "follow")?;
        check_counters(&counters)?;
        Ok(Self {
            id: (instance, batch),
            release,
            observes,
            keyring,
            ttl: Duration::from_secs(mapping_ttl),
            mappings: mappings.into_iter().map(mapping).collect::<Result<_, _>>()?,
            exchanges: exchanges.into_iter().map(exchange).collect::<Result<_, _>>()?,
            counters,
            owed,
            wanted: wanted.iter().map(|wanted| key(&wanted.scope, &wanted.placeholder)).collect::<Result<_, _>>()?,
            follow: follow.into_iter().map(followed).collect::<Result<_, _>>()?,
        })
    }

    /// Every scope that the batch writes to, asks in or reports on.
    pub fn scopes(&self) -> impl Iterator<Item = &Scope> {
        let keys = self.mappings.iter().map(|(key, _)| key).chain(&self.wanted);
        let told = self.exchanges.iter().filter_map(|(scope, _)| scope.as_ref());
        keys.map(|key| &key.scope).chain(self.follow.iter().map(|followed| &followed.scope)).chain(told)
    }

    /// Leaves out everything of the scopes that do not pass, and returns these. Other scopes are not affected.
    pub fn keep_scopes(&mut self, passes: impl Fn(&Scope) -> bool) -> BTreeSet<Scope> {
        let left_out = self.scopes().filter(|scope| !passes(scope)).cloned().collect();
        self.mappings.retain(|(key, _)| passes(&key.scope));
        self.exchanges.retain(|(scope, _)| scope.as_ref().is_none_or(&passes));
        self.wanted.retain(|key| passes(&key.scope));
        self.follow.retain(|followed| passes(&followed.scope));
        left_out
    }
}

pub fn key(scope_text: &str, placeholder: &str) -> Result<RecordKey, Error> {
    let placeholder = Placeholder::parse(placeholder).ok_or(Error::Invalid("placeholder"))?;
    Ok(RecordKey { scope: scope(scope_text)?, placeholder })
}

pub fn scope(text: &str) -> Result<Scope, Error> {
    Scope::parse(text).ok_or(Error::Invalid("scope"))
}

fn mapping(mapping: contract::Mapping) -> Result<(RecordKey, Plain), Error> {
    let contract::Mapping { scope, kind, placeholder, value, known } = mapping;
    let kind = KindName::parse(&kind).ok_or(Error::Invalid("kind"))?;
    check((1..=bound::VALUE_BYTES).contains(&value.expose().len()), "value")?;
    Ok((key(&scope, &placeholder)?, Plain { kind, value, known }))
}

/// A place in a feed is a number, or two that a hyphen joins.
fn followed(follow: Follow) -> Result<Followed, Error> {
    let is_place = |text: &str| is_name(text) && text.bytes().all(|b| b.is_ascii_digit() || b == b'-');
    check(follow.after.as_deref().is_none_or(is_place), "after")?;
    check(follow.estate.as_deref().is_none_or(|place| place.is_empty() || is_name(place)), "estate")?;
    Ok(Followed { scope: scope(&follow.scope)?, after: follow.after, estate: follow.estate })
}

/// The numbers of an exchange are published and counted, so that they may hold names and codes only.
fn exchange(exchange: ExchangeSummary) -> Result<(Option<Scope>, ExchangeSummary), Error> {
    check(exchange.masked.len() <= KINDS, "masked")?;
    check(exchange.masked.iter().all(|(kind, _)| KindName::parse(kind).is_some()), "kind")?;
    check(
        exchange.alerts.len() <= KINDS && exchange.alerts.iter().all(|kind| KindName::parse(kind).is_some()),
        "alerts",
    )?;
    check(exchange.refused.as_deref().is_none_or(code::is_code), "refused")?;
    let is_route = exchange.route.len() <= bound::NAME_BYTES && !exchange.route.chars().any(char::is_control);
    check(is_route, "route")?;
    check(exchange.dialect.is_empty() || contract::is_name(&exchange.dialect, b"_"), "dialect")?;
    let body = exchange.masked_body.as_ref().map_or(0, String::len);
    check(body <= bound::MASKED_BODY_BYTES, "masked_body")?;
    let is_unknown = exchange.scope.is_empty()
        && (exchange.refused.is_some() || exchange.response == contract::ResponseState::Orphaned);
    let scope = if is_unknown { None } else { Some(scope(&exchange.scope)?) };
    Ok((scope, exchange))
}

/// The names of counters are those of metrics.
fn check_counters(counters: &Counters) -> Result<(), Error> {
    check(counters.refused_by_code.len() <= CODES, "refused_by_code")?;
    check(counters.refused_by_code.keys().all(|code| code::is_code(code)), "refused_by_code")?;
    check(counters.masked_by_kind.len() <= KINDS, "masked_by_kind")?;
    check(counters.masked_by_kind.keys().all(|kind| KindName::parse(kind).is_some()), "masked_by_kind")
}

fn is_name(text: &str) -> bool {
    (1..=bound::NAME_BYTES).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic())
}

fn check(holds: bool, what: &'static str) -> Result<(), Error> {
    if holds { Ok(()) } else { Err(Error::Invalid(what)) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn sound() -> Value {
        json!({"version": 1, "instance": "w1", "release": "0.1.0", "batch": 1, "mapping_ttl": 60,
            "mappings": [{"scope": "a", "kind": "ec2_instance", "placeholder": "AWS_EC2_7KQ2M9XA4TBN", "value": "i-0"}],
            "exchanges": [{"scope": "a", "at_ms": 1, "request_bytes": 1, "response_bytes": 1,
                "masked": [["ec2_instance", 1]], "restored": 0, "unresolved": 0, "refused": "AWS_MASKER_1001",
                "route": "", "dialect": "openai_chat", "masked_body": ""}],
            "wanted": [{"scope": "a", "placeholder": "AWS_EC2_7KQ2M9XA4TBN"}], "follow": [{"scope": "a", "after": "1-0", "estate": "a1"}],
            "counters": {"refused_by_code": {}, "masked_by_kind": {}}})
    }

    fn with(path: &str, value: Value) -> Value {
        let mut request = sound();
        *request.pointer_mut(path).unwrap() = value;
        request
    }

    #[test]
    fn only_what_is_within_the_contract_is_taken() {
        let many = |item: Value, n: usize| Value::from(vec![item; n + 1]);
        let sound = sound();
        for (request, expected) in [
            (sound.clone(), None),
            (with("/version", json!(2)), Some(Error::Version)),
            (with("/instance", json!("")), Some(Error::Invalid("instance"))),
            (with("/instance", json!("a\nb")), Some(Error::Invalid("instance"))),
            (with("/release", json!("0 1")), Some(Error::Invalid("release"))),
            (with("/mapping_ttl", json!(bound::MAPPING_TTL.start() - 1)), Some(Error::Invalid("mapping_ttl"))),
            (with("/mapping_ttl", json!(bound::MAPPING_TTL.end() + 1)), Some(Error::Invalid("mapping_ttl"))),
            (with("/mapping_ttl", json!(u64::MAX)), Some(Error::Invalid("mapping_ttl"))),
            (with("/mappings/0/scope", json!("")), Some(Error::Invalid("scope"))),
            (with("/mappings/0/kind", json!("a b")), Some(Error::Invalid("kind"))),
            (with("/mappings/0/placeholder", json!("AWS_X")), Some(Error::Invalid("placeholder"))),
            (with("/mappings/0/value", json!("")), Some(Error::Invalid("value"))),
            (with("/mappings/0/value", json!("x".repeat(bound::VALUE_BYTES + 1))), Some(Error::Invalid("value"))),
            (with("/exchanges/0/scope", json!("*")), Some(Error::Invalid("scope"))),
            (with("/exchanges/0/scope", json!("")), None),
            (with("/exchanges/0/refused", json!("AWS_MASKER_6002")), None),
            (with("/exchanges/0/refused", json!("i-0abc")), Some(Error::Invalid("refused"))),
            (with("/exchanges/0/masked/0/0", json!("i-0abc def")), Some(Error::Invalid("kind"))),
            (
                with(
                    "/exchanges/0",
                    json!({"scope": "", "at_ms": 1, "request_bytes": 1, "response_bytes": 1, "masked": [],
                "restored": 0, "unresolved": 0}),
                ),
                Some(Error::Invalid("scope")),
            ),
            (with("/exchanges/0/route", json!("a route/1")), None),
            (with("/exchanges/0/route", json!("a\nb")), Some(Error::Invalid("route"))),
            (with("/exchanges/0/route", json!("a".repeat(bound::NAME_BYTES + 1))), Some(Error::Invalid("route"))),
            (with("/exchanges/0/dialect", json!("openai chat")), Some(Error::Invalid("dialect"))),
            (
                with("/exchanges/0/masked_body", json!("a".repeat(bound::MASKED_BODY_BYTES + 1))),
                Some(Error::Invalid("masked_body")),
            ),
            (with("/counters/refused_by_code", json!({"i-0abc": 1})), Some(Error::Invalid("refused_by_code"))),
            (with("/counters/masked_by_kind", json!({"i-0abc def": 1})), Some(Error::Invalid("masked_by_kind"))),
            (with("/wanted/0/scope", json!("a b")), Some(Error::Invalid("scope"))),
            (with("/follow/0/scope", json!("")), Some(Error::Invalid("scope"))),
            (with("/follow/0/after", json!("")), Some(Error::Invalid("after"))),
            (with("/follow/0/estate", json!("")), None),
            (with("/follow/0/estate", json!("a1.3")), None),
            (with("/follow/0/estate", json!("a\nb")), Some(Error::Invalid("estate"))),
            (with("/follow/0/after", json!("+")), Some(Error::Invalid("after"))),
            (with("/follow/0/after", json!("1\r\nFLUSHALL")), Some(Error::Invalid("after"))),
            (with("/mappings", many(sound["mappings"][0].clone(), bound::MAPPINGS)), Some(Error::Invalid("mappings"))),
            (
                with("/exchanges", many(sound["exchanges"][0].clone(), bound::EXCHANGES)),
                Some(Error::Invalid("exchanges")),
            ),
            (with("/wanted", many(sound["wanted"][0].clone(), bound::WANTED)), Some(Error::Invalid("wanted"))),
            (with("/follow", many(json!({"scope": "a"}), bound::FOLLOWED)), Some(Error::Invalid("follow"))),
        ] {
            let outcome = Batch::parse(serde_json::from_value(request.clone()).unwrap()).err();
            assert_eq!(outcome, expected, "{request}");
        }
    }
}
