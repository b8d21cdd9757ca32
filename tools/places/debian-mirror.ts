/**
 * The mirror a Debian machine is set up with: the address of the source that has the machine's own
 * release (no updates, security or third-party repository).
 * @param texts files of /etc/apt, in the one-line or the deb822 format.
 */
export function findMirror(texts: readonly string[], codename: string): string | undefined {
  const suites = new Set([codename, "stable", "testing", "unstable", "sid"]);
  return texts
    .flatMap((text) => [...oneLine(text), ...deb822(text)])
    .find((source) => source.suites.some((suite) => suites.has(suite)) && source.main)?.uri;
}

interface Source {
  readonly uri: string;
  readonly suites: readonly string[];
  readonly main: boolean;
}

function* oneLine(text: string): Generator<Source> {
  for (const line of text.split("\n")) {
    const [, uri, suite = "", components = ""] =
      /^\s*deb\s+(?:\[[^\]]*\]\s+)?(\S+)\s+(\S+)\s*(.*)$/.exec(line) ?? [];
    if (uri !== undefined) yield { uri, suites: [suite], main: hasMain(components) };
  }
}

function* deb822(text: string): Generator<Source> {
  const stanzas = text.replaceAll(/^#.*\n/gm, "").split(/\n\s*\n/);
  for (const stanza of stanzas) {
    const field = (name: string) =>
      new RegExp(`^${name}:((?:.*\n?)(?:[ \t].*\n?)*)`, "im").exec(stanza)?.[1]?.trim() ?? "";
    const [uri] = field("URIs").split(/\s+/);
    const off = /^no$/i.test(field("Enabled")) || !field("Types").split(/\s+/).includes("deb");
    if (!uri || off) continue;
    yield { uri, suites: field("Suites").split(/\s+/), main: hasMain(field("Components")) };
  }
}

const hasMain = (components: string): boolean => /(^|\s)main(\s|$)/.test(components);
