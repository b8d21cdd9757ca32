import { setTimeout as sleep } from "node:timers/promises";
import { createWorkspace, type Workspace } from "./workspace.ts";

jest.setTimeout(300_000);

const services = ["alertmanager", "blackbox", "node", "processor", "prometheus"];

let place: Workspace;
beforeAll(async () => {
  place = await createWorkspace("kill");
});
afterAll(async () => {
  await place.vigil(["down", "--purge"]);
  place.remove();
});

/** Waits until every target answers; `status` says so by its exit code. */
async function answered(): Promise<void> {
  while ((await place.vigil(["status"])).code !== 0) await sleep(500);
}

/** Moments of one `up`, from before the engine starts to after the last process is ready. */
const moments = Array.from({ length: 5 }, (_, round) =>
  Math.round(500 + round * 900 + Math.random() * 900),
);

describe("up killed hard", () => {
  it.each(moments)("after %d ms is fixed by the next one", async (moment) => {
    const run = place.start(["up"]);
    await Promise.race([sleep(moment), run.ended]);
    run.kill();
    await run.ended;
    const { code, text } = await place.vigil(["up"]);
    expect([code, text]).toEqual([0, expect.stringContaining("Vigil watches")]);
    const running = place.processes();
    expect(Object.keys(running).sort()).toEqual(services);
    // Never started twice.
    expect(Object.values(running).map((pids) => pids.length)).toEqual(services.map(() => 1));
    await answered();
    const empty = await place.vigil(["pulumi", "preview", "--expect-no-changes"]);
    expect([empty.code, empty.text]).toEqual([0, expect.stringContaining("unchanged")]);
    // The next round begins with nothing, too, but for the last: killed while all is there.
    if (moment < 4000) await place.vigil(["down"]);
  });
});
