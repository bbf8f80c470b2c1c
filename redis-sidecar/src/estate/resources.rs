//! The resources of AWS's own inventories, of CloudFormation, Kubernetes and Pulumi, one at a time.

use serde_json::{Map, Value};

use super::Format;
use super::collected::{Collected, Owner};

/// Namespaces of the cluster itself.
const SYSTEM: [&str; 3] = ["kube-system", "kube-public", "kube-node-lease"];
/// Objects of Kubernetes that come and go by themselves, or whose names are those of what they belong to.
const PASSING: [&str; 9] =
    ["ControllerRevision", "Endpoints", "EndpointSlice", "Event", "Lease", "Node", "Pod", "ReplicaSet", "APIService"];

fn text<'v>(value: &'v Value, names: &[&str]) -> Option<&'v str> {
    names.iter().find_map(|name| value.get(name)).and_then(Value::as_str).filter(|text| !text.is_empty())
}

impl Collected {
    /// An element of `get-resources`: an ARN and its tags.
    pub(super) fn tagged(&mut self, resource: &Value) {
        self.count_resource();
        let owner = text(resource, &["ResourceARN"]).map(|arn| self.read(arn)).unwrap_or_default();
        self.tag_list(&owner, resource.get("Tags"));
    }

    /// An element of Resource Explorer, whose properties hold the tags.
    pub(super) fn explored(&mut self, resource: &Value) {
        self.count_resource();
        let owner = text(resource, &["Arn"]).map(|arn| self.read(arn)).unwrap_or_default();
        for property in resource.get("Properties").and_then(Value::as_array).into_iter().flatten() {
            if text(property, &["Name"]) == Some("tags") {
                self.tag_list(&owner, property.get("Data"));
            }
        }
    }

    /// A bucket, as S3 lists it.
    pub(super) fn bucket(&mut self, bucket: &Value) {
        self.count_resource();
        let kind = self.kind_of_type("s3_bucket");
        text(bucket, &["Name"]).into_iter().for_each(|name| self.name(kind, name));
    }

    /// An account, as its organisation lists it. The address of its owner, and what else is in its ARN, have a form.
    pub(super) fn member_account(&mut self, account: &Value) {
        self.count_resource();
        let kind = self.kind_of_type("account_id");
        text(account, &["Id"]).into_iter().for_each(|id| self.add(kind, id));
        text(account, &["Name"]).into_iter().for_each(|name| self.name(kind, name));
    }

    /// The account of the caller. Its ARN names a session, which is another one each time.
    pub(super) fn caller(&mut self, caller: &Value) -> Option<Format> {
        self.count_resource();
        let kind = self.kind_of_type("account_id");
        self.name(kind, caller.as_str()?);
        Some(Format::Caller)
    }

    /// An item of AWS Config: of a snapshot, of an aggregator, or a result of its queries, which is JSON in a string.
    pub(super) fn configured(&mut self, item: &Value) {
        if let Value::String(inner) = item {
            let inner: Value = serde_json::from_str(inner).unwrap_or_default();
            if inner.is_object() {
                self.configured(&inner);
            }
            return;
        }
        self.count_resource();
        let owner = text(item, &["arn", "ARN", "Arn"]).map(|arn| self.read(arn)).unwrap_or_default();
        let resource_type = text(item, &["resourceType", "ResourceType"]).unwrap_or_default();
        let kind = self.kind_of(resource_type, owner.kind);
        let owner = owner.of_kind(kind);
        if let Some(name) = text(item, &["resourceName", "ResourceName"]) {
            self.name(kind, name);
        }
        let account = self.kind_of_type("account_id");
        text(item, &["awsAccountId", "accountId", "SourceAccountId"]).into_iter().for_each(|id| self.add(account, id));
        self.tag(&owner, item.pointer("/tags/Name"));
        self.tag_list(&owner, item.get("tags"));
        item.get("configuration").into_iter().for_each(|configuration| self.all_arns(configuration));
    }

    /// A resource of a stack.
    pub(super) fn stack_resource(&mut self, resource: &Value) {
        self.count_resource();
        self.stack_name(resource);
        let kind = text(resource, &["ResourceType"]).and_then(|name| self.kind_of_type(name));
        // Only some have their name for an id: a composite one is made of several.
        if let Some(id) = text(resource, &["PhysicalResourceId"]).filter(|id| !id.contains('|')) {
            self.name(kind, id);
        }
    }

    /// A stack, with what it puts out.
    pub(super) fn stack(&mut self, stack: &Value) {
        self.count_resource();
        let owner = self.stack_name(stack);
        for output in stack.get("Outputs").and_then(Value::as_array).into_iter().flatten() {
            text(output, &["OutputValue"]).into_iter().for_each(|value| _ = self.read(value));
        }
        self.tag_list(&owner, stack.get("Tags"));
        text(stack, &["RoleARN"]).into_iter().for_each(|arn| _ = self.read(arn));
    }

