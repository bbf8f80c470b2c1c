//! The sidecar as one instance sees it: its address, the debts to it, the effect of its answers on requests.

use contract::{Mapping, bound};
use masking::{Placeholder, PlaceholderKey};

use super::clock::{Steady, TimeOfDay};
use super::memory::Memory;
use super::outbox::{Outbox, SCOPE_BYTES, SCOPE_MAPPINGS};
use super::sync::{Failure, News, Sync, VaultState};
use super::worker::zone::Zone;
use super::worker::{Reach, SidecarName, Worker};
use crate::refusal::Refusal;
use filter_config::{Address, BearerToken, Mode, OnOutage, SidecarConfig};

/// Kong's words for a call that it did not send. Its resolver reports "ok" for a call that it could not even begin; so
/// does a connection that was closed without a byte.
const UNSENT: [&str; 4] = ["bad argument", "resolver failure", "internal failure", "ok"];

/// The status by which the sidecar says that it does not know a token.
const UNAUTHORIZED: u32 = 401;
const REJECTED: &str = "status 401: sidecar_token or AWS_MASKER_TOKEN is none of its MASKER_TOKENS";

#[derive(Debug)]
pub(crate) struct Sidecar {
    name: SidecarName,
    address: Address,
    token: BearerToken,
    on_outage: OnOutage,
    mapping_ttl: u64,
    sync: Sync,
    pub outbox: Outbox,
    /// The time at which the last call began.
    called_at: TimeOfDay,
    /// True while the host keeps mappings that this instance owes.
    is_debtor: bool,
}

/// The key with which a request is masked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum UsedKey {
    /// The vault's, or that of a filter without one.
    Regular,
    /// Derived from the token, because the vault has not answered yet.
    Fallback,
}

/// A call to the sidecar.
#[derive(Debug)]
pub(crate) struct Call {
    pub address: Address,
    pub authorization: String,
    pub body: Vec<u8>,
}

/// The host's data on a call that ended.
pub(crate) struct Reply<'h> {
    pub status: Option<String>,
    pub body: Option<Vec<u8>>,
    /// The host's word for the reason of a failure, if it has one.
    pub host_word: &'h dyn Fn() -> Option<String>,
}

impl Sidecar {
    /// `instance` distinguishes the instance from all others.
    pub(crate) fn new(config: SidecarConfig, instance: String, mode: Mode) -> Self {
        Self {
            name: SidecarName::new(config.address.as_str(), config.token.expose()),
            address: config.address,
            token: config.token,
            on_outage: config.on_outage,
            mapping_ttl: config.mapping_ttl,
            sync: Sync::new(instance, config.mapping_ttl, mode),
            outbox: Outbox::default(),
            called_at: TimeOfDay::default(),
            is_debtor: false,
        }
    }

    pub(crate) fn name(&self) -> &SidecarName {
        &self.name
    }

    /// Milliseconds after which a mapping is sent to the vault again, to renew its time to live.
    pub(crate) fn renew_ms(&self) -> u64 {
        self.mapping_ttl.saturating_mul(1_000) / 4
    }

    /// The numbers of failed calls, of unsent ones among them, and of owed mappings.
    pub(crate) fn numbers(&self) -> (u64, u64, usize) {
        (self.sync.failed_calls, self.sync.unsent_calls, self.outbox.mappings_len())
    }

    /// Asks for a placeholder with the next call.
    pub(crate) fn want(&mut self, scope: &str, placeholder: Placeholder) {
        self.sync.want(scope, placeholder);
    }

    pub(crate) fn vault_state(&self, steady: Steady, now: TimeOfDay, worker: &Worker) -> VaultState {
        // During a longer outage this instance may not have made a call.
        let is_out = matches!(worker.reach(&self.name, now), Reach::Failing { is_out: true, .. });
        match self.sync.vault_state(steady) {
            VaultState::Up if !is_out => VaultState::Up,
            _ if worker.is_rejected_by(&self.name) => VaultState::Rejecting,
            VaultState::Up => VaultState::Down,
            state => state,
        }
    }

