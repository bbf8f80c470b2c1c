//! The one table of the places in a document: what a value means, by where it stands.

use super::embedded::Declared;
use super::mcp::{self, McpPlace, Member};
use crate::json::{FIELDS_MAX, Shape, Value};

/// The meaning of a value, by where it stands. An array stands for each of its items.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// Text all the way down, including member names.
    Free,
    /// Never altered, with everything in it.
    Keep,
    /// A string of the API's own, never altered: an id, a type. Anything else there is text.
    Word,
    /// A list of them.
    Words,
    /// The name of a tool, never altered. Anything else there is text.
    Name,
    /// The values that a schema allows.
    Allowed,
    /// An object of the API's own, whose words are never altered. A string there is text.
    Parameter,
    /// A word of the API's own, a list of them, or a parameter.
    Setting,
    /// Thinking that the provider wrote and signed: altered only where people want to read it.
    Signed,
    /// JSON as text.
    Json,
    /// Base64 or a `data:` URL of a file; any other string is text.
    Data(Declared),
    /// A URL of a file.
    Url,
    Request,
    Response,
    Metadata,
    BatchItem,
    /// A message, or an item of OpenAI's Responses.
    Message,
    Choice,
    ToolCall,
    Function,
    Block,
    Thinking,
    /// A file, of the type that the object around it declares.
    Source(Declared),
    Citation,
    Error,
    Tool,
    Format,
    Schema,
    Properties,
    /// In a message of the Model Context Protocol.
    Mcp(McpPlace),
}

/// The place of an object: one that holds strings alone has none for an object, which is text.
pub(super) fn of_object(place: Place) -> Place {
    match place {
        Place::Word | Place::Words | Place::Name | Place::Allowed | Place::Signed | Place::Json => Place::Free,
        Place::Setting => Place::Parameter,
        place => place,
    }
}

/// The place of an item of an array: one that holds a string alone has none for an array.
pub(super) fn of_item(place: Place) -> Place {
    match place {
        Place::Word | Place::Name | Place::Signed | Place::Json => Place::Free,
        Place::Words => Place::Word,
        place => place,
    }
}

