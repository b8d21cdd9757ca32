import type { z } from "zod";
import { about, email as address } from "../config/fields.ts";
import { mailServer } from "../config/receivers-schema.ts";
import { defineChannel, file, type Way } from "./channel.ts";

type MailServer = z.output<z.ZodObject<typeof mailServer>>;

function mailWay(
  { from, password, smarthost, username }: MailServer,
  to: string,
  hears: Way["hears"],
): Way {
  const colon = smarthost.lastIndexOf(":");
  return {
    channel: {
      kind: "email",
      from,
      host: smarthost.slice(0, colon).replaceAll(/[[\]]/g, ""),
      passwordFile: file("email-password"),
      port: Number(smarthost.slice(colon + 1)),
      to: [to],
      user: username,
    },
    secrets: { [file("email-password")]: password },
    hears,
  };
}

export const email = defineChannel({
  name: "email",
  temper: "mail",
  fields: {
    to: about(address, {
      description: "Who gets the mail.",
      example: "oncall@example.com",
    }),
    ...mailServer,
  },
  ways: (settings) => ({ email: mailWay(settings, settings.to, "urgent") }),
  escalation: {
    field: "smarthost",
    way: (settings, to) => mailWay(settings, to, "escalation"),
  },
  alertmanager: {
    section: "email_configs",
    // Whoever it is, mail goes over the one mail server.
    team: ["to"],
    settings: ({ from, password, smarthost, to, username }, file) => ({
      auth_password_file: file("email-password", password),
      auth_username: username,
      from,
      smarthost,
      to,
    }),
  },
});
