//! What the rules find in one text, whatever other texts have shown.

use std::borrow::Cow;
use std::collections::HashSet;
use std::ops::Range;

use crate::catalog::KindId;
use crate::placeholder::{self, Placeholder};
use crate::scan::answer;
use crate::scan::fellows;
use crate::scan::found::Found;
use crate::scan::kin;
use crate::scan::neighbour;
use crate::scan::page::Page;
use crate::scan::pick::{Evidence, Hit, Source};
use crate::scan::place;
use crate::scan::public;
use crate::scan::reading::Reading;
use crate::scan::repeated::{self, Block};
use crate::scan::stored;
use crate::scan::table;
use crate::scan::variable;
use crate::scan::words::{Words, words};
use crate::scan::{Scanner, Text};

impl Scanner {
    /// Returns what the rules find in one text. `members` are those that have a name for it.
    pub(super) fn strong(&self, text: &Text<'_>, members: &[usize], readings: &mut Readings) -> Found {
        let page = Page::new(text.text);
        let (opaque, marked) = placeholders(text.text);
        let (reading, view, all) = (&mut readings.view, &*page.view, 0..text.text.len());
        let mut hits = Vec::new();
        let mut push = |range: Range<usize>, kind, how| hits.push(Hit::new(range, kind, Source::Rule, how));
        self.rules.ids.find(view, all.clone(), |range, kind| push(range, kind, Evidence::Form));
        self.anchored((&page, &opaque), view, all, reading, &mut push);
        self.rules.member(members, view, reading, |range, kind| push(range, kind, Evidence::Context));
        let mut headers = std::mem::take(&mut reading.headers);
        table::values(view, &mut headers, &self.rules.keys, reading, |rule, range| {
            push(range, rule.kind, Evidence::Context);
        });
        let mut uses = std::mem::take(&mut reading.uses);
        variable::values(view, &mut uses, &self.rules.keys, reading, |range, kind| {
            push(range, kind, Evidence::Context)
        });
        reading.uses = uses;
        let unmet = std::mem::take(&mut reading.unmet);
        let crossed = std::mem::take(&mut reading.crossed);
        self.again((&page, &opaque), unmet, crossed, readings, &mut hits);
        let mut push = |range: Range<usize>, kind, how| hits.push(Hit::new(range, kind, Source::Rule, how));
        for prefix in &page.prefixes {
            self.prefix((&page, &opaque), prefix, &mut readings.prefixes, &mut push);
        }
        if let Some(account) = self.rules.arns.account {
            neighbour::accounts(page.raw, &mut hits, account);
            neighbour::bars(page.raw, &mut hits, account);
            neighbour::plain(page.raw, &mut hits, account);
            neighbour::said(page.raw, &mut hits, account);
            neighbour::told(page.raw, &mut hits, account);
            let answer = text.key.is_none_or(|key| ANSWERS.has(key.as_bytes()));
            let whole = place::whole(page.raw).filter(|_| answer);
            hits.extend(whole.map(|range| Hit::new(range, account, Source::Rule, Evidence::Context)));
            place::accounts(page.raw, |range| hits.push(Hit::new(range, account, Source::Rule, Evidence::Context)));
            fellows::add(page.raw, &mut hits, account);
        }
        if let Some(kind) = self.rules.public_address {
            let mut found = |range| hits.push(Hit::new(range, kind, Source::Rule, Evidence::Context));
            public::addresses(text.key, view, &mut found);
            // Tools write the address of a machine in front of its output.
            if !page.prefixes.is_empty() {
                public::addresses(text.key, page.raw, &mut found);
            }
        }
        if readings.view.has_records() || !page.prefixes.is_empty() {
            self.rules.records.find(page.raw, |range, kind| {
                hits.push(Hit::new(range, kind, Source::Rule, Evidence::Context));
            });
        }
        self.rules.beside.iter().for_each(|rule| rule.add(page.raw, &mut hits));
        for rule in &self.rules.anywhere {
            rule.find(page.raw, |range| hits.push(Hit::new(range, rule.kind, Source::Rule, Evidence::Form)));
        }
        for (kind, custom) in &self.custom {
            hits.extend(custom.find(text.text).map(|range| Hit::new(range, *kind, Source::Custom, Evidence::Form)));
        }
        self.always.find(text.text, |range, kind| hits.push(Hit::new(range, kind, Source::Term, Evidence::Form)));
        kin::add(page.raw, &readings.view.doubtful, self.told, &mut hits);
        answer::mark(text.text.as_bytes(), &mut hits);
        let hidden = readings.view.has_hidden() || readings.prefixes.has_hidden();
        let mut found = Found { hits, opaque, hidden, marked, ..Found::default() };
        self.sift(text.text, &mut found);
        found
    }

