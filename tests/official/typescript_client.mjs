// The official TypeScript client, unmodified, against a server of ours: every method that the server has an operation for.
//
// node typescript_client.mjs HOST API_KEY
import { apiKey, begin, end, equal, host, request, strangers, that, until } from "./checks.mjs";
import { MemoryClient } from "mem0ai";

async function raises(what, name, code, call, saying = "") {
  try {
    const answer = await call();
    that(what, false, `answered ${JSON.stringify(answer)} where ${name} was due`);
  } catch (error) {
    const right = error.constructor.name === name && error.errorCode === code && error.message.includes(saying);
    that(what, right, `raised ${error.constructor.name} ${error.errorCode}: ${error.message}`);
  }
}

async function ended(eventId) {
  const [, event] = await until(
    () => request("GET", `/v1/event/${eventId}/`),
    ([, one]) => one.status === "SUCCEEDED" || one.status === "FAILED",
  );
  return event;
}

const client = new MemoryClient({ apiKey, host });
const talk = [
  { role: "user", content: "I love hiking in the Dolomites" },
  { role: "assistant", content: "Noted: mountains it is" },
];
const texts = (page) => page.results.map((memory) => memory.memory).sort();
const oddId = "a/b c?d#e%é";

begin("add");
const metadata = { camelCase: 1, snake_case: { aList: [1, null, "x"] } };
const added = await client.add(talk, { userId: "alice", infer: false, metadata });
equal("its status", added.status, "SUCCEEDED");
equal("its results", added.results.map((result) => [result.event, result.data.memory]), [
  ["ADD", talk[0].content],
  ["ADD", talk[1].content],
]);
const queued = await client.add([{ role: "user", content: "I eat sushi on Fridays" }], { userId: oddId });
equal("with inference it is queued", queued.status, "PENDING");
equal("and done", (await ended(queued.eventId)).status, "SUCCEEDED");
const again = await client.add(talk, { userId: "alice", infer: false, metadata });
equal("the same once more is named, and stored once", again.results.map((result) => result.event), ["NOOP", "NOOP"]);
await client.add([{ role: "user", content: "Runs belong to runs" }], { runId: "r-1", agentId: "bot", infer: false });
await raises("no messages", "Error", undefined, () => client.add([], { userId: "alice" }), "empty messages");
await raises("no id", "ValidationError", "HTTP_400", () => client.add(talk, {}), "entity ID");

begin("search");
const hits = await client.search("where does she hike?", { filters: { user_id: "alice" }, topK: 1 });
equal("the best hit", texts(hits), [talk[0].content]);
that("its score is between 0 and 1", hits.results[0].score > 0 && hits.results[0].score <= 1);
equal("its metadata is verbatim", hits.results[0].metadata, metadata);
equal("its user", hits.results[0].userId, "alice");
const odd = await client.search("sushi", { filters: { user_id: oddId } });
equal("an odd id finds its own", texts(odd), ["I eat sushi on Fridays"]);
equal("nobody finds nothing", (await client.search("sushi", { filters: { user_id: "nobody" } })).results, []);
await raises("a blank query", "ValidationError", "HTTP_400", () => client.search(" ", { filters: { user_id: "alice" } }), "query");
await raises("no filters", "ValidationError", "HTTP_400", () => client.search("sushi", {}), "filters");
await raises("ids at the top level", "Error", undefined, () => client.search("sushi", { userId: "alice" }), "Top-level");

begin("getAll");
const first = await client.getAll({ filters: { user_id: "alice" }, page: 1, pageSize: 1 });
const second = await client.getAll({ filters: { user_id: "alice" }, page: 2, pageSize: 1 });
equal("the count", [first.count, second.count], [2, 2]);
that("the first page links to the second", first.next?.includes("page=2"), first.next);
equal("the second is the last", second.next, null);
equal("each memory once", [...texts(first), ...texts(second)].sort(), talk.map((turn) => turn.content).sort());
const either = await client.getAll({ filters: { OR: [{ user_id: "alice" }, { run_id: "r-1" }] } });
equal("an OR finds both", either.count, 3);
const runs = await client.getAll({ filters: { AND: [{ run_id: "r-1" }, { agent_id: "bot" }] } });
equal("the run's id", runs.results[0].sessionId, "r-1");
await raises("camelCase in a filter", "ValidationError", "HTTP_400", () => client.getAll({ filters: { userId: "alice" } }), "allowed field");
await raises("a page beyond the last", "MemoryNotFoundError", "HTTP_404", () => client.getAll({ filters: { user_id: "alice" }, page: 9 }));

