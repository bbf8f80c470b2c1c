//! Scheduled imports: the sidecar that serves asks the AWS account for its estate, again and again. When it fails, the former
//! estate stays.
//!
//! The age of the last import, which is in the store, says whether the next one is due, whoever made that one. Of several
//! sidecars on one store, the one that gets the turn makes it.

use std::convert::Infallible;
use std::time::Duration;

use contract::{Redacted, Scope};
use tokio::time::sleep;

use crate::aws::{self, Account, Answer, Asked, Place};
use crate::catalogue;
use crate::config::EstateConfig;
use crate::error::{Error, Fatal};
use crate::estate::{self, Collected, Found};
use crate::metrics::Metrics;
use crate::name::{PartName, SourceName};
use crate::vault::Vault;
use crate::vault::estate::{Import, ImportId, Imported, Name};

/// The time of a turn; whoever has one renews it while it works. One that was killed loses it to another sidecar then.
const TURN: Duration = Duration::from_secs(120);
/// The rest of a turn after an import: there is none.
const OVER: Duration = Duration::from_millis(1);
/// From a failure to the next trial, unless the interval is shorter.
const RETRY: Duration = Duration::from_secs(60);
/// From one look whether an import is due to the next.
const LOOK: Duration = Duration::from_secs(10);

#[derive(Debug)]
pub struct Schedule {
    config: EstateConfig,
    account: Option<Account>,
    /// Known once the account has said who it is.
    source: Option<SourceName>,
    /// What was not allowed last time, so that it is told when it changes only.
    denied: Vec<PartName>,
}

impl Schedule {
    pub fn new(config: EstateConfig) -> Self {
        let source = config.source.clone();
        Self { config, account: None, source, denied: Vec::new() }
    }

    /// Imports for ever.
    pub async fn run(mut self, vault: &Vault, metrics: &Metrics) -> Infallible {
        for scope in &self.config.scopes {
            [true, false].into_iter().for_each(|succeeded| metrics.count_imports(scope.as_str(), succeeded, 0));
        }
        loop {
            let pause = self.round(vault, metrics).await;
            sleep(pause).await;
        }
    }

    /// Imports what is due. Returns the time until the next look.
    async fn round(&mut self, vault: &Vault, metrics: &Metrics) -> Duration {
        let scopes = self.config.scopes.clone();
        let source = match self.source().await {
            Ok(source) => source,
            Err(error) => {
                scopes.iter().for_each(|scope| failed(metrics, scope, &error));
                return self.retry();
            }
        };
        let mut due = Vec::new();
        for scope in scopes {
            if self.gets_turn(vault, &scope, &source).await {
                due.push(scope);
            }
        }
        if !due.is_empty() {
            tokio::select! {
                () = self.import_all(vault, metrics, &due, &source) => {}
                never = renew(vault, &due, &source) => match never {},
            }
        }
        for scope in &self.config.scopes {
            if let Ok(Some(age)) = age(vault, scope, &source).await {
                metrics.take_estate_age(scope.as_str(), age);
            }
        }
        LOOK.min(self.config.interval / 10)
    }

    /// Returns whether an import is due, and this sidecar makes it. A store that does not answer is told by itself.
    async fn gets_turn(&self, vault: &Vault, scope: &Scope, source: &SourceName) -> bool {
        let is_due = async || {
            let age = age(vault, scope, source).await;
            age.is_ok_and(|age| age.is_none_or(|age| age >= self.config.interval))
        };
        if !is_due().await || !vault.store().take_turn(scope, source, TURN).await.unwrap_or(false) {
            return false;
        }
        // Another sidecar's import may have ended just before.
        let is_due = is_due().await;
        if !is_due {
            let _ = vault.store().set_turn(scope, source, OVER).await;
        }
        is_due
    }

    fn retry(&self) -> Duration {
        RETRY.min(self.config.interval)
    }

    async fn source(&mut self) -> Result<SourceName, Fatal> {
        if let Some(source) = &self.source {
            return Ok(source.clone());
        }
        let source = self.account().await?.source().ok_or(Error::Internal)?;
        Ok(self.source.insert(source).clone())
    }

