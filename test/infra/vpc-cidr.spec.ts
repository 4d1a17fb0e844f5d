import assert from "node:assert/strict";
import { vpcCidrFault, vpcSizeFault } from "../../infra/vpc-cidr.ts";

describe("A VPC's address block", () => {
  it("is a private network address of a size that AWS allows", () => {
    for (const cidr of ["10.0.0.0/16", "172.31.255.0/24", "192.168.0.240/28"]) assert.equal(vpcCidrFault(cidr), undefined, cidr);
    for (const cidr of ["10.0.0.0/15", "10.0.0.0/29", "172.32.0.0/16", "193.168.0.0/16", "10.0.0.128/24"]) assert.ok(vpcCidrFault(cidr), cidr);
  });

  const smallest: readonly [zones: number, subnetsPerZone: number, prefix: number][] = [
    [2, 1, 25],
    [3, 1, 24],
    [2, 2, 24],
    [3, 2, 23],
  ];
  for (const [zones, subnetsPerZone, prefix] of smallest) {
    it(`is at least a /${prefix} for ${zones} zones of ${subnetsPerZone} subnets`, () => {
      assert.equal(vpcSizeFault(`10.0.0.0/${prefix}`, zones, subnetsPerZone), undefined);
      assert.match(vpcSizeFault(`10.0.0.0/${prefix + 1}`, zones, subnetsPerZone) ?? "", new RegExp(`use /${prefix} or larger`));
    });
  }
});
