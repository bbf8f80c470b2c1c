//! The environment. No other file reads it.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use contract::code;

/// The variables as they are.
#[derive(Default)]
pub struct RawConfig {
    variables: BTreeMap<String, String>,
    /// The names that some part of the program has asked for.
    known: RefCell<BTreeSet<&'static str>>,
}

/// The share of letters from which on a name counts as another one, misspelt.
const NEAR: f64 = 0.8;

/// One variable is invalid. Never quotes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InvalidVariable {
    pub variable: &'static str,
    pub why: &'static str,
}

impl RawConfig {
    pub fn from_env() -> Self {
        let utf8 = |(name, text): (std::ffi::OsString, std::ffi::OsString)| {
            Some((name.into_string().ok()?, text.into_string().ok()?))
        };
        Self { variables: std::env::vars_os().filter_map(utf8).collect(), known: RefCell::default() }
    }

    pub fn of<'v>(variables: impl IntoIterator<Item = (&'v str, &'v str)>) -> Self {
        let owned = |(name, text): (&str, &str)| (name.to_owned(), text.to_owned());
        Self { variables: variables.into_iter().map(owned).collect(), known: RefCell::default() }
    }

    /// Kong's variables, which `doctor` looks at.
    pub fn of_kong(&self) -> impl Iterator<Item = (&str, &str)> {
        let variables = self.variables.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        variables.filter(|(name, _)| name.starts_with("KONG_"))
    }

    /// The variables with this program's prefix that no part of it has asked for, and those that look like one of Redis':
    /// most likely misspelt. With the variable that each may be meant for.
    pub fn unknown(&self) -> Vec<(&str, Option<&'static str>)> {
        let known = self.known.borrow();
        let meant = |variable: &str| {
            let name = variable.strip_suffix("_FILE").unwrap_or(variable);
            let likeness = |known: &str| match known.strip_prefix(name) {
                Some(_) => 1.0,
                None => strsim::normalized_damerau_levenshtein(name, known),
            };
            let near = known.iter().map(|known| (likeness(known), *known)).filter(|(likeness, _)| *likeness >= NEAR);
            near.max_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, known)| known)
        };
        let variables = self.variables.keys().map(String::as_str);
        let unknown = variables.filter(|name| !known.contains(name.strip_suffix("_FILE").unwrap_or(name)));
        let judged = unknown.filter_map(|name| match (name.starts_with("MASKER_"), meant(name)) {
            (true, near) => Some((name, near)),
            // Kubernetes sets REDIS_SERVICE_HOST and the like for a service of that name.
            (false, Some(near)) if name.starts_with("REDIS_") => Some((name, Some(near))),
            (false, _) => None,
        });
        judged.collect()
    }

    pub(super) fn text(&self, name: &'static str) -> Result<Option<String>, InvalidVariable> {
        self.known.borrow_mut().insert(name);
        let given = |name: &str| self.variables.get(name).map(|text| text.trim()).filter(|text| !text.is_empty());
        match (given(name), given(&format!("{name}_FILE"))) {
            (Some(_), Some(_)) => refuse(name, "is set twice, as a text and as a file"),
            (Some(text), None) => Ok(Some(text.to_owned())),
            (None, Some(path)) => match std::fs::read_to_string(path) {
                Ok(text) if !text.trim().is_empty() => Ok(Some(text.trim().to_owned())),
                Ok(_) => refuse(name, "names a file that is empty"),
                Err(_) => refuse(name, "names a file that cannot be read"),
            },
            (None, None) => Ok(None),
        }
    }

    pub(super) fn number<T: std::str::FromStr>(&self, name: &'static str) -> Result<Option<T>, InvalidVariable> {
        let invalid = InvalidVariable { variable: name, why: "is not a number within its bounds" };
        self.text(name)?.map(|text| text.parse().map_err(|_| invalid)).transpose()
    }

    /// The words of one variable, or the one text of the other.
    pub(super) fn list(&self, many: &'static str, one: &'static str) -> Result<Vec<String>, InvalidVariable> {
        match (self.text(many)?, self.text(one)?) {
            (Some(_), Some(_)) => refuse(many, "cannot be combined with its singular form"),
            (Some(text), None) => Ok(text.split_whitespace().map(str::to_owned).collect()),
            (None, one) => Ok(one.into_iter().collect()),
        }
    }
}

pub(super) fn refuse<T>(variable: &'static str, why: &'static str) -> Result<T, InvalidVariable> {
    Err(InvalidVariable { variable, why })
}

impl fmt::Debug for RawConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.variables.keys()).finish()
    }
}

impl fmt::Display for InvalidVariable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} {}", code::CONFIGURATION, self.variable, self.why)
    }
}

impl std::error::Error for InvalidVariable {}
