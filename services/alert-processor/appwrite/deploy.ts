/** `npm run deploy:appwrite` */
import { dirname } from "node:path";
import { main } from "./deployment.ts";

const folder = dirname(import.meta.dirname);
process.exitCode = await main(process.argv.slice(2), process.env, folder, console.log);
