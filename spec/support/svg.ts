/** Reads pictures that examples draw: curves, of which tests know the function, and images. */
import { decode } from "fast-png";
import type { Tensor } from "gradtape";
import * as assert from "uvu/assert";

/** Points on the screen, whose y grows downwards. */
export type Screen = { x: number[]; y: number[] };

/** The lines of a chart that have 30 points or more, in the order in which they were drawn. */
export const curves = (svg: string): Screen[] =>
  [...svg.matchAll(/<path d="M([\d.,L-]+)"/g)]
    .map(([, path]) => path.split("L").map((point) => point.split(",").map(Number)))
    .filter((points) => points.length >= 30)
    .map((points) => ({ x: points.map(([x]) => x), y: points.map(([, y]) => y) }));

/** Places on an axis are values times one number, positive or negative, plus another; they are rounded to a thousandth. */
function checkScale(places: readonly number[], values: readonly number[], sign: 1 | -1): void {
  const [low, high] = [values.indexOf(Math.min(...values)), values.indexOf(Math.max(...values))];
  const scale = (places[high] - places[low]) / (values[high] - values[low]);
  assert.ok(scale * sign > 0, `a scale of ${scale}`);
  values.forEach((value, i) => {
    const off = Math.abs(places[i] - places[low] - scale * (value - values[low]));
    assert.ok(off < 0.01, `${value} is ${off} pixels from where it belongs`);
  });
}

/** Whether a curve is the graph of f at these x, whatever the scales of the axes are. */
export function checkGraph(curve: Screen, x: readonly number[], f: (x: number) => number): void {
  assert.is(curve.x.length, x.length);
  checkScale(curve.x, x, 1);
  checkScale(curve.y, x.map(f), -1);
}

/** So many numbers for each unit, from `start` up to but not including `end`. */
const evenly = (perUnit: number) => (start: number, end: number) =>
  Array.from({ length: Math.round((end - start) * perUnit) }, (_, i) => start + i / perUnit);

export const [tenths, hundredths] = [evenly(10), evenly(100)];

/** Whether a picture is a single image, as dark as these numbers from 0 to 1. */
export function checkImage(svg: string, ink: Tensor): void {
  const images = [...svg.matchAll(/href="data:image\/png;base64,([^"]+)"/g)];
  assert.is(images.length, 1);
  const { data } = decode(Buffer.from(images[0][1], "base64"));
  assert.is(data.length, ink.size);
  const wrong = Array.from(ink.data).filter((value, i) => data[i] !== Math.round(255 * (1 - value)));
  assert.is(wrong.length, 0, `${wrong.length} of ${ink.size} pixels are wrong`);
}
