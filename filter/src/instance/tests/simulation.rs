//! A fleet on paper: real instances of the filter with a modelled sidecar, Redis and network, in a modelled time.
//!
//! `cargo test -p filter simulation -- --ignored --nocapture` prints the tables of docs/scaling.md.

mod sidecar;

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap, HashMap};

use self::sidecar::Model;
use super::*;
use crate::config::Config;
use masking::Scanner;

/// Milliseconds that the fleet's time advances at once.
const STEP_MS: u64 = 5;
const SCOPES: u64 = 20;
/// Seconds between two requests of one client: a coding assistant's, with the work between its turns.
const PAUSE_S: u64 = 20;
/// Values that a request repeats from earlier ones. Half of the requests have a new one.
const REPEATED: u64 = 5;
/// One of so many requests shows the name of a bucket, which the other workers are to know.
const NAMES_ONE_IN: u64 = 200;
/// Microseconds from a gateway to the sidecar, one way.
const WAY_US: u64 = 500;

/// What goes wrong, from its first second to its last.
#[derive(Clone, Copy)]
enum Trouble {
    None,
    Redis(u64, u64),
    Sidecar(u64, u64),
}

/// One second of the fleet.
#[derive(Clone, Copy, Default)]
struct Second {
    calls: u64,
    mappings: u64,
    served: u64,
    refused: u64,
    owed: usize,
}

/// A reply: the microsecond in which it arrives, its worker, and its body unless the call failed.
type OnItsWay = (u64, usize, Option<Vec<u8>>);

struct Fleet {
    workers: Vec<Instance>,
    clients: u64,
    model: Model,
    /// The replies on their way, the first to arrive at the top.
    replies: BinaryHeap<Reverse<OnItsWay>>,
    random: Random,
    values: u64,
    /// What served requests had masked: all of it must be stored in the end.
    shown: HashSet<(String, String)>,
    /// Names that were shown, with the workers that serve their scope and do not know them yet.
    told: Vec<(u64, String, Placeholder, Vec<usize>)>,
    /// The workers of each scope.
    serve: HashMap<String, HashSet<usize>>,
    lags: Vec<u64>,
    seconds: Vec<Second>,
}

/// A generator whose numbers are the same in each run.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % bound
    }
}

impl Fleet {
    fn new(workers: usize, clients: u64) -> Self {
        let scanner = Rc::new(Scanner::new(&masking::Policy::default()).unwrap());
        let json = br#"{"sidecar":"s:1","sidecar_token":"0123456789abcdef","scope":{"header":"x"}}"#;
        let instance = |number: usize| {
            let config = Config::parse(json, |_| None, |_| Ok(Rc::clone(&scanner))).unwrap();
            Instance::new(config, format!("worker-{number}"), TimeOfDay(0), Rc::default())
        };
        Self {
            workers: (0..workers).map(instance).collect(),
            clients,
            model: Model::default(),
            replies: BinaryHeap::new(),
            random: Random(0x9e37_79b9_7f4a_7c15),
            values: 0,
            shown: HashSet::new(),
            told: Vec::new(),
            serve: HashMap::new(),
            lags: Vec::new(),
            seconds: Vec::new(),
        }
    }

    fn run(&mut self, seconds: u64, trouble: Trouble) {
        let started = self.seconds.len() as u64;
        for second in started..started + seconds {
            self.seconds.push(Second::default());
            (self.model.redis_down, self.model.down) = match trouble {
                Trouble::Redis(from, to) => ((from..to).contains(&second), false),
                Trouble::Sidecar(from, to) => (false, (from..to).contains(&second)),
                Trouble::None => (false, false),
            };
            for step in 0..1_000 / STEP_MS {
                self.step(second * 1_000 + step * STEP_MS);
            }
            let owed = self.workers.iter_mut().filter_map(Instance::sidecar).map(|sidecar| sidecar.numbers().2).sum();
            self.seconds.last_mut().unwrap().owed = owed;
        }
    }

    fn step(&mut self, now: u64) {
        while self.replies.peek().is_some_and(|Reverse((due, ..))| *due <= now * 1_000) {
            let Reverse((_, worker, body)) = self.replies.pop().unwrap();
            self.deliver(worker, body, now);
        }
        for worker in 0..self.workers.len() {
            // Their timers run side by side, not together.
            if (now + STEP_MS * worker as u64).is_multiple_of(TICK_MS) {
                self.tick(worker, now);
            }
        }
        // As many as are due on average, whatever the step.
        let due = self.clients * STEP_MS / PAUSE_S;
        let requests = due / 1_000 + u64::from(self.random.below(1_000) < due % 1_000);
        (0..requests).for_each(|_| self.request(now));
    }

    fn tick(&mut self, worker: usize, now: u64) {
        let Some(call) = self.workers[worker].tick(TimeOfDay(now)) else { return };
        let second = self.seconds.last_mut().unwrap();
        second.calls += 1;
        let (due, body) = match self.model.call(now * 1_000 + WAY_US, &call.body) {
            Some(answer) => {
                second.mappings += answer.stored;
                (answer.at_us + WAY_US, Some(answer.body))
            }
            None => (now * 1_000 + WAY_US, None),
        };
        self.replies.push(Reverse((due, worker, body)));
    }

    fn deliver(&mut self, worker: usize, body: Option<Vec<u8>>, now: u64) {
        let status = body.as_ref().map(|_| "200".to_owned());
        let reply = Reply { status, body, host_word: &|| Some("connection refused".to_owned()) };
        let instance = &mut self.workers[worker];
        instance.on_reply(TimeOfDay(now), &reply, &OwnZone::default());
        for (shown, scope, placeholder, without) in &mut self.told {
            let knows = |it: &usize| *it == worker && matches!(instance.lookup(scope, placeholder), Answer::Value(_));
            if without.iter().any(knows) {
                without.retain(|it| *it != worker);
                self.lags.push(now - *shown);
            }
        }
        self.told.retain(|(.., without)| !without.is_empty());
    }

