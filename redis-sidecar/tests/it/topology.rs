//! Redis as people run it: with users and TLS, with Sentinel, as a cluster.

use std::collections::BTreeSet;

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use serde_json::{Value, json};

use crate::support::{App, OPERATOR, Redis, Temp, eventually, free_port, mappings, placeholder_of, values, wanted};

/// A certificate authority with the certificates that it signed.
pub(crate) struct Authority {
    issuer: Issuer<'static, KeyPair>,
    pub(crate) pem: String,
}

impl Authority {
    pub(crate) fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        // OpenSSL takes a certificate for self-signed that has its issuer's name.
        params.distinguished_name.push(DnType::CommonName, "authority");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().unwrap();
        let pem = params.self_signed(&key).unwrap().pem();
        Self { issuer: Issuer::new(params, key), pem }
    }

    /// A certificate for 127.0.0.1 and its key.
    pub(crate) fn sign(&self) -> (String, String) {
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new(vec!["127.0.0.1".to_owned()]).unwrap();
        (params.signed_by(&key, &self.issuer).unwrap().pem(), key.serialize_pem())
    }
}

async fn acknowledged(app: &App, request: &Value) {
    eventually("an acknowledgement", async || (app.sync(request).await["acknowledged"] == true).then_some(())).await;
}

async fn round_trip(app: &App, value: &str) {
    acknowledged(app, &mappings(1, "a", &[value])).await;
    assert_eq!(values(&app.sync(&wanted(2, "a", &[value])).await, "found"), [value]);
}

