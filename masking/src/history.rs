//! The memory of a worker, by which the next turn of a conversation costs its new texts.

use crate::placeholder::Minted;
use crate::scan::SeenTexts;

/// What earlier exchanges have shown about texts and values: at most 8 MB, separated by scope and policy. It holds
/// neither texts nor values, and changes nothing in the results.
#[derive(Debug, Default)]
pub struct History {
    pub(crate) texts: SeenTexts,
    pub(crate) minted: Minted,
}
