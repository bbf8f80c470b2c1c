//! A header list as nginx keeps it.

/// Pairs that a filter sees at the most.
const VISIBLE: usize = 100;

/// Headers in their order; names compare without case.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Headers(Vec<Header>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Header {
    name: String,
    value: Vec<u8>,
    /// Marked as removed. nginx keeps such a request header in its list and sends it upstream.
    removed: bool,
}

impl Headers {
    /// The first value of a header.
    pub fn get(&self, name: &str) -> Option<&[u8]> {
        self.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    /// The first value of a header as text; a value that is not UTF-8 counts as absent.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.get(name).and_then(|value| std::str::from_utf8(value).ok())
    }

    pub fn iter(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.0.iter().filter(|header| !header.removed).map(|header| (header.name.as_str(), header.value.as_slice()))
    }

    pub fn add(&mut self, name: &str, value: impl Into<Vec<u8>>) {
        self.0.push(Header { name: name.to_owned(), value: value.into(), removed: false });
    }

    /// Replaces every header of this name by one.
    pub fn set(&mut self, name: &str, value: impl Into<Vec<u8>>) {
        self.drop(name);
        self.add(name, value);
    }

    pub fn drop(&mut self, name: &str) {
        self.0.retain(|header| !header.name.eq_ignore_ascii_case(name));
    }

    /// The removal of a request header: invisible in the list, still there for a getter and for the upstream.
    /// Whether there was one.
    pub(crate) fn mark_removed(&mut self, name: &str) -> bool {
        let mut any = false;
        for header in self.0.iter_mut().filter(|header| header.name.eq_ignore_ascii_case(name)) {
            header.removed = true;
            any = true;
        }
        any
    }

    /// What a getter answers, which does not know of removals.
    pub(crate) fn get_even_removed(&self, name: &str) -> Option<&[u8]> {
        self.0.iter().find(|header| header.name.eq_ignore_ascii_case(name)).map(|header| header.value.as_slice())
    }

    /// The list as the upstream gets it: with the removed ones.
    pub(crate) fn with_removed(mut self) -> Self {
        for header in &mut self.0 {
            header.removed = false;
        }
        self
    }

    /// The wire form of the ABI: counts and lengths, then names and values, each closed by a zero byte.
    pub(crate) fn to_wire(&self, pseudo: &[(&str, String)]) -> Vec<u8> {
        let pseudo = pseudo.iter().map(|(name, value)| (*name, value.as_bytes()));
        let pairs: Vec<(&str, &[u8])> = pseudo.chain(self.iter()).take(VISIBLE).collect();
        let mut wire = word(pairs.len());
        for (name, value) in &pairs {
            wire.extend(word(name.len()));
            wire.extend(word(value.len()));
        }
        for (name, value) in &pairs {
            for part in [name.as_bytes(), value] {
                wire.extend_from_slice(part);
                wire.push(0);
            }
        }
        wire
    }

    /// `None`: not the wire form.
    pub(crate) fn from_wire(wire: &[u8]) -> Option<Self> {
        let mut headers = Self::default();
        let Some((count, mut lengths)) = split_word(wire) else {
            return wire.is_empty().then_some(headers);
        };
        let mut bytes = lengths.get(count.checked_mul(8)?..)?;
        for _ in 0..count {
            let (name_length, rest) = split_word(lengths)?;
            let (value_length, rest) = split_word(rest)?;
            lengths = rest;
            let name = bytes.get(..name_length)?;
            bytes = bytes.get(name_length.checked_add(1)?..)?;
            let value = bytes.get(..value_length)?;
            bytes = bytes.get(value_length.checked_add(1)?..)?;
            headers.add(&String::from_utf8_lossy(name), value);
        }
        Some(headers)
    }
}

impl<'a> FromIterator<(&'a str, &'a str)> for Headers {
    fn from_iter<I: IntoIterator<Item = (&'a str, &'a str)>>(pairs: I) -> Self {
        let mut headers = Self::default();
        for (name, value) in pairs {
            headers.add(name, value);
        }
        headers
    }
}

fn word(number: usize) -> Vec<u8> {
    u32::try_from(number).unwrap_or(u32::MAX).to_le_bytes().to_vec()
}

fn split_word(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let (word, rest) = bytes.split_first_chunk::<4>()?;
    Some((usize::try_from(u32::from_le_bytes(*word)).ok()?, rest))
}
