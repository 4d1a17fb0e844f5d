import * as assert from "node:assert/strict";
import { mock } from "node:test";
import type { Clock } from "../../local/clock.ts";
import { PausableTime } from "../../local/pausable-time.ts";
import { after, createClock, scaleTimeout } from "../../local/clock.ts";
import { TimerQueue } from "../../local/timers.ts";

/** A clock that only moves when told to. */
function manualClock() {
  let now = 0;
  const alarms = new Set<{ due: number; run: () => void }>();
  const clock: Clock = {
    speed: 1,
    now: () => now,
    scale: (milliseconds) => milliseconds,
    at(due, run) {
      const alarm = { due, run };
      alarms.add(alarm);
      return () => alarms.delete(alarm);
    },
  };
  return {
    clock,
    alarms,
    moveTo: (moment: number) => {
      now = moment;
      for (const alarm of [...alarms].filter(({ due }) => due <= now)) {
        alarms.delete(alarm);
        alarm.run();
      }
    },
  };
}

describe("The timer queue", () => {
  it("fires timers in the order they fall due, on one timer of the clock", () => {
    const { clock, alarms, moveTo } = manualClock();
    const fired: string[] = [];
    const timers = new TimerQueue<string>(clock, (key) => fired.push(key));
    timers.set("late", 300);
    timers.set("early", 100);
    timers.set("middle", 200);
    assert.equal(alarms.size, 1);
    moveTo(250);
    assert.deepEqual(fired, ["early", "middle"]);
    moveTo(300);
    assert.deepEqual(fired, ["early", "middle", "late"]);
    assert.equal(timers.size, 0);
  });

  it("moves a timer that is set again, and fires it once", () => {
    const { clock, moveTo } = manualClock();
    const fired: string[] = [];
    const timers = new TimerQueue<string>(clock, (key) => fired.push(key));
    timers.set("one", 100);
    timers.set("one", 200);
    moveTo(150);
    assert.deepEqual(fired, []);
    moveTo(500);
    assert.deepEqual(fired, ["one"]);
  });

  it("never fires a deleted timer", () => {
    const { clock, moveTo } = manualClock();
    const timers = new TimerQueue<string>(clock, () => assert.fail("it fired"));
    timers.set("one", 100);
    timers.delete("one");
    moveTo(1000);
  });

  it("fires the others when one throws", () => {
    const { clock, moveTo } = manualClock();
    const fired: string[] = [];
    const timers = new TimerQueue<string>(clock, (key) => {
      if (key === "bad") throw new Error("a timer that a test lets fail");
      fired.push(key);
    });
    timers.set("bad", 100);
    timers.set("good", 100);
    timers.set("later", 200);
    moveTo(100);
    moveTo(200);
    assert.deepEqual(fired, ["good", "later"]);
  });

  it("takes timers set while it fires", () => {
    const { clock, moveTo } = manualClock();
    const fired: number[] = [];
    const timers = new TimerQueue<number>(clock, (key) => {
      fired.push(key);
      if (key < 3) timers.set(key + 1, key * 100);
    });
    timers.set(1, 50);
    moveTo(1000);
    moveTo(1001);
    moveTo(1002);
    assert.deepEqual(fired, [1, 2, 3]);
  });
});

describe("The clock", () => {
  it("shrinks durations by the speed factor and leaves moments alone", () => {
    const clock = createClock(10);
    assert.equal(clock.scale(60_000), 6_000);
    assert.ok(Math.abs(clock.now() - Date.now()) < 1_000);
  });

  it("shrinks time-outs too, but not to less than a process needs to start", () => {
    const clock = createClock(10);
    assert.equal(scaleTimeout(clock, 60_000), 6_000);
    assert.equal(scaleTimeout(clock, 15_000), 3_000);
    assert.equal(scaleTimeout(clock, 1_000), 1_000);
  });

  it("does not fire a timer beyond Node's longest at once", async () => {
    const clock = createClock();
    let fired = false;
    const cancel = clock.at(Date.now() + 2 ** 31 + 60_000, () => (fired = true));
    await new Promise((resolve) => setTimeout(resolve, 20));
    cancel();
    assert.equal(fired, false);
  });

  it("stands still while it is held: timers and time-outs come later by as long, and no moment comes twice", () => {
    let machine = Date.UTC(2026, 0, 1);
    mock.timers.enable({ apis: ["setTimeout", "setInterval"] });
    try {
      const time = new PausableTime({ wall: () => machine, steady: () => machine });
      const clock = createClock(1, time);
      const began = machine;
      const fired: string[] = [];
      const pass = (milliseconds: number) => {
        for (let left = milliseconds; left > 0; left -= 250) {
          machine += 250;
          mock.timers.tick(250);
        }
      };
      clock.at(began + 10_000, () => fired.push(`timer after ${machine - began}`));
      after(clock, 20_000, () => fired.push(`time-out after ${machine - began}`));
      pass(5_000);
      const [first, second] = [time.hold(), time.hold()];
      pass(45_000);
      first();
      pass(45_000);
      assert.deepEqual([clock.now(), fired], [began + 5_000, []]);
      second();
      second();
      assert.equal(clock.now(), began + 5_000);
      pass(30_000);
      assert.deepEqual(fired, ["timer after 100000", "time-out after 110000"]);
      assert.equal(clock.resumedAt, undefined);
    } finally {
      mock.timers.reset();
    }
  });

  describe("when the wall clock is set", () => {
    const START = Date.UTC(2026, 0, 1);
    let wall = START;
    let steady = 0;

    function pass(milliseconds: number): void {
      for (let left = milliseconds; left > 0; left -= 500) {
        wall += Math.min(500, left);
        steady += Math.min(500, left);
        mock.timers.tick(Math.min(500, left));
      }
    }

    beforeEach(() => {
      [wall, steady] = [START, 0];
      mock.timers.enable({ apis: ["setTimeout", "setInterval"] });
    });
    afterEach(() => mock.timers.reset());

    const open = () => createClock(1, { wall: () => wall, steady: () => steady });

    it("back, goes on from where it was: what waits ends in time, and the next moment comes", () => {
      const clock = open();
      const fired: number[] = [];
      for (const due of [20_000, 60_000]) clock.at(START + due, () => fired.push(steady));
      pass(5_000);
      wall -= 600_000;
      pass(60_000);
      assert.deepEqual(fired, [20_000, 60_000]);
      assert.equal(clock.now(), START + 65_000);
      assert.equal(clock.resumedAt, undefined);
      wall += 600_000;
      assert.equal(clock.now(), START + 65_000, "and is set right again");
      assert.equal(clock.resumedAt, undefined);
    });

    it("forward, follows within seconds, and says that there was a pause", () => {
      const clock = open();
      let fired: number | undefined;
      clock.at(START + 300_000, () => (fired = steady));
      pass(2_000);
      wall += 600_000;
      pass(6_000);
      assert.ok(fired !== undefined && fired <= 7_500, String(fired));
      assert.ok(clock.resumedAt! > START + 600_000);
    });
  });
});
