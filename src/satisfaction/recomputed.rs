//! Every function against another program: the cases of `tests/statistics/values.json`, which
//! `tests/statistics/generate.py` writes with scipy and statsmodels.

use serde_json::Value;

use super::coaching::{BeforeAfter, effect};
use super::control::{Baseline, chart, laney_baseline, merge_weeks};
use super::correlation::spearman;
use super::difference::{
    Difference, Pairs, difference_of_means, difference_of_nps, difference_of_shares, paired_means,
    paired_shares,
};
use super::discoveries::benjamini_hochberg;
use super::drivers::{Attribute, drivers};
use super::expected::Cell;
use super::funnel::{limits, overdispersion};
use super::importance::{lmg, relative_weights, variance_inflation};
use super::mean::{mean, t_point, t_two_sided_p};
use super::measure::{Good, Measure, Moments};
use super::near;
use super::normal::{cumulative, density, two_sided_p};
use super::nps::nps;
use super::quantile::quantile;
use super::ranks::{RankInterval, rank_intervals};
use super::resolution::{AskedAndObserved, resolution};
use super::share::share;
use super::shrinkage::{paule_mandel, paule_mandel_about_zero};
use super::stratified::{Stratum, stratified_share};
use super::studentised_range::upper_point;
use super::target::{State, share_against};
use super::verdict::{Agent, Judged, Verdict, judge};

/// All cases of one name; there must be some.
fn cases(name: &str) -> Vec<Value> {
    let text = include_str!("../../tests/statistics/values.json");
    let all: Value = serde_json::from_str(text).expect("the values are JSON");
    let cases = all[name].as_array().cloned().unwrap_or_default();
    assert!(!cases.is_empty(), "no case of {name}");
    cases
}

fn number(value: &Value) -> f64 {
    value.as_f64().expect("a number")
}

fn count(value: &Value) -> u64 {
    value.as_u64().expect("a count")
}

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().expect("a list").iter().map(number).collect()
}

fn counts(value: &Value) -> Vec<u64> {
    value.as_array().expect("a list").iter().map(count).collect()
}

fn keys(value: &Value) -> Vec<u8> {
    counts(value).into_iter().map(|key| key as u8).collect()
}

fn same_difference(got: &Difference, case: &Value) {
    near(got.interval.low, number(&case["low"]), 1e-9);
    near(got.interval.high, number(&case["high"]), 1e-9);
    near(got.p, number(&case["p"]), 1e-9);
}

#[test]
fn differences_of_shares() {
    for case in cases("shares") {
        let one = share(count(&case["a"]), count(&case["n"])).expect("answers");
        let other = share(count(&case["b"]), count(&case["m"])).expect("answers");
        same_difference(&difference_of_shares(&one, &other), &case);
    }
}

#[test]
fn paired_differences_of_shares() {
    for case in cases("paired_shares") {
        let [both, only_first, only_second, neither] = counts(&case["counts"])[..] else {
            panic!("four counts")
        };
        let pairs = Pairs { both, only_first, only_second, neither };
        same_difference(&paired_shares(&pairs).expect("pairs"), &case);
    }
}

#[test]
fn differences_of_nps() {
    for case in cases("nps_differences") {
        let of = |case: &Value| {
            let counts = counts(case);
            nps(counts[0], counts[1], counts[2]).expect("answers")
        };
        let got = difference_of_nps(&of(&case["one"]), &of(&case["other"]));
        near(got.interval.low, number(&case["low"]), 1e-9);
        near(got.interval.high, number(&case["high"]), 1e-9);
        near(got.p, number(&case["p"]), 1e-9);
    }
}

#[test]
fn differences_of_means() {
    for case in cases("means") {
        let of = |case: &Value| {
            let counts: Vec<(u8, u64)> = (1..).zip(counts(case)).collect();
            mean(&counts).expect("answers")
        };
        let got = difference_of_means(&of(&case["one"]), &of(&case["other"])).expect("they vary");
        same_difference(&got, &case);
    }
    for case in cases("paired_means") {
        let pairs: Vec<(u8, u8)> =
            keys(&case["before"]).into_iter().zip(keys(&case["after"])).collect();
        same_difference(&paired_means(&pairs).expect("they vary"), &case);
    }
}

#[test]
fn distributions() {
    for case in cases("student") {
        let (freedom, t) = (number(&case["freedom"]), number(&case["t"]));
        let point = number(&case["point"]);
        near(t_point(freedom), point, 2e-9 * point);
        near(t_two_sided_p(t, freedom), number(&case["p"]), 1e-11);
    }
    for case in cases("normal") {
        let x = number(&case["x"]);
        for (got, wanted) in [
            (density(x), &case["density"]),
            (cumulative(x), &case["cumulative"]),
            (two_sided_p(x), &case["p"]),
        ] {
            near(got, number(wanted), 1e-13 * number(wanted));
        }
    }
    for case in cases("studentised_range") {
        let got = upper_point(count(&case["groups"])).expect("groups");
        near(got, number(&case["point"]), 1e-8);
    }
    for case in cases("quantiles") {
        let got = quantile(&numbers(&case["values"]), number(&case["q"])).expect("values");
        near(got, number(&case["quantile"]), 1e-14);
    }
}

