use std::collections::{BTreeMap, HashMap};
use std::slice;

use mem0_components::{LlmResponse, Purpose};
use mem0_types::Timestamp;
use rusqlite::Connection;
use serde_json::{Value, json};

use super::earlier::{EARLIER, cut, earlier, shortened};
use super::known;
use super::plan::{self, Learned, Plan};
use super::rules::rules;
use crate::components::{Answer, Components, Made, Question, Told};
use crate::extraction::{self, Chunk, Conversation, Known, Observed, Refusal, Rules, Said};
use crate::folder::text_index::{Indexed, joined};
use crate::folder::vectors;
use crate::job::{Job, Next};
use crate::memories::add_request::{AddRequest, read_payload, to_remember};
use crate::memories::record::MemoryRecord;
use crate::retrieval::index_cache::IndexCache;
use crate::retrieval::query;
use crate::text::vector::Vector;
use crate::{Access, EngineError, LlmTask, clock};

/// The most tokens of messages in one call, and the most where the model takes less: this part of
/// what it takes.
const CHUNK: usize = 4_000;
const PART_OF_CONTEXT: usize = 4;

/// The most bytes of messages that the nearest memories are looked for by.
const LOOKED_FOR: usize = 8 * 1024;

/// The most facts of one add: they are stored in one transaction.
const MOST_FACTS: usize = 500;

/// An add of which everything is learned that can be.
pub(crate) struct PreparedLearning {
    pub(super) request: AddRequest,
    pub(super) plan: Plan,
    pub(super) report: Report,
    made: Made,
    /// The generation of the embedder that made it.
    generation: i64,
}

/// How an add was learned, for its event.
#[derive(Default)]
pub(super) struct Report {
    model: String,
    calls: usize,
    repairs: usize,
    input_tokens: u64,
    output_tokens: u64,
    /// How many facts of the replies were not believed, by reason.
    refused: BTreeMap<&'static str, usize>,
    /// Whether a reply was cut off, and stayed so.
    is_cut: bool,
}

impl PreparedLearning {
    /// The index entry of each fact that is planned.
    pub(crate) fn index(&self) -> Vec<Indexed> {
        let mut vectors = self.made.iter();
        let index = |learned: &Learned| {
            let found_by = learned.found_by();
            found_by.indexed(match self.made {
                Made::InPlace => Some(found_by.static_vectors()),
                Made::Vectors(_) => {
                    let count = found_by.embedded().len();
                    Some(joined(vectors.by_ref().take(count).cloned()))
                }
                Made::Nothing => None,
            })
        };
        self.plan.learned.iter().map(index).collect()
    }

    /// Whether no message had text, so that nothing could be learned.
    pub(super) fn is_without_text(&self) -> bool {
        !self.request.messages.iter().any(|message| to_remember(message).is_some())
    }

    /// Whether the folder still has the embedder that it was prepared with.
    pub(crate) fn is_current(&self, connection: &Connection) -> Result<bool, EngineError> {
        Ok(vectors::generation(connection)? == self.generation)
    }
}

impl Report {
    /// The model's name.
    pub(super) fn model(&self) -> Option<&str> {
        Some(self.model.as_str()).filter(|name| !name.is_empty())
    }

    /// What the event says of it.
    pub(super) fn metadata(&self) -> Value {
        let mut metadata = json!({
            "inference": "llm",
            "model": self.model,
            "prompt_version": extraction::PROMPT_VERSION,
            "calls": self.calls,
            "repairs": self.repairs,
            "usage": {
                "input_tokens": self.input_tokens,
                "output_tokens": self.output_tokens,
            },
        });
        if !self.refused.is_empty() {
            metadata["refused"] = json!(self.refused);
        }
        if self.is_cut {
            metadata["notice"] = json!(
                "The model's answer was cut off: what was complete of it is stored. A larger limit \
                 of tokens for answers helps."
            );
        }
        metadata
    }

