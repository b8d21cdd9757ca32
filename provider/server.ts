import { createServer, type AddressInfo } from "node:net";
import {
  Metadata,
  Server,
  ServerCredentials,
  status,
  type handleUnaryCall,
  type ServiceError,
  type UntypedServiceImplementation,
} from "@grpc/grpc-js";
import { ResourceProviderService } from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import errors from "@pulumi/pulumi/proto/status_pb.js";
import plugin from "@pulumi/pulumi/proto/plugin_pb.js";
import messages from "@pulumi/pulumi/proto/provider_pb.js";
import any from "google-protobuf/google/protobuf/any_pb.js";
import empty from "google-protobuf/google/protobuf/empty_pb.js";
import struct from "google-protobuf/google/protobuf/struct_pb.js";
import type { Change, Difference } from "./difference.ts";
import type { Provider } from "./dispatch.ts";
import { doorkeeper, type Audience } from "./door.ts";
import { messageOf, NotReadyError, VigilError } from "./errors.ts";
import { awake } from "./types.ts";
import type { Raw } from "./values.ts";

/**
 * Serves `provider` to the engine, until the process ends. A port of loopback is open to every user
 * of the machine, and what the provider is asked for it does with the rights of whoever runs `up`: a
 * connection of any process but the caller's is closed before a byte of it is read.
 *
 * Not by the SDK's own server: that one cannot say which parts of a property differ, so the engine
 * shows all the others as well, and it keeps from `read` what the inputs were.
 *
 * @returns the port to be printed for the engine, on loopback.
 */
export async function serve(
  provider: Provider,
  audience: Audience,
): Promise<{ readonly port: number; stop(): void }> {
  const server = new Server({
    // The engine's own limit: whole estates pass through.
    "grpc.max_receive_message_length": 400 * 1024 * 1024,
  });
  server.addService(ResourceProviderService, handlersOf(provider));
  const admitted = server.createConnectionInjector(ServerCredentials.createInsecure());
  const admit = doorkeeper(audience, (socket) => {
    admitted.injectConnection(socket);
  });
  const listener = createServer({ pauseOnConnect: true }, admit);
  await new Promise<void>((resolve, reject) => {
    listener.once("error", reject).listen(0, "127.0.0.1", resolve);
  });
  const stop = (): void => {
    listener.close();
    server.forceShutdown();
  };
  return { port: (listener.address() as AddressInfo).port, stop };
}

/** Methods that are missing here answer "not implemented", which the engine handles. */
function handlersOf(provider: Provider): UntypedServiceImplementation {
  return {
    attach: answer(() => new empty.Empty()),
    cancel: answer(() => new empty.Empty()),
    getPluginInfo: answer(() => new plugin.PluginInfo().setVersion(provider.version)),
    getSchema: answer(() => new messages.GetSchemaResponse().setSchema("{}")),
    // The engine asks only so that it starts the provider: see wake.ts.
    invoke: answer((request: messages.InvokeRequest) => {
      const name = request.getTok();
      if (name === awake) return new messages.InvokeResponse().setReturn(structOf({}));
      const known = `the only one is ${awake}`;
      throw new VigilError(`The provider has no function ${name}`, known, "See provider/types.ts.");
    }),
    configure: answer(() =>
      new messages.ConfigureResponse()
        .setAcceptsecrets(true)
        .setAcceptresources(true)
        .setAcceptoutputs(true),
    ),
    check: answer(async (request: messages.CheckRequest) => {
      const olds = rawOf(request.getOlds());
      const { inputs, failures } = await provider.check(
        request.getUrn(),
        olds,
        rawOf(request.getNews()),
      );
      return new messages.CheckResponse()
        .setInputs(structOf(inputs))
        .setFailuresList(
          failures.map(({ property, reason }) =>
            new messages.CheckFailure().setProperty(property).setReason(reason),
          ),
        );
    }),
    diff: answer(async (request: messages.DiffRequest) => {
      const [olds, news] = [rawOf(request.getOlds()), rawOf(request.getNews())];
      return diffResponse(await provider.diff(request.getUrn(), olds, news));
    }),
    create: answer(async (request: messages.CreateRequest) => {
      const { id, outs } = await provider.create(request.getUrn(), rawOf(request.getProperties()));
      return new messages.CreateResponse().setId(id).setProperties(structOf(outs));
    }),
    update: answer(async (request: messages.UpdateRequest) => {
      const [olds, news] = [rawOf(request.getOlds()), rawOf(request.getNews())];
      const outs = await provider.update(request.getId(), request.getUrn(), olds, news);
      return new messages.UpdateResponse().setProperties(structOf(outs));
    }),
    read: answer(async (request: messages.ReadRequest) => {
      const [state, inputs] = [rawOf(request.getProperties()), rawOf(request.getInputs())];
      const found = await provider.read(request.getId(), request.getUrn(), state, inputs);
      return new messages.ReadResponse()
        .setId(found.id)
        .setProperties(structOf(found.props))
        .setInputs(structOf(found.inputs));
    }),
    delete: answer(async (request: messages.DeleteRequest) => {
      await provider.delete(request.getUrn(), rawOf(request.getProperties()));
      return new empty.Empty();
    }),
  };
}

