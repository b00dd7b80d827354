//! By what else than its own term a word is found: its other forms, and its beginnings.
//!
//! Texts are short and mix languages, and a query is seldom in the company of the same words as the
//! memory. So nothing guesses the language of a text: the forms of a word depend on the word alone,
//! by its script, and a Latin word that is not English has the stem of each language with a
//! stemmer. Two words are forms of one if they share any of them.

mod by_script;
mod cyrillic;
mod form_set;
mod hindi;
mod latin;
mod semitic;

pub(crate) use by_script::forms_of;
pub(crate) use form_set::Forms;
