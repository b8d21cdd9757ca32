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

/** What was promised, and how much of the budget is left. */
export const sloBoard: BoardLink = { uid: "vigil-slo", variables: ["slo"] };

/** What the alert processor takes in, keeps and tells. */
export const processorBoard: BoardLink = { uid: "vigil-processor", variables: ["host"] };
