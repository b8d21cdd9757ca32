import type { ServerResponse } from "node:http";

/** Tells open pages that something changed, a few times a second at most. */
export interface Changes {
  /** Something changed. */
  note(): void;
  /** Keeps a connection and writes to it from now on. @returns False where there are too many. */
  follow(response: ServerResponse): boolean;
  close(): void;
}

const most = 200;
const gap = 250;
const beat = 15_000;

export function changesHub(): Changes {
  const open = new Set<ServerResponse>();
  let closed = false;
  let planned: NodeJS.Timeout | undefined;
  const write = (text: string): void => {
    for (const one of open) one.write(text);
  };
  // Says that the connection stands, to proxies as well.
  const beats = setInterval(write, beat, ": still here\n\n");
  beats.unref();
  return {
    note: () => {
      planned ??= setTimeout(() => {
        planned = undefined;
        write("event: change\ndata: {}\n\n");
      }, gap).unref();
    },
    follow: (response) => {
      if (closed || open.size >= most) return false;
      response.writeHead(200, {
        "cache-control": "no-store",
        "content-type": "text/event-stream",
        "x-accel-buffering": "no",
      });
      response.write("retry: 2000\n\n");
      open.add(response);
      response.on("close", () => open.delete(response));
      return true;
    },
    close: () => {
      closed = true;
      clearInterval(beats);
      clearTimeout(planned);
      for (const one of open) one.end();
    },
  };
}
