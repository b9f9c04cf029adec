/** What was found by hand, in the book's lines, and beside it what the tape found. */

/** Prints a line for each name, and a last one that tells whether both are the same. */
export function sideBySide(found: Readonly<Record<string, readonly [byHand: number, byTape: number]>>): void {
  const rows = Object.entries(found);
  const line = ([name, [byHand]]: (typeof rows)[number]) => `${name}: ${shown(byHand)}`;
  const width = Math.max(...rows.map((row) => line(row).length));
  for (const row of rows) console.log(`${line(row).padEnd(width)}  tape: ${shown(row[1][1])}`);
  const same = rows.every(([, [byHand, byTape]]) => Object.is(byHand, byTape));
  console.log(same ? "the same numbers, to the last bit" : "these are not the same numbers");
}

/** In 15 digits, in which 200 · 1.1 is 220 (of 17 it is 220.00000000000003). */
const shown = (x: number): number => Number(x.toPrecision(15));
