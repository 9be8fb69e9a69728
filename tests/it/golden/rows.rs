//! What stands in the store, as text: the tables that a call changes, in a fixed order, without
//! what is empty. Read with statements of its own, not with the program's.

use std::collections::BTreeMap;

use sqlx::{AssertSqlSafe, Connection, PgConnection, Row, SqliteConnection};

/// The interviews in the order of their starts. `{…}` stands for an id as hexadecimal digits; what is
/// sorted by is named with its table, since its own name may be that of the text made of it.
const INTERVIEWS: &str = "select {i.id}, i.provider, s.name, i.disposition, i.language,
        i.call_ref, i.handover, {i.caller_hash}, i.caller_last, i.ineligible,
        cast(i.started_ms as text), cast(i.limit_ms as text),
        a.code, t.name, q.name, i.said_leg, cast(i.said_talk as text), i.said_call, i.conflicts,
        i.link, cast(i.day as text), cast(i.open_question as text), cast(i.turn as text),
        cast(i.finished_ms as text), cast(i.ended_ms as text), i.ended_how,
        case when i.closed then 'yes' end, i.failed, case when i.started then 'yes' end,
        case when i.caller_sealed is not null then 'kept' end
    from interviews as i join surveys as s on s.version = i.survey
        left join agents as a on a.id = i.said_agent
        left join teams as t on t.id = i.said_team
        left join queues as q on q.id = i.said_queue
    order by i.started_ms, i.id";

const TURNS: &str = "select {interview}, cast(turn as text), cast(at_ms as text), input, facts
    from turns as t order by t.interview, t.turn";

const ANSWERS: &str = "select {interview}, cast(question as text), cast(outcome as text),
        cast(was as text), cast(turn as text), cast(at_ms as text)
    from answers as t order by t.interview, t.question";

const COMMENTS: &str = "select {interview}, recording, cast(question as text),
        cast(seconds as text), status, url, file, cast(at_ms as text)
    from comments as t order by t.interview, t.recording";

const CREDITS: &str = "select {c.interview}, case when c.kind = 0 then 'all' else a.code end,
        t.name, q.name
    from credits as c left join agents as a on a.id = c.agent
        left join teams as t on t.id = c.team left join queues as q on q.id = c.queue
    order by c.interview, c.kind, a.code";

const OFFERS: &str = "select {interview}, {caller_hash}, cast(at_ms as text)
    from offers as t order by t.at_ms, t.interview";
const CALLBACKS: &str = "select {interview}, cast(at_ms as text)
    from callbacks as t order by t.at_ms, t.interview";
const NEVER_ASK: &str = "select {caller_hash}, cast(since_ms as text), source
    from never_ask as t order by t.since_ms, t.caller_hash";

const FUNNEL: &str = "select f.language, case when f.kind = 0 then 'all' else a.code end, t.name,
        q.name, f.stage, cast(f.n as text)
    from funnel_tally as f left join agents as a on a.id = f.agent
        left join teams as t on t.id = f.team left join queues as q on q.id = f.queue
    where f.n <> 0 order by f.language, f.kind, a.code, t.name, q.name, f.stage";

const ANSWER_TALLY: &str = "select f.language, case when f.kind = 0 then 'all' else a.code end,
        t.name, q.name, cast(f.question as text), cast(f.outcome as text), cast(f.n_raw as text)
    from answer_tally as f left join agents as a on a.id = f.agent
        left join teams as t on t.id = f.team left join queues as q on q.id = f.queue
    where f.n_raw <> 0
    order by f.language, f.kind, a.code, t.name, q.name, f.question, f.outcome";

const DROPS: &str = "select language, cast(question as text), cast(second as text),
        cast(n as text)
    from drop_tally as t where t.n <> 0 order by t.language, t.question, t.second";

type Columns = Vec<Option<String>>;

