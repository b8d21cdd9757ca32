/**
 * The process that program-load measures: a mocked engine, then index.ts or nothing. Everything but
 * the program is the same for both.
 *
 * node bench/lib/load.ts vigil|empty '<configuration as JSON>'
 */
import * as pulumi from "@pulumi/pulumi";

const [which, config = "{}"] = process.argv.slice(2);
let resources = 0;

await pulumi.runtime.setMocks(
  {
    newResource: ({ inputs, name }) => {
      resources++;
      return { id: `${name}-id`, state: inputs as object };
    },
    call: () => ({}),
  },
  "vigil",
  "local",
);
pulumi.runtime.setAllConfig(JSON.parse(config) as Record<string, string>);
if (which === "vigil") await import("../../index.ts");
await pulumi.runtime.disconnect();

const { maxRSS, systemCPUTime, userCPUTime } = process.resourceUsage();
process.stdout.write(
  JSON.stringify({
    // Counted from the start of the process, so Node's own start is in it, for both.
    wall: performance.now(),
    cpu: (userCPUTime + systemCPUTime) / 1000,
    megabytes: maxRSS / 1024,
    resources,
  }),
);
