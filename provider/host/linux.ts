/**
 * What is run on a host with systemd, as text. Pure, for POSIX shells.
 *
 * A service lies in one folder, `/opt/vigil/<name>`: programs by their checksum, generations by what they are made
 * of, and `current`, a link. A generation holds everything that belongs together, the unit too, so that the switch
 * of that link changes all of it or nothing.
 */
import { createHash } from "node:crypto";
import { quote } from "../../lib/command.ts";
import type { HostProcessInputs } from "../types.ts";
import { canonical } from "../values.ts";

/** One process of a host. */
export interface Definition {
  /** Of its folder, its unit and its account, each in its way. */
  readonly name: string;
  readonly binary: string;
  /** SHA-256 of the program. */
  readonly checksum: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Texts by path below its configuration folder; some are secret. */
  readonly files: Readonly<Record<string, string>>;
  readonly port: number;
  readonly memoryMegabytes: number;
  /** Whether it must see the machine's mounts as they are. */
  readonly seesHost: boolean;
}

/** The part of a process's inputs that stands on its host. */
export const definitionOf = (
  { args, binary, env, files, memoryMegabytes, name, port, seesHost }: HostProcessInputs,
  checksum: string,
): Definition => ({ args, binary, checksum, env, files, memoryMegabytes, name, port, seesHost });

/**
 * Name of what a definition makes: the same for the same. There is always a private key in it, so that nobody can
 * guess a password from it.
 */
export const generationOf = (definition: Definition): string =>
  createHash("sha256").update(canonical(definition)).digest("hex").slice(0, 16);

/** Folder of all that is brought to a host. */
export const base = "/opt/vigil";

/** Folder of a service. */
export const folderOf = (name: string): string => `${base}/${name}`;

/** Folder of its configuration as its process sees it. */
export const configOf = (name: string): string => `${folderOf(name)}/current/config`;

export const unitOf = (name: string): string => `vigil-${name}.service`;

/** The account that a service runs as. */
export const accountOf = (name: string): string => `vigil-${name}`;

/** An argument as a unit's command line has it: in quotes, without what systemd would replace. */
const unitWord = (text: string): string =>
  `"${text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("%", "%%").replaceAll("$", "$$$$").replaceAll("\n", "\\n")}"`;

/**
 * Seals off what a process has no need of. One that tells of the machine keeps its view of the mounts: in a name
 * space of its own every file system is read-only, and it would say so of the machine's.
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
  "UMask=0077",
  ...(seesHost
    ? []
    : [
        "ProtectSystem=strict",
        "ProtectHome=yes",
        "PrivateTmp=yes",
        "PrivateDevices=yes",
        "ProtectControlGroups=yes",
        "ProtectKernelModules=yes",
        "ProtectKernelTunables=yes",
      ]),
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

/** What every script begins with. */
const preamble = (name: string): string => `set -eu
umask 077
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
LC_ALL=C
export PATH LC_ALL
name=${quote(name)}
unit=${quote(unitOf(name))}
account=${quote(accountOf(name))}
top=${quote(folderOf(name))}
`;

/**
 * Tells what a host is and has, a fact a line, and changes nothing. Listeners are looked for in the kernel's own list:
 * a small host has no other tool for it.
 */
export const factsScript = ({
  binary,
  checksum,
  name,
  port,
}: Definition): string => `${preamble(name)}
echo "system $(uname -s)"
echo "machine $(uname -m)"
echo "init $(cat /proc/1/comm 2>/dev/null || echo unknown)"
echo "name $(. /etc/os-release 2>/dev/null && echo "\${PRETTY_NAME:-}")"
below=/opt
[ -d /opt ] || below=/
echo "kilobytes $(df -Pk "$below" | awk 'END { print $4 }')"
echo "inodes $(df -Pi "$below" | awk 'END { print $4 }')"
if [ -L "$top/current" ]; then echo "current $(basename "$(readlink "$top/current")")"; fi
echo "state $(systemctl is-active "$unit" 2>/dev/null || true)"
if [ -f "$top/programs/${checksum}/${binary}" ]; then
  echo "program $(sha256sum < "$top/programs/${checksum}/${binary}" | cut -d ' ' -f 1)"
fi
hex=$(printf ':%04X' ${port})
# The account that opened it, and its socket.
listener=$(cat /proc/net/tcp /proc/net/tcp6 2>/dev/null | awk -v port="$hex" '$4 == "0A" && substr($2, length($2) - 4) == port { print $8, $10; exit }')
owner=\${listener%% *}
if [ -n "$owner" ] && [ "$owner" != "$(id -u "$account" 2>/dev/null || echo none)" ]; then
  echo "taken $(id -nu "$owner" 2>/dev/null || echo "$owner")"
  for fd in /proc/[0-9]*/fd/*; do
    [ "$(readlink "$fd" 2>/dev/null)" = "socket:[\${listener#* }]" ] || continue
    pid=\${fd#/proc/}
    pid=\${pid%%/*}
    # The last name of its control group is the unit.
    group=$(sed -n 's|^.*/\\([^/]*\\.service\\)$|\\1|p' "/proc/$pid/cgroup" | head -n 1)
    echo "holder $pid \${group:--} $(readlink "/proc/$pid/exe" 2>/dev/null || cat "/proc/$pid/comm")"
    break
  done
fi
`;

