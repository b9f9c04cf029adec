/** Tensors as NumPy prints them, to eight decimals, so that readers can hold numbers of the book beside ours. */
import type { NestedNumbers, Tensor } from "gradtape";

/** Rows in brackets; powers of ten where one value is tiny, huge, or a thousand times another. */
export function printed(x: Tensor): string {
  const values = Array.from(x.data, Number);
  const sizes = values.map(Math.abs).filter((size) => size > 0);
  const [most, least] = [Math.max(...sizes), Math.min(...sizes)];
  const powers = sizes.length > 0 && (most >= 1e8 || least < 1e-4 || most / least > 1000);
  const parts = (value: number): [whole: string, fraction: string] => {
    if (powers) return [value.toExponential(8).replace(/e([+-])(\d)$/, "e$10$2"), ""];
    const [whole, fraction] = value.toFixed(8).split(".");
    return [`${whole}.`, fraction.replace(/0+$/, "")];
  };
  const widths = [0, 1].map((i) => Math.max(0, ...values.map((value) => parts(value)[i].length)));
  const walk = (part: NestedNumbers, depth: number): string => {
    if (typeof part === "number") {
      const [whole, fraction] = parts(part);
      return whole.padStart(widths[0]) + fraction.padEnd(widths[1]);
    }
    const inner = x.rank - depth - 1;
    return `[${part.map((each) => walk(each, depth + 1)).join(inner === 0 ? " " : "\n".repeat(inner) + " ".repeat(depth + 1))}]`;
  };
  return walk(x.toArray(), 0);
}