#[tokio::test]
async fn an_acl_user_in_a_database_of_his_own() {
    let redis = Redis::start().await;
    let rules = documented_rules();
    let mut words = vec!["ACL", "SETUSER", "masker", "on", ">pass", "-@all"];
    words.extend(rules.split_whitespace());
    redis.query::<()>(&words).await.unwrap();
    let (port, url) = (redis.port.to_string(), format!("redis://masker:pass@127.0.0.1:{}/5", redis.port));
    let host = [("REDIS_HOST", "127.0.0.1"), ("REDIS_PORT", &port), ("REDIS_USERNAME", "masker")];
    let host = host.into_iter().chain([("REDIS_PASSWORD", "pass"), ("REDIS_DB", "5")]).collect::<Vec<_>>();
    for variables in [host, vec![("REDIS_URL", &url)]] {
        let app = App::with(&variables).await;
        let mut request = mappings(1, "a", &["i-1"]);
        request["mappings"][0]["known"] = true.into();
        acknowledged(&app, &request).await;
        round_trip(&app, "i-2").await;
        assert_eq!(app.post("/v1/forget", OPERATOR, r#"{"scope":"a"}"#).await.json()["forgotten"], 2);
        round_trip(&app, "i-2").await;
        make_every_call(&app).await;
        let keyspace: String = redis.query(&["INFO", "keyspace"]).await.unwrap();
        assert!(keyspace.contains("db5:") && !keyspace.contains("db0:"), "{keyspace}");
    }
    let denied: redis::Value = redis.query(&["ACL", "LOG"]).await.unwrap();
    assert_eq!(denied, redis::Value::Array(Vec::new()), "the list lacks a command");
    let stats: String = redis.query(&["INFO", "commandstats"]).await.unwrap();
    let used: BTreeSet<_> = stats.lines().filter_map(|line| line.strip_prefix("cmdstat_")?.split(':').next()).collect();
    let allowed = rules.split_whitespace().filter_map(|rule| rule.strip_prefix('+'));
    let unused: Vec<_> = allowed.filter(|rule| !rule.starts_with('@') && !used.contains(rule)).collect();
    assert_eq!(unused, Vec::<&str>::new(), "nobody needs them");
}

/// The rights that docs/security.md gives the user of Redis.
fn documented_rules() -> String {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/security.md");
    let text = std::fs::read_to_string(path).unwrap();
    let (_, after) = text.split_once("ACL SETUSER aws-masker").unwrap();
    let (rules, _) = after.split_once("```").unwrap();
    let keys_and_commands = rules.split_whitespace().filter(|word| word.starts_with(['~', '&', '+']));
    keys_and_commands.collect::<Vec<_>>().join(" ")
}

/// All calls that there are, on a scope with some values.
async fn make_every_call(app: &App) {
    let mut request = mappings(10, "a", &["i-3", "i-4"]);
    request["mappings"][0]["known"] = true.into();
    request["exchanges"] = json!([{"scope": "a", "at_ms": 1, "request_bytes": 1, "response_bytes": 1,
        "masked": [["ec2_instance", 2]], "restored": 1, "unresolved": 0}]);
    request["follow"] = json!([{"scope": "a", "estate": "0"}]);
    acknowledged(app, &request).await;
    request["follow"][0]["after"] = json!("0-0");
    acknowledged(app, &request).await;
    round_trip(app, "i-4").await;
    let names = json!({"scope": "a", "source": "s", "import": "0123456789abcdef", "complete": true,
        "names": [["s3_bucket", "acme-lake-one", false], ["ec2_instance", "acme-web-one", false, "i-0123456789abcdef0"]]});
    let placeholder = placeholder_of("i-3");
    for (path, body) in [
        ("/v1/estate", names),
        ("/v1/sources", json!({"scope": "a"})),
        ("/v1/lookup", json!({"scope": "a", "placeholder": placeholder})),
        ("/v1/lookup", json!({"scope": "a", "placeholder": placeholder_of("nowhere")})),
        ("/v1/known", json!({"scope": "a"})),
        ("/v1/totals", json!({"days": 2})),
        ("/v1/forget", json!({"scope": "a", "source": "s"})),
        ("/v1/forget", json!({"scope": "a", "placeholder": placeholder})),
        ("/v1/forget", json!({"value": "i-4"})),
        ("/v1/forget", json!({"scope": "a"})),
    ] {
        let answer = app.post(path, OPERATOR, body.to_string()).await;
        assert_eq!(answer.status, 200, "{path} {body}: {}", answer.text());
    }
    for path in ["/v1/stats", "/v1/usage", "/readyz"] {
        assert_eq!(app.get(path, OPERATOR).await.status, 200, "{path}");
    }
}

#[tokio::test]
async fn tls_with_an_authority_and_certificates_of_ones_own() {
    let (authority, temp) = (Authority::new(), Temp::new());
    let [(cert, key), (client_cert, client_key)] = [authority.sign(), authority.sign()];
    let ca = temp.write("ca.pem", &authority.pem);
    let [cert, key] = [temp.write("cert.pem", &cert), temp.write("key.pem", &key)];
    let [client_cert, client_key] = [temp.write("client.pem", &client_cert), temp.write("client.key", &client_key)];
    let tls_port = free_port().to_string();
    let arguments =
        ["--tls-port", &tls_port, "--tls-cert-file", &cert, "--tls-key-file", &key, "--tls-ca-cert-file", &ca];
    let _redis = Redis::with(&arguments).await;

    let url = format!("rediss://127.0.0.1:{tls_port}");
    let client = [("REDIS_CERT_FILE", client_cert.as_str()), ("REDIS_KEY_FILE", client_key.as_str())];
    for (variables, answers) in [
        (
            [("REDIS_URL", url.as_str()), ("REDIS_CA_FILE", ca.as_str())].into_iter().chain(client).collect::<Vec<_>>(),
            true,
        ),
        (
            vec![("REDIS_HOST", "127.0.0.1"), ("REDIS_PORT", &tls_port), ("REDIS_CA_FILE", &ca), client[0], client[1]],
            true,
        ),
        (vec![("REDIS_URL", &url), ("REDIS_CA_FILE", &ca)], false),
        (vec![("REDIS_URL", &url), client[0], client[1]], false),
    ] {
        let app = App::with(&variables).await;
        match answers {
            true => round_trip(&app, "i-1").await,
            false => assert_eq!(app.sync(&mappings(1, "a", &["i-1"])).await["store"], "redis_down", "{variables:?}"),
        }
    }
}

#[tokio::test]
async fn a_sentinel_moves_to_another_primary() {
    let mut primary = Redis::start().await;
    let port = primary.port.to_string();
    let replica = Redis::with(&["--replicaof", "127.0.0.1", &port]).await;
    eventually("a replica in step", async || {
        let info: String = replica.query(&["INFO", "replication"]).await.unwrap();
        info.contains("master_link_status:up").then_some(())
    })
    .await;
    let temp = Temp::new();
    let config = format!(
        "sentinel monitor main 127.0.0.1 {port} 1\nsentinel down-after-milliseconds main 500\n\
         sentinel failover-timeout main 2000\n"
    );
    let config = temp.write("sentinel.conf", &config);
    let sentinel = Redis::spawn_with_config(free_port(), &config, &["--sentinel"]);
    sentinel.answers().await;
    eventually("a sentinel that knows the replica", async || {
        let info: String = sentinel.query(&["INFO", "sentinel"]).await.unwrap();
        info.contains("slaves=1").then_some(())
    })
    .await;

    let sentinels = format!("127.0.0.1:{}", sentinel.port);
    let variables = [("REDIS_SENTINELS", sentinels.as_str()), ("REDIS_SENTINEL_PRIMARY", "main")];
    let app = App::with(&variables).await;
    round_trip(&app, "i-1").await;
    eventually("the replica has it", async || (replica.query::<u64>(&["DBSIZE"]).await.unwrap() > 0).then_some(()))
        .await;
    primary.kill();
    assert_eq!(app.sync(&mappings(3, "a", &["i-2"])).await["acknowledged"], false);
    acknowledged(&app, &mappings(3, "a", &["i-2"])).await;
    assert_eq!(values(&app.sync(&wanted(4, "a", &["i-1", "i-2"])).await, "found"), ["i-1", "i-2"]);
    let role: Vec<redis::Value> = replica.query(&["ROLE"]).await.unwrap();
    assert_eq!(role[0], redis::Value::BulkString(b"master".to_vec()));
}

/// Three primaries and a replica of each.
async fn cluster() -> Vec<Redis> {
    let arguments =
        ["--cluster-enabled", "yes", "--cluster-node-timeout", "1000", "--cluster-replica-validity-factor", "0"];
    let mut nodes = Vec::new();
    for _ in 0..6 {
        let bus = free_port().to_string();
        nodes.push(Redis::with(&[&arguments[..], &["--cluster-port", &bus]].concat()).await);
        let (first, node) = (&nodes[0], &nodes[nodes.len() - 1]);
        first.query::<()>(&["CLUSTER", "MEET", "127.0.0.1", &node.port.to_string(), &bus]).await.unwrap();
    }
    for (node, range) in nodes.iter().zip([["0", "5460"], ["5461", "10922"], ["10923", "16383"]]) {
        node.query::<()>(&["CLUSTER", "ADDSLOTSRANGE", range[0], range[1]]).await.unwrap();
    }
    for at in 0..3 {
        let id: String = nodes[at].query(&["CLUSTER", "MYID"]).await.unwrap();
        let replicate = async || nodes[at + 3].query::<()>(&["CLUSTER", "REPLICATE", &id]).await.ok();
        eventually(("a replica of", &id), replicate).await;
    }
    for node in &nodes {
        eventually("a cluster that is well", async || {
            let info: String = node.query(&["CLUSTER", "INFO"]).await.unwrap();
            let replicas: String = node.query(&["CLUSTER", "NODES"]).await.unwrap();
            (info.contains("cluster_state:ok") && replicas.matches("slave").count() == 3).then_some(())
        })
        .await;
    }
    for replica in &nodes[3..] {
        eventually("a replica in step", async || {
            let info: String = replica.query(&["INFO", "replication"]).await.unwrap();
            info.contains("master_link_status:up").then_some(())
        })
        .await;
    }
    nodes
}

#[tokio::test]
async fn a_cluster_loses_a_primary() {
    let mut nodes = cluster().await;
    let list = nodes.iter().map(|node| format!("127.0.0.1:{}", node.port)).collect::<Vec<_>>().join(",");
    let app = App::with(&[("REDIS_CLUSTER", &list)]).await;
    let many: Vec<_> = (0..300).map(|n| format!("i-{n}")).collect();
    let many: Vec<_> = many.iter().map(String::as_str).collect();
    let mut request = mappings(1, "a", &many[..200]);
    request["exchanges"] = json!([{"scope": "a", "at_ms": 1, "request_bytes": 1, "response_bytes": 1, "masked": [],
        "restored": 1, "unresolved": 0}]);
    acknowledged(&app, &request).await;
    acknowledged(&app, &request).await;
    let totals = app.post("/v1/totals", OPERATOR, r#"{"days":1}"#).await.json();
    let counted = totals["days"].as_object().unwrap().values().next().unwrap().clone();
    assert_eq!(counted["a"]["requests"], 1, "{counted}");
    let stats = app.get("/v1/stats", OPERATOR).await.json();
    assert_eq!(stats["stats"]["mappings"], 200, "over all nodes");
    assert_eq!(stats["health"]["eviction"], "never");
    for (primary, replica) in nodes.iter().zip(&nodes[3..]) {
        let replicated = async || {
            let sizes: [u64; 2] =
                [primary.query(&["DBSIZE"]).await.unwrap(), replica.query(&["DBSIZE"]).await.unwrap()];
            (sizes[0] == sizes[1] && sizes[0] > 0).then_some(())
        };
        eventually("the replica has it all", replicated).await;
    }

    nodes[0].kill();
    acknowledged(&app, &mappings(2, "a", &many[200..])).await;
    let found = eventually("answers of all nodes", async || {
        let answer = app.sync(&wanted(3, "a", &many[100..])).await;
        (answer["answered"] == true).then_some(answer)
    });
    assert_eq!(values(&found.await, "found"), many[100..]);
    assert_eq!(app.post("/v1/forget", OPERATOR, r#"{"scope":"a"}"#).await.json()["forgotten"], 300);
}
