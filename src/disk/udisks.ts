import { openSystemBus } from "../dbus/bus.ts";
import type { BusReplyError } from "../dbus/errors.ts";
import { getProperty, type Property } from "../dbus/property.ts";
import { isObject, MalformedReplyError, stringsIn } from "../dbus/reply.ts";

const SERVICE = "org.freedesktop.UDisks2";
const ROOT = "/org/freedesktop/UDisks2";
const MANAGER = `${ROOT}/Manager`;

/** Key derivation on a slow machine and disk. */
const UNLOCK_SECONDS = 300;
/** A journal that is replayed, and a slow disk that writes back everything that it was given. */
const MOUNT_SECONDS = 900;

/** The methods of udisks2 that bakup calls, each on an object's path. */
export interface Udisks {
  /** The objects that answer to a tag, as in `{ uuid: "…" }` or `{ path: "/dev/sdb1" }`. */
  resolve(spec: Readonly<Record<string, string>>): Promise<string[]>;
  /** The properties of every object, by path and interface. */
  objects(): Promise<ManagedObjects>;
  property(object: string, kind: string, name: string): Promise<unknown>;
  /** An undefined key stands for the one that /etc/crypttab names. */
  unlock(object: string, key: Buffer | undefined): Promise<void>;
  lock(object: string): Promise<void>;
  mount(object: string): Promise<string>;
  unmount(object: string): Promise<void>;
  close(): void;
}

export type Properties = Readonly<Record<string, { value: unknown } | undefined>>;
export type ManagedObjects = Readonly<Record<string, Readonly<Record<string, Properties | undefined>>>>;

/** Connects to udisks2. @throws BusReplyError, BusGoneError, BusTimeoutError when it is not there. */
export async function openUdisks(): Promise<Udisks> {
  const bus = await openSystemBus();
  try {
    await getProperty(bus, propertyOf(MANAGER, "Manager", "Version"));
  } catch (error) {
    bus.close();
    throw error;
  }
  // Nobody is there to answer polkit's questions.
  const quiet = { "auth.no_user_interaction": bus.variant("b", true) };
  const call = (
    object: string,
    method: string,
    rest: { signature: string; body: unknown[]; timeoutSeconds?: number },
  ) => {
    const [kind = "", member = ""] = method.split(".");
    return bus.call({ destination: SERVICE, path: object, interface: `${SERVICE}.${kind}`, member, ...rest });
  };
  return {
    resolve: async (spec) => {
      const tags = Object.fromEntries(Object.entries(spec).map(([tag, value]) => [tag, bus.variant("s", value)]));
      const [objects] = await call(MANAGER, "Manager.ResolveDevice", { signature: "a{sv}a{sv}", body: [tags, quiet] });
      return stringsIn(objects, "udisks2's devices");
    },
    objects: async () => {
      const [objects] = await bus.call({
        destination: SERVICE,
        path: ROOT,
        interface: "org.freedesktop.DBus.ObjectManager",
        member: "GetManagedObjects",
      });
      return managedObjects(objects);
    },
    property: (object, kind, name) => getProperty(bus, propertyOf(object, kind, name)),
    unlock: async (object, key) => {
      const options = key === undefined ? quiet : { ...quiet, keyfile_contents: bus.variant("ay", key) };
      await call(object, "Encrypted.Unlock", {
        signature: "sa{sv}",
        body: ["", options],
        timeoutSeconds: UNLOCK_SECONDS,
      });
    },
    lock: async (object) => {
      await call(object, "Encrypted.Lock", { signature: "a{sv}", body: [quiet], timeoutSeconds: UNLOCK_SECONDS });
    },
    mount: async (object) => {
      const [point] = await call(object, "Filesystem.Mount", {
        signature: "a{sv}",
        body: [quiet],
        timeoutSeconds: MOUNT_SECONDS,
      });
      return String(point);
    },
    unmount: async (object) => {
      await call(object, "Filesystem.Unmount", { signature: "a{sv}", body: [quiet], timeoutSeconds: MOUNT_SECONDS });
    },
    close: () => bus.close(),
  };
}

/** Where a property is found: `kind` is the interface, without the service's name. */
function propertyOf(object: string, kind: string, name: string): Property {
  return { destination: SERVICE, path: object, interface: `${SERVICE}.${kind}`, name };
}

/** @throws MalformedReplyError */
function managedObjects(reply: unknown): ManagedObjects {
  const isMapOf = (value: unknown, isPart: (part: unknown) => boolean) =>
    isObject(value) && Object.values(value).every(isPart);
  const isProperties = (value: unknown) => isMapOf(value, (property) => isObject(property) && "value" in property);
  if (!isMapOf(reply, (interfaces) => isMapOf(interfaces, isProperties))) {
    throw new MalformedReplyError("udisks2's objects", "a list of objects");
  }
  return reply as ManagedObjects;
}

/** udisks2's paths are bytes with a NUL behind them. */
export function pathOf(bytes: unknown): string {
  return Buffer.isBuffer(bytes) ? bytes.toString("utf8").replace(/\0+$/, "") : "";
}

/** Whether an object, or this side of it, is not there (yet, or any more). */
export function isAbsent(error: BusReplyError): boolean {
  return /\.(UnknownMethod|UnknownObject|UnknownInterface|InvalidArgs)$/.test(error.errorName);
}
