/** What products, sums over named axes, and linear algebra refuse. */
import {
  cholesky,
  cross,
  det,
  einsum,
  inverse,
  kron,
  logAbsDet,
  matmul,
  matrixPower,
  orthogonalFactor,
  signDet,
  solve,
  solveTriangular,
  type Tensor,
  tensor,
  tensordot,
  triangularFactor,
  vecdot,
  zeros,
} from "gradtape";
import type { Refusals } from "../refusals.js";

const none = undefined as unknown as Tensor;
const missing = "a tensor must be given (given undefined); make one with tensor(values)";
const notSquare = "the first axis of the first (3) must equal the last axis of the first (2)";

export const linear: Refusals = {
  matmul: [
    [
      () => zeros([100, 784]).matmul(zeros([50, 10])),
      "ShapeError: matmul([100,784], [50,10]): the last axis of the first (784) must equal the first axis of the second (50)",
    ],
    [
      () => zeros([2, 3]).matmul(zeros([4])),
      "ShapeError: matmul([2,3], [4]): the last axis of the first (3) must equal the last axis of the second (4)",
    ],
    [
      () => zeros([2]).matmul(zeros([5, 3, 4]), { tb: true }),
      "ShapeError: matmul([2], [5,3,4]): the last axis of the first (2) must equal the last axis of the second (4)",
    ],
    [
      () => zeros([]).matmul(zeros([3])),
      'ShapeError: matmul([], [3]): the first must have at least 2 axes, "... m k" (given 0)',
    ],
    [() => matmul(zeros([2]), none), `DtypeError: matmul: ${missing}`],
  ],
  dot: [
    [
      () => zeros([2]).dot(zeros([3])),
      "ShapeError: dot([2], [3]): both must be vectors of one length; for matrices use matmul",
    ],
    [() => zeros([2]).dot(none), `DtypeError: dot: ${missing}`],
  ],
  outer: [
    [() => zeros([2, 1]).outer(zeros([3])), "ShapeError: outer([2,1], [3]): both must be vectors"],
    [() => zeros([2]).outer(none), `DtypeError: outer: ${missing}`],
  ],
  einsum: [
    [
      () => einsum("ij,jk->ik", zeros([2, 3]), zeros([4, 5])),
      'ShapeError: einsum([2,3], [4,5]): "j" has lengths 3 and 4; they must be equal, or one of them 1',
    ],
    [
      () => einsum("...i,...i", zeros([2, 3]), zeros([4, 3])),
      'ShapeError: einsum([2,3], [4,3]): "..." has lengths 2 and 4; they must be equal, or one of them 1',
    ],
    [
      () => einsum("ii", zeros([1, 3])),
      'ShapeError: einsum([1,3]): "i" has lengths 1 and 3 in one tensor; they must be equal',
    ],
    [() => einsum("i", zeros([2, 3])), 'ShapeError: einsum([2,3]): "i" must name the 2 axes of [2,3]'],
    [
      () => einsum("ij->ik", zeros([2, 3])),
      'ValueError: einsum: the result of "ij->ik" must name axes of the tensors, each once (given "ik")',
    ],
    [
      () => einsum("ij->ii", zeros([2, 3])),
      'ValueError: einsum: the result of "ij->ii" must name axes of the tensors, each once (given "ii")',
    ],
    [
      () => einsum("i1->i", zeros([2, 3])),
      'ValueError: einsum: "i1->i" must consist of letters, "," and "->", and at most one "..." for each tensor (given "i1")',
    ],
    [
      () => einsum("i,j->ij", zeros([2])),
      'ValueError: einsum: "i,j->ij" must have a part for each tensor, and one result (given 1 tensors)',
    ],
    [
      () => einsum(zeros([2]) as unknown as string),
      'ValueError: einsum: the equation must be a string such as "ij,jk->ik" (given object)',
    ],
    [() => einsum("i", none), `DtypeError: einsum: ${missing}`],
  ],
  tensordot: [
    [
      () => tensordot(zeros([2, 3]), zeros([4, 5]), 1),
      "ShapeError: tensordot([2,3], [4,5]): axes [1] of the first and [0] of the second must pair up, each once and of one length",
    ],
    [
      () => tensordot(zeros([2, 3]), zeros([4, 5]), 3),
      "ShapeError: tensordot: axis must be a whole number from -2 to 1 (given -3)",
    ],
    [() => tensordot(zeros([2]), none), `DtypeError: tensordot: ${missing}`],
  ],
  vecdot: [
    [
      () => vecdot(zeros([2, 3]), zeros([4])),
      "ShapeError: vecdot([2,3], [4]): axis -1 has lengths 3 and 4; they must be equal, or one of them 1",
    ],
    [() => vecdot(zeros([2]), none), `DtypeError: vecdot: ${missing}`],
  ],
  cross: [
    [
      () => cross(zeros([2, 3]), zeros([3])),
      "ShapeError: cross([2,3], [3]): both must have as many axes, and length 3 on axis -1",
    ],
    [
      () => cross(zeros([3, 2]), zeros([3, 2])),
      "ShapeError: cross([3,2], [3,2]): both must have as many axes, and length 3 on axis -1",
    ],
    [() => cross(none, zeros([3])), `DtypeError: cross: ${missing}`],
  ],
  kron: [
    [() => kron(zeros([2]), zeros([2, 3])), "ShapeError: kron([2], [2,3]): both must have as many axes"],
    [() => kron(zeros([2]), none), `DtypeError: kron: ${missing}`],
  ],
  matrixPower: [
    [() => matrixPower(zeros([3, 2]), 2), `ShapeError: matrixPower([3,2]): ${notSquare}`],
    [
      () => matrixPower(zeros([2, 2]), 0.5),
      "ValueError: matrixPower([2,2]): the power must be a whole number (given 0.5)",
    ],
    [
      () => matrixPower(zeros([2, 2]), -1),
      "ValueError: matrixPower([2,2]): the matrix must be invertible (it is singular)",
    ],
  ],
  solve: [
    [
      () => solve(zeros([3, 3]), zeros([2])),
      "ShapeError: solve([3,3], [2]): the first axis of the first (3) must equal the last axis of the second (2)",
    ],
    [
      () => solve(zeros([3, 3]), zeros([2, 4])),
      "ShapeError: solve([3,3], [2,4]): the first axis of the first (3) must equal the first axis of the second (2)",
    ],
    [
      () => solve(zeros([2, 3, 3]), zeros([3])),
      "ValueError: solve([2,3,3], [3]): the matrix at [0] must be invertible (it is singular)",
    ],
  ],
  inverse: [
    [() => inverse(zeros([3, 2])), `ShapeError: inverse([3,2]): ${notSquare}`],
    [() => inverse(zeros([2, 2])), "ValueError: inverse([2,2]): the matrix must be invertible (it is singular)"],
  ],
  det: [
    [() => det(zeros([3, 2])), `ShapeError: det([3,2]): ${notSquare}`],
    [() => det(zeros([2])), 'ShapeError: det([2]): the first must have at least 2 axes, "... n n" (given 1)'],
    [() => det(none), `DtypeError: det: ${missing}`],
  ],
  logAbsDet: [
    [() => logAbsDet(zeros([3, 2])), `ShapeError: logAbsDet([3,2]): ${notSquare}`],
    [() => logAbsDet(none), `DtypeError: logAbsDet: ${missing}`],
  ],
  signDet: [
    [() => signDet(zeros([3, 2])), `ShapeError: signDet([3,2]): ${notSquare}`],
    [() => signDet(none), `DtypeError: signDet: ${missing}`],
  ],
  solveTriangular: [
    [() => solveTriangular(zeros([3, 2]), zeros([2, 2])), `ShapeError: solveTriangular([3,2], [2,2]): ${notSquare}`],
    [
      () =>
        solveTriangular(
          tensor([
            [1, 2],
            [3, 0],
          ]),
          zeros([2]),
        ),
      "ValueError: solveTriangular([2,2], [2]): the matrix must have no 0 on its diagonal",
    ],
  ],
  cholesky: [
    [() => cholesky(zeros([3, 2])), `ShapeError: cholesky([3,2]): ${notSquare}`],
    [
      () =>
        cholesky(
          tensor([
            [
              [1, 0],
              [0, 1],
            ],
            [
              [1, 2],
              [2, 1],
            ],
          ]),
        ),
      "ValueError: cholesky([2,2,2]): the matrix at [1] must be positive definite",
    ],
  ],
  orthogonalFactor: [
    [() => orthogonalFactor(zeros([3])), "ShapeError: orthogonalFactor([3]): the tensor must have at least 2 axes"],
    [() => orthogonalFactor(none), `DtypeError: orthogonalFactor: ${missing}`],
  ],
  triangularFactor: [
    [() => triangularFactor(zeros([3])), "ShapeError: triangularFactor([3]): the tensor must have at least 2 axes"],
    [() => triangularFactor(none), `DtypeError: triangularFactor: ${missing}`],
  ],
};
