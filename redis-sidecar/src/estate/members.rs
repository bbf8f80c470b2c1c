//! The members of a resource that name it: its ARNs, wherever they stand, and its names, under the names that tools have for
//! them. Nothing else is read.

use masking::KindId;
use serde_json::{Map, Value};

use super::collected::{Collected, Owner};

/// Depth to which ARNs are looked for.
const DEPTH: usize = 32;
/// Maximum bytes of a text that is read for an ARN.
const TEXT_MAX: usize = 2_048;

/// Attributes that name their own resource, in Terraform and Pulumi.
const NAMES: &[&str] = &[
    "bucket",
    "cluster_id",
    "cluster_identifier",
    "cluster_name",
    "dashboard_name",
    "domain_name",
    "function_name",
    "identifier",
    "key_name",
    "name",
    "node_group_name",
    "parameter_group_name",
    "queue_name",
    "replication_group_id",
    "repository_name",
    "role_name",
    "stack_name",
    "stage_name",
    "table_name",
    "topic_name",
    "user_name",
];

impl Collected {
    /// Adds the ARNs of a resource, and its names. Its kind is that of its own ARN, or that of its type.
    pub(super) fn attributes(&mut self, type_name: &str, attributes: &Map<String, Value>) {
        self.count_resource();
        let text = |name: &str| attributes.get(name).and_then(Value::as_str);
        let owner = match (text("arn"), text("id")) {
            (Some(arn), _) => self.read(arn),
            (None, Some(id)) if id.len() <= TEXT_MAX => self.read(id).called(id).unwrap_or_default(),
            (None, _) => Owner::default(),
        };
        let kind = self.kind_of(type_name, owner.kind);
        let owner = owner.of_kind(kind);
        for (key, value) in attributes {
            match value {
                Value::String(name) if NAMES.binary_search(&snake(key).as_str()).is_ok() => self.name(kind, name),
                Value::Object(tags) if matches!(key.as_str(), "tags" | "tags_all" | "tagsAll") => {
                    self.tag(&owner, tags.get("Name"));
                }
                other => self.arns(other, DEPTH),
            }
        }
    }

    /// Adds the text of a name: without the word that a type puts in front, or as what it is if it shows that itself.
    pub(super) fn name(&mut self, kind: Option<KindId>, name: &str) {
        if shows_itself(name) {
            self.read(name);
        } else {
            self.add(kind, name.strip_prefix("alias/").filter(|rest| !rest.starts_with("aws/")).unwrap_or(name));
        }
    }

    /// Adds the name in a tag of a resource.
    pub(super) fn tag(&mut self, owner: &Owner, value: Option<&Value>) {
        match value.and_then(Value::as_str) {
            Some(name) if shows_itself(name) => _ = self.read(name),
            Some(name) => self.add_tag(owner, name),
            None => {}
        }
    }

    /// Adds the name in a list of tags, each of which is an object of a key and a value.
    pub(super) fn tag_list(&mut self, owner: &Owner, tags: Option<&Value>) {
        for tag in tags.and_then(Value::as_array).into_iter().flatten() {
            let member = |names: [&str; 2]| names.iter().find_map(|name| tag.get(name));
            if member(["Key", "key"]).and_then(Value::as_str) == Some("Name") {
                self.tag(owner, member(["Value", "value"]));
            }
        }
    }

    /// Adds the ARNs in a value, however deep they stand.
    pub(super) fn arns(&mut self, value: &Value, depth: usize) {
        match value {
            Value::String(text) if text.starts_with("arn:") && text.len() <= TEXT_MAX => _ = self.read(text),
            Value::Array(values) if depth > 0 => values.iter().for_each(|value| self.arns(value, depth - 1)),
            Value::Object(members) if depth > 0 => members.values().for_each(|value| self.arns(value, depth - 1)),
            _ => {}
        }
    }

    /// Adds all ARNs in a value.
    pub(super) fn all_arns(&mut self, value: &Value) {
        self.arns(value, DEPTH);
    }
}

fn shows_itself(name: &str) -> bool {
    name.starts_with("arn:") || name.starts_with("https://")
}

/// `functionName` as `function_name`.
fn snake(key: &str) -> String {
    let mut snake = String::with_capacity(key.len() + 4);
    for letter in key.chars() {
        if letter.is_ascii_uppercase() {
            snake.push('_');
        }
        snake.push(letter.to_ascii_lowercase());
    }
    snake
}

#[cfg(test)]
mod tests {
    #[test]
    fn names_are_searched_by_halves() {
        assert!(super::NAMES.is_sorted());
    }
}
