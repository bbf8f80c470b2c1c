//! Inventories in JSON. The names of their members tell which one it is; each list in it is read one element at a time.

use std::fmt;
use std::io::BufRead;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

use super::collected::Collected;
use super::terraform::Resource;
use super::{Format, Unreadable};

/// Reads one document after the other: pages of an answer may follow each other.
pub(super) fn read(from: impl BufRead, collected: &mut Collected) -> Result<Format, Unreadable> {
    let mut from = serde_json::Deserializer::from_reader(from);
    let mut format = None;
    loop {
        format = Document(collected).deserialize(&mut from)?.or(format);
        if from.end().is_ok() {
            return format.ok_or(Unreadable::Unknown);
        }
    }
}

/// Takes one document.
pub(super) fn take(document: &Value, collected: &mut Collected) -> Result<Format, Unreadable> {
    Document(collected).deserialize(document)?.ok_or(Unreadable::Unknown)
}

/// A document, or a part of one that has its members: a module of Terraform.
struct Document<'c>(&'c mut Collected);

impl<'de> DeserializeSeed<'de> for Document<'_> {
    type Value = Option<Format>;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Self::Value, D::Error> {
        from.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Document<'_> {
    type Value = Option<Format>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an inventory")
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    /// A list of elements.
    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Self::Value, A::Error> {
        while let Some(element) = elements.next_element::<Value>()? {
            self.0.element(&element);
        }
        Ok(Some(Format::List))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Self::Value, A::Error> {
        let mut format = None;
        // An object of Kubernetes that stands alone.
        let mut object = Map::new();
        while let Some(key) = members.next_key::<String>()? {
            format = match key.as_str() {
                "ResourceTagMappingList" => {
                    members.next_value_seed(Each::of(self.0, Collected::tagged, Format::Tagging))?
                }
                "configurationItems"
                | "BaseConfigurationItems"
                | "baseConfigurationItems"
                | "Results"
                | "ResourceIdentifiers"
                | "resourceIdentifiers" => {
                    members.next_value_seed(Each::of(self.0, Collected::configured, Format::Config))?
                }
                "StackResourceSummaries" | "StackResources" | "StackResourceDetail" => {
                    members.next_value_seed(Each::of(self.0, Collected::stack_resource, Format::StackResources))?
                }
                "Stacks" | "StackSummaries" => {
                    members.next_value_seed(Each::of(self.0, Collected::stack, Format::Stacks))?
                }
                "items" => members.next_value_seed(Each::of(self.0, Collected::object, Format::Kubernetes))?,
                "Buckets" => members.next_value_seed(Each::of(self.0, Collected::bucket, Format::Buckets))?,
                "Accounts" => members.next_value_seed(Each::of(self.0, Collected::member_account, Format::Accounts))?,
                "Account" => self.0.caller(&members.next_value()?),
                "artifacts" => members.next_value_seed(Artifacts(self.0))?,
                // A list of Resource Explorer, or the resources of a template by their names.
                "Resources" => members.next_value_seed(Resources(self.0))?,
                "Outputs" => members.next_value_seed(Each::of(self.0, Collected::template_output, Format::Template))?,
                "deployment" => members.next_value_seed(Deployment(self.0))?,
                "resources" => members.next_value_seed(Modules(self.0, true))?,
                "child_modules" => members.next_value_seed(Modules(self.0, false))?,
                "values" | "planned_values" | "prior_state" | "root_module" => {
                    members.next_value_seed(Document(self.0))?
                }
                "kind" | "metadata" | "spec" => {
                    object.insert(key, members.next_value()?);
                    None
                }
                _ => {
                    members.next_value::<IgnoredAny>()?;
                    None
                }
            }
            .or(format);
        }
        if format.is_none() && object.contains_key("kind") && object.get("metadata").is_some_and(Value::is_object) {
            self.0.object(&Value::Object(object));
            return Ok(Some(Format::Kubernetes));
        }
        Ok(format)
    }
}

/// A list whose elements are resources of one format, or an object whose members are.
struct Each<'c> {
    collected: &'c mut Collected,
    each: fn(&mut Collected, &Value),
    of: Format,
}