    /// Adds the values in a text that is a secret as the Secrets Manager stores it.
    pub(super) fn stored(&self, text: &Text<'_>, found: &mut Found) {
        let Some(kind) = self.rules.stored.filter(|_| text.key.is_some_and(stored::is_name)) else { return };
        stored::whole(text.text.as_bytes(), |range| {
            found.hits.push(Hit::new(range, kind, Source::Rule, Evidence::Context));
        });
        self.sift(text.text, found);
    }

    /// Reports what the rules find in the lines around names that have found no value, without what these lines begin with
    /// again and again.
    fn again(
        &self,
        (page, opaque): (&Page<'_>, &[Range<usize>]),
        mut unmet: Vec<usize>,
        crossed: Vec<Range<usize>>,
        readings: &mut Readings,
        hits: &mut Vec<Hit>,
    ) {
        unmet.sort_unstable();
        let blocks = repeated::blocks(page.raw, &page.view, &unmet);
        if blocks.is_empty() {
            return;
        }
        let steps = readings.steps;
        let reading = readings.again.get_or_insert_with(|| self.rules.reading().within(steps));
        let mut text = page.view.to_vec();
        for beginning in blocks.iter().flat_map(|block| &block.beginnings) {
            text.get_mut(beginning.clone()).into_iter().for_each(|bytes| bytes.fill(b' '));
        }
        // What a line begins with is no value of a name on the line before.
        let crossed: HashSet<(usize, usize)> =
            crossed.into_iter().filter(|range| begins(&blocks, range)).map(|range| (range.start, range.end)).collect();
        hits.retain(|hit| !(hit.is_by_context() && crossed.contains(&(hit.start, hit.end))));
        let mut push = |range: Range<usize>, kind, how| hits.push(Hit::new(range, kind, Source::Rule, how));
        let again = Page { raw: page.raw, view: Cow::Owned(text), prefixes: Vec::new() };
        let text = &*again.view;
        for block in blocks {
            self.anchored((&again, opaque), text, block.range, reading, &mut push);
        }
        let mut headers = std::mem::take(&mut reading.headers);
        table::values(text, &mut headers, &self.rules.keys, reading, |rule, range| {
            push(range, rule.kind, Evidence::Context);
        });
    }

    /// Reports what the rules find in the prefix of a line. A name there has its value there too: the text of the line
    /// itself is named by the lines.
    fn prefix(
        &self,
        (page, opaque): (&Page<'_>, &[Range<usize>]),
        prefix: &Range<usize>,
        reading: &mut Reading,
        push: &mut impl FnMut(Range<usize>, KindId, Evidence),
    ) {
        let mut within = |range: Range<usize>, kind, how: Evidence| {
            if prefix.contains(&range.start) && (how <= Evidence::Part || range.end <= prefix.end) {
                push(range, kind, how);
            }
        };
        self.rules.ids.find(page.raw, prefix.clone(), |range, kind| within(range, kind, Evidence::Form));
        self.anchored((page, opaque), page.raw, prefix.clone(), reading, &mut within);
    }
}

/// Members in which programs put the whole of their answers.
static ANSWERS: Words = words!("content|text|output|stdout|result|arguments|input");

/// The extent to which the rules have read the views of the texts and the prefixes of their lines.
#[derive(Debug)]
pub(super) struct Readings {
    pub(super) view: Reading,
    pub(super) prefixes: Reading,
    /// Lines that are read once more without what they begin with: few texts have any.
    pub(super) again: Option<Reading>,
    /// Maximum steps of each.
    pub(super) steps: u64,
}

/// Returns whether a range lies in what a line begins with.
fn begins(blocks: &[Block], range: &Range<usize>) -> bool {
    let block = blocks.get(blocks.partition_point(|block| block.range.end <= range.start));
    block.is_some_and(|block| {
        let next = block.beginnings.partition_point(|beginning| beginning.end < range.end);
        block.beginnings.get(next).is_some_and(|beginning| beginning.start <= range.start)
    })
}

/// Returns the ranges of placeholders, as they are minted or as Markdown escapes them, and whether there is one in any
/// form.
pub(super) fn placeholders(text: &str) -> (Vec<Range<usize>>, bool) {
    let canonical = |range: &Range<usize>, placeholder: &Placeholder| {
        let written = text.as_bytes().get(range.clone()).unwrap_or_default();
        written.iter().filter(|b| **b != b'\\').eq(placeholder.as_str().as_bytes())
    };
    let mut any = false;
    let canonical = placeholder::find_all(text.as_bytes())
        .inspect(|_| any = true)
        .filter(|(range, placeholder)| canonical(range, placeholder))
        .map(|(range, _)| range)
        .collect();
    (canonical, any)
}
