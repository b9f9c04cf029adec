/** A progress bar beneath the lines that a script prints, on a terminal; elsewhere the lines alone. */
import { setImmediate as nextTurn } from "node:timers/promises";
import logUpdate from "log-update";

const width = 24;

/** How far a script is, of `total` steps. */
export class Progress {
  private readonly bar = process.stdout.isTTY === true && process.env.TERM !== "dumb";
  private readonly start = performance.now();
  private drawn = -Infinity;
  private done = 0;

  constructor(private readonly total: number) {}

  /** Prints a line that stays. */
  print(line: string): void {
    if (this.bar) logUpdate.persist(line);
    else console.log(line);
  }

  /** Counts a step; `text` is shown beside the bar. */
  async step(text: string): Promise<void> {
    this.done++;
    const now = performance.now();
    if (!this.bar || now - this.drawn < 50) return;
    this.drawn = now;
    const share = this.done / this.total;
    const full = Math.round(share * width);
    const left = ((now - this.start) / 1000) * (1 / share - 1);
    const percent = `${Math.floor(share * 100)}%`.padStart(4);
    logUpdate(`${"█".repeat(full)}${"░".repeat(width - full)} ${percent}  ${text}  ${Math.ceil(left)} s left`);
    // Training never waits for anything, and signals are heard only between turns of the event loop.
    await nextTurn();
  }

  /** Takes the bar away. */
  end(): void {
    if (!this.bar) return;
    logUpdate.clear();
    logUpdate.done();
  }
}
