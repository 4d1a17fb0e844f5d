import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import ts from "typescript";
import { containerProperties } from "../../../local/providers/properties/ecs.ts";
import { propertiesByType } from "../../../local/providers/properties/index.ts";
import { notSimulatedPaths, type Properties } from "../../../local/providers/properties/treatment.ts";
import { simulatedTypes } from "../../../local/providers/provide.ts";

const require = createRequire(import.meta.url);
const folderOf = (name: string) => dirname(require.resolve(`${name}/package.json`));

/** Interfaces of a declaration file by name, those of a namespace as `NAMESPACE.NAME`. */
function interfacesOf(file: string): Map<string, ts.InterfaceDeclaration> {
  const found = new Map<string, ts.InterfaceDeclaration>();
  const visit = (node: ts.Node, namespace: string): void => {
    if (ts.isInterfaceDeclaration(node)) found.set(namespace + node.name.text, node);
    else if (ts.isModuleDeclaration(node)) ts.forEachChild(node, (child) => visit(child, `${namespace}${node.name.text}.`));
    else ts.forEachChild(node, (child) => visit(child, namespace));
  };
  visit(ts.createSourceFile(file, readFileSync(file, "utf8"), ts.ScriptTarget.Latest, true), "");
  return found;
}

/** Types of an interface's members by name, as texts. */
function membersOf(declaration: ts.InterfaceDeclaration): Map<string, string> {
  return new Map(declaration.members.flatMap((member) => (ts.isPropertySignature(member) ? [[(member.name as ts.Identifier).text, member.type?.getText() ?? ""] as const] : [])));
}

/** Properties without a treatment, and treatments without a property, by path. */
function differences(properties: Properties, declaration: ts.InterfaceDeclaration, nested: (type: string) => ts.InterfaceDeclaration | undefined): string[] {
  const declared = membersOf(declaration);
  return [
    ...Object.keys(properties).flatMap((name) => (declared.has(name) ? [] : [`${name}: no such property`])),
    ...[...declared].flatMap(([name, type]) => {
      const treatment = properties[name];
      if (treatment === undefined) return [`${name}: no treatment`];
      if (treatment.kind !== "members") return [];
      const inner = nested(type);
      // JSON text has no type.
      return inner === undefined ? [] : differences(treatment.members, inner, nested).map((path) => `${name}.${path}`);
    }),
  ];
}

describe("The properties of resources", () => {
  const nestedTypes = new Map<string, Map<string, ts.InterfaceDeclaration>>();

  function declarationOf(token: string) {
    const [, packageName = "", path = "", name = ""] = /^(aws|awsx):(.*):(\w+)$/.exec(token) ?? [];
    const root = folderOf(`@pulumi/${packageName}`);
    const file = packageName === "aws" ? `${path}.d.ts` : `${path}/${name.toLowerCase()}.d.ts`;
    const types = nestedTypes.get(root) ?? interfacesOf(join(root, "types/input.d.ts"));
    nestedTypes.set(root, types);
    const declaration = interfacesOf(join(root, file)).get(`${name}Args`);
    assert.ok(declaration, `${token} has no declaration`);
    return { declaration, nested: (type: string) => types.get(/\binputs\.([\w.]+)/.exec(type)?.[1] ?? "") };
  }

  it("have a treatment each, in every type that a provider simulates, as the installed @pulumi/aws and @pulumi/awsx declare them", () => {
    const ofResources = Object.entries(propertiesByType).filter(([token]) => !token.startsWith("pulumi:providers:"));
    assert.deepEqual(ofResources.map(([token]) => token).sort(), [...simulatedTypes].sort());
    const found = ofResources.flatMap(([token, properties]) => {
      const { declaration, nested } = declarationOf(token);
      return differences(properties, declaration, nested).map((path) => `${token} ${path}`);
    });
    assert.deepEqual(found, []);
  });

  it("have a treatment each in container definitions, as ECS's API declares them", () => {
    const types = interfacesOf(join(folderOf("@aws-sdk/client-ecs"), "dist-types/models/models_0.d.ts"));
    const declaration = types.get("ContainerDefinition");
    assert.ok(declaration);
    assert.deepEqual(differences(containerProperties, declaration, (type) => types.get(type.replace(/\[\]| \| undefined/g, ""))), []);
  });

  it("are found not to be simulated in nested objects, in lists and in JSON text, once each", () => {
    const paths = (token: string, inputs: Record<string, unknown>) => notSimulatedPaths(propertiesByType[token] ?? {}, inputs, "eu-west-1");
    const containers = JSON.stringify([{ name: "a", image: "b", healthCheck: { command: ["true"] }, privileged: false, ulimits: [] }, { healthCheck: { command: ["true"] }, ulimits: [{ name: "nofile" }] }]);
    assert.deepEqual(paths("aws:ecs/taskDefinition:TaskDefinition", { containerDefinitions: containers, volumes: [{ name: "v" }], tags: { a: "b" } }), [
      "containerDefinitions.healthCheck",
      "containerDefinitions.ulimits",
      "volumes",
    ]);
    assert.deepEqual(paths("aws:lambda/function:Function", { layers: ["arn"], vpcConfig: { subnetIds: ["a"] }, packageType: "Image", region: "us-east-1", propertyOfTomorrow: 1 }), [
      "layers",
      "vpcConfig",
      "packageType",
      "region",
      "propertyOfTomorrow",
    ]);
    assert.deepEqual(paths("aws:lambda/function:Function", { layers: [], packageType: "Zip", region: "eu-west-1", tracingConfig: { mode: "Active" } }), []);
  });
});
