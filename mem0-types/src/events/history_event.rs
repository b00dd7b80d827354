use crate::wire::open_enum;

open_enum! {
    /// What happened to a memory.
    pub enum HistoryEvent {
        /// It was added.
        Add = "ADD",
        /// It was changed.
        Update = "UPDATE",
        /// It was deleted.
        Delete = "DELETE",
        /// It was left as it was.
        Noop = "NOOP",
    }
}
