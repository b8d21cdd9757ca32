/** All silences in Alertmanager: what each is about, whose it is and until when. */

/** @import { Silence } from "./api.js" */
import { el, element, keyedList, setAttribute, setText } from "./dom.js";
import { me } from "./me.js";
import { allSilences, endSilence, notAll } from "./quiet.js";
import { fullTime, moment, now } from "./time.js";
import { counted } from "./words.js";

/** As Alertmanager's own language has it. @param {Silence["matchers"][number]} matcher */
const matcherText = ({ isEqual, isRegex, name, value }) =>
  `${name}${isEqual ? "=" : "!"}${isRegex ? "~" : isEqual ? "" : "="}${JSON.stringify(value)}`;

/** @param {Silence} silence */
function timesOf({ endsAt, startsAt, state }) {
  const from = state === "pending" && startsAt > now() ? `From ${moment(startsAt)} until` : "Until";
  return `${from} ${moment(endsAt)}`;
}

/** @param {() => void} onChanged */
export function silencesView(onChanged) {
  const show = keyedList(
    element("silences"),
    (/** @type {ReturnType<typeof allSilences>["silences"][number]} */ { id }) => id,
    (silence) => {
      const { comment, createdBy, matchers } = silence;
      const texts = matchers.map(matcherText);
      const about = texts.flatMap((text) => [el("code", {}, text), " "]);
      const until = el("span");
      const quiet = el("p", { class: "muted" });
      const end = el("button", { type: "button" }, "End the silence");
      setAttribute(end, "aria-label", `End the silence of ${texts.join(", ")}`);
      end.addEventListener("click", () => void endSilence(silence).then(onChanged));
      const who = el("p", {}, until, `, by ${createdBy}: ${comment}`);
      const text = el("div", {}, el("h2", {}, ...about), who, quiet);
      return {
        element: el("li", { class: "card" }, text, end),
        update: (next) => {
          setText(until, timesOf(next));
          setAttribute(until, "title", fullTime(next.endsAt));
          const alerts = counted(next.quiet, "alert", "alerts");
          setText(quiet, next.quiet === 0 ? "Mutes no alert now" : `Mutes ${alerts} now`);
          end.hidden = !me.mayAct;
        },
      };
    },
  );
  return {
    show: () => {
      const { missing, silences } = allSilences();
      show(silences);
      const none = element("no-silences");
      none.hidden = silences.length > 0 || (missing !== "" && me.alertmanager);
      setText(
        none,
        me.alertmanager ? "Nothing is silenced." : "None is known: no Alertmanager is configured.",
      );
      setText(element("silences-missing"), missing === "" ? "" : `${notAll}: ${missing}`);
    },
  };
}