    fn stack_name(&mut self, of: &Value) -> Owner {
        let kind = self.kind_of_type("cfn_stack");
        text(of, &["StackName"]).into_iter().for_each(|name| self.name(kind, name));
        text(of, &["StackId"]).map(|arn| self.read(arn)).unwrap_or_default().of_kind(kind)
    }

    /// A resource of a template: the name that it gives itself, as far as it is no expression.
    pub(super) fn template_resource(&mut self, resource: &Value) {
        let Some(type_name) = text(resource, &["Type"]) else { return };
        self.count_resource();
        let kind = self.kind_of_type(type_name);
        let last = type_name.rsplit("::").next().unwrap_or_default();
        let owner = Owner::default().of_kind(kind);
        let own = [format!("{last}Name"), format!("{last}Identifier"), "Name".to_owned()];
        let properties = resource.get("Properties").and_then(Value::as_object);
        for (key, value) in properties.into_iter().flatten() {
            match value {
                Value::String(name) if own.contains(key) => self.name(kind, name),
                Value::Array(_) if key == "Tags" => self.tag_list(&owner, Some(value)),
                other => self.all_arns(other),
            }
        }
    }

    /// An output of a template.
    pub(super) fn template_output(&mut self, output: &Value) {
        self.all_arns(output);
    }

    /// An artifact of the CDK: a stack with its name and its account.
    pub(super) fn artifact(&mut self, id: &str, artifact: &Value) {
        if text(artifact, &["type"]) != Some("aws:cloudformation:stack") {
            return;
        }
        self.count_resource();
        let kind = self.kind_of_type("cfn_stack");
        let name = artifact.pointer("/properties/stackName").and_then(Value::as_str).unwrap_or(id);
        self.name(kind, name);
        // `aws://471192830564/eu-central-1`
        let environment = text(artifact, &["environment"]).and_then(|text| text.strip_prefix("aws://"));
        let account = environment.and_then(|text| text.split('/').next()).filter(|id| id.len() == 12);
        let kind = self.kind_of_type("account_id");
        account.into_iter().for_each(|id| self.add(kind, id));
        self.tag(&Owner::default(), artifact.pointer("/properties/tags/Name"));
    }

    /// An object of Kubernetes: its name and namespace, and the ARNs in its annotations.
    pub(super) fn object(&mut self, object: &Value) {
        let name = |path: &str| object.pointer(path).and_then(Value::as_str);
        let (own, namespace) = (name("/metadata/name"), name("/metadata/namespace"));
        self.count_resource();
        if namespace.is_some_and(|namespace| SYSTEM.contains(&namespace)) {
            return;
        }
        // The parts of a cluster are its own: there is no kind for them but that of any resource.
        let kind = self.kind_of_type("resource");
        namespace.into_iter().for_each(|namespace| self.name(kind, namespace));
        let passes = text(object, &["kind"]).is_some_and(|kind| PASSING.contains(&kind));
        own.filter(|_| !passes).into_iter().for_each(|own| self.name(kind, own));
        object.pointer("/metadata/annotations").into_iter().for_each(|annotations| self.all_arns(annotations));
        object.pointer("/spec").into_iter().for_each(|spec| self.all_arns(spec));
    }

    /// A resource of a Pulumi stack.
    pub(super) fn pulumi(&mut self, resource: &Value) {
        let none = Map::new();
        let type_name = text(resource, &["type"]).unwrap_or_default();
        let outputs = resource.get("outputs").or_else(|| resource.get("inputs"));
        let outputs = outputs.and_then(Value::as_object).unwrap_or(&none);
        if type_name.starts_with("aws:") {
            self.attributes(type_name, outputs);
        } else {
            self.count_resource();
            outputs.values().for_each(|value| self.all_arns(value));
        }
    }

    /// An element of a list in JSON: a name, or an object of any of AWS's inventories.
    pub(super) fn element(&mut self, element: &Value) {
        match element {
            Value::String(name) => {
                self.count_resource();
                self.name(None, name);
            }
            Value::Object(members) if members.contains_key("ResourceARN") => self.tagged(element),
            Value::Object(members) if members.contains_key("Arn") => self.explored(element),
            Value::Object(members) if members.contains_key("PhysicalResourceId") => self.stack_resource(element),
            Value::Object(members) if members.contains_key("StackName") => self.stack(element),
            Value::Object(members) if members.contains_key("metadata") => self.object(element),
            Value::Object(members) if members.contains_key("resourceType") => self.configured(element),
            Value::Object(_) => {
                self.count_resource();
                let kind = text(element, &["kind", "type", "resource_type"]).map(str::to_owned);
                let kind = kind.and_then(|kind| self.kind_of_type(&kind));
                text(element, &["name", "Name", "value", "id"]).into_iter().for_each(|name| self.name(kind, name));
                self.all_arns(element);
            }
            _ => {}
        }
    }
}
