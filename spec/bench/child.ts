/** A subject at work: a process of its own, asked in lines and answering in lines of JSON. */
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { Figures } from "./subjects/serve.js";

export type Ready = { figures: Figures } | { cannot: string };
export type Batch = { ms: number; steps: number; peakMb: number };

/** After this long without an answer a subject counts as lost. */
const patience = 120_000;

export class Child {
  private readonly process: ChildProcessWithoutNullStreams;
  private readonly lines: AsyncIterator<string>;
  private complaint = "";

  constructor(command: string, args: string[], env: Record<string, string> = {}) {
    this.process = spawn(command, args, { env: { ...process.env, ...env } });
    this.process.stderr.on("data", (text) => {
      this.complaint = (this.complaint + text).slice(-4000);
    });
    this.process.stdin.on("error", () => {}); // it has gone: seen when no answer comes
    this.process.on("error", (error) => {
      this.complaint += error.message;
    });
    this.lines = createInterface({ input: this.process.stdout })[Symbol.asyncIterator]();
  }

  /** The next line that is JSON; libraries may print others. */
  private async answer<T>(): Promise<T> {
    const lost = setTimeout(() => {
      this.complaint = `no answer within ${patience / 1000} s`;
      this.process.kill("SIGKILL");
    }, patience);
    try {
      for (let line = await this.lines.next(); !line.done; line = await this.lines.next())
        if (line.value.startsWith("{")) return JSON.parse(line.value);
    } finally {
      clearTimeout(lost);
    }
    // What an uncaught error prints holds its message in a line of its own, among those of the stack.
    const lines = this.complaint.trim().split("\n");
    throw new Error(lines.find((text) => /^\w*(Error|Exception)\b.*:/.test(text)) ?? lines.at(-1) ?? "it ended");
  }

  ready(): Promise<Ready> {
    return this.answer();
  }

  /** One batch of at least `ms`, or of one step. */
  run(ms: number): Promise<Batch> {
    this.process.stdin.write(`${ms}\n`);
    return this.answer();
  }

  end(): void {
    this.process.stdin.end();
    this.process.kill();
  }
}
