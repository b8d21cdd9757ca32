/** Times as people read them. All are milliseconds since 1970 or, for durations, milliseconds. */

const second = 1_000;
const minute = 60 * second;
export const hour = 60 * minute;
const day = 24 * hour;

/** What the service's clock is ahead of this one: its times are what is shown. */
let ahead = 0;

/** @param {number} at - The service's time now. */
export function setClock(at) {
  ahead = at - Date.now();
}

/** The service's time. */
export const now = () => Date.now() + ahead;

/**
 * How long, in at most two units.
 *
 * @param {number} length
 */
export function duration(length) {
  const left = Math.max(0, length);
  /** @type {(large: number, largeName: string, small: number, smallName: string) => string} */
  const two = (large, largeName, small, smallName) => {
    const rest = Math.floor((left % large) / small);
    return `${Math.floor(left / large)} ${largeName}${rest === 0 ? "" : ` ${rest} ${smallName}`}`;
  };
  if (left < minute) return `${Math.floor(left / second)} s`;
  if (left < hour) return `${Math.floor(left / minute)} min`;
  if (left < day) return two(hour, "h", minute, "min");
  return two(day, "d", hour, "h");
}

/** @param {Intl.DateTimeFormatOptions} options */
const format = (options) => {
  const formatter = new Intl.DateTimeFormat("en-GB", { ...options, hourCycle: "h23" });
  return (/** @type {number} */ at) => formatter.format(at);
};

const clockFormat = format({ hour: "2-digit", minute: "2-digit" });
const dayFormat = format({ weekday: "short", day: "numeric", month: "short" });
const dateFormat = format({ dateStyle: "long" });

/** @param {number} at */
const dayOf = (at) =>
  new Date(at).getFullYear() === new Date(now()).getFullYear() ? dayFormat(at) : dateFormat(at);

/** @param {number} at */
const isToday = (at) => new Date(at).toDateString() === new Date(now()).toDateString();

/** Hours, minutes and seconds. */
export const clockTime = format({ hour: "2-digit", minute: "2-digit", second: "2-digit" });

/**
 * Seconds as well, with the day where it is not today.
 *
 * @param {number} at
 */
export const exactMoment = (at) => (isToday(at) ? clockTime(at) : `${dayOf(at)}, ${clockTime(at)}`);

/** All of it, with the zone. */
export const fullTime = format({ dateStyle: "full", timeStyle: "long" });

/**
 * Hours and minutes, with the day where it is not today.
 *
 * @param {number} at
 */
export function moment(at) {
  return isToday(at) ? clockFormat(at) : `${dayOf(at)}, ${clockFormat(at)}`;
}

/** Until this hour the night belongs to the day before, as people who are awake then count. */
const nightEnds = 5;

/** Nine in the morning after the reader's night, and what it is called. */
export function nextMorning() {
  const date = new Date(now());
  const today = date.getHours() < nightEnds;
  const day = date.getDate() + (today ? 0 : 1);
  const at = new Date(date.getFullYear(), date.getMonth(), day, 9).getTime();
  return { at, name: today ? "Today 9:00" : "Tomorrow 9:00" };
}

/** Before this no alert began: what says so has no clock, or means no time at all. */
const first = Date.UTC(2000);

/**
 * Whether a time is one that can be meant: a zero time is none, nor is one in a distant future.
 *
 * @param {number} at
 */
export const isKnown = (at) => at >= first && at < now() + 365 * day;

const stamps = /\b\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?Z/g;

/**
 * A text of a machine, with its times in UTC as the reader's.
 *
 * @param {string} text
 */
export const localTimes = (text) =>
  text.replace(stamps, (stamp) => {
    const at = Date.parse(stamp);
    return Number.isNaN(at) ? stamp : moment(at);
  });

/**
 * As a field of type datetime-local has it.
 *
 * @param {number} at
 */
export function localField(at) {
  const date = new Date(at);
  return new Date(at - date.getTimezoneOffset() * minute).toISOString().slice(0, 16);
}
