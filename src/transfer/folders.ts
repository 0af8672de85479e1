import type { BytePath } from "../path/byte-path.ts";
import { fileList } from "./file-list.ts";
import { type RsyncContext, runRsync } from "./rsync.ts";
import { LISTED, PRESERVE_ATTRIBUTES, withTrailingSlash } from "./rsync-args.ts";

const ATTRIBUTES = ["--dirs", "--perms", "--times", "--group", "--owner", ...PRESERVE_ATTRIBUTES, "--numeric-ids"];

interface Trees {
  source: string;
  target: string;
}

/**
 * Gives folders of the target, named relative to it, the attributes that they have in the source. No contents. What is
 * missing is made. `isWritable`: for now their owner may also write them.
 */
export async function copyFolderAttributes(
  { source, target }: Trees,
  folders: Iterable<BytePath>,
  context: RsyncContext,
  { isWritable = false } = {},
): Promise<void> {
  const args = [...LISTED, ...(isWritable ? ["--chmod=Du+w"] : [])];
  await callRsync({ source, target }, args, context, fileList(folders));
}

/** The same for the folder at the top, which cannot be named in a list without its contents. */
export async function copyTopAttributes({ source, target }: Trees, context: RsyncContext): Promise<void> {
  await callRsync({ source, target }, ["--exclude=/*"], context);
}

async function callRsync(
  { source, target }: Trees,
  args: readonly string[],
  context: RsyncContext,
  input?: Iterable<Uint8Array>,
): Promise<void> {
  await runRsync(
    {
      args: [...ATTRIBUTES, ...args, "--", withTrailingSlash(source), withTrailingSlash(target)],
      source,
      ...(input === undefined ? {} : { input }),
      onLine: () => undefined,
    },
    context,
  );
}
