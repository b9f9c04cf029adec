/** Command lines of the examples: options that are numbers, and errors told in one line. */
import { Command, InvalidArgumentError } from "commander";
import { GradtapeError } from "gradtape";

/** A command line, to which a script adds its options; what is wrong with them is told in one line, with exit code 1. */
export const commandLine = (name: string, description: string): Command =>
  new Command(name).description(description).configureOutput({
    outputError: (text, write) => write(`${text.trim().replaceAll("\n", " ")}\n`),
  });

const read = (text: string): number => (text.trim() === "" ? NaN : Number(text));

/** Reads a whole number of at least `least`. */
export const whole = (least: number) => (text: string) => {
  const value = read(text);
  if (!Number.isSafeInteger(value) || value < least)
    throw new InvalidArgumentError(`It must be a whole number of at least ${least}.`);
  return value;
};

/** Reads a finite number above 0. */
export const positive = (text: string) => {
  const value = read(text);
  if (!(value > 0 && value < Infinity)) throw new InvalidArgumentError("It must be a number above 0.");
  return value;
};

/** Runs what options can make fail: an error of the library on purpose ends the script with its message, in one line. */
export function orExit<T>(f: () => T): T {
  try {
    return f();
  } catch (error) {
    if (!(error instanceof GradtapeError)) throw error;
    console.error(`error: ${error.message}`);
    process.exit(1);
  }
}
