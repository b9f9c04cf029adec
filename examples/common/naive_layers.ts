/** The book's MulLayer and AddLayer (chapter 5.4): nodes of a graph of numbers, with their way back written by hand. */

/** What arrives at the two inputs of a node on the way back. */
type Slopes = readonly [dx: number, dy: number];

/** x · y. It keeps both numbers, since the slope of each is the other. */
export class MulLayer {
  private x = 0;
  private y = 0;

  forward(x: number, y: number): number {
    this.x = x;
    this.y = y;
    return x * y;
  }

  backward(dout: number): Slopes {
    return [dout * this.y, dout * this.x];
  }
}

/** x + y. Both slopes are 1, whatever the numbers are. */
export class AddLayer {
  forward(x: number, y: number): number {
    return x + y;
  }

  backward(dout: number): Slopes {
    return [dout, dout];
  }
}
