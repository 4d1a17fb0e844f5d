import * as assert from "node:assert/strict";
import { machineTimes, SpareTime } from "../../../local/lambda/spare-time.ts";

describe("Spare time of the processors", () => {
  let now: number;
  let idle: number;
  let busy: number;
  let spareTime: SpareTime;

  beforeEach(() => {
    now = 0;
    idle = 1_000_000;
    busy = 1_000_000;
    spareTime = new SpareTime(() => ({ idle, all: idle + busy }), () => now);
    spareTime.take();
  });

  function pass(milliseconds: number, idleShare: number): void {
    now += milliseconds;
    idle += milliseconds * idleShare;
    busy += milliseconds * (1 - idleShare);
  }

  it("is there when they have lately been idle, however busy they were before", () => {
    pass(60, 0);
    assert.equal(spareTime.take(), false);
    pass(60, 0.5);
    assert.equal(spareTime.take(), true);
  });

  it("is not there when they are busy, however idle they were before", () => {
    pass(60, 1);
    assert.equal(spareTime.take(), true);
    pass(60, 0.1);
    assert.equal(spareTime.take(), false);
  });

  it("is given out once: the next who asks has to see what came of it", () => {
    pass(60, 1);
    assert.equal(spareTime.take(), true);
    assert.equal(spareTime.take(), false);
    pass(49, 1);
    assert.equal(spareTime.take(), false);
    pass(1, 1);
    assert.equal(spareTime.take(), true);
  });

  it("is not what there was before the work came", () => {
    pass(60_000, 1);
    assert.equal(spareTime.take(), false);
    pass(60, 0);
    assert.equal(spareTime.take(), false);
  });

  it("is unknown to whoever has not looked before", () => {
    assert.equal(new SpareTime(() => ({ idle: 1, all: 1 })).take(), false);
  });

  it("is nobody's in a container that may use some of the machine's processors only", () => {
    const processors = [{ times: { user: 1, nice: 2, sys: 3, irq: 4, idle: 90 } }, { times: { user: 0, nice: 0, sys: 0, irq: 0, idle: 100 } }];
    assert.deepEqual(machineTimes(processors, 2), { idle: 190, all: 200 });
    assert.deepEqual(machineTimes(processors, 1), { idle: 0, all: 200 });
  });
});
