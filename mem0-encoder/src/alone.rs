/// The library that multiplies shares its work among the pool of the thread that calls it, and
/// would make one with all processors where there is none.
pub(crate) fn stay_on_this_thread() {
    thread_local! {
        static ALONE: Option<rayon::ThreadPool> =
            rayon::ThreadPoolBuilder::new().num_threads(1).use_current_thread().build().ok();
    }
    ALONE.with(|_| ());
}
