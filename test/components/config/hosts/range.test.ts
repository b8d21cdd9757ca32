import fc from "fast-check";
import { mostInRange, rangeIn } from "../../../../components/config/hosts/range.ts";

/** What a text stands for, or why it cannot be used. */
function expanded(text: string): readonly string[] | string | undefined {
  const range = rangeIn(text);
  if (range === undefined) return undefined;
  return "reason" in range ? range.reason : range.items.map(range.with);
}

describe("a range", () => {
  it.each<[string, readonly string[]]>([
    ["web-[08:11].example.com", ["08", "09", "10", "11"].map((one) => `web-${one}.example.com`)],
    ["web[8:11]", ["web8", "web9", "web10", "web11"]],
    ["10.0.0.[1:3]", ["10.0.0.1", "10.0.0.2", "10.0.0.3"]],
    ["rack-[a:c]", ["rack-a", "rack-b", "rack-c"]],
    ["db[2:7:2]", ["db2", "db4", "db6"]],
    ["[000:002].a", ["000.a", "001.a", "002.a"]],
    ["one-[7:7]", ["one-7"]],
    ["a[1:2000000:1000000]", ["a1", "a1000001"]],
  ])("%s is written as Ansible has it", (text, all) => {
    expect(expanded(text)).toEqual(all);
  });

  it.each([
    ["web-[20:01]", /is reversed; write \[01:20\]$/],
    ["web-[c:a]", /is reversed/],
    ["web-[]", /is not a range/],
    ["web-[:]", /is not a range/],
    ["web-[1:]", /is not a range/],
    ["web-[1-3]", /is not a range/],
    ["web-[1:3", /half a range/],
    ["web-1:3]", /half a range/],
    ["a[1:2]b[1:2]", /more than one range/],
    ["a[[1:2]]", /half a range|more than one/],
    ["web-[1:2001]", /makes 2001 hosts; a range makes at most 2000/],
    ["web-[0:999999999999999]", /at most 2000/],
    ["web-[0:9999999999999999]", /more than 15 digits/],
    ["web-[1:020]", /differ in length/],
    ["web-[01:9]", /differ in length/],
    ["web-[1:9:0]", /never ends/],
    ["web-[1:c]", /is not a range/],
  ])("%s is refused", (text, reason) => {
    expect(expanded(text)).toMatch(reason);
  });

  it("is absent from a plain address", () => {
    expect(expanded("web-1.example.com")).toBeUndefined();
  });

  it("makes as many texts as it counts, all different, of one length where it has zeros", () => {
    const range = fc.record({
      from: fc.nat({ max: 99_000 }),
      more: fc.nat({ max: mostInRange - 1 }),
      step: fc.integer({ min: 1, max: 50 }),
      pad: fc.boolean(),
    });
    fc.assert(
      fc.property(range, ({ from, more, pad, step }) => {
        const to = String(from + more);
        const first = pad ? String(from).padStart(to.length, "0") : String(from);
        const text = `a-[${first}:${to}:${step}].b`;
        const all = expanded(text) as readonly string[];
        expect(all).toEqual(expanded(text));
        expect(all).toHaveLength(Math.floor(more / step) + 1);
        expect(new Set(all).size).toBe(all.length);
        expect(all[0]).toBe(`a-${first}.b`);
        expect(new Set(pad ? all.map((one) => one.length) : [0]).size).toBe(1);
      }),
    );
  });

  it("answers to whatever is thrown at it", () => {
    const text = fc.string({ unit: fc.constantFrom("[", "]", ":", "0", "1", "9", "a", "-", ".") });
    fc.assert(
      fc.property(text, (one) => {
        const all = expanded(one);
        expect(all === undefined || all.length > 0).toBe(true);
        expect(typeof all === "object" ? all.join("") : "").not.toMatch(/[[\]]/);
      }),
    );
  });
});
