/** What labels say is data of strangers, who may mean harm. */
import fc from "fast-check";
import { escapeHtml, htmlText } from "../../channels/html.ts";
import { escapeSlack } from "../../channels/slack.ts";
import { bytes, clean, cut, cutBy, units, wordingOf } from "../../channels/text.ts";
import { hostile, hostileAlert, messageOf, occasions } from "./messages.ts";

/** Any text, often with what does harm in it. */
const text = fc.oneof(
  fc.string({ unit: "binary" }),
  fc
    .array(fc.constantFrom(...hostile, "<", "&", "\u202e", "\n", "🔥", "a"), { maxLength: 20 })
    .map((parts) => parts.join("")),
);

const harmful = /[\p{Cc}\p{Zl}\p{Zp}\u061c\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/u;

describe("texts of strangers", () => {
  test("become one visible line", () => {
    fc.assert(
      fc.property(text, (one) => {
        const line = clean(one);
        expect(line).not.toMatch(harmful);
        expect(line.isWellFormed()).toBe(true);
        expect(clean(line)).toBe(line);
      }),
    );
  });

  test("keep what people write", () => {
    for (const fine of ["Füllstand 93 % – größer", "磁盘已满", "می‌خواهم", "👩‍🔧 🔥", "a < b & c"]) {
      expect(clean(fine)).toBe(fine);
    }
  });

  test("are cut between characters, and only when they are too long", () => {
    fc.assert(
      fc.property(text, fc.integer({ min: 1, max: 50 }), (one, limit) => {
        const whole = one.toWellFormed();
        const short = cut(whole, limit);
        expect(short.isWellFormed()).toBe(true);
        expect(Array.from(short).length).toBeLessThanOrEqual(limit);
        const fits = Array.from(whole).length <= limit;
        expect(fits ? short === whole : short.endsWith("…")).toBe(true);
      }),
    );
  });

  test("are cut by bytes or units, as a service counts", () => {
    fc.assert(
      fc.property(text, fc.integer({ min: 3, max: 50 }), (one, limit) => {
        const whole = one.toWellFormed();
        for (const measure of [bytes, units]) {
          const short = cutBy(whole, limit, measure);
          expect(short.isWellFormed()).toBe(true);
          expect(measure(short)).toBeLessThanOrEqual(limit);
          const fits = measure(whole) <= limit;
          expect(fits ? short === whole : whole.startsWith(short.slice(0, -1))).toBe(true);
        }
      }),
    );
  });

  test("do no harm in any message", () => {
    fc.assert(
      fc.property(text, fc.constantFrom(...occasions), fc.boolean(), (one, occasion, storm) => {
        const alert = hostileAlert(one);
        const message = messageOf({ occasion, alerts: storm ? [alert, alert] : [alert] });
        const wording = wordingOf(message);
        expect(Array.from(wording.title).length).toBeLessThanOrEqual(256);
        const said = [wording.title, ...wording.lines, ...wording.facts.flat()];
        for (const line of said) expect(line).not.toMatch(harmful);
        for (const { url } of wording.links) expect(url).toMatch(/^https?:\/\//);
        expect(htmlText(wording)).not.toMatch(/<(?:script|img|!channel)/i);
      }),
    );
  });

  test("can be read back from their escapes, and hold no character that means something", () => {
    const backFromSlack = (escaped: string): string =>
      escaped.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
    const back = (escaped: string): string =>
      backFromSlack(escaped.replaceAll("&quot;", '"').replaceAll("&#39;", "'"));
    fc.assert(
      fc.property(text, (one) => {
        expect(escapeHtml(one)).not.toMatch(/[<>"']|&(?!(?:amp|lt|gt|quot|#39);)/);
        expect(back(escapeHtml(one))).toBe(one);
        expect(escapeSlack(one)).not.toMatch(/[<>]|&(?!(?:amp|lt|gt);)/);
        expect(backFromSlack(escapeSlack(one))).toBe(one);
      }),
    );
  });
});
