//! Reports what a plugin was denied, when it happens.

use std::fmt;
use std::sync::Arc;

/// Something that a plugin requested and was denied. The plugin itself only gets 0.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Denied {
    /// The `id` of the plugin, as text.
    pub plugin: String,
    /// The host function that it called.
    pub function: &'static str,
    /// The address as the plugin wrote it; empty if the function takes none. For an HTTP request the host and port of
    /// its URL, or of the URL of a redirect.
    pub target: String,
    /// The rule or limit that denied it.
    pub why: Why,
}

/// The rule or limit that denied a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Why {
    /// [`Config::allow`](crate::Config::allow): none of the addresses is allowed.
    NotAllowed,
    /// [`Config::max_connections`](crate::Config::max_connections).
    Connections,
    /// [`Config::max_bytes`](crate::Config::max_bytes), or the limit of one body:
    /// [`Config::max_request_body`](crate::Config::max_request_body),
    /// [`Config::max_response_body`](crate::Config::max_response_body).
    Bytes,
    /// [`Config::max_waiting`](crate::Config::max_waiting).
    Time,
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Why::NotAllowed => "not allowed",
            Why::Connections => "too many connections",
            Why::Bytes => "too many bytes",
            Why::Time => "too much time",
        })
    }
}

impl fmt::Display for Denied {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "plugin {}: {}", self.plugin, self.function)?;
        if !self.target.is_empty() {
            write!(f, " to {}", self.target)?;
        }
        write!(f, ": {}", self.why)
    }
}

/// The function to call.
#[derive(Clone, Default)]
pub(crate) struct Observer(Option<Arc<Observe>>);

type Observe = dyn Fn(&Denied) + Send + Sync;

impl Observer {
    pub fn new(observe: impl Fn(&Denied) + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(observe)))
    }

    pub fn tell(&self, denied: impl FnOnce() -> Denied) {
        if let Some(observe) = &self.0 {
            observe(&denied());
        }
    }
}

impl fmt::Debug for Observer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            Some(_) => "Observer",
            None => "no Observer",
        })
    }
}
