import { accountOf, type Definition, folderOf } from "./definition.ts";

/** An argument as a unit's command line has it: in quotes, without what systemd would replace. */
const unitWord = (text: string): string =>
  `"${text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("%", "%%").replaceAll("$", "$$$$").replaceAll("\n", "\\n")}"`;

/**
 * Seals off what a process has no need of. One that tells of the machine keeps the machine's /home, /tmp and /dev: it
 * measures what it finds at a path, and would measure the empty ones of its own.
 */
const seals = (seesHost: boolean): string[] => [
  "NoNewPrivileges=yes",
  "CapabilityBoundingSet=",
  "LockPersonality=yes",
  "MemoryDenyWriteExecute=yes",
  "RestrictNamespaces=yes",
  "RestrictRealtime=yes",
  "RestrictSUIDSGID=yes",
  "RestrictAddressFamilies=AF_INET AF_INET6 AF_NETLINK AF_UNIX",
  "SystemCallArchitectures=native",
  "ProtectSystem=strict",
  "ProtectControlGroups=yes",
  "ProtectKernelModules=yes",
  "ProtectKernelTunables=yes",
  "UMask=0077",
  ...(seesHost ? [] : ["ProtectHome=yes", "PrivateTmp=yes", "PrivateDevices=yes"]),
];

/** The unit of a service. */
export const renderUnit = (one: Definition): string =>
  [
    "[Unit]",
    `Description=Vigil: ${one.name}`,
    "Wants=network-online.target",
    "After=network-online.target",
    "StartLimitIntervalSec=0",
    "",
    "[Service]",
    `ExecStart=${[`${folderOf(one.name)}/current/bin/${one.binary}`, ...one.args].map(unitWord).join(" ")}`,
    ...Object.entries(one.env)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, value]) => `Environment=${unitWord(`${key}=${value}`)}`),
    `User=${accountOf(one.name)}`,
    "Restart=always",
    "RestartSec=2",
    `MemoryMax=${one.memoryMegabytes}M`,
    "OOMPolicy=continue",
    ...seals(one.seesHost),
    "",
    "[Install]",
    "WantedBy=multi-user.target",
    "",
  ].join("\n");
