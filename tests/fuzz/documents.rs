//! The phone hears what no server of ours would say: its strict readers of XML, and what it does
//! with what they read.

use aftercall::phone::{EndedBy, Phone, Scripted, WebRequest, WebResponse, Wire, WireError};
use bolero::{TypeGenerator, check};

use crate::bend::{Bend, bent_text};
use crate::turn::{Server, alone};
use crate::{PLATFORMS, RUNS_FOR, one, one_at_a_time};

/// A document of a call, bent.
#[derive(Clone, Debug, TypeGenerator)]
struct Strange {
    kind: u8,
    /// Of which kind the document is; most often of the one that hears it.
    from_another: Option<u8>,
    which: u8,
    bends: Vec<Bend>,
    script: u8,
}

const SCRIPTS: [&str; 5] = ["4", "-", "say:2", "bye", "* # 10"];
/// As much as a document may have, and a little more.
const MOST: usize = 1024 * 1024 + 1;

/// Says the same, whatever is asked.
struct Says<'a> {
    server: &'a Server,
    document: String,
}

impl Wire for Says<'_> {
    async fn send(&self, request: WebRequest, _: Option<i64>) -> Result<WebResponse, WireError> {
        Ok(self.server.heard(&request, || self.document.clone()))
    }
}

#[test]
fn documents() {
    let _alone = one_at_a_time();
    check!().with_type::<Strange>().with_iterations(usize::MAX).with_test_time(RUNS_FOR).for_each(
        |strange| {
            let server = &one(&PLATFORMS, strange.kind).server;
            let from = one(&PLATFORMS, strange.from_another.unwrap_or(strange.kind));
            let right = &one(&from.asked, strange.which).document;
            let document = bent_text(right, &strange.bends, MOST);
            let phone = Phone::new(Says { server, document });
            let script: &&str = one(&SCRIPTS, strange.script);
            let mut caller = Scripted::new(script).expect("a script");
            let outcome = alone(phone.call(&server.line(), &mut caller, |_| {}));
            // What the platform would not take is told, and ends the call.
            let told = outcome.ended_by != EndedBy::Fault || !outcome.faults.is_empty();
            assert!(told, "a fault without a word");
        },
    );
}
