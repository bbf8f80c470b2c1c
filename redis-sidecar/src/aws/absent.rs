//! A program that was built without the SDK: it says what to build.

use super::{Answer, Asked, BUILD, Part, Place};
use crate::error::Fatal;
use crate::estate::Collected;
use crate::name::SourceName;

/// There is none.
#[derive(Debug)]
pub enum Account {}

impl Account {
    pub async fn open(_: &Place) -> Result<Self, Fatal> {
        Err(format!("asking AWS {BUILD}").into())
    }

    pub fn source(&self) -> Option<SourceName> {
        match *self {}
    }

    pub async fn list(&self, _: &mut Collected, _: impl FnMut(&Part, &Answer)) -> Result<Asked, Fatal> {
        match *self {}
    }
}
