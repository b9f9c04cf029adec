/** Functions of two numbers as surfaces: a wire frame and three axes, seen from aside and projected to the plane of a chart. */
import type { Chart, Line, Mark, Range } from "./plot.js";

export type SurfaceOptions = Record<"x" | "y", Range> & {
  /** What the axes are called. */
  names?: readonly [x: string, y: string];
  /** How many lines run along each axis (default 25). */
  lines?: number;
  /** Where one looks from: degrees around the z axis, from the x axis on (default −60), and above the horizon (default 30). */
  azimuth?: number;
  elevation?: number;
};

type Place = { x: number; y: number };

/**
 * z = f(x, y) in a box that is as deep as it is wide, and half as high: marks and ranges for a chart, such as
 * `{ title, ...surface(f, ranges).chart }`, and where in it a point of space lies, of which z is on the surface unless given.
 */
export function surface(
  f: (x: number, y: number) => number,
  { x, y, names = ["", ""], lines: count = 25, azimuth = -60, elevation = 30 }: SurfaceOptions,
): { chart: Chart; at(x: number, y: number, z?: number): Place } {
  const spread = ([from, to]: Range, n: number) =>
    Array.from({ length: n }, (_, i) => from + ((to - from) * i) / (n - 1));
  const heights = spread(x, count).flatMap((x) => spread(y, count).map((y) => f(x, y)));
  const z = [Math.min(...heights), Math.max(...heights)] as const;
  const part = (v: number, [from, to]: Range) => (v - from) / (to - from || 1) - 0.5;
  const [around, above] = [azimuth, elevation].map((degrees) => (degrees * Math.PI) / 180);
  const at = (px: number, py: number, pz = f(px, py)): Place => {
    const [a, b, c] = [part(px, x), part(py, y), part(pz, z) / 2];
    // For a viewer who looks at the middle of the box: so far to the right, and so far up.
    return {
      x: b * Math.cos(around) - a * Math.sin(around),
      y: c * Math.cos(above) - (a * Math.cos(around) + b * Math.sin(around)) * Math.sin(above),
    };
  };
  const line = (color: Line["color"], width: number, places: readonly Place[]): Line => ({
    marker: "none",
    color,
    width,
    x: places.map(({ x }) => x),
    y: places.map(({ y }) => y),
  });
  const label = (text: string | number, place: Place, down = 0.06): Mark => {
    const said = typeof text === "number" ? `${Number(text.toPrecision(3))}`.replace("-", "−") : text;
    return { kind: "label", text: said, x: place.x, y: place.y - down };
  };
  const [beside, behind] = [x[1] + (x[1] - x[0]) * 0.09, y[0] - (y[1] - y[0]) * 0.09];
  const middle = ([from, to]: Range) => (from + to) / 2;
  const marks = [
    line("currentColor", 1, [at(x[0], y[0], z[0]), at(x[1], y[0], z[0]), at(x[1], y[1], z[0]), at(x[1], y[1], z[1])]),
    label(x[0], at(x[0], behind, z[0])),
    label(x[1], at(x[1] - (x[1] - x[0]) * 0.05, behind, z[0])), // apart from the other axis, which begins where this one ends
    label(y[0], at(beside, y[0] + (y[1] - y[0]) * 0.05, z[0])),
    label(y[1], at(beside, y[1], z[0])),
    label(z[1], at(x[1], y[1], z[1]), 0),
    label(names[0], at(middle(x), behind, z[0])),
    label(names[1], at(beside, middle(y), z[0])),
    ...spread(x, count).map((px) =>
      line(
        0,
        0.8,
        spread(y, 2 * count).map((py) => at(px, py)),
      ),
    ),
    ...spread(y, count).map((py) =>
      line(
        0,
        0.8,
        spread(x, 2 * count).map((px) => at(px, py)),
      ),
    ),
  ];
  const high = Math.SQRT1_2 * Math.sin(above) + 0.25 * Math.cos(above) + 0.12;
  return { chart: { ticks: false, xRange: [-0.85, 0.85], yRange: [-high, high], marks }, at };
}
