use std::fmt;
use std::pin::Pin;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::thread;
use std::time::{Duration, Instant};

use crate::{
    ComponentError, ComponentErrorKind, Llm, LlmCapabilities, LlmRequest, LlmResponse, Reply,
};

type Answer = dyn Fn(&LlmRequest) -> Result<LlmResponse, ComponentError> + Send + Sync;

/// A language model that answers what a test says, and remembers what it was asked. Clones share
/// both.
///
/// It has every capability unless a test takes some away, and needs no async runtime.
///
/// ```
/// use mem0_components::testing::ScriptedLlm;
/// use mem0_components::{Llm, LlmMessage, LlmRequest};
/// # use std::{pin::pin, task::{Context, Poll, Waker}};
/// # fn block_on<F: Future>(future: F) -> F::Output {
/// #     let mut future = pin!(future);
/// #     loop {
/// #         if let Poll::Ready(output) =
/// #             future.as_mut().poll(&mut Context::from_waker(Waker::noop())) { return output }
/// #     }
/// # }
///
/// let llm = ScriptedLlm::replying(r#"{"memory": []}"#);
/// let request = LlmRequest::new([LlmMessage::user("I had soup.")]);
/// assert_eq!(block_on(llm.generate(&request))?.text, r#"{"memory": []}"#);
/// assert_eq!(llm.requests(), [request]);
/// # Ok::<(), mem0_components::ComponentError>(())
/// ```
#[derive(Clone)]
pub struct ScriptedLlm {
    name: String,
    capabilities: LlmCapabilities,
    delay: Duration,
    answer: Arc<Answer>,
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    asked: Condvar,
}

