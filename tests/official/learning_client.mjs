// The official TypeScript client against a local platform that learns, by the model of scripted_model.py.
//
// node learning_client.mjs HOST API_KEY
import { apiKey, begin, end, equal, host, request, strangers, until } from "./checks.mjs";
import { MemoryClient } from "mem0ai";

const client = new MemoryClient({ apiKey, host });
const userId = "typescript-learns";
const filters = { user_id: userId };

async function learn(text, options = {}) {
  const { eventId } = await client.add([{ role: "user", content: text }], { userId, ...options });
  const [, event] = await until(
    () => request("GET", `/v1/event/${eventId}/`),
    ([, one]) => one.status === "SUCCEEDED" || one.status === "FAILED",
  );
  return event;
}

const texts = (page) => page.results.map((memory) => memory.memory).sort();

begin("learning");
const first = await learn("Hi! I work at Acme as a nurse.", { timestamp: 1772323200 });
equal("the event succeeds", first.status, "SUCCEEDED");
equal("with a fact", first.results.map((row) => [row.event, row.data.memory]), [
  ["ADD", "User works at Acme as a nurse"],
]);
const [fact] = (await client.getAll({ filters })).results;
equal("the fact is listed", fact.memory, "User works at Acme as a nurse");
equal("with its category", fact.categories, ["professional_details"]);
await learn("I started at Birch Clinic on Monday.", { timestamp: 1780617600 });
equal("both are listed", texts(await client.getAll({ filters })), [
  "User started at Birch Clinic",
  "User works at Acme as a nurse",
]);
equal("the newer holds", texts(await client.getAll({ filters, latestOnly: true })), ["User started at Birch Clinic"]);
const found = await client.search("Does she work at Birch Clinic?", { filters, latestOnly: true });
equal("in searches too", texts(found), ["User started at Birch Clinic"]);
const old = await client.get(fact.id);
equal("the older says what became of it", old.lifecycleState, "superseded");
equal("and what replaced it", old.replacedBy, found.results[0].id);
const history = await client.history(fact.id);
equal("history tells of it", history.map((row) => row.event).sort(), ["ADD", "UPDATE"]);
equal("and of what was said", history.find((row) => row.event === "ADD").input[0].content, "Hi! I work at Acme as a nurse.");
equal("small talk teaches nothing", (await learn("ok thanks")).results, []);

begin("the network");
equal("nothing but the server was called", strangers, []);
end("the official TypeScript client where a model learns");
