import { eventually } from "../../../../test/kit/eventually.ts";
import { openPatiently, type PatientOptions, StoreDownError } from "../../store/patient.ts";
import type { DeskStore } from "../../store/desk.ts";
import { ConflictError, type Store, UnknownAlertError } from "../../store/store.ts";
import { message, plan, receiptOf, start } from "../examples.ts";
import { freshMemory, removeMemories } from "../service/memory.ts";

afterAll(removeMemories);

const states: string[] = [];
let errors = 0;
const opening = (open: () => Promise<DeskStore>, fields: Partial<PatientOptions> = {}) =>
  openPatiently({
    open,
    isHopeless: () => false,
    onError: () => (errors += 1),
    onState: ({ up, why }) => states.push(`${up ? "up" : "down"} ${why}`.trim()),
    pause: 5,
    ...fields,
  });

beforeEach(() => {
  states.length = 0;
  errors = 0;
});

const tell = (store: Store) => store.ingest([receiptOf(message())], plan, start);

test("what cannot be opened is tried until it can", async () => {
  let attempts = 0;
  const store = await opening(async () => {
    if ((attempts += 1) < 4) throw new Error("no room");
    return freshMemory();
  });
  expect(store.state()).toEqual({ up: false, why: "no room" });
  await expect(tell(store)).rejects.toThrow(StoreDownError);
  await eventually(() => Promise.resolve(store.state().up));
  expect(await tell(store)).toMatchObject({ changed: 1 });
  expect(states).toEqual(["down no room", "up"]);
  expect(errors).toBe(3);
  await store.close();
});

test("an error that no waiting fixes is thrown", async () => {
  const open = () => Promise.reject(new Error("wrong"));
  await expect(opening(open, { isHopeless: () => true })).rejects.toThrow("wrong");
});

test("a failure to write is over when something was written, not when something was read", async () => {
  const real = await freshMemory();
  let full = false;
  const failing = <T>(work: () => Promise<T>): Promise<T> =>
    full ? Promise.reject(new Error("disk is full")) : work();
  const store = await opening(() =>
    Promise.resolve({
      ...real,
      ingest: (...all) => failing(() => real.ingest(...all)),
      useOnce: (...all) => failing(() => real.useOnce(...all)),
    }),
  );
  await tell(store);
  full = true;
  await expect(tell(store)).rejects.toThrow("disk is full");
  expect(await store.list({})).toHaveLength(1);
  await eventually(() => Promise.resolve(errors > 3));
  expect(store.state()).toEqual({ up: false, why: "disk is full" });
  full = false;
  await eventually(() => Promise.resolve(store.state().up));
  expect(states).toEqual(["down disk is full", "up"]);
  await store.close();
});

test("what somebody asked wrongly says nothing about the memory", async () => {
  const store = await opening(freshMemory);
  await tell(store);
  const acting = (fingerprint: string, version: number) =>
    store.act(fingerprint, { kind: "acknowledge" }, "ada", version, plan, start);
  await expect(acting("ffff", 1)).rejects.toThrow(UnknownAlertError);
  await expect(acting(message().fingerprint, 9)).rejects.toThrow(ConflictError);
  expect(store.state().up).toBe(true);
  await store.close();
});
