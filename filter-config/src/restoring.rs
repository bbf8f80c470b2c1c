//! Who may see values, and where tools may send them.

use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use masking::{Guard, Hosts, KindId, Scanner};

use crate::error::ConfigError;
use crate::near::kinds_near;
use crate::raw::{RawGuard, RawSees, is_header_name};

/// The header by which Kong's plugins for authentication tell who a consumer is.
const CONSUMER: &str = "x-consumer-username";
/// The name that stands for everybody who is not named.
const OTHERS: &str = "*";

/// What each client sees in responses, by a header of its requests.
#[derive(Debug)]
pub struct Readers {
    /// The header, which a plugin in front of the filter must set for each request; in lower case.
    pub header: String,
    named: HashMap<String, Sees>,
    others: Sees,
}

/// What a client sees in responses.
#[derive(Debug, Clone, Default)]
pub enum Sees {
    /// Its values.
    #[default]
    Values,
    /// Placeholders.
    Placeholders,
    /// The values of these kinds.
    Kinds(Rc<HashSet<KindId>>),
}

impl Sees {
    /// Returns whether values of a kind are restored.
    pub fn includes(&self, kind: KindId) -> bool {
        match self {
            Self::Values => true,
            Self::Placeholders => false,
            Self::Kinds(kinds) => kinds.contains(&kind),
        }
    }

    fn read(index: usize, written: &RawSees, scanner: &Scanner) -> Result<Self, ConfigError> {
        let RawSees::Kinds(words) = written else {
            return Ok(if matches!(written, RawSees::Values) { Self::Values } else { Self::Placeholders });
        };
        let mut kinds = HashSet::new();
        for word in words {
            let mut named = scanner.kinds_named(word).peekable();
            if named.peek().is_none() {
                let near = kinds_near(word, true);
                return Err(ConfigError(format!("restore: entry {}: not a kind or a family{near}", index + 1)));
            }
            kinds.extend(named);
        }
        Ok(Self::Kinds(Rc::new(kinds)))
    }
}

impl Readers {
    /// `None` if everybody sees values.
    pub(super) fn read(
        written: &[(String, RawSees)],
        header: Option<&str>,
        scanner: &Scanner,
    ) -> Result<Option<Self>, ConfigError> {
        if written.is_empty() {
            let alone = || ConfigError("restore_by: nobody is named in restore".into());
            return if header.is_some() { Err(alone()) } else { Ok(None) };
        }
        let header = header.unwrap_or(CONSUMER);
        if !is_header_name(header) {
            return Err(ConfigError("restore_by: expected the name of a header".into()));
        }
        let mut named = HashMap::new();
        for (index, (name, sees)) in written.iter().enumerate() {
            named.insert(name.clone(), Sees::read(index, sees, scanner)?);
        }
        let others = named.remove(OTHERS).unwrap_or_default();
        Ok(Some(Self { header: header.to_lowercase(), named, others }))
    }

    /// What the client of this name sees; `None` if its request has no name.
    pub fn sees(&self, name: Option<&str>) -> Sees {
        name.and_then(|name| self.named.get(name)).unwrap_or(&self.others).clone()
    }
}

/// The guard that is asked for; `None` if there is none.
pub(super) fn guard(kind: RawGuard, hosts: Option<&[String]>) -> Result<Option<Rc<Guard>>, ConfigError> {
    let hosts = match (kind, hosts) {
        (RawGuard::Off, None) => return Ok(None),
        (RawGuard::Off, Some(_)) => {
            return Err(ConfigError("restore_hosts: nothing is guarded without restore_guard: tool_urls".into()));
        }
        (RawGuard::ToolUrls, None) => Hosts::default(),
        (RawGuard::ToolUrls, Some(hosts)) => Hosts::parse(hosts)
            .map_err(|index| ConfigError(format!("restore_hosts: entry {}: expected {}", index + 1, Hosts::GRAMMAR)))?,
    };
    Ok(Some(Rc::new(Guard::new(hosts))))
}
