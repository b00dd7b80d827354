/// Emits a request whose arguments are all required: its struct, `new`, and a `Debug` that shows
/// neither ids nor content. The example is held against the method and the path that it must send.
macro_rules! request {
    (
        $(#[$meta:meta])*
        pub struct $name:ident {
            $( $(#[doc = $doc:literal])+ $field:ident: $ty:ty, )*
        }
        example $example:literal sends $method:literal $path:literal;
    ) => {
        $(#[$meta])*
        ///
        /// ```
        /// use mem0_types::requests::*;
        /// use mem0_types::*;
        ///
        #[doc = concat!("let call = ", $example, ".into_call()?;")]
        #[doc = concat!("assert_eq!(call.method(), \"", $method, "\");")]
        #[doc = concat!("assert_eq!(call.path_and_query()?, \"", $path, "\");")]
        /// # Ok::<(), InvalidInput>(())
        /// ```
        #[derive(Clone, PartialEq)]
        #[non_exhaustive]
        pub struct $name {
            $( pub(crate) $field: $ty, )*
        }

        impl $name {
            /// The request, checked when it is sent:
            ///
            $(
                #[doc = concat!("- `", stringify!($field), "`:", $($doc),+)]
            )*
            ///
            /// ```
            /// use mem0_types::requests::*;
            /// use mem0_types::*;
            ///
            #[doc = concat!("let request = ", $example, ";")]
            /// # let _ = request;
            /// ```
            pub fn new($( $field: impl Into<$ty> ),*) -> Self {
                Self { $( $field: $field.into() ),* }
            }
        }

        $crate::call::request! { default $name $( $field )* }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.debug_struct(stringify!($name)).finish_non_exhaustive()
            }
        }
    };
    (default $name:ident) => {
        impl Default for $name {
            fn default() -> Self {
                Self::new()
            }
        }
    };
    (default $name:ident $( $field:ident )+) => {};
}

pub(crate) use request;
