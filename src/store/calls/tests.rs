//! Parts of calls come together whatever their order, and in parts that hold no lock for long.

use super::*;

const HOUR: Millis = 3_600_000;

fn part(names: &[&str], started_ms: Option<Millis>) -> CallRecord {
    CallRecord {
        names: names.iter().map(|&n| n.to_owned()).collect(),
        started_ms,
        ..CallRecord::default()
    }
}

fn leg(name: &str, agent: Option<&str>, ended_ms: Option<Millis>) -> LegRecord {
    LegRecord {
        leg: name.into(),
        agent: agent.map(str::to_owned),
        ended_ms,
        ..LegRecord::default()
    }
}

fn codes() -> Codes {
    Codes { agents: [("A".to_owned(), 1), ("B".to_owned(), 2)].into(), ..Codes::default() }
}

/// Two calls that nobody knew to be one become one when a record names both; all of both is
/// kept, and the order of arrival decides nothing.
#[test]
fn parts_unite_in_any_order() {
    let parts = [
        CallRecord { legs: vec![leg("l1", Some("A"), None)], ..part(&["c1"], Some(HOUR)) },
        CallRecord { legs: vec![leg("l2", Some("B"), None)], ..part(&["p1"], None) },
        CallRecord { legs: vec![leg("l1", None, Some(9))], ..part(&["c1", "p1"], None) },
    ];
    for order in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
        let mut book = Book::default();
        for at in order {
            assert!(matches!(book.tell(&parts[at], &codes(), 0), Put::Taken(_)));
        }
        let id = book.names["c1"];
        assert_eq!(book.names["p1"], id, "{order:?}");
        let call = &book.calls[&id];
        assert_eq!(call.started_ms, Some(HOUR));
        assert_eq!(call.legs.len(), 2, "{order:?}");
        assert_eq!(call.legs["l1"].agent, Some(1));
        assert_eq!(call.legs["l1"].ended_ms, Some(9));
        assert_eq!(call.legs["l2"].agent, Some(2));
        let others = book.calls.values().filter(|c| c.id != id);
        assert!(others.clone().all(|c| c.legs.is_empty() && c.started_ms.is_none()));
    }
}

/// A hundred calls of a hundred legs each are not one transaction.
#[test]
fn a_part_holds_so_many_records_or_legs() {
    let of = |legs: usize| CallRecord {
        legs: (0..legs).map(|n| leg(&n.to_string(), None, None)).collect(),
        ..part(&["c"], None)
    };
    let lengths = |records: &[CallRecord]| -> Vec<usize> {
        chunks(records).into_iter().map(<[CallRecord]>::len).collect()
    };
    assert_eq!(lengths(&vec![of(1); 250]), [100, 100, 50]);
    assert_eq!(lengths(&vec![of(100); 5]), [2, 2, 1]);
    assert_eq!(lengths(&[of(300), of(1), of(300)]), [1, 1, 1]);
    assert!(chunks(&[]).is_empty());
}

#[test]
fn a_later_word_replaces_unless_it_only_fills() {
    let mut book = Book::default();
    let mut record = part(&["c"], Some(HOUR));
    record.legs = vec![leg("l", Some("A"), Some(5))];
    book.tell(&record, &codes(), 0);
    record.legs = vec![leg("l", Some("B"), Some(7))];
    record.only_fill = true;
    book.tell(&record, &codes(), 0);
    let call = &book.calls[&book.names["c"]];
    assert_eq!((call.legs["l"].agent, call.legs["l"].ended_ms), (Some(1), Some(5)));
    record.only_fill = false;
    book.tell(&record, &codes(), 0);
    let call = &book.calls[&book.names["c"]];
    assert_eq!((call.legs["l"].agent, call.legs["l"].ended_ms), (Some(2), Some(7)));
}

#[test]
fn an_id_that_is_used_again_another_day_is_refused() {
    let mut book = Book::default();
    book.tell(&part(&["17"], Some(HOUR)), &codes(), 0);
    let again = book.tell(&part(&["17", "x"], Some(26 * HOUR)), &codes(), 0);
    let Put::Refused(reason) = again else { panic!("taken") };
    assert!(reason.contains("\"17\"") && !reason.contains("\"x\""), "{reason}");
    assert!(!book.names.contains_key("x"));
}
