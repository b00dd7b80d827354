//! The settings that every language model has, by their official names.

use std::time::Duration;

use mem0_components::{ConfigError, Secret, Settings};
use serde::de::DeserializeOwned;
use serde_json::Value;

/// What holds where a configuration leaves it open.
#[derive(Debug, Clone)]
pub(crate) struct Defaults {
    /// The model, in the place of the provider's own.
    pub(crate) model: Option<String>,
    pub(crate) api_key: Option<Secret>,
    pub(crate) temperature: Option<f64>,
    pub(crate) top_p: Option<f64>,
    pub(crate) max_tokens: Option<u64>,
    /// How long one answer may take.
    pub(crate) timeout: Duration,
}

impl Defaults {
    /// The official ones. The time limit is that of the official clients: a model on this machine
    /// may have to be loaded first, and one that reasons takes minutes.
    pub(crate) fn official() -> Self {
        Self {
            model: None,
            api_key: None,
            temperature: Some(0.1),
            top_p: Some(0.1),
            max_tokens: Some(2000),
            timeout: Duration::from_secs(600),
        }
    }
}

/// The common settings of a language model.
#[derive(Debug, Clone)]
pub(crate) struct ChatSettings {
    /// The model, where one is set.
    pub(crate) model: Option<String>,
    /// A key for a provider whose own settings have none.
    pub(crate) api_key: Option<Secret>,
    pub(crate) temperature: Number<f64>,
    pub(crate) top_p: Number<f64>,
    pub(crate) max_tokens: Number<u64>,
    /// Whether the model reasons, where its name does not say so.
    pub(crate) is_reasoning_model: Option<bool>,
    pub(crate) reasoning_effort: Option<String>,
    pub(crate) sees_images: bool,
    /// How closely it looks at an image.
    pub(crate) image_detail: String,
    pub(crate) timeout: Duration,
}

/// A number that is set, or the default.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Number<T> {
    pub(crate) set: Option<T>,
    default: Option<T>,
}

impl<T: Copy> Number<T> {
    pub(crate) fn or_default(self) -> Option<T> {
        self.set.or(self.default)
    }

    fn read(
        settings: &mut Settings<'_>,
        field: &str,
        default: Option<T>,
        (holds, rule): (impl Fn(T) -> bool, &str),
    ) -> Result<Self, ConfigError>
    where
        T: DeserializeOwned,
    {
        let set: Option<T> = settings.get(field)?;
        if set.is_some_and(|value| !holds(value)) {
            return Err(settings.error(field, rule));
        }
        Ok(Self { set, default: default.filter(|_| !settings.is_null(field)) })
    }
}

impl ChatSettings {
    pub(crate) fn read(
        settings: &mut Settings<'_>,
        defaults: &Defaults,
    ) -> Result<Self, ConfigError> {
        // Python has it among the common settings, and no provider of it sends it.
        settings.get::<Value>("top_k")?;
        let model: Option<String> = settings.get("model")?;
        let model = model.filter(|name| !name.trim().is_empty());
        let image_detail: Option<String> = settings.get("vision_details")?;
        let image_detail = image_detail.unwrap_or_else(|| "auto".to_owned());
        if !["auto", "low", "high"].contains(&image_detail.as_str()) {
            return Err(settings.error("vision_details", "must be auto, low or high"));
        }
        let within = |most: f64| move |value: f64| (0.0..=most).contains(&value);
        Ok(Self {
            model: model.or_else(|| defaults.model.clone()),
            api_key: defaults.api_key.clone(),
            temperature: Number::read(
                settings,
                "temperature",
                defaults.temperature,
                (within(2.0), "must be between 0 and 2"),
            )?,
            top_p: Number::read(
                settings,
                "top_p",
                defaults.top_p,
                (within(1.0), "must be between 0 and 1"),
            )?,
            max_tokens: Number::read(
                settings,
                "max_tokens",
                defaults.max_tokens,
                (|value| value > 0, "must be 1 or more"),
            )?,
            is_reasoning_model: settings.get("is_reasoning_model")?,
            reasoning_effort: settings.get("reasoning_effort")?,
            sees_images: settings.get("enable_vision")?.unwrap_or(false),
            image_detail,
            timeout: defaults.timeout,
        })
    }

    /// The model that is set, or the provider's own.
    pub(crate) fn model_or(&self, own: &str) -> String {
        self.model.clone().unwrap_or_else(|| own.to_owned())
    }
}
