//! The one table of the places in a document.
//!
//! Everything is text, including member names, unless the table says otherwise. So a new field or block is masked from
//! its first day, and a value is never left unmasked because of the name of its key alone: `id` is an API's own id in a
//! content block, and text in a tool's input.

use crate::json::{Shape, Value};

/// A string of the document that is text: to be masked in a request, to be restored in a response.
#[derive(Debug, Clone, Copy)]
pub struct Slot<'d, 't> {
    /// The string, or a number that may be an account id.
    pub value: Value<'d, 't>,
    /// The name of the member that it stands under, inherited through arrays.
    pub key: Option<Value<'d, 't>>,
    /// The form of what the string holds.
    pub inner: Inner,
    /// The signature, if the string is thinking that is restored for people and sent back by them.
    pub signature: Option<Value<'d, 't>>,
}

impl<'d, 't> Slot<'d, 't> {
    pub(super) fn new(value: Value<'d, 't>, key: Option<Value<'d, 't>>, inner: Inner) -> Self {
        Self { value, key, inner, signature: None }
    }
}

/// The form of what a string holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Inner {
    /// Text for people or models.
    Text,
    /// JSON as text, as the arguments of a tool call: a value put into it is escaped once more.
    Json,
}

/// The direction in which a document travels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// From the client to the API: its text is masked.
    Request,
    /// From the API to the client: its text is restored.
    Response,
}

/// Optional deviations from the rule.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Options {
    /// Restore signed thinking too, so that people can read it. What they send back then holds their own values: it is
    /// replaced by what the provider wrote, or else masked like any text.
    pub thinking: bool,
}

/// Returns the strings of a document that are text, in the order of the document. One that has the shape of neither a
/// request nor a response of a known API is text all the way down.
pub fn slots<'d, 't>(root: Value<'d, 't>, side: Side, options: Options) -> Vec<Slot<'d, 't>> {
    let place = match side {
        Side::Request if is_request(root) => Place::Request,
        Side::Response if is_response(root) => Place::Response,
        _ => Place::Free,
    };
    // A response may bring a placeholder in pieces of any length.
    let shortest = if side == Side::Request { SHORTEST } else { 1 };
    let mut walk = Walk { slots: Vec::new(), shortest, options };
    walk.value(root, None, place);
    walk.slots
}

/// Returns the text of an event of a stream, which is a response or a part of one.
pub fn event_slots<'d, 't>(event: Value<'d, 't>, options: Options) -> Vec<Slot<'d, 't>> {
    let mut walk = Walk { slots: Vec::new(), shortest: 1, options };
    walk.value(event, None, Place::Response);
    walk.slots
}

/// The meaning of a value, by where it stands. An array stands for each of its items.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// Text all the way down, including member names.
    Free,
    /// Never altered.
    Keep,
    /// Thinking that the provider wrote and signed: altered only where people want to read it.
    Signed,
    /// JSON as text.
    Json,
    /// Base64; any other string is text.
    Base64,
    /// A `data:` URL in base64; another URL is text.
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
    Source,
    Citation,
    Error,
    Tool,
    Format,
    Schema,
    Properties,
}

fn is_request(root: Value<'_, '_>) -> bool {
    let has = |key| root.field(key).is_some();
    let list = |key| root.field(key).is_some_and(|v: Value<'_, '_>| v.shape() == Shape::Array);
    list("messages") || list("requests") || (has("model") && (has("input") || has("prompt") || has("instructions")))
}

fn is_response(root: Value<'_, '_>) -> bool {
    let has = |key| root.field(key).is_some_and(|v: Value<'_, '_>| v.shape() == Shape::String);
    let typed =
        root.field("type").and_then(|t| t.string()).is_some_and(|t| matches!(&*t, "message" | "error" | "completion"));
    typed || root.field("choices").is_some() || (has("object") && has("id")) || has("custom_id") || has("stopReason")
}

/// Minimum bytes of a value: those of the shortest literal in `always_mask`. The tests' texts are letters.
const SHORTEST: usize = if cfg!(test) { 1 } else { 3 };

struct Walk<'d, 't> {
    slots: Vec<Slot<'d, 't>>,
    shortest: usize,
    options: Options,
}

impl<'d, 't> Walk<'d, 't> {
    fn value(&mut self, value: Value<'d, 't>, key: Option<Value<'d, 't>>, place: Place) {
        if place == Place::Keep {
            return;
        }
        match value.shape() {
            Shape::Array => value.items().for_each(|item| self.value(item, key, place)),
            Shape::Object => value.members().for_each(|(name, member)| self.member(name, member, value, place)),
            // Values of every kind are longer.
            Shape::String if value.raw().len() < self.shortest || is_opaque(value, place) => {}
            Shape::String => {
                let inner = if place == Place::Json { Inner::Json } else { Inner::Text };
                self.slots.push(Slot::new(value, key, inner));
            }
            // Twelve digits may be an account id, also where a tool wrote it as a number.
            Shape::Number if value.raw().len() == 12 && value.raw().bytes().all(|b| b.is_ascii_digit()) => {
                self.slots.push(Slot::new(value, key, Inner::Text));
            }
            Shape::Number | Shape::Literal => {}
        }
    }

