/// Emits a request: its struct, `new`, a setter for each optional argument, and a `Debug` that
/// shows neither ids nor content. Its `Endpoint` is written beside it by hand.
///
/// ```text
/// request! {
///     /// Reads one color: `GET /v1/colors/{color_id}/`.
///     pub struct GetColor {
///         /// the color's id
///         color_id: String,
///         /// how to read it
///         options: ColorOptions as shown,
///     }
///     optional {
///         /// How dark it is, 0 to 9.
///         shade: u8 as value = 3 => call.path_and_query()? == "/v1/colors/c-1/?shade=3",
///     }
///     example GetColor::new("c-1", ColorOptions::new()) => GET "/v1/colors/c-1/";
/// }
/// ```
///
/// The examples become doctests. The example of an optional argument is followed by a condition
/// that the call with this argument meets. The kinds of arguments are those of `setter!`. `Debug`
/// shows arguments that are marked `shown` and optional arguments of the kind `value`, which are
/// numbers and switches.
///
/// A list with pages has one more line before the example: `pages Color => |row| …;`, with a key
/// that differs for every row. The request then has an optional argument `page`, or options that
/// have one: `pages in options: Color => …`. An example can also say which body it sends: `=> POST
/// "/v1/colors/" with r#"{"name":"red"}"#;`.
macro_rules! request {
    (
        $(#[$meta:meta])*
        pub struct $name:ident {
            $( $(#[doc = $doc:literal])+ $field:ident: $ty:ty $(as $shown:ident)?, )*
        }
        $( optional {
            $(
                $(#[$ometa:meta])*
                $ofield:ident: $oty:ty as $kind:ident = $arg:expr => $proof:expr,
            )+
        } )?
        $( pages $(in $part:ident:)? $row:ty => |$one:ident| $key:expr; )?
        example $example:expr => $method:ident $path:literal $(with $body:literal)?;
    ) => {
        $(#[$meta])*
        ///
        /// ```
        /// use mem0_sdk::requests::*;
        /// use mem0_sdk::*;
        ///
        #[doc = concat!("let call = ", stringify!($example), ".into_call()?;")]
        #[doc = concat!("assert_eq!(call.method(), \"", stringify!($method), "\");")]
        #[doc = concat!("assert_eq!(call.path_and_query()?, ", stringify!($path), ");")]
        $( #[doc = concat!("assert_eq!(call.body().unwrap(), ", stringify!($body), ");")] )?
        /// # Ok::<(), InvalidInput>(())
        /// ```
        #[derive(Clone, PartialEq)]
        #[must_use = "a request does nothing until it is sent"]
        #[non_exhaustive]
        pub struct $name {
            $( $field: $ty, )*
            $($( $ofield: Option<$oty>, )+)?
        }

        impl $name {
            $crate::call::request! {
                new $name [$( $($doc)+, $field: $ty; )*] [$($( $ofield )+)?] $example
            }

            $($(
                $crate::wire::setter! {
                    $(#[$ometa])*
                    ///
                    /// ```
                    /// use mem0_sdk::requests::*;
                    /// use mem0_sdk::*;
                    ///
                    #[doc = concat!(
                        "let call = ", stringify!($example),
                        ".", stringify!($ofield), "(", stringify!($arg), ").into_call()?;",
                    )]
                    #[doc = concat!("assert!(", stringify!($proof), ");")]
                    /// # Ok::<(), InvalidInput>(())
                    /// ```
                    $ofield: $oty as $kind
                }
            )+)?
        }

        $crate::call::request! { default $name $( $field )* }

        impl std::fmt::Debug for $name {
            /// Neither ids nor content.
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                let mut shown = f.debug_struct(stringify!($name));
                $( $crate::call::request! { show $(as $shown)? shown self $field } )*
                $($( $crate::call::request! { show as $kind shown self $ofield } )+)?
                shown.finish_non_exhaustive()
            }
        }

        $(
            impl $crate::call::Paged for $name {
                type Row = $row;

                fn first_page(&self) -> u64 {
                    self.$($part.)?page.unwrap_or(1)
                }

                fn at_page(mut self, page: u64) -> Self {
                    self.$($part.)?page = Some(page);
                    self
                }

                fn key($one: &$row) -> (&str, &str) {
                    $key
                }
            }
        )?
    };
    (new $name:ident [] [$( $ofield:ident )*] $example:expr) => {
        /// The request. No argument is required.
        ///
        /// ```
        /// use mem0_sdk::requests::*;
        /// use mem0_sdk::*;
        ///
        #[doc = concat!("assert!(", stringify!($example), ".into_call().is_ok());")]
        /// ```
        pub fn new() -> Self {
            Self { $( $ofield: None ),* }
        }
    };
    (
        new $name:ident
        [$( $($doc:literal)+, $field:ident: $ty:ty; )+] [$( $ofield:ident )*] $example:expr
    ) => {
        /// The request, which is checked when it is sent:
        ///
        $(
            #[doc = concat!("- `", stringify!($field), "`:", $($doc),+)]
        )*
        ///
        /// ```
        /// use mem0_sdk::requests::*;
        /// use mem0_sdk::*;
        ///
        #[doc = concat!("assert!(", stringify!($example), ".into_call().is_ok());")]
        /// ```
        pub fn new($( $field: impl $crate::Argument<$ty> ),+) -> Self {
            Self { $( $field: $field.into(), )+ $( $ofield: None ),* }
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
    (show as shown $to:ident $this:ident $field:ident) => {
        $to.field(stringify!($field), &$this.$field);
    };
    (show as value $to:ident $this:ident $field:ident) => {
        if let Some(value) = &$this.$field {
            $to.field(stringify!($field), value);
        }
    };
    (show as into $to:ident $this:ident $field:ident) => {};
    (show as list $to:ident $this:ident $field:ident) => {};
    (show $to:ident $this:ident $field:ident) => {};
}

pub(crate) use request;
