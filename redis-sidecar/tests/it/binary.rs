//! The program as it is started.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::os::unix::net::UnixStream;
use std::process::{Child, ChildStderr, Command, Output, Stdio};
use std::sync::mpsc::{Receiver, channel};

use crate::support::{OPERATOR, PATIENCE, SECRET, TOKEN, Temp, free_port, mappings, placeholder_of, signal};
use crate::topology::Authority;

fn program(variables: &[(&str, &str)]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_redis-sidecar"));
    command.env_clear().envs(variables.iter().copied());
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// Runs a subcommand with a text on its stdin.
fn run(variables: &[(&str, &str)], arguments: &[&str], input: &str) -> Output {
    let mut child = program(variables).args(arguments).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    std::thread::scope(|scope| {
        // Beside reading, so that neither pipe blocks the other. A program that ends early does not read it all.
        scope.spawn(move || stdin.write_all(input.as_bytes()).err());
        child.wait_with_output().unwrap()
    })
}

/// A sidecar that serves, with what it logs. Ends with this.
struct Served {
    child: Child,
    log: Receiver<String>,
    seen: Vec<String>,
}

impl Served {
    fn start(variables: &[(&str, &str)]) -> Self {
        let mut child = program(variables).spawn().unwrap();
        let log = lines(child.stderr.take().unwrap());
        let mut served = Self { child, log, seen: Vec::new() };
        served.until("listening");
        served
    }

    /// Reads the log up to a line that holds these words.
    fn until(&mut self, words: &str) -> String {
        loop {
            let line = self.log.recv_timeout(PATIENCE).unwrap_or_else(|_| panic!("no {words:?} in {:?}", self.seen));
            self.seen.push(line.clone());
            if line.contains(words) {
                return line;
            }
        }
    }

    /// Ends it by a signal; its exit code, and all that it logged.
    fn end(mut self, name: &str) -> (Option<i32>, Vec<String>) {
        signal(self.child.id(), name);
        let code = self.child.wait().unwrap().code();
        self.seen.extend(self.log.iter());
        (code, std::mem::take(&mut self.seen))
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn lines(stderr: ChildStderr) -> Receiver<String> {
    let (sender, receiver) = channel();
    std::thread::spawn(move || {
        for line in BufReader::new(stderr).lines().map_while(Result::ok) {
            let _ = sender.send(line);
        }
    });
    receiver
}

#[test]
fn what_cannot_start_says_so_in_one_line() {
    let temp = Temp::new();
    let [empty, missing] = [temp.write("empty", "\n"), "does-not-exist".to_owned()];
    let token = ("MASKER_TOKEN", TOKEN);
    for (variables, words) in [
        (vec![], "MASKER_TOKEN is required"),
        (vec![("MASKER_TOKEN", "short-secret")], "MASKER_TOKENS holds an invalid token"),
        (vec![("MASKER_TOKENS", "aaaaaaaaaaaaaaaa;a*")], "invalid scope"),
        (vec![("MASKER_TOKEN_FILE", &empty)], "a file that is empty"),
        (vec![("MASKER_TOKEN_FILE", &missing)], "cannot be read"),
        (vec![token, ("MASKER_TOKEN_FILE", &empty)], "twice"),
        (vec![token, ("REDIS_HOST", "localhost")], "MASKER_SECRET is required with Redis"),
        (vec![token, ("MASKER_SECRET", "short-secret")], "too short"),
        (vec![token, ("REDIS_URL", "redis://h"), ("REDIS_CLUSTER", "h")], "REDIS_URL cannot be combined"),
        (vec![token, ("REDIS_URL", "http://h"), ("MASKER_SECRET", SECRET)], "invalid configuration of Redis"),
        (vec![token, ("REDIS_SENTINELS", "h:1"), ("MASKER_SECRET", SECRET)], "REDIS_SENTINEL_PRIMARY is required"),
        (vec![token, ("MASKER_RATE", "many")], "MASKER_RATE is not a number"),
        (vec![token, ("MASKER_LISTEN", "nowhere")], "cannot listen on nowhere"),
        (vec![token, ("MASKER_TLS_CERT", "x"), ("MASKER_TLS_KEY", "x")], "MASKER_TLS_CERT contains no certificate"),
    ] {
        let output = run(&variables, &[], "");
        let text = String::from_utf8(output.stderr).unwrap();
        let last = text.lines().last().unwrap_or_default();
        assert_eq!(output.status.code(), Some(1), "{variables:?}");
        assert!(last.contains(words) && !text.contains("short-secret"), "{variables:?}: {text}");
    }
}

#[test]
fn the_embedded_store_is_told_first_and_a_signal_ends_it_well() {
    for name in ["TERM", "INT"] {
        let listen = format!("127.0.0.1:{}", free_port());
        let served = Served::start(&[("MASKER_TOKEN", TOKEN), ("MASKER_LISTEN", &listen)]);
        assert!(served.seen[0].contains("embedded store"), "{:?}", served.seen);
        assert!(served.seen[1].contains("random"), "{:?}", served.seen);
        let (code, log) = served.end(name);
        assert_eq!(code, Some(0), "{name}: {log:?}");
    }
}

#[test]
fn the_operator_s_subcommands_and_their_audit() {
    let temp = Temp::new();
    let listen = format!("127.0.0.1:{}", free_port());
    let [secret, tokens] = [temp.write("secret", SECRET), temp.write("tokens", &format!("{TOKEN}\n"))];
    let mut served = Served::start(&[
        ("MASKER_LISTEN", &listen),
        ("MASKER_SECRET_FILE", &secret),
        ("MASKER_TOKENS_FILE", &tokens),
        ("MASKER_OPERATOR_TOKEN", OPERATOR),
        ("MASKER_LOG", "trace"),
    ]);
    let value = "i-0123456789abcdef0";
    post(&listen, &mappings(1, "default", &[value]).to_string());
    let operator = [("MASKER_LISTEN", listen.as_str()), ("MASKER_OPERATOR_TOKEN", OPERATOR)];
    let one = placeholder_of(value);
    let long = format!("{}{one}\n", "x ".repeat(3 << 20));
    for (arguments, input, expected) in [
        (vec!["healthcheck"], "", "ok".to_owned()),
        (vec!["restore"], &format!("a {one} b"), format!("a {value} b")),
        (vec!["restore"], &long, format!("{}{value}\n", "x ".repeat(3 << 20))),
        (vec!["restore", "--scope", "other"], &one, one.clone()),
        (vec!["lookup", &one], "", format!("\"value\":\"{value}\"")),
        (vec!["stats"], "", "\"mappings\":1".to_owned()),
        (vec!["forget", "value"], &format!("{value}\n"), "\"forgotten\":1".to_owned()),
        (vec!["forget", "placeholder", &one], "", "\"forgotten\":0".to_owned()),
        (vec!["forget", "scope", "default"], "", "\"forgotten\":0".to_owned()),
    ] {
        let output = run(&operator, &arguments, input);
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        assert!(String::from_utf8(output.stdout).unwrap().contains(&expected), "{arguments:?}");
        if arguments[0] != "healthcheck" {
            let line = served.until(&format!("audit=\"/v1/{}\"", arguments[0]));
            assert!(line.contains("who=") && line.contains("count="), "{line}");
        }
    }
    let refused = run(&[operator[0], ("MASKER_OPERATOR_TOKEN", TOKEN)], &["stats"], "");
    assert!(!refused.status.success());
    served.until("operator call rejected");
    let (_, log) = served.end("TERM");
    for hidden in [value, TOKEN, OPERATOR, SECRET] {
        assert!(!log.iter().any(|line| line.contains(hidden)), "{hidden} is in the log");
    }
}

#[test]
fn tls_lets_in_only_callers_that_the_authority_signed() {
    let (authority, stranger) = (Authority::new(), Authority::new());
    let [(cert, key), (client_cert, client_key), (strange_cert, strange_key)] =
        [authority.sign(), authority.sign(), stranger.sign()];
    let listen = format!("127.0.0.1:{}", free_port());
    let _served = Served::start(&[
        ("MASKER_LISTEN", &listen),
        ("MASKER_TOKEN", TOKEN),
        ("MASKER_TLS_CERT", &cert),
        ("MASKER_TLS_KEY", &key),
        ("MASKER_TLS_CLIENT_CA", &authority.pem),
    ]);
    let url = format!("https://{listen}");
    for (authority, identity, let_in) in [
        (&authority.pem, Some((&client_cert, &client_key)), true),
        (&authority.pem, None, false),
        (&authority.pem, Some((&strange_cert, &strange_key)), false),
        (&stranger.pem, Some((&client_cert, &client_key)), false),
    ] {
        let mut variables = vec![("MASKER_URL", url.as_str()), ("MASKER_CA", authority)];
        if let Some((cert, key)) = identity {
            variables.extend([("MASKER_CLIENT_CERT", cert.as_str()), ("MASKER_CLIENT_KEY", key.as_str())]);
        }
        assert_eq!(run(&variables, &["healthcheck"], "").status.success(), let_in);
    }
}

#[test]
fn a_unix_socket_beside_an_address() {
    let temp = Temp::new();
    let path = format!("{}/sidecar.sock", temp.path().display());
    let listen = format!("unix:{path} 127.0.0.1:{}", free_port());
    let variables = [("MASKER_TOKEN", TOKEN), ("MASKER_LISTEN", listen.as_str())];
    let mut served = Served::start(&variables);
    let body = mappings(1, "default", &["i-0123456789abcdef0"]).to_string();
    sync(UnixStream::connect(&path).unwrap(), &body);
    post(listen.rsplit(' ').next().unwrap(), &body);
    assert!(run(&variables, &["healthcheck"], "").status.success());

    // Another cannot take the place of one that lives; the file of one that was killed is in nobody's way.
    let second = run(&[variables[0], ("MASKER_LISTEN", listen.split(' ').next().unwrap())], &[], "");
    assert!(String::from_utf8(second.stderr).unwrap().contains(&format!("cannot listen on unix:{path}")));
    served.child.kill().unwrap();
    served.child.wait().unwrap();
    assert!(UnixStream::connect(&path).is_err());
    let again = Served::start(&variables);
    sync(UnixStream::connect(&path).unwrap(), &body);
    let (code, _) = again.end("TERM");
    assert!(code == Some(0) && !std::path::Path::new(&path).exists(), "its file ends with it");
}

/// Whoever can connect can hold connections, and they take no filter's call its place: neither at the socket, nor at the
/// address itself.
#[test]
fn idle_connections_make_room() {
    // More than many shells let a process open.
    let me = std::process::id().to_string();
    let _ = Command::new("prlimit").args(["--pid", &me, "--nofile=8192:"]).status();
    let temp = Temp::new();
    let path = format!("{}/sidecar.sock", temp.path().display());
    let address = format!("127.0.0.1:{}", free_port());
    let listen = format!("unix:{path} {address}");
    let served = Served::start(&[("MASKER_TOKEN", TOKEN), ("MASKER_LISTEN", listen.as_str())]);
    let idle: Vec<TcpStream> = (0..2_000)
        .map(|n| {
            let mut stream = TcpStream::connect(&address).unwrap();
            // Some say nothing, some begin a head and never end it.
            if n % 2 == 0 {
                write!(stream, "POST /v1/sync HTTP/1.1\r\nauthorization: Bearer ").unwrap();
            }
            stream
        })
        .collect();
    let body = mappings(1, "default", &["i-0123456789abcdef0"]).to_string();
    for _ in 0..20 {
        sync(UnixStream::connect(&path).unwrap(), &body);
        post(&address, &body);
    }
    drop((idle, served));
}

#[test]
fn a_file_that_is_no_socket_is_not_taken_away() {
    let temp = Temp::new();
    let path = temp.write("precious", "text");
    let output = run(&[("MASKER_TOKEN", TOKEN), ("MASKER_LISTEN", &format!("unix:{path}"))], &[], "");
    assert!(String::from_utf8(output.stderr).unwrap().contains("cannot listen on unix:"));
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "text");
}

fn post(listen: &str, body: &str) {
    sync(TcpStream::connect(listen).unwrap(), body);
}

/// Syncs over a plain stream, as a filter's host does, and reads by Content-Length.
fn sync(mut stream: impl Read + Write, body: &str) {
    let head = format!("POST /v1/sync HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {TOKEN}\r\nconnection: close\r\n");
    write!(stream, "{head}content-length: {}\r\n\r\n{body}", body.len()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("HTTP/1.1 200 OK"), "{head}");
    assert!(head.to_lowercase().contains(&format!("content-length: {}", body.len())), "{head}");
    assert!(body.contains("\"acknowledged\":true"), "{body}");
}
