/** The bench's tables for people. */
import type { Workload } from "./workloads.js";

/** One row of the results; `value` is the first figure that was compared: a loss, a checksum, a value. */
export type Result = {
  workload: string;
  subject: string;
  medianMs: number;
  minMs: number;
  maxMs: number;
  peakMb: number;
  value: number;
};

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** Three digits that count. */
const digits = (x: number): string => (x >= 100 ? x.toFixed(0) : x.toPrecision(3));

/** Columns, the first two to the left, all others to the right. */
function table(rows: readonly string[][]): string {
  const widths = rows[0].map((_, i) => Math.max(...rows.map((row) => row[i].length)));
  return rows
    .map((row) => row.map((text, i) => (i < 2 ? text.padEnd(widths[i]) : text.padStart(widths[i]))).join("  "))
    .map((line) => `  ${line.trimEnd()}`)
    .join("\n");
}

/** A subject's time swung by more than this between its batches: something else was running. */
const restless = 1.5;

const ours = (results: readonly Result[]): Result | undefined => results.find(({ subject }) => subject === "gradtape");

/** One workload: all times in ms per step, and how many times as long as each peer ours took. */
export function workloadTable({ flops }: Workload, results: readonly Result[]): string {
  const mine = ours(results);
  const rate = (ms: number) => (flops ? [digits(flops / ms / 1e6)] : []);
  return table([
    ["", "", "median ms", "min", "max", ...(flops ? ["GFLOP/s"] : []), "peak MB", "ours / it"],
    ...results.map((row) => [
      row.subject,
      row.maxMs > restless * row.minMs ? "~" : "",
      ...[row.medianMs, row.minMs, row.maxMs].map(digits),
      ...rate(row.medianMs),
      row.peakMb.toFixed(0),
      mine && row !== mine ? `${digits(mine.medianMs / row.medianMs)}×` : "",
    ]),
  ]);
}

/**
 * Per workload: our time as a multiple of PyTorch's (the better thread count), of medians and of least times, which others
 * that use the machine disturb less; and how much faster than the best peer in JavaScript.
 */
export function summary(results: readonly Result[]): string {
  const rows = [...new Set(results.map(({ workload }) => workload))].map((workload) => {
    const all = results.filter((row) => row.workload === workload);
    const mine = ours(all);
    const best = (time: "medianMs" | "minMs", test: (subject: string) => boolean) =>
      all
        .filter(({ subject }) => test(subject))
        .reduce<Result | undefined>((a, b) => (a && a[time] <= b[time] ? a : b), undefined);
    const ofTorch = (time: "medianMs" | "minMs"): string => {
      const torch = best(time, (subject) => subject.startsWith("pytorch"));
      return mine && torch ? `${digits(mine[time] / torch[time])}×` : "–";
    };
    const script = best("medianMs", (subject) => subject !== "gradtape" && !subject.startsWith("pytorch"));
    return [
      workload,
      "",
      ofTorch("medianMs"),
      ofTorch("minMs"),
      mine && script ? `${digits(script.medianMs / mine.medianMs)}×` : "–",
      script ? `(${script.subject})` : "",
    ];
  });
  const heads = ["time, of PyTorch's", "least, of its least", "times as fast as the best in JavaScript"];
  return table([["", "", ...heads, ""], ...rows]);
}

/** How much of WebAssembly's peak, in GFLOP/s, our products reach: by the median, and by the least time. */
export function peakShares(peak: number, workloads: readonly Workload[], results: readonly Result[]): string {
  const shares = workloads.flatMap(({ name, flops = 0 }) => {
    const mine = ours(results.filter(({ workload }) => workload === name));
    const share = (ms: number): string => `${((100 * flops) / ms / 1e6 / peak).toFixed(0)} %`;
    return mine ? [`${name} ${share(mine.medianMs)} (at best ${share(mine.minMs)})`] : [];
  });
  return `WebAssembly's peak on all cores, ${peak.toFixed(0)} GFLOP/s: of it ${shares.join(", ")}`;
}
