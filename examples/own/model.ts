/** A model of one's own: layers, a tensor, a function, a skip connection and an `if`. It learns, and its gradient is checked. */
import { Affine, gradcheck, Layer, manualSeed, SGD, type Tensor, tensor, uniform } from "gradtape";

/** A plain function of tensors can stand wherever a layer can. */
const swish = (x: Tensor) => x.mul(x.sigmoid());

class Model extends Layer {
  readonly first = new Affine(2, 8);
  readonly second = new Affine(8, 8);
  readonly weights = tensor(new Array(8).fill(0.1), { requiresGrad: true });

  forward(x: Tensor): Tensor {
    const h = swish(this.first.forward(x));
    let y = h.add(swish(this.second.forward(h)));
    const size = y.square().mean().sqrt();
    if (size.item() > 1) y = y.div(size); // JavaScript decides, as it runs, what is computed and recorded
    return y.mul(this.weights).sum(-1);
  }
}

manualSeed(0);
const model = new Model();
const optimizer = new SGD(model.parameters(), { lr: 0.3 });

// What is to be learned: how far a point is from the middle.
const x = uniform([64, 2], { low: -1, high: 1 });
const t = x.square().sum(-1).sqrt();

for (let step = 0; step <= 500; step++) {
  const loss = model.forward(x).sub(t).square().mean();
  if (step % 100 === 0) console.log(`step ${String(step).padStart(3)}, loss ${loss.item().toFixed(5)}`);
  optimizer.zeroGrad();
  loss.backward();
  optimizer.step();
}

const names = model.namedParameters().map(([name]) => name);
console.log(`parameters: ${names.join(", ")}`);

// Points near the middle stay on one side of the `if`, those far away on the other.
model.to("float64");
const check = (far: number) => gradcheck(model, uniform([4, 2], { low: -far, high: far, dtype: "float64" })).compared;
console.log(`gradcheck passed on both sides of the if: ${check(1)} and ${check(10)} comparisons`);
