//! Hindi and its neighbours in Devanagari, by the endings of Ramanathan and Rao's light stemmer.

use crate::text::forms::form_set::{Forms, without_ending};

const ENDINGS: &str = "\
    ो े ू ु ी ि ा ं कर ाओ िए ाई ाए ने नी ना ते ीं ती ता ाँ ां ों ें ाकर ाइए ाईं ाया ेगी ेगा ोगी \
    ोगे ाने ाना ाते ाती ाता तीं ाओं ाएं ुओं ुएं ुआं ाएगी ाएगा ाओगी ाओगे एंगी ेंगी एंगे ेंगे \
    ूंगी ूंगा ातीं नाओं नाएं ताओं ताएं ियां ियों ियाँ ाएंगी ाएंगे ाऊंगी ाऊंगा याँ यां यों ये या \
    यी ओं एं एँ ए ई इए ओ";

pub(super) fn add(word: &str, forms: &mut Forms) {
    // Longer endings are those of verbs, and a noun may end like one.
    forms.add_same(without_ending(word, "ो े ू ु ी ि ा ं ए ई ओ", 2), 2);
    forms.add_same(without_ending(word, ENDINGS, 2), 2);
    forms.add_beginnings(word);
}
