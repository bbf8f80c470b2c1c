//! Calls a sidecar, for its own subcommands.

use std::time::Duration;

use contract::{Redacted, header, path};
use ureq::Agent;
use ureq::http::Response;
use ureq::tls::{ClientCert, PrivateKey, TlsConfig};

use crate::config::ClientConfig;
use crate::error::Fatal;
use crate::operator::SCOPE_HEADER;
use crate::outside::{certificates, trusting};

/// Forgetting one value among millions takes a while.
const PATIENCE: Duration = Duration::from_secs(600);
const CONNECT_PATIENCE: Duration = Duration::from_secs(5);
/// The time and the bytes of a gateway's answer to a check.
const GATEWAY_PATIENCE: Duration = Duration::from_secs(10);
const GATEWAY_BYTES: u64 = 1 << 20;
/// Maximum bytes of an answer; more than a restored text may have.
const ANSWER_BYTES: u64 = 64 << 20;

pub struct Client {
    agent: Agent,
    url: String,
    /// The value of the `authorization` header.
    authorization: Option<Redacted>,
}

impl Client {
    pub fn new(config: &ClientConfig) -> Result<Self, Fatal> {
        let agent = agent(config, PATIENCE, Some(CONNECT_PATIENCE))?;
        let authorization = config.token.as_ref().map(|token| Redacted::new(header::bearer(token.expose())));
        let url = config.url.as_deref().ok_or("MASKER_URL is required: MASKER_LISTEN has no host:port to call")?;
        Ok(Self { agent, url: url.trim_end_matches('/').to_owned(), authorization })
    }

    pub fn get(&self, path: &str) -> Result<String, Fatal> {
        let request = self.agent.get(format!("{}{path}", self.url));
        let request = match &self.authorization {
            Some(authorization) => request.header(header::AUTHORIZATION, authorization.expose()),
            None => request,
        };
        Ok(String::from_utf8(read(request.call()?)?)?)
    }

    pub fn post(&self, path: &str, body: &serde_json::Value) -> Result<String, Fatal> {
        Ok(String::from_utf8(self.send(path, None, &serde_json::to_vec(body)?)?)?)
    }

    pub fn restore(&self, scope: &str, text: &[u8]) -> Result<Vec<u8>, Fatal> {
        self.send(path::RESTORE, Some(scope), text)
    }

    fn send(&self, path: &str, scope: Option<&str>, body: &[u8]) -> Result<Vec<u8>, Fatal> {
        let authorization = self.authorization.as_ref().ok_or("MASKER_OPERATOR_TOKEN is required")?;
        let request =
            self.agent.post(format!("{}{path}", self.url)).header(header::AUTHORIZATION, authorization.expose());
        let request = match scope {
            Some(scope) => request.header(SCOPE_HEADER, scope),
            None => request,
        };
        read(request.send(body)?)
    }
}

/// Calls a gateway, as its clients do.
#[derive(Debug, Clone)]
pub struct Http(Agent);

/// What a gateway answered.
#[derive(Debug)]
pub struct Answered {
    pub status: u16,
    /// The value of the header that was asked for.
    pub header: Option<String>,
    pub body: String,
}

impl Http {
    pub fn new(config: &ClientConfig) -> Result<Self, Fatal> {
        Ok(Self(agent(config, GATEWAY_PATIENCE, None)?))
    }

    pub fn get(&self, url: &str) -> Result<Answered, Fatal> {
        answered(self.0.get(url).call()?, "")
    }

    /// Sends JSON, and asks for a header of the answer.
    pub fn post(&self, url: &str, body: &serde_json::Value, header: &str) -> Result<Answered, Fatal> {
        answered(self.0.post(url).content_type("application/json").send(body.to_string())?, header)
    }
}

fn answered(mut answer: Response<ureq::Body>, header: &str) -> Result<Answered, Fatal> {
    let header = answer.headers().get(header).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let body = answer.body_mut().with_config().limit(GATEWAY_BYTES).read_to_string()?;
    Ok(Answered { status: answer.status().as_u16(), header, body })
}

/// A refusal's body is one line that says why.
fn read(mut answer: Response<ureq::Body>) -> Result<Vec<u8>, Fatal> {
    let body = answer.body_mut().with_config().limit(ANSWER_BYTES).read_to_vec()?;
    match answer.status().is_success() {
        true => Ok(body),
        false => Err(format!("{}: {}", answer.status(), String::from_utf8_lossy(&body)).into()),
    }
}

fn agent(config: &ClientConfig, patience: Duration, connect: Option<Duration>) -> Result<Agent, Fatal> {
    let agent = Agent::config_builder()
        .tls_config(tls(config)?)
        .timeout_global(Some(patience))
        .timeout_connect(connect)
        .http_status_as_error(false)
        // What is called is nearby; a proxy must not see its tokens.
        .proxy(None)
        .max_redirects(0)
        .build()
        .new_agent();
    Ok(agent)
}

fn tls(config: &ClientConfig) -> Result<TlsConfig, Fatal> {
    let roots = config.authority.as_deref().map(certificates).transpose()?.unwrap_or_default();
    let identity = config.identity.as_ref().map(|identity| {
        let key = PrivateKey::from_pem(identity.key.expose().as_bytes())?;
        Ok::<_, Fatal>(ClientCert::new_with_certs(&certificates(&identity.certificate)?, key))
    });
    Ok(trusting(&roots).client_cert(identity.transpose()?).build())
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Client").field("url", &self.url).finish_non_exhaustive()
    }
}
