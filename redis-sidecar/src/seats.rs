//! Seats for connections, so that those of nobody cannot take the filters' ones. A connection waits until it has a call
//! with a valid token in progress, and waits again afterwards. Only so many may wait: past that, the one that has waited
//! longest is closed. So idle connections, however many there are, make room for one that has something to say.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};

/// Maximum connections of one listener that wait. More callers than a gateway has workers may come at once.
pub const WAITING: usize = 256;
/// Maximum calls in progress at one listener; more wait in the kernel's queue.
pub const CALLS: usize = 256;

/// The seats of one listener.
#[derive(Debug)]
pub struct Seats {
    waiting: Mutex<Waiting>,
    free: Arc<Semaphore>,
}

#[derive(Debug, Default)]
struct Waiting {
    /// By the order in which they began to wait.
    seats: BTreeMap<u64, Arc<Notify>>,
    next: u64,
}

/// The seat of one connection.
#[derive(Debug)]
pub struct Seat {
    seats: Arc<Seats>,
    /// Its place among those that wait, if it does.
    place: Mutex<Option<u64>>,
    closes: Arc<Notify>,
    _free: Option<OwnedSemaphorePermit>,
}

/// A call that lasts, such as a listener's: as long as this lives, its connection is not closed for lack of seats.
#[derive(Debug)]
pub struct Lasting(Arc<Seat>);

/// A call in progress: its connection is not closed for lack of seats.
#[derive(Debug)]
pub struct InCall<'s>(&'s Seat);

impl Default for Seats {
    fn default() -> Self {
        Self { waiting: Mutex::default(), free: Arc::new(Semaphore::new(WAITING + CALLS)) }
    }
}

impl Seats {
    /// Takes a seat for a connection that was accepted.
    pub async fn take(self: &Arc<Self>) -> Arc<Seat> {
        self.make_room();
        // The semaphore is never closed; without a permit, the seat would only not be counted.
        let free = Arc::clone(&self.free).acquire_owned().await.ok();
        let seat = Seat { seats: Arc::clone(self), place: Mutex::default(), closes: Arc::default(), _free: free };
        seat.wait();
        Arc::new(seat)
    }

    fn make_room(&self) {
        let mut waiting = self.waiting();
        while waiting.seats.len() >= WAITING {
            let Some((_, longest)) = waiting.seats.pop_first() else { return };
            longest.notify_one();
        }
    }

    /// A task that panicked left at worst a place that nobody waits at.
    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Seat {
    /// A call with a valid token begins.
    pub fn call(&self) -> InCall<'_> {
        self.leave();
        InCall(self)
    }

    /// A call with a valid token begins, and goes on when its answer has begun.
    pub fn lasting_call(self: &Arc<Self>) -> Lasting {
        self.leave();
        Lasting(Arc::clone(self))
    }

    /// Completes when the connection has to make room.
    pub async fn closed(&self) {
        self.closes.notified().await;
    }

    fn wait(&self) {
        let mut waiting = self.seats.waiting();
        waiting.next += 1;
        let place = waiting.next;
        waiting.seats.insert(place, Arc::clone(&self.closes));
        *self.place() = Some(place);
    }

    fn leave(&self) {
        if let Some(place) = self.place().take() {
            self.seats.waiting().seats.remove(&place);
        }
    }

    fn place(&self) -> MutexGuard<'_, Option<u64>> {
        self.place.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.leave();
    }
}

impl Lasting {
    /// Closes the connection: whoever is at its other end does not read.
    pub fn close(&self) {
        self.0.closes.notify_one();
    }
}

impl Drop for Lasting {
    fn drop(&mut self) {
        self.0.wait();
    }
}

impl Drop for InCall<'_> {
    fn drop(&mut self) {
        self.0.wait();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::FutureExt;

    #[tokio::test]
    async fn the_one_that_waits_longest_makes_room_and_a_call_does_not() {
        let seats = Arc::new(Seats::default());
        let (calling, idle) = (seats.take().await, seats.take().await);
        let call = calling.call();
        let mut flood = Vec::new();
        for _ in 0..WAITING - 1 {
            flood.push(seats.take().await);
        }
        assert!(idle.closed().now_or_never().is_none(), "there is still room");
        flood.push(seats.take().await);
        assert!(idle.closed().now_or_never().is_some());
        assert!(calling.closed().now_or_never().is_none());
        // A listener is not idle, however long it says nothing.
        let listener = seats.take().await;
        let lasting = listener.lasting_call();
        for _ in 0..WAITING {
            flood.push(seats.take().await);
            flood.retain(|seat| seat.closed().now_or_never().is_none());
        }
        assert!(listener.closed().now_or_never().is_none());
        lasting.close();
        assert!(listener.closed().now_or_never().is_some());
        drop((lasting, listener));
        // After its call it is the youngest.
        drop(call);
        flood.push(seats.take().await);
        let closed = flood.iter().filter(|seat| seat.closed().now_or_never().is_some()).count();
        assert!(closed > 0 && calling.closed().now_or_never().is_none());
        drop(flood);
        assert_eq!(seats.waiting().seats.len(), 1);
    }
}
