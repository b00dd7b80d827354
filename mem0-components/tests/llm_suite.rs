//! The suite of language models: those that keep their promises pass, and each broken one is
//! caught.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use mem0_components::testing::{CheckFailed, CheckOutcome, CheckReport, ScriptedLlm, check_llm};
use mem0_components::{
    ComponentError, ComponentErrorKind, FinishReason, Llm, LlmCapabilities, LlmRequest,
    LlmResponse, Reply, ResponseFormat, TokenUsage, ToolCall,
};
use serde_json::{Map, json};

use crate::block_on;

/// Answers by the request's form, as the suite's documentation says.
fn by_form(request: &LlmRequest) -> LlmResponse {
    if !request.tools.is_empty() {
        let mut response = LlmResponse::default();
        let arguments = Map::from_iter([("text".to_owned(), json!("yes"))]);
        response.tool_calls = vec![ToolCall::new("answer", arguments)];
        response.finish = FinishReason::ToolCalls;
        return response;
    }
    let mut response = match request.format {
        ResponseFormat::Text => LlmResponse::text("yes"),
        _ => LlmResponse::text(r#"{"answer": "yes"}"#),
    };
    response.usage = Some(TokenUsage::new(12, 3));
    response
}

fn check(llm: &ScriptedLlm) -> Result<CheckReport, CheckFailed> {
    block_on(check_llm(llm, || llm.asked()))
}

#[test]
fn a_model_that_answers_by_form_keeps_every_promise() {
    let report = check(&ScriptedLlm::answering(|request| Ok(by_form(request)))).unwrap();
    for (name, outcome) in report.cases() {
        assert_eq!(*outcome, CheckOutcome::Held, "{name}");
    }
}

#[test]
fn a_model_may_lack_everything_but_text() {
    let llm = ScriptedLlm::replying("yes").with_capabilities(LlmCapabilities::text());
    let report = check(&llm).unwrap();
    assert!(report.refused().eq([
        "json_is_an_object_or_refused",
        "a_json_schema_is_followed_or_refused",
        "tools_are_called_or_refused",
        "images_are_read_or_refused",
    ]));
}

#[test]
fn a_model_may_answer_without_its_tool() {
    let llm = ScriptedLlm::answering(|request| {
        Ok(if request.tools.is_empty() { by_form(request) } else { LlmResponse::text("yes") })
    });
    assert!(check(&llm).is_ok());
}

#[derive(Clone, Copy, PartialEq, Debug)]
enum Fault {
    HasNoName,
    RenamesItself,
    LearnsAsItGoes,
    HasNoContext,
    AnswersNothing,
    CallsWithoutSayingSo,
    SaysSoWithoutCalling,
    CountsNothing,
    CountsTooMuch,
    CallsToolsThatThereAreNot,
    FailsOnConversations,
    PutsJsonIntoAFence,
    AnswersAList,
    ForgetsTheSchema,
    AddsToTheSchema,
    CallsAnotherTool,
    ForgetsArguments,
    FailsOnImages,
    IgnoresJson,
    RefusesAsConfiguration,
    SendsFirst,
    LacksOnlyAlone,
    ShowsQuestions,
    TellsQuestions,
}

struct Broken {
    fault: Fault,
    asked: AtomicUsize,
    last: Mutex<String>,
}

impl Broken {
    fn answer(&self, request: &LlmRequest) -> Result<LlmResponse, ComponentError> {
        let error = |kind| Err(ComponentError::new("broken", kind));
        let has_images = LlmCapabilities::text().with_json_schema().with_tools().lacks(request);
        let question = request.messages.last().unwrap().text();
        let lacks = self.lacks();
        let mut lacking = lacks.lacks(request);
        if self.fault == Fault::LacksOnlyAlone && request.format == ResponseFormat::JsonObject {
            // Looks for images and tools only in a question for text.
            lacking = None;
        }
        if lacking.is_some() && self.fault != Fault::IgnoresJson {
            if self.fault == Fault::SendsFirst {
                self.asked.fetch_add(1, Ordering::Relaxed);
            }
            return match self.fault {
                Fault::RefusesAsConfiguration => error(ComponentErrorKind::Configuration),
                Fault::TellsQuestions => {
                    error(ComponentErrorKind::Unsupported).map_err(|error| error.detail(question))
                }
                _ => error(ComponentErrorKind::Unsupported),
            };
        }
        self.asked.fetch_add(1, Ordering::Relaxed);
        *self.last.lock().unwrap() = question;
        let mut right = by_form(request);
        let is_call = !right.tool_calls.is_empty();
        match self.fault {
            Fault::AnswersNothing if !is_call => right.text = " ".to_owned(),
            Fault::CallsWithoutSayingSo => right.finish = FinishReason::Stop,
            Fault::SaysSoWithoutCalling => right.tool_calls.clear(),
            Fault::CountsNothing => right.usage = Some(TokenUsage::new(0, 0)),
            Fault::CountsTooMuch => right.usage = Some(TokenUsage::new(1 << 40, 5)),
            Fault::CallsToolsThatThereAreNot if !is_call => {
                right.tool_calls = vec![ToolCall::new("search", Map::new())];
                right.finish = FinishReason::ToolCalls;
            }
            Fault::FailsOnConversations if request.messages.len() > 1 => {
                return error(ComponentErrorKind::Configuration);
            }
            Fault::PutsJsonIntoAFence => right.text = format!("```json\n{}\n```", right.text),
            Fault::AnswersAList => right.text = format!("[{}]", right.text),
            Fault::ForgetsTheSchema => right.text = right.text.replace("answer", "reply"),
            Fault::AddsToTheSchema => right.text = right.text.replace('{', r#"{"sure": true, "#),
            Fault::CallsAnotherTool if is_call => right.tool_calls[0].name = "search".to_owned(),
            Fault::ForgetsArguments if is_call => right.tool_calls[0].arguments.clear(),
            Fault::FailsOnImages if has_images.is_some() => {
                return error(ComponentErrorKind::Unreadable);
            }
            _ => {}
        }
        Ok(right)
    }

    fn lacks(&self) -> LlmCapabilities {
        match self.fault {
            Fault::IgnoresJson
            | Fault::RefusesAsConfiguration
            | Fault::SendsFirst
            | Fault::TellsQuestions => LlmCapabilities::text(),
            Fault::LacksOnlyAlone => LlmCapabilities::text().with_json(),
            Fault::HasNoContext => all().with_context(0),
            _ => all(),
        }
    }
}

fn all() -> LlmCapabilities {
    LlmCapabilities::text().with_json_schema().with_tools().with_images()
}

impl Llm for Broken {
    fn name(&self) -> &str {
        match self.fault {
            Fault::HasNoName => "",
            Fault::RenamesItself if self.asked.load(Ordering::Relaxed) > 0 => "another",
            _ => "broken",
        }
    }

    fn capabilities(&self) -> LlmCapabilities {
        let asked = self.asked.load(Ordering::Relaxed);
        match self.fault {
            // By the case before, the model was asked once.
            Fault::LearnsAsItGoes => self.lacks().with_context(1 + asked),
            _ => self.lacks(),
        }
    }

    fn generate<'a>(&'a self, request: &'a LlmRequest) -> Reply<'a, LlmResponse> {
        Box::pin(async move { self.answer(request) })
    }
}

impl fmt::Debug for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("Broken");
        if self.fault == Fault::ShowsQuestions {
            shown.field("last", &self.last.lock().unwrap());
        }
        shown.finish_non_exhaustive()
    }
}