/// The place of the member `key` of an object that stands at `place`.
#[rustfmt::skip]
pub(super) fn step(place: Place, key: &str, object: Value<'_, '_>) -> Place {
    use Place::*;
    match place {
        Request => match key {
            "model" | "modelId" | "anthropic_version" | "service_tier" | "previous_response_id" | "truncation" | "speed"
            | "reasoning_effort" | "verbosity" | "prompt_cache_retention" | "inference_geo" | "safety_mode" | "prompt_mode"
            | "keep_alive" | "encoding_format" | "input_type" | "cachedContent" | "cached_content" => Word,
            "anthropic_beta" | "betas" | "include" | "modalities" | "embedding_types" | "timestamp_granularities"
            | "additionalModelResponseFieldPaths" => Words,
            "container" | "conversation" | "tool_choice" | "function_call" => Setting,
            "thinking" | "reasoning" | "context_management" | "audio"
            | "cache_control" | "stream_options" | "web_search_options" | "guardrailConfig" | "performanceConfig"
            | "serviceTier" | "inferenceConfig" | "citation_options" | "safetySettings" | "safety_settings" | "seed" => Parameter,
            "metadata" => Metadata,
            "messages" | "input" | "contents" | "systemInstruction" | "system_instruction" | "prediction" => Message,
            "system" | "instructions" | "prompt" => Block,
            "tools" | "functions" | "toolConfig" | "tool_config" | "mcp_servers" => Tool,
            "requests" => BatchItem,
            "text" if is_object(object, "text") => Format,
            "response_format" | "output_format" if !is_object(object, key) => Word,
            "response_format" | "output_config" | "output_format" | "format" | "generationConfig"
            | "generation_config" => Format,
            "additionalModelRequestFields" => Request,
            "images" => Data(Declared::Binary),
            _ => Free,
        },
        Metadata => if key == "user_id" { Word } else { Free },
        BatchItem => match key {
            "custom_id" | "recordId" | "method" | "url" => Word,
            "params" | "body" | "modelInput" | "request" => Request,
            _ => Free,
        },
        // The words of all parameters; the names of tools among them are those of `tools`.
        Parameter => match key {
            "type" | "name" | "mode" | "id" | "effort" | "summary" | "generate_summary" | "display" | "voice" | "format" | "ttl"
            | "version" | "skill_id" | "search_context_size" | "ranker" | "latency" | "trace" | "category"
            | "threshold" | "guardrailIdentifier" | "guardrailVersion" | "streamProcessingMode" | "tool_id"
            | "memory_limit" | "taskSupport" => Word,
            "user_location" | "approximate" => Parameter,
            "hints" | "edits" | "trigger" | "keep" | "clear_at_least" | "exclude_tools" | "clear_tool_inputs" | "function" | "custom"
            | "tool" | "tools" | "allowed_tools" | "allowedFunctionNames" | "allowed_function_names" | "skills" | "file_ids"
            | "any" | "auto" | "always" | "never" | "tool_names" => Setting,
            _ => Free,
        },
        Response => match key {
            "usage" | "logprobs" | "container" | "conversation" | "tool_choice" => Keep,
            "id" | "type" | "role" | "model" | "object" | "status" | "stop_reason" | "stopReason" | "request_id"
            | "system_fingerprint" | "service_tier" | "previous_response_id" | "item_id" | "custom_id" | "obfuscation" => Word,
            "message" | "response" | "result" | "body" | "data" => Response,
            "content" | "content_block" | "delta" | "part" | "instructions" => Block,
            "output" if is_object(object, "output") => Response,
            "output" | "item" | "input" => Message,
            "choices" => Choice,
            "error" => Error,
            "arguments" => Json,
            "annotation" => Citation,
            "tools" => Tool,
            "text" if is_object(object, "text") => Format,
            _ => Free,
        },
        Message => match key {
            "id" | "type" | "role" | "status" | "call_id" | "tool_call_id" | "encrypted_content" => Word,
            "name" | "tool_name" if is_tool_item(object) => Name,
            "cache_control" | "cachePoint" => Parameter,
            "content" | "output" | "summary" | "parts" => Block,
            "tool_calls" => ToolCall,
            "function_call" => Function,
            "arguments" => Json,
            "tools" => Tool,
            "action" | "audio" => Parameter,
            "images" | "result" => Data(Declared::Binary),
            _ => Free,
        },
        Choice => match key {
            "finish_reason" => Word,
            "logprobs" => Keep,
            "message" | "delta" => Message,
            _ => Free,
        },
        ToolCall => match key {
            "id" | "type" => Word,
            "function" | "custom" => Function,
            _ => Free,
        },
        Function => match key {
            "name" => Name,
            "arguments" => Json,
            _ => Free,
        },
        Block => match key {
            "type" | "id" | "tool_use_id" | "toolUseId" | "call_id" | "file_id" | "signature" | "encrypted_content"
            | "encrypted_index" | "encrypted_stdout" | "media_type" | "thoughtSignature" | "thought_signature" => Word,
            "detail" if object.only("image_url").is_some() => Word,
            "server_name" if is_tool_use(object) => Word,
            "cache_control" | "cachePoint" | "caller" | "logprobs" => Parameter,
            "name" if is_tool_use(object) => Name,
            "tool_name" if object.only("type").is_some_and(|t| t.is("tool_reference")) => Name,
            "thinking" if is_signed(object) => Signed,
            "data" if object.only("type").is_some_and(|t| t.is("redacted_thinking")) => Word,
            "content" | "output" | "toolUse" | "toolResult" | "image" | "document" | "video" | "audio" => Block,
            "format" | "status" if is_bedrocks(object) => Word,
            "reasoningContent" => Thinking,
            "source" => Source(declared_by(object, "format", Declared::of_format)),
            "input_audio" => Source(Declared::Binary),
            "file" | "inlineData" | "inline_data" | "fileData" => Source(Declared::Nothing),
            "citations" | "citation" | "annotations" => Citation,
            "image_url" | "url" | "file_url" | "document_url" | "video_url" | "audio_url" => Url,
            "file_data" => Source(declared_by(object, "filename", Declared::of_filename)),
            "functionCall" | "functionResponse" | "function_response" => Function,
            "function_call" => Function,
            "arguments" => Json,
            _ => Free,
        },
        // Bedrock's Converse: {"reasoningText": {"text", "signature"}} or {"redactedContent"}.
        Thinking => match key {
            "redactedContent" | "signature" => Word,
            "reasoningText" => Thinking,
            "text" if is_signed(object) => Signed,
            _ => Free,
        },
        Source(declared) => match key {
            "type" | "media_type" | "mimeType" | "mime_type" | "file_id" | "format" => Word,
            "data" if is_text(object) => Free,
            "data" | "bytes" | "file_data" => Data(declared_in(object, declared)),
            "url" | "file_url" | "fileUri" | "file_uri" | "uri" | "s3Location" => Url,
            "content" => Block,
            _ => Free,
        },
        Citation => match key {
            "type" | "encrypted_index" | "file_id" => Word,
            _ => Free,
        },
        Error => match key {
            "type" | "code" | "param" => Word,
            _ => Free,
        },
        Tool => match key {
            "name" => Name,
            "type" | "server_label" | "connector_id" | "authorization" | "authorization_token" | "model"
            | "search_context_size" => Word,
            "vector_store_ids" | "allowed_callers" => Words,
            "container" | "allowed_tools" | "require_approval" => Setting,
            "cache_control" | "cachePoint" | "user_location" | "ranking_options" | "toolChoice" | "functionCallingConfig" | "function_calling_config" | "tool_configuration" => Parameter,
            "input_schema" | "parameters" | "json" | "parametersJsonSchema" | "response" => Schema,
            "function" | "custom" | "tools" | "toolSpec" | "inputSchema" | "functionDeclarations"
            | "function_declarations" => Tool,
            "format" => Format,
            _ => Free,
        },
        Format => match key {
            "name" => Name,
            "type" | "effort" | "verbosity" | "syntax" | "responseMimeType" | "response_mime_type" => Word,
            "responseModalities" | "response_modalities" => Words,
            "task_budget" | "thinkingConfig" | "thinking_config" | "seed" => Parameter,
            "format" | "json_schema" => Format,
            "schema" | "responseSchema" | "response_schema" | "responseJsonSchema" => Schema,
            // Ollama's format is a schema itself.
            "properties" | "$defs" => Properties,
            "required" | "enum" => Allowed,
            _ => Free,
        },
        Schema => match key {
            "enum" | "const" | "required" => Allowed,
            "type" | "propertyOrdering" => Words,
            "$ref" | "$schema" | "$id" | "$anchor" | "format" => Word,
            "properties" | "$defs" | "definitions" | "patternProperties" | "dependentSchemas" => Properties,
            "items" | "prefixItems" | "additionalProperties" | "anyOf" | "oneOf" | "allOf" | "not" | "if" | "then" | "else"
            | "contains" | "propertyNames" | "unevaluatedProperties" => Schema,
            _ => Free,
        },
        Properties => Schema,
        Url => match key {
            "url" | "uri" => Url,
            "detail" => Word,
            _ => Free,
        },
        Data(_) => match key {
            "image_url" | "url" => Url,
            _ => Free,
        },
        Mcp(place) => match mcp::step(place, key, object) {
            Member::Free => Free,
            Member::Keep if is_scalar(object, key) => Keep,
            Member::Keep if matches!(key, "toolChoice" | "modelPreferences" | "execution") => Setting,
            // What the protocol has as a string or a list of strings: anything else there is text.
            Member::Keep => Words,
            Member::Base64 => Data(declared_in(object, Declared::Nothing)),
            Member::Url => Url,
            Member::At(place) => Mcp(place),
        },
        Keep => Keep,
        Free | Word | Words | Name | Allowed | Setting | Signed | Json => Free,
    }
}

