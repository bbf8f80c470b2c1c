//! The operator's subcommands: which sidecar they call, and how.

use contract::Redacted;

use super::raw::{InvalidVariable, RawConfig};
use super::{Identity, Place, identity, places};

/// The sidecar that the operator's subcommands call, and their credentials.
#[derive(Debug)]
pub struct ClientConfig {
    /// Absent if the sidecar listens on sockets only: the commands speak HTTP over TCP.
    pub url: Option<String>,
    /// Absent for the health check.
    pub token: Option<Redacted>,
    /// The authority that signs the sidecar's certificate, in PEM.
    pub authority: Option<Vec<u8>>,
    pub identity: Option<Identity>,
}

impl ClientConfig {
    pub fn parse(raw: &RawConfig) -> Result<Self, InvalidVariable> {
        let address = places(raw)?.into_iter().find_map(|place| match place {
            Place::Address(address) => Some(address),
            Place::Socket(_) => None,
        });
        let scheme = if raw.text("MASKER_TLS_CERT")?.is_some() { "https" } else { "http" };
        let tokens = raw.text("MASKER_OPERATOR_TOKENS")?.or(raw.text("MASKER_OPERATOR_TOKEN")?);
        let near = address.map(|address| format!("{scheme}://{}", loopback_address(&address)));
        Ok(Self {
            url: raw.text("MASKER_URL")?.or(near),
            token: tokens.and_then(|text| Some(Redacted::new(text.split([';', ' ', '\n']).next()?))),
            authority: raw.text("MASKER_CA")?.map(String::into_bytes),
            identity: identity(raw, "MASKER_CLIENT_CERT", "MASKER_CLIENT_KEY")?,
        })
    }
}

/// The address at which a listener on all addresses is reached from the same machine.
fn loopback_address(listen: &str) -> String {
    listen.replacen("0.0.0.0:", "127.0.0.1:", 1).replacen("[::]:", "[::1]:", 1)
}
