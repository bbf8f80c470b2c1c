//! The listeners: TCP, TLS and Unix sockets; HTTP/1.1. Connections and waiting times are bounded, and calls in flight end
//! before the program does.

use std::fmt;
use std::fs::Permissions;
use std::io;
use std::os::unix::fs::{FileTypeExt, PermissionsExt};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use futures_util::future::join_all;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use hyper_util::service::TowerToHyperService;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream, UnixListener, UnixStream};
use tokio::time::{sleep, timeout};
use tokio_rustls::TlsAcceptor;

use crate::config::{InvalidVariable, Place, Tls};
use crate::routes::{Peer, Routes};
use crate::seats::Seats;

/// The timeout of a TLS handshake, and of the head of a call, which includes the time in which a connection is idle.
const HEAD_PATIENCE: Duration = Duration::from_secs(10);
/// The timeout of the calls that are in flight when the program is told to end.
const END_PATIENCE: Duration = Duration::from_secs(10);
/// The pause after the operating system refused a connection, mostly for lack of file descriptors.
const ACCEPT_PAUSE: Duration = Duration::from_millis(20);

/// A place at which callers connect.
#[derive(Debug)]
pub enum Listener {
    Address(TcpListener),
    Socket(Socket),
}

/// A Unix socket. Its file is removed with it.
#[derive(Debug)]
pub struct Socket {
    listener: UnixListener,
    path: PathBuf,
}

/// Everybody who can reach the socket's directory may connect, and then needs a token: the gateway runs as another user,
/// mostly in another container.
const SOCKET_MODE: u32 = 0o666;

impl Listener {
    pub async fn bind(place: &Place) -> io::Result<Self> {
        Ok(match place {
            Place::Address(address) => Self::Address(TcpListener::bind(address).await?),
            Place::Socket(path) => Self::Socket(Socket::bind(path.clone()).await?),
        })
    }

    /// Returns whether other machines may call.
    pub fn is_open(&self) -> io::Result<bool> {
        match self {
            Self::Address(listener) => Ok(!listener.local_addr()?.ip().is_loopback()),
            Self::Socket(_) => Ok(false),
        }
    }

    async fn accept(&self) -> io::Result<(Stream, Peer)> {
        Ok(match self {
            Self::Address(listener) => {
                let (stream, address) = listener.accept().await?;
                (Stream::Tcp(stream), Peer::Address(address))
            }
            Self::Socket(socket) => (Stream::Unix(socket.listener.accept().await?.0), Peer::Local),
        })
    }
}

impl Socket {
    async fn bind(path: PathBuf) -> io::Result<Self> {
        // The file of a sidecar that was killed is in the way. That of one that lives answers, and then binding fails.
        let is_socket = std::fs::symlink_metadata(&path).is_ok_and(|file| file.file_type().is_socket());
        if is_socket && UnixStream::connect(&path).await.is_err() {
            std::fs::remove_file(&path)?;
        }
        let socket = Self { listener: UnixListener::bind(&path)?, path };
        std::fs::set_permissions(&socket.path, Permissions::from_mode(SOCKET_MODE))?;
        Ok(socket)
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.path);
    }
}

impl fmt::Display for Listener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Address(listener) => match listener.local_addr() {
                Ok(address) => address.fmt(f),
                Err(_) => f.write_str("an address"),
            },
            Self::Socket(socket) => write!(f, "unix:{}", socket.path.display()),
        }
    }
}

enum Stream {
    Tcp(TcpStream),
    Unix(UnixStream),
}

/// Serves until `end` completes, then waits for the calls in flight.
pub async fn serve(listeners: Vec<Listener>, tls: Option<TlsAcceptor>, routes: Routes, end: impl Future) {
    let graceful = GracefulShutdown::new();
    let accept = join_all(listeners.iter().map(|listener| accept(listener, &tls, &routes, &graceful)));
    tokio::select! {
        _ = accept => {}
        _ = end => {}
    }
    drop(listeners);
    if timeout(END_PATIENCE, graceful.shutdown()).await.is_err() {
        tracing::warn!("shut down with calls still in flight");
    }
}

/// Each listener has seats of its own: what comes through the network takes none of those of the Unix socket.
async fn accept(listener: &Listener, tls: &Option<TlsAcceptor>, routes: &Routes, graceful: &GracefulShutdown) {
    let seats = Arc::new(Seats::default());
    loop {
        let Ok((stream, peer)) = listener.accept().await else {
            sleep(ACCEPT_PAUSE).await;
            continue;
        };
        let seat = seats.take().await;
        let call = serve_connection(stream, peer, tls.clone(), routes.of(peer, Arc::clone(&seat)), graceful.watcher());
        tokio::spawn(async move {
            tokio::select! {
                () = call => {}
                () = seat.closed() => tracing::debug!(%peer, "closed an idle connection to make room"),
            }
        });
    }
}

/// A connection through the Unix socket does not leave the machine, and needs no TLS.
async fn serve_connection(stream: Stream, peer: Peer, tls: Option<TlsAcceptor>, routes: Router, watcher: Watcher) {
    match (stream, tls) {
        (Stream::Unix(stream), _) => serve_http(stream, peer, routes, watcher).await,
        (Stream::Tcp(stream), None) => serve_http(stream, peer, routes, watcher).await,
        (Stream::Tcp(stream), Some(tls)) => match timeout(HEAD_PATIENCE, tls.accept(stream)).await {
            Ok(Ok(stream)) => serve_http(stream, peer, routes, watcher).await,
            Ok(Err(_)) | Err(_) => tracing::debug!(%peer, "TLS handshake failed"),
        },
    }
}

async fn serve_http(
    stream: impl AsyncRead + AsyncWrite + Unpin + 'static,
    peer: Peer,
    routes: Router,
    watcher: Watcher,
) {
    let service = TowerToHyperService::new(routes);
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(HEAD_PATIENCE);
    if watcher.watch(http.serve_connection(TokioIo::new(stream), service)).await.is_err() {
        tracing::debug!(%peer, "connection lost");
    }
}

/// TLS with the listener's certificate; with `callers`, only for those who present one that this authority signed.
pub fn acceptor(tls: &Tls) -> Result<TlsAcceptor, InvalidVariable> {
    let invalid = |variable, why| move |_: io::Error| InvalidVariable { variable, why };
    let chain =
        certificates(&tls.identity.certificate).map_err(invalid("MASKER_TLS_CERT", "contains no certificate"))?;
    let key = PrivateKeyDer::from_pem_slice(tls.identity.key.expose().as_bytes()).map_err(io::Error::other);
    let key = key.map_err(invalid("MASKER_TLS_KEY", "contains no private key"))?;
    let builder = ServerConfig::builder();
    let builder = match &tls.callers {
        None => builder.with_no_client_auth(),
        Some(pem) => {
            let roots = roots(pem).map_err(invalid("MASKER_TLS_CLIENT_CA", "contains no certificate"))?;
            let verifier = WebPkiClientVerifier::builder(Arc::new(roots)).build().map_err(io::Error::other);
            builder.with_client_cert_verifier(
                verifier.map_err(invalid("MASKER_TLS_CLIENT_CA", "contains no usable CA certificate"))?,
            )
        }
    };
    let config = builder.with_single_cert(chain, key).map_err(io::Error::other);
    let config = config.map_err(invalid("MASKER_TLS_KEY", "does not match the certificate"))?;
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
