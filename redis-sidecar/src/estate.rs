//! Inventories: the files in which AWS, Terraform, CloudFormation, Kubernetes and Pulumi list what somebody has, read for the
//! names in them.
//!
//! Which of them a file is, is seen by its content. It is read as it comes, one resource at a time, so that its size does
//! not matter. What is read of a resource are its ARNs and its names, nothing else: a state holds passwords too.

mod collected;
mod json;
mod members;
mod resources;
mod rows;
mod terraform;
mod types;

use std::io::{BufRead, BufReader, Read};

use contract::bound;
use serde_json::Value;

pub use self::collected::{Collected, Found, Left, Wishes};
use crate::error::Error;

/// Bytes that are read at a time.
const BUFFER: usize = 256 << 10;
/// The mark that some programs put in front of a text.
const MARK: &[u8] = b"\xef\xbb\xbf";

/// Bytes of the names of a page, with their kinds; in a call they stay below the bound of its body.
const PAGE_BYTES: usize = bound::BODY_BYTES / 4;

/// The names in the pages in which a sidecar takes them: at least one.
pub fn pages(mut found: &[Found]) -> Vec<&[Found]> {
    let mut pages = Vec::new();
    loop {
        let mut bytes = 0;
        let fits = |found: &&Found| {
            bytes += found.name.len() + found.kind.len();
            bytes <= PAGE_BYTES
        };
        let count = found.iter().take(bound::MAPPINGS).take_while(fits).count();
        let (page, rest) = found.split_at_checked(count).unwrap_or((found, &[]));
        pages.push(page);
        found = rest;
        if found.is_empty() {
            return pages;
        }
    }
}

/// What a file turned out to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Format {
    Tagging,
    Config,
    ResourceExplorer,
    Buckets,
    Accounts,
    Caller,
    TerraformState,
    TerraformShow,
    StackResources,
    Stacks,
    Template,
    Cdk,
    Kubernetes,
    Pulumi,
    Table,
    List,
}

impl Format {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Tagging => "resource groups tagging API",
            Self::Config => "AWS Config",
            Self::ResourceExplorer => "Resource Explorer",
            Self::Buckets => "S3 buckets",
            Self::Accounts => "accounts of an organisation",
            Self::Caller => "caller's account",
            Self::TerraformState => "Terraform state",
            Self::TerraformShow => "terraform show -json",
            Self::StackResources => "resources of a CloudFormation stack",
            Self::Stacks => "CloudFormation stacks",
            Self::Template => "CloudFormation template",
            Self::Cdk => "manifest of cdk.out",
            Self::Kubernetes => "Kubernetes",
            Self::Pulumi => "Pulumi stack export",
            Self::Table => "table",
            Self::List => "list",
        }
    }
}

/// The reason for which a file cannot be read.
#[derive(Debug)]
pub enum Unreadable {
    /// It is not whole, or not what its beginning says.
    Malformed { line: usize, column: usize },
    /// It is JSON in none of the known formats.
    Unknown,
    /// The file itself cannot be read.
    File(std::io::Error),
    /// The catalogue cannot be compiled.
    Internal,
}

impl std::fmt::Display for Unreadable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Malformed { line, column } => write!(f, "it is broken at line {line} column {column}"),
            Self::Unknown => {
                f.write_str("it is JSON in none of the formats that are known (docs/estate.md lists them)")
            }
            Self::File(error) => error.fmt(f),
            Self::Internal => Error::Internal.fmt(f),
        }
    }
}

impl std::error::Error for Unreadable {}

impl From<serde_json::Error> for Unreadable {
    /// Keeps only the position: serde's own text quotes the input.
    fn from(error: serde_json::Error) -> Self {
        let (line, column) = (error.line(), error.column());
        if error.is_io() { Self::File(error.into()) } else { Self::Malformed { line, column } }
    }
}

/// Takes an inventory, or a page of one, that was asked for as it is taken from a file.
pub fn take(document: &Value, collected: &mut Collected) -> Result<Format, Unreadable> {
    json::take(document, collected)
}

/// Reads an inventory, and returns what it was.
pub fn read(from: impl Read, collected: &mut Collected) -> Result<Format, Unreadable> {
    let mut from = BufReader::with_capacity(BUFFER, from);
    loop {
        let head = from.fill_buf().map_err(Unreadable::File)?;
        if head.starts_with(MARK) {
            from.consume(MARK.len());
            continue;
        }
        let blanks = head.iter().take_while(|b| b.is_ascii_whitespace()).count();
        match head.get(blanks) {
            Some(b'{' | b'[') => return json::read(from, collected),
            None if blanks > 0 => from.consume(blanks),
            Some(_) | None => return rows::read(from, collected),
        }
    }
}

#[cfg(test)]
mod tests;
