import { once } from "node:events";
import { connect as connectTcp, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { connect as connectTls } from "node:tls";
import { startPlace } from "./harness.ts";

/** What a peer has said when the processor is to end, and says no more of. */
const said: Readonly<Record<string, (port: number) => Promise<Socket>>> = {
  "nothing, not even a handshake": async (port) => {
    const socket = connectTcp(port, "127.0.0.1");
    await once(socket, "connect");
    return socket;
  },
  "no request yet": async (port) => {
    const socket = connectTls({ port, host: "127.0.0.1", rejectUnauthorized: false });
    await once(socket, "secureConnect");
    return socket;
  },
  "half a request": async (port) => {
    const socket = connectTls({ port, host: "127.0.0.1", rejectUnauthorized: false });
    await once(socket, "secureConnect");
    socket.write("POST /v1/alerts HTTP/1.1\r\nhost: here\r\ncontent-length: 100\r\n\r\n{");
    return socket;
  },
};

test.each(Object.entries(said))(
  "a peer that has said %s does not keep it from ending",
  async (_, say) => {
    const place = await startPlace();
    const socket = await say(Number(new URL(place.url).port));
    socket.on("error", () => undefined);
    // It must have been seen there, or it would be refused instead of waited for.
    await sleep(200);
    const waiting = new AbortController();
    const patience = sleep(60_000, "still runs", { signal: waiting.signal }).catch(() => "");
    try {
      expect(await Promise.race([place.stop().then(() => "ended"), patience])).toBe("ended");
    } finally {
      waiting.abort();
      socket.destroy();
    }
  },
);
