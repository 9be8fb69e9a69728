//! Codes and names get one number each, however many ask at once; surveys keep all versions.

use super::*;
use crate::harness::both;

both! {
    async fn one_name_has_one_number_for_all_who_ask_at_once(database: Database) {
        let stores = [open(&database).await, Store::open(&database.url).await.expect("opens")];
        let tasks: Vec<_> = (0..64_usize)
            .map(|task| {
                let store = stores[task % 2].clone();
                tokio::spawn(async move {
                    let code = format!("A{}", task / 2 % 8);
                    (code.clone(), store.agent(&code).await.expect("written"))
                })
            })
            .collect();
        let mut numbers = BTreeMap::new();
        for task in tasks {
            let (code, number) = task.await.expect("runs");
            assert!(number > 0, "0 stands for none");
            assert_eq!(*numbers.entry(code).or_insert(number), number);
        }
        let mut listed: Vec<i64> = numbers.values().copied().collect();
        listed.sort_unstable();
        listed.dedup();
        assert_eq!(listed.len(), 8);
        let agents = stores[0].agents().await.expect("read");
        assert_eq!(agents.len(), 8);
        assert_eq!((agents[3].code.as_str(), agents[3].name.as_str()), ("A3", "A3"));
        stores[0].name_agent("A3", "Rasa").await.expect("written");
        assert_eq!(stores[1].agents().await.expect("read")[3].name, "Rasa");
        for store in stores {
            store.close().await;
        }
    }

    async fn a_team_that_is_not_said_is_the_agents_at_that_time(database: Database) {
        let store = open(&database).await;
        let agent = store.agent("A17").await.expect("written");
        let (old, new) = (
            store.team("old").await.expect("written"),
            store.team("new").await.expect("written"),
        );
        store.join_team(agent, old, START - 1_000).await.expect("written");
        store.join_team(agent, new, START).await.expect("written");
        for (n, started_ms) in [(1, START - 1_001), (2, START - 1), (3, START)] {
            let mut one = begin(n);
            one.started_ms = started_ms;
            one.said.team = None;
            store.begin(one).await.expect("written");
        }
        store.begin(begin(4)).await.expect("written");
        let said = store.team("support").await.expect("written");
        for (n, team) in [(1, 0), (2, old), (3, new), (4, said)] {
            let id = id(n);
            let is = if database.url.starts_with("sqlite:") {
                format!("x'{id}'")
            } else {
                format!("'{id}'")
            };
            let sql = format!(
                "select count(*) from credits where interview = {is} and team = {team} and
                    ((kind = 0 and agent = 0) or (kind = 1 and agent = {agent}))"
            );
            assert_eq!(number(&database, &sql).await, 2, "interview {n}");
        }
        assert_eq!(wrong_rows(&database).await, 0);
        store.close().await;
    }

    async fn all_versions_of_a_survey_are_kept(database: Database) {
        let store = open(&database).await;
        let newer = survey(Version(1));
        store.survey_seen(&newer, START + 5).await.expect("written");
        store.survey_seen(&survey(VERSION), START + 9).await.expect("written");
        assert_eq!(store.surveys().await.expect("read"), [survey(VERSION), newer.clone()]);
        assert_eq!(store.newest_survey("post-call").await.expect("read"), Some(newer));
        assert_eq!(store.newest_survey("other").await.expect("read"), None);
        store.close().await;
    }
}
