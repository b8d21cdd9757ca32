import { gossip } from "../../../components/render/cluster.ts";
import { seconds } from "../../../lib/duration.ts";
import { round, wait } from "./pair.ts";

describe("a pair of Alertmanagers", () => {
  it("tells once when both live, and once when the leader is killed at any moment before", async () => {
    const rounds = await Promise.all([
      round(),
      round({ killAfter: 0 }),
      round({ killAfter: wait / 2 }),
    ]);
    for (const told of rounds) expect(told).toHaveLength(1);
  });

  it("hears of what was told long before it tells itself, and fixes what it missed", () => {
    expect(seconds(gossip["peer-timeout"])).toBeGreaterThanOrEqual(
      10 * seconds(gossip["gossip-interval"]),
    );
    expect(seconds(gossip["probe-timeout"])).toBeLessThan(seconds(gossip["probe-interval"]));
  });
});
