//! The totals of a batch in Redis: added to those of a day in one step that looks first whether that was done before.

use std::time::Duration;

use redis::{Cmd, cmd};

use crate::events::totals::{BatchId, DAYS, Totals};

const TOTALS: &str = "aws-masker-totals:";
/// Of each instance the numbers of the batches that a day has. The braces let a cluster keep it where the day's totals are:
/// no other two keys are named by one command.
const TOLD: &str = "aws-masker-told:";
/// Batches of one instance that are remembered. It has one in flight, and sends no other before that has arrived.
const BATCHES: usize = 16;
/// Instances of one day that are remembered. The batches of any further ones are counted each time they are sent, so that
/// whoever invents instances takes no memory.
const INSTANCES: usize = 10_000;
/// Longer than any batch waits to be sent again.
const TOLD_LIVES: Duration = Duration::from_secs(2 * 24 * 60 * 60);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

const ADD: &str = r"
local told = redis.call('HGET', KEYS[2], ARGV[1]) or ' '
if string.find(told, ' ' .. ARGV[2] .. ' ', 1, true) then return 0 end
local numbers, count = ' ' .. ARGV[2] .. ' ', 1
for number in string.gmatch(told, '%d+') do
  if count < tonumber(ARGV[3]) then numbers, count = numbers .. number .. ' ', count + 1 end
end
if told ~= ' ' or redis.call('HLEN', KEYS[2]) < tonumber(ARGV[4]) then
  redis.call('HSET', KEYS[2], ARGV[1], numbers)
  redis.call('EXPIRE', KEYS[2], ARGV[5])
end
for at = 7, #ARGV, 2 do redis.call('HINCRBY', KEYS[1], ARGV[at], ARGV[at + 1]) end
redis.call('EXPIRE', KEYS[1], ARGV[6])
return 1
";

pub(super) fn of_day(day: &str) -> String {
    format!("{TOTALS}{day}")
}

pub(super) fn add((instance, number): &BatchId, day: &str, totals: &Totals) -> Cmd {
    let totals_live = DAY * u32::from(DAYS);
    let mut command = cmd("EVAL");
    command.arg(ADD).arg(2).arg(of_day(day)).arg(format!("{TOLD}{{{}}}", of_day(day)));
    command.arg(instance).arg(number).arg(BATCHES).arg(INSTANCES);
    command.arg(TOLD_LIVES.as_secs()).arg(totals_live.as_secs());
    for (name, count) in totals.fields() {
        command.arg(name).arg(count);
    }
    command
}
