/** What ops that pick values by number, or put them there, refuse. */
import { type Nested, type Tensor, tensor, zeros } from "gradtape";
import type { Refusals } from "../refusals.js";

const labels = (values: Nested): Tensor => tensor(values, { dtype: "int32" });

export const places: Refusals = {
  indexSelect: [
    [
      () => zeros([2, 3]).indexSelect(1, labels([[0]])),
      "ShapeError: indexSelect([2,3]): the index must have one axis (given [1,1])",
    ],
    [
      () => zeros([2, 3]).indexSelect(2, [0]),
      "ShapeError: indexSelect: axis must be a whole number from -2 to 1 (given 2)",
    ],
    [
      () => zeros([2, 3]).indexSelect(1, [0, 3]),
      "ValueError: indexSelect([2,3]): indices along axis 1 must lie from 0 to 2 (given 3 at 1)",
    ],
    [
      () => zeros([2, 3]).indexSelect(1, zeros([1])),
      'DtypeError: indexSelect: the index must be int32 (given float32); convert with .to("int32")',
    ],
    [
      () => zeros([2]).indexSelect(0, [0.5]),
      "DtypeError: indexSelect: int32 holds whole numbers of 32 bits (given 0.5 at 0)",
    ],
  ],
  indexAdd: [
    [
      () => zeros([2, 3]).indexAdd(0, [1], zeros([2, 3])),
      "ShapeError: indexAdd([2,3], [1], [2,3]): the source must have shape [1,3]",
    ],
    [
      () => zeros([2, 3]).indexAdd(0, [-1], zeros([1, 3])),
      "ValueError: indexAdd([2,3]): indices along axis 0 must lie from 0 to 1 (given -1 at 0)",
    ],
    [
      () => labels([1]).indexAdd(0, [0], labels([1])),
      'DtypeError: indexAdd: int32 holds labels and indices, not numbers to compute with; convert with .to("float32")',
    ],
  ],
  gather: [
    [
      () => zeros([2, 3]).gather(1, [[0, 1]]),
      "ShapeError: gather([2,3]): the index must have the lengths of the tensor on every axis but 1 (given [1,2])",
    ],
    [
      () => zeros([2, 3]).gather(1, [[0], [-1]]),
      "ValueError: gather([2,3]): indices along axis 1 must lie from 0 to 2 (given -1 at 1)",
    ],
    [
      () => zeros([2]).gather(0, zeros([1])),
      'DtypeError: gather: the index must be int32 (given float32); convert with .to("int32")',
    ],
  ],
  scatterAdd: [
    [
      () => zeros([2, 3]).scatterAdd(1, [[0], [1]], zeros([2, 2])),
      "ShapeError: scatterAdd([2,3], [2,1], [2,2]): the source must have the shape of the index, [2,1]",
    ],
    [
      () => zeros([2, 3]).scatterAdd(1, [[0], [3]], zeros([2, 1])),
      "ValueError: scatterAdd([2,3]): indices along axis 1 must lie from 0 to 2 (given 3 at 1)",
    ],
    [
      () => zeros([2]).scatterAdd(0, [0], 1 as never),
      "DtypeError: scatterAdd: a tensor must be given (given number); make one with tensor(values)",
    ],
  ],
  scatter: [
    [
      () => zeros([2, 3]).scatter(1, [[0], [1]], zeros([2, 2])),
      "ShapeError: scatter([2,3], [2,1], [2,2]): the source must have the shape of the index, [2,1]",
    ],
    [
      () => zeros([2, 3]).scatter(1, [[0], [3]], zeros([2, 1])),
      "ValueError: scatter([2,3]): indices along axis 1 must lie from 0 to 2 (given 3 at 1)",
    ],
    [
      () => labels([1]).scatter(0, [0], zeros([1])),
      'DtypeError: scatter: int32 holds labels and indices, not numbers to compute with; convert with .to("float32")',
    ],
  ],
  at: [
    [
      () => zeros([2, 3]).at([0, 1], [0, 1, 2]),
      "ShapeError: at([2], [3]): axis -1 has lengths 2 and 3; they must be equal, or one of them 1",
    ],
    [() => zeros([2]).at(0, 0), "ShapeError: at([2]): there may be one index for each axis, 1 (given 2)"],
    [
      () => zeros([2, 3]).at([2]),
      "ValueError: at([2,3]): an index of axis 0 must be a whole number from -2 to 1 (given 2)",
    ],
    [
      () => zeros([2, 3]).at(0, -4),
      "ValueError: at([2,3]): an index of axis 1 must be a whole number from -3 to 2 (given -4)",
    ],
    [
      () => zeros([2]).at(zeros([1])),
      'DtypeError: at: the index must be int32 (given float32); convert with .to("int32")',
    ],
  ],
  take: [
    [
      () => zeros([2, 3]).take([[1], [1, 2]]),
      "ShapeError: take: nested arrays must have equal lengths; expected 1 values at [1] (given 2)",
    ],
    [
      () => zeros([2, 3]).take([6]),
      "ValueError: take([6]): an index of axis 0 must be a whole number from -6 to 5 (given 6)",
    ],
    [
      () => zeros([0]).take([0]),
      "ValueError: take([0]): an index of axis 0 must be a whole number from 0 to -1 (given 0)",
    ],
    [
      () => zeros([2]).take(zeros([1])),
      'DtypeError: take: the index must be int32 (given float32); convert with .to("int32")',
    ],
  ],
  set: [
    [() => zeros([3]).set([null, null], 0), "ShapeError: set([3]): there may be one range for each axis, 1 (given 2)"],
    [
      () => zeros([3]).set([[0, 2]], zeros([3])),
      "ShapeError: set([3], [2]): axis -1 has lengths 3 and 2; they must be equal, or one of them 1",
    ],
    [
      () => zeros([3]).set(0 as never, 1),
      "ValueError: set: what to replace must be given in an array, one entry for each axis",
    ],
    [
      () => zeros([3]).set([0 as never], 1),
      "ValueError: set([3]): the range of axis 0 must be [start, end, step] or null (given 0); for 1 and 2 write [1, 3]",
    ],
    [() => labels([1]).set([null], 0.5), "DtypeError: set: int32 holds whole numbers of 32 bits (given 0.5 at 0)"],
  ],
  setAt: [
    [() => zeros([3]).setAt([0, 0], 1), "ShapeError: setAt([3]): there may be one index for each axis, 1 (given 2)"],
    [
      () => zeros([3]).setAt([[0, 1]], zeros([3])),
      "ShapeError: setAt([3], [2]): axis -1 has lengths 3 and 2; they must be equal, or one of them 1",
    ],
    [
      () => zeros([3]).setAt([3], 1),
      "ValueError: setAt([3]): an index of axis 0 must be a whole number from -3 to 2 (given 3)",
    ],
    [
      () => zeros([3]).setAt(1 as never, 1),
      "ValueError: setAt: what to replace must be given in an array, one entry for each axis",
    ],
  ],
  maskedSelect: [
    [
      () => zeros([2, 3]).maskedSelect(zeros([2])),
      "ShapeError: maskedSelect([2,3], [2]): axis -1 has lengths 3 and 2; they must be equal, or one of them 1",
    ],
    [
      () => zeros([2]).maskedSelect([1, 0] as never),
      "DtypeError: maskedSelect: a tensor must be given (given object); make one with tensor(values)",
    ],
  ],
};
