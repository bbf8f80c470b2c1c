//! Instructions of a part of a program, which no other work disturbs: the benchmark calls itself under callgrind.

use std::process::Command;

/// The function whose instructions are counted.
#[inline(never)]
pub fn counted_run(run: impl FnOnce()) {
    run();
}

/// The instructions of the part that this program counts with these arguments; `None` where valgrind is not installed.
pub fn count(arguments: &[&str]) -> Option<f64> {
    let mut callgrind = Command::new("valgrind");
    callgrind.args(["--tool=callgrind", "--callgrind-out-file=/dev/null", "--toggle-collect=*counted_run*"]);
    let out = callgrind.arg(std::env::current_exe().ok()?).args(arguments).output().ok()?;
    let told = String::from_utf8(out.stderr).ok()?;
    let (_, count) = told.split_once("Collected : ")?;
    count.split_whitespace().next()?.parse().ok()
}
