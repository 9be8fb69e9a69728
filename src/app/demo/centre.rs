//! The sample centre: three teams, thirty agents who truly differ, four queues, ninety days.
//!
//! What is drawn here is how callers feel; what the report shows came from the keys they pressed.

use crate::app::{App, AppError};
use crate::interview::Millis;

/// Teams, with the queues they serve and how much of each.
pub(super) const TEAMS: [(&str, [u32; 4]); 3] =
    [("Support", [6, 1, 5, 2]), ("Sales", [3, 8, 1, 0]), ("Billing", [4, 1, 1, 5])];

/// Queues, with how much happier or sadder their callers are.
pub(super) const QUEUES: [(&str, f64); 4] =
    [("General", 0.0), ("Orders", 0.25), ("Technical", -0.15), ("Complaints", -0.7)];

/// Agents, with how they are rated on the whole: around 0, most within ±0.6.
pub(super) const AGENTS: [(&str, f64); 30] = [
    ("Rasa Jankauskienė", 0.55),
    ("Tomas Petrauskas", 0.10),
    ("Ieva Kazlauskaitė", -0.05),
    ("Mantas Stankevičius", 0.25),
    ("Eglė Butkutė", -0.90),
    ("Jonas Žukauskas", 0.00),
    ("Līga Bērziņa", 0.35),
    ("Andris Kalniņš", -0.15),
    ("Ilze Ozoliņa", 0.15),
    ("Mārtiņš Liepiņš", -0.30),
    ("Anna Kowalska", 0.60),
    ("Piotr Zieliński", 0.05),
    ("Katarzyna Wójcik", -0.10),
    ("Łukasz Kamiński", 0.20),
    ("Agnieszka Nowak", -0.75),
    ("Priya Raman", 0.30),
    ("Karthik Subramanian", 0.00),
    ("Meena Iyer", 0.45),
    ("Arun Selvam", -0.20),
    ("Lakshmi Nair", 0.10),
    ("Emma Clarke", 0.25),
    ("Oliver Hughes", -0.05),
    ("Sophie Bennett", 0.15),
    ("Daniel Foster", -0.45),
    ("Grace Turner", 0.05),
    ("Viktoras Mickus", -0.10),
    ("Laura Paulauskaitė", 0.40),
    ("Darius Navickas", 0.00),
    ("Jūratė Vaitkutė", 0.20),
    ("Paulius Rimkus", -0.25),
];

/// How often each language is spoken, in hundredths.
const LANGUAGES: [(&str, u32); 5] = [("lt", 45), ("en", 20), ("pl", 15), ("lv", 13), ("ta", 7)];

/// The sample centre.
#[derive(Clone, Debug)]
pub(super) struct Centre {
    now: Millis,
    days: i64,
}

/// One call to place.
#[derive(Clone, Debug)]
pub(super) struct Planned {
    /// The provider's name.
    pub provider: &'static str,
    /// When it begins.
    pub at_ms: Millis,
    /// The caller's number.
    pub from: String,
    /// The keys pressed, as in `aftercall call --keys`.
    pub keys: String,
    pub agent: usize,
    pub queue: usize,
    pub lang: &'static str,
    pub talk: u32,
    pub number: u32,
}

impl Planned {
    /// What the platform says when it hands the caller over.
    pub fn handover(&self) -> Vec<(String, String)> {
        [
            ("agent", code(self.agent)),
            ("team", TEAMS[team(self.agent)].0.to_string()),
            ("queue", QUEUES[self.queue].0.to_string()),
            ("lang", self.lang.to_string()),
            ("talk", self.talk.to_string()),
            ("call", format!("demo-{}", self.number)),
        ]
        .map(|(name, value)| (name.to_string(), value))
        .into()
    }
}

pub(super) fn code(agent: usize) -> String {
    format!("A{:02}", agent + 1)
}

pub(super) fn team(agent: usize) -> usize {
    agent * TEAMS.len() / AGENTS.len()
}

impl Centre {
    /// A centre whose calls lie in the days before `now`.
    pub fn new(now: Millis, days: i64) -> Self {
        Self { now, days }
    }

    /// Makes agents, names and teams known to the store, as `aftercall import agents` would.
    pub async fn introduce(&self, app: &App) -> Result<(), AppError> {
        let mut csv = String::from("code,name,team\n");
        for (agent, (name, _)) in AGENTS.iter().enumerate() {
            csv.push_str(&format!("{},{name},{}\n", code(agent), TEAMS[team(agent)].0));
        }
        let read = app
            .site
            .desk
            .import_agents(csv.as_bytes(), &mut |_| {})
            .await
            .map_err(|fault| AppError::Usage(fault.to_string()))?;
        match read.bad.first() {
            None => Ok(()),
            Some(bad) => Err(AppError::Usage(format!("the sample's agents: {}", bad.reason))),
        }
    }

    /// The calls, oldest first; the same numbers give the same calls.
    pub fn plan(&self, calls: u32) -> Vec<Planned> {
        let mut dice = Dice(0x5eed_cafe);
        let mut plan: Vec<Planned> =
            (0..calls).map(|number| self.call(number, &mut dice)).collect();
        plan.sort_by_key(|planned| planned.at_ms);
        plan
    }

