import { BlockList, isIPv6 } from "node:net";
import { allowances } from "./iam-statements.ts";
import { list, type Rule, type Subject } from "./rule.ts";

/** Addresses that are no one else's on the internet (RFC 1918, RFC 4193). */
const PRIVATE = [
  { net: "10.0.0.0", prefix: 8, type: "ipv4" },
  { net: "172.16.0.0", prefix: 12, type: "ipv4" },
  { net: "192.168.0.0", prefix: 16, type: "ipv4" },
  { net: "fc00::", prefix: 7, type: "ipv6" },
] as const;

export const noPublicAccess: Rule = {
  name: "no-public-access",
  description: "Nothing can be reached from the internet, and nothing is shared with all of AWS: whoever starts or reads something here has a role in this account.",
  faults: (subject) => [...publicSources(subject), ...publicPrincipals(subject), ...publicUrls(subject)],
};

/** Inbound rules of security groups, in each of the forms that the provider offers. */
function publicSources({ type, props }: Subject): string[] {
  const rules: Readonly<Record<string, () => readonly unknown[]>> = {
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": () => [props],
    "aws:ec2/securityGroupRule:SecurityGroupRule": () => (props.type === "ingress" ? [props] : []),
    "aws:ec2/securityGroup:SecurityGroup": () => list(props.ingress),
    "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": () => list(props.ingress),
  };
  const sources = (rules[type]?.() ?? []).flatMap((rule) => {
    const { cidrIpv4, cidrIpv6, cidrBlocks, ipv6CidrBlocks } = rule as Record<string, unknown>;
    return [cidrIpv4, cidrIpv6, cidrBlocks, ipv6CidrBlocks].flatMap(list);
  });
  return sources.filter((source) => !isPrivate(String(source))).map((source) => `lets ${String(source)} in; name a security group`);
}

function publicPrincipals(subject: Subject): string[] {
  // A permission has its principal as an input; an endpoint's policy allows nothing by itself, it narrows what others allow.
  if (subject.type === "aws:lambda/permission:Permission") return subject.props.principal === "*" ? ["lets anybody start the function; name a principal"] : [];
  if (subject.type.startsWith("aws:ec2/vpcEndpoint")) return [];
  return allowances(subject)
    .filter(({ Principal, Condition }) => Object.values(Principal ?? {}).flat().includes("*") && Condition === undefined)
    .map(({ Sid }) => `${Sid} allows anybody; name a principal`);
}

function publicUrls({ type, props }: Subject): string[] {
  return type === "aws:lambda/functionUrl:FunctionUrl" && props.authorizationType !== "AWS_IAM" ? ["answers anybody; use authorizationType AWS_IAM"] : [];
}

function isPrivate(cidr: string): boolean {
  const [address = "", prefix] = cidr.split("/");
  return PRIVATE.some(({ net, prefix: atLeast, type }) => {
    if (isIPv6(address) !== (type === "ipv6") || Number(prefix) < atLeast) return false;
    const range = new BlockList();
    range.addSubnet(net, atLeast, type);
    return range.check(address, type);
  });
}
