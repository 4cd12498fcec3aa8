import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { guardKeys, isCommand, isComposing, isKey, shortcutOf } from "../../Services/Gateway/Web/shared/keys.js";

const key = (name, code, more = {}) => ({ key: name, code, ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, repeat: false, ...more });

describe("A shortcut", () => {
  test("is the letter on Latin keyboards, wherever it is printed", () => {
    assert.equal(shortcutOf(key("e", "KeyE")), "e");
    assert.equal(shortcutOf(key("E", "KeyE", { shiftKey: true })), "e");
    assert.equal(shortcutOf(key("k", "KeyV")), "k", "Dvorak's K stands on V's place");
    assert.equal(shortcutOf(key("a", "KeyQ")), "a", "French A stands on Q's place");
    assert.equal(shortcutOf(key("ğ", "KeyE")), "ğ", "a Turkish letter is no E, though it stands on its place");
  });

  test("is the key's place on keyboards of other scripts", () => {
    for (const [letter, code, meant] of [["у", "KeyE", "e"], ["л", "KeyK", "k"], ["О", "KeyJ", "j"], ["ε", "KeyE", "e"], ["κ", "KeyK", "k"], ["ث", "KeyE", "e"], ["ק", "KeyE", "e"], ["ㄷ", "KeyE", "e"], ["い", "KeyE", "e"]]) {
      assert.equal(shortcutOf(key(letter, code)), meant, letter);
    }
    assert.equal(shortcutOf(key(".", "Slash")), "/");
    assert.equal(shortcutOf(key(",", "Slash", { shiftKey: true })), "?");
    assert.equal(shortcutOf(key("-", "Slash")), "-", "German keyboards have the hyphen there");
    assert.equal(shortcutOf(key("?", "Digit7", { shiftKey: true })), "?");
  });

  test("is the name of a key without a letter", () => {
    for (const name of ["Escape", "Enter", "ArrowDown", "Tab"]) assert.equal(shortcutOf(key(name, name)), name);
  });

  test("with Ctrl or ⌘ works on every layout, and not with a second modifier", () => {
    assert.ok(isCommand(key("k", "KeyK", { ctrlKey: true }), "k"));
    assert.ok(isCommand(key("л", "KeyK", { ctrlKey: true }), "k"));
    assert.ok(isCommand(key("κ", "KeyK", { metaKey: true }), "k"));
    for (const more of [{}, { ctrlKey: true, altKey: true }, { ctrlKey: true, shiftKey: true }]) assert.ok(!isCommand(key("k", "KeyK", more), "k"));
  });
});

describe("An input method's key", () => {
  const signs = [{ isComposing: true }, { keyCode: 229 }, { nativeEvent: { isComposing: true } }, { nativeEvent: { keyCode: 229 } }];

  test("is known by either sign, from the page and from React", () => {
    for (const sign of signs) assert.ok(isComposing({ key: "Enter", ...sign }), JSON.stringify(sign));
    assert.ok(!isComposing({ key: "Enter", isComposing: false, keyCode: 13, nativeEvent: { isComposing: false, keyCode: 13 } }));
  });

  test("is neither Enter nor Escape nor a shortcut", () => {
    for (const sign of signs) {
      for (const name of ["Enter", "Escape"]) assert.ok(!isKey({ key: name, ...sign }, name));
      assert.equal(shortcutOf({ ...key("e", "KeyE"), ...sign }), "");
    }
    assert.ok(isKey({ key: "Enter", keyCode: 13 }, "Enter"));
  });
});

describe("The guard", () => {
  function pressed(event) {
    const done = [];
    let listener;
    guardKeys({ addEventListener: (type, each, capture) => { assert.equal(type, "keydown"); assert.equal(capture, true); listener = each; } });
    listener({ ...event, preventDefault: () => done.push("prevented"), stopImmediatePropagation: () => done.push("stopped") });
    return done;
  }
  const on = (selector) => ({ closest: (asked) => (asked.includes(selector) ? {} : null) });

  test("keeps a composition's Enter and Escape from the page, but not from the input method", () => {
    for (const sign of [{ isComposing: true }, { keyCode: 229 }]) {
      assert.deepEqual(pressed({ ...key("Enter", "Enter"), ...sign, target: on("textarea") }), ["stopped"]);
      assert.deepEqual(pressed({ ...key("Escape", "Escape"), ...sign, target: on("textarea") }), ["stopped", "prevented"], "a dialog stays open");
    }
  });

  test("lets a held Enter press nothing, and break lines in a text", () => {
    assert.deepEqual(pressed(key("Enter", "Enter", { repeat: true, target: on("button") })), ["prevented", "stopped"]);
    assert.deepEqual(pressed(key("Enter", "Enter", { repeat: true, target: on("textarea") })), []);
    assert.deepEqual(pressed(key("Enter", "Enter", { target: on("button") })), []);
    assert.deepEqual(pressed(key("j", "KeyJ", { repeat: true, target: on("button") })), []);
  });
});
