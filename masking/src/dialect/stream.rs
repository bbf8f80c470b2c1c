//! The meaning of a stream's events: the strings that are whole, the pieces of longer texts, and the texts that end.

use std::collections::BTreeSet;
use std::ops::Range;
use std::rc::Rc;

use super::grammar::{self, Inner, Options, Slot};
use super::mcp;
use crate::json::{self, Document, Edit, FIELDS_MAX, Shape, Value};

/// Names one text of a stream whose pieces arrive in several events, from its block to its field: `0/text`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Lane(String);

/// A piece of a lane's text.
#[derive(Debug)]
pub struct Piece<'d, 't> {
    /// The string that holds the piece.
    pub slot: Slot<'d, 't>,
    /// The text that it is a piece of.
    pub lane: Lane,
    /// Who reads that text.
    pub reader: Reader,
    /// The event that carries a text of this lane and nothing else: what stands before and after the text.
    pub envelope: Envelope,
}

/// Who reads a text of a stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reader {
    /// People: it is shown while it arrives.
    People,
    /// A tool, which is called with it when it is whole.
    Tool,
}

/// The event around a text that gets one of its own. Written only when bytes of a lane are held.
#[derive(Debug)]
pub enum Envelope {
    /// This event, of this type, with another text in this place.
    Same {
        /// The event's type; empty if it has none.
        kind: String,
        /// The place of the text in the event's data, in bytes and without its quotes.
        text: Range<usize>,
        /// The place of its `sequence_number`, if it has one.
        number: Option<Range<usize>>,
    },
    /// A delta of an Anthropic content block, of this type and with the text in this field.
    Delta {
        /// The index of the block, as it is written.
        index: String,
        /// The type of the delta, such as `text_delta`.
        kind: String,
        /// The member that holds the text, such as `text`.
        field: String,
    },
    /// A chunk of a chat completion, with the members of the first object and this text in the choice.
    Chunk {
        /// The members that each chunk repeats (`id`, `model`), as they are written, with a comma after each.
        members: Rc<str>,
        /// The choice up to the text.
        before: String,
        /// The choice from the text on.
        after: String,
    },
}

/// The member by which the events of OpenAI's Responses are numbered.
pub const SEQUENCE_NUMBER: &str = "sequence_number";

/// Maximum bytes of an index or of a type that names a text: a longer one counts as none.
const NAME_MAX: usize = 64;
/// Maximum bytes of the members that an event of its own repeats; those beyond are left out.
const MEMBERS_MAX: usize = 1_024;
/// Maximum pieces of one chunk of a chat completion. Any further texts of it are whole strings.
const PIECES_MAX: usize = 1_024;
/// Maximum nesting of the lists and objects in a chunk's delta that are looked into. Deeper texts are whole strings.
const PARTS_DEPTH: usize = 4;
/// The members of a part that tell which part it is. They are repeated with each event of its own, and never altered.
const PART_NAMES: [&str; 8] = ["type", "id", "index", "format", "role", "name", "call_id", "tool_call_id"];
/// The members of a part that only the provider can read.
const PART_DATA: [&str; 4] = ["signature", "data", "encrypted_content", "url"];

/// The texts that end with an event, before it.
#[derive(Debug, PartialEq, Eq)]
pub enum Close {
    /// No text ends.
    Nothing,
    /// The lanes that begin with this block.
    Block(String),
    /// Every lane.
    All,
}

/// The parts of one event that something is to be done with.
#[derive(Debug)]
pub struct Plan<'d, 't> {
    /// Strings that are restored by themselves.
    pub whole: Vec<Slot<'d, 't>>,
    /// Pieces of longer texts.
    pub pieces: Vec<Piece<'d, 't>>,
    /// A part of a signature, and the block of thinking that it is for.
    pub signature: Option<(String, Value<'d, 't>)>,
    /// The texts that end before this event.
    pub close: Close,
}

