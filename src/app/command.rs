//! The command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::desk::import::{AGENT_COLUMNS, CALL_COLUMNS};
use crate::words::Tongue;

/// The post-call survey server: asks callers, links answers to agents, reports honestly.
#[derive(Debug, Parser)]
#[command(
    version,
    about,
    after_help = "Examples:
  aftercall demo                                  everything on this machine, nothing to set
  aftercall serve --config aftercall.toml         the server
  aftercall call --keys \"5 1 3 10 #\"              one call on screen, no server needed
  aftercall check --config aftercall.toml         settings and surveys, all faults at once
  aftercall report agents --from 2026-01-01 --to 2026-01-31 --format csv"
)]
pub struct Arguments {
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// A sample centre with 90 days of calls, report and phone, on this machine.
    #[command(after_help = "Examples:
  aftercall demo
  aftercall demo --folder demo --port 8181     keeps it, to come back to")]
    Demo(Demo),
    /// The server.
    #[command(after_help = "Examples:
  aftercall serve --config aftercall.toml
  AFTERCALL__OFFER__SHARE=0.5 aftercall serve --config aftercall.toml     a setting from the environment")]
    Serve(Settings),
    /// Checks settings and survey files and tells all faults at once; exit code 1 if there are any.
    #[command(after_help = "Examples:
  aftercall check --config aftercall.toml     settings and surveys
  aftercall check prompts                     a folder of surveys")]
    Check(Check),
    /// One call through the real webhooks and XML, transcript on screen.
    Call(Call),
    /// Reports.
    #[command(subcommand)]
    Report(Report),
    /// Interviews for other programs.
    #[command(subcommand)]
    Export(Export),
    /// Reads records from CSV files.
    #[command(subcommand)]
    Import(Import),
    /// The prompts of the surveys.
    #[command(subcommand)]
    Prompts(Prompts),
    /// API tokens.
    #[command(subcommand)]
    Token(Token),
    /// People who sign in.
    #[command(subcommand)]
    User(User),
    /// Links all interviews of open days anew and counts them anew, also beside a running server.
    #[command(after_help = "Example:
  aftercall recount --config aftercall.toml")]
    Recount(Settings),
    /// Compares all tallies with a recount and says where they differ; exit code 1 if they do.
    #[command(after_help = "Example:
  aftercall doctor --config aftercall.toml")]
    Doctor(Settings),
    /// Copies a SQLite store into a new file, also beside a running server.
    #[command(
        after_help = "A backup is the database, the folder of comments (media) and the settings with caller_key; see
docs/backup.md, also for PostgreSQL.

Example:
  aftercall backup aftercall-2026-01-31.db --config aftercall.toml"
    )]
    Backup(Backup),
    /// Removes what is older than [retention] says, as the server does by itself.
    #[command(after_help = "Examples:
  aftercall retain --dry-run --config aftercall.toml     what would go
  aftercall retain --config aftercall.toml")]
    Retain(Retain),
    /// Removes all that leads to a caller, a customer or an agent, also beside a running server.
    #[command(after_help = "Examples:
  aftercall erase --number +37060000001 --config aftercall.toml
  aftercall erase --customer C-1007 --config aftercall.toml     by the key in records of calls
  aftercall erase --agent A17 --config aftercall.toml           name and account; counts stay")]
    Erase(Erase),
    /// Writes down all that is kept about a caller, a customer or an agent, with recordings.
    #[command(after_help = "Examples:
  aftercall subject --number +37060000001 --out caller --config aftercall.toml
  aftercall subject --agent A17 --out agent --config aftercall.toml
  aftercall subject --customer C-1007 --out customer --forget --config aftercall.toml")]
    Subject(Subject),
}

impl Command {
    /// Whether it is bulk work, which lets a server on the same machine go first.
    pub fn may_wait(&self) -> bool {
        matches!(
            self,
            Self::Report(_)
                | Self::Export(_)
                | Self::Import(_)
                | Self::Recount(_)
                | Self::Doctor(_)
                | Self::Backup(_)
                | Self::Retain(_)
                | Self::Erase(_)
                | Self::Subject(_)
        )
    }
}

