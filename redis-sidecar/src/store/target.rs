//! The server to connect to: one Redis, the primary that Sentinel names, or a cluster.

use std::collections::BTreeMap;
use std::time::Duration;

use redis::aio::MultiplexedConnection;
use redis::cluster::ClusterClient;
use redis::cluster_async::ClusterConnection;
use redis::sentinel::{SentinelClient, SentinelClientBuilder, SentinelServerType};
use redis::{
    AsyncConnectionConfig, Client, ClientTlsConfig, ConnectionAddr, ConnectionInfo, FromRedisValue, IntoConnectionInfo,
    RedisResult, TlsCertificates, TlsMode, Value, cmd,
};

use super::Eviction;
use crate::config::{Login, RedisConfig, RedisTls, Topology};

pub(super) enum Target {
    Single(Client),
    Sentinel(tokio::sync::Mutex<SentinelClient>),
    Cluster(ClusterClient),
}

#[derive(Clone)]
pub(super) enum Connection {
    Single(MultiplexedConnection),
    Cluster(ClusterConnection),
}

impl Target {
    pub(super) fn new(config: &RedisConfig) -> RedisResult<Self> {
        let certificates = certificates(config.tls.as_ref());
        let address = |(host, port): &(String, u16)| address(host, *port, config.tls.is_some());
        match &config.topology {
            Topology::Url(url) => {
                let info = login(url.expose().into_connection_info()?, &config.login);
                client(info, config.tls.is_some().then_some(certificates)).map(Self::Single)
            }
            Topology::Single(node) => {
                let info = login(address(node).into_connection_info()?, &config.login);
                client(info, config.tls.is_some().then_some(certificates)).map(Self::Single)
            }
            Topology::Sentinel { nodes, primary, login } => {
                let builder =
                    SentinelClientBuilder::new(nodes.iter().map(address), primary, SentinelServerType::Master)?;
                let builder = sentinel_login(builder, login);
                let builder = primary_login(builder, config, certificates);
                Ok(Self::Sentinel(tokio::sync::Mutex::new(builder.build()?)))
            }
            Topology::Cluster(nodes) => {
                let nodes = nodes.iter().map(|node| Ok(login(address(node).into_connection_info()?, &config.login)));
                let builder = ClusterClient::builder(nodes.collect::<RedisResult<Vec<_>>>()?)
                    .retries(1)
                    .connection_timeout(config.patience)
                    .response_timeout(config.patience);
                let builder = if config.tls.is_some() { builder.certs(certificates) } else { builder };
                builder.build().map(Self::Cluster)
            }
        }
    }

    pub(super) async fn connect(&self, patience: Duration) -> RedisResult<Connection> {
        let config =
            AsyncConnectionConfig::new().set_connection_timeout(Some(patience)).set_response_timeout(Some(patience));
        let connection = match self {
            Self::Single(client) => {
                Connection::Single(client.get_multiplexed_async_connection_with_config(&config).await?)
            }
            Self::Sentinel(client) => {
                Connection::Single(client.lock().await.get_async_connection_with_config(&config).await?)
            }
            Self::Cluster(client) => Connection::Cluster(client.get_async_connection().await?),
        };
        connection.query(cmd("PING")).await?;
        Ok(connection)
    }
}

impl Connection {
    pub(super) async fn query(&self, command: redis::Cmd) -> RedisResult<Value> {
        match self.clone() {
            Self::Single(mut connection) => command.query_async(&mut connection).await,
            Self::Cluster(mut connection) => command.query_async(&mut connection).await,
        }
    }

    /// The most permissive eviction of all nodes. A user without the right to ask leaves it unknown.
    pub(super) async fn eviction(&self) -> Eviction {
        let mut command = cmd("INFO");
        command.arg("memory");
        match self.query(command).await {
            Ok(answer) => eviction(texts(answer).values()),
            Err(_) => Eviction::Unknown,
        }
    }

    /// The primaries of a cluster, in a fixed order.
    pub(super) async fn primaries(&self) -> RedisResult<Vec<(String, u16)>> {
        let mut command = cmd("INFO");
        command.arg("server");
        let answer = self.query(command).await?;
        Ok(texts(answer).keys().filter_map(|node| parse_address(node)).collect())
    }
}

/// `host:port`, where an IPv6 host may stand in brackets.
fn parse_address(node: &str) -> Option<(String, u16)> {
    let (host, port) = node.rsplit_once(':')?;
    Some((host.trim_matches(['[', ']']).to_owned(), port.parse().ok()?))
}

/// The answers to INFO, by node; a single Redis has no name.
fn texts(answer: Value) -> BTreeMap<String, String> {
    BTreeMap::from_redis_value_ref(&answer)
        .or_else(|_| String::from_redis_value(answer).map(|text| BTreeMap::from([(String::new(), text)])))
        .unwrap_or_default()
}

