import { pino, type Logger } from "pino";

/** Writes to the output; where that is a file on a full disk the line is lost, and nothing else. */
export function createLogger(): Logger {
  const output = pino.destination({ fd: 1, sync: true });
  output.on("error", () => undefined);
  const level = process.env["LOG_LEVEL"] ?? "info";
  return pino({ level, redact: ["*.authorization", "*.cookie"] }, output);
}
