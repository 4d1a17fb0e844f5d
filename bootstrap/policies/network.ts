import { arn, type Scope, tagged } from "../scope.ts";
import { allow, type Statement } from "../statements.ts";

/** EC2 gives its resources ids rather than names, so these are told apart by the tags that the program puts on everything. */
const KINDS = ["vpc", "subnet", "route-table", "internet-gateway", "natgateway", "elastic-ip", "security-group", "security-group-rule", "vpc-endpoint", "vpc-flow-log"];

const CREATE = [
  "AllocateAddress",
  "AuthorizeSecurityGroupEgress",
  "AuthorizeSecurityGroupIngress",
  "CreateFlowLogs",
  "CreateInternetGateway",
  "CreateNatGateway",
  "CreateRouteTable",
  "CreateSecurityGroup",
  "CreateSubnet",
  "CreateVpc",
  "CreateVpcEndpoint",
];

const CHANGE = [
  "AssociateRouteTable",
  "AttachInternetGateway",
  "CreateRoute",
  "DeleteFlowLogs",
  "DeleteInternetGateway",
  "DeleteNatGateway",
  "DeleteRoute",
  "DeleteRouteTable",
  "DeleteSecurityGroup",
  "DeleteSubnet",
  "DeleteVpc",
  "DeleteVpcEndpoints",
  "DetachInternetGateway",
  "DisassociateRouteTable",
  "ModifySecurityGroupRules",
  "ModifySubnetAttribute",
  "ModifyVpcAttribute",
  "ModifyVpcEndpoint",
  "ReleaseAddress",
  "ReplaceRoute",
  "ReplaceRouteTableAssociation",
  "RevokeSecurityGroupEgress",
  "RevokeSecurityGroupIngress",
];

/**
 * The network of one environment. Something new must come with the environment's tags, something that is there must have
 * them, and tags go on new things only: nothing can be adopted by tagging it. But for security groups without any tags: each
 * VPC brings one along that the program has to take over.
 */
export function networkStatements(scope: Scope): Statement[] {
  const resources = KINDS.map((kind) => arn(scope, "ec2", `${kind}/*`));
  const ec2 = (names: readonly string[]) => names.map((name) => `ec2:${name}`);
  return [
    allow("CreateNetwork", ec2(CREATE), resources, tagged(scope, "RequestTag")),
    allow("TagNewNetwork", ["ec2:CreateTags"], resources, { StringEquals: { "ec2:CreateAction": CREATE } }),
    allow("TagDefaultGroup", ["ec2:CreateTags"], [arn(scope, "ec2", "security-group/*")], { ...tagged(scope, "RequestTag"), Null: { "aws:ResourceTag/project": "true" } }),
    allow("ChangeNetwork", ec2([...CREATE, ...CHANGE, "CreateTags", "DeleteTags"]), resources, tagged(scope, "ResourceTag")),
  ];
}
