import { z } from "zod";
import { about, email, hostPort, line, name, secretText, secretUrl, section } from "./fields.ts";

const webhook = z.strictObject({
  url: about(secretUrl(), {
    description: "Where alerts are posted.",
    example: "https://example.com/hook",
    secret: true,
  }),
});

const slack = z.strictObject({
  url: about(secretUrl(), {
    description: "Incoming webhook.",
    example: "https://hooks.slack.com/services/…",
    secret: true,
  }),
  channel: about(z.string().regex(/^[#@]\S+$/, { error: "must start with # or @" }), {
    description: "Channel or person.",
    example: "'#alerts'",
  }),
});

const pagerduty = z.strictObject({
  routingKey: about(secretText(), {
    description: "Integration key of a PagerDuty service (Events API v2).",
    secret: true,
  }),
});

const to = about(email, {
  description: "Address that the mail goes to.",
  example: "oncall@example.com",
});

const weekdayNames = [
  "sunday",
  "monday",
  "tuesday",
  "wednesday",
  "thursday",
  "friday",
  "saturday",
] as const;

/** A list with commas whose every part is accepted. */
const list = (accepts: (part: string) => boolean, error: string) =>
  z.string().refine((text) => text.split(",").every((part) => accepts(part.trim())), { error });

const weekdays = list((part) => {
  const days = part.split(":").map((day) => weekdayNames.indexOf(day as "sunday"));
  const [first = -1, last = first] = days;
  return days.length <= 2 && first >= 0 && last >= first;
}, "are not days of a week that begins on sunday; write monday:friday or saturday,sunday");

const times = list(
  (part) =>
    /^(?:[01]\d|2[0-3]):[0-5]\d-(?:(?:[01]\d|2[0-3]):[0-5]\d|24:00)$/.test(part) &&
    part.slice(0, 5) < part.slice(6),
  "are not times of a day; write 09:00-17:00, and over midnight 22:00-24:00,00:00-06:00",
);

const days = list((part) => {
  const ends = part.split(":").map(Number);
  const [first = 0, last = first] = ends;
  const ofMonth = [first, last].every(
    (day) => Number.isInteger(day) && day !== 0 && Math.abs(day) <= 31,
  );
  const inOrder = Math.sign(first) === Math.sign(last) ? first <= last : first > 0;
  return ends.length <= 2 && ofMonth && inOrder;
}, "are not days of a month; write 1:7, 15 or, from its end, -1");

function isZone(text: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: text });
    return /^[A-Z]/.test(text);
  } catch {
    return false;
  }
}

/** Fields of a window; `purpose` begins what people read about each. */
export const when = (purpose: string) => ({
  weekdays: about(weekdays.optional(), {
    description: `${purpose}: days of the week, \`monday:friday\`, comma-separated.`,
    example: "monday:friday",
  }),
  times: about(times.optional(), {
    description: `${purpose}: times of the day, \`09:00-17:00\`, comma-separated.`,
    example: "09:00-17:00",
  }),
  days: about(days.optional(), {
    description: `${purpose}: days of the month, \`1:7\`, counted from the end \`-1\`, comma-separated.`,
    example: "1:7",
  }),
  location: about(
    z.string().refine(isZone, { error: "is not a time zone; write Europe/Vienna" }).optional(),
    { description: "Time zone of these times; UTC when absent.", example: "Europe/Vienna" },
  ),
});

/** A mail server, and who mail comes from. */
export const mailServer = {
  from: about(email, { description: "Sender address.", example: "vigil@example.com" }),
  smarthost: about(hostPort, {
    description: "Mail server, reached with STARTTLS.",
    example: "smtp.example.com:587",
  }),
  username: about(line, {
    description: "User at the mail server.",
    example: "vigil",
  }),
  password: about(secretText(), {
    description: "Password at the mail server.",
    secret: true,
  }),
};

/** Who is notified, beside the rules of who and how soon in `rules/routing.ts`. */
export const receivers = section({
  webhook: webhook.optional(),
  email: z.strictObject({ to, ...mailServer }).optional(),
  slack: slack.optional(),
  pagerduty: pagerduty.optional(),
  heartbeat: z
    .strictObject({
      url: about(secretUrl(), {
        description:
          "URL called every minute; the service there raises an alarm when the calls stop.",
        example: "https://example.com/heartbeat",
        secret: true,
      }),
    })
    .optional(),
  teams: about(
    z
      .record(
        z.string(),
        z.strictObject({
          webhook: webhook.optional(),
          email: z.strictObject({ to }).optional(),
          slack: slack.optional(),
          pagerduty: pagerduty.optional(),
        }),
      )
      .optional(),
    { description: "Receivers for single teams: sre, devops, dba, mlops, security." },
  ),
  hours: z.strictObject(when("When warnings are sent")).optional(),
});

/** The receivers in a stack's configuration. */
export type ReceiverSettings = z.output<typeof receivers>;

/** Times in which some alerts are not told. */
export const maintenance = about(
  z
    .record(
      name,
      z.strictObject({
        ...when("When it mutes"),
        matchers: about(
          z.record(
            z.string().regex(/^[a-zA-Z_]\w*$/, { error: "is not a label name" }),
            z.string().regex(/^[^,]+(?:,[^,]+)*$/, {
              error: "is not a value; write one, or several separated by commas",
            }),
          ),
          {
            description: "Which alerts: values by label, comma-separated. All labels must match.",
            example: "web-1",
            exampleKey: "host",
          },
        ),
      }),
    )
    .default({}),
  { description: "Times in which some alerts are not sent, by name." },
);
