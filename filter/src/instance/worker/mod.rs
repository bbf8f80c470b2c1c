//! The state that the instances of one worker share. They live in one memory, one for each entry of the filter and each
//! of its configurations; a pushed configuration begins with a new instance.

mod held;
pub(crate) mod neighbour;
mod repeat;
pub(crate) mod zone;

use std::collections::BTreeMap;
use std::rc::{Rc, Weak};

use contract::{Counters, Keyring, Mapping};
use masking::{History, Mint, PlaceholderKey, Policy, PolicyError, Scanner};
use serde::{Deserialize, Serialize};

use self::held::Held;
use self::neighbour::Neighbours;
use self::repeat::Repeat;
use super::clock::{Clock, Steady, TimeOfDay};
use super::sync::{OUTAGE_MS, retry_ms};
use crate::refusal::Refusal;

#[derive(Debug, Default)]
pub(crate) struct Worker {
    clock: Clock,
    held: Held,
    sidecars: BTreeMap<SidecarName, SidecarRecord>,
    /// The scanners that some entry still uses, with the policies from which they were compiled.
    scanners: Vec<(Policy, Weak<Scanner>)>,
    /// What was found in the texts of earlier exchanges.
    history: History,
    /// True if the host keeps data for the instances that follow.
    has_zone: bool,
    /// The name that distinguishes this worker from its neighbours, once it is known.
    process: Option<String>,
    /// True after a timer has run in this memory: all instances of a configuration begin before one does.
    has_ticked: bool,
    /// The time at which a later instance began: a configuration was pushed.
    pushed_at: Option<Steady>,
    refusals: BTreeMap<&'static str, Repeat>,
    pub neighbours: Neighbours,
    /// The last line on an invalid configuration.
    complaint: Option<String>,
    /// What was counted since the host's own metrics were told.
    pub counted: Counters,
}

/// The name of a sidecar together with the token for its calls. It reveals nothing about the token.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct SidecarName(String);

impl SidecarName {
    pub(crate) fn new(address: &str, token: &str) -> Self {
        let mint = Mint::new(&PlaceholderKey::derive(token.as_bytes(), "sidecar"), address);
        Self(format!("aws_masker {address} {}", mint.placeholder("sidecar", "SIDECAR", address)))
    }

    /// The name under which the host keeps the sidecar's key.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

/// Milliseconds after a push in which no call begins. Kong destroys this memory when Lua's collector reaches the
/// previous configuration, which under traffic is within a second or two, and crashes if a call is in flight at that
/// moment.
const QUIET_MS: u64 = 2_000;

/// The state of a sidecar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reach {
    /// No call failed since the last answer.
    Fair,
    /// Some calls failed: whether for so long that it is an outage, and whether it is time for another call.
    Failing { is_out: bool, may_try: bool },
}

/// Maximum mappings, and maximum bytes, in one piece of the owed mappings; a larger piece is not kept.
const PIECE_MAPPINGS: usize = 16;
const PIECE_BYTES: usize = 16 << 10;

/// The record of a sidecar.
#[derive(Debug, Default)]
struct SidecarRecord {
    keyring: Option<Keyring>,
    /// True if the host keeps the keyring for the instances that follow if this memory is lost.
    is_kept: bool,
    outage: Repeat,
    /// True if the sidecar's last answer was that it does not know the token.
    is_rejected: bool,
    /// The time at which the first call of the outage failed.
    failing_since: TimeOfDay,
    called_at: TimeOfDay,
    answered_at: Option<TimeOfDay>,
    /// The number of pieces of owed mappings that the host keeps.
    pieces: u64,
    /// The number of instances that owe them.
    debtors: u64,
    /// True after an instance has taken over the debts of a lost memory: pieces that are kept since then are owed by the
    /// instances of this one.
    has_recalled: bool,
}

/// The data that the host keeps on a sidecar. It finds data by a checksum of the name, so the name is kept too.
#[derive(Debug, Serialize, Deserialize)]
struct Kept {
    sidecar: SidecarName,
    keyring: Keyring,
}

/// A piece of the mappings that are owed to a sidecar while no call may be made.
#[derive(Debug, Serialize, Deserialize)]
struct KeptOwed {
    name: String,
    mappings: Vec<Mapping>,
}

impl Worker {
    /// The scanner of a policy, which entries with the same policy share.
    pub(crate) fn scanner(&mut self, policy: Policy) -> Result<Rc<Scanner>, PolicyError> {
        self.scanners.retain(|(_, scanner)| scanner.strong_count() > 0);
        let shared = self.scanners.iter().find(|(other, _)| *other == policy);
        if let Some(scanner) = shared.and_then(|(_, scanner)| scanner.upgrade()) {
            return Ok(scanner);
        }
        let scanner = Rc::new(Scanner::new(&policy)?);
        self.scanners.push((policy, Rc::downgrade(&scanner)));
        Ok(scanner)
    }

