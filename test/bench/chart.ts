import { type Figure, ratiosOf, wallOf } from "./figures.ts";
import type { Trial } from "./report.ts";
import { formatSeconds } from "./table.ts";
import { inThousands } from "./targets.ts";
import { WORK } from "./works.ts";

const WORKS = [WORK.unchanged, WORK.unchangedCold, WORK.changed];

export type Scheme = "light" | "dark";

/** Of GitHub's pages. */
const COLOURS = {
  light: { paper: "#ffffff", ink: "#1f2328", faint: "#59636e", own: "#1a7f37", peer: "#afb8c1" },
  dark: { paper: "#0d1117", ink: "#f0f6fc", faint: "#9198a1", own: "#3fb950", peer: "#484f58" },
} as const;

/** In pixels; the README shows it as wide as it is. */
const WIDTH = 720;
const LABELS = 248;
const VALUES = 118;
const BARS = WIDTH - LABELS - VALUES;
const ROW = 24;
const HEADING = 30;
const FOOT = 26;

/** One bar for each program and work: the median wall time of a whole run, the quickest on top. */
export function drawChart(trial: Trial, scheme: Scheme): string {
  const colours = COLOURS[scheme];
  const parts: string[] = [];
  let y = 6;
  for (const work of WORKS) {
    const bars = barsOf(trial, work);
    if (bars.length > 0) {
      const longest = Math.max(...bars.map(({ seconds }) => seconds));
      parts.push(text({ x: 8, y: y + 20, content: work, colour: colours.ink, isBold: true }));
      y += HEADING;
      for (const { title, seconds, own, note } of bars) {
        const width = Math.max(1, (seconds / longest) * BARS);
        const bar = `x="${LABELS}" y="${y + 4}" width="${width.toFixed(1)}" height="${ROW - 8}" rx="2"`;
        parts.push(
          text({ x: 8, y: y + 17, content: title, colour: colours.ink, isBold: own }),
          `<rect ${bar} fill="${own ? colours.own : colours.peer}"/>`,
          text({ x: LABELS + width + 6, y: y + 17, content: formatSeconds(seconds) + note, colour: colours.ink }),
        );
        y += ROW;
      }
      y += ROW / 2;
    }
  }
  const { rsync = "", processors = "" } = trial.machine;
  const foot = `Whole run with rotation, ${inThousands(trial.files)} files, ${trial.fileSystem}, ${processors}, ${rsync}; median wall time (n× as long as bakup)`;
  parts.push(text({ x: 8, y: y + 12, content: foot, colour: colours.faint, size: 11 }));
  const height = y + FOOT;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" font-family="system-ui, sans-serif" font-size="13">
<title>How long a nightly run takes</title>
<rect width="100%" height="100%" fill="${colours.paper}"/>
${parts.join("\n")}
</svg>
`;
}

interface Bar {
  title: string;
  seconds: number;
  own: boolean;
  /** How many times as long as bakup. */
  note: string;
}

function barsOf({ figures, programs }: Trial, work: string): Bar[] {
  const measured = figures.filter((figure) => figure.work === work && figure.samples.length > 0);
  const own = measured.find(({ program }) => program === "bakup");
  return measured
    .map((figure) => ({
      title: programs[figure.program] ?? figure.program,
      seconds: wallOf(figure),
      own: figure === own,
      note: figure === own ? "" : timesAsLong(figure, own),
    }))
    .sort((a, b) => a.seconds - b.seconds);
}

function timesAsLong(figure: Figure, own: Figure | undefined): string {
  return own === undefined || ratiosOf(figure, own).length === 0
    ? ""
    : ` (${(wallOf(figure) / wallOf(own)).toFixed(1)}×)`;
}

function text({
  x,
  y,
  content,
  colour,
  isBold = false,
  size,
}: {
  x: number;
  y: number;
  content: string;
  colour: string;
  isBold?: boolean;
  size?: number;
}): string {
  const style = `${isBold ? ' font-weight="600"' : ""}${size === undefined ? "" : ` font-size="${size}"`}`;
  return `<text x="${x.toFixed(1)}" y="${y}" fill="${colour}"${style}>${escapeText(content)}</text>`;
}

function escapeText(content: string): string {
  return content.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
}
