//! The members of a resource that name it: its ARNs, wherever they stand, and its names, under the names that tools have for
//! them. Nothing else is read.

use masking::KindId;
use serde_json::{Map, Value};

use super::collected::Collected;

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
        let arn = attributes.get("arn").and_then(Value::as_str).and_then(|arn| self.read(arn));
        let kind = self.kind_of(type_name, arn);
        for (key, value) in attributes {
            match value {
                Value::String(name) if NAMES.binary_search(&snake(key).as_str()).is_ok() => self.name(kind, name),
                Value::Object(tags) if matches!(key.as_str(), "tags" | "tags_all" | "tagsAll") => {
                    self.tag(kind, tags.get("Name"));
                }
                other => self.arns(other, DEPTH),
            }
        }
    }

    /// Adds the text of a name: without the word that a type puts in front, or as what it is if it shows that itself.
    pub(super) fn name(&mut self, kind: Option<KindId>, name: &str) {
        if name.starts_with("arn:") || name.starts_with("https://") {
            self.read(name);
        } else {
            self.add(kind, name.strip_prefix("alias/").filter(|rest| !rest.starts_with("aws/")).unwrap_or(name));
        }
    }

    /// Adds the name in a tag.
    pub(super) fn tag(&mut self, kind: Option<KindId>, value: Option<&Value>) {
        value.and_then(Value::as_str).into_iter().for_each(|name| self.name(kind, name));
    }

    /// Adds the name in a list of tags, each of which is an object of a key and a value.
    pub(super) fn tag_list(&mut self, kind: Option<KindId>, tags: Option<&Value>) {
        for tag in tags.and_then(Value::as_array).into_iter().flatten() {
            let member = |names: [&str; 2]| names.iter().find_map(|name| tag.get(name));
            if member(["Key", "key"]).and_then(Value::as_str) == Some("Name") {
                self.tag(kind, member(["Value", "value"]));
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
