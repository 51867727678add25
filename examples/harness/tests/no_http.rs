//! Without feature `http` a plugin that imports `http_request` cannot be loaded, and the error says why.
#![cfg(not(feature = "http"))]

use harness_host::{Config, Plugin};

#[test]
fn a_plugin_that_needs_http_is_told_what_is_missing() {
    let error = Plugin::new(include_bytes!("common/http.wat"), &Config::new()).unwrap_err();
    let error = error.to_string();
    assert!(error.contains("env::http_request"), "{error}");
    assert!(error.contains("without its feature `http`"), "{error}");
}
