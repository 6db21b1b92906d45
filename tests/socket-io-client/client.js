// Connects with the official client, does what its standard input says and writes what it hears, a line of JSON each.
import { createInterface } from "node:readline";
import { io } from "socket.io-client";

const [url, transports, upgrade = "true"] = process.argv.slice(2);
const tell = (...told) => process.stdout.write(JSON.stringify(told) + "\n");
const socket = io(url, { transports: transports.split(","), upgrade: upgrade === "true", reconnectionDelay: 100, reconnectionDelayMax: 300 });

socket.on("connect", () => tell("connect", { transport: socket.io.engine.transport.name }));
socket.on("connect_error", (error) => tell("connect_error", { message: error.message }));
socket.on("disconnect", (reason) => tell("disconnect", { reason }));
socket.onAny((name, payload) => tell(name, payload));
socket.io.on("open", () => socket.io.engine.once("upgrade", (transport) => tell("upgrade", { transport: transport.name })));

createInterface({ input: process.stdin }).on("line", (line) => {
  const [name, payload, asks] = JSON.parse(line);
  if (asks) socket.emit(name, payload, (answer) => tell("ack", answer));
  else socket.emit(name, payload);
}).on("close", () => process.exit(0));
