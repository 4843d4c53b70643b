// The benchmark's load with @grpc/grpc-js: node client.mjs ROOT HOST:PORT. Each line of the input is
// "unary|stream BYTES CALLERS MILLISECONDS", each answer one line of JSON with times in nanoseconds.
import readline from "node:readline";
import { EchoService, grpc } from "./grpc.mjs";

const messagesOfAStream = 10000;
const client = new EchoService(process.argv[3], grpc.credentials.createInsecure());

// Times in buckets 3 % wide: 32 to each power of two.
class Histogram {
  counts = new Float64Array(64 * 32);
  total = 0;
  add(milliseconds) {
    const value = Math.max(milliseconds * 1e6, 32);
    const power = Math.floor(Math.log2(value));
    this.counts[power * 32 + (Math.floor(value / 2 ** (power - 5)) & 31)]++;
    this.total++;
  }
  quantile(quantile) {
    let left = Math.floor(this.total * quantile);
    const i = this.counts.findIndex((count) => (left -= count) < 0);
    return Math.floor((32 + (i % 32)) * 2 ** (Math.floor(i / 32) - 5));
  }
}

const unary = (size, end, times) =>
  new Promise((resolve, reject) => {
    const request = { payload: Buffer.alloc(size, "x") };
    const begin = () => {
      const begun = performance.now();
      client.Say(request, (error, response) => {
        if (error || response.payload.length !== size) return reject(error ?? new Error("The answer has another size."));
        const now = performance.now();
        times.add(now - begun);
        if (now < end) begin();
        else resolve();
      });
    };
    begin();
  });

const stream = (size, end, times) =>
  new Promise((resolve) => {
    const begin = () => {
      let last = performance.now();
      const call = client.Count({ messages: messagesOfAStream, size });
      call.on("data", () => {
        const now = performance.now();
        times.add(now - last);
        last = now;
        if (now >= end) call.cancel();
      });
      call.on("error", () => {});
      call.on("status", () => (performance.now() < end ? begin() : resolve()));
    };
    begin();
  });

for await (const line of readline.createInterface({ input: process.stdin })) {
  const [kind, ...numbers] = line.split(" ");
  const [size, callers, milliseconds] = numbers.map(Number);
  const begun = performance.now();
  const times = new Histogram();
  const call = kind === "unary" ? unary : stream;
  await Promise.all(Array.from({ length: callers }, () => call(size, begun + milliseconds, times)));
  const Seconds = (performance.now() - begun) / 1000;
  console.log(JSON.stringify({ Calls: times.total, Seconds, P50: times.quantile(0.5), P99: times.quantile(0.99), Allocated: 0 }));
}
process.exit(0);
