//! The places in a message of the Model Context Protocol: JSON-RPC 2.0, in either direction.
//!
//! Source: the schema of the protocol's revisions 2024-11-05 to 2026-07-28. The requests, results and notifications of
//! all methods are read by one table: no member has two meanings that matter here. A batch is an array of messages.

use crate::json::{Shape, Value};

/// A place in a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum McpPlace {
    /// The whole message.
    Message,
    /// The `params` of a request that calls a tool or gets a prompt.
    Call,
    /// The `params` of another request or of a notification, or the `result` of a response.
    Body,
    Error,
    Meta,
    /// The name and version of a client or server.
    Party,
    Tool,
    /// The schema of a tool's input or output, or of a form. Its names stay; the values that it allows are text, as those
    /// that are sent by it.
    Schema,
    Properties,
    Prompt,
    /// An argument of a prompt, or the one to complete.
    Argument,
    /// A resource, a template of some, or the contents of one.
    Resource,
    /// A block of content.
    Block,
    /// A message of a prompt or of a conversation with a model.
    Turn,
    Annotations,
    Icon,
    Task,
    /// A prompt or template of resources by name.
    Reference,
    /// Requests of the server by the names that it gave them.
    InputRequests,
    /// The results of these.
    InputResponses,
}

/// What a member of a message is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Member {
    /// Text all the way down.
    Free,
    /// Never altered.
    Keep,
    /// Base64; any other string is text.
    Base64,
    /// A `data:` URL in base64; another URL is text.
    Url,
    /// It stands at this place.
    At(McpPlace),
}

/// Returns whether a document is a message, or a batch of them.
pub(super) fn is_message(root: Value<'_, '_>) -> bool {
    let is_one = |value: Value<'_, '_>| value.field("jsonrpc").is_some_and(|version| version.is("2.0"));
    match root.shape() {
        Shape::Array => root.items().next().is_some() && root.items().all(is_one),
        _ => is_one(root),
    }
}

/// Returns the ids of the requests in a JSON-RPC message or a batch of them, as they are written: strings with their
/// quotes.
pub fn request_ids(root: Value<'_, '_>) -> Vec<String> {
    let id = |message: Value<'_, '_>| {
        message.field("method")?;
        let id = message.field("id")?;
        match id.shape() {
            Shape::String => Some(format!("\"{}\"", id.raw())),
            Shape::Number => Some(id.raw().to_owned()),
            _ => None,
        }
    };
    if root.shape() == Shape::Array { root.items().filter_map(id).collect() } else { id(root).into_iter().collect() }
}

