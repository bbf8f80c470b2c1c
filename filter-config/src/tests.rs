use masking::Scanner;

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
        r#"{"sidecar":"s:1","restore_guard":"tool_urls"}"#,
        r#"{"sidecar":"s:1","restore_guard":"tool_urls","restore_hosts":["aws","*.example.com","10.0.0.0/8"]}"#,
        r#"{"sidecar":"s:1","restore_guard":"tool_urls","restore_hosts":{}}"#,
        r#"{"sidecar":"s:1","restore":{"ci":{}}}"#,
        r#"{"sidecar":"s:1","restore":{"ci":"placeholders","*":["private_ip","storage"],"a":"values"},"restore_by":"X-User"}"#,
    ];
    for json in cases {
        assert!(parse(json).is_ok(), "{json}: {:?}", parse(json).err());
    }
    let finds = |json: &str| {
        let text = masking::Text { text: "--queue-name acme-jobs", key: None };
        parse(json).unwrap().scanner.scan(&[text], &masking::Known::default()).len()
    };
    assert_eq!((finds(r#"{"sidecar":"s:1","mask_names":true}"#), finds(r#"{"sidecar":"s:1"}"#)), (1, 0));
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
        (r#"{"sidecar":"s:1","mask_everything":true}"#, "`mask_everything` is not a member"),
        (r#"{"sidecar":"s:1","mask_s3_bucket":true}"#, "a member is unknown; near ones: mask_s3_buckets"),
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
        (r#"{"sidecar":"s:1","scope":{"from":"client"}}"#, "scope.from: expected `route` or `service`"),
        (r#"{"sidecar":"s:1","attachments":"drop"}"#, "attachments: expected `pass`, `refuse` or `report`"),
        (r#"{"sidecar":"s:1","strict":true}"#, "strict: expected `refuse` or `pass`, found true or false"),
        (r#"{"sidecar":"s:1","direction":"both"}"#, "direction: expected `to_provider` or `to_client`"),
        (r#"{"use_redis":false,"secret":"abcdefghijklmnop","direction":"to_client"}"#, "it needs a sidecar"),
        (r#"{"sidecar":"s:1","mapping_ttl":1.5}"#, "mapping_ttl: expected a whole number of seconds, 60 to 31536000"),
        (r#"{"sidecar":"s:1","mapping_ttl":1}"#, "mapping_ttl: expected a whole number of seconds, 60 to"),
        (r#"{"sidecar":"s:1","never_restore":["no_such_kind"]}"#, "never_restore: entry 1 is not a kind"),
        (
            r#"{"sidecar":"s:1","actions":{"secrets":"alert","acme":"refuse"}}"#,
            "actions: entry 2 is not a kind or a family",
        ),
        (
            r#"{"sidecar":"s:1","actions":{"secrets":"drop"}}"#,
            "actions: entry 1: expected `mask`, `refuse`, `alert` or `one_way`",
        ),
        (
            r#"{"sidecar":"s:1","actions":["secrets"]}"#,
            "actions: expected kinds or families with their actions, found a list",
        ),
        (r#"{"sidecar":"s:1","restore_guard":"on"}"#, "restore_guard: expected `off` or `tool_urls`"),
        (
            r#"{"sidecar":"s:1","restore_guard":"tool_urls","restore_hosts":["aws","https://x"]}"#,
            "restore_hosts: entry 2: expected aws, loopback, private, the name of a host",
        ),
        (r#"{"sidecar":"s:1","restore_hosts":["aws"]}"#, "nothing is guarded without restore_guard: tool_urls"),
        (r#"{"sidecar":"s:1","restore_by":"x-user"}"#, "restore_by: nobody is named in restore"),
        (
            r#"{"sidecar":"s:1","restore":{"a":"values"},"restore_by":"a b"}"#,
            "restore_by: expected the name of a header",
        ),
        (
            r#"{"sidecar":"s:1","restore":{"acme-bot":"nothing"}}"#,
            "restore: entry 1: expected `values`, `placeholders` or a list of kinds and families, found a text",
        ),
        (
            r#"{"sidecar":"s:1","restore":{"a":"values","acme-bot":["ec2_instanze"]}}"#,
            "restore: entry 2: not a kind or a family; near ones: ec2_instance",
        ),
        (r#"{"sidecar":"s:1","restore":{"a":{"x":1}}}"#, "restore: entry 1: expected `values`"),
        (r#"{"sidecar":"s:1","restore":["a"]}"#, "restore: expected names of clients with what they see, found a list"),
        (r#"{"sidecar":"s:1","direction":"to_client","restore_guard":"tool_urls"}"#, "are for direction: to_provider"),
        (r#"{"sidecar":"s:1","direction":"to_client","restore":{"a":"values"}}"#, "are for direction: to_provider"),
        (r#"{"sidecar":"s:1","mode":"audit"}"#, "mode: expected `mask` or `observe`"),
        (
            r#"{"sidecar":"s:1","mode":"observe","direction":"to_client"}"#,
            "mode: observe is for direction: to_provider",
        ),
        (r#"{"sidecar":"s:1","acme-prod-logs":true}"#, "a member is unknown"),
        (r#"{"sidecar":"s:1","scope":{"from":"acme-prod"}}"#, "scope.from: expected `route` or `service`"),
        (r#"{"sidecar":"s:1","scope":{"route":"acme"}}"#, "scope: `route` is not a member; there are header, from"),
        (r#"{"sidecar":"s:1","scope":{}}"#, "scope: expected one of header and from"),
        (
            r#"{"sidecar":"s:1","scope":7}"#,
            "scope: expected a name, {header: <name>}, {from: route} or {from: service}, found a number",
        ),
        (r#"{"sidecar":"s:1","never_mask":{"a":1}}"#, "never_mask: expected a list, found an object"),
        (
            r#"{"sidecar":"s:1","kinds":{"enable":["public_ip","s3_buckets"]}}"#,
            "kinds.enable: entry 2 is not a kind; near ones: s3_bucket",
        ),
        (
            r#"{"sidecar":"s:1","kinds":{"disable":["ec2_instances"]}}"#,
            "kinds.disable: entry 1 is not a kind; near ones: ec2_instance",
        ),
        (r#"{"sidecar":"s:1","kinds":{"only":[]}}"#, "kinds: `only` is not a member; there are enable, disable"),
        (
            r#"{"sidecar":"s:1","never_restore":["private_keys"]}"#,
            "never_restore: entry 1 is not a kind; near ones: private_key",
        ),
        (
            r#"{"sidecar":"s:1","actions":{"secret":"mask"}}"#,
            "actions: entry 1 is not a kind or a family; near ones: secrets",
        ),
        (r#"{"sidecar":"s:1","always_mask":["Acme",7]}"#, "always_mask: entry 2: expected a text, found a number"),
        (r#"{"sidecar":"s:1","custom_patterns":[{"regex":"x+"}]}"#, "custom_patterns: entry 1: `label` is missing"),
        (
            r#"{"sidecar":"s:1","custom_patterns":[{"label":"X","regex":["x"]}]}"#,
            "custom_patterns: entry 1: regex: expected a text, found a list",
        ),
        (r#"{"sidecar":"s:1","mapping_ttl":"1h"}"#, "mapping_ttl: expected a number, found a text"),
        (r#"{"sidecar":"s:1","sidecar":"s:2"}"#, "a member is there twice"),
        ("[]", "expected an object, found a list"),
        (
            r#"{"sidecar":"s:1","redis_fallback":"hunter2hunter2"}"#,
            "redis_fallback: expected true or false, found a text",
        ),
    ];
    for (json, reason) in cases {
        let error = parse(json).err().map(|e| e.to_string()).unwrap_or_default();
        assert!(error.contains(reason), "{json}: {error}");
        for quoted in ["acme", "Acme", "hunter2", "variant", "untagged"] {
            assert!(!error.contains(quoted), "{json}: {error}");
        }
    }
}

#[test]
fn no_secret_is_printed() {
    let config = parse(r#"{"sidecar":"s:1","sidecar_token":"abcdefghijklmnop","redis_fallback":true}"#).unwrap();
    assert!(!format!("{config:?}").contains("abcdefghijklmnop"));
}
