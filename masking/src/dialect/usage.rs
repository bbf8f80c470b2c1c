//! The tokens of a request, as the provider reports them in its response.

use crate::json::{FIELDS_MAX, Shape, Value};

/// The tokens of a request.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Usage {
    /// All of them, with those that the provider read from its cache or wrote to it.
    pub input_tokens: u64,
    /// Those that it read from its cache.
    pub cache_read_tokens: u64,
}

/// Numbers that include the tokens of the cache; and those that do not, so that they are added up.
const WHOLE: [&str; 2] = ["prompt_tokens", "promptTokenCount"];
const ADDED: [&str; 6] = [
    "input_tokens",
    "inputTokens",
    "cache_read_input_tokens",
    "cache_creation_input_tokens",
    "cacheReadInputTokens",
    "cacheWriteInputTokens",
];
/// Tokens that were read from the cache, in the report itself.
const READ: [&str; 4] =
    ["cache_read_input_tokens", "cacheReadInputTokens", "cachedContentTokenCount", "prompt_cache_hit_tokens"];
/// The objects in the report that have them under another name.
const DETAILS: [&str; 2] = ["prompt_tokens_details", "input_tokens_details"];
const CACHED: &str = "cached_tokens";

/// Returns the report of a document or an event; `None` if it has none. It stands in the document itself, or in Anthropic's
/// first message and in OpenAI's last response.
pub fn usage(root: Value<'_, '_>) -> Option<Usage> {
    // One look at each member: this is asked of every event of a stream.
    let found = root.members().take(FIELDS_MAX).find_map(|(name, value)| match name.raw() {
        "usage" | "usageMetadata" => Some(value).filter(|report| report.shape() == Shape::Object),
        "message" | "response" => value.field("usage").filter(|report| report.shape() == Shape::Object),
        _ => None,
    })?;
    let number = |name: &&str| found.field(name).and_then(|value| value.raw().parse::<u64>().ok());
    let cached = DETAILS.iter().filter_map(|name| found.field(name)?.field(CACHED));
    let cached = cached.filter_map(|value| value.raw().parse::<u64>().ok()).next();
    let input_tokens = WHOLE.iter().filter_map(number).next();
    let added = || ADDED.iter().filter_map(number).fold(0, u64::saturating_add);
    Some(Usage {
        input_tokens: input_tokens.unwrap_or_else(added),
        cache_read_tokens: READ.iter().filter_map(number).next().or(cached).unwrap_or_default(),
    })
}

/// Returns whether a number of this name may count tokens of the request.
pub fn is_counted(name: &str) -> bool {
    [&WHOLE[..], &ADDED, &READ].iter().any(|names| names.contains(&name)) || name == CACHED
}

impl Usage {
    /// Takes the next report of the same response: numbers of a stream only grow.
    pub(crate) fn take(&mut self, next: Self) {
        self.input_tokens = self.input_tokens.max(next.input_tokens);
        self.cache_read_tokens = self.cache_read_tokens.max(next.cache_read_tokens);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::Document;

    #[test]
    fn what_each_api_reports() {
        for (json, expected) in [
            (
                r#"{"type":"message_start","message":{"id":"k","usage":{"input_tokens":5,"cache_creation_input_tokens":100,
                    "cache_read_input_tokens":1000,"output_tokens":1}}}"#,
                Some((1_105, 1_000)),
            ),
            (r#"{"type":"message_delta","delta":{},"usage":{"output_tokens":7}}"#, Some((0, 0))),
            (
                r#"{"choices":[],"usage":{"prompt_tokens":9,"completion_tokens":1,"prompt_tokens_details":{"cached_tokens":4}}}"#,
                Some((9, 4)),
            ),
            (r#"{"choices":[],"usage":{"prompt_tokens":9,"prompt_cache_hit_tokens":8}}"#, Some((9, 8))),
            (
                r#"{"type":"response.completed","response":{"usage":{"input_tokens":9,"input_tokens_details":{"cached_tokens":4}}}}"#,
                Some((9, 4)),
            ),
            (
                r#"{"metrics":{},"usage":{"inputTokens":3,"outputTokens":1,"cacheReadInputTokens":4,"cacheWriteInputTokens":5}}"#,
                Some((12, 4)),
            ),
            (r#"{"candidates":[],"usageMetadata":{"promptTokenCount":8,"cachedContentTokenCount":2}}"#, Some((8, 2))),
            (r#"{"choices":[],"usage":null}"#, None),
            (r#"{"usage":{"prompt_tokens":-1,"input_tokens":1.5}}"#, Some((0, 0))),
            (r#"{"text":"\"usage\":{\"prompt_tokens\":9}"}"#, None),
        ] {
            let document = Document::parse(json).unwrap();
            let found = usage(document.root()).map(|usage| (usage.input_tokens, usage.cache_read_tokens));
            assert_eq!(found, expected, "{json}");
        }
    }
}