/// Every mapping has a time to live, so that a `volatile-` policy may drop it as an `allkeys-` one may.
fn eviction<'a>(infos: impl Iterator<Item = &'a String>) -> Eviction {
    let field = |info: &'a str, name: &str| {
        info.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':').map(str::trim_end))
    };
    let of_node = |info: &'a String| match (field(info, "maxmemory"), field(info, "maxmemory_policy")) {
        (_, Some("noeviction")) | (Some("0"), Some(_)) => Eviction::Never,
        (_, Some(_)) => Eviction::May,
        (_, None) => Eviction::Unknown,
    };
    let nodes: Vec<_> = infos.map(of_node).collect();
    match nodes.as_slice() {
        nodes if nodes.contains(&Eviction::May) => Eviction::May,
        [] => Eviction::Unknown,
        nodes if nodes.contains(&Eviction::Unknown) => Eviction::Unknown,
        _ => Eviction::Never,
    }
}

fn client(info: ConnectionInfo, certificates: Option<TlsCertificates>) -> RedisResult<Client> {
    match certificates {
        Some(certificates) => Client::build_with_tls(info, certificates),
        None => Client::open(info),
    }
}

fn address(host: &str, port: u16, tls: bool) -> ConnectionAddr {
    match tls {
        true => ConnectionAddr::TcpTls { host: host.to_owned(), port, insecure: false, tls_params: None },
        false => ConnectionAddr::Tcp(host.to_owned(), port),
    }
}

/// What is configured separately from the address wins over what stands in a URL.
fn login(info: ConnectionInfo, login: &Login) -> ConnectionInfo {
    let mut settings = info.redis_settings().clone();
    if let Some(username) = &login.username {
        settings = settings.set_username(username);
    }
    if let Some(password) = &login.password {
        settings = settings.set_password(password.expose());
    }
    if let Some(db) = login.db {
        settings = settings.set_db(db);
    }
    info.set_redis_settings(settings)
}

fn sentinel_login(mut builder: SentinelClientBuilder, login: &Login) -> SentinelClientBuilder {
    if let Some(username) = &login.username {
        builder = builder.set_client_to_sentinel_username(username);
    }
    if let Some(password) = &login.password {
        builder = builder.set_client_to_sentinel_password(password.expose());
    }
    builder
}

fn primary_login(
    mut builder: SentinelClientBuilder,
    config: &RedisConfig,
    certificates: TlsCertificates,
) -> SentinelClientBuilder {
    let Login { username, password, db } = &config.login;
    if let Some(username) = username {
        builder = builder.set_client_to_redis_username(username);
    }
    if let Some(password) = password {
        builder = builder.set_client_to_redis_password(password.expose());
    }
    if let Some(db) = db {
        builder = builder.set_client_to_redis_db(*db);
    }
    if config.tls.is_some() {
        builder = builder
            .set_client_to_redis_tls_mode(TlsMode::Secure)
            .set_client_to_redis_certificates(certificates.clone())
            .set_client_to_sentinel_certificates(certificates);
    }
    builder
}

fn certificates(tls: Option<&RedisTls>) -> TlsCertificates {
    let client_tls = tls.and_then(|tls| tls.client.as_ref()).map(|client| ClientTlsConfig {
        client_cert: client.certificate.clone(),
        client_key: client.key.expose().into(),
    });
    TlsCertificates { client_tls, root_cert: tls.and_then(|tls| tls.authority.clone()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_redis_says_of_eviction() {
        let info =
            |limit: &str, policy: &str| format!("# Memory\r\nmaxmemory:{limit}\r\nmaxmemory_policy:{policy}\r\n");
        let [safe, unlimited, risky] =
            [("9", "noeviction"), ("0", "allkeys-lru"), ("9", "volatile-ttl")].map(|(l, p)| info(l, p));
        for (infos, expected) in [
            (vec![&safe], Eviction::Never),
            (vec![&unlimited], Eviction::Never),
            (vec![&risky], Eviction::May),
            (vec![&safe, &risky], Eviction::May),
            (vec![&safe, &String::new()], Eviction::Unknown),
            (vec![], Eviction::Unknown),
        ] {
            assert_eq!(eviction(infos.iter().copied()), expected, "{infos:?}");
        }
    }

    #[test]
    fn the_address_of_a_node() {
        for (text, expected) in [
            ("10.0.0.1:7000", Some(("10.0.0.1", 7000))),
            ("[::1]:7000", Some(("::1", 7000))),
            ("::1:7000", Some(("::1", 7000))),
            ("", None),
        ] {
            assert_eq!(parse_address(text), expected.map(|(host, port)| (host.to_owned(), port)), "{text}");
        }
    }
}
