import { filledIn, unfilled } from "../../../cli/estate/silences.ts";

const pasted = [
  "silence",
  "add",
  "alertname=HostDown",
  "host=<host>",
  "--duration=2h",
  "--comment=<why>",
];

it("knows what is still to be filled in", () => {
  expect(unfilled(pasted)).toEqual(["host"]);
  expect(unfilled(["silence", "add", "host=web-1", "--comment=new <disk>"])).toEqual([]);
});

it("offers a command for each alert of that name that fires, once", () => {
  const firing = [
    { alertname: "HostDown", host: "web 2", job: "node" },
    { alertname: "HostDown", host: "db-1", job: "node" },
    { alertname: "HostDown", host: "db-1", job: "other" },
    { alertname: "HostCpuHigh", host: "db-9" },
  ];
  const rest = "--duration=2h --comment='being worked on'";
  expect(filledIn(pasted, firing)).toEqual([
    `./vigil amtool silence add alertname=HostDown host='web 2' ${rest}`,
    `./vigil amtool silence add alertname=HostDown host=db-1 ${rest}`,
  ]);
  expect(filledIn(pasted, [])).toEqual([]);
});
