/** Saves one of two checkpoints over and over, until it is killed: `saver PATH atomic|plain FLOATS`. */
import { writeFileSync } from "node:fs";
import { encodeSafetensors, full } from "../../lib/index.js";
import { writeAtomically } from "../../lib/node.js";

const [path, how, floats] = process.argv.slice(2);
const write = how === "atomic" ? writeAtomically : writeFileSync;
const checkpoints = [1, 2].map((version) =>
  encodeSafetensors(new Map([["W", full([Number(floats)], version)]]), {
    metadata: { version: `${version}` },
    checksum: true,
  }),
);
console.log("saving");
for (let i = 0; ; i = 1 - i) write(path, checkpoints[i]);
