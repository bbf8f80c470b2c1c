//! A program that was built without the SDK: it says which one to take, and what works without it.

use super::{Answer, Asked, NEEDED, Part, Place};
use crate::error::Fatal;
use crate::estate::Collected;
use crate::name::SourceName;

/// There is none.
#[derive(Debug)]
pub enum Account {}

impl Account {
    pub async fn open(_: &Place) -> Result<Self, Fatal> {
        let error = format!(
            "asking AWS {NEEDED}. Without it, pipe what AWS's command line lists: aws resourcegroupstaggingapi \
             get-resources | redis-sidecar learn --source tags"
        );
        Err(error.into())
    }

    pub fn source(&self) -> Option<SourceName> {
        match *self {}
    }

    pub async fn list(&self, _: &mut Collected, _: impl FnMut(&Part, &Answer)) -> Result<Asked, Fatal> {
        match *self {}
    }
}
