// The official provider for the Vercel AI SDK: its functions, and a model around a stand-in for OpenAI's.
//
// node vercel_provider.mjs HOST API_KEY
import { apiKey, become, begin, equal, host, play, that } from "./checks.mjs";
import { addMemories, createMem0, getMemories, retrieveMemories, searchMemories } from "@mem0/vercel-ai-provider";
import { generateText, streamText } from "ai";

const [puppy, tea] = ["I have a puppy called Momo", "I like green tea"];
const said = (role, text) => ({ role, content: [{ type: "text", text }] });
const texts = (found) => found.map((memory) => memory.memory).sort();

// Answers as OpenAI's chat API does, and remembers what it was asked.
const asked = [];
async function model(_, options) {
  const body = JSON.parse(options.body);
  asked.push(body.messages);
  const choice = { index: 0, finish_reason: "stop" };
  const head = { id: "c-1", created: 0, model: body.model };
  if (!body.stream) {
    const usage = { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 };
    return Response.json({ ...head, choices: [{ ...choice, message: { role: "assistant", content: "Momo" } }], usage });
  }
  const chunk = JSON.stringify({ ...head, choices: [{ ...choice, delta: { role: "assistant", content: "Momo" } }] });
  return new Response(`data: ${chunk}\n\ndata: [DONE]\n\n`, { headers: { "Content-Type": "text/event-stream" } });
}

await play("@mem0/vercel-ai-provider 3.0.2, ai 6.0.325", async () => {
  const config = { mem0ApiKey: apiKey, host };
  const vera = { ...config, user_id: "vera" };

  begin("functions");
  const prompt = [said("user", puppy), said("assistant", "Noted")];
  const added = await addMemories(prompt, { ...vera, infer: false, metadata: { topic: "pets" } });
  equal("add says what it stored", added.results.map((row) => row.data.memory), [puppy, "Noted"]);
  const queued = await addMemories(tea, { ...vera, run_id: "r-1" });
  equal("with inference it is queued", queued.status, "PENDING");
  await become("and done", { AND: [{ user_id: "vera" }, { run_id: "r-1" }] }, [tea]);

  const [best] = await getMemories([said("user", "her dog")], { ...vera, top_k: 1 });
  equal("get finds the best", [best.memory, best.metadata], [puppy, { topic: "pets" }]);
  const found = await searchMemories("tea", { ...vera, run_id: "r-1", threshold: 0 });
  equal("search finds the run's", texts(found.results), [tea]);
  const filters = { user_id: "vera", metadata: { topic: "pets" } };
  const filtered = await searchMemories("puppy", { ...config, filters });
  equal("or by other filters", texts(filtered.results), ["Noted", puppy].sort());
  const retrieved = await retrieveMemories("her dog", vera);
  that("retrieve makes a prompt of it", retrieved.includes(`Memory: ${puppy}`), retrieved);
  equal("a stranger finds nothing", await getMemories("dog", { ...config, user_id: "nobody" }), []);
  equal("and has no prompt", await retrieveMemories("dog", { ...config, user_id: "nobody" }), "");

  begin("model");
  const settings = { mem0ApiKey: apiKey, apiKey: "none", mem0Config: { host }, config: { fetch: model } };
  const mem0 = createMem0({ provider: "openai", ...settings });
  const chat = mem0.chat("gpt-4.1-mini", { user_id: "vera" });
  const { text, sources } = await generateText({ model: chat, prompt: "What is my dog called?" });
  equal("its answer", text, "Momo");
  const [system, question] = asked[0];
  that("the memories came first", system.content.includes(`Memory: ${puppy}`), JSON.stringify(asked[0]));
  equal("then the question", question.content, "What is my dog called?");
  equal("and are told as a source", sources.map((source) => source.title), ["Mem0 Memories"]);
  that("with the texts", texts(sources[0].providerMetadata.mem0.memories).includes(puppy), JSON.stringify(sources));
  const streamed = streamText({ model: chat, prompt: "Does Momo like trains?" });
  equal("a stream", await streamed.text, "Momo");
  that("has them too", JSON.stringify(asked[1][0]).includes("Memory: "), JSON.stringify(asked[1]));
  await become("each question is stored", { AND: [{ user_id: "vera" }, { NOT: [{ run_id: "*" }] }] },
    [puppy, "Noted", "What is my dog called?", "Does Momo like trains?"]);
});
