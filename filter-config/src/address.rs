//! The sidecar's address, and the token for its calls.

use std::fmt;

/// Bytes of the path of a Unix socket: the size of the kernel's structure, less the zero at its end.
const SOCKET_PATH_MAX: usize = 107;

/// The sidecar's address: `host:port`, or `unix:/<path>` of its Unix socket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address(String);

impl Address {
    pub fn parse(text: &str) -> Option<Self> {
        let printable = |byte: u8| byte.is_ascii_graphic() && byte != b':';
        let fits = match text.strip_prefix("unix:") {
            Some(path) => path.starts_with('/') && path.len() <= SOCKET_PATH_MAX && path.bytes().all(printable),
            None => is_host_and_port(text),
        };
        fits.then(|| Self(text.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The host that a call to it names.
    pub fn authority(&self) -> &str {
        if self.0.starts_with("unix:") { "localhost" } else { &self.0 }
    }
}

/// The bearer token for the sidecar. It cannot be printed.
pub struct BearerToken(String);

impl BearerToken {
    pub fn new(token: String) -> Self {
        Self(token)
    }

    pub fn header(&self) -> String {
        contract::header::bearer(&self.0)
    }

    /// The token itself. The caller is responsible for where it goes.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for BearerToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("BearerToken(…)")
    }
}

/// Returns whether a text names one connection pool and nothing else: the host would trap on one that it cannot read.
fn is_host_and_port(address: &str) -> bool {
    let host =
        |host: &str| !host.is_empty() && host.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-[]:".contains(&b));
    address.rsplit_once(':').is_some_and(|(name, port)| host(name) && port.parse::<u16>().is_ok_and(|port| port > 0))
}
