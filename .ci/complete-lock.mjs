// Completes package-lock.json after `npm install` on a machine whose registry lacks some packages: optional ones for other
// platforms (of @biomejs/biome) are then left out of the lock, and `npm ci` refuses it everywhere.
import { readFileSync, writeFileSync } from "node:fs";

const lock = JSON.parse(readFileSync("package-lock.json", "utf8"));
const platform = /(android|darwin|linux|win32)-(arm64|x64)/;
for (const { optionalDependencies = {} } of Object.values(lock.packages))
  for (const [name, version] of Object.entries(optionalDependencies)) {
    const [, os, cpu] = platform.exec(name) ?? [];
    if (os) lock.packages[`node_modules/${name}`] ??= { version, cpu: [cpu], dev: true, optional: true, os: [os] };
  }
lock.packages = Object.fromEntries(Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : 1)));
writeFileSync("package-lock.json", `${JSON.stringify(lock, null, 2)}\n`);
