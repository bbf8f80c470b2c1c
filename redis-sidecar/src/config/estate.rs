//! The schedule by which the sidecar asks the AWS account itself.

use std::collections::HashSet;
use std::fmt;
use std::time::Duration;

use contract::Scope;

use super::raw::{InvalidVariable, RawConfig, refuse};
use crate::aws;
use crate::estate::Wishes;
use crate::name::SourceName;

const INTERVAL: &str = "MASKER_ESTATE_INTERVAL";
/// What else there is says how, and means nothing without the interval.
const SCOPES: &str = "MASKER_ESTATE_SCOPES";
const REGIONS: &str = "MASKER_ESTATE_REGIONS";
const SOURCE: &str = "MASKER_ESTATE_SOURCE";
const FORCE: &str = "MASKER_ESTATE_FORCE";
const SKIP: &str = "MASKER_ESTATE_SKIP";

const SHORTEST: Duration = Duration::from_secs(10);
const LONGEST: Duration = Duration::from_secs(7 * 24 * 60 * 60);
const SCOPE: &str = "default";

#[derive(Clone, PartialEq, Eq)]
pub struct EstateConfig {
    /// From one import to the next.
    pub interval: Duration,
    /// Never empty.
    pub scopes: Vec<Scope>,
    /// Empty for the environment's.
    pub regions: Vec<String>,
    /// `None` for the account's own.
    pub source: Option<SourceName>,
    pub wishes: Wishes,
}

impl fmt::Debug for EstateConfig {
    /// Without the names, which are the customer's.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EstateConfig").field("interval", &self.interval).finish_non_exhaustive()
    }
}

/// `None` without an interval.
pub(super) fn parse(raw: &RawConfig) -> Result<Option<EstateConfig>, InvalidVariable> {
    let [scopes, regions, source] = [raw.text(SCOPES)?, raw.text(REGIONS)?, raw.text(SOURCE)?];
    let [force, skip] = [raw.text(FORCE)?, raw.text(SKIP)?];
    let Some(text) = raw.text(INTERVAL)? else {
        let given = [(SCOPES, scopes), (REGIONS, regions), (SOURCE, source), (FORCE, force), (SKIP, skip)];
        return match given.into_iter().find(|(_, is)| is.is_some()) {
            Some((variable, _)) => refuse(variable, "needs MASKER_ESTATE_INTERVAL"),
            None => Ok(None),
        };
    };
    if !aws::IS_BUILT {
        return refuse(INTERVAL, aws::NEEDED);
    }
    let interval = duration(&text).filter(|interval| (SHORTEST..=LONGEST).contains(interval));
    let interval =
        interval.ok_or(InvalidVariable { variable: INTERVAL, why: "is no time from 10s to 7d, such as 1h" })?;
    let scopes = words(scopes.as_deref().unwrap_or(SCOPE)).map(Scope::parse).collect::<Option<Vec<_>>>();
    let source = source.map(|name| {
        SourceName::parse(&name).ok_or(InvalidVariable { variable: SOURCE, why: "is no name of A-Z, a-z, 0-9, . _ -" })
    });
    Ok(Some(EstateConfig {
        interval,
        scopes: scopes.ok_or(InvalidVariable { variable: SCOPES, why: "holds an invalid scope" })?,
        regions: words(&regions.unwrap_or_default()).map(str::to_owned).collect(),
        source: source.transpose()?,
        wishes: Wishes { force: names(force.as_deref()), skip: names(skip.as_deref()) },
    }))
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split([' ', ',', '\t', '\n']).filter(|word| !word.is_empty())
}

/// A name may hold blanks.
fn names(text: Option<&str>) -> HashSet<String> {
    let names = text.unwrap_or_default().split([',', '\n']).map(str::trim);
    names.filter(|name| !name.is_empty()).map(str::to_owned).collect()
}

/// `90s`, `30m`, `1h`, `1d`.
fn duration(text: &str) -> Option<Duration> {
    let (number, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    let seconds = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 60 * 60,
        "d" => 24 * 60 * 60,
        _ => return None,
    };
    number.parse::<u64>().ok()?.checked_mul(seconds).map(Duration::from_secs)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(variables: &[(&str, &str)]) -> Result<Option<EstateConfig>, &'static str> {
        parse(&RawConfig::of(variables.iter().copied())).map_err(|invalid| invalid.variable)
    }

    #[test]
    fn without_an_interval_there_is_no_schedule() {
        assert_eq!(parsed(&[]), Ok(None));
        for variable in [SCOPES, REGIONS, SOURCE, FORCE, SKIP] {
            assert_eq!(parsed(&[(variable, "x")]), Err(variable), "it would mean nothing");
        }
    }

    #[test]
    fn times_have_a_unit() {
        for (text, seconds) in [
            ("90s", Some(90)),
            ("30m", Some(1_800)),
            ("1h", Some(3_600)),
            ("2d", Some(172_800)),
            ("3600", None),
            ("h", None),
            ("1.5h", None),
            ("-1h", None),
            ("99999999999999999999h", None),
            ("é", None),
            ("", None),
        ] {
            assert_eq!(duration(text), seconds.map(Duration::from_secs), "{text:?}");
        }
    }

    #[test]
    fn a_program_without_the_sdk_refuses_the_schedule() {
        if !aws::IS_BUILT {
            assert_eq!(parsed(&[(INTERVAL, "1h")]), Err(INTERVAL));
            return;
        }
        let config = parsed(&[(INTERVAL, "1h"), (SCOPES, "a, b"), (REGIONS, "eu-west-1 us-east-1"), (SOURCE, "aws")]);
        let config = config.unwrap().unwrap();
        assert_eq!(config.scopes.iter().map(Scope::as_str).collect::<Vec<_>>(), ["a", "b"]);
        assert_eq!(config.regions, ["eu-west-1", "us-east-1"]);
        assert_eq!(config.source.as_ref().map(SourceName::as_str), Some("aws"));
        assert_eq!(config.wishes, Wishes::default());
        let config = parsed(&[(INTERVAL, "1h"), (FORCE, "payroll, Production Database,\nledger\n"), (SKIP, "web")]);
        let config = config.unwrap().unwrap();
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        let wishes = Wishes { force: names(&["payroll", "Production Database", "ledger"]), skip: names(&["web"]) };
        assert_eq!(config.wishes, wishes);
        assert!(!format!("{config:?}").contains("payroll"));
        for (variable, text) in [(INTERVAL, "1s"), (INTERVAL, "30d"), (SCOPES, "a b*"), (SOURCE, "a:b")] {
            let variables: Vec<_> = [(INTERVAL, "1h"), (variable, text)].into_iter().collect();
            assert_eq!(parsed(&variables[usize::from(variable == INTERVAL)..]), Err(variable), "{text}");
        }
    }
}
