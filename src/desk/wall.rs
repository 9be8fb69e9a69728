//! The wallboard's figures: read once for all who look, as long as anybody looks.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::watch;

use super::Desk;
use crate::clock;
use crate::interview::Millis;
use crate::store::StoreError;

pub use crate::store::wall::Today;

/// How long one reading serves everybody.
const EVERY: Duration = Duration::from_secs(3);

/// What those who look see.
#[derive(Clone, Debug, Default)]
pub enum Seen {
    /// Nothing was read yet.
    #[default]
    Nothing,
    /// Today so far, as it was at that moment.
    Today(Millis, Arc<Today>),
    /// The database did not answer at that moment.
    Away(Millis),
    /// The server stops: there will be no more.
    Over,
}

/// Who looks, and what they see.
#[derive(Debug, Default)]
pub struct Wall {
    latest: watch::Sender<Seen>,
    /// Somebody reads for all.
    reading: Mutex<bool>,
}

impl Desk {
    /// Looks at the wallboard: what is given changes every few seconds, however many look.
    pub fn look_at_wall(self: &Arc<Self>) -> watch::Receiver<Seen> {
        let mut reading = self.wall.reading.lock().unwrap_or_else(PoisonError::into_inner);
        let mut seen = self.wall.latest.subscribe();
        if !*reading && !matches!(*seen.borrow(), Seen::Over) {
            *reading = true;
            // What was read for somebody who has gone may be hours old.
            self.wall.latest.send_replace(Seen::Nothing);
            seen.mark_unchanged();
            let desk = self.clone();
            tokio::spawn(async move { desk.read_for_wall().await });
        }
        seen
    }

    /// Ends what everybody looks at, so that their connections end.
    pub fn close_wall(&self) {
        self.wall.latest.send_replace(Seen::Over);
    }

    async fn read_for_wall(&self) {
        loop {
            let now = clock::now_ms();
            let seen = match self.today(now).await {
                Ok(today) => Seen::Today(now, Arc::new(today)),
                Err(fault) => {
                    tracing::warn!("the wallboard's figures could not be read: {fault}");
                    Seen::Away(now)
                }
            };
            let over = !self.wall.latest.send_if_modified(|latest| {
                let goes_on = !matches!(latest, Seen::Over);
                if goes_on {
                    *latest = seen;
                }
                goes_on
            });
            tokio::time::sleep(EVERY).await;
            let mut reading = self.wall.reading.lock().unwrap_or_else(PoisonError::into_inner);
            if over || self.wall.latest.receiver_count() == 0 {
                *reading = false;
                return;
            }
        }
    }

    async fn today(&self, now: Millis) -> Result<Today, StoreError> {
        let zone = &self.config.time_zone;
        let day = clock::day(now, zone);
        // A day without midnight begins when its first hour does.
        let began = clock::date(day).to_zoned_datetime(zone.clone());
        let began = began.map_or(now, |at| at.timestamp().as_millisecond());
        self.store.today(day, began, now).await
    }
}
