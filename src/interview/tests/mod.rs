//! Tests of the engine: scripts of what callers do, random surveys and callers, tokens.

mod any;
mod sample;
mod scripts;
mod seal;
mod stands;
