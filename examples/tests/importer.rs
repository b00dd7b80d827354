//! The tests that stand in the program itself.

#[allow(dead_code, reason = "a test runs the parts of the program, and not its main function")]
#[path = "../importer.rs"]
mod importer;
