import type { AlertGroup } from "../lib/alert.ts";
import { group as cpu } from "./cpu.ts";
import { group as disk } from "./disk.ts";
import { group as hardware } from "./hardware.ts";
import { group as io } from "./io.ts";
import { group as memory } from "./memory.ts";
import { group as network } from "./network.ts";
import { group as system } from "./system.ts";
import { group as tcp } from "./tcp.ts";
import { group as upkeep } from "./upkeep.ts";

/** The groups about Linux hosts. */
export const host: readonly AlertGroup[] = [
  cpu,
  disk,
  hardware,
  io,
  memory,
  network,
  system,
  tcp,
  upkeep,
];
