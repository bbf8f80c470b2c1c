//! From what is written to a type, with errors that name the member and say what is allowed there. The errors of a format's
//! own reader are sentences that quote what was written, which may be a value in the wrong place; from here on an error is
//! built from its parts.

use std::fmt;

use serde::de::value::StrDeserializer;
use serde::de::{
    DeserializeSeed, Deserializer, EnumAccess, Error, Expected, IntoDeserializer, MapAccess, SeqAccess, Unexpected,
    VariantAccess, Visitor,
};
use serde::forward_to_deserialize_any;

use crate::near::near;
use crate::written::Written;

/// What is wrong, and where.
#[derive(Debug)]
pub(crate) struct Wrong {
    /// From the inside to the outside.
    steps: Vec<Step>,
    what: String,
}

/// One step of the way to a value.
#[derive(Debug)]
enum Step {
    /// The name of a member that the configuration has.
    Member(String),
    /// The number of an entry. Its name, if it has one, may be a value.
    Entry(usize),
}

impl Wrong {
    fn new(what: String) -> Self {
        Self { steps: Vec::new(), what }
    }

    fn below(mut self, step: Step) -> Self {
        self.steps.push(step);
        self
    }
}

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut before = "";
        for step in self.steps.iter().rev() {
            match step {
                Step::Member(name) => write!(f, "{before}{name}")?,
                Step::Entry(number) => write!(f, "{}entry {number}", if before.is_empty() { "" } else { ": " })?,
            }
            before = if matches!(step, Step::Member(_)) { "." } else { ": " };
        }
        write!(f, "{}{}", if before.is_empty() { "" } else { ": " }, self.what)
    }
}

impl std::error::Error for Wrong {}

impl Error for Wrong {
    /// Only this crate's own texts.
    fn custom<T: fmt::Display>(text: T) -> Self {
        Self::new(text.to_string())
    }

    fn invalid_type(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::new(format!("expected {}, found {}", plain(&expected.to_string()), noun(&found)))
    }

    fn invalid_value(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::invalid_type(found, expected)
    }

    fn unknown_variant(_: &str, allowed: &'static [&'static str]) -> Self {
        Self::new(format!("expected {}", alternatives(allowed)))
    }

    fn unknown_field(name: &str, allowed: &'static [&'static str]) -> Self {
        let near = near(name, allowed.iter().copied());
        let which = if is_word(name) { format!("`{name}` is not a member") } else { "a member is unknown".to_owned() };
        Self::new(match near.as_slice() {
            [] if allowed.len() > FEW => which,
            [] => format!("{which}; there are {}", allowed.join(", ")),
            near => format!("{which}; near ones: {}", near.join(", ")),
        })
    }

    fn missing_field(name: &'static str) -> Self {
        Self::new(format!("`{name}` is missing"))
    }
}

/// Members that are listed for someone who wrote another one.
const FEW: usize = 6;
/// Bytes of an unknown name that is quoted: at this length, and of these letters, it says nothing else.
const QUOTED_MAX: usize = 32;

/// Names of settings are words with underscores. Anything else may be a value in the wrong place.
fn is_word(name: &str) -> bool {
    !name.is_empty() && name.len() <= QUOTED_MAX && name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_')
}

/// serde's nouns, in words of a configuration.
fn plain(expected: &str) -> &str {
    match expected {
        "a boolean" => "true or false",
        "a string" => "a text",
        "a sequence" => "a list",
        "usize" | "u64" => "a whole number",
        "f64" => "a number",
        other => other,
    }
}

fn noun(found: &Unexpected<'_>) -> &'static str {
    match found {
        Unexpected::Bool(_) => "true or false",
        Unexpected::Unsigned(_) | Unexpected::Signed(_) | Unexpected::Float(_) => "a number",
        Unexpected::Seq => "a list",
        Unexpected::Map => "an object",
        Unexpected::Unit | Unexpected::Option => "null",
        _ => "a text",
    }
}

fn alternatives(allowed: &[&str]) -> String {
    match allowed.split_last() {
        Some((last, [])) => format!("`{last}`"),
        Some((last, others)) => format!("`{}` or `{last}`", others.join("`, `")),
        None => "nothing".to_owned(),
    }
}

/// Reads a value of a type out of what is written.
pub(crate) struct Reader<'w>(pub &'w Written);

impl Reader<'_> {
    fn found(&self) -> Unexpected<'_> {
        match self.0 {
            Written::Null => Unexpected::Unit,
            Written::Switch(is_on) => Unexpected::Bool(*is_on),
            Written::Number(_) => Unexpected::Float(0.0),
            Written::Text(text) => Unexpected::Str(text),
            Written::List(_) => Unexpected::Seq,
            Written::Object(_) => Unexpected::Map,
        }
    }
}

