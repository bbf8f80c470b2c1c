//! Estates: imported page by page, replaced as a whole, told to the filters in pages, and nobody else's.

use masking::dialect::Options;
use masking::{Format, Known, Masker, Mint, NoThoughts, PlaceholderKey, Policy, Scanner};
use serde_json::{Value, json};

use crate::support::{Answer, App, OPERATOR, Redis, TOKEN, batch, eventually};

async fn import(app: &App, scope: &str, source: &str, id: u64, names: &[(&str, &str)]) -> Value {
    let names: Vec<_> = names.iter().map(|(kind, name)| json!([kind, name, false])).collect();
    let answer = page(app, scope, source, id, json!(names), true).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()
}

pub(crate) async fn page(app: &App, scope: &str, source: &str, id: u64, names: Value, complete: bool) -> Answer {
    let id = format!("{id:016x}");
    let body = json!({"scope": scope, "source": source, "import": id, "names": names, "complete": complete});
    app.post("/v1/estate", OPERATOR, body.to_string()).await
}

pub(crate) async fn ask(app: &App, path: &str, body: Value) -> Value {
    let answer = app.post(path, OPERATOR, body.to_string()).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()
}

/// What a filter hears that has the estate up to a place: the names with their kinds, and its place after that.
async fn heard(app: &App, scope: &str, place: &str) -> Option<(Vec<(String, String)>, String)> {
    let mut request = batch(1);
    request["follow"] = json!([{"scope": scope, "estate": place}]);
    let answer = app.sync(&request).await;
    let page = answer["news"][0].get("estate")?.clone();
    let kind =
        |name: &Value| page["kinds"][usize::try_from(name[0].as_u64().unwrap()).unwrap()].as_str().unwrap().to_owned();
    let names = page["names"].as_array().unwrap().iter();
    let names = names.map(|name| (kind(name), name[1].as_str().unwrap().to_owned())).collect();
    let (version, number) = (page["version"].as_str().unwrap().to_owned(), page["page"].as_u64().unwrap());
    let is_last = number + 1 >= page["pages"].as_u64().unwrap();
    Some((names, if is_last { version } else { format!("{version}.{}", number + 1) }))
}

/// Everything that a new filter hears.
async fn all(app: &App, scope: &str) -> Vec<String> {
    let (mut place, mut names) = (String::new(), Vec::new());
    while let Some((more, next)) = heard(app, scope, &place).await {
        names.extend(more.into_iter().map(|(_, name)| name));
        place = next;
    }
    names
}

const BUCKETS: &[(&str, &str)] =
    &[("s3_bucket", "acme-logs"), ("s3_bucket", "acme-data"), ("eks_cluster", "acme-prod")];

async fn check_imports(app: &App) {
    assert_eq!(heard(app, "a", "").await, None, "there is none");
    let first = import(app, "a", "terraform", 1, BUCKETS).await;
    assert_eq!(first, json!({"added": 3, "removed": 0, "names": 3}));
    assert_eq!(all(app, "a").await, ["acme-data", "acme-logs", "acme-prod"]);
    assert_eq!(all(app, "b").await, [""; 0], "another scope");
    // Another source with a name of the first one.
    import(app, "a", "tags", 2, &[("s3_bucket", "acme-logs"), ("iam_role", "Deployer")]).await;
    let (names, place) = heard(app, "a", "").await.unwrap();
    let listed: Vec<_> = names.iter().map(|(kind, name)| (kind.as_str(), name.as_str())).collect();
    assert_eq!(
        listed,
        [
            ("iam_role", "Deployer"),
            ("s3_bucket", "acme-data"),
            ("s3_bucket", "acme-logs"),
            ("eks_cluster", "acme-prod")
        ]
    );
    assert_eq!(heard(app, "a", &place).await, None, "the filter has all of it");
    // The same again changes nothing, not even for the filters.
    let again = import(app, "a", "terraform", 3, BUCKETS).await;
    assert_eq!(again, json!({"added": 0, "removed": 0, "names": 3}));
    assert_eq!(heard(app, "a", &place).await, None);
    // What is gone is gone, unless another source lists it.
    let fewer = import(app, "a", "terraform", 4, &[("s3_bucket", "acme-data"), ("s3_bucket", "acme-new")]).await;
    assert_eq!(fewer, json!({"added": 1, "removed": 2, "names": 2}));
    assert!(heard(app, "a", &place).await.is_some(), "the filter has an older one");
    assert_eq!(all(app, "a").await, ["Deployer", "acme-data", "acme-logs", "acme-new"]);
    let sources = ask(app, "/v1/sources", json!({"scope": "a"})).await;
    let listed: Vec<_> = sources["sources"]
        .as_array()
        .unwrap()
        .iter()
        .map(|s| (s["source"].clone(), s["names"].clone(), s["bytes"].clone()))
        .collect();
    assert_eq!(listed, [(json!("tags"), json!(2), json!(17)), (json!("terraform"), json!(2), json!(17))]);
    assert_eq!(ask(app, "/v1/forget", json!({"scope": "a", "source": "tags"})).await, json!({"forgotten": 2}));
    assert_eq!(all(app, "a").await, ["acme-data", "acme-new"]);
    // An empty import empties its source.
    assert_eq!(import(app, "a", "terraform", 5, &[]).await, json!({"added": 0, "removed": 2, "names": 0}));
    let (names, place) = heard(app, "a", "0123456789abcdef").await.unwrap();
    assert_eq!((names.len(), place.as_str()), (0, ""));
    ask(app, "/v1/forget", json!({"scope": "a"})).await;
}

