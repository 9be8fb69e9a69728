//! Black-box tests, one binary: the real server on a real port, both real databases.
//!
//! `tests/all` starts what they need. House rules for code and files are checked here too.

mod access;
mod browser;
mod calls;
mod exports;
mod golden;
mod harness;
mod house;
mod linking;
mod migrations;
mod operations;
mod outbox;
mod pages;
mod report;
mod sending;
mod settings;
mod store;
mod surveys;
