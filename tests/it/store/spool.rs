//! The spool: a file for each server, taken over from those that no longer run, and never brought
//! to another database.

use std::path::Path;

use aftercall::store::{Item, Sought};

use super::*;
use crate::harness::both;

/// A store on that database that keeps what it cannot store in that folder.
async fn with_spool(url: &str, folder: &Path, random: u8) -> Store {
    let store = Store::open(url).await.expect("opens");
    store.use_spool(url, folder, "here", [[random; 16], [random + 1; 16]]).await.expect("a spool");
    store
}

/// The files of a folder, without those that SQLite and the locks have beside them.
fn files(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).expect("a folder");
    let mut names: Vec<String> = entries
        .map(|entry| entry.expect("a file").file_name().into_string().expect("text"))
        .collect();
    names.retain(|name| name.ends_with(".db"));
    names.sort();
    names
}

both! {
    /// Two servers share a folder; when both are gone, the next one takes what both have left.
    async fn servers_share_a_folder_and_leave_nothing_behind(database: Database) {
        let folder = tempfile::tempdir().expect("a folder");
        let folder = folder.path().join("made/for/it");
        let one = with_spool(&database.url, &folder, 1).await;
        let two = with_spool(&database.url, &folder, 3).await;
        assert_eq!(files(&folder), ["1.db", "2.db"]);
        one.spool_notice("one".into(), 10).await.expect("kept");
        two.spool_notice("two".into(), 20).await.expect("kept");
        two.spool_notice("three".into(), 30).await.expect("kept");
        one.seen(1000).await.expect("told");
        two.seen(1000).await.expect("told");
        assert_eq!(one.nodes().await.expect("reads").len(), 2);
        let depth = Store::look_at_spool(&folder).await.expect("reads beside the servers");
        assert_eq!((depth.items, depth.turns, depth.oldest_ms), (3, 0, Some(10)));
        for store in [one, two] {
            store.left(2000).await.expect("told");
            store.close().await;
        }

        let next = with_spool(&database.url, &folder, 5).await;
        assert_eq!(files(&folder), ["1.db"]);
        let waits = next.spooled(10).await.expect("reads");
        let words = waits.iter().map(|one| format!("{:?}", one.item));
        let words: Vec<String> = words.collect();
        assert_eq!(words, ["Notice(\"one\", 10)", "Notice(\"two\", 20)", "Notice(\"three\", 30)"]);
        // Who waited is on the list until nothing waits any more; who was taken over no longer.
        next.seen(3000).await.expect("told");
        let nodes = next.nodes().await.expect("reads");
        assert_eq!(nodes.len(), 1, "{nodes:?}");
        assert_eq!((nodes[0].seen_ms, nodes[0].oldest_ms), (3000, Some(10)));
        assert!(nodes[0].place.starts_with("here:"), "{}", nodes[0].place);
        next.unspool(&waits.iter().collect::<Vec<_>>()).await.expect("forgotten");
        next.left(4000).await.expect("told");
        assert_eq!(next.nodes().await.expect("reads"), []);
        next.close().await;
    }

    /// Who must never be asked is remembered for a start without the database: nobody before the
    /// list was known, and then exactly those on it.
    async fn the_list_of_the_never_asked_is_kept(database: Database) {
        let folder = tempfile::tempdir().expect("a folder");
        let caller = |n: u16| CallerHash([n.to_be_bytes()[0], n.to_be_bytes()[1], 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 0]);
        let store = with_spool(&database.url, folder.path(), 1).await;
        assert_eq!(store.spooled_never_ask().await.expect("reads"), None);
        let all: Vec<CallerHash> = (0..12_000).map(caller).collect();
        store.spool_never_ask(&all, &[]).await.expect("kept");
        store.spool_never_ask(&all[..10], &all[10..11_000]).await.expect("kept");
        store.close().await;
        drop(store);
        let next = with_spool(&database.url, folder.path(), 1).await;
        let mut kept = next.spooled_never_ask().await.expect("reads").expect("a list");
        kept.sort();
        assert_eq!(kept, [&all[..10], &all[11_000..]].concat());
        next.close().await;
    }

    /// What the database refuses stays, out of the way of what it takes, and is tried again by the
    /// next server.
    async fn what_is_refused_stays(database: Database) {
        let folder = tempfile::tempdir().expect("a folder");
        let store = with_spool(&database.url, folder.path(), 1).await;
        store.spool_notice("one".into(), 10).await.expect("kept");
        store.spool_notice("two".into(), 20).await.expect("kept");
        let waits = store.spooled(10).await.expect("reads");
        store.spool_refused(&waits[0], "it is not a notice").await.expect("kept");
        assert_eq!(store.spooled(10).await.expect("reads").len(), 1);
        let depth = store.spool_depth().await.expect("reads");
        assert_eq!((depth.items, depth.refused), (2, 1));
        // Nothing waits for the database any more, but for a person.
        store.unspool(&[&waits[1]]).await.expect("forgotten");
        assert!(!store.anything_waits());
        store.spool_notice("three".into(), 30).await.expect("kept");
        assert!(store.anything_waits());
        store.close().await;
        drop(store);
        let next = with_spool(&database.url, folder.path(), 1).await;
        let waits = next.spooled(10).await.expect("reads");
        assert_eq!(waits.len(), 2);
        // Only what is refused, and old enough.
        next.spool_refused(&waits[0], "it is not a notice").await.expect("kept");
        assert_eq!(next.forget_refused(10).await.expect("looked"), 0);
        assert_eq!(next.forget_refused(1000).await.expect("looked"), 1);
        assert_eq!(next.spool_depth().await.expect("reads").items, 1);
        assert!(next.anything_waits());
        next.close().await;
    }

    /// Two servers that share a folder kept two outcomes of one turn, and both are gone: the next one
    /// takes both, and none for what it finds damaged.
    async fn two_outcomes_of_a_turn_are_both_taken_over(database: Database) {
        let folder = tempfile::tempdir().expect("a folder");
        let one = with_spool(&database.url, folder.path(), 1).await;
        let two = with_spool(&database.url, folder.path(), 3).await;
        let three = with_spool(&database.url, folder.path(), 5).await;
        for (store, rating) in [(&one, 5), (&two, 2), (&three, 5)] {
            store.spool_turn(None, turn(1, 1, rating)).await.expect("kept");
        }
        for store in [one, two, three] {
            store.close().await;
        }
        std::fs::write(folder.path().join("4.db"), "no database, whatever its name says").expect("written");
        let next = with_spool(&database.url, folder.path(), 7).await;
        assert_eq!(files(folder.path()), ["1.db", "4.db"]);
        let waits = next.spooled(10).await.expect("reads");
        let rating = |item: &Item| match item {
            Item::Turn(turn) | Item::Second(turn) => turn.items[0].1,
            _ => panic!("a turn"),
        };
        let ratings: Vec<Outcome> = waits.iter().map(|one| rating(&one.item)).collect();
        assert_eq!(ratings, [Outcome::Answered(5), Outcome::Answered(2)]);
        assert!(matches!(waits[1].item, Item::Second(_)) && waits[1].place > waits[0].place);
        next.close().await;
    }

    /// Another program takes out what waits: nothing is waited for any more.
    async fn what_another_program_takes_out_waits_no_more(database: Database) {
        let folder = tempfile::tempdir().expect("a folder");
        let store = with_spool(&database.url, folder.path(), 1).await;
        let mut one = begin(1);
        one.caller = Some(CallerHash([9; 16]));
        store.spool_start(one).await.expect("kept");
        let about = |_: &str, _: &std::collections::HashSet<InterviewId>, _: &std::collections::BTreeSet<String>| false;
        let calls = std::collections::BTreeSet::new();
        let whose = Sought { caller: Some(CallerHash([9; 16])), interviews: &[], notice: &about, calls: &calls };
        let gone = Store::in_spools(folder.path(), &whose, true).await.expect("taken out");
        assert_eq!((gone.items.len(), gone.interviews.contains(&id(1))), (1, true));
        assert_eq!(store.spooled(10).await.expect("reads").len(), 0);
        assert!(!store.anything_waits());
        store.close().await;
    }
}

