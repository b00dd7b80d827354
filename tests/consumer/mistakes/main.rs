//! Wrong calls, which do not compile. Each line that ends in `//~` has one error, in which the
//! reader finds the text that follows: `mistakes.rs` of the tests checks that.

mod asynchronous;
mod blocking;
mod conditions;

fn main() {}