async fn check_pages(app: &App) {
    // Several pages of an import are one, in any order; until the last one the filters have what they had.
    import(app, "a", "s", 1, &[("s3_bucket", "acme-old")]).await;
    for (names, complete) in [(["acme-z", "acme-b"], false), (["acme-a", "acme-c"], true)] {
        let names: Vec<_> = names.map(|name| json!(["s3_bucket", name, false])).to_vec();
        assert_eq!(page(app, "a", "s", 2, json!(names), complete).await.status, 200);
    }
    assert_eq!(all(app, "a").await, ["acme-a", "acme-b", "acme-c", "acme-z"]);
    // One that was broken off leaves a name too many; the next one that is whole removes it.
    page(app, "a", "s", 3, json!([["s3_bucket", "acme-half", false]]), false).await;
    assert_eq!(ask(app, "/v1/sources", json!({"scope": "a"})).await["sources"][0]["importing"], true);
    import(app, "a", "s", 4, &[("s3_bucket", "acme-a")]).await;
    assert_eq!(all(app, "a").await, ["acme-a"]);
    // Twenty thousand, which the filter hears in pages.
    for part in 0..20 {
        let names: Vec<_> =
            (0..1_000).map(|n| json!(["s3_bucket", format!("acme-{:05}-bucket", part * 1_000 + n), false])).collect();
        assert_eq!(page(app, "a", "large", 5, json!(names), part == 19).await.status, 200);
    }
    let names = all(app, "a").await;
    assert!(names.len() == 20_001 && names.is_sorted(), "{}", names.len());
    ask(app, "/v1/forget", json!({"scope": "a"})).await;
    assert_eq!(all(app, "a").await, [""; 0]);
}

/// A name of an estate is restored although no filter has ever sent it, as long as it is listed.
async fn check_restoring(app: &App) {
    import(app, "a", "s", 1, BUCKETS).await;
    let placeholder = minted(app, "a", "acme-logs").await;
    let asked = json!({"scope": "a", "placeholder": placeholder});
    let found = ask(app, "/v1/lookup", asked.clone()).await;
    assert_eq!((&found["mapping"]["value"], &found["mapping"]["kind"]), (&json!("acme-logs"), &json!("s3_bucket")));
    assert_eq!(found["mapping"].get("known"), None);
    assert_eq!(ask(app, "/v1/lookup", json!({"scope": "b", "placeholder": placeholder})).await["mapping"], Value::Null);
    let mut request = batch(2);
    request["wanted"] = json!([{"scope": "a", "placeholder": placeholder}, {"scope": "b", "placeholder": placeholder}]);
    let answer = app.sync(&request).await;
    assert_eq!(answer["found"].as_array().unwrap().len(), 1, "{answer}");
    // It is forgotten as any other mapping is, by its placeholder and by its value, and returns with the next import.
    for what in [asked.clone(), json!({"value": "acme-logs"}), json!({"value": "acme-logs", "scope": "a"})] {
        let (_, place) = heard(app, "a", "").await.unwrap();
        assert_eq!(ask(app, "/v1/forget", what.clone()).await, json!({"forgotten": 1}), "{what}");
        assert_eq!(ask(app, "/v1/lookup", asked.clone()).await["mapping"], Value::Null);
        assert!(heard(app, "a", &place).await.is_some(), "the filters hear of it");
        assert_eq!(all(app, "a").await, ["acme-data", "acme-prod"]);
        assert_eq!(import(app, "a", "s", 2, BUCKETS).await["added"], 1);
    }
    ask(app, "/v1/forget", json!({"scope": "a"})).await;
}

