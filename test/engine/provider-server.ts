import { type handleUnaryCall, Server, ServerCredentials, status } from "@grpc/grpc-js";
import type * as Messages from "@pulumi/pulumi/proto/provider_pb.js";
import plugin from "@pulumi/pulumi/proto/plugin_pb.js";
import provider from "@pulumi/pulumi/proto/provider_pb.js";
import providerGrpc from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import empty from "google-protobuf/google/protobuf/empty_pb.js";
import struct from "google-protobuf/google/protobuf/struct_pb.js";
import { promisify } from "node:util";
import type { Properties, StandInAws } from "./aws.ts";
import { construct } from "./components.ts";

/** A provider that the engine can attach to, as `<package>:<port>` in PULUMI_DEBUG_PROVIDERS. */
export interface ProviderServer {
  readonly port: number;
  stop(): void;
}

/** The engine asks for the version that the program was written against, or a newer one. */
const NEWER_THAN_ANY = "9999.0.0";

/** Serves the stand-in as the providers aws and awsx, which both speak this protocol, on a free port of 127.0.0.1. */
export async function serveProvider(aws: StandInAws): Promise<ProviderServer> {
  const server = new Server();
  server.addService(providerGrpc.ResourceProviderService, {
    ...life(aws),
    attach: answer(() => new empty.Empty()),
    cancel: answer(() => new empty.Empty()),
    getPluginInfo: answer(() => new plugin.PluginInfo().setVersion(NEWER_THAN_ANY)),
    checkConfig: answer((request: Messages.CheckRequest) => new provider.CheckResponse().setInputs(request.getNews())),
    diffConfig: answer(() => new provider.DiffResponse().setChanges(provider.DiffResponse.DiffChanges.DIFF_NONE)),
    configure: answer(() => new provider.ConfigureResponse().setSupportspreview(true).setAcceptsecrets(true).setAcceptresources(true)),
    invoke: answer((request: Messages.InvokeRequest) => new provider.InvokeResponse().setReturn(toStruct(aws.lookUp(request.getTok(), toObject(request.getArgs()))))),
    construct: answer(async (request: Messages.ConstructRequest) => {
      const { urn, state } = await construct(request);
      return new provider.ConstructResponse().setUrn(urn).setState(toStruct(state));
    }),
  });
  const port = await promisify(server.bindAsync.bind(server))("127.0.0.1:0", ServerCredentials.createInsecure());
  return { port, stop: () => server.forceShutdown() };
}

/** The life of a resource, from the check of its inputs to its end. */
function life(aws: StandInAws) {
  return {
    check: answer((request: Messages.CheckRequest) => {
      const inputs = aws.check(resourceOf(request), toObject(request.getOlds()), toObject(request.getNews()), Buffer.from(request.getRandomseed_asU8()).toString("hex"));
      return new provider.CheckResponse().setInputs(toStruct(inputs));
    }),
    diff: answer((request: Messages.DiffRequest) => {
      const { changed, replacing } = aws.diff(resourceOf(request), toObject(request.getOldInputs()), toObject(request.getNews()));
      const { DIFF_NONE, DIFF_SOME } = provider.DiffResponse.DiffChanges;
      return new provider.DiffResponse().setChanges(changed.length === 0 ? DIFF_NONE : DIFF_SOME).setDiffsList(changed).setReplacesList(replacing);
    }),
    create: answer((request: Messages.CreateRequest) => {
      const { id, state } = aws.create(resourceOf(request), toObject(request.getProperties()), request.getPreview());
      return new provider.CreateResponse().setId(id).setProperties(toStruct(state));
    }),
    read: answer((request: Messages.ReadRequest) => {
      const { inputs, state } = aws.read(resourceOf(request), request.getId(), { inputs: toObject(request.getInputs()), state: toObject(request.getProperties()) });
      return new provider.ReadResponse().setId(request.getId()).setProperties(toStruct(state)).setInputs(toStruct(inputs));
    }),
    update: answer((request: Messages.UpdateRequest) => {
      const state = aws.update(resourceOf(request), toObject(request.getOlds()), toObject(request.getNews()), request.getPreview());
      return new provider.UpdateResponse().setProperties(toStruct(state));
    }),
    delete: answer((request: Messages.DeleteRequest) => {
      aws.delete(resourceOf(request), toObject(request.getProperties()));
      return new empty.Empty();
    }),
  };
}

function answer<Request, Response>(respond: (request: Request) => Response | Promise<Response>): handleUnaryCall<Request, Response> {
  return ({ request }, callback) => {
    void (async () => respond(request))().then(
      (response) => callback(null, response),
      (error: unknown) => callback({ code: status.UNKNOWN, details: error instanceof Error ? error.message : String(error) }),
    );
  };
}

/** The end of `urn:pulumi:<stack>::<project>::<parents' types and type, with $ between>::<name>`. */
function resourceOf(request: { getUrn(): string }): { type: string; name: string } {
  const [, , types = "", ...name] = request.getUrn().split("::");
  return { type: types.split("$").at(-1) ?? "", name: name.join("::") };
}

function toObject(properties: struct.Struct | undefined): Properties {
  return properties?.toJavaScript() ?? {};
}

function toStruct(properties: Properties): struct.Struct {
  return struct.Struct.fromJavaScript(properties as Record<string, struct.JavaScriptValue>);
}
