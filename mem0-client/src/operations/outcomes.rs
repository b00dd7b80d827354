use std::ops::Deref;
use std::{fmt, slice, vec};

use crate::Error;

/// The outcome of each item of [`add_many`](crate::AsyncMemoryClient::add_many),
/// [`batch_update`](crate::AsyncMemoryClient::batch_update) or
/// [`batch_delete`](crate::AsyncMemoryClient::batch_delete), in the order of the items.
///
/// If an item fails, the others go on, so that some may have been carried out and some not. It
/// dereferences to the slice of outcomes.
///
/// ```
/// # use mem0_sdk::{AddMemoryResponse, Outcomes};
/// fn report(added: &Outcomes<AddMemoryResponse>) {
///     println!("{} of {}", added.len() - added.failed().count(), added.len());
///     for (index, error) in added.failed().filter(|(_, error)| error.is_retryable()) {
///         println!("{index} may be sent again: {error}");
///     }
/// }
/// ```
#[must_use = "some items may have failed: look at each outcome, or call `all()`"]
pub struct Outcomes<T>(Vec<Result<T, Error>>);

impl<T> Outcomes<T> {
    pub(crate) fn new(outcomes: Vec<Result<T, Error>>) -> Self {
        Self(outcomes)
    }

    /// All answers, or else the first error alone.
    ///
    /// # Errors
    /// The error of the first item that failed.
    ///
    /// ```
    /// # use mem0_sdk::{AsyncMemoryClient, Error};
    /// # async fn example(client: AsyncMemoryClient) -> Result<(), Error> {
    /// client.batch_delete(["0f1c8fb4-6d20-4a5e-9d62-0a4c7b1f5f10"]).await?.all()?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn all(self) -> Result<Vec<T>, Error> {
        self.0.into_iter().collect()
    }

    /// The items that failed, with their index.
    ///
    /// ```
    /// # use mem0_sdk::{BatchResponse, Outcomes};
    /// fn failed(deleted: &Outcomes<BatchResponse>) -> Vec<usize> {
    ///     deleted.failed().map(|(index, _)| index).collect()
    /// }
    /// ```
    pub fn failed(&self) -> impl Iterator<Item = (usize, &Error)> {
        self.0
            .iter()
            .enumerate()
            .filter_map(|(index, outcome)| Some((index, outcome.as_ref().err()?)))
    }
}

impl<T> Deref for Outcomes<T> {
    type Target = [Result<T, Error>];

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl<T> IntoIterator for Outcomes<T> {
    type Item = Result<T, Error>;
    type IntoIter = vec::IntoIter<Self::Item>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<'a, T> IntoIterator for &'a Outcomes<T> {
    type Item = &'a Result<T, Error>;
    type IntoIter = slice::Iter<'a, Result<T, Error>>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<T> fmt::Debug for Outcomes<T> {
    /// Shows how many there are, and the first error.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Outcomes")
            .field("len", &self.len())
            .field("failed", &self.failed().count())
            .field("first_error", &self.failed().next().map(|(_, error)| error.to_string()))
            .finish()
    }
}
