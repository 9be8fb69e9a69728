use std::collections::{BTreeMap, BTreeSet};

use super::*;

/// Keys of a folder with the variables that each text names.
fn keys(tongue: Tongue) -> BTreeMap<String, BTreeSet<String>> {
    let folder = format!("{}/", tongue.code());
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for name in Files::iter().filter(|name| name.starts_with(&folder)) {
        let text = Files::get(&name).expect("a file").data.into_owned();
        let text = String::from_utf8(text).expect("UTF-8");
        if let Err((_, faults)) = FluentResource::try_new(text.clone()) {
            panic!("{name}: {faults:?}");
        }
        let mut key = String::new();
        for line in text.lines() {
            let begins = line.chars().next().is_some_and(|c| c.is_ascii_lowercase());
            if let Some((head, _)) = line.split_once('=').filter(|_| begins) {
                key = head.trim().to_owned();
                let twice = found.insert(key.clone(), BTreeSet::new());
                assert!(twice.is_none(), "{name}: {key} stands twice");
            }
            for place in line.split('$').skip(1) {
                let end = place.find(|c: char| !c.is_ascii_alphanumeric() && c != '_');
                let variable = place[..end.unwrap_or(place.len())].to_owned();
                found.get_mut(&key).expect("a text before its places").insert(variable);
            }
        }
    }
    found
}

#[test]
fn every_language_says_what_english_says() {
    let english = keys(Tongue::En);
    assert!(english.len() > 10);
    for tongue in Tongue::ALL {
        let own = keys(tongue);
        let missing: Vec<_> = english.keys().filter(|key| !own.contains_key(*key)).collect();
        let spare: Vec<_> = own.keys().filter(|key| !english.contains_key(*key)).collect();
        assert!(missing.is_empty() && spare.is_empty(), "{tongue:?}: {missing:?} {spare:?}");
        for (key, variables) in &english {
            assert_eq!(&own[key], variables, "{tongue:?}: places of {key}");
        }
    }
}

#[test]
fn plurals_follow_the_language() {
    let of = |tongue: Tongue, n: u64| Words::of(tongue).fill("answers-n", &[("n", n.into())]);
    assert_eq!(of(Tongue::En, 1), "1 answer");
    assert_eq!(of(Tongue::En, 12_345), "12\u{202f}345 answers");
    for (n, wanted) in [(1, "1 atsakymas"), (2, "2 atsakymai"), (10, "10 atsakymų")] {
        assert_eq!(of(Tongue::Lt, n), wanted);
    }
    for (n, wanted) in [(1, "1 odpowiedź"), (3, "3 odpowiedzi"), (5, "5 odpowiedzi")] {
        assert_eq!(of(Tongue::Pl, n), wanted);
    }
}

#[test]
fn a_browser_gets_the_language_it_likes_best() {
    for (accepted, wanted) in [
        ("", Tongue::En),
        ("lt", Tongue::Lt),
        ("de-DE,de;q=0.9,pl;q=0.8,en;q=0.7", Tongue::Pl),
        ("en;q=0.5, ta-IN;q=0.6", Tongue::Ta),
        ("lv;q=0", Tongue::En),
        ("lv;q=x, lt;q=0.1", Tongue::Lt),
    ] {
        assert_eq!(Tongue::of_browser(accepted), wanted, "{accepted}");
    }
}

#[test]
fn what_no_language_says_is_its_key() {
    assert_eq!(Words::of(Tongue::Lv).say("no-such-key"), "no-such-key");
}