/// What is old enough.
#[derive(Args, Debug)]
pub struct Retain {
    /// Says what would go and removes nothing.
    #[arg(long)]
    pub dry_run: bool,
    #[command(flatten)]
    pub settings: Settings,
}

/// Whose data.
#[derive(Args, Debug)]
#[group(required = true, multiple = false)]
pub struct Person {
    /// Whoever calls from this number, such as +37060000001.
    #[arg(long, allow_hyphen_values = true)]
    pub number: Option<String>,
    /// The customer with this key in records of calls.
    #[arg(long, value_name = "KEY")]
    pub customer: Option<String>,
    /// The agent with this code.
    #[arg(long, value_name = "CODE")]
    pub agent: Option<String>,
}

/// Whose data, and where their number is read.
#[derive(Args, Debug)]
pub struct Whose {
    #[command(flatten)]
    pub person: Person,
    /// The provider in whose country a number without country code is read.
    #[arg(long, conflicts_with_all = ["customer", "agent"])]
    pub provider: Option<String>,
    /// Never ask this caller again, also if they have not said so on the phone.
    #[arg(long, conflicts_with_all = ["customer", "agent"])]
    pub never_ask: bool,
    /// Take this caller off the list of those who are never asked.
    #[arg(long, conflicts_with_all = ["customer", "agent", "never_ask"])]
    pub ask_again: bool,
}

/// Somebody who is to be forgotten.
#[derive(Args, Debug)]
pub struct Erase {
    #[command(flatten)]
    pub whose: Whose,
    #[command(flatten)]
    pub settings: Settings,
}

/// Somebody who wants to know what is kept.
#[derive(Args, Debug)]
pub struct Subject {
    #[command(flatten)]
    pub whose: Whose,
    /// The folder that is written; a new or an empty one.
    #[arg(long, value_name = "FOLDER")]
    pub out: PathBuf,
    /// Then removes it, as erase does.
    #[arg(long)]
    pub forget: bool,
    #[command(flatten)]
    pub settings: Settings,
}

/// A copy of the store.
#[derive(Args, Debug)]
pub struct Backup {
    /// The file to be made; one that is there is not overwritten.
    pub file: PathBuf,
    #[command(flatten)]
    pub settings: Settings,
}

/// Which settings.
#[derive(Args, Clone, Debug)]
pub struct Settings {
    /// The settings file; without one, the environment and the defaults.
    #[arg(long, short, value_name = "FILE")]
    pub config: Option<PathBuf>,
}

/// The demo.
#[derive(Args, Debug)]
pub struct Demo {
    /// Port for report and phone; the next free one is taken if it is in use.
    #[arg(long, default_value_t = 8080)]
    pub port: u16,
    /// How many calls to place.
    #[arg(long, default_value_t = 4000)]
    pub calls: u32,
    /// Keeps store and recordings in this folder; otherwise they are thrown away at the end.
    #[arg(long, value_name = "FOLDER")]
    pub folder: Option<PathBuf>,
    /// Fills the store, prints what it did, and ends.
    #[arg(long)]
    pub fill_only: bool,
}

/// The check.
#[derive(Args, Debug)]
pub struct Check {
    /// Folder of survey files; without one, those that the settings name.
    pub folder: Option<PathBuf>,
    #[command(flatten)]
    pub settings: Settings,
}

/// One call.
#[derive(Args, Debug)]
#[command(after_help = "Words of --keys, one for each thing asked:
  5  10  5#     keys as pressed in one go        -       silence for one time-out
  +N            wait N seconds before the next   bye     hang up here
  say:N         speak N seconds into a recording, then be silent
  say:N bye     hang up while speaking

Examples:
  aftercall call --keys \"5 1 3 10 #\"
  aftercall call --provider freeswitch --lang pl --keys \"5 1 3 10 #\" --xml")]
