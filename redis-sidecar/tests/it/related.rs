//! Names that have the code of what they name: the `Name` of one instance, and never that of another value.

use serde_json::{Value, json};

use crate::estate::{ask, mint, page};
use crate::support::{App, Redis, batch, eventually, mappings};

const ID: &str = "i-0123456789abcdef0";
const OTHER: &str = "i-0fedcba9876543210";

/// The sidecar, and the placeholders of an instance's name: the one with the code of its id, and the one of its own.
struct Rig {
    app: App,
    imports: u64,
}

impl Rig {
    fn new(app: App) -> Self {
        Self { app, imports: 0 }
    }

    /// Imports the names of instances, each with the instance's id.
    async fn import(&mut self, source: &str, names: &[(&str, Option<&str>)]) -> Value {
        self.imports += 1;
        let names = names.iter().map(|(name, of)| match of {
            Some(id) => json!(["ec2_instance", name, false, id]),
            None => json!(["ec2_instance", name, false]),
        });
        let answer = page(&self.app, "a", source, self.imports, names.collect(), true).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer.json()
    }

    /// The names that a new filter hears to have another placeholder than their own, with it.
    async fn related(&self) -> Vec<(String, String)> {
        let mut request = batch(1);
        request["follow"] = json!([{"scope": "a", "estate": ""}]);
        let page = self.app.sync(&request).await["news"][0]["estate"].clone();
        let name = |at: &Value| page["names"][at.as_u64().unwrap() as usize][1].as_str().unwrap().to_owned();
        let related = page["related"].as_array().cloned().unwrap_or_default();
        related.iter().map(|of| (name(&of[0]), of[1].as_str().unwrap().to_owned())).collect()
    }

    /// The placeholder of an instance's name with the code of its id.
    async fn of_id(&self, id: &str) -> String {
        mint(&self.app, "a").await.name_placeholder("ec2_instance", "EC2", id).unwrap().to_string()
    }

    async fn own(&self, name: &str) -> String {
        mint(&self.app, "a").await.placeholder("ec2_instance", "EC2", name).to_string()
    }

    async fn value(&self, placeholder: &str) -> Value {
        ask(&self.app, "/v1/lookup", json!({"scope": "a", "placeholder": placeholder})).await["mapping"]["value"]
            .clone()
    }

    /// A filter delivers a mapping of this placeholder.
    async fn deliver(&self, id: u64, placeholder: &str, value: &str) {
        let mut request = mappings(id, "a", &[value]);
        request["mappings"][0]["placeholder"] = json!(placeholder);
        assert_eq!(self.app.sync(&request).await["acknowledged"], true);
    }
}

