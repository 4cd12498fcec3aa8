import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";

const web = new URL("../../Services/Gateway/Web/", import.meta.url);
/** The widget is in other companies' pages and has its own listeners. */
const others = new Set(["widget", "dist", "demo"]);
const files = readdirSync(web, { recursive: true }).filter((path) => /\.jsx?$/.test(path) && !others.has(path.split("/")[0]) && path !== "shared/keys.js");

test("Staff's pages take Enter, Escape and letters by shared/keys.js only", () => {
  assert.ok(files.length > 50, "without the pages this test proves nothing");
  for (const path of files) {
    const source = readFileSync(new URL(path, web), "utf8");
    assert.doesNotMatch(source, /event\.key\s*[!=]==?\s*"(Enter|Escape|.)"/, path);
  }
});

test("Every page that takes keys is guarded", () => {
  const guarded = (source) => source.includes("guardKeys(window)") || /import \{ Frame \} from "\.\.\/shared\/frame\.jsx"/.test(source);
  const pages = ["inbox/inbox.jsx", "signin/signin.jsx", "queue/queue.jsx", "teams/teams.jsx", "settings/settings.jsx", "routing/routing.jsx", "hours/hours.jsx"];
  for (const path of pages) assert.ok(guarded(readFileSync(new URL(path, web), "utf8")), path);
  assert.ok(readFileSync(new URL("shared/frame.jsx", web), "utf8").includes("guardKeys(window)"));
});
