// usual environment only: no backend takes part
/** Saving to disk: whatever happens meanwhile, the file is the old one or the new one. */
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { hostname, tmpdir } from "node:os";
import { basename, join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { CheckpointError, DataError, Generator, normal, type StateDict, tensor, ValueError } from "gradtape";
import { loadNpy, loadNpz, loadSafetensors, saveNpy, saveNpz, saveSafetensors, writeAtomically } from "gradtape/node";
import * as assert from "uvu/assert";
import { digest } from "./support/files.js";
import { long, seed, suite } from "./support/suite.js";

const test = suite("saving");
const root = fs.realpathSync(fs.mkdtempSync(join(tmpdir(), "gradtape-saving-")));
test.after(() => fs.rmSync(root, { recursive: true }));

let folders = 0;
function folder(contents: Record<string, string> = {}): string {
  const path = join(root, `${folders++}`);
  fs.mkdirSync(path);
  for (const [name, text] of Object.entries(contents)) fs.writeFileSync(join(path, name), text);
  return path;
}
const [before, after] = ["what was there before", "what is there after"];
const bytes = Buffer.from(after);
const text = (path: string) => fs.readFileSync(path, "utf8");

/** Runs `f` with functions of node:fs replaced, for everybody. */
function withFs(changes: Partial<Record<keyof typeof fs, unknown>>, f: () => void): void {
  const real = Object.fromEntries(Object.keys(changes).map((name) => [name, fs[name as keyof typeof fs]]));
  Object.assign(fs, changes);
  syncBuiltinESMExports();
  try {
    f();
  } finally {
    Object.assign(fs, real);
    syncBuiltinESMExports();
  }
}
const failing = (code: string) => () => {
  throw Object.assign(new Error(`${code}: as it was told`), { code });
};

/** Throws an error of this kind with this message, the folders left out. */
function refuses(f: () => unknown, kind: abstract new (...given: never[]) => Error, message: string | RegExp): void {
  assert.throws(f, (error: unknown) => {
    assert.instance(error, kind);
    const told = (error as Error).message.replaceAll(new RegExp(`${root}(/\\d+/?)?`, "g"), "");
    if (typeof message === "string") assert.is(told, message);
    else assert.match(told, message);
    return true;
  });
}

const state: StateDict = new Map([
  ["layers.0.W", normal([3, 4], { generator: new Generator(1) })],
  ["layers.0.b", tensor([Number.NaN, -0, Infinity], { dtype: "float64" })],
  ["t", tensor([[1, 2]], { dtype: "int32" })],
]);

test("what was saved is loaded", () => {
  const path = join(folder(), "model");
  saveSafetensors(path, state, { metadata: { epoch: "3" }, checksum: true });
  const { tensors, metadata } = loadSafetensors(path, { checksum: "required" });
  assert.is(digest(tensors), digest(state));
  assert.equal([...metadata], [["epoch", "3"]]);
  for (const compress of [false, true]) {
    saveNpz(path, state, { compress });
    assert.is(digest(loadNpz(path)), digest(state));
  }
  for (const x of state.values()) {
    saveNpy(path, x);
    assert.is(digest(new Map([["x", loadNpy(path)]])), digest(new Map([["x", x]])));
  }
  assert.equal(fs.readdirSync(join(path, "..")), ["model"]);
});

test("a file keeps its mode and its links, a new one has that of new files", () => {
  const path = folder({ private: before, shared: before });
  fs.chmodSync(join(path, "private"), 0o600);
  fs.chmodSync(join(path, "shared"), 0o664);
  fs.symlinkSync("private", join(path, "link"));
  for (const name of ["link", "shared", "new"]) writeAtomically(join(path, name), bytes);
  assert.ok(fs.lstatSync(join(path, "link")).isSymbolicLink());
  const modes = ["private", "shared", "new"].map((name) => fs.statSync(join(path, name)).mode & 0o7777);
  assert.equal(modes, [0o600, 0o664, 0o666 & ~process.umask()]);
  for (const name of fs.readdirSync(path)) assert.is(text(join(path, name)), after);
  assert.equal(fs.readdirSync(path).sort(), ["link", "new", "private", "shared"]);
});

test("a name may be as long as names can be, and of any letters", () => {
  for (const name of ["n".repeat(255), "漢".repeat(85), "🙂".repeat(60), " .tmp", "a\nb"]) {
    const path = folder();
    writeAtomically(join(path, name), bytes);
    assert.equal(fs.readdirSync(path), [name]);
  }
});

test("all of it is on the disk before it gets its name, and the name before it returns", () => {
  const path = folder({ file: before });
  const calls: string[] = [];
  const names = new Map<unknown, string>();
  const noting = (name: "openSync" | "writeSync" | "fsyncSync" | "closeSync" | "renameSync" | "fchmodSync") => {
    const real = fs[name] as (...given: unknown[]) => unknown;
    return (...given: unknown[]) => {
      const result = real(...given);
      if (name === "openSync") names.set(result, `${given[0]}` === path ? "folder" : "temporary");
      const what = name === "openSync" ? names.get(result) : (names.get(given[0]) ?? basename(`${given[1]}`));
      calls.push(`${name.replace("Sync", "")} ${what}`);
      return result;
    };
  };
  const watched = ["openSync", "writeSync", "fsyncSync", "closeSync", "renameSync", "fchmodSync"] as const;
  withFs(Object.fromEntries(watched.map((name) => [name, noting(name)])), () =>
    writeAtomically(join(path, "file"), bytes),
  );
  assert.equal(calls, [
    "open temporary",
    "fchmod temporary",
    "write temporary",
    "fsync temporary",
    "close temporary",
    "rename file",
    "open folder",
    "fsync folder",
    "close folder",
  ]);
});

test("when anything fails, the old file is there, the temporary is not, and the error says why", () => {
  const half = (fd: number, from: Uint8Array, at: number) => {
    if (at > 0) failing("ENOSPC")();
    return realWrite(fd, from, at, 5);
  };
  const realWrite = fs.writeSync;
  const cases: [name: keyof typeof fs, f: unknown, cause: string][] = [
    ["openSync", failing("EACCES"), "EACCES: as it was told"],
    ["fchmodSync", failing("EPERM"), "EPERM: as it was told"],
    ["writeSync", half, "ENOSPC: as it was told"],
    ["writeSync", failing("EDQUOT"), "EDQUOT: as it was told"],
    ["fsyncSync", failing("EIO"), "EIO: as it was told"],
    ["closeSync", failing("EIO"), "EIO: as it was told"],
    ["renameSync", failing("EPERM"), "EPERM: as it was told"],
    ["accessSync", failing("EACCES"), "EACCES: as it was told"],
    ["realpathSync", failing("ELOOP"), "ELOOP: as it was told"],
  ];
  for (const [name, f, cause] of cases) {
    const path = folder({ file: before });
    const message = `file: must be a file that can be written; what was there is as before (${cause})`;
    withFs({ [name]: f }, () => {
      refuses(() => writeAtomically(join(path, "file"), bytes), DataError, message);
      refuses(() => saveSafetensors(join(path, "file"), state), CheckpointError, message);
    });
    assert.equal(fs.readdirSync(path), ["file"], name);
    assert.is(text(join(path, "file")), before, name);
    assert.throws(
      () => withFs({ [name]: f }, () => writeAtomically(join(path, "file"), bytes)),
      (error: Error) => (error.cause as NodeJS.ErrnoException).code === cause.split(":")[0],
    );
  }
});

test("the system may write a few bytes at a time, and not know how to flush a folder", () => {
  const { writeSync, fsyncSync, fstatSync } = fs;
  const path = folder({ file: before });
  const pieces = (fd: number, from: Uint8Array, at: number, length: number) =>
    writeSync(fd, from, at, Math.min(length, 3));
  const onFolder = (code: string) => (fd: number) => (fstatSync(fd).isDirectory() ? failing(code)() : fsyncSync(fd));
  withFs({ writeSync: pieces, fsyncSync: onFolder("EINVAL") }, () => writeAtomically(join(path, "file"), bytes));
  assert.is(text(join(path, "file")), after);
  fs.writeFileSync(join(path, "file"), before);
  withFs({ fsyncSync: onFolder("EIO") }, () =>
    refuses(
      () => writeAtomically(join(path, "file"), bytes),
      DataError,
      "file: must be put on the disk; it was written, but after a crash of the system the old one may be there (EIO: as it was told)",
    ),
  );
  assert.is(text(join(path, "file")), after);
});

test("what cannot be written or read is named, with the reason", () => {
  const path = folder({ file: before });
  fs.mkdirSync(join(path, "inner"));
  const unwritten = (cause: string) =>
    new RegExp(`: must be a file that can be written; what was there is as before \\(${cause}`);
  refuses(() => writeAtomically(join(path, "inner"), bytes), DataError, unwritten("it is a folder\\)$"));
  refuses(() => writeAtomically("/dev/null", bytes), DataError, unwritten("it is a device\\)$"));
  refuses(() => saveNpy(join(path, "no", "file"), tensor([1])), DataError, unwritten("ENOENT"));
  refuses(() => saveNpz(join(path, "file", "in"), state), DataError, unwritten("ENOTDIR"));
  refuses(
    () => writeAtomically(join(path, "x"), after as never),
    ValueError,
    "writeAtomically: bytes must be a Uint8Array",
  );
  refuses(
    () => loadSafetensors(join(path, "none")),
    CheckpointError,
    /^none: must be a file that can be read \(ENOENT/,
  );
  refuses(
    () => loadSafetensors(join(path, "inner")),
    CheckpointError,
    "inner: must be a file that can be read (it is a folder)",
  );
  refuses(
    () => loadSafetensors(join(path, "file")),
    CheckpointError,
    /^file: must be a safetensors file, whose header ends/,
  );
  refuses(() => loadNpy(join(path, "file")), DataError, /^file: a \.npy file must begin with/);
  refuses(() => loadNpz(join(path, "file")), DataError, /^file: must be a ZIP archive/);
  const fifo = join(path, "pipe");
  if (spawnSync("mkfifo", [fifo]).status === 0)
    refuses(() => loadNpy(fifo), DataError, "pipe: must be a file that can be read (it is a device)");
  withFs({ readSync: () => 0 }, () =>
    refuses(
      () => loadNpy(join(path, "file")),
      DataError,
      "file: must be a file that can be read (it was cut to 0 bytes meanwhile)",
    ),
  );
});

test("temporaries that dead processes left go with the next save, those of the living stay", () => {
  const path = folder();
  const dead = spawnSync(process.execPath, ["-e", ""]).pid;
  let space = "";
  try {
    space = fs.readlinkSync("/proc/self/ns/pid");
  } catch {}
  const here = createHash("sha256").update(`${hostname()} ${space}`).digest("hex").slice(0, 8);
  const elsewhere = "0123abcd";
  const [now, hours, days] = [0, 5, 25].map((hours) => (Date.now() - hours * 3_600_000) / 1000);
  const cases: [pid: number, realm: string, written: number, stays: boolean][] = [
    [dead, here, now, false],
    [process.pid, here, now, true],
    [process.pid, here, hours, false],
    [process.ppid, here, days, true],
    [1, here, days, true],
    [dead, elsewhere, hours, true],
    [process.pid, elsewhere, days, false],
  ];
  const stay = [".other.tmp-1-2", ".x.tmp-a-0123abcd0123456789abcdef", `x.tmp-${dead}-${here}0123456789abcdef`];
  for (const name of stay) fs.writeFileSync(join(path, name), "");
  cases.forEach(([pid, realm, written, stays], i) => {
    const name = `.name${i}.tmp-${pid}-${realm}0123456789abcdef`;
    fs.writeFileSync(join(path, name), "");
    fs.utimesSync(join(path, name), written, written);
    if (stays) stay.push(name);
  });
  writeAtomically(join(path, "file"), bytes);
  assert.equal(fs.readdirSync(path).sort(), [...stay, "file"].sort());
});

/** The bundled saver: a process that is killed soon should not take long to begin. */
const saver = join(root, "saver.mjs");
const floats = 2 ** 18;
test.before(async () => {
  await build({
    entryPoints: [fileURLToPath(new URL("support/saver.ts", import.meta.url))],
    bundle: true,
    format: "esm",
    platform: "node",
    outfile: saver,
  });
});

/** Kills a process in the middle of saving, at a moment drawn at random, and waits until it is gone. */
async function kill(path: string, how: "atomic" | "plain", generator: Generator): Promise<void> {
  const child = spawn(process.execPath, [saver, path, how, `${floats}`], { stdio: ["ignore", "pipe", "inherit"] });
  const gone = once(child, "exit");
  await once(child.stdout, "data");
  await wait(generator.uniform() * 40);
  child.kill("SIGKILL");
  await gone;
}

/** Whether what is there is one of the checkpoints, whole. */
function sound(path: string): boolean {
  try {
    const { tensors, metadata } = loadSafetensors(path, { checksum: "required" });
    const { data, size } = tensors.get("W") as typeof tensors extends Map<string, infer T> ? T : never;
    return size === floats && data.every((value) => value === Number(metadata.get("version")));
  } catch (error) {
    assert.instance(error, CheckpointError);
    return false;
  }
}

const kills = long ? 200 : 20;

test(
  `after ${kills} kills in the middle of a save, the old or the new checkpoint is there, and nothing else after the next`,
  async () => {
    const path = folder();
    const file = join(path, "model.safetensors");
    const generator = new Generator(Math.abs(seed));
    let interrupted = 0;
    for (let i = 0; i < kills; i++) {
      await kill(file, "atomic", generator);
      // The very first may be killed before there is a file.
      assert.ok(sound(file) || (i === 0 && !fs.existsSync(file)), `kill ${i}`);
      if (fs.readdirSync(path).length > 1) interrupted++;
    }
    assert.ok(interrupted > kills / 10, `${interrupted} left a temporary`);
    console.log(`\n${interrupted} of ${kills} kills left a temporary`);
    saveSafetensors(file, state);
    assert.equal(fs.readdirSync(path), ["model.safetensors"]);
  },
  { deadline: 600_000 },
);

test(
  "the same test fails where the file is written in place",
  async () => {
    const file = join(folder(), "model.safetensors");
    const generator = new Generator(Math.abs(seed));
    for (let i = 0; i < 60; i++) {
      await kill(file, "plain", generator);
      if (!sound(file)) return console.log(`\nkill ${i + 1} left a damaged file`);
    }
    assert.unreachable("60 kills did no harm");
  },
  { deadline: 120_000 },
);

test.run();