    fn member(&mut self, name: Value<'d, 't>, member: Value<'d, 't>, object: Value<'d, 't>, place: Place) {
        let next = step(place, &name.string().unwrap_or_default(), object);
        if next == Place::Signed {
            return self.thinking(name, member, object);
        }
        let may_hold = name.raw().len() >= SHORTEST && (place == Place::Free || !is_word(name.raw()));
        if may_hold && next == Place::Free {
            self.slots.push(Slot::new(name, None, Inner::Text));
        }
        self.value(member, Some(name), next);
    }

    fn thinking(&mut self, name: Value<'d, 't>, text: Value<'d, 't>, object: Value<'d, 't>) {
        if self.options.thinking && text.shape() == Shape::String {
            // One signature is looked up once: of two members of this name, the second is text as any other.
            let first = object.field(&name.string().unwrap_or_default()).is_some_and(|it| it.span() == text.span());
            let signature = object.field("signature").filter(|_| first);
            self.slots.push(Slot { signature, ..Slot::new(text, Some(name), Inner::Text) });
        }
    }
}

/// The place of the member `key` of an object that stands at `place`.
#[rustfmt::skip]
fn step(place: Place, key: &str, object: Value<'_, '_>) -> Place {
    use Place::*;
    match place {
        Request => match key {
            "model" | "modelId" | "anthropic_version" | "anthropic_beta" | "betas" | "service_tier" | "container"
            | "previous_response_id" | "conversation" | "include" | "tool_choice" => Keep,
            "metadata" => Metadata,
            "messages" | "input" => Message,
            "system" | "instructions" | "prompt" => Block,
            "tools" | "functions" | "toolConfig" => Tool,
            "requests" => BatchItem,
            "response_format" | "text" | "output_config" | "output_format" => Format,
            _ => Free,
        },
        Metadata => if key == "user_id" { Keep } else { Free },
        BatchItem => match key {
            "custom_id" => Keep,
            "params" => Request,
            _ => Free,
        },
        Response => match key {
            "id" | "type" | "role" | "model" | "object" | "status" | "stop_reason" | "stopReason" | "usage" | "request_id"
            | "system_fingerprint" | "service_tier" | "container" | "previous_response_id" | "conversation" | "item_id"
            | "custom_id" | "obfuscation" | "logprobs" | "tool_choice" => Keep,
            "message" | "response" | "result" | "body" | "data" => Response,
            "content" | "content_block" | "delta" | "part" | "instructions" => Block,
            "output" if object.field("output").is_some_and(|v| v.shape() == Shape::Object) => Response,
            "output" | "item" | "input" => Message,
            "choices" => Choice,
            "error" => Error,
            "arguments" => Json,
            "annotation" => Citation,
            "tools" => Tool,
            "text" => Format,
            _ => Free,
        },
        Message => match key {
            "id" | "type" | "role" | "status" | "name" | "call_id" | "tool_call_id" | "encrypted_content" | "cache_control"
            | "cachePoint" => Keep,
            "content" | "output" | "summary" => Block,
            "tool_calls" => ToolCall,
            "function_call" => Function,
            "arguments" => Json,
            "tools" => Tool,
            _ => Free,
        },
        Choice => match key {
            "finish_reason" | "logprobs" => Keep,
            "message" | "delta" => Message,
            _ => Free,
        },
        ToolCall => match key {
            "id" | "type" => Keep,
            "function" | "custom" => Function,
            _ => Free,
        },
        Function => match key {
            "name" => Keep,
            "arguments" => Json,
            _ => Free,
        },
        Block => match key {
            "type" | "id" | "tool_use_id" | "toolUseId" | "call_id" | "file_id" | "cache_control" | "cachePoint"
            | "signature" | "encrypted_content" | "encrypted_index" | "encrypted_stdout" | "media_type" | "logprobs" => Keep,
            "name" if is_tool_use(object) => Keep,
            "thinking" if is_signed(object) => Signed,
            "data" if object.field("type").is_some_and(|t| t.is("redacted_thinking")) => Keep,
            "content" | "output" | "toolUse" | "toolResult" | "image" | "document" | "video" => Block,
            "reasoningContent" => Thinking,
            "source" | "input_audio" => Source,
            "citations" | "citation" | "annotations" => Citation,
            "image_url" | "url" => Url,
            "file_data" => Base64,
            "arguments" => Json,
            _ => Free,
        },
        // Bedrock's Converse: {"reasoningText": {"text", "signature"}} or {"redactedContent"}.
        Thinking => match key {
            "redactedContent" | "signature" => Keep,
            "reasoningText" => Thinking,
            "text" if is_signed(object) => Signed,
            _ => Free,
        },
        Source => match key {
            "type" | "media_type" | "file_id" | "format" => Keep,
            "data" | "bytes" => Base64,
            "content" => Block,
            _ => Free,
        },
        Citation => match key {
            "type" | "encrypted_index" | "file_id" => Keep,
            _ => Free,
        },
        Error => match key {
            "type" | "code" | "param" => Keep,
            _ => Free,
        },
        Tool => match key {
            "name" | "type" | "cache_control" | "cachePoint" => Keep,
            "input_schema" | "parameters" | "json" => Schema,
            "function" | "custom" | "tools" | "toolSpec" | "inputSchema" => Tool,
            _ => Free,
        },
        Format => match key {
            "name" | "type" => Keep,
            "format" | "json_schema" => Format,
            "schema" => Schema,
            _ => Free,
        },
        Schema => match key {
            "enum" | "const" | "type" | "required" | "$ref" | "$schema" | "$id" | "format" => Keep,
            "properties" | "$defs" | "definitions" | "patternProperties" | "dependentSchemas" => Properties,
            "items" | "prefixItems" | "additionalProperties" | "anyOf" | "oneOf" | "allOf" | "not" | "if" | "then" | "else"
            | "contains" | "propertyNames" | "unevaluatedProperties" => Schema,
            _ => Free,
        },
        Properties => Schema,
        Url => match key {
            "url" => Url,
            _ => Free,
        },
        Keep | Signed => Keep,
        Free | Json | Base64 => Free,
    }
}

