import type { Facts } from "../facts.ts";

/** test/components/catalog/NAME.test.ts */
export const testText = ({ camel, name, port, probePath, watches }: Facts): string => {
  const many = watches === "many";
  const address = `${name}-1.example.com:${port}`;
  const settings = many ? `{ instances: { one: { address: "${address}" } } }` : "{ enabled: true }";
  const target = many
    ? `{ address: "${address}", labels: { host: "${name}-1.example.com", instance: "${address}" } }`
    : `{ labels: { instance: expect.stringMatching(/:${port}$/) as string } }`;
  return `
    import { planWith } from "../../kit/plan.ts";

    const deployed = (plan: ReturnType<typeof planWith>) => plan.deployments.map(({ name }) => name);

    describe("${name}", () => {
      it("is left out of a stack that does not ask for it", () => {
        expect(deployed(planWith({}))).not.toContain("${name}");
      });

      it("is deployed and scraped in a stack that does, and its rules are loaded", () => {
        const plan = planWith({ ${camel}: ${settings} });
        expect(deployed(plan)).toContain("${name}");
        const job = plan.jobs.find(({ name }) => name === "${name}");
        expect(job).toMatchObject({ targets: [${target}]${many ? `, probe: { path: "${probePath}" }` : ""} });
        expect(plan.groups.filter(({ job }) => job === "${name}")).not.toEqual([]);
      });
    });
  `;
};
