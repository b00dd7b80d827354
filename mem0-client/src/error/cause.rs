use std::error::Error as StdError;

/// Whether the error, or one beneath it, says that no connection was made.
pub(crate) fn is_connect(error: &(dyn StdError + 'static)) -> bool {
    any(error, |error| {
        let io = error.downcast_ref::<std::io::Error>();
        error.downcast_ref::<reqwest::Error>().is_some_and(reqwest::Error::is_connect)
            // Only connecting can be refused.
            || io.is_some_and(|io| io.kind() == std::io::ErrorKind::ConnectionRefused)
    })
}

/// Whether this holds for the error, or for one beneath it.
fn any(error: &(dyn StdError + 'static), holds: fn(&(dyn StdError + 'static)) -> bool) -> bool {
    std::iter::successors(Some(error), |&error| beneath(error)).any(holds)
}

fn beneath<'a>(error: &'a (dyn StdError + 'static)) -> Option<&'a (dyn StdError + 'static)> {
    // The source of an `io::Error` is that of the error in it, which would be passed over.
    match error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref) {
        Some(inner) => Some(inner),
        None => error.source(),
    }
}

/// Whether the HTTP client could not be made: no certificates to trust, for example.
pub(crate) fn is_setup(error: &(dyn StdError + 'static)) -> bool {
    error.downcast_ref::<reqwest::Error>().is_some_and(reqwest::Error::is_builder)
}

/// Whether an attempt to connect ended because the two ends could not agree on a secure connection: a
/// certificate that is not trusted, or a server that speaks something else.
pub(crate) fn is_insecure(error: &(dyn StdError + 'static)) -> bool {
    any(error, |error| {
        let io = error.downcast_ref::<std::io::Error>();
        // How rustls tells of its own errors.
        io.is_some_and(|io| io.kind() == std::io::ErrorKind::InvalidData)
    })
}

/// Whether a proxy wants to know who asks before it connects. The type of that error is not public.
pub(crate) fn is_stopped_by_a_proxy(error: &(dyn StdError + 'static)) -> bool {
    any(error, |error| error.to_string().ends_with("proxy authorization required"))
}