#[test]
fn shrinkage() {
    for case in cases("paule_mandel") {
        let values: Vec<(f64, f64)> =
            numbers(&case["y"]).into_iter().zip(numbers(&case["v"])).collect();
        near(paule_mandel(&values).expect("values").tau2, number(&case["tau2"]), 1e-12);
        near(paule_mandel_about_zero(&values), number(&case["about_zero"]), 1e-12);
    }
}

#[test]
fn discoveries() {
    for case in cases("benjamini_hochberg") {
        let found = benjamini_hochberg(&numbers(&case["p"]), 0.05);
        for (found, wanted) in found.iter().zip(numbers(&case["adjusted"])) {
            near(found.adjusted, wanted, 1e-14);
        }
        let rejected: Vec<Value> = found.iter().map(|found| found.rejected.into()).collect();
        assert_eq!(&rejected, case["rejected"].as_array().expect("a list"));
    }
}

#[test]
fn ranks() {
    for case in cases("rank_intervals") {
        let values: Vec<(f64, f64)> =
            numbers(&case["d"]).into_iter().zip(numbers(&case["v"])).collect();
        let got = rank_intervals(&values);
        assert_eq!(got.iter().map(|rank| rank.low).collect::<Vec<_>>(), counts(&case["low"]));
        assert_eq!(got.iter().map(|rank| rank.high).collect::<Vec<_>>(), counts(&case["high"]));
    }
}

/// A family as counts by agent, queue, language and key.
fn family(case: &Value, measure: &Measure) -> Vec<Agent> {
    let agents = count(&case["agents"]) as usize;
    let mut family = vec![Agent { team: 0, cells: Vec::new() }; agents];
    for row in case["counts"].as_array().expect("a list") {
        let row = counts(row);
        family[row[0] as usize].cells.push(Cell {
            queue: row[1] as u32,
            language: row[2] as u32,
            answers: measure.moments(&[(row[3] as u8, row[4])]),
        });
    }
    family
}

#[test]
fn families() {
    let mut judged = 0;
    for case in cases("families") {
        let measure = match case["kind"].as_str() {
            Some("share") => Measure::Share { satisfied: vec![4, 5] },
            Some("mean") => Measure::Mean { lowest: 1, highest: 5, good: Good::High },
            Some("effort") => Measure::Mean { lowest: 1, highest: 5, good: Good::Low },
            _ => Measure::Nps,
        };
        let got = judge(&measure, &family(&case, &measure));
        let scale = if measure == Measure::Nps { 100.0 } else { 1.0 };
        assert_eq!(got.tau2.is_some(), !case["tau2"].is_null());
        if let Some(tau2) = got.tau2 {
            near(tau2, number(&case["tau2"]), 1e-11 * scale * scale);
        }
        for (got, wanted) in got.agents.iter().zip(case["out"].as_array().expect("a list")) {
            judged += u64::from(same_judgement(got, wanted, scale));
        }
    }
    assert!(judged > 50, "{judged} agents were judged");
}

/// Whether there was a judgement to compare.
fn same_judgement(got: &Judged, wanted: &Value, scale: f64) -> bool {
    assert_eq!(got.n, count(&wanted["n"]));
    let same = |got: Option<f64>, name: &str, within: f64| {
        near(got.expect(name), number(&wanted[name]), within);
    };
    same(got.observed, "y", 1e-12 * scale);
    same(got.expected, "e", 1e-12 * scale);
    if got.p.is_some() {
        same(got.variance, "v", 1e-12 * scale * scale);
        same(got.z, "z", 1e-9);
        same(got.p, "p", 1e-9);
    }
    let Some(verdict) = wanted["verdict"].as_str() else {
        assert_eq!((got.verdict, got.rank), (Verdict::TooFew, None));
        return false;
    };
    same(got.adjusted_p, "adjusted", 1e-9);
    same(got.shrunk, "shrunk", 1e-9 * scale);
    let said = match got.verdict {
        Verdict::Above => "above",
        Verdict::Below => "below",
        Verdict::AsExpected => "as_expected",
        Verdict::TooFew => "too_few",
    };
    assert_eq!(said, verdict);
    let RankInterval { low, high, .. } = got.rank.expect("a rank");
    assert_eq!((low, high), (count(&wanted["low"]), count(&wanted["high"])));
    true
}

