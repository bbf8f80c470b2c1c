//! The strings of a document, by their places.
//!
//! Everything is text, including member names, unless the table says otherwise. So a new field or block is masked from
//! its first day, and a value is never left unmasked because of the name of its key alone: `id` is an API's own id in a
//! content block, and text in a tool's input.

use super::api::Dialect;
use super::embedded::{Coding, File};
use super::mcp::{self, McpPlace};
use super::place::{Place, of_item, of_object, step};
use crate::json::{FIELDS_MAX, Shape, Value};

/// A string of the document that is text: to be masked in a request, to be restored in a response.
#[derive(Debug, Clone, Copy)]
pub struct Slot<'d, 't> {
    /// The string, or a number that may be an account id.
    pub value: Value<'d, 't>,
    /// The name of the member that it stands under, inherited through arrays.
    pub key: Option<Value<'d, 't>>,
    /// The form of what the string holds.
    pub inner: Inner,
    /// What the string stands for, if not for its own text.
    pub file: Option<FileRef>,
    /// The call of a tool that the string is a part of, if those are [marked](Calls::Marked).
    pub call: Option<Value<'d, 't>>,
    /// The signature, if the string is thinking that is restored for people and sent back by them.
    pub signature: Option<Value<'d, 't>>,
}

impl<'d, 't> Slot<'d, 't> {
    pub(super) fn new(value: Value<'d, 't>, key: Option<Value<'d, 't>>, inner: Inner) -> Self {
        Self { value, key, inner, file: None, call: None, signature: None }
    }
}

/// A file that a string of a request stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileRef {
    /// The bytes of a file that may be text.
    Data(Coding),
    /// The address from which the provider loads a file.
    Link,
}

/// A string of a request that is never altered and that people choose.
#[derive(Debug, Clone, Copy)]
pub struct Kept<'d, 't> {
    /// The string.
    pub value: Value<'d, 't>,
    /// Its place.
    pub place: KeptPlace,
}

/// The places of strings that are never altered and that people choose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeptPlace {
    /// The name of a tool or of a function.
    ToolName,
    /// A name in the schema of a tool or of an answer.
    SchemaKey,
    /// One of the values that a schema allows.
    SchemaValue,
}

/// The strings of a request.
#[derive(Debug, Default)]
pub struct Strings<'d, 't> {
    /// Those that are text, in the order of the document.
    pub slots: Vec<Slot<'d, 't>>,
    /// Those that are never altered and that people choose.
    pub kept: Vec<Kept<'d, 't>>,
    /// The number of files among them that cannot be read.
    pub attachments: u64,
    /// The API that the request speaks; `None` if it is not one of those known.
    pub dialect: Option<Dialect>,
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
    /// The treatment of the strings of a request that are never altered and that people choose.
    pub kept: KeptStrings,
    /// The APIs whose documents are recognised.
    pub apis: Apis,
    /// The treatment of what tools are called with, in a response. [`Response`](crate::Response) sets it by its guard.
    pub calls: Calls,
}

/// The treatment of what tools are called with.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Calls {
    /// It is text as any other.
    #[default]
    Unmarked,
    /// Each string knows the call that it is a part of.
    Marked,
}

/// The treatment of the strings of a request that are never altered and that people choose.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum KeptStrings {
    /// They are not looked at.
    #[default]
    Pass,
    /// They are searched for values, which are reported.
    Search,
}

/// The APIs whose documents are recognised, by their shape.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Apis {
    /// All of them.
    #[default]
    All,
    /// The Model Context Protocol alone, as of a server of tools: what only looks like the document of another API is text.
    Mcp,
}

/// Returns the strings of a document that are text, in the order of the document. One that has the shape of neither a
/// request nor a response of a known API is text all the way down.
pub fn slots<'d, 't>(root: Value<'d, 't>, side: Side, options: Options) -> Vec<Slot<'d, 't>> {
    let place = match side {
        Side::Request => return request(root, options).slots,
        Side::Response if mcp::is_message(root) => Place::Mcp(McpPlace::Message),
        Side::Response if options.apis == Apis::Mcp => Place::Free,
        Side::Response if is_response(root) => Place::Response,
        Side::Response => Place::Free,
    };
    let mut walk = Walk::new(options);
    walk.value(root, None, place);
    walk.strings.slots
}