/// The placeholder of a bucket in a text, as the filter makes it with the key that it gets.
async fn minted(app: &App, scope: &str, bucket: &str) -> String {
    let (scanner, mint) = (Scanner::new(&Policy::default()).unwrap(), mint(app, scope).await);
    let (known, options) = (Known::default(), Options::default());
    let masker = Masker { scanner: &scanner, known: &known, mint: &mint, options, thoughts: &NoThoughts };
    let text = format!("arn:aws:s3:::{bucket}");
    let masked = masker.mask(Format::Text, text.as_bytes()).unwrap();
    masked.body.unwrap().strip_prefix("arn:aws:s3:::").unwrap().to_owned()
}

/// Mints as the filter does, with the key that it gets.
pub(crate) async fn mint(app: &App, scope: &str) -> Mint {
    let key = app.sync(&batch(1)).await["keyring"]["keys"]["root"].clone();
    let root = PlaceholderKey::new(serde_json::from_value::<contract::MintKey>(key).unwrap().bytes().unwrap());
    Mint::new(&root.of_scope(scope), scope)
}

/// What its names were asked of is kept with a source, until its next import says otherwise.
async fn check_parts(app: &App) {
    let ask_with = async |id: u64, parts: Value, complete: bool| {
        let body = json!({"scope": "a", "source": "aws", "import": format!("{id:016x}"), "names": [], "parts": parts,
            "complete": complete});
        app.post("/v1/estate", OPERATOR, body.to_string()).await.status
    };
    let listed = async || ask(app, "/v1/sources", json!({"scope": "a"})).await["sources"][0]["parts"].clone();
    assert_eq!(ask_with(1, json!(["tagging.eu-west-1", "buckets"]), true).await, 200);
    assert_eq!(listed().await, json!(["tagging.eu-west-1", "buckets"]));
    assert_eq!(ask_with(2, json!(["buckets"]), false).await, 200);
    assert_eq!(listed().await, json!(["tagging.eu-west-1", "buckets"]), "that import has not ended");
    assert_eq!(ask_with(3, json!([]), true).await, 200);
    assert_eq!(listed().await, Value::Null);
    for parts in [json!(["a b"]), json!([""]), json!(vec!["p"; 257]), json!([1])] {
        assert_eq!(ask_with(4, parts.clone(), true).await, 400, "{parts}");
    }
    ask(app, "/v1/forget", json!({"scope": "a"})).await;
}

#[tokio::test]
async fn a_source_is_a_set_in_memory() {
    let app = App::embedded().await;
    check_imports(&app).await;
    check_pages(&app).await;
    check_restoring(&app).await;
    check_parts(&app).await;
}

#[tokio::test]
async fn a_source_is_a_set_in_redis() {
    let redis = Redis::start().await;
    let app = App::on(&redis).await;
    check_imports(&app).await;
    check_pages(&app).await;
    check_restoring(&app).await;
    check_parts(&app).await;
    // Nothing of it expires, nothing is readable, and nothing stays behind.
    import(&app, "a", "s", 9, BUCKETS).await;
    let keys: Vec<String> = redis.query(&["KEYS", "*"]).await.unwrap();
    for key in keys.iter().filter(|key| key.contains("sources") || key.contains("estate:")) {
        assert_eq!(redis.query::<i64>(&["TTL", key]).await.unwrap(), -1, "{key}");
        let fields: Vec<Vec<u8>> = redis.query(&["HGETALL", key]).await.unwrap();
        assert!(!String::from_utf8_lossy(&fields.concat()).contains("acme"), "{key}");
    }
    assert!(keys.iter().any(|key| key == "aws-masker-estate:a:s"), "{keys:?}");
    // Another replica has it too, as soon as it has read it: no call waits for that.
    let replica = App::on(&redis).await;
    let names =
        eventually("the replica's estate", async || Some(all(&replica, "a").await).filter(|names| !names.is_empty()));
    assert_eq!(names.await.len(), 3);
    ask(&app, "/v1/forget", json!({"scope": "a"})).await;
    let keys: Vec<String> = redis.query(&["KEYS", "*"]).await.unwrap();
    assert_eq!(keys.iter().filter(|key| key.contains("sources") || key.contains("estate:")).count(), 0, "{keys:?}");
}

