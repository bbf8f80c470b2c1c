//! No input costs more than linear work: the instructions that the filter runs, counted, for bodies of one size and of
//! twice that size. Counted and not timed, so the verdict is the same on every machine.
//!
//! Two laws. Twice the body takes at most [`GROWTH`] times the instructions, and a byte of the worst body at most
//! [`FACTOR`] times those of a byte of prose. What only copies memory is not seen: a copy is one instruction.

use std::io::Write;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use kong_host::{Request, Response, Upstream};
use serde_json::{Value, json};

use crate::gateway::{Gateway, heard, message, message_body, reply, reply_body};

/// Bytes of the smaller body: a quadratic share would dominate, and the whole suite takes seconds.
const SIZE: usize = 64 << 10;
/// Times the instructions that twice the body may take.
const GROWTH: f64 = 2.3;
/// Times the instructions of a byte of prose that a byte of any body may take.
const FACTOR: f64 = 100.0;

/// Instructions of a tick at the most: those of a request of 1 MB of prose.
pub const TICK_MAX: u64 = 80 << 20;

const PROSE: &str = "the quick brown fox jumps over the lazy dog and goes on\n";

/// Texts that make rules begin again and again: anchors, openers that never close, lists, runs without an end.
const UNITS: &[&str] = &[
    "-a",
    "i-",
    "i-0",
    "0-",
    "bucket",
    "bucket ",
    "bucket=",
    "account: ",
    "accountaccountid=",
    "arn:",
    "arn:aws:iam::123456789012:role/",
    "amazonaws.com",
    "a.amazonaws.com/",
    "IQoJb3JpZ2lu",
    "10.",
    "\\\\n\u{1b}[",
    // Lists under a name, whose elements are names again.
    "pwd=pwd=123,",
    "bucket: a1, ",
    "passwords: a1b2c3,",
    "\n- bucket: a-1\n- ",
    "account: 123456789012, 123456789013, ",
    // Passwords whose ends never come, and those beside others.
    "password=\"a ",
    "{password: a",
    "x;pwd=a|",
    "password is a ",
    "| password | a",
    "*password: *a",
    "Server=h;Password=a ",
    "password for user \"a\" ",
    "curl -u a:b",
    "DB_PASSWORD='a b",
    // Variables that are set to one another, to lists of words, in loops that do not end.
    "for b in $c a-1; --bucket=$b --password=$b\n",
    "for b in for b in --bucket $b --db-instance-identifier $b ",
    "b=$c\nc=$b\n--bucket $b\n",
    "b='a-1 a-2 a-3 a-4'\ns3://$b ",
    "account 123456789012, staging is 123456789013 and 123456789014 ",
    // Accounts in front of their names, in groups, in columns, in front of a region.
    "why is 123456789012 a, the account ",
    "account 1234 5678 9012 ",
    "123456789012\ta\n",
    "list-accounts\n123456789012\t",
    "123456789012-eu-west-1:",
    ".copy({a},",
    "the bucket is now ",
    "a is the wrong bucket ",
    // Names in names, and what stands around them.
    "kms",
    "pwd-",
    "p______________wd",
    "token=token=",
    "token=token_",
    "account,value=",
    "\"id\":\"",
    "'id:",
    "\"name\":",
    "계정 버킷",
    "secret\u{1b}[",
    // Tables whose headers are rows, lines that only look like headers, objects, pairs, elements.
    "bucket,account\n",
    "bucket,",
    "bucket,account,(",
    "bucket;a1b2;\n",
    "|bucket|\n|---|\n",
    "bucket  account  \n",
    "\\tbucket\\n",
    "<tr><th>bucket</th>",
    "<tr><th>bucket</th><td>a-1</td></tr>",
    "bucket{name:",
    // Hidden characters, siblings, requests, rows with types, lists under one, lines that could go on, answers.
    "a\u{200b}",
    "\"Name\":\"MaxKeys\":",
    "GET /a-1/\nHost: s3.amazonaws.com\n",
    "AWS::S3::Bucket | a-1 | ",
    "aws_s3_bucket:\n- a-1\n",
    "arn:aws:s3:::\n",
    "arn:aws:iam:\n",
    "vpc-0a1b\n",
    "--query Account\n",
    "\nbucket  a  b-1",
    "buckets.a.b=",
    "buckets:{a:a-1,",
    "bucket:[{name:a-1},{",
    "accounts:{a:",
    "accounts:{a:{id:1},",
    "accounts:\n a:\n  id: 1\n",
    "accounts: a: ",
    "password for the a ",
    "<buckets><member>a-1</member>",
    "name:bucket,value:",
    "\"value\":\"a-1\",\"name\":\"bucket\",",
    "**bucket**: `a-1` ",
    "the bucket is a-1 ",
    "--bucket-names a-1 b-1 ",
    "role arn:aws:iam::123456789012:role/deployer \"deployer\" ",
    "secret: {access: {key: ",
    // Tokens whose run goes on with the next one, and is no value at its end.
    "QVdTO/",
    "ABSK/",
    "IQoJb3JpZ2lu/",
    "AKIA",
    "-----BEGIN PRIVATE KEY-----",
    "-----BEGIN PRIVATE KEY-----\n",
    "-----BEGIN PRIVATE KEY-----Ab1/Ab1/Ab1/Ab1/Ab1/Ab1/Ab1/Ab1/ a ",
    "LS0tLS1CRUdJTi",
    "LS0tLS1CRUdJTiBQUklWQVRFIEtFWS0tLS0t ",
    // Quotation marks that open, and may close.
    "pwd=\"",
    "pwd='a1b2c3\\",
    "pwd: \\\"a1\\\\\\",
    "Private-Lines: 9\n",
    "SecureString ",
    // Ids, addresses, hosts.
    "i-0a1b2c3d4e5f60718 ",
    "10.0.0.1 ",
    "10.0.0.1.",
    "3.4.5.6 ",
    "54.180.12.34, ",
    "version from 3.4.5.6 ",
    "1.1.",
    "ec2-3-36-12-9 ",
    "a.b.c.d.",
    "-0-0",
    "i-i-0",
    "id-0-",
    "us-east-1:",
    ".amazonaws.com",
    "amazonaws.com.-",
    "s3.dkr.eks.rds.amazonaws.com.-",
    "[amazonaws.com.-",
    // ARNs, URLs, resources.
    "arn:aws:",
    "arn:aws:s3:::a1 ",
    "arn:aws:x:::////",
    "arn:aws:iam::123456789012:role/x/x/x/x/x/x/x ",
    "s3://",
    "s3://aaa/",
    "postgres://",
    "aws_db_instance.aaaa",
    "aws_db_instance\" \"a\" {",
    "\"aws_db_instance\":{\"a\":{",
    "\"aws_db_instance\":{\"a\":{\"identifier\":\"a-1\"},",
    r"arn\:aws\:s3\:\:\:a1 ",
    // Prefixes of lines.
    "+a\n",
    "a-1 | b\n",
    "+> # ",
    "x.y-1-",
    "[bucket: a-1] \n",
    // Placeholders and what begins as one.
    "AWS_EC2_",
    "AWS_",
    "awaw",
    "AWS_EC2_7KQ2M9XA4TBN ",
    // Openers and escapes.
    "[[[[",
    "{\"a\":",
    "\\",
    "\\\\\\\"",
    "\\u0022",
    "%22%3D",
    "\n- ",
    "\u{1b}[1m",
];

