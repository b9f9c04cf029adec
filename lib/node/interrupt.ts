/** Ctrl-C: once to stop a run, twice to leave. */

/**
 * Runs `f` with a signal that the first Ctrl-C (SIGINT) aborts; the second ends the process, with exit code 130. Afterwards
 * Ctrl-C does what it did before: `await stopOnInterrupt((signal) => trainer.fit(data, { epochs: 20, signal }))`.
 */
export async function stopOnInterrupt<T>(f: (signal: AbortSignal) => T | Promise<T>): Promise<T> {
  const controller = new AbortController();
  // It stays for the second time, as other listeners take themselves for the only one where they are, and end the process.
  const interrupt = () => {
    if (controller.signal.aborted) process.exit(130); // what shells make of it: 128 + 2, the number of SIGINT
    controller.abort();
  };
  process.on("SIGINT", interrupt);
  try {
    return await f(controller.signal);
  } finally {
    process.off("SIGINT", interrupt);
  }
}
