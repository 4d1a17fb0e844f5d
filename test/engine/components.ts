import { credentials } from "@grpc/grpc-js";
import struct from "google-protobuf/google/protobuf/struct_pb.js";
import type { ConstructRequest } from "@pulumi/pulumi/proto/provider_pb.js";
import type { RegisterResourceResponse } from "@pulumi/pulumi/proto/resource_pb.js";
import resource from "@pulumi/pulumi/proto/resource_pb.js";
import resourceGrpc from "@pulumi/pulumi/proto/resource_grpc_pb.js";
import { outputsOf } from "../infra/mocks.ts";
import { type Properties, UNKNOWN } from "./aws.ts";

/** The one child that tells for each component: where what the component was given ends up, so that the engine has something to create and to delete. */
const CHILDREN: Readonly<Record<string, { type: string; inputs: readonly string[] }>> = {
  "awsx:ec2:Vpc": { type: "aws:ec2/vpc:Vpc", inputs: ["cidrBlock", "enableDnsHostnames"] },
  "awsx:ecr:Repository": { type: "aws:ecr/repository:Repository", inputs: ["forceDelete", "imageScanningConfiguration"] },
};

/**
 * Stands in for awsx: registers a component with a child, as awsx does over the engine's own interface, and answers with
 * the component's outputs. What depends on the child is unknown as long as the child is.
 */
export async function construct(request: ConstructRequest): Promise<{ urn: string; state: Properties }> {
  const monitor = new resourceGrpc.ResourceMonitorClient(request.getMonitorendpoint(), credentials.createInsecure());
  try {
    const type = request.getType();
    const inputs = (request.getInputs()?.toJavaScript() ?? {}) as Properties;
    const component = await register(monitor, request, { type, name: request.getName(), parent: request.getParent(), custom: false, inputs: {} });
    const child = CHILDREN[type];
    const known = child === undefined || (await registerChild(monitor, request, component.getUrn(), child, inputs));
    const outputs = outputsOf(type, request.getName(), inputs, "");
    const isKnown = known && !JSON.stringify(inputs).includes(UNKNOWN);
    const state = isKnown ? outputs : Object.fromEntries(Object.keys(outputs).map((key) => [key, UNKNOWN]));
    await registerOutputs(monitor, component.getUrn(), state);
    return { urn: component.getUrn(), state };
  } finally {
    monitor.close();
  }
}

/** @returns whether the child exists */
async function registerChild(
  monitor: resourceGrpc.ResourceMonitorClient,
  request: ConstructRequest,
  parent: string,
  child: { type: string; inputs: readonly string[] },
  inputs: Properties,
): Promise<boolean> {
  const own = Object.fromEntries(child.inputs.flatMap((key) => (key in inputs ? [[key, inputs[key]]] : [])));
  const registered = await register(monitor, request, { type: child.type, name: request.getName(), parent, custom: true, inputs: own });
  return registered.getId() !== "" && registered.getId() !== UNKNOWN;
}

interface Registration {
  readonly type: string;
  readonly name: string;
  readonly parent: string;
  readonly custom: boolean;
  readonly inputs: Properties;
}

function register(monitor: resourceGrpc.ResourceMonitorClient, from: ConstructRequest, { type, name, parent, custom, inputs }: Registration): Promise<RegisterResourceResponse> {
  const request = new resource.RegisterResourceRequest();
  request.setType(type).setName(name).setParent(parent).setCustom(custom).setObject(struct.Struct.fromJavaScript(inputs as Record<string, struct.JavaScriptValue>));
  request.setSupportspartialvalues(true);
  if (from.hasProtect()) request.setProtect(from.getProtect() ?? false);
  from.getProvidersMap().forEach((provider, packageName) => {
    if (custom && type.startsWith(`${packageName}:`)) request.setProvider(provider);
    else if (!custom) request.getProvidersMap().set(packageName, provider);
  });
  return new Promise((resolve, reject) => {
    monitor.registerResource(request, (error, response) => (error === null ? resolve(response) : reject(error)));
  });
}

function registerOutputs(monitor: resourceGrpc.ResourceMonitorClient, urn: string, outputs: Properties): Promise<void> {
  const request = new resource.RegisterResourceOutputsRequest();
  request.setUrn(urn).setOutputs(struct.Struct.fromJavaScript(outputs as Record<string, struct.JavaScriptValue>));
  return new Promise((resolve, reject) => {
    monitor.registerResourceOutputs(request, (error) => (error === null ? resolve() : reject(error)));
  });
}
