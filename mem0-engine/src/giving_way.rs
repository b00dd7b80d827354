use std::cell::RefCell;
use std::rc::Rc;

use crate::EngineError;

thread_local! {
    static CURRENT: RefCell<Option<Rc<dyn GivesWay>>> = const { RefCell::new(None) };
}

/// Work that lets others go first, and ends when nobody waits for it or it has used its time.
pub(crate) trait GivesWay {
    /// Waits while others go first. An error means that the work must end.
    fn give_way(&self) -> Result<(), EngineError>;
}

/// Lets others go first, if it is their turn. Long work calls it every millisecond or so, between
/// two steps that cannot be interrupted. It does nothing on a thread whose work has no others to
/// give way to.
///
/// # Errors
/// Why the work must end.
pub(crate) fn give_way() -> Result<(), EngineError> {
    match current() {
        Some(current) => current.give_way(),
        None => Ok(()),
    }
}

/// The same where work cannot end. What follows soon calls [`give_way`] and ends then.
pub(crate) fn give_way_for_now() {
    let _ = give_way();
}

fn current() -> Option<Rc<dyn GivesWay>> {
    CURRENT.with_borrow(Clone::clone)
}

/// Runs `body`, whose calls of [`give_way`] go to `work`.
pub(crate) fn giving_way<T>(work: Rc<dyn GivesWay>, body: impl FnOnce() -> T) -> T {
    with(Some(work), body)
}

/// Runs short work that others wait for, so that it must not give way.
pub(crate) fn keeping_on<T>(body: impl FnOnce() -> T) -> T {
    with(None, body)
}

fn with<T>(work: Option<Rc<dyn GivesWay>>, body: impl FnOnce() -> T) -> T {
    struct Restore(Option<Rc<dyn GivesWay>>);
    impl Drop for Restore {
        fn drop(&mut self) {
            CURRENT.set(self.0.take());
        }
    }
    let _restore = Restore(CURRENT.replace(work));
    body()
}