begin("get, update, history");
const all = await client.getAll({ filters: { user_id: "alice" } });
const id = all.results.find((memory) => memory.memory === talk[0].content).id;
equal("get", (await client.get(id)).memory, talk[0].content);
const updated = await client.update(id, { text: "Loves climbing", metadata: { k: 1 }, expirationDate: "2999-01-31" });
equal("the new text", updated.memory, "Loves climbing");
equal("metadata are joined", updated.metadata, { ...metadata, k: 1 });
equal("the last day", updated.expirationDate, "2999-01-31");
equal("which null clears", (await client.update(id, { expirationDate: null })).expirationDate, null);
const changes = await client.history(id);
equal("history", changes.map((change) => [change.event, change.oldMemory, change.newMemory]).slice(0, 2), [
  ["ADD", null, talk[0].content],
  ["UPDATE", talk[0].content, "Loves climbing"],
]);
await raises("no UUID", "ValidationError", "HTTP_400", () => client.get("nope"), "valid UUID");
const unknown = "00000000-0000-4000-8000-000000000000";
await raises("an unknown id", "MemoryNotFoundError", "HTTP_404", () => client.get(unknown), "Memory not found!");

begin("batches");
const other = all.results.find((memory) => memory.id !== id).id;
const updates = [{ memoryId: id, text: "one" }, { memoryId: other, text: "two" }];
equal("update", await client.batchUpdate(updates), { message: "Successfully updated 2 memories" });
equal("both changed", texts(await client.getAll({ filters: { user_id: "alice" } })), ["one", "two"]);
equal("delete", await client.batchDelete([other]), { message: "Successfully deleted 1 memories" });
await raises("an unknown id among them", "ValidationError", "HTTP_400", () => client.batchDelete([id, unknown]), "memories[1]");
equal("and none is gone", (await client.get(id)).memory, "one");

begin("exports");
const schema = { type: "object", properties: { camelCase: { type: "integer" }, nobodyKnows: { type: ["string", "null"] } } };
const job = await client.createMemoryExport({ schema, filters: { user_id: "alice" } });
const exported = await client.getMemoryExport({ memoryExportId: job.id });
equal("by id", [exported.camelCase, exported.nobodyKnows], [1, null]);
equal("the latest by filters", (await client.getMemoryExport({ filters: { user_id: "alice" } })).camelCase, 1);
await raises("an unknown one", "MemoryNotFoundError", "HTTP_404", () => client.getMemoryExport({ memoryExportId: unknown }));
const required = { type: "object", properties: { story: { type: "string" } }, required: ["story"] };
await raises("what needs an LLM", "ValidationError", "HTTP_400", () => client.createMemoryExport({ schema: required, filters: { user_id: "alice" } }), "`story`");

begin("users");
const users = await client.users({ page: 1, pageSize: 2 });
equal("a page of them", [users.count, users.results.length], [4, 2]);
equal("their totals", [users.totalUsers, users.totalAgents, users.totalRuns], [2, 1, 1]);
equal("deleteUsers", await client.deleteUsers({ userId: oddId }), { message: "Entity deleted successfully." });
for (let n = 0; n < 100 && (await client.users()).totalUsers > 1; n += 1) {
  await new Promise((resolve) => setTimeout(resolve, 100));
}
equal("one user is left", (await client.users()).totalUsers, 1);

begin("delete");
equal("one", (await client.delete(id)).message, "Memory deleted successfully!");
await raises("twice", "MemoryNotFoundError", "HTTP_404", () => client.delete(id));
const wiped = await client.deleteAll({ runId: "r-1" });
equal("a whole scope is queued", wiped.message, "Delete in progress. This may take some time.");
equal("and done", (await ended(wiped.eventId)).status, "SUCCEEDED");
equal("nothing is left", (await client.getAll({ filters: { run_id: "r-1" } })).count, 0);

begin("many at once");
const many = Array.from({ length: 32 }, (_, n) =>
  client.add([{ role: "user", content: `Fact number ${n}` }], { userId: `user-${n}`, infer: false }),
);
equal("32 adds", (await Promise.all(many)).every((answer) => answer.results.length === 1), true);
const found = await Promise.all(
  Array.from({ length: 32 }, (_, n) => client.getAll({ filters: { user_id: `user-${n}` } })),
);
equal("each with its own", found.map((page) => texts(page)[0]), Array.from({ length: 32 }, (_, n) => `Fact number ${n}`));

begin("keys");
console.error = () => {};
const stranger = new MemoryClient({ apiKey: "m0-wrong", host });
await raises("a wrong one", "AuthenticationError", "HTTP_401", () => stranger.search("x", { filters: { user_id: "alice" } }), "Invalid API key");

begin("project");
const project = await client.getProject({ fields: ["name"] });
equal("its name", project.name, "Default project");
const changed = await client.updateProject({ customInstructions: "Only facts about food", multilingual: true });
equal("is updated", changed.message, "Project updated successfully");
const renewed = await client.getProject({});
equal("and shown", [renewed.customInstructions, renewed.multilingual], ["Only facts about food", true]);

begin("feedback");
const judged = (await client.add([{ role: "user", content: "I like tea" }], { userId: "judge", infer: false })).results[0].id;
const given = await client.feedback({ memoryId: judged, feedback: "NEGATIVE", feedbackReason: "It was coffee" });
equal("is kept", [given.feedback, given.feedbackReason], ["NEGATIVE", "It was coffee"]);
const taken = await client.feedback({ memoryId: judged });
equal("and taken back", [taken.id, taken.feedback, taken.feedbackReason], [given.id, null, null]);
await raises("an unknown memory", "MemoryNotFoundError", "HTTP_404", () => client.feedback({ memoryId: unknown, feedback: "POSITIVE" }));
await raises("no UUID", "ValidationError", "HTTP_400", () => client.feedback({ memoryId: "m", feedback: "POSITIVE" }), "Invalid memory_id");

