/// Emits what is the same for the types of each crate: the conversions of an owned `Timestamp`, and
/// those to a day.
macro_rules! converted {
    ($( $moment:ty ),+; $day:ty) => {
        $( impl TryFrom<$crate::Timestamp> for $moment {
            type Error = $crate::InvalidInput;

            /// As from a reference.
            fn try_from(time: $crate::Timestamp) -> Result<Self, $crate::InvalidInput> {
                Self::try_from(&time)
            }
        } )+

        impl TryFrom<&$crate::Timestamp> for $day {
            type Error = $crate::InvalidInput;

            /// The day in UTC.
            ///
            /// # Errors
            /// [`InvalidInput`](crate::InvalidInput) when the text is not a time, or is outside the
            /// years 1 to 9999.
            fn try_from(time: &$crate::Timestamp) -> Result<Self, $crate::InvalidInput> {
                $crate::Date::try_from(time).map(Self::from)
            }
        }

        impl TryFrom<$crate::Timestamp> for $day {
            type Error = $crate::InvalidInput;

            /// As from a reference.
            fn try_from(time: $crate::Timestamp) -> Result<Self, $crate::InvalidInput> {
                Self::try_from(&time)
            }
        }
    };
}

pub(super) use converted;
