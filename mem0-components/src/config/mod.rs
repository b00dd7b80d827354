//! The official configuration dictionary, and how a component reads its part of it.

mod error;
mod fields;
mod memory_config;
mod provider_config;
mod reading;
mod settings;
mod spelling;

pub use error::ConfigError;
pub(crate) use fields::Fields;
pub use memory_config::MemoryConfig;
pub(crate) use provider_config::GivenProvider;
pub use provider_config::{GraphStoreConfig, ProviderConfig};
pub use settings::Settings;
pub(crate) use settings::Variables;
pub(crate) use spelling::did_you_mean;
