/** @jest-environment ./services/alert-processor/test/web/environment.mjs */
import type { Visitor } from "./browser.ts";
import { setting } from "./setting.ts";

const current = setting();

const hostile = `\u202e</script><img src=x onerror="document.title='hit'"> "'&<!--`;

/** Alerts of every kind, some with texts that would end an element or an attribute. */
async function all(): Promise<void> {
  const { act, fire } = current();
  await fire({ severity: "emergency", instance: "" });
  await act(await fire({ severity: "critical" }), { kind: "acknowledge" });
  await act(await fire({ severity: "warning" }), { kind: "snooze", until: Date.now() + 3_600_000 });
  await fire({ severity: "odd" });
  await fire({ severity: "" });
  await fire({
    name: hostile,
    severity: hostile,
    team: hostile,
    instance: hostile,
    annotations: { summary: hostile },
  });
}

/** Rows as plain data; what waits for the reader's clock, zone and script is left out. */
const rowsIn = `(root) => [...root.querySelectorAll("#groups .row")].map((row) => {
  const look = (node) => {
    if (node.nodeType === 3) return node.data;
    const skipped = ["aria-posinset", "aria-setsize", "disabled", "datetime", "title"];
    const attributes = [...node.attributes].filter(({ name }) => !skipped.includes(name))
      .map(({ name, value }) => name + "=" + value).sort();
    const inner = node.matches("time, [data-status=snoozed] .who") ? [] : [...node.childNodes].map(look);
    return [node.localName, attributes, inner.filter((one) => one !== "")];
  };
  return look(row);
})`;

const sent = "fetch('./').then((answer) => answer.text())";

const rowsSent = (one: Visitor): Promise<unknown[]> =>
  one.value(
    `${sent}.then((text) => (${rowsIn})(new DOMParser().parseFromString(text, "text/html")))`,
  );

async function withoutScript({ page }: Visitor): Promise<void> {
  await page.setCacheEnabled(false);
  await page.setRequestInterception(true);
  page.on("request", (request) => {
    void (request.url().endsWith(".js") ? request.abort() : request.continue());
  });
}

describe("what comes with the page", () => {
  it("has the rows that its script draws", async () => {
    const { person } = current();
    await all();
    const one = await person();
    await one.sees("#groups", hostile.slice(1));
    const drawn = await one.value<unknown[]>(`(${rowsIn})(document)`);
    expect(drawn).toHaveLength(6);
    expect(await rowsSent(one)).toEqual(drawn);
    await one.page.reload();
    await one.sees("#freshness", "Live");
    expect(await one.value("document.title")).toContain("(6)");
    expect(await one.value(`(${rowsIn})(document)`)).toEqual(drawn);
    expect(one.problems).toEqual([]);
  });

  it("is seen without any script, for whoever is signed in and nobody else", async () => {
    const { fire, person, place } = current();
    await fire();
    const one = await person();
    await withoutScript(one);
    await one.page.reload();
    await one.sees("#groups .row", "DiskFull");
    // It would do nothing yet.
    expect(await one.value("document.querySelector('.take').disabled")).toBe(true);
    const { headers, text } = await place.ask("/");
    expect(text).not.toContain("DiskFull");
    expect(headers["cache-control"]).toBe("no-cache");
    expect(await one.value("fetch('./').then(({ headers }) => headers.get('cache-control'))")).toBe(
      "no-store",
    );
  });

  it("is not shown to whoever comes for another page", async () => {
    const { fire, person, place } = current();
    const fingerprint = await fire();
    const one = await person();
    await withoutScript(one);
    await one.page.goto("about:blank");
    await one.page.goto(`${place.url}/#/alerts/${fingerprint}`);
    await one.sees(".brand", "Vigil");
    await one.misses("#view-open");
    one.page.removeAllListeners("request");
    await one.page.setRequestInterception(false);
    await one.page.reload();
    await one.sees("#view-alert h1", "DiskFull");
    await one.go("#/");
    await one.sees("#groups .row", "DiskFull");
    expect(await one.texts("#view-open h1")).toEqual(["1 open alert"]);
  });
});
