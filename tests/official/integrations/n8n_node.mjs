// The official n8n node, executed as n8n does but with a stand-in for its surroundings.
//
// node n8n_node.mjs HOST API_KEY
import { apiKey, become, begin, equal, host, play, stored, that } from "./checks.mjs";
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);
const { Mem0 } = require("@mem0/n8n-nodes-mem0/dist/nodes/Mem0/Mem0.node.js");
const { Mem0Api } = require("@mem0/n8n-nodes-mem0/dist/credentials/Mem0Api.credentials.js");

const [puppy, tea, train] = ["I have a puppy called Momo", "I like green tea", "The train leaves at nine"];
const credentials = { apiKey, baseUrl: host };
const filled = (text) =>
  text.replace(/^=/, "").replace(/\{\{\$credentials\.(\w+)\}\}/g, (_, name) => credentials[name]);

// The request as n8n sends it: with the headers that the credential's type says.
async function send(_, { method, url, body, qs }) {
  const named = Object.entries(new Mem0Api().authenticate.properties.headers);
  const headers = Object.fromEntries(named.map(([name, value]) => [name, filled(value)]));
  headers["Content-Type"] = "application/json";
  const options = { method, headers, body: body && JSON.stringify(body) };
  const answer = await fetch(`${url}?${new URLSearchParams(qs)}`, options);
  if (!answer.ok) throw Object.assign(new Error(await answer.text()), { httpCode: String(answer.status) });
  return answer.json();
}

// What the node puts out for one item with these parameters.
async function execute(parameters, continues = false) {
  const named = (name) => name.split(".").reduce((value, part) => value?.[part], parameters);
  const surroundings = {
    getInputData: () => [{ json: {} }],
    getCredentials: async () => credentials,
    getNode: () => ({ name: "Mem0", type: "mem0", typeVersion: 1, parameters: {} }),
    getNodeParameter: (name, _, otherwise) => named(name) ?? otherwise,
    continueOnFail: () => continues,
    helpers: { httpRequestWithAuthentication: send },
  };
  const [items] = await new Mem0().execute.call(surroundings);
  return items.map((item) => item.json);
}

const messages = (...contents) => ({ message: contents.map((content) => ({ role: "user", content })) });

await play("@mem0/n8n-nodes-mem0 0.1.4, n8n-workflow 2.0.0", async () => {
  begin("node");
  const { options } = new Mem0().description.properties.find((property) => property.name === "operation");
  const operations = options.map((option) => option.value).sort();
  equal("every operation is executed below", operations, ["add", "delete", "get", "getAll", "search", "update"]);
  const { baseURL, url, method } = new Mem0Api().test.request;
  const ping = await send("", { method, url: `${filled(baseURL)}${url}`, qs: {} });
  equal("the credential's test", ping.status, "ok");

  begin("add");
  const addFields = { infer: false, metadata: '{"topic": "pets"}', app_id: "home" };
  const added = await execute({ operation: "add", messages: messages(puppy, tea), userId: "nina", addFields });
  equal("an item for each memory", added.map((row) => [row.event, row.data.memory]), [["ADD", puppy], ["ADD", tea]]);
  const waited = await execute({ operation: "add", messages: messages(train), userId: "nina" });
  equal("with inference it waits", waited.map((row) => row.data.memory), [train]);
  await become("all are there", { user_id: "nina" }, [puppy, tea, train]);

  begin("search and list");
  const [best, ...others] = await execute({ operation: "search", query: "her dog", userId: "nina", limit: 1 });
  equal("the best", [best.memory, best.metadata, others.length], [puppy, { topic: "pets" }, 0]);
  const either = await execute({ operation: "search", query: "green tea", userId: "nobody", appId: "home" });
  equal("several ids: either", either[0].memory, tea);
  equal("a stranger", await execute({ operation: "search", query: "dog", userId: "nobody" }), []);
  const listed = await execute({ operation: "getAll", userId: "nina", returnAll: true, pageSize: 1 });
  equal("page after page", listed.map((row) => row.memory).sort(), [puppy, tea, train].sort());
  equal("one page", (await execute({ operation: "getAll", appId: "home", page: 2, pageSize: 1 })).length, 1);

  begin("one memory");
  const memoryId = best.id;
  const [updated] = await execute({ operation: "update", memoryId, text: "Momo has grown", metadata: '{"age": 2}' });
  equal("update", [updated.memory, updated.metadata], ["Momo has grown", { topic: "pets", age: 2 }]);
  equal("get", (await execute({ operation: "get", memoryId }))[0].memory, "Momo has grown");
  equal("delete", await execute({ operation: "delete", memoryId }), [{ message: "Memory deleted successfully!" }]);
  equal("the others stay", await stored({ user_id: "nina" }), [tea, train].sort());
  const [refused] = await execute({ operation: "get", memoryId }, true);
  that("then get says so", refused.error.includes("Memory not found"), refused.error);
});