/// Returns what the member `key` of an object that stands at `place` is.
#[rustfmt::skip]
pub(super) fn step(place: McpPlace, key: &str, object: Value<'_, '_>) -> Member {
    use McpPlace::*;
    use Member::*;
    match place {
        Message => match key {
            "jsonrpc" | "id" | "method" => Keep,
            "params" if object.field("method").is_some_and(|it| it.is("tools/call") || it.is("prompts/get")) => At(Call),
            "params" | "result" => At(Body),
            "error" => At(Error),
            _ => Free,
        },
        Call => if key == "name" { Keep } else { step(Body, key, object) },
        Body => match key {
            "role" | "model" | "stopReason" | "action" | "mode" | "level" | "resultType" | "cacheScope" | "status"
            | "protocolVersion" | "supportedVersions" | "progressToken" | "requestId" | "taskId" | "elicitationId"
            | "createdAt" | "lastUpdatedAt" | "toolChoice" | "includeContext" | "modelPreferences" => Keep,
            "_meta" => At(Meta),
            "clientInfo" | "serverInfo" => At(Party),
            "tools" => At(Tool),
            "prompts" => At(Prompt),
            "resources" | "resourceTemplates" | "contents" => At(Resource),
            // The content of an answer to a form has the names of its fields.
            "content" if object.field("action").is_some() => Free,
            "content" => At(Block),
            "messages" => At(Turn),
            "requestedSchema" => At(Schema),
            "task" | "tasks" => At(Task),
            "ref" => At(Reference),
            "argument" => At(Argument),
            "inputRequests" => At(InputRequests),
            "inputResponses" => At(InputResponses),
            _ => Free,
        },
        Error => if key == "code" { Keep } else { Free },
        Meta => match key {
            "progressToken" | "traceparent" | "tracestate" | "io.modelcontextprotocol/protocolVersion"
            | "io.modelcontextprotocol/logLevel" | "io.modelcontextprotocol/subscriptionId" => Keep,
            "io.modelcontextprotocol/clientInfo" | "io.modelcontextprotocol/serverInfo" => At(Party),
            "io.modelcontextprotocol/related-task" => At(Task),
            _ => Free,
        },
        Party => match key {
            "version" => Keep,
            "icons" => At(Icon),
            _ => Free,
        },
        Tool => match key {
            "name" | "execution" => Keep,
            "inputSchema" | "outputSchema" => At(Schema),
            "icons" => At(Icon),
            "_meta" => At(Meta),
            _ => Free,
        },
        Schema => match key {
            "type" | "required" | "$ref" | "$schema" | "$id" | "$anchor" | "format" | "x-mcp-header" => Keep,
            "properties" | "$defs" | "definitions" | "patternProperties" | "dependentSchemas" => At(Properties),
            "items" | "prefixItems" | "additionalProperties" | "anyOf" | "oneOf" | "allOf" | "not" | "if" | "then" | "else"
            | "contains" | "propertyNames" | "unevaluatedProperties" => At(Schema),
            _ => Free,
        },
        Properties => At(Schema),
        Prompt => match key {
            "name" => Keep,
            "arguments" => At(Argument),
            "icons" => At(Icon),
            "_meta" => At(Meta),
            _ => Free,
        },
        Argument => if key == "name" { Keep } else { Free },
        Resource => match key {
            "type" | "mimeType" => Keep,
            "blob" => Base64,
            "icons" => At(Icon),
            "annotations" => At(Annotations),
            "_meta" => At(Meta),
            _ => Free,
        },
        Block => match key {
            "type" | "mimeType" | "toolUseId" => Keep,
            "id" | "name" if object.field("type").is_some_and(|t| t.is("tool_use")) => Keep,
            "data" => Base64,
            "resource" => At(Resource),
            "content" => At(Block),
            "icons" => At(Icon),
            "annotations" => At(Annotations),
            "_meta" => At(Meta),
            _ => Free,
        },
        Turn => match key {
            "role" => Keep,
            "content" => At(Block),
            "_meta" => At(Meta),
            _ => Free,
        },
        Annotations => match key {
            "audience" | "lastModified" => Keep,
            _ => Free,
        },
        Icon => match key {
            "mimeType" | "sizes" | "theme" => Keep,
            "src" => Url,
            _ => Free,
        },
        Task => match key {
            "taskId" | "status" | "createdAt" | "lastUpdatedAt" => Keep,
            _ => Free,
        },
        Reference => match key {
            "type" | "name" => Keep,
            _ => Free,
        },
        InputRequests => At(Message),
        InputResponses => At(Body),
    }
}

#[cfg(test)]
mod tests {
    use super::super::grammar::{Apis, Options, Side, slots};
    use super::*;
    use crate::json::Document;

    /// The texts of a message; `k` and its like are kept.
    #[track_caller]
    fn check(json: &str, expected: &[&str]) {
        let document = Document::parse(json).unwrap();
        for side in [Side::Request, Side::Response] {
            let slots = slots(document.root(), side, Options::default());
            let texts: Vec<String> = slots
                .iter()
                .map(|slot| slot.value.string().map_or(slot.value.raw().to_owned(), |text| text.into_owned()))
                .collect();
            assert_eq!(texts, expected, "{json}");
        }
    }

