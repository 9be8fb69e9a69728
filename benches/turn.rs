//! What one turn costs between the socket and the store, on every kind of provider: the whole, and
//! its parts. `cargo bench --bench turn`; the figures stand in `docs/performance.md`.

#[path = "../tests/turn/mod.rs"]
mod turn;

use std::hint::black_box;
use std::time::Duration;

use aftercall::dialect::{self, Kind, What};
use aftercall::interview::Input;
use aftercall::telemetry::request::{Names, Request, concerns, during, part};
use aftercall::telemetry::traces::Traces;
use criterion::{Criterion, criterion_group, criterion_main};
use futures_util::FutureExt as _;

use turn::{Asked, Server};

/// The answer to the second question, and the third question, as the phone of that kind sends and
/// hears them.
fn asked(server: &Server) -> Asked {
    let call = server.call("4 1 3 7");
    let is_answer = |asked: &Asked| matches!(asked.event.what, What::Turn(Input::Keys(_)));
    let mut answers = call.into_iter().filter(is_answer);
    answers.nth(1).expect("an answer")
}

fn turns(criterion: &mut Criterion) {
    for kind in Kind::ALL {
        let server = Server::new(kind);
        let Asked { request: webhook, event, document } = asked(&server);
        let request = webhook.request();
        let params = dialect::params(&request).expect("reads");
        let What::Turn(input) = &event.what else { panic!("{event:?}") };
        let state = server.open(&event.token).expect("our token");
        let next = server.step(&state, input, webhook.at_ms);
        let token = server.seal(&next.state);
        assert_eq!(server.answer(&webhook).expect("a turn"), document);
        println!(
            "{}: {} parameters, {} bytes of body, {} of document, {} of token",
            kind.title(),
            params.query.len() + params.body.len(),
            webhook.body.len(),
            document.len(),
            token.len()
        );

        let mut bench = |part: &str, work: &mut dyn FnMut()| {
            let name = format!("{part}/{}", kind.word());
            criterion.bench_function(&name, |bencher| bencher.iter(&mut *work));
        };
        bench("turn", &mut || drop(black_box(server.answer(black_box(&webhook)))));
        bench("params", &mut || drop(black_box(dialect::params(black_box(&request)))));
        bench("verify", &mut || {
            let _ = black_box(server.verify(black_box(&request), &params));
        });
        bench("read", &mut || drop(black_box(server.read(black_box(&request), &params))));
        bench("open", &mut || drop(black_box(server.open(black_box(&event.token)))));
        bench("step", &mut || {
            drop(black_box(server.step(black_box(&state), input, webhook.at_ms)))
        });
        bench("seal", &mut || drop(black_box(server.seal(black_box(&next.state)))));
        bench("write", &mut || {
            drop(black_box(server.write(black_box(&next.state), &next.order, &token, None)));
        });
    }
}

/// What it costs that each request has a name and may be traced, where nothing is.
fn named(criterion: &mut Criterion) {
    let (names, traces) = (Names::new(7), Traces::default());
    criterion.bench_function("request", |bencher| {
        bencher.iter(|| {
            let request = Request::new(names.make(), traces.begin("POST", None));
            let work = async {
                concerns(black_box([7; 16]));
                part("commit", std::future::ready(())).await;
            };
            black_box(during(request, work).now_or_never())
        });
    });
}

criterion_group! {
    name = benches;
    config = Criterion::default()
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_secs(1));
    targets = turns, named
}
criterion_main!(benches);