impl<'d, 't> Plan<'d, 't> {
    /// Removes from the whole strings those that are pieces, and those that begin at an offset in `left`: they stay as
    /// they are.
    fn without(mut self, mut left: BTreeSet<usize>) -> Self {
        left.extend(self.pieces.iter().map(|piece| piece.slot.value.span().start));
        self.whole.retain(|slot| !left.contains(&slot.value.span().start));
        self
    }
}

impl Lane {
    fn new(block: &str, field: &str) -> Self {
        Self(format!("{block}/{field}"))
    }

    /// Returns the block whose thinking this is; `None` if it is another text.
    pub fn thinking(&self) -> Option<&str> {
        self.0.strip_suffix("/thinking")
    }

    /// Returns whether this text is one of the block's.
    pub fn is_of(&self, block: &str) -> bool {
        self.0.strip_prefix(block).is_some_and(|field| field.starts_with('/'))
    }
}

/// Returns what is to be done with the event that has this data; `None` for an event of an API that is not known.
pub fn plan<'d, 't>(event: Value<'d, 't>, options: Options) -> Option<Plan<'d, 't>> {
    // Each event is a whole message.
    if mcp::is_message(event) {
        return Some(whole(event, Close::Nothing, options));
    }
    let kind = event.field("type").and_then(|kind| kind.string()).unwrap_or_default();
    Some(match &*kind {
        "content_block_start" => anthropic_start(event, options),
        "content_block_delta" => anthropic_delta(event, options),
        "content_block_stop" => whole(event, Close::Block(index_of(event, "index")), options),
        "message_delta" | "message_stop" | "error" => whole(event, Close::All, options),
        kind if kind.starts_with("response.") => responses(event, kind, options),
        _ if event.field("choices").is_some() => chat(event, options),
        _ if event.field("contentBlockIndex").is_some() => converse(event, options),
        _ if event.field("stopReason").is_some() => whole(event, Close::All, options),
        _ => return None,
    })
}

fn whole<'d, 't>(event: Value<'d, 't>, close: Close, options: Options) -> Plan<'d, 't> {
    Plan { whole: grammar::event_slots(event, options), pieces: Vec::new(), signature: None, close }
}

/// The index of a text: it is repeated with each text of the event, so a long one counts as none.
fn index_of(object: Value<'_, '_>, key: &str) -> String {
    let index = object.field(key).map(|index| index.raw()).filter(|index| index.len() <= NAME_MAX);
    index.unwrap_or_default().to_owned()
}

/// A block may begin with text, which its deltas continue. The beginning of a block of thinking will be signed.
fn anthropic_start<'d, 't>(event: Value<'d, 't>, options: Options) -> Plan<'d, 't> {
    let index = index_of(event, "index");
    let mut plan = whole(event, Close::Nothing, options);
    let block = event.field("content_block");
    let mut left = BTreeSet::new();
    for (kind, field) in [("text", "text"), ("thinking", "thinking")] {
        let is_of_kind = block.and_then(|block| block.field("type")).is_some_and(|name| name.is(kind));
        let text = block.and_then(|block| block.field(field)).filter(|text| text.shape() == Shape::String);
        let Some(text) = text.filter(|_| is_of_kind) else { continue };
        if field != "thinking" || options.thinking {
            plan.pieces.push(anthropic_piece(text, &index, &format!("{kind}_delta"), field, None));
        } else {
            left.insert(text.span().start);
        }
    }
    plan.without(left)
}

fn anthropic_delta<'d, 't>(event: Value<'d, 't>, options: Options) -> Plan<'d, 't> {
    let mut plan = whole(event, Close::Nothing, options);
    let index = index_of(event, "index");
    let Some(delta) = event.field("delta") else { return plan };
    let kind = delta.field("type").filter(|kind| kind.raw().len() <= NAME_MAX).and_then(|kind| kind.string());
    let kind = kind.unwrap_or_default();
    plan.signature = delta.field("signature").map(|signature| (index.clone(), signature));
    let mut left = BTreeSet::new();
    for (name, value) in delta.members() {
        let field = name.string().unwrap_or_default();
        let is_text = !matches!(&*field, "type" | "signature") && !field.starts_with("encrypted");
        if value.shape() != Shape::String || !is_text {
            continue;
        }
        if field != "thinking" || options.thinking {
            plan.pieces.push(anthropic_piece(value, &index, &kind, &field, Some(name)));
        } else {
            left.insert(value.span().start);
        }
    }
    plan.without(left)
}

