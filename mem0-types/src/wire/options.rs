/// Emits the options of a request: fields that are sent when they are set, a setter for each, and
/// `extra` for fields that this version does not know. The examples become doctests.
macro_rules! options {
    (
        $(#[$meta:meta])*
        pub struct $name:ident {
            $( $rfield:ident: $rty:ty, )*
        }
        example $example:expr;
        body {
            $( $(#[$fmeta:meta])* $field:ident: $ty:ty as $kind:ident $($some:ident)? = $arg:expr, )*
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, PartialEq)]
        #[must_use = "each setter returns the changed options"]
        pub struct $name {
            $( pub(crate) $rfield: $rty, )*
            $( pub(crate) $field: Option<$ty>, )*
            extra: serde_json::Map<String, serde_json::Value>,
        }

        impl $name {
            fn unset($( $rfield: $rty ),*) -> Self {
                Self { $( $rfield, )* $( $field: None, )* extra: serde_json::Map::new() }
            }

            $(
                $crate::wire::setter! {
                    $(#[$fmeta])*
                    ///
                    /// ```
                    /// use mem0_sdk::*;
                    ///
                    #[doc = concat!(
                        "let options = ", stringify!($example),
                        ".", stringify!($field), "(", stringify!($arg), ");",
                    )]
                    #[doc = concat!(
                        "assert!(serde_json::json!(options).get(\"", stringify!($field), "\").is_some());",
                    )]
                    /// # Ok::<(), InvalidInput>(())
                    /// ```
                    $field: $ty as $kind $($some)?
                }
            )*

            /// Sends one more field in the request body, for fields that the platform adds after
            /// this version. A field that has a method of its own is refused before sending.
            ///
            /// ```
            /// use mem0_sdk::*;
            ///
            #[doc = concat!("let options = ", stringify!($example), ".extra(\"new_field\", true);")]
            /// assert_eq!(serde_json::json!(options)["new_field"], true);
            /// ```
            pub fn extra(
                mut self,
                name: impl $crate::Argument<String>,
                value: impl $crate::Argument<serde_json::Value>,
            ) -> Self {
                self.extra.insert(name.into(), value.into());
                self
            }

            /// Refuses an extra with the name of a typed field, of these or of `others`.
            fn check_extra(&self, others: &[&str]) -> Result<(), $crate::InvalidInput> {
                let typed = [$( stringify!($field) ),*];
                match self.extra.keys().find(|name| {
                    typed.contains(&name.as_str()) || others.contains(&name.as_str())
                }) {
                    None => Ok(()),
                    Some(name) => Err($crate::InvalidInput::new(
                        name.clone(),
                        "must be set by its own method instead of extra",
                    )),
                }
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                use serde::ser::SerializeMap;

                let mut map = serializer.serialize_map(None)?;
                $(
                    if let Some(value) = &self.$field {
                        map.serialize_entry(stringify!($field), value)?;
                    }
                )*
                for (name, value) in &self.extra {
                    map.serialize_entry(name, value)?;
                }
                map.end()
            }
        }

        impl std::fmt::Debug for $name {
            /// The fields that are set, never their values.
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                let mut set: Vec<&str> = Vec::new();
                $( if self.$field.is_some() { set.push(stringify!($field)); } )*
                f.write_str(stringify!($name))?;
                f.debug_set()
                    .entries(set.into_iter().chain(self.extra.keys().map(String::as_str)))
                    .finish()
            }
        }
    };
}

/// Emits one setter. A `value` is taken as it is, `into` takes what can be made into it, `object`
/// takes what serde can write, and a `list` takes an iterator of texts. A `nullable` value is taken
/// as `into`; a method of its own sends null.
macro_rules! setter {
    ($(#[$meta:meta])* $field:ident: $ty:ty as value) => {
        $(#[$meta])*
        pub fn $field(mut self, $field: $ty) -> Self {
            self.$field = Some($field);
            self
        }
    };
    ($(#[$meta:meta])* $field:ident: $ty:ty as into) => {
        $(#[$meta])*
        pub fn $field(mut self, $field: impl $crate::Argument<$ty>) -> Self {
            self.$field = Some($field.into());
            self
        }
    };
    ($(#[$meta:meta])* $field:ident: $ty:ty as nullable $some:ident) => {
        $(#[$meta])*
        pub fn $field(mut self, $field: impl $crate::Argument<$some>) -> Self {
            self.$field = Some(Some($field.into()));
            self
        }
    };
    ($(#[$meta:meta])* $field:ident: $ty:ty as object) => {
        $(#[$meta])*
        pub fn $field(mut self, $field: impl serde::Serialize) -> Self {
            self.$field = Some($crate::wire::Object::of($field));
            self
        }
    };
    ($(#[$meta:meta])* $field:ident: $ty:ty as list) => {
        $(#[$meta])*
        pub fn $field<I: $crate::Argument<String>>(mut self, $field: impl IntoIterator<Item = I>) -> Self {
            self.$field = Some($field.into_iter().map(Into::into).collect());
            self
        }
    };
}

pub(crate) use {options, setter};