    fn count(&mut self, response: &LlmResponse) {
        self.calls += 1;
        let usage = response.usage.unwrap_or_default();
        self.input_tokens += usage.input;
        self.output_tokens += usage.output;
    }

    fn refuse(&mut self, refused: &[(usize, Refusal)]) {
        for (_, why) in refused {
            *self.refused.entry(why.name()).or_default() += 1;
        }
    }
}

/// The answers to a job, which are looked at one after the other.
struct Answers<'a>(slice::Iter<'a, Answer>);

impl<'a> Answers<'a> {
    /// The answer of the model that comes next.
    fn told(&mut self) -> Option<&'a Told> {
        match self.0.as_slice().first() {
            Some(Answer::Llm(told)) => {
                self.0.next();
                Some(told)
            }
            _ => None,
        }
    }

    /// The vectors that come next. Those that were not kept are missing once their question has
    /// been answered and the process has ended.
    fn vectors(&mut self) -> Option<Vec<Vector>> {
        match self.0.as_slice().first() {
            Some(answer @ (Answer::Embeddings(_) | Answer::Encoded(_))) => {
                self.0.next();
                Some(answer.vectors())
            }
            _ => None,
        }
    }
}

/// What an add is prepared with.
struct Learning<'a> {
    connection: &'a Connection,
    job: &'a Job,
    access: Access,
    components: &'a Components,
    scopes: &'a IndexCache,
    request: AddRequest,
    rules: Rules,
    observed: Option<Observed>,
    earlier: Vec<Said>,
}

/// What a chunk taught, and the memories that the model was shown with it; those that are gone by
/// now are `None`.
type Taught = (extraction::Extracted, Vec<Option<MemoryRecord>>);

/// Either what is to be asked next, or something that is there.
enum Asked<T> {
    Ask(Question),
    Has(T),
}

/// Returns the next question of a queued add, if there is one.
pub(crate) fn prepare(
    connection: &Connection,
    job: &Job,
    answers: &[Answer],
    components: &Components,
    scopes: &IndexCache,
) -> Result<Next<PreparedLearning>, EngineError> {
    let payload = job.payload(connection)?;
    let request = read_payload(&payload)?;
    // What the key of the add may not see, the model is not shown.
    let access = Access::to_project(job.project).with_written_scopes(job.scopes.as_deref())?;
    let learning = Learning {
        connection,
        job,
        access,
        components,
        scopes,
        rules: rules(connection, job.project, &request.ids, &payload)?,
        observed: observed(&request, &payload),
        earlier: earlier(connection, job, &request.ids)?,
        request,
    };
    learning.prepare(answers)
}

/// When the messages were said, if the add says so: its `timestamp`, else its
/// `observation_datetime`, else its `observation_date`.
fn observed(request: &AddRequest, payload: &Value) -> Option<Observed> {
    let named = ["observation_datetime", "observation_date"].map(|name| payload[name].as_str());
    let named = named.into_iter().flatten().map(Timestamp::from);
    let time = request.timestamp.clone().into_iter().chain(named).next()?;
    Observed::of(&time)
}

