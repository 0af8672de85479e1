# Receives datagrams on a socket and prints each as a line of JSON. usage: receive.py ADDRESS COUNT ("@" begins abstract ones)
import json, socket, sys

address, count = sys.argv[1], int(sys.argv[2])
receiver = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
receiver.bind("\0" + address[1:] if address.startswith("@") else address)
print("ready", flush=True)
for _ in range(count):
    print(json.dumps(receiver.recv(1 << 20).decode()), flush=True)