#[test]
fn plots() {
    for case in cases("funnels") {
        let got = limits(number(&case["target"]), count(&case["n"])).expect("answers");
        let got = [got.low_998, got.low_95, got.high_95, got.high_998];
        for (got, wanted) in got.iter().zip(numbers(&case["limits"])) {
            near(*got, wanted, 1e-9);
        }
    }
    for case in cases("overdispersion") {
        near(overdispersion(&numbers(&case["z"])).expect("values"), number(&case["phi"]), 1e-12);
    }
    for case in cases("laney") {
        let week = |(hits, n): (u64, u64)| Moments { n, sum: hits as f64, squares: hits as f64 };
        let weeks: Vec<Moments> =
            counts(&case["hits"]).into_iter().zip(counts(&case["n"])).map(week).collect();
        let points = merge_weeks(&weeks);
        let baseline = laney_baseline(&points).expect("26 weeks");
        let Baseline::Share { centre, sigma_z } = baseline else { panic!("a share") };
        near(centre, number(&case["centre"]), 1e-14);
        near(sigma_z, number(&case["sigma_z"]), 1e-12);
        for (point, wanted) in chart(&baseline, &points).iter().zip(numbers(&case["sigmas"])) {
            near(point.sigmas, wanted, 1e-10);
        }
    }
}

#[test]
fn correlations() {
    for case in cases("spearman") {
        let got = spearman(&numbers(&case["x"]), &numbers(&case["y"])).expect("they vary");
        near(got.rho, number(&case["rho"]), 1e-13);
        near(got.p, number(&case["p"]), 1e-10);
    }
}

#[test]
fn importances() {
    for case in cases("importance") {
        let y = numbers(&case["y"]);
        let x: Vec<Vec<f64>> = case["x"].as_array().expect("a list").iter().map(numbers).collect();
        let r = |a: &[f64], b: &[f64]| super::correlation::pearson(a, b).expect("they vary");
        let between: Vec<Vec<f64>> =
            x.iter().map(|a| x.iter().map(|b| r(a, b)).collect()).collect();
        let with: Vec<f64> = x.iter().map(|a| r(a, &y)).collect();
        for (got, wanted) in [
            (lmg(&between, &with), &case["lmg"]),
            (relative_weights(&between, &with), &case["weights"]),
            (variance_inflation(&between), &case["vif"]),
        ] {
            for (got, wanted) in got.iter().zip(numbers(wanted)) {
                near(*got, wanted, 1e-9);
            }
        }
    }
}

#[test]
fn bootstrap_intervals() {
    for case in cases("drivers") {
        let overall = keys(&case["y"]);
        let columns: Vec<Vec<u8>> =
            case["x"].as_array().expect("a list").iter().map(keys).collect();
        let attributes: Vec<Attribute> =
            columns.iter().map(|scores| Attribute { scores, satisfied: &[4, 5] }).collect();
        let got = drivers(&overall, &attributes, 1).expect("enough interviews");
        let wanted = numbers(&case["low"]).into_iter().zip(numbers(&case["high"]));
        for (driver, (low, high)) in got.attributes.iter().zip(wanted) {
            // Ends of an interval drawn a thousand times are sure to some hundredth of R².
            near(driver.interval.low, low, 0.012);
            near(driver.interval.high, high, 0.012);
        }
    }
}

#[test]
fn totals() {
    for case in cases("stratified") {
        let stratum = |row: &Value| {
            let row = counts(row);
            Stratum::of_share(row[0], row[1], row[2])
        };
        let strata: Vec<Stratum> =
            case["strata"].as_array().expect("a list").iter().map(stratum).collect();
        let got = stratified_share(&strata).expect("answers");
        near(got.score, number(&case["score"]), 1e-13);
        near(got.n_eff, number(&case["n_eff"]), 1e-8);
        near(got.interval.low, number(&case["low"]), 1e-11);
        near(got.interval.high, number(&case["high"]), 1e-11);
    }
}

#[test]
fn agreement() {
    for case in cases("kappas") {
        let [yes_quiet, yes_repeat, no_quiet, no_repeat] = counts(&case["table"])[..] else {
            panic!("four counts")
        };
        let table = AskedAndObserved { yes_quiet, yes_repeat, no_quiet, no_repeat };
        let got = resolution(&table).and_then(|got| got.kappa).expect("contacts");
        near(got, number(&case["kappa"]), 1e-12);
    }
}

#[test]
fn targets() {
    for case in cases("targets") {
        let share = share(count(&case["hits"]), count(&case["n"])).expect("answers");
        let wanted = match case["state"].as_str() {
            Some("reached") => State::Reached,
            Some("missed") => State::Missed,
            _ => State::NotYetClear { needed: case["needed"].as_u64() },
        };
        assert_eq!(share_against(&share, number(&case["target"])), wanted, "{case}");
    }
}

#[test]
fn effects_of_coaching() {
    for case in cases("coaching") {
        let agents = |changes: Vec<f64>| -> Vec<BeforeAfter> {
            changes.into_iter().map(|after| BeforeAfter { before: 0.0, after }).collect()
        };
        let (coached, matched) = (numbers(&case["coached"]), numbers(&case["matched"]));
        same_difference(&effect(&agents(coached), &agents(matched)).expect("they vary"), &case);
    }
}
