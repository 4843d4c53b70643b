// Bundles the modules' tests and runs them with node's own runner: node services/Studio/web/tests/run.mjs
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const tests = dirname(fileURLToPath(import.meta.url));
const out = mkdtempSync(join(tmpdir(), "facemix-page-"));
try {
  await build({
    entryPoints: readdirSync(tests).filter((file) => file.endsWith(".test.ts")).map((file) => join(tests, file)),
    outdir: out, outExtension: { ".js": ".mjs" }, bundle: true, format: "esm", platform: "node", logLevel: "warning",
  });
  const files = readdirSync(out).map((file) => join(out, file));
  process.exitCode = spawnSync(process.execPath, ["--test", ...files], { stdio: "inherit" }).status ?? 1;
} finally {
  rmSync(out, { recursive: true });
}
