/** What suites of services take of the program: they know nothing else of it. */
export { freePort } from "../../lib/free-port.ts";
export { run } from "../../lib/process.ts";
