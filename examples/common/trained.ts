/** Networks that one script trains and others use: their parameters stay in examples/.cache, which git leaves alone. */
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Layer } from "gradtape";
import { loadSafetensors, saveSafetensors } from "gradtape/node";
import { outFile, shown } from "./out.js";

const folder = fileURLToPath(new URL("../.cache", import.meta.url));

/** The network with the parameters of NAME.safetensors; where there is no such file, it is trained and they are saved. Says which. */
export async function trained<Network extends Layer>(
  name: string,
  network: Network,
  train: (network: Network) => void | Promise<void>,
): Promise<Network> {
  const file = outFile(`${name}.safetensors`, folder);
  if (existsSync(file)) {
    network.loadStateDict(loadSafetensors(file).tensors);
    console.log(`trained before: ${shown(file)}`);
  } else {
    await train(network);
    saveSafetensors(file, network.stateDict());
    console.log(`parameters: ${shown(file)}`);
  }
  return network;
}
