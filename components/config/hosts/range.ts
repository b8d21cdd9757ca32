/** Ranges of hosts as Ansible writes them: `web-[01:20].example.com`, `rack-[a:f]`, `db[2:10:2]`. Pure. */

/** More hosts of one range are more likely a slip of the finger. */
export const mostInRange = 2000;

/** A stack has fewer: what makes more is a slip of the finger, or meant to do harm. */
export const mostHosts = 10_000;

/** A text with a range in it: what stands in the place of the brackets, one for each host. */
export interface Range {
  readonly items: readonly string[];
  readonly with: (item: string) => string;
}

/** A text with brackets in it that are not a range that can be used. */
interface Unusable {
  readonly reason: string;
}

const wanted = "write one such as [01:20]";

/** Counting is exact up to here. */
const mostDigits = 15;

const letters = (from: string, to: string, step: number): string[] =>
  spread(from.charCodeAt(0), to.charCodeAt(0), step).map((code) => String.fromCharCode(code));

const spread = (from: number, to: number, step: number): number[] =>
  Array.from({ length: Math.floor((to - from) / step) + 1 }, (_, index) => from + index * step);

/** Of the digits only, which are as many at both ends where they begin with a zero. */
function numbers(from: string, to: string, step: number): string[] | Unusable {
  const isPadded = (text: string): boolean => text.length > 1 && text.startsWith("0");
  if (from.length > mostDigits || to.length > mostDigits) {
    return { reason: `has a range of more than ${mostDigits} digits` };
  }
  if ((isPadded(from) || isPadded(to)) && from.length !== to.length) {
    return {
      reason: `has the range [${from}:${to}], whose ends begin with a zero and differ in length; ${wanted}`,
    };
  }
  const [first, last] = [Number(from), Number(to)];
  if (last < first) return reversed(from, to);
  const count = Math.floor((last - first) / step) + 1;
  if (count > mostInRange) {
    return { reason: `makes ${count} hosts; a range makes at most ${mostInRange}` };
  }
  return spread(first, last, step).map((one) => String(one).padStart(from.length, "0"));
}

const reversed = (from: string, to: string): Unusable => ({
  reason: `has the range [${from}:${to}], which is reversed; write [${to}:${from}]`,
});

/** The range in a text, or why what looks like one cannot be used; undefined for a text without brackets. */
export function rangeIn(text: string): Range | Unusable | undefined {
  if (!/[[\]]/.test(text)) return undefined;
  const found = /^([^[\]]*)\[([^[\]]*)\]([^[\]]*)$/.exec(text);
  if (found === null) {
    const several = /\[[^[\]]*\].*\[/.test(text);
    return { reason: several ? "has more than one range" : `has half a range; ${wanted}` };
  }
  const [, before = "", inside = "", after = ""] = found;
  const parts = /^(?:(\d+):(\d+)|([a-z]):([a-z]))(?::(\d{1,9}))?$/.exec(inside);
  if (parts === null) return { reason: `has [${inside}], which is not a range; ${wanted}` };
  const [, low = "", high = "", from, to = "", by = "1"] = parts;
  const step = Number(by);
  if (step === 0) return { reason: `has [${inside}], which never ends; ${wanted}` };
  const items =
    from === undefined
      ? numbers(low, high, step)
      : to < from
        ? reversed(from, to)
        : letters(from, to, step);
  return "reason" in items ? items : { items, with: (item) => `${before}${item}${after}` };
}
