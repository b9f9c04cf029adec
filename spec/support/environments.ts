/** The environments other than the usual one, each as the flags that make Node one. */

/** Flags that make a process run text before it loads the library. */
export const first = (text: string): string[] => ["--import", `data:text/javascript,${encodeURIComponent(text)}`];

/** Flags that make a process load a file before the library. */
const load = (name: string): string[] => ["--import", new URL(`./environments/${name}.ts`, import.meta.url).href];

/** Flags that take a global name from the library, from its first line on; tsx cannot do without. */
const without = (name: string): string[] =>
  first(`
    const real = globalThis.${name};
    Object.defineProperty(globalThis, "${name}", {
      configurable: true,
      get: () => (/lib.backends/.test(new Error().stack.split("\\n")[2]) ? undefined : real), // who asks, not for whom
    });
  `);

/** Threads need shared memory. */
const alone = without("SharedArrayBuffer");

/**
 * By name. What they lack is hidden, and how their memory is lies in its class, so that `configure()`, which specs call, finds
 * no other way back. Memory is not shared where it grows: who kept a view of it would still see it.
 */
export const environments: Readonly<Record<string, readonly string[]>> = {
  "without WebAssembly": without("WebAssembly"),
  "without SIMD": first("WebAssembly.validate = () => false"),
  "without threads, all in WebAssembly": [...alone, ...load("everything")],
  "without code from strings": ["--disallow-code-generation-from-strings"],
  "in a memory that grows": [...alone, ...load("everything"), ...load("growing")],
  "in a memory that is emptied": [...load("everything"), ...load("emptied")],
};
