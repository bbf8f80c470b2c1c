//! The names that inventories list, each once, with the judgement on it.

use std::collections::{BTreeMap, HashMap, HashSet};

use contract::bound;
use masking::{Clarity, KindId, Known, Recognised, Scanner, Text};

use super::Unreadable;
use super::types::Types;
use crate::catalogue;

/// The kind of a resource of which nothing more is known.
const UNKNOWN: &str = "resource";
/// The kind of accounts.
const ACCOUNT: &str = "account_id";
/// Names that are shown of those that are left out for one reason.
const EXAMPLES: usize = 8;
/// Maximum names of an inventory; more could not be stored by far.
const NAMES_MAX: usize = 1_000_000;

/// What the user wants with single names.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wishes {
    /// Recognised anywhere, whatever they look like.
    pub force: HashSet<String>,
    /// Left out.
    pub skip: HashSet<String>,
}

/// A name that is going to be stored.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Found {
    pub name: String,
    pub kind: &'static str,
    /// It may be a word, so that it is recognised in a fitting context only.
    pub in_context: bool,
    pub forced: bool,
    /// The id of the one resource of its kind that has the name in its tag.
    pub of: Option<String>,
}

/// A resource, as far as its names need it.
#[derive(Debug, Clone, Default)]
pub(super) struct Owner {
    /// The kind of its names.
    pub(super) kind: Option<KindId>,
    /// What its ARN calls it.
    id: Option<Box<str>>,
}

impl Owner {
    /// The same with this kind for its names. Its id is one of its own kind.
    pub(super) fn of_kind(self, kind: Option<KindId>) -> Self {
        Self { id: self.id.filter(|_| self.kind == kind), kind }
    }

    /// The same if this is its whole id.
    pub(super) fn called(self, id: &str) -> Option<Self> {
        (self.id.as_deref() == Some(id)).then_some(self)
    }
}

/// What a name names.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Names {
    /// That of which it is the id, or what is not known.
    Itself,
    /// The resource of its kind with this id.
    One(Box<str>),
    Several,
}

/// A name that is listed.
#[derive(Debug)]
struct Listed {
    kind: KindId,
    clarity: Clarity,
    names: Names,
}

/// The reason for which a name is left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Left {
    /// The scanner recognises it by its form, wherever it stands.
    Form,
    /// A service gave it: it is hexadecimal.
    Given,
    /// AWS or everybody has it.
    Own,
    /// It is too short or too long.
    Unfit,
    /// The user says so.
    Skipped,
}

impl Left {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Form => "recognised by their form anyway",
            Self::Given => "given by a service, chosen by nobody",
            Self::Own => "AWS's own, or everybody's",
            Self::Unfit => "shorter than 4 bytes or longer than 256",
            Self::Skipped => "skipped",
        }
    }
}

/// The names of some inventories.
#[derive(Debug)]
pub struct Collected {
    scanner: &'static Scanner,
    types: Types,
    wishes: Wishes,
    unknown: Option<KindId>,
    account: Option<KindId>,
    names: HashMap<Box<str>, Listed>,
    left: BTreeMap<Left, (HashSet<u64>, Vec<String>)>,
    resources: u64,
    without_kind: u64,
}

impl Collected {
    pub fn new(wishes: Wishes) -> Result<Self, Unreadable> {
        let scanner = catalogue::scanner().ok_or(Unreadable::Internal)?;
        Ok(Self {
            scanner,
            types: Types::new(scanner),
            wishes,
            unknown: scanner.kind_id(UNKNOWN),
            account: scanner.kind_id(ACCOUNT),
            names: HashMap::new(),
            left: BTreeMap::new(),
            resources: 0,
            without_kind: 0,
        })
    }

    /// Resources that were read.
    pub fn resources(&self) -> u64 {
        self.resources
    }

    /// Names whose kind was not known, so that they count as resources.
    pub fn without_kind(&self) -> u64 {
        self.without_kind
    }

    /// The names to store, in the order of their bytes.
    pub fn found(&self) -> Vec<Found> {
        let found = self.names.iter().map(|(name, Listed { kind, clarity, names })| {
            let forced = self.wishes.force.contains(&**name);
            Found {
                name: name.to_string(),
                kind: catalogue::kind(&self.scanner.kind(*kind).id).map_or(UNKNOWN, |kind| &kind.id),
                in_context: *clarity < Clarity::Clear && !forced,
                forced,
                of: if let Names::One(id) = names { Some(id.to_string()) } else { None },
            }
        });
        let mut all: Vec<Found> = found.collect();
        all.sort_unstable();
        all
    }

    /// How many names are left out for each reason, with some of them.
    pub fn left(&self) -> impl Iterator<Item = (Left, usize, &[String])> {
        self.left.iter().map(|(left, (names, examples))| (*left, names.len(), examples.as_slice()))
    }

    pub(super) fn count_resource(&mut self) {
        self.resources += 1;
    }

    /// The kind of the names of a type's resources, as AWS, Terraform, CloudFormation or Pulumi call the type.
    pub(super) fn kind_of_type(&mut self, name: &str) -> Option<KindId> {
        self.types.kind(name)
    }

