//! Accounts that a program puts into an ARN, which stands in pieces: `"arn:aws:iam::" + "471192830564" + ":role/x"`,
//! `Sprintf("arn:aws:iam::%s:role/x", "471192830564")`, `["arn", "aws", "iam", "", "471192830564", "role/x"].join(":")`.

/// Bytes between the beginning of the ARN and the account.
const JOINED_MAX: usize = 120;
const ARN: &[u8] = b"arn";
/// Colons of an ARN in front of its resource.
const COLONS: usize = 5;

/// Returns whether a number from `start` to `end` is put into an ARN that begins in front of it.
pub(crate) fn is_in_arn(text: &[u8], start: usize, end: usize) -> bool {
    let head = text.get(start.saturating_sub(JOINED_MAX)..start).unwrap_or_default();
    let Some(at) = memchr::memmem::rfind(head, ARN) else { return false };
    let Some(quote @ (b'"' | b'\'' | b'`')) = at.checked_sub(1).and_then(|at| head.get(at)) else { return false };
    let pieces = head.get(at + ARN.len()..).unwrap_or_default();
    let begins = matches!(pieces.first(), Some(b':')) || pieces.first() == Some(quote);
    let ends = text.get(end).is_none_or(|b| b.is_ascii_whitespace() || b"\"'`),]}\\".contains(b));
    begins && ends && is_code(pieces, *quote)
}

/// Returns whether the text from the middle of a quotation on is the rest of that and what joins it with what follows:
/// signs, names and other quotations without a blank. Where a member or an argument has a name, that tells what it is.
fn is_code(pieces: &[u8], quote: u8) -> bool {
    let (mut open, mut closed) = (Some(quote), false);
    // An ARN that has its five colons already lacks no account, unless something in it stands for one.
    let (mut colons, mut blank) = (0, false);
    for byte in pieces {
        colons += usize::from(open.is_some() && *byte == b':');
        blank |= open.is_some() && matches!(byte, b'%' | b'{' | b'$');
        match (open, byte) {
            (Some(mark), byte) if *byte == mark => (open, closed) = (None, true),
            (Some(_), byte) if byte.is_ascii_graphic() => {}
            (None, b'"' | b'\'' | b'`') => open = Some(*byte),
            (None, byte) if byte.is_ascii_alphanumeric() || b" \n\t\\_$@+.&|<>,()%[]{}".contains(byte) => {}
            _ => return false,
        }
    }
    // `f"arn:aws:iam::{'471192830564'}:role/x"`: a piece within the first quotation.
    (colons < COLONS || blank) && (closed || matches!(pieces, [.., b'{', b'"' | b'\'']))
}