#[derive(Default)]
struct State {
    requests: Vec<LlmRequest>,
    /// How many questions are out, and the most that were at once.
    out: usize,
    most_out: usize,
    holds: usize,
    waiting: Vec<Waker>,
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl ScriptedLlm {
    /// A model that answers each request as this function says.
    ///
    /// ```
    /// use mem0_components::testing::ScriptedLlm;
    /// use mem0_components::{LlmMessage, LlmResponse};
    ///
    /// let llm = ScriptedLlm::answering(|request| {
    ///     let question = request.messages.last().map(LlmMessage::text).unwrap_or_default();
    ///     Ok(LlmResponse::text(if question.contains("soup") { "food" } else { "other" }))
    /// });
    /// # let _ = llm;
    /// ```
    pub fn answering(
        answer: impl Fn(&LlmRequest) -> Result<LlmResponse, ComponentError> + Send + Sync + 'static,
    ) -> Self {
        let all = LlmCapabilities::text().with_json_schema().with_tools().with_images();
        Self {
            name: "scripted".to_owned(),
            capabilities: all,
            delay: Duration::ZERO,
            answer: Arc::new(answer),
            shared: Arc::default(),
        }
    }

    /// A model that answers each request with the same text.
    ///
    /// ```
    /// let llm = mem0_components::testing::ScriptedLlm::replying(r#"{"memory": []}"#);
    /// assert_eq!(llm.asked(), 0);
    /// ```
    pub fn replying(text: impl Into<String>) -> Self {
        let response = LlmResponse::text(text);
        Self::answering(move |_| Ok(response.clone()))
    }

    /// A model that answers with these in turn, and fails after the last.
    ///
    /// ```
    /// use mem0_components::testing::ScriptedLlm;
    /// use mem0_components::{ComponentError, ComponentErrorKind, LlmResponse};
    ///
    /// let busy = ComponentError::new("scripted", ComponentErrorKind::RateLimited);
    /// let llm = ScriptedLlm::in_turn([Err(busy), Ok(LlmResponse::text("yes"))]);
    /// # let _ = llm;
    /// ```
    pub fn in_turn(answers: impl IntoIterator<Item = Result<LlmResponse, ComponentError>>) -> Self {
        let answers: Vec<_> = answers.into_iter().collect();
        let left = Mutex::new(answers.into_iter());
        Self::answering(move |_| {
            let next = left.lock().unwrap_or_else(PoisonError::into_inner).next();
            next.unwrap_or_else(|| {
                let error = ComponentError::new("scripted", ComponentErrorKind::Other);
                Err(error.detail("the script's answers are used up"))
            })
        })
    }

    /// A model that fails each request in this way.
    ///
    /// ```
    /// use mem0_components::ComponentErrorKind;
    ///
    /// let llm = mem0_components::testing::ScriptedLlm::failing(ComponentErrorKind::Unavailable);
    /// # let _ = llm;
    /// ```
    pub fn failing(kind: ComponentErrorKind) -> Self {
        Self::answering(move |_| Err(ComponentError::new("scripted", kind)))
    }

    /// The same under another name than `scripted`.
    ///
    /// ```
    /// use mem0_components::Llm;
    /// use mem0_components::testing::ScriptedLlm;
    ///
    /// let llm = ScriptedLlm::replying("yes").with_name("openai/gpt-5-mini");
    /// assert_eq!(llm.name(), "openai/gpt-5-mini");
    /// ```
    #[must_use]
    pub fn with_name(self, name: impl Into<String>) -> Self {
        Self { name: name.into(), ..self }
    }

    /// The same with these capabilities. A request that asks for more is refused, and does not
    /// count as asked.
    ///
    /// ```
    /// use mem0_components::testing::ScriptedLlm;
    /// use mem0_components::{Llm, LlmCapabilities};
    ///
    /// let llm = ScriptedLlm::replying("yes").with_capabilities(LlmCapabilities::text());
    /// assert!(!llm.capabilities().json);
    /// ```
    #[must_use]
    pub fn with_capabilities(self, capabilities: LlmCapabilities) -> Self {
        Self { capabilities, ..self }
    }

    /// The same, with answers that take so long. A thread keeps the time.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use mem0_components::testing::ScriptedLlm;
    ///
    /// let llm = ScriptedLlm::replying("yes").with_delay(Duration::from_millis(20));
    /// # let _ = llm;
    /// ```
    #[must_use]
    pub fn with_delay(self, delay: Duration) -> Self {
        Self { delay, ..self }
    }

    /// Holds back every answer, those under way included, until the [`Hold`] is released or
    /// dropped.
    ///
    /// ```
    /// use mem0_components::testing::ScriptedLlm;
    /// use mem0_components::{Llm, LlmMessage, LlmRequest};
    /// # use std::task::{Context, Waker};
    ///
    /// let llm = ScriptedLlm::replying("yes");
    /// let hold = llm.hold();
    /// let request = LlmRequest::new([LlmMessage::user("Is it?")]);
    /// let mut answer = llm.generate(&request);
    /// # let mut context = Context::from_waker(Waker::noop());
    /// assert!(answer.as_mut().poll(&mut context).is_pending());
    /// hold.release();
    /// assert!(answer.as_mut().poll(&mut context).is_ready());
    /// ```
    pub fn hold(&self) -> Hold {
        self.shared.state().holds += 1;
        Hold { shared: self.shared.clone() }
    }

    /// What it was asked, in order.
    ///
    /// ```
    /// assert!(mem0_components::testing::ScriptedLlm::replying("yes").requests().is_empty());
    /// ```
    pub fn requests(&self) -> Vec<LlmRequest> {
        self.shared.state().requests.clone()
    }

    /// How often it was asked.
    ///
    /// ```
    /// assert_eq!(mem0_components::testing::ScriptedLlm::replying("yes").asked(), 0);
    /// ```
    pub fn asked(&self) -> usize {
        self.shared.state().requests.len()
    }

    /// The most questions that were out at once.
    ///
    /// ```
    /// assert_eq!(mem0_components::testing::ScriptedLlm::replying("yes").most_at_once(), 0);
    /// ```
    pub fn most_at_once(&self) -> usize {
        self.shared.state().most_out
    }

    /// Blocks the thread until it was asked so often, and says whether it was within the time
    /// limit.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use mem0_components::testing::ScriptedLlm;
    ///
    /// let llm = ScriptedLlm::replying("yes");
    /// assert!(!llm.wait_until_asked(1, Duration::from_millis(1)));
    /// ```
    pub fn wait_until_asked(&self, times: usize, limit: Duration) -> bool {
        let is_short = |state: &mut State| state.requests.len() < times;
        let waited = self.shared.asked.wait_timeout_while(self.shared.state(), limit, is_short);
        let (state, _) = waited.unwrap_or_else(PoisonError::into_inner);
        state.requests.len() >= times
    }
}

impl Llm for ScriptedLlm {
    fn name(&self) -> &str {
        &self.name
    }

