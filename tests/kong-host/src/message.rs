//! The three messages of an exchange as a test writes and reads them: what the client sends, what arrived upstream,
//! what the upstream answers.

use crate::headers::Headers;

/// What the client sends.
#[derive(Debug, Clone)]
pub struct Request {
    pub method: String,
    pub path: String,
    pub headers: Headers,
    /// `None`: no body at all. An empty body is `Some` with no bytes.
    pub body: Option<Vec<u8>>,
    /// The client's connection: what was replaced stays in memory until it closes.
    pub connection: u32,
    /// The route's name; the first route when it is empty.
    pub route: String,
    pub(crate) chunked: bool,
    pub(crate) awaited: bool,
    pub(crate) bypassed: bool,
}

impl Request {
    pub fn new(method: &str, path: &str) -> Self {
        Self {
            method: method.to_owned(),
            path: path.to_owned(),
            headers: [("host", "gateway:8082"), ("accept-encoding", "gzip, br")].into_iter().collect(),
            body: None,
            connection: 1,
            route: String::new(),
            chunked: false,
            awaited: false,
            bypassed: false,
        }
    }

    /// A JSON request with a Content-Length.
    pub fn post(path: &str, body: impl Into<Vec<u8>>) -> Self {
        let body = body.into();
        let mut request = Self::new("POST", path).header("content-type", "application/json");
        request.headers.set("content-length", body.len().to_string());
        // More than the buffer of the request's head arrives after it, and has to be waited for.
        request.awaited = body.len() > 1024;
        request.body = Some(body);
        request
    }

    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.set(name, value);
        self
    }

    /// With one more header, whether or not there is one of that name.
    #[must_use]
    pub fn one_more_header(mut self, name: &str, value: &str) -> Self {
        self.headers.add(name, value);
        self
    }

    #[must_use]
    pub fn on_connection(mut self, connection: u32) -> Self {
        self.connection = connection;
        self
    }

    #[must_use]
    pub fn on_route(mut self, name: &str) -> Self {
        name.clone_into(&mut self.route);
        self
    }

    /// Without Content-Length.
    #[must_use]
    pub fn chunked(mut self) -> Self {
        self.headers.drop("content-length");
        self.headers.set("transfer-encoding", "chunked");
        self.chunked = true;
        self
    }

    /// The body arrives after the head, however small it is.
    #[must_use]
    pub fn slow(mut self) -> Self {
        self.awaited = true;
        self
    }

    /// A Lua plugin with a `response` handler is on the route: Kong sends the original body by itself and runs the
    /// response steps only.
    #[must_use]
    pub fn bypassed_by_a_plugin(mut self) -> Self {
        self.bypassed = true;
        self
    }
}

/// What arrived upstream.
#[derive(Debug, Clone, Default)]
pub struct Upstream {
    pub method: String,
    pub path: String,
    pub headers: Headers,
    pub body: Vec<u8>,
}

/// What the upstream answers, in the pieces in which it is read.
#[derive(Debug, Clone)]
pub struct Response {
    pub status: u16,
    pub headers: Headers,
    pub pieces: Vec<Vec<u8>>,
}

impl Response {
    /// A response of one piece with its length.
    pub fn json(status: u16, body: impl Into<Vec<u8>>) -> Self {
        let body = body.into();
        let mut response = Self::empty(status).header("content-type", "application/json");
        response.headers.set("content-length", body.len().to_string());
        response.pieces = vec![body];
        response
    }

    /// A stream of events: chunked, without a length.
    pub fn events<P: Into<Vec<u8>>>(pieces: impl IntoIterator<Item = P>) -> Self {
        let mut response = Self::empty(200).header("content-type", "text/event-stream");
        response.pieces = pieces.into_iter().map(Into::into).filter(|piece: &Vec<u8>| !piece.is_empty()).collect();
        response
    }

    /// No body and no length, as a 204 or a 304.
    pub fn empty(status: u16) -> Self {
        Self { status, headers: Headers::default(), pieces: Vec::new() }
    }

    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.set(name, value);
        self
    }

    /// The same body in pieces of this many bytes.
    #[must_use]
    pub fn in_pieces_of(mut self, size: usize) -> Self {
        let body = self.pieces.concat();
        self.pieces = body.chunks(size.max(1)).map(<[u8]>::to_vec).collect();
        self
    }

    /// The same body without a length.
    #[must_use]
    pub fn chunked(mut self) -> Self {
        self.headers.drop("content-length");
        self
    }
}
