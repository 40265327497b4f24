// Compile and copy what pages load into the package's static files.
import { copyFileSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { compile } from "sass";

const to = new URL("../src/bonewatch/web/static/built/", import.meta.url);
mkdirSync(to, { recursive: true });
const from = new URL("node_modules/nhsuk-frontend/dist/nhsuk/", import.meta.url);
const { css } = compile(new URL("nhsuk.scss", import.meta.url).pathname, {
  loadPaths: [new URL("node_modules/", import.meta.url).pathname], style: "compressed", quietDeps: true,
});
writeFileSync(new URL("nhsuk.css", to), css);
const js = readFileSync(new URL("nhsuk-frontend.min.js", from), "utf8");
writeFileSync(new URL("nhsuk.js", to), js.replace(/^\/\/# sourceMappingURL=.*$/m, ""));
mkdirSync(new URL("images/", to), { recursive: true });
for (const name of readdirSync(new URL("assets/images/", from))) {
  if (/^nhsuk-icon-[a-z-]+\.svg$/.test(name)) {
    copyFileSync(new URL(`assets/images/${name}`, from), new URL(`images/${name}`, to));
  }
}
