//! What a turn costs on a full store: begun and answered by sixteen callers at once.

use aftercall::interview::{Disposition, Fact, Input, InterviewId, Outcome};
use aftercall::store::{Begin, Carried, Said, Store, Turn};
use tokio::time::Instant;

use crate::centre::{AGENTS, DAYS, FIRST, VERSION};

const CALLERS: u32 = 16;

/// Writes that many turns on the day after the last one and prints what each took.
pub async fn measure(url: &str, turns: u32) {
    let store = Store::open(url).await.expect("opens");
    let before = processor();
    let began = Instant::now();
    let callers: Vec<_> = (0..CALLERS)
        .map(|caller| {
            let store = store.clone();
            tokio::spawn(async move {
                for n in 0..turns / CALLERS / 3 {
                    interview(&store, caller, n).await;
                }
            })
        })
        .collect();
    for caller in callers {
        caller.await.expect("runs");
    }
    let written = f64::from(turns / CALLERS / 3 * 3 * CALLERS);
    let took = began.elapsed().as_secs_f64();
    print!("{written} turns of {CALLERS} callers: {:.0} a second", written / took);
    if let (Some(before), Some(after)) = (before, processor()) {
        print!(", {:.0} µs of our processor each", (after - before) * 1e6 / written);
    }
    println!();
    store.close().await;
}

async fn interview(store: &Store, caller: u32, n: u32) {
    let day = FIRST + DAYS;
    let started_ms = day * 86_400_000 + i64::from(n) * 1000;
    // As an id that comes from a hash: they arrive in no order.
    let mixed = (u128::from(caller) << 64 | u128::from(n))
        .wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835)
        .rotate_left(67);
    let id = InterviewId((mixed | 1 << 127).to_be_bytes());
    let agent = 1 + i64::from((caller * 131 + n * 17) % 4_999);
    let begin = Begin {
        id,
        provider: "twilio".into(),
        call_ref: Some(format!("CB{caller}-{n}")),
        handover: String::new(),
        survey: VERSION,
        language: "en".into(),
        channel: "phone".into(),
        day,
        started_ms,
        limit_ms: started_ms + 180_000,
        caller: None,
        caller_last: None,
        caller_sealed: None,
        ineligible: String::new(),
        opening: "{}".into(),
        state: vec![0; 60],
        open_question: Some(0),
        disposition: Disposition::NoContact,
        said: Said {
            agent: Some(format!("A{agent}")),
            team: Some(format!("team {}", 1 + (agent - 1) * 100 / AGENTS)),
            queue: Some(format!("queue {}", 1 + agent % 6)),
            ..Said::default()
        },
    };
    store.begin(begin).await.expect("written");
    for turn in 1..=3u8 {
        let item = (turn - 1, Outcome::Answered(1));
        let turn = Turn {
            id,
            turn,
            at_ms: started_ms + i64::from(turn) * 5_000,
            input: Input::Keys("1".into()),
            facts: vec![Fact::Item { question: item.0, outcome: item.1 }],
            items: vec![item],
            carried: Carried::default(),
            language: "en".into(),
            state: vec![turn; 60],
            open_question: (turn < 3).then_some(turn),
            started: true,
            disposition: if turn == 3 { Disposition::Complete } else { Disposition::BreakOff },
            ended: turn == 3,
        };
        store.record(turn).await.expect("written");
    }
}

/// Seconds of the processor that this process has used, where the system tells.
fn processor() -> Option<f64> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    // User and system time, in hundredths of a second on every Linux.
    let ticks: u64 = fields.get(11)?.parse::<u64>().ok()? + fields.get(12)?.parse::<u64>().ok()?;
    Some(ticks as f64 / 100.0)
}
