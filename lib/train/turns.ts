/** Turns of the event loop, left to others between steps, so that pages and servers stay alive. */

/** Time, and a wait for others; a test brings its own. */
export type Clock = {
  /** Milliseconds since whenever. */
  now(): number;
  /** Resolves when what waited in the event loop has had its turn. */
  turn(): Promise<unknown>;
};

/** The clock of Node or the browser. */
export const clock: Clock = {
  now: () => performance.now(),
  turn: () =>
    new Promise<void>((resolve) => {
      const { setImmediate } = globalThis as { setImmediate?: (done: () => void) => unknown };
      if (setImmediate) {
        setImmediate(resolve);
        return;
      }
      // Not setTimeout, which browsers hold back for 4 ms, and in hidden pages for a second.
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => {
        port1.close();
        resolve();
      };
      port2.postMessage(null);
    }),
};

/** A function to call between steps: where `every` milliseconds have passed since others had a turn, it gives what to wait for. */
export function pacer(clock: Clock, every: number): () => Promise<void> | undefined {
  let last = clock.now();
  return () => {
    if (clock.now() - last < every) return undefined;
    return clock.turn().then(() => {
      last = clock.now();
    });
  };
}