/// Returns the strings of a request. One that has the shape of none of a known API is text all the way down.
pub fn request<'d, 't>(root: Value<'d, 't>, options: Options) -> Strings<'d, 't> {
    let (place, dialect) = if mcp::is_message(root) {
        (Place::Mcp(McpPlace::Message), Some(Dialect::Mcp))
    } else if options.apis == Apis::Mcp {
        (Place::Free, None)
    } else if is_request(root) {
        (Place::Request, Some(Dialect::of_request(root)))
    } else if is_batch_line(root) {
        (Place::BatchItem, Some(Dialect::Batch))
    } else {
        (Place::Free, None)
    };
    let mut walk = Walk { side: Side::Request, ..Walk::new(options) };
    walk.value(root, None, place);
    Strings { dialect, ..walk.strings }
}

/// Returns the text of an event of a stream, which is a response or a part of one.
pub fn event_slots<'d, 't>(event: Value<'d, 't>, options: Options) -> Vec<Slot<'d, 't>> {
    let mut walk = Walk::new(options);
    let place = if mcp::is_message(event) { Place::Mcp(McpPlace::Message) } else { Place::Response };
    walk.value(event, None, place);
    walk.strings.slots
}

fn is_request(root: Value<'_, '_>) -> bool {
    let has = |key| root.field(key).is_some();
    // A second member of the name must not hide the first.
    let list =
        |key: &str| root.members().take(FIELDS_MAX).any(|(name, value)| value.shape() == Shape::Array && name.is(key));
    let any = ["messages", "requests", "contents"].into_iter().any(list);
    any || (has("model") && (has("input") || has("prompt") || has("instructions")))
}

/// A line of the file of a batch: `{"custom_id", "method", "url", "body"}`, or Bedrock's and Anthropic's own.
fn is_batch_line(root: Value<'_, '_>) -> bool {
    let object = |key| root.field(key).is_some_and(|v: Value<'_, '_>| v.shape() == Shape::Object);
    (root.field("custom_id").is_some() && (object("body") || object("params")))
        || (root.field("recordId").is_some() && object("modelInput"))
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
    strings: Strings<'d, 't>,
    side: Side,
    options: Options,
    /// The call of a tool that the walk is in.
    call: Option<Value<'d, 't>>,
}

impl<'d, 't> Walk<'d, 't> {
    fn new(options: Options) -> Self {
        Self { strings: Strings::default(), side: Side::Response, options, call: None }
    }

    fn value(&mut self, value: Value<'d, 't>, key: Option<Value<'d, 't>>, place: Place) {
        match value.shape() {
            _ if place == Place::Keep => {}
            Shape::Array => value.items().for_each(|item| self.value(item, key, of_item(place))),
            Shape::Object => {
                let place = of_object(place);
                self.within(
                    value,
                    || is_call(value),
                    |walk| {
                        value.members().for_each(|(name, member)| walk.member(name, member, value, place));
                    },
                );
            }
            Shape::String => self.string(value, key, place),
            // Twelve digits may be an account id, also where a tool wrote it as a number.
            Shape::Number
                if place != Place::Parameter
                    && value.raw().len() == 12
                    && value.raw().bytes().all(|b| b.is_ascii_digit()) =>
            {
                self.push(Slot::new(value, key, Inner::Text));
            }
            Shape::Number | Shape::Literal => {}
        }
    }

    fn string(&mut self, value: Value<'d, 't>, key: Option<Value<'d, 't>>, place: Place) {
        // Values of every kind are longer; a response may bring a placeholder in pieces of any length.
        if value.raw().len() < if self.side == Side::Request { SHORTEST } else { 1 } {
            return;
        }
        let slot = Slot::new(value, key, Inner::Text);
        match place {
            Place::Word | Place::Words | Place::Setting => {}
            Place::Name => self.keep(value, KeptPlace::ToolName),
            Place::Allowed => self.keep(value, KeptPlace::SchemaValue),
            Place::Json => self.push(Slot { inner: Inner::Json, ..slot }),
            Place::Data(declared) | Place::Source(declared) => {
                self.file(slot, File::of_data(&value.string().unwrap_or_default(), declared));
            }
            Place::Url => self.file(slot, File::of_url(&value.string().unwrap_or_default())),
            _ => self.push(slot),
        }
    }