/// Returns whether a name in an API's own object is that of a field: the caller's own names may be anything.
fn is_word(name: &str) -> bool {
    name.bytes().all(|b| b.is_ascii_alphabetic() || b == b'_')
}

fn is_tool_use(block: Value<'_, '_>) -> bool {
    let by_type = block.field("type").and_then(|t| t.string()).is_some_and(|t| t.ends_with("tool_use"));
    by_type || block.field("toolUseId").is_some()
}

/// Thinking with a signature was written by the provider and may not be changed; without one it is text.
fn is_signed(block: Value<'_, '_>) -> bool {
    block.field("signature").is_some_and(|signature| signature.shape() == Shape::String && !signature.raw().is_empty())
}

fn is_opaque(value: Value<'_, '_>, place: Place) -> bool {
    let data = match place {
        Place::Base64 => Some(value.raw()),
        Place::Url => {
            value.raw().strip_prefix("data:").and_then(|url| url.split_once(";base64,")).map(|(_, data)| data)
        }
        _ => None,
    };
    // Base64 of a few characters could as well be a word.
    data.is_some_and(|data| data.len() >= 24 && data.bytes().all(is_base64))
}

fn is_base64(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=' | b'-' | b'_')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::Document;

    /// The strings that are text, those that hold JSON in brackets.
    fn texts(json: &str, side: Side) -> Vec<String> {
        let document = Document::parse(json).unwrap();
        let text = |slot: &Slot<'_, '_>| match slot.inner {
            Inner::Text => slot.value.string().map_or(slot.value.raw().to_owned(), |s| s.into_owned()),
            Inner::Json => format!("[{}]", slot.value.string().unwrap()),
        };
        slots(document.root(), side, Options::default()).iter().map(text).collect()
    }

    #[track_caller]
    fn check(side: Side, json: &str, expected: &[&str]) {
        assert_eq!(texts(json, side), expected, "{json}");
    }

    #[test]
    fn requests() {
        let cases: &[(&str, &[&str])] = &[
            (r#"{"model":"m","max_tokens":1,"messages":[{"role":"user","content":"a"}],"stream":true}"#, &["a"]),
            (
                r#"{"messages":[{"role":"user","content":[
                    {"type":"tool_result","tool_use_id":"k","content":[{"type":"text","text":"a","cache_control":{"type":"k"}}]},
                    {"type":"tool_use","id":"k","name":"k","input":{"id":"b","name":["c",{"type":"d"}]}},
                    {"type":"new_block","title":"e","nested":{"id":"f"}}]}]}"#,
                &["a", "id", "b", "name", "c", "type", "d", "e", "id", "f"],
            ),
            (
                r#"{"messages":[{"role":"assistant","content":[
                    {"type":"thinking","thinking":"k","signature":"s"},{"type":"thinking","thinking":"a","signature":""},
                    {"thinking":"b","type":"thinking"},{"type":"redacted_thinking","data":"k"}]}]}"#,
                &["a", "b"],
            ),
            (
                r#"{"messages":[{"role":"user","content":[
                    {"type":"image","source":{"type":"base64","media_type":"k","data":"aGVsbG8gd29ybGQgaGVsbG8="}},
                    {"type":"document","source":{"type":"text","media_type":"k","data":"plain text, not base64"},"title":"a"},
                    {"type":"image_url","image_url":{"url":"data:image/png;base64,aGVsbG8gd29ybGQgaGVsbG8="}},
                    {"type":"image_url","image_url":{"url":"https://b/"}}]}]}"#,
                &["plain text, not base64", "a", "https://b/"],
            ),
            (
                r#"{"messages":[],"metadata":{"user_id":"k","x1":"a"},"system":[{"type":"text","text":"b"}],"stop_sequences":["c"],
                    "tools":[{"name":"k","description":"d","input_schema":{"type":"k","properties":{"k":{"description":"e","enum":["k"]}},
                    "required":["k"]}}],"tool_choice":{"type":"tool","name":"k"}}"#,
                &["x1", "a", "b", "c", "d", "e"],
            ),
            (
                r#"{"requests":[{"custom_id":"k","params":{"model":"k","messages":[{"role":"user","content":"a"}]}}]}"#,
                &["a"],
            ),
            (
                r#"{"model":"k","messages":[{"role":"assistant","tool_calls":[{"id":"k","type":"k","function":{"name":"k","arguments":"{}"}}]},
                    {"role":"tool","tool_call_id":"k","content":"a"}]}"#,
                &["[{}]", "a"],
            ),
            (
                r#"{"model":"k","input":[{"type":"function_call","call_id":"k","name":"k","arguments":"{}"},
                    {"type":"function_call_output","call_id":"k","output":"a"},{"type":"reasoning","id":"k","summary":[{"type":"k","text":"b"}],
                    "encrypted_content":"k"},{"role":"user","content":[{"type":"input_text","text":"c"}]}],"instructions":"d"}"#,
                &["[{}]", "a", "b", "c", "d"],
            ),
            (r#"{"model":"k","input":"a","prompt_cache_key":"b","user":"c"}"#, &["a", "b", "c"]),
            (r#"{"id":"a","name":["b",{"type":"c"}]}"#, &["id", "a", "name", "b", "type", "c"]),
            (
                r#"{"messages":[{"role":"user","content":[{"toolUse":{"toolUseId":"k","name":"k","input":{"a":123456789012,"b":1}}}]}]}"#,
                &["a", "123456789012", "b"],
            ),
            (r#"["a",{"b":null}]"#, &["a", "b"]),
        ];
        for (json, expected) in cases {
            check(Side::Request, json, expected);
        }
    }

    #[test]
    fn signed_thinking_is_text_where_people_want_to_read_it() {
        let json =
            r#"{"messages":[{"role":"assistant","content":[{"type":"thinking","thinking":"a","signature":"s"}]}]}"#;
        let document = Document::parse(json).unwrap();
        let count = |thinking| slots(document.root(), Side::Request, Options { thinking }).len();
        assert_eq!((count(false), count(true)), (0, 1));
    }

    #[test]
    fn responses() {
        let cases: &[(&str, &[&str])] = &[
            (
                r#"{"id":"k","type":"message","role":"k","model":"k","content":[{"type":"text","text":"a"},
                    {"type":"tool_use","id":"k","name":"k","input":{"id":"b"}}],"stop_reason":"k","stop_sequence":"c","usage":{"x":"k"}}"#,
                &["a", "id", "b", "c"],
            ),
            (r#"{"type":"error","error":{"type":"k","message":"a"},"request_id":"k"}"#, &["a"]),
            (r#"{"input_tokens":12}"#, &["input_tokens"]),
            (
                r#"{"id":"k","object":"chat.completion","choices":[{"index":0,"message":{"role":"k","content":"a","refusal":"b","tool_calls":[
                    {"id":"k","type":"k","function":{"name":"k","arguments":"{}"}}]},"finish_reason":"k","logprobs":{"content":[{"token":"k"}]}}]}"#,
                &["a", "b", "[{}]"],
            ),
            (
                r#"{"id":"k","object":"response","output":[{"type":"message","id":"k","role":"k","content":[{"type":"output_text","text":"a",
                    "annotations":[]}]},{"type":"function_call","call_id":"k","name":"k","arguments":"{}"}],"text":{"format":{"type":"k"}}}"#,
                &["a", "[{}]"],
            ),
            (
                r#"{"custom_id":"k","result":{"type":"succeeded","message":{"id":"k","type":"message","content":[{"type":"text","text":"a"}]}}}"#,
                &["a"],
            ),
            (r#"{"output":{"message":{"role":"k","content":[{"text":"a"}]}},"stopReason":"k","metrics":{}}"#, &["a"]),
        ];
        for (json, expected) in cases {
            check(Side::Response, json, expected);
        }
    }
}