/// A body and what is answered to it.
struct Trial {
    request: Request,
    answer: Box<dyn FnOnce(&Upstream) -> Response>,
}

impl Trial {
    fn request(body: impl Into<Vec<u8>>) -> Self {
        Self { request: Request::post("/v1/messages", body), answer: Box::new(|_| reply("ok")) }
    }

    /// The answer to a request in which one id is masked, made of its placeholder.
    fn answer(answer: impl FnOnce(&str) -> Response + 'static) -> Self {
        Self { request: message("i-0123456789abcdef0"), answer: Box::new(move |upstream| answer(&heard(upstream))) }
    }
}

/// The instructions of a trial, and how often they go up when its size is doubled.
#[derive(Debug)]
struct Work {
    name: String,
    growth: f64,
    per_byte: f64,
}

fn measure(name: &str, more: &Value, trial: &dyn Fn(usize) -> Trial) -> Work {
    let mut gateway = Gateway::metered(more.clone());
    let mut run = |size: usize| {
        let Trial { request, answer } = trial(size);
        let before = gateway.worker.instructions();
        gateway.check(name, request, answer);
        (gateway.worker.instructions() - before) as f64
    };
    // The first run compiles the patterns that the body needs.
    run(SIZE / 8);
    let (once, twice) = (run(SIZE), run(2 * SIZE));
    Work { name: name.to_owned(), growth: twice / once, per_byte: twice / (2 * SIZE) as f64 }
}

