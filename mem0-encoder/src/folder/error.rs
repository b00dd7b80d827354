/// Why a folder's model cannot be used, and what to do: a sentence that names files, settings and
/// tensors, and neither the folder nor a text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct FolderError(String);

impl FolderError {
    pub(crate) fn new(sentence: impl Into<String>) -> Self {
        Self(sentence.into())
    }
}
