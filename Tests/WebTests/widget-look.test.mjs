import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { chooseLocale, createLanguage } from "../../Services/Gateway/Web/widget/language.js";
import ar from "../../Services/Gateway/Web/widget/locales/ar.js";
import en from "../../Services/Gateway/Web/widget/locales/en.js";
import { accentTokens, contrast, parseColour } from "../../Services/Gateway/Web/widget/theme.js";

describe("The widget's language", () => {
  test("is the attribute's, else the browser's, else the site's, else English", () => {
    assert.equal(chooseLocale(["ar", "en-GB", "en"]).language, "ar");
    assert.deepEqual(chooseLocale(["", "de-DE", "en-GB", "ar"]), { language: "en", locale: "en-GB" });
    assert.equal(chooseLocale([undefined, "de-DE", "ar"]).language, "ar");
    assert.equal(chooseLocale(["de", null]).language, "en");
    assert.deepEqual(chooseLocale(["ar_EG"]), { language: "ar", locale: "ar-EG" });
    assert.equal(chooseLocale(["en-thisisnosubtagatall"]).locale, "en");
  });

  test("has the same sentences in every table, with the same names in them", () => {
    assert.deepEqual(Object.keys(ar).sort(), Object.keys(en).sort());
    const names = (sentence) => [...new Set(JSON.stringify(sentence).match(/\{(?!n\})\w+\}/g) || [])].sort();
    for (const key of Object.keys(en)) assert.deepEqual(names(ar[key]), names(en[key]), key);
  });

  test("counts as the language does", () => {
    const english = createLanguage(["en"]), arabic = createLanguage(["ar-EG"]);
    assert.equal(english.say("kept", { n: 1 }), "1 message is kept and goes out once.");
    assert.equal(english.say("kept", { n: 2 }), "2 messages are kept and go out once, in order.");
    assert.match(arabic.say("kept", { n: 2 }), /^رسالتان/);
    assert.match(arabic.say("kept", { n: 5 }), /^٥ رسائل/);
    assert.equal(arabic.direction, "rtl");
  });

  test("rounds times up as one says them", () => {
    const english = createLanguage(["en"]);
    assert.equal(english.duration(20), "1 minute");
    assert.equal(english.duration(170), "3 minutes");
    assert.equal(english.duration(7200), "2 hours");
    assert.equal(english.duration(3, true), "3 seconds");
  });
});

describe("The site's accent", () => {
  const grounds = { light: [255, 255, 255], dark: [27, 26, 24] };
  test("stays readable as text and under text, whatever was chosen", () => {
    for (const chosen of ["#ffe14d", "000", "#fff", "2f6b4f", "ff0000", "#808080", "#00f"]) {
      for (const scheme of ["light", "dark"]) {
        const tokens = accentTokens(chosen, scheme);
        const accent = parseColour(tokens["--accent"]);
        assert.ok(contrast(accent, grounds[scheme]) >= 4.5, `${chosen} in ${scheme}`);
        assert.ok(contrast(accent, parseColour(tokens["--on-accent"])) >= 4.5, `on ${chosen} in ${scheme}`);
      }
    }
  });

  test("is used as it is when it is readable, and the product's own needs no computing", () => {
    assert.equal(accentTokens("#2f6b4f", "light")["--accent"], "#2f6b4f");
    assert.equal(accentTokens("#2A50B8", "light"), null);
  });

  test("is ignored when it is no colour", () => {
    for (const text of ["", null, "red", "#12", "url(x)", "#12345"]) assert.equal(accentTokens(text, "light"), null);
  });
});