/** Takes a program from its input, and keeps it if its checksum is right. */
export const pushScript = ({ binary, checksum, name }: Definition): string => `${preamble(name)}
folder=$top/programs/${checksum}
mkdir -p "$folder"
chmod 0755 ${quote(base)} "$top" "$top/programs" "$folder"
cat > "$folder/arriving"
arrived=$(sha256sum < "$folder/arriving" | cut -d ' ' -f 1)
if [ "$arrived" != ${checksum} ]; then
  rm -rf "$folder"
  echo "what arrived has the checksum $arrived"
  exit 1
fi
chmod 0755 "$folder/arriving"
mv "$folder/arriving" "$folder/${binary}"
if command -v restorecon >/dev/null; then restorecon -R "$top" || true; fi
`;

/** A line that no text of the files has. */
function endOf(texts: readonly string[]): string {
  let end = "VIGIL_END";
  while (texts.some((text) => text.split("\n").includes(end))) end += "_";
  return end;
}

/** Writes a file. A text without a last line break is kept as it is. */
function write(path: string, text: string, end: string): string {
  if (text.endsWith("\n") || text === "") return `cat > ${path} <<'${end}'\n${text}${end}\n`;
  return `printf %s ${quote(text)} > ${path}\n`;
}

/** Folders of a path below another, outermost first. */
const parentsOf = (path: string): string[] =>
  path
    .split("/")
    .slice(0, -1)
    .map((_, index, all) => all.slice(0, index + 1).join("/"));

/**
 * Puts a generation in place without starting it, and says `identical` where it stands there already. It holds secrets, so it comes by the input and is in no list of
 * processes.
 */
export function stageScript(one: Definition, generation: string): string {
  const { binary, checksum, files, name } = one;
  const unit = renderUnit(one);
  const end = endOf([...Object.values(files), unit]);
  const paths = Object.keys(files).sort();
  const folders = [...new Set(paths.flatMap(parentsOf))].sort();
  return `${preamble(name)}
if ! id -u "$account" >/dev/null 2>&1; then
  useradd --system --user-group --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin "$account"
fi
mkdir -p "$top/generations"
chmod 0755 ${quote(base)} "$top" "$top/generations"
part=$top/generations/.arriving
rm -rf "$part"
mkdir -p "$part/bin" "$part/config"
ln -s "$top/programs/${checksum}/${binary}" "$part/bin/${binary}"
${folders.map((folder) => `mkdir -p "$part"/config/${quote(folder)}\n`).join("")}${write(`"$part/$unit"`, unit, end)}${paths
    .map((path) => write(`"$part"/config/${quote(path)}`, files[path] ?? "", end))
    .join("")}chown -R "root:$account" "$part"
find "$part" -type d -exec chmod 0750 {} +
find "$part" -type f -exec chmod 0640 {} +
chmod 0755 "$part" "$part/bin"
chmod 0644 "$part/$unit"
place=$top/generations/${generation}
modes() { (cd "$1" && find . -exec stat -c '%n %a %U:%G' {} + | sort); }
if [ -e "$place" ] && diff -r "$place" "$part" >/dev/null 2>&1 && [ "$(modes "$place")" = "$(modes "$part")" ]; then
  rm -rf "$part"
  echo identical
  exit 0
fi
if [ -e "$place" ]; then mv "$place" "$part.old"; fi
mv "$part" "$place"
rm -rf "$part.old"
if command -v restorecon >/dev/null; then restorecon -R "$top" || true; fi
`;
}

/**
 * Switches to a generation and keeps it if it is told to: by the line `keep`, before its input ends. Whatever else
 * happens, a connection that breaks among it, what ran before is put back.
 *
 * @param identical - Nothing of it was changed, so that what runs may go on.
 */