    fn file(&mut self, slot: Slot<'d, 't>, file: File) {
        let file = match (file, self.side) {
            (File::Data(coding), Side::Request) => Some(FileRef::Data(coding)),
            (File::Attachment, Side::Request) => {
                self.strings.attachments += 1;
                return;
            }
            // A provider that returns a file returns what it was sent.
            (File::Data(_) | File::Attachment, Side::Response) => return,
            (File::Link, _) => Some(FileRef::Link),
            (File::Text, _) => None,
        };
        self.push(Slot { file, ..slot });
    }

    fn push(&mut self, slot: Slot<'d, 't>) {
        self.strings.slots.push(Slot { call: self.call, ..slot });
    }

    fn keep(&mut self, value: Value<'d, 't>, place: KeptPlace) {
        if self.side == Side::Request {
            self.strings.kept.push(Kept { value, place });
        }
    }

    fn member(&mut self, name: Value<'d, 't>, member: Value<'d, 't>, object: Value<'d, 't>, place: Place) {
        let next = step(place, &name.string().unwrap_or_default(), object);
        if next == Place::Signed {
            return self.thinking(name, member, object);
        }
        if place == Place::Properties && name.raw().len() >= SHORTEST {
            self.keep(name, KeptPlace::SchemaKey);
        }
        let may_hold = name.raw().len() >= SHORTEST && (place == Place::Free || !is_word(name.raw()));
        if may_hold && next == Place::Free {
            self.push(Slot::new(name, None, Inner::Text));
        }
        self.within(member, || holds_call(name), |walk| walk.value(member, Some(name), next));
    }

    /// Walks on; what is found belongs to this call, if it is one and not within another.
    fn within(&mut self, call: Value<'d, 't>, is_call: impl Fn() -> bool, walk: impl FnOnce(&mut Self)) {
        let begins = self.options.calls == Calls::Marked && self.call.is_none() && is_call();
        if begins {
            self.call = Some(call);
        }
        walk(self);
        if begins {
            self.call = None;
        }
    }

    fn thinking(&mut self, name: Value<'d, 't>, text: Value<'d, 't>, object: Value<'d, 't>) {
        if text.shape() != Shape::String {
            return self.value(text, Some(name), Place::Free);
        }
        if self.options.thinking {
            // One signature is looked up once: of two members of this name, the second is text as any other.
            let first = object.field(&name.string().unwrap_or_default()).is_some_and(|it| it.span() == text.span());
            let signature = object.field("signature").filter(|_| first);
            self.push(Slot { signature, ..Slot::new(text, Some(name), Inner::Text) });
        }
    }
}

/// The members of all APIs, and of those not known, that hold the call of a tool or what it is called with.
const CALLS: [&str; 10] = [
    "arguments",
    "functionCall",
    "function_call",
    "input_json",
    "partial_json",
    "toolCalls",
    "toolUse",
    "tool_call",
    "tool_calls",
    "tool_use",
];

fn holds_call(name: Value<'_, '_>) -> bool {
    CALLS.iter().any(|call| name.is(call))
}

/// Returns whether an object is a call by its type: `tool_use`, `function_call`, `local_shell_call` and their like.
fn is_call(object: Value<'_, '_>) -> bool {
    let kind = object.field("type").and_then(|kind| kind.string());
    kind.is_some_and(|kind| kind.ends_with("tool_use") || kind.ends_with("_call"))
}

