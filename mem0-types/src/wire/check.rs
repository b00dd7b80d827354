use crate::InvalidInput;

pub(crate) fn check_name(name: &str) -> Result<(), InvalidInput> {
    if name.trim().is_empty() {
        return Err(InvalidInput::new("name", "must not be empty"));
    }
    Ok(())
}
