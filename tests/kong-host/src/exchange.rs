//! One HTTP exchange as nginx carries it.

use std::collections::BTreeMap;

use crate::fault::Fault;
use crate::headers::Headers;
use crate::message::{Request, Upstream};
use crate::step::Step;

/// Names an exchange of a worker.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ExchangeId(pub(crate) u64);

/// What came of an exchange.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// `None`: nothing went upstream.
    pub upstream: Option<Upstream>,
    pub client: Client,
    /// What Kong would have punished, in its order.
    pub faults: Vec<Fault>,
}

/// What the client got.
#[derive(Debug, Clone, Default)]
pub struct Client {
    /// 0 until there is a response.
    pub status: u16,
    pub headers: Headers,
    pub body: Vec<u8>,
    pub ending: Ending,
}

/// How it ended for the client.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Ending {
    /// The response is not over yet.
    #[default]
    Open,
    Complete,
    /// The client waits for something that never comes.
    Hangs,
    /// The client got less than was sent.
    Cut,
}

#[derive(Debug)]
pub(crate) struct Exchange {
    pub(crate) id: ExchangeId,
    pub(crate) route: usize,
    pub(crate) nth_on_connection: u64,
    pub(crate) request: Request,
    /// The request's headers as the filter sees and changes them.
    pub(crate) headers: Headers,
    pub(crate) body: RequestBody,
    pub(crate) entries: Vec<Entry>,
    /// `kong.ctx.shared`: it lives in Kong, not in the filter's instance.
    pub(crate) shared: BTreeMap<String, Vec<u8>>,
    /// The nginx variables that kong.conf declares, by their path; they live as long as the request.
    pub(crate) variables: BTreeMap<String, Vec<u8>>,
    pub(crate) local: Option<LocalResponse>,
    pub(crate) upstream: Option<Upstream>,
    pub(crate) response: Option<ResponseState>,
    pub(crate) client: Client,
    pub(crate) faults: Vec<Fault>,
}

/// One filter of the exchange's chain.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) context: u32,
    pub(crate) root: usize,
    /// The life of the instance that holds the context. 0: none does.
    pub(crate) generation: u64,
    /// After a trap Kong skips this entry.
    pub(crate) failed: bool,
}

#[derive(Debug, Default)]
pub(crate) struct RequestBody {
    pub(crate) bytes: Vec<u8>,
    /// nginx put it into a file.
    pub(crate) spilled: bool,
    /// The filter wrote it.
    pub(crate) written: bool,
    /// The body has been read from the client.
    pub(crate) received: bool,
    /// The length that goes upstream.
    pub(crate) length: Option<usize>,
    /// The length at the last entry's headers step, which Kong puts back after a dispatch from a body step.
    pub(crate) length_in_headers: Option<usize>,
    /// The Content-Length that the filter removed or wrote.
    pub(crate) touched_length: Option<String>,
    pub(crate) dispatched_in_body_step: bool,
}

#[derive(Debug)]
pub(crate) struct LocalResponse {
    pub(crate) status: u16,
    pub(crate) headers: Headers,
    pub(crate) body: Vec<u8>,
}

#[derive(Debug, Default)]
pub(crate) struct ResponseState {
    pub(crate) status: u16,
    pub(crate) headers: Headers,
    /// The Content-Length with which it came.
    pub(crate) announced: Option<usize>,
    /// No body follows: HEAD, 204, 304.
    pub(crate) bodiless: bool,
    /// Bytes that went to the client.
    pub(crate) sent: usize,
    /// The piece that is under way; `None` when the filter emptied it.
    pub(crate) chunk: Option<Vec<u8>>,
    /// Bytes that came from the upstream.
    pub(crate) fed: usize,
    /// The last write to the piece left nothing of it.
    pub(crate) emptied: bool,
    /// The end of the response was thrown away.
    pub(crate) hanging: bool,
    /// A local response that replaces the first piece.
    pub(crate) replacement: Option<Vec<u8>>,
}

impl RequestBody {
    pub(crate) fn write(&mut self, at: usize, size: usize, new: &[u8], step: Step) -> Vec<Fault> {
        let mut faults = Vec::new();
        if self.spilled {
            faults.push(Fault::SpilledBodyAppended);
            self.bytes.extend_from_slice(new);
        } else {
            write(&mut self.bytes, at, size, new, step, &mut faults);
        }
        self.written = true;
        self.length = Some(self.bytes.len());
        faults
    }
}

impl ResponseState {
    pub(crate) fn write(&mut self, at: usize, size: usize, new: &[u8], step: Step) -> Vec<Fault> {
        let mut faults = Vec::new();
        let mut chunk = self.chunk.take().unwrap_or_default();
        write(&mut chunk, at, size, new, step, &mut faults);
        // An emptied chunk is thrown away, with its end-of-response mark.
        self.emptied = chunk.is_empty();
        self.chunk = (!chunk.is_empty()).then_some(chunk);
        faults
    }
}

/// How Kong writes a buffer: the size caps the new data, 0 and 0 puts it in front, an offset keeps what is before it.
fn write(buffer: &mut Vec<u8>, at: usize, size: usize, new: &[u8], step: Step, faults: &mut Vec<Fault>) {
    if at == 0 && size == 0 && !new.is_empty() {
        faults.push(Fault::BodyMixed { step });
        buffer.splice(0..0, new.iter().copied());
        return;
    }
    if at > 0 {
        faults.push(Fault::BodyMixed { step });
    }
    let size = if at > 0 && size == 0 { new.len() } else { size };
    let kept = new.get(..size.min(new.len())).unwrap_or(new);
    if kept.len() < new.len() {
        faults.push(Fault::BodyCut { step, written: kept.len(), of: new.len() });
    }
    buffer.truncate(at);
    buffer.extend_from_slice(kept);
}