    fn capabilities(&self) -> LlmCapabilities {
        self.capabilities
    }

    fn generate<'a>(&'a self, request: &'a LlmRequest) -> Reply<'a, LlmResponse> {
        Box::pin(async move {
            if let Some(lacking) = self.capabilities.lacks(request) {
                let error = ComponentError::new(&self.name, ComponentErrorKind::Unsupported);
                return Err(error.detail(lacking));
            }
            let _out = Out::new(&self.shared, request);
            Ticking::new(self.delay).await;
            Holding { shared: &self.shared }.await;
            (self.answer)(request)
        })
    }
}

impl fmt::Debug for ScriptedLlm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ScriptedLlm")
            .field("name", &self.name)
            .field("asked", &self.asked())
            .finish_non_exhaustive()
    }
}

/// Holds back the answers of a [`ScriptedLlm`] until it is released or dropped.
#[derive(Debug)]
#[must_use]
pub struct Hold {
    shared: Arc<Shared>,
}

impl Hold {
    /// Lets the answers go.
    ///
    /// ```
    /// mem0_components::testing::ScriptedLlm::replying("yes").hold().release();
    /// ```
    pub fn release(self) {
        drop(self);
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        let waiting = {
            let mut state = self.shared.state();
            state.holds -= 1;
            if state.holds == 0 { std::mem::take(&mut state.waiting) } else { Vec::new() }
        };
        waiting.into_iter().for_each(Waker::wake);
    }
}

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (asked, holds) = {
            let state = self.state();
            (state.requests.len(), state.holds)
        };
        f.debug_struct("Shared").field("asked", &asked).field("holds", &holds).finish()
    }
}

/// A question that is out.
struct Out<'a>(&'a Shared);

impl<'a> Out<'a> {
    fn new(shared: &'a Shared, request: &LlmRequest) -> Self {
        {
            let mut state = shared.state();
            state.requests.push(request.clone());
            state.out += 1;
            state.most_out = state.most_out.max(state.out);
        }
        shared.asked.notify_all();
        Self(shared)
    }
}

impl Drop for Out<'_> {
    fn drop(&mut self) {
        self.0.state().out -= 1;
    }
}

/// Is over when nobody holds.
struct Holding<'a> {
    shared: &'a Shared,
}

impl Future for Holding<'_> {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let mut state = self.shared.state();
        if state.holds == 0 {
            return Poll::Ready(());
        }
        state.waiting.push(context.waker().clone());
        Poll::Pending
    }
}

/// Is over after some time, which a thread waits for.
struct Ticking {
    delay: Duration,
    end: Option<Instant>,
    waker: Arc<Mutex<Option<Waker>>>,
}

impl Ticking {
    fn new(delay: Duration) -> Self {
        Self { delay, end: None, waker: Arc::default() }
    }
}

impl Future for Ticking {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        if self.delay.is_zero() || self.end.is_some_and(|end| Instant::now() >= end) {
            return Poll::Ready(());
        }
        *self.waker.lock().unwrap_or_else(PoisonError::into_inner) = Some(context.waker().clone());
        if self.end.is_none() {
            let (delay, waker) = (self.delay, self.waker.clone());
            self.end = Some(Instant::now() + delay);
            thread::spawn(move || {
                thread::sleep(delay);
                let waker = waker.lock().unwrap_or_else(PoisonError::into_inner).take();
                waker.into_iter().for_each(Waker::wake);
            });
        }
        Poll::Pending
    }
}