enum Connected {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

impl Connected {
    async fn to(url: &str) -> Self {
        match url.starts_with("sqlite:") {
            true => Self::Sqlite(SqliteConnection::connect(url).await.expect("the file opens")),
            false => Self::Postgres(PgConnection::connect(url).await.expect("the server answers")),
        }
    }

    async fn fetch(&mut self, sql: &str) -> Vec<Columns> {
        macro_rules! fetch {
            ($connection:expr, $before:literal, $after:literal) => {{
                let sql = sql.replace('{', $before).replace('}', $after);
                let rows = sqlx::query(AssertSqlSafe(sql)).fetch_all($connection).await;
                let rows = rows.unwrap_or_else(|fault| panic!("{fault}"));
                rows.iter().map(|row| (0..row.len()).map(|at| row.get(at)).collect()).collect()
            }};
        }
        match self {
            Self::Sqlite(file) => fetch!(file, "lower(hex(", "))"),
            Self::Postgres(server) => fetch!(server, "replace(cast(", " as text), '-', '')"),
        }
    }
}

/// Times are milliseconds since `begin`; questions are called by their names.
pub async fn read(url: &str, begin: i64, questions: &[&str]) -> String {
    let mut database = Connected::to(url).await;
    let show = Show { begin, questions };
    let mut out = String::new();
    let turns = database.fetch(TURNS).await;
    let answers = database.fetch(ANSWERS).await;
    let comments = database.fetch(COMMENTS).await;
    let credits = database.fetch(CREDITS).await;
    for row in database.fetch(INTERVIEWS).await {
        show.interview(&mut out, &row);
        let of = |rows: &[Columns]| -> Vec<Columns> {
            rows.iter().filter(|columns| columns[0] == row[0]).cloned().collect()
        };
        for row in of(&turns) {
            let [_, turn, at, input, facts] = &row[..] else { continue };
            let (turn, input, facts) = (text(turn), text(input), text(facts));
            out.push_str(&format!("  turn {turn} {} {input} {facts}\n", show.time(at)));
        }
        for row in of(&answers) {
            let [_, question, outcome, was, turn, at] = &row[..] else { continue };
            let was = was.as_ref().map(|_| format!(" was {}", show.outcome(was)));
            out.push_str(&format!(
                "  answer {} {}{} in turn {} {}\n",
                show.question(question),
                show.outcome(outcome),
                was.unwrap_or_default(),
                text(turn),
                show.time(at)
            ));
        }
        for row in of(&comments) {
            let [_, recording, question, seconds, status, url, file, at] = &row[..] else {
                continue;
            };
            out.push_str(&format!("  recording {} {}", text(recording), text(status)));
            let question = Some(show.question(question));
            let named = [("for", &question), ("seconds", seconds), ("url", url), ("file", file)];
            out.push_str(&format!("{} {}\n", fields(&named), show.time(at)));
        }
        for row in of(&credits) {
            out.push_str(&format!("  counts for {}\n", unit(&row[1..])));
        }
    }
    for row in database.fetch(OFFERS).await {
        out.push_str(&format!(
            "offer {} to {} {}\n",
            text(&row[0]),
            text(&row[1]),
            show.time(&row[2])
        ));
    }
    for row in database.fetch(CALLBACKS).await {
        out.push_str(&format!("callback {} {}\n", text(&row[0]), show.time(&row[1])));
    }
    for row in database.fetch(NEVER_ASK).await {
        let (who, source) = (text(&row[0]), text(&row[2]));
        out.push_str(&format!("never ask {who} {} by {source}\n", show.time(&row[1])));
    }
    let mut tallies: BTreeMap<(String, String), Vec<String>> = BTreeMap::new();
    for row in database.fetch(FUNNEL).await {
        let counted = format!("{} {}", text(&row[4]), text(&row[5]));
        tallies.entry((text(&row[0]).into(), unit(&row[1..4]))).or_default().push(counted);
    }
    for row in database.fetch(ANSWER_TALLY).await {
        let (question, outcome) = (show.question(&row[4]), show.outcome(&row[5]));
        let counted = format!("{question}={outcome} {}", text(&row[6]));
        tallies.entry((text(&row[0]).into(), unit(&row[1..4]))).or_default().push(counted);
    }
    for ((language, unit), counted) in tallies {
        out.push_str(&format!("tally {language} {unit}: {}\n", counted.join(", ")));
    }
    for row in database.fetch(DROPS).await {
        let (language, second, n) = (text(&row[0]), text(&row[2]), text(&row[3]));
        let question = show.question(&row[1]);
        out.push_str(&format!("drop {language} {question} second {second}: {n}\n"));
    }
    if out.is_empty() { "nothing\n".into() } else { out }
}

struct Show<'a> {
    begin: i64,
    questions: &'a [&'a str],
}

