import { describeError } from "../errors/describe.ts";
import type { Observer } from "../run/context.ts";
import type { RunReport } from "../run/execute.ts";
import { openStatusLine } from "../systemd/report-status.ts";
import { describeProgress } from "./progress-line.ts";

const REPORT_MS = 1000;

/** Tells `systemctl status` what a run is doing: the step, how far it is, how it ended. Nothing outside of a service. */
export function statusLine(
  profile: string,
  report: (text: string) => void = openStatusLine(process.env),
): Required<Observer> & { end(report: RunReport): void } {
  let step = "";
  let started = 0;
  let reported = 0;
  return {
    onStep: (name) => {
      step = name;
      started = Date.now();
      report(`${profile}: ${step}`);
    },
    onProgress: (progress, total) => {
      const now = Date.now();
      if (now - reported >= REPORT_MS) {
        reported = now;
        const text = describeProgress({ ...progress, seconds: (now - started) / 1000 }, total);
        report(`${profile}: ${step}, ${text}`);
      }
    },
    end: ({ error, snapshot }) => {
      const success = snapshot === undefined ? "finished" : `finished, snapshot ${snapshot}`;
      report(`${profile}: ${error === undefined ? success : describeError(error)}`);
    },
  };
}
