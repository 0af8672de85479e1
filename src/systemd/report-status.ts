import { connectDatagram } from "./datagram.ts";

/** As TimeoutStartSec= of the units: a run that reports nothing for so long is taken for stuck. */
const PATIENCE_SECONDS = 4 * 60 * 60;

/**
 * A function that sets the status line of `systemctl status`, and with it asks for more time. It does nothing where no
 * service manager listens; a report that cannot be sent is dropped, because a backup does not fail for that.
 */
export function openStatusLine(env: Readonly<Record<string, string | undefined>>): (text: string) => void {
  const address = env.NOTIFY_SOCKET;
  if (!address) {
    return () => undefined;
  }
  try {
    const socket = connectDatagram(address);
    return (text) => {
      try {
        socket.send(Buffer.from(`STATUS=${text}\nEXTEND_TIMEOUT_USEC=${PATIENCE_SECONDS * 1_000_000}\n`));
      } catch {
        // The manager is gone, or starts anew.
      }
    };
  } catch {
    return () => undefined;
  }
}
