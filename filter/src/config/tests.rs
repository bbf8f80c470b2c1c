use super::*;

mod schema;

fn parse(json: &str) -> Result<Config, ConfigError> {
    let environment = |name: &str| (name == TOKEN_VARIABLE).then(|| "0123456789abcdef".to_owned());
    Config::parse(json.as_bytes(), environment, |policy| Scanner::new(&policy).map(Rc::new))
}

#[test]
fn what_is_accepted() {
    let cases = [
        r#"{"sidecar":"sidecar:9001"}"#,
        r#"{"sidecar":"unix:/run/aws-masker/sidecar.sock"}"#,
        r#"{"sidecar":"[::1]:9001"}"#,
        r#"{"sidecar":"127.0.0.1:9001","sidecar_token":"abcdefghijklmnop","redis_fallback":true}"#,
        r#"{"use_redis":false,"secret":"abcdefghijklmnop"}"#,
        r#"{"sidecar":"s:1","mapping_ttl":3600.0,"custom_patterns":{},"kinds":{"enable":{},"disable":{}},"never_mask":[]}"#,
        r#"{"sidecar":"s:1","scope":{"header":"X-Consumer-ID"},"mask_s3_buckets":false}"#,
        r#"{"sidecar":"s:1","scope":{"from":"route"}}"#,
        r#"{"sidecar":"s:1","scope":{"from":"service"}}"#,
        r#"{"sidecar":"s:1","attachments":"refuse","strict":"refuse"}"#,
        r#"{"sidecar":"s:1","attachments":"pass","strict":"pass"}"#,
        r#"{"sidecar":"s:1","direction":"to_client"}"#,
        r#"{"sidecar":"s:1","mode":"observe","actions":{}}"#,
        r#"{"sidecar":"s:1","mode":"mask","actions":{"secrets":"alert","private_key":"refuse","ec2_instance":"one_way"}}"#,
        r#"{"use_redis":false,"secret":"abcdefghijklmnop","direction":"to_provider"}"#,
    ];
    for json in cases {
        assert!(parse(json).is_ok(), "{json}: {:?}", parse(json).err());
    }
    let config = parse(r#"{"sidecar":"s:1"}"#).unwrap();
    assert_eq!(config.scope, ScopeRule::Fixed("default".into()));
    assert_eq!((config.attachments, config.strict), (Attachments::Report, Strict::Pass));
    assert_eq!((config.addresses, config.direction), (AddressCodes::Grouped, Direction::ToProvider));
    let Keys::Sidecar(sidecar) = config.keys else { panic!("{:?}", config.keys) };
    assert!(matches!(sidecar, SidecarConfig { on_outage: OnOutage::Refuse, mapping_ttl: 604_800, .. }));
}

#[test]
fn what_is_refused() {
    let cases = [
        ("", "sidecar (host:port) is not set"),
        ("{", "EOF while parsing"),
        (r#"{"sidecar":"s:1","mask_everything":true}"#, "unknown field `mask_everything`"),
        (r#"{"sidecar":"s"}"#, "sidecar: expected host:port"),
        (r#"{"sidecar":"s:0"}"#, "sidecar: expected host:port"),
        (r#"{"sidecar":"unix:sidecar.sock"}"#, "sidecar: expected host:port, or unix:/"),
        (r#"{"sidecar":"unix:/a b"}"#, "sidecar: expected host:port, or unix:/"),
        (r#"{"sidecar":"unix:/a:80"}"#, "sidecar: expected host:port, or unix:/"),
        (r#"{"sidecar":"s:1","sidecar_token":"short"}"#, "sidecar_token: at least 16"),
        (r#"{"use_redis":false}"#, "neither secret nor AWS_MASKER_SECRET is set"),
        (r#"{"sidecar":"s:1","scope":""}"#, "scope: 1 to 128"),
        (r#"{"sidecar":"s:1","scope":"a b"}"#, "scope: 1 to 128"),
        (r#"{"sidecar":"s:1","scope":{"header":"a b"}}"#, "scope.header: expected"),
        (r#"{"sidecar":"s:1","scope":{"from":"client"}}"#, "did not match any variant"),
        (r#"{"sidecar":"s:1","attachments":"drop"}"#, "unknown variant `drop`"),
        (r#"{"sidecar":"s:1","strict":true}"#, "expected value at line 1"),
        (r#"{"sidecar":"s:1","direction":"both"}"#, "unknown variant `both`"),
        (r#"{"use_redis":false,"secret":"abcdefghijklmnop","direction":"to_client"}"#, "it needs a sidecar"),
        (r#"{"sidecar":"s:1","mapping_ttl":1.5}"#, "mapping_ttl: 60 to"),
        (r#"{"sidecar":"s:1","mapping_ttl":1}"#, "mapping_ttl: 60 to"),
        (r#"{"sidecar":"s:1","never_restore":["no_such_kind"]}"#, "never_restore: entry 1 is not a kind"),
        (
            r#"{"sidecar":"s:1","actions":{"secrets":"alert","acme":"refuse"}}"#,
            "actions: entry 2 is not a kind or a family",
        ),
        (r#"{"sidecar":"s:1","actions":{"secrets":"drop"}}"#, "unknown variant `drop`"),
        (r#"{"sidecar":"s:1","actions":["secrets"]}"#, "a value has the wrong type"),
        (r#"{"sidecar":"s:1","mode":"audit"}"#, "unknown variant `audit`"),
        (
            r#"{"sidecar":"s:1","mode":"observe","direction":"to_client"}"#,
            "mode: observe is for direction: to_provider",
        ),
        (r#"{"sidecar":"s:1","acme-prod-logs":true}"#, "a member is unknown or wrong at line 1 column"),
        (r#"{"sidecar":"s:1","scope":{"from":"acme-prod"}}"#, "did not match any variant"),
        (r#"{"sidecar":"s:1","never_mask":{"a":1}}"#, "expected a list"),
        (r#"{"sidecar":"s:1","redis_fallback":"hunter2hunter2"}"#, "a value has the wrong type at line 1"),
    ];
    for (json, reason) in cases {
        let error = parse(json).err().map(|e| e.to_string()).unwrap_or_default();
        assert!(error.contains(reason), "{json}: {error}");
    }
}

#[test]
fn no_secret_is_printed() {
    let config = parse(r#"{"sidecar":"s:1","sidecar_token":"abcdefghijklmnop","redis_fallback":true}"#).unwrap();
    assert!(!format!("{config:?}").contains("abcdefghijklmnop"));
}
