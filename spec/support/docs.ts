/** `npm run docs`: writes what of docs/ is made of other things; docs.spec checks that it is current. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { pictures } from "./graph-pictures.js";
import { page, render } from "./ops-page.js";

const docs = fileURLToPath(new URL("../../docs/", import.meta.url));

writeFileSync(page, render());
for (const [name, svg] of pictures()) writeFileSync(join(docs, name), svg);