/// Each fault, and the case that catches it.
const FAULTS: [(Fault, &str); 24] = [
    (Fault::HasNoName, "the_model_is_named"),
    (Fault::RenamesItself, "the_model_is_named"),
    (Fault::LearnsAsItGoes, "capabilities_do_not_change"),
    (Fault::HasNoContext, "capabilities_do_not_change"),
    (Fault::AnswersNothing, "a_question_is_answered"),
    (Fault::CountsNothing, "a_question_is_answered"),
    (Fault::CountsTooMuch, "a_question_is_answered"),
    (Fault::CallsToolsThatThereAreNot, "a_question_is_answered"),
    (Fault::FailsOnConversations, "a_conversation_is_answered"),
    (Fault::PutsJsonIntoAFence, "json_is_an_object_or_refused"),
    (Fault::AnswersAList, "json_is_an_object_or_refused"),
    (Fault::IgnoresJson, "json_is_an_object_or_refused"),
    (Fault::ForgetsTheSchema, "a_json_schema_is_followed_or_refused"),
    (Fault::AddsToTheSchema, "a_json_schema_is_followed_or_refused"),
    (Fault::CallsWithoutSayingSo, "tools_are_called_or_refused"),
    (Fault::SaysSoWithoutCalling, "tools_are_called_or_refused"),
    (Fault::CallsAnotherTool, "tools_are_called_or_refused"),
    (Fault::ForgetsArguments, "tools_are_called_or_refused"),
    (Fault::FailsOnImages, "images_are_read_or_refused"),
    (Fault::RefusesAsConfiguration, "what_it_lacks_is_refused_before_it_is_sent"),
    (Fault::SendsFirst, "what_it_lacks_is_refused_before_it_is_sent"),
    (Fault::LacksOnlyAlone, "what_it_lacks_is_refused_before_it_is_sent"),
    (Fault::ShowsQuestions, "content_stays_out_of_debug_and_errors"),
    (Fault::TellsQuestions, "content_stays_out_of_debug_and_errors"),
];

#[test]
fn each_fault_is_caught_by_its_case() {
    for (fault, case) in FAULTS {
        let llm = Broken { fault, asked: AtomicUsize::new(0), last: Mutex::default() };
        let sent = || llm.asked.load(Ordering::Relaxed);
        let failed = block_on(check_llm(&llm, sent)).expect_err(case);
        println!("{fault:?}\n{failed}\n");
        assert!(failed.report().failed().any(|failed| failed == case), "{fault:?}: {failed}");
    }
}

#[test]
fn each_case_catches_a_fault() {
    let report = check(&ScriptedLlm::answering(|request| Ok(by_form(request)))).unwrap();
    let cases: BTreeSet<&str> = report.cases().map(|(name, _)| name).collect();
    assert_eq!(cases, FAULTS.map(|(_, case)| case).into());
}
