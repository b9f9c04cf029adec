/** Learning-rate schedules as pure functions of the step: what the rate is multiplied by at step 0, 1, 2, … */
import { kindOf, ValueError } from "../error.js";
import { check, checkWord, nonNegative, positive, share, wholeFrom } from "../range.js";

/** What a learning rate is multiplied by at a step, from 0 on: any function is one, as PyTorch's LambdaLR takes it. */
export type Course = (step: number) => number;

/** · gamma after every `stepSize` steps (default gamma 0.1). */
export function stepLR(stepSize: number, { gamma = 0.1 }: { gamma?: number } = {}): Course {
  check("stepLR", { stepSize }, wholeFrom(1));
  check("stepLR", { gamma }, positive);
  return (step) => gamma ** Math.floor(step / stepSize);
}

/** · gamma at each of the steps `milestones`, which ascend (default gamma 0.1). */
export function multiStepLR(milestones: readonly number[], { gamma = 0.1 }: { gamma?: number } = {}): Course {
  checkMilestones("multiStepLR", milestones);
  check("multiStepLR", { gamma }, positive);
  return (step) => gamma ** passed(milestones, step);
}

/** · gamma at every step. */
export function exponentialLR(gamma: number): Course {
  check("exponentialLR", { gamma }, positive);
  return (step) => gamma ** step;
}

/** Evenly from `startFactor` (default 1/3) to `endFactor` (1) over `totalIters` steps (5): a warm-up. */
export function linearLR({ startFactor = 1 / 3, endFactor = 1, totalIters = 5 } = {}): Course {
  check("linearLR", { startFactor, endFactor }, nonNegative);
  check("linearLR", { totalIters }, wholeFrom(1));
  return (step) => startFactor + (endFactor - startFactor) * Math.min(1, step / totalIters);
}

/** (1 − step / totalIters)^power, down to 0 (default: 5 steps, power 1). */
export function polynomialLR({ totalIters = 5, power = 1 } = {}): Course {
  check("polynomialLR", { totalIters }, wholeFrom(1));
  check("polynomialLR", { power }, positive);
  return (step) => (1 - Math.min(1, step / totalIters)) ** power;
}

/** From `from` at share 0 to `to` at share 1 along half a cosine. */
const cosine = (from: number, to: number, share: number): number =>
  to + ((from - to) * (1 + Math.cos(Math.PI * share))) / 2;

/**
 * Half a cosine from 1 to `minFactor` (default 0) over `tMax` steps, then back, and so on (Loshchilov & Hutter 2017, "SGDR").
 * PyTorch's eta_min is a rate: minFactor times the rate of the group.
 */
export function cosineAnnealingLR(tMax: number, { minFactor = 0 }: { minFactor?: number } = {}): Course {
  check("cosineAnnealingLR", { tMax }, wholeFrom(1));
  check("cosineAnnealingLR", { minFactor }, nonNegative);
  return (step) => cosine(1, minFactor, step / tMax);
}

/** Half a cosine from 1 towards `minFactor` (default 0) over `t0` steps, then over tMult times as many (default 1), and so on: restarts. */
export function cosineAnnealingWarmRestarts(
  t0: number,
  { tMult = 1, minFactor = 0 }: { tMult?: number; minFactor?: number } = {},
): Course {
  check("cosineAnnealingWarmRestarts", { t0, tMult }, wholeFrom(1));
  check("cosineAnnealingWarmRestarts", { minFactor }, nonNegative);
  return (step) => {
    let [start, length] = [0, t0];
    if (tMult === 1) start = step - (step % t0);
    else for (; step >= start + length; length *= tMult) start += length;
    return cosine(1, minFactor, (step - start) / length);
  };
}

/** Options of `oneCycleLR`. */
export type OneCycleOptions = {
  /** The share of the steps in which the rate rises (default 0.3). */
  pctStart?: number;
  /** Along half a cosine (default) or a line. */
  annealStrategy?: "cos" | "linear";
  /** The first rate is the highest one divided by this (default 25), */
  divFactor?: number;
  /** and the last one is the first divided by this (default 10,000). */
  finalDivFactor?: number;
  /** Falls to the first rate as quickly as it rose, and only then further (default false). */
  threePhase?: boolean;
};

/**
 * Up to 1 and down again, once, in `totalSteps` steps (Smith & Topin 2018, "Super-convergence"): the rate of the group is
 * PyTorch's max_lr. Momentum is not cycled.
 */
export function oneCycleLR(totalSteps: number, options: OneCycleOptions = {}): Course {
  const { pctStart = 0.3, annealStrategy = "cos", divFactor = 25, finalDivFactor = 1e4, threePhase = false } = options;
  check("oneCycleLR", { totalSteps }, wholeFrom(1));
  check("oneCycleLR", { pctStart }, share);
  check("oneCycleLR", { divFactor, finalDivFactor }, positive);
  checkWord("oneCycleLR", { annealStrategy }, ["cos", "linear"]);
  const first = 1 / divFactor;
  const [rise, end] = [pctStart * totalSteps, totalSteps - 1];
  const phases: [end: number, to: number][] = threePhase
    ? [
        [rise - 1, 1],
        [2 * rise - 2, first],
        [end, first / finalDivFactor],
      ]
    : [
        [rise - 1, 1],
        [end, first / finalDivFactor],
      ];
  const anneal = annealStrategy === "cos" ? cosine : (a: number, b: number, share: number) => a + (b - a) * share;
  return (step) => {
    let [start, from] = [0, first];
    for (const [end, to] of phases) {
      if (start < end && step <= end) return anneal(from, to, (step - start) / (end - start));
      [start, from] = [end, to];
    }
    return from;
  };
}

/** One course after the other: the next one begins, at its step 0, at each of the steps `milestones`. */
export function sequentialLR(courses: readonly Course[], milestones: readonly number[]): Course {
  checkMilestones("sequentialLR", milestones);
  if (!Array.isArray(courses) || courses.length !== milestones.length + 1)
    throw new ValueError(
      `sequentialLR: there must be one course more than milestones (given ${courses?.length} and ${milestones.length})`,
    );
  for (const course of courses) checkCourse("sequentialLR", course);
  return (step) => {
    const i = passed(milestones, step);
    return courses[i](step - (i > 0 ? milestones[i - 1] : 0));
  };
}

/** Throws a ValueError unless it is a function. */
export function checkCourse(name: string, course: unknown): void {
  if (typeof course !== "function")
    throw new ValueError(
      `${name}: a course must be a function from the step to a factor, such as stepLR(30) (given ${kindOf(course)})`,
    );
}

/** How many of the steps have come. */
const passed = (milestones: readonly number[], step: number): number => milestones.filter((at) => at <= step).length;

function checkMilestones(name: string, milestones: readonly number[]): void {
  const ascend = (at: number, i: number) => wholeFrom(0).holds(at) && (i === 0 || at >= milestones[i - 1]);
  if (!Array.isArray(milestones) || !milestones.every(ascend))
    throw new ValueError(`${name}: milestones must be steps in ascending order (given ${milestones})`);
}
