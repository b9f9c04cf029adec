/** The book's layers as it writes them (chapters 5.5 and 5.6), each with its own way back, to hold beside what the tape finds. */
import { oneHot, type Tensor } from "gradtape";

/** A layer that remembers on its way forward what it needs on its way back. */
export type ManualLayer = { forward(x: Tensor): Tensor; backward(dout: Tensor): Tensor };

/** max(x, 0): a slope passes where x was above 0. */
export class ManualReLU implements ManualLayer {
  private passes!: Tensor;

  forward(x: Tensor): Tensor {
    this.passes = x.gt(0);
    return x.mul(this.passes);
  }

  backward(dout: Tensor): Tensor {
    return dout.mul(this.passes);
  }
}

/** x · W + b of rows x. */
export class ManualAffine implements ManualLayer {
  private x!: Tensor;
  dW!: Tensor;
  db!: Tensor;

  constructor(
    readonly W: Tensor,
    readonly b: Tensor,
  ) {}

  forward(x: Tensor): Tensor {
    this.x = x;
    return x.matmul(this.W).add(this.b);
  }

  backward(dout: Tensor): Tensor {
    this.dW = this.x.transpose().matmul(dout);
    this.db = dout.sum(0); // b went to every row
    return dout.matmul(this.W.transpose());
  }
}

/** Softmax and the cross-entropy error of its rows, with labels t: together their slope is as simple as y − t. */
export class ManualSoftmaxWithLoss {
  private y!: Tensor;
  private t!: Tensor;

  forward(x: Tensor, t: Tensor): Tensor {
    this.y = x.softmax();
    this.t = oneHot(t, x.shape[1], { dtype: x.dtype });
    return this.y.log().mul(this.t).sum().div(-x.shape[0]);
  }

  backward(): Tensor {
    return this.y.sub(this.t).div(this.y.shape[0]);
  }
}