export const switchScript = (
  { name, port }: Definition,
  generation: string,
  { identical, seconds }: { readonly identical: boolean; readonly seconds: number },
): string => `${preamble(name)}
exec 9>"$top/.lock"
if command -v flock >/dev/null && ! flock -n 9; then
  echo "failed: another run is at work on $name here"
  exit 1
fi
new=${generation}
old=
if [ -L "$top/current" ]; then old=$(basename "$(readlink "$top/current")"); fi
began=$(date '+%Y-%m-%d %H:%M:%S')
listens() {
  hex=$(printf ':%04X' ${port})
  cat /proc/net/tcp /proc/net/tcp6 2>/dev/null | awk -v port="$hex" '$4 == "0A" && substr($2, length($2) - 4) == port { found = 1 } END { exit !found }'
}
point() {
  ln -sfn "generations/$1" "$top/.current"
  mv -T "$top/.current" "$top/current"
  ln -sfn "$top/current/$unit" "/etc/systemd/system/$unit"
  systemctl daemon-reload
}
tell() {
  journalctl --no-pager -q -o cat -n 15 --since "$began" _SYSTEMD_UNIT="$unit" 2>/dev/null || true
}
put_back() {
  set +e
  if [ -n "$old" ] && [ -d "$top/generations/$old" ]; then
    point "$old"
    systemctl restart "$unit"
  else
    systemctl disable --now "$unit" >/dev/null 2>&1
    rm -f "/etc/systemd/system/$unit" "$top/current"
    systemctl daemon-reload
    systemctl reset-failed "$unit" >/dev/null 2>&1
  fi
  if [ "$new" != "$old" ]; then rm -rf "$top/generations/$new"; fi
}
kept=
finish() {
  trap '' HUP INT TERM PIPE
  [ -n "$kept" ] || put_back
}
trap finish EXIT
trap 'exit 3' HUP INT TERM PIPE
# Nobody is left to answer.
(sleep 600; kill -TERM $$ 2>/dev/null) </dev/null >/dev/null 2>&1 9>&- &
guard=$!
if ${identical} && [ "$new" = "$old" ] && [ "$(systemctl is-active "$unit" 2>/dev/null)" = active ] && [ "$(systemctl show -p NeedDaemonReload --value "$unit")" = no ]; then
  echo "same"
else
  point "$new"
  systemctl restart "$unit" || true
fi
pid=
again=0
waited=0
while :; do
  state=$(systemctl is-active "$unit" 2>/dev/null || true)
  now=$(systemctl show -p MainPID --value "$unit" 2>/dev/null || echo 0)
  if [ "$state" = active ] && listens; then break; fi
  if [ "$now" != 0 ] && [ "$now" != "$pid" ]; then
    pid=$now
    again=$((again + 1))
  fi
  if [ "$again" -gt 2 ] || [ "$waited" -ge ${seconds * 5} ]; then
    if [ "$again" -gt 2 ]; then
      echo "failed: it ended again and again before it listened on port ${port}"
    else
      echo "failed: it is $state and does not listen on port ${port}"
    fi
    tell
    exit 3
  fi
  sleep 0.2
  waited=$((waited + 1))
done
echo "ready"
verdict=
IFS= read -r verdict || true
if [ "$verdict" != keep ]; then
  tell
  exit 3
fi
kept=yes
systemctl enable "$unit" >/dev/null 2>&1
kill "$guard" 2>/dev/null || true
# The one before is kept, for whoever wants to look.
for one in "$top"/generations/*; do
  case \${one##*/} in "$new" | "$old") ;; *) rm -rf "$one" ;; esac
done
for one in "$top"/programs/*; do
  used=
  for link in "$top"/generations/*/bin/*; do
    case $(readlink "$link") in "$one"/*) used=yes ;; esac
  done
  if [ -z "$used" ]; then rm -rf "$one"; fi
done
echo "kept"
`;

/** Tells what stands in the folder of a service, and where its port is listened on. */
export const auditScript = ({ name, port }: Definition): string => `${preamble(name)}
cd "$top/current/" 2>/dev/null || exit 0
find . -type f | while IFS= read -r path; do
  echo "file $(stat -c %a "$path") $(sha256sum < "$path" | cut -d ' ' -f 1) \${path#./}"
done
hex=$(printf ':%04X' ${port})
cat /proc/net/tcp /proc/net/tcp6 2>/dev/null | awk -v port="$hex" '$4 == "0A" && substr($2, length($2) - 4) == port { print "listens", substr($2, 1, length($2) - 5) }'
if systemctl is-enabled -q "$unit" 2>/dev/null; then echo enabled; fi
if [ "$(systemctl show -p NeedDaemonReload --value "$unit")" = yes ]; then echo stale; fi
`;

/** Takes a service away, with its account. What was there before Vigil is not touched. */
export const removeScript = (name: string): string => `${preamble(name)}
systemctl disable --now "$unit" >/dev/null 2>&1 || true
rm -f "/etc/systemd/system/$unit"
systemctl daemon-reload
systemctl reset-failed "$unit" >/dev/null 2>&1 || true
rm -rf "$top"
rmdir ${quote(base)} 2>/dev/null || true
if id -u "$account" >/dev/null 2>&1; then userdel "$account" >/dev/null 2>&1 || true; fi
`;
