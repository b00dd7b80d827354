/// Emits `From` for every way to hand over text, so that a type takes all of them. The text arrives
/// as a `Cow<str>`: what was borrowed is copied only where it is kept.
macro_rules! from_text {
    ($name:ident, $text:ident => $value:expr) => {
        impl From<std::borrow::Cow<'_, str>> for $name {
            fn from($text: std::borrow::Cow<'_, str>) -> Self {
                $value
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self::from(std::borrow::Cow::Borrowed(text))
            }
        }

        impl From<&String> for $name {
            fn from(text: &String) -> Self {
                Self::from(std::borrow::Cow::Borrowed(text.as_str()))
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self::from(std::borrow::Cow::Owned(text))
            }
        }
    };
}

pub(crate) use from_text;
