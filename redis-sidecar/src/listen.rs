//! The listener: TCP or TLS, HTTP/1.1, bounded in connections and in patience, ended without cutting a call short.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use hyper_util::service::TowerToHyperService;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::time::{sleep, timeout};
use tokio_rustls::TlsAcceptor;

use crate::config::{Tls, Wrong};
use crate::routes::{Peer, Routes};

/// Connections at a time; more wait in the kernel's queue.
const CONNECTIONS: usize = 1_024;
/// How long a TLS handshake, or the head of a call, may take.
const HEAD_PATIENCE: Duration = Duration::from_secs(10);
/// How long the calls under way may take to end.
const END_PATIENCE: Duration = Duration::from_secs(10);
/// After the operating system refused a connection, mostly for want of file descriptors.
const ACCEPT_PAUSE: Duration = Duration::from_millis(20);

/// Serves until `end` is over, then lets the calls under way end.
pub async fn serve(listener: TcpListener, tls: Option<TlsAcceptor>, routes: Routes, end: impl Future) {
    let places = Arc::new(Semaphore::new(CONNECTIONS));
    let graceful = GracefulShutdown::new();
    let accept = async {
        while let Ok(place) = Arc::clone(&places).acquire_owned().await {
            let Ok((stream, peer)) = listener.accept().await else {
                sleep(ACCEPT_PAUSE).await;
                continue;
            };
            let call = converse(stream, Peer(peer), tls.clone(), routes.clone(), graceful.watcher());
            tokio::spawn(async move {
                call.await;
                drop(place);
            });
        }
    };
    tokio::select! {
        () = accept => {}
        _ = end => {}
    }
    drop(listener);
    if timeout(END_PATIENCE, graceful.shutdown()).await.is_err() {
        tracing::warn!("ended with calls under way");
    }
}

async fn converse(stream: TcpStream, peer: Peer, tls: Option<TlsAcceptor>, routes: Routes, watcher: Watcher) {
    match tls {
        None => speak(stream, peer, routes, watcher).await,
        Some(tls) => match timeout(HEAD_PATIENCE, tls.accept(stream)).await {
            Ok(Ok(stream)) => speak(stream, peer, routes, watcher).await,
            Ok(Err(_)) | Err(_) => tracing::debug!(peer = %peer.0, "no TLS"),
        },
    }
}

async fn speak(stream: impl AsyncRead + AsyncWrite + Unpin + 'static, peer: Peer, routes: Routes, watcher: Watcher) {
    let service = TowerToHyperService::new(routes.of(peer));
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(HEAD_PATIENCE);
    if watcher.watch(http.serve_connection(TokioIo::new(stream), service)).await.is_err() {
        tracing::debug!(peer = %peer.0, "the connection broke");
    }
}

/// TLS with the listener's certificate; with `callers`, only for those who show one that these sign.
pub fn acceptor(tls: &Tls) -> Result<TlsAcceptor, Wrong> {
    let wrong = |variable, why| move |_: io::Error| Wrong { variable, why };
    let chain = certificates(&tls.identity.certificate).map_err(wrong("MASKER_TLS_CERT", "holds no certificate"))?;
    let key = PrivateKeyDer::from_pem_slice(tls.identity.key.expose().as_bytes()).map_err(io::Error::other);
    let key = key.map_err(wrong("MASKER_TLS_KEY", "holds no private key"))?;
    let builder = ServerConfig::builder();
    let builder = match &tls.callers {
        None => builder.with_no_client_auth(),
        Some(pem) => {
            let roots = roots(pem).map_err(wrong("MASKER_TLS_CLIENT_CA", "holds no certificate"))?;
            let verifier = WebPkiClientVerifier::builder(Arc::new(roots)).build().map_err(io::Error::other);
            builder.with_client_cert_verifier(verifier.map_err(wrong("MASKER_TLS_CLIENT_CA", "signs nobody"))?)
        }
    };
    let config = builder.with_single_cert(chain, key).map_err(io::Error::other);
    let config = config.map_err(wrong("MASKER_TLS_KEY", "is not the key of the certificate"))?;
    Ok(TlsAcceptor::from(Arc::new(config)))
}

fn roots(pem: &[u8]) -> io::Result<RootCertStore> {
    let mut roots = RootCertStore::empty();
    for certificate in certificates(pem)? {
        roots.add(certificate).map_err(io::Error::other)?;
    }
    Ok(roots)
}

fn certificates(pem: &[u8]) -> io::Result<Vec<CertificateDer<'static>>> {
    let certificates = CertificateDer::pem_slice_iter(pem).collect::<Result<Vec<_>, _>>().map_err(io::Error::other)?;
    if certificates.is_empty() { Err(io::ErrorKind::InvalidData.into()) } else { Ok(certificates) }
}