/// Returns whether a name in an API's own object is that of a field: the caller's own names may be anything.
fn is_word(name: &str) -> bool {
    name.bytes().all(|b| b.is_ascii_alphabetic() || b == b'_')
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
                    {"type":"image","source":{"type":"base64","media_type":"image/png","data":"aGVsbG8gd29ybGQgaGVsbG8="}},
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

    /// The words of the APIs' own parameters, each with a text beside it.
    #[test]
    fn parameters() {
        let cases: &[(&str, &[&str])] = &[
            (
                r#"{"messages":[],"thinking":{"type":"k","budget_tokens":1,"display":"k"},"service_tier":"k","cache_control":{"type":"k","ttl":"k"},
                    "context_management":{"edits":[{"type":"k","trigger":{"type":"k","value":1},"keep":"k","exclude_tools":["k"],
                    "clear_at_least":{"type":"k","value":2},"instructions":"a"}]},"output_config":{"effort":"k","format":{"type":"k",
                    "schema":{"type":"k"}}},"container":{"id":"k","skills":[{"type":"k","skill_id":"k","version":"k"}]},
                    "mcp_servers":[{"type":"k","url":"b","name":"k","authorization_token":"k","tool_configuration":{"allowed_tools":["k"]}}],
                    "betas":["k"],"stop_sequences":["c"]}"#,
                &["a", "b", "c"],
            ),
            (
                r#"{"messages":[],"audio":{"voice":"k","format":"k"},"modalities":["k"],"reasoning_effort":"k","verbosity":"k",
                    "prediction":{"type":"k","content":"a"},"tool_choice":{"type":"k","function":{"name":"k"}},"seed":123456789012,
                    "web_search_options":{"search_context_size":"k","user_location":{"type":"k","approximate":{"city":"b"}}},
                    "response_format":{"type":"k","json_schema":{"name":"k","schema":{"type":"k"},"description":"c"}},
                    "stream_options":{"include_usage":true},"function_call":"k","metadata":{"x1":"d"}}"#,
                &["a", "b", "c", "x1", "d"],
            ),
            (
                r#"{"model":"k","input":"a","reasoning":{"effort":"k","summary":"k"},"text":{"format":{"type":"k"},"verbosity":"k"},
                    "truncation":"k","include":["k"],"conversation":{"id":"k"},"prompt":{"id":"k","variables":{"x1":"b"}},
                    "context_management":[{"type":"k","compact_threshold":1}],"tool_choice":"k",
                    "tools":[{"type":"k","name":"k","format":{"type":"k","syntax":"k","definition":"c"}},
                    {"type":"k","server_label":"k","server_url":"d","allowed_tools":{"tool_names":["k"]},"require_approval":{"never":{"tool_names":["k"]}}},
                    {"type":"k","vector_store_ids":["k"],"container":{"type":"k","file_ids":["k"]},"user_location":{"type":"k","city":"e"}}]}"#,
                &["a", "x1", "b", "c", "d", "e"],
            ),
            (
                r#"{"messages":[],"modelId":"k","guardrailConfig":{"guardrailIdentifier":"k","guardrailVersion":"k","trace":"k"},
                    "performanceConfig":{"latency":"k"},"inferenceConfig":{"stopSequences":["a"]},"serviceTier":{"type":"k"},
                    "additionalModelRequestFields":{"thinking":{"type":"k"}},"additionalModelResponseFieldPaths":["k"],
                    "toolConfig":{"toolChoice":{"tool":{"name":"k"}},"tools":[{"toolSpec":{"name":"k","description":"b"}},{"cachePoint":{"type":"k"}}]}}"#,
                &["a", "b"],
            ),
            (
                r#"{"contents":[{"role":"k","parts":[{"text":"a","thoughtSignature":"k"},{"functionCall":{"name":"k","args":{"x1":"b"}}},
                    {"fileData":{"mimeType":"k","fileUri":"c"}}]}],"systemInstruction":{"parts":[{"text":"d"}]},
                    "safetySettings":[{"category":"k","threshold":"k"}],"cachedContent":"k",
                    "tools":[{"functionDeclarations":[{"name":"k","description":"e","parameters":{"type":"k"}}]}],
                    "generationConfig":{"responseMimeType":"k","responseSchema":{"type":"k","propertyOrdering":["k"]},"stopSequences":["f"],
                    "thinkingConfig":{"thinkingBudget":1}},"toolConfig":{"functionCallingConfig":{"mode":"k","allowedFunctionNames":["k"]}}}"#,
                &["a", "x1", "b", "c", "d", "e", "f"],
            ),
            (
                r#"{"model":"k","prompt":"a","format":{"type":"k","properties":{"k":{"type":"k"}},"required":["k"]},"keep_alive":"k",
                    "options":{"stop":["b"]}}"#,
                &["a", "stop", "b"],
            ),
            (
                r#"{"custom_id":"k","method":"k","url":"k","body":{"model":"k","messages":[{"role":"k","content":"a"}]}}"#,
                &["a"],
            ),
        ];
        for (json, expected) in cases {
            check(Side::Request, json, expected);
        }
    }

    #[test]
    fn names_of_messages_and_documents_are_text() {
        let cases: &[(&str, &[&str])] = &[
            (r#"{"messages":[{"role":"user","name":"a","content":"b"}]}"#, &["a", "b"]),
            (r#"{"messages":[{"role":"tool","name":"k","content":"b"}]}"#, &["b"]),
            (r#"{"model":"k","input":[{"type":"custom_tool_call","name":"k","input":"a"}]}"#, &["a"]),
            (
                r#"{"messages":[{"role":"k","content":[{"document":{"format":"k","name":"a","source":{"text":"b"}}},{"type":"k","name":"c"}]}]}"#,
                &["a", "b", "c"],
            ),
        ];
        for (json, expected) in cases {
            check(Side::Request, json, expected);
        }
    }

    /// At a place of a string, an object or an array is one that the API does not have: text.
    #[test]
    fn a_kept_place_keeps_strings_only() {
        let cases: &[(&str, &[&str])] = &[
            (r#"{"messages":[{"role":{"x1":"a"},"id":["b"],"content":"c"}]}"#, &["x1", "a", "b", "c"]),
            (r#"{"messages":[],"model":{"id":"a"},"betas":[["b"],{"x1":"c"}]}"#, &["id", "a", "b", "x1", "c"]),
            (r#"{"messages":[],"thinking":{"type":"k","x1":{"type":"a"}}}"#, &["x1", "type", "a"]),
            (
                r#"{"messages":[],"tools":[{"name":["a"],"input_schema":{"enum":["k",{"x1":"b"}],"type":["k"]}}]}"#,
                &["a", "x1", "b"],
            ),
            (r#"{"messages":[],"metadata":{"user_id":{"x1":"a"}}}"#, &["x1", "a"]),
            (r#"{"messages":[{"id":123456789012,"content":[]}]}"#, &["123456789012"]),
            (
                r#"{"messages":[{"action":"a","content":[]}],"thinking":"b","reasoning":["c"],"text":"d"}"#,
                &["a", "b", "c", "d"],
            ),
            (
                r#"{"messages":[{"role":"k","content":[{"type":"redacted_thinking","data":{"x1":"a"}},{"type":"thinking","thinking":{"x2":"b"},"signature":"s"}]}]}"#,
                &["x1", "a", "x2", "b"],
            ),
        ];
        for (json, expected) in cases {
            check(Side::Request, json, expected);
        }
    }

    /// Readers differ in which of two members of one name counts, so that none of them makes a text of a reader a word.
    #[test]
    fn a_second_member_of_the_same_name_makes_nothing_kept() {
        let cases: &[(&str, &[&str])] = &[
            (r#"{"messages":1,"messages":[{"role":"k","content":"a"}]}"#, &["a"]),
            (r#"{"messages":[{"role":"k","content":[{"type":"tool_use","type":"text","name":"a"}]}]}"#, &["a"]),
            (r#"{"messages":[{"role":"k","content":[{"type":"text","name":"a","t\u0079pe":"tool_use"}]}]}"#, &["a"]),
            (
                r#"{"messages":[{"role":"k","content":[{"type":"thinking","thinking":"a","signature":"s","signature":""}]}]}"#,
                &["a"],
            ),
            (
                r#"{"messages":[{"role":"k","content":[{"type":"redacted_thinking","data":"a","type":"text"}]}]}"#,
                &["a"],
            ),
            (r#"{"messages":[{"role":"tool","role":"user","name":"a","content":[]}]}"#, &["a"]),
        ];
        for (json, expected) in cases {
            check(Side::Request, json, expected);
        }
        let many: String = (0..FIELDS_MAX).map(|n| format!("\"x\":{n},")).collect();
        let block = format!(
            r#"{{"messages":[{{"role":"k","content":[{{"type":"tool_use",{many}"type":"text","name":"a"}}]}}]}}"#
        );
        assert_eq!(texts(&block, Side::Request).last().map(String::as_str), Some("a"));
    }

    #[test]
    fn files_that_cannot_be_read_are_counted() {
        let image = "aGVsbG8gd29ybGQgaGVsbG8=";
        let block = |block: &str| format!(r#"{{"messages":[{{"role":"k","content":[{block}]}}]}}"#);
        let cases = [
            (
                block(&format!(
                    r#"{{"type":"image","source":{{"type":"base64","media_type":"image/png","data":"{image}"}}}}"#
                )),
                1,
                0,
            ),
            (
                block(&format!(
                    r#"{{"type":"document","source":{{"type":"base64","media_type":"application/pdf","data":"{image}"}}}}"#
                )),
                1,
                0,
            ),
            (
                block(&format!(
                    r#"{{"type":"document","source":{{"type":"base64","media_type":"text/plain","data":"{image}"}}}}"#
                )),
                0,
                1,
            ),
            (
                block(&format!(
                    r#"{{"type":"document","source":{{"type":"text","media_type":"application/pdf","data":"{image}"}}}}"#
                )),
                0,
                1,
            ),
            (block(&format!(r#"{{"image":{{"format":"png","source":{{"bytes":"{image}"}}}}}}"#)), 1, 0),
            (block(&format!(r#"{{"document":{{"format":"csv","source":{{"bytes":"{image}"}}}}}}"#)), 0, 1),
            (block(&format!(r#"{{"document":{{"format":"docx","source":{{"bytes":"{image}"}}}}}}"#)), 1, 0),
            (block(&format!(r#"{{"type":"input_audio","input_audio":{{"format":"wav","data":"{image}"}}}}"#)), 1, 0),
            (block(&format!(r#"{{"type":"image_url","image_url":{{"url":"data:image/png;base64,{image}"}}}}"#)), 1, 0),
            (block(&format!(r#"{{"type":"image_url","image_url":"data:image\/png;base64,{image}"}}"#)), 1, 0),
            (block(r#"{"type":"image_url","image_url":{"url":"https://a/"}}"#), 0, 1),
            (block(&format!(r#"{{"type":"file","file":{{"filename":"a.pdf","file_data":"{image}"}}}}"#)), 1, 1),
            (
                block(&format!(
                    r#"{{"type":"input_file","filename":"a.csv","file_data":"data:text/csv;base64,{image}"}}"#
                )),
                0,
                2,
            ),
            (
                format!(
                    r#"{{"contents":[{{"parts":[{{"inlineData":{{"mimeType":"image/jpeg","data":"{image}"}}}}]}}]}}"#
                ),
                1,
                0,
            ),
            (format!(r#"{{"messages":[{{"role":"k","images":["{image}"],"content":"a"}}]}}"#), 1, 1),
        ];
        for (json, attachments, slots) in cases {
            let document = Document::parse(&json).unwrap();
            let strings = request(document.root(), Options::default());
            assert_eq!((strings.attachments, strings.slots.len()), (attachments, slots), "{json}");
        }
    }

    #[test]
    fn what_people_choose_and_is_never_altered() {
        let json = r#"{"messages":[{"role":"k","content":[{"type":"tool_use","name":"a","input":{}}]},
            {"role":"k","tool_calls":[{"function":{"name":"b"}}]}],"tools":[{"name":"c","input_schema":{"type":"object",
            "properties":{"d":{"enum":["e"]}},"required":["d"]}}]}"#;
        let document = Document::parse(json).unwrap();
        let kept: Vec<_> = request(document.root(), Options::default())
            .kept
            .iter()
            .map(|kept| (kept.value.raw().to_owned(), kept.place))
            .collect();
        let expected = [
            ("a", KeptPlace::ToolName),
            ("b", KeptPlace::ToolName),
            ("c", KeptPlace::ToolName),
            ("d", KeptPlace::SchemaKey),
            ("e", KeptPlace::SchemaValue),
            ("d", KeptPlace::SchemaValue),
        ];
        assert_eq!(kept, expected.map(|(text, place)| (text.to_owned(), place)));
    }

    #[test]
    fn signed_thinking_is_text_where_people_want_to_read_it() {
        let json =
            r#"{"messages":[{"role":"assistant","content":[{"type":"thinking","thinking":"a","signature":"s"}]}]}"#;
        let document = Document::parse(json).unwrap();
        let count = |thinking| slots(document.root(), Side::Request, Options { thinking, ..Options::default() }).len();
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