    #[test]
    fn requests_and_notifications() {
        let cases: &[(&str, &[&str])] = &[
            (
                r#"{"jsonrpc":"2.0","id":"k","method":"tools/call","params":{"name":"k","arguments":{"id":"a","name":["b"]},
                    "_meta":{"progressToken":"k","io.modelcontextprotocol/protocolVersion":"k","x":"c",
                    "io.modelcontextprotocol/clientInfo":{"name":"d","version":"k"}}}}"#,
                &["id", "a", "name", "b", "c", "d"],
            ),
            (
                r#"{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"k","capabilities":{},
                    "clientInfo":{"name":"a","version":"k"}}}"#,
                &["a"],
            ),
            (r#"{"jsonrpc":"2.0","id":1,"method":"resources/read","params":{"uri":"a"}}"#, &["a"]),
            (
                r#"{"jsonrpc":"2.0","id":1,"method":"completion/complete","params":{"ref":{"type":"k","name":"k","uri":"a"},
                    "argument":{"name":"k","value":"b"},"context":{"arguments":{"x":"c"}}}}"#,
                &["a", "b", "arguments", "x", "c"],
            ),
            (
                r#"{"jsonrpc":"2.0","method":"notifications/message","params":{"level":"k","logger":"a","data":{"id":"b"}}}"#,
                &["a", "id", "b"],
            ),
            (
                r#"{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":"k","progress":1,"message":"a"}}"#,
                &["a"],
            ),
            // What the protocol has as a string is text where it is anything else.
            (
                r#"{"jsonrpc":"2.0","method":"x","params":{"status":{"id":"a"},"taskId":["k",{"b":["c"]}]}}"#,
                &["id", "a", "b", "c"],
            ),
            (r#"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":"k","reason":"a"}}"#, &["a"]),
            (
                r#"{"jsonrpc":"2.0","id":1,"method":"sampling/createMessage","params":{"messages":[{"role":"k","content":{"type":"text","text":"a"}}],
                    "systemPrompt":"b","modelPreferences":{"hints":[{"name":"k"}]},"includeContext":"k","maxTokens":1}}"#,
                &["a", "b"],
            ),
            (
                r#"{"jsonrpc":"2.0","id":1,"method":"elicitation/create","params":{"mode":"k","message":"a",
                    "requestedSchema":{"type":"k","properties":{"k":{"type":"k","title":"b","enum":["c"]}},"required":["k"]}}}"#,
                &["a", "b", "c"],
            ),
            (
                r#"{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"k","requestState":"a",
                    "inputResponses":{"k":{"action":"k","content":{"type":"b"}}}}}"#,
                &["a", "type", "b"],
            ),
        ];
        for (json, expected) in cases {
            check(json, expected);
        }
    }

    #[test]
    fn results_and_errors() {
        let cases: &[(&str, &[&str])] = &[
            (
                r#"{"jsonrpc":"2.0","id":"k","result":{"resultType":"k","isError":false,"structuredContent":{"id":"a"},"content":[
                    {"type":"text","text":"b","annotations":{"audience":["k"]},"_meta":{"y":"c"}},
                    {"type":"image","mimeType":"image/png","data":"aGVsbG8gd29ybGQgaGVsbG8="},
                    {"type":"resource","resource":{"uri":"d","mimeType":"k","text":"e"}},
                    {"type":"resource","resource":{"uri":"d","mimeType":"image/png","blob":"aGVsbG8gd29ybGQgaGVsbG8="}},
                    {"type":"resource_link","uri":"f","name":"g","mimeType":"k","icons":[{"src":"h","mimeType":"k"}]},
                    {"type":"tool_result","toolUseId":"k","content":[{"type":"text","text":"i"}]},
                    {"type":"tool_use","id":"k","name":"k","input":{"z":"j"}}]}}"#,
                &["id", "a", "b", "c", "d", "e", "d", "f", "g", "h", "i", "z", "j"],
            ),
            (
                r#"{"jsonrpc":"2.0","id":1,"result":{"tools":[{"name":"k","title":"a","description":"b","annotations":{"title":"c"},
                    "inputSchema":{"type":"k","properties":{"k":{"description":"d","enum":["i"],"x-mcp-header":"k"}},"required":["k"]},
                    "outputSchema":{"$defs":{"k":{"description":"e"}}}}],"nextCursor":"f"}}"#,
                &["a", "b", "title", "c", "d", "i", "e", "f"],
            ),
            (
                r#"{"jsonrpc":"2.0","id":1,"result":{"prompts":[{"name":"k","description":"a","arguments":[{"name":"k","description":"b"}]}]}}"#,
                &["a", "b"],
            ),
            (
                r#"{"jsonrpc":"2.0","id":1,"result":{"description":"a","messages":[{"role":"k","content":{"type":"text","text":"b"}}]}}"#,
                &["a", "b"],
            ),
            (
                r#"{"jsonrpc":"2.0","id":1,"result":{"resources":[{"uri":"a","name":"b","mimeType":"k","annotations":{"lastModified":"k"}}],
                    "resourceTemplates":[{"uriTemplate":"c","name":"d"}]}}"#,
                &["a", "b", "c", "d"],
            ),
            (r#"{"jsonrpc":"2.0","id":1,"result":{"contents":[{"uri":"a","mimeType":"k","text":"b"}]}}"#, &["a", "b"]),
            (
                r#"{"jsonrpc":"2.0","id":1,"result":{"protocolVersion":"k","serverInfo":{"name":"a","version":"k"},"instructions":"b"}}"#,
                &["a", "b"],
            ),
            (
                r#"{"jsonrpc":"2.0","id":1,"result":{"resultType":"k","requestState":"a","inputRequests":{"k":
                    {"method":"k","params":{"message":"b"}}}}}"#,
                &["a", "b"],
            ),
            (
                r#"{"jsonrpc":"2.0","id":1,"result":{"task":{"taskId":"k","status":"k","statusMessage":"a","createdAt":"k"}}}"#,
                &["a"],
            ),
            (
                r#"{"jsonrpc":"2.0","id":null,"error":{"code":-32603,"message":"a","data":{"code":"b"}}}"#,
                &["a", "code", "b"],
            ),
            (
                r#"[{"jsonrpc":"2.0","id":"k","result":{"content":[{"type":"text","text":"a"}]}},
                    {"jsonrpc":"2.0","method":"k","params":{"x":"b"}}]"#,
                &["a", "b"],
            ),
        ];
        for (json, expected) in cases {
            check(json, expected);
        }
    }

    #[test]
    fn a_name_is_kept_where_it_calls_something() {
        check(r#"{"jsonrpc":"2.0","id":1,"method":"prompts/get","params":{"name":"k","arguments":{}}}"#, &[]);
        check(r#"{"jsonrpc":"2.0","method":"notifications/x","params":{"name":"a"}}"#, &["a"]);
        check(r#"{"jsonrpc":"2.0","id":1,"result":{"name":"a"}}"#, &["a"]);
        check(r#"{"jsonrpc":"2.0","id":1,"result":{"content":[{"type":"k","id":"a","name":"b"}]}}"#, &["a", "b"]);
    }

    #[test]
    fn for_a_server_of_tools_a_document_of_another_api_is_text() {
        let document = Document::parse(r#"{"messages":[{"id":"a","name":"b","role":"c"}]}"#).unwrap();
        let count = |apis| slots(document.root(), Side::Request, Options { apis, ..Options::default() }).len();
        assert_eq!((count(Apis::All), count(Apis::Mcp)), (1, 7));
    }

    #[test]
    fn what_is_no_message_is_text() {
        check(r#"{"jsonrpc":"1.0","id":"a"}"#, &["jsonrpc", "1.0", "id", "a"]);
        check(r#"[{"jsonrpc":"2.0","id":"a"},{"id":"b"}]"#, &["jsonrpc", "2.0", "id", "a", "id", "b"]);
        check("[]", &[]);
    }

    #[test]
    fn the_ids_of_requests() {
        let cases: &[(&str, &[&str])] = &[
            (r#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#, &["1"]),
            (r#"{"jsonrpc":"2.0","id":"a\n","method":"ping"}"#, &["\"a\\n\""]),
            (r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#, &[]),
            (r#"{"jsonrpc":"2.0","id":1,"result":{}}"#, &[]),
            (r#"{"jsonrpc":"2.0","id":null,"method":"ping"}"#, &[]),
            (r#"[{"id":1,"method":"a"},{"method":"b"},{"id":"c","method":"d"}]"#, &["1", "\"c\""]),
            ("7", &[]),
        ];
        for (json, expected) in cases {
            assert_eq!(request_ids(Document::parse(json).unwrap().root()), *expected, "{json}");
        }
    }
}
