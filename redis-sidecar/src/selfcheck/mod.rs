//! Sends invented values through the gateway to an upstream that shows what arrived, and looks at both sides: were they
//! masked on their way there, and is what comes back what was sent?

pub mod echo;
pub mod watch;

use std::fmt;

use data_encoding::HEXLOWER;
use serde_json::{Value, json};

use crate::client::{Answered, Http};
use crate::error::Fatal;

/// The model that the echo answers to. No provider has it, so that a check that goes to one is refused there.
pub const MODEL: &str = "aws-masker-selfcheck";
/// What arrived upstream, in hexadecimal digits: nothing restores them.
pub const SEEN: &str = "x-aws-masker-seen";

/// What a check found wrong. Without the values: they are invented, but a log is no place for what looks like one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// The gateway could not be reached, or did not answer in time.
    Unreachable,
    /// It answered with this status, and this text of its own.
    Refused(u16, String),
    /// It answered, and not the echo.
    NoEcho,
    /// This many of the values arrived upstream.
    Unmasked(usize),
    /// The values that came back in this part of the answer are not those that were sent.
    Unrestored(Part),
}

/// A part of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    Text,
    ToolInput,
    StreamedText,
    StreamedToolInput,
}

impl Fault {
    /// A word for it.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Unreachable => "unreachable",
            Self::Refused(..) => "refused",
            Self::NoEcho => "no_echo",
            Self::Unmasked(_) => "not_masked",
            Self::Unrestored(_) => "not_restored",
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreachable => f.write_str("the gateway cannot be reached"),
            Self::Refused(status, text) => write!(f, "the gateway answered {status}: {text}"),
            Self::NoEcho => f.write_str("what answered is not the echo of a sidecar"),
            Self::Unmasked(count) => write!(f, "{count} invented values arrived upstream unmasked"),
            Self::Unrestored(part) => write!(f, "{} came back altered", part.name()),
        }
    }
}

impl Part {
    fn name(self) -> &'static str {
        match self {
            Self::Text => "a text",
            Self::ToolInput => "the input of a tool",
            Self::StreamedText => "a streamed text",
            Self::StreamedToolInput => "the streamed input of a tool",
        }
    }
}

/// Sends checks to one address of the gateway.
#[derive(Debug, Clone)]
pub struct Checker {
    http: Http,
    url: String,
}

impl Checker {
    pub fn new(url: &str, http: Http) -> Self {
        Self { http, url: url.to_owned() }
    }

    /// One plain and one streamed exchange. Blocks.
    pub fn check(&self) -> Result<(), Fault> {
        let values = invented().map_err(|_| Fault::Unreachable)?;
        let text = text(&values);
        let plain: Value = serde_json::from_str(&self.exchange(&values, &text, false)?).map_err(|_| Fault::NoEcho)?;
        let is = |value: &Value, pointer: &str| value.pointer(pointer).and_then(Value::as_str) == Some(&text);
        if !is(&plain, "/content/0/text") {
            return Err(Fault::Unrestored(Part::Text));
        }
        if !is(&plain, "/content/1/input/command") {
            return Err(Fault::Unrestored(Part::ToolInput));
        }
        let [streamed, input] = joined(&self.exchange(&values, &text, true)?);
        if streamed != text {
            return Err(Fault::Unrestored(Part::StreamedText));
        }
        let input: Value = serde_json::from_str(&input).unwrap_or_default();
        if is(&input, "/command") { Ok(()) } else { Err(Fault::Unrestored(Part::StreamedToolInput)) }
    }

    fn exchange(&self, values: &[String], text: &str, stream: bool) -> Result<String, Fault> {
        let request = json!({"model": MODEL, "max_tokens": 1, "stream": stream,
            "messages": [{"role": "user", "content": text}]});
        let Answered { status, header, body } =
            self.http.post(&self.url, &request, SEEN).map_err(|_| Fault::Unreachable)?;
        if status != 200 {
            return Err(Fault::Refused(status, told(&body)));
        }
        let seen = header.map(|seen| HEXLOWER.decode(seen.as_bytes()));
        let seen = seen.and_then(Result::ok).ok_or(Fault::NoEcho)?;
        let shows = |value: &&String| seen.windows(value.len()).any(|window| window == value.as_bytes());
        match values.iter().filter(shows).count() {
            0 => Ok(body),
            count => Err(Fault::Unmasked(count)),
        }
    }
}

/// The message of a refusal, if it is one of ours: another server's text is not quoted.
fn told(body: &str) -> String {
    let body: Value = serde_json::from_str(body).unwrap_or_default();
    let message =
        body.pointer("/error/message").and_then(Value::as_str).filter(|message| message.starts_with("AWS_MASKER_"));
    message.unwrap_or("not an answer of aws-masker").to_owned()
}

/// Values of different kinds that nobody has.
fn invented() -> Result<[String; 4], Fatal> {
    let mut random = [0; 16];
    getrandom::fill(&mut random)?;
    let [a, b, ..] = random;
    let name = HEXLOWER.encode(&random);
    let (id, bucket) = (name.get(..17).unwrap_or_default(), name.get(20..).unwrap_or_default());
    Ok([format!("i-{id}"), format!("selfcheck-{bucket}"), format!("10.{a}.{b}.77"), format!("sg-{id}")])
}

fn text([instance, bucket, address, group]: &[String; 4]) -> String {
    format!("{instance} ({address}, {group}) writes to s3://{bucket}/check.log")
}

/// The text and the tool's input of a stream.
fn joined(stream: &str) -> [String; 2] {
    let mut joined = [String::new(), String::new()];
    for data in stream.lines().filter_map(|line| line.strip_prefix("data: ")) {
        let event: Value = serde_json::from_str(data).unwrap_or_default();
        for (joined, delta) in joined.iter_mut().zip(["/delta/text", "/delta/partial_json"]) {
            joined.push_str(event.pointer(delta).and_then(Value::as_str).unwrap_or_default());
        }
    }
    joined
}
