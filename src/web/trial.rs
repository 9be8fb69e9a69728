//! The phone on which those who manage try a survey: `/try/phone?survey=NAME&lang=CODE`. Its calls
//! run through real webhooks against a store of their own.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use axum::Router;
use axum::extract::{OriginalUri, Request, State};
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use tokio::sync::OnceCell;
use tower::ServiceExt;

use super::Site;
use super::pages::{PageError, Visit};

/// What makes the phone, when somebody first opens it.
type Make = dyn Fn() -> Pin<Box<dyn Future<Output = Result<Router, String>> + Send>> + Send + Sync;

/// The phone for tries.
#[derive(Clone)]
pub struct Trial {
    make: Arc<Make>,
    made: Arc<OnceCell<Router>>,
}

impl fmt::Debug for Trial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Trial")
    }
}

impl Trial {
    /// A phone that is made by `make`.
    pub fn new(
        make: impl Fn() -> Pin<Box<dyn Future<Output = Result<Router, String>> + Send>>
        + Send
        + Sync
        + 'static,
    ) -> Self {
        Self { make: Arc::new(make), made: Arc::default() }
    }

    /// Everything below `/try`, for those who manage.
    pub fn router(self, site: Site) -> Router {
        let below: Router = Router::new().fallback(tried).with_state((site, self));
        Router::new().nest("/try", below)
    }
}

async fn tried(
    State((site, trial)): State<(Site, Trial)>,
    OriginalUri(whole): OriginalUri,
    request: Request,
) -> Response {
    let (mut parts, body) = request.into_parts();
    // Whoever must sign in first comes back to the whole address.
    let inner = std::mem::replace(&mut parts.uri, whole);
    let visit = match Visit::of(&mut parts, &site).await {
        Ok(visit) => visit,
        Err(refused) => return refused,
    };
    parts.uri = inner;
    if !visit.person.may_manage() {
        return PageError::Forbidden.page(&site, visit.tongue);
    }
    let phone = trial.made.get_or_try_init(|| (trial.make)()).await;
    match phone {
        Ok(phone) => phone.clone().oneshot(Request::from_parts(parts, body)).await.into_response(),
        Err(fault) => {
            tracing::error!("surveys cannot be tried: {fault}");
            (StatusCode::SERVICE_UNAVAILABLE, "surveys cannot be tried now; the log says why\n")
                .into_response()
        }
    }
}
