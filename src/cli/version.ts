declare const BAKUP_VERSION: string | undefined;

/** The program's version; the build puts it in. */
export const VERSION = typeof BAKUP_VERSION === "string" ? BAKUP_VERSION : "0.0.0-development";
