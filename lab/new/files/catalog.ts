import type { Facts } from "../facts.ts";

/** components/catalog/NAME.ts */
export const catalogText = (facts: Facts): string => {
  const many = facts.watches === "many";
  const { beside } = facts;
  // What stands beside Prometheus can stand nowhere else.
  const movable = !beside;
  return `
    import { z } from "zod";
    import { imageOf } from "../../lib/pins.ts";
    import { about, listening, ${many ? "name" : movable ? "on" : ""} } from "../config/fields.ts";
    ${many ? `import { askedAt, askedComplaints, ${movable ? "askedFrom, " : ""}askedTargets${movable ? ", runsNear" : ""} } from "./asked.ts";` : ""}
    import { ${facts.shell}, nobody } from "./exporter.ts";
    import type { Service } from "./service.ts";

    ${many ? instanceText(facts, movable) : ""}
    const fields = {
      ...listening({
        port: ${facts.port},
        image: imageOf(${JSON.stringify(facts.image)}, ${JSON.stringify(facts.binary)}),
        memory: 64,
      }),
      ${many ? instancesText : enabledText(facts, movable)}
    };

    /** ${many ? `${facts.title}: one exporter asks them all, each as a target of its own.` : `${facts.title}.`} */
    export const ${facts.camel}: Service<${JSON.stringify(facts.camel)}, typeof fields> = {
      name: ${JSON.stringify(facts.name)},
      key: ${JSON.stringify(facts.camel)},
      fields,
      component: "Exporter",
      binary: ${JSON.stringify(facts.binary)},
      image: nobody,
      listener: ${beside ? `"open"` : `"certificate"`},
      ${beside ? `beside: "prometheus",` : ""}
      ${many ? manyText(facts, movable) : "wanted: ({ enabled }) => enabled,"}
      ...${facts.shell}({
        ${facts.tls === "flags" ? flagsText(facts) : argsText(facts)}
        health: ${JSON.stringify(facts.health)},
      }),
    };
  `;
};

const instanceText = ({ title, name, port }: Facts, movable: boolean): string => `
    const instance = z.strictObject({
      address: askedAt("${title}, as the exporter reaches it.", "${name}-1.example.com:${port}"),
      ${movable ? "on: askedFrom," : ""}
    });
`;

const instancesText = `
      instances: about(z.record(name, instance).default({}), {
        description: "Servers that are watched, by name.",
      }),`;

const enabledText = ({ title }: Facts, movable: boolean): string => `
      enabled: about(z.boolean().default(false), {
        description: "Whether ${title} is watched.",
        example: "true",
      }),
      ${movable ? "on," : ""}`;

const manyText = ({ beside, name, probePath, title }: Facts, movable: boolean): string => `
      wanted: ({ instances }) => Object.keys(instances).length > 0,
      ${movable ? "runs: runsNear," : ""}
      complaints: askedComplaints(${JSON.stringify(title)}),
      jobs: (input) => [
        {
          name: ${JSON.stringify(name)},
          access: ${beside ? `"open"` : `"certificate"`},
          targets: askedTargets(input),
          probe: { path: ${JSON.stringify(probePath)} },
        },
      ],`;

const argsText = ({ beside }: Facts): string =>
  `args: (${beside ? "{ listen }" : ""}) => [${beside ? "`--web.listen-address=${listen}`" : ""}],`;

const flagsText = ({ certFlag, clientsFlag, keyFlag }: Facts): string => `
        args: () => [],
        tls: {
          certificate: ${JSON.stringify(certFlag)},
          key: ${JSON.stringify(keyFlag)},
          clients: ${JSON.stringify(clientsFlag)},
        },`;
