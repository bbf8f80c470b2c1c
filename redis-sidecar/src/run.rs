//! From the configuration to a running sidecar.

use std::future::pending;
use std::io;
use std::process::ExitCode;
use std::sync::Arc;

use tokio::signal::unix::{SignalKind, signal};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use crate::client::Http;
use crate::config::{ClientConfig, Config, LogConfig, OtlpConfig, Place, RawConfig, Secrets, StoreConfig};
use crate::door::{BearerToken, Door};
use crate::error::Fatal;
use crate::journal::{Journal, unix_ms};
use crate::keyring::{Keyring, MasterSecret};
use crate::listen::{self, Listener};
use crate::metrics::Metrics;
use crate::otlp::Exporter;
use crate::publisher::{Publisher, Webhook};
use crate::routes::{Routes, Sidecar};
use crate::schedule::Schedule;
use crate::selfcheck::Checker;
use crate::session::Sessions;
use crate::store::Store;
use crate::store::memory::Memory;
use crate::store::redis::Redis;
use crate::vault::Vault;

pub async fn serve(raw: &RawConfig) -> Result<(), Fatal> {
    log(&LogConfig::parse(raw)?)?;
    // Before the log says that it serves: a signal that comes after that ends it gracefully.
    let end = end_signal()?;
    let config = Config::parse(raw)?;
    let client = ClientConfig::parse(raw)?;
    let checker =
        config.selfcheck.as_deref().map(|url| Ok::<_, Fatal>(Checker::new(url, Http::new(&client)?))).transpose()?;
    let echoes = bind(config.echo.as_slice()).await?;
    let tls = config.tls.as_ref().map(listen::acceptor).transpose()?;
    let has_echo = !echoes.is_empty();
    let listeners = bind(&config.listen).await?;
    let schedule = config.estate.clone().map(Schedule::new);
    let sidecar = Arc::new(sidecar(config).await?);
    tell_start(raw, &listeners, tls.is_some())?;
    let mut exporter = exporter(raw);
    let measures = || sidecar.metrics.render(sidecar.vault.store().health()).ok();
    // A task of its own: it computes for a while, and calls must not wait for that.
    let imports = schedule.map(|schedule| {
        let sidecar = Arc::clone(&sidecar);
        tokio::spawn(async move { schedule.run(&sidecar.vault, &sidecar.metrics).await })
    });
    let watched = Arc::clone(&sidecar);
    let watch = tokio::spawn(async move { watched.live.run(&watched.journal, watched.vault.store()).await });
    // Listeners would otherwise be waited for, as calls in flight.
    let live = Arc::clone(&sidecar.live);
    let end = async move {
        end.await;
        live.end();
    };
    tokio::select! {
        () = listen::serve(listeners, tls, Routes::new(Arc::clone(&sidecar)), end) => {}
        () = listen::serve(echoes, None, Routes::echo(), pending::<()>()), if has_echo => {}
        () = given(checker, async |checker| sidecar.check(checker).await) => {}
        () = given(exporter.as_mut(), async |exporter| exporter.run(measures).await) => {}
    }
    watch.abort();
    imports.iter().for_each(tokio::task::JoinHandle::abort);
    if let Some(exporter) = &mut exporter {
        exporter.end(measures()).await;
    }
    tracing::info!("shut down");
    Ok(())
}

async fn bind(places: &[Place]) -> Result<Vec<Listener>, Fatal> {
    let mut listeners = Vec::new();
    for place in places {
        listeners.push(Listener::bind(place).await.map_err(|error| format!("cannot listen on {place}: {error}"))?);
    }
    Ok(listeners)
}

/// Warns of what may be meant otherwise, and says where it listens: in one line, the last one before calls are accepted.
fn tell_start(raw: &RawConfig, listeners: &[Listener], has_tls: bool) -> Result<(), Fatal> {
    for (variable, meant) in raw.unknown() {
        tracing::warn!(variable, meant, "unknown variable (misspelt?)");
    }
    for listener in listeners {
        if !has_tls && listener.is_open()? {
            tracing::warn!(address = %listener, "listening on a non-loopback address without TLS: tokens and values can be read in transit");
        }
    }
    let places: Vec<_> = listeners.iter().map(Listener::to_string).collect();
    tracing::info!(address = places.join(" "), tls = has_tls, "listening");
    Ok(())
}

