// Stands in for logind: says who is logged in at what. usage: node --import tsx login-server.ts ADDRESS UID:TYPE…
import { serve, variant } from "../dbus/service.ts";

const [address = "", ...users] = process.argv.slice(2);

await serve(address, "org.freedesktop.login1", ({ path, member }) => {
  if (member === "ListSessions") {
    const sessions = users.map((user, at) => [
      String(at),
      Number(user.split(":")[0]),
      "somebody",
      "seat0",
      `/session/${at}`,
    ]);
    return { signature: "a(susso)", body: [sessions] };
  }
  const type = users[Number(path.split("/").at(-1))]?.split(":")[1] ?? "";
  return { signature: "v", body: [variant("s", type)] };
});
process.stdout.write("ready\n");
