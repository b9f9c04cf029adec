/** Study notes, backpropagation: what each layer hands back, by tape and by the formula of the notes. */
import {
  Affine,
  gradient,
  oneHot,
  ReLU,
  Sigmoid,
  SoftmaxWithLoss,
  setDefaultDtype,
  type Tensor,
  tensor,
} from "gradtape";
import { printed } from "../common/printed.js";

setDefaultDtype("float64");

// Two rows that go in, and the gradients that come back to what a layer of three outputs makes of them.
const x = tensor(
  [
    [1, -0.5, 0],
    [-2, 3, 0.25],
  ],
  { requiresGrad: true },
);
const dout = tensor([
  [1, 2, 3],
  [-1, 0.5, 2],
]);

/** Prints the gradient that the tape finds, and how far that of a formula is from it. */
function compare(name: string, byTape: Tensor, formula: Tensor): void {
  console.log(`${name} =`);
  console.log(printed(byTape));
  const apart = byTape.sub(formula).abs().max().item();
  console.log(apart < 1e-15 ? "as the formula says\n" : `${apart} from what the formula says\n`);
}

const y = new Sigmoid().forward(x);
compare("Sigmoid: dx = dout · y · (1 − y)", gradient(y, x, { seed: dout }), dout.mul(y).mul(y.neg().add(1)));

// In the notes this layer writes its zeros into dout itself, which is then wrong for whoever else holds it. Here it is as before.
const flat = new ReLU().forward(x);
compare("ReLU: dx = dout where x > 0, else 0", gradient(flat, x, { seed: dout }), x.gt(0).where(dout, 0));

const affine = new Affine(3, 3);
affine.W.assign([
  [0.1, 0.3, 0.5],
  [0.2, 0.4, 0.6],
  [0.3, 0.5, 0.7],
]);
const [dX, dW, dB] = gradient(affine.forward(x), [x, affine.W, affine.b], { seed: dout });
compare("Affine: dX = dout · Wᵀ", dX, dout.matmul(affine.W.transpose()));
compare("        dW = Xᵀ · dout", dW, x.transpose().matmul(dout));
compare("        dB = Σ dout over rows", dB, dout.sum(0));

const t = oneHot([2, 1], 3);
const loss = new SoftmaxWithLoss().forward(x, t);
compare("SoftmaxWithLoss: dx = (y − t) / rows", gradient(loss, x), x.softmax().sub(t).div(2));
