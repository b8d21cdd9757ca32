import { z } from "zod";
import type { Host, Ssh } from "../targets/host/fields.ts";
import { services } from "../catalog/index.ts";
import { after, before } from "./common-schema.ts";
import { section } from "./fields.ts";

type Services = (typeof services)[number];

/** The section of each service, as its definition says. */
type Sections = {
  [One in Services as One["key"]]: ReturnType<typeof section<One["fields"]>>;
};

const sections = Object.fromEntries(
  services.map(({ fields, key }) => [key, section(fields)]),
) as unknown as Sections;

/** Everything a stack may say below `vigil:`; the one place of names, defaults and reasons. */
export const schema = z.strictObject({ ...before, ...sections, ...after });

/** A stack's configuration as it is written, with its defaults. */
export type Stated = z.output<typeof schema>;

/** A stack's configuration, complete and valid: every host by itself, with its key. */
export type Config = Omit<Stated, "hosts" | "ssh"> & {
  readonly hosts: Readonly<Record<string, Host>>;
  readonly ssh: Ssh;
};