pub struct Call {
    /// The keys to press; see below.
    // A script may begin with silence: -
    #[arg(long, value_name = "WORDS", default_value = "", allow_hyphen_values = true)]
    pub keys: String,
    /// The kind of provider to play, or the name of a provider in the settings. Without it the one
    /// that the URL of a start names, the only one of the settings, or twilio.
    #[arg(long)]
    pub provider: Option<String>,
    /// The survey.
    #[arg(long)]
    pub survey: Option<String>,
    /// The caller's language; `ask` to be asked for it. Without it the survey's default language
    /// is sent, or, at a start address, none.
    #[arg(long)]
    pub lang: Option<String>,
    /// The agent who is rated.
    #[arg(long)]
    pub agent: Option<String>,
    /// The queue the call waited in.
    #[arg(long)]
    pub queue: Option<String>,
    /// The caller's number.
    #[arg(long, default_value = "+37060000001")]
    pub from: String,
    /// A running server's address, such as http://127.0.0.1:8080, or the start address of an
    /// announced hand-over. Name that server's settings with --config, for the keys that prove
    /// where a call comes from. Without a URL a server of its own answers, inside this process and
    /// in virtual time; with --config it stores the call in the store that the settings name,
    /// where reports count it.
    #[arg(long)]
    pub url: Option<String>,
    /// With --url: does not wait in real time. The server needs call.finish_key_grace_ms = 0.
    #[arg(long)]
    pub fast: bool,
    /// Shows the XML of every document.
    #[arg(long)]
    pub xml: bool,
    #[command(flatten)]
    pub settings: Settings,
}

/// Reports.
#[derive(Debug, Subcommand)]
pub enum Report {
    /// How satisfied each agent's callers are.
    #[command(after_help = "Examples:
  aftercall report agents --from 2026-01-01 --to 2026-01-31 --config aftercall.toml
  aftercall report agents --from 2026-01-01 --to 2026-01-31 --format xlsx --out agents.xlsx")]
    Agents(Agents),
}

/// The agents report.
#[derive(Args, Debug)]
pub struct Agents {
    /// First day, such as 2026-01-01, in the centre's zone.
    #[arg(long)]
    pub from: Option<String>,
    /// Last day.
    #[arg(long)]
    pub to: Option<String>,
    /// Only this survey.
    #[arg(long)]
    pub survey: Option<String>,
    /// Only this queue.
    #[arg(long)]
    pub queue: Option<String>,
    /// Only this team.
    #[arg(long)]
    pub team: Option<String>,
    /// Only this agent.
    #[arg(long)]
    pub agent: Option<String>,
    /// Only this language.
    #[arg(long)]
    pub language: Option<String>,
    /// Only this channel, such as phone.
    #[arg(long)]
    pub channel: Option<String>,
    /// Only this question.
    #[arg(long)]
    pub question: Option<String>,
    /// How it is printed.
    #[arg(long, value_enum, default_value_t = Format::Table)]
    pub format: Format,
    /// Writes it to this file; a workbook is always written to one.
    #[arg(long, value_name = "FILE", required_if_eq("format", "xlsx"))]
    pub out: Option<PathBuf>,
    /// Language of a workbook's words: en, lt, lv, pl, ta.
    #[arg(long, value_name = "LANGUAGE", default_value = "en", value_parser = tongue)]
    pub words: Tongue,
    #[command(flatten)]
    pub settings: Settings,
}

fn tongue(code: &str) -> Result<Tongue, String> {
    Tongue::from_code(code).ok_or_else(|| {
        let all: Vec<_> = Tongue::ALL.iter().map(|tongue| tongue.code()).collect();
        format!("write one of {}", all.join(", "))
    })
}

/// What goes out.
#[derive(Debug, Subcommand)]
pub enum Export {
    /// Interviews with their answers as JSON, one a line, oldest first.
    #[command(after_help = "Example:
  aftercall export interviews --from 2026-01-01 --to 2026-01-31 --out interviews.ndjson")]
    Interviews(Interviews),
}

