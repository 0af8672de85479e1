import { testRuns } from "./runs.ts";

await testRuns({ udisks: false });
