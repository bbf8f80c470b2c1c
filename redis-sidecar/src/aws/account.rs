//! The calls themselves, each page by page.

use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::provider::ProvideCredentials;
use aws_sdk_sts::config::SharedHttpClient;
use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::{Builder, Connector, tls};
use aws_smithy_types::{Document, Number};
use contract::is_name;
use data_encoding::HEXLOWER;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use super::fault::Fault;
use super::{Answer, Asked, Part, Place, Service};
use crate::error::Fatal;
use crate::estate::{self, Collected};
use crate::name::SourceName;

const CONNECT_PATIENCE: Duration = Duration::from_secs(5);
/// The time of one call, and how often it is tried: AWS throttles those who list much.
const PATIENCE: Duration = Duration::from_secs(30);
const ATTEMPTS: u32 = 5;
/// Elements of a page, as many as each call allows. Resource Explorer gives no next page to who asks for a thousand.
const TAGGED: i32 = 100;
const EXPLORED: i32 = 500;
const BUCKETS: i32 = 1_000;

/// An account whose credentials are good.
#[derive(Debug)]
pub struct Account {
    config: SdkConfig,
    regions: Vec<String>,
    id: String,
}

impl Account {
    /// Finds credentials, and asks whose they are, which needs no permission.
    pub async fn open(place: &Place) -> Result<Self, Fatal> {
        let config = config(place).await;
        let regions = match (place.regions.as_slice(), config.region()) {
            ([], None) => return Err("AWS: no region; --region or AWS_REGION says which".into()),
            ([], Some(region)) => vec![region.to_string()],
            (given, _) => given.to_vec(),
        };
        if let Some(region) = regions.iter().find(|region| !is_name(region, b"-")) {
            return Err(format!("AWS: {region:?} is no region, such as eu-central-1").into());
        }
        let region = regions.first().cloned().unwrap_or_default();
        let config = config.to_builder().region(Region::new(region)).build();
        let none = || format!("AWS: {}", Fault::NoCredentials);
        config.credentials_provider().ok_or_else(none)?.provide_credentials().await.map_err(|_| none())?;
        let caller = aws_sdk_sts::Client::new(&config).get_caller_identity().send().await;
        let caller = caller.map_err(|error| Fault::of(error).at("GetCallerIdentity"))?;
        Ok(Self { config, regions, id: caller.account.ok_or(Fault::NoSense)? })
    }

    /// The name of its source: the account's, and yet not its number, which would stand in the store in clear. The digest
    /// is so short that many numbers have it.
    pub fn source(&self) -> Option<SourceName> {
        let digest = Sha256::digest(&self.id);
        let short = HEXLOWER.encode(digest.first_chunk::<3>()?);
        SourceName::parse(&format!("aws-{short}"))
    }

    /// Lists what the account allows. Fails if that is nothing, or if a call fails otherwise: a list that is not whole must
    /// not replace one that is.
    pub async fn list(&self, collected: &mut Collected, mut tell: impl FnMut(&Part, &Answer)) -> Result<Asked, Fatal> {
        estate::take(&json!({"Account": self.id}), collected)?;
        let mut asked = Asked::default();
        for part in self.parts() {
            let name = part.name().ok_or_else(|| format!("AWS: {part}: that is no region"))?;
            let before = collected.resources();
            let answer = match self.ask(&part, collected).await {
                Ok(()) => Answer::Listed(collected.resources() - before),
                Err(Fault::Denied(code)) => Answer::Denied(code),
                Err(fault) => return Err(fault.at(&part.to_string()).into()),
            };
            tell(&part, &answer);
            let of = if matches!(answer, Answer::Listed(_)) { &mut asked.answered } else { &mut asked.denied };
            of.push(name);
        }
        if asked.answered.is_empty() {
            return Err("AWS: the account allows none of this; docs/estate.md has the policy that it needs".into());
        }
        Ok(asked)
    }

    fn parts(&self) -> Vec<Part> {
        let regional = |region: &String| {
            [Service::Tagging, Service::Explorer].map(|service| Part { service, region: Some(region.clone()) })
        };
        let global = [Service::Buckets, Service::Organisation].map(|service| Part { service, region: None });
        self.regions.iter().flat_map(regional).chain(global).collect()
    }

    async fn ask(&self, part: &Part, collected: &mut Collected) -> Result<(), Fault> {
        let config = match &part.region {
            Some(region) => &self.config.to_builder().region(Region::new(region.clone())).build(),
            None => &self.config,
        };
        match part.service {
            Service::Tagging => tagged(config, collected).await,
            Service::Explorer => explored(config, collected).await,
            Service::Buckets => buckets(config, collected).await,
            Service::Organisation => accounts(config, collected).await,
        }
    }
}

