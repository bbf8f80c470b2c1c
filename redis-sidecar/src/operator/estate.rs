//! The operator's calls that concern estates, as they arrive.

use contract::{Redacted, bound};
use serde::Deserialize;

use super::{Call, scope};
use crate::catalogue;
use crate::error::Error;
use crate::name::{PartName, SourceName};
use crate::vault::estate::{Import, ImportId, Name};

/// Maximum parts of a source: some for each of AWS's regions.
const PARTS: usize = 256;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    scope: String,
    source: String,
    import: String,
    #[serde(default)]
    names: Vec<AskedName>,
    complete: bool,
    #[serde(default)]
    parts: Vec<String>,
}

/// Its kind, the name, and whether it is forced; and the id of the one resource of the kind that has the name, if any.
#[derive(Deserialize)]
struct AskedName(String, Redacted, bool, #[serde(default)] Option<Redacted>);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AskedScope {
    scope: String,
}

impl Call {
    pub fn estate(_: Option<&str>, body: &[u8]) -> Result<Self, Error> {
        let Asked { scope: of, source: name, import, names, complete, parts } = serde_json::from_slice(body)?;
        if names.len() > bound::MAPPINGS {
            return Err(Error::Invalid("names"));
        }
        if parts.len() > PARTS {
            return Err(Error::Invalid("parts"));
        }
        Ok(Self::Estate(Import {
            scope: scope(&of)?,
            source: source(&name)?,
            id: ImportId::parse(&import).ok_or(Error::Invalid("import"))?,
            names: names.into_iter().map(self::name).collect::<Result<_, _>>()?,
            complete,
            parts: parts
                .iter()
                .map(|part| PartName::parse(part).ok_or(Error::Invalid("parts")))
                .collect::<Result<_, _>>()?,
        }))
    }

    pub fn sources(_: Option<&str>, body: &[u8]) -> Result<Self, Error> {
        let AskedScope { scope: of } = serde_json::from_slice(body)?;
        Ok(Self::Sources(scope(&of)?))
    }
}

pub(super) fn source(text: &str) -> Result<SourceName, Error> {
    SourceName::parse(text).ok_or(Error::Invalid("source"))
}

fn name(AskedName(kind, value, forced, of): AskedName) -> Result<Name, Error> {
    let kind = catalogue::kind(&kind).ok_or(Error::Invalid("kind"))?;
    let is_text = |text: &Redacted| {
        bound::ESTATE_NAME_BYTES.contains(&text.expose().len()) && !text.expose().chars().any(char::is_control)
    };
    if ![Some(&value), of.as_ref()].into_iter().flatten().all(is_text) {
        return Err(Error::Invalid("name"));
    }
    Ok(Name { kind, value, forced, of })
}
