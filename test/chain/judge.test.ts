import { type Evidence, heartbeat, judge, silence, type Told } from "./judge.ts";

const begun = 1_000_000;
const at = (seconds: number): number => begun + seconds * 1_000;
const terms = { begun, patience: 30_000 };

const watched = [
  { object: "disk", severity: "critical" },
  { object: "calm", severity: "critical", never: true },
] as const;

const told = (seconds: number, fields: Partial<Told> = {}): Told => ({
  at: at(seconds),
  channel: "people",
  key: `${fields.occasion ?? "firing"} ${fields.startsAt ?? at(1)}`,
  object: "disk",
  occasion: "firing",
  startsAt: at(1),
  ...fields,
});

/** In trouble since the first second, said, handed, kept and told: all is right. */
const firing: Evidence = {
  watched,
  listeners: [{ channel: "people", severities: ["critical"] }],
  was: { disk: [{ from: at(0.5), to: null }], calm: [] },
  said: [{ at: at(1), object: "disk", startsAt: at(1) }],
  fires: ["disk"],
  handed: [
    { at: at(2), object: "disk", startsAt: at(1), resolved: false, taken: true },
    { at: at(2), object: heartbeat, startsAt: at(0), resolved: false, taken: true },
  ],
  kept: [{ object: "disk", status: "firing", startsAt: at(1) }],
  told: [told(3)],
  ended: [],
  dead: 0,
};

const resolved = told(21, { occasion: "resolved" });

/** The same, over since the twentieth second. */
const over: Evidence = {
  ...firing,
  was: { disk: [{ from: at(0.5), to: at(20) }], calm: [] },
  fires: [],
  handed: [
    ...firing.handed,
    { at: at(21), object: "disk", startsAt: at(1), resolved: true, taken: true },
  ],
  kept: [{ object: "disk", status: "resolved", startsAt: at(1) }],
  told: [told(3), resolved],
};

const wrongIn = (evidence: Evidence): string[] =>
  judge(evidence, terms).map(({ object, wrong }) => `${wrong}: ${object}`);

describe("the judge accepts", () => {
  it.each<[string, Evidence]>([
    ["what fires, is open and was told", firing],
    ["what is over, ended and told as over", over],
    [
      "what somebody has taken",
      { ...firing, kept: [{ object: "disk", status: "acknowledged", startsAt: at(1) }] },
    ],
    ["the same message again under the same key", { ...firing, told: [told(3), told(9)] }],
    [
      "a reminder as the last word",
      { ...firing, told: [told(3), resolved, told(30, { occasion: "reminder", key: "again" })] },
    ],
    ["what was over before anybody could be told", { ...over, told: [], kept: [] }],
    [
      "as lost what nobody ever said the end of",
      {
        ...over,
        handed: firing.handed,
        kept: [{ object: "disk", status: "stale", startsAt: at(1) }],
      },
    ],
    [
      "that Prometheus, which missed the end, says it once more with another beginning",
      {
        ...over,
        said: [...firing.said, { at: at(40), object: "disk", startsAt: at(39) }],
        told: [
          ...over.told,
          told(41, { startsAt: at(39) }),
          told(45, { startsAt: at(39), occasion: "resolved" }),
        ],
      },
    ],
    [
      "word of a silence that was one",
      {
        ...firing,
        kept: [...firing.kept, { object: silence, status: "resolved", startsAt: at(2) }],
        told: [
          ...firing.told,
          told(40, { object: silence, startsAt: at(2) }),
          told(50, { object: silence, startsAt: at(2), occasion: "resolved" }),
        ],
      },
    ],
  ])("%s", (_, evidence) => {
    expect(judge(evidence, terms)).toEqual([]);
  });
});

describe("the judge rejects", () => {
  it.each<[string, Evidence, string[]]>([
    [
      "an alert that was lost",
      { ...firing, kept: [], told: [] },
      ["not open: disk", "not told: disk"],
    ],
    ["an alert that counts as over", { ...firing, kept: over.kept }, ["not open: disk"]],
    [
      "an alert that counts as lost",
      { ...firing, kept: [{ object: "disk", status: "stale", startsAt: at(1) }] },
      ["not open: disk"],
    ],
    ["one that nobody was notified of", { ...firing, told: [] }, ["not told: disk"]],
    [
      "one that was told to somebody else",
      { ...firing, told: [told(3, { channel: "x" })] },
      ["not told: disk"],
    ],
    [
      "one whose last word is that it is over",
      { ...firing, told: [told(3), resolved] },
      ["not told: disk"],
    ],
    ["one that Prometheus does not see", { ...over, was: firing.was }, ["not seen: disk"]],
    ["one that does not end", { ...over, kept: firing.kept }, ["not ended: disk"]],
    [
      "one that counts as lost though its end was taken in",
      { ...over, kept: [{ object: "disk", status: "stale", startsAt: at(1) }] },
      ["not ended: disk"],
    ],
    ["an end that is not told", { ...over, told: [told(3)] }, ["end not told: disk"]],
    [
      "an end that comes before its beginning",
      { ...over, told: [{ ...resolved, at: at(2) }, told(3)] },
      ["end not told: disk"],
    ],
    [
      "word of what never was",
      {
        ...firing,
        told: [
          ...firing.told,
          told(4, { object: "calm" }),
          told(5, { object: "calm", occasion: "resolved" }),
        ],
      },
      ["told of nothing: calm"],
    ],
    [
      "word of what is not there at all",
      { ...firing, told: [...firing.told, told(4, { object: "ghost" })] },
      ["told of nothing: ghost"],
    ],
    [
      "word of it before it was",
      { ...firing, told: [told(-5), ...firing.told] },
      ["told of nothing: disk"],
    ],
    [
      "a beginning that nobody said",
      { ...firing, told: [...firing.told, told(4, { startsAt: at(2) })] },
      ["told of nothing: disk"],
    ],
    [
      "the same beginning under two keys",
      { ...firing, told: [told(3), told(4, { key: "another" })] },
      ["told twice: disk"],
    ],
    [
      "word of a silence that was none",
      {
        ...firing,
        told: [
          ...firing.told,
          told(20, { object: silence, startsAt: at(2) }),
          told(21, { object: silence, startsAt: at(2), occasion: "resolved" }),
        ],
      },
      [`told of nothing: ${silence}`],
    ],
    [
      "a silence that does not end",
      {
        ...firing,
        kept: [...firing.kept, { object: silence, status: "firing", startsAt: at(2) }],
        told: [...firing.told, told(40, { object: silence, startsAt: at(2) })],
      },
      [`not ended: ${silence}`, `end not told: ${silence}`],
    ],
    ["a processor that ended on its own", { ...firing, ended: ["code 1"] }, ["ended on its own: "]],
    ["a message that was given up", { ...firing, dead: 1 }, ["given up: "]],
  ])("%s", (_, evidence, wrong) => {
    expect(wrongIn(evidence)).toEqual(wrong);
  });
});