fn is_object(object: Value<'_, '_>, key: &str) -> bool {
    object.only(key).is_some_and(|value| value.shape() == Shape::Object)
}

fn is_scalar(object: Value<'_, '_>, key: &str) -> bool {
    object.only(key).is_some_and(|value| !matches!(value.shape(), Shape::Object | Shape::Array))
}

fn is_tool_use(block: Value<'_, '_>) -> bool {
    let by_type = block.only("type").and_then(|t| t.string()).is_some_and(|t| t.ends_with("tool_use"));
    by_type || block.only("toolUseId").is_some()
}

/// A call of OpenAI's Responses, or the answer to one in Chat Completions: all other names are those of people.
fn is_tool_item(item: Value<'_, '_>) -> bool {
    let by_type = item.only("type").and_then(|t| t.string()).is_some_and(|t| t.ends_with("_call"));
    by_type || item.only("role").is_some_and(|role| role.is("tool") || role.is("function"))
}

/// A file of Bedrock's Converse, or its result of a tool.
fn is_bedrocks(block: Value<'_, '_>) -> bool {
    block.only("source").is_some() || block.only("toolUseId").is_some()
}

/// Thinking with a signature was written by the provider and may not be changed; without one it is text.
fn is_signed(block: Value<'_, '_>) -> bool {
    block.only("signature").is_some_and(|signature| signature.shape() == Shape::String && !signature.raw().is_empty())
}

/// Returns whether any of its types declares a source as text.
fn is_text(source: Value<'_, '_>) -> bool {
    source.members().take(FIELDS_MAX).any(|(name, value)| name.is("type") && value.is("text"))
}

/// The type of a file by a member of the object in which it stands.
fn declared_by(object: Value<'_, '_>, key: &str, read: fn(&str) -> Declared) -> Declared {
    object.only(key).and_then(|value| value.string()).map_or(Declared::Nothing, |text| read(&text))
}

/// The same by a member of its own; `around` is what stands around it.
fn declared_in(source: Value<'_, '_>, around: Declared) -> Declared {
    let media_type = ["media_type", "mimeType", "mime_type"].into_iter().find_map(|key| source.only(key));
    match media_type.and_then(|value| value.string()) {
        Some(media_type) => Declared::of_type(&media_type),
        None if around == Declared::Nothing => declared_by(source, "filename", Declared::of_filename),
        None => around,
    }
}
