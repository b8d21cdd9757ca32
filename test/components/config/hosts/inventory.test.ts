import { readFileSync } from "node:fs";
import { join } from "node:path";
import { readInventory } from "../../../../components/config/hosts/inventory.ts";
import { blocksOf } from "../../../e2e/examples/blocks.ts";
import { root } from "../../../kit/harness.ts";

/** Hosts by name, as far as they differ from one with nothing but an address; or what is wrong, with its line. */
function read(text: string, file = "hosts.yaml"): unknown {
  const found = readInventory(file, text);
  if ("problems" in found) {
    return found.problems.map(({ line, reason }) => `${line ?? "?"}: ${reason}`);
  }
  return Object.fromEntries(
    Object.entries(found.value).map(([name, { direct, labels, ...rest }]) => [
      name,
      {
        ...rest,
        ...(direct && { direct }),
        ...(Object.keys(labels).length > 0 && { labels }),
      },
    ]),
  );
}

const like = (pattern: RegExp): string => expect.stringMatching(pattern) as string;

describe("a file in the shape of vigil:hosts", () => {
  it("has hosts, ranges, anchors and maps taken over", () => {
    const text = `
x: &web { address: x.example.com, user: deploy, labels: { role: web } }
y: { <<: *web, address: y.example.com, port: "2222" }
many:
  address: m-[01:20].example.com
`;
    expect(read(text)).toEqual({
      x: { address: "x.example.com", user: "deploy", labels: { role: "web" } },
      y: { address: "y.example.com", user: "deploy", port: 2222, labels: { role: "web" } },
      many: { address: "m-[01:20].example.com" },
    });
  });

  it("has every mistake with its line", () => {
    const text = `# ours
a:
  address: a.example.com
  prt: 22
b: { address: "b[9:1]", port: 70000 }
c:
d: nothing
Bad_Name: { address: d }
`;
    expect(read(text)).toEqual([
      "2: a.prt is not known; did you mean port?",
      like(/^5: b\.address has the range \[9:1\], which is reversed/),
      like(/^5: b\.port is not a port/),
      "6: c.address is missing",
      "7: d must be an object",
      like(/^8: Bad_Name must start with a letter/),
    ]);
  });
});

const ansible = `
all:
  vars:
    ansible_user: deploy
    ansible_become_password: !vault |
      $ANSIBLE_VAULT;1.1;AES256
      3131
  hosts:
    lone.example.com:
  children:
    web:
      hosts:
        web-[01:02].example.com:
          ansible_port: 2222
        special.example.com: { vigil_name: shop, vigil_label_site: vie }
      vars: { ansible_python_interpreter: /usr/bin/python3 }
    eu:
      children:
        db:
          hosts:
            DB_1: { ansible_host: 10.0.0.5, ansible_user: admin, vigil_direct: true }
            10.0.0.6:
      vars: { ansible_user: eu }
    busy:
      hosts: { web-01.example.com: {} }
    windows:
      hosts: { win-1: { ansible_connection: winrm } }
      vars: { vigil_skip: true }
`;

const asVigil = {
  lone: { address: "lone.example.com", user: "deploy" },
  "web-01": {
    address: "web-01.example.com",
    port: 2222,
    user: "deploy",
    labels: { group: "busy,web" },
  },
  "web-02": { address: "web-02.example.com", port: 2222, user: "deploy", labels: { group: "web" } },
  shop: { address: "special.example.com", user: "deploy", labels: { group: "web", site: "vie" } },
  "db-1": { address: "10.0.0.5", user: "admin", direct: true, labels: { group: "db" } },
  "host-10-0-0-6": { address: "10.0.0.6", user: "eu", labels: { group: "db" } },
};

