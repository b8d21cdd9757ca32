import { existsSync } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import { homedir, userInfo } from "node:os";
import { join } from "node:path";
import { quote } from "../../lib/command.ts";
import { unitsFor } from "../autostart.ts";
import { targetOf } from "../engine.ts";
import { reasonOf, UserError } from "../../lib/errors.ts";
import { stackOptions } from "../options.ts";
import { run as runProgram } from "../../lib/process.ts";
import { openStack } from "../stack.ts";
import { operationsOf } from "../targets/index.ts";
import { writeWhole } from "../../lib/write.ts";

const help = `./vigil autostart [--stack NAME] [--off] [--print]

Has systemd start a stack after a reboot and renew its certificates, as the user who runs this: two
units and a timer for that user (for the system when run as root). They receive nothing else: no
password, no passphrase. The engine reads what it needs for renewal where it already is: .vigil/passphrase, or
the file that PULUMI_CONFIG_PASSPHRASE_FILE names now.

  --off     removes them again
  --print   shows them and changes nothing
`;

/** Where units are, and how they are spoken to. */
function surroundings(): { folder: string; systemctl: string[]; system: boolean } {
  const system = process.getuid?.() === 0;
  const config =
    process.env["XDG_CONFIG_HOME"] ?? join(process.env["HOME"] ?? homedir(), ".config");
  return {
    system,
    folder: system ? "/etc/systemd/system" : join(config, "systemd/user"),
    systemctl: system ? [] : ["--user"],
  };
}

function noSystemd(root: string, stack: string, starts: boolean): UserError {
  const at = `cd ${quote(root)} && ./vigil`;
  return new UserError("systemd does not run on this machine", {
    details: ["Nothing was changed. Where there is cron, these lines of crontab -e do the same:"],
    advice: [
      ...(starts ? [`@reboot ${at} start --stack ${stack}`] : []),
      `@daily ${at} renew --stack ${stack}`,
    ],
  });
}

/** `vigil autostart`. */
export async function run(args: string[]): Promise<number> {
  const options = stackOptions(args, help, {
    off: { type: "boolean" },
    print: { type: "boolean" },
  });
  if (options === undefined) return 0;
  const { root, stack, values } = options;
  // Says so where there is no such stack.
  await openStack(root, stack, process.env);
  const starts = operationsOf(await targetOf(root, stack)).start !== undefined;
  const { folder, system, systemctl } = surroundings();
  const units = unitsFor({ root, stack, starts, env: process.env, system });
  if (values["print"] === true) {
    for (const [name, text] of Object.entries(units)) {
      process.stdout.write(`# ${join(folder, name)}\n${text}\n`);
    }
    return 0;
  }
  if (!existsSync("/run/systemd/system")) throw noSystemd(root, stack, starts);
  const active = Object.keys(units).filter((name) => units[name]?.includes("[Install]"));
  const ask = (...words: string[]) => runProgram("systemctl", [...systemctl, ...words]);
  try {
    if (values["off"] === true) {
      // Running processes go on: down stops them.
      await ask("disable", ...active).catch(() => "");
      await ask("stop", ...active.filter((name) => name.endsWith(".timer"))).catch(() => "");
      for (const name of Object.keys(units)) await rm(join(folder, name), { force: true });
      await ask("daemon-reload");
      process.stdout.write(`Stack ${stack} is no longer started after a reboot.\n`);
      return 0;
    }
    await mkdir(folder, { recursive: true });
    for (const [name, text] of Object.entries(units))
      await writeWhole(join(folder, name), text, 0o644);
    await ask("daemon-reload");
    await ask("enable", ...active);
    await ask("start", ...active.filter((name) => name.endsWith(".timer")));
  } catch (error) {
    throw new UserError("systemd rejected the units", {
      details: [reasonOf(error)],
      advice: [`systemctl ${[...systemctl, "status"].join(" ")}`],
    });
  }
  const lingers = system || (await keepsRunning());
  process.stdout.write(
    `Written to ${folder}: ${Object.keys(units).join(", ")}\n` +
      (starts ? `Stack ${stack} is started after a reboot, ` : `Stack ${stack}: `) +
      "its certificates are checked every day and renewed when due.\n",
  );
  if (!lingers) {
    process.stdout.write(
      `\nUntil somebody allows it, units of ${userInfo().username} run only while that user is signed in:\n\n` +
        `  sudo loginctl enable-linger ${userInfo().username}\n`,
    );
  }
  return 0;
}

/** Whether the user's units run without the user; asked for where they do not. */
async function keepsRunning(): Promise<boolean> {
  const mark = join("/var/lib/systemd/linger", userInfo().username);
  if (existsSync(mark)) return true;
  await runProgram("loginctl", ["enable-linger"]).catch(() => "");
  return existsSync(mark);
}
