/** Work spread over the cores: processes that are handed one job after the other, until there are none. */
import { type ChildProcess, fork } from "node:child_process";
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { configure } from "gradtape";

/** What `spread` is told. */
export type SpreadOptions<Answer> = {
  /** How many processes (default: one for each core). */
  processes?: number;
  /** Is told every answer, in the order of the jobs, whichever is found first. */
  each?: (answer: Answer, i: number) => void;
  /** Ends all processes, when it is aborted; the answers are those that `each` was told. */
  signal?: AbortSignal;
};

/** The answers to all jobs, in their order, of processes that run a script, which calls `work`. */
export async function spread<Job, Answer>(
  script: URL,
  jobs: readonly Job[],
  { processes = availableParallelism(), each, signal }: SpreadOptions<Answer> = {},
): Promise<Answer[]> {
  const answers: Answer[] = [];
  const early = new Map<number, Answer>();
  const workers = new Set<ChildProcess>();
  const end = () => {
    for (const worker of workers) worker.kill();
  };
  let next = 0;
  function found(i: number, answer: Answer): void {
    early.set(i, answer);
    for (let k = answers.length; early.has(k); k++) {
      answers.push(early.get(k) as Answer);
      early.delete(k);
      each?.(answers[k], k);
    }
  }
  /** Starts a process, and resolves when it has ended since there is nothing more to do. */
  const employ = () =>
    new Promise<void>((resolve, reject) => {
      const worker = fork(fileURLToPath(script));
      workers.add(worker);
      let job = -1;
      const hand = () => {
        job = next++;
        if (job < jobs.length && !signal?.aborted) worker.send(jobs[job] as object);
        else worker.disconnect();
      };
      worker.on("message", (answer) => {
        if (job >= 0) found(job, answer as Answer);
        hand();
      });
      worker.on("error", reject);
      worker.on("exit", (code, by) => {
        workers.delete(worker);
        if (code === 0 || signal?.aborted) resolve();
        else reject(new Error(`the process that had job ${job} ended with ${code ?? by}`));
      });
    });
  signal?.addEventListener("abort", end);
  process.on("exit", end);
  try {
    await Promise.all(Array.from({ length: Math.min(processes, jobs.length) }, employ));
  } finally {
    end();
    signal?.removeEventListener("abort", end);
    process.off("exit", end);
  }
  return answers;
}

/** In a worker: answers jobs, on one core, until there are none, or the process that hands them out is gone. */
export function work<Job, Answer>(answer: (job: Job) => Answer | Promise<Answer>): void {
  configure({ threads: 1 });
  process.on("SIGINT", () => {}); // Ctrl-C goes to all processes of a terminal; the first one decides what it means
  process.on("disconnect", () => process.exit());
  process.on("message", async (job) => process.send?.((await answer(job as Job)) as object));
  process.send?.(null);
}