#[tokio::test]
async fn an_import_has_its_bounds() {
    let app = App::with(&[("MASKER_QUOTA_ESTATE", "4")]).await;
    let names =
        |count: usize| json!((0..count).map(|n| json!(["s3_bucket", format!("acme-{n}"), false])).collect::<Vec<_>>());
    for (names, status) in [
        (names(4), 200),
        (names(5), 413),
        (json!([["s3_bucket", "x", false]]), 400),
        (json!([["s3_bucket", "x".repeat(257), false]]), 400),
        (json!([["s3_bucket", "a\nbcd", false]]), 400),
        (json!([["no_such_kind", "acme", false]]), 400),
        (names(contract::bound::MAPPINGS + 1), 400),
    ] {
        assert_eq!(page(&app, "a", "s", 1, names.clone(), true).await.status, status, "{names}");
    }
    assert_eq!(all(&app, "a").await.len(), 4);
    // A replacement needs room for itself only; a second source for both.
    assert_eq!(page(&app, "a", "s", 2, names(4), true).await.status, 200);
    assert_eq!(page(&app, "a", "t", 3, names(1), true).await.status, 413);
    assert_eq!(page(&app, "b", "t", 3, names(4), true).await.status, 200, "another scope has its own");
    assert_eq!(app.metric("aws_masker_quota_refused_mappings_total{scope=\"a\",quota=\"estate\"}").await, 6);
    for (scope, source, id) in [
        ("a b", "s", "0123456789abcdef"),
        ("a", "s:t", "0123456789abcdef"),
        ("a", "", "0123456789abcdef"),
        ("a", "s", "1"),
        ("a", "s", "0123456789abcdeg"),
    ] {
        let body = json!({"scope": scope, "source": source, "import": id, "names": [], "complete": true});
        assert_eq!(app.post("/v1/estate", OPERATOR, body.to_string()).await.status, 400, "{body}");
    }
    for n in 0..=contract::bound::SOURCES {
        let answer = page(&app, "c", &format!("s{n}"), 1, json!([]), true).await;
        assert_eq!(answer.status, if n < contract::bound::SOURCES { 200 } else { 413 });
    }
}

#[tokio::test]
async fn an_estate_is_its_operators_and_its_scopes_alone() {
    let bound = "a-bound-operator-token-0123";
    let tokens = format!("{OPERATOR} {bound};team-a");
    let app = App::with(&[("MASKER_OPERATOR_TOKENS", &tokens), ("MASKER_OPERATOR_TOKEN", "")]).await;
    let body = |scope: &str| {
        json!({"scope": scope, "source": "s", "import": "0123456789abcdef", "names": [["s3_bucket", "acme-logs", false]], "complete": true}).to_string()
    };
    for (token, scope, status) in
        [(bound, "team-a", 200), (bound, "team-b", 403), (OPERATOR, "team-b", 200), (TOKEN, "team-a", 401)]
    {
        assert_eq!(app.post("/v1/estate", token, body(scope)).await.status, status, "{scope}");
    }
    for path in ["/v1/sources", "/v1/forget"] {
        let asked = json!({"scope": "team-b"}).to_string();
        assert_eq!(app.post(path, bound, asked).await.status, 403, "{path}");
    }
    // A filter of other scopes asks in vain.
    let mut request = batch(1);
    request["follow"] = json!([{"scope": "team-a", "estate": ""}, {"scope": "other", "estate": ""}]);
    let answer = app.post("/v1/sync", crate::support::TEAM_TOKEN, request.to_string()).await.json();
    let told: Vec<_> = answer["news"].as_array().unwrap().iter().map(|news| news["scope"].as_str().unwrap()).collect();
    assert_eq!(told, ["team-a"]);
    // Whoever does not ask for it hears nothing of it: a filter from before there were estates.
    request["follow"] = json!([{"scope": "team-a"}]);
    assert_eq!(app.sync(&request).await["news"][0].get("estate"), None);
}
