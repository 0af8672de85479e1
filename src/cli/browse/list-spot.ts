import type { BytePath } from "../../path/byte-path.ts";
import { versionsOf } from "../../store/find.ts";
import { describeEntries, listNames } from "../../store/folder-entries.ts";
import { inStore, type Store } from "../../store/layout.ts";
import { listSnapshots } from "../../store/list.ts";
import type { Listing } from "./choose.ts";
import { describeEntry, fileRows, folderRows, type Row, snapshotRows, versionRows } from "./rows.ts";
import type { Spot } from "./spot.ts";

const KNOWN = () => new Map<Row, string>();

/** Looks at what is to be seen from a spot. @throws StoreError, and the system's error for what is gone. */
export function listSpot(store: Store, spot: Spot): Listing {
  switch (spot.at) {
    case "snapshots":
      return { rows: snapshotRows(listSnapshots(store).snapshots, Date.now()), describe: KNOWN };
    case "folder": {
      const tree = inStore(store, spot.snapshot);
      const rows = folderRows(spot, listNames(tree, spot.path));
      return { rows, describe: (some) => describeRows(tree, spot.path, some) };
    }
    case "file":
      return { rows: fileRows(spot, versionsOf(store, listSnapshots(store).snapshots, spot.path)), describe: KNOWN };
    case "version":
      return { rows: versionRows(spot), describe: KNOWN };
  }
}

/** Only what is shown is looked at: a folder may have 100,000 files. */
function describeRows(tree: string, folder: BytePath, rows: readonly Row[]): Map<Row, string> {
  const named = rows.flatMap((row) => (row.entry === undefined ? [] : [{ row, entry: row.entry }]));
  const found = new Map(
    describeEntries(
      tree,
      folder,
      named.map(({ entry }) => entry),
    ).map((entry) => [entry.name, describeEntry(entry)]),
  );
  return new Map(named.map(({ row, entry }) => [row, found.get(entry.name) ?? "gone"]));
}
