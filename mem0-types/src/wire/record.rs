use serde_json::Error;

use super::cursor::Cursor;

/// A type that is read from one JSON object, field by field. An odd value only costs its own field.
pub trait Record: Sized + sealed::Sealed {
    /// Reads the next object.
    ///
    /// # Errors
    /// When it is not a JSON object, or lacks a required field.
    #[doc(hidden)]
    fn read(cursor: &mut Cursor<'_>) -> Result<Self, Error>;

    /// Reads a text that is one object.
    ///
    /// # Errors
    /// As [`read`](Self::read), and when something follows the object.
    #[doc(hidden)]
    fn from_json(json: &str) -> Result<Self, Error> {
        let mut cursor = Cursor::new(json);
        let record = Self::read(&mut cursor)?;
        cursor.end()?;
        Ok(record)
    }
}

pub(crate) mod sealed {
    pub trait Sealed {}
}

/// Emits a response type: its struct, reading, writing, and a `Debug` that shows no content.
///
/// Without its `required` fields an object is refused, `defaulted` fields are empty when absent,
/// and the others are `optional`. A field may have a second wire name, as in `"run_id" |
/// "session_id"`; when both are sent, the first is the field and the second is an extra. A
/// defaulted field that is also an argument of `new` says so: `"memory" in new(memory)`. One whose
/// default is null on the wire is written as null where null was read: `as nullable`. An optional
/// field that is itself a frequent record is read in place, without serde: `"score_breakdown" as
/// record`.
macro_rules! record {
    (
        $(#[$meta:meta])*
        pub struct $name:ident {
            required { $( $(#[$rmeta:meta])* $rfield:ident: $rty:ty = $rwire:literal, )* }
            defaulted {
                $(
                    $(#[$dmeta:meta])*
                    $dfield:ident: $dty:ty =
                        $dwire:literal $(in new($given:ident))? $(as $dkind:ident)?,
                )*
            }
            optional {
                $(
                    $(#[$ometa:meta])*
                    $ofield:ident: $oty:ty = $owire:literal $(| $alias:literal)? $(as $kind:ident)?,
                )*
            }
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, PartialEq)]
        #[non_exhaustive]
        pub struct $name {
            $( $(#[$rmeta])* pub $rfield: $rty, )*
            $( $(#[$dmeta])* pub $dfield: $dty, )*
            $( $(#[$ometa])* pub $ofield: Option<$oty>, )*
            extra: $crate::wire::Extra,
        }

        impl $name {
            /// An answer with these fields only, for tests and fakes.
            #[allow(clippy::new_without_default, reason = "an empty answer is not a useful default")]
            pub fn new($( $rfield: impl $crate::Argument<$rty>, )* $( $( $given: impl $crate::Argument<$dty>, )? )*) -> Self {
                Self {
                    $( $rfield: $rfield.into(), )*
                    $( $dfield: $crate::wire::record!(default $dty $(, $given)?), )*
                    $( $ofield: None, )*
                    extra: $crate::wire::Extra::default(),
                }
            }

            /// The other fields of the answer.
            pub fn extra(&self) -> &$crate::wire::Extra {
                &self.extra
            }
        }

        impl $crate::wire::sealed::Sealed for $name {}

        impl $crate::wire::Record for $name {
            fn read(
                cursor: &mut $crate::wire::Cursor<'_>,
            ) -> Result<Self, serde_json::Error> {
                $( let mut $rfield = $crate::wire::Slot::<$rty>::new(); )*
                $( let mut $dfield = $crate::wire::Slot::<$dty>::new(); )*
                $( let mut $ofield = $crate::wire::Slot::<$oty>::new(); )*
                let mut extra = $crate::wire::Extra::default();
                cursor.object(|name, cursor| match name {
                    $( $rwire => $rfield.read($rwire, cursor, &mut extra), )*
                    $(
                        $dwire => $crate::wire::record!(
                            read $dfield $dwire cursor extra $($dkind)?
                        ),
                    )*
                    $(
                        $owire => $crate::wire::record!(
                            read $ofield $owire cursor extra $($kind)?
                        ),
                        $( $alias => $ofield.keep_other(cursor), )?
                    )*
                    name => {
                        extra.push(name, cursor.raw()?);
                        Ok(())
                    }
                })?;
                $( let $dfield = $dfield.into_value(); )*
                $(
                    if $dfield.as_ref().is_some_and(|value| *value == <$dty>::default()) {
                        extra.note_empty($dwire);
                    }
                )*
                Ok(Self {
                    $( $rfield: match $rfield.into_value() {
                        Some(value) => value,
                        None => return Err(serde::de::Error::missing_field($rwire)),
                    }, )*
                    $( $dfield: $dfield.unwrap_or_default(), )*
                    $( $ofield: $crate::wire::record!(finish $ofield extra $($alias)?), )*
                    extra,
                })
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                $crate::wire::deserialize(deserializer)
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                use serde::ser::SerializeMap;

                let mut map = serializer.serialize_map(None)?;
                $( map.serialize_entry($rwire, &self.$rfield)?; )*
                $(
                    let $dfield =
                        self.$dfield != <$dty>::default() || self.extra.was_empty($dwire);
                    if $dfield {
                        map.serialize_entry($dwire, &self.$dfield)?;
                    }
                )*
                $(
                    let $ofield = $owire;
                    $(
                        // The extras hold a value of another type under the first name.
                        let $ofield = if self.extra.contains($owire) { $alias } else { $ofield };
                    )?
                    if let Some(value) = &self.$ofield {
                        map.serialize_entry($ofield, value)?;
                    }
                )*
                for (name, json) in self.extra.iter() {
                    let written = false
                        $( || name == $rwire )*
                        $( || (name == $dwire && $dfield) )*
                        $( || (name == $ofield && self.$ofield.is_some()) )*;
                    if !written {
                        map.serialize_entry(name, json)?;
                    }
                }
                map.end()
            }
        }

        impl std::fmt::Debug for $name {
            /// The fields that are set, never their values: answers contain what people said. Of
            /// other fields it shows how many there are, since their names come from outside too.
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                let fields = [
                    $( ($rwire, true), )*
                    $( ($dwire, self.$dfield != <$dty>::default()), )*
                    $( ($owire, self.$ofield.is_some()), )*
                ];
                let set = fields.into_iter().filter_map(|(name, is_set)| is_set.then_some(name));
                f.write_str(stringify!($name))?;
                let mut shown = f.debug_set();
                shown.entries(set);
                if !self.extra.is_empty() {
                    shown.entry(&self.extra);
                }
                shown.finish()
            }
        }
    };
    (read $field:ident $wire:literal $cursor:ident $extra:ident) => {
        $field.read($wire, $cursor, &mut $extra)
    };
    (read $field:ident $wire:literal $cursor:ident $extra:ident record) => {
        $field.read_with($wire, $cursor, &mut $extra, $crate::wire::Record::read)
    };
    (read $field:ident $wire:literal $cursor:ident $extra:ident nullable) => {
        $field.read_nullable($wire, $cursor, &mut $extra)
    };
    (finish $field:ident $extra:ident) => { $field.into_value() };
    (finish $field:ident $extra:ident $alias:literal) => {
        $field.into_value_or_other($alias, &mut $extra)
    };
    (default $ty:ty) => { <$ty>::default() };
    (default $ty:ty, $given:ident) => { $given.into() };
}

pub(crate) use record;
