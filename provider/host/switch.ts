import type { Definition } from "./definition.ts";
import { listeners, preamble, removal } from "./scripts.ts";

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
listens() { [ -n "$(${listeners(port)})" ]; }
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
    ${removal.trim().replaceAll("\n", "\n    ")}
    return
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
