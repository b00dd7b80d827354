use sha2::{Digest, Sha256};

/// Gathers all that vectors depend on: two folders with the same have the same vectors. What is
/// gathered, and in which order, must stay, or else a folder has another name in the next release.
#[derive(Clone, Default)]
pub(crate) struct Identity(Sha256);

impl Identity {
    pub(crate) fn add(&mut self, part: &[u8]) {
        self.0.update((part.len() as u64).to_le_bytes());
        self.0.update(part);
    }

    pub(crate) fn number(&mut self, number: usize) {
        self.add(&(number as u64).to_le_bytes());
    }

    /// The first twelve hexadecimal digits of a hash.
    pub(crate) fn digits(&self) -> String {
        let hash = self.0.clone().finalize();
        hash.iter().take(6).map(|byte| format!("{byte:02x}")).collect()
    }
}
