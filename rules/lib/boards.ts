/**
 * Boards that alerts lead to. Rules cannot import dashboards, so the uids stand here and a test holds
 * them against the boards there are.
 */
export const boardUids = ["vigil-host", "vigil-processor", "vigil-slo"] as const;

/** Where to look first: a board and the labels of the alert that choose what it shows. */
export interface BoardLink {
  readonly uid: (typeof boardUids)[number];
  /** Each becomes `var-<label>={{ $labels.<label> }}`. */
  readonly variables: readonly string[];
}

/** The overview of the host an alert is about; every target carries the label `host`. */
export const hostBoard: BoardLink = { uid: "vigil-host", variables: ["host"] };

/** The same board for what no single host is to blame for. */
export const estateBoard: BoardLink = { uid: "vigil-host", variables: [] };

/** The objectives, and how much of the budget is left. */
export const sloBoard: BoardLink = { uid: "vigil-slo", variables: ["slo"] };

/** The alert processor: alerts that it accepts, keeps and sends. */
export const processorBoard: BoardLink = { uid: "vigil-processor", variables: ["host"] };
