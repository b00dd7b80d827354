// LangChain's Mem0Memory: a turn of a chat is saved, and what is asked has the memories beside it.
//
// node langchain_memory.mjs HOST API_KEY
import { apiKey, become, begin, equal, host, play, that } from "./checks.mjs";
import { Mem0Memory } from "@langchain/community/memory/mem0";

const [puppy, noted, tea] = ["I have a puppy called Momo", "Noted: Momo is a puppy", "I like green tea"];

function memory(sessionId, options = {}) {
  return new Mem0Memory({ apiKey, sessionId, mem0Options: { apiKey, host }, ...options });
}

await play("@langchain/community 1.1.29, mem0ai 2.4.5", async () => {
  begin("chat");
  const chat = memory("lucy");
  await chat.saveContext({ input: puppy }, { output: noted });
  await become("a turn is stored", { user_id: "lucy" }, [puppy, noted]);
  equal("and kept in the chat", (await chat.chatHistory.getMessages()).map((one) => one.content), [puppy, noted]);
  const asked = await chat.loadMemoryVariables({ input: "What is my dog called?" });
  that("a question has the memory beside it", asked.history.includes(puppy), asked.history);
  const every = await chat.loadMemoryVariables({});
  that("without one: all", every.history.includes(puppy) && every.history.includes(noted), every.history);
  await chat.clear();
  await become("clear ends the chat and not the memories", { user_id: "lucy" }, [puppy, noted]);

  begin("messages");
  const one = memory("lucy", { returnMessages: true });
  const { history } = await one.loadMemoryVariables({ input: "Momo" });
  equal("one of a person", history.map((message) => message.getType()), ["human"]);
  that("with the memories", history[0].content.includes(puppy), history[0].content);
  const separate = memory("lucy", { returnMessages: true, separateMessages: true });
  const [system] = (await separate.loadMemoryVariables({ input: "Momo" })).history;
  equal("or one of the system", system.getType(), "system");
  equal("line by line", system.content.split("\n").sort(), [puppy, noted].sort());

  begin("scopes");
  const kitchen = memory("lucy", { memoryOptions: { run_id: "r-1" }, returnMessages: true, separateMessages: true });
  await kitchen.saveContext({ input: tea }, { output: "Noted" });
  await become("a run's turn", { AND: [{ user_id: "lucy" }, { run_id: "r-1" }] }, [tea, "Noted"]);
  const [ofRun] = (await kitchen.loadMemoryVariables({ input: "green tea" })).history;
  that("is found in the run", ofRun.content.includes(tea) && !ofRun.content.includes(puppy), ofRun.content);
  const stranger = memory("nobody", { returnMessages: true, separateMessages: true });
  equal("a stranger has none", (await stranger.loadMemoryVariables({ input: "dog" })).history, []);
  equal("nor in the list", (await stranger.loadMemoryVariables({})).history, []);
});