/** The detailed form even of no change: without it the engine compares on its own. */
function diffResponse({ changes, replaces = [], deleteBeforeReplace }: Difference) {
  const paths = Object.entries(changes);
  const roots = new Set(paths.map(([path]) => rootOf(path)));
  const response = new messages.DiffResponse()
    .setChanges(messages.DiffResponse.DiffChanges[paths.length > 0 ? "DIFF_SOME" : "DIFF_NONE"])
    .setHasdetaileddiff(true)
    .setReplacesList(replaces.filter((name) => roots.has(name)))
    .setDeletebeforereplace(deleteBeforeReplace ?? false);
  for (const [path, change] of paths) {
    const kind = kinds[change][replaces.includes(rootOf(path)) ? 1 : 0];
    // No input differences: the old side is the state, which `diff` compared.
    response.getDetaileddiffMap().set(path, new messages.PropertyDiff().setKind(kind));
  }
  return response;
}

const { Kind } = messages.PropertyDiff;

/** In place, and as the reason of a replacement. */
const kinds = {
  add: [Kind.ADD, Kind.ADD_REPLACE],
  delete: [Kind.DELETE, Kind.DELETE_REPLACE],
  update: [Kind.UPDATE, Kind.UPDATE_REPLACE],
} as const satisfies Record<Change, unknown>;

function rootOf(path: string): string {
  return /^[^.[]+/u.exec(path)?.[0] ?? path;
}

function rawOf(properties: struct.Struct | undefined): Raw {
  return properties?.toJavaScript() ?? {};
}

function structOf(properties: Raw): struct.Struct {
  return struct.Struct.fromJavaScript(
    properties as Parameters<typeof struct.Struct.fromJavaScript>[0],
  );
}

/** A handler from a function that answers, or fails in words of its own. */
function answer<Request, Response>(
  work: (request: Request) => Response | Promise<Response>,
): handleUnaryCall<Request, Response> {
  return (call, callback) => {
    Promise.resolve(call.request)
      .then(work)
      .then(
        (response) => {
          callback(null, response);
        },
        (error: unknown) => {
          callback(failure(error));
        },
      );
  };
}

/** Where something was made that does not work yet, what the engine is to keep goes along. */
function failure(error: unknown): Partial<ServiceError> {
  const message = messageOf(error);
  const metadata = new Metadata();
  if (error instanceof NotReadyError) {
    const kept = new messages.ErrorResourceInitFailed()
      .setId(error.id)
      .setProperties(structOf(error.properties))
      .setReasonsList([...error.reasons]);
    const details = new any.Any();
    details.pack(kept.serializeBinary(), "pulumirpc.ErrorResourceInitFailed");
    const whole = new errors.Status().setCode(status.UNKNOWN).setMessage(message);
    whole.addDetails(details);
    metadata.add("grpc-status-details-bin", Buffer.from(whole.serializeBinary()));
  }
  return { code: status.UNKNOWN, details: message, metadata };
}