fn anthropic_piece<'d, 't>(
    value: Value<'d, 't>,
    index: &str,
    kind: &str,
    field: &str,
    key: Option<Value<'d, 't>>,
) -> Piece<'d, 't> {
    let (inner, reader) =
        if field == "partial_json" { (Inner::Json, Reader::Tool) } else { (Inner::Text, Reader::People) };
    Piece {
        slot: Slot::new(value, key, inner),
        reader,
        lane: Lane::new(index, field),
        envelope: Envelope::Delta { index: index.to_owned(), kind: kind.to_owned(), field: field.to_owned() },
    }
}

/// OpenAI's Responses: `response.<text>.delta` holds a piece, `response.<text>.done` and later events repeat the whole.
fn responses<'d, 't>(event: Value<'d, 't>, kind: &str, options: Options) -> Plan<'d, 't> {
    let output = index_of(event, "output_index");
    let Some(name) = kind.strip_suffix(".delta") else {
        let close = match kind {
            "response.completed" | "response.failed" | "response.incomplete" => Close::All,
            _ if output.is_empty() => Close::Nothing,
            _ => Close::Block(output),
        };
        return whole(event, close, options);
    };
    let mut plan = whole(event, Close::Nothing, options);
    let Some(value) = event.field("delta").filter(|delta| delta.shape() == Shape::String) else { return plan };
    let part = [index_of(event, "content_index"), index_of(event, "summary_index")].concat();
    let inner = if name.ends_with("arguments") { Inner::Json } else { Inner::Text };
    // `function_call_arguments`, `custom_tool_call_input` and their like.
    let reader = if name.contains("_call") { Reader::Tool } else { Reader::People };
    plan.pieces.push(Piece {
        reader,
        slot: Slot::new(value, None, inner),
        lane: Lane::new(&output, &format!("{name}/{part}")),
        envelope: Envelope::Same {
            kind: kind.to_owned(),
            text: value.span(),
            number: event.field(SEQUENCE_NUMBER).map(|number| number.span()),
        },
    });
    plan.without(BTreeSet::new())
}

/// Bedrock's Converse: `{"contentBlockIndex": 0, "delta": {"text"}}`, or `{"toolUse": {"input"}}` in the delta.
fn converse<'d, 't>(event: Value<'d, 't>, options: Options) -> Plan<'d, 't> {
    let index = index_of(event, "contentBlockIndex");
    let Some(delta) = event.field("delta") else {
        let close = if event.field("start").is_some() { Close::Nothing } else { Close::Block(index) };
        return whole(event, close, options);
    };
    let tool = delta.field("toolUse");
    let thinking = delta.field("reasoningContent");
    let pieces = [
        (delta.field("text"), "text", Inner::Text),
        (tool.and_then(|tool| tool.field("input")), "input", Inner::Json),
        (thinking.and_then(|thinking| thinking.field("text")).filter(|_| options.thinking), "thinking", Inner::Text),
    ];
    let piece = |(value, field, inner): (Option<Value<'d, 't>>, &str, Inner)| {
        let value = value.filter(|value| value.shape() == Shape::String)?;
        Some(Piece {
            reader: if inner == Inner::Json { Reader::Tool } else { Reader::People },
            slot: Slot::new(value, None, inner),
            lane: Lane::new(&index, field),
            envelope: Envelope::Same { kind: String::new(), text: value.span(), number: None },
        })
    };
    let signature = thinking.and_then(|thinking| thinking.field("signature")).map(|value| (index.clone(), value));
    let pieces = pieces.into_iter().filter_map(piece).collect();
    Plan { whole: Vec::new(), pieces, signature, close: Close::Nothing }
}

