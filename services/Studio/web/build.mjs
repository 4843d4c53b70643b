// Builds the page into services/Studio/wwwroot: messages and clients from the protos, a type check, one bundle.
// Usage: node services/Studio/web/build.mjs   (Studio.csproj does it when a source is newer than the result)
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const web = dirname(fileURLToPath(import.meta.url));
const modules = join(web, "..", "..", "..", "node_modules");
const out = join(web, "..", "wwwroot");

function run(script, ...args) {
  try {
    execFileSync(process.execPath, [join(modules, script), ...args], { cwd: web, stdio: "inherit" });
  } catch (failure) {
    // The tool has said what is wrong; a stack trace of ours would only hide it.
    process.exit(failure.status ?? 1);
  }
}

run("@bufbuild/buf/bin/buf", "generate");
run("typescript/bin/tsc", "--project", "tsconfig.json");

rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
// Imported late, so that a missing node_modules is reported by the build's own sentence and not by node's.
const { build } = await import("esbuild");
await build({
  absWorkingDir: web,
  entryPoints: { app: "src/main.ts", style: "style/page.css" },
  outdir: out,
  bundle: true,
  minify: true,
  sourcemap: false,
  format: "esm",
  target: "es2022",
  loader: { ".woff2": "file" },
  assetNames: "[name]",
  legalComments: "linked",
  logLevel: "warning",
});

// The files keep their names, so that no stale one is left behind; what changes is the ?v= that asks for them.
const version = (file) => createHash("sha256").update(readFileSync(join(out, file))).digest("hex").slice(0, 12);
let html = readFileSync(join(web, "index.html"), "utf8");
for (const file of ["app.js", "style.css"]) html = html.replace(`"${file}"`, `"${file}?v=${version(file)}"`);
cpSync(join(web, "icon.svg"), join(out, "icon.svg"));
cpSync(join(modules, "@fontsource-variable/inter/LICENSE"), join(out, "inter-LICENSE.txt"));
writeFileSync(join(out, "index.html"), html);
