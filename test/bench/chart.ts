import { type Figure, median } from "./figures.ts";
import type { Program } from "./programs/program.ts";

const WORKS = ["nothing changed, with rotation", "1 % changed every night, with rotation"];
const ROW = 24;
const LABELS = 230;
const BARS = 420;

/** One bar for each program and work: its median wall time. */
export function drawChart(figures: readonly Figure[], programs: readonly Pick<Program, "name" | "title">[]): string {
  const parts: string[] = [];
  let y = 10;
  for (const work of WORKS) {
    const bars = barsOf(figures, work, programs);
    const longest = Math.max(...bars.map(({ seconds }) => seconds));
    parts.push(text(0, y + 14, escapeText(work), 'font-weight="bold"'));
    y += ROW;
    for (const { title, seconds, own } of bars) {
      const width = Math.max(1, (seconds / longest) * BARS);
      const fill = own ? "#2f855a" : "#a0aec0";
      parts.push(
        text(0, y + 15, escapeText(title), ""),
        `<rect x="${LABELS}" y="${y + 3}" width="${width.toFixed(1)}" height="${ROW - 8}" fill="${fill}"/>`,
        text(LABELS + width + 6, y + 15, `${seconds.toFixed(seconds < 10 ? 1 : 0)} s`, ""),
      );
      y += ROW;
    }
    y += ROW / 2;
  }
  const size = `width="${LABELS + BARS + 70}" height="${y}"`;
  return `<svg xmlns="http://www.w3.org/2000/svg" ${size} font-family="sans-serif" font-size="13">\n<rect width="100%" height="100%" fill="white"/>\n${parts.join("\n")}\n</svg>\n`;
}

/** The quickest first. */
function barsOf(
  figures: readonly Figure[],
  work: string,
  programs: readonly Pick<Program, "name" | "title">[],
): { title: string; seconds: number; own: boolean }[] {
  return figures
    .filter((figure) => figure.work === work && figure.samples.length > 0)
    .map(({ program, samples }) => ({
      title: programs.find(({ name }) => name === program)?.title ?? program,
      seconds: median(samples.map(({ wall }) => wall)),
      own: program === "bakup",
    }))
    .sort((a, b) => a.seconds - b.seconds);
}

function text(x: number, y: number, content: string, more: string): string {
  return `<text x="${x.toFixed(1)}" y="${y}" ${more}>${content}</text>`;
}

function escapeText(content: string): string {
  return content.replace(/&/g, "&amp;").replace(/</g, "&lt;");
}
