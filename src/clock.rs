//! The only place that reads time.

use crate::interview::Millis;

/// UTC milliseconds since 1970, now.
#[expect(clippy::disallowed_methods, reason = "the one place that may read the clock")]
pub fn now_ms() -> Millis {
    jiff::Timestamp::now().as_millisecond()
}

/// The time of one call, where phone and server share a process: the phone puts it into the
/// request's extensions and the server believes it instead of [`now_ms`]. It cannot come over
/// the network, since extensions are not part of HTTP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CallTime(pub Millis);

/// The local date of a moment in a zone, as days since 1970-01-01.
pub fn day(at: Millis, zone: &jiff::tz::TimeZone) -> i64 {
    let date = jiff::Timestamp::from_millisecond(at)
        .unwrap_or_default()
        .to_zoned_datetime(zone.clone())
        .date();
    i64::from(date.since(jiff::civil::date(1970, 1, 1)).map(|s| s.get_days()).unwrap_or_default())
}

/// The civil date of a day number.
pub fn date(day: i64) -> jiff::civil::Date {
    jiff::civil::date(1970, 1, 1)
        .checked_add(jiff::Span::new().days(day))
        .unwrap_or(jiff::civil::Date::ZERO)
}

/// The number of a civil date, days since 1970-01-01.
pub fn day_of(date: jiff::civil::Date) -> i64 {
    i64::from(date.since(jiff::civil::date(1970, 1, 1)).map(|s| s.get_days()).unwrap_or_default())
}

/// A moment as RFC 3339 in UTC, such as `2026-01-31T14:05:00Z`.
pub fn rfc3339(at: Millis) -> String {
    jiff::Timestamp::from_millisecond(at).unwrap_or_default().to_string()
}
