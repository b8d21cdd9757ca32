import { homedir, userInfo } from "node:os";
import { join } from "node:path";

/** The system's word on where this account is at home; containers may not know it at all. */
function accountHome(env: NodeJS.ProcessEnv): string {
  try {
    return userInfo().homedir;
  } catch {
    return env["HOME"] ?? homedir();
  }
}

/**
 * Folder where the engine keeps plugins and who is logged in. As the engine does, and a `pulumi` by hand, it goes
 * by the account and not by `HOME`, which `sudo` leaves as it was.
 */
export const pulumiHome = (env: NodeJS.ProcessEnv): string =>
  env["PULUMI_HOME"] || join(accountHome(env), ".pulumi");
