//! The connection to Redis, and its circuit breaker.
//!
//! One multiplexed connection (in a cluster: one per node) serves all calls. After a failure calls fail at once until a
//! trial is due; the trial reconnects and asks Sentinel or the cluster for the current roles.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use futures_util::{StreamExt, TryStreamExt, stream};
use redis::cluster_routing::{RoutingInfo, SingleNodeRoutingInfo};
use redis::{Cmd, FromRedisValue, Pipeline, RedisError, RedisResult, Value};
use tokio::time::timeout;

use super::target::{Connection, Target};
use super::{Breaker, Eviction};
use crate::error::Error;

/// The first and the longest pause between two trials, before jitter.
const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(1);
/// Commands in flight to a cluster, whose nodes take no common pipeline.
const CONCURRENT: usize = 128;

/// A node of a cluster; `None` where there is only one Redis.
pub(super) type Node = Option<(String, u16)>;

pub(super) struct Link {
    target: Target,
    /// The timeout of one call, and of one trial.
    patience: Duration,
    state: Mutex<State>,
}

struct State {
    phase: Phase,
    eviction: Eviction,
    /// Failures since the last call that succeeded.
    failures: u32,
    /// Counts the trials, so that a late failure of an old connection does not close its successor.
    trial: u64,
}

enum Phase {
    Closed(Connection),
    Open {
        until: Instant,
    },
    /// A trial that was dropped half-way counts as failed after this time.
    HalfOpen {
        until: Instant,
    },
}

impl Link {
    pub(super) fn new(target: Target, patience: Duration) -> Self {
        let phase = Phase::Open { until: Instant::now() };
        let state = State { phase, eviction: Eviction::Unknown, failures: 0, trial: 0 };
        Self { target, patience, state: Mutex::new(state) }
    }

    /// Runs commands that may lie on different nodes; the answers are in their order.
    pub(super) async fn run(&self, commands: Vec<Cmd>) -> Result<Vec<Value>, Error> {
        if commands.is_empty() {
            return Ok(Vec::new());
        }
        self.with(|connection| run(connection, commands)).await
    }

    /// Runs one command on one node.
    pub(super) async fn run_on(&self, node: Node, command: Cmd) -> Result<Value, Error> {
        self.with(|connection| run_on(connection, node, command)).await
    }

    /// The nodes that hold keys.
    pub(super) async fn nodes(&self) -> Result<Vec<Node>, Error> {
        match self.target {
            Target::Single(_) | Target::Sentinel(_) => Ok(vec![None]),
            Target::Cluster(_) => {
                let primaries = self.with(|connection| async move { connection.primaries().await }).await?;
                Ok(primaries.into_iter().map(Some).collect())
            }
        }
    }

    pub(super) fn breaker(&self) -> Breaker {
        match self.state().phase {
            Phase::Closed(_) => Breaker::Closed,
            Phase::Open { .. } => Breaker::Open,
            Phase::HalfOpen { .. } => Breaker::HalfOpen,
        }
    }

    pub(super) fn eviction(&self) -> Eviction {
        self.state().eviction
    }

    async fn with<T, F>(&self, call: impl FnOnce(Connection) -> F) -> Result<T, Error>
    where
        F: Future<Output = RedisResult<T>>,
    {
        let (connection, trial) = self.connection().await?;
        let answer = self.bounded(trial, call(connection)).await?;
        self.note_success();
        Ok(answer)
    }

    async fn connection(&self) -> Result<(Connection, u64), Error> {
        let trial = {
            let mut state = self.state();
            match &state.phase {
                Phase::Closed(connection) => return Ok((connection.clone(), state.trial)),
                Phase::Open { until } | Phase::HalfOpen { until } if *until > Instant::now() => {
                    return Err(Error::StoreDown);
                }
                Phase::Open { .. } | Phase::HalfOpen { .. } => state.half_open(self.patience),
            }
        };
        let connection = self.bounded(trial, self.target.connect(self.patience)).await?;
        let eviction = timeout(self.patience, connection.eviction()).await.unwrap_or(Eviction::Unknown);
        self.state().close(trial, &connection, eviction);
        Ok((connection, trial))
    }

