//! The longest way through a survey: over all answers that can be given together.

use super::{Condition, Is, Kind, Question, Survey};

/// Milliseconds that a caller takes to press a key.
const KEY_MS: u64 = 5_000;
/// Ways looked at; beyond them (which takes a survey nobody would write) what is left counts as if
/// all of it were asked.
const MOST_STEPS: u32 = 50_000;

/// One item that may be heard: for how long, after which answers, and the sets of answers between
/// which later items tell a difference.
struct Stop {
    millis: u64,
    when: Option<Condition>,
    /// One answer for each set; a single one where no later item looks.
    answers: Vec<u8>,
}

/// Milliseconds of the longest way; `heard` gives the length of a prompt.
pub(super) fn millis(survey: &Survey, heard: &dyn Fn(&str) -> u64) -> u64 {
    let mut stops: Vec<Stop> = survey
        .questions
        .iter()
        .map(|question| Stop {
            millis: match question.kind {
                Kind::Comment { .. } => 0,
                _ => heard(&format!("ask-{}", question.name)) + KEY_MS,
            },
            when: question.when.clone(),
            answers: Vec::new(),
        })
        .collect();
    if let Some(poor) = survey.manager_offer() {
        let (millis, when) = (heard("ask-manager") + KEY_MS, Some(Condition::All(vec![poor])));
        stops.push(Stop { millis, when, answers: Vec::new() });
    }
    for (index, question) in survey.questions.iter().enumerate() {
        let answers = answers(question, index, &stops);
        stops[index].answers = answers;
    }
    let mut search = Search { stops: &stops, given: Vec::new(), best: 0, steps: MOST_STEPS };
    search.from(0);
    heard("greeting") + search.best
}

fn tests(stop: &Stop) -> &[Is] {
    match &stop.when {
        None => &[],
        Some(Condition::Any(tests) | Condition::All(tests)) => tests,
    }
}

/// One answer of a question for each set of answers that fulfil the same tests.
fn answers(question: &Question, index: usize, stops: &[Stop]) -> Vec<u8> {
    let looks: Vec<&Is> = stops.iter().flat_map(tests).filter(|is| is.question == index).collect();
    let mut seen: Vec<Vec<bool>> = Vec::new();
    let mut answers = question.kind.values();
    answers.retain(|value| {
        let fulfils: Vec<bool> = looks.iter().map(|is| is.values.contains(value)).collect();
        let new = !seen.contains(&fulfils);
        if new {
            seen.push(fulfils);
        }
        new
    });
    answers
}

struct Search<'a> {
    stops: &'a [Stop],
    /// The answers to the stops so far; `None` where one was not asked.
    given: Vec<Option<u8>>,
    best: u64,
    steps: u32,
}

impl Search<'_> {
    /// Tries all ways on from here, `so_far` milliseconds after the greeting.
    fn from(&mut self, so_far: u64) {
        let rest: u64 = self.stops[self.given.len()..].iter().map(|stop| stop.millis).sum();
        // No way from here is longer than what is left.
        if so_far + rest <= self.best {
            return;
        }
        let Some(stop) = self.stops.get(self.given.len()) else {
            self.best = so_far;
            return;
        };
        if self.steps == 0 {
            self.best = so_far + rest;
            return;
        }
        self.steps -= 1;
        let holds = |is: &Is| {
            let given = self.given.get(is.question).copied().flatten();
            given.is_some_and(|value| is.values.contains(&value))
        };
        let asked = match &stop.when {
            None => true,
            Some(Condition::Any(tests)) => tests.iter().any(holds),
            Some(Condition::All(tests)) => tests.iter().all(holds),
        };
        let ways: Vec<Option<u8>> = match asked {
            true if stop.answers.is_empty() => vec![None],
            true => stop.answers.iter().copied().map(Some).collect(),
            false => vec![None],
        };
        let so_far = if asked { so_far + stop.millis } else { so_far };
        for way in ways {
            self.given.push(way);
            self.from(so_far);
            self.given.pop();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::with_words;
    use super::super::{Condition, Is, Kind, longest_ms, parse};

    /// Each question takes a second to ask and five to answer, as does the greeting without the five.
    #[test]
    fn the_longest_way_leaves_out_what_excludes_itself() {
        let question = |name: &str, more: &str| {
            format!(
                "[[question]]\nname = \"{name}\"\nmeasure = \"other\"\nabout = \"product\"\n{more}\n"
            )
        };
        let yes_no = |name: &str, when: &str| question(name, &format!("kind = \"yes-no\"\n{when}"));
        let on = |question: &str, is: &str| {
            format!("when = {{ question = \"{question}\", is = [{is}] }}")
        };
        let rating = |more: &str| {
            format!(
                "[[question]]\nname = \"r\"\nkind = \"scale\"\nscale = \"0-10\"\n\
                 measure = \"csat\"\nabout = \"agent\"\n{more}\n"
            )
        };
        let both = yes_no("a", "")
            + &yes_no("b", &on("a", "1"))
            + &yes_no("c", &on("a", "0"))
            + &yes_no("d", &on("c", "1"));
        for (questions, items) in [
            (yes_no("a", ""), 1),
            // a, c and d; b excludes the other two.
            (both.clone(), 3),
            // The manager is offered after a poor rating, and d only after a good one.
            (rating(""), 2),
            (rating("") + &yes_no("d", &on("r", "9, 10")), 2),
            (rating("") + &yes_no("d", &on("r", "0")), 3),
            (rating("good = \"low\"\nsatisfied = [0]") + &yes_no("d", &on("r", "10")), 3),
            // A comment takes the caller's own time.
            (yes_no("a", "") + &question("k", "kind = \"comment\"").replace("other", "comment"), 1),
        ] {
            let head = "title = \"x\"\nlanguages = [\"en\"]\npromise_seconds = 60\n";
            let parsed = parse(&with_words("x", &format!("{head}{questions}")));
            let survey = parsed.survey.unwrap_or_else(|| panic!("{:#?}", parsed.faults));
            let longest = longest_ms(&survey, survey.default_language());
            assert_eq!(longest, 1_000 + items * 6_000, "{questions}");
        }
        // Thirty choices on which each other hangs are more ways than anybody looks at.
        let mut survey = parse(&with_words(
            "x",
            &format!(
                "title = \"x\"\nlanguages = [\"en\"]\npromise_seconds = 60\n{}",
                yes_no("a", "")
            ),
        ))
        .survey
        .unwrap();
        for index in 1..30 {
            let mut next = survey.questions[0].clone();
            next.kind = Kind::Choice { options: 8 };
            let tests = (1..=8).map(|value| Is { question: index - 1, values: vec![value] });
            next.when =
                Some(Condition::All(tests.take(if index % 3 == 0 { 2 } else { 1 }).collect()));
            survey.questions.push(next);
        }
        assert!(longest_ms(&survey, survey.default_language()) > 0);
    }
}
