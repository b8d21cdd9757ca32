import { readFileSync } from "node:fs";
import { userInfo } from "node:os";

/** Programs that an account has in place of a shell when nobody is to log in with it. */
const noShell = /\/(?:nologin|false|sync|shutdown|halt)$/;

/** The accounts of people and of root; those below belong to the system's own programs. */
const firstPerson = 1000;
const nobody = 65_534;

/**
 * Other users of this machine who can log in, by name. From a shell they reach the ports that the engine
 * opens on loopback while it runs.
 *
 * @param passwd - Text of /etc/passwd; accounts that are kept elsewhere, such as in LDAP, are not seen.
 */
export function usersWithShell(passwd: string, ownUid: number): string[] {
  return passwd
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"))
    .flatMap((line) => {
      const [name = "", , uidText = "", , , , shell = ""] = line.split(":");
      const uid = Number(uidText);
      const person = uid >= firstPerson && uid < nobody;
      // Root reads every file anyway. An empty field means /bin/sh.
      return person && uid !== ownUid && !noShell.test(shell) ? [name] : [];
    })
    .sort();
}

/** The same for this machine; empty where its list cannot be read. */
export function otherUsers(): string[] {
  try {
    return usersWithShell(readFileSync("/etc/passwd", "utf8"), userInfo().uid);
  } catch {
    return [];
  }
}
