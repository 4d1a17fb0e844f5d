import { BlockList } from "node:net";

/** Addresses that no one else on the internet has (RFC 1918). */
const privateRanges = new BlockList();
privateRanges.addSubnet("10.0.0.0", 8);
privateRanges.addSubnet("172.16.0.0", 12);
privateRanges.addSubnet("192.168.0.0", 16);

/** What is wrong with an IPv4 block for a VPC, whatever is put into it, or undefined if nothing is. */
export function vpcCidrFault(cidr: string): string | undefined {
  const { address, prefix } = parts(cidr);
  if (prefix < 16 || prefix > 28) return "is not from /16 to /28, the sizes that AWS allows";
  if (!privateRanges.check(address)) return "is not within 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16";
  const bits = address.split(".").reduce((all, octet) => all * 256 + Number(octet), 0);
  return bits % 2 ** (32 - prefix) === 0 ? undefined : `has address bits set beyond its prefix /${prefix}`;
}

/**
 * What is wrong with the size of a VPC for so many zones, each with so many subnets, or undefined if nothing is. Both
 * levels are split in powers of two, as awsx does.
 */
export function vpcSizeFault(cidr: string, zones: number, subnetsPerZone: number): string | undefined {
  const subnetPrefix = parts(cidr).prefix + Math.ceil(Math.log2(zones)) + Math.ceil(Math.log2(subnetsPerZone));
  if (subnetPrefix <= MIN_SUBNET_PREFIX) return undefined;
  const largest = MIN_SUBNET_PREFIX - (subnetPrefix - parts(cidr).prefix);
  return `is too small for ${zones * subnetsPerZone} subnets of /${MIN_SUBNET_PREFIX}; use /${largest} or larger`;
}

/** A /26 has 59 usable addresses: every running task takes one, and so does every interface endpoint. AWS's own minimum is /28. */
const MIN_SUBNET_PREFIX = 26;

function parts(cidr: string): { address: string; prefix: number } {
  const [address = "", prefix] = cidr.split("/");
  return { address, prefix: Number(prefix) };
}