/// Holds trials to the laws, beside one of prose.
fn check<'c>(
    prose: &dyn Fn(usize) -> Trial,
    trials: impl IntoIterator<Item = (String, Box<dyn Fn(usize) -> Trial + 'c>)>,
) {
    check_with(&json!({}), prose, trials);
}

/// The same with another configuration than the default.
#[expect(clippy::print_stdout, reason = "the rows are what docs/performance.md tells")]
fn check_with<'c>(
    more: &Value,
    prose: &dyn Fn(usize) -> Trial,
    trials: impl IntoIterator<Item = (String, Box<dyn Fn(usize) -> Trial + 'c>)>,
) {
    let base = measure("prose", &json!({}), prose).per_byte;
    let works = trials.into_iter().map(|(name, trial)| measure(&name, more, &*trial));
    let row = |Work { name, growth, per_byte }: &Work| {
        format!("{name:<60} {:>8.1} times prose, {growth:.2} times for twice the body", per_byte / base)
    };
    let mut bad = Vec::new();
    for work in works {
        // `cargo test -p kong-host --test filter work:: -- --nocapture` shows them all.
        println!("{}", row(&work));
        if work.growth > GROWTH || work.per_byte > FACTOR * base {
            bad.push(row(&work));
        }
    }
    assert!(bad.is_empty(), "prose takes {base:.0} instructions a byte\n{}", bad.join("\n"));
}

fn fill(unit: &str, size: usize) -> String {
    unit.repeat(size / unit.len())
}

/// As many of a unit's repetitions as make the size, in strings of their own.
fn strings(unit: &str, size: usize) -> Vec<String> {
    vec![unit.to_owned(); size / (unit.len() + 3)]
}

fn gzip(plain: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(plain).expect("memory takes it");
    encoder.finish().expect("memory takes it")
}

fn named<'c>(name: &str, trial: impl Fn(usize) -> Trial + 'c) -> (String, Box<dyn Fn(usize) -> Trial + 'c>) {
    (name.to_owned(), Box::new(trial))
}

/// A form with these texts in its parts; there may be 1,000.
fn form(texts: &[String]) -> Trial {
    let part = |text: &String| format!("--x\r\nContent-Disposition: form-data; name=a\r\n\r\n{text}\r\n");
    let body = texts.iter().take(1_000).map(part).collect::<String>() + "--x--\r\n";
    Trial {
        request: Request::post("/v1/files", body).header("content-type", "multipart/form-data; boundary=x"),
        answer: Box::new(|_| reply("ok")),
    }
}

fn prose(size: usize) -> Trial {
    Trial::request(message_body(&fill(PROSE, size)))
}

