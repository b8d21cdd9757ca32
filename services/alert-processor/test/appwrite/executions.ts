import type { FunctionContext } from "../../appwrite/context.ts";
import { peopleToken, token } from "./setup.ts";

/** What Appwrite and the deployment tell a function, as far as it must be told. */
export const environment = {
  APPWRITE_FUNCTION_API_ENDPOINT: "http://127.0.0.1:9/v1",
  APPWRITE_FUNCTION_PROJECT_ID: "monitoring",
  VIGIL_TOKENS: token,
  VIGIL_PEOPLE_TOKENS: peopleToken,
  VIGIL_KEEP_DAYS: "1",
};

/** An execution, whose log goes to `logged`. */
export function contextOf(
  logged: string[],
  path: string,
  body: unknown,
  headers: Record<string, string>,
): FunctionContext {
  const note = (...messages: unknown[]): void => {
    logged.push(messages.map(String).join(" "));
  };
  return {
    req: { method: "POST", path, headers, bodyText: JSON.stringify(body) },
    res: { json: (json, statusCode = 200, of = {}) => ({ body: json, statusCode, headers: of }) },
    log: note,
    error: note,
  };
}

/** The execution of each minute. */
export const scheduled = (logged: string[]): FunctionContext =>
  contextOf(logged, "/", "", { "x-appwrite-trigger": "schedule" });