/// Which interviews go out.
#[derive(Args, Debug)]
pub struct Interviews {
    /// First day, such as 2026-01-01, in the centre's zone.
    #[arg(long)]
    pub from: Option<String>,
    /// Last day.
    #[arg(long)]
    pub to: Option<String>,
    /// Only this survey.
    #[arg(long)]
    pub survey: Option<String>,
    /// Only this team.
    #[arg(long)]
    pub team: Option<String>,
    /// Only this queue.
    #[arg(long)]
    pub queue: Option<String>,
    /// Only this language.
    #[arg(long)]
    pub language: Option<String>,
    /// Only this channel.
    #[arg(long)]
    pub channel: Option<String>,
    /// Goes on behind the line that has this as its `after`.
    #[arg(long)]
    pub after: Option<String>,
    /// Writes to this file instead of standard output.
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    #[command(flatten)]
    pub settings: Settings,
}

/// How a report is printed.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Format {
    /// For people.
    Table,
    /// For programs, as the API gives it.
    Json,
    /// For spreadsheets and programs: one line for each agent, unrounded.
    Csv,
    /// A workbook with a chart; needs --out.
    Xlsx,
}

/// Reads records.
#[derive(Debug, Subcommand)]
pub enum Import {
    /// Call records, one line a leg.
    #[command(after_help = calls_help())]
    Calls(File),
    /// Agents with names, teams and dates.
    #[command(after_help = agents_help())]
    Agents(File),
}

fn calls_help() -> String {
    format!(
        "The first line names the columns, in any order; a column that is not there is not known:
  {}
Times as 2026-11-26T12:00:00+02:00 or in UTC with Z. Lines of one call with different legs make a
transferred call. Importing again does no harm.

Example:
  call,started,agent,queue,leg,leg_started,leg_answered,leg_ended
  4711,2026-11-26T10:00:00Z,A17,sales,1,2026-11-26T10:00:00Z,2026-11-26T10:00:20Z,2026-11-26T10:05:00Z",
        CALL_COLUMNS.join(" ")
    )
}

fn agents_help() -> String {
    format!(
        "The first line names the columns: {}. An agent who changed team has a line for each stay;
from and to are days such as 2026-11-26, and to may be empty.

Example:
  code,name,team,from,to
  A17,Rasa,support,2026-01-01,",
        AGENT_COLUMNS.join(" ")
    )
}

/// A file to read.
#[derive(Args, Debug)]
pub struct File {
    /// The CSV file; `-` for standard input.
    pub file: PathBuf,
    #[command(flatten)]
    pub settings: Settings,
}

/// The prompts.
#[derive(Debug, Subcommand)]
pub enum Prompts {
    /// Makes audio for every prompt that has none or whose words changed.
    #[command(after_help = "Example:
  aftercall prompts speak prompts --survey post-call")]
    Speak(Speak),
}

/// Makes audio.
#[derive(Args, Debug)]
pub struct Speak {
    /// Folder of survey files; without one, that of the settings, else prompts.
    pub folder: Option<PathBuf>,
    /// Only this survey.
    #[arg(long)]
    pub survey: Option<String>,
    #[command(flatten)]
    pub settings: Settings,
}

/// API tokens.
#[derive(Debug, Subcommand)]
pub enum Token {
    /// Makes a token and prints it, alone; it cannot be shown again.
    #[command(after_help = "Example:
  aftercall token create --name BI --role read --team support --config aftercall.toml")]
    Create(CreateToken),
    /// Takes back all tokens of a name.
    #[command(after_help = "Example:
  aftercall token revoke --name BI --config aftercall.toml")]
    Revoke(RevokeToken),
}

/// Tokens that are good no longer.
#[derive(Args, Debug)]
pub struct RevokeToken {
    /// The name that they were made with.
    #[arg(long)]
    pub name: String,
    #[command(flatten)]
    pub settings: Settings,
}

/// A new token.
#[derive(Args, Debug)]
pub struct CreateToken {
    /// What it is for.
    #[arg(long)]
    pub name: String,
    /// What it may do: admin, manager, reviewer, read (reports) or feed (send records and
    /// hand-overs).
    #[arg(long)]
    pub role: String,
    /// A team that it is limited to; may be given more than once.
    #[arg(long)]
    pub team: Vec<String>,
    #[command(flatten)]
    pub settings: Settings,
}