#[test]
fn one_long_string() {
    check(
        &prose,
        UNITS.iter().map(|unit| named(&format!("{unit:?}"), |size| Trial::request(message_body(&fill(unit, size))))),
    );
}

#[test]
fn names_that_people_gave() {
    let units = [
        "queue ",
        "queue=",
        "functionName: ",
        "--cluster a-1 ",
        "queues: a-1, ",
        "get-parameter ",
        "get-parameter -name ",
        "logs tail ",
        "the Lambda function is ",
        "resource \"aws_sqs_queue\" \"a\" { name = \"a-1\" ",
        "|queue|table|\n|---|---|\n",
    ];
    check_with(
        &json!({"mask_names": true}),
        &prose,
        units.map(|unit| {
            named(&format!("{unit:?} with mask_names"), |size| Trial::request(message_body(&fill(unit, size))))
        }),
    );
}

#[test]
fn one_long_string_that_ends_otherwise() {
    // What makes a run no value may stand at its very end.
    let units = ["QVdTO/", "ABSK/", "IQoJb3JpZ2lu/", "token=token=", "AUTHORIZATIONTOKEN="];
    let runs = units.into_iter().flat_map(|unit| ["_", "é", "\"", "=x"].map(|end| (unit, end)));
    check(
        &prose,
        runs.map(|(unit, end)| {
            named(&format!("{unit:?} and {end:?}"), move |size| Trial::request(message_body(&(fill(unit, size) + end))))
        }),
    );
}

#[test]
fn many_short_strings() {
    let body = |content: Vec<String>| json!({"messages": [{"role": "user", "content": content}]}).to_string();
    check(
        &prose,
        UNITS.iter().map(|unit| {
            named(&format!("{unit:?} each in a string"), move |size| Trial::request(body(strings(unit, size))))
        }),
    );
}

#[test]
fn json_in_a_string() {
    check(
        &prose,
        UNITS.iter().map(|unit| {
            named(&format!("{unit:?} in JSON in JSON in a string"), move |size| {
                let inner = json!({"a": fill(unit, size / 4)}).to_string();
                Trial::request(message_body(&json!({"b": inner}).to_string()))
            })
        }),
    );
}