/// Does the work of what is configured; what is not never ends.
async fn given<T>(it: Option<T>, work: impl AsyncFnOnce(T)) {
    match it {
        Some(it) => work(it).await,
        None => pending().await,
    }
}

/// Everything but the listener.
pub async fn sidecar(config: Config) -> Result<Sidecar, Fatal> {
    let store: Arc<dyn Store> = match &config.store {
        StoreConfig::Memory { bytes } => {
            tracing::info!(bytes, "embedded store: mappings are kept in memory and are lost when this process ends");
            Arc::new(Memory::new(*bytes))
        }
        StoreConfig::Redis(redis) => Arc::new(Redis::new(redis)?),
    };
    let keyring = match &config.secrets {
        Secrets::Given { newest, older } => Keyring::derive(newest, older)?,
        Secrets::Random => {
            tracing::info!("no MASKER_SECRET: generated a random one, which is lost when this process ends");
            Keyring::derive(&MasterSecret::random()?, &[])?
        }
    };
    tracing::info!(keyring = keyring.id(), "keyring");
    if store.ping().await.is_ok() && store.health().state == contract::StoreState::Redis {
        tracing::info!(eviction = store.health().eviction.as_str(), "Redis answers");
    }
    let metrics = Arc::new(Metrics::default());
    let webhook = config.events.webhook.map(|url| Webhook::start(url, Arc::clone(&metrics))).transpose()?;
    let publisher = Publisher::new(Arc::clone(&store), Arc::clone(&metrics), webhook, config.events.unresolved_max);
    let audiences = config.operators.iter().map(BearerToken::scopes).cloned();
    let journal = Arc::new(Journal::new(audiences, store.health(), unix_ms()));
    Ok(Sidecar {
        vault: Vault::new(keyring, store, config.quotas, Arc::clone(&metrics), publisher, Arc::clone(&journal)),
        journal,
        live: Arc::default(),
        sessions: Sessions::default(),
        secure: config.tls.is_some(),
        filters: Door::new(config.tokens, config.rate),
        operators: Door::new(config.operators, config.rate),
        probes: config.probes,
        metrics,
        selfcheck: Arc::default(),
    })
}

/// Metrics go elsewhere if the environment asks for it. What is wrong with that is told, and is no reason not to serve.
fn exporter(raw: &RawConfig) -> Option<Exporter> {
    let exporter = match OtlpConfig::parse(raw) {
        Ok(config) => config.map(Exporter::new).transpose(),
        Err(invalid) => Err(invalid.into()),
    };
    exporter.unwrap_or_else(|reason| {
        tracing::warn!("OTLP: metrics are not exported: {reason}");
        None
    })
}

/// To stderr, so that a subcommand's output stays its own.
pub fn log(config: &LogConfig) -> Result<(), Fatal> {
    let filter = EnvFilter::try_new(&config.filter).map_err(|_| "MASKER_LOG is not a valid filter")?;
    // The AWS SDK logs what it receives, which is full of names: no filter may ask for that.
    let own = filter_fn(|metadata| !metadata.target().starts_with("aws_"));
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr).with_target(false);
    match config.json {
        true => log.json().finish().with(own).try_init()?,
        false => log.with_ansi(false).finish().with(own).try_init()?,
    }
    Ok(())
}

pub fn exit_code(outcome: Result<(), Fatal>) -> ExitCode {
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // The log itself may not have been set up.
            use std::io::Write;
            let _ = writeln!(io::stderr(), "redis-sidecar: {error}");
            ExitCode::FAILURE
        }
    }
}

/// The signals that end the program.
fn end_signal() -> io::Result<impl Future> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}