impl<'c> Each<'c> {
    fn of(collected: &'c mut Collected, each: fn(&mut Collected, &Value), of: Format) -> Self {
        Self { collected, each, of }
    }
}

impl<'de> DeserializeSeed<'de> for Each<'_> {
    type Value = Option<Format>;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Self::Value, D::Error> {
        from.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Each<'_> {
    type Value = Option<Format>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of resources")
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Self::Value, A::Error> {
        while let Some(element) = elements.next_element::<Value>()? {
            (self.each)(self.collected, &element);
        }
        Ok(Some(self.of))
    }

    /// One resource, as `StackResourceDetail` is, or one a member, as `Outputs` has them.
    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Self::Value, A::Error> {
        let mut whole = Map::new();
        while let Some((key, value)) = members.next_entry::<String, Value>()? {
            if self.of == Format::Template {
                (self.each)(self.collected, &value);
            } else {
                whole.insert(key, value);
            }
        }
        if self.of != Format::Template {
            (self.each)(self.collected, &Value::Object(whole));
        }
        Ok(Some(self.of))
    }
}

struct Resources<'c>(&'c mut Collected);

impl<'de> DeserializeSeed<'de> for Resources<'_> {
    type Value = Option<Format>;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Self::Value, D::Error> {
        from.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Resources<'_> {
    type Value = Option<Format>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("resources")
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Self::Value, A::Error> {
        while let Some(element) = elements.next_element::<Value>()? {
            self.0.explored(&element);
        }
        Ok(Some(Format::ResourceExplorer))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Self::Value, A::Error> {
        while let Some((_, resource)) = members.next_entry::<IgnoredAny, Value>()? {
            self.0.template_resource(&resource);
        }
        Ok(Some(Format::Template))
    }
}

struct Artifacts<'c>(&'c mut Collected);

impl<'de> DeserializeSeed<'de> for Artifacts<'_> {
    type Value = Option<Format>;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Self::Value, D::Error> {
        from.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Artifacts<'_> {
    type Value = Option<Format>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("artifacts")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Self::Value, A::Error> {
        while let Some((id, artifact)) = members.next_entry::<String, Value>()? {
            self.0.artifact(&id, &artifact);
        }
        Ok(Some(Format::Cdk))
    }
}

/// The resources of a Pulumi stack.
struct Deployment<'c>(&'c mut Collected);

impl<'de> DeserializeSeed<'de> for Deployment<'_> {
    type Value = Option<Format>;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Self::Value, D::Error> {
        from.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Deployment<'_> {
    type Value = Option<Format>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a deployment")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Self::Value, A::Error> {
        while let Some(key) = members.next_key::<String>()? {
            if key == "resources" {
                members.next_value_seed(Each::of(self.0, Collected::pulumi, Format::Pulumi))?;
            } else {
                members.next_value::<IgnoredAny>()?;
            }
        }
        Ok(Some(Format::Pulumi))
    }
}

/// The resources of Terraform, or modules that have some.
struct Modules<'c>(&'c mut Collected, bool);

impl<'de> DeserializeSeed<'de> for Modules<'_> {
    type Value = Option<Format>;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Self::Value, D::Error> {
        from.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Modules<'_> {
    type Value = Option<Format>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("resources or modules")
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Self::Value, A::Error> {
        let mut format = None;
        loop {
            let next = match self.1 {
                true => elements.next_element_seed(Resource(self.0))?,
                false => elements.next_element_seed(Document(self.0))?,
            };
            let Some(next) = next else { break };
            format = next.or(format);
        }
        // A state without resources is one too.
        Ok(format.or(Some(Format::TerraformState).filter(|_| self.1)))
    }
}