/// Documents whose structure is the attack.
#[test]
fn documents() {
    let object = |members: String| format!("{{\"messages\":[{{\"role\":\"user\",\"content\":[{{{members}}}]}}]}}");
    let escaped = |size: usize| "\\u005f".repeat(size / 6);
    check(
        &prose,
        [
            named("one key for many strings", move |size| {
                Trial::request(object(format!("\"{}\":[{}]", escaped(size / 2), vec!["\"abc\""; size / 12].join(","))))
            }),
            named("one key for many objects of strings", move |size| {
                let item = "\"abc\",{\"k\":\"abc\"}";
                Trial::request(object(format!("\"{}\":[{}]", escaped(size / 2), vec![item; size / 36].join(","))))
            }),
            named("a key of one bound for many strings", move |size| {
                Trial::request(object(format!("\"d{}\":[{}]", "-".repeat(127), vec!["\"abc\""; size / 6].join(","))))
            }),
            named("long names before many of one name", move |size| {
                let long = (0..60).map(|n| format!("\"{n}{}\":1", escaped(size / 120))).collect::<Vec<_>>().join(",");
                Trial::request(object(format!("{long},{}", vec!["\"name\":\"abc\""; size / 26].join(","))))
            }),
            named("many of one name", move |size| {
                Trial::request(object(vec!["\"name\":\"abc\""; size / 13].join(",")))
            }),
            named("many long names", move |size| {
                Trial::request(object(vec![format!("\"d{}\":\"abc\"", "-".repeat(127)); size / 138].join(",")))
            }),
            named("a name and a value of the same words", move |size| {
                Trial::request(object(vec!["\"pwd\":\"pwd=a1b2c3,pwd\""; size / 24].join(",")))
            }),
            named("deep arrays", |size| {
                Trial::request(format!("[{}]", vec!["[".repeat(254) + &"]".repeat(254); size / 509].join(",")))
            }),
            named("deep objects", |size| {
                Trial::request(format!(
                    "[{}]",
                    vec!["{\"a\":".repeat(250) + "1" + &"}".repeat(250); size / 1502].join(",")
                ))
            }),
            named("numbers that may be accounts", |size| {
                Trial::request(format!("[{}]", vec!["123456789012"; size / 13].join(",")))
            }),
            named("lines", |size| Trial {
                request: Request::post("/v1/messages", "[1]\n".repeat(size / 4))
                    .header("content-type", "application/jsonl"),
                answer: Box::new(|_| reply("ok")),
            }),
            named("members that decide what their neighbours are", move |size| {
                let block = "\"type\":\"text\",\"name\":\"abc\",\"data\":\"abc\",\"source\":{\"data\":\"abc\"},";
                Trial::request(object(block.repeat(size / block.len()) + "\"type\":\"tool_use\""))
            }),
            named("a document in base64", move |size| {
                let data = STANDARD.encode(fill("i-0a1b2c3d4e5f60718 ", size));
                Trial::request(object(format!(
                    "\"source\":{{\"type\":\"base64\",\"media_type\":\"text/plain\",\"data\":\"{data}\"}}"
                )))
            }),
            named("escapes in a data URL", move |size| {
                Trial::request(object(format!("\"url\":\"data:,{}\"", fill("%69-0a1b2c3d4e5f60718%20", size))))
            }),
            named("many small files", move |size| {
                Trial::request(object(vec!["\"url\":\"data:,10.0.0.1\""; size / 24].join(",")))
            }),
            named("a form of one text", |size| form(&[fill("i-0a1b2c3d4e5f60718\r\n--", size)])),
            named("a form of many parts", |size| form(&vec!["i-0a1b2c3d4e5f60718".to_owned(); size / 100])),
            named("a compressed body", |size| Trial {
                request: Request::post("/v1/messages", gzip(message_body(&fill(PROSE, size)).as_bytes()))
                    .header("content-encoding", "gzip"),
                answer: Box::new(|_| reply("ok")),
            }),
            named("text", |size| Trial {
                request: Request::post("/v1/messages", fill("i-0a1b2c3d4e5f60718 ", size))
                    .header("content-type", "text/plain"),
                answer: Box::new(|_| reply("ok")),
            }),
            named("as many ids as there is room for", |size| {
                Trial::request(message_body(&(0..size / 20).map(|n| format!("i-0{n:016x} ")).collect::<String>()))
            }),
            named("as many private addresses as there is room for", |size| {
                let address = |n: usize| format!("10.{}.{}.{} ", n >> 8 & 255, n & 255, n % 251);
                Trial::request(message_body(&(0..size / 13).map(address).collect::<String>()))
            }),
            named("as many ARNs with versions as there is room for", |size| {
                let arn = |n: usize| format!("arn:aws:ecs:eu-west-1:123456789012:task-definition/a{n}:{n} ");
                Trial::request(message_body(&(0..size / 68).map(arn).collect::<String>()))
            }),
            named("ARNs of many parts", |size| {
                let path = "/a1".repeat(300);
                Trial::request(message_body(&fill(
                    &format!(
                        "arn:aws:eks:eu-west-1:123456789012:cluster{path} arn:aws:dynamodb:eu-west-1:123456789012:table{path} "
                    ),
                    size,
                )))
            }),
            named("as many buckets as there is room for", |size| {
                Trial::request(message_body(&(0..size / 18).map(|n| format!("s3://a1-b-{n:06} ")).collect::<String>()))
            }),
            named("buckets that are prefixes of each other", |size| {
                let bucket = |n: usize| format!("s3://{} ", "a1".repeat(n % 30 + 2));
                let half: String = (0..).map(bucket).take(size / 76).collect();
                Trial::request(message_body(&(half + &fill("a1", size / 2))))
            }),
            named("a name and its elements", |size| {
                Trial::request(message_body(&("bucket: ".to_owned() + &fill("a1, ", size))))
            }),
            named("addresses of hosts", |size| {
                Trial::request(message_body(&fill(&format!("{}.s3.amazonaws.com ", "a.".repeat(110)), size)))
            }),
            named("paths of ARNs", |size| {
                Trial::request(message_body(&fill(
                    &format!("arn:aws:iam::123456789012:role{} ", "/a".repeat(500)),
                    size,
                )))
            }),
            named("placeholders beside names", |size| {
                Trial::request(message_body(&fill("bucket: a-1-AWS_EC2_7KQ2M9XA4TBN ", size)))
            }),
            named("surrogates", |size| {
                Trial::request(object(format!("\"a\":\"{}\"", "\\ud83d\\ude00".repeat(size / 12))))
            }),
            named("messages of one string each", |size| {
                let message = "{\"role\":\"user\",\"content\":\"abc\"}";
                Trial::request(format!("{{\"messages\":[{}]}}", vec![message; size / 34].join(",")))
            }),
            named("tools", |size| {
                let tool = "{\"name\":\"a\",\"input_schema\":{\"type\":\"object\",\"properties\":{\"a\":{}}}}";
                Trial::request(format!(
                    "{{\"model\":\"m\",\"messages\":[],\"tools\":[{}]}}",
                    vec![tool; size / 76].join(",")
                ))
            }),
            named("buckets that end within words", |size| {
                let half = fill(&format!("s3://{} ", "a1-".repeat(20) + "a"), size / 2);
                Trial::request(message_body(&(half + &fill("a1-", size / 2))))
            }),
            named("buckets that begin at each point", |size| {
                let half = fill(&format!("s3://{} ", "a1.".repeat(20) + "a"), size / 2);
                Trial::request(message_body(&(half + &fill("a1.", size / 2))))
            }),
        ],
    );
}

