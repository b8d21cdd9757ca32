import { credentials, status, type ServiceError } from "@grpc/grpc-js";
import { ResourceProviderClient } from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import errors from "@pulumi/pulumi/proto/status_pb.js";
import plugin from "@pulumi/pulumi/proto/plugin_pb.js";
import messages from "@pulumi/pulumi/proto/provider_pb.js";
import empty from "google-protobuf/google/protobuf/empty_pb.js";
import struct from "google-protobuf/google/protobuf/struct_pb.js";
import type { Difference } from "../../provider/difference.ts";
import { createProvider, type Provider } from "../../provider/dispatch.ts";
import { NotReadyError, VigilError } from "../../provider/errors.ts";
import { serve } from "../../provider/server.ts";
import { awake } from "../../provider/types.ts";

const urn = "urn:pulumi:dev::vigil::vigil:index:Login::login";
const cause = new VigilError("web did not become ready", "it answered 503", "Fix it.");
let difference: Difference = { changes: {} };
const provider: Provider = {
  ...createProvider("1.2.3"),
  diff: () => Promise.resolve(difference),
  update: () => Promise.reject(new NotReadyError(cause, "web", { running: false })),
  delete: () => Promise.reject(cause),
};

const said: string[] = [];
let server: Awaited<ReturnType<typeof serve>>;
let client: ResourceProviderClient;

beforeAll(async () => {
  server = await serve(provider, { caller: () => process.pid, warn: (text) => said.push(text) });
  client = new ResourceProviderClient(`127.0.0.1:${server.port}`, credentials.createInsecure());
});

afterAll(() => {
  client.close();
  server.stop();
});

const structOf = (value: Record<string, struct.JavaScriptValue>): struct.Struct =>
  struct.Struct.fromJavaScript(value);

type Done<Response> = (error: ServiceError | null, response: Response) => void;

/** One call as the engine makes it. */
function ask<Response>(call: (done: Done<Response>) => unknown): Promise<Response> {
  return new Promise((resolve, reject) => {
    call((error, response) => {
      if (error === null) resolve(response);
      else reject(error);
    });
  });
}

const failureOf = (work: Promise<unknown>): Promise<ServiceError> =>
  work.then(
    () => {
      throw new Error("it should have failed");
    },
    (error: unknown) => error as ServiceError,
  );

async function differenceAsSent(given: Difference): Promise<messages.DiffResponse.AsObject> {
  difference = given;
  const request = new messages.DiffRequest().setUrn(urn);
  return (await ask<messages.DiffResponse>((done) => client.diff(request, done))).toObject();
}

test("a resource is checked, made and read back over the wire", async () => {
  const info = await ask<plugin.PluginInfo>((done) =>
    client.getPluginInfo(new empty.Empty(), done),
  );
  expect(info.getVersion()).toBe("1.2.3");
  const configured = await ask<messages.ConfigureResponse>((done) =>
    client.configure(new messages.ConfigureRequest(), done),
  );
  expect(configured.getAcceptsecrets()).toBe(true);

  const wrong = new messages.CheckRequest().setUrn(urn).setNews(structOf({ username: "a b" }));
  const checked = await ask<messages.CheckResponse>((done) => client.check(wrong, done));
  expect(checked.getFailuresList().map((one) => one.getReason())).toEqual([
    expect.stringContaining("username: it must not be empty"),
  ]);

  const inputs = structOf({ username: "vigil" });
  const wanted = new messages.CreateRequest().setUrn(urn).setProperties(inputs);
  const made = await ask<messages.CreateResponse>((done) => client.create(wanted, done));
  expect(made.getId()).toBe("vigil");
  const state = made.getProperties();
  expect(state?.toJavaScript()).toHaveProperty("passwordHash");
  const known = new messages.ReadRequest().setId("vigil").setUrn(urn);
  known.setProperties(state).setInputs(inputs);
  const found = await ask<messages.ReadResponse>((done) => client.read(known, done));
  expect(found.getProperties()?.toJavaScript()).toEqual(state?.toJavaScript());
  expect(found.getInputs()?.toJavaScript()).toEqual({ username: "vigil" });
});

