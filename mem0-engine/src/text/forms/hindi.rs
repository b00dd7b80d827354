//! Hindi and its neighbours in Devanagari, by the endings of Ramanathan and Rao's light stemmer.

use crate::text::forms::form_set::{Forms, without_ending};

const ENDINGS: &str = "\
    ो े ू ु ी ि ा ं कर ाओ िए ाई ाए ने नी ना ते ीं ती ता ाँ ां ों ें ाकर ाइए ाईं ाया ेगी ेगा ोगी \
    ोगे ाने ाना ाते ाती ाता तीं ाओं ाएं ुओं ुएं ुआं ाएगी ाएगा ाओगी ाओगे एंगी ेंगी एंगे ेंगे \
    ूंगी ूंगा ातीं नाओं नाएं ताओं ताएं ियां ियों ियाँ ाएंगी ाएंगे ाऊंगी ाऊंगा याँ यां यों ये या \
    यी ओं एं एँ ए ई इए ओ";

/// Of boys and girls: लड़का and लड़की.
const OTHER_NAMES: [&str; 2] = ["ा", "ी"];

pub(super) fn add(word: &str, forms: &mut Forms) {
    // Longer endings are those of verbs, and a noun may end like one.
    for endings in ["ो े ू ु ी ि ा ं ए ई ओ", ENDINGS] {
        forms.add_stem(word, without_ending(word, endings, 2), 2, &OTHER_NAMES);
    }
    forms.add_beginnings(word);
}
