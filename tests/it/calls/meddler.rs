//! A network that meddles: requests come twice, at the same moment or later, old turns come again
//! with other keys, notices come too early. What the phone hears must not change by it.

use std::sync::{Arc, Mutex};

use aftercall::dialect::Kind;
use aftercall::phone::{WebRequest, WebResponse, Wire, WireError};
use http::Method;

use super::{Dice, Near, turns};

/// Wraps a wire to the server.
pub struct Meddler {
    wire: Near,
    kind: Kind,
    dice: Mutex<Dice>,
    /// Turns that were answered, with what they heard.
    before: Mutex<Vec<(WebRequest, WebResponse)>>,
    /// What should not have happened.
    pub wrong: Arc<Mutex<Vec<String>>>,
}

impl Meddler {
    /// The same seed meddles in the same way.
    pub fn new(wire: Near, kind: Kind, seed: u64) -> Self {
        Self {
            wire,
            kind,
            dice: Mutex::new(Dice::new(seed)),
            before: Mutex::default(),
            wrong: Arc::default(),
        }
    }

    fn dice(&self, n: u64) -> u64 {
        self.dice.lock().expect("not poisoned").below(n)
    }

    fn wrong(&self, what: String) {
        self.wrong.lock().expect("not poisoned").push(what);
    }

    /// Sends a request a second time and compares what is heard.
    async fn again(&self, request: &WebRequest, first: &[u8], at_ms: Option<i64>, how: &str) {
        // Recordings are uploaded once: the second upload is another file, but no other turn.
        match self.wire.send(request.clone(), at_ms.map(|at| at + 40)).await {
            Ok(same) if same.body == first => {}
            Ok(other) => self.wrong(format!(
                "{how}: {} heard\n{}\nthen\n{}",
                request.url,
                String::from_utf8_lossy(first),
                String::from_utf8_lossy(&other.body)
            )),
            Err(fault) => self.wrong(fault.to_string()),
        }
    }

    /// Sends an old turn after the interview said its last word: it hears a goodbye, no question.
    async fn too_late(&self, request: &WebRequest, at_ms: Option<i64>) {
        match self.wire.send(request.clone(), at_ms.map(|at| at + 40)).await {
            Ok(answer) if answer.status == 200 && !asks(&answer) => {}
            Ok(answer) => self.wrong(format!(
                "too late, {} heard {}\n{}",
                request.url,
                answer.status,
                String::from_utf8_lossy(&answer.body)
            )),
            Err(fault) => self.wrong(fault.to_string()),
        }
    }

    /// The request of an old turn with other keys.
    fn bent(&self, old: &WebRequest) -> WebRequest {
        let keys = ["1", "2", "9", "#", "*", "10", "5"];
        let mut key = keys[usize::try_from(self.dice(keys.len() as u64)).expect("small")];
        // Africa's Talking asks for the second key of ten apart: a 1 alone is no turn there yet.
        if key == "1" && old.url.contains("&two=1") {
            key = "5";
        }
        let name = turns::digits(self.kind);
        let mut params: Vec<(String, String)> = form_urlencoded::parse(&old.body)
            .filter(|(known, _)| known != name && known != "event" && !known.starts_with("Record"))
            .map(|(name, value)| (name.into_owned(), value.into_owned()))
            .collect();
        params.push((name.into(), key.into()));
        turns::post(self.kind, old.url.clone(), &params)
    }
}

/// Whether a document waits for another turn.
fn asks(answer: &WebResponse) -> bool {
    String::from_utf8_lossy(&answer.body).contains("/turn?t=")
}

/// A turn whose repetition is heard by nobody.
fn is_turn(request: &WebRequest) -> bool {
    let body = String::from_utf8_lossy(&request.body);
    request.method == Method::POST
        && request.url.contains("/turn?t=")
        && !body.contains("exiting=true")
        && !body.contains("event=hangup")
        && !body.contains("isActive=0")
}

fn is_form(request: &WebRequest) -> bool {
    request
        .headers
        .iter()
        .any(|(name, value)| *name == "content-type" && value.contains("urlencoded"))
}

impl Wire for Meddler {
    async fn send(
        &self,
        request: WebRequest,
        at_ms: Option<i64>,
    ) -> Result<WebResponse, WireError> {
        if !is_turn(&request) {
            return self.wire.send(request, at_ms).await;
        }
        let answer = if self.dice(4) == 0 {
            // Twice at the same moment; the phone listens to one of the two.
            let (one, other) = tokio::join!(
                self.wire.send(request.clone(), at_ms),
                self.wire.send(request.clone(), at_ms.map(|at| at + 1)),
            );
            let (one, other) = (one?, other?);
            if one.body != other.body {
                self.wrong(format!("two documents for {}", request.url));
            }
            if self.dice(2) == 0 { one } else { other }
        } else {
            self.wire.send(request.clone(), at_ms).await?
        };
        if self.dice(4) == 0 {
            self.again(&request, &answer.body, at_ms, "repeated").await;
        }
        let old = {
            let before = self.before.lock().expect("not poisoned");
            let at = self.dice.lock().expect("not poisoned").below(before.len() as u64 + 3);
            before.get(usize::try_from(at).expect("small")).cloned()
        };
        if let Some((old, heard)) = old {
            if asks(&answer) {
                self.again(&self.bent(&old), &heard.body, at_ms, "old, with other keys").await;
            } else {
                self.too_late(&self.bent(&old), at_ms).await;
            }
        }
        if is_form(&request) {
            self.before.lock().expect("not poisoned").push((request, answer.clone()));
        }
        Ok(answer)
    }
}
