import { usersWithShell } from "../../cli/neighbours.ts";

const passwd = `# a comment, as macOS has them
root:x:0:0:root:/root:/bin/bash
daemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin
postgres:x:105:112::/var/lib/postgresql:/bin/bash
nobody:x:65534:65534:nobody:/nonexistent:/bin/sh
ada:x:1000:1000:Ada,,,:/home/ada:/bin/bash
grace:x:1001:1001::/home/grace:/usr/bin/zsh
backup:x:1002:1002::/home/backup:/usr/sbin/nologin
sftp:x:1003:1003::/home/sftp:/bin/false
plain:x:1004:1004::/home/plain:
`;

describe("other users of the machine", () => {
  it("are people who can log in, but for oneself", () => {
    expect(usersWithShell(passwd, 1000)).toEqual(["grace", "plain"]);
    expect(usersWithShell(passwd, 0)).toEqual(["ada", "grace", "plain"]);
  });

  it("are nobody where there is no list", () => {
    expect(usersWithShell("", 0)).toEqual([]);
  });
});