/// People who sign in.
#[derive(Debug, Subcommand)]
pub enum User {
    /// Adds somebody. The password is asked for, or read from standard input.
    #[command(after_help = "Examples:
  echo 'a long password' | aftercall user add ona@example.com --role manager --team support
  aftercall user add rasa@example.com --role agent --agent A17 --no-password")]
    Add(AddUser),
    /// Everybody, with role and teams.
    #[command(after_help = "Example:
  aftercall user list --config aftercall.toml")]
    List(Settings),
    /// Keeps somebody out and ends their sessions.
    #[command(after_help = "Example:
  aftercall user disable ona@example.com --config aftercall.toml")]
    Disable(OneUser),
    /// Lets somebody in again.
    #[command(after_help = "Example:
  aftercall user enable ona@example.com --config aftercall.toml")]
    Enable(OneUser),
    /// Gives somebody a new password, read from standard input, and ends their sessions.
    #[command(after_help = "Example:
  echo 'another one' | aftercall user password ona@example.com --config aftercall.toml")]
    Password(OneUser),
    /// Gives somebody another role.
    #[command(after_help = "Example:
  aftercall user role ona@example.com reviewer --config aftercall.toml")]
    Role(RoleOfUser),
}

/// Somebody to be added.
#[derive(Args, Debug)]
pub struct AddUser {
    /// E-mail address, by which they sign in.
    pub email: String,
    /// Name.
    #[arg(long, default_value = "")]
    pub name: String,
    /// admin, manager (of the teams given), reviewer, agent or read.
    #[arg(long)]
    pub role: String,
    /// A team that they see from now on; may be given more than once.
    #[arg(long)]
    pub team: Vec<String>,
    /// For the role agent: the code of the agent that they are.
    #[arg(long)]
    pub agent: Option<String>,
    /// The language they read: en, lt, lv, pl or ta. Without one, that of their browser.
    #[arg(long)]
    pub language: Option<String>,
    /// They come by single sign-on and get no password.
    #[arg(long)]
    pub no_password: bool,
    #[command(flatten)]
    pub settings: Settings,
}

/// One of them.
#[derive(Args, Debug)]
pub struct OneUser {
    /// E-mail address.
    pub email: String,
    #[command(flatten)]
    pub settings: Settings,
}

/// Another role for somebody.
#[derive(Args, Debug)]
pub struct RoleOfUser {
    /// E-mail address.
    pub email: String,
    /// admin, manager, reviewer, agent or read.
    pub role: String,
    /// For the role agent: the code of the agent that they are.
    #[arg(long)]
    pub agent: Option<String>,
    #[command(flatten)]
    pub settings: Settings,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    /// The words of every command that does something, with its help.
    fn helps(command: &mut clap::Command, words: &str, into: &mut Vec<(String, String)>) {
        let words = format!("{words} {}", command.get_name()).trim().to_owned();
        if !command.has_subcommands() {
            into.push((words, command.render_help().to_string()));
            return;
        }
        command.get_subcommands_mut().for_each(|one| helps(one, &words, into));
    }

    #[test]
    fn every_command_shows_how_it_is_called() {
        let mut found = Vec::new();
        helps(&mut Arguments::command(), "", &mut found);
        assert!(found.len() > 15, "{}", found.len());
        for (words, help) in found {
            assert!(help.contains("Example"), "{words}: {help}");
        }
    }

    /// What the helps show as examples is understood.
    #[test]
    fn examples_are_understood() {
        let mut found = Vec::new();
        helps(&mut Arguments::command(), "", &mut found);
        let mut tried = 0;
        for (_, help) in found {
            for line in help.lines() {
                let Some(at) = line.find("aftercall ").filter(|_| line.starts_with("  ")) else {
                    continue;
                };
                // What follows several blanks is said of it.
                let line = line[at..].split("   ").next().unwrap_or_default();
                let words = line.replace("\"5 1 3 10 #\"", "5");
                if let Err(fault) = Arguments::try_parse_from(words.split_whitespace()) {
                    panic!("{line}: {fault}");
                }
                tried += 1;
            }
        }
        assert!(tried > 15, "{tried}");
    }
}
