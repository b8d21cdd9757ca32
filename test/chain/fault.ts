/** How a connection fails. */
export const ways = ["refuse", "drop", "half", "delay"] as const;
export type Way = (typeof ways)[number];

/** What breaks. Each is healed when its time is over. */
export type Fault =
  /** The process is ended hard, and started when the time is over. */
  | { readonly kind: "kill"; readonly part: string }
  /** The process stands still (SIGSTOP), and goes on (SIGCONT). */
  | { readonly kind: "stop"; readonly part: string }
  /** The process is ended hard and what it keeps on disk is gone when it starts again. */
  | { readonly kind: "forget"; readonly part: string }
  | { readonly kind: "cut"; readonly part: string; readonly way: Way }
  /** There is no room on the disk of the process. */
  | { readonly kind: "full"; readonly part: string }
  /** The wall clock of the process is wrong by these milliseconds. */
  | { readonly kind: "clock"; readonly part: string; readonly by: number }
  /** Messages are held until their sender has given up, and handed on when the time is over. */
  | { readonly kind: "late"; readonly part: string }
  /** Messages of the past come again, in any order. */
  | { readonly kind: "double"; readonly part: string }
  /** Beginnings of alerts are told as earlier by these milliseconds. */
  | { readonly kind: "moved"; readonly part: string; readonly by: number }
  /** The other side answers with this status instead of doing what it is asked. */
  | { readonly kind: "refuse"; readonly part: string; readonly status: number };

export type FaultKind = Fault["kind"];
