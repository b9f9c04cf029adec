/** Random changes of images, so that a model sees each a little different every time: every image has its own draw. */
import { normal, tensor, uniform } from "../create.js";
import type { Pair } from "../ops/common/windows.js";
import { defaultGenerator, type Generator } from "../random.js";
import { check, fraction, nonNegative, positive, share } from "../range.js";
import { noGrad } from "../tape.js";
import type { Tensor } from "../tensor.js";
import { formOf, warp } from "./warp.js";

/** A random change of a batch, drawn from `generator` (default: that of `manualSeed`); the batch itself stays as it is. */
export type Transform = (x: Tensor, generator?: Generator) => Tensor;

/** How images lie in a batch. */
export type ImageOptions = {
  /** Height and width, where a batch is rows [N, H · W] of images that are not squares; others are [N, C, H, W]. */
  size?: Pair;
};

/** Transforms one after the other. */
export const compose =
  (...transforms: readonly Transform[]): Transform =>
  (x, generator) =>
    transforms.reduce((y, transform) => transform(y, generator), x);

/** How far `randomAffine` goes, to either side. */
export type RandomAffineOptions = ImageOptions & {
  /** Pixels, along each axis. */
  shift?: number;
  /** Degrees. */
  rotate?: number;
  /** By how much the factor may differ from 1. */
  scale?: number;
  /** Degrees by which upright lines lean. */
  shear?: number;
};

/**
 * Shifts, rotates, scales and shears images about their middle, each by amounts drawn evenly from what the options allow, in one
 * bilinear interpolation; zeros come in from outside.
 */
export function randomAffine({ shift = 0, rotate = 0, scale = 0, shear = 0, size }: RandomAffineOptions): Transform {
  check("randomAffine", { shift, rotate }, nonNegative);
  check("randomAffine", { scale }, fraction);
  check("randomAffine", { shear }, { holds: (x) => x >= 0 && x < 90, text: "a number from 0 to below 90" });
  return (x, generator = defaultGenerator()) => {
    const form = formOf("randomAffine", x, size);
    const [middle, center] = [(form.height - 1) / 2, (form.width - 1) / 2];
    const draw = (most: number) => most * (2 * generator.uniform() - 1);
    return warp(x, form, (_, rows, columns) => {
      const [down, right] = [draw(shift), draw(shift)];
      const [angle, lean] = [draw(rotate), draw(shear)].map((degrees) => (degrees * Math.PI) / 180);
      const factor = 1 + draw(scale);
      // Of the map p ↦ rotate(shear(scale(p))) the inverse, as each pixel asks where it comes from.
      const [cos, sin, tan] = [Math.cos(angle), Math.sin(angle), Math.tan(lean)];
      const [a, b] = [(cos + tan * sin) / factor, (sin - tan * cos) / factor];
      const [c, d] = [-sin / factor, cos / factor];
      let i = 0;
      for (let row = 0; row < form.height; row++) {
        const v = row - middle - down;
        for (let column = 0; column < form.width; column++, i++) {
          const u = column - center - right;
          columns[i] = a * u + b * v + center;
          rows[i] = c * u + d * v + middle;
        }
      }
    });
  };
}

/** How `randomElastic` pulls. */
export type RandomElasticOptions = ImageOptions & {
  /** The strength: pixels, before smoothing makes them fewer (default 34). */
  alpha?: number;
  /** Over how many pixels neighbours move together, as the standard deviation of a Gaussian (default 4). */
  sigma?: number;
};

/**
 * Pulls images as if drawn on rubber (Simard, Steinkraus & Platt 2003, "Best practices for convolutional neural networks applied to
 * visual document analysis"): each pixel is moved by numbers drawn evenly from −1 to 1, smoothed by a Gaussian and multiplied by alpha.
 */
export function randomElastic({ alpha = 34, sigma = 4, size }: RandomElasticOptions = {}): Transform {
  check("randomElastic", { alpha }, nonNegative);
  check("randomElastic", { sigma }, positive);
  return (x, generator = defaultGenerator()) => {
    const form = formOf("randomElastic", x, size);
    const { images, height, width } = form;
    const options = { dtype: "float32", low: -1, high: 1, generator } as const;
    const moves = noGrad(() => {
      const field = uniform([images, 2, height, width], options);
      return smoothing(height, sigma).matmul(field).matmul(smoothing(width, sigma)).mul(alpha).storage.data;
    });
    const area = height * width;
    return warp(x, form, (n, rows, columns) => {
      for (let i = 0; i < area; i++) {
        const column = i % width;
        rows[i] = (i - column) / width + moves[2 * n * area + i];
        columns[i] = column + moves[(2 * n + 1) * area + i];
      }
    });
  };
}

/** A matrix [n, n] that smooths by a Gaussian, with nothing beyond the ends: symmetric, so that it does so from either side. */
function smoothing(n: number, sigma: number): Tensor {
  const weight = (distance: number) => Math.exp(-0.5 * (distance / sigma) ** 2);
  let sum = 1;
  for (let distance = 1; distance <= 8 * sigma; distance++) sum += 2 * weight(distance);
  const row = (i: number) => Array.from({ length: n }, (_, j) => weight(i - j) / sum);
  return tensor(
    Array.from({ length: n }, (_, i) => row(i)),
    { dtype: "float32" },
  );
}

/** Turns images over with these probabilities: left and right (default 0.5), top and bottom (default 0). */
export function randomFlip({
  horizontal = 0.5,
  vertical = 0,
  size,
}: ImageOptions & { horizontal?: number; vertical?: number } = {}): Transform {
  check("randomFlip", { horizontal, vertical }, share);
  return (x, generator = defaultGenerator()) => {
    const form = formOf("randomFlip", x, size);
    const { height, width } = form;
    return warp(x, form, (_, rows, columns) => {
      const [mirror, upend] = [generator.uniform() < horizontal, generator.uniform() < vertical];
      for (let i = 0; i < height * width; i++) {
        const column = i % width;
        const row = (i - column) / width;
        rows[i] = upend ? height - 1 - row : row;
        columns[i] = mirror ? width - 1 - column : column;
      }
    });
  };
}

/** Adds normal numbers of standard deviation `std`; any shape will do. */
export function randomNoise(std: number): Transform {
  check("randomNoise", { std }, nonNegative);
  return (x, generator = defaultGenerator()) =>
    noGrad(() => (std === 0 ? x : x.add(normal(x.shape, { dtype: x.dtype, std, generator }))));
}
