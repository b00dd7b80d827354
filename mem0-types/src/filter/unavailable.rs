use std::cmp::Ordering;

use super::expression::Filter;
use super::field::{CategoriesFilter, KeywordsFilter, MetadataFilter, TimeFilter};

/// Emits the operators that a field does not have, as methods that nothing can be given to: the
/// compiler then says which operators the field has. The same for the language's own comparisons.
macro_rules! unavailable {
    (
        $field:ident without $operator:ident: $($method:ident),+;
        $message:literal, $label:literal, $($note:literal),+
    ) => {
        /// What an operator that the field does not have takes: nothing.
        #[doc(hidden)]
        #[diagnostic::on_unimplemented(message = $message, label = $label, $( note = $note ),+)]
        pub trait $operator: Sized {
            fn filter(self) -> Filter;
        }

        #[doc(hidden)]
        #[allow(clippy::should_implement_trait, reason = "it is there to be refused")]
        impl $field {
            $(
                pub fn $method<T: $operator>(self, value: T) -> Filter {
                    value.filter()
                }
            )+
        }

        #[doc(hidden)]
        impl<T: $operator> PartialEq<T> for $field {
            fn eq(&self, _: &T) -> bool {
                false
            }
        }

        #[doc(hidden)]
        impl<T: $operator> PartialOrd<T> for $field {
            fn partial_cmp(&self, _: &T) -> Option<Ordering> {
                None
            }
        }
    };
}

unavailable! {
    TimeFilter without TimeOperator: eq, contains, icontains;
    "a filter on a time has no such operator",
    "not an operator of times",
    "times are compared by methods: `is`, `ne`, `gt`, `gte`, `lt`, `lte`, `between`, `is_in` and \
     `exists`",
    "for example `Filter::created_at().gte(\"2026-01-01\")`, and `is` for an equal time"
}

unavailable! {
    CategoriesFilter without CategoryOperator:
        is, eq, ne, gt, gte, lt, lte, icontains;
    "a filter on categories has no such operator",
    "not an operator of categories",
    "categories have `is_in` and `contains`: `Filter::categories().is_in([\"food\"])`",
    "for those without one negate it: `!Filter::categories().is_in([\"food\"])`"
}

unavailable! {
    MetadataFilter without MetadataOperator: is, gt, gte, lt, lte, is_in, icontains;
    "a filter on metadata has no such operator",
    "not an operator of metadata",
    "metadata has `eq`, `ne` and `contains`: `Filter::metadata(\"plan\").eq(\"free\")`",
    "for one of several values join them: `Filter::metadata(\"plan\").eq(\"free\") | \
     Filter::metadata(\"plan\").eq(\"paid\")`",
    "the platform has no ranges on metadata: compare the metadata that it answers"
}

unavailable! {
    KeywordsFilter without KeywordOperator: is, eq, ne, gt, gte, lt, lte, is_in;
    "a filter on the text of memories has no such operator",
    "not an operator of texts",
    "texts have `contains` and `icontains`: `Filter::keywords().icontains(\"sushi\")`",
    "to find memories by their meaning, use `search`"
}
