import { readFile } from "node:fs/promises";
import { createServer } from "node:https";
import { json } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import type { TlsFiles } from "../../answers.ts";
import type { Session } from "../../session.ts";

/** A webhook that allows at `/allow`, refuses at `/refuse` and takes long at `/slow`. */
export async function answerReviews(session: Session, files: TlsFiles): Promise<string> {
  const [cert, key] = await Promise.all([readFile(files.certificate), readFile(files.key)]);
  const server = createServer({ cert, key }, (question, answer) => {
    void (async () => {
      const { request } = (await json(question)) as { request: { uid: string } };
      const allowed = question.url?.startsWith("/refuse") !== true;
      if (question.url?.startsWith("/slow") === true) await sleep(5000, undefined, { ref: false });
      const response = { uid: request.uid, allowed, status: { code: allowed ? 200 : 403 } };
      const review = { apiVersion: "admission.k8s.io/v1", kind: "AdmissionReview", response };
      answer.setHeader("content-type", "application/json");
      answer.end(JSON.stringify(review));
    })().catch(() => answer.destroy());
  });
  const port = await session.port();
  await new Promise<void>((resolve) => {
    server.listen(port, "127.0.0.1", resolve);
  });
  session.later(() => {
    server.closeAllConnections();
    server.close();
  });
  return `https://127.0.0.1:${port}`;
}
