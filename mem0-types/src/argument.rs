/// What can be given where a method needs a `T`: everything that is `Into<T>`.
///
/// A trait of its own, so that the compiler says what fits instead of listing conversions. A type
/// of yours fits once it has an `impl From<YourType> for T`.
///
/// ```
/// use mem0_sdk::{Argument, Filter, SearchMemoryOptions};
///
/// fn food(filter: impl Argument<Filter>) -> SearchMemoryOptions {
///     SearchMemoryOptions::new(filter.into()).categories(["food"])
/// }
///
/// let options = food(Filter::user_id("alice"));
/// # let _ = options;
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not what is needed here: `{T}`, or what can be made into it",
    label = "needs `{T}`, or what can be made into it",
    note = "to add: a text, a `Message` or a list of `Message`s, and for whom: \
            `Scope::user(\"alice\")` or `AddMemoryOptions`",
    note = "to search and list: `Filter::user_id(\"alice\")`, or options made of it; a scope \
            becomes a filter by `Filter::any_of(&scope)` or `Filter::all_of(&scope)`, and a field \
            by a comparison: `Filter::metadata(\"plan\").eq(\"free\")`",
    note = "to delete all memories of a user: `DeleteScope::user(\"alice\")`, and the user too: \
            `EntityRef::user(\"alice\")`",
    note = "a `String` is any text; write `&id.to_string()` for an id that is a number or a UUID",
    note = "an `Option` may be `None`: take what is in it first, for example \
            `if let Some(event_id) = queued.event_id`",
    note = "a `Timestamp` is a text, epoch seconds, a `SystemTime`, a `Date`, or by a feature a \
            time of chrono, jiff or time; a `Date` is `Date::new(2027, 1, 31)?` or \
            `\"2027-01-31\".parse()?`, and for none there is a method: `clear_expiration_date()`"
)]
pub trait Argument<T>: Into<T> {}

#[diagnostic::do_not_recommend]
impl<T, U: Into<T>> Argument<T> for U {}
