// Packs dist/ into packed/: one gzip file each, the form in which the agent embeds and serves them. Fails over the size budgets.
import { gzipSync } from "node:zlib";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";

const firstViewBudget = 200 * 1024;
const totalBudget = 1.5 * 1024 * 1024;
const from = "dist";
const to = "packed";

rmSync(to, { recursive: true, force: true });
const html = readFileSync(join(from, "index.html"), "utf8");
let total = 0;
let firstView = 0;
for (const entry of readdirSync(from, { recursive: true, withFileTypes: true })) {
  if (!entry.isFile()) continue;
  const path = join(entry.parentPath, entry.name);
  const name = relative(from, path).replaceAll("\\", "/");
  // The header's time and system bytes stay zero, so that the same sources give the same binary.
  const packed = gzipSync(readFileSync(path), { level: 9 });
  const target = join(to, `${name}.gz`);
  mkdirSync(dirname(target), { recursive: true });
  writeFileSync(target, packed);
  total += packed.length;
  if (name === "index.html" || html.includes(name)) firstView += packed.length;
}
console.log(`web UI: ${(total / 1024).toFixed(0)} kB packed, ${(firstView / 1024).toFixed(0)} kB of it for the first view`);
if (firstView > firstViewBudget || total > totalBudget) {
  console.error(`error: over the budget of ${firstViewBudget / 1024} kB for the first view, ${totalBudget / 1024} kB in all`);
  process.exit(1);
}