test("a difference goes to the engine part by part", async () => {
  const { UPDATE, ADD, DELETE } = messages.PropertyDiff.Kind;
  const sent = await differenceAsSent({
    changes: { 'files["a.yml"]': "update", "args[2]": "add", "env.HUE": "delete" },
    replaces: ["name"],
  });
  expect(sent).toMatchObject({
    changes: messages.DiffResponse.DiffChanges.DIFF_SOME,
    hasdetaileddiff: true,
    replacesList: [],
    deletebeforereplace: false,
    detaileddiffMap: [
      ["args[2]", { kind: ADD, inputdiff: false }],
      ["env.HUE", { kind: DELETE, inputdiff: false }],
      ['files["a.yml"]', { kind: UPDATE, inputdiff: false }],
    ],
  });
});

test("what replaces a resource says so", async () => {
  const { UPDATE, UPDATE_REPLACE } = messages.PropertyDiff.Kind;
  const sent = await differenceAsSent({
    changes: { name: "update", "args[0]": "update" },
    replaces: ["name", "home"],
    deleteBeforeReplace: true,
  });
  expect(sent).toMatchObject({
    replacesList: ["name"],
    deletebeforereplace: true,
    detaileddiffMap: [
      ["args[0]", { kind: UPDATE, inputdiff: false }],
      ["name", { kind: UPDATE_REPLACE, inputdiff: false }],
    ],
  });
});

test("no difference is said in detail too, or the engine would compare on its own", async () => {
  expect(await differenceAsSent({ changes: {} })).toMatchObject({
    changes: messages.DiffResponse.DiffChanges.DIFF_NONE,
    hasdetaileddiff: true,
    detaileddiffMap: [],
  });
});

test("what failed is told in its own words, and what exists all the same is kept", async () => {
  const refused = await failureOf(
    ask((done) => client.delete(new messages.DeleteRequest().setUrn(urn), done)),
  );
  expect(refused).toMatchObject({ code: status.UNKNOWN, details: cause.message });
  const partly = await failureOf(
    ask((done) => client.update(new messages.UpdateRequest().setUrn(urn), done)),
  );
  expect(partly.details).toBe(cause.message);
  const [packed] = partly.metadata.get("grpc-status-details-bin");
  const whole = errors.Status.deserializeBinary(packed as Buffer);
  const kept = messages.ErrorResourceInitFailed.deserializeBinary(
    whole.getDetailsList()[0]?.getValue_asU8() as Uint8Array,
  );
  expect(kept.getId()).toBe("web");
  expect(kept.getReasonsList()).toEqual([cause.message]);
  expect(kept.getProperties()?.toJavaScript()).toEqual({ running: false });
});

test("what it does not offer is answered so, not with silence", async () => {
  await ask((done) => client.cancel(new empty.Empty(), done));
  await ask((done) => client.attach(new plugin.PluginAttach(), done));
  const schema = await ask<messages.GetSchemaResponse>((done) =>
    client.getSchema(new messages.GetSchemaRequest(), done),
  );
  expect(schema.getSchema()).toBe("{}");
  const refused = await failureOf(ask((done) => client.call(new messages.CallRequest(), done)));
  expect(refused.code).toBe(status.UNIMPLEMENTED);
});

test("it is woken by the one function that it has", async () => {
  const request = new messages.InvokeRequest().setTok(awake);
  const answer = await ask<messages.InvokeResponse>((done) => client.invoke(request, done));
  expect(answer.getReturn()?.toJavaScript()).toEqual({});
  const other = new messages.InvokeRequest().setTok("vigil:index:asleep");
  const refused = await failureOf(ask((done) => client.invoke(other, done)));
  expect(refused.details).toContain("The provider has no function vigil:index:asleep");
});
