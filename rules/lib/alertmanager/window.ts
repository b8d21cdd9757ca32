/** A time as in Alertmanager's time intervals. A field left out does not restrict it. */
export interface Window {
  /** `monday:friday`, `saturday`; several with commas. */
  readonly weekdays?: string | undefined;
  /** `09:00-17:00`; several with commas. */
  readonly times?: string | undefined;
  /** Days of the month, `1:7`, from its end with a minus: `-1`; several with commas. */
  readonly days?: string | undefined;
  /** `Europe/Vienna`; UTC where it is not given. */
  readonly location?: string | undefined;
}

/** The parts of a list that is written with commas. */
export const listed = (text: string): string[] => text.split(",").map((one) => one.trim());

/** One of the `time_intervals` of alertmanager.yml. */
export function renderWindow(name: string, { days, location, times, weekdays }: Window): object {
  const spans = listed(times ?? "").map((span) => span.split("-"));
  return {
    name,
    time_intervals: [
      {
        ...(weekdays !== undefined && { weekdays: listed(weekdays) }),
        ...(times !== undefined && {
          times: spans.map(([start_time, end_time]) => ({ start_time, end_time })),
        }),
        ...(days !== undefined && { days_of_month: listed(days) }),
        ...(location !== undefined && { location }),
      },
    ],
  };
}
