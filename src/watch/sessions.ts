import { lstatSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { openSystemBus } from "../dbus/bus.ts";
import { getProperty } from "../dbus/property.ts";

const LOGIN = "org.freedesktop.login1";
const RUNTIME_FOLDERS = "/run/user";
const GRAPHICAL = ["x11", "wayland", "mir"];

/** The session bus of somebody who is logged in. */
export interface Session {
  /** The bus's address. */
  address: string;
  uid: number;
  gid: number;
  /** A notification service may be started: there is a screen for it. */
  hasScreen: boolean;
}

/**
 * Who can be shown something: the user of this very session; for root everybody who is logged in at a screen, or has a
 * session bus where there is no logind to say who is.
 */
export async function findSessions(env: NodeJS.ProcessEnv = process.env): Promise<Session[]> {
  const uid = process.getuid?.() ?? 0;
  const gid = process.getgid?.() ?? 0;
  const own = env.DBUS_SESSION_BUS_ADDRESS ?? addressIn(env.XDG_RUNTIME_DIR ?? join(RUNTIME_FOLDERS, String(uid)));
  if (uid !== 0) {
    return own === undefined ? [] : [{ address: own, uid, gid, hasScreen: isAtScreen(env) }];
  }
  const users = usersWithBus();
  const atScreens = users.length === 0 ? undefined : await usersAtScreens();
  const others = users
    .filter((user) => atScreens?.includes(user.uid) ?? true)
    .map((user) => ({ ...user, hasScreen: atScreens !== undefined }));
  const isOthers = own === undefined || others.some(({ address }) => address === own);
  return [...others, ...(isOthers ? [] : [{ address: own, uid, gid, hasScreen: isAtScreen(env) }])];
}

/** Undefined without logind. */
async function usersAtScreens(): Promise<number[] | undefined> {
  try {
    const bus = await openSystemBus({ timeoutSeconds: 2 });
    const service = { destination: LOGIN, timeoutSeconds: 5 };
    try {
      const [sessions] = await bus.call({
        ...service,
        path: "/org/freedesktop/login1",
        interface: `${LOGIN}.Manager`,
        member: "ListSessions",
      });
      const atScreens = await Promise.all(
        (sessions as [string, number, string, string, string][]).map(async ([, uid, , , path]) => {
          const type = await getProperty(bus, { ...service, path, interface: `${LOGIN}.Session`, name: "Type" });
          return GRAPHICAL.includes(String(type)) ? [uid] : [];
        }),
      );
      return atScreens.flat();
    } finally {
      bus.close();
    }
  } catch {
    return undefined;
  }
}

function usersWithBus(): Pick<Session, "address" | "uid" | "gid">[] {
  const names = attempt(() => readdirSync(RUNTIME_FOLDERS)) ?? [];
  return names.flatMap((name) => {
    const folder = join(RUNTIME_FOLDERS, name);
    const status = /^\d+$/.test(name) ? attempt(() => lstatSync(folder)) : undefined;
    const address = addressIn(folder);
    return status?.isDirectory() === true && status.uid === Number(name) && address !== undefined
      ? [{ address, uid: status.uid, gid: status.gid }]
      : [];
  });
}

function addressIn(folder: string): string | undefined {
  const socket = join(folder, "bus");
  return attempt(() => statSync(socket))?.isSocket() === true ? `unix:path=${socket}` : undefined;
}

function isAtScreen(env: NodeJS.ProcessEnv): boolean {
  return Boolean(env.DISPLAY) || Boolean(env.WAYLAND_DISPLAY);
}

function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