    /// Fails if no request may be forwarded now.
    pub(crate) fn check(&self, vault: VaultState) -> Result<(), Refusal> {
        match (&self.on_outage, self.sync.keys()) {
            (OnOutage::Refuse, _) if vault == VaultState::Rejecting => Err(Refusal::TokenRejected),
            (OnOutage::Refuse, None) => Err(Refusal::NoKeyring),
            (OnOutage::Refuse, Some(_)) if vault != VaultState::Up => Err(Refusal::VaultUnavailable),
            (OnOutage::Refuse | OnOutage::GoOn(_), _) => Ok(()),
        }
    }

    /// The key with which requests of the scope are masked, or the reason for which they must not be forwarded.
    pub(crate) fn key(&self, scope: &str, vault: VaultState) -> Result<(PlaceholderKey, UsedKey), Refusal> {
        self.check(vault)?;
        match (&self.on_outage, self.sync.keys()) {
            (_, Some(keys)) => Ok((keys.of_scope(scope).ok_or(Refusal::Scope)?, UsedKey::Regular)),
            (OnOutage::GoOn(key), None) => Ok((key.clone(), UsedKey::Fallback)),
            (OnOutage::Refuse, None) => Err(Refusal::NoKeyring),
        }
    }

    /// Fails if the mappings of a request that are not owed yet cannot be owed. Then nothing of it may be forwarded: a
    /// placeholder that is not stored can be restored nowhere else. `new` says how many of the request's the vault has
    /// never had.
    pub(crate) fn admit(&mut self, scope: &str, debts: &[Mapping], new: usize, now: Steady) -> Result<(), Refusal> {
        if new > 0 && self.outbox.is_refused(scope, now) {
            return Err(Refusal::Quota);
        }
        let sizes: Vec<usize> = debts.iter().map(|debt| debt.value.expose().len()).collect();
        let (count, bytes) = (sizes.len(), sizes.iter().sum());
        match self.on_outage {
            OnOutage::Refuse if sizes.iter().any(|size| *size > bound::VALUE_BYTES) => Err(Refusal::TooMuchToKeep),
            OnOutage::Refuse if count > SCOPE_MAPPINGS || bytes > SCOPE_BYTES => Err(Refusal::TooMuchToKeep),
            OnOutage::Refuse if !self.outbox.fits(scope, count, bytes) => Err(Refusal::OutboxFull),
            OnOutage::Refuse => Ok(()),
            OnOutage::GoOn(_) => {
                self.outbox.make_room(scope, count, bytes);
                Ok(())
            }
        }
    }

    /// Takes over the key that another instance of the worker has.
    pub(crate) fn inherit(&mut self, now: Steady, worker: &Worker) {
        if let Some(keyring) = worker.keyring(&self.name) {
            self.sync.inherit(keyring, now);
        }
    }

    /// Returns the call to make now, if any.
    pub(crate) fn tick(
        &mut self,
        steady: Steady,
        now: TimeOfDay,
        memory: &Memory,
        worker: &mut Worker,
    ) -> Option<Call> {
        match worker.reach(&self.name, now) {
            Reach::Failing { may_try: false, .. } => return None,
            Reach::Failing { .. } => {}
            Reach::Fair => self.sync.retry(steady),
        }
        let body = self.sync.tick(steady, &mut self.outbox, memory)?;
        self.called_at = now;
        worker.on_call(&self.name, now);
        Some(Call { address: self.address.clone(), authorization: self.token.header(), body })
    }

    /// Takes the reply to the call. Returns its news, and a line for the log, if one is due.
    pub(crate) fn on_reply(
        &mut self,
        steady: Steady,
        now: TimeOfDay,
        reply: &Reply<'_>,
        worker: &mut Worker,
    ) -> (News, Option<String>) {
        let status = reply.status.as_ref().and_then(|status| status.parse::<u32>().ok());
        let (Some(status), Some(body)) = (status, &reply.body) else {
            let word = (reply.host_word)();
            let is_unsent = status.is_none() && word.as_deref().is_some_and(|word| UNSENT.contains(&word));
            let failure = if is_unsent { Failure::Unsent } else { Failure::Unanswered };
            let why = word.filter(|word| word != "ok").unwrap_or_else(|| "no answer, or a part of one".to_owned());
            return (News::default(), self.on_failure(steady, now, failure, &why, worker));
        };
        let Some(news) = self.sync.on_answer(steady, status, body, &mut self.outbox.counters) else {
            let is_rejected = status == UNAUTHORIZED;
            worker.on_rejection(&self.name, is_rejected);
            let why = if is_rejected { REJECTED.to_owned() } else { format!("status {status}") };
            return (News::default(), self.on_outage(now, &why, worker));
        };
        if let Some(keyring) = &news.keyring {
            worker.learn(&self.name, keyring);
        }
        let line = worker.on_call_answer(&self.name, now).map(|(failed, refused)| {
            format!(
                "the sidecar answers again; {failed} calls failed and {refused} requests were refused in the meantime"
            )
        });
        (news, line)
    }

