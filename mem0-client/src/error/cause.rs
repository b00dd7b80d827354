use std::error::Error as StdError;

/// Whether the error, or one beneath it, says that no connection was made.
pub(crate) fn is_connect(error: &(dyn StdError + 'static)) -> bool {
    let mut next = Some(error);
    while let Some(error) = next {
        if error.downcast_ref::<reqwest::Error>().is_some_and(reqwest::Error::is_connect) {
            return true;
        }
        if let Some(io) = error.downcast_ref::<std::io::Error>() {
            // Only connecting can be refused.
            if io.kind() == std::io::ErrorKind::ConnectionRefused {
                return true;
            }
        }
        next = error.source();
    }
    false
}

/// Whether the HTTP client could not be made: no certificates to trust, for example.
pub(crate) fn is_setup(error: &(dyn StdError + 'static)) -> bool {
    error.downcast_ref::<reqwest::Error>().is_some_and(reqwest::Error::is_builder)
}
