//! How far the texts of one exchange were read, so that no rule reads a byte again and again.
//!
//! Most rules see a bounded piece of text at a candidate. Some read on from it: a run without a bound, the elements of a
//! list, an ARN. Another candidate may stand within what such a rule has read, and another one within that; each would
//! read the rest once more. So a rule remembers how far it came.

use std::collections::HashSet;
use std::ops::Range;
use std::rc::Rc;

use crate::catalog::KindId;
use crate::scan::name::{Name, ShortName};
use crate::scan::need::{Need, Needs};
use crate::scan::notation::ValuePlace;
use crate::scan::places::NamePlace;

/// Offsets count from the first text of the exchange on, so nothing is cleared between two texts.
#[derive(Debug)]
pub(crate) struct Reading {
    /// The steps taken, and how many may be.
    steps: u64,
    limit: u64,
    /// Where the current text begins.
    base: usize,
    /// How far ARNs were read.
    arn: usize,
    /// How far private keys were read.
    private_key: usize,
    /// How far the blocks of resources were read.
    block: usize,
    /// How far stored secrets were read.
    stored: usize,
    /// Where a text last showed that it has records.
    records: Option<usize>,
    /// Where a text last showed that it has hidden characters.
    hidden: Option<usize>,
    /// How far names were read, and up to where each of their rules has read runs.
    names: usize,
    runs: Vec<usize>,
    /// How far brackets were read for accounts.
    brackets: usize,
    /// Up to where each of their rules has read objects within objects.
    nested: Vec<usize>,
    /// Up to where each rule for literals has read.
    literals: Vec<usize>,
    /// From where each rule for hosts has read last.
    hosts: Vec<Option<usize>>,
    /// Elements of lists that were read, each with its rule and with what its list was like.
    elements: HashSet<u64>,
    /// Names that may head a column of the current text.
    pub(crate) headers: Vec<Header>,
    /// Variables of the current text that stand where a rule expects a value.
    pub(crate) uses: Vec<Use>,
    /// Places of the current text at which a name may stand and a word too.
    pub(crate) doubtful: Vec<(Range<usize>, KindId)>,
    /// Names of the current text that have found no value, or one on another line; and the latter.
    pub(crate) unmet: Vec<usize>,
    pub(crate) crossed: Vec<Range<usize>>,
    /// What the text that begins there has.
    needs: (usize, Needs),
    /// Room for the places of one name.
    pub(crate) places: Vec<NamePlace>,
    /// The rules of short names that were looked up: a text has few names, each of them often. Empty until there is one.
    rules: Vec<Option<(ShortName, Rc<[usize]>)>>,
    /// The rules of most names.
    none: Rc<[usize]>,
}

/// Maximum names that are remembered; past that one takes the place of another.
const NAMES: usize = 256;

/// What reads on.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Reader {
    Arn,
    PrivateKey,
    Block,
    Stored,
    Name,
    Brackets,
    /// The runs after the names of a rule, by its place in the table.
    Run(usize),
    /// The objects within objects of a rule, by its place in the table.
    Nested(usize),
    Literal(usize),
}

/// A name that may stand in the header of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Header {
    /// Where it begins.
    pub(crate) name: usize,
    /// The rule that it is a name for.
    pub(crate) rule: usize,
}

/// A variable that stands where a rule expects a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Use {
    pub(crate) rule: usize,
    /// The variable's name.
    pub(crate) name: Range<usize>,
}

impl Reading {
    /// `keys`, `literals` and `hosts` are how many rules there are of each sort.
    pub(crate) fn new(keys: usize, literals: usize, hosts: usize) -> Self {
        Self {
            steps: 0,
            limit: u64::MAX,
            base: 0,
            arn: 0,
            private_key: 0,
            block: 0,
            stored: 0,
            records: None,
            hidden: None,
            names: 0,
            runs: vec![0; keys],
            brackets: 0,
            nested: vec![0; keys],
            literals: vec![0; literals],
            hosts: vec![None; hosts],
            elements: HashSet::new(),
            headers: Vec::new(),
            uses: Vec::new(),
            doubtful: Vec::new(),
            unmet: Vec::new(),
            crossed: Vec::new(),
            needs: (0, Needs::default()),
            places: Vec::new(),
            rules: Vec::new(),
            none: Rc::new([]),
        }
    }

