//! The resources of Terraform. One with a count holds all of its instances, so these are read one by one too.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

use super::Format;
use super::collected::Collected;

/// Reads one resource of a state or of `terraform show -json`. Returns which of them it is of.
pub(super) struct Resource<'c>(pub(super) &'c mut Collected);

impl<'de> DeserializeSeed<'de> for Resource<'_> {
    type Value = Option<Format>;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Self::Value, D::Error> {
        from.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Resource<'_> {
    type Value = Option<Format>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a resource")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Self::Value, A::Error> {
        let (mut type_name, mut format) = (String::new(), None);
        while let Some(key) = members.next_key::<String>()? {
            match key.as_str() {
                // The type comes before the instances, in the order in which Terraform writes.
                "type" => type_name = members.next_value()?,
                "instances" => {
                    members.next_value_seed(Instances(self.0, &type_name))?;
                    format = Some(Format::TerraformState);
                }
                "values" => {
                    let values = members.next_value::<Option<Map<String, Value>>>()?.unwrap_or_default();
                    self.0.of_aws(&type_name, &values);
                    format = Some(Format::TerraformShow);
                }
                _ => _ = members.next_value::<IgnoredAny>()?,
            }
        }
        Ok(format)
    }
}

struct Instances<'c>(&'c mut Collected, &'c str);

impl<'de> DeserializeSeed<'de> for Instances<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<(), D::Error> {
        from.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Instances<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("instances")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut instances: A) -> Result<(), A::Error> {
        while let Some(instance) = instances.next_element::<Map<String, Value>>()? {
            if let Some(Value::Object(attributes)) = instance.get("attributes") {
                self.0.of_aws(self.1, attributes);
            }
        }
        Ok(())
    }
}

impl Collected {
    /// Resources of other providers have names of their own; only their ARNs are AWS's.
    fn of_aws(&mut self, type_name: &str, attributes: &Map<String, Value>) {
        if type_name.starts_with("aws_") || type_name.starts_with("awscc_") {
            self.attributes(&type_name.replacen("awscc_", "aws_", 1), attributes);
        } else {
            self.count_resource();
            attributes.values().for_each(|value| self.all_arns(value));
        }
    }
}