    fn call(&self, number: u32, dice: &mut Dice) -> Planned {
        let agent = dice.below(AGENTS.len() as u32) as usize;
        let queue = dice.weighted(&TEAMS[team(agent)].1);
        let lang = LANGUAGES[dice.weighted(&LANGUAGES.map(|(_, weight)| weight))].0;
        let talk = 40 + dice.below(500);
        // Office hours of a working day, two hours before now at the latest.
        let mut at =
            self.now - 7_200_000 - i64::from(dice.below(self.days as u32 * 24 * 60)) * 60_000;
        let hour = at.rem_euclid(86_400_000) / 3_600_000;
        if !(6..17).contains(&hour) {
            at = at - at.rem_euclid(86_400_000) - 86_400_000
                + (6 + i64::from(dice.below(11))) * 3_600_000
                + i64::from(dice.below(3600)) * 1000;
        }
        let at = at.min(self.now - 3_600_000);
        let mood = AGENTS[agent].1 + QUEUES[queue].1;
        Planned {
            provider: if dice.below(3) == 0 { "freeswitch" } else { "twilio" },
            at_ms: at,
            from: format!("+3706{:07}", dice.below(9_999_999)),
            keys: keys(mood, dice),
            agent,
            queue,
            lang,
            talk,
            number,
        }
    }
}

/// What one caller presses.
fn keys(mood: f64, dice: &mut Dice) -> String {
    // Some never answer: they hang up at once, or say nothing.
    match dice.below(100) {
        0..=13 => return "bye".into(),
        14..=16 => return String::new(),
        _ => {}
    }
    // A caller's own leaning joins all answers of one call.
    let leaning = mood + dice.bell() * 0.8;
    let rating = five(leaning + 0.9 + dice.bell() * 0.5);
    // Some take 1 for the best.
    let rating = if dice.below(60) == 0 { 6 - rating } else { rating };
    let solved = if leaning + dice.bell() * 0.7 > -0.75 { 1 } else { 2 };
    let effort = five(leaning + 0.5 + dice.bell() * 0.7);
    let recommend = (7.9 + leaning * 1.9 + dice.bell() * 1.3).round().clamp(0.0, 10.0) as u32;
    let mut words = vec![rating.to_string(), solved.to_string(), effort.to_string()];
    words.push(recommend.to_string());
    // Wrong keys, silences and second thoughts happen.
    match dice.below(100) {
        0..=2 => words.insert(dice.below(3) as usize, "-".into()),
        3..=4 => words.insert(0, "8".into()),
        5..=6 => words[2] = "#".into(),
        _ => {}
    }
    // Some leave half-way.
    if dice.below(100) < 8 {
        words.truncate(1 + dice.below(3) as usize);
        words.push("bye".into());
        return words.join(" ");
    }
    let low = rating <= 2;
    if low || rating == 5 || recommend <= 6 || recommend >= 9 {
        match dice.below(10) {
            0..=2 => words.push(format!("say:{}", 3 + dice.below(12))),
            3..=4 => words.push("bye".into()),
            _ => words.push("#".into()),
        }
        if low && words.last().is_some_and(|word| word != "bye") {
            words.push(if dice.below(4) == 0 { "1" } else { "2" }.into());
        }
    }
    words.join(" ")
}

/// A rating from 1 to 5 around 4.
fn five(feeling: f64) -> u32 {
    (3.6 + feeling).round().clamp(1.0, 5.0) as u32
}

/// SplitMix64 (Steele, Lea and Flood 2014): small, and the same everywhere.
#[derive(Clone, Debug)]
pub(super) struct Dice(pub u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub fn below(&mut self, end: u32) -> u32 {
        u32::try_from(self.next() % u64::from(end.max(1))).unwrap_or_default()
    }

    fn weighted(&mut self, weights: &[u32]) -> usize {
        let mut at = self.below(weights.iter().sum());
        for (i, weight) in weights.iter().enumerate() {
            if at < *weight {
                return i;
            }
            at -= weight;
        }
        0
    }

    /// About normal with variance 1: twelve uniform numbers added up.
    fn bell(&mut self) -> f64 {
        (0..12).map(|_| f64::from(self.below(1 << 20)) / f64::from(1 << 20)).sum::<f64>() - 6.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_plan_is_the_same_each_time_and_lies_in_the_past() {
        let centre = Centre::new(1_767_614_400_000, 90);
        let (one, two) = (centre.plan(500), centre.plan(500));
        assert_eq!(format!("{one:?}"), format!("{two:?}"));
        for planned in &one {
            assert!(planned.at_ms < 1_767_614_400_000 - 3_500_000);
            assert!(planned.at_ms > 1_767_614_400_000 - 93 * 86_400_000);
            assert!(planned.keys.parse::<u32>() != Ok(0));
            crate::phone::words(&planned.keys).expect("words that the phone knows");
        }
        let agents: std::collections::BTreeSet<_> = one.iter().map(|p| p.agent).collect();
        assert_eq!(agents.len(), 30);
    }
}
