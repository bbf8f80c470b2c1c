use super::*;

const TOKEN: (&str, &str) = ("MASKER_TOKEN", "0123456789abcdef");
const SECRET: (&str, &str) = ("MASKER_SECRET", "0123456789abcdef");

fn topology(variables: &[(&str, &str)]) -> String {
    let raw = RawConfig::of([TOKEN, SECRET].into_iter().chain(variables.iter().copied()));
    match Config::parse(&raw) {
        Ok(Config { store: StoreConfig::Memory { .. }, .. }) => "memory".to_owned(),
        Ok(Config { store: StoreConfig::Redis(redis), .. }) => match redis.topology {
            Topology::Url(url) => url.expose().to_owned(),
            Topology::Single((host, port)) => format!("{host}:{port}"),
            Topology::Sentinel { nodes, primary, .. } => format!("{primary} {nodes:?}"),
            Topology::Cluster(nodes) => format!("{nodes:?}"),
        },
        Err(invalid) => invalid.variable.to_owned(),
    }
}

#[test]
fn which_redis_is_meant() {
    for (variables, expected) in [
        (&[][..], "memory"),
        (&[("REDIS_URL", ""), ("REDIS_HOST", " ")], "memory"),
        // Kubernetes sets these for a service called redis.
        (&[("REDIS_PORT", "tcp://10.0.0.1:6379"), ("REDIS_SERVICE_HOST", "10.0.0.1")], "memory"),
        (&[("REDIS_HOST", "redis"), ("REDIS_PORT", "tcp://10.0.0.1:6379")], "redis:6379"),
        (&[("REDIS_HOST", "redis"), ("REDIS_PORT", "7000")], "redis:7000"),
        (&[("REDIS_PORT", "7000")], "127.0.0.1:7000"),
        (&[("REDIS_PASSWORD", "x")], "127.0.0.1:6379"),
        (&[("REDIS_PORT", "many")], "REDIS_PORT"),
        (&[("REDIS_URL", "rediss://h:1/2")], "rediss://h:1/2"),
        (&[("REDIS_URL", "redis://h"), ("REDIS_CA", "x")], "REDIS_URL"),
        (&[("REDIS_URL", "redis://h"), ("REDIS_HOST", "h")], "REDIS_URL"),
        (&[("REDIS_HOST", "h"), ("REDIS_TLS", "yes")], "REDIS_TLS"),
        (&[("REDIS_CLUSTER", "a:1, [::1]:2 c")], r#"[("a", 1), ("::1", 2), ("c", 6379)]"#),
        (&[("REDIS_CLUSTER", "a:b")], "REDIS_CLUSTER"),
        (&[("REDIS_SENTINELS", "a"), ("REDIS_SENTINEL_PRIMARY", "p")], r#"p [("a", 26379)]"#),
        (&[("REDIS_SENTINELS", "a")], "REDIS_SENTINEL_PRIMARY"),
    ] {
        assert_eq!(topology(variables), expected, "{variables:?}");
    }
}

#[test]
fn a_misspelt_variable_is_told() {
    let raw = RawConfig::of([TOKEN, ("MASKER_TLS_CLIENT_CERT", "x"), ("MASKER_SECRETS_FILE", ""), ("HOME", "x")]);
    Config::parse(&raw).unwrap();
    assert_eq!(raw.unknown(), [("MASKER_TLS_CLIENT_CERT", Some("MASKER_TLS_CLIENT_CA"))]);
    let raw = RawConfig::of([
        TOKEN,
        ("REDIS_HOSTS", "x"),
        ("REDIS_PASS", "x"),
        ("MASKER_WHATEVER_ELSE", "x"),
        // Of Kubernetes.
        ("REDIS_SERVICE_HOST", "10.0.0.1"),
        ("REDIS_SERVICE_PORT", "6379"),
        ("REDIS_PORT_6379_TCP_ADDR", "10.0.0.1"),
        ("REDIS_MASTER_SERVICE_HOST", "10.0.0.1"),
    ]);
    Config::parse(&raw).unwrap();
    let expected =
        [("MASKER_WHATEVER_ELSE", None), ("REDIS_HOSTS", Some("REDIS_HOST")), ("REDIS_PASS", Some("REDIS_PASSWORD"))];
    assert_eq!(raw.unknown(), expected);
}

#[test]
fn a_client_finds_the_sidecar_beside_it() {
    for (variables, url) in [
        (&[][..], "http://127.0.0.1:9001"),
        (&[("MASKER_LISTEN", "0.0.0.0:80")], "http://127.0.0.1:80"),
        (&[("MASKER_LISTEN", "[::]:80"), ("MASKER_TLS_CERT", "x")], "https://[::1]:80"),
        (&[("MASKER_LISTEN", "0.0.0.0:80"), ("MASKER_URL", "https://masker")], "https://masker"),
        (&[("MASKER_LISTEN", "unix:/run/s.sock 0.0.0.0:80")], "http://127.0.0.1:80"),
        (&[("MASKER_LISTEN", "unix:/run/s.sock"), ("MASKER_URL", "http://masker")], "http://masker"),
    ] {
        let config = ClientConfig::parse(&RawConfig::of(variables.iter().copied())).unwrap();
        assert_eq!(config.url.as_deref(), Some(url));
    }
}

#[test]
fn where_it_listens() {
    let listen = |text: &str| {
        let raw = RawConfig::of([TOKEN, ("MASKER_LISTEN", text)]);
        Config::parse(&raw).map(|config| config.listen).map_err(|invalid| invalid.variable)
    };
    let address = |text: &str| Place::Address(text.to_owned());
    assert_eq!(listen(""), Ok(vec![address("127.0.0.1:9001")]));
    let socket = Place::Socket("/run/s.sock".into());
    assert_eq!(listen("unix:/run/s.sock\n[::]:9001"), Ok(vec![socket.clone(), address("[::]:9001")]));
    assert_eq!(listen("unix:/run/s.sock"), Ok(vec![socket]));
    assert_eq!(listen("unix:s.sock"), Err("MASKER_LISTEN"));
    let nowhere = RawConfig::of([("MASKER_LISTEN", "unix:/run/s.sock")]);
    assert_eq!(ClientConfig::parse(&nowhere).unwrap().url, None);
}

#[test]
fn nothing_that_is_secret_shows() {
    let raw = RawConfig::of([TOKEN, SECRET, ("REDIS_URL", "redis://:0123456789abcdef@h")]);
    let shown = format!("{raw:?} {:?} {:?}", Config::parse(&raw), ClientConfig::parse(&raw));
    assert!(!shown.contains("0123456789"), "{shown}");
}
