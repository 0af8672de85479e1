import { type BytePath, bytePathFromLatin1 } from "../path/byte-path.ts";

/** Every address of the page, in one place. Paths are bytes: each character of the parameter stands for one. */
export const link = {
  overview: () => "/",
  profile: (profile: string) => `/profile/${encodeURIComponent(profile)}`,
  live: (profile: string) => `${link.profile(profile)}/live`,
  run: (profile: string, run: string) => `${link.profile(profile)}/run/${encodeURIComponent(run)}`,
  versions: (profile: string, path: BytePath) => `${link.profile(profile)}/versions?${pathParameter(path)}`,
  difference: (profile: string, path: BytePath, [older, newer]: readonly [string, string]) =>
    `${link.profile(profile)}/difference?${pathParameter(path)}&older=${encodeURIComponent(older)}&newer=${encodeURIComponent(newer)}`,
  folder: (at: Place, from = 0) =>
    `${snapshot(at)}/folder?${pathParameter(at.path)}${from === 0 ? "" : `&from=${from}`}`,
  file: (at: Place) => `${snapshot(at)}/file?${pathParameter(at.path)}`,
  restore: (at: Place) => `${snapshot(at)}/restore?${pathParameter(at.path)}`,
};

/** Something in a snapshot of a profile. */
export interface Place {
  profile: string;
  snapshot: string;
  path: BytePath;
}

function snapshot({ profile, snapshot: name }: Pick<Place, "profile" | "snapshot">): string {
  return `${link.profile(profile)}/snapshot/${encodeURIComponent(name)}`;
}

function pathParameter(path: BytePath): string {
  return `path=${encodeURIComponent(path)}`;
}

/** A path as a link has it; undefined for what no link of ours has. */
export function readPathParameter(text: string | undefined): BytePath | undefined {
  const path = text ?? "";
  const isBytes = [...path].every((char) => char > "\0" && char <= "\xff");
  const isPath = isBytes && path.split("/").every((name) => name !== ".." && name !== ".");
  return isPath && !path.startsWith("/") && !path.endsWith("/") && !path.includes("//")
    ? bytePathFromLatin1(path)
    : undefined;
}
