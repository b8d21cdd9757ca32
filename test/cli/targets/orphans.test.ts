import { createServer } from "node:http";
import { join } from "node:path";
import { madeElsewhere } from "../../../cli/reality.ts";
import { removeOrphans } from "../../../cli/targets/docker/elsewhere.ts";
import { later, temporary } from "../../kit/workshop.ts";

/** An engine that has containers of a stack by name, made from folders; what it was told to remove. */
async function engineWith(folders: Readonly<Record<string, string | undefined>>) {
  const removed: string[] = [];
  const server = createServer(({ method, url = "" }, response) => {
    const { pathname } = new URL(url, "http://engine");
    if (method === "DELETE") removed.push(pathname);
    const containers = Object.entries(folders).map(([name, folder]) => ({
      Id: name,
      Names: [`/${name}`],
      Labels: { "vigil.stack": "x", ...(folder === undefined ? {} : { "vigil.folder": folder }) },
      State: "running",
      Status: "Up",
    }));
    const answer = pathname === "/networks" ? [{ Id: "net" }] : containers;
    response.end(method === "GET" ? JSON.stringify(answer) : "");
  });
  const socket = join(temporary(), "docker.sock");
  await new Promise<void>((resolve) => server.listen(socket, resolve));
  const before = process.env["DOCKER_HOST"];
  process.env["DOCKER_HOST"] = `unix://${socket}`;
  later(() => {
    if (before === undefined) delete process.env["DOCKER_HOST"];
    else process.env["DOCKER_HOST"] = before;
    server.close();
  });
  return removed;
}

const home = (root: string) => ({ own: true, root, stack: "x" });

describe("containers whose checkout is gone", () => {
  it("are removed by a command of ours, with their network", async () => {
    const removed = await engineWith({ one: "/gone/it's ada's", two: "/gone/it's ada's" });
    const told = await madeElsewhere(home(temporary()), "docker");
    expect(told?.advice[0]).toBe(
      "If that folder no longer exists on any machine: STACK=x ./vigil down --orphans",
    );
    expect(await removeOrphans("x")).toEqual(["one", "two"]);
    expect(removed.sort()).toEqual(["/containers/one", "/containers/two", "/networks/net"]);
  });

  it("are all that goes: neither another checkout's, nor what nobody knows the checkout of", async () => {
    const there = temporary();
    const removed = await engineWith({ gone: "/gone", there, unknown: undefined });
    expect(await removeOrphans("x")).toEqual(["gone"]);
    expect(removed).toEqual(["/containers/gone"]);
  });

  it("are not those of a checkout that is there, which its own command removes", async () => {
    const there = temporary();
    await engineWith({ there });
    const told = await madeElsewhere(home(temporary()), "docker");
    expect(told?.advice[0]).toBe(`To remove it there: cd '${there}' && STACK=x make down`);
  });
});
