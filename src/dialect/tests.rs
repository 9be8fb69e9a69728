//! Tests over all dialects, and what their tests share.

mod africastalking;
mod bandwidth;
mod decoding;
mod family;
mod kookoo;
mod plivo;
mod reading;
mod signature;
mod trusting;
mod voicexml;
mod writing;

use std::net::IpAddr;

use http::{HeaderMap, HeaderName, HeaderValue};

use super::*;

/// A webhook as the tests write it down.
#[derive(Clone, Debug)]
struct Webhook {
    method: Method,
    target: String,
    headers: HeaderMap,
    body: Vec<u8>,
    peer: IpAddr,
    upload: Option<Upload>,
}

impl Webhook {
    fn get(target: &str) -> Self {
        Self {
            method: Method::Get,
            target: target.to_owned(),
            headers: HeaderMap::new(),
            body: Vec::new(),
            peer: IpAddr::from([203, 0, 113, 5]),
            upload: None,
        }
    }

    fn post(target: &str, body: impl Into<Vec<u8>>) -> Self {
        Self { method: Method::Post, body: body.into(), ..Self::get(target) }
            .header("content-type", "application/x-www-form-urlencoded; charset=UTF-8")
    }

    fn json(target: &str, body: &str) -> Self {
        Self::post(target, body).header("content-type", "application/json")
    }

    fn header(mut self, name: &str, value: &str) -> Self {
        let name = HeaderName::from_bytes(name.as_bytes()).unwrap();
        self.headers.insert(name, HeaderValue::from_bytes(value.as_bytes()).unwrap());
        self
    }

    fn from(mut self, peer: &str) -> Self {
        self.peer = peer.parse().unwrap();
        self
    }

    fn with_upload(mut self, id: &str, seconds: u32) -> Self {
        self.upload = Some(Upload { id: id.to_owned(), seconds: Some(seconds) });
        self
    }

    fn request(&self) -> Request<'_> {
        Request {
            method: self.method,
            target: &self.target,
            headers: &self.headers,
            body: &self.body,
            peer: self.peer,
            now_ms: 0,
            upload: self.upload.as_ref(),
        }
    }

    fn params(&self) -> Params {
        params(&self.request()).unwrap()
    }

    fn read(&self, kind: Kind) -> CallEvent {
        of(kind).read(&self.request(), &self.params())
    }

    fn verify(&self, kind: Kind, who: &Credentials) -> Result<Trust, Refusal> {
        of(kind).verify(&self.request(), &self.params(), who)
    }
}

/// A provider's section with nothing in it but an address.
fn credentials(public_url: &str) -> Credentials {
    Credentials {
        public_url: public_url.to_owned(),
        auth_tokens: Vec::new(),
        public_keys: Vec::new(),
        start_keys: Vec::new(),
        allow_from: Vec::new(),
        client_cert_header: None,
        verify: true,
    }
}

#[test]
fn every_kind_has_its_dialect() {
    for kind in Kind::ALL {
        assert_eq!(of(kind).kind(), kind);
        let content_type = match kind {
            Kind::Plivo | Kind::Africastalking => "application/xml",
            Kind::Bandwidth => "application/xml; charset=utf-8",
            Kind::Voicexml => "application/voicexml+xml",
            _ => "text/xml",
        };
        assert_eq!(of(kind).content_type(), content_type);
    }
}