describe("an inventory of Ansible's", () => {
  it("in YAML has groups, variables of the nearest, and names of their own", () => {
    expect(read(ansible)).toEqual(asVigil);
  });

  it("in INI says the same", () => {
    const text = `
; ours
lone.example.com

[all:vars]
ansible_user = deploy
ansible_timeout = 30   # seconds
note="a # is part of the text"

[web]
web-[01:02].example.com:2222
special.example.com vigil_name=shop vigil_label_site='vie' # by the river
[busy]
web-01.example.com
[db]
DB_1 ansible_host=10.0.0.5 ansible_user="admin" vigil_direct=True
10.0.0.6
[eu:children]
db
[eu:vars]
ansible_user=eu
[windows]
win-1 ansible_connection=winrm
[windows:vars]
vigil_skip=yes
`;
    expect(read(text, "hosts.ini")).toEqual(asVigil);
    expect(read(text.replaceAll("\n", "\r\n"), "inventory")).toEqual(asVigil);
  });

  it("has every mistake with its line, in YAML", () => {
    const text = `web:
  hosts:
    a[2:1]:
    b: { ansible_port: ssh, vigil_nam: x }
    c: { ansible_host: "{{ lookup('env', 'C') }}" }
    d: { ansible_connection: local }
    e.one.example:
    e.two.example:
    f: { ansible_port: ssh }
  group_vars: {}
listed: { hosts: [x, y] }
`;
    expect(read(text)).toEqual([
      like(/^10: web has group_vars, but a group has only hosts, children, vars/),
      like(/^3: a\[2:1\] has the range \[2:1\], which is reversed/),
      like(/^11: listed\.hosts must be a map; write each with a colon/),
      like(/^4: b has the variable vigil_nam; did you mean vigil_name\?/),
      like(/^5: c has a template in ansible_host/),
      like(/^6: d is reached by local and not over SSH/),
      like(/^8: e\.one\.example and e\.two\.example would both be the host e; give one/),
      like(/^9: f\.port is not a port/),
    ]);
  });

  it("has every mistake with its line, in INI", () => {
    const text = `[web
x
[web:hosts:x]
[web:other]
[web]
a b
c d="e
[web:vars]
nonsense
[gone:vars]
a=1
[all:children]
away
`;
    expect(read(text, "hosts")).toEqual([
      like(/^1: is not a section/),
      like(/^3: is not a section/),
      like(/^4: has the section \[web:other\]/),
      like(/^6: has b, which is not name=value/),
      like(/^7: has a quote that does not end/),
      like(/^9: is not name=value/),
      like(/^10: names the group gone, which has no section/),
      like(/^13: names the group away/),
    ]);
  });

  it("lets the same variable count as Ansible itself does", () => {
    const text = `
all:
  vars: { vigil_label_v: all }
  children:
    eu:
      vars: { vigil_label_v: eu }
      children:
        db: { hosts: { twice: }, vars: { vigil_label_v: db } }
        zz: { hosts: { twice: , "r[a:b]x": }, vars: { vigil_label_v: zz } }
        deep: { children: { deeper: { hosts: { low: }, vars: { vigil_label_v: deeper } } } }
        none: { hosts: { bare: } }
    aa: { hosts: { low: , own: { vigil_label_v: mine } }, vars: { vigil_label_v: aa } }
`;
    expect(read(text)).toEqual({
      twice: { address: "twice", labels: { v: "zz", group: "db,zz" } },
      rax: { address: "rax", labels: { v: "zz", group: "zz" } },
      rbx: { address: "rbx", labels: { v: "zz", group: "zz" } },
      low: { address: "low", labels: { v: "deeper", group: "aa,deeper" } },
      bare: { address: "bare", labels: { v: "eu", group: "none" } },
      own: { address: "own", labels: { v: "mine", group: "aa" } },
    });
  });

  it.each([
    ["x ansible_user=a#b", "a"],
    ["x ansible_user='a' # b", "a"],
    ["x\n[ungrouped:vars]\nansible_user='a' # b", "a"],
    ["x\n[ungrouped:vars]\nansible_user = a", "a"],
  ])("takes %j apart as Ansible does", (text, user) => {
    expect(read(text, "hosts")).toEqual({ x: { address: "x", user } });
  });

  it("is not followed in circles", () => {
    expect(read("[a:children]\nb\n[b:children]\na\n[c]\nx\n", "hosts")).toEqual([
      "?: has groups that are their own children: a, b",
    ]);
  });

  it("says of one that a plugin makes what to do", () => {
    expect(read("plugin: amazon.aws.aws_ec2\nregions: [eu-central-1]\n")).toEqual([
      like(/^1: is the configuration of Ansible's plugin .* ansible-inventory --list --yaml/),
    ]);
  });
});

it("the inventory of the documents is what they say", () => {
  const page = "docs/inventory.md";
  const ini = blocksOf(page, readFileSync(join(root, page), "utf8")).find(
    ({ language }) => language === "ini hosts.ini",
  );
  const shop = (number: string) => ({
    address: `shop-${number}.example.com`,
    user: "deploy",
    labels: { group: "shop", site: "vienna" },
  });
  expect(read(ini?.lines.join("\n") ?? "", "hosts.ini")).toEqual({
    "shop-01": shop("01"),
    "shop-02": shop("02"),
    "shop-03": shop("03"),
    "ledger-1": { address: "10.0.0.5", port: 2222, labels: { group: "ledgers", site: "vienna" } },
  });
});

describe("a hostile file", () => {
  const laughs = (leaf: string): string =>
    [`l0: &l0 ${leaf}`]
      .concat(
        Array.from({ length: 30 }, (_, n) => `l${n + 1}: &l${n + 1} { a: *l${n}, b: *l${n} }`),
      )
      .join("\n");

  it.each<[string, string, string, RegExp]>([
    ["that is a list", "hosts.yaml", "- a\n- b\n", /must be a map/],
    ["that is a text", "hosts.yaml", "hello", /must be a map/],
    ["with tabs", "hosts.yaml", "a:\n\taddress: x\n", /^2: .*tab/],
    ["with a key twice", "hosts.yaml", "a: {address: x}\na: {address: y}\n", /^2: duplicated/],
    ["with two documents", "hosts.yaml", "a: {address: x}\n---\nb: {address: y}\n", /document/],
    ["with a tag of JavaScript's", "hosts.yaml", 'a: !!js/function "x"\n', /^1: .*tag/],
    ["with an alias of nothing", "hosts.yaml", "a: *b\n", /^1: .*alias/],
    ["of aliases that explode", "hosts.yaml", laughs("{ address: x }"), /more than 1000000 values/],
    ["of groups that explode", "hosts.yaml", laughs("{ hosts: { x: {} } }"), /1000000 values/],
    ["that holds itself", "hosts.yaml", "a: &a\n  children: { b: *a }\n", /1000000 values/],
    [
      "of hosts without end",
      "hosts",
      "a[0001:2000]\nb[0001:2000]\nc[0001:2000]\nd[0001:2000]\ne[0001:2000]\nf[0001:2000]\n",
      /more than 10000 hosts/,
    ],
    [
      "of groups without end",
      "hosts",
      Array.from({ length: 3000 }, (_, n) => `[g${n}]`).join("\n"),
      /2000 groups/,
    ],
    [
      "of more hosts than a stack has",
      "hosts.yaml",
      Array.from({ length: 100_000 }, (_, n) => `h${n}: {}`).join("\n"),
      /more than 10000 hosts/,
    ],
    ["of brackets without end", "hosts.yaml", "[".repeat(200_000), /./],
    ["of one long line", "hosts.yaml", `a: ${" ".repeat(2_000_000)}x`, /must be an object/],
    ["of one long word", "hosts", "a".repeat(2_000_000), /would be the host/],
  ])("%s is refused in words", (_what, file, text, reason) => {
    expect(read(text, file)).toEqual(expect.arrayContaining([like(reason)]));
  });

  it("that is empty has no hosts", () => {
    expect(read("")).toEqual({});
    expect(read("# nothing\n")).toEqual({});
    expect(read("", "hosts")).toEqual({});
  });
});
