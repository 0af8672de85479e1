export type Level = "debug" | "info" | "notice" | "warning" | "error";

/**
 * Every kind of message: its id for the journal (never changes), its level, and its text. `{name}` stands for a field;
 * a number is written as `{name:count}` with thousands separated, as `{name:size}` in bytes, as `{name:time}` in
 * seconds. The manual page bakup-journal(7) says what each kind means.
 */
export const MESSAGES = {
  runStarted: {
    id: "72b818314fc801ca2c78e7c6c4572040",
    level: "info",
    text: "backup of {source} to {destination} starts",
  },
  runFinished: {
    id: "8546a8106e2b92660e39b893b32bda57",
    level: "notice",
    text: "backup finished in {duration}: {summary}",
  },
  runIncomplete: {
    id: "d510b1b990b1307a0c83a82d12f5a149",
    level: "warning",
    text: "backup finished in {duration}, but with errors: {summary}",
  },
  runFailed: { id: "6d95ef0338dc0e65344c5c4b929cb38b", level: "error", text: "backup failed: {error}" },
  runSkipped: { id: "8ab6b53764e9ad5b36f277f822ed09ff", level: "notice", text: "backup skipped: {reason}" },
  runWaiting: { id: "13116afcfcdb45af9c541f274ae7cc1a", level: "notice", text: "backup waits: {reason}" },
  conditionUnknown: {
    id: "ff359e4ac2dc4e2e9fec64d49abf2cb2",
    level: "debug",
    text: "{service} does not say whether a backup must wait: {error}",
  },
  runStopped: { id: "5cd62a27c1f69ee48ff33f9bb3fa380c", level: "warning", text: "backup stopped: {error}" },
  alreadyRunning: { id: "6ac26f24cfbfcfb8c939ae80f14ee26c", level: "warning", text: "{error}" },
  stepStarted: { id: "7f0c0ab3e17fc7e47a66eaf16b6988fc", level: "info", text: "{title}" },
  planMade: {
    id: "fc56f97358b973f3169b810ff4a9d973",
    level: "info",
    text: "to do: {created:count} new, {changed:count} changed, {deleted:count} to delete, {bytes:size} to copy",
  },
  indexUsed: {
    id: "ced1232893bb49d2b2c2ef96c8aa1c5c",
    level: "debug",
    text: "the index of the source names {count:count} paths to look at",
  },
  fullWalk: { id: "8444eeda9f834d68845a29715193a102", level: "debug", text: "looking at everything: {reason}" },
  indexMissed: {
    id: "788c538f8d754b7baa55e98c4f1fbca7",
    level: "error",
    text: "the index of the source had missed {count:count} changes, the first of them at {path}; it is not used any more",
  },
  nothingChanged: {
    id: "7a779f703baeea738143a33a62fad254",
    level: "info",
    text: "nothing has changed since the last backup",
  },
  snapshotTaken: {
    id: "41bd5bb793a1262db29689eaad4f60db",
    level: "notice",
    text: "snapshot {snapshot} taken ({state})",
  },
  snapshotSkipped: { id: "fb92b32040e3adfafe0ee9035281a140", level: "info", text: "no snapshot taken: {reason}" },
  snapshotRemoved: { id: "d001b09bb945ebab24b2477e099523f5", level: "info", text: "old snapshot {snapshot} removed" },
  snapshotKept: { id: "359e17f5c6c4784437254e35a57009b5", level: "debug", text: "snapshot {snapshot} kept: {reasons}" },
  rotationHeld: {
    id: "f2f0cb56a7319e4be9791e6fc8dbcf38",
    level: "warning",
    text: "no snapshots were rotated: {reason}",
  },
  rotationPostponed: {
    id: "ce5b095e264b41d1b3e1a2ed889fa65f",
    level: "info",
    text: "no snapshots are rotated until {until}: {reason}",
  },
  clockJumped: {
    id: "ee1358b85541437280e4cb1f549f708c",
    level: "warning",
    text: "the clock was set {direction} by {seconds:time}: no interval counts, and no snapshots are rotated until {until}",
  },
  storeCreated: { id: "ca7175b36b777355edcf475310b8d396", level: "notice", text: "new store in {store}" },
  storeRecovered: {
    id: "b28be35cc280f037d974d12404ab1c20",
    level: "warning",
    text: "leftovers of an interrupted run: {revealed:count} snapshots completed, {discarded:count} discarded",
  },
  diskUnlocked: { id: "4282b4a1c10a420cb0a150dc717765d4", level: "info", text: "disk {disk} unlocked" },
  diskMounted: { id: "97abd1fdd2db4a1b91ff34d28799d979", level: "info", text: "disk {disk} mounted on {path}" },
  diskBusy: {
    id: "280d32e14e7146459a7d28eb92d7dc8b",
    level: "notice",
    text: "waiting to unmount {path}, which is in use by {holders}",
  },
  diskUnmounted: { id: "0ef39fa0bf174b36ba616853cc3664ce", level: "info", text: "disk unmounted from {path}" },
  diskPlugged: {
    id: "f7f1db51f4ae99b97701158b78a8803b",
    level: "notice",
    text: "the backup disk {disk} was plugged in; {unit} starts",
  },
  diskLeftOpen: {
    id: "4ff85ccb0e3e6c0f2df4b3f2be973a88",
    level: "warning",
    text: "a run was killed and has left {disk} open; it is closed now",
  },
  diskLocked: { id: "b76babbb7ca440b1af2f714cc1c8b3a4", level: "info", text: "disk {disk} locked" },
  diskLeftovers: {
    id: "5f35f3bbd3094a318cb6337ed6e2ed88",
    level: "warning",
    text: "{path} was left by a disk that was pulled out, and is taken away",
  },
  diskWaiting: {
    id: "3b535df19f45442cb26c07e4cad6bb0a",
    level: "notice",
    text: "waiting for the disk {disk}: {reason}",
  },
  diskToolsUsed: {
    id: "aebcc9c835db46f79c17b060f346e0a1",
    level: "debug",
    text: "udisks2 is not there, so cryptsetup and mount do its work: {reason}",
  },
  crypttabKeyMissing: {
    id: "75b3e195ec7b4bfbb59bd4160bbe271a",
    level: "warning",
    text: "/etc/crypttab names the key file {path} for {disk}, which is missing: udisks2 cannot unlock that, cryptsetup does",
  },
  sourceProblem: {
    id: "aa065b2da851cfc97bc3e70d53120f2e",
    level: "warning",
    text: "source file {problem}: {path} {reason}",
  },
  problemsMore: {
    id: "0bda0ec2aa0ad6d3f49956eb937a4d87",
    level: "warning",
    text: "{count:count} more files of the source had problems",
  },
  manifestFailed: {
    id: "020c3c5b25884419a46bc03795d293a1",
    level: "warning",
    text: "no manifest of snapshot {snapshot} was written: {error}",
  },
  snapshotDamaged: {
    id: "69858efe634d4b4c952ba5c7789fb97b",
    level: "error",
    text: "snapshot {snapshot} is damaged; things found wrong: {count:count}",
  },
  sourceDiffers: {
    id: "1b15afd974e5497ba11099a5760d009a",
    level: "error",
    text: "files of {source} that differ from {snapshot} at the same size and time: {count:count}",
  },
  restoreTestFailed: {
    id: "951876228f8241379800d5bcbb61d3ec",
    level: "error",
    text: "restore test of snapshot {snapshot} failed; things not restored as they were: {count:count}",
  },
  linkLimit: {
    id: "30d072022f14c1a9752b6a0e6546287b",
    level: "warning",
    text: "{count:count} files were copied, because the file system allows no more hard links to them",
  },
  callbackCalled: {
    id: "838a3dea2f2890c3bb8625cf2ce3c4ed",
    level: "debug",
    text: "callback {path} called for reason {reason}",
  },
  callbackOutput: { id: "1b3dfacb1f20e04911eb7a8f202c4dd8", level: "info", text: "callback: {line}" },
  callbackComplained: {
    id: "5b42d8527dc34cf4598cdebef782397f",
    level: "warning",
    text: "callback returned {code} for reason {reason}; the backup goes on",
  },
  callbackFailed: {
    id: "95c8d73a42d111121884ede2d05ce3a4",
    level: "error",
    text: "callback failed for reason {reason}: {error}",
  },
  callbackTimedOut: {
    id: "0f4b5e7ab922210a7762e1cb96c3d6c7",
    level: "error",
    text: "callback took longer than {seconds:time} for reason {reason} and was stopped",
  },
  undoFailed: { id: "1c6685f977ae84b404b7c7e53338be27", level: "error", text: "could not {step}: {error}" },
  notificationFailed: {
    id: "ec49d888e9fba958f122df296d883f98",
    level: "warning",
    text: "cannot show a notification: {error}",
  },
  futureSnapshot: {
    id: "5ae0745c1253930d02721604730afe79",
    level: "warning",
    text: "snapshot {snapshot} is dated in the future; it is kept",
  },
  dryRun: { id: "504b6955f367fe17d1b779e4349da03e", level: "info", text: "dry run: {text}" },
  programOutput: { id: "3ccc4fc48c320abc3d55be0d39cdb158", level: "info", text: "{program}: {line}" },
  uploadKept: {
    id: "0d3e32b9ec9e081f35fc858d07421c29",
    level: "notice",
    text: "module {module}: upload by {user} from {client} kept as {snapshot}, {entries:count} entries, {bytes:size}; it took {duration:time}, and {work:time} here",
  },
  uploadUnchanged: {
    id: "12d2fcae619e45c6e67b610408507034",
    level: "info",
    text: "module {module}: nothing from {client} to keep, all is as in {snapshot}",
  },
  uploadSuspect: {
    id: "64b8ba5b96506bbdbc79a6bbebadb385",
    level: "error",
    text: "module {module}: {user} from {client} has left {entries:count} of {before:count} entries; {snapshot} is suspect, and nothing is removed until it is looked at",
  },
  uploadBroken: {
    id: "6fe438b20a22b35941e909b74433fdb7",
    level: "error",
    text: "module {module}: the upload by {user} from {client} broke off with rsync's status {status}; the module stays as it is, without a snapshot",
  },
  uploadTurnedAway: {
    id: "861875fe98c499bd41c99240b7f39137",
    level: "warning",
    text: "module {module}: rsyncd turned an upload from {client} away with status {status}",
  },
  uploadNotKept: {
    id: "9bc4920602d1575a437508d1571f91b4",
    level: "error",
    text: "module {module}: the upload from {client} arrived, but no snapshot was made: {error}",
  },
  uploadNotDue: {
    id: "55ce55b5c8bc98033b7b6c25a77f5ae9",
    level: "info",
    text: "module {module}: no upload from {client} is due: {reason}",
  },
  uploadRefused: {
    id: "4eb6930aed19e53f743a7385009d91e5",
    level: "warning",
    text: "module {module}: an upload from {client} was refused: {reason}",
  },
  uploadImpossible: {
    id: "32e7fdcf9f4d275b69217d4dfbd4d383",
    level: "error",
    text: "module {module}: no upload from {client} can be let in: {reason}",
  },
  absenceAlarm: {
    id: "2e2e7987f649104add566031a9a9536e",
    level: "error",
    text: "no complete snapshot for {age:time}: {reason}",
  },
  absenceRecovered: {
    id: "cd39c45ebb214baa8dd434d6619332e1",
    level: "notice",
    text: "there is a complete snapshot again, of {when}",
  },
  alarmFailed: {
    id: "c842dbb7642baea721fd99008c8d0750",
    level: "warning",
    text: "cannot raise the alarm by {channel}: {error}",
  },
  poolDetail: { id: "ac43f9224fae99a656f9719b5833c99f", level: "debug", text: "{text}" },
  poolNote: { id: "0afa519d39df71cf844e316fd0b70e49", level: "info", text: "{text}" },
  poolWarning: { id: "d4adfbf3a77809f2cf2dccf0d3096f76", level: "warning", text: "{text}" },
  poolProblem: { id: "9bb48e0c7c79583f1f36a79d47c17a55", level: "error", text: "{text}" },
  pageServed: { id: "eafe65bb69958a42bc3f6bba0beaa91d", level: "info", text: "the page is served at {url}{how}" },
  warning: { id: "ae3223dc898f8c357c2b491955861086", level: "warning", text: "{text}" },
} as const satisfies Readonly<Record<string, { id: string; level: Level; text: string }>>;

export type MessageKind = keyof typeof MESSAGES;

export type FieldValue = string | number;

/** Fields that no text mentions may be added to any message; two names are the journal's own. */
export type ExtraFields = Readonly<Record<string, FieldValue | undefined>> & {
  readonly kind?: undefined;
  readonly time?: undefined;
};

type NamesIn<Text extends string> = Text extends `${string}{${infer Name}}${infer Rest}`
  ? (Name extends `${infer Plain}:${string}` ? Plain : Name) | NamesIn<Rest>
  : never;

/** The fields of a message: those that its text mentions must be there. */
export type EventFields<Kind extends MessageKind> = {
  readonly [Name in NamesIn<(typeof MESSAGES)[Kind]["text"]>]: FieldValue;
} & ExtraFields;
