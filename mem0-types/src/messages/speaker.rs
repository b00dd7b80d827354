/// Gives an answer with `role` and `actor_id` the one to show of both.
macro_rules! spoken {
    ($name:ident) => {
        impl $name {
            /// Who said it, to be shown or told to a model: the name, or else the role. `None`
            /// where the platform sends neither. A text without its speaker reads as if the user
            /// had said it, also where the assistant did.
            ///
            /// ```
            #[doc = concat!("use mem0_sdk::", stringify!($name), ";")]
            ///
            #[doc = concat!("fn speaker(answer: &", stringify!($name), ") -> &str {")]
            ///     answer.speaker().unwrap_or("somebody")
            /// }
            /// ```
            #[doc(alias = "said_by")]
            pub fn speaker(&self) -> Option<&str> {
                let role = self.role.as_ref().map($crate::Role::as_str);
                [self.actor_id.as_deref(), role].into_iter().flatten().find(|who| !who.is_empty())
            }
        }
    };
}

pub(crate) use spoken;

#[cfg(test)]
mod tests {
    use serde_json::{from_value, json};

    use crate::{EntityMemory, EventResult, History, Memory};

    #[test]
    fn the_name_comes_before_the_role_and_neither_is_empty() {
        for (said, speaker) in [
            (json!({"role": "assistant"}), Some("assistant")),
            (json!({"role": "user", "actor_id": "Ann"}), Some("Ann")),
            (json!({"role": "user", "actor_id": ""}), Some("user")),
            (json!({"role": "", "actor_id": null}), None),
            (json!({}), None),
        ] {
            let mut row = json!({"id": "m-1", "memory": "Hikes"});
            let all = row.as_object_mut().unwrap();
            all.extend(said.as_object().unwrap().clone());
            assert_eq!(from_value::<Memory>(row.clone()).unwrap().speaker(), speaker);
            assert_eq!(from_value::<History>(row.clone()).unwrap().speaker(), speaker);
            assert_eq!(from_value::<EntityMemory>(row).unwrap().speaker(), speaker);
            let result: EventResult = from_value(json!({"id": "m-1", "data": said})).unwrap();
            assert_eq!(result.speaker(), speaker);
        }
    }
}