    /// The kind of a resource by its type and by its ARN: whichever says more.
    pub(super) fn kind_of(&mut self, type_name: &str, arn: Option<KindId>) -> Option<KindId> {
        let by_type = self.kind_of_type(type_name);
        by_type.filter(|kind| Some(*kind) != self.unknown).or(arn).or(by_type)
    }

    /// Adds the names that the scanner reads from a text that shows them: an ARN, a URL, a host. Returns the resource that
    /// the text names last.
    pub(super) fn read(&mut self, text: &str) -> Owner {
        let (mut kind, mut id) = (None, None);
        for finding in self.scanner.scan(&[Text { text, key: None }], &Known::default()) {
            let Some(value) = text.get(finding.start..finding.end) else { continue };
            let mut called: Option<(KindId, &str)> = None;
            for part in self.scanner.parts(finding.kind, value) {
                // A part with a label of its own is no name: it is a path, or the hash of an account.
                let is_name = self.scanner.kind(part.kind).label == part.label;
                let is_account = Some(part.kind) == self.account;
                match value.get(part.range.clone()).filter(|_| is_name) {
                    Some(name) if is_given(name) && !is_account => self.leave(Left::Given, name),
                    Some(name) => self.add(Some(part.kind), name),
                    None => {}
                }
                if !is_account {
                    kind = Some(part.kind);
                }
                // A load balancer has a name and a number: people know it by its name.
                let name = value.get(part.range).filter(|_| is_name && !is_account);
                called = match (name, called) {
                    (Some(name), Some(_)) if is_given(name) => called,
                    (Some(name), _) => Some((part.kind, name)),
                    (None, _) => called,
                };
            }
            id = called.or(id);
        }
        let id = id.filter(|(of, id)| Some(*of) == kind && bound::ESTATE_NAME_BYTES.contains(&id.len()));
        Owner { kind, id: id.map(|(_, id)| id.into()) }
    }

    /// Adds a name of this kind, which its resource is called by.
    pub(super) fn add(&mut self, kind: Option<KindId>, name: &str) {
        self.list(kind, name, Names::Itself);
    }

    /// Adds the name that somebody gave a resource in addition.
    pub(super) fn add_tag(&mut self, owner: &Owner, name: &str) {
        self.list(owner.kind, name, owner.id.clone().map_or(Names::Itself, Names::One));
    }

    fn list(&mut self, kind: Option<KindId>, name: &str, names: Names) {
        let name = name.trim();
        if name.is_empty() {
            return;
        }
        let known = kind.filter(|kind| Some(*kind) != self.unknown);
        if let Some(before) = self.names.get_mut(name) {
            let is_same = before.names == names && known == Some(before.kind);
            if !is_same && before.names != Names::Itself {
                before.names = Names::Several;
            }
            // A kind that says more than that it is a resource counts.
            before.kind = known.filter(|_| Some(before.kind) == self.unknown).unwrap_or(before.kind);
            return;
        }
        let forced = self.wishes.force.contains(name);
        let clarity = Clarity::of(name);
        let fits = name.len() >= 4 && clarity != Clarity::Unfit && !name.chars().any(char::is_control);
        let left = match clarity {
            _ if self.wishes.skip.contains(name) => Some(Left::Skipped),
            _ if !fits => Some(Left::Unfit),
            Clarity::Own if !forced => Some(Left::Own),
            _ if !forced && self.has_form(name) => Some(Left::Form),
            _ => None,
        };
        if let Some(left) = left {
            return self.leave(left, name);
        }
        self.without_kind += u64::from(kind.is_none());
        if let Some(kind) = kind.or(self.unknown).filter(|_| self.names.len() < NAMES_MAX) {
            self.names.insert(name.into(), Listed { kind, clarity, names });
        }
    }

    fn leave(&mut self, left: Left, name: &str) {
        let (names, examples) = self.left.entry(left).or_default();
        let is_new = names.insert(hash(name));
        if is_new && examples.len() < EXAMPLES {
            examples.push(name.to_owned());
        }
    }

    /// Returns whether the scanner recognises a name by itself.
    fn has_form(&self, name: &str) -> bool {
        let has_mark = name.bytes().any(|b| b.is_ascii_digit() || matches!(b, b':' | b'@'));
        has_mark && {
            // In a sentence: alone, a text may be recognised for being all there is.
            let text = ["see ", name, " there"].concat();
            let findings = self.scanner.scan(&[Text { text: &text, key: None }], &Known::default());
            let all = |finding: &&masking::Finding| finding.start == 4 && finding.end == 4 + name.len();
            findings.iter().find(all).is_some_and(|finding| finding.recognised == Recognised::ByItself)
        }
    }
}

/// `8ff84582-673b-4e85-a3ff-3fbd28da7b16`
fn is_given(name: &str) -> bool {
    name.len() >= 8
        && name.bytes().all(|b| b.is_ascii_hexdigit() || b == b'-')
        && name.bytes().any(|b| b.is_ascii_digit())
}

fn hash(name: &str) -> u64 {
    use std::hash::{DefaultHasher, Hash, Hasher};
    let mut hasher = DefaultHasher::new();
    name.hash(&mut hasher);
    hasher.finish()
}
