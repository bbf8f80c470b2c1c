//! The catalogue as JSON: what the documentation's list of kinds and the configuration's schema are made of.

use std::error::Error;
use std::io::{self, Write};

use masking::catalog::{self, Described};
use masking::{Family, Risk, Tier};
use serde_json::{Value, json};

fn main() -> Result<(), Box<dyn Error>> {
    let families: Vec<Value> = Family::ALL.iter().map(family).collect();
    let kinds: Vec<Value> = catalog::reference().map(|described| kind(&described)).collect();
    let catalogue = json!({ "version": catalog::version(), "families": families, "kinds": kinds });
    writeln!(io::stdout().lock(), "{catalogue:#}")?;
    Ok(())
}

fn family(family: &Family) -> Value {
    json!({ "name": family.name(), "switch": family.switch() })
}

fn kind(described: &Described) -> Value {
    let Described { kind, found, asked, example } = described;
    json!({
        "id": kind.id,
        "label": kind.label,
        "family": kind.family.name(),
        "risk": match kind.risk {
            Risk::Secret => "secret",
            Risk::Identifier => "identifier",
            Risk::Topology => "topology",
        },
        "default": kind.tier == Tier::Default,
        "found": found,
        "asked": asked,
        "example": example,
    })
}
