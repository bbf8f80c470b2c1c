//! What Kong would have punished, each with the sentence that says how.

use std::fmt;

use crate::step::Step;

/// Something that a filter did and that leaks, hangs, truncates, smuggles, traps or crashes in Kong.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// A host call that Kong refuses by trapping, a panic, or a trap of the filter's own.
    Trapped { step: Step, awaited_body: bool, why: String },
    /// The filter ran for seconds without coming back.
    Blocked { step: Step },
    /// `on_configure` answered false.
    Unfiltered { route: String },
    /// A context paused with nothing left that would resume it.
    NeverResumed { step: Step },
    /// A call was dispatched from a step of a request.
    DispatchedOnRequestPath { step: Step },
    /// The request went on although its call was still under way.
    ContinuedAfterDispatch { step: Step },
    /// A body that the host had put into a file was let through.
    SpilledBodyPassed,
    /// A body that the host had put into a file was "replaced".
    SpilledBodyAppended,
    /// A body was written with a size that is smaller than the new body.
    BodyCut { step: Step, written: usize, of: usize },
    /// A body was written in front of, or into, the one that was there.
    BodyMixed { step: Step },
    /// A body was read in part.
    BodyReadInPart { step: Step },
    /// A request header was removed.
    RequestHeaderNotRemoved { name: String },
    /// The length of the request was touched in the headers step.
    SecondContentLength { new: usize, old: String },
    /// A body was replaced after a call had been dispatched from a body step.
    StaleContentLength { announced: usize, sent: usize },
    /// The response was rewritten under its old length.
    ResponseLengthKept { announced: usize, sent: usize },
    /// The last piece of a response was emptied.
    LastChunkEmptied,
    /// A response step asked to wait.
    ResponsePaused { step: Step },
    /// A local response in the headers step of a response whose length stayed.
    LocalResponseUnderOldLength,
    /// A local response was given the header `connection: upgrade`.
    SwitchedByAnswer { status: u16 },
    /// A `kong.*` property was touched in a step in which Kong's Lua does not expect it.
    KongPropertyOutOfStep { step: Step, path: String },
    /// The instance was destroyed while its call was under way.
    DestroyedUnderCall { target: String },
    /// Hundreds of calls went to a name.
    NamesResolved { target: String },
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Trapped { step, awaited_body, why } => {
                write!(f, "{step} trapped ({why}). {}", after_trap(*step, *awaited_body))
            }
            Self::Blocked { step } => write!(
                f,
                "{step} did not come back. Kong has no time limit: the worker serves nobody until it is killed."
            ),
            Self::Unfiltered { route } => write!(
                f,
                "on_configure answered false. Kong would serve route \"{route}\" without the filter: every request \
                 goes upstream unmasked."
            ),
            Self::NeverResumed { step } => {
                write!(
                    f,
                    "{step} paused, and nothing is left that would resume it. Kong would hold the request for ever."
                )
            }
            Self::DispatchedOnRequestPath { step } => write!(
                f,
                "{step} dispatched a call. In Kong a call on the request path together with a replaced body corrupts \
                 memory on the next request of the connection, and a failing call lets the original body through."
            ),
            Self::ContinuedAfterDispatch { step } => write!(
                f,
                "{step} continued although its call is under way. Kong would send the original body upstream, and the \
                 late answer crashes the worker."
            ),
            Self::SpilledBodyPassed => f.write_str(
                "A body that Kong had put into a file was let through. Kong would send the original body upstream.",
            ),
            Self::SpilledBodyAppended => f.write_str(
                "A body that Kong had put into a file was replaced. Kong would send the original body with the \
                 replacement appended.",
            ),
            Self::BodyCut { step, written, of } => write!(
                f,
                "{step} wrote a body of {of} bytes with a smaller size. Kong would cut it to {written} bytes; only \
                 (0, usize::MAX) replaces a body."
            ),
            Self::BodyMixed { step } => write!(
                f,
                "{step} wrote a body with an offset or a size of 0. Kong would keep the original bytes beside the new ones."
            ),
            Self::BodyReadInPart { step } => write!(
                f,
                "{step} read a body in part. Kong ignores the offset, and over several buffers it writes past the end \
                 of the filter's allocation; only (0, usize::MAX) is safe."
            ),
            Self::RequestHeaderNotRemoved { name } => write!(
                f,
                "The request header \"{name}\" was removed. Kong would send it upstream all the same: only overwriting works."
            ),
            Self::SecondContentLength { new, old } => write!(
                f,
                "Content-Length was removed or written on the request. Kong would send two of them, {new} and {old}: \
                 request smuggling."
            ),
            Self::StaleContentLength { announced, sent } => write!(
                f,
                "A body was replaced after a call had been dispatched from a body step. Kong would send \
                 Content-Length {announced} with {sent} bytes: a truncated or smuggled request, or one that hangs."
            ),
            Self::ResponseLengthKept { announced, sent } if sent > announced => write!(
                f,
                "The response grew from {announced} to {sent} bytes under its old Content-Length. Kong would cut the \
                 client's answer."
            ),
            Self::ResponseLengthKept { announced, sent } => write!(
                f,
                "The response shrank from {announced} to {sent} bytes under its old Content-Length. The client would \
                 wait for the rest for ever."
            ),
            Self::LastChunkEmptied => f.write_str(
                "The last piece of the response was emptied. Kong would throw the end of the response away with it: \
                 the client hangs.",
            ),
            Self::ResponsePaused { step } => write!(
                f,
                "{step} paused. Kong ignores that in the headers step, and in the body step collects 16 KB at the most \
                 before it hands over a partial buffer."
            ),
            Self::LocalResponseUnderOldLength => f.write_str(
                "A local response replaced one whose Content-Length stayed. Kong would cut it or hang the client.",
            ),
            Self::SwitchedByAnswer { status } => write!(
                f,
                "A local response of status {status} had the header \"connection: upgrade\". Kong would answer with \
                 101 instead, and the client would speak another protocol."
            ),
            Self::KongPropertyOutOfStep { step, path } => write!(
                f,
                "{step} touched the property {path}. In Kong, Lua answers on the coroutine that ran last, which after the \
                 request's headers step is a stranger's: the worker crashes when that one goes on."
            ),
            Self::DestroyedUnderCall { target } => write!(
                f,
                "A pushed configuration destroyed the instance while its call to {target} was under way. Kong crashes the \
                 worker when the answer comes."
            ),
            Self::NamesResolved { target } => write!(
                f,
                "Hundreds of calls went to the name {target}. Kong's resolver declares its C types at each of them; after \
                 some 12,300 LuaJIT's table of types is full, and no call leaves the worker any more. A Unix socket or an \
                 address needs no resolver."
            ),
        }
    }
}

fn after_trap(step: Step, awaited_body: bool) -> &'static str {
    match step {
        Step::Start | Step::Configure => "Kong would not load the configuration, or keep serving the old one.",
        Step::RequestHeaders => "Kong would answer 500 and drop the context of every exchange in flight.",
        Step::RequestBody if awaited_body => {
            "The body had to be awaited: Kong would give the client no answer at all, and drop the context of every \
             exchange in flight."
        }
        Step::RequestBody => "Kong would answer 500 and drop the context of every exchange in flight.",
        Step::ResponseHeaders | Step::ResponseBody => {
            "Kong would let this and the rest of the response pass unfiltered, and drop the context of every exchange \
             in flight."
        }
        Step::CallResponse => {
            "If the call belonged to a request, Kong would send its original body upstream; the context of every \
             exchange in flight is dropped."
        }
        Step::Tick | Step::Log => "Kong would drop the context of every exchange in flight.",
    }
}