    fn request(&mut self, now: u64) {
        let client = self.random.below(self.clients);
        let worker = usize::try_from(self.random.below(self.workers.len() as u64)).unwrap();
        let scope = format!("team-{}", client % SCOPES);
        let new = self.random.below(2);
        self.values += new;
        let newest = self.values;
        let oldest = |random: &mut Random| newest.saturating_sub(random.below(2_000));
        let mut text: String = (0..REPEATED).map(|_| format!("i-{:017x} ", oldest(&mut self.random))).collect();
        text += &format!("i-{newest:017x}");
        let shows = self.random.below(NAMES_ONE_IN) == 0;
        if shows {
            text += &format!(" s3://acme-{:x}-logs/", self.random.0);
        }
        let instance = &mut self.workers[worker];
        let served = instance.check(TimeOfDay(now));
        let masked = served.and_then(|()| instance.mask(&scope, Format::Text, text.as_bytes(), TimeOfDay(now)));
        let second = self.seconds.last_mut().unwrap();
        let Ok(masked) = masked else { return second.refused += 1 };
        second.served += 1;
        self.serve.entry(scope.clone()).or_default().insert(worker);
        self.shown.extend(masked.replaced.entries().map(|(it, _)| (scope.clone(), it.to_string())));
        if shows {
            let is_bucket = |it: &String| it.starts_with("AWS_S3_BUCKET_");
            let name = masked.replaced.entries().map(|(it, _)| it.to_string()).find(is_bucket).unwrap();
            let others = self.serve.get(&scope).into_iter().flatten().copied().filter(|it| *it != worker).collect();
            self.told.push((now, scope, Placeholder::parse(&name).unwrap(), others));
        }
    }

    /// The value below which this share of the lags lies, in milliseconds.
    fn lag(&mut self, share: f64) -> u64 {
        self.lags.sort_unstable();
        let at = (self.lags.len() as f64 * share) as usize;
        self.lags.get(at.min(self.lags.len().saturating_sub(1))).copied().unwrap_or_default()
    }
}

#[test]
#[ignore = "a minute: the tables of docs/scaling.md"]
fn a_fleet_at_work() {
    println!(
        "| gateways | workers | clients | requests/s | calls/s | mappings/s | in one call, mean, most | sidecar busy | known elsewhere after, median, 99% |"
    );
    println!("|---|---|---|---|---|---|---|---|---|");
    for gateways in [1_usize, 10, 100] {
        let clients = gateways as u64 * 100;
        let mut fleet = Fleet::new(gateways * 2, clients);
        fleet.run(40, Trouble::None);
        let late = &fleet.seconds[10..];
        let mean = |of: fn(&Second) -> u64| late.iter().map(of).sum::<u64>() as f64 / late.len() as f64;
        let (requests, calls, mappings) = (mean(|it| it.served), mean(|it| it.calls), mean(|it| it.mappings));
        assert_eq!(late.iter().map(|it| it.refused).sum::<u64>(), 0);
        let busy = fleet.model.busy_us as f64 / (fleet.seconds.len() as f64 * 1e6) * 100.0;
        let (most, each) = (fleet.model.largest, mappings / calls);
        let (median, late) = (fleet.lag(0.5), fleet.lag(0.99));
        println!(
            "| {gateways} | {} | {clients} | {requests:.0} | {calls:.0} | {mappings:.0} | {each:.1}, {most} | {busy:.1}% | {:.1} s, {:.1} s |",
            gateways * 2,
            median as f64 / 1e3,
            late as f64 / 1e3,
        );
        assert!(late <= 2_000, "what one worker learns the others know within two seconds: {late} ms");
    }
}

#[test]
#[ignore = "a minute: the tables of docs/scaling.md"]
fn a_fleet_in_trouble() {
    let (from, to) = (20, 40);
    println!(
        "| for 20 s | refused first after | calls/s meanwhile | served again after | nothing owed after | most calls/s then | most in one call |"
    );
    println!("|---|---|---|---|---|---|---|");
    let troubles = BTreeMap::from([("Redis does not answer", true), ("the sidecar does not answer", false)]);
    for (name, is_redis) in troubles {
        let mut fleet = Fleet::new(200, 10_000);
        fleet.run(60, if is_redis { Trouble::Redis(from, to) } else { Trouble::Sidecar(from, to) });
        let since = |from: u64, is: fn(&Second) -> bool| {
            fleet.seconds[from as usize..].iter().position(is).map_or("never".to_owned(), |after| format!("{after} s"))
        };
        let meanwhile = fleet.seconds[from as usize + 5..to as usize].iter().map(|it| it.calls).sum::<u64>() / 15;
        let most = fleet.seconds[to as usize..].iter().map(|it| it.calls).max().unwrap();
        let usual = fleet.seconds[10..from as usize].iter().map(|it| it.owed).max().unwrap();
        let settled: Option<usize> = fleet.seconds[to as usize..].iter().position(|it| it.owed <= usual);
        println!(
            "| {name} | {} | {meanwhile} | {} | {} s | {most} | {} |",
            since(from, |it| it.refused > 0),
            since(to, |it| it.refused == 0),
            settled.unwrap(),
            fleet.model.largest,
        );
        assert!(settled.is_some_and(|after| after <= 5), "{settled:?}");
        assert!(fleet.model.largest < bound::MAPPINGS / 2);
        fleet.clients = 0;
        fleet.run(10, Trouble::None);
        assert_eq!(fleet.shown.difference(&fleet.model.stored).count(), 0, "what was served is stored");
    }
}
