#!/bin/sh
# Every secret a stack can have, with the command that sets it. Each asks for the value; a file
# works as well: … < file. None is needed for a start: what is absent is made or left out.
# Choose the stack with STACK=dev in front.

# login.password: Password; made by the first `up` when absent.
# ./vigil pulumi config set --secret --path 'vigil:login.password'

# tls.key: Its private key in PEM.
# ./vigil pulumi config set --secret --path 'vigil:tls.key' < tls.key

# prometheus.remoteWrite.<name>.password: Its password.
# ./vigil pulumi config set --secret --path 'vigil:prometheus.remoteWrite["<name>"].password'

# prometheus.remoteWrite.<name>.token: Bearer token, instead of a login.
# ./vigil pulumi config set --secret --path 'vigil:prometheus.remoteWrite["<name>"].token'

# prometheus.remoteWrite.<name>.key: Its private key in PEM.
# ./vigil pulumi config set --secret --path 'vigil:prometheus.remoteWrite["<name>"].key' < client.key

# grafana.auth: How to get into your own Grafana: a token, or `user:password`.
# ./vigil pulumi config set --secret --path 'vigil:grafana.auth'

# processor.proxy.secret: What the proxy sends as `X-Vigil-Proxy-Secret`: by it the proxy is known.
# ./vigil pulumi config set --secret --path 'vigil:processor.proxy.secret'

# processor.postgres.url: A PostgreSQL to keep the memory in, instead of a file of its own.
# ./vigil pulumi config set --secret --path 'vigil:processor.postgres.url'

# processor.heartbeat.url: Posted to every minute as long as alerts can arrive; what is there complains when that ends.
# ./vigil pulumi config set --secret --path 'vigil:processor.heartbeat.url'

# processor.webhook.url: Where every alert and its end are posted as JSON.
# ./vigil pulumi config set --secret --path 'vigil:processor.webhook.url'

# processor.email.password: Password at the mail server.
# ./vigil pulumi config set --secret --path 'vigil:processor.email.password'

# processor.slack.url: Incoming webhook that critical alerts and emergencies go to.
# ./vigil pulumi config set --secret --path 'vigil:processor.slack.url'

# processor.pagerduty.routingKey: Integration key (Events API v2): triggers, acknowledges and resolves.
# ./vigil pulumi config set --secret --path 'vigil:processor.pagerduty.routingKey'

# processor.pagerduty.webhookSecret: Signing secret of a PagerDuty webhook to `<vigil:processor.url>/v1/hooks/pagerduty`: what people do there is done here.
# ./vigil pulumi config set --secret --path 'vigil:processor.pagerduty.webhookSecret'

# processor.goalert.token: Token of an integration key of the kind Generic API.
# ./vigil pulumi config set --secret --path 'vigil:processor.goalert.token'

# processor.goalert.webhookSecret: Password in the address of a GoAlert webhook, `https://vigil:<password>@<processor>/v1/hooks/goalert`: what people do there is done here.
# ./vigil pulumi config set --secret --path 'vigil:processor.goalert.webhookSecret'

# processor.appwrite.key: API key with the scope messages.write.
# ./vigil pulumi config set --secret --path 'vigil:processor.appwrite.key'

# processor.discord.url: Webhook of a Discord channel that critical alerts and emergencies go to.
# ./vigil pulumi config set --secret --path 'vigil:processor.discord.url'

# processor.telegram.token: Token of a Telegram bot, as BotFather tells it.
# ./vigil pulumi config set --secret --path 'vigil:processor.telegram.token'

# processor.googlechat.url: Webhook of a Google Chat space that critical alerts and emergencies go to.
# ./vigil pulumi config set --secret --path 'vigil:processor.googlechat.url'

# processor.msteams.url: Webhook of a Microsoft Teams workflow that critical alerts and emergencies go to.
# ./vigil pulumi config set --secret --path 'vigil:processor.msteams.url'

# processor.ntfy.topic: Topic that critical alerts and emergencies go to: as good as a password where everybody may read.
# ./vigil pulumi config set --secret --path 'vigil:processor.ntfy.topic'

# processor.ntfy.token: Access token, where the server asks for one.
# ./vigil pulumi config set --secret --path 'vigil:processor.ntfy.token'

# processor.opsgenie.key: Key of an API integration: creates, acknowledges and closes alerts.
# ./vigil pulumi config set --secret --path 'vigil:processor.opsgenie.key'

# processor.sns.secretKey: Secret of that access key.
# ./vigil pulumi config set --secret --path 'vigil:processor.sns.secretKey'

# redis.instances.<name>.password: Its password.
# ./vigil pulumi config set --secret --path 'vigil:redis.instances["<name>"].password'

# receivers.webhook.url: Where alerts are posted.
# ./vigil pulumi config set --secret --path 'vigil:receivers.webhook.url'

# receivers.email.password: Password at the mail server.
# ./vigil pulumi config set --secret --path 'vigil:receivers.email.password'

# receivers.slack.url: Incoming webhook.
# ./vigil pulumi config set --secret --path 'vigil:receivers.slack.url'

# receivers.pagerduty.routingKey: Integration key of a PagerDuty service (Events API v2).
# ./vigil pulumi config set --secret --path 'vigil:receivers.pagerduty.routingKey'

# receivers.heartbeat.url: Posted to every minute; what is there complains when that ends.
# ./vigil pulumi config set --secret --path 'vigil:receivers.heartbeat.url'

# receivers.teams.<name>.webhook.url: Where alerts are posted.
# ./vigil pulumi config set --secret --path 'vigil:receivers.teams["<name>"].webhook.url'

# receivers.teams.<name>.slack.url: Incoming webhook.
# ./vigil pulumi config set --secret --path 'vigil:receivers.teams["<name>"].slack.url'

# receivers.teams.<name>.pagerduty.routingKey: Integration key of a PagerDuty service (Events API v2).
# ./vigil pulumi config set --secret --path 'vigil:receivers.teams["<name>"].pagerduty.routingKey'
