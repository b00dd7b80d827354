//! What every language model must do.

use serde_json::{Value, json};

use super::report::{Case, CheckFailed, CheckReport, Ended, expect};
use crate::{
    ComponentErrorKind, FinishReason, Llm, LlmCapabilities, LlmMessage, LlmPart, LlmRequest,
    LlmResponse, LlmRole, ResponseFormat, Tool,
};

/// A word of each question, which must be shown nowhere.
const CONTENT: &str = "heliotrope";

/// An image of one pixel.
const PIXEL: &str = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9\
                     awAAAABJRU5ErkJggg==";

/// Holds a language model to what [`Llm`] promises.
///
/// It asks some ten short questions. They can be put to a live model, or to a canned server that
/// answers by the request's form: any text; the object `{"answer": "yes"}` for JSON and for a JSON
/// Schema; a call of the tool `answer` with `{"text": "yes"}` where there are tools.
///
/// `sent` tells how many requests left the implementation so far, so that one that is refused is
/// seen not to be sent; give `|| 0` where that cannot be told.
///
/// | case | what is promised |
/// |---|---|
/// | `the_model_is_named` | always by one name, which is not empty |
/// | `capabilities_do_not_change` | a call makes no difference; a context is not 0 |
/// | `a_question_is_answered` | with text; whole, or cut off and said so |
/// | `a_conversation_is_answered` | roles in any official order, and parts |
/// | `json_is_an_object_or_refused` | what is answered parses |
/// | `a_json_schema_is_followed_or_refused` | what is answered has its fields |
/// | `tools_are_called_or_refused` | only those that there are; the finish says so |
/// | `images_are_read_or_refused` | beside text |
/// | `what_it_lacks_is_refused_before_it_is_sent` | alone and together with what it has |
/// | `content_stays_out_of_debug_and_errors` | questions are shown nowhere |
///
/// # Errors
/// When a case fails: with the report of all cases.
///
/// ```
/// # use std::{pin::pin, task::{Context, Poll, Waker}};
/// # fn block_on<F: Future>(future: F) -> F::Output {
/// #     match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
/// #         Poll::Ready(output) => output,
/// #         Poll::Pending => unreachable!(),
/// #     }
/// # }
/// use mem0_components::LlmCapabilities;
/// use mem0_components::testing::{ScriptedLlm, check_llm};
///
/// let llm = ScriptedLlm::replying("yes").with_capabilities(LlmCapabilities::text());
/// block_on(check_llm(&llm, || llm.asked()))?;
/// # Ok::<(), mem0_components::testing::CheckFailed>(())
/// ```
pub async fn check_llm(
    llm: &dyn Llm,
    sent: impl Fn() -> usize + Send + Sync,
) -> Result<CheckReport, CheckFailed> {
    let mut report = CheckReport::new(format!("language model {}", llm.name()));
    report.add("the_model_is_named", named(llm).await);
    report.add("capabilities_do_not_change", capabilities(llm).await);
    report.add("a_question_is_answered", answered(llm, question()).await);
    report.add("a_conversation_is_answered", answered(llm, conversation()).await);
    report.add("json_is_an_object_or_refused", json_object(llm).await);
    report.add("a_json_schema_is_followed_or_refused", json_schema(llm).await);
    report.add("tools_are_called_or_refused", tools(llm).await);
    report.add("images_are_read_or_refused", images(llm).await);
    report.add("what_it_lacks_is_refused_before_it_is_sent", lacking(llm, &sent).await);
    report.add("content_stays_out_of_debug_and_errors", hidden(llm).await);
    report.into_result()
}

fn question() -> LlmRequest {
    let question = format!("Is the {CONTENT} a plant? Answer with the one word yes or no.");
    LlmRequest::new([LlmMessage::user(question)])
}

fn conversation() -> LlmRequest {
    let question = format!("And the {CONTENT}?");
    LlmRequest::new([
        LlmMessage::system("You answer with the one word yes or no."),
        LlmMessage::user("Is the rose a plant?"),
        LlmMessage::assistant("yes"),
        LlmMessage::new(
            LlmRole::User,
            [LlmPart::Text(question), LlmPart::Text("Is it a plant? 日本語 😀".to_owned())],
        ),
    ])
}

fn for_json() -> LlmRequest {
    let question = format!(
        "Is the {CONTENT} a plant? Answer with a JSON object: {{\"answer\": \"yes\"}} or \
         {{\"answer\": \"no\"}}."
    );
    LlmRequest::new([LlmMessage::user(question)]).format(ResponseFormat::JsonObject)
}

fn for_schema() -> LlmRequest {
    let schema = json!({
        "type": "object",
        "properties": {"answer": {"type": "string", "enum": ["yes", "no"]}},
        "required": ["answer"],
        "additionalProperties": false,
    });
    for_json().format(ResponseFormat::JsonSchema { name: "answer".to_owned(), schema })
}

fn with_tools() -> LlmRequest {
    let parameters = json!({
        "type": "object",
        "properties": {"text": {"type": "string"}},
        "required": ["text"],
    });
    let question = format!("Is the {CONTENT} a plant? Answer by the tool `answer`: yes or no.");
    LlmRequest::new([LlmMessage::user(question)]).tools([Tool::new(
        "answer",
        "Takes your answer to the question.",
        parameters,
    )])
}

fn with_image() -> LlmRequest {
    let question = format!("Does this show a {CONTENT}? Answer with the one word yes or no.");
    let image = LlmPart::Image { media_type: "image/png".to_owned(), base64: PIXEL.to_owned() };
    LlmRequest::new([LlmMessage::new(LlmRole::User, [LlmPart::Text(question), image])])
}

