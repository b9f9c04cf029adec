/**
 * A recurrent network reads a nursery rhyme letter by letter, learns what comes next, and then writes. It is an LSTM, trained by
 * backpropagation through 32 letters at a time, while what it remembers is carried on from the beginning (Williams & Peng 1990).
 */
import {
  Adam,
  Affine,
  choice,
  clipGradNorm,
  crossEntropy,
  Embedding,
  LSTM,
  manualSeed,
  noGrad,
  type Tensor,
  tensor,
  uniform,
} from "gradtape";
import { seedAndQuick } from "../common/options.js";

const { seed, quick } = seedAndQuick("own/char_rnn", "Learns a nursery rhyme letter by letter, and writes it.");
const [steps, times, rows] = [quick ? 21 : 301, 32, 16];

/** "The house that Jack built", of the 18th century, grows by a line with every verse; here the verses come in any order. */
const lines = `the farmer sowing his corn that kept, the cock that crowed in the morn that waked,
  the priest all shaven and shorn that married, the man all tattered and torn that kissed,
  the maiden all forlorn that milked, the cow with the crumpled horn that tossed,
  the dog that worried, the cat that killed, the rat that ate, the malt that lay in, the house that Jack built`;
const verses = lines.split(/,\s+/).map((_, i, all) => `This is ${all.slice(i).join(" ")}.\n`);
const letters = [...new Set(verses[0])].sort();
const encode = (text: string) => Int32Array.from(text, (letter) => letters.indexOf(letter));

manualSeed(seed);
const embedding = new Embedding(letters.length, 16);
const lstm = new LSTM(16, 96);
const out = new Affine(96, letters.length);
const parameters = [embedding, lstm, out].flatMap((layer) => layer.parameters());

/** The scores of what comes after each of the letters x [times, rows], and what is remembered after the last. */
function read(x: Tensor, before?: Tensor[]) {
  const { outputs, state } = lstm.unroll(embedding.forward(x), before);
  return { scores: out.forward(outputs), state };
}

/** What comes after the shortest verse; the lower the temperature, the fewer surprises. */
const write = (length: number, temperature = 1) =>
  noGrad(() => {
    let [{ scores, state }, text] = [read(tensor(encode(verses[10])).unsqueeze(1)), ""];
    while (text.length < length) {
      // With noise of this kind (Gumbel's) the largest score falls on each letter as often as softmax says.
      const noise = uniform([letters.length]).log().neg().log().neg();
      const letter = scores.select(0, -1).div(temperature).add(noise).argmax(-1);
      text += letters[letter.item()];
      ({ scores, state } = read(letter.unsqueeze(0), state));
    }
    return text;
  });

const text = Array.from(choice(verses.length, rows * steps, { replace: true }).data, (verse) => verses[verse]).join("");
const length = steps * times + 1; // of each row of a batch, which goes on where the batch before left it
const codes = tensor(encode(text.slice(0, rows * length)), { shape: [rows, length] }).transpose();
const optimizer = new Adam(parameters, { lr: 0.01 });
let memory: Tensor[] | undefined;
for (let step = 0; step < steps; step++) {
  const [x, t] = [0, 1].map((later) => codes.narrow(0, step * times + later, times));
  const { scores, state } = read(x, memory);
  const loss = crossEntropy(scores.flatten(0, 1), t.flatten());
  optimizer.zeroGrad();
  loss.backward();
  clipGradNorm(parameters, 1);
  optimizer.step();
  memory = state.map((part) => part.detach()); // gradients end here, what is remembered does not
  const bits = (loss.item() / Math.LN2).toFixed(3);
  if (step % 20 === 0) console.log(`step ${step}: ${bits} bits a letter. ${write(80).replaceAll("\n", " / ")}`);
}

const least = (Math.log2(verses.length) * rows * steps) / text.length;
console.log(`which verse comes next nobody can know, which makes ${least.toFixed(3)} bits a letter`);
for (const temperature of [0.5, 1, 1.5])
  console.log(`\nat temperature ${temperature}:\n${write(quick ? 100 : 500, temperature)}`);
