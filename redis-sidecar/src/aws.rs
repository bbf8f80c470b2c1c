//! The live source of an estate: the AWS account itself, asked by the official SDK, which is in the binary with the feature
//! `aws` only. What it answers becomes the documents that AWS's command line prints, and is read as these are.
//!
//! Every call reads, and none is needed: what the account does not allow is told and left out. Nothing that is told has a
//! name of the account's in it.

use std::fmt;

use crate::name::PartName;

#[cfg(not(feature = "aws"))]
mod absent;
#[cfg(feature = "aws")]
mod account;
#[cfg(feature = "aws")]
mod fault;

#[cfg(not(feature = "aws"))]
pub use self::absent::Account;
#[cfg(feature = "aws")]
pub use self::account::Account;

/// Whether this program can ask an account.
pub const IS_BUILT: bool = cfg!(feature = "aws");
/// The program that can.
pub const NEEDED: &str = "needs redis-sidecar-aws, which has the AWS SDK: a file of each release, and an image; it is built by \
     cargo build --profile sidecar --package redis-sidecar --features aws";

/// Where an account is asked; what is not given is the environment's, as in every tool of AWS.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Place {
    pub regions: Vec<String>,
    pub endpoint: Option<String>,
}

/// One question: a service, and the region in which it is asked if its answers differ by region.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    pub service: Service,
    pub region: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Service {
    Tagging,
    Explorer,
    Buckets,
    Organisation,
}

/// What became of a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// The number of resources.
    Listed(u64),
    /// It is not allowed, or not set up: the code with which AWS says so.
    Denied(String),
}

/// What was asked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Asked {
    pub answered: Vec<PartName>,
    pub denied: Vec<PartName>,
}

impl Asked {
    /// The first part of an earlier import that is not allowed by now. Replaced by what is left, its names would be lost
    /// without anybody having removed them.
    pub fn lost<'p>(&self, before: &'p [PartName]) -> Option<&'p PartName> {
        before.iter().find(|part| self.denied.contains(part))
    }
}

/// What to do about a part that is lost.
pub fn told_lost(part: &PartName) -> String {
    let part = part.as_str();
    format!(
        "AWS: {part} was allowed at the last import and is not now; nothing is replaced. Allow it again, or forget the \
         source first"
    )
}

impl Part {
    /// `None` if its region is none.
    pub fn name(&self) -> Option<PartName> {
        let service = match self.service {
            Service::Tagging => "tagging",
            Service::Explorer => "explorer",
            Service::Buckets => "buckets",
            Service::Organisation => "organisation",
        };
        PartName::parse(&match &self.region {
            Some(region) => format!("{service}.{region}"),
            None => service.to_owned(),
        })
    }
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.service {
            Service::Tagging => "resource groups tagging API",
            Service::Explorer => "Resource Explorer",
            Service::Buckets => "S3 buckets",
            Service::Organisation => "accounts of the organisation",
        })?;
        self.region.as_ref().map_or(Ok(()), |region| write!(f, " in {region}"))
    }
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Listed(count) => write!(f, "{count} resources"),
            Self::Denied(code) => write!(f, "left out, not allowed or not set up ({code})"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(names: &[&str]) -> Vec<PartName> {
        names.iter().map(|name| PartName::parse(name).unwrap()).collect()
    }

    #[test]
    fn what_was_listed_before_and_is_denied_now_is_lost() {
        let asked = Asked { answered: parts(&["tagging.eu-west-1"]), denied: parts(&["buckets", "organisation"]) };
        for (before, lost) in [
            (vec![], None),
            (parts(&["tagging.eu-west-1"]), None),
            // A region that was not asked this time was left out on purpose.
            (parts(&["tagging.us-east-1"]), None),
            (parts(&["tagging.eu-west-1", "buckets"]), Some("buckets")),
        ] {
            assert_eq!(asked.lost(&before).map(PartName::as_str), lost);
        }
    }

    #[test]
    fn a_part_is_named_by_its_service_and_region() {
        for (service, region, name, shown) in [
            (
                Service::Tagging,
                Some("eu-west-1"),
                Some("tagging.eu-west-1"),
                "resource groups tagging API in eu-west-1",
            ),
            (Service::Buckets, None, Some("buckets"), "S3 buckets"),
            (Service::Explorer, Some("no region"), None, "Resource Explorer in no region"),
        ] {
            let part = Part { service, region: region.map(str::to_owned) };
            assert_eq!((part.name().as_ref().map(PartName::as_str), part.to_string().as_str()), (name, shown));
        }
    }
}
