import type { Facts } from "../facts.ts";

/** lab/capture/recipes/NAME.ts */
export const recipeText = (facts: Facts): string => {
  const { binary, camel, health, probePath, title, watches } = facts;
  const program = JSON.stringify(binary);
  const tool = /^\w+$/.test(binary) ? `tools.${binary}` : `tools[${program}]`;
  const about =
    watches === "many"
      ? `await session.scrape(\`http://\${address}${probePath}?target=127.0.0.1:\${await session.port()}\`);`
      : "";
  return `
    import { tools } from "../../../tools/tools.ts";
    import type { Recipe } from "../recipe.ts";

    /** Of a ${title} that is not there: start one before the exporter, and what it tells is seen. */
    export const ${camel}: Recipe = {
      exporter: ${program},
      tools: [${tool}],
      reference: (versions) => \`${binary} \${versions[${program}] ?? ""} without ${title}\`,
      async capture(session, binaries) {
        const address = \`127.0.0.1:\${await session.port()}\`;
        await session.start(
          ${program},
          binaries[${program}] ?? "",
          [\`--web.listen-address=\${address}\`],
          { ready: \`http://\${address}${health}\` },
        );
        await session.scrape(\`http://\${address}/metrics\`);
        ${about}
      },
    };
  `;
};
