/** What leads in databases and queues. */
import { type Cause, cause, onTarget } from "./cause.ts";

const onQueue = [...onTarget, "vhost", "queue"];
const onGroup = [...onTarget, "consumergroup", "topic"];

export const databases: readonly Cause[] = [
  cause(onTarget, "PostgresConnectionsExhausted", "PostgresDatabaseConnectionsHigh"),
  cause(onTarget, "PostgresLockQueue", "PostgresExclusiveLocks"),
  cause(onTarget, "PostgresReplicationLagCritical", "PostgresReplicaStale"),
  cause(
    [...onTarget, "slot_name"],
    "PostgresSlotAtRisk PostgresSlotLost",
    "PostgresReplicationSlotInactive",
  ),
  cause([...onTarget, "slot_name"], "PostgresSlotAtRisk", "PostgresSlotRetainsWal"),
  cause(onTarget, "PostgresArchiveStopped", "PostgresArchiveStale PostgresWalDirectoryLarge"),
  cause(onTarget, "PostgresSlotAtRisk", "PostgresWalDirectoryLarge"),
  cause(onTarget, "PostgresCheckpointsStopped", "PostgresCheckpointSyncSlow"),
  cause(
    onTarget,
    "MySQLGaleraNotPrimary",
    "MySQLGaleraNotReady MySQLGaleraOutOfSync MySQLGaleraClusterShrunk MySQLGaleraQueueLong MySQLGaleraFlowControl",
  ),
  cause(onTarget, "MySQLGaleraNotReady", "MySQLGaleraOutOfSync MySQLGaleraQueueLong"),
  cause(
    onTarget,
    "MySQLReplicationFetchStopped MySQLReplicationApplyStopped",
    "MySQLReplicationLag MySQLReplicationLagCritical MySQLHeartbeatLag MySQLRelayLogLarge",
  ),
  cause(onTarget, "MySQLReplicationLagCritical", "MySQLHeartbeatLag MySQLRelayLogLarge"),
  cause(onTarget, "MySQLRowLockQueue", "MySQLRowLockWaits MySQLThreadsRunningHigh"),
  cause(onTarget, "MySQLConnectionsExhausted", "MySQLThreadsRunningHigh"),
  cause(["job", "rs_nm"], "MongoDBNoPrimary", "MongoDBMemberUnhealthy"),
  cause(onTarget, "MongoDBTicketsExhausted", "MongoDBOperationsQueued MongoDBLatencyHigh"),
  cause(
    onTarget,
    "RedisClusterStateDown",
    "RedisClusterSlotsFail RedisClusterSlotsPfail RedisCommandsFailing",
  ),
  cause(onTarget, "RedisClusterSlotsFail", "RedisClusterSlotsPfail"),
  cause(["job", "master_name"], "RedisNoMaster RedisSentinelQuorumLost", "RedisSentinelsMissing"),
  cause(onTarget, "RedisRejectedConnections", "RedisConnectionsHigh"),
  cause(onTarget, "RedisAofWriteFailed", "RedisAofRewriteFailed RedisAofSyncDelayed"),
  cause(onTarget, "RedisRdbSaveFailed", "RedisBackupStale"),
  cause(
    onTarget,
    "RedisLoading",
    "RedisCommandLatencyHigh RedisCommandsFailing RedisBlockedClients",
  ),
  cause(onTarget, "RedisMemoryCritical", "RedisEvictions RedisSystemMemoryHigh"),
  cause(onTarget, "PgBouncerClientLimitReached", "PgBouncerClientsWaiting"),
  cause(
    onTarget,
    "KafkaNoBrokers",
    "KafkaPartitionOffline KafkaLastReplica KafkaUnderReplicated KafkaLeadersMisplaced",
  ),
  cause(onTarget, "KafkaBrokerLost", "KafkaUnderReplicated KafkaLeadersMisplaced"),
  cause(["job"], "KafkaNoController", "KafkaOfflinePartitions KafkaBrokerFenced"),
  cause(
    [...onTarget, "topic"],
    "KafkaPartitionOffline",
    "KafkaLastReplica KafkaUnderReplicated KafkaConsumerLagGrowing KafkaConsumerBehindTime KafkaPartitionStuck",
  ),
  cause(
    onGroup,
    "KafkaConsumerStalled KafkaConsumerLagCritical",
    "KafkaConsumerLagHigh KafkaConsumerLagGrowing KafkaConsumerBehindTime KafkaPartitionStuck",
  ),
  cause(onGroup, "KafkaConsumerStalled", "KafkaConsumerLagCritical KafkaConsumerGroupEmpty"),
  cause(
    onTarget,
    "KafkaRequestHandlersExhausted",
    "KafkaNetworkProcessorsBusy KafkaRequestQueueLong KafkaProduceSlow KafkaFetchSlow",
  ),
  cause(
    onTarget,
    "KafkaLogDirOffline",
    "KafkaProduceFailed KafkaFetchFailed KafkaReplicaFetchFailed",
  ),
  cause(onTarget, "RabbitmqMemoryAlarm RabbitmqDiskAlarm", "RabbitmqConfirmsMissing"),
  cause(onTarget, "RabbitmqFdAlarm", "RabbitmqSocketsHigh"),
  cause(
    onQueue,
    "RabbitmqQueueNoConsumers",
    "RabbitmqQueueBacklog RabbitmqQueueGrowing RabbitmqQueueMemoryHigh",
  ),
  cause(
    onTarget,
    "CeleryNoWorkers",
    "CeleryWorkerDown CeleryQueueNoWorkers CeleryQueueLong CeleryQueueGrowing CeleryQueueStuck",
  ),
  cause(
    [...onTarget, "queue_name"],
    "CeleryQueueNoWorkers",
    "CeleryQueueLong CeleryQueueGrowing CeleryQueueStuck",
  ),
];
