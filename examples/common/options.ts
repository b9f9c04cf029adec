/** Command lines of the examples: options that are numbers or folders, and errors told in one line. */
import { accessSync, constants, mkdirSync } from "node:fs";
import { Command, InvalidArgumentError } from "commander";
import { GradtapeError } from "gradtape";

/** A command line, to which a script adds its options; what is wrong with them is told in one line, with exit code 1. */
export const commandLine = (name: string, description: string): Command =>
  new Command(name)
    .description(description)
    .option("--terminal", "show pictures as text, too")
    .configureOutput({ outputError: (text, write) => write(`${text.trim().replaceAll("\n", " ")}\n`) });

/** The command line of an example that takes no options but a seed, and --quick for a run of a few seconds: what was given. */
export const seedAndQuick = (name: string, description: string): { seed: number; quick: boolean } =>
  commandLine(name, description)
    .option("--seed <n>", "decides what is random", whole(0), 0)
    .option("--quick", "a small run of a few seconds", false)
    .parse()
    .opts();

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

/** Reads a number from 0 to below 1. */
export const share = (text: string) => {
  const value = read(text);
  if (!(value >= 0 && value < 1)) throw new InvalidArgumentError("It must be a number from 0 to below 1.");
  return value;
};

/** Reads a folder to write in, which is made where it is missing. */
export function folder(path: string): string {
  try {
    mkdirSync(path, { recursive: true });
    accessSync(path, constants.W_OK);
    return path;
  } catch (error) {
    throw new InvalidArgumentError(`It must be a folder to write in (${(error as Error).message}).`);
  }
}

/** Numbers that all scripts that train on digits take. */
export type Sizes = { epochs: number; train: number; test: number; batch: number };

/** What is read of their command lines. */
export type DigitOptions = Sizes & { seed: number; out?: string; resume?: boolean };

/** The command line of a script that trains on digits with `trainOnDigits`; `quick` are its sizes with --quick. */
export function digitOptions(name: string, description: string, usual: Sizes, quick: Sizes): Command {
  const { epochs, train, test, batch } = process.argv.includes("--quick") ? quick : usual;
  return commandLine(name, description)
    .option("--epochs <n>", "how often to go through the digits", whole(1), epochs)
    .option("--train <n>", "digits to train with", whole(1), train)
    .option("--test <n>", "other digits, to test with", whole(1), test)
    .option("--batch <n>", "digits in a step", whole(1), batch)
    .option("--seed <n>", "decides all that is random, save which digits are which", whole(0), 0)
    .option("--out <folder>", "where to write what was learnt (default: examples/.out)", folder)
    .option("--resume", "go on from where the last run ended, or was stopped by Ctrl-C")
    .option("--quick", "a small run of a few seconds: changes the defaults above");
}

function fail(error: unknown): never {
  if (!(error instanceof GradtapeError)) throw error;
  console.error(`error: ${error.message}`);
  process.exit(1);
}

/** Runs what options can make fail, at once or later: an error of the library on purpose ends the script with its message, in one line. */
export function orExit<T>(f: () => T): T {
  try {
    const result = f();
    return result instanceof Promise ? (result.catch(fail) as T) : result;
  } catch (error) {
    return fail(error);
  }
}
