import type { AlertGroup } from "../lib/alert.ts";
import { group as members } from "./members.ts";
import { group as storage } from "./storage.ts";

/** The groups about etcd. */
export const etcd: readonly AlertGroup[] = [members, storage];