#[test]
fn answers() {
    let answered = |size: usize, unit: &str| reply(&fill(unit, size));
    let mut trials: Vec<_> = UNITS
        .iter()
        .map(|unit| named(&format!("answered {unit:?}"), move |size| Trial::answer(move |_| answered(size, unit))))
        .collect();
    trials.extend([
        named("answered placeholders", move |size| Trial::answer(move |token| answered(size, &format!("{token} ")))),
        named("answered placeholders, glued", move |size| Trial::answer(move |token| answered(size, token))),
        named("answered placeholders in pieces", move |size| {
            Trial::answer(move |token| answered(size, &format!("{token} ")).in_pieces_of(1_000))
        }),
        named("answered placeholders as text", |size| {
            Trial::answer(move |token| {
                let body = fill(&format!("{token} "), size);
                Response::json(200, body).header("content-type", "text/plain").in_pieces_of(64)
            })
        }),
        named("answered placeholders in lines", |size| {
            Trial::answer(move |token| {
                let body = fill(&format!("[\"{token}\"]\n"), size);
                Response::json(200, body).header("content-type", "application/jsonl").in_pieces_of(1_000)
            })
        }),
        named("answered placeholders, compressed", move |size| {
            Trial::answer(move |token| {
                let text: String = (0..size / 40).map(|n| format!("{token} {:x} ", n * 7_919)).collect();
                Response::json(200, gzip(reply_body(&text).as_bytes())).header("content-encoding", "gzip")
            })
        }),
    ]);
    check(&|size| Trial::answer(move |_| answered(size, PROSE)), trials);
}