/// Chunks of chat completions: the choices of one answer interleave, and each may call several tools.
fn chat<'d, 't>(event: Value<'d, 't>, options: Options) -> Plan<'d, 't> {
    let mut plan = whole(event, Close::Nothing, options);
    let mut chunk = Chunk { members: chunk_members(event).into(), pieces: Vec::new() };
    for choice in event.field("choices").iter().flat_map(Value::items) {
        let index = index_of(choice, "index");
        if choice.field("finish_reason").is_some_and(|reason| reason.shape() == Shape::String) {
            plan.close = if plan.close == Close::Nothing { Close::Block(index.clone()) } else { Close::All };
        }
        if let Some(text) = choice.field("text") {
            chunk.piece(text, &index, "text", ["\"text\":\"", "\""], (Inner::Text, Reader::People));
        }
        let Some(delta) = choice.field("delta") else { continue };
        for (name, value) in delta.members() {
            match &*name.string().unwrap_or_default() {
                "role" => {}
                "tool_calls" => value.items().for_each(|call| chunk.tool_call(call, &index)),
                "function_call" => {
                    chunk.function(value, &index, "function_call", ["\"delta\":{\"function_call\":{", "}}"])
                }
                field => {
                    let before = format!("\"delta\":{{\"{}\":", name.raw());
                    chunk.parts(value, &index, field, [&before, "}"], PARTS_DEPTH);
                }
            }
        }
    }
    plan.pieces = chunk.pieces;
    plan.without(BTreeSet::new())
}

/// The member for an index as it was written; nothing if there was none.
fn index_member(index: &str) -> String {
    if index.is_empty() { String::new() } else { format!("\"index\":{index},") }
}

struct Chunk<'d, 't> {
    members: Rc<str>,
    pieces: Vec<Piece<'d, 't>>,
}

impl<'d, 't> Chunk<'d, 't> {
    fn tool_call(&mut self, call: Value<'d, 't>, choice: &str) {
        let index = index_of(call, "index");
        for kind in ["function", "custom"] {
            if let Some(function) = call.member(kind) {
                let before = format!("\"delta\":{{\"tool_calls\":[{{{}\"{kind}\":{{", index_member(&index));
                self.function(function, choice, &format!("tool_calls/{index}"), [&before, "}}]}"]);
            }
        }
    }

    fn function(&mut self, function: Value<'d, 't>, choice: &str, lane: &str, [before, after]: [&str; 2]) {
        for (field, inner) in [("arguments", Inner::Json), ("input", Inner::Text)] {
            if let Some(value) = function.member(field) {
                let around = [&format!("{before}\"{field}\":\""), &format!("\"{after}")];
                self.piece(
                    value,
                    choice,
                    &format!("{lane}/{field}"),
                    around.map(String::as_str),
                    (inner, Reader::Tool),
                );
            }
        }
    }

    /// The texts of a field that may be a list of parts, as Mistral's `content` and OpenRouter's `reasoning_details`.
    fn parts(&mut self, value: Value<'d, 't>, choice: &str, lane: &str, [before, after]: [&str; 2], depth: usize) {
        let around = [before.len(), after.len(), lane.len()].iter().sum::<usize>();
        match value.shape() {
            Shape::String => {
                let around = [&format!("{before}\""), &format!("\"{after}")];
                self.piece(value, choice, lane, around.map(String::as_str), (Inner::Text, Reader::People));
            }
            Shape::Array if depth > 0 => {
                let [before, after] = [format!("{before}["), format!("]{after}")];
                value.items().for_each(|item| self.parts(item, choice, lane, [&before, &after], depth - 1));
            }
            Shape::Object if depth > 0 && around <= MEMBERS_MAX && self.pieces.len() < PIECES_MAX => {
                self.part(value, choice, lane, [before, after], depth)
            }
            _ => {}
        }
    }

    fn part(&mut self, part: Value<'d, 't>, choice: &str, lane: &str, [before, after]: [&str; 2], depth: usize) {
        let names = part_names(part);
        let (before, after) = (format!("{before}{{{names}"), format!("}}{after}"));
        for (name, value) in part.members().take(FIELDS_MAX) {
            let field = name.string().unwrap_or_default();
            if !PART_NAMES.contains(&&*field) && !PART_DATA.contains(&&*field) && name.raw().len() <= NAME_MAX {
                let before = format!("{before}\"{}\":", name.raw());
                self.parts(value, choice, &format!("{lane}/{names}{field}"), [&before, &after], depth - 1);
            }
        }
    }