    /// What was found in the texts of earlier exchanges, of all scopes and policies.
    pub(crate) fn history(&mut self) -> &mut History {
        &mut self.history
    }

    /// The sidecar's key, if any instance has got it.
    pub(crate) fn keyring(&self, sidecar: &SidecarName) -> Option<&Keyring> {
        self.sidecars.get(sidecar)?.keyring.as_ref()
    }

    pub(crate) fn learn(&mut self, sidecar: &SidecarName, keyring: &Keyring) {
        let record = self.sidecars.entry(sidecar.clone()).or_default();
        if record.keyring.as_ref() != Some(keyring) {
            (record.keyring, record.is_kept) = (Some(keyring.clone()), false);
        }
    }

    /// Returns the data that the host is to keep, once.
    pub(crate) fn take_unkept(&mut self, sidecar: &SidecarName) -> Option<Vec<u8>> {
        let record = self.sidecars.get_mut(sidecar).filter(|record| !record.is_kept)?;
        let kept = Kept { sidecar: sidecar.clone(), keyring: record.keyring.clone()? };
        record.is_kept = true;
        // The host traps on what its zone cannot hold. Without a copy, the next instance asks the sidecar.
        serde_json::to_vec(&kept).ok().filter(|kept| kept.len() <= PIECE_BYTES)
    }

    /// Takes over the key that the host kept.
    pub(crate) fn recall_key(&mut self, sidecar: &SidecarName, kept: &[u8]) {
        if let Ok(kept) = serde_json::from_slice::<Kept>(kept)
            && kept.sidecar == *sidecar
        {
            self.learn(sidecar, &kept.keyring);
            self.sidecars.entry(kept.sidecar).or_default().is_kept = true;
        }
    }

    /// The host keeps data for the instances that follow.
    pub(crate) fn use_zone(&mut self) {
        self.has_zone = true;
    }

    pub(crate) fn has_zone(&self) -> bool {
        self.has_zone
    }

    /// An instance begins with its configuration.
    pub(crate) fn on_configure(&mut self, now: TimeOfDay) {
        if self.has_ticked {
            self.pushed_at = Some(self.clock.at(now));
        }
    }

    /// Some instance's timer has run.
    pub(crate) fn on_tick(&mut self, now: TimeOfDay) {
        self.clock.at(now);
        self.has_ticked = true;
    }

    /// Returns whether no call may begin now.
    pub(crate) fn is_quiet(&mut self, now: TimeOfDay) -> bool {
        let now = self.clock.at(now);
        self.has_zone && self.pushed_at.is_some_and(|pushed| now.since(pushed) < QUIET_MS)
    }

    /// Returns the owed mappings in pieces for the host to keep.
    pub(crate) fn keep_owed(&mut self, sidecar: &SidecarName, mappings: &[Mapping]) -> Vec<(String, Vec<u8>)> {
        // Nothing is owed before the first request, in which the worker's name becomes known.
        let Some(process) = &self.process else { return Vec::new() };
        let record = self.sidecars.entry(sidecar.clone()).or_default();
        let pieces = mappings.chunks(PIECE_MAPPINGS).filter_map(|mappings| {
            let name = piece(sidecar, process, record.pieces);
            let kept = serde_json::to_vec(&KeptOwed { name: name.clone(), mappings: mappings.to_vec() }).ok()?;
            // The host traps on what its zone cannot hold.
            let fits = kept.len() <= PIECE_BYTES;
            record.pieces += u64::from(fits);
            fits.then_some((name, kept))
        });
        pieces.collect()
    }

    /// The first mappings of an instance are kept.
    pub(crate) fn add_debtor(&mut self, sidecar: &SidecarName) {
        self.sidecars.entry(sidecar.clone()).or_default().debtors += 1;
    }

    /// An instance has delivered everything of which the host has kept a part. Returns the names of all pieces if it was
    /// the last one: then none of them is needed any longer.
    pub(crate) fn release_owed(&mut self, sidecar: &SidecarName) -> Vec<String> {
        let (Some(process), Some(record)) = (&self.process, self.sidecars.get_mut(sidecar)) else { return Vec::new() };
        record.debtors = record.debtors.saturating_sub(1);
        if record.debtors > 0 {
            return Vec::new();
        }
        (0..std::mem::take(&mut record.pieces)).map(|index| piece(sidecar, process, index)).collect()
    }

