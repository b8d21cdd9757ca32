/**
 * What is run on a host with systemd, as text. Pure, for POSIX shells.
 *
 * A service lies in one folder, `/opt/vigil/<name>`: programs by their checksum, generations by what they are made
 * of, and `current`, a link. A generation holds everything that belongs together, the unit too, so that the switch
 * of that link changes all of it or nothing.
 */
import { quote } from "../../lib/command.ts";
import { hostFolder } from "../types.ts";
import { accountOf, type Definition, folderOf, unitOf } from "./definition.ts";

/** What every script begins with. */
export const preamble = (name: string): string => `set -eu
umask 077
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
LC_ALL=C
export PATH LC_ALL
name=${quote(name)}
unit=${quote(unitOf(name))}
account=${quote(accountOf(name))}
top=${quote(folderOf(name))}
`;

/** The lines of the kernel's own list about who listens on a port: a small host has no other tool for it. */
export const listeners = (port: number): string => {
  const hex = port.toString(16).toUpperCase().padStart(4, "0");
  return `cat /proc/net/tcp /proc/net/tcp6 2>/dev/null | awk '$4 == "0A" && $2 ~ /:${hex}$/'`;
};

/** Tells what a host is and has, a fact a line, and changes nothing. */
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
if [ -f "$top/estate" ]; then echo "estate $(cat "$top/estate")"; fi
echo "state $(systemctl is-active "$unit" 2>/dev/null || true)"
if [ -f "$top/programs/${checksum}/${binary}" ]; then
  echo "program $(sha256sum < "$top/programs/${checksum}/${binary}" | cut -d ' ' -f 1)"
fi
# The account that opened it, and its socket.
listener=$(${listeners(port)} | awk '{ print $8, $10; exit }')
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
chmod 0755 ${quote(hostFolder)} "$top" "$top/programs" "$folder"
trap 'rm -f "$folder/arriving"' EXIT
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

/** Tells what stands in the folder of a service, and where its port is listened on. */
export const auditScript = ({ name, port }: Definition): string => `${preamble(name)}
cd "$top/current/" 2>/dev/null || exit 0
find . -type f | while IFS= read -r path; do
  echo "file $(stat -c %a "$path") $(sha256sum < "$path" | cut -d ' ' -f 1) \${path#./}"
done
${listeners(port)} | awk '{ print "listens", substr($2, 1, length($2) - 5) }'
if systemctl is-enabled -q "$unit" 2>/dev/null; then echo enabled; fi
if [ "$(systemctl show -p NeedDaemonReload --value "$unit")" = yes ]; then echo stale; fi
`;

/** The lines that take everything of a service away. */
export const removal = `systemctl disable --now "$unit" >/dev/null 2>&1 || true
rm -f "/etc/systemd/system/$unit"
systemctl daemon-reload
systemctl reset-failed "$unit" >/dev/null 2>&1 || true
rm -rf "$top"
rmdir ${quote(hostFolder)} 2>/dev/null || true
if id -u "$account" >/dev/null 2>&1; then userdel "$account" >/dev/null 2>&1 || true; fi
`;

/** Takes a service away, with its account, unless it belongs to another estate by now. */
export const removeScript = (name: string, environment: string): string => `${preamble(name)}
if [ -f "$top/estate" ] && [ "$(cat "$top/estate")" != ${quote(environment)} ]; then exit 0; fi
${removal}`;
