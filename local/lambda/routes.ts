import { jsonResponse, type Route, type RoutedRequest } from "../gateway/rest-json-protocol.ts";
import type { ApiCall } from "../gateway/service.ts";
import type { Identity } from "../identity.ts";
import { describeAlias, describeFunction } from "./function-view.ts";
import { invokeRoute, type InvokeOptions } from "./invoke-route.ts";
import { parseFunctionName, type FunctionAddress } from "./names.ts";
import { pageOf } from "./paging.ts";
import type { FunctionRegistry } from "./registry.ts";

const FUNCTIONS = "/2015-03-31/functions";

/** Lambda's own API: invoking functions and showing them. Durable executions have routes of their own. */
export function lambdaRoutes(options: InvokeOptions & { registry: FunctionRegistry }): readonly Route[] {
  const { registry, identity } = options;
  const listFunctions: Omit<Route, "path"> = {
    operation: "ListFunctions",
    method: "GET",
    call: ({ query }) => ({
      access: [{ action: "lambda:ListFunctions", resource: "*" }],
      execute() {
        const { page, NextMarker } = pageOf("ListFunctions", registry.functions(), ({ functionName }) => functionName, query);
        return jsonResponse({ Functions: page.map((version) => describeFunction(version)), NextMarker });
      },
    }),
  };
  return [
    invokeRoute(options),
    // The AWS CLI puts a slash at the end of the path, newer SDKs do not.
    { ...listFunctions, path: FUNCTIONS },
    { ...listFunctions, path: `${FUNCTIONS}/` },
    show("GetFunction", "", identity, ({ functionArn, qualifier }) => ({
      Configuration: describeFunction(registry.resolve(functionArn, qualifier).version, qualifier),
    })),
    show("GetFunctionConfiguration", "/configuration", identity, ({ functionArn, qualifier }) =>
      describeFunction(registry.resolve(functionArn, qualifier).version, qualifier),
    ),
    show("ListVersionsByFunction", "/versions", identity, ({ functionArn }, { query }) => {
      const published = registry.versions(functionArn).map((version) => ({ version, qualifier: version.version }));
      const all = [{ version: registry.resolve(functionArn).version, qualifier: "$LATEST" }, ...published];
      const { page, NextMarker } = pageOf("ListVersionsByFunction", all, ({ qualifier }) => qualifier, query);
      return { Versions: page.map(({ version, qualifier }) => describeFunction(version, qualifier)), NextMarker };
    }),
    show("ListAliases", "/aliases", identity, ({ functionArn }, { query }) => {
      const { page, NextMarker } = pageOf("ListAliases", registry.aliases(functionArn), ({ name }) => name, query);
      return { Aliases: page.map(describeAlias), NextMarker };
    }),
    show("GetAlias", "/aliases/{alias}", identity, ({ functionArn }, { parameters }) =>
      describeAlias(registry.alias(functionArn, parameters.alias ?? "")),
    ),
  ];
}

/** A route that shows something of one function. */
function show(
  operation: string,
  path: string,
  identity: Identity,
  view: (address: FunctionAddress, request: RoutedRequest) => Record<string, unknown>,
): Route {
  return {
    operation,
    method: "GET",
    path: `${FUNCTIONS}/{name}${path}`,
    call(request): Omit<ApiCall, "operation"> {
      const address = parseFunctionName(request.parameters.name ?? "", request.query.get("Qualifier") ?? undefined, identity);
      return {
        access: [{ action: `lambda:${operation}`, resource: address.functionArn }],
        execute: () => jsonResponse(view(address, request)),
      };
    },
  };
}