impl Show<'_> {
    fn interview(&self, out: &mut String, row: &[Option<String>]) {
        let [id, provider, survey, disposition, language, call, handover, caller, last, rest @ ..] =
            row
        else {
            return;
        };
        let [
            ineligible,
            started,
            limit,
            agent,
            team,
            queue,
            leg,
            talk,
            said_call,
            conflicts,
            rest @ ..,
        ] = rest
        else {
            return;
        };
        let [link, day, open, turn, finished, ended, how, closed, failed, started_yes, number] =
            rest
        else {
            return;
        };
        let words = [provider, survey, language, disposition].map(text).join(" ");
        let at = |time: &Option<String>| time.as_ref().map(|_| self.time(time));
        let open = open.as_ref().map(|_| self.question(open));
        out.push_str(&format!("interview {} {words}\n", text(id)));
        for fields in [
            fields(&[
                ("call", call),
                ("handover", handover),
                ("caller", caller),
                ("last", last),
                ("ineligible", ineligible),
            ]),
            fields(&[
                ("agent", agent),
                ("team", team),
                ("queue", queue),
                ("leg", leg),
                ("talk", talk),
                ("centre's call", said_call),
                ("conflicts", conflicts),
                ("link", link),
            ]),
            fields(&[
                ("day", day),
                ("from", &at(started)),
                ("limit", &at(limit)),
                ("turn", turn),
                ("open", &open),
                ("started", started_yes),
                ("finished", &at(finished)),
                ("ended", &at(ended)),
                ("how", how),
                ("failed", failed),
                ("number", number),
                ("closed", closed),
            ]),
        ] {
            out.push_str(&format!(" {fields}\n"));
        }
    }

    fn time(&self, at: &Option<String>) -> String {
        let at: i64 = text(at).parse().expect("milliseconds");
        format!("{:+}", at - self.begin)
    }

    fn question(&self, index: &Option<String>) -> String {
        let index = text(index);
        let name = index.parse::<usize>().ok().and_then(|index| self.questions.get(index));
        name.map_or(format!("question {index}"), |name| (*name).to_owned())
    }

    /// As the migrations explain the numbers.
    fn outcome(&self, code: &Option<String>) -> String {
        match text(code) {
            "-1" => "skipped",
            "-2" => "no-input",
            "-3" => "no-match",
            "-4" => "not-applicable",
            "-5" => "withdrawn",
            value => value,
        }
        .into()
    }
}

fn text(column: &Option<String>) -> &str {
    column.as_deref().unwrap_or_default()
}

/// ` name=value` for each that is not empty.
fn fields(named: &[(&str, &Option<String>)]) -> String {
    let there = named.iter().filter(|(_, value)| !text(value).is_empty());
    there.map(|(name, value)| format!(" {name}={}", text(value))).collect()
}

/// Agent, team and queue.
fn unit(columns: &[Option<String>]) -> String {
    let names = columns.iter().map(|name| if text(name).is_empty() { "-" } else { text(name) });
    names.collect::<Vec<_>>().join("/")
}
