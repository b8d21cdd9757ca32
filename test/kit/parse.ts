import {
  type Parsed,
  parseConfig as parse,
  type RawConfig,
} from "../../components/config/parse.ts";
import { groups } from "../../rules/index.ts";

/** Parses with every alert there is, whether or not the configuration names one. */
export const parseConfig = (raw: RawConfig, now: Date): Parsed => parse(raw, now, groups);
