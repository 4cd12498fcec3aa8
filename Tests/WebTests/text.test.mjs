import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { cut, isolated, linkParts, withoutTurns } from "../../Services/Gateway/Web/shared/text.js";

const family = "👨‍👩‍👧‍👦";

describe("A cut", () => {
  test("counts what a reader counts, and never ends inside a character", () => {
    assert.equal(cut("short", 10), "short");
    assert.equal(cut("exactly ten", 11), "exactly ten");
    assert.equal(cut("one two three", 8), "one two…");
    for (const sign of ["😀", family, "é", "🇩🇪", "👍🏽"]) {
      const shown = cut(`${sign.repeat(30)}end`, 5);
      assert.equal(shown, `${sign.repeat(4)}…`, sign);
    }
  });

  test("has no half of a surrogate pair, whatever the length", () => {
    const text = `${"x".repeat(3)}${"😀".repeat(40)}`;
    for (let most = 1; most < 60; most += 1) assert.ok(cut(text, most).isWellFormed?.() ?? !/[\uD800-\uDBFF](?![\uDC00-\uDFFF])/.test(cut(text, most)), `${most}`);
  });

  test("of one letter with a hundred thousand accents is short", () => {
    assert.ok(cut(`a${"\u0301".repeat(100_000)}`, 40).length <= 40 * 20);
  });
});

test("A name that turns the line is isolated, and cannot leave its isolation", () => {
  for (const name of ["\u202Eevil", "\u2069\u202Eevil", "\u202Dabc\u202C", "\u2066x\u2067y"]) {
    const shown = isolated(name);
    assert.match(shown, /^\u2068[^\u202A-\u202E\u2066-\u2069]*\u2069$/u, JSON.stringify(name));
  }
  assert.equal(isolated("אנה"), "\u2068אנה\u2069");
  assert.equal(withoutTurns(null), "");
});

describe("A link", () => {
  const addresses = (text) => linkParts(text).filter((part) => part.address).map((part) => part.address);

  test("keeps the bracket that closes one of its own", () => {
    assert.deepEqual(addresses("https://en.wikipedia.example/wiki/Tent_(shelter)"), ["https://en.wikipedia.example/wiki/Tent_(shelter)"]);
    assert.deepEqual(addresses("(see https://a.example/x)"), ["https://a.example/x"]);
    assert.deepEqual(addresses("(see https://a.example/x_(y)), please"), ["https://a.example/x_(y)"]);
    assert.deepEqual(addresses("[https://a.example/?q[]=1]"), ["https://a.example/?q[]=1"]);
  });

  test("ends at full stops and commas of every script", () => {
    for (const sign of ["。", "，", "、", "！", "？", "」", "؟", "।", "”", "…", ".", ",", "!", ").", "'"]) assert.deepEqual(addresses(`https://a.example/path${sign}`), ["https://a.example/path"], sign);
    assert.deepEqual(addresses("请看https://a.example/路径。谢谢"), ["https://a.example/路径"]);
    assert.deepEqual(addresses("https://a.example/a.b,c?d=e!"), ["https://a.example/a.b,c?d=e"]);
  });

  test("is recognised in capitals", () => {
    assert.deepEqual(addresses("HTTPS://A.EXAMPLE/Path and Http://b.example"), ["HTTPS://A.EXAMPLE/Path", "Http://b.example"]);
  });

  test("has a host, and only these schemes", () => {
    for (const text of ["https://", "http://)", "javascript://a.example", "see https:// there", "file:///etc"]) assert.deepEqual(addresses(text), [], text);
  });

  test("loses nothing of the text around it", () => {
    for (const text of ["", "plain", "a https://a.example/x. b (https://b.example) c", "https://a.example"]) assert.equal(linkParts(text).map((part) => part.text).join(""), text);
  });

  test("costs no more than its length", () => {
    const text = `https://a.example/${")".repeat(50_000)}`;
    assert.deepEqual(addresses(text), ["https://a.example/"]);
    assert.equal(addresses("https://a.example/x ".repeat(3_000)).length, 3_000);
  });
});
