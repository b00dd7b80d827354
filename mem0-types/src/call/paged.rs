use super::call::Call;
use super::endpoint::Endpoint;
use crate::InvalidInput;
use crate::wire::Page;

/// A request for one page of a list. The clients' streams and iterators use it to request all
/// pages.
///
/// Only the SDK's own lists are paged, because the rows of a [`Page`] are types of the SDK. An
/// [`Endpoint`] of your own answers with any type that serde reads, for example a `Vec<T>`.
///
/// ```
/// use mem0_sdk::requests::GetUsers;
/// use mem0_sdk::{Endpoint, Paged};
///
/// let second = GetUsers::new().at_page(2).into_call()?;
/// assert_eq!(second.path_and_query()?, "/v1/entities/?page=2");
/// # Ok::<(), mem0_sdk::InvalidInput>(())
/// ```
pub trait Paged: Endpoint<Response = Page<Self::Row>> + Clone + 'static {
    /// The type of the rows.
    type Row: Send + 'static;

    /// The requested page, from 1.
    ///
    /// ```
    /// # use mem0_sdk::Paged;
    /// use mem0_sdk::requests::GetUsers;
    ///
    /// assert_eq!(GetUsers::new().first_page(), 1);
    /// ```
    fn first_page(&self) -> u64;

    /// The same request for this page.
    ///
    /// ```
    /// # use mem0_sdk::Paged;
    /// use mem0_sdk::requests::GetUsers;
    ///
    /// assert_eq!(GetUsers::new().at_page(2).first_page(), 2);
    /// ```
    #[must_use]
    fn at_page(self, page: u64) -> Self;

    /// A key that differs for every row of the list. With it no row is yielded twice, even when
    /// rows move to another page in the meantime.
    ///
    /// ```
    /// # use mem0_sdk::{Memory, Paged};
    /// use mem0_sdk::requests::GetAllMemories;
    ///
    /// assert_eq!(GetAllMemories::key(&Memory::new("m-1", "Hikes")), ("", "m-1"));
    /// ```
    fn key(row: &Self::Row) -> (&str, &str);
}

/// Adds the query parameters of a paged operation.
pub(crate) fn page_query(
    mut call: Call,
    page: Option<u64>,
    page_size: Option<u32>,
) -> Result<Call, InvalidInput> {
    if let Some(page) = page {
        if page == 0 {
            return Err(InvalidInput::new("page", "must be at least 1"));
        }
        call = call.query("page", page.to_string());
    }
    if let Some(page_size) = page_size {
        if page_size == 0 {
            return Err(InvalidInput::new("page_size", "must be at least 1"));
        }
        call = call.query("page_size", page_size.to_string());
    }
    Ok(call)
}
