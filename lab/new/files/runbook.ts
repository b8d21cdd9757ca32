import type { Facts } from "../facts.ts";
import { downAlert } from "./rules.ts";

/** runbooks/NAME.md. Every sentence names the service: no two runbooks may be near-copies. */
export const runbookText = (facts: Facts): string => {
  const { binary, title, up } = facts;
  const alert = downAlert(facts);
  return `# ${title}

${title} with ${binary}.

## ${alert}

**Meaning.** ${binary} runs, but ${title} has not answered ${binary} for three minutes.

**Impact.** Whatever needs ${title} fails, waits for ${title} or does without. Other alerts about ${title} on this host are held back.

**Diagnosis.**

1. When did ${title} go?

   \`\`\`promql
   max_over_time(timestamp(${up}{host="<host>"} == 1)[1d:1m])
   \`\`\`

2. Does ${title} run? Look for ${title} in the log of its machine.

   \`\`\`sh
   ssh <host> journalctl --since -1h
   \`\`\`

3. If ${title} runs, does ${binary} reach ${title}? A firewall or a changed login shuts ${binary} out.

**Mitigation.** Start ${title} again. Where only ${binary} is shut out, let ${binary} in: ${title} itself is fine then.

**Escalation.** Whoever runs ${title}, at once; who owns what needs ${title} is told, too.

**Silence.** \`./vigil amtool silence add alertname=${alert} host='<host>' --duration=2h --comment='<why>'\`
`;
};