/// A folder that was left by a server of another database: its things are not for this one.
#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_brought_to_another_database() {
    let (first, second) = (Database::sqlite(), Database::sqlite());
    let folder = tempfile::tempdir().expect("a folder");
    let one = with_spool(&first.url, folder.path(), 1).await;
    one.spool_notice("one".into(), 10).await.expect("kept");
    one.close().await;
    drop(one);
    let two = with_spool(&second.url, folder.path(), 3).await;
    assert!(!two.anything_waits());
    assert_eq!(files(folder.path()), ["1.db", "2.db"]);
    two.close().await;
    drop(two);
    // An empty file is for whoever comes.
    let other = with_spool(&first.url, folder.path(), 5).await;
    assert!(other.anything_waits());
    assert_eq!(files(folder.path()), ["1.db"]);
    other.close().await;
}

/// Nobody starts without the database where no server of it has been.
#[tokio::test(flavor = "multi_thread")]
async fn only_who_was_there_starts_without_the_database() {
    let database = Database::postgres().await;
    let folder = tempfile::tempdir().expect("a folder");
    let away = "postgres://nobody@127.0.0.1:1/nothing";
    let refused = Store::open_away(away, folder.path(), "here", [1; 16]).await;
    assert!(matches!(refused, Err(StoreError::Mismatch(_))));
    with_spool(&database.url, folder.path(), 1).await.close().await;
    let refused = Store::open_away(away, folder.path(), "here", [1; 16]).await;
    assert!(matches!(refused, Err(StoreError::Mismatch(_))), "another database's");
    let store = Store::open_away(&database.url, folder.path(), "here", [1; 16]).await;
    let store = store.expect("its own");
    assert!(store.is_away() && store.is_incomplete());
    store.complete().await.expect("the database is the same");
    store.close().await;
}
