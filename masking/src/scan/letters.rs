//! Whether letters are those of a word: a measure for values that have neither digits nor signs.
//!
//! In words a letter is followed by few others. The measure is the mean, over the pairs of a value, of how much more
//! often a pair is in words than by chance. Words of English, German and Dutch, names of code and joined words have 4.6
//! and more, random letters 3.3, from 14 letters on 95 % of them less than 4.5.

/// For each letter, the weight of those that may follow it, from `a` to `z`. 5 is as often as by chance, 0 never or a
/// twentieth as often. Counted over about 20,000 words of source code, its documentation and registries of packages.
const PAIRS: [&[u8; 26]; 26] = [
    b"05651250503757060768432141",
    b"73327221731832730663710240",
    b"71417107506631820647500020",
    b"74359332822432720553523130",
    b"53674430301657342876243530",
    b"61237610800722720655601050",
    b"61229246700545630753500030",
    b"82238100701342722536501040",
    b"54655450002658740567140204",
    b"70238001602021732191702000",
    b"73349332811534530474512040",
    b"72348220802721730155520060",
    b"85238110701452770152500020",
    b"61667471613324620178440020",
    b"34551341313668560865645210",
    b"71338225602722750756511040",
    b"41232100400712230334903000",
    b"72558240704354730466430040",
    b"51628226703442562268513041",
    b"72428216800431730765402050",
    b"55555440601667260777000200",
    b"81319121800231620242301010",
    b"82338315801436730663100010",
    b"62647323710352580348312340",
    b"65546431521667580476424103",
    b"83229203701432610132421045",
];

/// Letters of a value that can be told from a word, and those from which on a stricter limit is safe.
const LETTERS_MIN: usize = 8;
const LETTERS_LONG: usize = 14;

/// Returns whether a value of nothing but letters is too irregular for words.
pub(crate) fn is_random(value: &[u8]) -> bool {
    if value.len() < LETTERS_MIN || !value.iter().all(u8::is_ascii_alphabetic) {
        return false;
    }
    let cases =
        value.windows(2).filter(|pair| matches!(pair, [a, b] if a.is_ascii_lowercase() && b.is_ascii_uppercase()));
    // The words of a name of code begin with capitals, and abbreviations stand in such names.
    let joined = cases.count();
    let capitals = value.iter().any(u8::is_ascii_uppercase) && value.iter().any(u8::is_ascii_lowercase);
    let scattered = joined >= 3 && joined * 5 >= value.len();
    let (sum, pairs) = weight(value);
    let limit = if value.len() >= LETTERS_LONG { 9 } else { 8 };
    // The abbreviation that names of passwords are made of.
    let named = memchr::memmem::find(value, b"pwd").is_some();
    (!capitals || scattered) && !named && sum * 2 < pairs * limit
}

/// Returns whether the letters next to each other in a value, which may have digits and signs too, are not those of
/// words.
pub(crate) fn is_unlikely(value: &[u8]) -> bool {
    let (sum, pairs) = weight(value);
    pairs >= PAIRS_MIN && sum < pairs * 4
}

/// Pairs of letters that can tell a value from words.
const PAIRS_MIN: usize = 3;

/// The sum of the weights of a value's pairs of letters, and how many they are.
fn weight(value: &[u8]) -> (usize, usize) {
    let letter = |byte: u8| usize::from(byte.to_ascii_lowercase().wrapping_sub(b'a'));
    let of_pair = |pair: &[u8]| match pair {
        [a, b] => PAIRS.get(letter(*a))?.get(letter(*b)).map(|digit| usize::from(digit - b'0')),
        _ => None,
    };
    value.windows(2).filter_map(of_pair).fold((0, 0), |(sum, pairs), weight| (sum + weight, pairs + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_names_of_code_are_not_random() {
        let words = "changeme|required|string|password|databasepassword|mysqlpasswd|xmlhttprequest|kennwortaenderung|\
            geschaeftsfuehrung|wachtwoord|contrasena|jdbcdriver|postgresql|CHANGEME|PLACEHOLDER|correcthorsebattery|\
            getSchemaPwdHash|XMLHttpRequest|ldapbindpassword|encryptedpassword|passwordfield|txtpassword|unchanged|\
            unencrypted|strncasecmp|sprachschnittstelle|rechtschreibung|hunterxyz|supersecret|administrator";
        for word in words.split('|') {
            assert!(!is_random(word.as_bytes()), "{word}");
        }
    }

    #[test]
    fn letters_by_chance_are() {
        for letters in ["qkxjvbwzpltmhgrd", "TNZEKJCBHGKWJBBC", "IVCGZRFVLOBSEFRM", "zqkxwvjp", "qXkJvBwZpLtMhGrD"] {
            assert!(is_random(letters.as_bytes()), "{letters}");
        }
    }
}