    /// Takes out the pieces that a lost memory of this worker, `process`, has left. From now on the caller owes their
    /// mappings. Returns `None` if another instance has done so.
    pub(crate) fn recall_owed(
        &mut self,
        sidecar: &SidecarName,
        process: impl FnOnce() -> String,
        mut take: impl FnMut(&str) -> Option<Vec<u8>>,
    ) -> Option<Vec<Mapping>> {
        if self.sidecars.get(sidecar).is_some_and(|record| record.has_recalled) {
            return None;
        }
        self.sidecars.entry(sidecar.clone()).or_default().has_recalled = true;
        let process = process();
        let mut owed = Vec::new();
        for name in (0..).map(|index| piece(sidecar, &process, index)) {
            match take(&name).and_then(|kept| serde_json::from_slice::<KeptOwed>(&kept).ok()) {
                Some(kept) if kept.name == name => owed.extend(kept.mappings),
                _ => break,
            }
        }
        self.process = Some(process);
        Some(owed)
    }

    /// A call that began at `since` failed. If a line for the log is due, returns the number of failures since the last
    /// line.
    pub(crate) fn on_call_failure(&mut self, sidecar: &SidecarName, since: TimeOfDay, now: TimeOfDay) -> Option<u64> {
        let record = self.sidecars.entry(sidecar.clone()).or_default();
        // A call that began before another one was answered belongs to an outage that is over.
        let is_late = record.answered_at.is_some_and(|answered| since <= answered);
        if is_late {
            return None;
        }
        if record.outage.total() == 0 {
            record.failing_since = now;
        }
        record.outage.count(self.clock.at(now))
    }

    /// The sidecar answered without serving: whether because it does not know the token.
    pub(crate) fn on_rejection(&mut self, sidecar: &SidecarName, is_rejected: bool) {
        self.sidecars.entry(sidecar.clone()).or_default().is_rejected = is_rejected;
    }

    /// Returns whether the sidecar does not know the token with which it is called.
    pub(crate) fn is_rejected_by(&self, sidecar: &SidecarName) -> bool {
        self.sidecars.get(sidecar).is_some_and(|record| record.is_rejected)
    }

    pub(crate) fn on_call(&mut self, sidecar: &SidecarName, now: TimeOfDay) {
        self.sidecars.entry(sidecar.clone()).or_default().called_at = now;
    }

    /// The state of the sidecar by the calls of all instances. During an outage one of them tries for all: nginx itself
    /// logs each refused call, and a hundred instances would log a hundred lines.
    pub(crate) fn reach(&self, sidecar: &SidecarName, now: TimeOfDay) -> Reach {
        let Some(record) = self.sidecars.get(sidecar).filter(|record| record.outage.total() > 0) else {
            return Reach::Fair;
        };
        Reach::Failing {
            is_out: now.since(record.failing_since) >= OUTAGE_MS,
            may_try: now.distance(record.called_at) >= retry_ms(record.outage.total() - 1),
        }
    }

    /// A call was answered. Returns the number of calls that failed before it, and of refused requests, if any call
    /// failed.
    pub(crate) fn on_call_answer(&mut self, sidecar: &SidecarName, now: TimeOfDay) -> Option<(u64, u64)> {
        let record = self.sidecars.entry(sidecar.clone()).or_default();
        (record.answered_at, record.is_rejected) = (Some(now), false);
        let failed = record.outage.end();
        let waiting = self.refusals.iter_mut().filter(|(code, _)| Refusal::ends_with_outage(code));
        let refused = waiting.filter_map(|(_, refusals)| refusals.end()).sum();
        failed.map(|failed| (failed, refused))
    }

    /// A configuration is invalid. Returns the line, unless the last one was the same: several entries may have been
    /// written alike.
    pub(crate) fn complain(&mut self, line: String) -> Option<String> {
        let is_new = self.complaint.as_ref() != Some(&line);
        self.complaint = Some(line.clone());
        is_new.then_some(line)
    }

    /// A request was refused. If a line for the log is due, returns the number of refusals since the last line.
    pub(crate) fn count_refusal(&mut self, refusal: Refusal, now: TimeOfDay) -> Option<u64> {
        // The line on the configuration says that every request is refused.
        if refusal == Refusal::Configuration {
            return None;
        }
        self.refusals.entry(refusal.code()).or_default().count(self.clock.at(now))
    }

    /// A body was replaced, which the host holds until its connection closes. Returns whether to ask the client for
    /// that.
    pub(crate) fn hold(&mut self, connection: &[u8], bytes: u64, now: TimeOfDay) -> bool {
        self.held.hold(connection, bytes, self.clock.at(now))
    }

    /// The exchange of that body ended, at the time of the last look at the clock.
    pub(crate) fn end_exchange(&mut self, connection: &[u8], closes: bool) {
        self.held.end_exchange(connection, closes, self.clock.last());
    }
}

fn piece(sidecar: &SidecarName, process: &str, index: u64) -> String {
    format!("{} owed {process} {index}", sidecar.as_str())
}

#[cfg(test)]
mod tests;
