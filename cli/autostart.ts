/** The inputs of the units. */
export interface UnitOptions {
  /** The checkout. */
  readonly root: string;
  readonly stack: string;
  /** Whether somebody has to start it after a reboot. Containers are started by their engine. */
  readonly starts: boolean;
  readonly env: NodeJS.ProcessEnv;
  /** Whether they are the system's; otherwise the user's own. */
  readonly system: boolean;
}

/** Name of one of a stack's units, without its suffix. */
export const unitName = (kind: "renew" | "start", stack: string): string =>
  `vigil-${stack}-${kind}`;

/** A setting as systemd reads it: quoted, and with nothing in it that it would replace. */
const setting = (text: string): string =>
  `"${text.replaceAll(/["\\]/g, "\\$&").replaceAll("%", "%%")}"`;

/** Environment variables that the commands need; no secrets. */
const passed = [
  "PATH",
  "PULUMI_BACKEND_URL",
  "PULUMI_CONFIG_PASSPHRASE_FILE",
  "PULUMI_HOME",
  "VIGIL_CACHE",
  "XDG_CACHE_HOME",
] as const;

function service(what: string, command: "renew" | "start", options: UnitOptions): string {
  const { env, root, stack, system } = options;
  const kept = passed.flatMap((name) => {
    const value = env[name];
    return value === undefined ? [] : [`Environment=${setting(`${name}=${value}`)}`];
  });
  return [
    "# Written by ./vigil autostart; run that again instead of changing it.",
    "[Unit]",
    `Description=${what} ${stack}`.replaceAll("%", "%%"),
    ...(system ? ["Wants=network-online.target", "After=network-online.target"] : []),
    "",
    "[Service]",
    "Type=oneshot",
    // Started processes belong to the unit and end with it.
    ...(command === "start" ? ["RemainAfterExit=yes"] : []),
    "Restart=on-failure",
    `RestartSec=${command === "start" ? "30s" : "1h"}`,
    "UMask=0077",
    "NoNewPrivileges=yes",
    ...kept,
    `WorkingDirectory=${root.replaceAll("%", "%%")}`,
    // By its name alone: systemd takes no program whose path has quotes or dollars in it.
    `ExecStart=/bin/sh vigil ${command} --stack ${stack}`,
    ...(command === "start"
      ? ["", "[Install]", `WantedBy=${system ? "multi-user" : "default"}.target`]
      : []),
    "",
  ].join("\n");
}

/**
 * The units that start a stack after a reboot and renew its certificates. Same input, same bytes.
 *
 * @returns texts by file name.
 */
export function unitsFor(options: UnitOptions): Readonly<Record<string, string>> {
  const { stack, starts } = options;
  const [start, renew] = [unitName("start", stack), unitName("renew", stack)];
  return {
    ...(starts && {
      [`${start}.service`]: service("Vigil's servers of stack", "start", options),
    }),
    [`${renew}.service`]: service("Renewal of Vigil's certificates of stack", "renew", options),
    [`${renew}.timer`]: [
      "# Written by ./vigil autostart; run that again instead of changing it.",
      "[Unit]",
      `Description=Renewal of Vigil's certificates of stack ${stack}, every day`,
      "",
      "[Timer]",
      "OnCalendar=daily",
      "RandomizedDelaySec=1h",
      // A machine that was off at the time does it when it is on again.
      "Persistent=yes",
      "",
      "[Install]",
      "WantedBy=timers.target",
      "",
    ].join("\n"),
  };
}
