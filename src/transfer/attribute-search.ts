import { closeSync, openSync } from "node:fs";
import { type BytePath, TOP } from "../path/byte-path.ts";
import { FOLDER_ITSELF } from "../path/open-folder.ts";
import { loadAddon } from "../process/addon.ts";
import { TOP_ITEM } from "./plan.ts";

/**
 * Whether anything in a tree has an ACL or another extended attribute: where nothing has, rsync need not ask for them,
 * which takes it as long as all the rest of a walk. What cannot be told counts as having one.
 */
export class AttributeSearch {
  /** Whether anything of what was looked at has. */
  found = false;
  private readonly top: number | undefined;

  constructor(tree: string) {
    try {
      this.top = openSync(`${tree}/.`, FOLDER_ITSELF);
    } catch {
      this.found = true;
    }
  }

  /** Looks at paths of the tree; the top's is empty. Follows no link. What is not there has none. */
  async look(paths: readonly BytePath[]): Promise<void> {
    if (this.found || this.top === undefined || paths.length === 0) {
      return;
    }
    const list = Buffer.from(paths.map((path) => `${path === TOP ? TOP_ITEM : path}\0`).join(""), "latin1");
    try {
      const isFound = await loadAddon().findAttributes(this.top, list);
      this.found ||= isFound;
    } catch {
      this.found = true;
    }
  }

  /** Somebody else has looked at one. */
  tell(hasAttributes: boolean): void {
    this.found ||= hasAttributes;
  }

  /** When nothing is being looked at. */
  close(): void {
    if (this.top !== undefined) {
      closeSync(this.top);
    }
  }
}