    async fn account(&mut self) -> Result<&Account, Fatal> {
        let account = match self.account.take() {
            Some(account) => account,
            None => Account::open(&Place { regions: self.config.regions.clone(), endpoint: None }).await?,
        };
        Ok(self.account.insert(account))
    }

    /// Asks once, and imports into each scope. Ends the turns.
    async fn import_all(&mut self, vault: &Vault, metrics: &Metrics, due: &[Scope], source: &SourceName) {
        let listed = self.list().await;
        for scope in due {
            let outcome = match &listed {
                Ok((found, asked)) => import(vault, scope, source, found, asked).await,
                Err(error) => Err(error.to_string().into()),
            };
            let next = match outcome {
                Ok(Imported { added, removed, names }) => {
                    tracing::info!(scope = scope.as_str(), names, added, removed, "the estate is imported");
                    metrics.count_imports(scope.as_str(), true, 1);
                    OVER
                }
                Err(error) => {
                    failed(metrics, scope, &error);
                    self.retry()
                }
            };
            // Without a store the turn ends by itself.
            let _ = vault.store().set_turn(scope, source, next).await;
        }
    }

    async fn list(&mut self) -> Result<(Vec<Found>, Asked), Fatal> {
        let mut collected = Collected::new(self.config.wishes.clone())?;
        let mut told = Vec::new();
        let tell = |part: &aws::Part, answer: &Answer| {
            if matches!(answer, Answer::Denied(_)) {
                told.push(format!("{part}: {answer}"));
            }
        };
        let asked = self.account().await?.list(&mut collected, tell).await;
        if asked.is_err() {
            // Other credentials may be there by the next time.
            self.account = None;
        }
        let asked = asked?;
        if asked.denied != self.denied {
            told.iter().for_each(|line| tracing::info!("AWS: {line}"));
            self.denied.clone_from(&asked.denied);
        }
        Ok((collected.found(), asked))
    }
}

async fn renew(vault: &Vault, due: &[Scope], source: &SourceName) -> Infallible {
    loop {
        sleep(TURN / 3).await;
        for scope in due {
            let _ = vault.store().set_turn(scope, source, TURN).await;
        }
    }
}

async fn import(
    vault: &Vault,
    scope: &Scope,
    source: &SourceName,
    found: &[Found],
    asked: &Asked,
) -> Result<Imported, Fatal> {
    let sources = vault.sources(scope).await?;
    let before = sources.iter().find(|state| state.source == source.as_str());
    if let Some(lost) = before.and_then(|before| asked.lost(&before.parts)) {
        return Err(aws::told_lost(lost).into());
    }
    let (id, pages) = (ImportId::random()?, estate::pages(found));
    let mut sum = Imported::default();
    for (number, page) in pages.iter().enumerate() {
        let import = Import {
            scope: scope.clone(),
            source: source.clone(),
            id: id.clone(),
            names: page.iter().map(name).collect::<Result<_, _>>()?,
            complete: number + 1 == pages.len(),
            parts: asked.answered.clone(),
        };
        let Imported { added, removed, names } = vault.import(&import).await?;
        sum = Imported { added: sum.added + added, removed, names };
    }
    Ok(sum)
}

fn name(found: &Found) -> Result<Name, Error> {
    let kind = catalogue::kind(found.kind).ok_or(Error::Internal)?;
    Ok(Name {
        kind,
        value: Redacted::new(found.name.clone()),
        forced: found.forced,
        of: found.of.clone().map(Redacted::new),
    })
}

fn failed(metrics: &Metrics, scope: &Scope, error: &Fatal) {
    tracing::warn!(scope = scope.as_str(), "the estate could not be imported, the former one stays: {error}");
    metrics.count_imports(scope.as_str(), false, 1);
}

/// The time since the last import, whoever made it; `None` if there was none.
async fn age(vault: &Vault, scope: &Scope, source: &SourceName) -> Result<Option<Duration>, Error> {
    let sources = vault.sources(scope).await?;
    let state = sources.iter().find(|state| state.source == source.as_str());
    Ok(state.and_then(|state| state.age).map(Duration::from_secs))
}