begin("profiles");
const diet = { type: "object", properties: { aDiet: { type: "string", description: "What they eat" } } };
equal("are not enabled at first", (await client.getProfile({ entityId: "judge" })).status, "not_enabled");
await raises("so that none can be made", "ValidationError", "HTTP_400", () => client.generateProfile({ entityId: "judge" }), "must be enabled");
const set = await client.updateProfileSettings({ enabled: true, schema: diet, customInstructions: "Briefly" });
equal("settings", [set.enabled, set.entities.user.customInstructions], [true, "Briefly"]);
equal("the schema is verbatim", set.entities.user.schema, diet);
await client.updateProfileSettings({ customInstructions: null });
const kept = await client.getProfileSettings();
equal("null clears, what is not named stays", [kept.enabled, kept.entities.user.customInstructions], [true, null]);
const made = await client.generateProfile({ entityId: "judge", idempotencyKey: "a-key-of-this-run" });
equal("a job ends without an LLM", [made.status, made.replayed], ["failed", false]);
const replayed = await client.generateProfile({ entityId: "judge", idempotencyKey: "a-key-of-this-run" });
equal("the same key, the same job", [replayed.jobId, replayed.replayed], [made.jobId, true]);
for (const named of [made.jobId, made.statusUrl]) {
  const { job } = await client.getProfileJob(named);
  equal("its counts", [job.total, job.completed, job.succeeded, job.failed, job.skipped], [1, 1, 0, 1, 0]);
}
const profile = await client.getProfile({ entityId: "judge" });
equal("the profile is empty", [profile.status, profile.profile], ["failed", {}]);
that("and says why", profile.error.includes("No LLM is configured"), profile.error);
equal("a sample", (await client.sampleProfiles({ limit: 2 })).sampled, 2);
await raises("an unknown user", "MemoryNotFoundError", "HTTP_404", () => client.getProfile({ entityId: "nobody-at-all" }));

begin("deleteUser");
const [, { id: number }] = await request("POST", "/v1/users/", { user_id: "judge" });
const gone = await client.deleteUser({ entity_id: number, entity_type: "user" });
equal("is queued", gone.message, "Delete in progress. This may take some time.");
for (let n = 0; n < 100 && (await client.getAll({ filters: { user_id: "judge" } })).count > 0; n += 1) {
  await new Promise((resolve) => setTimeout(resolve, 100));
}
equal("with the memories", (await client.getAll({ filters: { user_id: "judge" } })).count, 0);
await raises("no number", "ValidationError", "HTTP_400", () => client.deleteUser({ entity_id: "judge", entity_type: "user" }), "Must be an integer");

begin("webhooks");
const hook = await client.createWebhook({ name: "Kitchen", url: "https://example.com/hook", eventTypes: ["memory_add"] });
equal("createWebhook", [hook.name, hook.url, hook.eventTypes, hook.isActive, hook.owner], ["Kitchen", "https://example.com/hook", ["memory_add"], true, "local@example.com"]);
equal("with its secret", hook.secret.startsWith("whsec_"), true);
equal("getWebhooks", (await client.getWebhooks()).map((one) => [one.webhookId, one.secret]), [[hook.webhookId, undefined]]);
equal("updateWebhook", await client.updateWebhook({ webhookId: hook.webhookId, name: "Pantry", eventTypes: ["memory_delete"] }), { message: "Webhook updated successfully" });
equal("it is changed", (await client.getWebhooks()).map((one) => [one.name, one.eventTypes]), [["Pantry", ["memory_delete"]]]);
equal("deleteWebhook", await client.deleteWebhook({ webhookId: hook.webhookId }), { message: "Webhook deleted successfully" });
equal("it is gone", await client.getWebhooks(), []);
await raises("twice", "MemoryNotFoundError", "HTTP_404", () => client.deleteWebhook({ webhookId: hook.webhookId }));

begin("all");
const driven = new Set([
  "ping", "add", "search", "getAll", "get", "update", "history", "batchUpdate", "batchDelete",
  "createMemoryExport", "getMemoryExport", "users", "deleteUsers", "delete", "deleteAll", "getProject", "updateProject",
  "feedback", "getProfile", "generateProfile", "sampleProfiles", "getProfileJob", "getProfileSettings",
  "updateProfileSettings", "deleteUser",
  "getWebhooks", "createWebhook", "updateWebhook", "deleteWebhook",
]);
const methods = Object.getOwnPropertyNames(MemoryClient.prototype);
equal("every method is driven", methods.filter((name) => name !== "constructor" && !name.startsWith("_") && !driven.has(name)), []);
equal("ping resolves", await client.ping(), undefined);
equal("nothing left the machine", strangers, []);

end("the official TypeScript client 3.3.1");
