/**
 * How two Alertmanagers agree who notifies people. Both get every alert; the first by name tells at
 * once, the next waits for the time of `peer-timeout` and tells only what it has not heard was told.
 */
export const gossip = {
  // All that a leader lost in the wrong moment costs. Long enough for a receiver that answers
  // slowly: one that needs more is told twice, which is better than not at all.
  "peer-timeout": "3s",
  // A notification has to be known to the other member well within peer-timeout, even with a lost packet or two.
  "gossip-interval": "100ms",
  // Restores what gossip lost, such as silences made while the other was away. Cheap between two.
  "pushpull-interval": "10s",
  // A peer that is gone counts as gone after a few of these, and then nobody waits for it.
  "probe-interval": "500ms",
  "probe-timeout": "250ms",
  "reconnect-interval": "2s",
} as const satisfies Readonly<Record<string, string>>;

export interface Member {
  /** The member that is first by name notifies first. */
  readonly name: string;
  /** `host:port`, TCP and UDP. */
  readonly listen: string;
  /** Addresses of the others. */
  readonly peers: readonly string[];
}

/** Arguments that make an Alertmanager a member of a cluster. */
export function clusterArgs(
  { listen, name, peers }: Member,
  timings: Readonly<Record<string, string>> = gossip,
): string[] {
  return [
    `--cluster.listen-address=${listen}`,
    `--cluster.peer-name=${name}`,
    ...peers.map((peer) => `--cluster.peer=${peer}`),
    ...Object.entries(timings).map(([flag, value]) => `--cluster.${flag}=${value}`),
  ];
}
