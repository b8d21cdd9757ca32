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

# redis.instances.<name>.password: Its password.
# ./vigil pulumi config set --secret --path 'vigil:redis.instances["<name>"].password'

# channels.webhook.url: Where alerts and their ends are posted as JSON.
# ./vigil pulumi config set --secret --path 'vigil:channels.webhook.url'

# channels.email.password: Password at the mail server.
# ./vigil pulumi config set --secret --path 'vigil:channels.email.password'

# channels.slack.url: Incoming webhook of Slack.
# ./vigil pulumi config set --secret --path 'vigil:channels.slack.url'

# channels.pagerduty.routingKey: Integration key (Events API v2): triggers, acknowledges and resolves.
# ./vigil pulumi config set --secret --path 'vigil:channels.pagerduty.routingKey'

# channels.pagerduty.webhookSecret: Signing secret of a PagerDuty webhook to `<vigil:processor.url>/v1/hooks/pagerduty`: what people do there is done here.
# ./vigil pulumi config set --secret --path 'vigil:channels.pagerduty.webhookSecret'

# channels.goalert.token: Token of an integration key of the kind Generic API.
# ./vigil pulumi config set --secret --path 'vigil:channels.goalert.token'

# channels.goalert.webhookSecret: Password in the address of a GoAlert webhook, `https://vigil:<password>@<processor>/v1/hooks/goalert`: what people do there is done here.
# ./vigil pulumi config set --secret --path 'vigil:channels.goalert.webhookSecret'

# channels.appwrite.key: API key with the scope messages.write.
# ./vigil pulumi config set --secret --path 'vigil:channels.appwrite.key'

# channels.discord.url: Webhook of a Discord channel.
# ./vigil pulumi config set --secret --path 'vigil:channels.discord.url'

# channels.telegram.token: Token of a Telegram bot, as BotFather tells it.
# ./vigil pulumi config set --secret --path 'vigil:channels.telegram.token'

# channels.googlechat.url: Webhook of a Google Chat space.
# ./vigil pulumi config set --secret --path 'vigil:channels.googlechat.url'

# channels.msteams.url: Webhook of a Microsoft Teams workflow.
# ./vigil pulumi config set --secret --path 'vigil:channels.msteams.url'

# channels.ntfy.topic: Topic: as good as a password where everybody may read.
# ./vigil pulumi config set --secret --path 'vigil:channels.ntfy.topic'

# channels.ntfy.token: Access token, where the server asks for one.
# ./vigil pulumi config set --secret --path 'vigil:channels.ntfy.token'

# channels.opsgenie.key: Key of an API integration: creates, acknowledges and closes alerts.
# ./vigil pulumi config set --secret --path 'vigil:channels.opsgenie.key'

# channels.sns.secretKey: Secret of that access key.
# ./vigil pulumi config set --secret --path 'vigil:channels.sns.secretKey'

# channels.heartbeat.url: Posted to every minute as long as alerts can arrive; what is there complains when that ends.
# ./vigil pulumi config set --secret --path 'vigil:channels.heartbeat.url'

# channels.teams.<name>.webhook.url: Where alerts and their ends are posted as JSON.
# ./vigil pulumi config set --secret --path 'vigil:channels.teams["<name>"].webhook.url'

# channels.teams.<name>.slack.url: Incoming webhook of Slack.
# ./vigil pulumi config set --secret --path 'vigil:channels.teams["<name>"].slack.url'

# channels.teams.<name>.pagerduty.routingKey: Integration key (Events API v2): triggers, acknowledges and resolves.
# ./vigil pulumi config set --secret --path 'vigil:channels.teams["<name>"].pagerduty.routingKey'
