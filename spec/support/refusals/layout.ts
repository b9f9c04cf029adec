/** What ops that lay values out anew refuse: axes, order, joints, triangles. */
import {
  concat,
  flatten,
  flip,
  hstack,
  type Nested,
  narrow,
  stack,
  type Tensor,
  tensor,
  unsqueeze,
  vstack,
  zeros,
} from "gradtape";
import type { Refusals } from "../refusals.js";

const labels = (values: Nested): Tensor => tensor(values, { dtype: "int32" });

export const layout: Refusals = {
  narrow: [
    [
      () => zeros([2, 3]).narrow(1, 2, 2),
      "ShapeError: narrow([2,3]): start and length must name a part of axis 1 (given 2, 2)",
    ],
    [() => zeros([2, 3]).narrow(2, 0, 1), "ShapeError: narrow: axis must be a whole number from -2 to 1 (given 2)"],
    [
      () => zeros([2, 3]).narrow(1, -4, 1),
      "ShapeError: narrow([2,3]): start and length must name a part of axis 1 (given -4, 1)",
    ],
    [
      () => narrow([1] as never, 0, 0, 1),
      "DtypeError: narrow: a tensor must be given (given object); make one with tensor(values)",
    ],
  ],
  select: [
    [() => zeros([2, 3]).select(2, 0), "ShapeError: select: axis must be a whole number from -2 to 1 (given 2)"],
    [
      () => zeros([2, 3]).select(1, 3),
      "ValueError: select([2,3]): an index of axis 1 must be a whole number from -3 to 2 (given 3)",
    ],
    [
      () => zeros([0, 3]).select(0, 0),
      "ValueError: select([0,3]): an index of axis 0 must be a whole number from 0 to -1 (given 0)",
    ],
  ],
  concat: [
    [
      () => concat([zeros([2, 3]), zeros([2, 2])]),
      "ShapeError: concat([2,3], [2,2]): the lengths must be equal on every axis but 0",
    ],
    [() => concat([]), "ValueError: concat: tensors must be given in an array, at least one (given none)"],
    [
      () => concat(zeros([2]) as never),
      "ValueError: concat: tensors must be given in an array, at least one (given object)",
    ],
    [
      () => concat([[1]] as never),
      "DtypeError: concat: a tensor must be given (given object); make one with tensor(values)",
    ],
  ],
  stack: [
    [() => stack([zeros([2]), zeros([3])]), "ShapeError: stack([2], [3]): the shapes must be equal"],
    [() => stack([zeros([2])], 2), "ShapeError: stack: axis must be a whole number from -2 to 1 (given 2)"],
    [() => stack([]), "ValueError: stack: tensors must be given in an array, at least one (given none)"],
    [
      () => stack([1] as never),
      "DtypeError: stack: a tensor must be given (given number); make one with tensor(values)",
    ],
  ],
  hstack: [
    [
      () => hstack([zeros([2, 3]), zeros([3, 3])]),
      "ShapeError: hstack([2,3], [3,3]): the lengths must be equal on every axis but 1",
    ],
    [() => hstack([]), "ValueError: hstack: tensors must be given in an array, at least one (given none)"],
  ],
  vstack: [
    [
      () => vstack([zeros([2, 3]), zeros([2])]),
      "ShapeError: vstack([2,3], [1,2]): the lengths must be equal on every axis but 0",
    ],
    [() => vstack([]), "ValueError: vstack: tensors must be given in an array, at least one (given none)"],
  ],
  flatten: [
    [() => zeros([2, 3]).flatten(1, 0), "ShapeError: flatten([2,3]): the axes must be in order (given 1 to 0)"],
    [() => zeros([2, 3]).flatten(2), "ShapeError: flatten: axis must be a whole number from -2 to 1 (given 2)"],
    [
      () => flatten([1] as never),
      "DtypeError: flatten: a tensor must be given (given object); make one with tensor(values)",
    ],
  ],
  unflatten: [
    [
      () => zeros([2, 6]).unflatten(1, [4, 2]),
      "ShapeError: unflatten([6], [4,2]): the shape must hold 6 values; one length may be -1, for what is left",
    ],
    [
      () => zeros([2, 6]).unflatten(2, [3, 2]),
      "ShapeError: unflatten: axis must be a whole number from -2 to 1 (given 2)",
    ],
    [
      () => zeros([2, 6]).unflatten(1, 6 as never),
      "ShapeError: unflatten: a shape must be an array of lengths, such as [2, 3] (given 6)",
    ],
  ],
  squeeze: [
    [() => zeros([1, 2]).squeeze(2), "ShapeError: squeeze: axis must be a whole number from -2 to 1 (given 2)"],
    [() => zeros([2, 1]).squeeze([0, -2]), "ShapeError: squeeze: each axis may be named once (given [0,-2])"],
    [
      () => zeros([1]).squeeze("0" as never),
      'ShapeError: squeeze: axes must be a number or an array of numbers (given "0")',
    ],
  ],
  unsqueeze: [
    [() => zeros([2]).unsqueeze(2), "ShapeError: unsqueeze: axis must be a whole number from -2 to 1 (given 2)"],
    [
      () => unsqueeze([1] as never, 0),
      "DtypeError: unsqueeze: a tensor must be given (given object); make one with tensor(values)",
    ],
  ],
  expand: [
    [
      () => zeros([2, 3]).expand([-1, 4]),
      "ShapeError: expand([2,3], [2,4]): axis -1 has lengths 3 and 4; they must be equal, or one of them 1",
    ],
    [
      () => zeros([2]).expand([-1, 2]),
      "ShapeError: expand([-1,2]): every length must be a whole number from 0 to 2^53 - 1 (given -1)",
    ],
    [
      () => zeros([2]).expand(2 as never),
      "ShapeError: expand: a shape must be an array of lengths, such as [2, 3] (given 2)",
    ],
  ],
  movedim: [
    [
      () => zeros([2, 3]).movedim([0, 1], 0),
      "ShapeError: movedim([2,3]): as many axes must be named as places, each once (given [0,1] to [0])",
    ],
    [
      () => zeros([2, 3]).movedim([0, 0], [0, 1]),
      "ShapeError: movedim([2,3]): as many axes must be named as places, each once (given [0,0] to [0,1])",
    ],
    [() => zeros([2, 3]).movedim(0, 2), "ShapeError: movedim: axis must be a whole number from -2 to 1 (given 2)"],
  ],
  flip: [
    [() => zeros([2]).flip(1), "ShapeError: flip: axis must be a whole number from -1 to 0 (given 1)"],
    [() => zeros([2]).flip([0, -1]), "ShapeError: flip: each axis may be named once (given [0,-1])"],
    [() => flip([1] as never), "DtypeError: flip: a tensor must be given (given object); make one with tensor(values)"],
  ],
  roll: [
    [
      () => zeros([2, 3]).roll([1, 2], 0),
      "ShapeError: roll([2,3]): each axis must have its shift, a whole number (given [1,2] for [0])",
    ],
    [
      () => zeros([2]).roll(0.5),
      "ShapeError: roll([2]): each axis must have its shift, a whole number (given [0.5] for [0])",
    ],
    [() => zeros([2, 3]).roll(1, 2), "ShapeError: roll: axis must be a whole number from -2 to 1 (given 2)"],
  ],
  repeat: [
    [() => zeros([2]).repeat(2, 1), "ShapeError: repeat: axis must be a whole number from -1 to 0 (given 1)"],
    [() => zeros([2]).repeat(-1), "ValueError: repeat: how often must be a whole number from 0 (given -1)"],
  ],
  tile: [
    [
      () => zeros([2]).tile([2 ** 52, 2]),
      "ShapeError: tile([4503599627370496,1,2,2]): the lengths multiply to more than 2^53 - 1 elements",
    ],
    [() => zeros([2]).tile([1.5]), "ValueError: tile: how often must be a whole number from 0 (given 1.5)"],
  ],
  diagonal: [
    [() => zeros([3]).diagonal(), "ShapeError: diagonal([3]): the tensor must have at least 2 axes"],
    [
      () => zeros([3, 3]).diagonal(0.5),
      "ValueError: diagonal: a diagonal must be a whole number, 0 the main one (given 0.5)",
    ],
  ],
  diagEmbed: [
    [() => zeros([]).diagEmbed(), "ShapeError: diagEmbed([]): the tensor must have at least 1 axis"],
    [
      () => zeros([2]).diagEmbed(0.5),
      "ValueError: diagEmbed: a diagonal must be a whole number, 0 the main one (given 0.5)",
    ],
  ],
  diag: [
    [
      () => zeros([2, 2, 2]).diag(),
      "ShapeError: diag([2,2,2]): the tensor must be a vector or a matrix; for others there are diagonal and diagEmbed",
    ],
    [() => zeros([2]).diag(NaN), "ValueError: diag: a diagonal must be a whole number, 0 the main one (given NaN)"],
  ],
  trace: [
    [() => zeros([2]).trace(), "ShapeError: trace([2]): the tensor must have at least 2 axes"],
    [
      () => labels([[1]]).trace(),
      'DtypeError: trace: int32 holds labels and indices, not numbers to compute with; convert with .to("float32")',
    ],
  ],
  tril: [
    [() => zeros([2]).tril(), 'ShapeError: tril([2]): the first must have at least 2 axes, "... m n" (given 1)'],
    [() => zeros([2, 2]).tril(0.5), "ValueError: tril: a diagonal must be a whole number, 0 the main one (given 0.5)"],
  ],
  triu: [
    [() => zeros([2]).triu(), 'ShapeError: triu([2]): the first must have at least 2 axes, "... m n" (given 1)'],
    [
      () => zeros([2, 2]).triu("1" as never),
      "ValueError: triu: a diagonal must be a whole number, 0 the main one (given 1)",
    ],
  ],
};
