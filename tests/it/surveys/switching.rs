use super::*;

const BILLING: &str = "Sąskaitos <b>& கட்டணம்</b>";

async fn rule(node: &Node, fields: &[(&str, &str)]) -> Answer {
    node.post("/switches", fields).await
}

both! {
    /// Rules of the page win over the settings, for their queue, on every node.
    async fn a_queue_is_switched_by_a_rule(database: Database) {
        let node = Node::open(&database, &["freeswitch"], Speech::None).await;
        let other = Node::open(&database, &["freeswitch"], Speech::None).await;
        let empty = node.get("/switches").await;
        assert!(empty.text.contains("There is no rule"), "{}", empty.text);
        let sales = [("queue", "sales")];
        node.call(Kind::Freeswitch, 1, &sales, "4").await;
        assert_eq!(node.refused(Kind::Freeswitch, 1).await, "");

        let made = rule(&node, &[("other_queue", "sales"), ("does", "nobody")]).await;
        assert_eq!(made.status, StatusCode::SEE_OTHER, "{}", made.text);
        node.call(Kind::Freeswitch, 2, &sales, "").await;
        assert_eq!(node.refused(Kind::Freeswitch, 2).await, "queue_off", "at once here");
        node.call(Kind::Freeswitch, 3, &[("queue", "support")], "4").await;
        assert_eq!(node.refused(Kind::Freeswitch, 3).await, "");
        other.app.site.desk.refresh_switches(clock::now_ms()).await.expect("read");
        other.call(Kind::Freeswitch, 4, &sales, "").await;
        assert_eq!(other.refused(Kind::Freeswitch, 4).await, "queue_off");

        // Switched on again with a sample of none: from nobody to a share is no change of a share.
        let on = [("queue", "sales"), ("does", "ask"), ("share", "0"), ("survey", "post-call")];
        assert_eq!(rule(&node, &on).await.status, StatusCode::SEE_OTHER);
        node.call(Kind::Freeswitch, 5, &sales, "").await;
        assert_eq!(node.refused(Kind::Freeswitch, 5).await, "sampled_out");
        let back = [("queue", "sales"), ("does", "settings")];
        assert_eq!(rule(&node, &back).await.status, StatusCode::SEE_OTHER);
        node.call(Kind::Freeswitch, 6, &sales, "4").await;
        assert_eq!(node.refused(Kind::Freeswitch, 6).await, "");

        // A cap for callers, for all queues, and a name with markup.
        let cap = [("queue", ""), ("does", "ask"), ("caller_offers", "1"), ("caller_days", "30")];
        assert_eq!(rule(&node, &cap).await.status, StatusCode::SEE_OTHER);
        node.call(Kind::Freeswitch, 7, &[], "4").await;
        assert_eq!(node.refused(Kind::Freeswitch, 7).await, "");
        let named = rule(&node, &[("other_queue", BILLING), ("does", "nobody")]).await;
        assert_eq!(named.status, StatusCode::SEE_OTHER);
        let page = node.get("/switches").await;
        assert!(page.text.contains("Sąskaitos &#60;b&#62;&#38; கட்டணம்&#60;/b&#62;"), "{}", page.text);
        assert!(page.text.contains("1 offer to a caller in 30 days"), "{}", page.text);
        let survey = node.get("/surveys").await;
        assert!(survey.text.contains("calls of freeswitch (settings)"), "{}", survey.text);
    }

    /// What cannot be is refused at its field, and nothing changes.
    async fn a_wrong_rule_is_refused_at_its_field(database: Database) {
        let node = Node::open(&database, &["freeswitch"], Speech::None).await;
        let all = [("queue", ""), ("does", "ask"), ("share", "100")];
        assert_eq!(rule(&node, &all).await.status, StatusCode::SEE_OTHER);
        for (fields, field) in [
            (vec![("does", "ask"), ("share", "101")], "share"),
            (vec![("does", "ask"), ("share", "-1")], "share"),
            (vec![("does", "ask"), ("share", "100"), ("survey", "none")], "survey"),
            (vec![("does", "ask"), ("share", "60")], "from"),
            (vec![("does", "ask"), ("share", "100"), ("agent_day", "5")], "from"),
            (vec![("does", "ask"), ("share", "100"), ("from", "2020-01-01")], "from"),
            (vec![("does", "ask"), ("share", "100"), ("from", "soon")], "from"),
            (vec![("does", "ask"), ("share", "100"), ("caller_days", "x")], "caller_days"),
            (vec![("does", "")], "does"),
            (vec![("does", "nobody"), ("seen", "0"), ("seen_queue", "")], "queue"),
        ] {
            let mut all = vec![("queue", "")];
            all.extend(&fields);
            let refused = rule(&node, &all).await;
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{fields:?}");
            assert!(refused.text.contains(&format!("id=\"f-{field}\"")), "{fields:?}: {}", refused.text);
        }
        assert_eq!(node.app.store().switches().await.expect("read").len(), 1);
        // From a later day on it may be.
        let later = [("queue", ""), ("does", "ask"), ("share", "60"), ("from", "2199-01-01")];
        assert_eq!(rule(&node, &later).await.status, StatusCode::SEE_OTHER);
        let page = node.get("/switches").await;
        assert!(page.text.contains("planned") && page.text.contains("2199-01-01 00:00"), "{}", page.text);
    }

    /// Shares that a cap for each agent lowers are fixed once for a day, for all nodes.
    async fn a_day_is_fixed_once(database: Database) {
        let node = Node::open(&database, &["freeswitch"], Speech::None).await;
        let store = node.app.store();
        assert_eq!(store.shares_of(7).await.expect("read"), None);
        let shares = [("A17".to_owned(), "sales".to_owned(), 250)];
        store.fix_shares(7, &shares).await.expect("written");
        store.fix_shares(7, &[("A18".to_owned(), String::new(), 100)]).await.expect("too late");
        assert_eq!(store.shares_of(7).await.expect("read"), Some(shares.to_vec()));
        store.fix_shares(8, &[]).await.expect("written");
        assert_eq!(store.shares_of(8).await.expect("read"), Some(vec![]));
        // Who handed over how much, as the store counts it.
        node.call(Kind::Freeswitch, 1, &[("agent", "A17"), ("queue", "sales")], "4").await;
        node.call(Kind::Freeswitch, 2, &[("agent", "A17")], "4").await;
        let mut all = store.handed_over(0, 1_000_000).await.expect("read");
        all.sort_by(|a, b| a.queue.cmp(&b.queue));
        let seen: Vec<_> =
            all.iter().map(|one| (one.agent.as_str(), one.queue.as_str(), one.calls)).collect();
        assert_eq!(seen, [("A17", "", 1), ("A17", "sales", 1)]);
    }
}
