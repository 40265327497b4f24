// The building blocks that want a script, and forms that survive a lost connection.
import { initAll } from "../built/nhsuk.js";
import { keepSending } from "./sending.js";

initAll();
for (const form of document.querySelectorAll("form[data-keep-sending]")) keepSending(form);
