import { execFileSync } from "node:child_process";
import { join } from "node:path";

const subject = join(__dirname, "..", "..", "core", "instant.ts");

/** What texts mean on a machine in a zone: a process has one for good. */
function instants(texts: readonly string[], TZ: string): (string | null)[] {
  const program = `
    import { instantOf } from ${JSON.stringify(subject)};
    const texts = JSON.parse(process.argv[1]);
    console.log(JSON.stringify(texts.map((text) => new Date(instantOf(text)))));`;
  const args = ["--no-warnings", "--input-type=module", "-e", program, JSON.stringify(texts)];
  const out = execFileSync(process.execPath, args, { env: { ...process.env, TZ } });
  return JSON.parse(String(out)) as (string | null)[];
}

const ten = "2026-11-28T10:00:00.000Z";

test("a time is the same on every machine, and UTC where it has no zone", () => {
  const texts = [
    ["2026-11-28T10:00:00Z", ten],
    ["2026-11-28T10:00:00.000000001Z", ten],
    ["2026-11-28T12:00:00+02:00", ten],
    ["2026-11-28T05:00:00-0500", ten],
    ["Sat, 28 Nov 2026 10:00:00 GMT", ten],
    ["Saturday, 28-Nov-26 10:00:00 GMT", ten],
    ["Sat Nov 28 10:00:00 2026", ten],
    ["2026-11-28T10:00:00", ten],
    [" 2026-11-28 10:00:00 ", ten],
    ["2026-11-28", "2026-11-28T00:00:00.000Z"],
    ["", null],
    ["yesterday", null],
  ] as const;
  for (const zone of ["UTC", "America/New_York", "Pacific/Chatham"]) {
    expect(
      instants(
        texts.map(([text]) => text),
        zone,
      ),
    ).toEqual(texts.map(([, means]) => means));
  }
});
