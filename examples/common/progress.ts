/** A progress bar beneath the lines that a script prints, on a terminal; elsewhere the lines alone. */
import { setImmediate as nextTurn } from "node:timers/promises";
import { type Callback, type PrintOptions, printEpochs } from "gradtape";
import logUpdate from "log-update";

const width = 24;

/** How far a script is, of `total` steps, of which `done` were done before. */
export class Progress {
  private readonly bar = process.stdout.isTTY === true && process.env.TERM !== "dumb";
  private readonly start = performance.now();
  private readonly before: number;
  private drawn = -Infinity;

  constructor(
    private readonly total: number,
    private done = 0,
  ) {
    this.before = done;
  }

  /** Prints a line that stays. */
  print(line: string): void {
    if (this.bar) logUpdate.persist(line);
    else console.log(line);
  }

  /** Counts a step, or says how many are done; `text` is shown beside the bar. */
  async step(text: string, done = this.done + 1): Promise<void> {
    this.done = done;
    const now = performance.now();
    if (!this.bar || now - this.drawn < 50) return;
    this.drawn = now;
    const share = done / this.total;
    const full = Math.round(share * width);
    const left = (((now - this.start) / 1000) * (this.total - done)) / (done - this.before);
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

/** The bar for a trainer, above it a line for each epoch. */
export function progressBar(options: Pick<PrintOptions, "line"> = {}): Callback {
  let progress = new Progress(0);
  const lines = printEpochs({ ...options, print: (line) => progress.print(line) });
  return {
    ...lines,
    onTrainBegin({ epoch, epochs, step, steps = 1 }) {
      progress = new Progress(epochs, Math.max(0, epoch - 1) + step / steps);
    },
    onBatchEnd: ({ epoch, epochs, step, steps = Infinity, history }) =>
      progress.step(
        `epoch ${epoch} of ${epochs}, loss ${history.steps.loss.at(-1)?.toFixed(3)}`,
        epoch - 1 + step / steps,
      ),
    onTrainEnd(trainer) {
      progress.end();
      return lines.onTrainEnd?.(trainer);
    },
  };
}
