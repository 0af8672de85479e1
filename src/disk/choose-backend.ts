import { describeError } from "../errors/describe.ts";
import type { Journal } from "../journal/journal.ts";
import type { BackendChoice, DiskBackend } from "./backend.ts";
import { openToolsBackend } from "./tools-backend.ts";
import { openUdisksBackend } from "./udisks-backend.ts";

/** "auto" is udisks2 where it answers, else the tools. @throws BakupError when udisks2 is asked for and not there */
export async function openBackend(choice: BackendChoice, journal: Journal): Promise<DiskBackend> {
  if (choice === "tools") {
    return openToolsBackend();
  }
  try {
    return await openUdisksBackend();
  } catch (error) {
    if (choice === "udisks2") {
      throw error;
    }
    journal.event("diskToolsUsed", { reason: describeError(error) });
    return openToolsBackend();
  }
}
