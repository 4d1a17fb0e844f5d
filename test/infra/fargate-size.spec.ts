import assert from "node:assert/strict";
import { FARGATE_CPU, type FargateCpu, fargateSizeFault } from "../../infra/fargate-size.ts";

describe("A Fargate task's size", () => {
  const bounds: readonly [FargateCpu, smallest: number, largest: number, odd: number][] = [
    [256, 512, 2048, 1536],
    [512, 1024, 4096, 1536],
    [1024, 2048, 8192, 2500],
    [2048, 4096, 16_384, 5000],
    [4096, 8192, 30_720, 9000],
    [8192, 16_384, 61_440, 17_408],
    [16_384, 32_768, 122_880, 36_864],
  ];
  for (const [cpu, smallest, largest, odd] of bounds) {
    it(`of ${cpu} CPU units has ${smallest} to ${largest} MiB, in Fargate's steps`, () => {
      assert.equal(fargateSizeFault(cpu, smallest), undefined);
      assert.equal(fargateSizeFault(cpu, largest), undefined);
      for (const memory of [smallest / 2, largest * 2, odd]) assert.match(fargateSizeFault(cpu, memory) ?? "", new RegExp(`with jobCpu ${cpu} use ${smallest}`), String(memory));
    });
  }

  it("is known for every CPU size", () => {
    assert.deepEqual(bounds.map(([cpu]) => cpu), [...FARGATE_CPU]);
  });
});
