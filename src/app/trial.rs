//! Trying a survey on the phone in the page: a centre of its own in this process, with a store
//! that is thrown away, so that no try counts anywhere.

use std::sync::Arc;

use super::{App, AppError, line};
use crate::clock;
use crate::config::{Basis, Config, Offer};
use crate::desk::edit::{Published, Source};
use crate::store::Store;
use crate::web::phone::{Offer as Lists, PhoneDesk, router};
use crate::web::trial::Trial;
use crate::web::{Router, Site};

/// The phone for tries, made when somebody first opens it.
pub(super) fn trial(app: &App) -> Trial {
    let app = app.clone();
    Trial::new(move || {
        let app = app.clone();
        Box::pin(async move { open(&app).await.map_err(|fault| fault.to_string()) })
    })
}

async fn open(app: &App) -> Result<Router, AppError> {
    let folder = tempfile::tempdir().map_err(AppError::io("tries need a temporary folder"))?;
    let path = folder.path().join("tries.db");
    let store = Store::open(&format!("sqlite:{}", path.display())).await?;
    let main = app.site.clone();
    let mut config: Config = (*main.config).clone();
    config.media = folder.path().to_owned();
    // Everybody who tries is asked, and as the settings would ask.
    config.offer = Offer {
        minimum_talk_seconds: 0,
        hours: Vec::new(),
        caller_days: 0,
        share: 1.0,
        basis: match config.offer.basis {
            Basis::Given => Basis::None,
            basis => basis,
        },
        queues: Default::default(),
        surveys: Default::default(),
        ..config.offer
    };
    let tries = App::assemble(config, store, main.library.clone()).await?;
    let url = &tries.site.config.public_url;
    let mut lines = Vec::new();
    for provider in tries.site.config.providers.values() {
        let mut line = line::to(provider, url);
        line.media = format!("{url}/try/phone/media");
        lines.push(crate::web::phone::LineTemplate { name: provider.name.clone(), line });
    }
    let folder = Arc::new(folder);
    let (app, asked) = (app.clone(), tries.clone());
    let lists = move || -> Lists {
        let (app, tries, folder) = (app.clone(), asked.clone(), folder.clone());
        Box::pin(async move {
            // The folder lives as long as the phone.
            let _ = &folder;
            let read = async {
                follow(&app.site, &tries).await?;
                line::offered(&app).await
            };
            read.await
                .inspect_err(|fault| tracing::warn!("the tries could not be prepared: {fault}"))
                .ok()
        })
    };
    let words = line::words(main.library.clone());
    Ok(router(PhoneDesk::new(lines, tries.voice(), lists, words)))
}

/// Makes the tries ask what is asked now.
async fn follow(main: &Site, tries: &App) -> Result<(), AppError> {
    let desk = &tries.site.desk;
    for survey in main.desk.surveys() {
        if desk.survey(&survey.name).is_some_and(|known| known.version == survey.version) {
            continue;
        }
        let step = Published {
            name: survey.name.clone(),
            seq: desk.step(&survey.name).map_or(1, |step| step.seq + 1),
            version: survey.version,
            source: Source::Page,
            files: String::new(),
            by: String::new(),
            at_ms: clock::now_ms(),
        };
        desk.take_survey(step, (*survey).clone());
    }
    desk.surveys_seen(clock::now_ms()).await?;
    Ok(())
}
