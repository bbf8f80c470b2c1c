//! Kinds of identifiers: their names and their switches.

use std::borrow::Cow;

/// A kind of identifier: the words that its placeholders and the configuration use, and its switches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kind {
    /// The stable name, for example `s3_bucket`: part of the placeholder's message, of the configuration and of
    /// reports.
    pub id: Cow<'static, str>,
    /// The word in its placeholders, for example `S3_BUCKET`.
    pub label: Cow<'static, str>,
    /// The group that is switched as one.
    pub family: Family,
    /// The damage that knowing a value does.
    pub risk: Risk,
    /// The default of its own switch.
    pub tier: Tier,
}

/// A kind of one scanner: its place there. Not the same in two scanners; [`Kind::id`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct KindId(u16);

impl KindId {
    /// There are fewer kinds than numbers: the tables are ours, and custom patterns are bounded.
    pub(crate) fn at(index: usize) -> Self {
        Self(u16::try_from(index).unwrap_or(u16::MAX))
    }

    pub(crate) fn index(self) -> usize {
        usize::from(self.0)
    }
}

/// A group of kinds that is switched as one: see [`Family::switch`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Family {
    /// Instances, images, launch templates and clusters of machines.
    Compute,
    /// VPCs and their parts, gateways, endpoints and load balancers.
    Network,
    /// Buckets, volumes, snapshots and file systems.
    Storage,
    /// Databases, caches, warehouses and search: their names, ids and endpoints.
    Database,
    /// Accounts, organisations, users, roles, policies, directories and user pools.
    Identity,
    /// Access keys, passwords, tokens and private keys; also the names of stored secrets, KMS keys and certificates.
    Secrets,
    /// Queues, topics, streams, event buses, brokers and state machines.
    Messaging,
    /// Repositories, clusters, services, tasks, functions, APIs and stacks.
    Containers,
    /// Hosted zones, distributions, and host names of machines and customers.
    Dns,
    /// IP and MAC addresses.
    Ip,
    /// Kinds that belong to no other family, and identifiers that no other kind covers.
    Misc,
    /// Tokens of widely used services other than AWS.
    Tokens,
    /// What identifies people. Its kinds are optional.
    Personal,
    /// Custom patterns and literals of the configuration. Always on.
    Custom,
}

/// The damage that knowing a value does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Risk {
    /// It grants access.
    Secret,
    /// It names one resource or account.
    Identifier,
    /// It shows how a network is built.
    Topology,
}

/// The default of a kind, which applies unless the configuration says otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tier {
    /// Masked by default.
    Default,
    /// Masked when enabled: names that people chose, and forms that ordinary text shares.
    Optional,
}

impl Family {
    /// The families that have a switch.
    pub const ALL: [Self; 13] = [
        Self::Compute,
        Self::Network,
        Self::Storage,
        Self::Database,
        Self::Identity,
        Self::Secrets,
        Self::Messaging,
        Self::Containers,
        Self::Dns,
        Self::Ip,
        Self::Misc,
        Self::Tokens,
        Self::Personal,
    ];

    /// The word for it in the configuration.
    pub fn name(self) -> &'static str {
        match self {
            Self::Compute => "compute",
            Self::Network => "network",
            Self::Storage => "storage",
            Self::Database => "database",
            Self::Identity => "identity",
            Self::Secrets => "secrets",
            Self::Messaging => "messaging",
            Self::Containers => "containers",
            Self::Dns => "dns",
            Self::Ip => "ip",
            Self::Misc => "misc",
            Self::Tokens => "tokens",
            Self::Personal => "personal",
            Self::Custom => "custom",
        }
    }

    /// The configuration key that switches the family. Four of them are those of the plugin that this one replaces.
    pub fn switch(self) -> &'static str {
        match self {
            Self::Compute => "mask_ec2_instances",
            Self::Network => "mask_network",
            Self::Storage => "mask_s3_buckets",
            Self::Database => "mask_rds_instances",
            Self::Identity => "mask_identity",
            Self::Secrets => "mask_secrets",
            Self::Messaging => "mask_messaging",
            Self::Containers => "mask_containers",
            Self::Dns => "mask_dns",
            Self::Ip => "mask_private_ips",
            Self::Misc => "mask_misc",
            Self::Tokens => "mask_tokens",
            Self::Personal => "mask_personal",
            Self::Custom => "custom_patterns",
        }
    }
}
