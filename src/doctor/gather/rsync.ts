import type { RsyncFacts } from "../rsync.ts";
import { ask } from "./ask.ts";

export async function gatherRsync(): Promise<RsyncFacts> {
  const [banner, packageVersion] = await Promise.all([
    ask("rsync", "--version"),
    ask("dpkg-query", "--show", `--showformat=\${Version}`, "rsync"),
  ]);
  return { banner, packageVersion };
}
