//! Calls to what is no part of the installation: the webhook, a collector of metrics.

use std::sync::Arc;
use std::time::Duration;

use rustls::crypto::ring;
use ureq::Agent;
use ureq::tls::{Certificate, PemItem, RootCerts, TlsConfig, TlsConfigBuilder, parse_pem};

use crate::error::Fatal;

/// Calls through the environment's proxy if there is one, and trusts this authority, in PEM, or else those of the system.
pub fn agent(authority: Option<&[u8]>, patience: Duration) -> Result<Agent, Fatal> {
    let roots = match authority {
        Some(pem) => certificates(pem)?,
        None => {
            let system = rustls_native_certs::load_native_certs().certs;
            system.iter().map(|der| Certificate::from_der(der).to_owned()).collect()
        }
    };
    let config = Agent::config_builder().tls_config(trusting(&roots).build()).timeout_global(Some(patience));
    Ok(config.http_status_as_error(false).max_redirects(0).build().new_agent())
}

/// Trusts these authorities.
pub fn trusting(roots: &[Certificate<'static>]) -> TlsConfigBuilder {
    TlsConfig::builder()
        .root_certs(RootCerts::new_with_certs(roots))
        .unversioned_rustls_crypto_provider(Arc::new(ring::default_provider()))
}

/// The certificates in a text in PEM.
pub fn certificates(pem: &[u8]) -> Result<Vec<Certificate<'static>>, Fatal> {
    let items = parse_pem(pem).collect::<Result<Vec<_>, _>>()?;
    let certificates = items.into_iter().filter_map(|item| match item {
        PemItem::Certificate(certificate) => Some(certificate),
        _ => None,
    });
    Ok(certificates.collect())
}
