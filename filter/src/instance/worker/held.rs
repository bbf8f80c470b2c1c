//! The bytes of replaced request bodies that the host still holds. Kong keeps each of them until its client's
//! connection closes, and only the bounds of this file limit their sum.

use std::num::NonZeroUsize;

use lru::LruCache;

use super::super::clock::Steady;

/// Maximum client connections whose bytes are counted; past that the least recently used one is assumed to be closed.
const CONNECTIONS_MAX: NonZeroUsize = NonZeroUsize::MIN.saturating_add(10_000);
/// Bytes held for one connection before its client is asked to open another.
const CONNECTION_BYTES: u64 = 32 << 20;
/// Bytes held for all connections of a worker before each client whose body is replaced is asked to.
const WORKER_BYTES: u64 = 128 << 20;
/// Idle milliseconds after which the host closes a connection (nginx: `keepalive_timeout`, 75 s by default).
const IDLE_MS: u64 = 75_000;

#[derive(Debug)]
pub(super) struct Held {
    /// By the name that the host gives to a connection, the least recently used one last.
    connections: LruCache<Vec<u8>, Connection>,
    /// Of all connections.
    bytes: u64,
}

#[derive(Debug, Default)]
struct Connection {
    bytes: u64,
    /// The time at which its last exchange began or ended.
    used_at: Steady,
    /// Exchanges that have not ended.
    open: u32,
}

impl Default for Held {
    fn default() -> Self {
        Self { connections: LruCache::new(CONNECTIONS_MAX), bytes: 0 }
    }
}

impl Held {
    /// A body was replaced. Returns whether the connection should be closed after the response.
    pub(super) fn hold(&mut self, name: &[u8], bytes: u64, now: Steady) -> bool {
        self.forget_idle(now);
        if self.connections.len() == CONNECTIONS_MAX.get()
            && !self.connections.contains(name)
            && let Some((_, oldest)) = self.connections.pop_lru()
        {
            self.bytes = self.bytes.saturating_sub(oldest.bytes);
        }
        let connection = self.connections.get_or_insert_mut_ref(name, Connection::default);
        connection.bytes += bytes;
        connection.used_at = now;
        connection.open += 1;
        self.bytes += bytes;
        connection.bytes >= CONNECTION_BYTES || self.bytes >= WORKER_BYTES
    }

    /// The exchange of that body is over, and with it the connection if its client was asked to close it.
    pub(super) fn end_exchange(&mut self, name: &[u8], closes: bool, now: Steady) {
        if closes {
            let bytes = self.connections.pop(name).map_or(0, |connection| connection.bytes);
            self.bytes = self.bytes.saturating_sub(bytes);
        } else if let Some(connection) = self.connections.get_mut(name) {
            connection.used_at = now;
            connection.open = connection.open.saturating_sub(1);
        }
    }

    fn forget_idle(&mut self, now: Steady) {
        let idle = |connection: &Connection| connection.open == 0 && now.since(connection.used_at) >= IDLE_MS;
        while self.connections.peek_lru().is_some_and(|(_, connection)| idle(connection)) {
            let bytes = self.connections.pop_lru().map_or(0, |(_, connection)| connection.bytes);
            self.bytes = self.bytes.saturating_sub(bytes);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MB: u64 = 1 << 20;

    #[test]
    fn one_connection_is_closed_before_it_holds_too_much() {
        let mut held = Held::default();
        let turns: Vec<bool> = (0..5)
            .map(|turn| {
                let closes = held.hold(b"1", 10 * MB, Steady(turn));
                held.end_exchange(b"1", closes, Steady(turn));
                closes
            })
            .collect();
        assert_eq!(turns, [false, false, false, true, false], "the fifth comes on a connection of its own");
    }

    #[test]
    fn all_connections_of_a_worker_together() {
        let mut held = Held::default();
        let name = |n: u64| n.to_string().into_bytes();
        // Two hundred clients, each of which keeps its connection.
        let closed = (0..200)
            .filter(|n| {
                let closes = held.hold(&name(*n), MB, Steady(*n));
                held.end_exchange(&name(*n), closes, Steady(*n));
                closes
            })
            .count();
        assert_eq!((closed, held.bytes), (73, 127 * MB));
        // The host closes idle connections, but not one that still streams.
        held.hold(&name(0), MB, Steady(1_000));
        assert!(!held.hold(&name(900), MB, Steady(1_000 + IDLE_MS)));
        assert_eq!(held.bytes, 3 * MB);
    }

    #[test]
    fn the_number_of_connections_is_bounded() {
        let mut held = Held::default();
        (0..20_000_u32).for_each(|n| {
            held.hold(&n.to_be_bytes(), 1, Steady(0));
        });
        assert_eq!((held.connections.len(), held.bytes), (CONNECTIONS_MAX.get(), 10_001));
    }
}
