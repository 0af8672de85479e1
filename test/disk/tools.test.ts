import { openLane } from "./lane.ts";
import { testRuns } from "./runs.ts";

testRuns(await openLane({ udisks: false }), "tools");