/// Lua has one type of number: 3600 may arrive as 3600.0, and 1.0 as 1.
fn visit_number<'de, V: Visitor<'de>>(number: &serde_json::Number, visitor: V) -> Result<V::Value, Wrong> {
    let whole = number.as_f64().filter(|n| n.fract() == 0.0 && *n >= 0.0 && *n < 2f64.powi(53)).map(|n| n as u64);
    match (number.as_u64().or(whole), number.as_i64()) {
        (Some(whole), _) => visitor.visit_u64(whole),
        (None, Some(whole)) => visitor.visit_i64(whole),
        (None, None) => visitor.visit_f64(number.as_f64().unwrap_or_default()),
    }
}

impl<'de> Deserializer<'de> for Reader<'de> {
    type Error = Wrong;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        match self.0 {
            Written::Null => visitor.visit_unit(),
            Written::Switch(is_on) => visitor.visit_bool(*is_on),
            Written::Number(number) => visit_number(number, visitor),
            Written::Text(text) => visitor.visit_borrowed_str(text),
            Written::List(entries) => visitor.visit_seq(Entries::of(entries)),
            Written::Object(members) => visitor.visit_map(Members::of(members)),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        if *self.0 == Written::Null { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    /// Kong passes an empty list as `{}`, because its configuration goes through Lua tables.
    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        match self.0 {
            Written::List(entries) => visitor.visit_seq(Entries::of(entries)),
            Written::Object(members) if members.is_empty() => visitor.visit_seq(Entries::of(&[])),
            _ => Err(Wrong::invalid_type(self.found(), &"a list")),
        }
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Wrong> {
        match self.0 {
            Written::Object(members) => visitor.visit_map(Members::of(members)),
            _ => Err(Wrong::invalid_type(self.found(), &"an object")),
        }
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Wrong> {
        match self.0 {
            Written::Text(text) => visitor.visit_enum(Variant(text)),
            _ => Err(Wrong::new(format!("expected {}, found {}", alternatives(variants), noun(&self.found())))),
        }
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct
        newtype_struct tuple tuple_struct map identifier ignored_any
    }
}

struct Entries<'w> {
    entries: std::slice::Iter<'w, Written>,
    at: usize,
}

impl<'w> Entries<'w> {
    fn of(entries: &'w [Written]) -> Self {
        Self { entries: entries.iter(), at: 0 }
    }
}

impl<'de> SeqAccess<'de> for Entries<'de> {
    type Error = Wrong;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Wrong> {
        let Some(entry) = self.entries.next() else { return Ok(None) };
        self.at += 1;
        seed.deserialize(Reader(entry)).map(Some).map_err(|wrong| wrong.below(Step::Entry(self.at)))
    }
}

struct Members<'w> {
    members: std::slice::Iter<'w, (String, Written)>,
    value: Option<&'w (String, Written)>,
    at: usize,
    /// True if the name was taken as that of a member, and not as a text.
    is_member: bool,
}

impl<'w> Members<'w> {
    fn of(members: &'w [(String, Written)]) -> Self {
        Self { members: members.iter(), value: None, at: 0, is_member: false }
    }
}

impl<'de> MapAccess<'de> for Members<'de> {
    type Error = Wrong;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Wrong> {
        (self.value, self.is_member) = (self.members.next(), false);
        self.at += 1;
        let Some((name, _)) = self.value else { return Ok(None) };
        seed.deserialize(Name { name, is_member: &mut self.is_member }).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Wrong> {
        let Some((name, value)) = self.value else { return Err(Wrong::new("a member has no value".to_owned())) };
        let step = if self.is_member { Step::Member(name.clone()) } else { Step::Entry(self.at) };
        seed.deserialize(Reader(value)).map_err(|wrong| wrong.below(step))
    }
}

/// The name of a member or of an entry.
struct Name<'w, 'm> {
    name: &'w str,
    is_member: &'m mut bool,
}

impl<'de> Deserializer<'de> for Name<'de, '_> {
    type Error = Wrong;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        visitor.visit_borrowed_str(self.name)
    }

    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        *self.is_member = true;
        visitor.visit_borrowed_str(self.name)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map struct enum ignored_any
    }
}

struct Variant<'w>(&'w str);

impl<'de> EnumAccess<'de> for Variant<'de> {
    type Error = Wrong;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Self), Wrong> {
        let name: StrDeserializer<'_, Wrong> = self.0.into_deserializer();
        Ok((seed.deserialize(name)?, self))
    }
}

/// The variants of a configuration are words; none holds anything.
impl<'de> VariantAccess<'de> for Variant<'de> {
    type Error = Wrong;

    fn unit_variant(self) -> Result<(), Wrong> {
        Ok(())
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, _: T) -> Result<T::Value, Wrong> {
        Err(Wrong::new("expected a word".to_owned()))
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, _: V) -> Result<V::Value, Wrong> {
        Err(Wrong::new("expected a word".to_owned()))
    }

    fn struct_variant<V: Visitor<'de>>(self, _: &'static [&'static str], _: V) -> Result<V::Value, Wrong> {
        Err(Wrong::new("expected a word".to_owned()))
    }
}
