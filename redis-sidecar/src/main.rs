//! The sidecar: config, bind, run. With a subcommand, what its operator asks of it.

use redis_sidecar::config::RawConfig;
use redis_sidecar::{cli, run};

#[tokio::main]
async fn main() -> std::process::ExitCode {
    let command = cli::command();
    let raw = RawConfig::from_env();
    run::exit_code(match command {
        None => run::serve(&raw).await,
        Some(command) => cli::run(command, &raw),
    })
}