/// A small answer that is large when it is plain passes up to a bound, in time and memory of that bound.
#[test]
fn answers_that_inflate() {
    let mut gateway = Gateway::metered(json!({}));
    let bomb = gzip(&vec![b' '; 300 << 20]);
    for size in [16 << 10, bomb.len()] {
        let response = Response::json(200, bomb.clone()).header("content-encoding", "gzip").in_pieces_of(size);
        let before = gateway.worker.instructions();
        let outcome = gateway.check("a bomb", message("hello"), |_| response);
        let per_byte = (gateway.worker.instructions() - before) as f64 / bomb.len() as f64;
        let (plain, memory) = (outcome.client.body.len(), gateway.worker.memory_bytes());
        assert!(plain <= 101 * bomb.len() + (1 << 20), "{plain} bytes of {}", bomb.len());
        assert!(memory <= 256 << 20, "{memory} bytes of memory");
        assert!(per_byte <= 30.0 * 100.0, "{per_byte:.0} instructions a byte");
    }
}

/// Between requests nothing is done that would hold one up, however many scopes wait for it.
#[test]
fn ticks_with_a_thousand_scopes() {
    let bucket = |scope: usize, n: usize| format!("acme-{scope}-b{n}");
    let ask = |text: String, scope: usize| message(&text).header("x-tenant", &format!("t{scope}"));
    let mut gateway = Gateway::metered(json!({"scope": {"header": "x-tenant"}}));
    for scope in 0..1_000 {
        let text = (0..40).map(|n| format!("s3://{}/ ", bucket(scope, n))).collect();
        gateway.check("a scope", ask(text, scope), |_| reply("ok"));
    }
    let mut most = 0;
    for _ in 0..60 {
        let before = gateway.worker.instructions();
        gateway.worker.elapse(Duration::from_millis(100));
        most = most.max(gateway.worker.instructions() - before);
    }
    assert!(most <= TICK_MAX, "a tick of {most} instructions");
    for scope in [0, 500, 999] {
        let outcome = gateway.check("a known value", ask(format!("see {}", bucket(scope, 7)), scope), |_| reply("ok"));
        assert_eq!(outcome.client.headers.text("x-aws-masker"), Some("masked=1"), "scope {scope}");
    }
}

/// A delta of the Anthropic API.
fn delta(index: &str, text: &str) -> String {
    format!(
        "event: content_block_delta\ndata: {{\"type\":\"content_block_delta\",\"index\":{index},\
         \"delta\":{{\"type\":\"text_delta\",\"text\":\"{text}\"}}}}\n\n"
    )
}

/// A chunk of a chat completion.
fn chunk(choice: usize, text: &str, finish: &str) -> String {
    format!(
        "data: {{\"id\":\"c\",\"choices\":[{{\"index\":{choice},\"delta\":{{\"content\":\"{text}\"}},\"finish_reason\":{finish}}}]}}\n\n"
    )
}

/// A frame of Bedrock's streams, without headers.
fn frame(payload: &str) -> Vec<u8> {
    let total = u32::try_from(payload.len() + 16).expect("a frame is short");
    let mut frame = [total.to_be_bytes(), [0; 4]].concat();
    frame.extend(crc32fast::hash(&frame).to_be_bytes());
    frame.extend(payload.as_bytes());
    frame.extend(crc32fast::hash(&frame).to_be_bytes());
    frame
}

fn stream(body: String, piece: usize) -> Response {
    Response::events([body]).in_pieces_of(piece)
}