    /// Returns the rules that this is a name for, as `look_up` finds them if it was not a name lately.
    pub(crate) fn rules(&mut self, name: &Name<'_>, look_up: impl FnOnce() -> Vec<usize>) -> Rc<[usize]> {
        let Some(short) = name.short() else { return look_up().into() };
        let folded = short.iter().fold(0, |folded: u64, part| folded.rotate_left(5) ^ part);
        let hash = folded.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        // One of two places, so that two names do not take each other's.
        let [first, second] = [1, 2].map(|part| (hash >> (u64::BITS - part * NAMES.ilog2())) as usize % NAMES);
        for at in [first, second] {
            if let Some(Some((_, rules))) =
                self.rules.get(at).filter(|slot| slot.as_ref().is_some_and(|(name, _)| *name == short))
            {
                return Rc::clone(rules);
            }
        }
        let at = if self.rules.get(first).is_some_and(Option::is_some) { second } else { first };
        if self.rules.is_empty() {
            self.rules.resize(NAMES, None);
        }
        let rules = look_up();
        let rules = if rules.is_empty() { Rc::clone(&self.none) } else { rules.into() };
        self.rules.get_mut(at).into_iter().for_each(|slot| *slot = Some((short, Rc::clone(&rules))));
        rules
    }

    /// The same, with a limit to the steps.
    pub(crate) fn within(self, limit: u64) -> Self {
        Self { limit, ..self }
    }

    /// Counts steps. Returns whether there are any left.
    pub(crate) fn step(&mut self, steps: usize) -> bool {
        self.steps = self.steps.saturating_add(steps as u64);
        self.has_steps()
    }

    pub(crate) fn has_steps(&self) -> bool {
        self.steps <= self.limit
    }

    /// Goes on to the text after one of `len` bytes.
    pub(crate) fn next_text(&mut self, len: usize) {
        self.base += len + 1;
        self.headers.clear();
        self.uses.clear();
        self.doubtful.clear();
        self.unmet.clear();
        self.crossed.clear();
    }

    /// Returns whether the place was not read yet.
    pub(crate) fn is_new(&self, reader: Reader, at: usize) -> bool {
        let mark = match reader {
            Reader::Arn => Some(&self.arn),
            Reader::PrivateKey => Some(&self.private_key),
            Reader::Block => Some(&self.block),
            Reader::Stored => Some(&self.stored),
            Reader::Name => Some(&self.names),
            Reader::Brackets => Some(&self.brackets),
            Reader::Run(rule) => self.runs.get(rule),
            Reader::Nested(rule) => self.nested.get(rule),
            Reader::Literal(rule) => self.literals.get(rule),
        };
        mark.is_some_and(|mark| self.base + at >= *mark)
    }

    /// Notes that everything before `at` was read.
    pub(crate) fn read(&mut self, reader: Reader, at: usize) {
        let mark = match reader {
            Reader::Arn => Some(&mut self.arn),
            Reader::PrivateKey => Some(&mut self.private_key),
            Reader::Block => Some(&mut self.block),
            Reader::Stored => Some(&mut self.stored),
            Reader::Name => Some(&mut self.names),
            Reader::Brackets => Some(&mut self.brackets),
            Reader::Run(rule) => self.runs.get_mut(rule),
            Reader::Nested(rule) => self.nested.get_mut(rule),
            Reader::Literal(rule) => self.literals.get_mut(rule),
        };
        if let Some(mark) = mark {
            *mark = self.base + at;
        }
    }

    /// Notes that the text has lines whose form says what their fields are.
    pub(crate) fn show_records(&mut self) {
        self.records = Some(self.base);
    }

    /// Returns whether the current text has shown such lines.
    pub(crate) fn has_records(&self) -> bool {
        self.records == Some(self.base)
    }

    /// Returns which of these needs the current text, `text`, meets.
    pub(crate) fn needs(&mut self, text: &[u8], needs: impl Iterator<Item = Need>) -> Needs {
        let (base, met) = &mut self.needs;
        if std::mem::replace(base, self.base) != self.base {
            *met = Needs::default();
        }
        needs.for_each(|need| met.look(need, text));
        *met
    }

    /// Notes that the text has hidden characters within its words.
    pub(crate) fn show_hidden(&mut self) {
        self.hidden = Some(self.base);
    }

    /// Returns whether the current text has shown such characters.
    pub(crate) fn has_hidden(&self) -> bool {
        self.hidden == Some(self.base)
    }

    /// Notes that a rule for hosts reads the name that begins at `at`. Returns whether it has not done so already.
    pub(crate) fn host(&mut self, rule: usize, at: usize) -> bool {
        let at = Some(self.base + at);
        self.hosts.get_mut(rule).is_some_and(|last| std::mem::replace(last, at) != at)
    }

    /// Notes that a rule reads an element of a list. Returns whether it has not done so already, as a part of another
    /// list that goes on in the same way.
    pub(crate) fn element(&mut self, rule: usize, place: ValuePlace, formal: bool) -> bool {
        let at = (self.base + place.start) as u64;
        self.elements.insert(at << 16 | (rule as u64) << 2 | u64::from(place.quoted) << 1 | u64::from(formal))
    }
}
