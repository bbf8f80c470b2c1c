//! The check that runs every minute while the sidecar serves.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::{Checker, Fault};

const PERIOD: Duration = Duration::from_secs(60);
/// After a failure, and until the gateway has come up.
const RETRY: Duration = Duration::from_secs(5);
/// A sidecar starts before its gateway. For so long, and until there was an outcome, one that cannot be reached is no news.
const START: Duration = Duration::from_secs(60);

/// The outcome of the latest check.
#[derive(Debug, Default)]
pub struct Watch(Mutex<Option<Result<(), Fault>>>);

impl Watch {
    /// `None` until the first check has ended, or if none is configured.
    pub fn latest(&self) -> Option<Result<(), Fault>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Runs checks for ever. Says in the log when the outcome changes, and tells each one, with whether it is a change.
    pub async fn run(&self, checker: Checker, tell: impl AsyncFn(&Result<(), Fault>, bool)) {
        let began = Instant::now();
        loop {
            let checker = checker.clone();
            let outcome = tokio::task::spawn_blocking(move || checker.check()).await.unwrap_or(Err(Fault::Unreachable));
            if self.is_early(&outcome, began.elapsed()) {
                tokio::time::sleep(RETRY).await;
                continue;
            }
            let pause = if outcome.is_ok() { PERIOD } else { RETRY };
            let is_change = self.take(outcome.clone());
            tell(&outcome, is_change).await;
            if is_change {
                match outcome {
                    Ok(()) => tracing::info!("self-check: values are masked and restored"),
                    Err(fault) => tracing::error!("self-check failed: {fault}"),
                }
            }
            tokio::time::sleep(pause).await;
        }
    }

    fn is_early(&self, outcome: &Result<(), Fault>, since_start: Duration) -> bool {
        *outcome == Err(Fault::Unreachable) && self.latest().is_none() && since_start < START
    }

    /// Returns whether the outcome is another one than before.
    fn take(&self, outcome: Result<(), Fault>) -> bool {
        let mut latest = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        latest.replace(outcome.clone()) != Some(outcome)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gateway_that_starts_is_not_told() {
        let watch = Watch::default();
        assert!(watch.is_early(&Err(Fault::Unreachable), Duration::ZERO));
        assert!(!watch.is_early(&Err(Fault::Unreachable), START));
        assert!(!watch.is_early(&Err(Fault::Unmasked(1)), Duration::ZERO));
        watch.take(Ok(()));
        assert!(!watch.is_early(&Err(Fault::Unreachable), Duration::ZERO));
    }

    #[test]
    fn only_a_change_is_told() {
        let watch = Watch::default();
        assert_eq!(watch.latest(), None);
        let told: Vec<bool> =
            [Ok(()), Ok(()), Err(Fault::NoEcho), Err(Fault::NoEcho), Ok(())].map(|outcome| watch.take(outcome)).into();
        assert_eq!(told, [true, false, true, false, true]);
        assert_eq!(watch.latest(), Some(Ok(())));
    }
}
