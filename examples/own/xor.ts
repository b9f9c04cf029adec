/**
 * Exclusive or, by two hidden neurons and one for the answer: from most seeds they learn it, and the others tell why not. One
 * straight line cannot part the 1s from the 0s (Minsky & Papert 1969, "Perceptrons"); two neurons draw two lines, if they find them.
 */
import { Affine, bceWithLogits, Momentum, manualSeed, noGrad, normalInit, Sequential, Sigmoid, tensor } from "gradtape";
import { seedAndQuick } from "../common/options.js";

const { seed: first, quick } = seedAndQuick("own/xor", "Trains networks of 2, 2 and 1 neurons on exclusive or.");

const questions = [
  [0, 0],
  [0, 1],
  [1, 0],
  [1, 1],
];
const x = tensor(questions);
const t = tensor(questions.map(([a, b]) => [a ^ b]));

/** A network from this seed, after as many steps as it needs, or too many. */
function train(seed: number) {
  manualSeed(seed);
  const init = normalInit(0.5);
  const hidden = new Sequential(new Affine(2, 2, { init }), new Sigmoid());
  const model = new Sequential(hidden, new Affine(2, 1, { init })); // what it gives is the score of "yes", before sigmoid
  const optimizer = new Momentum(model.parameters(), { lr: 0.5 });
  let [step, loss] = [0, Infinity];
  for (; loss > 0.01 && step < 1500; step++) {
    const error = bceWithLogits(model.forward(x), t);
    optimizer.zeroGrad();
    error.backward();
    optimizer.step();
    loss = error.item();
  }
  const ask = (points: number[][]) =>
    noGrad(() => model.forward(tensor(points)).sigmoid().flatten().toArray<number[]>());
  const answers = ask(questions);
  const wrong = questions.filter((_, i) => Math.abs(answers[i] - t.data[i]) > 0.25);
  return { seed, step, loss, hidden, ask, answers, wrong };
}

const show = (numbers: number[]) => numbers.map((value) => value.toFixed(2)).join(", ");

const runs = Array.from({ length: quick ? 4 : 20 }, (_, i) => train(first + i));
const learnt = runs.filter(({ wrong }) => wrong.length === 0);
for (const { seed, step, loss, hidden, ask, wrong } of runs) {
  if (wrong.length === 0) console.log(`seed ${seed}: learnt in ${step} steps`);
  else {
    // What the hidden neurons do not tell apart, the last one cannot: it answers what is right on average. They are far out on
    // their sigmoids, where next to no gradient is left to change that; or, at a loss of 0.69, they have not set out yet.
    const said = noGrad(() => hidden.forward(tensor(wrong))).toArray<number[][]>();
    const asked = wrong.map(([a, b]) => `${a} xor ${b}`).join(" and ");
    console.log(`seed ${seed}: stuck at loss ${loss.toFixed(3)}, with answers ${show(ask(wrong))} to ${asked},`);
    console.log(`  to which its hidden neurons say (${said.map(show).join(") and (")})`);
  }
}
console.log(`${learnt.length} of ${runs.length} seeds learnt it`);

if (learnt.length > 0) {
  const { seed, ask, answers } = learnt[0];
  console.log(`\nwhat the network of seed ${seed} answers:`);
  for (const [i, [a, b]] of questions.entries()) console.log(`  ${a} xor ${b} = ${answers[i].toFixed(3)}`);
  console.log("and between these four, at the corners of the square, from 0 to 1:");
  for (let row = 0; row < 12; row++) {
    const shades = ask(Array.from({ length: 25 }, (_, column) => [column / 24, 1 - row / 11]));
    console.log(`  ${shades.map((shade) => " ░▒▓█"[Math.round(shade * 4)]).join("")}`);
  }
}
