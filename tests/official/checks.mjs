// What the scenarios in Node.js share: counting what passed, one printed line each, and what none of them may do.

const [host, apiKey] = process.argv.slice(2);
export { host, apiKey };

// Nothing may leave this machine, telemetry least of all: whatever tries is refused, and counted.
export const strangers = [];
const realFetch = globalThis.fetch;
globalThis.fetch = (resource, options) => {
  const address = String(resource?.url ?? resource);
  if (!address.startsWith(host)) {
    strangers.push(address);
    return Promise.reject(new TypeError("refused: not the server under test"));
  }
  return realFetch(resource, options);
};

let passed = 0;
let failed = 0;
let group = "";

// Names the group of the checks that follow.
export function begin(name) {
  group = name;
}

export function that(what, holds, shown = "") {
  if (holds) {
    passed += 1;
    console.log(`ok      ${group}: ${what}`);
  } else {
    failed += 1;
    console.log(`FAILED  ${group}: ${what}\n        ${shown}`);
  }
}

// JSON with the keys of every object in order.
function spelled(value) {
  return JSON.stringify(value, (_, part) =>
    part && typeof part === "object" && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([left], [right]) => (left < right ? -1 : 1)))
      : part,
  );
}

export function equal(what, found, expected) {
  const [left, right] = [spelled(found), spelled(expected)];
  that(what, left === right, `found    ${left}\n        expected ${right}`);
}

// One request of plain HTTP: its status and its decoded body.
export async function request(method, path, body) {
  const answer = await realFetch(`${host}${path}`, {
    method,
    headers: { Authorization: `Token ${apiKey}`, "Content-Type": "application/json" },
    body: body && JSON.stringify(body),
  });
  return [answer.status, await answer.json()];
}

// The first value that holds, asked for every 50 ms for 30 s, or the last.
export async function until(ask, holds) {
  let value = await ask();
  for (let n = 0; n < 600 && !holds(value); n += 1) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    value = await ask();
  }
  return value;
}

// The texts that these filters find, as plain HTTP shows them, so that no integration vouches for itself.
export async function stored(filters) {
  const [status, answer] = await request("POST", "/v3/memories/?page_size=100", { filters });
  if (status !== 200) throw new Error(`the list of ${JSON.stringify(filters)} is a ${status}`);
  return answer.results.map((row) => row.memory).sort();
}

// Checks that the filters find exactly these texts in the end: an add with inference is queued.
export async function become(what, filters, texts) {
  const expected = [...texts].sort();
  equal(what, await until(() => stored(filters), (found) => spelled(found) === spelled(expected)), expected);
}

// Prints the line that `run` reads the count from, and ends the program.
export function end(what) {
  console.log(`${passed} passed, ${failed} failed: ${what}`);
  process.exit(failed === 0 ? 0 : 1);
}

// Runs the checks, and ends the program.
export async function play(what, checks) {
  try {
    await checks();
  } catch (error) {
    that("runs to its end", false, error?.stack ?? error);
  }
  equal("nothing left the machine", strangers, []);
  end(what);
}
