//! What PHP prints of objects and arrays: `var_dump`, `print_r`, `var_export`, `serialize`.

use super::before::BEFORE_MAX;
use crate::near::is_any;
use crate::scan::name::Name;
use crate::scan::notation::{PlaceKind, ValuePlace, skip_blanks, skip_quote};

/// Maximum bytes of the class to which a property belongs, and of who sees it.
const VISIBILITY_MAX: usize = 120;
/// Maximum digits of an index or of a size.
const DIGITS_MAX: usize = 6;

/// After what says who sees a property, in front of the bracket: `"accountId":protected]`, `"bucket":"App\Tenant":private]`,
/// `[bucket:App\Tenant:private]`.
pub(super) fn skip_visibility(text: &[u8], at: usize) -> usize {
    let rest = text.get(at..text.len().min(at + VISIBILITY_MAX)).unwrap_or_default();
    if !rest.starts_with(b":") {
        return at;
    }
    let len = rest.iter().take_while(|b| b.is_ascii_alphanumeric() || is_any(b":\\\"'_", b)).count();
    let sees = rest.get(..len).is_some_and(|sees| sees.ends_with(b":protected") || sees.ends_with(b":private"));
    if sees && rest.get(len) == Some(&b']') { at + len } else { at }
}

/// `s:10:"account_id";s:12:"471192830564";`, `s:10:"account_id";i:471192830564;`
pub(super) fn serialized(name: &Name<'_>, text: &[u8]) -> Option<ValuePlace> {
    let rest = text.get(name.end..text.len().min(name.end + BEFORE_MAX))?;
    // JSON escapes the quotation marks of such a text.
    let end = skip_quote(text, name.end)? - name.end;
    let behind = rest.get(end..)?.strip_prefix(b";")?;
    let (sized, number) = (behind.strip_prefix(b"s:"), behind.strip_prefix(b"i:"));
    if let Some(number) = number {
        let digits = number.iter().take_while(|b| b.is_ascii_digit()).count();
        let start = name.end + rest.len() - number.len();
        let ends = digits > 0 && number.get(digits) == Some(&b';');
        let place = ValuePlace { start, end: Some(start + digits), kind: PlaceKind::Cell, ..ValuePlace::WHOLE };
        return ends.then_some(place);
    }
    let sized = sized?;
    let digits = sized.iter().take(DIGITS_MAX).take_while(|b| b.is_ascii_digit()).count();
    let value = sized.get(digits..)?.strip_prefix(b":").filter(|_| digits > 0)?;
    let at = name.end + rest.len() - value.len();
    skip_quote(text, at).map(|_| ValuePlace::after(text, at, PlaceKind::Assigned))
}

/// The first element of an array: `[buckets] => Array⏎(⏎[0] => b`, `["buckets"]=>⏎array(2) {⏎[0]=>⏎string(1) "b"`,
/// `'buckets' =>⏎array (⏎0 => 'b'`.
pub(super) fn first_of_array(name: &Name<'_>, text: &[u8]) -> Option<ValuePlace> {
    let end = skip_quote(text, name.end).unwrap_or(name.end);
    let end = skip_visibility(text, end);
    let end = end + usize::from(text.get(end) == Some(&b']'));
    let inside = text.get(skip_blanks(text, end)..)?.strip_prefix(b"=>")?;
    let array = text.get(skip_blanks(text, text.len() - inside.len())..)?;
    let array = array.strip_prefix(b"Array").or_else(|| array.strip_prefix(b"array"))?;
    // `array(2) {`
    let sized = array.strip_prefix(b"(").and_then(|size| {
        let digits = size.iter().take(DIGITS_MAX).take_while(|b| b.is_ascii_digit()).count();
        size.get(digits..)?.strip_prefix(b")").filter(|_| digits > 0)
    });
    let open = skip_blanks(text, text.len() - sized.unwrap_or(array).len());
    let bracket = matches!(text.get(open), Some(b'(' | b'{'));
    let index = index(text, skip_blanks(text, open + 1)).filter(|_| bracket)?;
    Some(ValuePlace::after(text, index, PlaceKind::Assigned))
}

/// Where the next element of an array begins, after one that ends at `end`.
pub(crate) fn next_of_array(text: &[u8], end: usize) -> Option<usize> {
    let at = end + usize::from(text.get(end) == Some(&b','));
    text.get(at).filter(|b| matches!(b, b'\n' | b'\r' | b'\\'))?;
    index(text, skip_blanks(text, at))
}

/// After the index of an element: `[0] => `, `[0]=>`, `0 => `.
fn index(text: &[u8], at: usize) -> Option<usize> {
    let bracket = text.get(at) == Some(&b'[');
    let number = text.get(at + usize::from(bracket)..)?;
    let digits = number.iter().take(DIGITS_MAX).take_while(|b| b.is_ascii_digit()).count();
    let mut behind = number.get(digits..).filter(|_| digits > 0)?;
    if bracket {
        behind = behind.strip_prefix(b"]")?;
    }
    let behind = behind.strip_prefix(b" ").unwrap_or(behind).strip_prefix(b"=>")?;
    Some(text.len() - behind.len())
}