    fn piece(
        &mut self,
        value: Value<'d, 't>,
        choice: &str,
        field: &str,
        [before, after]: [&str; 2],
        (inner, reader): (Inner, Reader),
    ) {
        if value.shape() != Shape::String || self.pieces.len() >= PIECES_MAX {
            return;
        }
        self.pieces.push(Piece {
            slot: Slot::new(value, None, inner),
            reader,
            lane: Lane::new(choice, field),
            envelope: Envelope::Chunk {
                members: Rc::clone(&self.members),
                before: format!("{{{}{before}", index_member(choice)),
                after: format!("{after},\"finish_reason\":null}}"),
            },
        });
    }
}

/// The members of a chunk that each chunk of the answer repeats, as they are written.
fn chunk_members(event: Value<'_, '_>) -> String {
    let mut members = String::new();
    event.members().for_each(|(name, value)| push_member(name, value, MEMBERS_MAX, &mut members));
    members
}

/// The members that tell which part of a list this is, as they are written.
fn part_names(part: Value<'_, '_>) -> String {
    let mut members = String::new();
    for (name, value) in part.members().take(FIELDS_MAX) {
        if PART_NAMES.iter().any(|known| name.is(known)) {
            push_member(name, value, NAME_MAX * 4, &mut members);
        }
    }
    members
}

/// Appends a member as it is written, with a comma after it, if it is a string or a number and fits.
fn push_member(name: Value<'_, '_>, value: Value<'_, '_>, max: usize, out: &mut String) {
    let fits = out.len() + name.raw().len() + value.raw().len() <= max;
    if fits && matches!(value.shape(), Shape::String | Shape::Number) {
        let quote = if value.shape() == Shape::String { "\"" } else { "" };
        out.push_str(&format!("\"{}\":{quote}{}{quote},", name.raw(), value.raw()));
    }
}

impl Envelope {
    /// Returns the event that carries a text of a lane, which the event with this data has a piece of.
    pub fn of(event: &str, lane: &Lane, options: Options) -> Option<Self> {
        let document = Document::parse(event).ok()?;
        let pieces = plan(document.root(), options)?.pieces;
        // What is held of several pieces is held with the last.
        pieces.into_iter().rfind(|piece| piece.lane == *lane).map(|piece| piece.envelope)
    }

    /// Returns whether it is the event that the piece came with.
    pub fn repeats(&self) -> bool {
        matches!(self, Self::Same { .. })
    }

    /// Returns the name of the event, where the API gives its events one.
    pub fn name(&self) -> Option<&str> {
        match self {
            Self::Same { kind, .. } => (!kind.is_empty()).then_some(kind),
            Self::Delta { .. } => Some("content_block_delta"),
            Self::Chunk { .. } => None,
        }
    }

    /// Returns the data of the event that carries `text` alone, which is escaped already. `event` is the data of the
    /// event that the piece came with; `sequence` is the number of the new event, if the stream's events have one.
    pub fn around(&self, event: &str, text: &str, sequence: Option<u64>) -> String {
        match self {
            Self::Same { text: place, number, .. } => {
                let number = sequence.zip(number.clone()).map(|(n, span)| Edit { span, text: n.to_string() });
                let mut edits = vec![Edit { span: place.clone(), text: text.to_owned() }];
                edits.extend(number);
                edits.sort_by_key(|edit| edit.span.start);
                json::apply(event, &edits)
            }
            Self::Delta { index, kind, field } => format!(
                "{{\"type\":\"content_block_delta\",\"index\":{index},\
                 \"delta\":{{\"type\":\"{kind}\",\"{field}\":\"{text}\"}}}}"
            ),
            Self::Chunk { members, before, after } => format!("{{{members}\"choices\":[{before}{text}{after}]}}"),
        }
    }
}