async fn config(place: &Place) -> SdkConfig {
    let loader = aws_config::defaults(BehaviorVersion::latest())
        .http_client(http())
        .retry_config(RetryConfig::standard().with_max_attempts(ATTEMPTS))
        .timeout_config(
            TimeoutConfig::builder().connect_timeout(CONNECT_PATIENCE).operation_attempt_timeout(PATIENCE).build(),
        );
    let loader = match place.regions.first() {
        Some(region) => loader.region(Region::new(region.clone())),
        None => loader,
    };
    match &place.endpoint {
        Some(endpoint) => loader.endpoint_url(endpoint).load().await,
        None => loader.load().await,
    }
}

/// TLS by ring, as everywhere, and the environment's proxy, as in every tool of AWS.
fn http() -> SharedHttpClient {
    Builder::new().build_with_connector_fn(|settings, components| {
        let ring = tls::Provider::Rustls(tls::rustls_provider::CryptoMode::Ring);
        let mut connector = Connector::builder().proxy_config(ProxyConfig::from_env()).tls_provider(ring);
        connector.set_connector_settings(settings.cloned());
        if let Some(components) = components {
            connector.set_sleep_impl(components.sleep_impl());
        }
        connector.build()
    })
}

async fn tagged(config: &SdkConfig, collected: &mut Collected) -> Result<(), Fault> {
    let client = aws_sdk_resourcegroupstagging::Client::new(config);
    let mut pages = client.get_resources().resources_per_page(TAGGED).into_paginator().send();
    while let Some(page) = pages.next().await {
        let mut list = Vec::new();
        for resource in page.map_err(Fault::of)?.resource_tag_mapping_list() {
            let tags = resource.tags().iter().map(|tag| json!({"Key": tag.key(), "Value": tag.value()}));
            list.push(json!({"ResourceARN": resource.resource_arn(), "Tags": tags.collect::<Value>()}));
        }
        estate::take(&json!({"ResourceTagMappingList": list}), collected)?;
    }
    Ok(())
}

/// `ListResources`, because `Search` ends after a thousand results.
async fn explored(config: &SdkConfig, collected: &mut Collected) -> Result<(), Fault> {
    let client = aws_sdk_resourceexplorer2::Client::new(config);
    let mut pages = client.list_resources().max_results(EXPLORED).into_paginator().send();
    while let Some(page) = pages.next().await {
        let mut list = Vec::new();
        for resource in page.map_err(Fault::of)?.resources() {
            let properties = resource.properties().iter();
            let properties = properties.map(|of| json!({"Name": of.name(), "Data": of.data().map(value)}));
            list.push(json!({"Arn": resource.arn(), "ResourceType": resource.resource_type(),
                "Properties": properties.collect::<Value>()}));
        }
        estate::take(&json!({"Resources": list}), collected)?;
    }
    Ok(())
}

async fn buckets(config: &SdkConfig, collected: &mut Collected) -> Result<(), Fault> {
    let client = aws_sdk_s3::Client::new(config);
    let mut pages = client.list_buckets().max_buckets(BUCKETS).into_paginator().send();
    while let Some(page) = pages.next().await {
        let page = page.map_err(Fault::of)?;
        let list = page.buckets().iter().map(|bucket| json!({"Name": bucket.name()}));
        estate::take(&json!({"Buckets": list.collect::<Value>()}), collected)?;
    }
    Ok(())
}

async fn accounts(config: &SdkConfig, collected: &mut Collected) -> Result<(), Fault> {
    let client = aws_sdk_organizations::Client::new(config);
    let mut pages = client.list_accounts().into_paginator().send();
    while let Some(page) = pages.next().await {
        let mut list = Vec::new();
        for account in page.map_err(Fault::of)?.accounts() {
            list.push(json!({"Id": account.id(), "Name": account.name()}));
        }
        estate::take(&json!({"Accounts": list}), collected)?;
    }
    Ok(())
}

/// The JSON of which the SDK made a document.
fn value(document: &Document) -> Value {
    match document {
        Document::Object(members) => {
            Value::Object(members.iter().map(|(key, of)| (key.clone(), value(of))).collect::<Map<_, _>>())
        }
        Document::Array(values) => values.iter().map(value).collect(),
        Document::String(text) => text.as_str().into(),
        Document::Bool(is) => (*is).into(),
        Document::Number(Number::PosInt(number)) => (*number).into(),
        Document::Number(Number::NegInt(number)) => (*number).into(),
        Document::Number(Number::Float(number)) => (*number).into(),
        _ => Value::Null,
    }
}
