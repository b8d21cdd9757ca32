import type { Engine } from "../../../cli/engine.ts";
import { askPreview } from "../../../cli/preview/ask.ts";

/** As the engine printed it when a file that a process is asked by was a folder. */
const stuck = JSON.stringify({
  diagnostics: [
    {
      message: "error: Preview failed: EISDIR: illegal operation on a directory, read",
      severity: "error",
    },
    { message: "error: preview failed", severity: "error" },
  ],
});

/** An engine that prints a given text with a refresh, and another without; with what it was asked for. */
function engine(looking: [number, string], not: [number, string]) {
  const asked: boolean[] = [];
  const collect = (args: readonly string[]) => {
    const refreshes = args.includes("--refresh");
    asked.push(refreshes);
    const [code, stdout] = refreshes ? looking : not;
    return Promise.resolve({ code, stderr: "", stdout });
  };
  const home = { root: "/x", stack: "x", own: true, configFile: undefined, env: {} };
  return { asked, engine: { collect, home } as unknown as Engine };
}

it("what is there cannot be asked: the record is compared with, and why is said once", async () => {
  const { engine: one } = engine([255, stuck], [0, '{"steps":[]}']);
  const { code, unseen } = await askPreview(one);
  expect(code).toBe(0);
  expect(unseen).toBe("EISDIR: illegal operation on a directory, read");
});

it("what cannot be either way is not said to be unseen", async () => {
  const wrong = JSON.stringify({ diagnostics: [{ message: "error: a port", severity: "error" }] });
  const { code, preview, unseen } = await askPreview(engine([1, wrong], [1, wrong]).engine);
  expect([code, preview.errors, unseen]).toEqual([1, ["a port"], undefined]);
});

it("what succeeds is asked once, and a rehearsal asks for the record alone", async () => {
  const well = engine([0, "{}"], [0, "{}"]);
  await askPreview(well.engine);
  await askPreview(well.engine, false);
  expect(well.asked).toEqual([true, false]);
});

it("an end that the engine does not explain is told by its last words", async () => {
  const said = async (stderr: string): Promise<readonly string[]> => {
    const collect = () => Promise.resolve({ code: 255, stderr, stdout: '{"steps":[]}' });
    const one = engine([255, ""], [255, ""]).engine;
    return (await askPreview({ ...one, collect }, false)).preview.errors;
  };
  expect(await said("panic: no loopback\n")).toEqual(["panic: no loopback"]);
  expect(await said("")).toEqual(["the engine ended with 255 and did not say why"]);
});