#[test]
fn streams() {
    let members =
        |count: usize, text: &str| (0..count).map(|n| format!("\"k{n}\":\"{text}\"")).collect::<Vec<_>>().join(",");
    let trials = [
        named("tiny events", |size| Trial::answer(move |_| stream("\n".repeat(size), 4_000))),
        named("comments", |size| Trial::answer(move |_| stream(":\n\n".repeat(size / 3), 4_000))),
        named("events without an end", |size| Trial::answer(move |_| stream("data: [\n".repeat(size / 8), 1_000))),
        named("frames in small pieces", |size| {
            Trial::answer(move |_| {
                let body =
                    frame(&format!("{{\"contentBlockIndex\":0,\"delta\":{{\"text\":\"{}\"}}}}", fill("AWS_", size)));
                Response::events([body])
                    .header("content-type", "application/vnd.amazon.eventstream")
                    .in_pieces_of(1_000)
            })
        }),
        named("frames that each open texts", |size| {
            Trial::answer(move |_| {
                let event = |n: usize| frame(&format!("{{\"contentBlockIndex\":{n},\"delta\":{{\"text\":\"AWS_\"}}}}"));
                let body: Vec<u8> = (0..size / 90).flat_map(event).collect();
                Response::events([body])
                    .header("content-type", "application/vnd.amazon.eventstream")
                    .in_pieces_of(1_000)
            })
        }),
        named("one line without an end", |size| {
            Trial::answer(move |_| stream("data: ".to_owned() + &"[".repeat(size), 100))
        }),
        named("many lines of data in one event", |size| {
            Trial::answer(move |token| stream(format!("{}\n", fill(&format!("data: {token}\n"), size)), 1_000))
        }),
        named("many lines of JSON in one event", |size| {
            Trial::answer(move |token| {
                stream(format!("data: [\n{}data: 1]\n\n", fill(&format!("data: \"{token}\",\n"), size)), 1_000)
            })
        }),
        named("placeholders in deltas", |size| {
            Trial::answer(move |token| {
                let event = delta("0", token);
                stream(event.repeat(size / event.len()), 1_000)
            })
        }),
        named("deltas that each open a text", |size| {
            Trial::answer(move |_| stream((0..size / 110).map(|n| delta(&n.to_string(), "AWS_EC2_")).collect(), 1_000))
        }),
        named("choices that each open a text and end", |size| {
            Trial::answer(move |_| {
                let event = |n: usize| chunk(n, "AWS_EC2_", "null") + &chunk(n + 1, "AWS_EC2_", "\"stop\"");
                stream((0..size / 180).map(|n| event(2 * n)).collect(), 1_000)
            })
        }),
        named("one delta that opens many texts", move |size| {
            Trial::answer(move |_| {
                let texts = members(size / 20, "AWS_EC2_");
                let event =
                    format!("{{\"type\":\"content_block_delta\",\"index\":0,\"delta\":{{\"type\":\"t\",{texts}}}}}");
                stream(format!("data: {event}\n\n"), 4_000)
            })
        }),
        named("one delta with many texts and a long index", move |size| {
            Trial::answer(move |_| {
                let (index, texts) = ("1".repeat(size / 2), members(size / 20, "ab"));
                let event = format!(
                    "{{\"type\":\"content_block_delta\",\"index\":{index},\"delta\":{{\"type\":\"t\",{texts}}}}}"
                );
                stream(format!("data: {event}\n\n"), 4_000)
            })
        }),
        named("one chunk with a long member and many texts", move |size| {
            Trial::answer(move |_| {
                let (long, texts) = ("x".repeat(size / 2), members(size / 40, "AWS_EC2_"));
                stream(
                    format!("data: {{\"id\":\"{long}\",\"choices\":[{{\"index\":0,\"delta\":{{{texts}}}}}]}}\n\n"),
                    4_000,
                )
            })
        }),
        named("many choices of many calls", |size| {
            Trial::answer(move |_| {
                let call = |n: usize| format!("{{\"index\":{n},\"function\":{{\"arguments\":\"AWS_EC2_\"}}}}");
                let calls: Vec<_> = (0..size / 50).map(call).collect();
                stream(
                    format!(
                        "data: {{\"choices\":[{{\"index\":0,\"delta\":{{\"tool_calls\":[{}]}}}}]}}\n\n",
                        calls.join(",")
                    ),
                    4_000,
                )
            })
        }),
    ];
    check(
        &|size| {
            Trial::answer(move |_| {
                stream((0..size / 200).map(|_| delta("0", &fill(PROSE.trim(), 110))).collect(), 1_000)
            })
        },
        trials,
    );
}
