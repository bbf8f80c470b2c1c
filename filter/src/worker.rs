//! What the instances of one worker share. They live in one memory, one for each entry of the filter and each of its
//! configurations, and a configuration that is pushed begins with a new one.

use std::collections::BTreeMap;

use contract::Keyring;
use masking::{Mint, PlaceholderKey};
use serde::{Deserialize, Serialize};

use crate::clock::Clock;
use crate::held::Held;
use crate::refusal::Refusal;
use crate::repeat::Repeat;

#[derive(Debug, Default)]
pub struct Worker {
    clock: Clock,
    held: Held,
    sidecars: BTreeMap<SidecarName, Sidecar>,
    refusals: BTreeMap<&'static str, Repeat>,
}

/// Names a sidecar and the token that it is called with, and tells nothing of the token.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SidecarName(String);

impl SidecarName {
    pub fn new(address: &str, token: &str) -> Self {
        let mint = Mint::new(&PlaceholderKey::derive(token.as_bytes(), "sidecar"), address);
        Self(format!("aws_masker {address} {}", mint.token("sidecar", "SIDECAR", address)))
    }

    /// Under which the host keeps the sidecar's key.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What is known of a sidecar.
#[derive(Debug, Default)]
struct Sidecar {
    keyring: Option<Keyring>,
    /// Whether the host keeps the keyring for instances that find this memory gone.
    is_kept: bool,
    outage: Repeat,
    answered_at: Option<u64>,
}

/// What the host keeps of a sidecar. It finds what it keeps by a checksum of the name, so the name is kept too.
#[derive(Debug, Serialize, Deserialize)]
struct Kept {
    sidecar: SidecarName,
    keyring: Keyring,
}

impl Worker {
    /// The sidecar's key, if any instance has got it.
    pub fn keyring(&self, sidecar: &SidecarName) -> Option<&Keyring> {
        self.sidecars.get(sidecar)?.keyring.as_ref()
    }

    pub fn learn(&mut self, sidecar: &SidecarName, keyring: &Keyring) {
        let known = self.sidecars.entry(sidecar.clone()).or_default();
        if known.keyring.as_ref() != Some(keyring) {
            (known.keyring, known.is_kept) = (Some(keyring.clone()), false);
        }
    }

    /// Whether there is nothing that the host would have to keep.
    pub fn is_kept(&self, sidecar: &SidecarName) -> bool {
        self.sidecars.get(sidecar).is_none_or(|known| known.is_kept || known.keyring.is_none())
    }

    /// What the host is to keep, once.
    pub fn unkept(&mut self, sidecar: &SidecarName) -> Option<Vec<u8>> {
        let known = self.sidecars.get_mut(sidecar).filter(|known| !known.is_kept)?;
        let kept = Kept { sidecar: sidecar.clone(), keyring: known.keyring.clone()? };
        known.is_kept = true;
        serde_json::to_vec(&kept).ok()
    }

    /// Learns what the host kept.
    pub fn recall(&mut self, sidecar: &SidecarName, kept: &[u8]) {
        if let Ok(kept) = serde_json::from_slice::<Kept>(kept)
            && kept.sidecar == *sidecar
        {
            self.learn(sidecar, &kept.keyring);
            self.sidecars.entry(kept.sidecar).or_default().is_kept = true;
        }
    }

    /// A call that began at `since` failed. Gives how many failed since that was last told, if it is to be told now.
    pub fn call_failed(&mut self, sidecar: &SidecarName, since: u64, now: u64) -> Option<u64> {
        let known = self.sidecars.entry(sidecar.clone()).or_default();
        // One that began before another was answered tells of an outage that is over.
        let is_late = known.answered_at.is_some_and(|answered| since <= answered);
        if is_late { None } else { known.outage.happened(self.clock.at(now)) }
    }

    /// A call was answered. Gives how many failed before it and how many requests were refused, if any call failed.
    pub fn call_answered(&mut self, sidecar: &SidecarName, now: u64) -> Option<(u64, u64)> {
        let known = self.sidecars.entry(sidecar.clone()).or_default();
        known.answered_at = Some(now);
        let failed = known.outage.over();
        let waiting = self.refusals.iter_mut().filter(|(code, _)| Refusal::ends_with_outage(code));
        let refused = waiting.filter_map(|(_, refusals)| refusals.over()).sum();
        failed.map(|failed| (failed, refused))
    }

    /// A request was refused. Gives how many were since that was last told, if it is to be told now.
    pub fn refused(&mut self, refusal: Refusal, now: u64) -> Option<u64> {
        self.refusals.entry(refusal.code()).or_default().happened(self.clock.at(now))
    }

    /// A body was replaced that the host holds until its connection closes. Tells whether to ask for that.
    pub fn replaced(&mut self, connection: &[u8], bytes: u64, now: u64) -> bool {
        self.held.replaced(connection, bytes, self.clock.at(now))
    }

    /// The exchange of that body ended at the time of the last look.
    pub fn ended(&mut self, connection: &[u8], closes: bool) {
        self.held.ended(connection, closes, self.clock.last());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use contract::Value;

    fn keyring(id: &str) -> Keyring {
        Keyring { id: id.into(), placeholder_key: Value::new("07".repeat(32)) }
    }

    #[test]
    fn a_key_is_kept_once_and_for_its_own_sidecar_only() {
        let [ours, other] = ["0123456789abcdef", "fedcba9876543210"].map(|token| SidecarName::new("s:1", token));
        assert!(ours != other && !ours.as_str().contains("0123456789abcdef"));
        let mut worker = Worker::default();
        assert_eq!(worker.unkept(&ours), None);
        worker.learn(&ours, &keyring("k1"));
        let kept = worker.unkept(&ours).unwrap();
        assert_eq!(worker.unkept(&ours), None);
        worker.learn(&ours, &keyring("k1"));
        assert_eq!(worker.unkept(&ours), None, "it is the same");
        worker.learn(&ours, &keyring("k2"));
        assert!(worker.unkept(&ours).is_some(), "it is another");

        let mut next = Worker::default();
        next.recall(&other, &kept);
        next.recall(&ours, b"nonsense");
        assert_eq!((next.keyring(&ours), next.keyring(&other)), (None, None));
        next.recall(&ours, &kept);
        assert_eq!(next.keyring(&ours), Some(&keyring("k1")));
        assert_eq!(next.unkept(&ours), None, "the host has it");
        assert!(!format!("{next:?}").contains("0707"));
    }

    #[test]
    fn an_outage_is_told_at_its_beginning_and_its_end() {
        let (mut worker, sidecar) = (Worker::default(), SidecarName::new("s:1", "0123456789abcdef"));
        assert_eq!(worker.call_answered(&sidecar, 500), None);
        assert_eq!(worker.call_failed(&sidecar, 600, 1_000), Some(1));
        assert_eq!(worker.call_failed(&sidecar, 600, 1_001), None);
        assert_eq!(worker.refused(Refusal::VaultUnavailable, 1_100), Some(1));
        assert_eq!(worker.refused(Refusal::OutboxFull, 1_101), None, "the same code");
        assert_eq!(worker.refused(Refusal::MediaType, 1_102), Some(1));
        assert_eq!(worker.call_answered(&sidecar, 2_000), Some((2, 2)));
        assert_eq!(worker.call_failed(&sidecar, 1_900, 2_001), None, "it began before the answer");
        assert_eq!(worker.call_answered(&sidecar, 2_100), None);
        assert_eq!(worker.refused(Refusal::VaultUnavailable, 2_200), Some(1));
        assert_eq!(worker.refused(Refusal::MediaType, 2_300), None);
    }
}
