//! Reads the text of `/metrics`, which this program writes itself: OpenMetrics, without exemplars and times.

use std::borrow::Cow;

/// Metrics of one name, and what is said of them.
#[derive(Debug, PartialEq)]
pub(super) struct Family<'t> {
    pub(super) name: &'t str,
    /// `counter`, `gauge`, `histogram` …
    pub(super) kind: &'t str,
    pub(super) help: &'t str,
    pub(super) unit: &'t str,
    pub(super) samples: Vec<Sample<'t>>,
}

/// One line.
#[derive(Debug, PartialEq)]
pub(super) struct Sample<'t> {
    pub(super) name: &'t str,
    pub(super) labels: Labels<'t>,
    pub(super) value: &'t str,
}

pub(super) type Labels<'t> = Vec<(&'t str, Cow<'t, str>)>;

/// The families in their order. A line that is none of the format is left out.
pub(super) fn families(text: &str) -> Vec<Family<'_>> {
    let mut families: Vec<Family<'_>> = Vec::new();
    for line in text.lines() {
        if let Some(comment) = line.strip_prefix("# ") {
            describe(&mut families, comment);
        } else if let (Some(sample), Some(family)) = (sample(line), families.last_mut())
            && sample.name.starts_with(family.name)
        {
            family.samples.push(sample);
        }
    }
    families
}

/// `HELP name text`, `TYPE name type`, `UNIT name unit`: each of the family that begins with the first of them.
fn describe<'t>(families: &mut Vec<Family<'t>>, comment: &'t str) {
    let mut words = comment.splitn(3, ' ');
    let (Some(what), Some(name), Some(text)) = (words.next(), words.next(), words.next()) else { return };
    if families.last().is_none_or(|family| family.name != name) {
        families.push(Family { name, kind: "unknown", help: "", unit: "", samples: Vec::new() });
    }
    let Some(family) = families.last_mut() else { return };
    match what {
        "HELP" => family.help = text.trim_end_matches('.'),
        "TYPE" => family.kind = text,
        "UNIT" => family.unit = text,
        _ => {}
    }
}

fn sample(line: &str) -> Option<Sample<'_>> {
    let (name, rest) = line.split_at_checked(line.find(['{', ' '])?)?;
    let (labels, rest) = match rest.strip_prefix('{') {
        Some(rest) => labels(rest)?,
        None => (Vec::new(), rest),
    };
    Some(Sample { name, labels, value: rest.split_ascii_whitespace().next()? })
}

/// The labels up to the brace that ends them, and what follows it.
fn labels(mut rest: &str) -> Option<(Labels<'_>, &str)> {
    let mut labels = Vec::new();
    loop {
        rest = rest.trim_start_matches(',');
        if let Some(after) = rest.strip_prefix('}') {
            return Some((labels, after));
        }
        let (name, quoted) = rest.split_once("=\"")?;
        let (value, after) = value(quoted)?;
        labels.push((name, value));
        rest = after;
    }
}

/// A label's value up to its quotation mark, and what follows that.
fn value(quoted: &str) -> Option<(Cow<'_, str>, &str)> {
    let mut escaped = false;
    let end = quoted.find(|c| {
        let ends = c == '"' && !escaped;
        escaped = c == '\\' && !escaped;
        ends
    })?;
    let (raw, rest) = quoted.split_at_checked(end)?;
    Some((unescaped(raw), rest.strip_prefix('"')?))
}

fn unescaped(raw: &str) -> Cow<'_, str> {
    if !raw.contains('\\') {
        return Cow::Borrowed(raw);
    }
    let mut text = String::with_capacity(raw.len());
    let mut characters = raw.chars();
    while let Some(c) = characters.next() {
        match (c, c == '\\') {
            (_, true) => text.extend(characters.next().map(|next| if next == 'n' { '\n' } else { next })),
            (c, false) => text.push(c),
        }
    }
    Cow::Owned(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let text = "# HELP a_requests Requests, by outcome.\n# TYPE a_requests counter\n\
            a_requests_total{outcome=\"masked\",code=\"\"} 3\na_requests_total{outcome=\"x\\\"\\\\\\n}\",code=\"1\"} 4\n\
            # HELP a_age_seconds Age.\n# TYPE a_age_seconds gauge\n# UNIT a_age_seconds seconds\na_age_seconds 0.5\n\
            # HELP a_none Nothing yet.\n# TYPE a_none counter\n# EOF\n";
        let [requests, age, none] = families(text).try_into().unwrap();
        assert_eq!((requests.name, requests.kind, requests.help), ("a_requests", "counter", "Requests, by outcome"));
        let [first, second] = requests.samples.try_into().unwrap();
        assert_eq!((first.name, first.value), ("a_requests_total", "3"));
        assert_eq!(first.labels, [("outcome", "masked".into()), ("code", "".into())]);
        assert_eq!(second.labels, [("outcome", "x\"\\\n}".into()), ("code", "1".into())]);
        assert_eq!((age.unit, age.samples.first().map(|sample| sample.value)), ("seconds", Some("0.5")));
        assert!(none.samples.is_empty());
    }

    #[test]
    fn what_is_cut_is_left_out() {
        let whole = "# TYPE a counter\na_total{b=\"c\",d=\"e\"} 1";
        for end in 0..whole.len() - 1 {
            let cut = families(whole.get(..end).unwrap());
            assert!(cut.iter().all(|family| family.samples.is_empty()), "{cut:?}");
        }
        assert_eq!(families(whole).len(), 1);
    }
}
