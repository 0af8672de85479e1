/** How a disk is named, as in fstab(5) and crypttab(5). */
export interface DiskTag {
  kind: "uuid" | "label" | "partuuid" | "partlabel" | "path";
  value: string;
}

/** A tag, or a name in /etc/crypttab. */
export type DiskName = DiskTag | { kind: "crypttab"; value: string };

const TAG = /^(UUID|LABEL|PARTUUID|PARTLABEL)=(.+)$/;

/** Reads UUID=…, LABEL=…, PARTUUID=…, PARTLABEL=…, a path, or else a name in /etc/crypttab. */
export function parseDiskName(text: string): DiskName {
  return parseTag(text) ?? { kind: "crypttab", value: text };
}

/** Undefined for what names no block device, such as a server's export or "tmpfs". */
export function parseTag(text: string): DiskTag | undefined {
  const [, tag, value = ""] = TAG.exec(text) ?? [];
  if (tag !== undefined) {
    return { kind: tag.toLowerCase() as DiskTag["kind"], value: value.replace(/^"(.*)"$/, "$1") };
  }
  return text.startsWith("/") ? { kind: "path", value: text } : undefined;
}

/** The file that udev makes for a tag. */
export function fileOf({ kind, value }: DiskTag): string {
  return kind === "path" ? value : `/dev/disk/by-${kind}/${encode(value)}`;
}

/** udev's way of writing a label as the name of a file. */
function encode(value: string): string {
  return value.replace(
    /[^\w#+\-.:=@\u0080-\u{10ffff}]/gu,
    (letter) => `\\x${letter.charCodeAt(0).toString(16).padStart(2, "0")}`,
  );
}
