//! What must hold of values that identify people.

use crate::scan::words::{Words, words};

/// Users of machines and of version control, who are nobody.
static NOBODY: Words =
    words!("git|hg|root|ubuntu|admin|ec2-user|centos|debian|fedora|noreply|no-reply|svn|user|x-access-token");

/// Last labels of names within a network.
static INTERNAL: Words = words!("internal|local|localdomain|localhost|lan|corp|home|arpa|svc|git");

pub(crate) fn is_email(value: &[u8]) -> bool {
    let user = value.split(|b| *b == b'@').next().unwrap_or_default();
    let last = value.rsplit(|b| *b == b'.').next().unwrap_or_default();
    !NOBODY.has(user) && !INTERNAL.has(last)
}

/// No area is 000 or 666, no group 00, no serial number 0000. (20 CFR 422.103)
pub(crate) fn is_social_security(value: &[u8]) -> bool {
    let mut parts = value.split(|b| *b == b'-');
    let area = parts.next().unwrap_or_default();
    area != b"000" && area != b"666" && parts.all(|part| part.iter().any(|b| *b != b'0'))
}

/// At most 15 digits with the country (ITU-T E.164), and no fewer than any country has.
pub(crate) fn is_phone(value: &[u8]) -> bool {
    (8..=15).contains(&value.iter().filter(|b| b.is_ascii_digit()).count())
}

/// Networks of cards by their first digits, with their lengths. (ISO/IEC 7812; the networks' own pages)
pub(crate) fn is_card(value: &[u8]) -> bool {
    let digits: Vec<u32> = value.iter().filter(|b| b.is_ascii_digit()).map(|b| u32::from(b - b'0')).collect();
    let first = |count| digits.iter().take(count).fold(0, |number, digit| number * 10 + digit);
    let issued = match digits.len() {
        14 => matches!(first(3), 300..=305 | 309) || matches!(first(2), 36 | 38 | 39),
        15 => matches!(first(2), 34 | 37),
        16 => {
            first(1) == 4
                || matches!(first(2), 51..=55 | 62 | 65)
                || matches!(first(4), 2221..=2720 | 3528..=3589 | 6011)
                || matches!(first(3), 644..=649)
        }
        19 => first(1) == 4 || first(2) == 62,
        _ => false,
    };
    issued && is_luhn(&digits)
}

/// From the right, every second digit counts twice. (ISO/IEC 7812-1, annex B)
fn is_luhn(digits: &[u32]) -> bool {
    let doubled = |digit: u32| if digit > 4 { digit * 2 - 9 } else { digit * 2 };
    let places = digits.iter().rev().enumerate();
    places.map(|(place, digit)| if place % 2 == 1 { doubled(*digit) } else { *digit }).sum::<u32>() % 10 == 0
}

/// The first four characters stand last, letters count from 10, and the remainder by 97 is 1. (ISO 7064)
pub(crate) fn is_iban(value: &[u8]) -> bool {
    let signs: Vec<u8> = value.iter().filter(|b| **b != b' ').copied().collect();
    let Some((head, account)) = signs.split_at_checked(4).filter(|_| (15..=34).contains(&signs.len())) else {
        return false;
    };
    let number = |sign: &u8| char::from(*sign).to_digit(36).unwrap_or_default();
    let step = |rest: u32, number: u32| (rest * if number > 9 { 100 } else { 10 } + number) % 97;
    account.iter().chain(head).map(number).fold(0, step) == 1
}