/// That the form of an answer is sound, whatever it says.
fn expect_sound(response: &LlmResponse) -> Case {
    let calls = !response.tool_calls.is_empty();
    expect(calls == (response.finish == FinishReason::ToolCalls), || {
        format!(
            "an answer with {} tool calls ended by {:?}",
            response.tool_calls.len(),
            response.finish
        )
    })?;
    expect(
        calls || response.finish == FinishReason::Length || !response.text.trim().is_empty(),
        || "an answer that says it is whole has no text".to_owned(),
    )?;
    let Some(usage) = response.usage else { return Ok(()) };
    expect(usage.input > 0 && usage.output > 0, || {
        format!("a question of {} and an answer of {} tokens", usage.input, usage.output)
    })?;
    // No question of the suite has 100,000 tokens: this would be a sum over calls, or of
    // characters.
    expect(usage.input < 100_000 && usage.output < 100_000, || {
        format!("a short question of {} and an answer of {} tokens", usage.input, usage.output)
    })
}

/// The answer to a question that the model can answer.
async fn ask(llm: &dyn Llm, request: &LlmRequest) -> Result<LlmResponse, Ended> {
    let response = llm.generate(request).await?;
    expect_sound(&response)?;
    Ok(response)
}

/// That a question is refused, since the model lacks what it asks for.
async fn expect_refusal(llm: &dyn Llm, request: &LlmRequest, lacking: &str) -> Case {
    match llm.generate(request).await {
        Err(error) if error.kind() == ComponentErrorKind::Unsupported => Ok(()),
        Err(error) => Err(Ended::Failed(format!(
            "the model lacks {lacking}, but the error is of another kind: {error}"
        ))),
        Ok(_) => Err(Ended::Failed(format!("the model lacks {lacking}, but it answered"))),
    }
}

/// What `capable` makes of the answer, or that it is refused where the model lacks something.
async fn answered_or_refused(
    llm: &dyn Llm,
    request: LlmRequest,
    capable: impl Fn(&LlmResponse) -> Case,
) -> Case {
    if let Some(lacking) = llm.capabilities().lacks(&request) {
        expect_refusal(llm, &request, lacking).await?;
        return Err(Ended::Refused(format!("the model lacks {lacking}")));
    }
    capable(&ask(llm, &request).await?)
}

async fn named(llm: &dyn Llm) -> Case {
    let name = llm.name().to_owned();
    expect(!name.trim().is_empty(), || "the model has no name".to_owned())?;
    ask(llm, &question()).await?;
    expect(llm.name() == name, || "the model's name changed by a call".to_owned())
}

async fn capabilities(llm: &dyn Llm) -> Case {
    let before = llm.capabilities();
    ask(llm, &question()).await?;
    let after: LlmCapabilities = llm.capabilities();
    expect(before == after, || "the capabilities changed by a call".to_owned())?;
    expect(before.context != Some(0), || "the context has 0 tokens".to_owned())
}

async fn answered(llm: &dyn Llm, request: LlmRequest) -> Case {
    let response = ask(llm, &request).await?;
    expect(response.tool_calls.is_empty(), || {
        "an answer calls a tool, and there was none".to_owned()
    })
}

fn object(response: &LlmResponse) -> Result<serde_json::Map<String, Value>, Ended> {
    serde_json::from_str(&response.text)
        .map_err(|_| Ended::Failed("what must be a JSON object is not one".to_owned()))
}

async fn json_object(llm: &dyn Llm) -> Case {
    answered_or_refused(llm, for_json(), |response| object(response).map(drop)).await
}

async fn json_schema(llm: &dyn Llm) -> Case {
    answered_or_refused(llm, for_schema(), |response| {
        let object = object(response)?;
        let answers = object.get("answer").and_then(Value::as_str);
        expect(object.len() == 1 && matches!(answers, Some("yes" | "no")), || {
            "an answer does not follow its JSON Schema".to_owned()
        })
    })
    .await
}

async fn tools(llm: &dyn Llm) -> Case {
    answered_or_refused(llm, with_tools(), |response| {
        for call in &response.tool_calls {
            expect(call.name == "answer", || "a tool is called that there is not".to_owned())?;
            expect(call.arguments.contains_key("text"), || {
                "a tool is called without the argument that it requires".to_owned()
            })?;
        }
        // A model may answer without the tool, but then its text is the answer: see `expect_sound`.
        Ok(())
    })
    .await
}

async fn images(llm: &dyn Llm) -> Case {
    answered_or_refused(llm, with_image(), |_| Ok(())).await
}

async fn lacking(llm: &dyn Llm, sent: &(impl Fn() -> usize + Send + Sync)) -> Case {
    let together = with_image().tools(with_tools().tools).format(for_schema().format);
    let requests = [
        for_json(),
        for_schema(),
        with_tools(),
        with_image(),
        with_image().format(ResponseFormat::JsonObject),
        with_tools().format(ResponseFormat::JsonObject),
        together,
    ];
    for request in requests {
        let Some(lacking) = llm.capabilities().lacks(&request) else { continue };
        let before = sent();
        expect_refusal(llm, &request, lacking).await?;
        expect(sent() == before, || {
            format!("the model lacks {lacking}, but the question was sent before it was refused")
        })?;
    }
    Ok(())
}

async fn hidden(llm: &dyn Llm) -> Case {
    let mut shown = vec![format!("{llm:?}")];
    for request in [question(), for_json(), for_schema(), with_tools(), with_image()] {
        shown.push(match llm.generate(&request).await {
            Ok(response) => format!("{response:?}"),
            Err(error) => format!("{error:?} {error}"),
        });
        shown.push(format!("{llm:?}"));
    }
    expect(!shown.iter().any(|shown| shown.contains(CONTENT)), || {
        "a `Debug` or an error shows what was asked".to_owned()
    })
}
