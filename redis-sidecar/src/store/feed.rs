//! The feed of a scope in Redis: a stream of changes, bounded, in an order that Redis itself gives them.

use masking::Placeholder;
use redis::{Cmd, Value, cmd};

use super::{Change, FEED, News};
use crate::error::Error;

/// The place before the first change.
const START: &str = "0-0";
const KNOWN: &str = "k";
const FORGOTTEN: &str = "f";
const ERASED: &str = "e";

type Entries = Vec<(String, Vec<(String, String)>)>;

pub(super) fn append(feed: &str, change: &Change) -> Cmd {
    let mut command = cmd("XADD");
    let (field, text) = match change {
        Change::Known(placeholder) => (KNOWN, placeholder.as_str()),
        Change::Forgotten(placeholder) => (FORGOTTEN, placeholder.as_str()),
        Change::Erased => (ERASED, ""),
    };
    command.arg(feed).arg("MAXLEN").arg("~").arg(FEED).arg("*").arg(field).arg(text);
    command
}

/// Asks for the changes after a place, together with the one at that place: if that is still there, nothing after it was
/// cut off.
pub(super) fn after(feed: &str, place: Option<&str>) -> Cmd {
    let mut command = cmd("XRANGE");
    command.arg(feed).arg(place.unwrap_or(START)).arg("+").arg("COUNT").arg(2 * FEED);
    command
}

/// `None` if the feed does not go back to the place.
pub(super) fn read_after(answer: Value, place: Option<&str>) -> Result<Option<News>, Error> {
    let Some(place) = place else { return Ok(None) };
    let entries: Entries = super::redis::read(answer)?;
    let is_start = place == START && entries.is_empty();
    let is_there = entries.first().is_some_and(|(id, _)| id == place);
    if !is_start && !is_there {
        return Ok(None);
    }
    let until = entries.last().map_or(place, |(id, _)| id.as_str()).to_owned();
    let changes = entries.into_iter().skip(1).filter_map(|(id, fields)| Some((id, change(&fields)?)));
    Ok(Some(News { changes: changes.collect(), until }))
}

/// Asks for the last change.
pub(super) fn last(feed: &str) -> Cmd {
    let mut command = cmd("XREVRANGE");
    command.arg(feed).arg("+").arg("-").arg("COUNT").arg(1);
    command
}

/// All known values as changes, the oldest first.
pub(super) fn read_all(last: Value, newest: Vec<String>) -> Result<News, Error> {
    let entries: Entries = super::redis::read(last)?;
    let until = entries.first().map_or(START, |(id, _)| id.as_str()).to_owned();
    let known = newest.iter().rev().filter_map(|name| Placeholder::parse(name));
    Ok(News { changes: known.map(|placeholder| (until.clone(), Change::Known(placeholder))).collect(), until })
}

fn change(fields: &[(String, String)]) -> Option<Change> {
    let (field, text) = fields.first()?;
    match field.as_str() {
        KNOWN => Placeholder::parse(text).map(Change::Known),
        FORGOTTEN => Placeholder::parse(text).map(Change::Forgotten),
        ERASED => Some(Change::Erased),
        _ => None,
    }
}
