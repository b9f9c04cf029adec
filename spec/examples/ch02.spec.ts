// apart, usual environment only: its processes are others
/** Chapter 2 of the book: the truth tables of four gates. */
import * as assert from "uvu/assert";
import { quick } from "../support/scripts.js";
import { suite } from "../support/suite.js";

const test = suite("ch02");

for (const [gate, answers] of Object.entries({
  and: [0, 0, 0, 1],
  nand: [1, 1, 1, 0],
  or: [0, 1, 1, 1],
  xor: [0, 1, 1, 0],
}))
  test(`${gate}_gate is right about all there is to ask`, () => {
    const questions = ["(0, 0)", "(1, 0)", "(0, 1)", "(1, 1)"];
    assert.equal(
      quick(`ch02/${gate}_gate`).lines,
      questions.map((question, i) => `${question} -> ${answers[i]}`),
    );
  });

test.run();
