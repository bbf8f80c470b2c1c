//! What reading one string may cost, so that no text is read again and again.

/// Bytes that are read for each byte of a text, and those for any text.
const EACH: usize = 16;
const ANY: usize = 4 << 10;

/// What is left.
#[derive(Debug)]
pub(super) struct Work(usize);

impl Work {
    pub(super) fn on(text: &str) -> Self {
        Self(ANY + EACH * text.len())
    }

    pub(super) fn take(&mut self, bytes: usize) {
        self.0 = self.0.saturating_sub(bytes.max(1));
    }

    /// Returns whether there is none left: what was read since is not to be relied on.
    pub(super) fn is_used_up(&self) -> bool {
        self.0 == 0
    }
}
