/** What ops that move values refuse. */
import { clone, configure, type Nested, nonzero, ones, type Tensor, tensor, zeros } from "gradtape";
import type { Refusals } from "../refusals.js";
import { layout } from "./layout.js";
import { places } from "./places.js";

const labels = (values: Nested): Tensor => tensor(values, { dtype: "int32" });

const six = ones([2, 3]);

/** With too little memory for six values. */
function few(f: () => Tensor): void {
  configure({ maxMemory: 16 });
  try {
    f();
  } finally {
    configure();
  }
}

export const movement: Refusals = {
  reshape: [
    [
      () => zeros([2, 6]).reshape([5, -1]),
      "ShapeError: reshape([2,6], [5,-1]): the shape must hold 12 values; one length may be -1, for what is left",
    ],
    [
      () => zeros([2]).reshape(2 as never),
      "ShapeError: reshape: a shape must be an array of lengths, such as [2, 3] (given 2)",
    ],
  ],
  permute: [
    [
      () => zeros([2, 3]).permute([0, 0]),
      "ShapeError: permute([2,3], [0,0]): every one of the 2 axes must be named once",
    ],
    [() => zeros([2, 3]).permute([0, 2]), "ShapeError: permute: axis must be a whole number from -2 to 1 (given 2)"],
  ],
  transpose: [
    [() => zeros([3]).transpose(), "ShapeError: transpose([3]): the tensor must have at least 2 axes"],
    [() => zeros([2, 3]).transpose(0, 5), "ShapeError: transpose: axis must be a whole number from -2 to 1 (given 5)"],
  ],
  expandTo: [
    [
      () => zeros([2, 3]).expandTo([2, 4]),
      "ShapeError: expandTo([2,3], [2,4]): axis -1 has lengths 3 and 4; they must be equal, or one of them 1",
    ],
    [() => zeros([2, 3]).expandTo([3]), "ShapeError: expandTo([2,3], [3]): the first must broadcast to the second"],
    [
      () => zeros([2]).expandTo(2 as never),
      "ShapeError: expandTo: a shape must be an array of lengths, such as [2, 3] (given 2)",
    ],
  ],
  sumTo: [
    [
      () => zeros([2, 3]).sumTo([2]),
      "ShapeError: sumTo([2,3], [2]): axis -1 has lengths 3 and 2; they must be equal, or one of them 1",
    ],
    [() => zeros([3]).sumTo([2, 3]), "ShapeError: sumTo([3], [2,3]): the second must broadcast to the first"],
    [
      () => zeros([2]).sumTo(2 as never),
      "ShapeError: sumTo: a shape must be an array of lengths, such as [2, 3] (given 2)",
    ],
  ],
  to: [
    [
      () => few(() => six.to("float64")),
      "ShapeError: to([2,3]): 48 bytes are asked for, and 16 are allowed; use smaller batches, or configure({ maxMemory: 48 })",
    ],
    [
      () => zeros([2]).to("int8" as never),
      'DtypeError: to: dtype must be "float32", "float64" or "int32" (given "int8")',
    ],
    [() => tensor([1, 0.5]).to("int32"), "DtypeError: to: int32 holds whole numbers of 32 bits (given 0.5 at 1)"],
  ],
  clone: [
    [
      () => few(() => six.clone()),
      "ShapeError: clone([2,3]): 24 bytes are asked for, and 16 are allowed; use smaller batches, or configure({ maxMemory: 24 })",
    ],
    [
      () => clone([1] as never),
      "DtypeError: clone: a tensor must be given (given object); make one with tensor(values)",
    ],
    [
      () => clone(null as never),
      "DtypeError: clone: a tensor must be given (given null); make one with tensor(values)",
    ],
  ],
  slice: [
    [() => zeros([2]).slice(null, null), "ShapeError: slice([2]): there may be one range for each axis, 1 (given 2)"],
    [
      () => zeros([2, 3]).slice(1 as never),
      "ValueError: slice([2,3]): the range of axis 0 must be [start, end, step] or null (given 1); for 1 and 2 write [1, 3]",
    ],
    [
      () => zeros([2, 3]).slice([0, 1, 0]),
      "ValueError: slice([2,3]): the range of axis 0 must have a step that is not 0",
    ],
    [() => zeros([2]).slice([0.5]), "ValueError: slice([2]): the range of axis 0 must hold whole numbers (given 0.5)"],
  ],
  place: [
    [
      () => zeros([2]).place([5], [0, 3]),
      "ShapeError: place([2], [5]): the first must have the shape of the ranges, [3]",
    ],
    [
      () => zeros([2]).place([2], null, null),
      "ShapeError: place([2]): there may be one range for each axis, 1 (given 2)",
    ],
    [
      () => zeros([2]).place([5], [0, 2, 0]),
      "ValueError: place([5]): the range of axis 0 must have a step that is not 0",
    ],
    [
      () => zeros([2]).place([-2]),
      "ShapeError: place([-2]): every length must be a whole number from 0 to 2^53 - 1 (given -2)",
    ],
  ],
  pad: [
    [
      () => zeros([2, 3]).pad([[1, 1]]),
      "ShapeError: pad([2,3]): each of the 2 axes must have its [before, after], whole numbers from 0 (given [[1,1]])",
    ],
    [() => zeros([2]).pad([[1, 1]], "1" as never), "ValueError: pad: the value must be a number (given string)"],
    [
      () =>
        zeros([2, 3]).pad(
          [
            [0, 0],
            [0, 3],
          ],
          { mode: "reflect" },
        ),
      'ShapeError: pad([2,3]): mode "reflect" puts at most 2 values on a side of axis 1 (given [0,3])',
    ],
    [
      () => zeros([0]).pad([[1, 0]], { mode: "replicate" }),
      'ShapeError: pad([0]): mode "replicate" puts at most 0 values on a side of axis 0 (given [1,0])',
    ],
    [
      () => zeros([2]).pad([[3, 0]], { mode: "circular" }),
      'ShapeError: pad([2]): mode "circular" puts at most 2 values on a side of axis 0 (given [3,0])',
    ],
    [
      () => zeros([2]).pad([[1, 1]], { mode: "mirror" as never }),
      'ValueError: pad: the mode must be "constant", "reflect", "replicate" or "circular" (given "mirror")',
    ],
    [() => labels([1]).pad([[1, 1]], 0.5), "DtypeError: pad: int32 holds whole numbers of 32 bits (given 0.5 at 0)"],
  ],
  nonzero: [
    [
      () => few(() => six.nonzero()),
      "ShapeError: nonzero([6,2]): 48 bytes are asked for, and 16 are allowed; use smaller batches, or configure({ maxMemory: 48 })",
    ],
    [
      () => nonzero([1] as never),
      "DtypeError: nonzero: a tensor must be given (given object); make one with tensor(values)",
    ],
    [
      () => nonzero(1 as never),
      "DtypeError: nonzero: a tensor must be given (given number); make one with tensor(values)",
    ],
  ],
  ...layout,
  ...places,
};
