import { existsSync, readFileSync } from "node:fs";

/** A route of the kernel to other machines. */
export interface Route {
  interface: string;
  isDefault: boolean;
}

const UP = 0x1;
const REJECT = 0x200;
const ALL_ZERO = /^0+$/;
/** 169.254.0.0, on machines of either byte order. */
const LINK_LOCAL = /FEA9$|^A9FE/;

/** Whether a packet could leave this machine, as the kernel knows it. */
export function hasRouteOut(): boolean {
  const routes = [...parseIpv4Routes(read("/proc/net/route")), ...parseIpv6Routes(read("/proc/net/ipv6_route"))];
  return leadsOut(routes, (name) => existsSync(`/sys/class/net/${name}/device`));
}

/**
 * A default route leads out by whatever interface (a tunnel, a bridge); any other one only by an interface that has
 * hardware: what lies behind a bridge for containers or virtual machines is this machine.
 */
export function leadsOut(routes: readonly Route[], hasHardware: (name: string) => boolean): boolean {
  return routes.some((route) => route.isDefault || hasHardware(route.interface));
}

/** From /proc/net/route: usable routes, without those that every cable has (169.254.0.0/16). */
export function parseIpv4Routes(text: string): Route[] {
  return rows(text)
    .slice(1)
    .flatMap(([name = "", target = "", , flags = "", , , , mask = ""]) => {
      const isLinkLocal = LINK_LOCAL.test(target);
      return name === "lo" || isLinkLocal || !isUsable(flags)
        ? []
        : [{ interface: name, isDefault: ALL_ZERO.test(target) && ALL_ZERO.test(mask) }];
    });
}

/** From /proc/net/ipv6_route: the same, without fe80::/10 and ff00::/8. */
export function parseIpv6Routes(text: string): Route[] {
  return rows(text).flatMap(([target = "", length = "", , , , , , , flags = "", name = ""]) => {
    const isLinkLocal = /^(?:fe[89ab]|ff)/i.test(target);
    return name === "lo" || isLinkLocal || !isUsable(flags)
      ? []
      : [{ interface: name, isDefault: ALL_ZERO.test(target) && ALL_ZERO.test(length) }];
  });
}

function rows(text: string): string[][] {
  return text
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map((line) => line.trim().split(/\s+/));
}

/** @param flags in hexadecimal, as RTF_* of the kernel. */
function isUsable(flags: string): boolean {
  const bits = Number.parseInt(flags, 16);
  return (bits & UP) !== 0 && (bits & REJECT) === 0;
}

/** Empty where the kernel has no such protocol. */
function read(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
