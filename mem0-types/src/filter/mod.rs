//! The platform's filter language: an algebra that prints its JSON and is read back from it.
//!
//! May name `ids`, `time` and `wire`.

mod condition;
mod constructors;
mod expression;
mod field;
mod parse;
mod unavailable;

pub use condition::{
    CategoryCondition, Condition, IdCondition, MetadataCondition, TextCondition, TimeComparison,
    TimeField,
};
pub use expression::{Expression, Filter};
pub use field::{CategoriesFilter, KeywordsFilter, MetadataFilter, TimeFilter};
