//! The API that a request speaks: by the end of its path where that names a call, else by the shape of its document.

use crate::json::{Shape, Value};

/// The API of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "the names say it")]
pub enum Dialect {
    AnthropicMessages,
    OpenaiChat,
    OpenaiCompletions,
    OpenaiEmbeddings,
    OpenaiResponses,
    BedrockConverse,
    BedrockInvoke,
    Gemini,
    Ollama,
    Cohere,
    Mcp,
    /// The file of a batch, or its requests.
    Batch,
}

/// The ends of the paths of the calls.
const CALLS: [(&str, Dialect); 17] = [
    ("/v1/messages", Dialect::AnthropicMessages),
    ("/v1/messages/count_tokens", Dialect::AnthropicMessages),
    ("/v1/messages/batches", Dialect::Batch),
    ("/chat/completions", Dialect::OpenaiChat),
    ("/completions", Dialect::OpenaiCompletions),
    ("/embeddings", Dialect::OpenaiEmbeddings),
    ("/responses", Dialect::OpenaiResponses),
    ("/converse", Dialect::BedrockConverse),
    ("/converse-stream", Dialect::BedrockConverse),
    ("/invoke", Dialect::BedrockInvoke),
    ("/invoke-with-response-stream", Dialect::BedrockInvoke),
    (":generateContent", Dialect::Gemini),
    (":streamGenerateContent", Dialect::Gemini),
    (":countTokens", Dialect::Gemini),
    ("/api/chat", Dialect::Ollama),
    ("/api/generate", Dialect::Ollama),
    ("/v2/chat", Dialect::Cohere),
];

/// Members that only Anthropic's messages have among the APIs whose requests have `messages`.
const ANTHROPIC: [&str; 6] =
    ["anthropic_version", "anthropic_beta", "system", "thinking", "mcp_servers", "context_management"];
/// Members that only Bedrock's Converse has among them.
const CONVERSE: [&str; 5] =
    ["modelId", "inferenceConfig", "toolConfig", "guardrailConfig", "additionalModelRequestFields"];

impl Dialect {
    /// The name, in lower case with underscores.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::AnthropicMessages => "anthropic_messages",
            Self::OpenaiChat => "openai_chat",
            Self::OpenaiCompletions => "openai_completions",
            Self::OpenaiEmbeddings => "openai_embeddings",
            Self::OpenaiResponses => "openai_responses",
            Self::BedrockConverse => "bedrock_converse",
            Self::BedrockInvoke => "bedrock_invoke",
            Self::Gemini => "gemini",
            Self::Ollama => "ollama",
            Self::Cohere => "cohere",
            Self::Mcp => "mcp",
            Self::Batch => "batch",
        }
    }

    /// The API of a document that has its shape, sent to this path, which may have a query.
    #[must_use]
    pub fn at(self, path: &str) -> Self {
        let path = path.split('?').next().unwrap_or_default().trim_end_matches('/');
        let called = CALLS.iter().find(|(end, _)| path.ends_with(end)).map(|(_, dialect)| *dialect);
        match self {
            // These say themselves what they are, wherever they are sent.
            Self::Mcp | Self::Batch => self,
            _ => called.unwrap_or(self),
        }
    }

    /// The API of a request's document, by its shape: one of the objects that are recognised as requests.
    pub(super) fn of_request(root: Value<'_, '_>) -> Self {
        let has = |key: &&str| root.field(key).is_some();
        let is_list = |key: &str| root.field(key).is_some_and(|value| value.shape() == Shape::Array);
        if is_list("requests") {
            return Self::Batch;
        }
        if is_list("contents") {
            return Self::Gemini;
        }
        if !is_list("messages") {
            return if has(&"input") || has(&"instructions") { Self::OpenaiResponses } else { Self::OpenaiCompletions };
        }
        if CONVERSE.iter().any(has) {
            return Self::BedrockConverse;
        }
        if ANTHROPIC.iter().any(has) { Self::AnthropicMessages } else { Self::OpenaiChat }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Options, request};
    use crate::json::Document;

    #[test]
    fn what_a_request_speaks() {
        let messages = r#""messages":[{"role":"user","content":"a"}]"#;
        let of = |members: &str| format!("{{{messages}{members}}}");
        for (document, path, expected) in [
            (of(r#","model":"m","max_tokens":1"#), "/v1/messages", Some("anthropic_messages")),
            (of(r#","model":"m","max_tokens":1"#), "/anthropic/v1/messages?beta=true", Some("anthropic_messages")),
            (of(r#","system":"a""#), "/", Some("anthropic_messages")),
            (of(r#","anthropic_version":"bedrock-2023-05-31""#), "/model/a/invoke", Some("bedrock_invoke")),
            (of(r#","model":"m""#), "/v1/chat/completions", Some("openai_chat")),
            (of(r#","model":"m""#), "/openai/deployments/d/chat/completions?api-version=1", Some("openai_chat")),
            (of(r#","model":"m""#), "/ask", Some("openai_chat")),
            (of(r#","inferenceConfig":{}"#), "/", Some("bedrock_converse")),
            (of(""), "/model/a/converse-stream", Some("bedrock_converse")),
            (of(""), "/v1/threads/t/messages", Some("openai_chat")),
            (of(""), "/api/chat", Some("ollama")),
            (r#"{"contents":[{"parts":[{"text":"a"}]}]}"#.into(), "/v1beta/models/m:generateContent", Some("gemini")),
            (r#"{"model":"m","input":"a"}"#.into(), "/v1/responses", Some("openai_responses")),
            (r#"{"model":"m","input":"a"}"#.into(), "/v1/embeddings", Some("openai_embeddings")),
            (r#"{"model":"m","prompt":"a"}"#.into(), "/v1/completions", Some("openai_completions")),
            (r#"{"requests":[{"custom_id":"a","params":{}}]}"#.into(), "/v1/messages/batches", Some("batch")),
            (r#"{"custom_id":"a","body":{}}"#.into(), "/v1/files", Some("batch")),
            (r#"{"jsonrpc":"2.0","method":"m"}"#.into(), "/v1/messages", Some("mcp")),
            (r#"{"text":"a"}"#.into(), "/v1/messages", None),
        ] {
            let parsed = Document::parse(&document).unwrap();
            let dialect = request(parsed.root(), Options::default()).dialect;
            assert_eq!(dialect.map(|shape| shape.at(path).as_str()), expected, "{path} {document}");
        }
    }
}
