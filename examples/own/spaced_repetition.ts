/**
 * Fits the 19 parameters of FSRS-5, which tells when to repeat a flash card, to reviews, and says how sure it is of each. The
 * answers are those of an imagined learner, so that we know the truth. Formulas: "The Algorithm", in the wiki of
 * open-spaced-repetition/fsrs4anki; fitting them in TypeScript was asked for in ts-fsrs, issue #189.
 */
import { Adam, bce, hessian, inverse, manualSeed, normal, stack, type Tensor, tensor, uniform, zeros } from "gradtape";
import { seedAndQuick } from "../common/options.js";

const { seed, quick } = seedAndQuick("own/spaced_repetition", "Fits the parameters of a model of memory to reviews.");
const [cards, times, steps] = quick ? [1500, 8, 60] : [5000, 10, 100];

/** What is known of every card: after how many days 9 of 10 are recalled, and how difficult it is, from 1 to 10. */
type Memory = { s: Tensor; d: Tensor };
const recall = (days: Tensor, s: Tensor) => days.div(s).mul(19).div(81).add(1).rsqrt();

const first = (w: Tensor[], grade: Tensor): Memory => ({
  s: grade.eq(1).where(w[0], grade.eq(2).where(w[1], grade.eq(3).where(w[2], w[3]))),
  d: w[4].sub(grade.sub(1).mul(w[5]).exp()).add(1).clamp(1, 10),
});

function next(w: Tensor[], { s, d }: Memory, days: Tensor, grade: Tensor): Memory {
  const forgetting = recall(days, s).neg().add(1);
  const bonus = grade.eq(2).where(w[15], grade.eq(4).where(w[16], 1));
  const growth = w[8].exp().mul(d.neg().add(11)).mul(s.pow(w[9].neg())).mul(forgetting.mul(w[10]).expm1()).mul(bonus);
  const lapsed = w[11].mul(d.pow(w[12].neg())).mul(s.add(1).pow(w[13]).sub(1)).mul(forgetting.mul(w[14]).exp());
  const longer = grade.eq(1).where(lapsed.minimum(s), s.mul(growth.add(1)));
  const sameDay = s.mul(grade.sub(3).add(w[18]).mul(w[17]).exp());
  const harder = d.sub(grade.sub(3).mul(w[6]).mul(d.neg().add(10)).div(9));
  const easy = w[4].sub(w[5].mul(3).exp()).add(1);
  return { s: days.eq(0).where(sameDay, longer).clampMin(0.01), d: harder.lerp(easy, w[7]).clamp(1, 10) };
}

manualSeed(seed);
const days = Array.from({ length: times }, (_, k) => uniform([cards]).mul(k).exp().sub(1).round()); // 0: on the same day
const grades = [uniform([cards]).mul(4).floor().add(1)]; // 1 again, 2 hard, 3 good, 4 easy

/** The probabilities of recall in all reviews but the first, of all cards at once; draws the answers that are not there yet. */
function study(parameters: Tensor): Tensor {
  const [w, found] = [parameters.unbind(), [] as Tensor[]];
  let memory = first(w, grades[0]);
  for (let k = 1; k < times; k++) {
    const p = recall(days[k], memory.s);
    grades[k] ??= p.gt(uniform([cards])).where(uniform([cards]).mul(3).floor().add(2), 1);
    memory = next(w, memory, days[k], grades[k]);
    found.push(p);
  }
  return stack(found);
}

const published = tensor([
  0.40255, 1.18385, 3.173, 15.69105, 7.1949, 0.5345, 1.4604, 0.0046, 1.54575, 0.1192, 1.01925, 1.9395, 0.11, 0.29605,
  2.2698, 0.2315, 2.9898, 0.51655, 0.6621,
]);
const truth = published.mul(normal([19], { std: 0.25 }).exp());
const known = study(truth);
const recalled = stack(grades.slice(1)).gt(1);

const change = zeros([19], { requiresGrad: true }); // of logarithms: parameters move in proportion, and stay above 0
/** −log of how probable the answers are, and of how probable such a change was before: one of about ±0.25 is usual. */
const surprise = (change: Tensor) =>
  bce(study(published.mul(change.exp())), recalled, { reduction: "sum" }).add(change.div(0.25).square().sum().div(2));
const optimizer = new Adam([change], { lr: 0.05 });
const start = performance.now();
for (let step = 0; step <= steps; step++) {
  const loss = surprise(change);
  optimizer.zeroGrad();
  loss.backward();
  optimizer.step();
  if (step % 20 === 0) console.log(`step ${step}, loss ${loss.item().toFixed(1)}`);
}
console.log(`${((steps * cards * times) / (performance.now() - start)).toFixed()} thousand reviews a second`);
const fitted = published.mul(change.exp()).detach();
const spread = inverse(hessian(surprise)(change.detach())).diagonal().sqrt();
const off = fitted.div(truth).log().div(spread);
console.log("parameters published, true and fitted; how unsure its logarithm is, and how many times that it is off:");
console.log(stack([published, truth, fitted, spread, off], 1));
const error = (w: Tensor) => study(w).sub(known).square().mean().sqrt().item().toFixed(4);
const near = off.abs().lt(2).sum().item();
console.log(`${near} of 19 are off by less than twice that, and recall by ${error(fitted)}, not ${error(published)}`);
