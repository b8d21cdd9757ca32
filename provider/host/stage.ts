import { quote } from "../../lib/command.ts";
import { hostFolder } from "../types.ts";
import type { Definition } from "./definition.ts";
import { preamble } from "./scripts.ts";
import { renderUnit } from "./unit.ts";

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
 * Puts a generation in place without starting it, and says `identical` where it stands there already. It holds
 * secrets, so it comes by the input and is in no list of processes.
 */
export function stageScript(one: Definition, generation: string): string {
  const { binary, checksum, environment, files, name } = one;
  const unit = renderUnit(one);
  const end = endOf([...Object.values(files), unit]);
  const paths = Object.keys(files).sort();
  const folders = [...new Set(paths.flatMap(parentsOf))].sort();
  return `${preamble(name)}
if ! id -u "$account" >/dev/null 2>&1; then
  useradd --system --user-group --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin "$account"
fi
mkdir -p "$top/generations"
printf '%s\\n' ${quote(environment)} > "$top/estate"
chmod 0755 ${quote(hostFolder)} "$top" "$top/generations"
part=$top/generations/.arriving
trap 'rm -rf "$part"' EXIT
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
  echo identical
  exit 0
fi
if [ -e "$place" ]; then mv "$place" "$part.old"; fi
mv "$part" "$place"
rm -rf "$part.old"
if command -v restorecon >/dev/null; then restorecon -R "$top" || true; fi
`;
}
