// Loaded before the official Node.js command line. Nothing but the server under test can be reached and no process can be
// started: whatever tries is refused, and written to the file MEM0_STRANGERS.
import { ChildProcess } from "node:child_process";
import { appendFileSync } from "node:fs";
import { Socket } from "node:net";

function refuse(stranger) {
  appendFileSync(process.env.MEM0_STRANGERS, `${stranger}\n`);
  throw new Error("refused: not the server under test");
}

const connect = Socket.prototype.connect;
Socket.prototype.connect = function (...given) {
  const { host } = given.flat()[0];
  return host === "127.0.0.1" ? connect.apply(this, given) : refuse(host);
};

ChildProcess.prototype.spawn = ({ args }) => refuse(args.join(" "));

// Every command that talks to the server gives its ping 5 s and does not cancel the timer, so that it ends 5 s later.
// Here that timer keeps nothing alive.
const PING_MS = 5000;
const setTimeout = globalThis.setTimeout;
globalThis.setTimeout = (call, delay, ...rest) => {
  const timer = setTimeout(call, delay, ...rest);
  return delay === PING_MS ? timer.unref() : timer;
};
