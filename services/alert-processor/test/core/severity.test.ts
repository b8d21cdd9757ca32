import { receive } from "../../core/lifecycle.ts";
import { classOf, isKnownSeverity, rankOf, seenAlert } from "../../core/severity.ts";
import { message, start } from "../examples.ts";

test.each([
  ["emergency", "emergency", 0],
  ["P0", "emergency", 0],
  ["critical", "critical", 1],
  ["page", "critical", 1],
  ["error", "critical", 1],
  ["P1", "critical", 1],
  [" Fatal", "critical", 1],
  ["warning", "warning", 2],
  ["ticket", "warning", 2],
  ["info", "info", 3],
  ["none", "info", 3],
  ["", "info", 3],
])("%j means %s", (word, meaning, rank) => {
  expect([classOf(word), rankOf(word), isKnownSeverity(word)]).toEqual([meaning, rank, true]);
});

test.each(["bananas", "__proto__", "constructor", "\u0000"])(
  "%j is a warning and is told",
  (word) => {
    expect([classOf(word), isKnownSeverity(word)]).toEqual(["warning", false]);
  },
);

test.each([
  ["critical", ""],
  [" Critical ", ""],
  ["P1", "P1"],
  ["page", "page"],
  ["bananas", "bananas"],
  ["", "no severity"],
])("people who see %j are shown the word %j beside what it means", (severity, word) => {
  const [change] = receive(undefined, message({ severity }), start);
  expect(change && seenAlert(change.alert).word).toBe(word);
});