    pub(crate) fn on_unsent(&mut self, steady: Steady, now: TimeOfDay, worker: &mut Worker) -> Option<String> {
        self.on_failure(steady, now, Failure::Unsent, "the host does not know its address", worker)
    }

    fn on_failure(
        &mut self,
        steady: Steady,
        now: TimeOfDay,
        failure: Failure,
        why: &str,
        worker: &mut Worker,
    ) -> Option<String> {
        self.sync.on_failure(steady, failure, &mut self.outbox.counters);
        worker.on_rejection(&self.name, false);
        self.on_outage(now, why, worker)
    }

    fn on_outage(&self, now: TimeOfDay, why: &str, worker: &mut Worker) -> Option<String> {
        let count = worker.on_call_failure(&self.name, self.called_at, now)?;
        let address = self.address.as_str();
        Some(format!("no valid answer from the sidecar at {address} ({why}; {count} calls); retrying"))
    }

    /// Lets the host keep the key, once, for the instances that follow if this memory is lost.
    pub(crate) fn keep_key(&self, worker: &mut Worker, zone: &impl Zone) {
        if worker.has_zone()
            && let Some(kept) = worker.take_unkept(&self.name)
        {
            zone.write(self.name.as_str(), Some(&kept));
        }
    }

    /// Takes over the key of an earlier instance.
    pub(crate) fn recall_key(&mut self, now: Steady, worker: &mut Worker, zone: &impl Zone) {
        if self.sync.keys().is_none()
            && let Some(kept) = zone.read(self.name.as_str())
        {
            worker.recall_key(&self.name, &kept);
            self.inherit(now, worker);
        }
    }

    /// Lets the host keep the owed mappings of which it has no copy.
    pub(crate) fn keep_owed(&mut self, worker: &mut Worker, zone: &impl Zone) {
        let mut owed = self.sync.take_unkept();
        owed.extend(self.outbox.take_unkept());
        self.write_owed(&owed, worker, zone);
    }

    fn write_owed(&mut self, owed: &[Mapping], worker: &mut Worker, zone: &impl Zone) {
        let pieces = worker.keep_owed(&self.name, owed);
        if !pieces.is_empty() && !std::mem::replace(&mut self.is_debtor, true) {
            worker.add_debtor(&self.name);
        }
        for (name, kept) in pieces {
            zone.write(&name, Some(&kept));
        }
    }

    /// Takes over the debts of a lost memory, if no other instance has. The host keeps them again, as this memory may
    /// also be lost before they are delivered.
    pub(crate) fn recall_owed(&mut self, worker: &mut Worker, zone: &impl Zone) {
        let take = |name: &str| {
            let kept = zone.read(name)?;
            zone.write(name, None);
            Some(kept)
        };
        let Some(owed) = worker.recall_owed(&self.name, || zone.process(), take) else { return };
        owed.into_iter().for_each(|mapping| self.outbox.owe(mapping));
        let owed = self.outbox.take_unkept();
        self.write_owed(&owed, worker, zone);
    }

    /// Lets the host forget the owed mappings after all instances have delivered theirs.
    pub(crate) fn release_owed(&mut self, worker: &mut Worker, zone: &impl Zone) {
        if self.outbox.mappings_len() == 0 && !self.sync.owes() && std::mem::take(&mut self.is_debtor) {
            worker.release_owed(&self.name).iter().for_each(|name| zone.write(name, None));
        }
    }

    /// The number of the batch in flight.
    #[cfg(test)]
    pub(crate) fn batch_in_flight(&self) -> u64 {
        self.sync.batches()
    }
}
