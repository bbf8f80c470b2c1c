//! Values that the configuration wants left alone.

use std::collections::HashSet;

use crate::policy::PolicyError;
use crate::scan::check;

#[derive(Debug, Default)]
pub(crate) struct Never {
    literals: HashSet<String>,
    networks: Vec<Cidr>,
}

/// The addresses whose first bits are those of `network`.
#[derive(Debug)]
struct Cidr {
    network: u32,
    mask: u32,
}

impl Never {
    pub(crate) fn new(never: &[String]) -> Result<Self, PolicyError> {
        let mut all = Self::default();
        for (literal, at) in never.iter().zip(1..) {
            match literal.split_once('/') {
                Some((network, length)) if check::address(network.as_bytes()).is_some() => {
                    all.networks.push(Cidr::new(network, length).ok_or(PolicyError::Cidr { at })?);
                }
                _ => {
                    all.literals.insert(literal.clone());
                }
            }
        }
        Ok(all)
    }

    pub(crate) fn covers(&self, value: &str) -> bool {
        self.literals.contains(value) || !self.networks.is_empty() && self.covers_address(value)
    }

    fn covers_address(&self, value: &str) -> bool {
        let dotted = match value.strip_prefix("ip-").or_else(|| value.strip_prefix("ec2-")) {
            Some(address) => address.replace('-', "."),
            None => value.to_owned(),
        };
        let address = check::address(dotted.as_bytes()).map(u32::from_be_bytes);
        address.is_some_and(|address| self.networks.iter().any(|range| address & range.mask == range.network))
    }
}

impl Cidr {
    fn new(network: &str, length: &str) -> Option<Self> {
        let length: u32 = length.parse().ok().filter(|length| *length <= 32)?;
        let mask = u32::MAX.checked_shl(32 - length).unwrap_or(0);
        let network = u32::from_be_bytes(check::address(network.as_bytes())?) & mask;
        Some(Self { network, mask })
    }
}
