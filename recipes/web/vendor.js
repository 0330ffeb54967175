/**
 * Copies the libraries that the page needs out of node_modules, as ES modules that a browser loads as they are.
 *
 *     npm ci && node recipes/web/vendor.js            writes src/plitka/web/vendor
 *     node recipes/web/vendor.js --check              says whether it is what the packages have
 *
 * Names of packages in imports become paths, since a page without inline scripts can have no import map. Beside each
 * file lies a line for tsc, which finds the types in node_modules.
 */
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = join(dirname(fileURLToPath(import.meta.url)), "../..");
const TARGET = join(ROOT, "src/plitka/web/vendor");

/** What is imported -> [the package, its file, whether it has a default export]. */
const MODULES = {
  preact: ["preact", "dist/preact.mjs", false],
  "preact/hooks": ["preact", "hooks/dist/hooks.mjs", false],
  "@preact/signals-core": ["@preact/signals-core", "dist/signals-core.mjs", false],
  "@preact/signals": ["@preact/signals", "dist/signals.mjs", false],
  htm: ["htm", "dist/htm.mjs", true],
  "openapi-fetch": ["openapi-fetch", "dist/index.mjs", true],
  three: ["three", "build/three.module.js", false],
  "three/addons/controls/OrbitControls.js": ["three", "examples/jsm/controls/OrbitControls.js", false],
};

/** What those import by a path -> the package and its file; it has no types of its own. */
const PARTS = {
  "three.core.js": ["three", "build/three.core.js"],
};

/** @param {string} specifier */
const fileName = (specifier) => `${specifier.replace("@", "").replace(/\.js$/, "").replaceAll("/", "-")}.js`;

/** @param {string} name @param {string} file */
const read = (name, file) => readFileSync(join(ROOT, "node_modules", name, file), "utf8");

/** @returns {Record<string, string>} the files by their names */
function wanted() {
  /** @type {Record<string, string>} */
  const files = {};
  /** @type {Record<string, string>} */
  const licences = {};
  for (const [specifier, [name, file, hasDefault]] of Object.entries(MODULES)) {
    const code = read(name, file).replace(/\n?\/\/# sourceMappingURL=.*\n?$/, "\n");
    files[fileName(specifier)] = code.replace(/(from\s*|import\s*)["']([^"'./][^"']*)["']/g, (_all, word, from) => {
      if (!(from in MODULES)) throw new Error(`${specifier} imports ${from}, which is not copied; add it to MODULES`);
      return `${word}"./${fileName(from)}"`;
    });
    const types = [`export * from "${specifier}";`, hasDefault ? `export { default } from "${specifier}";` : ""];
    files[fileName(specifier).replace(/js$/, "d.ts")] = types.filter(Boolean).join("\n") + "\n";
    const { version, license } = JSON.parse(read(name, "package.json"));
    licences[name] = `${name} ${version} (${license})\n\n${licenceOf(name).trim()}\n`;
  }
  for (const [file, [name, path]] of Object.entries(PARTS)) files[file] = read(name, path);
  const line = `\n${"-".repeat(80)}\n\n`;
  files["LICENCES.txt"] = `Copied from npm packages by recipes/web/vendor.js.\n${line}${Object.values(licences).join(line)}`;
  return files;
}

/** @param {string} name */
function licenceOf(name) {
  const found = readdirSync(join(ROOT, "node_modules", name)).find((file) => /^licen[cs]e/i.test(file));
  if (!found) throw new Error(`${name} has no licence text`);
  return read(name, found);
}

const files = wanted();
if (process.argv.includes("--check")) {
  const names = new Set([...Object.keys(files), ...readdirSync(TARGET)]);
  const differ = [...names].filter((name) => {
    try {
      return readFileSync(join(TARGET, name), "utf8") !== files[name];
    } catch {
      return true;
    }
  });
  if (differ.length) {
    console.error(`not what the packages have: ${differ.join(", ")}; run node recipes/web/vendor.js`);
    process.exit(1);
  }
} else {
  rmSync(TARGET, { recursive: true, force: true });
  mkdirSync(TARGET, { recursive: true });
  for (const [name, text] of Object.entries(files)) writeFileSync(join(TARGET, name), text);
}