    async fn bounded<T>(&self, trial: u64, call: impl Future<Output = RedisResult<T>>) -> Result<T, Error> {
        match timeout(self.patience, call).await {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(error)) => Err(self.note_failure(trial, reason(&error))),
            Err(_) => Err(self.note_failure(trial, "timeout")),
        }
    }

    fn note_success(&self) {
        let failures = std::mem::take(&mut self.state().failures);
        if failures > 0 {
            tracing::info!(failures, "Redis answers again");
        }
    }

    fn note_failure(&self, trial: u64, reason: &str) -> Error {
        match self.state().open(trial) {
            Some(1) => tracing::warn!(reason, "Redis does not answer; mappings are not acknowledged until it does"),
            failures => tracing::debug!(reason, failures, "Redis still does not answer"),
        }
        Error::StoreDown
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn half_open(&mut self, patience: Duration) -> u64 {
        self.phase = Phase::HalfOpen { until: Instant::now() + 3 * patience };
        self.trial += 1;
        self.trial
    }

    fn close(&mut self, trial: u64, connection: &Connection, eviction: Eviction) {
        if self.trial != trial {
            return;
        }
        if eviction != self.eviction && eviction == Eviction::May {
            tracing::warn!("Redis may evict mappings before they expire: set maxmemory-policy to noeviction");
        }
        self.phase = Phase::Closed(connection.clone());
        self.eviction = eviction;
    }

    /// Returns the failures so far; `None` for a failure of a connection that was given up before.
    fn open(&mut self, trial: u64) -> Option<u32> {
        (self.trial == trial).then(|| {
            self.failures = self.failures.saturating_add(1);
            self.phase = Phase::Open { until: Instant::now() + pause(self.failures) };
            self.failures
        })
    }
}

async fn run(connection: Connection, commands: Vec<Cmd>) -> RedisResult<Vec<Value>> {
    match connection {
        Connection::Single(mut connection) => {
            let mut pipeline = Pipeline::with_capacity(commands.len());
            for command in commands {
                pipeline.add_command(command);
            }
            pipeline.query_async(&mut connection).await
        }
        Connection::Cluster(connection) => {
            let answers = commands.into_iter().map(|command| {
                let mut connection = connection.clone();
                async move { command.query_async(&mut connection).await }
            });
            stream::iter(answers).buffered(CONCURRENT).try_collect().await
        }
    }
}

async fn run_on(connection: Connection, node: Node, command: Cmd) -> RedisResult<Value> {
    match (connection, node) {
        (Connection::Cluster(mut connection), Some((host, port))) => {
            let route = RoutingInfo::SingleNode(SingleNodeRoutingInfo::ByAddress { host, port });
            connection.route_command(command, route).await
        }
        (connection, _) => connection.query(command).await,
    }
}

/// Doubles with each failure; between half of it and the whole, so that many sidecars do not come back as one.
fn pause(failures: u32) -> Duration {
    let doubled = FIRST_PAUSE.saturating_mul(1 << failures.saturating_sub(1).min(10)).min(LONGEST_PAUSE);
    let jitter = getrandom::u32().unwrap_or(u32::MAX);
    doubled / 2 + (doubled / 2).mul_f64(f64::from(jitter) / f64::from(u32::MAX))
}

/// An answer that does not have the command's shape counts as no answer.
pub(super) fn read<T: FromRedisValue>(value: Value) -> Result<T, Error> {
    T::from_redis_value(value).map_err(|_| Error::StoreDown)
}

/// For the log: Redis' own text may quote an argument, its code does not.
fn reason(error: &RedisError) -> &str {
    error.code().unwrap_or_else(|| error.category())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_a_bound_and_differ() {
        for (failures, least, most) in
            [(1, 25, 50), (2, 50, 100), (5, 400, 800), (6, 500, 1_000), (u32::MAX, 500, 1_000)]
        {
            let pauses: Vec<_> = (0..50).map(|_| pause(failures).as_millis()).collect();
            assert!(pauses.iter().all(|pause| (least..=most).contains(pause)), "{failures}: {pauses:?}");
            assert!(pauses.iter().min() < pauses.iter().max(), "{failures}: {pauses:?}");
        }
    }
}
