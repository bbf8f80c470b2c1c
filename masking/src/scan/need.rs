//! What a text must have somewhere, so that some rules can find anything in it: most texts have neither accounts nor
//! addresses, but many words that may be names of one.

use crate::scan::check::ACCOUNT_LEN;
use crate::scan::public;

/// What a rule needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Need {
    /// Four numbers with points between them, which all addresses and all versions that look like one have.
    Quads,
    /// Twelve digits, at once or in three groups.
    Account,
}

/// What a text was found to have. It is looked for once.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Needs {
    quads: Option<bool>,
    account: Option<bool>,
}

impl Needs {
    pub(crate) fn look(&mut self, need: Need, text: &[u8]) {
        match need {
            Need::Quads => self.quads.get_or_insert_with(|| public::has_quads(text)),
            Need::Account => self.account.get_or_insert_with(|| has_account(text)),
        };
    }

    /// Returns whether a rule with this need may find anything.
    pub(crate) fn meet(self, need: Option<Need>) -> bool {
        match need {
            Some(Need::Quads) => self.quads == Some(true),
            Some(Need::Account) => self.account == Some(true),
            None => true,
        }
    }
}

/// Digits of a group.
const GROUP: usize = 4;

/// Returns whether twelve digits stand in a text, at once or in three groups with a byte between them.
fn has_account(text: &[u8]) -> bool {
    let digits = |at: usize| text.get(at..).unwrap_or_default().iter().take_while(|b| b.is_ascii_digit()).count();
    let mut at = GROUP - 1;
    // One of so many bytes is a digit of a group.
    while let Some(byte) = text.get(at) {
        if !byte.is_ascii_digit() {
            at += GROUP;
            continue;
        }
        let front = text.get(at + 1 - GROUP..at).unwrap_or_default();
        let start = at - front.iter().rev().take_while(|b| b.is_ascii_digit()).count();
        let len = digits(start);
        let group = |at: usize| digits(at) >= GROUP;
        if len >= ACCOUNT_LEN || len >= GROUP && group(start + len + 1) && group(start + len + 1 + GROUP + 1) {
            return true;
        }
        at = start + len + GROUP;
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_is_seen_wherever_it_begins() {
        for number in ["471192830564", "4711-9283-0564", "4711 9283 0564"] {
            for front in ["", "a", "1 ", "12 ", "123a", "1234 ", "99 0000-", "2026-11-28 "] {
                for blanks in 0..GROUP {
                    let text = format!("{}{front}{number}", " ".repeat(blanks));
                    assert!(has_account(text.as_bytes()), "{text:?}");
                }
            }
        }
        for text in ["", "47119283056", "4711-9283", "2026-11-28T10:00:00", "4711.92", "471192 830564"] {
            assert!(!has_account(text.as_bytes()), "{text:?}");
        }
    }
}