async fn check(app: App) -> Rig {
    let mut rig = Rig::new(app);
    let (of_id, own) = (rig.of_id(ID).await, rig.own("acme-web").await);
    assert_eq!(
        of_id.strip_prefix("AWS_EC2_NAME_"),
        rig.own(ID).await.strip_prefix("AWS_EC2_"),
        "the twelve characters of the id"
    );
    // It counts once, and both of its placeholders are restored: a filter may have sent the other one before.
    assert_eq!(rig.import("s", &[("acme-web", Some(ID))]).await, json!({"added": 1, "removed": 0, "names": 1}));
    assert_eq!(rig.related().await, [("acme-web".to_owned(), of_id.clone())]);
    for placeholder in [&of_id, &own] {
        assert_eq!(rig.value(placeholder).await, "acme-web");
    }
    assert_eq!(rig.import("s", &[("acme-web", Some(ID))]).await, json!({"added": 0, "removed": 0, "names": 1}));

    // The instance gets another name: what was sent for the former one is never the new one's.
    assert_eq!(rig.import("s", &[("acme-api", Some(ID))]).await, json!({"added": 1, "removed": 1, "names": 1}));
    assert_eq!(rig.related().await, []);
    assert_eq!(rig.value(&of_id).await, Value::Null, "no filter has ever sent it");
    assert_eq!(rig.value(&rig.own("acme-api").await).await, "acme-api");
    rig.deliver(2, &of_id, "acme-web").await;
    assert_eq!(rig.value(&of_id).await, "acme-web");
    rig.import("s", &[("acme-api", Some(ID)), ("acme-db-1", Some(OTHER))]).await;
    assert_eq!(rig.related().await, [("acme-db-1".to_owned(), rig.of_id(OTHER).await)]);
    assert_eq!(rig.value(&of_id).await, "acme-web");

    // The name goes to another instance, as in an autoscaling group, and has that one's code from then on.
    rig.import("s", &[("acme-db-1", Some("i-0aaaaaaaaaaaaaaa1"))]).await;
    assert_eq!(rig.related().await, [("acme-db-1".to_owned(), rig.of_id("i-0aaaaaaaaaaaaaaa1").await)]);
    // Two sources that disagree on whose name it is.
    rig.import("t", &[("acme-db-1", Some("i-0aaaaaaaaaaaaaaa2"))]).await;
    assert_eq!(rig.related().await, []);
    // One that does not say whose it is does not.
    rig.import("t", &[("acme-db-1", None)]).await;
    assert_eq!(rig.related().await.len(), 1);

    // It is forgotten by either of its placeholders, and by its value.
    let of_id = rig.of_id("i-0aaaaaaaaaaaaaaa1").await;
    let own = rig.own("acme-db-1").await;
    let both = |what: &Value| assert_eq!(what["forgotten"], 2, "once for each source");
    for what in [
        json!({"scope": "a", "placeholder": of_id}),
        json!({"scope": "a", "placeholder": own}),
        json!({"value": "acme-db-1"}),
    ] {
        both(&ask(&rig.app, "/v1/forget", what).await);
        for placeholder in [&of_id, &own] {
            assert_eq!(rig.value(placeholder).await, Value::Null);
        }
        rig.import("s", &[("acme-db-1", Some("i-0aaaaaaaaaaaaaaa1"))]).await;
        rig.import("t", &[("acme-db-1", None)]).await;
        assert_eq!(rig.related().await.len(), 1);
    }

    // Not even whoever forgets all of the scope gives a placeholder to another value.
    ask(&rig.app, "/v1/forget", json!({"scope": "a"})).await;
    rig.import("s", &[("acme-new-1", Some(ID)), ("acme-db-2", Some("i-0aaaaaaaaaaaaaaa1"))]).await;
    assert_eq!(rig.related().await, []);
    rig.import("s", &[("acme-web", Some(ID))]).await;
    assert_eq!(rig.related().await.len(), 1, "it is that name's");
    rig
}

#[tokio::test]
async fn a_name_has_the_code_of_one_resource_in_memory() {
    check(App::embedded().await).await;
    // Claims are lost with the sidecar's memory, mappings come back from the filters.
    let mut rig = Rig::new(App::embedded().await);
    let of_id = rig.of_id(ID).await;
    rig.deliver(2, &of_id, "acme-web").await;
    rig.import("s", &[("acme-api", Some(ID))]).await;
    assert_eq!(rig.related().await, []);
    rig.import("s", &[("acme-web", Some(ID))]).await;
    assert_eq!(rig.related().await, [("acme-web".to_owned(), of_id)]);
}

#[tokio::test]
async fn a_name_has_the_code_of_one_resource_in_redis() {
    let redis = Redis::start().await;
    let mut rig = check(App::on(&redis).await).await;
    let fields: Vec<String> = redis.query(&["HGETALL", "aws-masker-claims:a"]).await.unwrap();
    assert!(fields.len() >= 2 && fields.iter().all(|field| field.starts_with("AWS_EC2_")), "{fields:?}");
    assert_eq!(redis.query::<i64>(&["TTL", "aws-masker-claims:a"]).await.unwrap(), -1);
    // Another replica heeds them.
    let mut other = Rig { app: App::on(&redis).await, imports: 100 };
    other.import("s", &[("acme-other", Some(ID))]).await;
    assert_eq!(other.related().await, []);
    rig.imports = 200;
    rig.import("s", &[("acme-web", Some(ID))]).await;
    let told = eventually("the replica's estate", async || Some(other.related().await).filter(|told| told.len() == 1));
    assert_eq!(told.await[0].0, "acme-web");
}