impl Learning<'_> {
    fn prepare(self, answers: &[Answer]) -> Result<Next<PreparedLearning>, EngineError> {
        // The places of the messages that can teach something, in the add.
        let (places, said) = self.said();
        let mut answers = Answers(answers.iter());
        let mut report = Report::default();
        if let Some(llm) = &self.components.llm {
            report.model = llm.name().to_owned();
        }
        let (mut learned, mut secrets) = (Vec::new(), HashMap::new());
        let chunks = match said.is_empty() {
            true => Vec::new(),
            false => extraction::chunks(&said, self.chunk()),
        };
        for chunk in chunks {
            let begins = chunk.from.first().copied().unwrap_or_default();
            let before = self.earlier.iter().chain(&said[..begins]);
            let skipped = (self.earlier.len() + begins).saturating_sub(EARLIER);
            let before: Vec<_> = before.skip(skipped).cloned().map(shortened).collect();
            let (extracted, shown) =
                match self.extracted(&chunk, &before, &mut answers, &mut report)? {
                    Asked::Ask(question) => return Ok(Next::Ask(question)),
                    Asked::Has(extracted) => extracted,
                };
            report.refuse(&extracted.refused);
            for fact in extracted.facts {
                let Some(place) = chunk.from.get(fact.message).and_then(|at| places.get(*at))
                else {
                    return Err(EngineError::Internal);
                };
                let has_secret = *secrets.entry(*place).or_insert_with(|| self.has_secret(*place));
                let said_in = (&self.request, has_secret);
                learned.push(Learned::new(fact, *place, said_in, shown.clone()));
            }
        }
        if learned.len() > MOST_FACTS {
            return Err(EngineError::TooManyFacts { facts: learned.len(), most: MOST_FACTS });
        }
        let learned_at = self.learned_at()?;
        let plan = plan::plan(self.connection, &self.access, learned, learned_at)?;
        self.embed(plan, report, answers)
    }

    /// What a chunk taught, and the memories that the model was shown with it.
    fn extracted(
        &self,
        chunk: &Chunk,
        before: &[Said],
        answers: &mut Answers<'_>,
        report: &mut Report,
    ) -> Result<Asked<Taught>, EngineError> {
        let Some(llm) = &self.components.llm else {
            return Err(EngineError::LlmRequired(LlmTask::Learning));
        };
        let near = answers.vectors();
        let capabilities = llm.capabilities();
        let conversation = |known| Conversation {
            earlier: before,
            known,
            messages: &chunk.messages,
            observed: self.observed,
            rules: &self.rules,
        };
        let Some(told) = answers.told() else {
            let memories = match self.nearest(chunk, near)? {
                Asked::Ask(question) => return Ok(Asked::Ask(question)),
                Asked::Has(memories) => memories,
            };
            let shown = memories.iter().map(|memory| memory.id.clone()).collect();
            let known: Vec<_> = memories.iter().map(known).collect();
            let request = extraction::request(&conversation(&known), capabilities);
            return Ok(Asked::Ask(Question::Llm(LlmTask::Learning, Box::new(request), shown)));
        };
        report.count(&told.response);
        let memories = known::again(self.connection, &self.access, &told.shown)?;
        let shown: Vec<_> =
            memories.iter().map(|it| it.as_ref().map(known).unwrap_or_default()).collect();
        let conversation = conversation(&shown);
        let first = extraction::read(&conversation, &told.response);
        let fault = match &first {
            Ok(extracted) => extracted.cut.clone(),
            Err(unreadable) => Some(unreadable.clone()),
        };
        let (first, fault) = match (first, fault) {
            (Ok(extracted), None) => return Ok(Asked::Has((extracted, memories))),
            (first, Some(fault)) => (first, fault),
            (Err(fault), None) => (Err(fault.clone()), fault),
        };
        let Some(again) = answers.told() else {
            let request = extraction::repair(&conversation, capabilities, &told.response, &fault);
            let (task, shown) = (LlmTask::Learning, told.shown.clone());
            return Ok(Asked::Ask(Question::Llm(task, Box::new(request), shown)));
        };
        report.count(&again.response);
        report.repairs += 1;
        let second = extraction::read(&conversation, &again.response);
        let whole = |read: &Result<extraction::Extracted, _>| {
            read.as_ref().is_ok_and(|extracted| extracted.cut.is_none())
        };
        // The better of both: a second answer may be cut off too.
        let best = match (first, second) {
            (_, second) if whole(&second) => second,
            (Ok(first), Ok(second)) if second.facts.len() > first.facts.len() => Ok(second),
            (Ok(first), _) => Ok(first),
            (Err(_), second) => second,
        };
        let best = best.map_err(|fault| EngineError::UnreadableAnswer(fault.to_string()))?;
        report.is_cut |= best.cut.is_some();
        Ok(Asked::Has((best, memories)))
    }

    /// The memories that a chunk is compared with.
    fn nearest(
        &self,
        chunk: &Chunk,
        near: Option<Vec<Vector>>,
    ) -> Result<Asked<Vec<MemoryRecord>>, EngineError> {
        let mut text = String::new();
        for said in &chunk.messages {
            text.push_str(&said.text);
            text.push('\n');
        }
        cut(&mut text, LOOKED_FOR);
        let mut parts = query::parts_of(&text);
        let made = match (self.components.embedder.batch(), near) {
            (None, _) => self.components.unasked(),
            (Some(batch), None) => {
                parts.truncate(batch);
                return Ok(Asked::Ask(Question::Embed(parts, Purpose::Search)));
            }
            (Some(batch), Some(vectors)) => {
                parts.truncate(batch);
                Made::Vectors(vectors)
            }
        };
        let kind = self.components.vectors();
        let (access, scopes, ids) = (&self.access, self.scopes, &self.request.ids);
        let text = (text.as_str(), parts.as_slice(), made);
        known::nearest(self.connection, access, scopes, ids, text, kind).map(Asked::Has)
    }

    /// Asks for the vectors of what is planned, if they are missing.
    fn embed(
        self,
        plan: Plan,
        report: Report,
        answers: Answers<'_>,
    ) -> Result<Next<PreparedLearning>, EngineError> {
        let generation = self.components.generation;
        let request = self.request;
        let Some(batch) = self.components.embedder.batch() else {
            let made = self.components.unasked();
            return Ok(Next::Apply(PreparedLearning { request, plan, report, made, generation }));
        };
        let vectors: Vec<_> = answers.0.flat_map(Answer::vectors).collect();
        let texts = plan.learned.iter().flat_map(|learned| learned.found_by().embedded());
        let rest: Vec<_> = texts.skip(vectors.len()).take(batch).collect();
        if rest.is_empty() {
            let made = Made::Vectors(vectors);
            return Ok(Next::Apply(PreparedLearning { request, plan, report, made, generation }));
        }
        let rest = rest.into_iter().map(|text| text.into_owned()).collect();
        Ok(Next::Ask(Question::Embed(rest, Purpose::Add)))
    }

    /// Whether a message of the add holds a secret.
    fn has_secret(&self, place: usize) -> bool {
        let text = self.request.messages.get(place).and_then(|it| it.content.as_text());
        text.is_some_and(extraction::has_secret)
    }

    fn said(&self) -> (Vec<usize>, Vec<Said>) {
        let messages = self.request.messages.iter().enumerate();
        let said = messages.filter_map(|(place, message)| {
            let text = to_remember(message)?.to_owned();
            let role = message.role.as_str().to_owned();
            Some((place, Said { role, name: message.name.clone(), text }))
        });
        said.unzip()
    }

    /// The most tokens of messages in one call.
    fn chunk(&self) -> usize {
        let context = self.components.llm.as_ref().and_then(|llm| llm.capabilities().context);
        context.map_or(CHUNK, |context| CHUNK.min(context / PART_OF_CONTEXT).max(1))
    }

    /// When the facts were learned, in microseconds: the add's `timestamp`, or its acceptance.
    fn learned_at(&self) -> Result<i64, EngineError> {
        match &self.request.timestamp {
            Some(time) => clock::micros("timestamp", time),
            None => Ok(self.job.created_at),
        }
    }
}

/// A memory as the model is shown it.
fn known(memory: &MemoryRecord) -> Known {
    let learned = memory.learned.as_ref();
    Known {
        text: memory.memory.clone(),
        subject: learned.and_then(|learned| learned.subject.clone()),
        state: learned.and_then(|learned| learned.state.clone()),
    }
}
