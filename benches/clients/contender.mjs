// The official TypeScript client, unmodified, as a contender: node contender.mjs BASE_URL
//
// Uses the protocol of run.rs: orders on standard input, and the measurements as a line of JSON each.
import { createInterface } from "node:readline";
import { MemoryClient } from "mem0ai";

const client = new MemoryClient({ apiKey: "m0-measured", host: process.argv[2] });
const filters = { user_id: "alice" };
const messages = [
  { role: "user", content: "I'm vegetarian and allergic to nuts, and I cook for four on most evenings." },
  { role: "assistant", content: "Noted: no meat, no nuts, and enough for four. Shall I plan the week?" },
];

async function rows(work) {
  if (work === "search") return (await client.search("what can I cook for dinner?", { filters })).results.length;
  if (work === "add") return (await client.add(messages, { userId: "alice" })).eventId.length;
  if (work === "stream") {
    for (let page = 1, all = 0; ; page += 1) {
      const listed = await client.getAll({ filters, page, pageSize: 200 });
      all += listed.results.length;
      if (!listed.next) return all;
    }
  }
  const pageSize = Number(work.replace("list-", ""));
  return (await client.getAll({ filters, page: 1, pageSize })).results.length;
}

async function flights(work, inFlight, requests) {
  const latencies = [];
  let left = requests;
  const flight = async () => {
    while (left > 0) {
      left -= 1;
      const began = process.hrtime.bigint();
      if (!((await rows(work)) > 0)) throw new Error("an answer without rows");
      latencies.push(Number(process.hrtime.bigint() - began));
    }
  };
  await Promise.all(Array.from({ length: inFlight }, flight));
  return latencies;
}

for await (const line of createInterface({ input: process.stdin })) {
  const [work, inFlight, requests] = line.split(" ").map((word, index) => (index ? Number(word) : word));
  await flights(work, inFlight, work === "stream" ? 1 : inFlight + 5);
  const [cpu, wall] = [process.cpuUsage(), process.hrtime.bigint()];
  const latencies = await flights(work, inFlight, requests);
  const [used, took] = [process.cpuUsage(cpu), Number(process.hrtime.bigint() - wall)];
  latencies.sort((left, right) => left - right);
  const at = (share) => latencies[Math.min(Math.floor(latencies.length * share), latencies.length - 1)];
  const measured = {
    requests,
    cpu: (used.user + used.system) * 1000,
    wall: took,
    p50: at(0.5),
    p99: at(0.99),
    peak_kib: process.resourceUsage().maxRSS,
    allocations: 0,
    allocated: 0,
  };
  console.log(JSON.stringify(measured));
}
process.exit(0);
