//! aftercall: the post-call survey server. This is the map of the house.
//!
//! | room | trade |
//! |---|---|
//! | [`survey`] | what the author wrote; pure |
//! | [`interview`] | what happens on one call; pure: (survey, state, input, now) -> (state, facts, order) |
//! | [`satisfaction`] | what the answers mean; pure statistics over tallies |
//! | [`dialect`] | one file per provider; pure: webhook -> event, order -> XML, signature check |
//! | [`phone`] | the other end of the line: reads our XML as a strict provider would |
//! | [`store`] | all SQL |
//! | [`desk`] | use cases: start, answer, end, link |
//! | [`report`] | from tallies to tables |
//! | [`words`] | what pages and mails say, in five languages; pure |
//! | [`audio`] | making and serving prompts |
//! | [`outbox`] | what goes out: recordings to fetch, calls to move |
//! | [`web`] | hyper and axum: webhooks, API, pages |
//!
//! Who may use whom is a table in `tests/it/house.rs`, and a test that reads every `use` line.
//! A key press travels `web` -> `dialect` (verify, read) -> `desk` -> `interview::step` ->
//! `store` (durable) -> `dialect` (write) -> `web`.

pub mod app;
pub mod audio;
pub mod clock;
pub mod config;
pub mod desk;
pub mod dialect;
pub mod interview;
pub mod outbox;
pub mod phone;
pub mod report;
pub mod satisfaction;
pub mod store;
pub mod survey;
pub mod telemetry;
pub mod web;
pub mod words;
